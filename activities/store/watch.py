"""What the exporter of metrics reads: narrow rows, already counted together as far as now does not part them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    literal_column,
    select,
    text,
)

from activities.record import Role
from activities.store import tables
from activities.store.database import Database
from activities.store.groups import BIT, Mark, StoredGroup
from activities.store.instants import instant, maybe_instant, micros

CASE, STEP, CLOCK, EVENT = tables.case.c, tables.step.c, tables.clock.c, tables.event.c
BEAT = tables.heartbeat.c
QUEUES = "queue/"  # what names of heartbeats begin with that came through a task queue
PATIENCE_MS = 3000  # for each statement of a look

COUNTED = ("accepted", "completed", "decided")
RUNGS = ("rung-raised", "rung-noted", "rung-withdrawn", "note-withdrawn")


class OpenGroup(NamedTuple):
    """Open steps, or with `step` None cases, that are alike. `standing` None: compare the instants with now."""

    jurisdiction: str
    procedure: str
    owner: str
    step: str | None
    standing: str | None
    due_at: int | None  # instants are microseconds
    due_soon_at: int | None
    number: int


class Detail(NamedTuple):
    """An open step, or with `step` None a case, by itself; `picture` is its clock's."""

    case: str
    jurisdiction: str
    procedure: str
    owner: str
    step: str | None
    main: str | None  # key of the case's main clock
    judged: bool
    due_at: int
    picture: str


class Snapshot(NamedTuple):
    """One look at the read model."""

    steps: Sequence[OpenGroup]
    cases: Sequence[OpenGroup]
    first_steps: Sequence[Detail]  # by due instant and number
    first_cases: Sequence[Detail]
    unmarked: int
    pending: int
    faults: Mapping[str, int]
    heartbeats: Mapping[str, datetime]  # by task queue
    last_told: datetime | None
    checkpoint: datetime | None  # when the last one was kept, outside too where it is to be


class Milestone(NamedTuple):
    """An event that is counted, or a rung by which one of the same case is found to be late."""

    case: str
    seq: int
    kind: str
    at: int
    told: int
    jurisdiction: str
    procedure: str
    owner: str
    main: str | None
    body: Mapping[str, Any]


class Watch(Database):
    """Looks at everything that is open, and at what has happened."""

    def watch(self, series: int, unmarked_before: datetime) -> Snapshot:
        """Take one snapshot, with the first `series` steps and cases by themselves; none that was over before it was told.

        An overdue clock that no rung marks counts as unmarked where it was due before that business instant.
        """
        with self.looking() as connection:
            return Snapshot(
                steps=_groups(connection, _step_groups()),
                cases=_groups(connection, _case_groups()),
                first_steps=_details(connection, _first_steps(series)),
                first_cases=_details(connection, _first_cases(series)),
                unmarked=connection.scalar(_unmarked(micros(unmarked_before))) or 0,
                pending=connection.scalar(_pending()) or 0,
                faults=_faults(connection),
                heartbeats=_heartbeats(connection),
                checkpoint=maybe_instant(connection.scalar(select(BEAT.at).where(BEAT.name == "checkpoint"))),
                last_told=maybe_instant(connection.scalar(select(func.max(EVENT.told)))),
            )

    def milestones(self, after: str = "", cases: int = 500) -> tuple[str | None, list[Milestone]]:
        """Read those of the next `cases` cases, by case and number; returns the last case too, None at the end."""
        head = tables.head.c
        numbers = select(head.case).where(head.case > after).order_by(head.case).limit(cases)
        with self.looking() as connection:
            found = list(connection.scalars(numbers))
            if not found:
                return None, []
            return found[-1], _milestones(connection, and_(EVENT.case > after, EVENT.case <= found[-1]))

    def milestones_of_cases_since(self, told: datetime, cases: int = 500) -> list[Milestone]:
        """Read those of every case about which something counted was told since then, by case and number."""
        lately = select(EVENT.case).where(EVENT.told >= micros(told), EVENT.kind.in_(COUNTED)).distinct()
        found: list[Milestone] = []
        with self.looking() as connection:
            numbers = sorted(connection.scalars(lately))
            for begin in range(0, len(numbers), cases):
                found += _milestones(connection, EVENT.case.in_(numbers[begin : begin + cases]))
        return found

    def moved_by_calendar(self, since: datetime) -> dict[str, int]:
        """Count by jurisdiction the open cases with a due instant that a changed calendar moved since a business instant."""
        query = (
            select(EVENT.case, CASE.jurisdiction, EVENT.body)
            .join(tables.case, CASE.case == EVENT.case)
            .where(text(tables.APPLIED), EVENT.told >= micros(since), CASE.open)
        )
        moved: dict[str, set[str]] = {}
        with self.looking() as connection:
            for number, jurisdiction, body in connection.execute(query):
                if any(before is not None for before, _ in json.loads(body)["moved"].values()):
                    moved.setdefault(jurisdiction, set()).add(number)
        return {jurisdiction: len(numbers) for jurisdiction, numbers in moved.items()}

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """Open one snapshot, in which no statement takes long."""
        with self.reading() as connection:
            if not self.sqlite:
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
            yield connection


def _live(role: str) -> ColumnElement[bool]:
    # said in so many words: only then SQLite takes the index that holds live clocks alone
    return and_(CLOCK.live, CLOCK.role == literal_column(f"'{role}'"))


def _step_groups() -> Select[Any]:
    alike = (
        CASE.jurisdiction,
        CASE.procedure,
        CLOCK.owner,
        CLOCK.step,
        CLOCK.standing,
        CLOCK.due_at,
        CLOCK.due_soon_at,
    )
    joined = select(*alike, func.count()).join(tables.case, CASE.case == CLOCK.case)
    return joined.where(_live("step"), CASE.open).group_by(*alike)


def _case_groups() -> Select[Any]:
    none: ColumnElement[Any] = literal_column("NULL")
    alike = (CASE.jurisdiction, CASE.procedure, CASE.owner)
    moving = (CASE.standing, CASE.due_at, CASE.due_soon_at)
    return select(*alike, none, *moving, func.count()).where(CASE.open).group_by(*alike, *moving)


def _groups(connection: Connection, query: Select[Any]) -> list[OpenGroup]:
    return [OpenGroup(*row) for row in connection.execute(query)]


def _first_steps(series: int) -> Select[Any]:
    whose: tuple[ColumnElement[Any], ...] = (
        CASE.case,
        CASE.jurisdiction,
        CASE.procedure,
        CLOCK.owner,
        CLOCK.step,
        CASE.main,
    )
    query = select(*whose, CLOCK.judged, CLOCK.due_at, CLOCK.picture).join(tables.case, CASE.case == CLOCK.case)
    dated = query.where(_live("step"), CLOCK.due_at.is_not(None), ~CLOCK.noted)
    return dated.order_by(CLOCK.due_at, CLOCK.case).limit(series)


def _first_cases(series: int) -> Select[Any]:
    first = (
        select(CASE.case, CASE.jurisdiction, CASE.procedure, CASE.owner, CASE.main, CASE.due_at)
        .where(CASE.group_ == StoredGroup.DATED, CASE.marks.bitwise_and(BIT[Mark.NOTED]) == 0)
        .order_by(CASE.group_order, CASE.case)
        .limit(series)
        .subquery()
        .c
    )
    none: ColumnElement[Any] = literal_column("NULL")
    whose = (first.case, first.jurisdiction, first.procedure, first.owner, none, first.main)
    judged = and_(CLOCK.judged, ~CLOCK.ramp_up)
    query = select(*whose, judged, first.due_at, CLOCK.picture)
    main = and_(CLOCK.case == first.case, CLOCK.key == first.main)
    return query.join(tables.clock, main).order_by(first.due_at, first.case)


def _details(connection: Connection, query: Select[Any]) -> list[Detail]:
    return [Detail(*row) for row in connection.execute(query)]


def _unmarked(before: int) -> Select[Any]:
    # each role is named for the sake of the index
    passed = and_(CLOCK.live, CLOCK.role.in_([*Role]), CLOCK.due_at <= before)
    return select(func.count()).where(passed, CLOCK.overdue_seq.is_(None), ~CLOCK.ramp_up)


def _pending() -> Select[Any]:
    return select(func.count()).select_from(tables.step).where(tables.PENDING)


def _faults(connection: Connection) -> dict[str, int]:
    fault = tables.fault.c
    found = select(fault.kind, func.count()).where(fault.resolved_at.is_(None)).group_by(fault.kind)
    return {row[0]: row[1] for row in connection.execute(found)}


def _heartbeats(connection: Connection) -> dict[str, datetime]:
    found = connection.execute(select(BEAT.name, BEAT.at).where(BEAT.name.startswith(QUEUES)))
    return {name.removeprefix(QUEUES): instant(at) for name, at in found}


def _milestones(connection: Connection, which: ColumnElement[bool]) -> list[Milestone]:
    # of an acceptance or a decision nothing but its kind is asked, and its body may be long
    body = case((EVENT.kind.in_(("completed", *RUNGS)), EVENT.body), else_="{}")
    of_case = (CASE.jurisdiction, CASE.procedure, CASE.owner, CASE.main)
    query = (
        select(EVENT.case, EVENT.seq, EVENT.kind, EVENT.at, EVENT.told, *of_case, body)
        .join(tables.case, CASE.case == EVENT.case)
        .where(which, EVENT.kind.in_((*COUNTED, *RUNGS)))
        .order_by(EVENT.case, EVENT.seq)
    )
    return [Milestone(*row[:9], json.loads(row[9])) for row in connection.execute(query)]
