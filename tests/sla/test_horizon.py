"""Beyond the published calendar nothing is guessed."""

from datetime import date

import pytest

from sla.clock import Policy, Standing, count, count_strictly
from sla.errors import CalendarHorizonError
from tests.sla.build import at, clock, day, national, read, suspension


def test_beyond_the_calendar_there_is_no_due_date_and_what_is_known_is_said():
    reading = read(clock("2026-12-21", 20), "2026-12-23")
    assert reading.horizon is not None
    assert (reading.due_at, reading.due_soon_at, reading.used) == (None, None, 2)
    assert (reading.horizon.known_until, reading.horizon.counted, reading.horizon.missing) == (day("2026-12-31"), 8, 12)
    assert reading.standing is Standing.ON_TIME


def test_counting_strictly_raises_beyond_the_calendar():
    with pytest.raises(CalendarHorizonError) as error:
        count_strictly(clock("2026-12-21", 20), national(), at("2026-12-21"))
    assert (error.value.known_until, error.value.counted, error.value.missing) == (day("2026-12-31"), 8, 12)
    assert count_strictly(clock("2026-12-21", 8), national(), at("2026-12-21")).due_date == day("2026-12-31")


@pytest.mark.parametrize(("start", "counts"), [("2026-12-31 18:00", True), ("2027-01-04", True), ("2027-01-04", False)])
def test_a_start_beyond_the_calendar_counts_nothing(start: str, counts: bool):
    facts = clock(start, 5, policy=Policy(roll_accept=counts))
    reading = read(facts, "2027-01-05")
    assert reading.horizon is not None
    assert (reading.horizon.counted, reading.horizon.missing, reading.due_at, reading.used) == (0, 5, None, 0)
    assert reading.standing is Standing.ON_TIME
    assert read(facts, "2026-12-30").standing is Standing.NOT_STARTED
    assert read(facts.model_copy(update={"stop": at("2027-01-06")}), "2027-01-07").standing is Standing.MET


def test_a_start_before_the_calendar_says_from_when_it_is_known():
    reading = read(clock("2003-12-31", 5), "2004-01-05")
    assert reading.horizon is not None
    assert reading.horizon.known_from == date(2004, 1, 1)
    with pytest.raises(CalendarHorizonError, match="known from 2004-01-01"):
        count_strictly(clock("2003-12-31", 5), national(), at("2004-01-05"))


def test_now_beyond_the_calendar_says_until_when_was_counted():
    reading = read(clock("2026-12-21", 5), "2027-01-10")
    assert reading.horizon is not None
    assert (reading.due_date, reading.overdue, reading.used) == (day("2026-12-28"), True, 8)
    assert (reading.horizon.counted, reading.horizon.missing) == (8, 0)


def test_a_resumption_beyond_the_calendar_leaves_the_due_day_open():
    for end in ("2026-12-31 18:00", "2027-01-05"):
        for roll in (True, False):
            if end == "2026-12-31 18:00" and not roll:
                continue
            facts = clock(
                "2026-12-21", 3, suspensions=(suspension("2026-12-24", end),), policy=Policy(roll_resume=roll)
            )
            reading = read(facts, "2026-12-31")
            assert reading.due_at is None
            assert reading.horizon is not None
            assert (reading.horizon.counted, reading.horizon.missing) == (3, 0)


def test_a_suspended_clock_is_beyond_no_horizon():
    assert read(clock("2026-12-21", 20, suspensions=(suspension("2026-12-24"),)), "2026-12-30").horizon is None


@pytest.mark.parametrize(("start", "provisional"), [("2026-12-18", False), ("2026-12-22", True)])
def test_a_due_day_at_the_end_of_december_is_provisional(start: str, provisional: bool):
    assert read(clock(start, 5), start).provisional is provisional


def test_a_new_notice_gives_the_due_day_that_was_missing():
    facts = clock("2020-12-21", 20)
    before = count(facts, national(day("2020-11-24")), at("2020-12-21"))
    after = count(facts, national(day("2020-11-25")), at("2020-12-21"))
    assert before.due_date is None
    assert after.due_date == day("2021-01-19")
    assert before.calendar != after.calendar
