"""Cases: opening one, lists, one with its clocks, its events, the days of a clock."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from activities.store.rows import CaseFilter, CaseLine, CaseView
from api.access.key_route import KeyRoute
from api.access.request_context import CommandVisiting, Visit, Visiting
from api.http.bodies import OpenBody
from api.http.fields import CaseNumber, Key, Name
from api.http.headers import IdempotencyKey
from api.http.problems import Flaw, Problem
from api.http.responses import answer, cursor, place
from api.intake.command_builders import made_id, opening
from api.intake.stamp import Stamp, digest
from api.intake.submit import Done, Wish, answered, carry_out, respond
from api.routes.commands import COMMAND, officers
from api.views.case import (
    CaseAnswer,
    CaseLineShown,
    ClockShown,
    EventShown,
    case_answer,
    clock_shown,
    event_shown,
    line_shown,
    own_events,
)
from api.views.days import DayShown, days_shown
from sla.clock import Standing
from sla.errors import CountingError
from sla.model import Model
from workflows.messages import Command, Link

router = APIRouter(route_class=KeyRoute, prefix="/v1/cases", tags=["cases"])

LEAST, USUAL, MOST = 1, 50, 200
NOT_FOR_COMPANIES = ("standing", "owner", "parent")  # they tell of others' steps and clocks


class CaseList(Model):
    """Cases by due instant, those without one last. `next` goes on where this page ends."""

    cases: tuple[CaseLineShown, ...]
    next: str | None


class EventList(Model):
    """Events, oldest first."""

    events: tuple[EventShown, ...]
    next: str | None


class DayLedger(Model):
    """A clock day by day: what became of each, so that the due date can be checked by hand."""

    case: str
    clock: ClockShown
    days: tuple[DayShown, ...]


@router.post("", dependencies=[officers], **COMMAND)
async def open_case(visit: CommandVisiting, key: IdempotencyKey, body: OpenBody) -> Response:
    """Open a case of a procedure. Its number is the client's, or made of the idempotency key."""
    case = body.case or made_id("c", visit.caller.request_id(key))
    content = body.content() | {"case": case}
    wish = Wish(case, "open", key, content, opening(visit, body), opens=True)
    if visit.dry_run:
        return await answered(visit, wish)
    done = await carry_out(visit, wish)
    if body.parent is not None:
        await _link(visit, body.parent, case, key)
    response = respond(done)
    response.headers["Location"] = f"/v1/cases/{case}"
    return response


async def _link(visit: Visit, parent: str, child: str, key: str) -> Done | None:
    """Links a case to its parent; a retry of the opening makes up for what did not get through."""
    known = await visit.read(visit.services.store.case, parent)
    if known is not None and child in known.case.children:
        return None

    def make(stamped: Stamp, _: CaseView | None) -> Command:
        return Link(**stamped.fields, child=child)

    content = {"child": child}
    name = f"{key}/link-{digest(child, 'link', content)[:12]}"
    try:
        return await carry_out(visit, Wish(parent, "link", name, content, make))
    except Problem as problem:
        if problem.code == "already-linked":
            return None
        raise


@router.get("", response_model=CaseList)
async def list_cases(
    visit: Visiting,
    procedure: Annotated[Key | None, Query()] = None,
    jurisdiction: Annotated[Key | None, Query()] = None,
    standing: Annotated[Standing | None, Query()] = None,
    owner: Annotated[Name | None, Query(description="of the case, or of a step on its desk")] = None,
    open: Annotated[bool | None, Query()] = None,  # the filter's name
    survey: Annotated[CaseNumber | None, Query()] = None,
    parent: Annotated[CaseNumber | None, Query()] = None,
    q: Annotated[Name | None, Query(description="a part of the case number")] = None,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=LEAST, le=MOST)] = USUAL,
) -> Response:
    """List cases, the most urgent first. A company sees those in which it has a step."""
    owners = visit.caller.owners
    asked: dict[str, Any] = {
        "procedure": procedure, "jurisdiction": jurisdiction, "standing": standing, "owner": owner, "open": open,
        "survey": survey, "parent": parent, "q": q,
    }  # fmt: skip
    if owners is not None:
        hidden = [name for name in NOT_FOR_COMPANIES if asked[name] is not None]
        if hidden:
            raise Problem("invalid", flaws=[Flaw(f"query/{name}", "filter-not-allowed") for name in hidden])
    wanted = CaseFilter(**asked, owner_in=owners)
    lines, following = await cases_from(visit, wanted, asked | {"owners": owners}, after, limit)
    return answer({"cases": [line_shown(line, whole=owners is None).model_dump() for line in lines], "next": following})


async def cases_from(
    visit: Visit, wanted: CaseFilter, asked: Mapping[str, Any], after: str | None, limit: int
) -> tuple[list[CaseLine], str | None]:
    """Read a page of a list from its cursor on, and the cursor of the next one; `asked` is what a cursor belongs to."""
    begin = place(after, asked, int, str)
    lines = await visit.read(
        visit.services.store.cases,
        wanted,
        now=visit.told,
        grace=timedelta(0),
        after=None if begin is None else (begin[0], begin[1]),
        limit=limit + 1,
    )
    page = lines[:limit]
    return page, cursor(page[-1].cursor, asked) if len(lines) > limit else None


@router.get("/{case}", response_model=CaseAnswer)
async def show_case(
    visit: Visiting,
    case: str,
    *,
    projection: Annotated[
        bool, Query(description="also a provisional due date where the published calendar gives none")
    ] = False,
) -> Response:
    """Show a case: its steps, and every clock counted now."""

    def ask() -> CaseAnswer:
        view = visit.case(case)
        whole = visit.caller.owners is None
        rate = visit.services.timeline.rate
        return case_answer(view, visit.services.almanac, visit.told, rate, whole=whole, projected=projection)

    shown = await visit.read(ask)
    return answer(shown, headers={"ETag": f'"{shown.seq}"'})


@router.get("/{case}/events", response_model=EventList)
async def list_events(
    visit: Visiting,
    case: str,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=LEAST, le=MOST)] = USUAL,
) -> Response:
    """List a case's events. A company sees those of its own steps."""
    asked = {"case": case, "owners": visit.caller.owners}
    begin = place(after, asked, int)

    def ask() -> tuple[list[EventShown], int | None]:
        view = visit.case(case)
        seq = 0 if begin is None else begin[0]
        found: list[EventShown] = []
        while len(found) <= limit:
            page = visit.services.store.events(case, seq, MOST)
            if not page:
                break
            seq = page[-1].seq
            own = page if visit.caller.owners is None else own_events(page, {step.key: step for step in view.steps})
            found += [event_shown(case, event) for event in own]
        return found[:limit], found[limit - 1].seq if len(found) > limit else None

    events, last = await visit.read(ask)
    more = None if last is None else cursor((last,), asked)
    return answer({"events": [event.model_dump() for event in events], "next": more})


@router.get("/{case}/events/{seq}", response_model=EventShown)
async def show_event(visit: Visiting, case: str, seq: int) -> Response:
    """Show one event of a case."""

    def ask() -> EventShown:
        view = visit.case(case)
        found = visit.services.store.events(case, seq - 1, 1) if 0 < seq <= view.head.seq else []
        own = found if visit.caller.owners is None else own_events(found, {step.key: step for step in view.steps})
        if not own:
            raise Problem("unknown-event", flaws=[Flaw("path/seq", "unknown-event")])
        return event_shown(case, own[0])

    return answer(await visit.read(ask))


@router.get("/{case}/clocks/{clock:path}/days", response_model=DayLedger)
async def show_days(visit: Visiting, case: str, clock: str) -> Response:
    """Explain a clock day by day: counted, weekend, holiday, make-up day, suspended on which ground, idle and whose step was open."""

    def ask() -> DayLedger:
        view = visit.case(case)
        row = next((row for row in view.clocks if row.picture.clock.key == clock), None)
        if row is None:
            raise Problem("unknown-clock", flaws=[Flaw("path/clock", "unknown-clock")])
        shown = clock_shown(row, view, visit.services.almanac, visit.told)
        try:
            days = days_shown(row, view, visit.services.almanac, visit.told)
        except CountingError as error:
            raise Problem("calendar-horizon", str(error)) from None
        return DayLedger(case=case, clock=shown, days=days)

    return answer(await visit.read(ask))
