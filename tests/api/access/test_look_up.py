"""Codes of cases: derived, unlike each other, easily typed; and how often they may be tried."""

import secrets
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.look_up import ALPHABET, CHARACTERS, LookUpCodes, LookUpGate
from api.http.fields import CASE_NUMBER

NUMBERS = st.from_regex(CASE_NUMBER, fullmatch=True)


def codes() -> LookUpCodes:
    made = secrets.token_hex(32)
    return LookUpCodes(lambda _: made)


@given(NUMBERS, NUMBERS)
def test_a_code_opens_its_case_and_no_other(case: str, other: str) -> None:
    known = codes()
    assert known.opens(case, known.code(case))
    assert known.opens(other, known.code(case)) is (case == other)
    assert not codes().opens(case, known.code(case)), "another installation has other codes"


@given(NUMBERS)
def test_a_code_is_opened_by_it_however_it_is_typed(case: str) -> None:
    known = codes()
    code = known.code(case)
    wide = "".join(chr(ord(one) + 0xFEE0) for one in code)
    for typed in (code.lower(), code.replace("-", ""), f" {code} ", code.replace("-", " "), wide):
        assert known.opens(case, typed)


@given(NUMBERS, st.text())
def test_nothing_else_opens_a_case(case: str, typed: str) -> None:
    assert not codes().opens(case, typed)


def test_codes_have_ten_characters_that_nobody_confuses_each_as_often_as_the_others() -> None:
    known = codes()
    seen = Counter[str]()
    for number in range(3100):
        bare = known.code(f"SZ-{number}").replace("-", "")
        assert len(bare) == CHARACTERS
        seen.update(bare)
    assert set(seen) == set(ALPHABET)
    assert not set(ALPHABET) & set("01ILO")
    assert all(700 < n < 1300 for n in seen.values()), "1000 of each, give or take nine standard deviations"


def test_c_20_an_address_may_try_twenty_times_a_minute_and_then_is_told_how_long_to_wait() -> None:
    gate = LookUpGate()
    waits = [gate.wait("198.51.100.7") for _ in range(60)]
    assert waits[:20] == [None] * 20
    assert all(wait is not None and 1 <= wait <= 60 for wait in waits[20:])
    assert gate.wait("198.51.100.7") is not None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:1::1", "2001:db8:1:1:ffff::9", True),
        ("2001:db8:1:1::1", "2001:db8:1:2::1", False),
        ("::ffff:198.51.100.7", "198.51.100.7", True),
        ("198.51.100.7", "198.51.100.8", False),
        (None, "no address", True),
    ],
)
def test_a_household_is_one_address(one: str | None, other: str, same: bool) -> None:
    gate = LookUpGate()
    while gate.wait(one) is None:
        pass
    assert (gate.wait(other) or 0) > 1 if same else gate.wait(other) in {None, 1}


def test_many_addresses_are_refused_together_and_those_that_are_refused_are_not_remembered() -> None:
    gate = LookUpGate()
    waits = [gate.wait(f"198.51.{number // 250}.{number % 250}") for number in range(5000)]
    passed = waits.count(None)
    assert passed < 2500
    assert {wait for wait in waits if wait is not None} == {1}
    assert len(gate._limiter.storage.storage) <= passed + 1  # type: ignore[attr-defined]
