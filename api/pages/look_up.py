"""Looking a case up without signing in: by its number and its code an applicant sees where it is and when it is due."""

from datetime import datetime
from typing import NamedTuple

from fastapi import APIRouter, Request, Response

from activities.record import CasePicture, StepPicture
from activities.store.audit_log import DONE, REFUSED
from activities.store.columns import ON_DESK
from activities.store.rows import CaseView
from api.access.auditing import address_of, who_of
from api.access.key_route import in_pool
from api.access.look_up import typed
from api.figures.places import PLACES
from api.http.fields import CASE_NUMBER
from api.pages.answers import HEADERS
from api.pages.case_words import CASE_STATES, DECISIONS, owner_name
from api.pages.frame import bare_page
from api.pages.languages import words_of
from api.pages.page_route import PageRoute, safe_place
from api.pages.parameters import only_known
from api.pages.words import PageWords, message
from api.ruler.account import account_of, was_due
from api.ruler.sentence import sentence_of
from workflows.rebuild import all_events

router = APIRouter(route_class=PageRoute, include_in_schema=False)

LOOK_UP = "/look-up"
APPLICANT = "applicant"  # who is known by number and code alone
CORRECTING = 6  # national status of a case that waits for what the applicant has to hand in

STEPS = {
    "waiting": message("Still to come"),
    "open": message("About to begin"),
    "running": message("In hand"),
    "suspended": message("Suspended"),
    "done": message("Done"),
}


class DueShown(NamedTuple):
    """When a case is due, and why then."""

    at: datetime | None
    provisional: bool
    why: str


class LookUpStep(NamedTuple):
    """A step as its applicant sees it: neither its planning target nor who did it at a desk."""

    title: str
    owner: str
    state: str
    done_at: datetime | None


class LookedUp(NamedTuple):
    """What is read of a case that was looked up; no due date where its figures cannot be trusted or nothing counts yet."""

    view: CaseView
    due: DueShown | None
    fault: bool


@router.get(LOOK_UP)
async def ask_for_code(request: Request) -> Response:
    """Show the form."""
    only_known(request)
    return _form(request)


@router.post(LOOK_UP)
async def look_up(request: Request) -> Response:
    """Show the case that a number and a code open; whichever of them is wrong, the answer is the same."""
    form: dict[str, str] = request.state.form
    number, parts = typed(form.get("case", "")), request.app.state
    if not safe_place(request):
        return _form(request, status=403)
    wait = parts.look_up_gate.wait(address_of(request))
    if wait is not None:
        return _form(request, number, message("Too many at once"), status=429, wait=wait)
    found = await in_pool(request, _read, request, number, form.get("code", ""))
    who = who_of(request, None)._replace(actor=APPLICANT, role=APPLICANT)
    about = number if CASE_NUMBER.fullmatch(number) else LOOK_UP
    await parts.audit.record(who, "look-up", about, DONE if found else f"{REFUSED}unknown-case")
    if found is None:
        return _form(request, number, message("Number or code do not match"), status=404)
    words, view = words_of(request), found.view
    steps = [_step(words, view.case.jurisdiction, step) for step in view.steps if step.status in STEPS]
    return _page(
        request,
        200,
        case=view.case,
        place=words.title(*PLACES.get(view.case.jurisdiction, ("", ""))),
        state=_state(words, view.case),
        now_with=[step for step in steps if step.state in ON_DESK],
        due=found.due,
        fault=found.fault,
        steps=steps,
        step_states=STEPS,
    )


def _read(request: Request, number: str, code: str) -> LookedUp | None:
    parts = request.app.state
    if not parts.look_up_codes.opens(number, code):
        return None  # before anything is read: there is no way to tell which of the two is wrong
    services = parts.services
    view = services.store.case(number) if CASE_NUMBER.fullmatch(number) else None
    if view is None:
        return None
    if any(fault.case == number for fault in services.store.faults()):
        return LookedUp(view, None, fault=True)
    return LookedUp(view, _due(request, view), fault=False)


def _due(request: Request, view: CaseView) -> DueShown | None:
    """Count the clock that lists show of the case."""
    row = next((row for row in view.clocks if row.picture.clock.key == view.main), None)
    if row is None:
        return None
    services = request.app.state.services
    events = all_events(services.store, view.case.case)
    account = account_of(
        view,
        row,
        services.almanac,
        services.timeline.business(request.state.arrived),
        lang="zh" if words_of(request).zh else "en",
        was_due=was_due(events, row.picture.clock.key, row.due_date),
    )
    shown = account.shown
    return DueShown(shown.due_at, shown.provisional, sentence_of(account, row.picture.clock.policy))


def _state(words: PageWords, case: CasePicture) -> str:
    if case.national_state == CORRECTING:
        return words.say("Waits for what you have to hand in")
    said = words.say(CASE_STATES[case.status])
    return words.labelled(said, words.say(DECISIONS[case.outcome])) if case.outcome in DECISIONS else said


def _step(words: PageWords, jurisdiction: str, step: StepPicture) -> LookUpStep:
    owner = owner_name(words, jurisdiction, step.owner)
    return LookUpStep(words.title(step.title_zh, step.title_en), owner, step.status, step.completed_at)


def _form(
    request: Request, number: str = "", wrong: str | None = None, *, status: int = 200, wait: int | None = None
) -> Response:
    safe = safe_place(request)
    return _page(request, status, wait, case=None, number=number, wrong=wrong, safe=safe)


def _page(request: Request, status: int, wait: int | None = None, **values: object) -> Response:
    headers = {**HEADERS, "Cache-Control": "no-store"} | ({} if wait is None else {"Retry-After": str(wait)})
    text = bare_page(request, "look_up.html", **values)
    return Response(text, status, headers, "text/html; charset=utf-8")
