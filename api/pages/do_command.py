"""Doing something with a case: a form, what it would come to, and the deed; nothing that moves a date happens at one click."""

import secrets
from collections.abc import Sequence
from typing import NamedTuple

from fastapi import APIRouter, Response
from pydantic import ValidationError

from activities.store.rows import CaseView
from api.http.bodies import NAMES, Dated
from api.http.headers import BARE_KEY
from api.http.problems import Flaw, Problem
from api.http.validation import flaws_of
from api.intake.submit import Wish, carry_out, tried
from api.pages.actions import ACTIONS, AT, Action, Field, choices_of, said_of, wish_of
from api.pages.answers import see_other
from api.pages.case import ROLES, RUNGS, clock_named
from api.pages.frame import PageVisit, page
from api.pages.page_route import PageRoute, PageVisiting
from api.pages.parameters import only_known
from api.pages.words import message
from api.ruler.titles import titles_of
from api.views.foreseen import ClockForeseen, DryRun

router = APIRouter(route_class=PageRoute, include_in_schema=False)

STALE = ("stale", "request-reused")
FLAWS = {
    "missing": message("has to be filled in"),
    "too-short": message("has to be filled in"),
    "too-long": message("is too long"),
    "not-a-number": message("has to be a whole number"),
    "too-small": message("is too small"),
    "too-large": message("is too large"),
    "not-a-choice": message("cannot be chosen here"),
    "bad-form": message("is not well formed"),
    "no-offset": message("is no day with a time, such as 2026-03-02 14:30"),
    "not-an-instant": message("is no day with a time, such as 2026-03-02 14:30"),
    "in-future": message("lies in the future"),
    "personal-data": message("holds a person's number: nothing personal belongs here"),
}


class FieldShown(NamedTuple):
    """A field with what was entered and what may be chosen."""

    name: str
    label: str
    kind: str
    required: bool
    value: str
    choices: Sequence[tuple[str, str]]


class ClockMoved(NamedTuple):
    """A clock in a preview; `same` where nothing of it would change."""

    kind: str
    name: str
    clock: ClockForeseen
    same: bool


@router.get("/cases/{case}/do/{name}")
async def ask(at: PageVisiting, case: str, name: str) -> Response:
    """Show the form of a command; fields may be filled in by the address."""
    action = _action(at, name)
    only_known(at.request, *(field.name for field in action.fields))
    view = await at.visit.read(at.visit.case, case)
    given = {field.name: at.request.query_params.get(field.name, "") for field in (*action.fields, AT)}
    return _form(at, view, action, given, secrets.token_hex(12))


@router.post("/cases/{case}/do/{name}")
async def do(at: PageVisiting, case: str, name: str) -> Response:
    """Show what a form would come to, or do it; a form that is wrong, or looks at a case that has moved on, is shown again."""
    action = _action(at, name)
    view = await at.visit.read(at.visit.case, case)
    given = {field.name: at.form(field.name) for field in (*action.fields, AT)}
    key = at.form("key")
    if not BARE_KEY.fullmatch(key):
        raise Problem("not-a-form")
    if at.form("go") == "edit":
        return _form(at, view, action, given, key)
    try:
        wish = _wish(at, view, action, key)
        if at.form("go") == "do" and (not action.grave or at.form("checked")):
            done = await carry_out(at.visit, wish)
            return see_other(f"/cases/{case}?done={done.receipt.seq}")
        found = await at.visit.read(tried, at.visit, wish)
    except Problem as problem:
        if problem.status not in {409, 412, 422}:
            raise
        return _form(at, view, action, given, secrets.token_hex(12) if problem.code in STALE else key, problem)
    return _preview(at, view, action, given, key, found)


def _action(at: PageVisit, name: str) -> Action:
    action = ACTIONS.get(name)
    if action is None:
        raise Problem("not-found")
    if at.caller.role not in action.roles:
        raise Problem("forbidden")
    return action


def _wish(at: PageVisit, view: CaseView, action: Action, key: str) -> Wish:
    form = at.form
    missing = [field.name for field in action.fields if field.required and not form(field.name).strip()]
    if at.caller.owners is not None and action.name in {"return", "resubmit"} and not form("step").strip():
        missing.append("step")  # the application as a whole is the authority's to return
    if missing:
        raise Problem("invalid", flaws=[Flaw(f"#/{field}", "missing") for field in missing])
    try:
        body: Dated = action.body.model_validate(said_of(action, form))
    except ValidationError as error:
        raise Problem("invalid", flaws=flaws_of(error.errors(include_url=False, include_input=False), NAMES)) from None
    seen = form("seen")
    return wish_of(action, at.visit, view.case.case, key, int(seen) if seen.isdigit() else None, body, form)


def _fields(at: PageVisit, view: CaseView, action: Action, given: dict[str, str]) -> list[FieldShown]:
    procedure = titles_of(view.case, "zh").procedure

    def shown(field: Field) -> FieldShown:
        choices = choices_of(field, view, procedure, at.words) if field.choices else ()
        return FieldShown(field.name, field.label, field.kind.value, field.required, given[field.name], choices)

    return [shown(field) for field in (*action.fields, AT)]


def _form(
    at: PageVisit, view: CaseView, action: Action, given: dict[str, str], key: str, problem: Problem | None = None
) -> Response:
    fields = _fields(at, view, action, given)
    labels = {field.name: at.words.say(field.label) for field in fields}
    flaws = []
    for flaw in problem.flaws if problem else ():
        name = flaw.pointer.rpartition("/")[2]
        said = at.words.say(FLAWS[flaw.code]) if flaw.code in FLAWS else flaw.code
        flaws.append((name, f"{labels.get(name, name)}: {said}"))
    return page(
        at,
        "do.html",
        200 if problem is None else problem.status,
        case=view.case,
        action=action,
        fields=fields,
        key=key,
        seen=view.head.seq,
        problem=problem,
        flaws=flaws,
        moved_on=problem is not None and problem.code in STALE,
    )


def _preview(at: PageVisit, view: CaseView, action: Action, given: dict[str, str], key: str, found: DryRun) -> Response:
    clocks = [
        ClockMoved(at.words.say(ROLES[one.role]), clock_named(at, view, one.key), one, same=one.before == one.after)
        for one in found.clocks
    ]
    titles = {step.key: at.words.title(step.title_zh, step.title_en) for step in view.steps}
    return page(
        at,
        "preview.html",
        case=view.case,
        action=action,
        fields=[field for field in _fields(at, view, action, given) if field.value],
        key=key,
        seen=view.head.seq,
        clocks=sorted(clocks, key=lambda clock: clock.same),
        steps=[(titles.get(step.key, step.key), step) for step in found.steps],
        rungs=[
            (kind, clock_named(at, view, rung.clock), at.words.say(RUNGS[rung.rung]), rung)
            for kind, rungs in (("raised", found.raised), ("withdrawn", found.withdrawn))
            for rung in rungs
        ],
    )
