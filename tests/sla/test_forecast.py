"""What open cases make of an average."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.clock import ApplicationReceipt, Clock, Standing, count
from sla.cohort import CohortSum
from sla.forecast import Basis, Progress, as_it_stood, forecast, progress
from tests.sla.build import CHINA, at, clock, extension, interval, national, suspension

DECIDED = CohortSum(n=2, total=Decimal(10), on_time=2, on_time_as_told=2, limit=Decimal(6))


def _come(used: int, when_due: int, *, uncounted: bool = False) -> Progress:
    return Progress(used=Decimal(used), when_due=Decimal(when_due), uncounted=uncounted)


def test_open_cases_are_taken_to_end_now_or_on_their_due_date():
    running = [_come(2, 8), _come(12, 12)]
    now, due = (forecast(DECIDED, running, basis) for basis in (Basis.ELAPSED, Basis.DUE))
    assert (now.n, now.open, now.exact_mean, now.kept) == (4, 2, Fraction(6), True)
    assert (due.n, due.open, due.mean, due.kept) == (4, 2, Decimal("7.5"), False)


def test_what_cannot_be_counted_is_in_no_forecast():
    found = forecast(DECIDED, [_come(2, 8, uncounted=True)], Basis.DUE)
    assert (found.n, found.open, found.exact_mean) == (2, 0, Fraction(5))


def test_nothing_forecasts_nothing():
    empty = CohortSum(n=0, total=Decimal(0), on_time=0, on_time_as_told=0, limit=Decimal(6))
    found = forecast(empty, [], Basis.ELAPSED)
    assert (found.n, found.exact_mean, found.mean, found.kept) == (0, None, None, None)
    assert forecast(DECIDED.model_copy(update={"limit": None}), [], Basis.ELAPSED).kept is None


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=20), st.sampled_from(Basis))
def test_a_forecast_is_the_mean_over_both(open_cases: list[tuple[int, int]], basis: Basis):
    running = [_come(used, max(used, limit)) for used, limit in open_cases]
    found = forecast(DECIDED, running, basis)
    values = [4, 6, *(used if basis is Basis.ELAPSED else max(used, limit) for used, limit in open_cases)]
    assert found.exact_mean == Fraction(sum(values), len(values))
    assert found.kept is (sum(values) <= 6 * len(values))


@pytest.mark.parametrize(
    ("now", "used", "when_due"), [("2026-03-04", 2, 5), ("2026-03-09 18:00", 5, 5), ("2026-03-13", 9, 9)]
)
def test_an_overdue_case_has_used_more_than_its_limit(now: str, used: int, when_due: int):
    come = progress(clock("2026-03-02", 5), national(), at(now))
    assert come == Progress(used=Decimal(used), when_due=Decimal(when_due))


def test_a_suspended_case_has_used_what_it_had_used_before_and_an_extension_lengthens_its_limit():
    facts = clock("2026-03-02", 5, suspensions=(suspension("2026-03-04"),), extensions=(extension(3, "2026-03-03"),))
    assert progress(facts, national(), at("2026-03-20")) == Progress(used=Decimal(2), when_due=Decimal(8))


def test_a_case_that_is_not_accepted_is_no_open_case_until_the_law_presumes_acceptance():
    facts = clock(None, 5, receipt=ApplicationReceipt(received=at("2026-03-02")))
    assert progress(facts, national(), at("2026-03-05")) is None
    come = progress(facts, national(), at("2026-03-10"))
    assert come is not None
    assert come.used == 6


def test_beyond_the_calendar_nothing_is_counted_and_a_due_date_there_is_provisional():
    facts = clock("2026-12-28", 5)
    assert progress(facts, national(), at("2026-12-30")) == Progress(
        used=Decimal(2), when_due=Decimal(5), provisional=True
    )
    come = progress(facts, national(), at("2027-01-05"))
    assert come is not None
    assert (come.uncounted, come.provisional) == (True, True)
    last_days = progress(clock("2026-12-28", 2), national(), at("2026-12-28"))
    assert last_days is not None
    assert (last_days.uncounted, last_days.provisional) == (False, True)


def test_a_start_outside_the_calendar_is_not_counted():
    come = progress(clock("1999-03-02", 5), national(), at("2026-03-05"))
    assert come is not None
    assert come.uncounted


WHOLE = clock(
    "2026-03-02",
    5,
    receipt=ApplicationReceipt(received=at("2026-02-27"), noticed=at("2026-02-28")),
    running=(interval("2026-03-02", "2026-03-05"), interval("2026-03-06", "2026-03-12")),
    suspensions=(suspension("2026-03-03", "2026-03-04"), suspension("2026-03-10", "2026-03-11")),
    extensions=(extension(2, "2026-03-04"), extension(3, "2026-03-09")),
    stop=at("2026-03-12"),
)


def test_a_clock_as_it_stood_knows_nothing_of_what_came_later():
    stood = as_it_stood(WHOLE, at("2026-03-03 12:00"))
    assert stood == clock(
        "2026-03-02",
        5,
        receipt=WHOLE.receipt,
        running=(interval("2026-03-02"),),
        suspensions=(WHOLE.suspensions[0].model_copy(update={"end": None}),),
    )
    assert count(stood, national(), at("2026-03-03 12:00")).standing is Standing.SUSPENDED
    before = as_it_stood(WHOLE, at("2026-02-27 12:00"))
    assert before.receipt == ApplicationReceipt(received=at("2026-02-27"))
    assert (before.start, before.running, before.stop) == (None, (), None)
    assert as_it_stood(clock("2026-03-02", 5), at("2026-03-09")) == clock("2026-03-02", 5)


@given(st.datetimes(at("2026-02-20").replace(tzinfo=None), at("2026-03-20").replace(tzinfo=None)))
def test_looking_back_twice_is_looking_back_once_and_all_that_happened_is_the_clock_itself(moment: datetime):
    when = moment.replace(tzinfo=CHINA)
    stood = as_it_stood(WHOLE, when)
    assert as_it_stood(stood, when) == stood
    assert (stood == WHOLE) is (when >= at("2026-03-12"))
    assert _instants(stood) == {one for one in _instants(WHOLE) if one <= when}


def _instants(facts: Clock) -> set[datetime]:
    found = [facts.start, facts.stop, *(one.at for one in facts.extensions)]
    found += [instant for one in facts.suspensions for instant in (one.start, one.end)]
    found += [instant for one in facts.running or () for instant in (one.start, one.end)]
    found += [facts.receipt.noticed] if facts.receipt else []
    return {one for one in found if one is not None}
