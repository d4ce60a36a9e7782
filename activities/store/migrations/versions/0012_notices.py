"""What operators bring of the calendar: proposed, approved, rejected, each chained to the one before; and cases to be woken."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DECIDED = sa.text("kind IN ('approved', 'rejected')")
SQLITE = (
    """CREATE TRIGGER almanac_event_no_update BEFORE UPDATE ON almanac_event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    """CREATE TRIGGER almanac_event_no_delete BEFORE DELETE ON almanac_event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
)
POSTGRESQL = (
    """CREATE TRIGGER almanac_event_no_change BEFORE UPDATE OR DELETE ON almanac_event
    FOR EACH ROW EXECUTE FUNCTION event_append_only()""",
    """CREATE TRIGGER almanac_event_no_truncate BEFORE TRUNCATE ON almanac_event
    FOR EACH STATEMENT EXECUTE FUNCTION event_append_only()""",
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "almanac_event",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("proposal", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("request_id", name="almanac_event_request_id"),
    )
    op.create_index(
        "almanac_event_decided",
        "almanac_event",
        ["proposal"],
        unique=True,
        sqlite_where=DECIDED,
        postgresql_where=DECIDED,
    )
    op.create_table(
        "waking",
        sa.Column("case", sa.String(), primary_key=True),
        sa.Column("alarm", sa.BigInteger(), nullable=False),
    )
    op.create_index("waking_alarm", "waking", ["alarm", "case"])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
