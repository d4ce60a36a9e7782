"""What a client may write."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.http import strict_json
from api.http.bodies import CompletionBody, OpenBody
from api.http.fields import CaseNumber, Instant, Text
from api.http.names import NAMES
from api.http.plain_json import plain
from api.http.problems import Problem
from api.http.validation import flaws_of
from api.intake.stamp import digest

INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
TEXT: TypeAdapter[str] = TypeAdapter(Text)
NUMBER: TypeAdapter[str] = TypeAdapter(CaseNumber)

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), inner, max_size=3),
    max_leaves=20,
)  # fmt: skip


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


@given(values)
def test_good_json_is_read_as_it_is(value: Any) -> None:
    if depth(value) <= strict_json.DEEPEST:
        assert strict_json.read(json.dumps(value).encode(), NAMES) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        refused = None if strict_json.read(body, NAMES) is not None else 0
    except Problem as problem:
        refused = problem.status
    assert refused in {None, 0, 400, 422}


@pytest.mark.parametrize("text", ["2021-03-02T09:00:00+08:00", "2021-03-02T01:00:00Z", "2021-03-02 09:00+08:00"])
def test_an_instant_with_an_offset_is_the_instant(text: str) -> None:
    assert INSTANT.validate_python(text) == datetime(2021, 3, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    ["2021-03-02T09:00:00", "2021-03-02", "20210302T090000Z", "2021-02-30T09:00:00Z", "0001-01-01T00:00:00+14:00",
     "9999-12-31T23:59:59-14:00", "2021-03-02T24:00:01Z", "now", 1614675600, None, "２021-03-02T09:00:00Z"],
)  # fmt: skip
def test_what_is_no_instant_with_an_offset_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_python(wrong)


@given(st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2190, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_instant_comes_back_as_it_was_sent(instant: datetime) -> None:
    assert INSTANT.validate_python(plain(instant)) == instant


def test_text_is_normal_and_has_no_control_characters() -> None:
    assert TEXT.validate_python("e\u0301") == "é"
    assert TEXT.validate_python("第一行\n\t第二行") == "第一行\n\t第二行"
    for wrong in ("", "a\x00", "a\x1b[0m", "\x85", "x" * 501, 5, "\ud800"):
        with pytest.raises(ValidationError):
            TEXT.validate_python(wrong)


@pytest.mark.parametrize(
    "wrong", ["110101199003070011", "id 11010119900307001X.", "call 13912345678", "+86 13912345678"]
)
def test_text_holds_no_number_of_a_person(wrong: str) -> None:
    with pytest.raises(ValidationError):
        TEXT.validate_python(wrong)


@pytest.mark.parametrize("good", ["91320500MA1MXXXXXX", "320585202101040001", "SZ-2021-000123", "WSQ20210104000012345"])
def test_numbers_of_companies_and_cases_are_no_numbers_of_persons(good: str) -> None:
    assert NUMBER.validate_python(good) == good


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-12, 14))  # noqa: DTZ001
def test_the_same_content_has_the_same_digest_however_its_instant_is_written(naive: datetime, hours: int) -> None:
    instant = naive.replace(tzinfo=UTC)
    other = instant.astimezone(timezone(timedelta(hours=hours)))
    bodies = [CompletionBody.model_validate({"outcome": "done", "at": one.isoformat()}) for one in (instant, other)]
    first, second = (digest("c", "complete", body.content()) for body in bodies)
    assert first == second
    assert first != digest("c", "complete", {"outcome": "done"})
    assert first != digest("d", "complete", bodies[0].content())


def test_what_was_left_out_is_no_content() -> None:
    assert CompletionBody.model_validate({"outcome": "done", "note": None}).content() == {"outcome": "done"}


def test_a_flaw_never_shows_a_name_that_no_body_has() -> None:
    with pytest.raises(ValidationError) as caught:
        OpenBody.model_validate({"procedure": "x", "facts": {"Canary": 5, "ok": []}, "canary": 1})
    flaws = flaws_of(caught.value.errors(), NAMES)
    assert {flaw.pointer for flaw in flaws} == {"#", "#/facts", "#/jurisdiction", "#/variant"}
    assert "anary" not in str(flaws)


def test_numbers_are_shown_as_numbers() -> None:
    assert plain({"a": Decimal("3.00"), "b": (Decimal("0.5"),)}) == {"a": 3, "b": [0.5]}
