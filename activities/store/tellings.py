"""What the relay of alerts remembers, has told and has yet to deliver. Instants are real ones."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    case,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from activities.record import Role
from activities.store import tables
from activities.store.database import Database
from activities.store.instants import instant, maybe_instant, micros
from activities.store.outbox import AT_A_TIME, LAST_SET_ASIDE, Attempt, some_of
from sla.clock import Standing
from sla.model import Model

TOLD, TELLING, ALERT = tables.told.c, tables.telling.c, tables.telling_alert.c
CASE, CLOCK = tables.case.c, tables.clock.c
DELIVERY, OUTBOX = tables.delivery.c, tables.outbox.c
# Kinds of notices. A reminder comes each minute; the others are evidence and stay.
RAISED, WITHDRAWN, REMINDER = "raised", "withdrawn", "reminder"


class State(StrEnum):
    """How a receiver was left with a subject."""

    TOLD = "told"
    HELD = "held"  # resolved, it is said; the read model has not confirmed it
    WITHDRAWN = "withdrawn"


class Firing(Model):
    """An alert of a subject that fires, or was the last to."""

    severity: str
    started_at: datetime


class Told(Model):
    """A subject as one receiver was told of it: an alert without its severity, which may rise."""

    receiver: str
    subject: str
    state: State
    since: datetime  # of the state
    case: str | None = None
    severity: str  # the highest that was told
    scope: str
    labels: Mapping[str, str]  # of the last alert told, as the annotations
    annotations: Mapping[str, str]
    started_at: datetime
    ended_at: datetime | None = None
    again: bool = False  # it was told before, withdrawn, and has come back
    due_at: datetime | None = None  # business instant that the read model had when it was told
    firing: Mapping[str, Firing] = {}  # by fingerprint


class AlertLine(Model):
    """An alert of a notice, as evidence. `named`: by itself, not only in a number of further ones."""

    alertname: str
    severity: str
    case: str | None = None
    step: str | None = None
    named: bool = True
    reason: str | None = None


class NewTelling(Model):
    """A notice for one channel."""

    id: str
    receiver: str
    channel: str
    kind: str
    at: datetime
    body: str
    alerts: tuple[AlertLine, ...]


class Telling(Model):
    """A notice as the log has it."""

    number: int
    id: str
    receiver: str
    channel: str
    kind: str
    at: datetime
    alerts: tuple[AlertLine, ...] = ()
    attempts: tuple[Attempt, ...] = ()


class BareClock(NamedTuple):
    """What the read model says of a clock without its picture."""

    case: str
    key: str
    main: bool  # the clock that a list shows of the case
    step: str | None  # of a step's planning target
    live: bool  # it runs, and its case is open
    due_at: datetime | None


class StepCount(NamedTuple):
    """Steps on an owner's desk."""

    jurisdiction: str
    owner: str
    counted: int
    overdue: int


class TellingFilter(Model):
    """Which notices a list holds; None asks nothing."""

    case: str | None = None
    receiver: str | None = None
    since: datetime | None = None
    reminders: bool = False
    set_aside: bool = False  # only those that their channel refused, or that were given up


class Remembering:
    """One receiver's memory in a write transaction that holds it alone."""

    def __init__(self, connection: Connection, receiver: str, *, lite: bool) -> None:
        self._connection = connection
        self._receiver = receiver
        self._upsert = sqlite.insert if lite else postgresql.insert

    def known(self, subjects: Iterable[str]) -> dict[str, Told]:
        """Say what the receiver was told of these."""
        found: dict[str, Told] = {}
        for some in some_of(subjects):
            query = select(TOLD.picture).where(TOLD.receiver == self._receiver, TOLD.subject.in_(some))
            read = [Told.model_validate_json(text) for text in self._connection.scalars(query)]
            found |= {told.subject: told for told in read}
        return found

    def put(self, remembered: Iterable[Told]) -> None:
        """Remember these as they are now."""
        values = [
            {
                "receiver": self._receiver,
                "subject": told.subject,
                "state": told.state.value,
                "case": told.case,
                "since": micros(told.since),
                "picture": told.model_dump_json(),
            }
            for told in remembered
        ]
        if values:
            upsert = self._upsert(tables.told)
            changed = {name: upsert.excluded[name] for name in ("state", "case", "since", "picture")}
            statement = upsert.on_conflict_do_update(index_elements=["receiver", "subject"], set_=changed)
            self._connection.execute(statement, values)

    def waits(self, channel: str, kind: str) -> bool:
        """Tell whether a notice of a kind still waits for delivery."""
        query = select(OUTBOX.number).join(tables.telling, TELLING.number == OUTBOX.number)
        query = query.where(OUTBOX.channel == channel, OUTBOX.receiver == self._receiver, TELLING.kind == kind)
        return self._connection.execute(query.limit(1)).first() is not None

    def tell(self, telling: NewTelling) -> None:
        """Put a notice on record and into the outbox."""
        values = telling.model_dump(exclude={"alerts"}) | {"at": micros(telling.at)}
        number = self._connection.execute(insert(tables.telling).returning(TELLING.number), values).scalar_one()
        lines = [{"number": number, "pos": pos, **line.model_dump()} for pos, line in enumerate(telling.alerts)]
        if lines:
            self._connection.execute(insert(tables.telling_alert), lines)
        waiting = {"number": number, "channel": telling.channel, "receiver": telling.receiver, "attempts": 0}
        at = micros(telling.at)
        self._connection.execute(insert(tables.outbox), {**waiting, "at": at, "next_at": at})


class Tellings(Database):
    """The relay's memory, its outbox and its log."""

    @contextmanager
    def remembering(self, receiver: str) -> Iterator[Remembering]:
        """Hold one receiver's memory, to read and to change in one transaction."""
        with self.writing() as connection:
            if not self.sqlite:  # on SQLite there is one writer
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"relay:{receiver}"))))
            yield Remembering(connection, receiver, lite=self.sqlite)

    def remembered(self, state: State, *, after: tuple[str, str] = ("", ""), limit: int = AT_A_TIME) -> list[Told]:
        """Read subjects in a state by receiver and subject, after one."""
        later = (TOLD.receiver > after[0]) | ((TOLD.receiver == after[0]) & (TOLD.subject > after[1]))
        query = select(TOLD.picture).where(TOLD.state == state.value, later)
        with self.reading() as connection:
            found = connection.scalars(query.order_by(TOLD.receiver, TOLD.subject).limit(limit)).all()
        return [Told.model_validate_json(text) for text in found]

    def clear(self, before: datetime) -> None:
        """Forget reminders that were delivered, and subjects that were withdrawn, before an instant."""
        waiting = select(OUTBOX.number)
        old = select(TELLING.number).where(
            TELLING.kind == REMINDER, TELLING.at < micros(before), TELLING.number.not_in(waiting)
        )
        with self.writing() as connection:
            numbers = list(connection.scalars(old))
            for some in some_of(numbers):
                for table in (tables.delivery, tables.telling_alert, tables.telling):
                    connection.execute(delete(table).where(table.c.number.in_(some)))
            withdrawn = (TOLD.state == State.WITHDRAWN.value) & (TOLD.since < micros(before))
            connection.execute(delete(tables.told).where(withdrawn))

    def bare_clocks(self, cases: Iterable[str]) -> dict[str, list[BareClock]]:
        """Read the clocks of these cases, in order; a case that the read model does not know is left out."""
        found: dict[str, list[BareClock]] = {}
        names = ("key", "role", "step", "live", "due_at")
        with self.reading() as connection:
            for some in some_of(sorted(set(cases))):
                query = select(CASE.case, CASE.open, CASE.main, *(CLOCK[name] for name in names))
                query = query.join_from(tables.case, tables.clock, CLOCK.case == CASE.case, isouter=True)
                for row in connection.execute(query.where(CASE.case.in_(some)).order_by(CASE.case, CLOCK.pos)):
                    clocks = found.setdefault(row.case, [])
                    if row.key is not None:
                        clocks.append(_bare(row))
        return found

    def step_counts(self, overdue_before: datetime) -> list[StepCount]:
        """Count for each owner in each jurisdiction the live clocks of steps, without suspended ones, and the overdue."""
        late = func.sum(case((CLOCK.due_at <= micros(overdue_before), 1), else_=0))
        query = (
            select(CASE.jurisdiction, CLOCK.owner, func.count(), late)
            .join(tables.case, CASE.case == CLOCK.case)
            .where(CASE.open, CLOCK.live, CLOCK.role == Role.STEP.value)
            .where(CLOCK.standing.is_(None) | (CLOCK.standing != Standing.SUSPENDED.value))
            .group_by(CASE.jurisdiction, CLOCK.owner)
        )
        with self.reading() as connection:
            return [StepCount(*row) for row in connection.execute(query)]

    def tellings(self, wanted: TellingFilter, *, after: int = 0, limit: int = 1000) -> list[Telling]:
        """Read notices with their alerts and attempts, oldest first, after a number."""
        query = select(tables.telling).where(TELLING.number > after, *conditions_of(wanted))
        with self.reading() as connection:
            found = connection.execute(query.order_by(TELLING.number).limit(limit)).mappings().all()
            numbers = [row["number"] for row in found]
            alerts: dict[int, list[AlertLine]] = {number: [] for number in numbers}
            attempts: dict[int, list[Attempt]] = {number: [] for number in numbers}
            for some in some_of(numbers):
                lines = select(tables.telling_alert).where(ALERT.number.in_(some)).order_by(ALERT.number, ALERT.pos)
                for row in connection.execute(lines).mappings():
                    alerts[row["number"]].append(AlertLine(**_but(row, "number", "pos")))
                tries = select(tables.delivery).where(DELIVERY.number.in_(some)).order_by(DELIVERY.number, DELIVERY.nth)
                for row in connection.execute(tries).mappings():
                    attempts[row["number"]].append(Attempt(**_but(row, "number") | {"at": instant(row["at"])}))
        return [
            Telling(
                **_but(row, "body") | {"at": instant(row["at"])},
                alerts=tuple(alerts[row["number"]]),
                attempts=tuple(attempts[row["number"]]),
            )
            for row in found
        ]


def _bare(row: Row[Any]) -> BareClock:
    return BareClock(
        case=row.case,
        key=row.key,
        main=row.key == row.main,
        step=row.step if row.role == Role.STEP.value else None,
        live=row.live and row.open,
        due_at=maybe_instant(row.due_at),
    )


def conditions_of(wanted: TellingFilter) -> list[ColumnElement[bool]]:
    """Return what a filter asks of a notice."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.case is not None:
        conditions.append(TELLING.number.in_(select(ALERT.number).where(ALERT.case == wanted.case)))
    if wanted.receiver is not None:
        conditions.append(TELLING.receiver == wanted.receiver)
    if wanted.since is not None:
        conditions.append(TELLING.at >= micros(wanted.since))
    if wanted.set_aside:
        conditions.append(TELLING.number.in_(select(DELIVERY.number).where(LAST_SET_ASIDE)))
    if not wanted.reminders:
        conditions.append(TELLING.kind != REMINDER)
    return conditions


def _but(row: Mapping[Any, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
