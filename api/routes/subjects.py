"""Whom cases are about: read and written case by case, found by name, erased by two. No name is ever in an address."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from activities.subjects import erasure
from activities.subjects.erasure import Erasure
from api.access.api_keys import CallerRole
from api.access.key_route import KeyRoute
from api.access.request_context import CONFIRMERS, OFFICERS, OVERSEERS, Visiting, only
from api.http.headers import IdempotencyKey
from api.http.problems import Flaw, Problem
from api.http.responses import answer
from api.http.subject_bodies import AskErasureBody, RefuseErasureBody, SearchSubjectsBody, SubjectsBody
from api.intake.subjects import (
    all_erasures,
    decide_erasure,
    find_subjects,
    grant_erasure,
    put_subjects,
    sees_contacts,
    subjects_of,
)
from api.views.subjects import (
    CaseSubjects,
    ErasureList,
    SubjectFound,
    SubjectRecord,
    SubjectsFoundShown,
    parts_of_cases,
    subject_record,
    subject_shown,
)

router = APIRouter(route_class=KeyRoute, prefix="/v1", tags=["subjects"])

NAMING = [Depends(only(*OVERSEERS, CallerRole.UTILITY))]
SEEING, DECIDING = [Depends(only(*OVERSEERS))], [Depends(only(*CONFIRMERS))]
SubjectInPath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


@router.put("/cases/{case}/subjects", response_model=CaseSubjects, dependencies=[Depends(only(*OFFICERS))])
async def put_case_subjects(visit: Visiting, case: str, body: SubjectsBody) -> Response:
    """Let a case have these subjects and no others. What is said again stays as it is, so it may be sent again."""
    return answer(await visit.read(put_subjects, visit, case, body.subjects))


@router.get("/cases/{case}/subjects", response_model=CaseSubjects, dependencies=NAMING)
async def show_case_subjects(visit: Visiting, case: str) -> Response:
    """Show the subjects of a case. An auditor sees no contact; a company, where a setting allows it, the project's name."""
    return answer(await visit.read(subjects_of, visit, case))


@router.post("/subjects/search", response_model=SubjectsFoundShown, dependencies=SEEING)
async def search_subjects(visit: Visiting, body: SearchSubjectsBody) -> Response:
    """Find subjects by a code, a whole name, or at least two characters of a name that is no person's."""

    def ask() -> SubjectsFoundShown:
        found = find_subjects(visit, body.text)
        links = visit.services.store.cases_of_subjects([one.id for one in found.subjects])
        shown = [
            SubjectFound(
                **subject_shown(one, contact=sees_contacts(visit)).model_dump(),
                cases=parts_of_cases(link for link in links if link.subject == one.id),
            )
            for one in found.subjects
        ]
        return SubjectsFoundShown(subjects=tuple(shown), more=found.more)

    return answer(await visit.read(ask))


@router.get("/subjects/erasures", response_model=ErasureList, dependencies=SEEING)
async def list_erasures(visit: Visiting) -> Response:
    """List erasures, and the subjects that are due to be erased."""
    return answer(await visit.read(all_erasures, visit))


@router.get("/subjects/{subject}", response_model=SubjectRecord, dependencies=SEEING)
async def show_subject_record(visit: Visiting, subject: SubjectInPath) -> Response:
    """Show what is on record of a subject, erased or not: who did what when, and no name."""

    def ask() -> SubjectRecord:
        store = visit.services.store
        events = store.subject_events(subject)
        if not events:
            raise Problem("unknown-subject", flaws=[Flaw("path/subject", "unknown-subject")])
        return subject_record(subject, events, store.cases_of_subjects([subject]))

    return answer(await visit.read(ask))


@router.post("/subjects/{subject}/erasure", response_model=Erasure, status_code=201, dependencies=DECIDING)
async def ask_erasure(visit: Visiting, subject: SubjectInPath, key: IdempotencyKey, body: AskErasureBody) -> Response:
    """Ask for a subject to be erased. Nothing is erased before another grants it."""
    return answer(await visit.read(decide_erasure, visit, subject, key, erasure.ask, body.reason), 201)


@router.post("/subjects/{subject}/erasure/grant", response_model=Erasure, dependencies=DECIDING)
async def grant_subject_erasure(visit: Visiting, subject: SubjectInPath, key: IdempotencyKey) -> Response:
    """Erase a subject, its key and all that it is found by, for good; not by whoever asked for it."""
    return answer(await visit.read(grant_erasure, visit, subject, key))


@router.post("/subjects/{subject}/erasure/refuse", response_model=Erasure, dependencies=DECIDING)
async def refuse_erasure(
    visit: Visiting, subject: SubjectInPath, key: IdempotencyKey, body: RefuseErasureBody
) -> Response:
    """Refuse an erasure that is asked for."""
    return answer(await visit.read(decide_erasure, visit, subject, key, erasure.refuse, body.reason))
