"""The facts in `tests/data` are those of the notes and documents, where these stand beside the repository."""

import json
import re

import pytest

from sla.commitments import REGISTER
from tests.reference import DATA, KEPT, SHARED, WORDS, digest, distilled, found_words, reference, said, seeds, written


@pytest.mark.parametrize("name", KEPT)
def test_the_facts_are_those_of_the_notes(name: str) -> None:
    committed = (DATA / name).read_text(encoding="utf-8")
    assert written(json.loads(committed)) == committed
    notes = SHARED / "reference" / name
    if notes.exists():  # a clone that stands alone has the facts and nothing to hold them against
        assert distilled(name, json.loads(notes.read_text(encoding="utf-8"))) == json.loads(committed)


def test_the_digests_are_of_what_stands_in_the_documents() -> None:
    wanted = {digest(words) for one in REGISTER.values() for words in said(one)}
    assert len(wanted) > 90
    assert wanted <= {one for digests in reference(WORDS).values() for one in digests}
    if seeds():
        assert found_words() == reference(WORDS)


def test_no_sentence_of_the_documents_is_in_the_facts() -> None:
    facts = "".join((DATA / name).read_text(encoding="utf-8") for name in (*KEPT, WORDS))
    quotes = [one.citation.quote for one in REGISTER.values() if len(one.citation.quote) > 15]
    assert len(quotes) > 50
    assert [quote for quote in quotes if quote in facts] == []
    assert not re.search(r"https?://", facts)
