"""Time of several authorities: counted once, and beside it the sum, the span and what was idle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.chain import Holding, merged, size, total, without
from sla.clock import Policy, Unit
from sla.errors import CalendarHorizonError, LimitError
from tests.sla.build import at, interval, national, suspension

NOW = at("2026-04-30")
A = Holding(authority="A", intervals=(interval("2026-03-02", "2026-03-13"),))
B = Holding(
    authority="B",
    intervals=(interval("2026-03-05", "2026-03-20"),),
    suspensions=(suspension("2026-03-10", "2026-03-16"),),
)
C = Holding(authority="C", intervals=(interval("2026-03-24", "2026-03-27"),))


def test_parallel_time_counts_once_and_idle_time_never():
    result = total((A, B, C), national(), NOW)
    assert result.by_authority == {"A": 9, "B": 7, "C": 3}
    assert [result.workload, result.union, result.span, result.idle] == [19, 16, 19, 3]


def test_a_suspension_of_the_whole_case_stops_every_authority():
    result = total((A, B, C), national(), NOW, suspensions=(suspension("2026-03-10", "2026-03-12"),))
    assert result.by_authority == {"A": 7, "B": 7, "C": 3}
    assert [result.union, result.idle] == [14, 5]


def test_a_case_and_its_only_stage_agree_on_overlapping_suspensions():
    held = Holding(
        authority="A",
        intervals=(interval("2026-03-02"),),
        suspensions=(suspension("2026-03-09", "2026-03-18"), suspension("2026-03-13", "2026-03-25")),
    )
    result = total((held,), national(), at("2026-04-16"))
    assert [result.union, result.workload, result.span, result.idle] == [20, 20, 32, 12]


def test_an_open_step_and_an_open_suspension_last_until_now():
    held = Holding(authority="A", intervals=(interval("2026-03-02"),), suspensions=(suspension("2026-03-04"),))
    assert total((held,), national(), at("2026-03-06")).union == 2


def test_two_steps_of_an_authority_are_both_its_work():
    twice = Holding(authority="A", intervals=(interval("2026-03-02", "2026-03-04"),))
    result = total((twice, twice), national(), NOW)
    assert result.by_authority == {"A": 4}
    assert result.union == 2


def test_a_step_taken_up_after_hours_counts_from_the_next_day():
    evening = Holding(authority="A", intervals=(interval("2026-03-02 18:00", "2026-03-04"),))
    assert total((evening,), national(), NOW).union == 1
    assert total((evening,), national(), NOW, Policy(roll_accept=False)).union == 2


def test_nothing_held_is_nothing():
    result = total((), national(), NOW)
    assert [result.workload, result.union, result.span, result.idle] == [0, 0, 0, 0]


def test_other_units_are_hours_and_days():
    held = Holding(authority="A", intervals=(interval("2026-03-06 10:00", "2026-03-09 11:00"),))
    assert total((held,), national(), NOW, unit=Unit.WORKHOUR).union == 9
    assert total((held,), national(), NOW, unit=Unit.DAY).union == 3
    with pytest.raises(LimitError):
        total((held,), national(), NOW, unit=Unit.MONTH)


@pytest.mark.parametrize("end", ["2027-01-05", "2003-12-30"])
def test_an_end_outside_the_calendar_is_an_error(end: str):
    held = Holding(authority="A", intervals=(interval("2026-12-02", end),))
    with pytest.raises(CalendarHorizonError):
        total((held,), national(), NOW)


STRETCHES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)


@given(STRETCHES, STRETCHES)
def test_stretches_are_sets_of_marks(left: list[tuple[int, int]], right: list[tuple[int, int]]):
    marks = {mark for first, last in left for mark in range(first, last)}
    less = marks - {mark for first, last in right for mark in range(first, last)}
    assert size(merged(left)) == len(marks)
    assert size(without(merged(left), merged(right))) == len(less)
