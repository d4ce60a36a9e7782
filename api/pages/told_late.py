"""What was told late: what waits for a confirmation and what that would do, and breaches that late postings disproved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Response

from activities.record import Event, Role, RungKind
from activities.store.late import BEGIN
from activities.store.rows import CaseStep, LateClock
from api.access.request_context import CONFIRMERS
from api.pages.case_words import ROLES, owner_name
from api.pages.confirming import foreseen, in_words, workdays_late
from api.pages.frame import PageVisit, counted, page
from api.pages.page_route import LATE, PageRoute, PageVisiting, of_menu
from api.pages.parameters import one_of, only_known
from api.pages.told_files import late_file
from api.pages.words import message
from sla.clock import Standing
from sla.commitments.register import REGISTER

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SHOWN = 10  # of each table; each that waits is tried, which takes some milliseconds
WAITING, DISPROVED = "after", "late"  # parameters: where each table goes on
ALERTS = {Role.STEP: message("Yellow card")}
OVERDUE = message("Overdue")
OVER_AVERAGE = message("Longer than the average")


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A completion that waits. `check`: where it is confirmed, empty for who may not."""

    case: str
    matter: str
    step: str
    owner: str
    claimed_at: datetime | None
    told_at: datetime | None
    late: int  # working days between
    effects: Sequence[str]
    check: str
    own: bool  # the reader posted it


@dataclass(frozen=True, slots=True)
class DisprovedRow:
    """A breach that was none. `alert`: what had been raised; `raised_at`: when."""

    case: str
    matter: str
    clock: str
    owner: str
    due_at: datetime | None
    done_at: datetime | None
    alert: str
    raised_at: datetime | None
    standing: Standing | None


class LatePage(NamedTuple):
    """What is read for the page; each table has one row more than is shown where it goes on."""

    waiting: list[CaseStep]
    events: dict[str, list[Event]]
    disproved: list[LateClock]


@router.get(LATE, dependencies=[Depends(of_menu(LATE))])
async def list_late(at: PageVisiting) -> Response:
    """Show what waits for a confirmation, then what was disproved."""
    only_known(at.request, WAITING, DISPROVED, "format")
    if one_of(at.request, "format", ("csv",)):
        return await at.visit.read(late_file, at)
    return await at.visit.read(_page, at)


def _page(at: PageVisit) -> Response:
    found = _read(at, _place(at, WAITING), _place(at, DISPROVED))
    waiting, disproved = found.waiting[:SHOWN], found.disproved[:SHOWN]
    return page(
        at,
        "told_late.html",
        count=counted(at.badges[LATE]) or "0",
        allowed=at.visit.services.settings.backdating_workdays,
        waiting=[_waiting(at, one, found.events[one.case]) for one in waiting],
        disproved=[_disproved(at, one) for one in disproved],
        more_waiting=_more(at, WAITING, found.waiting),
        more_disproved=_more(at, DISPROVED, found.disproved),
        later=any(name in at.request.query_params for name in (WAITING, DISPROVED)),
    )


def _read(at: PageVisit, waiting_after: tuple[str, int], disproved_after: tuple[str, int]) -> LatePage:
    store = at.visit.services.store
    waiting = store.pending_confirmations(waiting_after, SHOWN + 1, at.owned)
    events = store.events_of({one.case for one in waiting[:SHOWN]})
    return LatePage(waiting, events, store.told_late(disproved_after, SHOWN + 1, at.owned))


def _place(at: PageVisit, name: str) -> tuple[str, int]:
    found = at.visit.cursors.place(at.request.query_params.get(name), {"table": name}, str, int)
    return BEGIN if found is None else (found[0], found[1])


def _more(at: PageVisit, name: str, rows: Sequence[CaseStep | LateClock]) -> str | None:
    """The address of the same page with a table's next rows; the other table stays as it is."""
    if len(rows) <= SHOWN:
        return None
    last = rows[SHOWN - 1]
    kept = {other: value for other in (WAITING, DISPROVED) if (value := at.request.query_params.get(other))}
    return f"{LATE}?" + urlencode({**kept, name: at.visit.cursors.cursor((last.case, last.pos), {"table": name})})


def _waiting(at: PageVisit, one: CaseStep, events: Sequence[Event]) -> WaitingRow:
    step = one.step
    posting = next((event for event in events if event.seq == step.event), None)
    own = posting is not None and posting.actor == at.caller.actor
    found = foreseen(at.visit, one, events)
    case = found.case
    may = at.caller.role in CONFIRMERS and not own
    return WaitingRow(
        case=one.case,
        matter=at.words.title(case.title_zh, case.title_en),
        step=at.words.title(step.title_zh, step.title_en),
        owner=owner_name(at.words, case.jurisdiction, step.owner),
        claimed_at=step.claimed_at,
        told_at=step.told_at,
        late=workdays_late(step, at.visit.calendar(case.jurisdiction)),
        effects=in_words(at.words, found, step.key),
        check=f"/cases/{quote(one.case)}/do/confirm?seq={step.event}" if may else "",
        own=own and at.caller.role in CONFIRMERS,
    )


def _disproved(at: PageVisit, one: LateClock) -> DisprovedRow:
    picture = one.clock.picture
    rung = next((rung for rung in reversed(picture.rungs) if rung.told_late), None)
    return DisprovedRow(
        case=one.case,
        matter=at.words.title(one.picture.title_zh, one.picture.title_en),
        clock=_named(at, one),
        owner=owner_name(at.words, one.picture.jurisdiction, picture.owner),
        due_at=one.clock.due_at,
        done_at=picture.clock.stop,
        alert=at.words.say(ALERTS.get(picture.role, OVERDUE) if picture.judged else OVER_AVERAGE),
        raised_at=rung.at if rung is not None and rung.kind is RungKind.OVERDUE else None,
        standing=one.clock.standing,
    )


def _named(at: PageVisit, one: LateClock) -> str:
    """What a clock is of: its step, its promise, or its kind alone."""
    picture = one.clock.picture
    if one.step is not None:
        return at.words.title(one.step.title_zh, one.step.title_en)
    known = REGISTER.get(picture.commitment or "")
    return at.words.say(ROLES[picture.role]) if known is None else at.words.title(known.title_zh, known.title_en)
