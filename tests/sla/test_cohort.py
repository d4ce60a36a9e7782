"""An average is broken by its cohort, never by one case."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.cohort import Measured, Window, by_month, summed

LIMIT = Decimal(7)


def _case(used: str, stopped_on: str, *, on_time: bool = True, told: bool = True, commitment: str = "c") -> Measured:
    return Measured(
        case=f"{used} {stopped_on}",
        commitment=commitment,
        used=Decimal(used),
        stopped_on=date.fromisoformat(stopped_on),
        on_time=on_time,
        on_time_as_told=told,
    )


def test_one_long_case_does_not_break_an_average():
    cohort = summed([_case("3", "2021-01-05"), _case("4", "2021-01-06"), _case("14", "2021-01-07")], LIMIT)
    assert (cohort.n, cohort.exact_mean, cohort.maximum, cohort.kept) == (3, Fraction(7), Decimal(14), True)


def test_the_least_possible_excess_breaks_it():
    cohort = summed([_case("3", "2021-01-05"), _case("4", "2021-01-06"), _case("14.01", "2021-01-07")], LIMIT)
    assert cohort.kept is False


def test_the_mean_is_compared_exactly():
    """A thousand cases of 7.00 and one of 7.01 are over, though no two digits of the mean say so."""
    cases = [_case("7", "2021-01-05")] * 1000 + [_case("7.01", "2021-01-06")]
    cohort = summed(cases, LIMIT)
    assert cohort.mean is not None
    assert (round(cohort.mean, 2), cohort.kept) == (LIMIT, False)


def test_an_empty_cohort_has_no_verdict():
    cohort = summed([], LIMIT)
    assert (cohort.n, cohort.mean, cohort.maximum, cohort.kept) == (0, None, None, None)
    assert (cohort.exact_mean, cohort.on_time_share, cohort.on_time_as_told_share) == (None, None, None)


def test_a_cohort_without_a_limit_has_a_mean_and_no_verdict():
    cohort = summed([_case("3", "2021-01-05")])
    assert (cohort.mean, cohort.kept) == (Decimal(3), None)


def test_both_shares_are_told():
    cases = [_case("3", "2021-01-05", told=False), _case("9", "2021-01-06", on_time=False, told=False)]
    cohort = summed(cases)
    assert (cohort.on_time_share, cohort.on_time_as_told_share) == (Fraction(1, 2), Fraction(0))


def test_months_are_those_of_completion_with_the_year_to_date():
    cases = [
        _case("9", "2021-03-31"),
        _case("5", "2021-01-31"),
        _case("4", "2020-12-31"),
        _case("99", "2021-02-01", commitment="other"),
    ]
    months = by_month(cases, "c", LIMIT)
    assert [(each.year, each.month, each.of_month.n, each.year_to_date.total) for each in months] == [
        (2020, 12, 1, Decimal(4)),
        (2021, 1, 1, Decimal(5)),
        (2021, 3, 1, Decimal(14)),
    ]
    assert [each.of_month.kept for each in months] == [True, True, False]
    assert months[2].year_to_date.kept is True


@given(st.lists(st.integers(0, 60), min_size=1, max_size=30), st.integers(0, 60))
def test_a_mean_is_kept_where_the_sum_is(values: list[int], limit: int):
    cohort = summed([_case(str(value), "2021-01-05") for value in values], Decimal(limit))
    assert cohort.kept is (sum(values) <= limit * len(values))
    assert cohort.maximum == max(values)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40))
def test_the_median_and_the_ninth_decile_are_those_of_the_definition(values: list[int]):
    cohort = summed([_case(str(value), "2021-01-05") for value in values])
    assert cohort.median == Decimal(str(median(values)))
    assert cohort.p90 is not None
    within_it = sum(value <= cohort.p90 for value in values)
    below_it = sum(value < cohort.p90 for value in values)
    assert 10 * within_it >= 9 * len(values) > 10 * below_it


@pytest.mark.parametrize(("n", "rank"), [(1, 1), (9, 9), (10, 9), (11, 10), (20, 18), (21, 19)])
def test_the_ninth_decile_is_of_the_nearest_rank(n: int, rank: int):
    assert summed([_case(str(value), "2021-01-05") for value in range(1, n + 1)]).p90 == rank


def test_the_longest_case_is_named_and_of_several_the_first():
    cases = [_case("9", "2021-03-31"), _case("9", "2021-03-30"), _case("8", "2021-03-01")]
    assert summed(cases).longest == "9 2021-03-30"
    assert summed([]).longest is None


@pytest.mark.parametrize(
    ("window", "until", "first"),
    [
        (Window.MONTH, "2021-03-31", "2021-03-01"),
        (Window.YEAR, "2021-03-31", "2021-01-01"),
        (Window.ROLLING, "2021-03-31", "2021-01-01"),
        (Window.ROLLING, "2021-02-10", "2020-11-13"),
    ],
)
def test_a_window_ends_with_its_day(window: Window, until: str, first: str):
    begins, ends = date.fromisoformat(first), date.fromisoformat(until)
    assert window.first(ends) == begins
    assert (ends - begins).days == 89 or window is not Window.ROLLING


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 28), st.booleans(), st.integers(1, 5)), max_size=12))
def test_cases_that_are_alike_come_to_the_same_together(drawn: list[tuple[int, int, bool, int]]):
    each = [_case(str(used), f"2021-01-{day:02}", on_time=met) for used, day, met, n in drawn for _ in range(n)]
    alike = [replace(_case(str(used), f"2021-01-{day:02}", on_time=met), n=n) for used, day, met, n in drawn]
    assert summed(alike, LIMIT) == summed(each, LIMIT)
