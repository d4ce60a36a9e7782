"""The audit log, for auditors: who did what, or was refused what, the newest first. Opening it is a row of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from activities.store.audit_log import DONE, AuditFilter, AuditRow
from api.http.problems import Flaw, Problem
from api.pages.answers import HEADERS
from api.pages.frame import page
from api.pages.page_route import PageRoute, PageVisiting, of_menu
from api.pages.parameters import one_of, only_known
from api.views.audit import audit_table
from sla.axis import local

AUDIT_LOG = "/audit-log"
router = APIRouter(route_class=PageRoute, include_in_schema=False)

SHOWN = 50
LONGEST = 200  # characters of a filter
DAYS = ("1", "7", "30", "365", "3650")
USUAL_DAYS = "30"
WORDS = ("actor", "action", "object")


class AuditLogLine(NamedTuple):
    """A row of the log as the page shows it; `at` is real time, in China's."""

    row: AuditRow
    at: str
    refused: bool


@router.get(AUDIT_LOG, dependencies=[Depends(of_menu(AUDIT_LOG))])
async def list_audit(at: PageVisiting) -> Response:
    """Show the rows that the address asks for."""
    asked = _asked(at.request)
    since = at.visit.arrived - timedelta(days=int(asked["days"]))
    wanted = AuditFilter(since=since, **{name: asked[name] or None for name in WORDS})
    store = at.visit.services.store
    if one_of(at.request, "format", ("csv",)):
        text = await at.visit.read(audit_table, store, wanted)
        named = {**HEADERS, "Content-Disposition": 'attachment; filename="shixian-audit.csv"'}
        return Response(text.encode(), 200, named, "text/csv; charset=utf-8")
    begin = at.visit.cursors.place(at.request.query_params.get("after"), asked, int)
    found = await at.visit.read(store.audit_rows, wanted, None if begin is None else begin[0], SHOWN + 1)
    last = found[SHOWN - 1] if len(found) > SHOWN else None
    return page(
        at,
        "audit_log.html",
        lines=[_line(row) for row in found[:SHOWN]],
        asked=asked,
        days=DAYS,
        file=_address(asked, format="csv"),
        more=None if last is None else _address(asked, after=at.visit.cursors.cursor((last.seq,), asked)),
        later=begin is not None,
    )


def _asked(request: Request) -> Mapping[str, str]:
    only_known(request, *WORDS, "days", "after", "format")
    asked = {name: (request.query_params.get(name) or "").strip() for name in WORDS}
    flaws = [
        Flaw(f"query/{name}", "unknown-value") for name, text in asked.items() if len(text) > LONGEST or "\x00" in text
    ]
    if flaws:
        raise Problem("bad-parameter", flaws=flaws)
    return {**asked, "days": one_of(request, "days", DAYS) or USUAL_DAYS}


def _address(asked: Mapping[str, str], **more: str) -> str:
    return f"{AUDIT_LOG}?" + urlencode({**{name: value for name, value in asked.items() if value}, **more})


def _line(row: AuditRow) -> AuditLogLine:
    return AuditLogLine(row, local(row.at).strftime("%Y-%m-%d %H:%M:%S"), row.outcome != DONE)
