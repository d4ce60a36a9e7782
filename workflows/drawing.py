"""What the read model shows of a case and of each of its steps, before anything is counted."""

from activities.record import CasePicture, FeePicture, HoldPicture, RequestPicture, StepPicture, TolerancePicture
from sla.clock import Standing
from sla.promise import Measure, Promise
from workflows.state import CORRECTION, VOID, CaseRequest, CaseState, Status, StepState, StepStatus

# 办理状态, domain: 1 received ... 15 revoked
_NATIONAL = {
    Status.RECEIVED: 1,
    Status.CORRECTION: 6,
    Status.ACCEPTED: 3,
    Status.REFUSED: 5,
    Status.WITHDRAWN: 14,
    Status.REVOKED: 15,
    Status.TERMINATED: 14,  # the standard has no code of its own for it
}
_DECISIONS = {"approved": 11, "approved-with-tolerance": 12, "refused": 13}


def national_state(state: CaseState) -> int:
    """Return the national status code 办理状态 of a case."""
    if state.status is Status.DECIDED:
        return _DECISIONS[state.outcome or "approved"]
    if state.status in (Status.WITHDRAWN, Status.TERMINATED) and state.accepted is None:
        return 2
    if state.status is Status.ACCEPTED:
        open_grounds = [s.ground for s in state.suspensions if s.end is None]
        if open_grounds:
            return 6 if CORRECTION in open_grounds else 9
        if any(s.status is StepStatus.RUNNING and s.step.counts for s in state.steps.values()):
            return 8
    return _NATIONAL[state.status]


def draw_case(state: CaseState) -> CasePicture:
    """Draw the row of a case."""
    procedure = state.procedure
    return CasePicture(
        case=state.case,
        procedure=procedure.key,
        version=procedure.version,
        variant=procedure.variant,
        jurisdiction=procedure.jurisdiction,
        title_zh=procedure.title_zh,
        title_en=procedure.title_en,
        owner=procedure.owner,
        facts=procedure.facts,
        status=state.status,
        national_state=national_state(state),
        received_at=state.received,
        accepted_at=state.accepted,
        decided_at=state.decided,
        closed_at=state.closed,
        outcome=state.outcome,
        excluded=procedure.excluded,
        survey=state.survey,
        parent=state.parent,
        children=state.children,
        fees=tuple(_fee(state, promise) for promise in state.promises if promise.measure is Measure.FEE),
        tolerance=_tolerance(state),
        taken_over=state.taken_over,
        reclassified=len(state.kinds),
        requests=tuple(draw_request(one) for one in state.requests),
        open=not state.over,
    )


def draw_request(one: CaseRequest) -> RequestPicture:
    """Draw a request."""
    return RequestPicture(
        number=one.number,
        kind=one.kind,
        wanted=one.wanted,
        at=one.at,
        asked_by=one.asked_by,
        asked_at=one.asked,
        due_at=one.due,
        status=one.status.value,
        answered_by=one.answered_by,
        answered_at=one.answered,
        answer=one.answer,
        reason=one.reason,
    )


def _tolerance(state: CaseState) -> TolerancePicture | None:
    one = state.lacking
    if one is None:
        return None
    return TolerancePicture(lacking=one.lacking, workdays=one.workdays, rule=one.rule, supplied_at=one.supplied)


def _fee(state: CaseState, promise: Promise) -> FeePicture:
    limit, charged = promise.fee_limit_fen or 0, sum(fen for _, fen in state.fees)
    met = Standing.MET if state.status is Status.DECIDED else None
    verdict = Standing.MISSED if charged > limit else met
    return FeePicture(
        commitment=promise.commitment, limit_fen=limit, charged_fen=charged, ramp_up=promise.ramp_up, verdict=verdict
    )


def draw_step(state: CaseState, step: StepState, *, coming: bool) -> StepPicture:
    """Draw the row of a step; `coming`: it is on a desk once those are done that are on one now."""
    status = str(step.status)
    if step.status is StepStatus.RUNNING and any(
        s.end is None and s.step in (None, step.step.key) for s in state.suspensions
    ):
        status = "suspended"
    if step.status is StepStatus.FALLEN:
        status = "void"
    if step.status is not StepStatus.DONE and (state.status in VOID or state.outcome == "refused"):
        status = "void"
    return StepPicture(
        key=step.step.key,
        occurrence=step.occurrence,
        title_zh=step.step.title_zh,
        title_en=step.step.title_en,
        party=step.step.party,
        owner=step.step.owner,
        stage=step.step.stage,
        counts=step.step.counts,
        status=status,
        opened_at=step.opened,
        started_at=step.started,
        completed_at=step.completed,
        claimed_at=step.claimed,
        told_at=step.told,
        event=step.seq,
        outcome=step.outcome,
        pending=step.pending,
        in_correction=any(
            s.end is None and s.ground == CORRECTION and s.step == step.step.key for s in state.suspensions
        ),
        coming=coming,
        held=tuple(HoldPicture(owner=one.owner, start=one.start, end=one.end) for one in step.held),
        fell_away_at=step.fell,
        fell_away=step.why,
    )
