"""Four eyes: what is asked for, and its answers. It is asked for by the command itself, which is then answered with 202."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from api.access.key_route import KeyRoute
from api.access.request_context import CONFIRMERS, OVERSEERS, CommandVisiting, Visit, Visiting, only
from api.http.bodies import RefuseRequestBody, TakeBackBody
from api.http.headers import IdempotencyKey, IfMatch
from api.http.responses import answer
from api.intake.submit import answered
from api.intake.wishes import grant_wish, request_wish
from api.routes.case_lists import LEAST, MOST, USUAL
from api.routes.commands import COMMAND
from api.views.requests import CaseRequestList, request_shown
from workflows.messages import RefuseRequest, TakeBack
from workflows.state import RequestStatus

router = APIRouter(route_class=KeyRoute, prefix="/v1", tags=["requests"])

NUMBERED = "/cases/{case}/requests/{number}"
Numbered = Annotated[int, Path(ge=1, le=10**9, description="of the event that asked")]
answering = Depends(only(*CONFIRMERS))


@router.get("/requests", response_model=CaseRequestList, dependencies=[Depends(only(*OVERSEERS))])
async def list_requests(
    visit: Visiting,
    *,
    status: Annotated[
        RequestStatus | Literal["any"], Query(description="what became of them; `any`: all that were ever made")
    ] = RequestStatus.OPEN,
    kind: Annotated[
        Literal["extend", "correct", "confirm", "withdraw"] | None, Query(description="the command that is asked for")
    ] = None,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=LEAST, le=MOST)] = USUAL,
) -> Response:
    """List what is asked for, the oldest first."""
    return answer(await visit.read(_listed, visit, str(status), kind, after, limit))


def _listed(visit: Visit, status: str, kind: str | None, after: str | None, limit: int) -> CaseRequestList:
    belongs = {"list": "requests", "status": status, "kind": kind}
    begin = visit.cursors.place(after, belongs, int, str, int)
    place = None if begin is None else (begin[0], begin[1], begin[2])
    found = visit.services.store.requests(
        status=None if status == "any" else status, kind=kind, after=place, limit=limit + 1
    )
    page = found[:limit]
    return CaseRequestList(
        requests=tuple(request_shown(one.case.case, one.request, visit.told) for one in page),
        next=visit.cursors.cursor(page[-1].place, belongs) if len(found) > limit else None,
    )


@router.post(NUMBERED + "/grant", dependencies=[answering], **COMMAND)
async def grant_request(
    visit: CommandVisiting, case: str, number: Numbered, key: IdempotencyKey, seen: IfMatch
) -> Response:
    """Carry out what another asked for, as the case stands now; where that is refused, the request stays open."""
    return await answered(visit, grant_wish(visit, case, key, seen, number))


@router.post(NUMBERED + "/refuse", dependencies=[answering], **COMMAND)
async def refuse_case_request(
    visit: CommandVisiting, case: str, number: Numbered, key: IdempotencyKey, seen: IfMatch, body: RefuseRequestBody
) -> Response:
    """Refuse what another asked for."""
    return await answered(visit, request_wish(case, key, seen, RefuseRequest, number, body.reason))


@router.post(NUMBERED + "/take-back", dependencies=[answering], **COMMAND)
async def take_back_request(
    visit: CommandVisiting,
    case: str,
    number: Numbered,
    key: IdempotencyKey,
    seen: IfMatch,
    body: TakeBackBody | None = None,
) -> Response:
    """Take back what one asked for oneself."""
    reason = None if body is None else body.reason
    return await answered(visit, request_wish(case, key, seen, TakeBack, number, reason))
