"""Due dates of another system: how it counted is found out exactly, or not at all."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from api.imports.differences import CountedDue, DueReason, explained
from sla.axis import SHANGHAI
from sla.calendar import DayKind
from sla.clock import Clock, Limit, Suspension, count
from tests.api.imports.files import CALENDAR

FIRST, LAST = datetime.fromisoformat("2020-02-01"), datetime.fromisoformat("2026-06-30")
CASES = st.datetimes(FIRST, LAST, timezones=st.just(SHANGHAI))
LIMITS = st.integers(2, 60)


def clock_of(start: datetime, limit: int, *, halted: bool = False) -> Clock:
    halt = Suspension(id="s", ground="hearing", start=start + timedelta(days=1), end=start + timedelta(days=9))
    return Clock(
        key="promise",
        jurisdiction="suzhou",
        limit=Limit(amount=Decimal(limit)),
        start=start,
        suspensions=(halt,) if halted else (),
    )


def due(clock: Clock) -> date:
    found = count(clock, CALENDAR, clock.start or clock.suspensions[0].start).due_date
    assert found is not None
    return found


def by_hand(start: datetime, limit: int, works: object) -> date:
    """The last day of a limit, by a walk."""
    day, left = start.date(), limit
    while left:
        day += timedelta(days=1)
        left -= works(day)  # type: ignore[operator]
    return day


def _reasons(clock: Clock, theirs: date, received: datetime | None = None) -> list[tuple[DueReason, ...]]:
    return [one.reasons for one in explained(CountedDue(clock, CALENDAR), received, theirs)]


@settings(max_examples=60, deadline=None)
@given(start=CASES, limit=LIMITS)
def test_calendar_days_are_found_out(start: datetime, limit: int) -> None:
    start = datetime.combine(CALENDAR.day(CALENDAR.count(start.date())), time(9), SHANGHAI)
    theirs = by_hand(start, limit, lambda _: True)
    while not CALENDAR.is_working(theirs):  # a last day without work gives way
        theirs += timedelta(days=1)
    clock = clock_of(start, limit)
    if theirs != due(clock):
        assert (DueReason.CALENDAR_DAYS,) in _reasons(clock, theirs)


@settings(max_examples=60, deadline=None)
@given(start=CASES, limit=LIMITS)
def test_a_missing_make_up_day_is_found_out_and_named(start: datetime, limit: int) -> None:
    start = datetime.combine(CALENDAR.day(CALENDAR.count(start.date())), time(9), SHANGHAI)
    assume(CALENDAR.kind(start.date()) is DayKind.WORKING)
    theirs = by_hand(start, limit, lambda day: CALENDAR.kind(day) is DayKind.WORKING)
    clock = clock_of(start, limit)
    if theirs == due(clock):
        return
    found = explained(CountedDue(clock, CALENDAR), None, theirs)
    [one] = [one for one in found if one.reasons == (DueReason.MAKE_UP_DAY_MISSING,)]
    make_up = [day.day for day in one.days if day.used_by_us]
    assert make_up
    assert all(CALENDAR.kind(day) is DayKind.MAKE_UP for day in make_up)


@settings(max_examples=60, deadline=None)
@given(start=CASES, limit=LIMITS)
def test_a_suspension_not_counted_is_found_out(start: datetime, limit: int) -> None:
    theirs = due(clock_of(start, limit))
    halted = clock_of(start, limit, halted=True)
    if theirs != due(halted):
        assert (DueReason.SUSPENSION_NOT_COUNTED,) in _reasons(halted, theirs)


@settings(max_examples=60, deadline=None)
@given(start=CASES, limit=LIMITS)
def test_an_acceptance_after_hours_is_found_out(start: datetime, limit: int) -> None:
    start = datetime.combine(CALENDAR.day(CALENDAR.count(start.date())), time(18), SHANGHAI)
    clock = clock_of(start, limit)
    theirs = due(clock_of(start.replace(hour=9), limit))
    assert theirs < due(clock)
    assert (DueReason.AFTER_HOURS_NOT_ROLLED,) in _reasons(clock, theirs)


def test_the_receipt_is_found_out_as_the_start() -> None:
    clock = clock_of(datetime(2026, 3, 5, 10, tzinfo=SHANGHAI), 10)
    received = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
    theirs = due(clock_of(received, 10))
    assert (DueReason.FROM_RECEIPT,) in _reasons(clock, theirs, received)


def test_two_ways_together_are_found_out_where_none_does_alone() -> None:
    start = datetime(2026, 2, 12, 18, tzinfo=SHANGHAI)
    halted = clock_of(start, 20, halted=True)
    theirs = due(clock_of(start.replace(hour=9), 20))
    found = _reasons(halted, theirs)
    assert (DueReason.SUSPENSION_NOT_COUNTED, DueReason.AFTER_HOURS_NOT_ROLLED) in found
    assert all(len(reasons) > 1 for reasons in found)


@pytest.mark.parametrize("theirs", [date(2026, 3, 3), date(2026, 12, 24), date(2035, 1, 1)])
def test_what_nothing_comes_to_is_unexplained(theirs: date) -> None:
    assert _reasons(clock_of(datetime(2026, 3, 2, 10, tzinfo=SHANGHAI), 10), theirs) == []
