"""Verdicts of promises that no case measures."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sla.commitments import REGISTER
from sla.commitments.commitment import Commitment, Operator
from sla.indicators import Cadence, IndicatorStanding, IndicatorVerdict, kind_of, measured, most_of, reaches, stands
from sla.observations import IndicatorKind, Noted, Observation
from tests.sla.observing import A_DAY, AT, BINDING, OBSERVED, YEARLY, found, of_kind, standing

KEPT, LATE, SHORT = IndicatorVerdict.KEPT, IndicatorVerdict.LATE, IndicatorVerdict.SHORT
RAMP_UP, NO_EVIDENCE = IndicatorVerdict.RAMP_UP, IndicatorVerdict.NO_EVIDENCE
LATER = date(2021, 12, 31)

each_kind = pytest.mark.parametrize("kind", IndicatorKind)
wholes = st.integers(0, 10**6)
amounts = st.decimals(0, 10**6, places=2)
days = st.dates(date(2015, 1, 1), date(2030, 12, 31))


def judged(
    kind: IndicatorKind, *observations: Observation, until: date = LATER, binding: date | None = BINDING
) -> IndicatorStanding:
    return stands(of_kind(kind), standing(*observations), until, binding, YEARLY)


def verdict(
    kind: IndicatorKind, *observations: Observation, until: date = LATER, binding: date | None = BINDING
) -> IndicatorVerdict:
    return judged(kind, *observations, until=until, binding=binding).verdict


def test_every_promise_is_measured_on_cases_or_observed() -> None:
    assert len(OBSERVED) == 41
    on_cases = [one for one in REGISTER.values() if kind_of(one) is None]
    assert len(on_cases) == 32
    assert all(one.limit is not None or one.measure == "fee-max" for one in on_cases)


def test_three_agencies_are_counted_and_cannot_be_four_and_one_system_is_dated_evidence() -> None:
    agents, system = REGISTER["tc-48-agents"], REGISTER["sz-24-invitation-system"]
    assert (kind_of(agents), most_of(agents)) == (IndicatorKind.COUNT, Decimal(3))
    assert kind_of(system) is IndicatorKind.MILESTONE
    assert most_of(REGISTER["tc-48-one-thing"]) is None
    assert most_of(REGISTER["sz-24-anytime"]) is None


@given(wholes, st.integers(1, 10**6), st.sampled_from([one for one in OBSERVED if kind_of(one) is IndicatorKind.SHARE]))
def test_a_share_is_compared_with_its_percent_in_whole_numbers(part: int, whole: int, commitment: Commitment) -> None:
    assume(part <= whole)
    assert commitment.figure is not None
    percent = int(commitment.figure.value)
    one = found(IndicatorKind.SHARE, numerator=part, denominator=whole)
    more = commitment.figure.operator is Operator.MORE_THAN
    kept = 100 * part > percent * whole if more else 100 * part >= percent * whole
    assert reaches(commitment, measured(IndicatorKind.SHARE, one)) is kept


@given(st.integers(1, 10**5))
def test_a_share_exactly_at_its_target_is_kept_unless_more_was_promised(whole: int) -> None:
    exactly = {
        "sz-19-finance-access": 15,
        "sz-19-first-loan": 10,
        "sz-23-single-window": 100,
        "tc-54-deregistration": 70,
    }
    for key, percent in exactly.items():
        one = found(IndicatorKind.SHARE, numerator=percent * whole, denominator=100 * whole)
        less = found(IndicatorKind.SHARE, numerator=percent * whole - 1, denominator=100 * whole)
        assert reaches(REGISTER[key], measured(IndicatorKind.SHARE, one)) is (key != "sz-19-first-loan")
        assert not reaches(REGISTER[key], measured(IndicatorKind.SHARE, less))


@given(amounts)
def test_hours_are_kept_up_to_the_hundredth_one(hours: Decimal) -> None:
    one = found(IndicatorKind.HOURS, value=hours)
    assert reaches(of_kind(IndicatorKind.HOURS), measured(IndicatorKind.HOURS, one)) is (hours <= 100)


@given(amounts, st.decimals("0.01", 10**6, places=2))
def test_a_reduction_by_half_is_kept_where_twice_the_value_is_no_more_than_the_base(
    value: Decimal, base: Decimal
) -> None:
    one = found(IndicatorKind.REDUCTION, value=value, base=base)
    assert reaches(of_kind(IndicatorKind.REDUCTION), measured(IndicatorKind.REDUCTION, one)) is (2 * value <= base)


@given(wholes)
def test_a_count_is_kept_from_its_number_on(number: int) -> None:
    one = found(IndicatorKind.COUNT, value=Decimal(number))
    assert reaches(REGISTER["tc-48-one-thing"], measured(IndicatorKind.COUNT, one)) is (number >= 28)
    assert reaches(REGISTER["tc-48-agents"], measured(IndicatorKind.COUNT, one)) is (number >= 3)


@given(days, st.sampled_from(OBSERVED), st.lists(st.tuples(days, st.booleans()), max_size=4))
def test_before_the_day_it_binds_there_is_no_verdict_but_ramp_up(
    until: date, commitment: Commitment, seen: list[tuple[date, bool]]
) -> None:
    kind = kind_of(commitment)
    assert kind is not None
    observations = standing(*(found(kind, last, good=good) for last, good in seen))
    assert stands(commitment, observations, until, until + A_DAY, YEARLY).verdict is RAMP_UP
    assert stands(commitment, observations, until, until, YEARLY).verdict is not RAMP_UP


@given(st.sampled_from(OBSERVED), days, st.none() | days, st.lists(st.tuples(days, st.booleans()), max_size=5))
def test_nothing_is_kept_without_evidence_and_the_last_one_that_binds_decides(
    commitment: Commitment, until: date, binding: date | None, seen: list[tuple[date, bool]]
) -> None:
    kind = kind_of(commitment)
    assert kind is not None
    one_a_day = dict(seen)
    observations = standing(*(found(kind, last, good=good) for last, good in one_a_day.items()))
    bound = {day: good for day, good in one_a_day.items() if day <= until and (binding is None or day >= binding)}
    said = stands(commitment, observations, until, binding, YEARLY).verdict
    if binding is not None and until < binding:
        assert said is RAMP_UP
    elif not bound:
        assert said is NO_EVIDENCE
    elif not bound[max(bound)]:
        assert said is SHORT
    else:
        assert said in {KEPT, LATE}
        assert said is KEPT or binding is not None


@each_kind
def test_each_kind_is_kept_short_late_and_without_evidence(kind: IndicatorKind) -> None:
    good, bad = found(kind), found(kind, good=False)
    assert verdict(kind) is NO_EVIDENCE
    assert verdict(kind, good) is KEPT
    assert verdict(kind, bad) is SHORT
    assert verdict(kind, bad, found(kind, LATER)) is LATE
    assert verdict(kind, good, found(kind, LATER)) is KEPT
    assert verdict(kind, found(kind, BINDING - timedelta(days=366))) is NO_EVIDENCE  # of a time before it bound


@each_kind
def test_the_last_observation_before_it_bound_shows_that_it_was_kept_then(kind: IndicatorKind) -> None:
    before, after = date(2019, 12, 31), LATER
    assert verdict(kind, found(kind, before), found(kind, after)) is KEPT
    assert verdict(kind, found(kind, before, good=False), found(kind, after)) is LATE


def test_what_is_in_place_only_since_a_day_after_it_bound_is_late() -> None:
    rule = IndicatorKind.RULE
    assert verdict(rule, found(rule, LATER, first=BINDING)) is KEPT
    assert verdict(rule, found(rule, LATER, first=BINDING + A_DAY)) is LATE
    assert verdict(rule, found(rule, LATER, first=BINDING + A_DAY), binding=None) is KEPT


def test_an_observation_of_a_time_after_the_day_asked_for_is_not_known_yet() -> None:
    share = IndicatorKind.SHARE
    assert verdict(share, found(share), found(share, LATER, good=False), until=LATER - A_DAY) is KEPT
    assert verdict(share, found(share), found(share, LATER, good=False), until=LATER) is SHORT


@given(st.integers(0, 100), st.integers(0, 100), st.integers(28, 200), st.integers(1, 100))
def test_a_pace_is_a_straight_line_to_the_day_it_binds(before: int, now: int, apart: int, left: int) -> None:
    share, last = IndicatorKind.SHARE, BINDING - timedelta(days=left)
    first = found(share, last - timedelta(days=apart), numerator=before)
    said = judged(share, first, found(share, last, numerator=now), until=last)
    assert said.expected == now + Fraction((now - before) * left, apart)
    assert said.verdict is RAMP_UP
    assert said.in_danger is (said.expected < 15)


def test_what_is_kept_and_falls_is_in_danger_and_what_is_short_is_no_danger_any_more() -> None:
    share = IndicatorKind.SHARE
    said = judged(share, found(share, numerator=20), found(share, LATER, numerator=16))
    assert (said.verdict, said.expected, said.in_danger) == (KEPT, Fraction(12), True)
    said = judged(share, found(share, numerator=20), found(share, LATER, numerator=14))
    assert (said.verdict, said.in_danger) == (SHORT, False)


def test_observations_of_nearly_one_day_make_no_pace() -> None:
    share = IndicatorKind.SHARE
    said = judged(share, found(share, LATER - timedelta(days=27), numerator=17), found(share, LATER, numerator=16))
    assert (said.verdict, said.expected) == (LATE, None)


def test_an_observation_is_overdue_the_day_after_it_was_due_and_a_first_one_only_where_it_is_asked_for() -> None:
    share, due = IndicatorKind.SHARE, BINDING + timedelta(days=YEARLY.days)
    assert judged(share, found(share), until=due).next_due == due
    assert not judged(share, found(share), until=due).overdue
    assert judged(share, found(share), until=due + A_DAY).overdue
    commitment, since = of_kind(share), Cadence(days=396, since=LATER)
    never = stands(commitment, (), date(2030, 1, 1), BINDING, YEARLY)
    assert (never.next_due, never.overdue) == (None, False)
    assert stands(commitment, (), LATER + A_DAY, BINDING, since).overdue
    assert stands(commitment, (), LATER, None, since).next_due == LATER
    assert stands(commitment, (), LATER, LATER + A_DAY, since).next_due == LATER + A_DAY


def test_what_is_not_confirmed_counts_for_nothing_and_is_said_to_wait() -> None:
    one = Noted(number=1, observation=found(IndicatorKind.SHARE), recorded_by="desk-1", recorded_at=AT)
    said = stands(of_kind(IndicatorKind.SHARE), (one,), LATER, BINDING, YEARLY)
    assert (said.verdict, said.waiting, said.latest) == (NO_EVIDENCE, 1, None)
