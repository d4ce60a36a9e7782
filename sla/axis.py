"""The integer axes on which the units of a limit are counted. A position on an axis is called a mark."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from math import ceil, floor
from typing import NamedTuple, Protocol

from sla.calendar import Calendar
from sla.errors import LimitError

SHANGHAI = timezone(timedelta(hours=8))  # no summer time since 1991
DAY_LENGTH = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000  # microseconds
MINUTES_PER_HOUR = 60
MONTHS_PER_YEAR = 12
DUE_SOON_SHARE = Decimal("0.2")  # of a limit in working hours that is left when it is due soon
CENTI = Decimal("0.01")


def local(at: datetime) -> datetime:
    """Return the instant in Shanghai's time; one without an offset is an error."""
    if at.tzinfo is SHANGHAI:
        return at
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no offset")
    return at.astimezone(SHANGHAI)


def local_day(at: datetime) -> date:
    """Return the day in Shanghai of an instant."""
    return local(at).date()


def end_of(day: date) -> datetime:
    """Return the instant at which a day of Shanghai ends."""
    return datetime.combine(day, time(0), SHANGHAI) + DAY_LENGTH


def due_day(at: datetime) -> date:
    """Return the day in Shanghai of a due instant: 24:00 is the end of a day, not the beginning of the next one."""
    return local_day(at - MICROSECOND)


def due_time(at: datetime) -> str:
    """Return the time of day of a due instant, to the minute: `17:30`, `24:00`."""
    there = local(at)
    return "24:00" if there.date() != due_day(at) else f"{there:%H:%M}"


class Hours(NamedTuple):
    """The hours of a channel; `close` None where a day ends at 24:00."""

    cutoff: time
    close: time | None
    morning: tuple[time, time]
    afternoon: tuple[time, time]

    def closing(self, day: date) -> datetime:
        """Return the last instant of the day that is still in time."""
        if self.close is None:
            return end_of(day)
        return datetime.combine(day, self.close, SHANGHAI)


class Due(NamedTuple):
    """When a limit ends: its last day, the instant, and the mark of that instant."""

    day: date
    at: datetime
    mark: int


class Axis(Protocol):
    """How one unit is counted. Time is used on (start, end]: an event's own day lies before its mark."""

    @property
    def last(self) -> int:
        """The mark at which the published calendar ends."""

    def enter(self, at: datetime, *, roll: bool) -> int:
        """Return the mark of a start or a resumption; beyond `last` where the day it rolls to is not published."""

    def start_day(self, at: datetime, mark: int, *, roll: bool) -> date:
        """Return the day of a start that has this mark."""

    def first_day(self, start_day: date) -> int:
        """Return the marks that the day of the start is worth where it counts."""

    def leave(self, at: datetime) -> int:
        """Return the mark of a suspension's begin, a stop or now."""

    def length(self, start_day: date, amount: Decimal) -> int:
        """Return the marks that a limit comes to."""

    def soon(self, start_day: date, amount: Decimal, threshold: int) -> int:
        """Return the marks after which a limit is due soon."""

    def units(self, start_day: date, marks: int) -> Decimal:
        """Return marks in the limit's unit."""

    def due(self, mark: int, not_before: datetime) -> Due | None:
        """Say when a limit that ends on the mark is due; None beyond the calendar."""

    def dawn(self, mark: int, not_before: datetime) -> datetime:
        """Return the instant from which a mark counts as reached."""


class Workdays:
    """Working days; a mark is the number of working days up to a day."""

    __slots__ = ("calendar", "hours", "last")

    def __init__(self, calendar: Calendar, hours: Hours) -> None:
        self.calendar = calendar
        self.hours = hours
        self.last = len(calendar.days) - 1

    def enter(self, at: datetime, *, roll: bool) -> int:
        day = at.date()
        mark = self.calendar.clipped(day)
        if self.calendar.days[mark] == day:
            return mark + 1 if roll and at.time() > self.hours.cutoff else mark
        return mark + 1 if roll or day > self.calendar.known_until else mark

    def start_day(self, at: datetime, mark: int, *, roll: bool) -> date:
        return self.calendar.day(mark) if roll else at.date()

    def first_day(self, start_day: date) -> int:
        return int(self.calendar.days[self.calendar.clipped(start_day)] == start_day)

    def leave(self, at: datetime) -> int:
        return self.calendar.clipped(at.date())

    def length(self, start_day: date, amount: Decimal) -> int:
        return floor(amount)

    def soon(self, start_day: date, amount: Decimal, threshold: int) -> int:
        return ceil(amount - threshold)

    def units(self, start_day: date, marks: int) -> Decimal:
        return Decimal(marks)

    def due(self, mark: int, not_before: datetime) -> Due | None:
        if mark > self.last:
            return None
        day = self.calendar.day(mark)
        return Due(day, self.hours.closing(day), mark)

    def dawn(self, mark: int, not_before: datetime) -> datetime:
        return max(datetime.combine(self.calendar.day(mark), time(0), SHANGHAI), not_before)


class CalendarDays:
    """Calendar days; a mark is the ordinal of a day. A last day without work gives way to the next working day."""

    __slots__ = ("calendar", "hours", "last")

    def __init__(self, calendar: Calendar, hours: Hours) -> None:
        self.calendar = calendar
        self.hours = hours
        self.last = calendar.known_until.toordinal()

    def enter(self, at: datetime, *, roll: bool) -> int:
        day = at.date()
        count = self.calendar.clipped(day)
        if not roll or (self.calendar.days[count] == day and at.time() <= self.hours.cutoff):
            return day.toordinal()
        return self._working(count + 1)

    def start_day(self, at: datetime, mark: int, *, roll: bool) -> date:
        return date.fromordinal(mark)

    def first_day(self, start_day: date) -> int:
        return 1

    def leave(self, at: datetime) -> int:
        return at.date().toordinal()

    def length(self, start_day: date, amount: Decimal) -> int:
        return floor(amount)

    def soon(self, start_day: date, amount: Decimal, threshold: int) -> int:
        return self.length(start_day, amount) - threshold

    def units(self, start_day: date, marks: int) -> Decimal:
        return Decimal(marks)

    def due(self, mark: int, not_before: datetime) -> Due | None:
        if mark > self.last:
            return None
        day = date.fromordinal(mark)
        count = self.calendar.count(day)
        if self.calendar.days[count] != day:
            mark = self._working(count + 1)
            if mark > self.last:
                return None
            day = date.fromordinal(mark)
        return Due(day, self.hours.closing(day), mark)

    def dawn(self, mark: int, not_before: datetime) -> datetime:
        return max(datetime.combine(date.fromordinal(mark), time(0), SHANGHAI), not_before)

    def _working(self, number: int) -> int:
        days = self.calendar.days
        return days[number].toordinal() if number < len(days) else self.last + 1


class Months(CalendarDays):
    """Months: the last day has the number of the first, or is the month's last (民法典 202)."""

    __slots__ = ()

    def length(self, start_day: date, amount: Decimal) -> int:
        return days_of_months(start_day, amount)

    def units(self, start_day: date, marks: int) -> Decimal:
        """Whole months and the share of the next one, to a hundredth, rounded down."""
        return in_months(start_day, marks)


class UnmovedDays(CalendarDays):
    """Calendar days whose last one stays the last, whether it works or not."""

    __slots__ = ()

    def due(self, mark: int, not_before: datetime) -> Due | None:
        if mark > self.last:
            return None
        day = date.fromordinal(mark)
        return Due(day, self.hours.closing(day), mark)


class UnmovedMonths(UnmovedDays, Months):
    """Months whose last day stays the last, whether it works or not."""

    __slots__ = ()


class Workhours:
    """Working hours; a mark is the office time up to an instant, in microseconds."""

    __slots__ = ("calendar", "forenoon", "hours", "last", "span")

    def __init__(self, calendar: Calendar, hours: Hours) -> None:
        self.calendar = calendar
        self.hours = hours
        self.forenoon = _length(hours.morning)
        self.span = self.forenoon + _length(hours.afternoon)
        self.last = (len(calendar.days) - 1) * self.span

    def enter(self, at: datetime, *, roll: bool) -> int:
        return self.leave(at) if at.date() <= self.calendar.known_until else self.last + 1

    def start_day(self, at: datetime, mark: int, *, roll: bool) -> date:
        return self._opening(at, mark).date()

    def first_day(self, start_day: date) -> int:
        return 0

    def leave(self, at: datetime) -> int:
        day = at.date()
        count = self.calendar.clipped(day)
        if self.calendar.days[count] != day:
            return count * self.span
        return (count - 1) * self.span + self._office(at.time())

    def length(self, start_day: date, amount: Decimal) -> int:
        return floor(amount * MINUTES_PER_HOUR * MINUTE)

    def soon(self, start_day: date, amount: Decimal, threshold: int) -> int:
        return floor(self.length(start_day, amount) * (1 - DUE_SOON_SHARE))

    def units(self, start_day: date, marks: int) -> Decimal:
        """Return marks in the limit's unit."""
        return (Decimal(marks // MINUTE) / MINUTES_PER_HOUR).quantize(CENTI)

    def due(self, mark: int, not_before: datetime) -> Due | None:
        if mark > self.last:
            return None
        at = max(self._at(mark), not_before)
        return Due(at.date(), at, mark)

    def dawn(self, mark: int, not_before: datetime) -> datetime:
        return max(self._at(mark), not_before)

    def _opening(self, at: datetime, mark: int) -> datetime:
        """The first instant from `at` on at which the office is open on a working day."""
        count, part = divmod(mark, self.span)
        day = self.calendar.day(count + 1)
        begin = self.hours.morning[0] if part < self.forenoon else self.hours.afternoon[0]
        return max(at, datetime.combine(day, begin, SHANGHAI))

    def _at(self, mark: int) -> datetime:
        """The first instant with this mark."""
        count, part = divmod(mark, self.span)
        if part == 0 and count > 0:
            count, part = count - 1, self.span
        day = self.calendar.day(count + 1)
        if part <= self.forenoon:
            return datetime.combine(day, self.hours.morning[0], SHANGHAI) + part * MICROSECOND
        return datetime.combine(day, self.hours.afternoon[0], SHANGHAI) + (part - self.forenoon) * MICROSECOND

    def _office(self, at: time) -> int:
        """Office time of a working day up to a time of day."""
        day = date.min
        now = datetime.combine(day, at)
        passed = 0
        for begin, end in (self.hours.morning, self.hours.afternoon):
            until = min(now, datetime.combine(day, end))
            passed += max(0, (until - datetime.combine(day, begin)) // MICROSECOND)
        return passed


def _length(window: tuple[time, time]) -> int:
    return (datetime.combine(date.min, window[1]) - datetime.combine(date.min, window[0])) // MICROSECOND


def months_later(day: date, months: int) -> date:
    """Return the day of the same number months later, or the last of its month."""
    years, month = divmod(day.month - 1 + months, MONTHS_PER_YEAR)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days_of_months(start_day: date, amount: Decimal) -> int:
    """Return the days that a limit in months comes to; LimitError where it is no whole number."""
    if amount != int(amount):
        raise LimitError(f"{amount} months: a limit in months is whole")
    return (months_later(start_day, int(amount)) - start_day).days


def in_months(start_day: date, days: int) -> Decimal:
    """Return days after a day in months: whole ones and the share of the next one, to a hundredth, rounded down."""
    reached = start_day + timedelta(days=days)
    months = (reached.year - start_day.year) * MONTHS_PER_YEAR + reached.month - start_day.month
    if months_later(start_day, months) > reached:
        months -= 1
    whole = months_later(start_day, months)
    part = Decimal((reached - whole).days) / (months_later(start_day, months + 1) - whole).days
    return months + part.quantize(CENTI, "ROUND_DOWN")
