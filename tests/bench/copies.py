"""A city's cases many times over: rows under other numbers, put straight into the tables by the database itself."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    cast,
    func,
    insert,
    literal,
    or_,
    select,
    text,
)

from activities.store import tables
from activities.store.store import Store

DAY = 86_400_000_000  # in the unit of instants
YEARS = 5  # over which closed cases are spread
WEEKS = 52 * YEARS
NOTICE_DAYS = 30
BATCH = 500  # copies in one transaction
MONTH = len("2026-11")
INSTANTS = ("at", "told")
DAYS = ("since", "start_day", "due_date", "stopped_on")

copy = Table(
    "copy_",
    MetaData(),
    Column("nth", Integer, primary_key=True, autoincrement=False),
    Column("suffix", String, nullable=False),
    Column("tail", String, nullable=False),
    Column("days", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
CASE, CLOCK, DELIVERY = tables.case.c, tables.clock.c, tables.delivery.c


class Copy(NamedTuple):
    """The copy of that number, so many days later; its cases are named after their originals."""

    nth: int
    suffix: str
    days: int


def numbers(store: Store, *, opened: bool) -> list[str]:
    """Return the cases that there are."""
    with store.reading() as connection:
        return list(connection.scalars(select(CASE.case).where(CASE.open == opened).order_by(CASE.case)))


def add_open(store: Store, originals: Sequence[str], wanted: int) -> None:
    """Add whole cases at their originals' instants until there are as many."""
    copies = [Copy(nth, f"-o{nth}", 0) for nth in range(wanted // len(originals))]
    for connection in _copying(store, copies):
        for table in (tables.head, tables.event, tables.case, tables.step, tables.clock):
            _insert(connection, table, table.c.case.in_(originals), sqlite=store.sqlite)


def add_closed(store: Store, originals: Sequence[str], wanted: int) -> None:
    """Add cases of the years before: what lists and sums read of a closed one, two steps and no events."""
    copies = [Copy(nth, f"-c{nth}", -7 * (1 + nth % WEEKS)) for nth in range(-(-wanted // len(originals)))]
    main = select(CASE.main).where(CASE.case == CLOCK.case).scalar_subquery()
    kept = {
        tables.head: literal(value=True),
        tables.case: literal(value=True),
        tables.step: tables.step.c.pos < 2,
        tables.clock: or_(CLOCK.commitment.is_not(None), CLOCK.key == main),
    }
    for connection in _copying(store, copies):
        for table, condition in kept.items():
            _insert(connection, table, table.c.case.in_(originals) & condition, sqlite=store.sqlite)


def add_notices(store: Store, wanted: int) -> None:
    """Add notices that arrived, before those that there are and of the last days: what did not arrive stays rare."""
    with store.reading() as connection:
        query = select(DELIVERY.number).where(DELIVERY.outcome.in_(("delivered", "handed-over")))
        originals = list(connection.scalars(query))
        last = connection.execute(select(func.max(tables.telling.c.number))).scalar_one()
    times = wanted // len(originals)
    copies = [Copy(nth, f"-n{nth}", -(nth * NOTICE_DAYS // times)) for nth in range(1, 1 + times)]
    for connection in _copying(store, copies):
        for table in (tables.telling, tables.telling_alert, tables.delivery):
            number = {"number": table.c.number - copy.c.nth * last}
            _insert(connection, table, table.c.number.in_(originals), number, sqlite=store.sqlite)


def settle(store: Store) -> None:
    """Let the database look at what there is, as it does by itself some time after."""
    if store.sqlite:
        with store.writing() as connection:
            connection.execute(text("PRAGMA optimize"))
        return
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


def _copying(store: Store, copies: Sequence[Copy]) -> Iterator[Connection]:
    """Transactions in which some of the copies stand in a table."""
    for begin in range(0, len(copies), BATCH):
        with store.writing() as connection:
            if not store.sqlite:
                connection.execute(text("SET LOCAL statement_timeout = 0"))
            copy.create(connection)
            some = [one._asdict() | {"tail": one.suffix[::-1]} for one in copies[begin : begin + BATCH]]
            connection.execute(insert(copy), some)
            yield connection
            copy.drop(connection)


def _insert(
    connection: Connection,
    table: Table,
    of: ColumnElement[bool],
    more: Mapping[str, ColumnElement[Any]] | None = None,
    *,
    sqlite: bool,
) -> None:
    values = {column.name: _copied(column, sqlite=sqlite) for column in table.columns} | dict(more or {})
    query = select(*values.values()).select_from(table.join(copy, literal(value=True))).where(of)
    connection.execute(insert(table).from_select(list(values), query))


def _copied(column: Column[Any], *, sqlite: bool) -> ColumnElement[Any]:
    """What a copy has in a column: its own numbers, instants and days, all else as the original."""
    name, cases = column.name, column.table.c
    if name in ("case", "number", "id") and isinstance(column.type, String):
        return column + copy.c.suffix
    if name == "tail":
        return copy.c.tail + column
    if name == "picture" and column.table is tables.case:
        return func.replace(column, '"case":"' + cases.case + '"', '"case":"' + cases.case + copy.c.suffix + '"')
    if name == "group_order":
        return column - cast(copy.c.days, BigInteger) * DAY
    if isinstance(column.type, BigInteger) and (name in INSTANTS or name.endswith("_at")):
        return column + cast(copy.c.days, BigInteger) * DAY
    if name in DAYS:
        return _day(column, sqlite=sqlite)
    return func.substr(_day(cases.stopped_on, sqlite=sqlite), 1, MONTH) if name == "stopped_in" else column


def _day(column: Column[Any], *, sqlite: bool) -> ColumnElement[Any]:
    if sqlite:
        return func.date(column, cast(copy.c.days, String) + " days")
    return func.to_char(cast(column, Date) + copy.c.days, "YYYY-MM-DD")
