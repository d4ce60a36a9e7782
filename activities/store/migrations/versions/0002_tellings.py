"""What the relay of alerts remembers, has told and has yet to deliver."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Notices are evidence. Only reminders, of which one comes each minute to say that all is alive, may be cleared away.
EVIDENCE = ("telling", "telling_alert", "delivery")
REMINDS = "EXISTS (SELECT 1 FROM telling t WHERE t.number = OLD.number AND t.kind = 'reminder')"


def _sqlite(table: str) -> tuple[str, ...]:
    return (
        f"""CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
        BEGIN SELECT RAISE(ABORT, 'what was told is append-only'); END""",
        f"""CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN NOT {REMINDS}
        BEGIN SELECT RAISE(ABORT, 'what was told is append-only'); END""",
    )


POSTGRESQL = (
    f"""CREATE FUNCTION telling_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND {REMINDS} THEN RETURN OLD; END IF;
        RAISE EXCEPTION 'what was told is append-only' USING ERRCODE = '42501';
    END $$""",
    *(
        f"""CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION telling_append_only()"""
        for table in EVIDENCE
    ),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "told",
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("case", sa.String(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("receiver", "subject"),
    )
    op.create_index("told_state", "told", ["state", "since"], unique=False)
    op.create_table(
        "telling",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("telling_at", "telling", ["at"], unique=False)
    op.create_index("telling_kind", "telling", ["kind", "at"], unique=False)
    op.create_table(
        "telling_alert",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pos", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("alertname", sa.String(), nullable=False),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("case", sa.String(), nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["number"], ["telling.number"]),
        sa.PrimaryKeyConstraint("number", "pos"),
    )
    op.create_index("telling_alert_case", "telling_alert", ["case"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["number"], ["telling.number"]),
        sa.PrimaryKeyConstraint("number", "nth"),
    )
    op.create_table(
        "outbox",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["telling.number"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("outbox_order", "outbox", ["channel", "receiver", "number"], unique=False)
    op.create_index("outbox_at", "outbox", ["at"], unique=False)
    sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger in [t for table in EVIDENCE for t in _sqlite(table)] if sqlite else POSTGRESQL:
        op.execute(trigger)
