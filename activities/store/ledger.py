"""Events: appending them, reading them, verifying their chain."""

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Delete, Insert, Table, bindparam, delete, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPICursor

from activities.record import GENESIS, Event, Head
from activities.store import tables
from activities.store.columns import Shown, shown
from activities.store.database import Database, translated
from activities.store.errors import Conflict
from activities.store.hashing import Stored, follows, stored
from activities.store.instants import instant, micros
from activities.store.rows import CaseRows, ChangedRows

ROWS = 500  # in one statement
EVENT = [tables.event.c[name] for name in Stored._fields]


class Statements:
    """The texts of the hot path, compiled once for an engine."""

    def __init__(self, database: Database) -> None:
        sql = database.sql
        head, event = tables.head, tables.event
        upsert: type[sqlite.Insert | postgresql.Insert] = sqlite.Insert if database.sqlite else postgresql.Insert
        self.head = sql(select(head.c.seq, head.c.hash).where(head.c.case == bindparam("of")))
        # SQLite renders no FOR UPDATE: BEGIN IMMEDIATE has locked already
        size = tables.case.c
        self.lock = sql(
            select(head.c.seq, head.c.hash, size.steps, size.clocks)
            .select_from(head.outerjoin(tables.case, size.case == head.c.case))
            .where(head.c.case == bindparam("of"))
            .with_for_update(of=head)
        )
        self.open_head = sql(upsert(head).on_conflict_do_nothing())
        self.move_head = sql(update(head).where(head.c.case == bindparam("of")), "seq", "hash")
        of_case = select(*EVENT).where(event.c.case == bindparam("of"))
        # numbers have no gaps, so this is the limit
        few = event.c.seq.between(bindparam("first"), bindparam("last"))
        self.events = sql(of_case.where(few).order_by(event.c.seq))
        self.by_request = sql(of_case.where(event.c.request_id == bindparam("request_id")))
        self.hash_at = sql(
            select(event.c.hash).where(event.c.case == bindparam("of"), event.c.seq == bindparam("number"))
        )
        self.cut_step = sql(_beyond(tables.step))
        self.cut_clock = sql(_beyond(tables.clock))
        self.fault = sql(upsert(tables.fault).on_conflict_do_nothing(), "case", "kind", "detail", "at")
        self._upsert = upsert
        self._by_place = database.by_place
        self._rows: dict[tuple[str, int], str] = {}

    def rows(self, table: Table, number: int) -> str:
        """Return the SQL that writes a number of rows, their columns in the table's order; events are never replaced."""
        text = self._rows.get((table.name, number))
        if text is None:
            row = self._upsert(table).values([dict.fromkeys(table.c.keys(), "")] * number)
            statement = row if table is tables.event else _replacing(row, table)
            text = self._rows[table.name, number] = str(statement.compile(dialect=self._by_place))
        return text


def _replacing(row: sqlite.Insert | postgresql.Insert, table: Table) -> Insert:
    keys = [column.name for column in table.primary_key]
    changing = [c.name for c in table.c if not c.primary_key and not c.info.get(tables.FIXED)]
    changed = {name: row.excluded[name] for name in changing}
    # a row that stays as it was is not written, nor are its indexes
    differs = tuple_(*(table.c[name] for name in changed)).is_distinct_from(tuple_(*changed.values()))
    return row.on_conflict_do_update(index_elements=keys, set_=changed, where=differs)


def _beyond(table: Table) -> Delete:
    return delete(table).where(table.c.case == bindparam("of"), table.c.pos >= bindparam("rows"))


class Appending:
    """A case's ledger under its lock, until the transaction ends."""

    def __init__(self, case: str, cursor: DBAPICursor, statements: Statements, locked: Sequence[Any]) -> None:
        self.case = case
        self.head = Head(seq=locked[0], hash=locked[1])
        self._sizes = (locked[2] or 0, locked[3] or 0)
        self._cursor = cursor
        self._sql = statements

    def events_after(self, seq: int, limit: int = 1000) -> list[Event]:
        """Read the events after a number, oldest first."""
        self._cursor.execute(self._sql.events, {"of": self.case, "first": seq + 1, "last": seq + limit})
        return [_event(row) for row in self._cursor.fetchall()]

    def hash_at(self, seq: int) -> str | None:
        """Read the hash at a number; GENESIS at 0, None where the ledger has no such event."""
        if seq in {0, self.head.seq}:
            return self.head.hash if seq else GENESIS
        self._cursor.execute(self._sql.hash_at, {"of": self.case, "number": seq})
        found = self._cursor.fetchone()
        return None if found is None else str(found[0])

    def write(self, events: Sequence[Stored], rows: Shown | None) -> None:
        """Append events that follow this head, and replace the rows that they change; Conflict where a key is taken."""
        if events and events[0].prev_hash != self.head.hash:
            raise Conflict(f"(number {events[0].seq} does not follow number {self.head.seq})")
        self._insert(events)
        if rows is not None:
            self._show(rows)

    def add(self, events: Sequence[Event]) -> None:
        """Append events that were hashed before; Conflict where they don't follow this head or a key is taken."""
        rows: list[Stored] = []
        seq, previous = self.head.seq, self.head.hash
        for event in events:
            seq += 1
            rows.append(stored(self.case, event, seq, event.calendar, previous))
            previous = rows[-1].hash
            if event.seq != seq or event.hash != previous:
                raise Conflict(f"(number {event.seq} does not follow number {seq - 1})")
        self._insert(rows)

    def _insert(self, rows: Sequence[Stored]) -> None:
        if not rows:
            return
        with translated():
            self._put(tables.event, rows)
        last = rows[-1]
        self._cursor.execute(self._sql.move_head, {"of": self.case, "seq": last.seq, "hash": last.hash})
        self.head = Head(seq=last.seq, hash=last.hash)

    def put(self, rows: CaseRows | ChangedRows) -> None:
        """Replace the case's rows in the read model; equal input leaves equal rows, and None leaves one as it is."""
        self._show(shown(rows))

    def _show(self, rows: Shown) -> None:
        self._put(tables.case, [rows.case.values()])
        self._put(tables.step, [step.values() for step in rows.steps])
        self._put(tables.clock, [clock.values() for clock in rows.clocks])
        for before, now, cut in zip(self._sizes, rows.sizes, (self._sql.cut_step, self._sql.cut_clock), strict=True):
            if before > now:
                self._cursor.execute(cut, {"of": self.case, "rows": now})
        self._sizes = rows.sizes

    def _put(self, table: Table, rows: Sequence[Collection[Any]]) -> None:
        """One statement for many rows: each call of SQLite's lets go of the interpreter and has to get it back."""
        for first in range(0, len(rows), ROWS):
            some = rows[first : first + ROWS]
            self._cursor.execute(self._sql.rows(table, len(some)), [value for row in some for value in row])

    def fault(self, kind: str, detail: str, at: datetime) -> None:
        """Record a fault of this case; one that is open already is not recorded again."""
        values = {"case": self.case, "kind": kind, "detail": detail, "at": micros(at)}
        self._cursor.execute(self._sql.fault, values)


class Ledger(Database):
    """The events of all cases."""

    def prepare(self) -> None:
        """Compile what runs often; called once by `Store.open`."""
        self._sql = Statements(self)

    @contextmanager
    def append(self, case: str) -> Iterator[Appending]:
        """Hold a write transaction on one case, which waits for others on the same case; it commits at the end."""
        with self.appending() as cursor:
            cursor.execute(self._sql.lock, {"of": case})
            found = cursor.fetchone()
            if found is None:
                cursor.execute(self._sql.open_head, {"case": case, "seq": 0, "hash": GENESIS})
                cursor.execute(self._sql.lock, {"of": case})
                [found] = cursor.fetchall()
            yield Appending(case, cursor, self._sql, found)

    def head(self, case: str) -> Head:
        """Say where the case's ledger stands; number 0 where it has none."""
        with self.reading() as connection:
            found = connection.exec_driver_sql(self._sql.head, {"of": case}).first()
        return Head() if found is None else Head(seq=found[0], hash=found[1])

    def events(self, case: str, after: int = 0, limit: int = 1000) -> list[Event]:
        """Read the case's events after a number, oldest first."""
        with self.reading() as connection:
            found = connection.exec_driver_sql(
                self._sql.events, {"of": case, "first": after + 1, "last": after + limit}
            )
            return [_event(row) for row in found]

    def event_by_request(self, case: str, request_id: str) -> Event | None:
        """Read the event that a request id wrote."""
        with self.reading() as connection:
            found = connection.exec_driver_sql(self._sql.by_request, {"of": case, "request_id": request_id}).first()
        return None if found is None else _event(found)

    def verify_chain(self, case: str) -> int | None:
        """Find the first number at which the case's chain does not hold or an event is missing; None: it holds."""
        with self.reading() as connection:
            found = connection.exec_driver_sql(self._sql.head, {"of": case}).first()
            head = Head() if found is None else Head(seq=found[0], hash=found[1])
            count = connection.scalar(select(func.count()).where(tables.event.c.case == case))
            seq, previous = 0, GENESIS
            while True:
                values = {"of": case, "first": seq + 1, "last": seq + 500}
                page = [Stored(*row) for row in connection.exec_driver_sql(self._sql.events, values)]
                for row in page:
                    if not follows(row, seq + 1, previous):
                        return seq + 1
                    seq, previous = row.seq, row.hash
                if not page:
                    break
        if (head.seq, head.hash, count) == (seq, previous, seq):
            return None
        return seq + 1 if head.seq > seq or count != seq else max(head.seq, 1)


def _event(row: Sequence[Any]) -> Event:
    columns = Stored(*row)
    return Event(
        kind=columns.kind,
        at=instant(columns.at),
        told=instant(columns.told),
        actor=columns.actor,
        request_id=columns.request_id,
        digest=columns.digest,
        body=json.loads(columns.body),
        seq=columns.seq,
        calendar=columns.calendar,
        hash=columns.hash,
    )
