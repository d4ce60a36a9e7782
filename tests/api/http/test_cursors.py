"""A cursor names a place in the list that it is of, to us alone; an altered one is refused, whatever it holds."""

from base64 import urlsafe_b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.cursors import Cursors
from api.http.problems import Problem

ASKED = {"case": "c1"}
CURSORS = Cursors(lambda _: "07" * 32)
INTEGERS = st.integers(-(2**63) + 1, 2**63 - 1)
CASES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)


def refused(text: str, asked: dict[str, str], *kinds: type, by: Cursors = CURSORS) -> bool:
    with pytest.raises(Problem) as problem:
        by.place(text, asked, *kinds)
    return problem.value.code == "bad-cursor"


@given(st.integers(0, 9), INTEGERS, CASES)
def test_a_cursor_leads_back_to_its_place_and_says_nothing_of_it(segment: int, order: int, case: str) -> None:
    place = (segment, order, case)
    one, other = CURSORS.cursor(place, ASKED), CURSORS.cursor(place, ASKED)
    assert CURSORS.place(one, ASKED, int, int, str) == CURSORS.place(other, ASKED, int, int, str) == place
    assert one != other, "it could be told that a place is the same as before"
    assert len(one) == len(CURSORS.cursor((0, 0, "c"), ASKED)) <= 400
    assert len(case) < 4 or case.encode() not in urlsafe_b64decode(one)


def test_without_a_cursor_there_is_no_place() -> None:
    assert CURSORS.place(None, ASKED, str) is None


@given(st.integers(0, 267), st.sampled_from("Aa0_-!=%. \n\u4e2d"))
def test_a_cursor_with_one_character_altered_is_refused(nth: int, sign: str) -> None:
    text = CURSORS.cursor((1, 2, "c1"), ASKED)
    altered = text[:nth] + (sign if text[nth] != sign else "B") + text[nth + 1 :]
    assert refused(altered, ASKED, int, int, str)


def test_a_cursor_of_another_secret_is_refused() -> None:
    assert refused(CURSORS.cursor(("c1",), ASKED), ASKED, str, by=Cursors(lambda _: "08" * 32))


def test_the_secret_is_asked_for_once_and_only_when_it_is_needed() -> None:
    names: list[str] = []

    def secret(name: str) -> str:
        names.append(name)
        return "07" * 32

    cursors = Cursors(secret)
    assert (cursors.opened, names) == (False, [])
    cursors.place(cursors.cursor(("c1",), ASKED), ASKED, str)
    assert (cursors.opened, names) == (True, ["cursor-secret"])


@pytest.mark.parametrize(
    ("parts", "kinds"),
    [
        (("c1",), (str, int)),
        (("c1", "7"), (str, int)),
        ((True, 7), (int, int)),
        (("c1", 2**63), (str, int)),
        (("c1", -(2**63)), (str, int)),
        (("c\x001", 7), (str, int)),
    ],
)
def test_a_place_that_cannot_be_one_is_refused(parts: tuple[Any, ...], kinds: tuple[type, ...]) -> None:
    assert refused(CURSORS.cursor(parts, ASKED), ASKED, *kinds)


@pytest.mark.parametrize("text", ["", "x", "!!!!", "W10", "bnVsbA", "\u4e2d", "W10=", "A" * 268])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    assert refused(text, ASKED, str)


def test_a_cursor_of_another_list_is_refused() -> None:
    assert refused(CURSORS.cursor(("c1",), {"case": "c2"}), ASKED, str)
