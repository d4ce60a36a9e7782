"""Notices that operators bring: proposed, previewed, approved by another, or rejected."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from activities.proposals import Proposal, ProposalState
from api.access.key_route import KeyRoute
from api.access.request_context import CONFIRMERS, OVERSEERS, Visit, Visiting, only
from api.http.bodies import ApproveNoticeBody, ProposeBody, RejectNoticeBody
from api.http.headers import IdempotencyKey
from api.http.problems import RETRY_AFTER, Problem
from api.http.responses import answer
from api.intake.notice_desk import NoticeDesk
from api.intake.notice_previews import MadePreview, page_of_moves
from api.views.proposal import MoveList, PreviewShown, ProposalAnswer, ProposalList, ProposalShown, proposal_shown

router = APIRouter(route_class=KeyRoute, prefix="/v1/calendars/notices", tags=["notices"])

PATIENCE = 2.0  # seconds for which a preview is waited for
SEEING, DECIDING = [Depends(only(*OVERSEERS))], [Depends(only(*CONFIRMERS))]

Number = Annotated[int, Path(ge=1, le=10**6)]


@router.get("", response_model=ProposalList, dependencies=SEEING)
async def list_notices(request: Request, visit: Visiting) -> Response:
    """List the notices that operators, or a release, have proposed."""
    desk = _desk(request)
    found = await desk.all(visit)
    return answer(ProposalList(revision=desk.holder.revision, proposals=tuple(map(proposal_shown, found))))


@router.post("", response_model=ProposalShown, status_code=201, dependencies=DECIDING)
async def propose_notice(request: Request, visit: Visiting, said: ProposeBody, key: IdempotencyKey) -> Response:
    """Propose a notice: its text, or its days in fields. Nothing is counted by it before it is approved."""
    return _answered(visit, await _desk(request).propose(visit, said, key), made=True)


@router.get("/{number}", response_model=ProposalAnswer, dependencies=SEEING)
async def show_notice(request: Request, visit: Visiting, number: Number) -> Response:
    """Show a proposed notice, and what it would do to open cases as they stand."""
    desk = _desk(request)
    found = await desk.one(visit, number)
    if found.state is not ProposalState.OPEN:
        return answer(ProposalAnswer(proposal=proposal_shown(found), preview=None, looked_at=None))
    made = await desk.preview(visit, number, min(PATIENCE, visit.remaining.total_seconds()))
    shown = None if made is None else preview_shown(made)
    body = ProposalAnswer(
        proposal=proposal_shown(found),
        preview=shown,
        looked_at=desk.previews.progress(number) if made is None else None,
    )
    return answer(body, headers={} if made is not None else {"Retry-After": str(RETRY_AFTER)})


@router.get("/{number}/moves", response_model=MoveList, dependencies=SEEING)
async def list_moves(
    request: Request,
    visit: Visiting,
    number: Number,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
) -> Response:
    """List the clocks that a proposed notice would move, as the last preview found them."""
    desk, begin = _desk(request), visit.cursors.place(after, {"notice": number}, str)
    await desk.one(visit, number)
    made = desk.previews.held(number)
    if made is None:
        raise Problem("preview-running")
    found, last = await visit.read(page_of_moves, made, "" if begin is None else begin[0])
    more = None if last is None else visit.cursors.cursor((last,), {"notice": number})
    return answer(MoveList(at=made.at, moves=tuple(found), next=more))


@router.post("/{number}/approve", response_model=ProposalShown, dependencies=DECIDING)
async def approve_notice(
    request: Request, visit: Visiting, number: Number, said: ApproveNoticeBody, key: IdempotencyKey
) -> Response:
    """Put a proposed notice in force. `preview` is the digest of the preview that was seen: with other numbers it is refused."""
    found = await _desk(request).approve(visit, number, said.preview, key, said.reason)
    return _answered(visit, found)


@router.post("/{number}/reject", response_model=ProposalShown, dependencies=DECIDING)
async def reject_notice(
    request: Request, visit: Visiting, number: Number, said: RejectNoticeBody, key: IdempotencyKey
) -> Response:
    """Reject a proposed notice."""
    return _answered(visit, await _desk(request).reject(visit, number, key, said.reason))


def preview_shown(made: MadePreview) -> PreviewShown:
    """Return a preview as it is shown."""
    return PreviewShown(**dict(made.numbers), at=made.at, live_cases=made.preview.live_cases)


def _answered(visit: Visit, found: Proposal, *, made: bool = False) -> Response:
    fresh = (found.proposed_at if made else found.decided_at) == visit.told
    headers = {"Location": f"/v1/calendars/notices/{found.number}"}
    if not fresh:
        headers["Idempotent-Replayed"] = "true"
    return answer(proposal_shown(found), 201 if made else 200, headers)


def _desk(request: Request) -> NoticeDesk:
    desk: NoticeDesk = request.app.state.notices
    return desk
