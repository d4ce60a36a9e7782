"""A new case: its matter is chosen, then what that matter asks for is filled in, then it is seen what was promised, and opened."""

import secrets
from collections.abc import Mapping
from typing import NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from api.access.api_keys import CallerRole
from api.figures.places import PLACES
from api.http.bodies import OpenBody
from api.http.headers import BARE_KEY
from api.http.names import NAMES
from api.http.problems import Flaw, Problem
from api.http.validation import flaws_of
from api.intake.command_builders import resolved
from api.intake.openings import carry_out_opening, open_wish
from api.intake.subjects import check_subjects
from api.intake.submit import tried
from api.pages.actions import AT, FieldKind, instant_typed
from api.pages.answers import see_other
from api.pages.case_words import ROLES, STEP_STATES, owner_name
from api.pages.do_command import FieldShown
from api.pages.frame import PageVisit, page
from api.pages.page_route import PageRoute, PageVisiting, only_for
from api.pages.parameters import only_known
from api.pages.refusals import flaw_of
from api.pages.subject_fields import SUBJECT_FIELDS, in_form, subject_fields, subjects_given
from api.pages.words import message
from api.views.case import cited
from api.views.foreseen import DryRun
from workflows.procedure import Definition, Fact, Variant
from workflows.procedures import ALL

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(only_for(CallerRole.OFFICER))])

TEXTS = {
    "case": message("Case number, if it has one"),
    "survey": message("Joint survey"),
    "parent": message("Parent case"),
}
FACT = "fact-"
VALUES = {
    "yes": message("yes"),
    "no": message("no"),
    "window": message("at the window"),
    "online": message("online"),
}


class Matter(NamedTuple):
    """What is opened: a procedure's variant at a place."""

    procedure: Definition
    jurisdiction: str
    variant: Variant


@router.get("/open")
async def choose(at: PageVisiting) -> Response:
    """Show the matters, or the form of one."""
    only_known(at.request, "procedure", "jurisdiction", "variant")
    matter = _matter(at.request, at.request.query_params)
    if matter is None:
        return page(at, "open.html", places=PLACES, procedures=ALL.values())
    return _form(at, matter, {}, secrets.token_hex(12))


@router.post("/open")
async def open_case(at: PageVisiting) -> Response:
    """Show what a new case would come to, or open it."""
    matter = _matter(at.request, at.request.state.form)
    key = at.form("key")
    if matter is None or not BARE_KEY.fullmatch(key):
        raise Problem("not-a-form")
    given = {
        name: at.form(name)
        for name in (*TEXTS, *(f"{FACT}{one.key}" for one in _facts(matter)), AT.name, *SUBJECT_FIELDS)
    }
    if at.form("go") == "edit":
        return _form(at, matter, given, key)
    try:
        body = _body(matter, given)
        wish = open_wish(at.visit, key, body)
        if at.form("go") == "do":
            done = await carry_out_opening(at.visit, wish, body)
            return see_other(f"/cases/{wish.case}?done={done.receipt.seq}")
        await at.visit.read(check_subjects, at.visit, body.subjects)
        return _preview(at, matter, given, key, await at.visit.read(tried, at.visit, wish))
    except Problem as problem:
        if problem.status not in {409, 412, 422}:
            raise
        return _form(at, matter, given, key, problem)


def _matter(request: Request, asked: Mapping[str, str]) -> Matter | None:
    """Return what was chosen; None where nothing is."""
    if request.method == "GET" and not any(asked.get(name) for name in ("procedure", "jurisdiction", "variant")):
        return None
    definition = ALL.get(asked.get("procedure", ""))
    place = asked.get("jurisdiction", "")
    variants = () if definition is None else definition.variants
    variant = next((one for one in variants if one.key == asked.get("variant")), None)
    flaws = [
        Flaw(f"query/{name}", "unknown-value")
        for name, found in (
            ("procedure", definition),
            ("jurisdiction", definition and place in definition.jurisdictions),
            ("variant", variant),
        )
        if not found
    ]
    if definition is None or variant is None or flaws:
        raise Problem("bad-parameter", flaws=flaws)
    return Matter(definition, place, variant)


def _facts(matter: Matter) -> tuple[Fact, ...]:
    return matter.procedure.facts_in(matter.variant.key)


def _body(matter: Matter, given: Mapping[str, str]) -> OpenBody:
    said = {name: given[name].strip() for name in TEXTS if given[name].strip()}
    when = given[AT.name].strip()
    chosen = {
        "procedure": matter.procedure.key,
        "jurisdiction": matter.jurisdiction,
        "variant": matter.variant.key,
        "facts": _chosen(matter, given),
        "subjects": subjects_given(given),
    }
    try:
        return OpenBody.model_validate({**said, **chosen, **({AT.name: instant_typed(when)} if when else {})})
    except ValidationError as error:
        raise Problem("invalid", flaws=flaws_of(error.errors(include_url=False, include_input=False), NAMES)) from None


def _chosen(matter: Matter, given: Mapping[str, str]) -> dict[str, bool | str]:
    """The facts as they were chosen; a Problem where one was not offered."""
    chosen: dict[str, bool | str] = {}
    for fact in _facts(matter):
        found = [one for one in fact.allowed if _typed(one) == given[f"{FACT}{fact.key}"]]
        if not found:
            raise Problem("invalid", flaws=[Flaw(f"#/{FACT}{fact.key}", "not-a-choice")])
        chosen[fact.key] = found[0]
    return chosen


def _typed(value: object) -> str:
    """A fact's value as a form sends it."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _fields(at: PageVisit, matter: Matter, given: Mapping[str, str]) -> list[FieldShown]:
    words, text, choice = at.words, FieldKind.TEXT.value, FieldKind.CHOICE.value
    fields = [
        FieldShown(
            name=(name := f"{FACT}{fact.key}"),
            label=words.title(fact.title_zh, fact.title_en),
            kind=choice,
            required=True,
            value=given.get(name) or _typed(fact.default_in(matter.variant.key)),
            choices=[(_typed(one), words.say(VALUES[_typed(one)])) for one in fact.allowed],
        )
        for fact in _facts(matter)
    ]
    fields += [
        FieldShown(name, words.say(label), text, required=False, value=given.get(name, ""), choices=())
        for name, label in TEXTS.items()
    ]
    when = FieldShown(
        AT.name, words.say(AT.label), AT.kind.value, required=False, value=given.get(AT.name, ""), choices=()
    )
    return [*fields, when, *subject_fields(words, given)]


def _form(
    at: PageVisit, matter: Matter, given: Mapping[str, str], key: str, problem: Problem | None = None
) -> Response:
    fields = _fields(at, matter, given)
    labels = {field.name: field.label for field in fields}
    flaws = []
    parts = [one["part"] for one in subjects_given(given)]
    for flaw in problem.flaws if problem else ():
        name = in_form(flaw, parts).pointer.rpartition("/")[2]
        flaws.append((name if name in labels else "", flaw_of(at.words, labels.get(name, name), flaw.code)))
    return page(
        at,
        "open_form.html",
        200 if problem is None else problem.status,
        matter=matter,
        place=at.words.title(*PLACES[matter.jurisdiction]),
        fields=fields,
        key=key,
        problem=problem,
        flaws=flaws,
    )


def _preview(at: PageVisit, matter: Matter, given: Mapping[str, str], key: str, found: DryRun) -> Response:
    procedure = resolved(matter.procedure.key, matter.jurisdiction, matter.variant.key, _chosen(matter, given))
    states = {step.key: step.after for step in found.steps}
    words = at.words
    return page(
        at,
        "open_preview.html",
        matter=matter,
        place=words.title(*PLACES[matter.jurisdiction]),
        fields=[field for field in _fields(at, matter, given) if field.value],
        key=key,
        clocks=[(words.say(ROLES[one.role]), cited(one.commitment), one.after) for one in found.clocks],
        steps=[
            (
                words.title(step.title_zh, step.title_en),
                owner_name(words, matter.jurisdiction, step.owner),
                words.say(STEP_STATES[states[step.key]]) if step.key in states else "—",
            )
            for step in procedure.steps
        ],
    )
