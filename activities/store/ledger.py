"""Events: appending them, reading them, verifying their chain."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Delete,
    Insert,
    Table,
    Update,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPICursor

from activities.record import GENESIS, Event, Head
from activities.store import tables
from activities.store.announcement_tables import unannounced
from activities.store.audit_log import AuditEntry, AuditLog, chained
from activities.store.audit_tables import audit, audit_head
from activities.store.columns import ON_DESK, Shown, shown
from activities.store.database import Database, by_place, translated
from activities.store.errors import AuditUnavailable, Conflict, TablesMissing
from activities.store.hashing import Stored, follows, stored
from activities.store.instants import instant, micros
from activities.store.request_tables import request
from activities.store.rows import CaseRows, ChangedRows

ROWS = 500  # in one statement
# kinds of events of which no owner of a step is told
SILENT = frozenset(
    {
        *("calendar-applied", "extended", "fee-recorded", "linked", "note-withdrawn", "resumed", "rung-noted"),
        *("supplied", "suspended", "request-asked", "request-lapsed", "request-refused", "request-taken-back"),
    }
)
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
        self._locked = select(head.c.case, head.c.seq, head.c.hash, size.steps, size.clocks, size.open).select_from(
            head.outerjoin(tables.case, size.case == head.c.case)
        )
        self.lock = sql(self._locked.where(head.c.case == bindparam("of")).with_for_update(of=head))
        self.open_head = sql(upsert(head).on_conflict_do_nothing())
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
        self.desk = sql(_on_desk())
        self.fault = sql(upsert(tables.fault).on_conflict_do_nothing(), "case", "kind", "detail", "at")
        waking = upsert(tables.waking)
        self.wake = sql(waking.on_conflict_do_update(index_elements=["case"], set_={"alarm": waking.excluded.alarm}))
        self.audit_head = sql(select(audit_head.c.seq, audit_head.c.hash).with_for_update())
        self.audit_moved = sql(update(audit_head).values(seq=bindparam("last"), hash=bindparam("to")))
        self._upsert = upsert
        self._by_place = database.by_place
        self._rows: dict[tuple[str, int], str] = {}
        self._locks: dict[int, str] = {}

    def lock_free(self, number: int) -> str:
        """Return the SQL that locks the heads of a number of cases, but for those that another transaction has locked."""
        text = self._locks.get(number)
        if text is None:
            case = tables.head.c.case
            cases = case.in_([bindparam(f"of_{place}") for place in range(number)])
            # in one order, so that no two groups wait for each other
            free = self._locked.where(cases).order_by(case).with_for_update(of=tables.head, skip_locked=True)
            text = self._locks[number] = _numbered(str(free.compile(dialect=self._by_place)))
        return text

    def rows(self, table: Table, number: int) -> str:
        """Return the SQL that writes a number of rows, their columns in the table's order; events are never replaced."""
        text = self._rows.get((table.name, number))
        if text is None:
            columns = [column.name for column in table.c if column.autoincrement is not True]
            insert = self._upsert(table).values([dict.fromkeys(columns, "")])
            statement = insert if table in (tables.event, audit, unannounced) else _replacing(insert, table)
            before, values, rest = str(statement.compile(dialect=self._by_place)).partition(" VALUES ")
            row, end, after = rest.partition(")")
            text = before + values + ", ".join([row + end] * number) + after
            text = self._rows[table.name, number] = _numbered(text)
        return text


def _numbered(text: str) -> str:
    """A text whose parameters stand by place, as `by_place` takes it: on PostgreSQL with a number each."""
    first, *rest = text.split("%s")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))


def _replacing(row: sqlite.Insert | postgresql.Insert, table: Table) -> Insert:
    keys = [column.name for column in table.primary_key]
    changing = [c.name for c in table.c if not c.primary_key and not c.info.get(tables.FIXED)]
    changed = {name: row.excluded[name] for name in changing}
    # a row that stays as it was is not written, nor are its indexes
    differs = tuple_(*(table.c[name] for name in changed)).is_distinct_from(tuple_(*changed.values()))
    return row.on_conflict_do_update(index_elements=keys, set_=changed, where=differs)


def _beyond(table: Table) -> Delete:
    return delete(table).where(table.c.case == bindparam("of"), table.c.pos >= bindparam("rows"))


def _on_desk() -> Update:
    """What a case that is over has left undone is on nobody's desk, though the step's own row has not changed."""
    step, open_ = tables.step, bindparam("open", type_=Boolean)
    held = and_(open_, step.c.status.in_([literal_column(f"'{status}'") for status in ON_DESK]))
    return update(step).where(step.c.case == bindparam("of"), step.c.desk != held).values(desk=held)


class Appending:
    """A case's ledger under its lock, until the transaction ends."""

    def __init__(self, cursor: DBAPICursor, statements: Statements, locked: Sequence[Any]) -> None:
        self.case: str = locked[0]
        self.head = Head(seq=locked[1], hash=locked[2])
        self.sizes = (locked[3] or 0, locked[4] or 0)  # rows shown: steps, clocks
        self.open: bool | None = locked[5]  # None: no row is shown yet
        self._cursor = cursor
        self._sql = statements

    def events_after(self, seq: int, limit: int = 1000) -> list[Event]:
        """Read the events after a number, oldest first."""
        self._cursor.execute(self._sql.events, {"of": self.case, "first": seq + 1, "last": seq + limit})
        return [event_of(row) for row in self._cursor.fetchall()]

    def hash_at(self, seq: int) -> str | None:
        """Read the hash at a number; GENESIS at 0, None where the ledger has no such event."""
        if seq in {0, self.head.seq}:
            return self.head.hash if seq else GENESIS
        self._cursor.execute(self._sql.hash_at, {"of": self.case, "number": seq})
        found = self._cursor.fetchone()
        return None if found is None else str(found[0])

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
        self.write(rows, None)

    def put(self, rows: CaseRows | ChangedRows) -> None:
        """Replace the case's rows in the read model; equal input leaves equal rows, and None leaves one as it is."""
        self.write([], shown(rows))

    def write(self, events: Sequence[Stored], rows: Shown | None) -> None:
        """Append events that follow this head, and replace the rows that they change; Conflict where a key is taken."""
        write(self._cursor, self._sql, [LedgerEntry(self, events, rows)])

    def fault(self, kind: str, detail: str, at: datetime) -> None:
        """Record a fault of this case; one that is open already is not recorded again."""
        values = {"case": self.case, "kind": kind, "detail": detail, "at": micros(at)}
        self._cursor.execute(self._sql.fault, values)


class LedgerEntry(NamedTuple):
    """What is written of one case: events that follow its head, and rows that they change."""

    ledger: Appending
    events: Sequence[Stored]
    rows: Shown | None


def write(cursor: DBAPICursor, statements: Statements, entries: Sequence[LedgerEntry]) -> None:
    """Append the events and replace the rows of several cases, table by table; Conflict where a key is taken."""
    for ledger, events, _ in entries:
        if events and events[0].prev_hash != ledger.head.hash:
            raise Conflict(f"(number {events[0].seq} does not follow number {ledger.head.seq})")
    last = [events[-1] for _, events, _ in entries if events]
    rows = [rows for _, _, rows in entries if rows is not None]
    with translated():
        _put(cursor, statements, tables.event, [event for _, events, _ in entries for event in events])
    told = [(event.case, event.seq) for _, events, _ in entries for event in events if event.kind not in SILENT]
    _put(cursor, statements, unannounced, told)
    _put(cursor, statements, tables.head, [(event.case, event.seq, event.hash) for event in last])
    _put(cursor, statements, tables.case, [one.case.values() for one in rows])
    _put(cursor, statements, tables.step, [step.values() for one in rows for step in one.steps])
    _put(cursor, statements, tables.clock, [clock.values() for one in rows for clock in one.clocks])
    _put(cursor, statements, request, [asked.values() for one in rows for asked in one.requests])
    for ledger, events, shown_ in entries:
        if events:
            ledger.head = Head(seq=events[-1].seq, hash=events[-1].hash)
        if shown_ is not None:
            _cut(cursor, statements, ledger, shown_.sizes)
            if ledger.open not in (None, shown_.case["open"]):
                cursor.execute(statements.desk, {"of": ledger.case, "open": shown_.case["open"]})
            ledger.open = shown_.case["open"]


def _put(cursor: DBAPICursor, statements: Statements, table: Table, rows: Sequence[Collection[Any]]) -> None:
    """One statement for many rows: each call of SQLite's lets go of the interpreter and has to get it back."""
    for first in range(0, len(rows), ROWS):
        some = rows[first : first + ROWS]
        by_place(cursor).execute(statements.rows(table, len(some)), [value for row in some for value in row])


def _cut(cursor: DBAPICursor, statements: Statements, ledger: Appending, sizes: tuple[int, int]) -> None:
    """Remove the rows of what a case has fewer of than before."""
    for before, now, cut in zip(ledger.sizes, sizes, (statements.cut_step, statements.cut_clock), strict=True):
        if before > now:
            cursor.execute(cut, {"of": ledger.case, "rows": now})
    ledger.sizes = sizes


class LedgerGroup:
    """The ledgers of several cases under their locks, until the transaction ends."""

    def __init__(self, cursor: DBAPICursor, statements: Statements, ledgers: Mapping[str, Appending]) -> None:
        self.ledgers = ledgers  # without those that another transaction writes to
        self._cursor = cursor
        self._sql = statements

    def write(self, entries: Sequence[LedgerEntry]) -> None:
        """Append events and replace rows; Conflict, of whichever case, where a number or a key is taken."""
        write(self._cursor, self._sql, entries)

    def audit(self, entries: Sequence[AuditEntry]) -> None:
        """Append to the audit log, which all who append wait for: last. AuditUnavailable where it is not there."""
        if not entries:
            return
        try:
            with translated():
                self._cursor.execute(self._sql.audit_head)
                rows = chained(self._cursor.fetchone(), entries)
                _put(self._cursor, self._sql, audit, [row.values() for row in rows])
                self._cursor.execute(self._sql.audit_moved, {"last": rows[-1]["seq"], "to": rows[-1]["hash"]})
        except (TablesMissing, Conflict) as error:
            raise AuditUnavailable("(it is not as it was left)") from error

    def wake(self, alarms: Mapping[str, datetime]) -> None:
        """Remember cases whose runs are to be told of an earlier alarm, each with it (real time)."""
        for case, alarm in alarms.items():
            self._cursor.execute(self._sql.wake, {"case": case, "alarm": micros(alarm)})


class Ledger(AuditLog):
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
            yield Appending(cursor, self._sql, found)

    @contextmanager
    def append_together(self, cases: Collection[str]) -> Iterator[LedgerGroup]:
        """Hold a write transaction on several cases; it waits for no other on one of them, and commits at the end."""
        with self.appending() as cursor:
            ledgers = self._locked(cursor, cases)
            missing = sorted(case for case in cases if case not in ledgers)
            for case in missing:
                cursor.execute(self._sql.open_head, {"case": case, "seq": 0, "hash": GENESIS})
            if missing:
                ledgers |= self._locked(cursor, missing)
            yield LedgerGroup(cursor, self._sql, ledgers)

    def _locked(self, cursor: DBAPICursor, cases: Collection[str]) -> dict[str, Appending]:
        free = by_place(cursor)
        free.execute(self._sql.lock_free(len(cases)), list(cases))
        return {row[0]: Appending(cursor, self._sql, row) for row in free.fetchall()}

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
            return [event_of(row) for row in found]

    def event_by_request(self, case: str, request_id: str) -> Event | None:
        """Read the event that a request id wrote."""
        with self.reading() as connection:
            found = connection.exec_driver_sql(self._sql.by_request, {"of": case, "request_id": request_id}).first()
        return None if found is None else event_of(found)

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


def event_of(row: Sequence[Any]) -> Event:
    """Return the event of a row with the columns of `EVENT`."""
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
