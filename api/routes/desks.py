"""Numbers of open cases and steps at one instant, and the steps on desks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from activities.store.lines import CaseTally, StepTally
from api.access.key_route import KeyRoute
from api.access.request_context import OVERSEERS, Visit, Visiting, only
from api.http.fields import Name
from api.http.problems import Flaw, Problem
from api.http.responses import answer
from api.routes.case_lists import LEAST, MOST, USUAL
from api.views.case_query import CaseQuery, Due, due_of
from api.views.lines import DeskLineShown, desk_line_shown
from sla.clock import Standing
from sla.model import Model

router = APIRouter(route_class=KeyRoute, prefix="/v1", tags=["desks"])


class PlaceCounts(Model):
    """Cases and steps, which are never added together."""

    cases: CaseTally
    steps: StepTally


class CountsShown(PlaceCounts):
    """Open cases and their steps at one instant: each number is the length of its list at that instant."""

    counted_at: datetime
    places: Mapping[str, PlaceCounts]


class DeskShown(Model):
    """What is on an owner's desk; two cities may have owners of one name."""

    jurisdiction: str
    owner: str
    steps: StepTally


class DeskList(Model):
    """Desks with something on them, by place and owner."""

    counted_at: datetime
    desks: tuple[DeskShown, ...]


class StepList(Model):
    """Steps on desks, the most urgent first: past their planning target, dated, suspended, without a date."""

    counted_at: datetime
    steps: tuple[DeskLineShown, ...]
    next: str | None


class StepQuery(Model):
    """Which steps; of several values of one name any will do."""

    owner: Annotated[
        tuple[Name, ...], Field(max_length=20, description="of the steps; a company's own where left out")
    ] = ()
    standing: Annotated[tuple[Standing, ...], Field(description="of the planning target")] = ()
    due: Due = None
    after: Annotated[str | None, Field(max_length=400, description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=LEAST, le=MOST)] = USUAL


@router.get("/counts", response_model=CountsShown, dependencies=[Depends(only(*OVERSEERS))])
async def count_cases(visit: Visiting, asked: Annotated[CaseQuery, Query()]) -> Response:
    """Count open cases and their steps on desks, as a filter holds them; `open` has no say."""
    at = visit.instants()
    found = await visit.read(visit.services.store.tallies, asked.wanted(None), at)
    places = {
        name: PlaceCounts(cases=found.cases.get(name, CaseTally()), steps=found.steps.get(name, StepTally()))
        for name in sorted({*found.cases, *found.steps})
    }
    shown = CountsShown(
        cases=CaseTally.total(found.cases.values()),
        steps=StepTally.total(found.steps.values()),
        counted_at=visit.told,
        places=places,
    )
    return answer(shown)


@router.get("/desks", response_model=DeskList)
async def list_desks(visit: Visiting) -> Response:
    """Count the steps on each desk, without the applicants'. A company sees its own."""
    at = visit.instants()
    found = await visit.read(visit.services.store.desks, at, visit.caller.owners, visit.caller.steps or None)
    return answer(DeskList(counted_at=visit.told, desks=tuple(DeskShown(**dict(one)) for one in found)))


@router.get("/steps", response_model=StepList)
async def list_steps(visit: Visiting, asked: Annotated[StepQuery, Query()]) -> Response:
    """List the steps on desks, the most urgent first. A company sees its own, and of their cases what is open to it."""
    owners = _owners(visit, asked.owner)
    belongs = {**asked.model_dump(exclude={"after", "limit"}), "owners": owners, "steps": sorted(visit.caller.steps)}
    begin = visit.cursors.place(asked.after, belongs, int, int, str, int)
    lines = await visit.read(
        visit.services.store.desk_steps,
        owners,
        visit.instants(),
        standing=asked.standing,
        due=None if asked.due is None else due_of(asked.due),
        keys=visit.caller.steps or None,
        after=None if begin is None else (begin[0], begin[1], begin[2], begin[3]),
        limit=asked.limit + 1,
    )
    page, whole = lines[: asked.limit], visit.caller.owners is None
    shown = tuple(desk_line_shown(line, visit.services.almanac, visit.told, whole=whole) for line in page)
    more = visit.cursors.cursor(page[-1].cursor, belongs) if len(lines) > asked.limit else None
    return answer(StepList(counted_at=visit.told, steps=shown, next=more))


def _owners(visit: Visit, asked: tuple[str, ...]) -> tuple[str, ...]:
    own = visit.caller.owners
    if own is None:
        if not asked:
            raise Problem("invalid", flaws=[Flaw("query/owner", "missing")])
        return asked
    if not set(asked) <= set(own):
        raise Problem("invalid", flaws=[Flaw("query/owner", "filter-not-allowed")])
    return asked or own
