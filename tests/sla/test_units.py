"""Limits in calendar days, months and working hours."""

from datetime import time, timedelta
from decimal import Decimal

import pytest

from sla.axis import UnmovedDays, UnmovedMonths
from sla.clock import Axes, Policy, Standing, Unit, count
from sla.errors import LimitError
from tests.sla.build import at, clock, day, extension, interval, national, read, suspension

# Calendar days.


def test_calendar_days_count_weekends():
    reading = read(clock("2026-03-02", 10, Unit.DAY), "2026-03-09")
    assert (reading.used, reading.due_at) == (7, at("2026-03-12 17:30"))


def test_a_last_day_without_work_gives_way_to_the_next_working_day():
    facts = clock("2026-09-21", 12, Unit.DAY)
    reading = read(facts, "2026-10-08 17:30")
    assert (reading.due_date, reading.overdue, reading.used, reading.overdue_by) == (day("2026-10-08"), False, 17, 0)
    assert read(facts, "2026-10-10").overdue_by == 2


def test_suspended_calendar_days_are_added():
    facts = clock("2026-03-02", 10, Unit.DAY, suspensions=(suspension("2026-03-05", "2026-03-09"),))
    reading = read(facts, "2026-03-10")
    assert (reading.used, reading.suspended, reading.due_date) == (4, 4, day("2026-03-16"))


def test_a_suspension_begun_on_the_day_that_a_weekend_gave_way_to_moves_the_end_to_the_resumption():
    facts = clock("2026-03-02", 5, Unit.DAY, suspensions=(suspension("2026-03-09", "2026-03-11"),))
    assert read(facts, "2026-03-10").due_date == day("2026-03-11")


def test_a_start_and_a_resumption_on_a_day_off_roll():
    facts = clock("2026-03-07", 5, Unit.DAY)
    assert read(facts, "2026-03-07").start_day == day("2026-03-09")
    strict = clock("2026-03-07", 5, Unit.DAY, policy=Policy(roll_accept=False))
    assert read(strict, "2026-03-07").start_day == day("2026-03-07")
    counted = clock("2026-03-02", 3, Unit.DAY, policy=Policy(count_start_day=True))
    assert read(counted, "2026-03-02").due_date == day("2026-03-04")


def test_calendar_days_are_due_soon_a_day_before_their_end():
    assert read(clock("2026-03-02", 10, Unit.DAY), "2026-03-02").due_soon_at == at("2026-03-11 00:00")


@pytest.mark.parametrize("start", ["2026-12-28", "2026-12-30", "2026-12-31 18:00"])
def test_calendar_days_beyond_the_calendar_have_no_due_day(start: str):
    reading = read(clock(start, 5, Unit.DAY), start)
    assert reading.due_at is None
    assert reading.horizon is not None
    assert reading.horizon.counted + reading.horizon.missing == 5


def test_calendar_days_that_end_on_a_last_day_without_work_wait_for_the_next_notice():
    facts = clock("2022-12-26", 5, Unit.DAY)
    assert read(facts, "2022-12-26", as_of=day("2022-12-01")).due_at is None
    assert read(facts, "2022-12-26", as_of=day("2022-12-08")).due_date == day("2023-01-03")


# Months.


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        ("2026-03-02", 1, "2026-04-02"),
        ("2026-01-30", 1, "2026-02-28"),
        ("2026-06-30", 1, "2026-07-30"),
        ("2026-03-31", 3, "2026-06-30"),
        ("2025-11-28", 2, "2026-01-28"),
        ("2026-04-01", 6, "2026-10-08"),
    ],
)
def test_a_month_ends_on_the_day_of_the_same_number_or_the_last_of_the_month(start: str, months: int, due: str):
    assert read(clock(start, months, Unit.MONTH), start).due_date == day(due)


def test_months_used_are_whole_months_and_the_share_of_the_next():
    facts = clock("2026-03-02", 3, Unit.MONTH)
    assert read(facts, "2026-04-02").used == 1
    assert read(facts, "2026-04-17").used == Decimal("1.50")
    assert read(facts, "2026-04-01").used == Decimal("0.96")
    assert read(facts, "2026-06-05").overdue_by == Decimal("0.10")


def test_suspended_days_are_added_to_months():
    facts = clock("2026-03-02", 1, Unit.MONTH, suspensions=(suspension("2026-03-10", "2026-03-12"),))
    reading = read(facts, "2026-04-03")
    assert (reading.due_date, reading.overdue) == (day("2026-04-07"), False)
    counted = clock("2026-03-02", 1, Unit.MONTH, policy=Policy(count_start_day=True))
    assert read(counted, "2026-03-02").due_date == day("2026-04-01")


def test_half_a_month_is_no_limit():
    with pytest.raises(LimitError, match="whole"):
        read(clock("2026-03-02", 1.5, Unit.MONTH), "2026-03-02")


def test_a_month_is_extended_by_months():
    facts = clock("2026-03-02", 1, Unit.MONTH, extensions=(extension(1, "2026-03-20"),))
    assert read(facts, "2026-03-20").due_date == day("2026-05-06")


# Working hours.


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-02 09:00", 2, "2026-03-02 11:00"),
        ("2026-03-02 11:00", 2, "2026-03-02 14:00"),
        ("2026-03-02 11:00", 1, "2026-03-02 12:00"),
        ("2026-03-02 13:00", 4.5, "2026-03-02 17:30"),
        ("2026-03-02 16:30", 8, "2026-03-03 16:30"),
        ("2026-03-02 20:00", 1, "2026-03-03 09:30"),
        ("2026-03-02 12:30", 1, "2026-03-02 14:00"),
        ("2026-03-06 17:00", 16, "2026-03-10 17:00"),
        ("2026-03-07 10:00", 1, "2026-03-09 09:30"),
        ("2026-03-02 07:00", 0.5, "2026-03-02 09:00"),
        ("2026-03-02 09:00", 0, "2026-03-02 09:00"),
    ],
)
def test_working_hours_end_at_the_exact_instant_of_office_time(start: str, hours: float, due: str):
    assert read(clock(start, hours, Unit.WORKHOUR), start).due_at == at(due)


def test_hours_after_close_start_with_the_next_opening():
    assert read(clock("2026-03-06 20:00", 8, Unit.WORKHOUR), "2026-03-06 21:00").start_day == day("2026-03-09")
    assert read(clock("2026-03-06 12:30", 8, Unit.WORKHOUR), "2026-03-06 21:00").start_day == day("2026-03-06")


def test_hours_are_used_to_the_minute():
    reading = read(clock("2026-03-02 09:00", 8, Unit.WORKHOUR), "2026-03-02 09:20:59")
    assert (reading.used, reading.remaining) == (Decimal("0.33"), Decimal("7.67"))


def test_hours_over_are_hours_of_office_time():
    reading = read(clock("2026-03-02 09:00", 8, Unit.WORKHOUR), "2026-03-03 11:00")
    assert (reading.overdue, reading.overdue_by) == (True, 2)


def test_hours_stand_still_from_the_instant_of_a_suspension_to_that_of_the_resumption():
    pause = (suspension("2026-03-02 10:00", "2026-03-03 14:00"),)
    reading = read(clock("2026-03-02 09:00", 8, Unit.WORKHOUR, suspensions=pause), "2026-03-03 15:00")
    assert (reading.used, reading.suspended, reading.due_at) == (2, 11, at("2026-03-04 12:00"))


def test_hours_suspended_at_the_last_instant_are_due_on_resumption():
    pause = (suspension("2026-03-02 11:00", "2026-03-03 08:00"),)
    assert read(clock("2026-03-02 09:00", 2, Unit.WORKHOUR, suspensions=pause), "2026-03-03").due_at == at(
        "2026-03-03 08:00"
    )


def test_hours_are_due_soon_when_a_fifth_is_left():
    facts = clock("2026-03-02 08:30", 10, Unit.WORKHOUR)
    assert read(facts, "2026-03-02").due_soon_at == at("2026-03-02 17:30")
    assert read(facts, "2026-03-02 17:30").standing is Standing.DUE_SOON
    gap = (interval("2026-03-02 08:30", "2026-03-02 09:30"), interval("2026-03-03 08:30"))
    running = clock("2026-03-02 08:30", 5, Unit.WORKHOUR, running=gap)
    assert read(running, "2026-03-03").due_soon_at == at("2026-03-03 11:30")


def test_other_office_hours_make_another_day():
    policy = Policy(morning=(time(9), time(12)), afternoon=(time(13), time(16)), count_start_day=True)
    assert read(clock("2026-03-02 09:00", 7, Unit.WORKHOUR, policy=policy), "2026-03-02").due_at == at(
        "2026-03-03 10:00"
    )


@pytest.mark.parametrize("start", ["2026-12-31 17:00", "2026-12-31 17:30", "2027-01-04 09:00"])
def test_hours_beyond_the_calendar_have_no_due_instant(start: str):
    reading = read(clock(start, 2, Unit.WORKHOUR), start)
    assert reading.due_at is None
    assert reading.horizon is not None
    assert reading.horizon.counted == (Decimal("0.50") if start == "2026-12-31 17:00" else 0)


def test_hours_resumed_beyond_the_calendar_have_no_due_instant():
    pause = (suspension("2026-12-31 10:00", "2027-01-04 10:00"),)
    assert read(clock("2026-12-31 09:00", 1, Unit.WORKHOUR, suspensions=pause), "2026-12-31 11:00").due_at is None


def test_the_first_working_hour_of_the_calendar_is_counted():
    facts = clock("2004-01-02 08:30", 0, Unit.WORKHOUR)
    assert read(facts, "2004-01-02 08:30").due_at == at("2004-01-02 08:30")
    assert read(facts, "2004-01-02 08:30").due_at - timedelta(hours=1) == at("2004-01-02 07:30")


# A last day that stays.


def test_a_last_day_without_work_may_stay_the_last() -> None:
    facts = clock("2026-09-21", 12, Unit.DAY)
    stays: Axes = {Unit.DAY: UnmovedDays, Unit.MONTH: UnmovedMonths}
    assert count(facts, national(), at("2026-09-21"), stays).due_at == at("2026-10-03 17:30")
    months = clock("2026-04-01", 6, Unit.MONTH)
    assert count(months, national(), at("2026-04-01"), stays).due_date == day("2026-10-01")
    beyond = clock("2026-12-30", 5, Unit.DAY)
    assert count(beyond, national(), at("2026-12-30"), stays).due_at is None
