"""Business time and real time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sla.timeline import Timeline

REAL = datetime(2026, 11, 22, 3, tzinfo=UTC)
BUSINESS = datetime(2021, 1, 4, 0, 30, tzinfo=UTC)
FAST = Timeline(anchor_real=REAL, anchor_business=BUSINESS, rate=3600)


def test_a_timeline_of_rate_one_from_now_is_the_identity():
    plain = Timeline(anchor_real=REAL, anchor_business=REAL)
    assert plain.identity
    assert plain.business(REAL + timedelta(hours=5)) == REAL + timedelta(hours=5)


def test_a_shift_alone_is_no_identity_and_neither_is_a_rate():
    assert not Timeline(anchor_real=REAL, anchor_business=BUSINESS).identity
    assert not Timeline(anchor_real=REAL, anchor_business=REAL, rate=2).identity


def test_a_second_is_an_hour_at_a_rate_of_3600():
    assert FAST.business(REAL + timedelta(seconds=1)) == BUSINESS + timedelta(hours=1)
    assert FAST.real(BUSINESS + timedelta(hours=1)) == REAL + timedelta(seconds=1)


def test_a_tolerance_is_the_larger_of_business_time_and_real_grace():
    assert FAST.tolerance(timedelta(minutes=5), timedelta(seconds=5)) == timedelta(hours=5)
    plain = Timeline(anchor_real=REAL, anchor_business=REAL)
    assert plain.tolerance(timedelta(minutes=5), timedelta(seconds=5)) == timedelta(minutes=5)


@given(st.integers(-500_000, 500_000), st.integers(1, 100_000))  # within the years 1 to 9999
def test_there_and_back_is_the_same_instant(seconds: int, rate: int):
    timeline = Timeline(anchor_real=REAL, anchor_business=BUSINESS, rate=rate)
    real = REAL + timedelta(seconds=seconds)
    assert timeline.real(timeline.business(real)) == real
