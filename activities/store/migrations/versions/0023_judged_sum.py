"""Judged promises by month, kept by the database itself: whoever writes a clock's row changes the sums in the same transaction."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TEXTS = ("stopped_in", "commitment", "also", "jurisdiction", "owner", "standing", "used", "calendar")
MARKS = ("ramp_up", "taken_over", "provisional", "told_late")
KEY = (
    *("stopped_in", "commitment", "also", "jurisdiction", "owner", "ramp_up", "taken_over", "provisional"),
    *("standing", "told_late", "used", "calendar"),
)
COUNTS = ("n", "begun", "beyond")
MAYBE = {"also", "jurisdiction"}
LOCK = 0x5348495853554D  # of PostgreSQL's advisory locks, ours
COLUMNS = ", ".join((*KEY, *COUNTS))


def upgrade() -> None:
    """Apply, and sum what is there."""
    columns: dict[str, sa.types.TypeEngine[Any]] = {
        **{name: sa.String() for name in TEXTS},
        **{name: sa.Boolean() for name in MARKS},
        **{name: sa.Integer() for name in COUNTS},
    }
    op.create_table(
        "judged_sum",
        *(sa.Column(name, columns[name], primary_key=True) for name in KEY),
        *(sa.Column(name, columns[name], nullable=False) for name in COUNTS),
    )
    op.execute(
        f"INSERT INTO judged_sum ({COLUMNS}) SELECT {_key('clock')}, {_summed('clock')} FROM clock "  # noqa: S608  # names of columns
        f"WHERE {_judged('clock')} GROUP BY {_key('clock')}"
    )
    for statement in _sqlite() if op.get_bind().dialect.name == "sqlite" else _postgresql():
        op.execute(statement)


def _key(row: str) -> str:
    return ", ".join(f"coalesce({row}.{name}, '')" if name in MAYBE else f"{row}.{name}" for name in KEY)


def _judged(row: str) -> str:
    return (
        f"{row}.commitment IS NOT NULL AND {row}.stopped_in IS NOT NULL AND {row}.standing IN ('met', 'missed') "
        f"AND NOT {row}.void AND {row}.used IS NOT NULL"
    )


def _begun(row: str) -> str:
    return f"CASE WHEN {row}.start_day IS NULL THEN 0 ELSE 1 END"


def _beyond(row: str) -> str:
    return f"CASE WHEN {row}.start_day IS NULL AND {row}.horizon IS NOT NULL THEN 1 ELSE 0 END"


def _summed(row: str) -> str:
    return f"count(*), sum({_begun(row)}), sum({_beyond(row)})"


def _adding(to: str) -> str:
    more = ", ".join(f"{name} = {to}.{name} + excluded.{name}" for name in COUNTS)
    return f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {more}"


def _sqlite() -> list[str]:
    """A row at a time: there is one writer."""

    def told(row: str, sign: str) -> str:
        counts = f"{sign}1, {sign}({_begun(row)}), {sign}({_beyond(row)})"
        return (
            f"INSERT INTO judged_sum ({COLUMNS}) SELECT {_key(row)}, {counts} WHERE {_judged(row)} "
            f"{_adding('judged_sum')};"
        )

    def seen(row: str) -> str:
        return ", ".join(f"{row}.{name}" for name in (*KEY, "void", "start_day", "horizon"))

    gone, come = told("OLD", "-"), told("NEW", "")
    changed = f"({seen('OLD')}) IS NOT ({seen('NEW')})"
    return [
        f"CREATE TRIGGER clock_summed_insert AFTER INSERT ON clock BEGIN {come} END",
        f"CREATE TRIGGER clock_summed_update AFTER UPDATE ON clock WHEN {changed} BEGIN {gone} {come} END",
        f"CREATE TRIGGER clock_summed_delete AFTER DELETE ON clock BEGIN {gone} END",
    ]


def _postgresql() -> list[str]:
    """A statement at a time: one row of the sums is written once, whatever the number of clocks.

    Two transactions may change the same sums in another order, statement by statement. So whoever changes any takes its turn
    until it commits, as for the audit log, which comes after it.
    """
    rows = {"gone": ("OLD", "-"), "come": ("NEW", "")}
    made = []
    for event, names in (("insert", ("come",)), ("update", ("gone", "come")), ("delete", ("gone",))):
        parts = [
            f"SELECT {_key(name)}, {sign}1 AS n, {sign}({_begun(name)}) AS begun, {sign}({_beyond(name)}) AS beyond "  # noqa: S608  # names of columns
            f"FROM {name} WHERE {_judged(name)}"
            for name, (_, sign) in ((name, rows[name]) for name in names)
        ]
        some = " OR ".join(f"EXISTS (SELECT 1 FROM {name} WHERE {_judged(name)})" for name in names)  # noqa: S608  # names of columns
        made += [
            f"""CREATE FUNCTION clock_summed_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF {some} THEN
                PERFORM pg_advisory_xact_lock({LOCK});
                INSERT INTO judged_sum AS known ({COLUMNS})
                SELECT {", ".join(KEY)}, sum(n), sum(begun), sum(beyond)
                FROM ({" UNION ALL ".join(parts)}) AS change ({COLUMNS}) GROUP BY {", ".join(KEY)}
                HAVING sum(n) <> 0 OR sum(begun) <> 0 OR sum(beyond) <> 0 {_adding("known")};
            END IF; RETURN NULL; END $$""",  # noqa: S608  # names of columns
            f"CREATE TRIGGER clock_summed_{event} AFTER {event.upper()} ON clock REFERENCING "
            + " ".join(f"{rows[name][0]} TABLE AS {name}" for name in names)
            + f" FOR EACH STATEMENT EXECUTE FUNCTION clock_summed_{event}()",
        ]
    return made
