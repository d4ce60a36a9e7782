"""The facts that code is held against: what two policy documents, the notices and the vectors say, told apart from the code.

They stand in `tests/data`, so that a clone is enough. `python -m tests.reference` writes them anew where the notes that they were taken from and the
documents themselves stand beside the repository, in `../shared`; there the tests hold the one against the other as well.
"""

import json
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from sla.commitments import REGISTER
from sla.commitments.commitment import Commitment

DATA = Path(__file__).resolve().parent / "data"
SHARED = Path(__file__).resolve().parents[2] / "shared"
CLOSING = "(closing clause)"  # where a sentence stands under no heading
WORDS = "words.json"
# What a fact is, by file and by the list that it stands in; all else in the notes is prose.
KEPT: dict[str, dict[str, tuple[str, ...]]] = {
    "commitments.json": {
        "sources": ("number", "dated", "jurisdiction", "sha256"),
        "commitments": (
            *("id", "jurisdiction", "item", "heading", "procedure", "variant", "metric", "operator", "value", "unit"),
            *("effective", "owners", "exclusions", "core", "relation", "interpretation_needed"),
        ),
    },
    "procedures.json": {"procedures": ()},
    "notices.json": {"years": (), "amendments": (), "overlays": ()},
    "vectors.json": {"schema": (), "vectors": ()},
}
PROSE = frozenset(
    {
        *("note", "notes", "basis", "owner_basis", "checked", "reason", "url", "by_hand", "quote", "clock"),
        *("end_point_of", "pause_kind"),
    }
)


@cache
def reference(name: str) -> Any:
    """Read a file of facts."""
    return json.loads((DATA / name).read_text(encoding="utf-8"))


@cache
def seeds() -> dict[str, str]:
    """The policy documents by the SHA-256 of their files; none in a clone that stands alone."""
    files = sorted((SHARED / "seeds").glob("*.txt"))
    return {sha256(path.read_bytes()).hexdigest(): path.read_text(encoding="utf-8") for path in files}


def stands_in(words: str, document: str) -> bool:
    """Whether words stand in a document, named by its SHA-256: by their digest, and where it is there letter by letter."""
    found = digest(words) in reference(WORDS)[document]
    return found and (document not in seeds() or bare(words) in bare(seeds()[document]))


def stands_under(quote: str, heading: str, document: str) -> bool:
    """Whether a quote stands after a heading in a document."""
    found = digest(f"{bare(heading)}\n{quote}") in reference(WORDS)[document]
    return found and (document not in seeds() or _under(quote, heading, bare(seeds()[document])))


def bare(text: str) -> str:
    """A text without blanks and line breaks, which the documents set as they like."""
    return "".join(text.split())


def digest(words: str) -> str:
    """The SHA-256 by which words are known without being written down."""
    return sha256(bare(words).encode()).hexdigest()


def distilled(name: str, notes: dict[str, Any]) -> dict[str, Any]:
    """The facts of a file of the notes."""
    return {part: _facts(notes[part], kept) for part, kept in KEPT[name].items()}


def found_words() -> dict[str, list[str]]:
    """Digests of every word of the register that stands in its document, by document."""
    found: dict[str, set[str]] = {document: set() for document in seeds()}
    for one in REGISTER.values():
        document, quote, heading = one.citation.document.sha256, one.citation.quote, one.citation.heading
        text = bare(seeds()[document])
        found[document] |= {digest(words) for words in said(one) if bare(words) in text}
        if _under(quote, heading, text):
            found[document].add(digest(f"{bare(heading)}\n{quote}"))
    return {document: sorted(digests) for document, digests in sorted(found.items())}


def said(one: Commitment) -> Iterator[str]:
    """Everything that a commitment takes from its document, and what the document says of itself."""
    owners, document = one.owners, one.citation.document
    yield from (one.citation.quote, document.title, *one.exclusions)
    yield from (*owners.responsible, *owners.lead, *owners.support)
    yield from (words for words in (one.binding.words, document.number, document.issuer) if words is not None)


def written(facts: object) -> str:
    """Facts as they are committed: a line for each of a list, so that a change shows."""
    return json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _under(quote: str, heading: str, text: str) -> bool:
    place = text.find(bare(quote))
    return place >= 0 and (heading == CLOSING or bare(heading) in text[:place])


def _facts(value: Any, kept: tuple[str, ...] = ()) -> Any:
    if isinstance(value, dict):
        return {
            key: _facts(one) for key, one in value.items() if key not in PROSE and (not kept or key in kept)
        } | _titles(value)
    if isinstance(value, list):
        return [_facts(one, kept) for one in value]
    return value


def _titles(value: dict[str, Any]) -> dict[str, Any]:
    return {key: one for key, one in value.items() if key in {"title_zh", "title_en"}}


def main() -> int:
    """Write the facts anew."""
    if not seeds():
        sys.stderr.write(f"There are no documents in {SHARED}.\n")
        return 1
    for name in KEPT:
        notes = json.loads((SHARED / "reference" / name).read_text(encoding="utf-8"))
        (DATA / name).write_text(written(distilled(name, notes)), encoding="utf-8")
    (DATA / WORDS).write_text(written(found_words()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
