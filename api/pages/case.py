"""A case: how much is left, until when, with whom it is, and why its day is that day."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from fastapi import APIRouter, Response
from markupsafe import Markup

from activities.record import Event, Role, StepPicture
from activities.store.cases import ON_DESK
from activities.store.rows import CaseView
from activities.store.upkeep import Fault
from api.figures.words import PLACES
from api.http.problems import Flaw, Problem
from api.pages.actions import offered
from api.pages.frame import PageVisit, page
from api.pages.page_route import PageRoute, PageVisiting
from api.pages.parameters import one_of, only_known
from api.pages.words import message
from api.ruler.account import was_due
from api.ruler.drawing import drawn
from api.ruler.ruler import ruler_of
from api.ruler.words import Lang
from api.views.case import ClockShown, clock_shown, own_events
from sla.axis import local_day
from sla.clock import Standing
from sla.commitments.register import REGISTER
from sla.departments import DEPARTMENTS
from workflows.rebuild import all_events

router = APIRouter(route_class=PageRoute, include_in_schema=False)

OWNERS = {one.title_zh: one.title_en for one in DEPARTMENTS.values()} | {"申请人": "applicant"}
STEP_STATES = {
    "waiting": message("Waiting"),
    "open": message("On the desk"),
    "running": message("In hand"),
    "suspended": message("Suspended"),
    "done": message("Done"),
    "void": message("Dropped"),
}
ROLES = {
    Role.PROMISE: message("Promise"),
    Role.STATUTORY: message("Statutory limit"),
    Role.STAGE: message("Stage, planning target"),
    Role.STEP: message("Step, planning target"),
    Role.SUPPLEMENT: message("Notice of what is missing"),
    Role.DELIVERY: message("Delivery"),
}
RUNGS = {"due-soon": message("Due soon"), "overdue": message("Overdue")}
KINDS = {
    "opened": message("Received"), "accepted": message("Accepted"), "refused": message("Not accepted"),
    "started": message("Step begun"), "completed": message("Step done"), "confirmed": message("Late posting confirmed"),
    "returned": message("Returned for correction"), "resubmitted": message("Handed in again"),
    "suspended": message("Suspended"), "resumed": message("Resumed"), "extended": message("Extended"),
    "fee-recorded": message("Fee recorded"), "withdrawn": message("Withdrawn"), "decided": message("Decided"),
    "revoked": message("Decision revoked"), "amended": message("Corrected"), "linked": message("Linked"),
    "recalculated": message("Counted anew"), "calendar-applied": message("Calendar changed"),
    "rung-raised": message("Alarm raised"), "rung-withdrawn": message("Alarm withdrawn"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step with its planning target's clock."""

    title: str
    owner: str
    state: str
    begun_at: datetime | None
    done_at: datetime | None
    told_at: datetime | None  # where it was told on a later day than it was done
    pending: bool
    clock: ClockShown | None
    card: bool  # past its planning target and not done


class EventRow(NamedTuple):
    """An event of the ledger in words."""

    seq: int
    at: datetime
    told: datetime | None
    what: str
    about: str
    actor: str


class CasePage(NamedTuple):
    """What is read of a case for its page."""

    view: CaseView
    clocks: list[ClockShown]
    chosen: ClockShown | None
    events: list[Event]
    faults: list[Fault]
    ruler: Markup | None


@router.get("/cases/{case}")
async def show_case(at: PageVisiting, case: str) -> Response:
    """Show a case with one of its clocks day by day."""
    only_known(at.request, "clock", "fold", "done")
    done = at.request.query_params.get("done", "")
    fold = one_of(at.request, "fold", ("0", "1")) != "0"
    found = await at.visit.read(_read, at, case, at.request.query_params.get("clock"), fold=fold)
    steps = {clock.step: clock for clock in found.clocks if clock.role is Role.STEP}
    rows = [_step(at, step, steps.get(step.key)) for step in found.view.steps]
    main = next((clock for clock in found.clocks if clock.key == found.view.main), None)
    events = [_event(at, found.view, event) for event in reversed(found.events)]
    return page(
        at,
        "case.html",
        case=found.view.case,
        place=at.words.title(*PLACES.get(found.view.case.jurisdiction, ("", ""))),
        main=main,
        main_red=main is not None and _red(main),
        chosen=found.chosen,
        ruler=found.ruler,
        fold=fold,
        now_with=[row for row in rows if row.state in ON_DESK],
        steps=sorted(rows, key=lambda row: row.state not in ON_DESK),
        clocks=[(clock, _named(at, found.view, clock)) for clock in found.clocks],
        events=events,
        fault=bool(found.faults),
        step_states=STEP_STATES,
        roles=ROLES,
        actions=offered(found.view, at.caller.role),
        done=next((row for row in events if str(row.seq) == done), None),
    )


def _read(at: PageVisit, case: str, key: str | None, *, fold: bool) -> CasePage:
    visit = at.visit
    view = visit.case(case)
    almanac, store = visit.services.almanac, visit.services.store
    clocks = [clock_shown(row, view, almanac, at.now) for row in view.clocks]
    wanted = key or view.main or next((clock.key for clock in clocks), None)
    row = next((row for row in view.clocks if row.picture.clock.key == wanted), None)
    if row is None and key is not None:
        raise Problem("unknown-clock", flaws=[Flaw("query/clock", "unknown-clock")])
    events = all_events(store, case)
    own = events if at.caller.owners is None else own_events(events, {step.key: step for step in view.steps})
    chosen, picture = None, None
    if row is not None:
        chosen = next(clock for clock in clocks if clock.key == wanted)
        moved = was_due(events, chosen.key, chosen.due_date)
        lang: Lang = "zh" if at.words.zh else "en"
        picture = drawn(ruler_of(view, row, almanac, at.now, lang=lang, fold=fold, was_due=moved))
    faults = [fault for fault in store.faults() if fault.case == case]
    return CasePage(view, clocks, chosen, own, faults, picture)


def _red(clock: ClockShown) -> bool:
    """Tell whether a promise or a statutory limit is broken; an average's long case and ramp-up are not."""
    return clock.standing in (Standing.OVERDUE, Standing.MISSED) and clock.judged and not clock.ramp_up


def _named(at: PageVisit, view: CaseView, clock: ClockShown) -> str:
    """What a clock is of: its step, its promise, or its kind alone."""
    if clock.step is not None:
        return _step_named(at, view, clock.step) or clock.step
    known = REGISTER.get(clock.commitment or "")
    return "" if known is None else at.words.title(known.title_zh, known.title_en)


def clock_named(at: PageVisit, view: CaseView, key: str) -> str:
    """Name a clock of an event in words."""
    row = next((row for row in view.clocks if row.picture.clock.key == key), None)
    if row is None:
        return key
    return _step_named(at, view, row.picture.step) or at.words.say(ROLES[row.picture.role])


def _step_named(at: PageVisit, view: CaseView, key: object) -> str | None:
    """The title of one of the case's steps; None where it has none of that key, or the reader does not see it."""
    step = next((one for one in view.steps if one.key == key), None)
    return None if step is None else at.words.title(step.title_zh, step.title_en)


def _step(at: PageVisit, step: StepPicture, clock: ClockShown | None) -> StepRow:
    return StepRow(
        title=at.words.title(step.title_zh, step.title_en),
        owner=at.words.title(step.owner, OWNERS.get(step.owner, step.owner)),
        state=step.status,
        begun_at=step.started_at or step.opened_at,
        done_at=step.completed_at,
        told_at=_told_later(step.claimed_at, step.told_at),
        pending=step.pending,
        clock=clock,
        card=clock is not None and clock.standing is Standing.OVERDUE,
    )


def _told_later(at: datetime | None, told: datetime | None) -> datetime | None:
    """When something was told, where that was a later day in China than the one on which it happened."""
    return told if at is not None and told is not None and local_day(told) > local_day(at) else None


def _event(at: PageVisit, view: CaseView, event: Event) -> EventRow:
    body = event.body
    step = _step_named(at, view, body.get("step"))
    about = [] if step is None else [step]
    if "clock" in body:
        about.append(clock_named(at, view, str(body["clock"])))
    if "rung" in body:
        about.append(at.words.say(RUNGS[body["rung"]]))
    about += [str(body[name]) for name in ("outcome", "ground", "reason") if body.get(name) not in {None, "", "done"}]
    about += [f"→ #{body['seq']}"] if "seq" in body else []
    return EventRow(
        seq=event.seq,
        at=event.at,
        told=_told_later(event.at, event.told),
        what=at.words.say(KINDS[event.kind]) if event.kind in KINDS else event.kind,
        about=at.words.listed(about),
        actor=event.actor,
    )
