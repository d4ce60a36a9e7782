"""A text with a fault is refused, whatever the fault: for its own reason, with the sentence and its line."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.errors import UnreadableNoticeError
from sla.notices.amending import read_amendment
from sla.notices.amendments import AMENDMENTS
from sla.notices.national import NOTICES
from sla.notices.reading import read_notice
from tests.reference import bare
from tests.sla.notices.contradictions import KINDS
from tests.sla.notices.corruptions import Corruption, Kind
from tests.sla.notices.texts import YEARS, notice_of, text_of
from tests.sla.notices.variants import VARIANTS, Variant

AMENDED = [change.id for change in AMENDMENTS]
EVERY = [(year, kind, each) for year in YEARS for kind in KINDS for each in kind(text_of(year), year)]
BOTH = re.compile(r".*[\u4e00-\u9fff].*：.*[a-z]{2}.*")  # Chinese, then English


def refusal(text: str, year: int) -> UnreadableNoticeError:
    with pytest.raises(UnreadableNoticeError) as refused:
        read_notice(text, published=notice_of(year).published)
    return refused.value


def test_there_are_hundreds_of_them_each_another_text_and_some_of_every_kind() -> None:
    assert len({each.text for _, _, each in EVERY}) > 1000
    assert {kind for _, kind, _ in EVERY} == set(KINDS)
    assert all(each.text != text_of(year) for year, _, each in EVERY)


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_with_this_fault_is_refused_for_it_and_quoted(kind: Kind) -> None:
    found = [(year, each, refusal(each.text, year)) for year, by, each in EVERY if by is kind]
    assert found
    assert [(year, error.rule, str(error)) for year, each, error in found if error.rule != each.rule] == []
    assert [
        (year, each.words, str(error)) for year, each, error in found if bare(each.words) not in bare(error.quote)
    ] == []
    assert [error.detail for _, _, error in found if not BOTH.fullmatch(error.detail)] == []
    assert [str(error) for _, each, error in found if not _stands_there(each, error)] == []


@given(one=st.sampled_from(EVERY), variant=st.sampled_from(VARIANTS))
def test_a_fault_is_found_in_any_form_of_the_text(one: tuple[int, Kind, Corruption], variant: Variant) -> None:
    year, _, corrupted = one
    refusal(variant(corrupted.text), year)


@given(st.data())
def test_pieces_of_texts_in_any_order_are_refused_by_a_rule_and_by_nothing_else(data: st.DataObject) -> None:
    """Words that are each known meet where nobody foresaw it: what comes of it is a refusal, or a text as it was."""
    names = data.draw(st.lists(st.sampled_from((*YEARS, *AMENDED)), min_size=1, max_size=3))
    text = "".join(text_of(name) for name in names)
    pieces = re.split("(?<=[，。：；、])|(?=\n)|(?<=[日天）])", text)
    begin = data.draw(st.integers(0, len(pieces) - 1))
    moved = pieces[begin : begin + data.draw(st.integers(1, 5))]
    pieces = [each for each in pieces if each not in moved]
    place = data.draw(st.integers(0, len(pieces)))
    mixed = "".join([*pieces[:place], *moved, *pieces[place:]])
    readers: list[Callable[[str], object]] = [
        lambda text: read_notice(text, published=date(2019, 3, 22)),
        lambda text: read_amendment(text, NOTICES, AMENDMENTS[:1], published=date(2019, 3, 22)),
    ]
    for read in readers:
        with suppress(UnreadableNoticeError):
            read(mixed)


def _stands_there(corrupted: Corruption, error: UnreadableNoticeError) -> bool:
    """Whether the quoted sentence begins on the line named, or runs over it."""
    lines = corrupted.text.splitlines()
    assert error.line is not None
    around = "".join(lines[max(0, error.line - 3) : error.line + 3])
    return bare(corrupted.words) in bare(around)
