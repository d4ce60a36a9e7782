"""Limits that run from instant to instant."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from sla.calendar import Calendar, DayKind, every_day, weekdays
from sla.clock import AXES, Axes, Policy, Unit, count
from sla.elapsed import ElapsedDays, ElapsedMonths
from sla.errors import LimitError
from tests.sla.build import at, clock, day, suspension

FIRST, LAST = date(2014, 1, 1), date(2014, 12, 31)
NONE, WEEKDAYS = every_day(FIRST, LAST), weekdays(FIRST, LAST, frozenset([date(2014, 4, 28)]))
ANY_TIME = Policy(cutoff=time.max)


def axes(*, rolls: bool = True) -> Axes:
    return {
        **AXES,
        Unit.DAY: lambda offices, hours: ElapsedDays(NONE, offices, hours, rolls=rolls),
        Unit.WORKDAY: lambda offices, hours: ElapsedDays(offices, offices, hours, rolls=False),
        Unit.MONTH: lambda offices, hours: ElapsedMonths(NONE, offices, hours, rolls=rolls),
    }


def read(
    start: str, amount: float, unit: Unit, now: str, calendar: Calendar = NONE, *, rolls: bool = True, **facts: Any
) -> Any:
    """The reading; untyped, for tests compare its decimals with whole numbers."""
    facts = {"policy": ANY_TIME, **facts}
    return count(clock(start, amount, unit, **facts), calendar, at(now), axes(rolls=rolls))


def test_a_calendar_without_an_office_works_every_day() -> None:
    assert NONE.is_working(day("2014-03-01"))
    assert NONE.kind(day("2014-03-01")) is DayKind.MAKE_UP  # a Saturday that works
    assert NONE.version.startswith("none:base:")
    assert [WEEKDAYS.is_working(day(text)) for text in ("2014-04-25", "2014-04-26", "2014-04-28")] == [
        True,
        False,
        False,
    ]


def test_days_end_at_the_same_time_to_the_microsecond() -> None:
    reading = read("2014-03-01 10:00:00.000001", 56, Unit.DAY, "2014-03-02 22:00:00.000001")
    assert reading.due_at == at("2014-04-26 10:00:00.000001")
    assert (reading.used, reading.remaining) == (Decimal("1.5"), Decimal("54.5"))
    assert not read("2014-03-01 10:00", 56, Unit.DAY, "2014-04-26 10:00").overdue
    late = read("2014-03-01 10:00", 56, Unit.DAY, "2014-04-26 10:00:01")
    assert (late.overdue, late.overdue_by) == (True, Decimal("0.00001"))


def test_days_that_end_with_a_day_are_due_when_the_next_one_begins() -> None:
    assert read("2014-03-01 00:00", 2, Unit.DAY, "2014-03-01").due_at == at("2014-03-03 00:00")
    assert read("2014-03-01 00:00", 0, Unit.DAY, "2014-03-01").due_at == at("2014-03-01 00:00")


def test_half_a_day_is_twelve_hours() -> None:
    assert read("2014-03-03 18:00", 0.5, Unit.DAY, "2014-03-03").due_at == at("2014-03-04 06:00")


def test_suspended_time_is_added_as_long_as_it_lasted() -> None:
    pause = (suspension("2014-03-05 10:00", "2014-03-06 16:00"),)
    reading = read("2014-03-01 10:00", 10, Unit.DAY, "2014-03-11 10:00", suspensions=pause)
    assert (reading.used, reading.suspended, reading.due_at) == (
        Decimal("8.75"),
        Decimal("1.25"),
        at("2014-03-12 16:00"),
    )


def test_working_days_are_their_24_hours() -> None:
    friday = read("2014-03-07 10:00", 1, Unit.WORKDAY, "2014-03-10 10:00", WEEKDAYS)
    assert (friday.due_at, friday.used) == (at("2014-03-10 10:00"), 1)
    saturday = read("2014-03-08 10:00", 1, Unit.WORKDAY, "2014-03-10 12:00", WEEKDAYS)
    assert (saturday.due_at, saturday.used) == (at("2014-03-11 00:00"), Decimal("0.5"))


def test_an_unrolled_start_on_a_day_off_uses_nothing_of_it() -> None:
    strict = Policy(cutoff=time.max, roll_accept=False)
    facts = ("2014-03-08 10:00", 1, Unit.WORKDAY, "2014-03-09 12:00", WEEKDAYS)
    assert (read(*facts, policy=strict).used, read(*facts, policy=strict).due_at) == (0, at("2014-03-11 00:00"))


def test_a_start_on_a_day_off_or_after_the_cutoff_begins_with_the_next_working_day() -> None:
    assert read("2014-03-08 10:00", 2, Unit.DAY, "2014-03-10", WEEKDAYS).due_at == at("2014-03-12 00:00")
    evening = read("2014-03-04 18:00", 2, Unit.DAY, "2014-03-04", WEEKDAYS, policy=Policy())
    assert (evening.start_day, evening.due_at) == (day("2014-03-05"), at("2014-03-07 00:00"))
    strict = Policy(cutoff=time.max, roll_accept=False)
    unrolled = read("2014-03-08 10:00", 4, Unit.DAY, "2014-03-10", WEEKDAYS, policy=strict)
    assert (unrolled.start_day, unrolled.due_at) == (day("2014-03-08"), at("2014-03-12 10:00"))


def test_an_end_on_a_day_off_gives_way_to_the_same_time_on_the_next_working_day() -> None:
    facts = ("2014-04-24 10:00", 2, Unit.DAY, "2014-04-30", WEEKDAYS)
    assert read(*facts).due_at == at("2014-04-29 10:00")
    assert read(*facts).overdue_by == 1
    assert read(*facts, rolls=False).due_at == at("2014-04-26 10:00")


def test_months_end_at_the_same_time_on_the_day_of_the_same_number() -> None:
    reading = read("2014-01-31 15:00", 1, Unit.MONTH, "2014-02-14 15:00")
    assert (reading.due_at, reading.used) == (at("2014-02-28 15:00"), Decimal("0.50"))
    with pytest.raises(LimitError):
        read("2014-01-31 15:00", 1.5, Unit.MONTH, "2014-02-14 15:00")


def test_the_day_of_the_start_is_worth_nothing_by_itself() -> None:
    counted = Policy(cutoff=time.max, count_start_day=True)
    assert read("2014-03-01 10:00", 2, Unit.DAY, "2014-03-01", policy=counted).due_at == at("2014-03-03 10:00")


def test_a_fifth_is_left_when_it_is_due_soon() -> None:
    assert read("2014-03-01 00:00", 10, Unit.DAY, "2014-03-01").due_soon_at == at("2014-03-09 00:00")


@pytest.mark.parametrize(
    ("start", "calendar"), [("2014-12-30 10:00", NONE), ("2014-12-31 18:30", WEEKDAYS), ("2015-01-02 10:00", NONE)]
)
def test_beyond_the_calendar_nothing_is_due(start: str, calendar: Calendar) -> None:
    reading = read(start, 2, Unit.DAY, start, calendar, policy=Policy(cutoff=time(17)))
    assert reading.due_at is None
    assert reading.horizon is not None


def test_an_end_after_the_last_working_day_that_is_known_is_not_guessed() -> None:
    short = weekdays(FIRST, date(2014, 3, 9))
    counted = every_day(FIRST, date(2014, 3, 9))
    moving: Axes = {Unit.DAY: lambda offices, hours: ElapsedDays(counted, offices, hours, rolls=True)}
    facts = clock("2014-03-05 10:00", 3, Unit.DAY, policy=ANY_TIME)
    assert count(facts, short, at("2014-03-05 10:00"), moving).due_at is None


def test_a_start_before_the_calendar_is_not_counted() -> None:
    reading = read("2013-12-31 10:00", 2, Unit.DAY, "2014-01-02")
    assert reading.horizon.known_from == datetime(2014, 1, 1).date()  # noqa: DTZ001
