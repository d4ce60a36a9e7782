"""Four eyes on the pages: what is asked for in all cases, and one request with what it would come to and its answers."""

import json
import secrets
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError

from activities.record import NewEvent, RequestPicture
from activities.store.rows import CaseView
from api.access.request_context import CONFIRMERS, OVERSEERS
from api.http.bodies import RefuseRequestBody, TakeBackBody
from api.http.headers import BARE_KEY
from api.http.names import NAMES
from api.http.problems import Flaw, Problem
from api.http.validation import flaws_of
from api.intake.command_builders import procedure_in_force
from api.intake.submit import Wish, carry_out, foreseen, shown_to
from api.intake.wishes import grant_wish, request_wish
from api.pages.answers import see_other
from api.pages.case_events import wanted_said
from api.pages.case_words import ROLES, CaseNames
from api.pages.frame import PageVisit, counted, page
from api.pages.page_route import REQUESTS, PageRoute, PageVisiting, of_menu
from api.pages.parameters import only_known
from api.pages.place_in_list import case_address
from api.pages.refusals import flaw_of, flaw_said
from api.views.foreseen import ClockForeseen
from workflows.asking import ASKED
from workflows.messages import RefuseRequest, TakeBack
from workflows.state import RequestStatus

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SHOWN = 20
GRANT, REFUSE, TAKE_BACK = "grant", "refuse-request", "take-back"


class RequestRow(NamedTuple):
    """A request in words. `page`: where it is answered, empty for who may not; `own`: the reader asked for it."""

    case: str
    matter: str
    number: int
    what: str
    asked_by: str
    asked_at: datetime
    due_at: datetime | None
    overdue: bool
    own: bool
    page: str


class RequestAnswered(NamedTuple):
    """A request that is looked at, with what it would come to if it were granted now."""

    view: CaseView
    request: RequestPicture
    row: RequestRow
    moved: list[tuple[str, str, ClockForeseen]]
    refused: Problem | None  # why it could not be granted


@router.get(REQUESTS, dependencies=[Depends(of_menu(REQUESTS))])
async def list_requests_page(at: PageVisiting) -> Response:
    """Show what is asked for, the oldest first."""
    only_known(at.request, "after")
    belongs = {"page": "requests"}
    begin = at.visit.cursors.place(at.request.query_params.get("after"), belongs, int, str, int)
    place = None if begin is None else (begin[0], begin[1], begin[2])
    found = await at.visit.read(at.visit.services.store.requests, after=place, limit=SHOWN + 1)
    rows = await at.visit.read(lambda: [_row(at, one.case.case, one.request) for one in found[:SHOWN]])
    more = at.visit.cursors.cursor(found[SHOWN - 1].place, belongs) if len(found) > SHOWN else None
    return page(
        at,
        "requests.html",
        count=counted(at.badges.get(REQUESTS, 0)) or "0",
        rows=rows,
        more=None if more is None else f"{REQUESTS}?{urlencode({'after': more})}",
        later=begin is not None,
    )


@router.get("/cases/{case}/requests/{number}")
async def show_request(at: PageVisiting, case: str, number: int) -> Response:
    """Show a request, what it would come to if it were granted now, and how it may be answered."""
    only_known(at.request)
    return await _shown(at, case, number, secrets.token_hex(12))


@router.post("/cases/{case}/requests/{number}/{name}")
async def answer_request(at: PageVisiting, case: str, number: int, name: str) -> Response:
    """Grant, refuse or take back; what is refused is shown with the request as it stands."""
    if at.caller.role not in CONFIRMERS:
        raise Problem("forbidden")
    key, seen, reason = at.form("key"), at.form("seen"), at.form("reason").strip()
    if not BARE_KEY.fullmatch(key):
        raise Problem("not-a-form")
    try:
        wish = _wish(at, case, key, int(seen) if seen.isdigit() and len(seen) < 10 else None, number, name, reason)
        done = await carry_out(at.visit, wish)
    except Problem as problem:
        if problem.status not in {403, 409, 412, 422}:
            raise
        return await _shown(at, case, number, secrets.token_hex(12), problem, reason)
    return see_other(case_address(at, case, done=str(done.receipt.seq)))


def _wish(at: PageVisit, case: str, key: str, seen: int | None, number: int, name: str, reason: str) -> Wish:
    if name == GRANT:
        if not at.form("checked"):
            raise Problem("invalid", flaws=[Flaw("#/checked", "missing")])
        return grant_wish(at.visit, case, key, seen, number)
    try:
        if name == REFUSE:
            body = RefuseRequestBody.model_validate({"reason": reason})
            return request_wish(case, key, seen, RefuseRequest, number, body.reason)
        if name == TAKE_BACK:
            own = TakeBackBody.model_validate({"reason": reason or None})
            return request_wish(case, key, seen, TakeBack, number, own.reason)
    except ValidationError as error:
        raise Problem("invalid", flaws=flaws_of(error.errors(include_url=False, include_input=False), NAMES)) from None
    raise Problem("not-found")


async def _shown(
    at: PageVisit, case: str, number: int, key: str, problem: Problem | None = None, reason: str = ""
) -> Response:
    found = await at.visit.read(_read, at, case, number, key)
    shown = problem or found.refused
    return page(
        at,
        "request.html",
        200 if problem is None else problem.status,
        case=found.view.case,
        back=case_address(at, case),
        row=found.row,
        request=found.request,
        moved=found.moved,
        open=found.request.status == RequestStatus.OPEN,
        answers=at.caller.role in CONFIRMERS,
        grantable=found.refused is None,
        problem=shown,
        flaws=[_flaw(at, flaw) for flaw in shown.flaws] if shown else [],
        said=at.words.say(shown.title) if shown else "",
        key=key,
        seen=found.view.head.seq,
        reason=reason,
    )


def _flaw(at: PageVisit, flaw: Flaw) -> tuple[str, str]:
    """A flaw of a form: its field, and what is wrong with it."""
    name = flaw.pointer.rpartition("/")[2]
    labels = {"reason": at.words.say("Reason"), "checked": at.words.say("I have checked what it changes")}
    if name in labels:
        return name, flaw_of(at.words, labels[name], flaw.code)
    return "", at.words.say(flaw_said(flaw.code))


def _read(at: PageVisit, case: str, number: int, key: str) -> RequestAnswered:
    view = at.case(case)
    request = next((one for one in view.case.requests if one.number == number), None)
    if request is None or at.caller.role not in OVERSEERS:
        raise Problem("unknown-request", flaws=[Flaw("path/number", "unknown-request")])
    names = CaseNames(at.words, view, procedure_in_force(at.visit.services.store, case))
    row = request_row(names, request, at)
    if request.status != RequestStatus.OPEN or row.own or at.caller.role not in CONFIRMERS:
        return RequestAnswered(view, request, row, [], None)
    try:
        found = shown_to(at.visit, foreseen(at.visit, grant_wish(at.visit, case, key, None, number)))
    except Problem as problem:
        return RequestAnswered(view, request, row, [], problem)
    moved = [
        (at.words.say(ROLES[one.role]), names.clock(one.key), one) for one in found.clocks if one.before != one.after
    ]
    return RequestAnswered(view, request, row, moved, None)


def open_rows(names: CaseNames, at: PageVisit) -> list[RequestRow]:
    """Return the open requests of a case in words; none for a company."""
    if at.caller.role not in OVERSEERS:
        return []
    return [request_row(names, one, at) for one in names.view.case.requests if one.status == RequestStatus.OPEN]


def request_row(names: CaseNames, request: RequestPicture, at: PageVisit) -> RequestRow:
    """Return a request in words."""
    case = names.view.case
    return RequestRow(
        case=case.case,
        matter=names.words.title(case.title_zh, case.title_en),
        number=request.number,
        what=names.words.listed(wanted_said(names, _asking(request))),
        asked_by=request.asked_by,
        asked_at=request.asked_at,
        due_at=request.due_at,
        overdue=request.status == RequestStatus.OPEN and request.due_at is not None and request.due_at < at.now,
        own=request.asked_by == at.caller.actor,
        page=f"/cases/{quote(case.case)}/requests/{request.number}",
    )


def _asking(request: RequestPicture) -> NewEvent:
    """The event that asked, as far as it is told in words."""
    wanted = {"wanted": json.loads(request.wanted)}
    return NewEvent(kind=ASKED, at=request.at, told=request.asked_at, actor=request.asked_by, body=wanted)


def _row(at: PageVisit, case: str, request: RequestPicture) -> RequestRow:
    return request_row(
        CaseNames(at.words, at.case(case), procedure_in_force(at.visit.services.store, case)), request, at
    )
