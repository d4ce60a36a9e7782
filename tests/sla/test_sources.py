"""The policy documents, and every quote in them."""

import pytest

from sla.commitments import REGISTER
from sla.commitments.commitment import Basis, Commitment
from sla.sources import DOCUMENTS, SUZHOU, TAICANG, Document
from tests.reference import reference, seeds

each_commitment = pytest.mark.parametrize("commitment", REGISTER.values(), ids=list(REGISTER))


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.key)
def test_the_quotes_were_taken_from_these_very_files(document: Document) -> None:
    assert document.sha256 in seeds()
    assert bare(document.title) in bare(seeds()[document.sha256])


def test_a_document_says_of_itself_what_the_reference_says_it_does() -> None:
    told = [(s["sha256"], s["number"], s["dated"], s["jurisdiction"]) for s in reference("commitments.json")["sources"]]
    assert told == [(d.sha256, d.number, d.dated and d.dated.isoformat(), d.jurisdiction) for d in DOCUMENTS]


def test_the_taicang_attachment_has_no_number_date_or_issuer() -> None:
    assert (TAICANG.number, TAICANG.dated, TAICANG.issuer) == (None, None, None)
    text = bare(seeds()[SUZHOU.sha256])
    assert SUZHOU.number is not None
    assert SUZHOU.issuer is not None
    assert bare(SUZHOU.number) in text
    assert bare(SUZHOU.issuer) in text


@each_commitment
def test_a_quote_stands_in_its_document_letter_by_letter(commitment: Commitment) -> None:
    assert bare(commitment.citation.quote) in bare(seeds()[commitment.citation.document.sha256])


@each_commitment
def test_a_quote_stands_under_its_heading(commitment: Commitment) -> None:
    text = bare(seeds()[commitment.citation.document.sha256])
    heading = commitment.citation.heading
    if heading != "(closing clause)":
        assert bare(heading) in text[: text.index(bare(commitment.citation.quote))]


@each_commitment
def test_the_words_a_binding_day_rests_on_stand_in_the_document(commitment: Commitment) -> None:
    if commitment.binding.basis is Basis.UNDATED:
        assert commitment.binding.words is None
        return
    assert commitment.binding.words is not None
    assert bare(commitment.binding.words) in bare(seeds()[commitment.citation.document.sha256])


@each_commitment
def test_an_exclusion_and_an_owner_stand_in_the_document(commitment: Commitment) -> None:
    text = bare(seeds()[commitment.citation.document.sha256])
    owners = commitment.owners
    for words in (*commitment.exclusions, *owners.responsible, *owners.lead, *owners.support):
        assert bare(words) in text


def test_the_two_spellings_of_exemption_are_kept() -> None:
    assert "免于" in REGISTER["sz-21-review-exemption"].citation.quote
    assert "免予" in REGISTER["tc-58-review-exemption"].citation.quote
