"""The ledger, the read model and what is kept beside them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQLITE = (
    """CREATE TRIGGER event_no_update BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER event_no_delete BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    # INSERT OR REPLACE deletes without the trigger above where a connection has recursive triggers off.
    """CREATE TRIGGER event_no_replace BEFORE INSERT ON event
    WHEN EXISTS (SELECT 1 FROM event WHERE "case" = NEW."case" AND seq = NEW.seq)
      OR EXISTS (SELECT 1 FROM event WHERE "case" = NEW."case" AND request_id = NEW.request_id)
      OR EXISTS (SELECT 1 FROM event WHERE "case" = NEW."case" AND natural_key = NEW.natural_key)
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
)
POSTGRESQL = (
    """CREATE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'events are append-only' USING ERRCODE = '42501'; END $$""",
    """CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION event_append_only()""",
    """CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()""",
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("company", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_table(
        "case_",
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("variant", sa.String(), nullable=False),
        sa.Column("jurisdiction", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("survey", sa.String(), nullable=True),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("excluded", sa.String(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("main", sa.String(), nullable=True),
        sa.Column("standing", sa.String(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("due_soon_at", sa.BigInteger(), nullable=True),
        sa.Column("due_order", sa.BigInteger(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("clocks", sa.Integer(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case"),
    )
    op.create_index("case_due_soon", "case_", ["open", "due_soon_at"], unique=False)
    op.create_index("case_open", "case_", ["open", "due_order", "case"], unique=False)
    op.create_index("case_order", "case_", ["due_order", "case"], unique=False)
    op.create_index("case_owner", "case_", ["owner"], unique=False)
    op.create_index("case_parent", "case_", ["parent"], unique=False)
    op.create_index("case_procedure", "case_", ["procedure", "jurisdiction"], unique=False)
    op.create_index("case_survey", "case_", ["survey"], unique=False)
    op.create_table(
        "fault",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "fault_open",
        "fault",
        ["case", "kind"],
        unique=True,
        sqlite_where=sa.text("resolved_at IS NULL"),
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "head",
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("case"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "clock",
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("pos", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=True),
        sa.Column("measure", sa.String(), nullable=True),
        sa.Column("also", sa.Text(), nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("judged", sa.Boolean(), nullable=False),
        sa.Column("ramp_up", sa.Boolean(), nullable=False),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=True),
        sa.Column("judged_under", sa.String(), nullable=True),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=True),
        sa.Column("since", sa.String(), nullable=True),
        sa.Column("start_day", sa.String(), nullable=True),
        sa.Column("presumed", sa.Boolean(), nullable=False),
        sa.Column("due_date", sa.String(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("due_soon_at", sa.BigInteger(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("horizon", sa.Text(), nullable=True),
        sa.Column("limit", sa.String(), nullable=False),
        sa.Column("used", sa.String(), nullable=True),
        sa.Column("suspended", sa.String(), nullable=True),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("stopped_on", sa.String(), nullable=True),
        sa.Column("overdue_seq", sa.Integer(), nullable=True),
        sa.Column("told_late", sa.Boolean(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["case_.case"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case", "pos"),
    )
    op.create_index("clock_cohort", "clock", ["commitment", "stopped_on"], unique=False)
    op.create_index("clock_due", "clock", ["live", "due_at"], unique=False)
    op.create_index("clock_since", "clock", ["live", "since"], unique=False)
    op.create_index(
        "clock_told_late",
        "clock",
        ["case", "pos"],
        unique=False,
        sqlite_where=sa.text("told_late"),
        postgresql_where=sa.text("told_late"),
    )
    op.create_table(
        "event",
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("natural_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case"],
            ["head.case"],
        ),
        sa.PrimaryKeyConstraint("case", "seq"),
        sa.UniqueConstraint("case", "natural_key", name="event_natural_key"),
        sa.UniqueConstraint("case", "request_id", name="event_request_id"),
    )
    op.create_index("event_told", "event", ["told"], unique=False)
    op.create_table(
        "step",
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("pos", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("completed_at", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["case_.case"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case", "pos"),
    )
    op.create_index("step_owner", "step", ["owner", "case"], unique=False)
    op.create_index(
        "step_pending",
        "step",
        ["case", "pos"],
        unique=False,
        sqlite_where=sa.text("pending"),
        postgresql_where=sa.text("pending"),
    )
    for trigger in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(trigger)
