"""Why another system has another due date: ways of counting are tried until one comes to exactly that day."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import combinations
from typing import NamedTuple

from sla.axis import SHANGHAI, local_day
from sla.calendar import Calendar, DayKind, weekdays, without
from sla.clock import Clock, Unit, count
from sla.days import Day, day_ledger
from sla.errors import CountingError

MOST_TOGETHER = 2  # ways of counting that may have to come together
MOST_DAYS = 1000  # between the two dates; more is no matter of counting


class DueReason(StrEnum):
    """A way of counting that is not ours."""

    CALENDAR_DAYS = "calendar-days"
    MAKE_UP_DAY_MISSING = "make-up-day-missing"
    HOLIDAYS_COUNTED = "holidays-counted"
    SUSPENSION_NOT_COUNTED = "suspension-not-counted"
    EXTENSION_NOT_COUNTED = "extension-not-counted"
    AFTER_HOURS_NOT_ROLLED = "after-hours-not-rolled"
    START_DAY_COUNTED = "start-day-counted"
    FROM_RECEIPT = "from-receipt"
    APPLICANT_TIME_COUNTED = "applicant-time-counted"


REASON_WORDS: Mapping[DueReason, str] = {
    DueReason.CALENDAR_DAYS: "按自然日计 calendar days counted, not working days",
    DueReason.MAKE_UP_DAY_MISSING: "漏计调休上班日 a make-up day is missing",
    DueReason.HOLIDAYS_COUNTED: "只除周末，未除节假日 weekends alone left out, no notice followed",
    DueReason.SUSPENSION_NOT_COUNTED: "未扣中止时间 a suspension is not left out",
    DueReason.EXTENSION_NOT_COUNTED: "未计延期 an extension is not counted",
    DueReason.AFTER_HOURS_NOT_ROLLED: "下班后或休息日受理未顺延 acceptance after hours counts as of that day",
    DueReason.START_DAY_COUNTED: "受理当日计入 the day of acceptance is counted",
    DueReason.FROM_RECEIPT: "自接件起算 counted from receipt, not from acceptance",
    DueReason.APPLICANT_TIME_COUNTED: "未扣申请人用时 the applicant's time is not left out",
}
UNEXPLAINED = "未能解释 unexplained"


class CountedDue(NamedTuple):
    """A clock, and the calendar that it is counted by."""

    clock: Clock
    calendar: Calendar


class DifferentDay(NamedTuple):
    """A day that one of the two counts and the other does not; `ours`: what became of it by our day ledger."""

    day: date
    ours: Day | None
    used_by_us: bool


class Explanation(NamedTuple):
    """The ways of counting that together come to exactly their day, and the days in which they differ from ours."""

    reasons: tuple[DueReason, ...]
    days: tuple[DifferentDay, ...]


Way = Callable[[CountedDue], CountedDue]


def explained(ours: CountedDue, received: datetime | None, theirs: date) -> tuple[Explanation, ...]:
    """Return every smallest set of ways of counting that comes to exactly their day; none: unexplained."""
    ways = _ways(ours, received, theirs)
    for together in range(1, MOST_TOGETHER + 1):
        found: dict[tuple[DueReason, ...], Explanation] = {}
        for some in combinations(ways, together):
            reasons = tuple(reason for reason, _ in some)
            if len(set(reasons)) < together or reasons in found:
                continue
            other = ours
            for _, way in some:
                other = way(other)
            if _due(other) == theirs:
                found[reasons] = Explanation(reasons, _days(ours, other, theirs))
        if found:
            return tuple(found.values())
    return ()


def _due(counted: CountedDue) -> date | None:
    clock = counted.clock
    try:
        return count(
            clock, counted.calendar, clock.stop or clock.start or datetime.max.replace(tzinfo=SHANGHAI)
        ).due_date
    except CountingError:
        return None


def _ways(ours: CountedDue, received: datetime | None, theirs: date) -> list[tuple[DueReason, Way]]:
    """Ways of counting that change anything for this clock, the plainest first."""
    clock = ours.clock
    ways: list[tuple[DueReason, Way]] = []
    if clock.limit.unit is Unit.WORKDAY:
        in_days = clock.limit.model_copy(update={"unit": Unit.DAY})
        ways.append((DueReason.CALENDAR_DAYS, _with(limit=in_days)))
        ways += [(DueReason.MAKE_UP_DAY_MISSING, _under(days)) for days in _make_up_days(ours, theirs)]
        ways.append((DueReason.HOLIDAYS_COUNTED, _by_weekdays))
    for some in _some_left(clock.suspensions):
        ways.append((DueReason.SUSPENSION_NOT_COUNTED, _with(suspensions=some)))  # beside the others
    if clock.extensions:
        ways.append((DueReason.EXTENSION_NOT_COUNTED, _with(extensions=())))
    if clock.policy.roll_accept:
        unrolled = clock.policy.model_copy(update={"roll_accept": False, "cutoff": time.max})
        ways.append((DueReason.AFTER_HOURS_NOT_ROLLED, _with(policy=unrolled)))
    if not clock.policy.count_start_day:
        ways.append((DueReason.START_DAY_COUNTED, _start_day_counted))
    if received is not None and clock.start is not None and received < clock.start:
        ways.append((DueReason.FROM_RECEIPT, _with(start=received)))
    if clock.running is not None:
        ways.append((DueReason.APPLICANT_TIME_COUNTED, _with(running=None)))
    return ways


def _with(**update: object) -> Way:
    return lambda counted: CountedDue(counted.clock.model_copy(update=update), counted.calendar)


def _start_day_counted(counted: CountedDue) -> CountedDue:
    policy = counted.clock.policy.model_copy(update={"count_start_day": True})
    return CountedDue(counted.clock.model_copy(update={"policy": policy}), counted.calendar)


def _under(days: frozenset[date]) -> Way:
    return lambda counted: CountedDue(counted.clock, _cached(counted.calendar, days))


def _by_weekdays(counted: CountedDue) -> CountedDue:
    return CountedDue(counted.clock, _weekdays(counted.calendar.known_from, counted.calendar.known_until))


def _make_up_days(ours: CountedDue, theirs: date) -> Iterable[frozenset[date]]:
    """The make-up days that lie in the way: each by itself, and all of them."""
    due, start = _due(ours), ours.clock.start
    if start is None:
        return ()
    first, last = local_day(start), max(due or theirs, theirs)
    span = (first + timedelta(days=number) for number in range(min((last - first).days, MOST_DAYS) + 1))
    calendar = ours.calendar
    found = [
        day
        for day in span
        if calendar.known_from <= day <= calendar.known_until and calendar.kind(day) is DayKind.MAKE_UP
    ]
    single = [frozenset([day]) for day in found]
    return single if len(found) <= 1 else [frozenset(found), *single]


def _some_left(suspensions: tuple[object, ...]) -> list[tuple[object, ...]]:
    """The suspensions without all of them, and without each."""
    if len(suspensions) <= 1:
        return [()] if suspensions else []
    return [(), *(suspensions[:place] + suspensions[place + 1 :] for place in range(len(suspensions)))]


def _days(ours: CountedDue, other: CountedDue, theirs: date) -> tuple[DifferentDay, ...]:
    """The days that only one of the two counts, up to the later due date."""
    last = max(_due(ours) or theirs, theirs)
    mine, other_days = _ledger(ours, last), _ledger(other, last)
    found = []
    for day in sorted(mine.keys() | other_days.keys()):
        here, there = mine.get(day), other_days.get(day)
        used_here, used_there = here is not None and here.used > 0, there is not None and there.used > 0
        if used_here is not used_there and day <= min(_due(ours) or theirs, theirs):
            found.append(DifferentDay(day, here, used_here))
    return tuple(found)


def _ledger(counted: CountedDue, last: date) -> Mapping[date, Day]:
    """Every day of a clock as if it had not stopped."""
    clock = counted.clock.model_copy(update={"stop": None})
    try:
        days = day_ledger(clock, counted.calendar, datetime.combine(last, time(23, 59), SHANGHAI))
    except CountingError:
        return {}
    return {day.date: day for day in days}


_cached = cache(without)
_weekdays = cache(weekdays)
