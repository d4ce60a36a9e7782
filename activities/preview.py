"""What a calendar would do to open cases, before it does: which due dates it gives, moves, and turns over; nothing is written."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby
from typing import NamedTuple

from activities.spans import Touch, TouchedCase, live_cases
from activities.store.hashing import canonical
from activities.store.live_clocks import SpannedClock
from activities.store.store import Store
from sla.almanac import Almanac
from sla.clock import count, is_late
from sla.errors import CalendarVersionError
from sla.model import Model

CASES = 200  # counted at a time


class Move(Model):
    """A clock whose due instant another calendar moves. None: no due date, or none that is known."""

    case: str
    clock: str
    jurisdiction: str
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


class MoveNumbers(Model):
    """How many cases get a due date, have one moved, lose one, and turn overdue or back."""

    dated: int = 0
    moved: int = 0
    undated: int = 0
    to_overdue: int = 0
    to_on_time: int = 0


class DeskMoves(MoveNumbers):
    """The same of the clocks of one owner."""

    jurisdiction: str
    owner: str


class PreviewNumbers(MoveNumbers):
    """What a preview comes to; `digest` names it: the same numbers over the same revision have the same."""

    revision: int
    calendars: tuple[str, ...]  # versions that would be in force today
    desks: tuple[DeskMoves, ...]
    digest: str = ""


class Preview(Model):
    """What a calendar would do to open cases at one business instant; nothing is written."""

    open_cases: int
    moved_cases: int
    to_overdue: int  # cases
    to_on_time: int  # cases
    moves: tuple[Move, ...]


class ClockMove(NamedTuple):
    """A clock that the calendar moves, without what depends on now."""

    clock: str
    jurisdiction: str
    owner: str
    calendar: str
    old_due: datetime | None
    new_due: datetime | None
    judged: bool


class PreviewedCase(NamedTuple):
    """What was counted of a touched case, and whether it holds as long as the ledger stays where it is."""

    seq: int
    lasting: bool
    moves: tuple[ClockMove, ...]


class CalendarPreview:
    """A preview that is kept and made anew: only cases that moved on since are counted again."""

    def __init__(self, almanac: Almanac, known_on: date, *, revision: int = 0, places: Sequence[str] = ()) -> None:
        self._almanac = almanac
        self._known_on = known_on
        self._revision = revision
        self._places = places
        self._counted: dict[str, PreviewedCase] = {}
        self.live_cases = 0  # with a live clock that has begun
        self.looked = 0  # of these, in the reading that is under way

    def refresh(self, store: Store, now: datetime, rest: Callable[[], None] = lambda: None) -> None:
        """Count what moved on since the last time; `now` is business time, `rest` is called between some cases and the next."""
        touch = Touch(self._almanac, lambda place: self._almanac.calendar_for(place, self._known_on))
        counted: dict[str, PreviewedCase] = {}
        self.looked = 0
        for page in live_cases(store, lambda: touch):
            anew = []
            for case in page:
                known = self._counted.get(case.case)
                if known is not None and case.touched and known.lasting and known.seq == case.seq:
                    counted[case.case] = known
                elif case.touched:
                    anew.append(case)
            for first in range(0, len(anew), CASES):
                counted |= self._count(store, anew[first : first + CASES], now)
                rest()
            self.looked += len(page)
        self._counted, self.live_cases = counted, self.looked

    def _count(self, store: Store, cases: Sequence[TouchedCase], now: datetime) -> dict[str, PreviewedCase]:
        places = [(case.case, pos) for case in cases for pos in case.touched]
        seqs = {case.case: case.seq for case in cases}
        by_case = groupby(store.spanned_clocks(places), lambda clock: clock.case)
        return {case: self._counted_case(seqs[case], clocks, now) for case, clocks in by_case}

    def numbers(self, now: datetime) -> PreviewNumbers:
        """Return the numbers at a business instant."""
        whole: Counter[str] = Counter()
        desks: dict[tuple[str, str], Counter[str]] = {}
        for counted in self._counted.values():
            whole.update({word for move in counted.moves for word in _words(move, now)})
            for owner in {(move.jurisdiction, move.owner) for move in counted.moves}:
                of_owner = [move for move in counted.moves if (move.jurisdiction, move.owner) == owner]
                desks.setdefault(owner, Counter()).update({word for move in of_owner for word in _words(move, now)})
        found = PreviewNumbers(
            **MoveNumbers(**whole).model_dump(),
            revision=self._revision,
            calendars=tuple(
                sorted({self._almanac.calendar_for(place, self._known_on).version for place in self._places})
            ),
            desks=tuple(
                DeskMoves(jurisdiction=place, owner=owner, **numbers)
                for (place, owner), numbers in sorted(desks.items())
            ),
        )
        said = canonical(found.model_dump(mode="json", exclude={"digest"}))
        return found.model_copy(update={"digest": sha256(said.encode()).hexdigest()})

    def moves(self, now: datetime, after: str = "") -> Iterator[Move]:
        """Return the clocks that move, in the order of their cases, after one."""
        for case in sorted(case for case in self._counted if case > after):
            yield from (_move(case, move, now) for move in self._counted[case].moves)

    def _counted_case(self, seq: int, clocks: Iterable[SpannedClock], now: datetime) -> PreviewedCase:
        moves: list[ClockMove] = []
        lasting = True
        for spanned in clocks:
            picture, old = spanned.picture, spanned.due_at
            clock = picture.clock
            calendar = self._almanac.calendar_for(clock.jurisdiction, self._known_on)
            reading = count(clock, calendar, now)
            if reading.presumes_at is not None or reading.presumed:
                lasting, old = False, self._old(spanned, now)
            if reading.due_at != old:
                judged = picture.judged and not picture.ramp_up
                found = (clock.key, clock.jurisdiction, picture.owner, calendar.version, old, reading.due_at, judged)
                moves.append(ClockMove(*found))
        return PreviewedCase(seq, lasting, tuple(moves))

    def _old(self, spanned: SpannedClock, now: datetime) -> datetime | None:
        """What the clock comes to now under the calendar that it was counted under: it depends on the instant."""
        try:
            calendar = self._almanac.calendar_of_version(spanned.calendar)
        except CalendarVersionError:
            return spanned.due_at
        return count(spanned.picture.clock, calendar, now).due_at


def preview(store: Store, now: datetime, almanac: Almanac, known_on: date) -> Preview:
    """Say which due dates of open cases the calendars as known on a day would move. `now` is business time."""
    made = CalendarPreview(almanac, known_on)
    made.refresh(store, now)
    numbers, moves = made.numbers(now), tuple(made.moves(now))
    return Preview(
        open_cases=made.live_cases,
        moved_cases=len({move.case for move in moves}),
        to_overdue=numbers.to_overdue,
        to_on_time=numbers.to_on_time,
        moves=moves,
    )


def _words(move: ClockMove, now: datetime) -> Iterator[str]:
    if move.old_due is None:
        yield "dated"
    else:
        yield "undated" if move.new_due is None else "moved"
    was, becomes = (move.judged and is_late(now, due) for due in (move.old_due, move.new_due))
    if was is not becomes:
        yield "to_overdue" if becomes else "to_on_time"


def _move(case: str, move: ClockMove, now: datetime) -> Move:
    was, becomes = (move.judged and is_late(now, due) for due in (move.old_due, move.new_due))
    return Move(
        case=case,
        clock=move.clock,
        jurisdiction=move.jurisdiction,
        owner=move.owner,
        calendar=move.calendar,
        old_due=move.old_due,
        new_due=move.new_due,
        was_overdue=was,
        is_overdue=becomes,
    )
