"""Judged promises in the order in which they are summed, and the verdict of a promise about money."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STOPPED_PROMISE = sa.text("commitment IS NOT NULL AND stopped_on IS NOT NULL")
FEE = sa.text("fee IS NOT NULL")
WITH_FEE = '%"fees":[{%'


def upgrade() -> None:
    """Apply."""
    op.add_column("clock", sa.Column("jurisdiction", sa.String(), nullable=True))
    op.add_column("clock", sa.Column("stopped_in", sa.String(), nullable=True))
    op.add_column("case_", sa.Column("fee", sa.String(), nullable=True))
    _fill()
    op.create_index(
        "clock_tally",
        "clock",
        [
            *("stopped_in", "commitment", "also", "jurisdiction", "owner", "ramp_up", "provisional", "standing"),
            *("told_late", "used", "calendar", "stopped_on", "case", "start_day", "horizon", "void"),
        ],
        sqlite_where=STOPPED_PROMISE,
        postgresql_where=STOPPED_PROMISE,
    )
    op.create_index("case_fee", "case_", ["fee", "decided_at"], sqlite_where=FEE, postgresql_where=FEE)


def _fill() -> None:
    clock = sa.table("clock", *map(sa.column, ("case", "jurisdiction", "stopped_on", "stopped_in")))
    case = sa.table("case_", *map(sa.column, ("case", "jurisdiction", "fee", "picture")))
    of_case = sa.select(case.c.jurisdiction).where(case.c.case == clock.c.case).scalar_subquery()
    op.execute(
        clock.update().values(
            {clock.c.jurisdiction: of_case, clock.c.stopped_in: sa.func.substr(clock.c.stopped_on, 1, 7)}
        )
    )
    bind = op.get_bind()
    charged = sa.select(case.c.case, case.c.picture).where(case.c.picture.like(WITH_FEE))
    for number, picture in bind.execute(charged).all():
        verdicts = {fee["verdict"] for fee in json.loads(picture)["fees"] if not fee["ramp_up"]}
        verdict = next((one for one in ("missed", "met") if one in verdicts), None)
        bind.execute(case.update().where(case.c.case == number).values(fee=verdict))
