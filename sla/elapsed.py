"""Limits that run from instant to instant, where no office closes: a day is 24 hours on the clocks of the place."""

from datetime import date, datetime, time
from decimal import Decimal
from math import floor

from sla.axis import (
    DAY_LENGTH,
    DUE_SOON_SHARE,
    MICROSECOND,
    SHANGHAI,
    Due,
    Hours,
    days_of_months,
    in_months,
)
from sla.calendar import Calendar

DAY = DAY_LENGTH // MICROSECOND  # marks of a day
HOUR = DAY // 24
PLACES = Decimal("0.00001")  # of a day or an hour: less than a second


class ElapsedDays:
    """Days to the second; a mark is the time up to an instant, in microseconds, of the days that count."""

    __slots__ = ("counted", "hours", "last", "offices", "rolls")

    def __init__(self, counted: Calendar, offices: Calendar, hours: Hours, *, rolls: bool) -> None:
        self.counted = counted  # its working days are those that count
        self.offices = offices
        self.hours = hours
        self.rolls = rolls  # an end on a day off gives way to the same time on the next working day
        self.last = (len(counted.days) - 1) * DAY

    def enter(self, at: datetime, *, roll: bool) -> int:
        if roll and not self._works(at.date(), before=self.hours.cutoff, now=at.time()):
            morning = self._next_morning(at.date())
            return self.last + 1 if morning is None else self.leave(morning)
        return self.leave(at) if at.date() <= self.counted.known_until else self.last + 1

    def start_day(self, at: datetime, mark: int, *, roll: bool) -> date:
        day = self.counted.day(mark // DAY + 1)
        return day if roll else at.date()

    def first_day(self, start_day: date) -> int:
        return 0

    def leave(self, at: datetime) -> int:
        day = at.date()
        count = self.counted.clipped(day)
        if self.counted.days[count] != day:
            return count * DAY
        return (count - 1) * DAY + (at - datetime.combine(day, time(0), SHANGHAI)) // MICROSECOND

    def length(self, start_day: date, amount: Decimal) -> int:
        return floor(amount * DAY)

    def soon(self, start_day: date, amount: Decimal, threshold: int) -> int:
        return floor(self.length(start_day, amount) * (1 - DUE_SOON_SHARE))

    def units(self, start_day: date, marks: int) -> Decimal:
        """Return marks in days, rounded down to less than a second."""
        return (Decimal(marks) / DAY).quantize(PLACES, "ROUND_DOWN")

    def due(self, mark: int, not_before: datetime) -> Due | None:
        if mark > self.last:
            return None
        at = max(self._at(mark), not_before)
        if self.rolls and not self._works(at.date()):
            morning = self._next_morning(at.date())
            if morning is None:
                return None
            at = datetime.combine(morning.date(), at.time(), SHANGHAI)
            mark = self.leave(at)
        return Due(at.date(), at, mark)

    def dawn(self, mark: int, not_before: datetime) -> datetime:
        return max(self._at(mark), not_before)

    def _at(self, mark: int) -> datetime:
        """The first instant with this mark: a day that is whole ends at 24:00."""
        count, part = divmod(mark, DAY)
        if part == 0 and count > 0:
            return datetime.combine(self.counted.day(count), time(0), SHANGHAI) + DAY_LENGTH
        return datetime.combine(self.counted.day(count + 1), time(0), SHANGHAI) + part * MICROSECOND

    def _works(self, day: date, *, before: time = time.max, now: time = time.min) -> bool:
        return self.offices.days[self.offices.clipped(day)] == day and now <= before

    def _next_morning(self, day: date) -> datetime | None:
        number = self.offices.clipped(day) + 1
        if number >= len(self.offices.days):
            return None
        return datetime.combine(self.offices.days[number], time(0), SHANGHAI)


class ElapsedHours(ElapsedDays):
    """Hours of the day and the night 自然小时: from the instant itself to the instant itself, on whatever day that is."""

    __slots__ = ()

    def enter(self, at: datetime, *, roll: bool) -> int:
        return super().enter(at, roll=False)

    def start_day(self, at: datetime, mark: int, *, roll: bool) -> date:
        return at.date()

    def length(self, start_day: date, amount: Decimal) -> int:
        return floor(amount * HOUR)

    def units(self, start_day: date, marks: int) -> Decimal:
        """Return marks in hours, rounded down to less than a second."""
        return (Decimal(marks) / HOUR).quantize(PLACES, "ROUND_DOWN")


class ElapsedMonths(ElapsedDays):
    """Months to the second: they end at the same time on the day of the same number."""

    __slots__ = ()

    def length(self, start_day: date, amount: Decimal) -> int:
        return days_of_months(start_day, amount) * DAY

    def units(self, start_day: date, marks: int) -> Decimal:
        """Return whole days as months, to a hundredth."""
        return in_months(start_day, marks // DAY)
