"""A clock is facts: what is limited, when it ran, what stopped it. `count` says what they come to."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from sla.added import Load, last_within, legs, loads
from sla.axis import Axis, CalendarDays, Due, Hours, Months, Workdays, Workhours, local
from sla.calendar import Calendar
from sla.course import Course, Exclusion, gaps
from sla.errors import CalendarHorizonError, LimitError
from sla.model import Model

MIDNIGHT = "24:00"
SUPPLEMENT_WORKDAYS = 5  # to give the one notice of what an application lacks (行政许可法 32)
ZERO = Decimal(0)


class Unit(StrEnum):
    """Unit of a limit 时限单位."""

    WORKDAY = "workday"
    WORKHOUR = "workhour"
    DAY = "day"
    MONTH = "month"


class Limit(Model):
    """A length of time that a clock may use, in its own unit."""

    amount: Decimal
    unit: Unit = Unit.WORKDAY


class Interval(Model):
    """A stretch during which a counted party held the case; `end` None while it still does."""

    start: datetime
    end: datetime | None = None


class Suspension(Model):
    """A recorded ground on which a clock stands still 中止; `end` None while it is open."""

    id: str
    ground: str
    start: datetime
    end: datetime | None = None


class Extension(Model):
    """More time granted before expiry 延长期限, in the limit's unit."""

    id: str
    amount: Decimal
    at: datetime


class ApplicationReceipt(Model):
    """Receipt of the application; without a supplement notice in time the law presumes acceptance (行政许可法 32)."""

    received: datetime
    noticed: datetime | None = None


def _midnight(value: object) -> object:
    return None if value == MIDNIGHT else value


Close = Annotated[time | None, BeforeValidator(_midnight)]


class Policy(Model):
    """What the law leaves open; stored with the case. Local times are Asia/Shanghai."""

    cutoff: time = time(17, 30)
    close: Close = time(17, 30)  # None, also written 24:00: the channel has no office hours
    roll_accept: bool = True
    roll_resume: bool = True
    count_start_day: bool = False
    morning: tuple[time, time] = (time(8, 30), time(12, 0))
    afternoon: tuple[time, time] = (time(13, 0), time(17, 30))
    due_soon: Annotated[int, Field(ge=0)] = 1  # remaining working days at which a case is due soon
    due_soon_percent: Annotated[int, Field(ge=0, le=100)] = 20  # of a stage's or a chain's limit, if that is more


class Clock(Model):
    """One limit on one case, as facts only."""

    key: str
    jurisdiction: str = "CN"
    limit: Limit
    start: datetime | None = None
    receipt: ApplicationReceipt | None = None
    running: tuple[Interval, ...] | None = None  # None: without gaps from start to stop
    added: bool = False  # a day counts for each interval that holds it, not once for all
    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[Extension, ...] = ()
    stop: datetime | None = None
    policy: Policy = Policy()
    due_soon: int = 1  # remaining working days at which the case is due soon
    due_soon_at_first_close: bool = False  # instead: at the close of the first day (domain.md section 9, 1日)


class Standing(StrEnum):
    """Where a clock stands; the national lights are in the glossary."""

    NOT_STARTED = "not-started"
    ON_TIME = "on-time"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"
    SUSPENDED = "suspended"
    MET = "met"
    MISSED = "missed"


class Horizon(Model):
    """The published calendar ends before the due date, or before now: nothing is guessed.

    `counted` is what the limit has used by the last day known, `missing` what it lacks; both in the limit's unit.
    """

    known_until: date
    counted: Decimal
    missing: Decimal
    known_from: date | None = None  # set where the clock starts before the calendar does


class Reading(Model):
    """What a clock's facts come to at one instant, under one calendar version.

    `used`, `suspended`, `remaining` and `overdue_by` are in the limit's unit (working hours to the minute).
    """

    calendar: str
    start_day: date | None = None  # the day the clock started by law (rolled; presumed acceptance included)
    presumed: bool = False
    used: Decimal = Decimal(0)
    suspended: Decimal = Decimal(0)
    limit: Decimal
    remaining: Decimal
    overdue_by: Decimal = Decimal(0)
    overdue: bool = False
    due_date: date | None = None
    due_at: datetime | None = None
    due_soon_at: datetime | None = None
    provisional: bool = False
    presumes_at: datetime | None = None  # close of the last day for a supplement notice, where one may be missed
    horizon: Horizon | None = None
    standing: Standing


Axes = Mapping[Unit, Callable[[Calendar, Hours], Axis]]
AXES: Axes = {
    Unit.WORKDAY: Workdays,
    Unit.WORKHOUR: Workhours,
    Unit.DAY: CalendarDays,
    Unit.MONTH: Months,
}


def is_late(at: datetime, due_at: datetime | None) -> bool:
    """Tell whether an instant is past a due instant; exactly at it is on time, and so is all where none is set."""
    return due_at is not None and at > due_at


def count(clock: Clock, calendar: Calendar, now: datetime, axes: Axes = AXES) -> Reading:
    """Count a clock at `now`, or at its stop. Beyond the calendar nothing is guessed: `horizon` is set."""
    end = local(clock.stop or now)
    start, presumed, presumes_at = _start(clock, calendar, end)
    course = None if start is None else _course(clock, calendar, start, presumed=presumed, axes=axes)
    if course is None:
        return _bare(clock, calendar, start, end, presumes_at)
    mark = max(course.axis.leave(end), course.base)
    held = course.units(course.held_at(mark))
    used = course.units(course.used_at(mark)) if course.loads else held
    due = course.due()
    due_day, due_at, due_soon_at, allowed = None, None, None, course.amount
    if due is not None:
        due_day, due_at, _ = due
        due_soon_at = _due_soon_at(clock, course)
        allowed = max(allowed, course.units(course.used_at(due.mark)))  # more where a day off puts the end off
    overdue = is_late(end, due_at)
    return Reading(
        calendar=calendar.version,
        start_day=course.start_day,
        presumed=presumed,
        used=used,
        suspended=course.units(mark - course.base) - held,
        limit=course.amount,
        remaining=max(ZERO, course.amount - used),
        overdue_by=max(ZERO, used - allowed) if overdue else ZERO,
        overdue=overdue,
        due_date=due_day,
        due_at=due_at,
        due_soon_at=due_soon_at,
        provisional=due_day is not None and calendar.provisional(due_day),
        presumes_at=presumes_at,
        horizon=_horizon(course, calendar, end, due),
        standing=_standing(clock, course, end, due_soon_at, overdue=overdue),
    )


def count_strictly(clock: Clock, calendar: Calendar, now: datetime) -> Reading:
    """Like `count`, but raises `CalendarHorizonError` where the calendar does not reach."""
    reading = count(clock, calendar, now)
    if reading.horizon is not None:
        beyond = reading.horizon
        raise CalendarHorizonError(beyond.known_until, beyond.counted, beyond.missing, beyond.known_from)
    return reading


def course_of(clock: Clock, calendar: Calendar, now: datetime) -> Course | None:
    """Say what `count` counts on; None where the clock has not started or starts outside the calendar."""
    start, presumed, _ = _start(clock, calendar, local(clock.stop or now))
    return None if start is None else _course(clock, calendar, start, presumed=presumed)


def hours_of(policy: Policy) -> Hours:
    """Return the hours that a policy gives its axis."""
    return Hours(policy.cutoff, policy.close, policy.morning, policy.afternoon)


def _start(clock: Clock, calendar: Calendar, end: datetime) -> tuple[datetime | None, bool, datetime | None]:
    """When the clock starts, whether the law presumes that, and when it does where it still may."""
    start = None if clock.start is None else local(clock.start)
    if clock.receipt is None:
        return start, False, None
    received, roll = local(clock.receipt.received), clock.policy.roll_accept
    axis = Workdays(calendar, hours_of(clock.policy))
    try:
        day = axis.start_day(received, axis.enter(received, roll=roll), roll=roll)
        deadline = axis.hours.closing(calendar.add(day, SUPPLEMENT_WORKDAYS))
    except CalendarHorizonError:
        return start, False, None
    if any(at is not None and not is_late(at, deadline) for at in (clock.receipt.noticed, start)):
        return start, False, None
    if not is_late(end, deadline):
        return start, False, deadline
    return received, True, deadline


def _course(clock: Clock, calendar: Calendar, start: datetime, *, presumed: bool, axes: Axes = AXES) -> Course | None:
    """None where the day of the start is not in the calendar."""
    if start.date() < calendar.known_from:
        return None
    policy, amount = clock.policy, clock.limit.amount
    axis = axes[clock.limit.unit](calendar, hours_of(policy))
    same_day = amount < 1 and clock.limit.unit is not Unit.WORKHOUR  # always rolls; the day itself never counts
    roll = policy.roll_accept or same_day
    base = axis.enter(start, roll=roll)
    try:
        start_day = axis.start_day(start, base, roll=roll)
    except CalendarHorizonError:
        return None
    added = _loads(clock, axis, base)
    if policy.count_start_day and not same_day:
        base -= axis.first_day(start_day)
    exclusions = _exclusions(clock, axis, start, presumed=presumed)
    end = base + axis.length(start_day, amount)
    course = Course(axis, start, start_day, base, exclusions, amount, end, start, loads=added)
    return _ended(course, clock.extensions)


def _loads(clock: Clock, axis: Axis, base: int) -> tuple[Load, ...]:
    """Where intervals lie over one another after the day of the start, if that counts; that day counts once at most."""
    if not clock.added or clock.running is None:
        return ()
    if clock.limit.unit is Unit.MONTH:
        raise LimitError("time of several authorities is not added up in months")
    roll = clock.policy.roll_resume
    return loads(
        (
            max(base, axis.enter(local(each.start), roll=roll)),
            None if each.end is None else axis.leave(local(each.end)),
        )
        for each in clock.running
    )


def _exclusions(clock: Clock, axis: Axis, start: datetime, *, presumed: bool) -> tuple[Exclusion, ...]:
    stretches: list[tuple[datetime, datetime | None, str | None]] = [
        (local(suspension.start), suspension.end and local(suspension.end), suspension.ground)
        for suspension in clock.suspensions
    ]
    if clock.running is not None:
        held = [(local(interval.start), interval.end and local(interval.end)) for interval in clock.running]
        if presumed:
            held.append((start, clock.start and local(clock.start)))
        stretches.extend((at, until, None) for at, until in gaps(held, start))
    if clock.stop is not None:
        stop = local(clock.stop)
        stretches = [stretch for stretch in stretches if stretch[0] < stop]
    roll = clock.policy.roll_resume
    return tuple(
        Exclusion(at, until, axis.leave(at), None if until is None else axis.enter(until, roll=roll), ground)
        for at, until, ground in sorted(stretches, key=lambda stretch: stretch[0])
    )


def _ended(course: Course, extensions: tuple[Extension, ...]) -> Course:
    """The course with its end: facts in the order in which they happened, until one comes after expiry."""
    axis, base, start_day = course.axis, course.base, course.start_day
    amount, not_before, halted = course.amount, course.not_before, False
    term = course.end
    shift, covered = 0, base
    taken: list[Exclusion] = []
    end = _term(course, term, shift, taken)
    facts: list[tuple[datetime, Exclusion | Extension]] = [(exclusion.at, exclusion) for exclusion in course.exclusions]
    facts += [(local(extension.at), extension) for extension in extensions]
    for at, fact in sorted(facts, key=lambda fact: fact[0]):
        if not halted and at > not_before and axis.leave(at) >= end:
            due = axis.due(end, not_before)
            if due is not None and (is_late(at, due.at) or at.date() > due.day):  # 24:00 is the next day's 00:00
                break
        if isinstance(fact, Extension):
            amount += fact.amount
            term = base + axis.length(start_day, amount)
        elif fact.last is None or fact.until is None:
            halted = True
        else:
            taken.append(fact)
            shift += max(0, fact.last - max(fact.first, covered))
            covered = max(covered, fact.last)
            not_before = max(not_before, fact.until)
        end = max(_term(course, term, shift, taken), covered)
    return course._replace(amount=amount, end=end, not_before=not_before, halted=halted)


def _term(course: Course, term: int, shift: int, taken: list[Exclusion]) -> int:
    """The mark up to which a limit lasts that without exclusions lasts up to `term`; they shift it, parallel time shortens it."""
    if not course.loads:
        return term + shift
    return last_within(legs(course.base, taken, course.loads), term - course.base)


def _bare(
    clock: Clock, calendar: Calendar, start: datetime | None, end: datetime, presumes_at: datetime | None
) -> Reading:
    """The reading of a clock that has not started, or whose first day is not in the calendar."""
    horizon, standing = None, Standing.NOT_STARTED
    if start is not None:
        known_from = calendar.known_from if start.date() < calendar.known_from else None
        horizon = Horizon(
            known_until=calendar.known_until, counted=ZERO, missing=clock.limit.amount, known_from=known_from
        )
        standing = Standing.ON_TIME if end >= start else standing
    return Reading(
        calendar=calendar.version,
        limit=clock.limit.amount,
        remaining=clock.limit.amount,
        presumes_at=presumes_at,
        horizon=horizon,
        standing=standing if clock.stop is None else Standing.MET,
    )


def _due_soon_at(clock: Clock, course: Course) -> datetime:
    if clock.due_soon_at_first_close:
        return max(hours_of(clock.policy).closing(course.start_day), course.start)
    used = course.axis.soon(course.start_day, course.amount, clock.due_soon)
    return course.axis.dawn(course.reached(used), course.start) if used > 0 else course.start


def _horizon(course: Course, calendar: Calendar, end: datetime, due: Due | None) -> Horizon | None:
    last = course.axis.last
    uncounted = end.date() > calendar.known_until and course.axis.leave(end) <= last
    if course.halted or not (due is None or uncounted):
        return None
    counted = course.units(course.used_at(last))
    return Horizon(known_until=calendar.known_until, counted=counted, missing=max(ZERO, course.amount - counted))


def _standing(clock: Clock, course: Course, end: datetime, due_soon_at: datetime | None, *, overdue: bool) -> Standing:
    if clock.stop is not None:
        return Standing.MISSED if overdue else Standing.MET
    if overdue:
        return Standing.OVERDUE
    if end < course.start:
        return Standing.NOT_STARTED
    if any(each.at <= end and (each.until is None or end < each.until) for each in course.exclusions):
        return Standing.SUSPENDED
    if due_soon_at is not None and end >= due_soon_at:
        return Standing.DUE_SOON
    return Standing.ON_TIME
