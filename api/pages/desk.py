"""A desk: what an office or a utility does next, step by step by what is left of their planning targets; and all desks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request, Response
from markupsafe import Markup

from activities.store.desk_queues import Queue
from activities.store.lines import Card, Instants, StepTally
from api.access.request_context import DOERS
from api.figures.places import PLACES
from api.figures.step_table import StepHere
from api.http.fields import CASE_NUMBER
from api.http.problems import Flaw, Problem
from api.pages.answers import see_other
from api.pages.case_row import Left, due_of, halt_said, matter_of, time_left, used_of
from api.pages.case_words import owner_name
from api.pages.desk_lists import (
    LISTS,
    OVER,
    SUSPENDED,
    TODAY,
    TOMORROW,
    AskedDesk,
    DeskNumbers,
    FoundSteps,
    begun_at,
    going_on,
    read_numbers,
    read_steps,
    step_table,
)
from api.pages.frame import PageVisit, page
from api.pages.page_route import DESK, LATE, PageRoute, PageVisiting, of_menu, roles_of
from api.pages.parameters import one_of, only_known
from api.pages.words import message
from api.routes.completions import SURVEY_STEP
from api.ruler.drawing import drawn_small
from api.ruler.mini import mini_of
from api.ruler.words import Lang
from sla.clock import Standing
from sla.departments import DEPARTMENTS, UNLISTED, UNLISTED_TITLES, Department, department_of
from workflows.state import Status, StepStatus

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(of_menu(DESK))])

LIMITS = ("50", "25")  # the usual one first; more rows are more than a page may weigh
COUNTED = 10_000  # of a queue
DEEDS = {
    "start": message("Take up"),
    "complete": message("Complete"),
    "return": message("Return for correction"),
    "resubmit": message("Handed in again"),
}


class StepAction(NamedTuple):
    """What may be done with a step, and where."""

    title: str
    href: str


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A step of a list. `pick`: the field that picks it, empty where it cannot be completed; `why`: where its days are."""

    case: str
    step: str
    owner: str
    matter: str
    variant: str
    standing: str
    card: Card | None
    tags: Sequence[str]
    survey: str | None
    since: str
    due: str
    why: str
    left: Left | None
    used: str
    ruler: Markup | None
    deeds: Sequence[StepAction]
    pick: str
    key: str
    accepted: str
    claimed: str
    told: str


class DeskChip(NamedTuple):
    """A list that may be shown, with its length."""

    name: str
    title: str
    number: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class DeskSum:
    """A desk among all; `id`: empty where no page is of it."""

    id: str
    owner: str
    place: str
    steps: StepTally


@router.get(DESK)
async def list_desks(at: PageVisiting) -> Response:
    """Show every desk with something on it; somebody with one desk is led there."""
    only_known(at.request)
    own = own_desks(at)
    if len(own) == 1:
        return see_other(f"{DESK}/{own[0].id}")
    days = at.visit.instants()
    found = await at.visit.read(at.visit.services.store.desks, days, at.caller.owners, at.caller.steps or None)
    sums = [_sum(at, one.jurisdiction, one.owner, one.steps) for one in found]
    return page(
        at,
        "desks.html",
        desks=sorted(sums, key=lambda one: (-one.steps.over, -one.steps.open, one.owner)),
        total=StepTally.total(one.steps for one in sums),
        columns=((OVER, "over"), (TODAY, "due_today"), (TOMORROW, "due_tomorrow"), (SUSPENDED, "suspended")),
        lists=LISTS,
    )


@router.get(f"{DESK}/{{owner}}")
async def show_desk(at: PageVisiting, owner: str) -> Response:
    """Show the list of a desk that the address asks for, or write it as a table."""
    asked, limit = _asked(at, owner)
    days = at.visit.instants()
    if one_of(at.request, "format", ("csv",)):
        return await step_table(at, asked, days)
    after = begun_at(at, asked, at.request.query_params.get("after"))
    found, numbers = await at.visit.read(_read, at, asked, days, after, limit)
    more = going_on(at, asked, found)
    rows = [_row(at, asked, days, step) for step in found.steps]
    return page(
        at,
        "desk.html",
        department=asked.department,
        asked=asked,
        chips=[_chip(at, asked, name, numbers) for name in LISTS],
        rows=rows,
        surveys=numbers.surveys,
        owners=asked.survey is not None,
        picks=any(row.pick for row in rows),
        does=at.caller.role in DOERS,
        count=_number(at, _length(asked, numbers)),
        table=_address(at, asked, {"format": "csv"}),
        more=None if more is None else _address(at, asked, {"after": more, "limit": str(limit)}),
        later=after is not None,
        back=_address(at, asked, {}),
        coming=asked.queue is Queue.COMING,
        late=asked.queue is Queue.UNCONFIRMED,
        confirming=at.caller.role in roles_of(LATE),
    )


def own_desks(at: PageVisit) -> list[Department]:
    """Return the desks of a company; none for who sees all."""
    owners = at.caller.owners or ()
    return [one for one in DEPARTMENTS.values() if one.title_zh in owners]


def _asked(at: PageVisit, owner: str) -> tuple[AskedDesk, int]:
    department, caller = DEPARTMENTS.get(owner), at.caller
    if department is None or (caller.owners is not None and department.title_zh not in caller.owners):
        raise Problem("not-found")
    request = at.request
    only_known(request, "show", "survey", "after", "limit", "format")
    show = one_of(request, "show", [name for name in LISTS if name]) or ""
    survey = _survey(request)
    if survey is not None and show:
        raise Problem("bad-parameter", flaws=[Flaw("query/show", "unknown-value")])
    limit = one_of(request, "limit", LIMITS) or LIMITS[0]
    return AskedDesk(department, show, survey, caller.owners, caller.steps or None), int(limit)


def _survey(request: Request) -> str | None:
    survey = request.query_params.get("survey") or None
    if survey is not None and not CASE_NUMBER.fullmatch(survey):
        raise Problem("bad-parameter", flaws=[Flaw("query/survey", "unknown-value")])
    return survey


def _read(
    at: PageVisit, asked: AskedDesk, days: Instants, after: tuple[object, ...] | None, limit: int
) -> tuple[FoundSteps, DeskNumbers]:
    found = read_steps(at, asked, days, after, limit)
    return found, read_numbers(at, asked, days, found.steps)


def _length(asked: AskedDesk, numbers: DeskNumbers) -> int:
    return numbers.lists[asked.show] if asked.survey is None else numbers.surveys.get(asked.survey, 0)


def _number(at: PageVisit, number: int) -> str:
    return at.words.number(number) if number <= COUNTED else f"{at.words.number(COUNTED)}+"


def _address(at: PageVisit, asked: AskedDesk, more: dict[str, str]) -> str:
    kept = {"show": asked.show, "survey": asked.survey or ""}
    query = urlencode({name: value for name, value in (kept | more).items() if value})
    return f"{DESK}/{asked.department.id}" + (f"?{query}" if query else "")


def _chip(at: PageVisit, asked: AskedDesk, name: str, numbers: DeskNumbers) -> DeskChip:
    here = asked.survey is None and asked.show == name
    href = f"{DESK}/{asked.department.id}" + (f"?show={name}" if name else "")
    return DeskChip(name, LISTS[name], _number(at, numbers.lists[name]), href, here)


def _sum(at: PageVisit, jurisdiction: str, owner: str, steps: StepTally) -> DeskSum:
    known = department_of(jurisdiction, owner)
    named = DEPARTMENTS.get(known)
    english = named.title_en if named else f"{UNLISTED_TITLES[1]}: {owner}"
    place = PLACES.get(jurisdiction, (jurisdiction, jurisdiction))
    return DeskSum("" if known == UNLISTED else known, at.words.title(owner, english), at.words.title(*place), steps)


def _row(at: PageVisit, asked: AskedDesk, days: Instants, here: StepHere) -> DeskRow:
    words, step, case, clock = at.words, here.step, here.case, here.clock
    lang: Lang = "zh" if words.zh else "en"
    matter, variant = matter_of(words, case)
    since = step.opened_at or step.started_at
    on_desk = asked.queue is None
    beyond = clock is not None and clock.due_at is None and clock.standing is not Standing.SUSPENDED
    return DeskRow(
        case=case.case,
        step=words.title(step.title_zh, step.title_en),
        owner=owner_name(words, case.jurisdiction, step.owner),
        matter=matter,
        variant=variant,
        standing=_standing(here),
        card=here.card,
        tags=list(_tags(at, here)),
        survey=case.survey if on_desk and step.key == SURVEY_STEP else None,
        since="—" if since is None else words.instant(since, near=True),
        due=due_of(words, days.places.get(case.jurisdiction), clock, beyond=beyond),
        why="" if clock is None else f"/cases/{quote(case.case)}?" + urlencode({"clock": clock.key}),
        left=None if clock is None else time_left(words, clock, at.now, red=False),
        used="" if clock is None else used_of(words, clock),
        ruler=None if clock is None else drawn_small(mini_of(clock, lang)),
        deeds=list(_deeds(at, here)) if on_desk else [],
        pick=f"pick:{case.case}:{step.key}" if on_desk and _may_complete(at, here) else "",
        key=step.key,
        accepted="—" if case.accepted_at is None else words.instant(case.accepted_at),
        claimed="—" if step.claimed_at is None else words.instant(step.claimed_at),
        told="—" if step.told_at is None else words.instant(step.told_at),
    )


def _standing(here: StepHere) -> str:
    """A step that was not taken up yet has not started, whatever its target."""
    if here.standing is not None:
        return here.standing.value
    return Standing.NOT_STARTED.value if here.step.status == StepStatus.OPEN else "none"


def _tags(at: PageVisit, here: StepHere) -> Iterable[str]:
    if here.clock is not None and here.clock.standing is Standing.SUSPENDED:
        yield from (halt_said(at.words, halt) for halt in here.clock.suspensions if halt.end is None)


def _may_complete(at: PageVisit, here: StepHere) -> bool:
    return _does(at, here) and here.step.status != StepStatus.OPEN


def _does(at: PageVisit, here: StepHere) -> bool:
    """Tell whether the reader may do anything: an application that is with the applicant comes back as a whole."""
    return at.caller.role in DOERS and here.case.status != Status.CORRECTION


def _deeds(at: PageVisit, here: StepHere) -> Iterable[StepAction]:
    """What is next for a step, as far as the reader may do it: on pages of their own, with what they ask for.

    Where the whole case stands still that is not the step's to end: it may be completed all the same.
    """
    if not _does(at, here):
        return
    if here.step.status == StepStatus.OPEN:
        names = ["start"]
    elif here.step.in_correction:
        names = ["resubmit"]
    elif here.step.status == "suspended":
        names = ["complete"]
    else:
        names = ["complete", "return"]
    path = f"/cases/{quote(here.case.case)}/do"
    yield from (StepAction(DEEDS[name], f"{path}/{name}?" + urlencode({"step": here.step.key})) for name in names)
