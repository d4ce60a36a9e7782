"""Whom a case is about, on a page of its own: said, changed, and taken away; erasing is for the API and the command line."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError

from activities.subjects.subject import SubjectPart
from api.access.api_keys import CallerRole
from api.http.names import NAMES
from api.http.problems import Problem
from api.http.subject_bodies import SubjectsBody
from api.http.validation import flaws_of
from api.intake.subjects import put_subjects, sees_names, subjects_of, subjects_seen
from api.pages.answers import see_other
from api.pages.frame import PageVisit, page
from api.pages.page_route import PageRoute, PageVisiting, only_for
from api.pages.parameters import only_known
from api.pages.place_in_list import LIST, case_address
from api.pages.refusals import flaw_of
from api.pages.subject_fields import PARTS, SUBJECT_FIELDS, in_form, subject_fields, subjects_given
from api.pages.words import message
from api.views.subjects import SubjectOfCaseShown

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(only_for(CallerRole.OFFICER))])

AWAY = message("The keys of subjects are not here: no name is shown")


class SubjectLine(NamedTuple):
    """A subject on a case's page."""

    part: str
    name: str
    code: str
    contact: str


@router.get("/cases/{case}/subjects")
async def ask(at: PageVisiting, case: str) -> Response:
    """Show the form that names the subjects of a case."""
    only_known(at.request, LIST)
    found = await at.visit.read(subjects_of, at.visit, case)
    return _form(at, case, _filled(found.subjects))


@router.post("/cases/{case}/subjects")
async def say(at: PageVisiting, case: str) -> Response:
    """Give a case the subjects that the form names."""
    given = {name: at.form(name) for name in SUBJECT_FIELDS}
    said = subjects_given(given)
    try:
        known = await at.visit.read(subjects_of, at.visit, case)
        body = SubjectsBody.model_validate({"subjects": _with_ids(said, known.subjects)})
        await at.visit.read(put_subjects, at.visit, case, body.subjects)
    except ValidationError as error:
        flaws = flaws_of(error.errors(include_url=False, include_input=False), NAMES)
        return _form(at, case, given, said, Problem("invalid", flaws=flaws))
    except Problem as problem:
        if problem.status != 422:
            raise
        return _form(at, case, given, said, problem)
    return see_other(case_address(at, case))


def lines_of(at: PageVisit, case: str) -> list[SubjectLine]:
    """Return the subjects of a case that is seen, as its page shows them; blocks."""
    if not sees_names(at.visit):
        return []
    try:
        found = subjects_seen(at.visit, case).subjects
    except Problem as problem:
        if problem.code != "subjects-away":
            raise
        return [SubjectLine("", at.words.say(AWAY), "", "")]
    return [
        SubjectLine(
            at.words.say(PARTS[one.part]),
            at.words.say("erased") if one.erased else one.name or "",
            one.code or "",
            one.contact or "",
        )
        for one in found
    ]


def _first(subjects: Sequence[SubjectOfCaseShown]) -> Mapping[SubjectPart, SubjectOfCaseShown]:
    """The subject of each part that a form shows; others of the part stay as they are."""
    return {one.part: one for one in reversed(subjects) if not one.erased}


def _filled(subjects: Sequence[SubjectOfCaseShown]) -> dict[str, str]:
    return {
        f"{part}-{name}": str(value)
        for part, one in _first(subjects).items()
        for name in ("kind", "name", "code", "contact")
        if (value := getattr(one, name)) is not None
    }


def _with_ids(said: Sequence[Mapping[str, str]], subjects: Sequence[SubjectOfCaseShown]) -> list[dict[str, str]]:
    """What a form said, as changes of the subjects that it showed; those that it did not show go with it."""
    shown = _first(subjects)
    others = [one for one in subjects if not one.erased and shown[one.part] is not one]
    changed = [
        {**one, **({"id": known.id} if (known := shown.get(SubjectPart(one["part"]))) is not None else {})}
        for one in said
    ]
    return [*changed, *({"part": one.part.value, "id": one.id} for one in others)]


def _form(
    at: PageVisit,
    case: str,
    given: Mapping[str, str],
    said: Sequence[Mapping[str, str]] = (),
    problem: Problem | None = None,
) -> Response:
    fields = list(subject_fields(at.words, given))
    labels = {field.name: field.label for field in fields}
    flaws = []
    for flaw in problem.flaws if problem else ():
        name = in_form(flaw, [one["part"] for one in said]).pointer.rpartition("/")[2]
        flaws.append((name if name in labels else "", flaw_of(at.words, labels.get(name, ""), flaw.code)))
    status = 200 if problem is None else problem.status
    return page(
        at, "subjects.html", status, case=case, fields=fields, problem=problem, flaws=flaws, back=case_address(at, case)
    )
