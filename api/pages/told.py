"""Who was told of which alert, and whether it arrived: what did not arrive stands first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from activities.store.notices import UNDELIVERED, LoggedNotice, NoticeArrival, NoticeFilter, NoticePlace
from api.http.fields import CASE_NUMBER
from api.http.problems import Flaw, Problem
from api.pages.frame import PageVisit, page
from api.pages.notice_words import ARRIVALS, OFFICES, NamedAlert, arrival, body_of, card, office, reason
from api.pages.page_route import PageRoute, PageVisiting, of_menu
from api.pages.parameters import one_of, only_known
from api.pages.told_files import told_file
from sla.departments import DEPARTMENTS

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SHOWN = 50
NAMED = 3  # alerts of a notice
DAYS = ("1", "7", "30", "365")
USUAL_DAYS = "30"


@dataclass(frozen=True, slots=True)
class AboutRow:
    """What one alert of a notice is about."""

    card: str
    of_whom: str
    case: str | None
    step: str
    summary: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice. `arrived`: nothing has to be done about it; `more`: alerts that are not shown."""

    at: datetime
    abouts: Sequence[AboutRow]
    more: int
    office: str
    channel: str
    arrival: str
    arrived: bool
    tried_at: datetime | None
    next_at: datetime | None


@router.get("/told", dependencies=[Depends(of_menu("/told"))])
async def list_told(at: PageVisiting) -> Response:
    """Show the notices that the address asks for."""
    asked = _asked(at.request)
    begin = at.visit.cursors.place(at.request.query_params.get("after"), asked, bool, int)
    wanted = NoticeFilter(
        case=asked["case"],
        receiver=asked["receiver"],
        arrival=asked["outcome"],
        since=at.visit.arrived - timedelta(days=int(asked["days"])),
    )
    if one_of(at.request, "format", ("csv",)):
        return await at.visit.read(told_file, at, wanted)
    after = None if begin is None else NoticePlace(begin[0], begin[1])
    found = await at.visit.read(at.visit.services.store.notices, wanted, after, SHOWN + 1, NAMED)
    rows = found[:SHOWN]
    kept = {name: value for name, value in asked.items() if value is not None}
    last = None if len(found) <= SHOWN else NoticePlace(rows[-1].delivery.arrival in UNDELIVERED, rows[-1].number)
    return page(
        at,
        "told.html",
        rows=[_row(at, one) for one in rows],
        asked=asked,
        file="/told?" + urlencode({**kept, "format": "csv"}),
        more=None
        if last is None
        else "/told?" + urlencode({**kept, "after": at.visit.cursors.cursor(tuple(last), asked)}),
        later=after is not None,
        receivers=[(key, office(at.words, key)) for key in (*OFFICES, *DEPARTMENTS)],
        outcomes=ARRIVALS,
        days=DAYS,
    )


def _asked(request: Request) -> dict[str, Any]:
    only_known(request, "case", "receiver", "outcome", "days", "after", "format")
    case = (request.query_params.get("case") or "").strip() or None
    if case is not None and not CASE_NUMBER.fullmatch(case):
        raise Problem("bad-parameter", flaws=[Flaw("query/case", "unknown-value")])
    outcome = one_of(request, "outcome", [*NoticeArrival])
    return {
        "case": case,
        "receiver": one_of(request, "receiver", {*OFFICES, *DEPARTMENTS}),
        "outcome": None if outcome is None else NoticeArrival(outcome),
        "days": one_of(request, "days", DAYS) or USUAL_DAYS,
    }


def _row(at: PageVisit, one: LoggedNotice) -> NoticeRow:
    business = at.visit.services.timeline.business
    delivery, body = one.delivery, body_of(one.body)
    return NoticeRow(
        at=business(one.at),
        abouts=[_about(at, one.kind, NamedAlert(line, body)) for line in one.alerts],
        more=one.count - len(one.alerts),
        office=office(at.words, one.receiver),
        channel=one.channel,
        arrival=arrival(at.words, delivery),
        arrived=delivery.arrival not in UNDELIVERED,
        tried_at=None if delivery.at is None else business(delivery.at),
        next_at=None if delivery.next_at is None else business(delivery.next_at),
    )


def _about(at: PageVisit, kind: str, alert: NamedAlert) -> AboutRow:
    return AboutRow(
        card=card(at.words, kind, alert.line.severity),
        of_whom=alert.of_whom(at.words),
        case=alert.line.case,
        step=alert.step(at.words),
        summary=alert.summary(at.words),
        reason=reason(at.words, alert.line.reason),
    )
