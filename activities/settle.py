"""Where facts meet time: a case's new events are appended, its clocks counted, and its next alarm answered."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from itertools import chain as join

from temporalio import activity

from activities.record import ClockPicture, Event, Head, NewEvent, Picture, Role
from activities.rungs import ACTOR, Instant, findings, next_alarm, with_rungs
from activities.store.hashing import chain
from activities.store.ledger import Appending
from activities.store.rows import ClockRow, Rows, counted
from activities.store.store import Store
from sla.calendar import Calendar, calendar_for, calendar_of_version
from sla.clock import Reading, count
from sla.model import Model
from sla.timeline import Timeline

PAGE = 200  # events in one answer
CHINA = timezone(timedelta(hours=8))


class Settle(Model):
    """A case's request: what the workflow knows, what it decided, and the picture that follows."""

    case: str
    expected: Head
    events: tuple[NewEvent, ...] = ()
    picture: Picture | None = None  # None: only compare
    as_of: datetime | None = None  # the latest instant at which anything known was told
    calendar: str | None = None  # version of the last known event


class Outcome(StrEnum):
    """What became of a request."""

    LEVEL = "level"  # ledger and workflow agree; the events were appended
    AHEAD = "ahead"  # the ledger knows more: nothing was written
    FAULT = "fault"  # the ledger is behind, or differs: nothing was written


class Settled(Model):
    """The answer. `hashes` are of the request's events; `found` are events that settling itself appended."""

    outcome: Outcome
    head: Head
    calendar: str = ""
    hashes: tuple[str, ...] = ()
    found: tuple[Event, ...] = ()
    unknown: tuple[Event, ...] = ()
    due: dict[str, datetime | None] = {}
    alarm: datetime | None = None
    fault: str | None = None


class Settler:
    """The activity, over one store and one timeline."""

    def __init__(self, store: Store, timeline: Timeline, grace: timedelta, now: Callable[[], datetime]) -> None:
        self._store = store
        self._timeline = timeline
        self._grace = grace
        self._now = now

    @activity.defn(name="settle")
    def settle(self, request: Settle) -> Settled:
        """Compares and appends in one transaction; raises StoreUnavailable while the database is away."""
        now = Instant(self._now(), self._timeline, self._grace)
        with self._store.append(request.case) as ledger:
            behind = _disagreement(ledger, request.expected)
            if behind is not None:
                ledger.fault("ledger-disagrees", behind, now.business)
                return Settled(outcome=Outcome.FAULT, head=ledger.head, fault=behind)
            if ledger.head.seq > request.expected.seq:
                unknown = tuple(ledger.events_after(request.expected.seq, PAGE))
                return Settled(outcome=Outcome.AHEAD, head=ledger.head, unknown=unknown)
            if request.picture is None:
                return Settled(outcome=Outcome.LEVEL, head=ledger.head)
            return append(ledger, request, request.picture, now)


def _disagreement(ledger: Appending, expected: Head) -> str | None:
    """What is wrong where the ledger is not the workflow's own or ahead of it; a fault is never written over."""
    head = ledger.head
    if head.seq < expected.seq:
        return f"the ledger ends at {head.seq}, the workflow knows {expected.seq} events"
    known = head.hash if head.seq == expected.seq else ledger.hash_at(expected.seq)
    if expected.seq and known != expected.hash:
        return f"event {expected.seq} has hash {known} in the ledger, {expected.hash} in the workflow"
    return None


def append(ledger: Appending, request: Settle, picture: Picture, now: Instant) -> Settled:
    """Counts a picture and appends the request's events and what counting finds; the caller has compared."""
    calendar = calendar_for(picture.case.jurisdiction, today(now.business))
    readings = [read(c, calendar, now.business) for c in picture.clocks]
    moved = applied(picture.clocks, request.calendar, calendar, now.business)
    cause = _cause(request.events, calendar_moved=bool(moved))
    raised = join.from_iterable(
        findings(c, r, now, cause) for c, r in zip(picture.clocks, readings, strict=True)
    )
    found = [*moved, *raised]
    events = chain(request.case, ledger.head, [*request.events, *found], calendar.version)
    if events:
        ledger.add(events)
        told = max(e.told for e in events)
        as_of = told if request.as_of is None else max(told, request.as_of)
        clocks = with_rungs(picture.clocks, events[len(request.events) :])
        ledger.put(rows(picture.model_copy(update={"clocks": clocks}), calendar, as_of))
    alarms = [a for c, r in zip(picture.clocks, readings, strict=True) if (a := next_alarm(c, r, now))]
    return Settled(
        outcome=Outcome.LEVEL,
        head=Head(seq=events[-1].seq, hash=events[-1].hash) if events else ledger.head,
        calendar=calendar.version,
        hashes=tuple(e.hash for e in events[: len(request.events)]),
        found=tuple(events[len(request.events) :]),
        due=_extendable(picture.clocks, readings),
        alarm=min(alarms, default=None),
    )


def today(business: datetime) -> date:
    """The civil day in China of a business instant."""
    return business.astimezone(CHINA).date()


def read(clock: ClockPicture, calendar: Calendar, now: datetime) -> Reading:
    """A clock's reading; a verdict is counted under the calendar it was given under."""
    under = clock.judged_under if clock.clock.stop is not None else None
    return count(clock.clock, calendar_of_version(under) if under else calendar, now)


def rows(picture: Picture, calendar: Calendar, as_of: datetime) -> Rows:
    """The read model's rows: the same for the same events, whoever writes them and whenever."""
    clocks: list[ClockRow] = []
    for clock in picture.clocks:
        reading = read(clock, calendar, as_of)
        judged = clock
        if clock.clock.stop is not None and not clock.void:
            under = clock.judged_under or calendar.version
            judged = clock.model_copy(update={"judged_under": under, "verdict": reading.standing.value})
        clocks.append(counted(judged, reading))
    return Rows(case=picture.case, steps=picture.steps, clocks=tuple(clocks))


def applied(clocks: Sequence[ClockPicture], last: str | None, calendar: Calendar, now: datetime) -> list[NewEvent]:
    """The event that puts moved due dates on record, old and new, where the calendar is not the one last used."""
    if not last or last == calendar.version:
        return []
    before = calendar_of_version(last)
    moved: dict[str, list[str | None]] = {}
    changed = False
    for clock in clocks:
        if clock.clock.stop is None and not clock.void:
            old, new = count(clock.clock, before, now), count(clock.clock, calendar, now)
            changed |= _thresholds(old) != _thresholds(new)
            if old.due_at != new.due_at:
                moved[clock.clock.key] = [_text(old.due_at), _text(new.due_at)]
    if not changed:
        return []
    body = {"from": last, "to": calendar.version, "moved": moved}
    return [NewEvent(kind="calendar-applied", at=now, told=now, actor=ACTOR, body=body)]


def _thresholds(reading: Reading) -> tuple[object, ...]:
    """What of a reading the read model keeps and a changed calendar may change, even where no due date moves."""
    return reading.due_at, reading.due_soon_at, reading.start_day, reading.provisional, reading.horizon is None


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _cause(events: Sequence[NewEvent], *, calendar_moved: bool) -> str:
    """Why a rung that was raised may no longer hold: the last fact that can have moved it."""
    causes = [_CAUSES[e.kind] for e in events if e.kind in _CAUSES]
    return causes[-1] if causes else "calendar" if calendar_moved else "told-late"


_CAUSES = {
    "amended": "corrected",
    "extended": "extended",
    "suspended": "suspended",
    "returned": "suspended",
    "resumed": "resumed",
    "resubmitted": "resumed",
    "accepted": "told-late",
    "completed": "told-late",
    "confirmed": "told-late",
}


def _extendable(clocks: Sequence[ClockPicture], readings: Sequence[Reading]) -> dict[str, datetime | None]:
    return {
        c.clock.key: r.due_at
        for c, r in zip(clocks, readings, strict=True)
        if c.role in (Role.PROMISE, Role.STATUTORY) and c.clock.stop is None and not c.void
    }
