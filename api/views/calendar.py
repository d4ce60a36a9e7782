"""A year of a calendar, day by day, as the public knew it on a day, with the notices that it comes from."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from sla.almanac import Almanac
from sla.calendar import Calendar, DayKind
from sla.errors import CalendarHorizonError
from sla.model import Model
from sla.notices.notice import Change, Notice

ONE_DAY = timedelta(days=1)


class CalendarDay(Model):
    """A civil day. `changed`: it works, or rests, otherwise than in the year's first notice."""

    day: date
    kind: DayKind
    holiday: str | None
    changed: bool
    provisional: bool  # the next year's notice may still move it


class CalendarMonth(Model):
    """A month with its number of working days."""

    month: int
    working_days: int
    days: tuple[CalendarDay, ...]


class CalendarNotice(Model):
    """A notice that orders days of the year. `published` is not recorded of every one; `version` is what it led to."""

    published: date | None
    number: str | None
    year: int | None  # whose arrangement it is; none where it changes days arranged before
    version: str
    to_off: tuple[date, ...]  # of this year
    to_work: tuple[date, ...]
    url: str | None


class CalendarYear(Model):
    """A year as it was known on a day. `first_working_days` is what its first notice came to."""

    jurisdiction: str
    year: int
    as_of: date
    version: str
    known_from: date
    known_until: date
    provisional_from: date
    working_days: int
    first_working_days: int
    months: tuple[CalendarMonth, ...]
    notices: tuple[CalendarNotice, ...]


def calendar_year(almanac: Almanac, jurisdiction: str, year: int, as_of: date) -> CalendarYear:
    """Return a year; CalendarHorizonError for one that was not published by then, UnknownJurisdictionError."""
    calendar = almanac.calendar_for(jurisdiction, as_of)
    if year < calendar.known_from.year:
        raise calendar.too_early()
    if year > calendar.known_until.year:
        raise CalendarHorizonError(calendar.known_until)
    entries = almanac.entries(jurisdiction, as_of)
    arranged = next(one.known for one in entries if isinstance(one, Notice) and one.year == year)
    first = almanac.calendar_for(jurisdiction, arranged)
    changed = frozenset(day for day in calendar.changed_days(first) if day.year == year)
    days = [_day(calendar, day, changed) for day in _days(year)]
    return CalendarYear(
        jurisdiction=jurisdiction,
        year=year,
        as_of=as_of,
        version=calendar.version,
        known_from=calendar.known_from,
        known_until=calendar.known_until,
        provisional_from=calendar.provisional_from,
        working_days=_working(calendar, days[0].day, days[-1].day),
        first_working_days=_working(first, days[0].day, days[-1].day),
        months=tuple(_month(calendar, list(own)) for _, own in groupby(days, key=lambda one: one.day.month)),
        notices=tuple(
            _notice(one, year, almanac.calendar_for(jurisdiction, one.known).version)
            for one in entries
            if any(day.year == year for day in _ordered(one))
        ),
    )


def _days(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += ONE_DAY


def _day(calendar: Calendar, day: date, changed: frozenset[date]) -> CalendarDay:
    return CalendarDay(
        day=day,
        kind=calendar.kind(day),
        holiday=calendar.holiday(day),
        changed=day in changed,
        provisional=calendar.provisional(day),
    )


def _month(calendar: Calendar, days: list[CalendarDay]) -> CalendarMonth:
    first, last = days[0].day, days[-1].day
    return CalendarMonth(month=first.month, working_days=_working(calendar, first, last), days=tuple(days))


def _working(calendar: Calendar, first: date, last: date) -> int:
    return calendar.clipped(last) - calendar.clipped(first - ONE_DAY)


def _ordered(one: Notice | Change) -> tuple[date, ...]:
    return (*one.off_days, *one.work_days) if isinstance(one, Notice) else one.days


def _notice(one: Notice | Change, year: int, version: str) -> CalendarNotice:
    off, work = (one.off_days, one.work_days) if isinstance(one, Notice) else (one.to_off, one.to_work)
    return CalendarNotice(
        published=one.published or one.dated,
        number=one.number,
        year=one.year if isinstance(one, Notice) else None,
        version=version,
        to_off=tuple(day for day in off if day.year == year),
        to_work=tuple(day for day in work if day.year == year),
        url=one.url,
    )
