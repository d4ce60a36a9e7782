"""When people are told of what can wait: office hours on working days, from the calendar that due dates are counted by."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sla.calendar import Calendar, DayKind
from sla.clock import Policy
from sla.notices.table import SATURDAY

WORKING_HOURS, MAKE_UP_WORKDAYS, PUBLIC_HOLIDAYS = "working-hours", "make-up-workdays", "public-holidays"
ZONE = "Asia/Shanghai"
# What falls due at the close is told the same day, and so is what was done just before it.
AFTER_CLOSE = timedelta(minutes=30)
MIDNIGHT = "24:00"

Interval = dict[str, Any]


class Exceptions(NamedTuple):
    """Days that differ from Monday to Friday."""

    make_up: tuple[date, ...]
    holidays: tuple[date, ...]


def exceptions(calendar: Calendar, since: date) -> Exceptions:
    """Return the days from `since` to the calendar's end; weekends within a holiday are among the holidays."""
    first = max(since, calendar.known_from)
    days = [first + timedelta(days=offset) for offset in range((calendar.known_until - first).days + 1)]
    return Exceptions(
        make_up=tuple(day for day in days if calendar.kind(day) is DayKind.MAKE_UP),
        holidays=tuple(day for day in days if _is_off(calendar, day)),
    )


def office_hours(policy: Policy) -> Mapping[str, str]:
    """Return the hours from the morning's begin to half an hour after the close; what falls due at twelve is told then."""
    if policy.close is None:
        return {"start_time": f"{policy.morning[0]:%H:%M}", "end_time": MIDNIGHT}
    until = datetime.combine(date.min, max(policy.afternoon[1], policy.close)) + AFTER_CLOSE
    end = f"{until:%H:%M}" if until.date() == date.min else MIDNIGHT
    return {"start_time": f"{policy.morning[0]:%H:%M}", "end_time": end}


def of_place(name: str, place: str) -> str:
    """Name the interval of a place that has days of its own."""
    return f"{name}-{place}"


def place_intervals(place: str, differing: Exceptions, hours: Mapping[str, str]) -> list[Interval]:
    """Return the intervals of a place whose days differ from those of all the others."""
    _, make_up, holidays = time_intervals(differing, hours)
    return [{**each, "name": of_place(each["name"], place)} for each in (make_up, holidays)]


def time_intervals(differing: Exceptions, hours: Mapping[str, str]) -> list[Interval]:
    """Return the intervals as Alertmanager words them: working hours or make-up workdays, and never public holidays."""
    weekdays = [{"times": [dict(hours)], "weekdays": ["monday:friday"], "location": ZONE}]
    make_up = [{"times": [dict(hours)], **each} for each in _days(differing.make_up)]
    return [
        {"name": WORKING_HOURS, "time_intervals": weekdays},
        {"name": MAKE_UP_WORKDAYS, "time_intervals": make_up},
        {"name": PUBLIC_HOLIDAYS, "time_intervals": _days(differing.holidays)},
    ]


def _days(days: Sequence[date]) -> list[Interval]:
    """An entry for each run of days in one month: the fields of an entry must all agree, so one holds no more."""
    return [
        {
            "years": [f"{first:%Y}"],
            "months": [f"{first.month}"],
            "days_of_month": [f"{first.day}:{last.day}"],
            "location": ZONE,
        }
        for first, last in _runs(days)
    ]


def _runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """First and last day of each run within a month; the days are in order."""
    numbered = enumerate(days)
    runs = [
        [day for _, day in run]
        for _, run in groupby(numbered, lambda one: (one[1].year, one[1].month, one[1].toordinal() - one[0]))
    ]
    return [(run[0], run[-1]) for run in runs]


def _is_off(calendar: Calendar, day: date) -> bool:
    """Whether it is a holiday, or a day off from Monday to Friday that no notice names."""
    kind = calendar.kind(day)
    return kind is DayKind.HOLIDAY or (kind is DayKind.WEEKEND and day.weekday() < SATURDAY)
