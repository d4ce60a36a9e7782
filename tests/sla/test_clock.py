"""One clock in working days: start, due, suspensions, extensions, standing."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from sla.axis import SHANGHAI, due_day, due_time
from sla.clock import Policy, Standing, count, is_late
from tests.sla.build import ALL, at, clock, day, extension, national, read, suspension


def test_the_day_of_acceptance_does_not_count():
    reading = read(clock("2026-03-02", 5), "2026-03-03 18:00")
    assert (reading.used, reading.due_at) == (1, at("2026-03-09 17:30"))


@pytest.mark.parametrize(
    ("accepted", "limit", "first", "revised"),
    [
        ("2020-01-17", 2, "2020-01-20", "2020-01-20"),
        ("2020-01-23", 3, "2020-02-03", "2020-02-05"),
        ("2020-01-20", 9, "2020-02-06", "2020-02-10"),
        ("2020-01-20", 30, "2020-03-06", "2020-03-10"),
        ("2020-01-22", 80, "2020-05-21", "2020-05-25"),
        ("2020-01-18", 3, "2020-01-22", "2020-01-22"),
        ("2020-04-30", 3, "2020-05-08", "2020-05-08"),
        ("2020-09-30", 1, "2020-10-09", "2020-10-09"),
    ],
)
def test_2020_is_due_as_known_before_and_after_the_notice_of_january(
    accepted: str, limit: int, first: str, revised: str
):
    dues = [read(clock(accepted, limit), accepted, as_of=day(known)).due_date for known in ("2020-01-26", "2020-01-27")]
    assert dues == [day(first), day(revised)]


def test_without_rolling_a_saturday_of_2020_is_due_a_day_earlier():
    strict = Policy(roll_accept=False)
    assert read(clock("2020-01-18", 3, policy=strict), "2020-01-18").due_date == day("2020-01-21")
    assert read(clock("2020-03-07", 3, policy=strict), "2020-03-07").due_date == day("2020-03-11")
    assert read(clock("2020-03-07", 3), "2020-03-07").due_date == day("2020-03-12")


def test_the_time_zone_decides_the_day():
    facts = clock(None, 1).model_copy(update={"start": datetime(2026, 10, 8, 20, tzinfo=UTC)})
    reading = count(facts, national(), datetime(2026, 10, 9, 20, tzinfo=UTC))
    assert reading.start_day == day("2026-10-09")
    assert reading.due_date == day("2026-10-10")
    assert reading.used == 1


def test_an_instant_without_offset_is_refused():
    with pytest.raises(ValueError, match="no offset"):
        count(clock("2026-03-02", 5), national(), datetime(2026, 3, 3))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("accepted", "begins"), [("2026-09-30 17:30", "2026-09-30"), ("2026-09-30 17:30:01", "2026-10-08")]
)
def test_acceptance_after_the_cut_off_counts_as_the_next_working_day(accepted: str, begins: str):
    assert read(clock(accepted, 3), accepted).start_day == day(begins)


def test_every_start_day_of_a_year_is_due_on_the_last_day_with_no_more_used_than_the_limit():
    calendar = national()
    for offset in range(300):
        start = datetime.combine(date(2026, 1, 2) + timedelta(days=offset), time(10), at("2026-01-02").tzinfo)
        facts = clock(None, 5).model_copy(update={"start": start})
        due = count(facts, calendar, start).due_date
        assert due is not None
        for later, used in ((0, 5), (1, 6)):
            on = datetime.combine(calendar.add(due, later), time(12), start.tzinfo)
            assert count(facts, calendar, on).used == used


@pytest.mark.parametrize("roll", [True, False])
def test_a_limit_of_the_same_day_accepted_on_a_day_off_is_due_on_the_next_working_day(roll: bool):
    reading = read(clock("2026-03-07", 0, policy=Policy(roll_accept=roll, count_start_day=True)), "2026-03-09 17:30")
    assert (reading.due_date, reading.overdue, reading.used) == (day("2026-03-09"), False, 0)


def test_half_a_working_day_is_due_on_the_same_day():
    assert read(clock("2026-03-02", 0.5), "2026-03-02").due_date == day("2026-03-02")
    assert read(clock("2026-03-02", 2.5), "2026-03-02").due_date == day("2026-03-04")


def test_the_start_day_counts_where_the_policy_says_so():
    counted = Policy(count_start_day=True)
    assert read(clock("2026-03-02", 5, policy=counted), "2026-03-02").used == 1
    assert read(clock("2026-03-02", 5, policy=counted), "2026-03-02").due_date == day("2026-03-06")
    on_saturday = Policy(count_start_day=True, roll_accept=False)
    assert read(clock("2026-03-07", 1, policy=on_saturday), "2026-03-07").used == 0


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        ("2026-03-05 23:59:59", Standing.ON_TIME),
        ("2026-03-06 00:00", Standing.DUE_SOON),
        ("2026-03-09 17:30", Standing.DUE_SOON),
        ("2026-03-09 17:30:01", Standing.OVERDUE),
    ],
)
def test_the_last_minute_is_yellow_and_the_next_second_red(now: str, standing: Standing):
    reading = read(clock("2026-03-02", 5), now)
    assert reading.standing is standing
    assert reading.overdue is (standing is Standing.OVERDUE)
    assert reading.overdue_by == 0


def test_a_clock_at_its_limit_on_the_next_day_is_one_day_over():
    reading = read(clock("2026-03-02", 5), "2026-03-10 09:00")
    assert (reading.used, reading.overdue_by, reading.remaining) == (6, 1, 0)


def test_late_is_later_than_the_due_instant_and_never_without_one():
    assert not is_late(at("2026-03-09 17:30"), at("2026-03-09 17:30"))
    assert is_late(at("2026-03-09 17:30:01"), at("2026-03-09 17:30"))
    assert not is_late(at("2026-03-09 17:30:01"), None)


def test_a_channel_without_office_hours_is_due_at_midnight():
    online = Policy(close=None)
    facts = clock("2026-03-02", 1, policy=online)
    assert read(facts, "2026-03-03 23:59").due_at == at("2026-03-04 00:00")
    assert read(facts, "2026-03-04 00:00").overdue is False
    assert read(facts, "2026-03-04 00:00").overdue_by == 0
    assert read(facts, "2026-03-04 00:00:01").overdue is True
    paused_at_midnight = facts.model_copy(update={"suspensions": (suspension("2026-03-04 00:00", "2026-03-06"),)})
    assert read(paused_at_midnight, "2026-03-05").due_date == day("2026-03-03")


@pytest.mark.parametrize(
    ("limit", "on", "expected"),
    [
        (5, "2026-03-02", "2026-03-06 00:00"),
        (1, "2026-03-02", "2026-03-02 10:00"),
        (2, "2026-03-02", "2026-03-03 00:00"),
    ],
)
def test_a_clock_is_due_soon_from_midnight_of_the_day_on_which_one_day_is_left(limit: int, on: str, expected: str):
    assert read(clock(on, limit), on).due_soon_at == at(expected)


def test_a_larger_threshold_is_reached_earlier():
    assert read(clock("2026-03-02", 20, due_soon=4), "2026-03-02").due_soon_at == at("2026-03-24 00:00")


def test_one_day_is_due_soon_at_the_close_of_the_day_of_acceptance():
    facts = clock("2026-03-02", 1, due_soon_at_first_close=True)
    assert read(facts, "2026-03-02 17:29").standing is Standing.ON_TIME
    assert read(facts, "2026-03-02 17:30").standing is Standing.DUE_SOON
    unrolled = clock("2026-03-02 19:00", 1, due_soon_at_first_close=True, policy=Policy(roll_accept=False))
    assert read(unrolled, "2026-03-02 19:00").due_soon_at == at("2026-03-02 19:00")


def test_a_clock_before_its_start_has_not_started():
    assert read(clock("2026-03-02", 5), "2026-03-01").standing is Standing.NOT_STARTED
    assert read(clock("2026-03-02", 5), "2026-03-01").due_date == day("2026-03-09")
    bare = read(clock(None, 5), "2026-03-01")
    assert (bare.standing, bare.used, bare.remaining, bare.due_at) == (Standing.NOT_STARTED, 0, 5, None)


def test_a_paused_case_used_less_than_its_span():
    facts = clock("2026-03-02", 20, suspensions=(suspension("2026-03-10", "2026-03-25"),), stop=at("2026-03-27"))
    reading = read(facts, "2026-11-21")
    assert (reading.used, reading.suspended, reading.standing) == (8, 11, Standing.MET)


def test_an_interval_survives_its_resumption():
    facts = clock("2026-03-02", 20, suspensions=(suspension("2026-03-10", "2026-03-25"),))
    assert read(facts, "2026-03-12").standing is Standing.SUSPENDED
    after = read(facts, "2026-03-26")
    assert (after.suspended, after.standing) == (11, Standing.ON_TIME)


def test_overlapping_suspensions_count_once():
    both = (suspension("2026-03-09", "2026-03-18", "hearing"), suspension("2026-03-13", "2026-03-25", "appraisal"))
    reading = read(clock("2026-03-02", 20, suspensions=both), "2026-03-30")
    assert (reading.suspended, reading.due_date) == (12, day("2026-04-16"))


def test_a_missing_end_moves_no_other():
    """Paired by id: the hearing never ended, the appraisal did."""
    both = (suspension("2026-03-09", None, "hearing"), suspension("2026-03-10", "2026-03-11", "appraisal"))
    reading = read(clock("2026-03-02", 20, suspensions=both), "2026-03-12")
    assert (reading.used, reading.due_at, reading.standing) == (5, None, Standing.SUSPENDED)


def test_resuming_after_hours_costs_a_day_and_without_rolling_none():
    pause = (suspension("2026-03-03 09:00", "2026-03-03 18:00"),)
    assert read(clock("2026-03-02", 5, suspensions=pause), "2026-03-04").suspended == 1
    unrolled = clock("2026-03-02", 5, suspensions=pause, policy=Policy(roll_resume=False))
    assert read(unrolled, "2026-03-04").suspended == 0


@pytest.mark.parametrize(
    ("begun", "rescued"), [("2026-03-05 10:00", True), ("2026-03-05 17:30", True), ("2026-03-05 17:30:01", False)]
)
def test_a_suspension_rescues_until_the_close_of_the_due_day_and_not_on_its_evening(begun: str, rescued: bool):
    reading = read(clock("2026-03-02", 3, suspensions=(suspension(begun),)), "2026-03-09")
    assert reading.standing is (Standing.SUSPENDED if rescued else Standing.OVERDUE)
    assert reading.due_at == (None if rescued else at("2026-03-05 17:30"))
    assert reading.used == 3


def test_a_suspension_never_hides_red():
    facts = clock("2026-03-02", 3, suspensions=(suspension("2026-03-09"),))
    assert read(facts, "2026-03-10").standing is Standing.OVERDUE


def test_a_suspension_that_began_within_another_began_in_time():
    policy = Policy(roll_resume=False)
    pauses = (suspension("2026-03-05 09:00", "2026-03-06 19:00"), suspension("2026-03-06 18:30", "2026-03-10 10:00"))
    assert read(clock("2026-03-02", 3, suspensions=pauses, policy=policy), "2026-03-11").due_date == day("2026-03-10")


def test_what_is_recorded_after_the_stop_is_left_out():
    facts = clock("2026-03-02", 5, stop=at("2026-03-04"), suspensions=(suspension("2026-03-04 10:00"),))
    reading = read(facts, "2026-03-20")
    assert (reading.due_date, reading.used, reading.suspended) == (day("2026-03-09"), 2, 0)


def test_a_late_stop_is_missed_and_one_at_the_last_moment_met():
    assert read(clock("2026-03-02", 5, stop=at("2026-03-09 17:30")), "2026-03-20").standing is Standing.MET
    late = read(clock("2026-03-02", 5, stop=at("2026-03-09 17:30:01")), "2026-03-20")
    assert (late.standing, late.overdue, late.overdue_by) == (Standing.MISSED, True, 0)


def test_a_case_stopped_before_it_began_to_count_has_used_nothing():
    reading = read(clock("2026-03-07", 5, stop=at("2026-03-07 12:00")), "2026-03-20")
    assert (reading.used, reading.suspended, reading.standing) == (0, 0, Standing.MET)


def test_an_extension_in_time_moves_the_due_day_across_a_holiday():
    facts = clock("2026-09-14", 10, extensions=(extension(5, "2026-09-24"),))
    assert read(clock("2026-09-14", 10), "2026-09-24").due_date == day("2026-09-28")
    reading = read(facts, "2026-09-24")
    assert (reading.due_date, reading.limit) == (day("2026-10-10"), 15)


@pytest.mark.parametrize(
    ("granted", "counts"), [("2026-03-05 17:30", True), ("2026-03-05 17:30:01", False), ("2026-03-06", False)]
)
def test_an_extension_after_expiry_counts_for_nothing(granted: str, counts: bool):
    reading = read(clock("2026-03-02", 3, extensions=(extension(10, granted),)), "2026-03-09")
    assert reading.limit == (13 if counts else 3)
    assert reading.overdue is not counts


def test_an_extension_during_a_suspension_is_in_time():
    facts = clock("2026-03-02", 3, suspensions=(suspension("2026-03-05"),), extensions=(extension(10, "2026-03-20"),))
    assert read(facts, "2026-03-23").limit == 13


def test_an_extension_that_was_late_is_no_ground_for_a_later_suspension():
    facts = clock(
        "2026-03-02",
        3,
        extensions=(extension(10, "2026-03-06"),),
        suspensions=(suspension("2026-03-10", "2026-03-12"),),
    )
    assert read(facts, "2026-03-13").due_date == day("2026-03-05")


def test_amounts_are_decimal():
    reading = read(clock("2026-03-02", 5), "2026-03-03", ALL)
    assert {type(value) for value in (reading.used, reading.suspended, reading.remaining)} == {Decimal}


@pytest.mark.parametrize(
    ("at", "day", "time"),
    [
        (datetime(2021, 3, 8, 17, 30, tzinfo=SHANGHAI), date(2021, 3, 8), "17:30"),
        (datetime(2021, 3, 9, 0, 0, tzinfo=SHANGHAI), date(2021, 3, 8), "24:00"),
        (datetime(2021, 3, 8, 16, 0, tzinfo=UTC), date(2021, 3, 8), "24:00"),
        (datetime(2021, 3, 9, 0, 0, 1, tzinfo=SHANGHAI), date(2021, 3, 9), "00:00"),
    ],
)
def test_what_is_due_at_midnight_is_due_on_the_day_that_ends(at: datetime, day: date, time: str):
    assert (due_day(at), due_time(at)) == (day, time)
