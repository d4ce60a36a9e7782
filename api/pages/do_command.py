"""Doing something with a case: a form, what it would come to, and the deed; nothing that moves a date happens at one click."""

import secrets
from collections.abc import Callable, Sequence
from typing import NamedTuple

from fastapi import APIRouter, Response
from pydantic import ValidationError

from activities.store.rows import CaseView
from api.http.body import Dated
from api.http.headers import BARE_KEY
from api.http.names import NAMES
from api.http.problems import Flaw, Problem
from api.http.validation import flaws_of
from api.intake.submit import Wish, carry_out, foreseen, shown_to
from api.pages.actions import (
    ACTIONS,
    OPINION,
    Action,
    Field,
    FieldKind,
    choices_of,
    facts_in,
    fields_of,
    opinions_in,
    said_of,
    wish_of,
)
from api.pages.answers import see_other
from api.pages.case_words import KINDS, ROLES, RUNGS, STEP_STATES, WITHDRAWN, CaseNames
from api.pages.confirming import posting_of, the_one_waiting
from api.pages.extending import extension_shown
from api.pages.frame import PageVisit, page
from api.pages.offers import CaseOffers, offers_of
from api.pages.page_route import PageRoute, PageVisiting
from api.pages.parameters import only_known
from api.pages.place_in_list import LIST, case_address
from api.pages.refusals import flaw_of
from api.views.foreseen import ClockForeseen, StepForeseen
from workflows.dry_run import Foreseen
from workflows.rebuild import all_events
from workflows.state import StepStatus

router = APIRouter(route_class=PageRoute, include_in_schema=False)

STALE = ("stale", "request-reused")
CONFIRM = "confirm"
EXTEND = "extend"


class FieldShown(NamedTuple):
    """A field with what was entered and what may be chosen."""

    name: str
    label: str
    kind: str
    required: bool
    value: str
    choices: Sequence[tuple[str, str]]

    @property
    def said(self) -> str:
        """What was entered, in words."""
        return dict(self.choices).get(self.value, self.value)

    @property
    def lacks_choice(self) -> bool:
        """Whether one is required and there is none."""
        return self.required and self.kind == FieldKind.CHOICE and not self.choices


class Form(NamedTuple):
    """A form for a case as it stands."""

    action: Action
    names: CaseNames
    fields: tuple[Field, ...]
    offers: CaseOffers

    @property
    def view(self) -> CaseView:
        """The case."""
        return self.names.view


class ClockMoved(NamedTuple):
    """A clock in a preview; `same` where nothing of it would change."""

    kind: str
    name: str
    clock: ClockForeseen
    same: bool


@router.get("/cases/{case}/do/{name}")
async def ask(at: PageVisiting, case: str, name: str) -> Response:
    """Show the form of a command; fields may be filled in by the address."""
    asked = await at.visit.read(_asked, at, _action(at, name), case)
    only_known(at.request, *(field.name for field in asked.fields), LIST)
    given = {field.name: at.request.query_params.get(field.name, "") for field in asked.fields}
    key = secrets.token_hex(12)
    if name == CONFIRM and (seq := given["seq"] or the_one_waiting(asked.view)):
        return await _both_readings(at, asked, given | {"seq": seq}, key)
    return _form(at, asked, given, key)


@router.post("/cases/{case}/do/{name}")
async def do(at: PageVisiting, case: str, name: str) -> Response:
    """Show what a form would come to, or do it; a form that is wrong, or looks at a case that has moved on, is shown again."""
    action = _action(at, name)
    asked = await at.visit.read(_asked, at, action, case)
    given = {field.name: at.form(field.name) for field in asked.fields}
    key = at.form("key")
    if not BARE_KEY.fullmatch(key):
        raise Problem("not-a-form")
    if at.form("go") == "edit":
        return _form(at, asked, given, key)
    try:
        wish = _wish(at, asked, key, at.form)
        if at.form("go") == "do" and (not action.grave or at.form("checked")):
            done = await carry_out(at.visit, wish)
            return see_other(case_address(at, case, done=str(done.receipt.seq)))
        found = await at.visit.read(foreseen, at.visit, wish)
        return await _preview(at, asked, given, key, found)
    except Problem as problem:
        if problem.status not in {409, 412, 422}:
            raise
        return _form(at, asked, given, secrets.token_hex(12) if problem.code in STALE else key, problem)


async def _both_readings(at: PageVisit, asked: Form, given: dict[str, str], key: str) -> Response:
    """A confirmation is looked at before anything is entered: all that it asks for is known."""
    said = {**given, "seen": str(asked.view.head.seq)}
    try:
        wish = _wish(at, asked, key, lambda name: said.get(name, ""))
        return await _preview(at, asked, given, key, await at.visit.read(foreseen, at.visit, wish))
    except Problem as problem:
        if problem.status not in {409, 422}:
            raise
        return _form(at, asked, given, key, problem)


def _asked(at: PageVisit, action: Action, case: str) -> Form:
    view = at.case(case)
    events = all_events(at.visit.services.store, case, view.head.seq)
    offers = offers_of(view, events, at.caller, at.now)
    names = CaseNames(at.words, view, offers.state.procedure)
    return Form(action, names, fields_of(action, names, offers), offers)


def _action(at: PageVisit, name: str) -> Action:
    action = ACTIONS.get(name)
    if action is None:
        raise Problem("not-found")
    if at.caller.role not in action.roles:
        raise Problem("forbidden")
    return action


def _wish(at: PageVisit, asked: Form, key: str, form: Callable[[str], str]) -> Wish:
    action = asked.action
    missing = [field.name for field in action.fields if field.required and not form(field.name).strip()]
    step = form("step").strip()
    if at.caller.owners is not None and action.name in {"return", "resubmit"} and not step:
        missing.append("step")  # the application as a whole is the authority's to return
    if missing:
        raise Problem("invalid", flaws=[Flaw(f"#/{field}", "missing") for field in missing])
    opinions = opinions_in(asked.fields, form)
    foreign = [f"{OPINION}{other}:{one}" for other in opinions if other != step for one in opinions[other]]
    if foreign:
        raise Problem("invalid", flaws=[Flaw(f"#/{field}", "other-step") for field in foreign])
    try:
        said = said_of(action, form, opinions.get(step, {}))
        if facts := facts_in(asked.fields, form):
            said["facts"] = facts
        body: Dated = action.body.model_validate(said)
    except ValidationError as error:
        raise Problem("invalid", flaws=flaws_of(error.errors(include_url=False, include_input=False), NAMES)) from None
    seen = form("seen")
    return wish_of(action, at.visit, asked.view.case.case, key, int(seen) if seen.isdigit() else None, body, form)


def _fields(at: PageVisit, asked: Form, given: dict[str, str]) -> list[FieldShown]:
    def shown(field: Field) -> FieldShown:
        choices = choices_of(field, asked.action, asked.names, asked.offers) if field.choices else ()
        label = at.words.say(field.label)
        return FieldShown(field.name, label, field.kind.value, field.required, given[field.name], choices)

    return [shown(field) for field in asked.fields]


def _form(at: PageVisit, asked: Form, given: dict[str, str], key: str, problem: Problem | None = None) -> Response:
    fields = _fields(at, asked, given)
    labels = {field.name: field.label for field in fields} | {"opinions": at.words.say("Opinions")}
    flaws = []
    for flaw in problem.flaws if problem else ():
        name = flaw.pointer.rpartition("/")[2]
        flaws.append((name if name in given else "", flaw_of(at.words, labels.get(name, name), flaw.code)))
    return page(
        at,
        "do.html",
        200 if problem is None else problem.status,
        case=asked.view.case,
        back=case_address(at, asked.view.case.case),
        action=asked.action,
        fields=fields,
        nothing=[field.label for field in fields if field.lacks_choice],
        key=key,
        seen=asked.view.head.seq,
        problem=problem,
        flaws=flaws,
        missing=_missing(asked.names) if asked.action.name == "decide" else [],
        moved_on=problem is not None and problem.code in STALE,
    )


def _step_moved(names: CaseNames, step: StepForeseen) -> tuple[str, str, str]:
    """A step with what it was and what it would be; where it changes hands, whose."""
    words = names.words
    before = words.say(STEP_STATES[step.before]) if step.before else "—"
    after = words.say(STEP_STATES[step.after])
    if step.owner_before not in (None, step.owner):
        before = words.listed([before, names.owner(str(step.owner_before))])
        after = words.listed([after, names.owner(step.owner)])
    return words.title(step.title_zh, step.title_en), before, after


def _missing(names: CaseNames) -> list[str]:
    """The steps without which a case is not decided."""
    done = {step.key for step in names.view.steps if step.status == StepStatus.DONE}
    return [names.step(key) or key for key in names.procedure.ends if key not in done]


async def _preview(at: PageVisit, asked: Form, given: dict[str, str], key: str, seen: Foreseen) -> Response:
    names, words = asked.names, at.words
    asks, seen = (
        seen.granted is not None,
        seen.granted or seen,
    )  # where another has to grant it, what it would then come to
    found = await at.visit.read(shown_to, at.visit, seen)
    clocks = [
        ClockMoved(words.say(ROLES[one.role]), names.clock(one.key), one, same=one.before == one.after)
        for one in found.clocks
    ]
    return page(
        at,
        "preview.html",
        case=asked.view.case,
        back=case_address(at, asked.view.case.case),
        action=asked.action,
        asks=asks,
        fields=[field for field in _fields(at, asked, given) if field.value],
        key=key,
        seen=asked.view.head.seq,
        extension=await at.visit.read(extension_shown, at, names, seen, given["clock"])
        if asked.action.name == EXTEND
        else None,
        clocks=sorted(clocks, key=lambda clock: clock.same),
        posting=await at.visit.read(posting_of, at.visit, asked.view, given["seq"])
        if asked.action.name == CONFIRM
        else None,
        units={row.picture.clock.key: row.picture.clock.limit.unit for row in asked.view.clocks},
        steps=[_step_moved(names, step) for step in found.steps],
        rungs=[
            (
                words.say(KINDS[kind]),
                names.clock(rung.clock),
                words.say(RUNGS[rung.rung]),
                words.say(WITHDRAWN[rung.reason]) if rung.reason else "",
            )
            for kind, rungs in (
                ("rung-raised", found.raised),
                ("rung-withdrawn", found.withdrawn),
                ("rung-noted", found.noted),
            )
            for rung in rungs
        ],
    )
