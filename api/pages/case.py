"""A case: how much is left, until when, with whom it is, and why its day is that day."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from markupsafe import Markup

from activities.record import Event, Role
from activities.store.notices import ToldAlert
from activities.store.rows import CaseView, ClockRow
from api.access.api_keys import CallerRole
from api.access.request_context import CONFIRMERS
from api.figures.places import PLACES
from api.http.problems import Flaw, Problem
from api.pages.actions import Action, offered
from api.pages.case_days import clock_asked
from api.pages.case_events import (
    DueMove,
    EventRow,
    TimeMove,
    event_rows,
    listed_events,
    moved_by_time,
    moves_of,
    with_time,
)
from api.pages.case_head import CaseHead, ended_as, head_clock, head_of, remarks_of
from api.pages.case_steps import StageRow, StepRow, outlook, stage_rows, step_rows
from api.pages.case_use import OwnerUse, owner_rows
from api.pages.case_words import ROLES, STEP_STATES, CaseNames, procedure_of
from api.pages.frame import OVERSEEING, PageVisit, page
from api.pages.offers import offers_of
from api.pages.page_route import PageRoute, PageVisiting
from api.pages.parameters import number_of, one_of, only_known
from api.pages.place_in_list import LIST, list_named, place_in_list
from api.pages.spreadsheet import spreadsheet
from api.pages.subjects import SubjectLine, lines_of
from api.pages.told_of_case import MOST as MOST_TOLD
from api.pages.told_of_case import heard
from api.routes.cases import told_of
from api.ruler.account import Account, account_of, was_due
from api.ruler.drawing import drawn
from api.ruler.ruler import ruler_from
from api.ruler.words import Lang
from api.views.case import ClockShown, clock_shown, own_events
from api.views.used import TimeUsed, time_used
from sla.commitments.register import REGISTER
from workflows.held import held_by
from workflows.rebuild import all_events
from workflows.state import CaseState

router = APIRouter(route_class=PageRoute, include_in_schema=False)

TABLE = (
    "号 number",
    "发生 happened",
    "报送 told",
    "事件 event",
    "内容 about",
    "报送人 actor",
    "原到期 was due",
    "到期 due",
)
SHOWN = 100  # events of a page
ORDER = (Role.PROMISE, Role.STATUTORY, Role.STAGE, Role.STEP, Role.DELIVERY, Role.TOLERANCE, Role.SUPPLEMENT)


class CaseAsked(NamedTuple):
    """What the address asks for."""

    clock: str | None
    fold: bool
    projected: bool
    all_events: bool
    before: int | None  # events before that number
    whole: bool  # all at once, for a table


class CasePage(NamedTuple):
    """What is read of a case for its page."""

    names: CaseNames
    clocks: list[ClockShown]
    head: CaseHead
    chosen: ClockShown | None
    ruler: Markup | None
    events: list[Event]
    listed: list[Event]  # of these what is asked for, the newest first
    shown: list[Event]  # of these a page's
    moves: dict[int, DueMove]
    by_time: TimeMove | None
    steps: list[StepRow]
    stages: list[StageRow]
    used: TimeUsed | None
    owners: list[OwnerUse]
    fault: bool
    told: list[ToldAlert]
    look_up_code: str | None  # for whoever may tell the applicant
    subjects: list[SubjectLine]
    actions: list[Action]
    next_step: str | None  # that may be completed

    @property
    def view(self) -> CaseView:
        """The case."""
        return self.names.view


@router.get("/cases/{case}")
async def show_case(at: PageVisiting, case: str) -> Response:
    """Show a case with one of its clocks day by day; with `format=csv` its events."""
    only_known(at.request, "clock", "fold", "projected", "events", "before", "format", "done", LIST)
    table = one_of(at.request, "format", ("csv",))
    asked = CaseAsked(
        clock=at.request.query_params.get("clock") or None,
        fold=one_of(at.request, "fold", ("0", "1")) != "0",
        projected=one_of(at.request, "projected", ("1",)) is not None,
        all_events=one_of(at.request, "events", ("all",)) is not None,
        before=number_of(at.request, "before"),
        whole=table is not None,
    )
    found = await at.visit.read(_read, at, case, asked)
    events = event_rows(found.names, found.shown, found.moves)
    if table is not None:
        return spreadsheet(f"{case} events", TABLE, _lines(events))
    done = at.request.query_params.get("done", "")
    listed = await place_in_list(at, case)
    return page(
        at,
        "case.html",
        case=found.view.case,
        place=at.words.title(*PLACES.get(found.view.case.jurisdiction, ("", ""))),
        asked=asked,
        top=found.head,
        ended=ended_as(at.words, found.view.case),
        remarks=list(remarks_of(at.words, found.view.case, found.clocks)) if at.caller.owners is None else [],
        clocks=[(clock, found.names.clock(clock.key)) for clock in _beside(found)],
        chosen=found.chosen,
        ruler=found.ruler,
        look_up_code=found.look_up_code,
        subjects=found.subjects,
        says_subjects=at.caller.role is CallerRole.OFFICER,
        steps=found.steps,
        stages=found.stages,
        outlook=outlook(found.names, found.clocks, found.head.clock) if found.head.clock and found.stages else None,
        used=found.used,
        owners=found.owners,
        others=[clock for clock in found.clocks if clock.role is not Role.STEP and clock is not found.head.clock],
        names=found.names,
        fees=[(one, REGISTER.get(one.commitment)) for one in found.view.case.fees],
        events=with_time(found.names, events, found.by_time),
        hidden=len(found.events) - len(found.listed),
        further=_further(at, asked, found),
        heard=heard(at, found.events, found.view.main, found.told),
        told_page=at.caller.role in OVERSEEING,
        place_in_list=listed,
        in_list="" if listed is None else f"{urlencode(list_named(at))}&",
        fault=found.fault,
        step_states=STEP_STATES,
        roles=ROLES,
        actions=found.actions,
        first_step=next((row for row in found.steps if row.key == found.next_step), None),
        done=next(iter(event_rows(found.names, [one for one in found.events if str(one.seq) == done], {})), None),
    )


def _further(at: PageVisit, asked: CaseAsked, found: CasePage) -> dict[str, str | None]:
    """Where earlier events are, and the newest."""
    kept = {"events": "all" if asked.all_events else "", "clock": asked.clock or "", "fold": "" if asked.fold else "0"}
    query = list_named(at) | {name: value for name, value in kept.items() if value}
    more = bool(found.shown) and found.shown[-1] is not found.listed[-1]
    earlier = urlencode(query | {"before": str(found.shown[-1].seq)}) if more else None
    return {
        "earlier": earlier and f"?{earlier}#events",
        "newest": None if asked.before is None else f"?{urlencode(query)}#events",
    }


def _lines(events: Sequence[EventRow]) -> Iterator[tuple[Any, ...]]:
    for one in events:
        before, after = one.move or (None, None)
        yield one.seq, one.at, one.told, one.what, one.about, one.actor, before, after


def _beside(found: CasePage) -> list[ClockShown]:
    """The clocks that the ruler offers: promises and limits, stages, and the steps that are on a desk or are shown now."""
    here = {row.clock.key for row in found.steps if row.here and row.clock is not None}
    chosen = found.chosen and found.chosen.key
    beside = [
        clock for clock in found.clocks if clock.role is not Role.STEP or clock.key in here or clock.key == chosen
    ]
    return sorted(beside, key=lambda clock: ORDER.index(clock.role))


def _read(at: PageVisit, case: str, asked: CaseAsked) -> CasePage:
    visit = at.visit
    view = at.case(case)
    almanac, store = visit.services.almanac, visit.services.store
    clocks = [clock_shown(row, view, almanac, at.now, projected=asked.projected) for row in view.clocks]
    events = all_events(store, case, view.head.seq)
    names = CaseNames(at.words, view, procedure_of(events))
    first = head_clock(view, clocks)
    row = clock_asked(view, asked.clock or (None if first is None else first.key))
    if row is None and asked.clock is not None:
        raise Problem("unknown-clock", flaws=[Flaw("query/clock", "unknown-clock")])
    whole = at.caller.owners is None
    offers = offers_of(view, events, at.caller, at.now)
    used = _used(at, view, offers.state, first) if whole and first is not None else None
    steps = step_rows(names, clocks, visit.calendar(view.case.jurisdiction), at.now, visit.services.settings.red_cards)
    may = offers.chosen("complete", "step")
    of_head = next((one for one in view.clocks if first is not None and one.picture.clock.key == first.key), None)
    dues = {clock.key: clock.due_date for clock in clocks}
    counted = None if of_head is None else _account(at, view, of_head, events, dues, projected=False)
    account = counted
    if row is not None and (row is not of_head or asked.projected):
        account = _account(at, view, row, events, dues, projected=asked.projected)
    seen = events if whole else own_events(events, {step.key: step for step in view.steps})
    listed = listed_events(seen, None if first is None else first.key, whole=asked.all_events)
    shown = [event for event in listed if asked.before is None or event.seq < asked.before]
    shown = shown if asked.whole else shown[:SHOWN]
    return CasePage(
        names=names,
        clocks=clocks,
        head=head_of(at.words, first, clocks, counted),
        chosen=None if row is None else next(clock for clock in clocks if clock.key == row.picture.clock.key),
        ruler=None if row is None or account is None else drawn(ruler_from(account, row, fold=asked.fold)),
        events=seen,
        listed=listed,
        shown=shown,
        moves=moves_of(events, case, first.key, almanac, {event.seq for event in shown}) if whole and first else {},
        by_time=_by_time(at, view, events, first) if whole and first else None,
        steps=steps,
        stages=stage_rows(names, clocks),
        used=used,
        owners=[] if used is None else owner_rows(names, used, clocks, almanac, at.now),
        fault=view.faulty,
        told=told_of(visit, view, None, MOST_TOLD),
        look_up_code=at.request.app.state.look_up_codes.code(case) if at.caller.role in CONFIRMERS else None,
        subjects=lines_of(at, case),
        actions=offered(offers),
        next_step=next((row.key for row in steps if row.here and row.key in may), None),
    )


def _account(
    at: PageVisit,
    view: CaseView,
    row: ClockRow,
    events: Sequence[Event],
    dues: Mapping[str, date | None],
    *,
    projected: bool,
) -> Account:
    almanac, key = at.visit.services.almanac, row.picture.clock.key
    moved = was_due(events, key, dues[key])
    return account_of(view, row, almanac, at.now, lang=_lang(at), projected=projected, was_due=moved)


def _by_time(at: PageVisit, view: CaseView, events: Sequence[Event], clock: ClockShown) -> TimeMove | None:
    row = next(row for row in view.clocks if row.picture.clock.key == clock.key)
    calendar = at.visit.services.almanac.calendar_as_corrected(clock.calendar)
    return moved_by_time(events, view.case.case, row.picture.clock, calendar, at.now)


def _used(at: PageVisit, view: CaseView, state: CaseState, clock: ClockShown) -> TimeUsed | None:
    """Who used the time of a promise, under the calendar that its numbers are counted under."""
    row = next(row for row in view.clocks if row.picture.clock.key == clock.key)
    if clock.role is not Role.PROMISE:
        return None
    calendar = at.visit.services.almanac.calendar_as_corrected(clock.calendar)
    ended = view.case.closed_at
    now = min(at.now, ended) if clock.void and ended is not None else at.now  # it ended with its case
    found = time_used(row.picture, held_by(state, clock.key), calendar, now)
    return found if found is not None and found.sum > Decimal(0) else None


def _lang(at: PageVisit) -> Lang:
    return "zh" if at.words.zh else "en"
