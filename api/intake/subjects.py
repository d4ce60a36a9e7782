"""Subjects of cases, by whoever may: said, read, found by name, and erased by two."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from activities.store.store import Store
from activities.subjects import erasure
from activities.subjects.erasure import Erasure, ErasureWish
from activities.subjects.errors import SubjectRefused
from activities.subjects.master_keys import SubjectKeysAway
from activities.subjects.register import SubjectSaid, SubjectsFound, SubjectTeller
from activities.subjects.subject import Subject, SubjectContent, SubjectOfCase, SubjectPart
from api.access.api_keys import CallerRole
from api.access.request_context import OVERSEERS, Visit
from api.http.problems import Flaw, Problem
from api.http.subject_bodies import SubjectBody
from api.views.subjects import CaseSubjects, ErasureList, case_subjects, project_names

MOST_FOUND = 20  # subjects of a search
MOST_DUE = 100  # subjects that are named as due to be erased
LEAP_DAY, DAY_BEFORE = (2, 29), 28


class SubjectNames(NamedTuple):
    """What a case is called in a list; either is empty where it has none."""

    project: str
    applicant: str


def put_subjects(visit: Visit, case: str, said: Sequence[SubjectBody]) -> CaseSubjects:
    """Let a case have these subjects and no others; blocks."""
    visit.case(case)
    with as_problems("#/subjects"):
        visit.subjects.put(case, said_of(said), _told(visit))
    return subjects_of(visit, case)


def check_subjects(visit: Visit, said: Sequence[SubjectBody]) -> None:
    """Raise the Problem that would keep a case's subjects from being recorded once it is open; blocks."""
    if said:
        with as_problems("#/subjects"):
            visit.subjects.check(said_of(said), only_tried=visit.dry_run)


def put_first_subjects(visit: Visit, case: str, said: Sequence[SubjectBody]) -> None:
    """Record the subjects that a case was opened with, unless that was done before; blocks."""
    if said:
        with as_problems("#/subjects"):
            visit.subjects.put_first(case, said_of(said), _told(visit))


def subjects_of(visit: Visit, case: str) -> CaseSubjects:
    """Return the subjects of a case as far as the caller may see it and them; blocks."""
    visit.case(case)
    return subjects_seen(visit, case)


def subjects_seen(visit: Visit, case: str) -> CaseSubjects:
    """Return the subjects of a case that the caller sees; blocks."""
    if not sees_names(visit):
        raise Problem("forbidden")
    with as_problems("path/case"):
        found = visit.subjects.of_cases([case])[case]
    if visit.caller.owners is not None:
        return project_names(case, found)
    return case_subjects(case, found, contact=sees_contacts(visit))


def names_of(visit: Visit, cases: Collection[str]) -> Mapping[str, SubjectNames]:
    """Return what cases are called, as far as the caller may see it; nothing while the keys are away; blocks."""
    if not sees_names(visit):
        return {}
    try:
        found = visit.subjects.of_cases(cases)
    except SubjectKeysAway:
        return {}
    whole = visit.caller.owners is None
    return {
        case: SubjectNames(_named(own, SubjectPart.PROJECT), _named(own, SubjectPart.APPLICANT) if whole else "")
        for case, own in found.items()
    }


def find_subjects(visit: Visit, text: str, *, whole: bool = False) -> SubjectsFound:
    """Find subjects by what they are called, `whole`: by a whole name or code alone; blocks."""
    with as_problems("#/text"):
        return visit.subjects.find(text, MOST_FOUND, whole=whole)


def sees_names(visit: Visit) -> bool:
    """Tell whether the caller sees names of the cases that it sees."""
    if visit.caller.role is CallerRole.UTILITY:
        return visit.services.settings.project_names_for_companies
    return visit.caller.role in OVERSEERS


def sees_contacts(visit: Visit) -> bool:
    """Tell whether the caller sees how a person is reached."""
    return visit.caller.role in (CallerRole.OFFICER, CallerRole.SUPERVISOR)


def decide_erasure(
    visit: Visit, subject: str, key: str, decision: Callable[[Store, ErasureWish], Erasure], reason: str | None = None
) -> Erasure:
    """Ask for, grant or refuse an erasure; blocks."""
    wish = ErasureWish(subject, visit.caller.actor, visit.told, visit.caller.request_id(key), reason)
    with as_problems("path/subject"):
        return decision(visit.services.store, wish)


def grant_erasure(visit: Visit, subject: str, key: str) -> Erasure:
    """Erase a subject whose erasure another asked for; blocks."""

    def grant(store: Store, wish: ErasureWish) -> Erasure:
        return erasure.grant(store, wish, four_eyes=visit.services.settings.four_eyes)

    return decide_erasure(visit, subject, key, grant)


def all_erasures(visit: Visit) -> ErasureList:
    """Return every erasure, and the subjects that the setting for retention names; blocks."""
    store, years = visit.services.store, visit.services.settings.subject_retention_years
    due = [] if years is None else store.subjects_of_past_cases(years_before(visit.told, years), MOST_DUE)
    return ErasureList(erasures=tuple(erasure.erasures(store)), due=tuple(due))


def years_before(at: datetime, years: int) -> datetime:
    """Return the same day and time of an earlier year; of a leap day the day before it."""
    leap = (at.month, at.day) == LEAP_DAY
    return at.replace(year=at.year - years, day=DAY_BEFORE if leap else at.day)


def said_of(bodies: Sequence[SubjectBody]) -> list[SubjectSaid]:
    """Return subjects as a client said them."""
    return [SubjectSaid(one.part, one.id, _content(one)) for one in bodies]


@contextmanager
def as_problems(pointer: str) -> Iterator[None]:
    """Turn what the register refuses into a Problem at a place of the request."""
    try:
        yield
    except SubjectRefused as refused:
        where = "header/Idempotency-Key" if refused.rule == "request-reused" else pointer
        raise Problem(refused.rule, flaws=[Flaw(where, refused.rule)]) from None
    except SubjectKeysAway:
        raise Problem("subjects-away") from None


def _content(one: SubjectBody) -> SubjectContent | None:
    if one.kind is None or one.name is None:
        return None
    return SubjectContent(kind=one.kind, name=one.name, code=one.code, contact=one.contact)


def _told(visit: Visit) -> SubjectTeller:
    return SubjectTeller(visit.caller.actor, visit.told)


def _named(subjects: Sequence[SubjectOfCase], part: SubjectPart) -> str:
    found: list[Subject] = [one.subject for one in subjects if one.part is part]
    return next((one.content.name for one in found if one.content is not None), "")
