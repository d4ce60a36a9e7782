"""Which promises are of cases that ran in another system before: they are told apart in averages."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STOPPED_PROMISE = sa.text("commitment IS NOT NULL AND stopped_on IS NOT NULL")
TAKEN_OVER = 1 << 10  # among the marks of a case


def upgrade() -> None:
    """Apply."""
    op.add_column("clock", sa.Column("taken_over", sa.Boolean(), nullable=False, server_default=sa.false()))
    clock = sa.table("clock", sa.column("case"), sa.column("taken_over", sa.Boolean()))
    case = sa.table("case_", sa.column("case"), sa.column("marks", sa.Integer()))
    marked = sa.select(case.c.case).where(case.c.marks.op("&")(TAKEN_OVER) != 0)
    op.execute(clock.update().where(clock.c.case.in_(marked)).values(taken_over=sa.true()))
    op.drop_index("clock_tally", "clock")
    op.create_index(
        "clock_tally",
        "clock",
        [
            *("stopped_in", "commitment", "also", "jurisdiction", "owner", "ramp_up", "taken_over", "provisional"),
            *("standing", "told_late", "used", "calendar", "stopped_on", "case", "start_day", "horizon", "void"),
        ],
        sqlite_where=STOPPED_PROMISE,
        postgresql_where=STOPPED_PROMISE,
    )
