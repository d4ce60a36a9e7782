"""The bodies of requests about subjects: whom a case is about, and their erasure."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from activities.subjects.subject import SubjectKind, SubjectPart, is_code
from api.http.body import Body
from api.http.fields import Contact, Rule, SearchText, SubjectCode, SubjectId, SubjectName, Text

MOST_SUBJECTS = 20  # of a case


class SubjectBody(Body):
    """A subject in its part of a case: a new one, a known one by `id`, or a known one with another content.

    `code`: 投资项目代码 of a project, 统一社会信用代码 of an organisation; `contact`: of a person.
    """

    part: SubjectPart
    id: SubjectId | None = None
    kind: SubjectKind | None = Field(default=None, validate_default=True)
    name: SubjectName | None = Field(default=None, validate_default=True)
    code: SubjectCode | None = None
    contact: Contact | None = None

    @field_validator("kind", "name")
    @classmethod
    def _content_or_id(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Content is a kind and a name; a known subject alone has neither."""
        given = info.data.get("kind") is not None
        if value is None and (given or (info.field_name == "kind" and info.data.get("id") is None)):
            raise Rule("missing")
        if value is not None and info.field_name == "name" and not given:
            raise Rule("not-of-this-subject")
        return value

    @field_validator("code", "contact")
    @classmethod
    def _of_its_kind(cls, value: str | None, info: ValidationInfo) -> str | None:
        kind = info.data.get("kind")
        if value is None or (kind is None and "kind" not in info.data):
            return value
        if kind is None or (kind is SubjectKind.PERSON) is not (info.field_name == "contact"):
            raise Rule("not-of-this-subject")
        if info.field_name == "code" and not is_code(kind, value):
            raise Rule("bad-code")
        return value


Subjects = Annotated[list[SubjectBody], Field(max_length=MOST_SUBJECTS)]


class SubjectsBody(Body):
    """The subjects of a case, all of them."""

    subjects: Subjects


class SearchSubjectsBody(Body):
    """Finds subjects by a code, a whole name, or at least two characters of a name that is no person's."""

    text: SearchText


class AskErasureBody(Body):
    """Asks for a subject to be erased."""

    reason: Text


class RefuseErasureBody(Body):
    """Refuses the erasure of a subject."""

    reason: Text
