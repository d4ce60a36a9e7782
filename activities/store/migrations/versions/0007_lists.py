"""Where a case stands in lists, and which steps are on desks, so that no list counts or sorts what has been closed.

What is left of a suspended clock, and the marks, come with `shixian rebuild` or with a case's next command.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ON_DESK = sa.text("desk")
OPEN, CLOSED = sa.text("group_ < 5"), sa.text("group_ = 5")
LIVE_STEP = sa.text("live AND role = 'step'")
HAPPENED = sa.text("kind IN ('calendar-applied', 'confirmed', 'decided', 'rung-raised', 'rung-withdrawn')")
BYTES = sa.String().with_variant(sa.String(collation="C"), "postgresql")
NUMBERS = 'UPDATE case_ SET number = lower("case"), tail = reverse(lower("case"))'
GROUPS = """UPDATE case_ SET group_ = CASE
    WHEN NOT open THEN 5
    WHEN main IS NULL OR standing = 'not-started' THEN 3
    WHEN standing IN ('met', 'missed') THEN 4
    WHEN standing = 'suspended' THEN 1
    WHEN due_at IS NULL THEN 2
    ELSE 0
END, judged = EXISTS (
    SELECT 1 FROM clock WHERE clock."case" = case_."case" AND clock.key = case_.main AND clock.judged AND NOT clock.ramp_up
)"""
ORDERS = """UPDATE case_ SET group_order = CASE
    WHEN group_ = 0 THEN due_at
    WHEN group_ = 5 THEN -COALESCE(closed_at, received_at)
    WHEN group_ = 4 THEN -(SELECT stopped_at FROM clock WHERE clock."case" = case_."case" AND clock.key = case_.main)
    ELSE COALESCE(accepted_at, received_at)
END"""
DESKS = """UPDATE step SET desk = TRUE WHERE status IN ('open', 'running', 'suspended') AND EXISTS (
    SELECT 1 FROM case_ WHERE case_."case" = step."case" AND case_.open
)"""


WATCHED = ["open", "case", "jurisdiction", "procedure", "owner", "standing", "due_at", "due_soon_at"]
WATCHED += ["main", "group_", "group_order", "judged", "marks", "variant", "number"]
GONE = ("case_order", "case_open", "case_due_soon", "case_procedure", "case_owner", "case_watch")
OF_CLOSED = {
    "order": ["group_order"],
    "procedure": ["procedure", "group_order"],
    "owner": ["owner", "group_order"],
    "due": ["due_at"],
    "number": ["number"],
    "tail": ["tail"],
}


def upgrade() -> None:
    """Apply."""
    for index in GONE:
        op.drop_index(index, "case_")
    op.drop_column("case_", "due_order")
    for name, kind, default in (
        ("number", BYTES, ""),
        ("tail", BYTES, ""),
        ("group_", sa.Integer(), "5"),
        ("group_order", sa.BigInteger(), "0"),
        ("judged", sa.Boolean(), sa.false()),
        ("marks", sa.Integer(), "0"),
    ):
        op.add_column("case_", sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("step", sa.Column("desk", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("clock", sa.Column("left_order", sa.BigInteger(), nullable=True))
    _fill()
    _create("case_open", "case_", ["group_", "group_order", "case", "judged"], OPEN)
    for name, columns in OF_CLOSED.items():
        _create(f"case_closed_{name}", "case_", [*columns, "case"], CLOSED)
    sqlite, postgresql = sa.text("open = 1"), sa.text("open")
    op.create_index("case_watch", "case_", WATCHED, sqlite_where=sqlite, postgresql_where=postgresql)
    _create("step_desk", "step", ["owner", "case", "pos"], ON_DESK)
    _create("step_current", "step", ["case", "pos"], ON_DESK)
    _create("clock_step", "clock", ["case", "step", "standing", "due_at", "due_soon_at"], LIVE_STEP)
    _create("event_happened", "event", ["told", "case", "seq"], HAPPENED)


def _fill() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":  # which has no function for it
        driver: Any = connection.connection.driver_connection
        driver.create_function("reverse", 1, lambda text: text[::-1], deterministic=True)
    for filled in (NUMBERS, GROUPS, ORDERS, DESKS):
        op.execute(filled)


def _create(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
