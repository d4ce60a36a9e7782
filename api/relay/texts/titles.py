"""What identifiers of labels are called. Where a register does not know one, it stands for itself."""

from functools import cache

from api.exporter.inventory import known
from api.relay.texts.words import Words
from sla.commitments.commitment import Commitment
from sla.commitments.register import REGISTER
from sla.departments import DEPARTMENTS, UNLISTED, UNLISTED_TITLES

_known = cache(known)  # of this release; it takes a while, and is always the same


def department(identifier: str) -> Words:
    """Return a department."""
    if identifier == UNLISTED:
        return Words(*UNLISTED_TITLES)
    found = DEPARTMENTS.get(identifier)
    return Words(found.title_zh, found.title_en) if found else Words(identifier, identifier)


def procedure(key: str) -> Words:
    """Return a procedure."""
    return Words(*_known().procedure_titles.get(key, (key, key)))


def step(of: str, key: str) -> Words:
    """Return a step of a procedure."""
    return Words(*_known().step_titles.get((of, key), (key, key)))


def commitment(identifier: str) -> Words:
    """Return a commitment."""
    found = REGISTER.get(identifier)
    return Words(found.title_zh, found.title_en) if found else Words(identifier, identifier)


def promise(identifier: str) -> Words:
    """Write a line of its own with the promise, its document and item; nothing where there is no promise."""
    if not identifier:
        return Words("", "")
    title, found = commitment(identifier), REGISTER.get(identifier)
    where = _where(found) if found else Words("", "")
    return Words(f"\n承诺：{title.zh}{where.zh}", f"\nPromise: {title.en}{where.en}")


def _where(one: Commitment) -> Words:
    document, item = one.citation.document.title, one.citation.item
    return Words(f"（{document}，第 {item} 条）", f" ({document}, item {item})")
