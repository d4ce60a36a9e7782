"""Subjects as they are shown: whole, without a contact, or the name of a project alone."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from activities.store.subject_log import SubjectEvent, SubjectEventKind
from activities.store.subjects import SubjectLink
from activities.subjects.erasure import Erasure
from activities.subjects.subject import Subject, SubjectKind, SubjectOfCase, SubjectPart
from sla.model import Model


class SubjectShown(Model):
    """A subject. `erased`: nothing of it is left but its id."""

    id: str
    kind: SubjectKind | None
    name: str | None
    code: str | None
    contact: str | None
    erased: bool


class SubjectOfCaseShown(SubjectShown):
    """A subject in its part of a case."""

    part: SubjectPart


class CaseSubjects(Model):
    """The subjects of a case."""

    case: str
    subjects: tuple[SubjectOfCaseShown, ...]


class PartOfCase(Model):
    """A case that a subject belongs to, and what it is to it."""

    case: str
    part: SubjectPart


class SubjectFound(SubjectShown):
    """A subject that was searched for, with its cases."""

    cases: tuple[PartOfCase, ...]


class SubjectsFoundShown(Model):
    """What a search found; `more`: there are others, so more of the name has to be said."""

    subjects: tuple[SubjectFound, ...]
    more: bool


class SubjectEventShown(Model):
    """What happened to a subject. `four_eyes` False: one actor alone decided."""

    number: int
    kind: SubjectEventKind
    at: datetime
    actor: str
    case: str | None
    part: str | None
    reason: str | None
    four_eyes: bool


class SubjectRecord(Model):
    """What is on record of a subject, which is no content."""

    id: str
    erased: bool
    cases: tuple[PartOfCase, ...]
    events: tuple[SubjectEventShown, ...]


class ErasureList(Model):
    """Erasures, the last asked for first; `due`: ids of subjects that the setting for retention says are to be erased."""

    erasures: tuple[Erasure, ...]
    due: tuple[str, ...]


def subject_shown(one: Subject, *, contact: bool = True) -> SubjectShown:
    """Return a subject as it is shown to whoever sees names."""
    content = one.content
    return SubjectShown(
        id=one.id,
        kind=one.kind,
        name=None if content is None else content.name,
        code=None if content is None else content.code,
        contact=content.contact if content is not None and contact else None,
        erased=content is None,
    )


def case_subjects(case: str, subjects: Iterable[SubjectOfCase], *, contact: bool = True) -> CaseSubjects:
    """Return the subjects of a case as they are shown to whoever sees names."""
    shown = [
        SubjectOfCaseShown(**subject_shown(one.subject, contact=contact).model_dump(), part=one.part)
        for one in subjects
    ]
    return CaseSubjects(case=case, subjects=tuple(shown))


def project_names(case: str, subjects: Iterable[SubjectOfCase]) -> CaseSubjects:
    """Return what a company may see of the subjects of a case: what the project is called."""
    shown = [
        SubjectOfCaseShown(**subject_shown(one.subject).model_dump() | {"code": None}, part=one.part)
        for one in subjects
        if one.subject.kind is SubjectKind.PROJECT
    ]
    return CaseSubjects(case=case, subjects=tuple(shown))


def parts_of_cases(links: Iterable[SubjectLink]) -> tuple[PartOfCase, ...]:
    """Return the cases of a subject."""
    return tuple(PartOfCase(case=link.case, part=SubjectPart(link.part)) for link in links)


def subject_record(subject: str, events: Sequence[SubjectEvent], links: Iterable[SubjectLink]) -> SubjectRecord:
    """Return what is on record of a subject."""
    shown = [
        SubjectEventShown(
            **event.model_dump(include={"number", "kind", "at", "actor", "case", "part"}),
            reason=event.body.get("reason"),
            four_eyes=event.body.get("four_eyes", True),
        )
        for event in events
    ]
    erased = events[-1].kind is SubjectEventKind.ERASED
    return SubjectRecord(id=subject, erased=erased, cases=parts_of_cases(links), events=tuple(shown))
