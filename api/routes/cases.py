"""Cases: opening one, lists, one with its clocks, its events, the days of a clock."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from activities.store.notices import ToldAlert
from activities.store.rows import CaseView
from api.access.key_route import KeyRoute
from api.access.request_context import CONFIRMERS, CommandVisiting, Visit, Visiting, only
from api.http.bodies import OpenBody
from api.http.headers import IdempotencyKey
from api.http.problems import Flaw, Problem
from api.http.responses import answer
from api.intake.openings import carry_out_opening, open_wish
from api.intake.subjects import check_subjects
from api.intake.submit import answered, respond
from api.routes.case_lists import (
    LEAST,
    LISTED,
    MOST,
    NOT_SORTED_FOR_COMPANIES,
    USUAL,
    ListQuery,
    case_table,
    cases_from,
)
from api.routes.commands import COMMAND, officers
from api.views.case import (
    CaseAnswer,
    ClockShown,
    EventShown,
    case_answer,
    clock_shown,
    event_shown,
    own_events,
)
from api.views.days import DayShown, days_shown
from api.views.lines import CaseLineShown, line_shown
from api.views.told import CaseTold, alert_told, receivers_of
from sla.errors import CountingError
from sla.model import Model

router = APIRouter(route_class=KeyRoute, prefix="/v1/cases", tags=["cases"])


class CaseList(Model):
    """Cases, the most urgent first. `next` goes on where this page ends."""

    cases: tuple[CaseLineShown, ...]
    next: str | None


class EventList(Model):
    """Events, oldest first."""

    events: tuple[EventShown, ...]
    next: str | None


class LookUpCode(Model):
    """What the applicant looks the case up with, beside its number."""

    case: str
    code: str


class DayLedger(Model):
    """A clock day by day: what became of each, so that the due date can be checked by hand."""

    case: str
    clock: ClockShown
    days: tuple[DayShown, ...]


@router.post("", dependencies=[officers], **COMMAND)
async def open_case(visit: CommandVisiting, key: IdempotencyKey, body: OpenBody) -> Response:
    """Open a case of a procedure. Its number is the client's, or made of the idempotency key."""
    wish = open_wish(visit, key, body)
    if visit.dry_run:
        await visit.read(check_subjects, visit, body.subjects)
        return await answered(visit, wish)
    response = respond(await carry_out_opening(visit, wish, body))
    response.headers["Location"] = f"/v1/cases/{wish.case}"
    return response


@router.get("", response_model=CaseList, responses=LISTED)
async def list_cases(
    visit: Visiting,
    asked: Annotated[ListQuery, Query()],
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """List cases, the most urgent first: as JSON in pages, or as CSV whole. A company sees those in which it has a step.

    A page that reads closed cases may hold fewer lines than `limit`: while there is a `next`, the list goes on. Closed
    cases come after open ones, by closing, or by due date where that is asked for, or by number where a part of it is;
    what is asked for otherwise is refused (`sort-needs-open`).
    """
    wanted = asked.wanted(visit.caller.owners)
    if visit.caller.owners is not None and asked.sort in NOT_SORTED_FOR_COMPANIES:
        raise Problem("invalid", flaws=[Flaw("query/sort", "filter-not-allowed")])
    belongs = asked.belongs(visit.caller.owners)
    if asked.writes_csv(accept):
        return await case_table(visit, wanted, asked.sort, descending=asked.descending)
    lines, following = await cases_from(
        visit, wanted, belongs, asked.after, asked.limit, asked.sort, descending=asked.descending
    )
    almanac, whole = visit.services.almanac, visit.caller.owners is None
    shown = [line_shown(line, almanac, visit.told, whole=whole).model_dump() for line in lines]
    return answer({"cases": shown, "next": following}, headers={"Vary": "Accept"})


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


@router.get("/{case}/look-up-code", response_model=LookUpCode, dependencies=[Depends(only(*CONFIRMERS))])
async def show_look_up_code(request: Request, visit: Visiting, case: str) -> Response:
    """Show with which code the applicant looks the case up at `/look-up`; officers and supervisors may tell it."""

    def ask() -> LookUpCode:
        found = visit.case(case).case.case
        return LookUpCode(case=found, code=request.app.state.look_up_codes.code(found))

    return answer(await visit.read(ask))


@router.get("/{case}/events", response_model=EventList)
async def list_events(
    visit: Visiting,
    case: str,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=LEAST, le=MOST)] = USUAL,
) -> Response:
    """List a case's events. A company sees those of its own steps."""
    asked = {"case": case, "owners": visit.caller.owners}
    begin = visit.cursors.place(after, asked, int)

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
    more = None if last is None else visit.cursors.cursor((last,), asked)
    return answer({"events": [event.model_dump() for event in events], "next": more})


@router.get("/{case}/tellings", response_model=CaseTold)
async def list_tellings(
    visit: Visiting,
    case: str,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=LEAST, le=MOST)] = USUAL,
) -> Response:
    """List who was told what of a case, when, and whether it arrived. A company sees what it was told of its own steps."""
    asked = {"tellings": case, "owners": visit.caller.owners}
    begin = visit.cursors.place(after, asked, int, int)

    def ask() -> list[ToldAlert]:
        return told_of(visit, visit.case(case), None if begin is None else (begin[0], begin[1]), limit + 1)

    found = await visit.read(ask)
    page = tuple(alert_told(one) for one in found[:limit])
    more = visit.cursors.cursor((found[limit - 1].number, found[limit - 1].pos), asked) if len(found) > limit else None
    return answer(CaseTold(told=page, next=more))


def told_of(visit: Visit, view: CaseView, before: tuple[int, int] | None, limit: int) -> list[ToldAlert]:
    """Read who was told what of a case; a company reads what it was told of its own steps; blocks."""
    owners = visit.caller.owners
    receivers = None if owners is None else receivers_of(owners)
    steps = None if owners is None else [step.key for step in view.steps]
    return visit.services.store.told_of_case(view.case.case, before, limit, receivers, steps)


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
