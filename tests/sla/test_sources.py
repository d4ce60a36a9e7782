"""The policy documents, and every quote in them."""

import pytest

from sla.commitments import REGISTER
from sla.commitments.commitment import BindingBasis, Commitment
from sla.sources import DOCUMENTS, SUZHOU, TAICANG, Document
from tests.reference import WORDS, reference, seeds, stands_in, stands_under

each_commitment = pytest.mark.parametrize("commitment", REGISTER.values(), ids=list(REGISTER))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.key)
def test_the_quotes_were_taken_from_these_very_files(document: Document) -> None:
    assert document.sha256 in reference(WORDS)
    assert not seeds() or document.sha256 in seeds()
    assert stands_in(document.title, document.sha256)


def test_a_document_says_of_itself_what_the_reference_says_it_does() -> None:
    told = [(s["sha256"], s["number"], s["dated"], s["jurisdiction"]) for s in reference("commitments.json")["sources"]]
    assert told == [(d.sha256, d.number, d.dated and d.dated.isoformat(), d.jurisdiction) for d in DOCUMENTS]


def test_the_taicang_attachment_has_no_number_date_or_issuer() -> None:
    assert (TAICANG.number, TAICANG.dated, TAICANG.issuer) == (None, None, None)
    assert SUZHOU.number is not None
    assert SUZHOU.issuer is not None
    assert stands_in(SUZHOU.number, SUZHOU.sha256)
    assert stands_in(SUZHOU.issuer, SUZHOU.sha256)


@each_commitment
def test_a_quote_stands_in_its_document_letter_by_letter(commitment: Commitment) -> None:
    assert stands_in(commitment.citation.quote, commitment.citation.document.sha256)


@each_commitment
def test_a_quote_with_a_letter_changed_does_not(commitment: Commitment) -> None:
    quote = commitment.citation.quote
    assert not stands_in(f"{quote[:-1]}〇", commitment.citation.document.sha256)


@each_commitment
def test_a_quote_stands_under_its_heading(commitment: Commitment) -> None:
    citation = commitment.citation
    assert stands_under(citation.quote, citation.heading, citation.document.sha256)


@each_commitment
def test_the_words_a_binding_day_rests_on_stand_in_the_document(commitment: Commitment) -> None:
    if commitment.binding.basis is BindingBasis.UNDATED:
        assert commitment.binding.words is None
        return
    assert commitment.binding.words is not None
    assert stands_in(commitment.binding.words, commitment.citation.document.sha256)


@each_commitment
def test_an_exclusion_and_an_owner_stand_in_the_document(commitment: Commitment) -> None:
    owners = commitment.owners
    for words in (*commitment.exclusions, *owners.responsible, *owners.lead, *owners.support):
        assert stands_in(words, commitment.citation.document.sha256)


def test_the_two_spellings_of_exemption_are_kept() -> None:
    assert "免于" in REGISTER["sz-21-review-exemption"].citation.quote
    assert "免予" in REGISTER["tc-58-review-exemption"].citation.quote
