"""Who used the time of a promise: each step by itself, the time that ran in parallel, and what is counted of all."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from activities.record import ClockPicture
from sla.axis import local
from sla.calendar import Calendar
from sla.clock import Interval, Unit, course_of
from sla.course import Course
from workflows.held import StepHeld

Stretch = tuple[int, int]  # from a mark, up to a mark


class TimeUsed(NamedTuple):
    """In the limit's unit: `by_owner` adds up to `sum`, and `sum - overlap` is `union`, which the limit counts."""

    by_owner: dict[str, Decimal]
    sum: Decimal
    overlap: Decimal
    union: Decimal


def time_used(picture: ClockPicture, held: Sequence[StepHeld], calendar: Calendar, now: datetime) -> TimeUsed | None:
    """Return who used a promise's time; None where it counts no steps, in months, or where no calendar holds its start.

    A mark that the promise counts and no step does by itself (handed over after hours) is that of whoever had it next;
    before anybody had it, that of the promise's owner.
    """
    clock = picture.clock
    course = None if clock.running is None or clock.limit.unit is Unit.MONTH else course_of(clock, calendar, now)
    if course is None:
        return None
    end = max(course.axis.leave(local(clock.stop or now)), course.base)
    runs = [(one, _runs(course, one, end, roll=clock.policy.roll_resume)) for one in held]
    marks = dict.fromkeys((one.owner for one in held), 0)
    union = 0
    for first, last in _pieces(course, end, (run for _, found in runs for run in found)):
        holders = [one.owner for one, found in runs if any(a <= first and last <= b for a, b in found)]
        for owner in holders or [_next_holder(course, held, first) or picture.owner]:
            marks[owner] = marks.get(owner, 0) + last - first
        union += last - first
    total = sum(marks.values())
    return TimeUsed(
        by_owner={owner: course.units(used) for owner, used in marks.items() if used},
        sum=course.units(total),
        overlap=course.units(total - union),
        union=course.units(union),
    )


def _runs(course: Course, held: StepHeld, end: int, *, roll: bool) -> list[Stretch]:
    found = (
        (
            max(course.base, _entered(course, one, roll=roll, taken_over=held.taken_over and number == 0)),
            end if one.end is None else min(end, course.axis.leave(local(one.end))),
        )
        for number, one in enumerate(held.intervals)
    )
    return [(first, last) for first, last in found if last > first]


def _entered(course: Course, one: Interval, *, roll: bool, taken_over: bool) -> int:
    """What is taken over goes on where the other office left it; nobody gains by handing over after hours."""
    start = local(one.start)
    return course.axis.leave(start) if taken_over else course.axis.enter(start, roll=roll)


def _pieces(course: Course, end: int, runs: Iterable[Stretch]) -> list[Stretch]:
    """What is counted up to a mark, cut wherever a step begins or ends."""
    halts = [(one.first, end if one.last is None else one.last) for one in course.exclusions]
    cuts = {course.base, end, *(mark for stretch in (*halts, *runs) for mark in stretch)}
    marks = sorted(mark for mark in cuts if course.base <= mark <= end)
    return [(a, b) for a, b in pairwise(marks) if not any(first <= a and b <= last for first, last in halts)]


def _next_holder(course: Course, held: Iterable[StepHeld], mark: int) -> str | None:
    """Who took up last what was open at a mark."""
    begun = [
        (one.start, step.owner)
        for step in held
        for one in step.intervals
        if course.axis.leave(local(one.start)) <= mark and (one.end is None or course.axis.leave(local(one.end)) > mark)
    ]
    return max(begun, default=(None, None))[1]
