"""The blind index: what a subject is found by, so that who reads the index alone cannot read a name back.

A whole name or a code is 128 bits of an HMAC. A part of a name, two characters that follow each other, is 12 bits of one:
of the tens of thousands of such pairs about a dozen share each number, so that the numbers of a name do not say which
pairs it has. What is found by parts is opened and compared before it is shown. Names of people have no parts.
"""

import hmac
from hashlib import sha256

from activities.subjects.subject import SubjectContent, SubjectKind, folded, folded_code

WHOLE = 32  # hexadecimal characters
PART = 3
LEAST = 2  # characters that are searched for


def tokens_of(index: bytes, content: SubjectContent) -> frozenset[str]:
    """Return what a subject is found by."""
    found = {name_token(index, content.name)}
    if content.code is not None:
        found.add(code_token(index, content.code))
    if content.kind is not SubjectKind.PERSON:
        found |= part_tokens(index, content.name)
    return frozenset(found)


def name_token(index: bytes, name: str) -> str:
    """Return what a whole name is found by."""
    return "n" + _blinded(index, "name", folded(name))[:WHOLE]


def code_token(index: bytes, code: str) -> str:
    """Return what a code is found by."""
    return "c" + _blinded(index, "code", folded_code(code))[:WHOLE]


def part_tokens(index: bytes, text: str) -> frozenset[str]:
    """Return what a part of a name is found by: none where it is shorter than two characters."""
    name = folded(text)
    pairs = {name[place : place + LEAST] for place in range(len(name) - 1)}
    return frozenset("p" + _blinded(index, "part", pair)[:PART] for pair in pairs)


def matches(content: SubjectContent, text: str) -> bool:
    """Tell whether a subject is what was searched for."""
    if content.code is not None and folded_code(content.code) == folded_code(text):
        return True
    name, part = folded(content.name), folded(text)
    return name == part if content.kind is SubjectKind.PERSON else part in name


def _blinded(index: bytes, kind: str, text: str) -> str:
    return hmac.new(index, f"{kind}\n{text}".encode(), sha256).hexdigest()
