"""The list of cases: the most urgent first, those without a due date after them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from activities.store.rows import CaseFilter, CaseLine
from api.figures.words import PLACES
from api.pages.frame import PageVisit, page
from api.pages.page_route import PageRoute, PageVisiting, of_menu
from api.pages.parameters import one_of, only_known
from api.pages.words import message
from api.routes.cases import cases_from
from sla.clock import Standing
from workflows.procedures import ALL

router = APIRouter(route_class=PageRoute, include_in_schema=False)

LIMIT = 50
LONGEST = 64  # characters of a part of a number
OPEN = {"yes": message("Open"), "no": message("Closed"), "any": message("All")}
CHOICES = (Standing.OVERDUE, Standing.DUE_SOON, Standing.ON_TIME, Standing.SUSPENDED, Standing.MET, Standing.MISSED)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A line of the list. `standing`: none where the reader may not know it."""

    case: str
    title: str
    jurisdiction: str
    accepted_at: datetime | None
    standing: str | None
    due_at: datetime | None


@router.get("/cases", dependencies=[Depends(of_menu("/cases"))])
async def list_cases(at: PageVisiting) -> Response:
    """Show the cases that the address asks for."""
    asked = _asked(at.request, whole=at.caller.owners is None)
    after = at.request.query_params.get("after")
    wanted = CaseFilter(
        **{name: value for name, value in asked.items() if name != "open"},
        open={"yes": True, "no": False, "any": None}[asked["open"]],
        owner_in=at.caller.owners,
    )
    lines, following = await cases_from(at.visit, wanted, asked, after, LIMIT)
    kept = {name: value for name, value in asked.items() if value is not None}
    more = None if following is None else "/cases?" + urlencode({**kept, "after": following})
    return page(
        at,
        "cases.html",
        rows=[_row(at, line) for line in lines],
        asked=asked,
        more=more,
        later=after is not None,
        procedures=[(key, at.words.title(one.title_zh, one.title_en)) for key, one in ALL.items()],
        places=[(key, at.words.title(*titles)) for key, titles in PLACES.items()],
        states=OPEN,
        choices=CHOICES,
    )


def _asked(request: Request, *, whole: bool) -> dict[str, Any]:
    names = ("procedure", "jurisdiction", "open", "q", *(("standing",) if whole else ()))
    only_known(request, *names, "after")
    standing = one_of(request, "standing", CHOICES) if whole else None
    return {
        "procedure": one_of(request, "procedure", ALL),
        "jurisdiction": one_of(request, "jurisdiction", PLACES),
        "standing": None if standing is None else Standing(standing),
        "open": one_of(request, "open", OPEN) or "yes",
        "q": (request.query_params.get("q") or "").strip()[:LONGEST] or None,
    }


def _row(at: PageVisit, line: CaseLine) -> CaseRow:
    case, whole = line.case, at.caller.owners is None
    return CaseRow(
        case=case.case,
        title=at.words.title(case.title_zh, case.title_en),
        jurisdiction=at.words.title(*PLACES.get(case.jurisdiction, (case.jurisdiction, case.jurisdiction))),
        accepted_at=case.accepted_at,
        standing=(line.standing or "none") if whole else None,
        due_at=line.due_at if whole else None,
    )
