"""A changed calendar applied to open cases, by compare and append; nothing in it needs a running workflow."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from activities.record import ClockPicture, Event, Picture, changes
from activities.rungs import Instant, next_alarm
from activities.settle import Settle, drafted, read
from activities.store.ledger import Appending
from activities.store.rows import CaseClock, CaseView, ClockRow
from activities.store.store import Store
from sla.almanac import Almanac
from sla.axis import local_day
from sla.calendar import Calendar
from sla.clock import count, is_late
from sla.model import Model

CASES = 200  # in one batch
ATTEMPTS = 5  # at a case whose ledger moves meanwhile; what moves it applies the calendar itself


class Batch(NamedTuple):
    """What became of some cases with live clocks."""

    live: tuple[str, ...]  # all that were looked at
    applied: tuple[str, ...]  # whose ledgers took the calendar
    sooner: tuple[str, ...]  # of these, whose next alarm is earlier than the one that their runs have armed


class Move(Model):
    """A clock whose due instant another calendar moves. None: no due date, or none that is known."""

    case: str
    clock: str
    owner: str
    calendar: str
    old_due: datetime | None
    new_due: datetime | None
    was_overdue: bool
    is_overdue: bool

    @property
    def flips(self) -> bool:
        """Whether it turns from on time to overdue, or back."""
        return self.was_overdue is not self.is_overdue


class Preview(Model):
    """What a calendar would do to open cases at one business instant; nothing is written."""

    open_cases: int
    moved_cases: int
    to_overdue: int  # cases
    to_on_time: int  # cases
    moves: tuple[Move, ...]


class _Stale(Exception):
    """The ledger moved between reading the rows and locking it."""


def sweep(store: Store, now: Callable[[], Instant]) -> Iterator[Batch]:
    """Apply the calendar of the day to every case with a live clock that it touches; may raise StoreUnavailable."""
    for page in _pages(store):
        moment = now()
        touched = [case for case, clocks in page if any(_touched(c, moment) for c in clocks)]
        done = {case: sooner for case in touched if (sooner := _apply(store, case, now)) is not None}
        yield Batch(
            live=tuple(case for case, _ in page),
            applied=tuple(done),
            sooner=tuple(case for case, sooner in done.items() if sooner),
        )


def preview(store: Store, now: datetime, almanac: Almanac, known_on: date) -> Preview:
    """Say which due dates of open cases the calendars as known on a day would move. `now` is business time."""
    looked = 0
    moves: list[Move] = []
    for page in _pages(store):
        looked += len(page)
        for case, clocks in page:
            moves += [move for clock in clocks if (move := _move(case, clock, now, almanac, known_on)) is not None]
    return Preview(
        open_cases=looked,
        moved_cases=len({m.case for m in moves}),
        to_overdue=len({m.case for m in moves if m.flips and m.is_overdue}),
        to_on_time=len({m.case for m in moves if m.flips and m.was_overdue}),
        moves=tuple(moves),
    )


def touches(row: ClockRow, almanac: Almanac, calendar: Calendar) -> bool:
    """Tell whether a calendar differs, on a day of a clock's span, from the one it was last counted under."""
    if row.calendar == calendar.version:
        return False
    changed = almanac.changed_days(row.calendar, calendar.version)
    if changed is None or (row.provisional and row.due_date is not None):
        return True
    first = _first_day(row)
    return first is not None and any(first <= day <= (row.due_date or date.max) for day in changed)


def _touched(row: ClockRow, now: Instant) -> bool:
    return touches(row, now.almanac, now.calendar(_place(row)))


def _pages(store: Store) -> Iterator[list[tuple[str, list[ClockRow]]]]:
    """All live clocks that have begun, some cases at a time."""
    after = ""
    while found := store.open_clocks_touching(date.min, date.max, after, CASES):
        yield [(case, [c.clock for c in clocks]) for case, clocks in groupby(found, _case)]
        after = found[-1].case


def _case(found: CaseClock) -> str:
    return found.case


def _place(row: ClockRow) -> str:
    return row.picture.clock.jurisdiction


def _first_day(row: ClockRow) -> date | None:
    """The day of receipt or of the start as it happened: on a day off it would move with the calendar."""
    clock = row.picture.clock
    begun = clock.receipt.received if clock.receipt is not None else clock.start
    return row.start_day if begun is None else min(local_day(begun), row.start_day or date.max)


def _apply(store: Store, case: str, now: Callable[[], Instant]) -> bool | None:
    """Whether the case's alarm is earlier now; None where nothing of it moved."""
    for _ in range(ATTEMPTS):
        view = store.case(case)
        if view is None:
            return None
        try:
            with store.append(case) as ledger:
                return _append(ledger, view, now())
        except _Stale:
            continue
    return None


def _append(ledger: Appending, view: CaseView, now: Instant) -> bool | None:
    if ledger.head != view.head:
        raise _Stale
    events = _events(ledger)
    last = events[-1].calendar
    clocks = tuple(row.picture for row in view.clocks)
    before = _alarm(clocks, last, now)
    request = Settle(
        case=ledger.case,
        expected=ledger.head,
        as_of=max(e.told for e in events),
        calendar=last,
    )
    draft = drafted(request, changes(None, Picture(case=view.case, steps=view.steps, clocks=clocks)), now)
    ledger.write(draft.events, draft.rows)
    settled = draft.settled
    if not settled.found:
        return None
    return settled.alarm is not None and (before is None or settled.alarm < before)


def _events(ledger: Appending) -> list[Event]:
    events: list[Event] = []
    while len(events) < ledger.head.seq:
        events += ledger.events_after(len(events))
    return events


def _alarm(clocks: Sequence[ClockPicture], version: str, now: Instant) -> datetime | None:
    """The alarm that a run has armed which last settled under a calendar."""
    calendar = now.almanac.calendar_as_corrected(version)
    alarms = (next_alarm(c, read(c, now.almanac, calendar, now.business), now) for c in clocks)
    return min((a for a in alarms if a is not None), default=None)


def _move(case: str, row: ClockRow, now: datetime, almanac: Almanac, known_on: date) -> Move | None:
    calendar = almanac.calendar_for(_place(row), known_on)
    if not touches(row, almanac, calendar):
        return None
    reading = count(row.picture.clock, calendar, now)
    if reading.due_at == row.due_at:
        return None
    judged = row.picture.judged and not row.picture.ramp_up
    return Move(
        case=case,
        clock=row.picture.clock.key,
        owner=row.picture.owner,
        calendar=calendar.version,
        old_due=row.due_at,
        new_due=reading.due_at,
        was_overdue=judged and is_late(now, row.due_at),
        is_overdue=judged and reading.overdue,
    )
