"""Numbers in texts: what is written says the number, and says it as Prometheus would."""

import math
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.relay.texts.numbers import days_over, due, duration, number, percentage, plain
from tests.desk import at

SECONDS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}


@given(st.floats())
def test_any_number_of_prometheus_is_read_and_can_be_written(value: float) -> None:
    read = number(repr(value))
    assert read == value or (math.isnan(read) and math.isnan(value))
    for write in (plain, percentage, duration):
        assert write(value)
    assert all(days_over(value))


def test_what_is_no_number_is_told_as_none() -> None:
    assert plain(number("{{ $value }}")) == "nan"


@given(st.integers(min_value=60, max_value=10**10))
def test_a_duration_says_its_seconds_and_begins_with_its_largest_unit(seconds: int) -> None:
    for sign, value in (("", seconds), ("-", -seconds)):
        written = duration(value + math.copysign(0.4, value))
        parts = re.findall(r"(\d+)([dhms])", written)
        assert sum(int(amount) * SECONDS[unit] for amount, unit in parts) == seconds
        assert written == sign + " ".join(amount + unit for amount, unit in parts)
        assert int(parts[0][0]) > 0
        assert [unit for _, unit in parts] == list("dhms")[-len(parts) :]


@given(st.integers(min_value=0, max_value=10**15))
def test_a_count_has_neither_a_point_nor_an_exponent(count: int) -> None:
    assert plain(float(count)) == str(count)


@pytest.mark.parametrize(("ratio", "shown"), [(0.8, "80%"), (0.8553, "85.53%"), (1.0, "100%"), (11.25, "1125%")])
def test_a_ratio_is_told_in_per_cent(ratio: float, shown: str) -> None:
    assert percentage(ratio) == shown


@pytest.mark.parametrize(
    ("days", "shown"), [(0.0, "less than a working day"), (1.0, "by 1 working day"), (2.0, "2 working days")]
)
def test_days_over_are_counted_in_words_of_their_language(days: float, shown: str) -> None:
    assert days_over(days).en.endswith(shown)


def test_a_due_instant_is_told_to_the_minute_in_beijing_time() -> None:
    assert due(at("2021-03-05 17:30") + timedelta(seconds=59.9)).zh == "到期：2021-03-05 17:30（北京时间）"
    assert due(at("2022-01-01 00:00")).en == "Due: 2021-12-31 24:00 Beijing time"
    assert due(None).en == "Due date: see the case"
