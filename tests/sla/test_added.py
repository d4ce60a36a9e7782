"""Parallel time added up: a day counts for each step that holds it."""

from datetime import timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.added import Load, first_with, last_within, legs, loads, used
from sla.clock import Clock, Policy, Standing, Unit, count
from sla.days import day_ledger
from sla.errors import LimitError
from tests.sla.build import at, clock, day, extension, interval, national, read, suspension
from tests.sla.test_properties import SOON, clocks

BOTH = (interval("2026-03-02"), interval("2026-03-04"))  # a Monday and a Wednesday; both are held still


def test_a_day_on_which_two_steps_are_held_counts_twice():
    summed = clock("2026-03-02", 20, running=BOTH, added=True)
    assert [read(summed, f"2026-03-{now:02}").used for now in (3, 4, 5, 6, 9)] == [1, 2, 4, 6, 8]
    united = clock("2026-03-02", 20, running=BOTH)
    assert read(united, "2026-03-09").used == 5


def test_it_is_due_on_the_last_day_that_stays_within_if_all_that_runs_goes_on():
    for limit, due in [(6, "2026-03-06"), (7, "2026-03-06"), (8, "2026-03-09")]:
        assert read(clock("2026-03-02", limit, running=BOTH, added=True), "2026-03-05").due_date == day(due)


def test_a_step_that_ends_puts_the_due_day_off():
    ended = (BOTH[0], interval("2026-03-04", "2026-03-05 16:00"))
    assert read(clock("2026-03-02", 8, running=ended, added=True), "2026-03-06").due_date == day("2026-03-11")


def test_a_standstill_of_the_case_stops_every_step_and_puts_the_due_day_off():
    pause = (suspension("2026-03-05", "2026-03-10"),)
    reading = read(clock("2026-03-02", 8, running=BOTH, added=True, suspensions=pause), "2026-03-11")
    assert (reading.used, reading.suspended, reading.due_date) == (6, 3, day("2026-03-12"))


def test_a_suspension_begun_after_the_due_day_rescues_nothing():
    facts = clock(
        "2026-03-02", 6, running=BOTH, added=True, suspensions=(suspension("2026-03-06 18:00", "2026-03-10"),)
    )
    assert read(facts, "2026-03-09").standing is Standing.OVERDUE
    assert read(facts, "2026-03-12").overdue_by == 4
    open_since = facts.model_copy(update={"suspensions": (suspension("2026-03-06 18:00"),)})
    assert (read(open_since, "2026-03-09").due_date, read(open_since, "2026-03-09").used) == (day("2026-03-06"), 6)


def test_an_extension_before_expiry_lengthens_a_sum():
    facts = clock("2026-03-02", 6, running=BOTH, added=True, extensions=(extension(2, "2026-03-06"),))
    assert read(facts, "2026-03-06").due_date == day("2026-03-09")


def test_it_is_due_soon_no_later_than_it_is_due():
    facts = clock("2026-03-02", 7, running=(*BOTH, interval("2026-03-04")), added=True)
    reading = read(facts, "2026-03-05")  # used are 5 of 7, on the next day 8
    assert (reading.due_date, reading.due_soon_at) == (day("2026-03-05"), at("2026-03-05 00:00"))
    halted = facts.model_copy(update={"suspensions": (suspension("2026-03-05 18:00"),)})
    assert read(halted, "2026-03-06").due_soon_at == at("2026-03-05 00:00")


def test_the_day_ledger_shows_a_day_that_counts_twice():
    ledger = day_ledger(clock("2026-03-02", 6, running=BOTH, added=True), national(), at("2026-03-04"))
    assert [(int(one.used), int(one.total)) for one in ledger] == [(0, 0), (1, 1), (1, 2), (2, 4), (2, 6)]


def test_steps_that_follow_one_another_add_up_to_their_union():
    after_hours = (interval("2026-03-02", "2026-03-04 19:00"), interval("2026-03-04 19:00"))
    for added in (True, False):
        assert read(clock("2026-03-02", 9, running=after_hours, added=added), "2026-03-06").used == 4


def test_the_day_of_the_start_counts_once_where_it_counts():
    twice = (interval("2026-02-27"), interval("2026-02-27"))
    facts = clock("2026-03-02", 3, running=twice, added=True, policy=Policy(count_start_day=True))
    assert [read(facts, f"2026-03-0{now}").used for now in (2, 3)] == [1, 3]
    assert read(facts, "2026-03-02").due_date == day("2026-03-03")


def test_without_intervals_there_is_nothing_to_add_up():
    assert read(clock("2026-03-02", 9, added=True), "2026-03-06").used == 4


def test_beyond_the_calendar_the_sum_says_what_is_missing():
    running = (interval("2026-12-21"), interval("2026-12-21"))
    reading = read(clock("2026-12-21", 30, running=running, added=True), "2026-12-22")
    assert (reading.due_date, reading.horizon.counted, reading.horizon.missing) == (None, 16, 14)


def test_months_are_not_added_up():
    with pytest.raises(LimitError):
        count(clock("2026-03-02", 2, Unit.MONTH, running=BOTH, added=True), national(), at("2026-03-09"))


def test_hours_are_added_up_like_days():
    summed = clock(
        "2026-03-02", 16, Unit.WORKHOUR, running=(interval("2026-03-02"), interval("2026-03-02")), added=True
    )
    reading = read(summed, "2026-03-02 12:00")
    assert (reading.used, reading.due_at) == (4, at("2026-03-03 10:00"))


@given(clocks((Unit.WORKDAY, Unit.DAY, Unit.WORKHOUR)), SOON)
def test_a_sum_is_never_less_than_the_union_and_never_due_later(united: Clock, later: timedelta):
    assert united.start is not None
    now = united.start + later
    summed = united.model_copy(update={"added": True})
    once, each = (count(one, national(), now) for one in (united, summed))
    assert each.used >= once.used
    assert each.suspended == once.suspended
    assert once.due_at is None or (each.due_at is not None and each.due_at <= once.due_at)


@given(clocks((Unit.WORKDAY,)), SOON)
def test_one_interval_alone_adds_up_to_itself(united: Clock, later: timedelta):
    assert united.start is not None
    alone = united.model_copy(update={"running": (united.running or ())[:1], "policy": Policy()})
    summed = alone.model_copy(update={"added": True})
    assert count(summed, national(), united.start + later) == count(alone, national(), united.start + later)


MARKS = st.integers(0, 30)
STRETCHES = st.lists(st.tuples(MARKS, st.none() | MARKS), max_size=5).map(
    lambda pairs: [(first, last) for first, last in pairs if last is None or last >= first]
)


@given(MARKS, STRETCHES, STRETCHES, st.integers(0, 60), st.integers(1, 60))
def test_legs_say_of_each_mark_what_it_uses(
    base: int, excluded: list[tuple[int, int | None]], held: list[tuple[int, int | None]], mark: int, wanted: int
):
    def within(number: int, stretch: tuple[int, int | None]) -> bool:
        return stretch[0] < number and (stretch[1] is None or number <= stretch[1])

    def rate(number: int) -> int:
        if any(within(number, each) for each in excluded):
            return 0
        return max(1, sum(within(number, each) for each in held))

    course = legs(base, [Load(first, last, 1) for first, last in excluded], loads(held))
    far = range(base + 1, base + 130)
    walked = dict(zip(far, accumulate(map(rate, far)), strict=True))
    assert used(course, mark) == walked.get(mark, 0)
    assert first_with(course, wanted) == next((number for number in far if walked[number] >= wanted), None)
    if rate(far[-1]):
        last = last_within(course, wanted)
        assert used(course, last) <= wanted < used(course, last + 1)
