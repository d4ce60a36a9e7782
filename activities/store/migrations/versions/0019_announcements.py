"""What owners of steps are told, in one order, and the webhooks that it goes to."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SQLITE = (
    """CREATE TRIGGER announcement_no_update BEFORE UPDATE ON announcement
    BEGIN SELECT RAISE(ABORT, 'announcements are append-only'); END""",
    """CREATE TRIGGER announcement_no_delete BEFORE DELETE ON announcement
    BEGIN SELECT RAISE(ABORT, 'announcements are append-only'); END""",
)
POSTGRESQL = (
    """CREATE TRIGGER announcement_no_change BEFORE UPDATE OR DELETE ON announcement
    FOR EACH ROW EXECUTE FUNCTION event_append_only()""",
    """CREATE TRIGGER announcement_no_truncate BEFORE TRUNCATE ON announcement
    FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()""",
)


def upgrade() -> None:
    """Apply. What was told before is not announced: the order begins here."""
    _announcements()
    _webhooks()
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _announcements() -> None:
    op.create_table(
        "unannounced",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
    )
    op.create_table(
        "announcement",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(), nullable=False, unique=True),
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("announcement_owner", "announcement", ["owner", "number"])
    head = op.create_table(
        "announcement_head",
        sa.Column("one", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
    )
    op.bulk_insert(head, [{"one": 1, "number": 0, "revision": 0}])


def _webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text(), nullable=True),
        sa.Column("old_until", sa.BigInteger(), nullable=True),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at", sa.BigInteger(), nullable=True),
    )
    op.create_index("webhook_company", "webhook", ["company", "created", "id"])
    op.create_table(
        "webhook_delivery",
        sa.Column("webhook", sa.String(), sa.ForeignKey("webhook.id"), primary_key=True),
        sa.Column(
            "number", sa.BigInteger(), sa.ForeignKey("announcement.number"), primary_key=True, autoincrement=False
        ),
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
    )
    columns = ["webhook", "case", "number"]
    index = "webhook_delivery_waiting"
    op.create_index(index, "webhook_delivery", columns, sqlite_where=WAITING, postgresql_where=WAITING)
