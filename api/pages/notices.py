"""Loading a notice on the pages: brought by one, looked at, and put in force by another."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from fastapi import APIRouter, Depends, Path, Response
from pydantic import ValidationError

from activities.preview import MoveNumbers
from activities.proposals import NoticeSource, Proposal, ProposalState
from api.access.request_context import CONFIRMERS
from api.figures.places import PLACES
from api.http.bodies import ProposeBody, RejectNoticeBody
from api.http.headers import BARE_KEY
from api.http.names import NAMES
from api.http.problems import Flaw, Problem
from api.http.validation import flaws_of
from api.intake.notice_desk import ANYONE, NoticeDesk
from api.intake.notice_previews import MadePreview, page_of_moves
from api.pages.answers import see_other
from api.pages.calendar import drawn_year
from api.pages.case_words import owner_name
from api.pages.frame import OVERSEEING, PageVisit, page
from api.pages.page_route import PageRoute, PageVisiting, only_for
from api.pages.parameters import only_known
from api.pages.refusals import flaw_of, flaw_said
from api.pages.spreadsheet import spreadsheet
from api.pages.uploads import UploadRoute
from api.pages.words import message
from api.views.calendar import CalendarYear, calendar_year
from api.views.proposal import ProposalShown, kind_of, proposal_shown
from sla.almanac import NATION, Almanac
from sla.errors import CountingError
from sla.notices.table import statutory, weekdays

NOTICES = "/calendar/notices"
router = APIRouter(
    prefix=NOTICES, route_class=PageRoute, include_in_schema=False, dependencies=[Depends(only_for(*OVERSEEING))]
)
uploads = APIRouter(
    prefix=NOTICES, route_class=UploadRoute, include_in_schema=False, dependencies=[Depends(only_for(*CONFIRMERS))]
)

PATIENCE = 2.0  # seconds for which a preview is waited for
FIELDS = ("text", "published", "reason")
STATES: Mapping[ProposalState, str] = {
    ProposalState.OPEN: message("waits for an approval"),
    ProposalState.APPROVED: message("approved"),
    ProposalState.REJECTED: message("rejected"),
}
KINDS: Mapping[str, str] = {
    "notice": message("Arrangement of a year"),
    "amendment": message("Change for the whole country"),
    "overlay": message("Days off of one place"),
}
SOURCES: Mapping[NoticeSource, str] = {
    NoticeSource.TEXT: message("from its text"),
    NoticeSource.FILE: message("from a file"),
    NoticeSource.RELEASE: message("from a release of Shixian"),
}
NUMBERS: Mapping[str, str] = {
    "dated": message("get a due date"),
    "moved": message("Due date moves"),
    "undated": message("lose their due date"),
    "to_overdue": message("turn overdue"),
    "to_on_time": message("turn back to on time"),
}
LABELS: Mapping[str, str] = {
    "text": message("Text of the notice"),
    "published": message("Published on"),
    "reason": message("A word for who approves it"),
    "file": message("Or a file"),
    "preview": message("Preview"),
    "replaces": message("takes the place of other days that are in force"),
}
WRONG_FILE = message("The file cannot be read: text, YAML or JSON is wanted")

Number = Path(ge=1, le=10**6)


class NoticeForm(NamedTuple):
    """What was typed, and what is wrong: texts by field."""

    fields: Mapping[str, str]
    replaces: bool
    flaws: list[tuple[str, str]]
    detail: str = ""


@router.get("")
async def list_notices(at: PageVisiting) -> Response:
    """Show the notices that were proposed, the newest first."""
    only_known(at.request)
    found = await _desk(at).all(at.visit)
    return page(at, "notices.html", proposals=[_shown(one) for one in found], **_words(at))


@uploads.get("/new")
async def ask(at: PageVisiting) -> Response:
    """Show the form that a notice is brought with."""
    only_known(at.request)
    return _form(at, NoticeForm(dict.fromkeys(FIELDS, ""), replaces=False, flaws=[]), secrets.token_hex(12))


@uploads.post("/new")
async def propose(at: PageVisiting) -> Response:
    """Put what is brought on record, and lead to it; or show what is wrong with it."""
    nonce = at.form("key")
    if not BARE_KEY.fullmatch(nonce):
        raise Problem("not-a-form")
    asked = NoticeForm({name: at.form(name).strip() for name in FIELDS}, bool(at.form("replaces")), [])
    if at.form("file-error"):
        return _form(at, asked._replace(flaws=[("file", at.words.say(WRONG_FILE))]), nonce, 422)
    try:
        found = await _desk(at).propose(at.visit, _body(at, asked), nonce)
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return _form(at, _wrong(at, asked, problem), secrets.token_hex(12), problem.status)
    return see_other(f"{NOTICES}/{found.number}")


@router.get("/{number}")
async def show(at: PageVisiting, number: int = Number) -> Response:
    """Show a proposal: the year, the numbers, and the cases that it would move."""
    only_known(at.request, "after", "format")
    return await _show(at, number)


@router.post("/{number}/approve")
async def approve(at: PageVisiting, number: int = Number) -> Response:
    """Put a proposal in force, on the numbers that were seen."""
    _may_decide(at)
    if not at.form("checked"):
        return await _show(at, number, wrong=at.words.say(flaw_said("missing")), status=422)
    return await _decided(at, number, approving=True)


@router.post("/{number}/reject")
async def reject(at: PageVisiting, number: int = Number) -> Response:
    """Reject a proposal."""
    _may_decide(at)
    return await _decided(at, number, approving=False)


async def _decided(at: PageVisit, number: int, *, approving: bool) -> Response:
    key, reason = at.form("key"), at.form("reason").strip()
    if not BARE_KEY.fullmatch(key):
        raise Problem("not-a-form")
    try:
        if approving:
            await _desk(at).approve(at.visit, number, at.form("preview"), key, reason or None)
        else:
            why = RejectNoticeBody.model_validate({"reason": reason}).reason
            await _desk(at).reject(at.visit, number, key, why)
    except ValidationError as error:
        flaw = flaws_of(error.errors(), NAMES)[0]
        return await _show(at, number, wrong=at.words.say(flaw_said(flaw.code)), status=422)
    except Problem as problem:
        if problem.status not in (403, 409, 503):
            raise
        said = f"{at.words.say(problem.title)}. {problem.detail if problem.detail != f'{problem.title}.' else ''}"
        return await _show(at, number, wrong=said, status=problem.status)
    return see_other(f"{NOTICES}/{number}")


async def _show(at: PageVisit, number: int, *, wrong: str = "", status: int = 200) -> Response:
    desk = _desk(at)
    found = await desk.one(at.visit, number)
    made = None
    if found.state is ProposalState.OPEN:
        made = await desk.preview(at.visit, number, min(PATIENCE, at.visit.remaining.total_seconds()))
    if at.request.query_params.get("format") == "csv" and made is not None:
        return await at.visit.read(_file, at, number, made)
    begin = at.visit.cursors.place(at.request.query_params.get("after"), {"notice": number}, str)
    moves, last = (
        ([], None) if made is None else await at.visit.read(page_of_moves, made, "" if begin is None else begin[0])
    )
    year = await at.visit.read(_year, at, found)
    shown = _shown(found)
    return page(
        at,
        "notice.html",
        status,
        proposal=shown,
        preview=made,
        looked_at=desk.previews.progress(number),
        moves=moves,
        more=None if last is None else at.visit.cursors.cursor((last,), {"notice": number}),
        drawn=None if year is None else drawn_year(at, year),
        by_statute=None if year is None else weekdays(year.year) - statutory(year.year),
        own=found.proposed_by == at.caller.actor,
        alone=at.visit.services.settings.notice_approval == ANYONE,
        may_decide=at.caller.role in CONFIRMERS,
        nonce=secrets.token_hex(12),
        wrong=wrong,
        place_of=lambda place: at.words.title(*PLACES.get(place, (place, place))),
        owner_of=lambda place, owner: owner_name(at.words, place, owner),
        **_words(at),
    )


def _year(at: PageVisit, found: Proposal) -> CalendarYear | None:
    """The year as it would be; as it is where the proposal is decided. None where no calendar can be made of it."""
    desk = _desk(at)
    almanac: Almanac = at.visit.services.almanac
    entry = found.entry
    year = entry.periods[0].last.year
    try:
        if found.state is ProposalState.OPEN:
            almanac = desk.board.after(found.number).almanac
        place = NATION if kind_of(entry) != "overlay" else proposal_shown(found).jurisdiction
        return calendar_year(almanac, place, year, max(entry.known, at.words.today))
    except (CountingError, StopIteration):
        return None


def _file(at: PageVisit, number: int, made: MadePreview) -> Response:
    heads = ("case", "clock", "jurisdiction", "owner", "old_due", "new_due", "was_overdue", "is_overdue")
    rows = ([getattr(move, name) for name in heads] for move in made.preview.moves(made.at))
    return spreadsheet(f"notice-{number}", heads, rows)


def _body(at: PageVisit, asked: NoticeForm) -> ProposeBody:
    """What the form asks for: a file that was chosen stands before what was typed."""
    file: Mapping[str, Any] | None = getattr(at.request.state, "file", None)
    brought = dict(file) if file is not None else {"text": asked.fields["text"].replace("\r\n", "\n") or None}
    more = {"published": asked.fields["published"] or None, "reason": asked.fields["reason"] or None}
    said = {name: value for name, value in {**brought, **more}.items() if value is not None}
    try:
        return ProposeBody.model_validate({**said, "replaces": asked.replaces})
    except ValidationError as error:
        raise Problem("invalid", flaws=flaws_of(error.errors(), NAMES)) from None


def _wrong(at: PageVisit, asked: NoticeForm, problem: Problem) -> NoticeForm:
    flaws = [(_field(flaw), flaw_of(at.words, at.words.say(LABELS[_field(flaw)]), flaw.code)) for flaw in problem.flaws]
    said = flaws or [("text", at.words.say(problem.title))]
    return asked._replace(flaws=said, detail=problem.detail if problem.detail != f"{problem.title}." else "")


def _field(flaw: Flaw) -> str:
    first = flaw.pointer.removeprefix("#/").partition("/")[0]
    return first if first in LABELS else "text"


def _form(at: PageVisit, asked: NoticeForm, nonce: str, status: int = 200) -> Response:
    return page(at, "notice_new.html", status, asked=asked, nonce=nonce, labels=LABELS)


def _may_decide(at: PageVisit) -> None:
    if at.caller.role not in CONFIRMERS:
        raise Problem("forbidden")


def _desk(at: PageVisit) -> NoticeDesk:
    desk: NoticeDesk = at.request.app.state.notices
    return desk


def _shown(found: Proposal) -> ProposalShown:
    return proposal_shown(found)


def _words(at: PageVisit) -> dict[str, Any]:
    return {
        "states": STATES,
        "kinds": KINDS,
        "sources": SOURCES,
        "numbers": {name: NUMBERS[name] for name in MoveNumbers.model_fields},
        "days": lambda these: at.words.listed(_day(at, day) for day in these),
        "may_propose": at.caller.role in CONFIRMERS,
    }


def _day(at: PageVisit, day: date) -> str:
    return at.words.day(day)
