"""The day ledger of a clock: every civil day from its start, and what became of it."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

from sla.axis import SHANGHAI, local
from sla.calendar import Calendar, DayKind
from sla.clock import Clock, course_of
from sla.course import Course
from sla.model import Model


class DayUse(StrEnum):
    """What became of a civil day."""

    START = "start"
    COUNTED = "counted"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SUSPENDED = "suspended"
    IDLE = "idle"


class Day(Model):
    """One civil day of a clock; `used` and `total` are in the limit's unit."""

    date: date
    kind: DayUse
    make_up: bool = False
    holiday: str | None = None
    ground: str | None = None
    used: Decimal
    total: Decimal


def day_ledger(clock: Clock, calendar: Calendar, now: datetime) -> tuple[Day, ...]:
    """List every day from the start to the stop, else to the due day or to now, whichever is later; none unknown."""
    course = course_of(clock, calendar, now)
    if course is None:
        return ()
    end = local(clock.stop or now)
    last, final = end.date(), course.axis.leave(end)
    due = course.due()
    if clock.stop is None and due is not None and due.at >= end:
        last, final = due.day, due.mark
    return _days(course, calendar, min(last, calendar.known_until), final)


def _days(course: Course, calendar: Calendar, last: date, final: int) -> tuple[Day, ...]:
    days: list[Day] = []
    before, used_before, total_before = course.base, 0, Decimal(0)
    for offset in range((last - course.start_day).days + 1):
        day = course.start_day + timedelta(days=offset)
        mark = min(course.axis.leave(datetime.combine(day, time.max, SHANGHAI)), final)
        mark = max(mark, before)
        used = course.used_at(mark)
        total = course.units(used)
        kind, ground = _use(course, calendar, day, (before, mark), counted=used > used_before)
        days.append(
            Day(
                date=day,
                kind=kind,
                make_up=calendar.kind(day) is DayKind.MAKE_UP,
                holiday=calendar.holiday(day),
                ground=ground,
                used=total - total_before,
                total=total,
            )
        )
        before, used_before, total_before = mark, used, total
    return tuple(days)


def _use(
    course: Course, calendar: Calendar, day: date, marks: tuple[int, int], *, counted: bool
) -> tuple[DayUse, str | None]:
    if day == course.start_day:
        return DayUse.START, None
    before, mark = marks
    if mark > before and not counted:
        over = [
            each.ground for each in course.exclusions if each.first < mark and (each.last is None or each.last > before)
        ]
        grounds = dict.fromkeys(ground for ground in over if ground is not None)
        return (DayUse.SUSPENDED, ", ".join(grounds)) if grounds else (DayUse.IDLE, None)
    if counted or calendar.is_working(day):
        return DayUse.COUNTED, None
    return (DayUse.WEEKEND if calendar.holiday(day) is None else DayUse.HOLIDAY), None
