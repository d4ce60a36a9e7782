"""Working days counted one by one: the demo's own reckoning, beside the one that it puts to the test."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sla.axis import SHANGHAI
from sla.release import RELEASE

CLOSE = time(17, 30)
ONE = timedelta(days=1)

Halt = tuple[date, date]  # the day on which a clock is stopped, and the day on which it goes on


class WorkingDays:
    """The working days of a jurisdiction as they were known on a day."""

    def __init__(self, jurisdiction: str, as_of: date) -> None:
        self._calendar = RELEASE.calendar_for(jurisdiction, as_of)

    def works(self, day: date) -> bool:
        """Tell whether it is a working day."""
        return self._calendar.is_working(day)

    def plus(self, day: date, number: int) -> date:
        """Return the working day `number` after the day; before it where the number is negative."""
        step = ONE if number >= 0 else -ONE
        for _ in range(abs(number)):
            day += step
            while not self.works(day):
                day += step
        return day

    def within(self, first: date, last: date) -> list[date]:
        """Return the working days after the first day and before the last."""
        days = []
        day = first + ONE
        while day < last:
            if self.works(day):
                days.append(day)
            day += ONE
        return days

    def due(self, accepted: date, limit: int, halts: Iterable[Halt] = ()) -> date:
        """Return the last working day on which no more than the limit is used; the day of acceptance does not count."""
        stopped = tuple(halts)
        due, used, day = accepted, 0, accepted
        while True:
            day = self.plus(day, 1)
            used += not any(begin < day <= end for begin, end in stopped)
            if used > limit:
                return due
            due = day


def at(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return an instant in China."""
    return datetime.combine(day, time(hour, minute, second), SHANGHAI)


def close(day: date, *, late: int = 0) -> datetime:
    """Return the close of business of a day, or `late` seconds later."""
    return datetime.combine(day, CLOSE, SHANGHAI) + timedelta(seconds=late)


def midnight(day: date, *, late: int = 0) -> datetime:
    """Return the last second of a day, where nobody has office hours; or that second of the next day, with `late`."""
    return at(day, 23, 59, 59) if not late else datetime.combine(day + ONE, time(0), SHANGHAI) + timedelta(seconds=late)


def evenly(days: WorkingDays, begin: datetime, until: datetime, number: int) -> list[datetime]:
    """Choose `number` instants between `begin` and `until`, in order, on working days where there are any."""
    between = days.within(begin.date(), until.date())
    if not between:
        end = min(until, max(at(begin.date(), 17), begin + timedelta(minutes=10)))
        return [begin + (end - begin) * n / (number + 1) for n in range(1, number + 1)]
    return [at(between[n * len(between) // number], 10, n) for n in range(number)]
