"""Working-day arithmetic for a jurisdiction, under what was published on a day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256

from sla.errors import CalendarHorizonError
from sla.notices.notice import Change, Notice
from sla.notices.table import SATURDAY, check, check_changes, tabulate

PROVISIONAL = timedelta(days=2)  # of the last days known: the three from 29 December
BASE = "base"  # in a version: nothing with a known day of publication is in it


class DayKind(StrEnum):
    """What a civil day is under a calendar."""

    WORKING = "working"
    MAKE_UP = "make-up"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Which days work 工作日历, from `known_from` to `known_until`, both included; never beyond."""

    jurisdiction: str
    version: str
    known_from: date
    known_until: date
    origin: int = field(repr=False)  # ordinal of known_from
    counts: tuple[int, ...] = field(repr=False)  # working days up to each day
    days: tuple[date, ...] = field(repr=False)  # the k-th working day; days[0] stands for none
    names: dict[date, str] = field(repr=False)

    def count(self, day: date) -> int:
        """Working days from `known_from` up to the day, included."""
        index = day.toordinal() - self.origin
        if index < 0:
            raise self.too_early()
        try:
            return self.counts[index]
        except IndexError:
            raise CalendarHorizonError(self.known_until) from None

    def clipped(self, day: date) -> int:
        """Like `count`, but stops at the ends of what is known."""
        index = day.toordinal() - self.origin
        if index < 0:
            return 0
        return self.counts[index] if index < len(self.counts) else len(self.days) - 1

    def day(self, number: int) -> date:
        """Return the working day of this number; the inverse of `count`."""
        if number < 1:
            raise self.too_early()
        try:
            return self.days[number]
        except IndexError:
            total = len(self.days) - 1
            raise CalendarHorizonError(self.known_until, total, number - total) from None

    def add(self, day: date, number: int) -> date:
        """Return the working day `number` after the day; for 0 the last one up to it."""
        index = day.toordinal() - self.origin
        if index < 0 or number < 1:
            return self._add_at_the_edge(day, number)
        try:
            return self.days[self.counts[index] + number]
        except IndexError:
            counted = len(self.days) - 1 - self.clipped(day)
            raise CalendarHorizonError(self.known_until, counted, number - counted) from None

    def is_working(self, day: date) -> bool:
        """Tell whether the day is a working day."""
        return self.days[self.count(day)] == day

    def next_working(self, day: date) -> date:
        """Return the first working day after the day."""
        return self.add(day, 1)

    def between(self, after: date, until: date) -> int:
        """Working days after the first date up to the second, included."""
        return self.count(until) - self.count(after)

    def kind(self, day: date) -> DayKind:
        """Say what the day is; `holiday` has its name."""
        if self.is_working(day):
            return DayKind.WORKING if day.weekday() < SATURDAY else DayKind.MAKE_UP
        return DayKind.HOLIDAY if day in self.names else DayKind.WEEKEND

    def holiday(self, day: date) -> str | None:
        """Return the holiday's name as its notice words it; None on a working day or a plain weekend."""
        return self.names.get(day) if self.kind(day) is DayKind.HOLIDAY else None

    @property
    def provisional_from(self) -> date:
        """29 December of the last year known: from here on the next year's notice may still move a day."""
        return self.known_until - PROVISIONAL

    def provisional(self, day: date) -> bool:
        """Tell whether the next year's notice may still move the day."""
        return self.provisional_from <= day <= self.known_until

    def changed_days(self, other: "Calendar") -> set[date]:
        """Return the days that work in one of the two only, or that only one of them knows."""
        ends = {self.known_until, other.known_until}
        first, last = self.origin, max(ends).toordinal()
        common = min(ends).toordinal()
        changed = set(map(date.fromordinal, range(common + 1, last + 1)))
        mine, theirs = set(self.days[1:]), set(other.days[1:])
        changed.update(day for day in mine ^ theirs if first <= day.toordinal() <= common)
        return changed

    def too_early(self) -> CalendarHorizonError:
        """Return the error for a day before the calendar."""
        return CalendarHorizonError(self.known_until, known_from=self.known_from)

    def _add_at_the_edge(self, day: date, number: int) -> date:
        if number < 0:
            raise ValueError("working days are added, never taken off")
        return self.day(self.count(day) + number)


def build(
    jurisdiction: str, as_of: date, notices: Sequence[Notice], amendments: Sequence[Change], overlays: Sequence[Change]
) -> Calendar:
    """Return a calendar from a table of its own, checked; notices unknown on `as_of` are left out."""
    notices = sorted((notice for notice in notices if notice.known <= as_of), key=lambda notice: notice.year)
    amendments = sorted((change for change in amendments if change.known <= as_of), key=lambda change: change.known)
    check(notices, amendments)
    first, last = date(notices[0].year, 1, 1), date(notices[-1].year, 12, 31)
    local = [change for change in overlays if change.known <= as_of and change.days[-1] <= last]
    check_changes(notices, (*amendments, *local))
    table = tabulate(notices, (*amendments, *local))
    entries: tuple[Notice | Change, ...] = (*notices, *amendments, *local)
    latest = max(entry.known for entry in entries)
    stamp = BASE if latest == date.min else latest.isoformat()
    return _calendar(jurisdiction, stamp, (first, last), table.works, table.names)


def every_day(first: date, last: date) -> Calendar:
    """Return a calendar without an office: every day works, and no notice says otherwise."""
    return _calendar("none", BASE, (first, last), lambda _: True, {})


def weekdays(first: date, last: date, off: frozenset[date] = frozenset()) -> Calendar:
    """Return a calendar in which Monday to Friday work, but for the days given; no notice made it."""
    return _calendar("weekdays", BASE, (first, last), lambda day: day.weekday() < SATURDAY and day not in off, {})


def without(calendar: Calendar, days: frozenset[date]) -> Calendar:
    """Return a calendar as it would be if these days did not work: what somebody counts by who does not know of them."""
    span = (calendar.known_from, calendar.known_until)
    return _calendar(
        calendar.jurisdiction, "without", span, lambda day: calendar.is_working(day) and day not in days, calendar.names
    )


def _calendar(
    jurisdiction: str, stamp: str, span: tuple[date, date], works: Callable[[date], bool], names: Mapping[date, str]
) -> Calendar:
    first, last = span
    counts: list[int] = []
    days = [date.min]
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if works(day):
            days.append(day)
        counts.append(len(days) - 1)
    digest = sha256(" ".join(map(str, (first, last, *days[1:]))).encode()).hexdigest()[:8]
    return Calendar(
        jurisdiction=jurisdiction,
        version=f"{jurisdiction}:{stamp}:{digest}",
        known_from=first,
        known_until=last,
        origin=first.toordinal(),
        counts=tuple(counts),
        days=tuple(days),
        names=dict(names),
    )
