"""One POST for each command on a case."""

from typing import Any

from fastapi import APIRouter, Depends, Response

from api.access.key_route import KeyRoute
from api.access.request_context import CONFIRMERS, DOERS, OFFICERS, CommandVisiting, Visit, only
from api.http.bodies import (
    AcceptBody,
    CompletionBody,
    ConfirmBody,
    CorrectBody,
    DecideBody,
    ExtendBody,
    FeeBody,
    HandOverBody,
    LinkBody,
    RecalculateBody,
    ReclassifyBody,
    RefuseBody,
    ResubmitBody,
    ResumeBody,
    ReturnBody,
    RevokeBody,
    StartBody,
    SupplyBody,
    SuspendBody,
    TerminateBody,
    WithdrawBody,
)
from api.http.body import Dated
from api.http.fields import KEY
from api.http.headers import IdempotencyKey, IfMatch
from api.http.problems import Flaw, Problem
from api.intake.command_builders import made_id
from api.intake.submit import answered
from api.intake.wishes import (
    accept_wish,
    complete_wish,
    confirm_wish,
    decide_wish,
    hand_over_wish,
    plain_wish,
    reclassify_wish,
)
from api.views.foreseen import DryRun
from api.views.requests import CaseRequestShown
from workflows import messages
from workflows.messages import Command, Receipt

router = APIRouter(route_class=KeyRoute, prefix="/v1/cases/{case}", tags=["commands"])

COMMAND: dict[str, Any] = {
    "status_code": 201,
    "response_model": Receipt,
    "responses": {
        200: {"model": Receipt | DryRun, "description": "The same command was carried out before, or it was only tried"}
    },
}
GRANTED_BY_ANOTHER: dict[str, Any] = {
    **COMMAND,
    "responses": {
        **COMMAND["responses"],
        202: {
            "model": CaseRequestShown,
            "description": "Nothing is done yet: where a setting asks for four eyes, another grants what was asked for here",
        },
    },
}
officers = Depends(only(*OFFICERS))
doers = Depends(only(*DOERS))
confirmers = Depends(only(*CONFIRMERS))


async def _do(
    visit: Visit,
    case: str,
    key: str,
    seen: int | None,
    kind: type[Command],
    body: Dated,
    *,
    step: str | None = None,
    **path: str,
) -> Response:
    """Sends a command whose fields are those of its body and of its path."""
    return await answered(visit, plain_wish(case, key, seen, kind, body, step=step, **path))


@router.post("/accept", dependencies=[officers], **COMMAND)
async def accept(
    visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: AcceptBody | None = None
) -> Response:
    """Accept the application, under the promises in force on the day on which that takes effect."""
    return await answered(visit, accept_wish(visit, case, key, seen, body or AcceptBody()))


@router.post("/supplies", dependencies=[officers], **COMMAND)
async def supply(
    visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: SupplyBody | None = None
) -> Response:
    """Record that the applicant brought what was missing at acceptance."""
    return await _do(visit, case, key, seen, messages.Supply, body or SupplyBody())


@router.post("/reclassify", dependencies=[officers], **COMMAND)
async def reclassify(
    visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: ReclassifyBody
) -> Response:
    """Make the case one of another kind: number, events, used time and suspensions stay, and so do steps that both kinds have."""
    return await answered(visit, reclassify_wish(visit, case, key, seen, body))


@router.post("/steps/{step}/hand-over", dependencies=[officers], **COMMAND)
async def hand_over(
    visit: CommandVisiting, case: str, step: str, key: IdempotencyKey, seen: IfMatch, body: HandOverBody
) -> Response:
    """Give a step that is not done to another office; who had it how long stays on record."""
    return await answered(visit, hand_over_wish(case, key, seen, body, step))


@router.post("/terminate", dependencies=[officers], **COMMAND)
async def terminate(
    visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: TerminateBody
) -> Response:
    """Close the case without a decision: its matter is void, or its applicant is lost."""
    return await _do(visit, case, key, seen, messages.Terminate, body)


@router.post("/refuse", dependencies=[officers], **COMMAND)
async def refuse(visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: RefuseBody) -> Response:
    """Refuse to accept the application."""
    return await _do(visit, case, key, seen, messages.Refuse, body)


@router.post("/steps/{step}/start", dependencies=[doers], **COMMAND)
async def start(
    visit: CommandVisiting,
    case: str,
    step: str,
    key: IdempotencyKey,
    seen: IfMatch,
    body: StartBody | None = None,
) -> Response:
    """Take up a step."""
    return await _do(visit, case, key, seen, messages.Start, body or StartBody(), step=step)


@router.post("/steps/{step}/completions", dependencies=[doers], **COMMAND)
async def complete(
    visit: CommandVisiting, case: str, step: str, key: IdempotencyKey, seen: IfMatch, body: CompletionBody
) -> Response:
    """Complete a step. A completion that happened in time and is told late counts by its own day."""
    return await answered(visit, complete_wish(visit, case, key, seen, body, step))


@router.post("/return", dependencies=[doers], **COMMAND)
async def return_for_correction(
    visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: ReturnBody
) -> Response:
    """Return the application for correction; after acceptance also one step of it."""
    _names_a_step(visit, body.step)
    return await _do(visit, case, key, seen, messages.Return, body, step=body.step)


@router.post("/resubmit", dependencies=[doers], **COMMAND)
async def resubmit(
    visit: CommandVisiting,
    case: str,
    key: IdempotencyKey,
    seen: IfMatch,
    body: ResubmitBody | None = None,
) -> Response:
    """End a correction: the applicant handed in what was asked for."""
    body = body or ResubmitBody()
    _names_a_step(visit, body.step)
    return await _do(visit, case, key, seen, messages.Resubmit, body, step=body.step)


@router.post("/suspensions", dependencies=[officers], **COMMAND)
async def suspend(visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: SuspendBody) -> Response:
    """Suspend the case, or one step of it, on a ground."""
    name = body.suspension or made_id("s", visit.caller.request_id(key))
    return await _do(visit, case, key, seen, messages.Suspend, body, suspension=name)


@router.post("/suspensions/{suspension}/resume", dependencies=[officers], **COMMAND)
async def resume(
    visit: CommandVisiting,
    case: str,
    suspension: str,
    key: IdempotencyKey,
    seen: IfMatch,
    body: ResumeBody | None = None,
) -> Response:
    """End a suspension."""
    if not KEY.fullmatch(suspension):
        raise Problem("unknown-suspension", flaws=[Flaw("path/suspension", "unknown-suspension")])
    return await _do(visit, case, key, seen, messages.Resume, body or ResumeBody(), suspension=suspension)


@router.post("/extensions", dependencies=[officers], **GRANTED_BY_ANOTHER)
async def extend(visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: ExtendBody) -> Response:
    """Grant more working days to one clock, before its expiry."""
    return await _do(visit, case, key, seen, messages.Extend, body)


@router.post("/fees", dependencies=[officers], **COMMAND)
async def record_fee(visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: FeeBody) -> Response:
    """Record a fee charged to the applicant, in fen."""
    return await _do(visit, case, key, seen, messages.RecordFee, body)


@router.post("/withdraw", dependencies=[officers], **GRANTED_BY_ANOTHER)
async def withdraw(
    visit: CommandVisiting,
    case: str,
    key: IdempotencyKey,
    seen: IfMatch,
    body: WithdrawBody | None = None,
) -> Response:
    """Record that the applicant withdrew."""
    return await _do(visit, case, key, seen, messages.Withdraw, body or WithdrawBody())


@router.post("/decide", dependencies=[officers], **COMMAND)
async def decide(visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: DecideBody) -> Response:
    """Decide the case; with tolerance while something is missing that it was accepted without, and only then."""
    return await answered(visit, decide_wish(case, key, seen, body))


@router.post("/revoke", dependencies=[officers], **COMMAND)
async def revoke(visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: RevokeBody) -> Response:
    """Revoke the decision."""
    return await _do(visit, case, key, seen, messages.Revoke, body)


@router.post("/corrections", dependencies=[officers], **GRANTED_BY_ANOTHER)
async def correct(visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: CorrectBody) -> Response:
    """Correct an earlier fact; both stay on record."""
    return await _do(visit, case, key, seen, messages.Correct, body)


@router.post("/confirmations", dependencies=[confirmers], **GRANTED_BY_ANOTHER)
async def confirm(visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: ConfirmBody) -> Response:
    """Confirm a completion that was told too late to count by itself; whoever posted it does not confirm it."""
    return await answered(visit, confirm_wish(visit, case, key, seen, body))


@router.post("/links", dependencies=[officers], **COMMAND)
async def link(visit: CommandVisiting, case: str, key: IdempotencyKey, seen: IfMatch, body: LinkBody) -> Response:
    """Link a child case."""
    return await _do(visit, case, key, seen, messages.Link, body)


@router.post("/recalculate", dependencies=[officers], **COMMAND)
async def recalculate(
    visit: CommandVisiting,
    case: str,
    key: IdempotencyKey,
    seen: IfMatch,
    body: RecalculateBody | None = None,
) -> Response:
    """Count the case anew with today's calendar."""
    return await _do(visit, case, key, seen, messages.Recalculate, body or RecalculateBody())


def _names_a_step(visit: Visit, step: str | None) -> None:
    """A company returns its own step; the application as a whole is the authority's to return."""
    if visit.caller.owners is not None and step is None:
        raise Problem("invalid", flaws=[Flaw("#/step", "missing")])
