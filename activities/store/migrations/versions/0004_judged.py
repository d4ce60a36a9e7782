"""Promises by the day on which they were judged: a year's are found without those of all other years."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PROMISES = sa.text("commitment IS NOT NULL")


def upgrade() -> None:
    """Apply."""
    op.drop_index("clock_cohort", "clock")
    op.create_index("clock_judged", "clock", ["stopped_on"], sqlite_where=PROMISES, postgresql_where=PROMISES)
