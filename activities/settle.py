"""Where facts meet time: a case's new events are appended, its clocks counted, and its next alarm answered."""

import contextlib
import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from activities.record import Changes, ClockPicture, CommandOrigin, Event, Head, NewEvent, Picture, Role
from activities.rungs import ACTOR, Instant, findings, next_alarm, with_rungs
from activities.store.audit_log import AuditEntry, Who
from activities.store.columns import Shown, shown
from activities.store.errors import AuditUnavailable, StoreUnavailable
from activities.store.hashing import Stored, linked, numbered
from activities.store.ledger import Appending, LedgerEntry
from activities.store.rows import CaseRows, ChangedRows, ClockRow, counted
from activities.store.store import Store
from activities.withdrawals import Facts
from sla.almanac import Almanac
from sla.calendar import Calendar
from sla.clock import Reading, count
from sla.errors import CalendarVersionError
from sla.model import Model
from sla.timeline import Timeline

PAGE = 200  # events in one answer
FAULT = "ledger-disagrees"
UNKNOWN = "unknown"


class Settle(Model):
    """A case's request: what the workflow knows, what it decided, and what changes in its picture."""

    case: str
    expected: Head
    events: tuple[NewEvent, ...] = ()
    origins: tuple[CommandOrigin | None, ...] = ()  # how each event's command came in
    changes: Changes | None = None  # None: only compare
    as_of: datetime | None = None  # the latest instant at which anything known was told
    calendar: str | None = None  # version of the last known event


class SettleOutcome(StrEnum):
    """What became of a request."""

    LEVEL = "level"  # ledger and workflow agree; the events were appended
    AHEAD = "ahead"  # the ledger knows more: nothing was written
    FAULT = "fault"  # the ledger is behind, or differs: nothing was written


class Settled(Model):
    """The answer. `hashes` are of the request's events; `found` are events that settling itself appended."""

    outcome: SettleOutcome
    head: Head
    calendar: str = ""
    hashes: tuple[str, ...] = ()
    found: tuple[Event, ...] = ()
    unknown: tuple[Event, ...] = ()
    due: dict[str, datetime | None] = {}
    alarm: datetime | None = None
    fault: str | None = None


class Prepared(NamedTuple):
    """A request, and what it writes where ledger and workflow agree; None where it only compares."""

    request: Settle
    draft: "Draft | None"
    at: datetime  # business instant
    audit: list[AuditEntry]  # a row for each command that became an event


class Settler:
    """Settles over one store and one timeline."""

    def __init__(
        self,
        store: Store,
        timeline: Timeline,
        grace: timedelta,
        now: Callable[[], datetime],
        almanac: Almanac,
        renew: Callable[[], Almanac] | None = None,
    ) -> None:
        self._renew = renew  # asked where a case was counted by a calendar that is not known here yet
        self._store = store
        self.almanac = almanac  # replaced as a whole where another one comes in force
        self._timeline = timeline
        self._grace = grace
        self._now = now

    def prepare(self, request: Settle) -> Prepared:
        """Count as if ledger and workflow agreed, before the lock for which others wait."""
        if self._renew is not None and request.calendar and not self.almanac.gives_back(request.calendar):
            with contextlib.suppress(StoreUnavailable):
                self.almanac = self._renew()
        now = Instant(self._now(), self._timeline, self._grace, self.almanac)
        draft = None if request.changes is None else drafted(request, request.changes, now)
        return Prepared(request, draft, now.business, _audited(request, now.real))

    def settle(self, request: Settle) -> Settled:
        """Compare and append in one transaction; StoreUnavailable: the database is away, or another one writes to the case."""
        [answer] = self._settled([self.prepare(request)])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def settle_together(self, prepared: Sequence[Prepared]) -> list[Settled | Exception]:
        """Settle several cases in one transaction; each gets its answer or its error.

        Where one of them cannot be written, each is settled by itself, and only that one fails.
        """
        try:
            return self._settled(prepared)
        except StoreUnavailable as error:
            if len(prepared) == 1 or not isinstance(error, AuditUnavailable):
                return [error] * len(prepared)
            return [answer for one in prepared for answer in self.settle_together([one])]  # alarms need no row
        except Exception as error:  # noqa: BLE001  # of which case, shows when each is by itself
            if len(prepared) == 1:
                return [error]
            return [answer for one in prepared for answer in self.settle_together([one])]

    def _settled(self, prepared: Sequence[Prepared]) -> list[Settled | Exception]:
        with self._store.append_together([one.request.case for one in prepared]) as group:
            answers: list[Settled | Exception] = []
            entries: list[LedgerEntry] = []
            audit: list[AuditEntry] = []
            for request, draft, at, done in prepared:
                ledger = group.ledgers.get(request.case)
                if ledger is None:
                    answers.append(StoreUnavailable("(another transaction writes to the case)"))
                elif (other := _compared(ledger, request, at)) is not None:
                    answers.append(other)
                elif draft is None:
                    answers.append(Settled(outcome=SettleOutcome.LEVEL, head=ledger.head))
                else:
                    answers.append(draft.settled)
                    entries.append(LedgerEntry(ledger, draft.events, draft.rows))
                    audit += done
            group.write(entries)
            group.audit(audit)
        return answers


def _audited(request: Settle, now: datetime) -> list[AuditEntry]:
    """The audit rows of the request's events; a command that says not how it came in has one all the same."""
    entries: list[AuditEntry] = []
    for event, origin in itertools.zip_longest(request.events, request.origins):
        known = origin or CommandOrigin(
            action=event.kind, role=UNKNOWN, source_ip=UNKNOWN, request_id=event.request_id or UNKNOWN
        )
        who = Who(now, event.actor, known.role, known.source_ip, known.request_id)
        entries.append(AuditEntry(who, known.action, request.case))
    return entries


def _compared(ledger: Appending, request: Settle, now: datetime) -> Settled | None:
    """The answer where ledger and workflow are not level, so that nothing is written; None where they are."""
    behind = _disagreement(ledger, request.expected)
    if behind is not None:
        ledger.fault(FAULT, behind, now)
        return Settled(outcome=SettleOutcome.FAULT, head=ledger.head, fault=behind)
    if ledger.head.seq > request.expected.seq:
        unknown = tuple(ledger.events_after(request.expected.seq, PAGE))
        return Settled(outcome=SettleOutcome.AHEAD, head=ledger.head, unknown=unknown)
    return None


def _disagreement(ledger: Appending, expected: Head) -> str | None:
    """What is wrong where the ledger is not the workflow's own or ahead of it; a fault is never written over."""
    head = ledger.head
    if head.seq < expected.seq:
        return f"the ledger ends at {head.seq}, the workflow knows {expected.seq} events"
    known = head.hash if head.seq == expected.seq else ledger.hash_at(expected.seq)
    if expected.seq and known != expected.hash:
        return f"event {expected.seq} has hash {known} in the ledger, {expected.hash} in the workflow"
    return None


class Draft(NamedTuple):
    """What a settling writes, and its answer once that is written."""

    events: list[Stored]
    rows: Shown | None
    settled: Settled


def drafted(request: Settle, changed: Changes, now: Instant) -> Draft:
    """Count what changed or may fall due: the request's events, what counting finds, and the rows they make."""
    almanac, calendar = now.almanac, now.calendar(changed.case.jurisdiction)
    clocks = [c for c in changed.clocks if c is not None]
    readings = [read(c, almanac, calendar, now.business) for c in clocks]
    moved = applied(clocks, request.calendar, almanac, calendar, now.business, readings)
    facts = Facts(request.events, [step for step in changed.steps if step is not None], calendar_moved=bool(moved))
    raised = itertools.chain.from_iterable(findings(c, r, now, facts) for c, r in zip(clocks, readings, strict=True))
    news = [*request.events, *moved, *raised]
    events = linked(request.case, request.expected, news, calendar.version)
    known = len(request.events)
    found = [numbered(event, row) for event, row in zip(news[known:], events[known:], strict=True)]
    rows = None
    if news:
        told = max(e.told for e in news)
        as_of = told if request.as_of is None else max(told, request.as_of)
        made = iter(
            [_row(c, r, almanac, calendar, as_of) for c, r in zip(with_rungs(clocks, found), readings, strict=True)]
        )
        kept = tuple(None if c is None else next(made) for c in changed.clocks)
        rows = shown(ChangedRows.model_construct(case=changed.case, steps=changed.steps, clocks=kept))
    alarms = [a for c, r in zip(clocks, readings, strict=True) if (a := next_alarm(c, r, now))]
    settled = Settled(
        outcome=SettleOutcome.LEVEL,
        head=Head(seq=events[-1].seq, hash=events[-1].hash) if events else request.expected,
        calendar=calendar.version,
        hashes=tuple(row.hash for row in events[:known]),
        found=tuple(found),
        due=_extendable(clocks, readings),
        alarm=min(alarms, default=None),
    )
    return Draft(events, rows, settled)


def read(clock: ClockPicture, almanac: Almanac, calendar: Calendar, now: datetime) -> Reading:
    """Return a clock's reading; a verdict is counted under the calendar it was given under."""
    under = clock.judged_under if clock.clock.stop is not None else None
    return count(clock.clock, almanac.calendar_as_corrected(under) if under else calendar, now)


def rows(picture: Picture, almanac: Almanac, version: str, as_of: datetime) -> CaseRows:
    """Return the read model's rows: the same for the same events, whoever writes them and whenever."""
    calendar = almanac.calendar_as_corrected(version)
    clocks = tuple(_row(c, read(c, almanac, calendar, as_of), almanac, calendar, as_of) for c in picture.clocks)
    return CaseRows(case=picture.case, steps=picture.steps, clocks=clocks)


def as_settled(picture: Picture, settled: Settled) -> Picture:
    """Return the picture that the rows show once it is settled: new verdicts under the calendar of their event, rungs found."""
    clocks = with_rungs([judged(c, settled.calendar) for c in picture.clocks], settled.found)
    return picture.model_copy(update={"clocks": clocks})


def judged(clock: ClockPicture, calendar: str) -> ClockPicture:
    """Judge a clock whose stop has just been appended under that event's calendar."""
    if clock.judged_under == "":
        return clock.model_copy(update={"judged_under": calendar})
    return clock


def _row(clock: ClockPicture, reading: Reading, almanac: Almanac, calendar: Calendar, as_of: datetime) -> ClockRow:
    if clock.clock.stop is None:
        if reading.presumed or reading.horizon is not None or any(s.end is None for s in clock.clock.suspensions):
            reading = read(clock, almanac, calendar, as_of)  # what depends on the instant is kept as of the last event
    else:
        clock = judged(clock, calendar.version)
        clock = clock if clock.void else clock.model_copy(update={"verdict": reading.standing.value})
    return counted(clock, reading)


def applied(
    clocks: Sequence[ClockPicture],
    last: str | None,
    almanac: Almanac,
    calendar: Calendar,
    now: datetime,
    counted: Sequence[Reading],
) -> list[NewEvent]:
    """Return the event that puts moved due dates on record, old and new, where the calendar is not the one last used."""
    if not last or last == calendar.version:
        return []
    both = [(c.clock, r) for c, r in zip(clocks, counted, strict=True) if c.clock.stop is None and not c.void]
    live, readings = [clock for clock, _ in both], [reading for _, reading in both]
    try:
        before = almanac.calendar_of_version(last)
    except CalendarVersionError:  # its table was wrong and a release corrected it: what it said is not known any more
        moved = {c.key: [None, _text(r.due_at)] for c, r in zip(live, readings, strict=True)}
    else:
        old = [count(c, before, now) for c in live]
        if [_thresholds(r) for r in old] == [_thresholds(r) for r in readings]:
            return []
        pairs = zip(live, old, readings, strict=True)
        moved = {c.key: [_text(o.due_at), _text(n.due_at)] for c, o, n in pairs if o.due_at != n.due_at}
    if not live:
        return []
    body = {"from": last, "to": calendar.version, "moved": moved}
    return [NewEvent(kind="calendar-applied", at=now, told=now, actor=ACTOR, body=body)]


def _thresholds(reading: Reading) -> tuple[object, ...]:
    """What of a reading the read model keeps and a changed calendar may change, even where no due date moves."""
    return reading.due_at, reading.due_soon_at, reading.start_day, reading.provisional, reading.horizon is None


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _extendable(clocks: Sequence[ClockPicture], readings: Sequence[Reading]) -> dict[str, datetime | None]:
    return {
        c.clock.key: r.due_at
        for c, r in zip(clocks, readings, strict=True)
        if c.role in (Role.PROMISE, Role.STATUTORY) and c.clock.stop is None and not c.void
    }
