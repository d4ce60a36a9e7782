"""What a subject may be called by, and how names are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.subjects.subject import CREDIT_ALPHABET, SubjectKind, folded, folded_code, is_code
from tests.activities.subjects.build import credit_code, project_code


@given(st.integers(0, 9_999_999), st.integers(0, 17), st.sampled_from(CREDIT_ALPHABET))
def test_a_credit_code_with_one_character_changed_is_none(number: int, place: int, other: str) -> None:
    code = credit_code(number)
    assert is_code(SubjectKind.ORGANISATION, code)
    changed = code[:place] + other + code[place + 1 :]
    assert is_code(SubjectKind.ORGANISATION, changed) is (changed == code)


def test_a_published_credit_code_is_one() -> None:
    """Of a company listed in Shenzhen, as its annual reports print it."""
    assert is_code(SubjectKind.ORGANISATION, "914403001922038216")
    assert not is_code(SubjectKind.ORGANISATION, "914403001922038217")
    assert not is_code(SubjectKind.ORGANISATION, "9144030019220382")


@pytest.mark.parametrize(
    ("code", "good"),
    [
        (project_code(7), True),
        ("2019-320585-47-03-565643", True),
        ("2017-000052-77-01-000001", True),
        ("2113-320585-47-03-565643", False),  # no month
        ("1903-320585-47-03-565643", True),
        ("2103-320585-4-03-565643", False),
        ("2103 320585 47 03 565643", False),
        ("2103-320585-47-03-56564３", False),
    ],
)
def test_a_project_code_has_its_form(code: str, *, good: bool) -> None:
    assert is_code(SubjectKind.PROJECT, code) is good


def test_a_person_has_no_code() -> None:
    assert not is_code(SubjectKind.PERSON, credit_code(1))


def test_names_are_compared_without_width_case_and_spaces() -> None:
    assert folded("ＡＢＣ（苏州） 有限公司") == folded("abc(苏州)有限公司") == folded("Abc（苏州）\u200b有限　公司")
    assert folded_code(" 2103-320585-47-03-000007") == folded_code("２１０３32058547-03000007")
