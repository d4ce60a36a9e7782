"""Single steps and cases: when each is due, what it has used of its limit, by how much it is overdue."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from activities.record import ClockPicture
from activities.store.instants import instant
from activities.store.watch import Detail
from api.exporter.catalogue import CASE, COMMITMENT, DEPARTMENT, PROCEDURE, STEP
from api.exporter.exposition import Labels
from api.exporter.standings import Moment
from sla.almanac import Almanac
from sla.axis import due_day, end_of, local_day
from sla.calendar import Calendar
from sla.clock import Clock, Unit, count

PROMISE = "promise/"  # what the key of a promise's clock begins with
MINUTE, NOTHING = timedelta(minutes=1), timedelta(0)
CALENDARS = 16  # of each place, yesterday's and today's

CalendarFor = Callable[[str, date], Calendar]


class Used(NamedTuple):
    """What a clock has used of its limit, from one instant until another one."""

    calendar: str
    since: datetime
    until: datetime
    ratio: float


class Line:
    """An open step or case by itself."""

    __slots__ = ("_calendar_for", "_clock", "_used", "detail", "due_at", "due_day", "labels")

    def __init__(self, detail: Detail, department: str, calendar_for: CalendarFor) -> None:
        self._calendar_for = calendar_for
        self.detail = detail
        self.labels = _labels(detail, department)
        self.due_at = instant(detail.due_at)
        self.due_day = due_day(self.due_at)
        self._clock: Clock = ClockPicture.model_validate_json(detail.picture).clock
        self._used: Used | None = None

    def elapsed(self, now: datetime, ahead: timedelta = NOTHING) -> float:
        """Working time used, without suspensions, as a part of the limit with its extensions; hours to the minute.

        It is counted anew where what was counted does not hold so long ahead.
        """
        calendar = self._calendar_for(self.detail.jurisdiction, local_day(now))
        used = self._used
        if used is None or used.calendar != calendar.version or not used.since <= now < used.until - ahead:
            used = self._used = self._count(calendar, now)
        return used.ratio

    def overdue_workdays(self, now: datetime, moment: Moment) -> int | None:
        """Working days after the due date up to today, as far as they are published; None where it is not overdue."""
        if not self.detail.judged or self.detail.due_at > moment.passed:
            return None
        calendar = self._calendar_for(self.detail.jurisdiction, local_day(now))
        return max(0, calendar.clipped(local_day(now)) - calendar.clipped(self.due_day))

    def _count(self, calendar: Calendar, now: datetime) -> Used:
        reading = count(self._clock, calendar, now)
        ratio = float(reading.used / reading.limit) if reading.limit else 1.0  # nothing to use is used up
        until = end_of(local_day(now))
        if self._clock.limit.unit is Unit.WORKHOUR:
            until = now + MINUTE
        elif reading.presumes_at is not None and reading.presumes_at >= now:
            until = min(until, reading.presumes_at)
        return Used(calendar.version, now, until, ratio)


class Lines:
    """The lines of one look after another: what has not changed is not parsed and counted again."""

    def __init__(self, department_of: Callable[[str, str], str], almanac: Almanac) -> None:
        # thousands of lines ask for the same few at each scrape
        self._calendar_for: CalendarFor = lru_cache(CALENDARS)(almanac.calendar_for)
        self._department_of = department_of
        self._known: dict[Detail, Line] = {}

    def renewed(self, details: Iterable[Detail], now: datetime) -> list[Line]:
        """Return the lines of these, in their order."""
        known = {detail: self._known.get(detail) or self._made(detail) for detail in details}
        self._known = known
        for line in known.values():
            line.elapsed(now, MINUTE / 2)  # here, so that a scrape finds it counted
        return list(known.values())

    def _made(self, detail: Detail) -> Line:
        return Line(detail, self._department_of(detail.jurisdiction, detail.owner), self._calendar_for)


def _labels(detail: Detail, department: str) -> Labels:
    labels = {DEPARTMENT: department, PROCEDURE: detail.procedure, CASE: detail.case}
    if detail.step is not None:
        labels[STEP] = detail.step
    if detail.main is not None and detail.main.startswith(PROMISE):
        labels[COMMITMENT] = detail.main.removeprefix(PROMISE)
    return Labels(labels)
