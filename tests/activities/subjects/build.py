"""Subjects for tests, every one with a name that nothing else has."""

import secrets
from datetime import UTC, datetime

from activities.subjects.register import SubjectSaid, SubjectTeller
from activities.subjects.subject import CREDIT_ALPHABET, SubjectContent, SubjectKind, SubjectPart

T = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TOLD = SubjectTeller("window-1", T)
CHARACTERS = [chr(code) for code in range(0x4E00, 0x9FA6)]
PARTS = {
    SubjectKind.PROJECT: SubjectPart.PROJECT,
    SubjectKind.ORGANISATION: SubjectPart.APPLICANT,
    SubjectKind.PERSON: SubjectPart.AGENT,
}


def credit_code(number: int) -> str:
    """A code with its check character, counted by the standard's own words: weights 1, 3, 9, 27, 19, 26 ..."""
    body = f"91320585MA{number:07d}"
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    total = sum(CREDIT_ALPHABET.index(c) * weight for c, weight in zip(body, weights, strict=True))
    rest = 31 - total % 31
    return body + CREDIT_ALPHABET[0 if rest == 31 else rest]


def project_code(number: int) -> str:
    return f"2103-320585-47-03-{number:06d}"


def unheard(kind: SubjectKind, number: int) -> SubjectContent:
    """A subject whose name, code and contact stand nowhere else."""
    name = "".join(secrets.choice(CHARACTERS) for _ in range(8))
    match kind:
        case SubjectKind.PROJECT:
            return SubjectContent(kind=kind, name=f"{name}年产项目", code=project_code(number))
        case SubjectKind.ORGANISATION:
            return SubjectContent(kind=kind, name=f"{name}有限公司", code=credit_code(number))
        case SubjectKind.PERSON:
            return SubjectContent(kind=kind, name=name[:4], contact=f"canary-{secrets.token_hex(8)}@example.com")


def said(content: SubjectContent, id: str | None = None) -> SubjectSaid:
    return SubjectSaid(PARTS[content.kind], id, content)
