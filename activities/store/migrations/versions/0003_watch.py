"""Indexes that hold all the exporter of metrics counts, and nothing of what has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPLIED = "kind = 'calendar-applied'"
CASES = ["open", "case", "jurisdiction", "procedure", "owner", "standing", "due_at", "due_soon_at"]
CLOCKS = ["live", "role", "due_at", "case", "step", "owner", "standing", "due_soon_at", "overdue_seq", "ramp_up"]


def upgrade() -> None:
    """Apply."""
    _create("event_applied", "event", ["told"], sqlite=APPLIED, postgresql=APPLIED)
    _create("case_watch", "case_", CASES, sqlite="open = 1", postgresql="open")
    _create("clock_watch", "clock", CLOCKS, sqlite="live = 1", postgresql="live")


def _create(name: str, table: str, columns: list[str], *, sqlite: str, postgresql: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(sqlite), postgresql_where=sa.text(postgresql))
