"""The audit log, for auditors alone; that it was read is a row of it."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import StringConstraints

from activities.store.audit_log import AuditFilter, AuditRow
from api.access.api_keys import CallerRole
from api.access.key_route import KeyRoute
from api.access.request_context import Visiting, only
from api.http.fields import Instant
from api.http.responses import answer
from api.routes.case_lists import LEAST, MOST, USUAL
from api.views.audit import audit_table
from sla.model import Model

router = APIRouter(
    route_class=KeyRoute, prefix="/v1/audit", tags=["audit"], dependencies=[Depends(only(CallerRole.AUDITOR))]
)

Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
LISTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "Rows, as JSON or as CSV"}
}


class TableForm(StrEnum):
    """How rows are written."""

    JSON = "json"
    CSV = "csv"


class AuditPage(Model):
    """Rows of the audit log, the newest first. `next` goes on where this page ends."""

    rows: tuple[AuditRow, ...]
    next: str | None


@router.get("", response_model=AuditPage, responses=LISTED)
async def list_audit(
    visit: Visiting,
    since: Annotated[Instant | None, Query(description="rows written since an instant")] = None,
    actor: Annotated[Word | None, Query(description="who acted")] = None,
    action: Annotated[Word | None, Query(description="what was done or asked for")] = None,
    object: Annotated[Word | None, Query(description="of what: a case number, `key/…`, `notice/…`")] = None,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=LEAST, le=MOST)] = USUAL,
    form: Annotated[TableForm, Query(alias="format", description="CSV holds all pages, 100 000 rows at most")] = (
        TableForm.JSON
    ),
) -> Response:
    """List who did what, or was refused what, the newest first. Every instant is real time."""
    wanted = AuditFilter(since=since, actor=actor, action=action, object=object)
    if form is TableForm.CSV:
        text = await visit.read(audit_table, visit.services.store, wanted)
        named = {"Content-Disposition": 'attachment; filename="shixian-audit.csv"'}
        return Response(text.encode(), 200, named, "text/csv; charset=utf-8")
    asked = wanted.model_dump(mode="json")
    begin = visit.cursors.place(after, asked, int)
    before = None if begin is None else begin[0]
    found = await visit.read(visit.services.store.audit_rows, wanted, before, limit + 1)
    page = found[:limit]
    more = visit.cursors.cursor((page[-1].seq,), asked) if len(found) > limit else None
    return answer(AuditPage(rows=tuple(page), next=more))
