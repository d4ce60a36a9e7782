"""What is kept of a subject, in the clear only while it is in use, and which codes it may have."""

import re
import unicodedata
from datetime import datetime
from enum import StrEnum

from pydantic import ConfigDict

from sla.model import Model

# 投资项目代码: year (or year and month), division, industry, kind, number. No check digit of it is published.
PROJECT_CODE = re.compile(r"(?:20[0-9]{2}|[0-9]{2}(?:0[1-9]|1[0-2]))-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{6}")
# 统一社会信用代码 (GB 32100): who registers, kind, division, body, check character
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_CODE = re.compile(rf"[{CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_ALPHABET}]{{10}}")


class SubjectKind(StrEnum):
    """What a subject is."""

    PROJECT = "project"  # 项目, with its 投资项目代码
    ORGANISATION = "organisation"  # 单位, with its 统一社会信用代码
    PERSON = "person"  # 个人, with a contact


class SubjectPart(StrEnum):
    """What a subject is to a case."""

    PROJECT = "project"  # 项目
    APPLICANT = "applicant"  # 申请人
    AGENT = "agent"  # 代理人


PARTS_OF: dict[SubjectKind, tuple[SubjectPart, ...]] = {
    SubjectKind.PROJECT: (SubjectPart.PROJECT,),
    SubjectKind.ORGANISATION: (SubjectPart.APPLICANT, SubjectPart.AGENT),
    SubjectKind.PERSON: (SubjectPart.APPLICANT, SubjectPart.AGENT),
}


class SubjectContent(Model):
    """What a subject is called and how it is reached. `code`: of a project or an organisation; `contact`: of a person."""

    model_config = ConfigDict(hide_input_in_errors=True)

    kind: SubjectKind
    name: str
    code: str | None = None
    contact: str | None = None

    def __repr__(self) -> str:
        """Write its kind alone: what is printed ends in a log."""
        return f"SubjectContent({self.kind})"

    __str__ = __repr__


class Subject(Model):
    """A subject; `content` None: it is erased, and only its id was ever on record."""

    id: str
    kind: SubjectKind | None = None
    created: datetime | None = None
    content: SubjectContent | None = None


class SubjectOfCase(Model):
    """A subject in its part of a case."""

    case: str
    part: SubjectPart
    subject: Subject


def folded(text: str) -> str:
    """Return a name as it is compared: one width, one case, without spaces."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in wide if not c.isspace() and unicodedata.category(c) != "Cf")


def folded_code(text: str) -> str:
    """Return a code as it is compared: one width, upper case, without spaces and hyphens."""
    return re.sub(r"[-\s]", "", unicodedata.normalize("NFKC", text)).upper()


def is_code(kind: SubjectKind, text: str) -> bool:
    """Tell whether a text is a code of that kind of subject, written as it is usual."""
    if kind is SubjectKind.PROJECT:
        return PROJECT_CODE.fullmatch(text) is not None
    return kind is SubjectKind.ORGANISATION and CREDIT_CODE.fullmatch(text) is not None and text[-1] == _check(text)


def _check(text: str) -> str:
    """The check character of GB 32100: weights are powers of 3, modulo 31."""
    total = sum(CREDIT_ALPHABET.index(c) * pow(3, place, 31) for place, c in enumerate(text[:-1]))
    return CREDIT_ALPHABET[-total % 31]
