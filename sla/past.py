"""What a case of the past comes to under a rule: its facts are told, nothing of it is asked of a ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from sla.axis import DAY_LENGTH, MICROSECOND
from sla.calendar import Calendar
from sla.clock import AXES, Axes, Clock, Limit, Policy, Reading, Suspension, Unit, count, is_late
from sla.zone import first_shown, shown

ONE = Decimal(1)


class Judging(StrEnum):
    """What decides whether an end is in time: the instant at which it is due, or the day on which it is."""

    INSTANT = "instant"
    DATE = "date"


class PastUnit(StrEnum):
    """Unit of the limit of past cases: those of a clock, and hours of the day and the night 自然小时."""

    WORKDAY = "workday"
    WORKHOUR = "workhour"
    DAY = "day"
    HOUR = "hour"
    MONTH = "month"


# What a clock has for it; which hours count is said by the axis of the rule.
CLOCK_UNITS: Mapping[PastUnit, Unit] = {
    PastUnit.WORKDAY: Unit.WORKDAY,
    PastUnit.WORKHOUR: Unit.WORKHOUR,
    PastUnit.DAY: Unit.DAY,
    PastUnit.HOUR: Unit.WORKHOUR,
    PastUnit.MONTH: Unit.MONTH,
}


class PastVerdict(StrEnum):
    """What a past case comes to. Those from `no-start` on are not judged, and counted apart."""

    MET = "met"
    MISSED = "missed"
    ON_TIME = "on-time"  # open at the instant asked for, and within its limit
    OVERDUE = "overdue"
    SUSPENDED = "suspended"
    OPEN = "open"  # no end, and no instant to judge it at
    NO_START = "no-start"
    NO_LIMIT = "no-limit"
    ENDS_FIRST = "ends-before-start"
    BEYOND = "beyond-calendar"
    TWICE = "twice"  # told more than once
    UNREADABLE = "unreadable"  # a value of it cannot be read


DECIDED = (PastVerdict.MET, PastVerdict.MISSED)
STILL_OPEN = (PastVerdict.ON_TIME, PastVerdict.OVERDUE, PastVerdict.SUSPENDED, PastVerdict.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRule:
    """By what past cases are judged: unit, limit, the days that work, whose clocks, and what decides."""

    unit: PastUnit
    limit: Decimal | None  # None: each case brings its own, or its due instant
    calendar: Calendar
    zone: tzinfo
    judging: Judging
    policy: Policy
    axes: Axes = field(default_factory=lambda: AXES)

    @property
    def clocks(self) -> tzinfo:
        """Return the zone whose clocks count: an hour is an hour, also in the night in which clocks are put forward."""
        return UTC if self.unit is PastUnit.HOUR else self.zone


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCase:
    """What is known of a past case; instants have an offset."""

    start: datetime | None
    stop: datetime | None = None
    suspensions: tuple[tuple[datetime, datetime | None], ...] = ()
    limit: Decimal | None = None
    due: datetime | date | None = None  # told with the case, in place of a limit; a date lasts until its end


class PastReading(NamedTuple):
    """A verdict with what it rests on; numbers are in the rule's unit, instants in UTC."""

    verdict: PastVerdict
    due_date: date | None = None
    due_at: datetime | None = None
    limit: Decimal | None = None
    used: Decimal | None = None
    suspended: Decimal | None = None
    over: Decimal | None = None  # beyond the limit; None where nothing is late or no limit is known


class _Due(NamedTuple):
    day: date
    at: datetime


def judge(case: PastCase, rule: PastRule, now: datetime | None = None) -> PastReading:
    """Judge a case at its end, or where it has none at `now`. Raises LimitError for a limit that its unit cannot express."""
    limit = rule.limit if case.limit is None else case.limit
    if case.start is None:
        return PastReading(PastVerdict.NO_START)
    if limit is None and case.due is None:
        return PastReading(PastVerdict.NO_LIMIT)
    if case.stop is not None and _instant_of(case.stop, rule) < _instant_of(case.start, rule):
        return PastReading(PastVerdict.ENDS_FIRST)
    end = case.stop or now
    reading = count(_clock(case, rule, limit), rule.calendar, _on_axis(end or case.start, rule), rule.axes)
    due = _due(case, reading, rule)
    told = PastReading(
        PastVerdict.OPEN,
        None if due is None else due.day,
        None if due is None else due.at,
        None if case.due is not None else reading.limit,
    )
    if end is None:
        return told
    if due is None and reading.horizon is not None:
        return told._replace(verdict=PastVerdict.BEYOND)
    late = due is not None and _late(end, due, rule)
    told = told._replace(verdict=_verdict(case, end, late=late))
    if reading.start_day is None or shown(end, rule.clocks).date() > rule.calendar.known_until:
        return told  # what lies beyond the calendar is not counted
    over = reading.overdue_by if late and case.due is None else None
    return told._replace(used=reading.used, suspended=reading.suspended, over=over)


def _verdict(case: PastCase, end: datetime, *, late: bool) -> PastVerdict:
    if case.stop is not None:
        return PastVerdict.MISSED if late else PastVerdict.MET
    if late:
        return PastVerdict.OVERDUE
    halted = any(begin <= end and (until is None or end < until) for begin, until in case.suspensions)
    return PastVerdict.SUSPENDED if halted else PastVerdict.ON_TIME


def _clock(case: PastCase, rule: PastRule, limit: Decimal | None) -> Clock:
    """The clock of a case; where its due instant is told it only says what is used."""
    return Clock(
        key="past",
        limit=Limit(amount=ONE if limit is None or case.due is not None else limit, unit=CLOCK_UNITS[rule.unit]),
        start=None if case.start is None else shown(case.start, rule.clocks),
        suspensions=tuple(
            Suspension(
                id=str(number),
                ground="suspension",
                start=shown(begin, rule.clocks),
                end=None if end is None else shown(end, rule.clocks),
            )
            for number, (begin, end) in enumerate(case.suspensions)
            if case.stop is None or begin < case.stop
        ),
        stop=None if case.stop is None else _on_axis(case.stop, rule),
        policy=rule.policy,
    )


def _on_axis(at: datetime, rule: PastRule) -> datetime:
    """An end as it is counted. Where the day decides, midnight belongs to the day that it begins, not to the one it ends."""
    time = shown(at, rule.clocks)
    at_midnight = rule.judging is Judging.DATE and rule.unit is not PastUnit.HOUR and time.time() == time.min.time()
    return time + MICROSECOND if at_midnight else time


def _instant_of(at: datetime, rule: PastRule) -> datetime | date:
    """What instants are compared by: where the day decides, the time of day does not."""
    return shown(at, rule.zone).date() if rule.judging is Judging.DATE else at.astimezone(UTC)


def _due(case: PastCase, reading: Reading, rule: PastRule) -> _Due | None:
    if isinstance(case.due, datetime):
        return _Due(shown(case.due, rule.zone).date(), case.due.astimezone(UTC))
    if case.due is not None:
        midnight = datetime.combine(case.due, datetime.min.time()) + DAY_LENGTH
        return _Due(case.due, first_shown(midnight, rule.zone))
    if reading.due_date is None or reading.due_at is None:
        return None
    at = first_shown(reading.due_at, rule.clocks)
    if case.start is not None and reading.due_at >= shown(case.start, rule.clocks):
        at = max(at, case.start.astimezone(UTC))  # both in an hour that clocks show twice
    return _Due(shown(at, rule.zone).date() if rule.unit is PastUnit.HOUR else reading.due_date, at)


def _late(end: datetime, due: _Due, rule: PastRule) -> bool:
    if rule.judging is Judging.DATE:
        return shown(end, rule.zone).date() > due.day
    return is_late(end.astimezone(UTC), due.at)
