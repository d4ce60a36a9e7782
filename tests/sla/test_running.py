"""Running intervals, the gaps between them, and acceptance that the law presumes."""

import pytest

from sla.clock import ApplicationReceipt, Standing
from tests.sla.build import at, clock, day, interval, read


def test_a_gap_between_steps_stands_still_like_a_suspension():
    facts = clock("2026-03-02", 5, running=(interval("2026-03-02", "2026-03-04"), interval("2026-03-09", "2026-03-10")))
    reading = read(facts, "2026-03-12")
    assert (reading.used, reading.suspended, reading.due_at) == (3, 5, None)
    assert reading.standing is Standing.SUSPENDED


def test_a_handover_leaves_no_gap_even_after_hours():
    evening = "2026-03-04 18:30"
    facts = clock("2026-03-02", 5, running=(interval("2026-03-02", evening), interval(evening)))
    reading = read(facts, "2026-03-06")
    assert (reading.used, reading.suspended, reading.due_date) == (4, 0, day("2026-03-09"))


def test_parallel_steps_count_once():
    running = (
        interval("2026-03-02", "2026-03-06"),
        interval("2026-03-04", "2026-03-10"),
        interval("2026-03-05", "2026-03-05"),
    )
    assert read(clock("2026-03-02", 20, running=running), "2026-03-10").used == 6


def test_a_step_taken_up_late_starts_the_count_late():
    facts = clock("2026-03-02", 5, running=(interval("2026-03-04"),))
    reading = read(facts, "2026-03-06")
    assert (reading.used, reading.suspended, reading.due_date) == (2, 2, day("2026-03-11"))


def test_time_held_before_the_start_does_not_count():
    facts = clock("2026-03-04", 5, running=(interval("2026-03-02", "2026-03-03"), interval("2026-03-03")))
    assert read(facts, "2026-03-06").used == 2


def test_a_clock_that_nobody_holds_stands_still():
    reading = read(clock("2026-03-02", 5, running=()), "2026-03-06")
    assert (reading.used, reading.suspended, reading.standing) == (0, 4, Standing.SUSPENDED)


def test_a_gap_begun_after_expiry_rescues_nothing():
    facts = clock("2026-03-02", 3, running=(interval("2026-03-02", "2026-03-09"),))
    assert read(facts, "2026-03-10").standing is Standing.OVERDUE


# Receipt and presumed acceptance.

RECEIVED = ApplicationReceipt(received=at("2024-04-26 15:00"))


@pytest.mark.parametrize(("now", "presumed"), [("2024-05-07 17:30", False), ("2024-05-07 17:30:01", True)])
def test_without_a_notice_in_five_working_days_a_case_is_accepted_on_the_day_of_receipt(now: str, presumed: bool):
    reading = read(clock(None, 20, receipt=RECEIVED), now)
    assert reading.presumed is presumed
    assert reading.start_day == (day("2024-04-26") if presumed else None)
    assert reading.used == (5 if presumed else 0)
    assert reading.presumes_at == at("2024-05-07 17:30")


def test_a_notice_in_time_presumes_nothing():
    noticed = RECEIVED.model_copy(update={"noticed": at("2024-05-07 17:30")})
    reading = read(clock(None, 20, receipt=noticed), "2024-06-03")
    assert (reading.standing, reading.presumes_at) == (Standing.NOT_STARTED, None)


def test_a_notice_too_late_changes_nothing():
    noticed = RECEIVED.model_copy(update={"noticed": at("2024-05-07 17:30:01")})
    assert read(clock(None, 20, receipt=noticed), "2024-06-03").presumed


@pytest.mark.parametrize(("accepted", "begins"), [("2024-05-07", "2024-05-07"), ("2024-05-08", "2024-04-26")])
def test_acceptance_in_time_starts_the_clock_and_a_late_one_is_dated_back(accepted: str, begins: str):
    reading = read(clock(accepted, 20, receipt=RECEIVED), "2024-05-10")
    assert reading.start_day == day(begins)


def test_presumed_time_runs_though_no_step_was_taken_up():
    facts = clock(None, 20, receipt=RECEIVED, running=())
    assert read(facts, "2024-05-08").used == 6
    started = clock("2024-05-09", 20, receipt=RECEIVED, running=(interval("2024-05-09"),))
    reading = read(started, "2024-05-10")
    assert (reading.used, reading.suspended, reading.presumed) == (8, 0, True)


def test_receipt_at_the_end_of_the_calendar_presumes_nothing_yet():
    facts = clock(None, 20, receipt=ApplicationReceipt(received=at("2026-12-28")))
    assert read(facts, "2026-12-31").presumes_at is None
