"""What a command comes to in a state: new events, an event known already, or a refusal that changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from activities.record import Event, NewEvent
from workflows.messages import (
    Accept,
    Complete,
    Confirm,
    Correct,
    Decide,
    Extend,
    Link,
    Message,
    Open,
    Recalculate,
    RecordFee,
    Refuse,
    Resubmit,
    Resume,
    Return,
    Revoke,
    Start,
    Suspend,
    Withdraw,
)
from workflows.procedure import Effect
from workflows.state import CORRECTION, CaseState, Standstill, Status, StepState, StepStatus


class Refusal(Exception):  # it is an answer, not a fault
    """The command cannot be carried out as the case stands."""

    def __init__(self, code: str, field: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.field = field
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Known:
    """The command's fact is on record already, under this number."""

    seq: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The event that a command becomes."""

    event: NewEvent


def decide(state: CaseState | None, command: Message, due: Mapping[str, datetime | None]) -> Known | Decision:
    """The answer of a case to a command. `due`: each extendable clock's due instant, as last counted."""
    if state is not None:
        known = state.by_request(command.request_id)
        if known is not None:
            return _same(known, command, "request-reused", "request_id")
    if isinstance(command, Open):
        return _open(state, command)
    if state is None:
        raise Refusal("unknown-case", "case", "There is no such case.")
    if command.at < state.received:
        raise Refusal(
            "before-case", "at", f"The case was received at {state.received.isoformat()}; nothing precedes it."
        )
    if isinstance(command, Extend):
        return _extend(state, command, due)
    return _RULES[type(command)](state, command)


def _same(event: Event, command: Message, code: str, field: str) -> Known:
    if event.digest == command.digest:
        return Known(event.seq)
    raise Refusal(code, field, f"Event {event.seq} was recorded with another content.")


def _event(command: Message, kind: str, **body: object) -> Decision:
    return Decision(
        NewEvent(
            kind=kind,
            at=command.at.astimezone(UTC),
            told=command.told.astimezone(UTC),
            actor=command.actor,
            request_id=command.request_id,
            digest=command.digest,
            body=body,
        )
    )


def _open(state: CaseState | None, command: Open) -> Known | Decision:
    if state is not None:
        return _same(state.events[0], command, "case-exists", "case")
    return _event(
        command,
        "opened",
        procedure=command.procedure.model_dump(mode="json"),
        policy=command.policy.model_dump(mode="json"),
        promises=[p.model_dump(mode="json") for p in command.promises],
        survey=command.survey,
        parent=command.parent,
    )


def _alive(state: CaseState) -> None:
    if state.over:
        raise Refusal("case-over", "case", f"The case is {state.status} and takes no such command.")


def _accept(state: CaseState, command: Accept) -> Decision:
    return _acceptance(state, command, command.promises, {})


def _acceptance(state: CaseState, command: Message, promises: tuple[Any, ...], more: dict[str, Any]) -> Decision:
    _alive(state)
    if state.accepted is not None:
        raise Refusal("already-accepted", "case", f"The case was accepted at {state.accepted.isoformat()}.")
    if state.status is Status.CORRECTION:
        raise Refusal("in-correction", "case", "The application was returned for correction and has not come back.")
    if command.at < state.rounds[-1].received:
        raise Refusal("before-receipt", "at", "The corrected materials were received later than that.")
    return _event(command, "accepted", promises=[p.model_dump(mode="json") for p in promises], **more)


def _refuse(state: CaseState, command: Refuse) -> Decision:
    _alive(state)
    if state.accepted is not None:
        raise Refusal("already-accepted", "case", "An accepted case is decided, not refused at the door.")
    return _event(command, "refused", reason=command.reason)


def _visible(state: CaseState, key: str, command: Message) -> StepState:
    """A step the actor may touch; another's is indistinguishable from a missing one."""
    step = state.steps.get(key)
    if step is None or (command.owners is not None and step.step.owner not in command.owners):
        raise Refusal("unknown-step", "step", "There is no such step.")
    return step


def _start(state: CaseState, command: Start) -> Decision:
    step = _visible(state, command.step, command)
    _alive(state)
    if step.status in (StepStatus.RUNNING, StepStatus.DONE):
        raise Refusal("step-already-started", "step", "The step's time has begun already.")
    _opened_by(step, command)
    if step.step.counts and state.accepted is None:
        raise Refusal("not-accepted", "case", "The case has not been accepted; no counted step begins before that.")
    if step.step.counts and state.accepted is not None and command.at < state.accepted:
        raise Refusal("before-acceptance", "at", "The case was accepted later than that.")
    return _event(command, "started", step=command.step)


def _opened_by(step: StepState, command: Message) -> None:
    if step.status is StepStatus.WAITING:
        raise Refusal("step-not-open", "step", f"The step waits for {', '.join(step.step.after) or 'a gate'}.")
    if step.opened is not None and command.at < step.opened:
        raise Refusal(
            "before-step", "at", f"The step opened at {step.opened.isoformat()}; nothing in it precedes that."
        )


def _complete(state: CaseState, command: Complete) -> Known | Decision:
    step = _visible(state, command.step, command)
    if command.occurrence is not None and command.occurrence > step.occurrence:
        raise Refusal("unknown-occurrence", "occurrence", f"The step is in its occurrence {step.occurrence}.")
    recorded = _recorded(state, step, command)
    if recorded is not None:
        return _same(recorded, command, "step-already-completed", "step")
    if state.over and not (state.status is Status.DECIDED and state.outcome != "refused"):
        _alive(state)
    outcome = next((o for o in step.step.outcomes if o.key == command.outcome), None)
    if outcome is None:
        allowed = ", ".join(o.key for o in step.step.outcomes)
        raise Refusal("unknown-outcome", "outcome", f"The step ends with one of: {allowed}.")
    unknown = set(command.opinions) - set(step.step.opinions)
    if unknown:
        raise Refusal("unknown-opinion", "opinions", f"The step knows the opinions: {', '.join(step.step.opinions)}.")
    _opened_by(step, command)
    if outcome.effect is Effect.CORRECT:
        return _return(state, command, command.step, command.note or "")
    if command.step == state.procedure.accepted_by and outcome.effect is Effect.PROCEED:
        return _acceptance(state, command, command.promises, {"step": command.step, "outcome": command.outcome})
    if step.status is StepStatus.OPEN:
        raise Refusal("step-not-started", "step", "The step has not been started.")
    if step.started is not None and command.at < step.started:
        raise Refusal("before-step", "at", f"The step started at {step.started.isoformat()}.")
    return _event(
        command,
        "completed",
        step=command.step,
        occurrence=step.occurrence,
        outcome=command.outcome,
        opinions=command.opinions,
        note=command.note,
        backdated=command.backdated,
    )


def _recorded(state: CaseState, step: StepState, command: Complete) -> Event | None:
    """The event that completed this occurrence of the step, if any did."""
    if command.occurrence is not None and command.occurrence < step.occurrence:
        return next(
            e
            for e in state.events
            if e.kind == "completed" and e.body["step"] == command.step and e.body["occurrence"] == command.occurrence
        )
    return state.by_seq(step.seq) if step.status is StepStatus.DONE and step.seq else None


def _confirm(state: CaseState, command: Confirm) -> Decision:
    step = next((s for s in state.steps.values() if s.seq == command.seq and s.pending), None)
    if step is None:
        raise Refusal("nothing-pending", "seq", "No posting with that number waits for an officer.")
    return _event(command, "confirmed", seq=command.seq)


def _return_case(state: CaseState, command: Return) -> Decision:
    return _return(state, command, command.step, command.reason)


def _return(state: CaseState, command: Message, step: str | None, reason: str) -> Decision:
    _alive(state)
    if state.accepted is None:
        if state.status is Status.CORRECTION:
            raise Refusal("already-returned", "case", "The application is out for correction.")
        return _event(command, "returned", step=None, reason=reason)
    if step is not None:
        _opened_by(_visible(state, step, command), command)
        if state.steps[step].status is not StepStatus.RUNNING:
            raise Refusal("step-not-open", "step", "Only a step whose time runs is returned for correction.")
    if _correction(state, step) is not None:
        raise Refusal("already-returned", "step", "It is out for correction.")
    return _event(command, "returned", step=step, reason=reason)


def _correction(state: CaseState, step: str | None) -> Standstill | None:
    return next((s for s in state.suspensions if s.end is None and s.ground == CORRECTION and s.step == step), None)


def _resubmit(state: CaseState, command: Resubmit) -> Decision:
    _alive(state)
    if state.accepted is None:
        if state.status is not Status.CORRECTION:
            raise Refusal("not-returned", "case", "The application was not returned for correction.")
        noticed = state.rounds[-1].noticed
        if noticed is not None and command.at < noticed:
            raise Refusal("before-return", "at", "It was returned for correction later than that.")
        return _event(command, "resubmitted", step=None)
    if command.step is not None:
        _visible(state, command.step, command)
    halt = _correction(state, command.step)
    if halt is None:
        raise Refusal("not-returned", "step", "No correction is open there.")
    if command.at < halt.start:
        raise Refusal("before-return", "at", "It was returned for correction later than that.")
    return _event(command, "resubmitted", step=command.step)


def _suspend(state: CaseState, command: Suspend) -> Decision:
    _alive(state)
    if command.ground == CORRECTION:
        raise Refusal("unknown-ground", "ground", "A correction is recorded by `return`, which states what is missing.")
    if command.ground not in {g.key for g in state.procedure.grounds}:
        known = ", ".join(g.key for g in state.procedure.grounds if g.key != CORRECTION)
        raise Refusal("unknown-ground", "ground", f"A suspension names one of the grounds: {known}.")
    if any(s.id == command.suspension for s in state.suspensions):
        raise Refusal("suspension-exists", "suspension", "A suspension has that id already.")
    if state.accepted is None:
        raise Refusal("not-accepted", "case", "Before acceptance no clock runs that could be suspended.")
    if command.step is not None:
        step = _visible(state, command.step, command)
        _opened_by(step, command)
        if step.status is not StepStatus.RUNNING:
            raise Refusal("step-not-open", "step", "Only a step whose time runs is suspended.")
    return _event(
        command,
        "suspended",
        suspension=command.suspension,
        ground=command.ground,
        step=command.step,
        reason=command.reason,
    )


def _resume(state: CaseState, command: Resume) -> Decision:
    _alive(state)
    halt = next((s for s in state.suspensions if s.id == command.suspension), None)
    if halt is None or (halt.step is not None and command.owners is not None):
        _hidden(state, halt, command)
    if halt is None:
        raise Refusal("unknown-suspension", "suspension", "There is no such suspension.")
    if halt.end is not None:
        raise Refusal("not-suspended", "suspension", f"It was resumed at {halt.end.isoformat()}.")
    if command.at < halt.start:
        raise Refusal("before-suspension", "at", f"It was suspended at {halt.start.isoformat()}.")
    return _event(command, "resumed", suspension=command.suspension, step=halt.step)


def _hidden(state: CaseState, halt: Standstill | None, command: Message) -> None:
    if halt is not None and halt.step is not None and state.steps[halt.step].step.owner in (command.owners or ()):
        return
    raise Refusal("unknown-suspension", "suspension", "There is no such suspension.")


def _extend(state: CaseState, command: Extend, due: Mapping[str, datetime | None]) -> Decision:
    _alive(state)
    if command.clock not in due:
        known = ", ".join(sorted(due)) or "none"
        raise Refusal("unknown-clock", "clock", f"Running clocks that can be extended: {known}.")
    expiry = due[command.clock]
    if expiry is not None and max(command.at, command.told) > expiry:
        raise Refusal("expired", "at", f"The clock was due at {expiry.isoformat()}; only before expiry it is extended.")
    granted = sum(int(e.amount) for k, e in state.extensions if k == command.clock)
    allowed = state.procedure.statutory_extension
    if command.clock == "statutory" and granted + command.workdays > allowed:
        raise Refusal(
            "extension-too-long", "workdays", f"The law allows {allowed} working days; {granted} are granted."
        )
    return _event(
        command,
        "extended",
        clock=command.clock,
        workdays=command.workdays,
        approved_by=command.approved_by,
        reason=command.reason,
    )


def _record_fee(state: CaseState, command: RecordFee) -> Decision:
    return _event(command, "fee-recorded", fen=command.fen, reason=command.reason)


def _withdraw(state: CaseState, command: Withdraw) -> Decision:
    _alive(state)
    return _event(command, "withdrawn", reason=command.reason)


def _decide_case(state: CaseState, command: Decide) -> Decision:
    _alive(state)
    if state.accepted is None:
        raise Refusal("not-accepted", "case", "Only an accepted case is decided.")
    if command.at < state.accepted:
        raise Refusal("before-acceptance", "at", "The case was accepted later than that.")
    if command.outcome != "refused":
        missing = [k for k in state.procedure.ends if state.steps[k].status is not StepStatus.DONE]
        if missing:
            raise Refusal("steps-missing", "outcome", f"Not complete: {', '.join(missing)}.")
    return _event(command, "decided", outcome=command.outcome, reason=command.reason)


def _revoke(state: CaseState, command: Revoke) -> Decision:
    if state.status is not Status.DECIDED:
        raise Refusal("not-decided", "case", "Only a decision can be revoked.")
    return _event(command, "revoked", reason=command.reason)


_CORRECTABLE = frozenset(
    [
        "accepted",
        "started",
        "completed",
        "returned",
        "resubmitted",
        "suspended",
        "resumed",
        "extended",
        "fee-recorded",
        "withdrawn",
        "decided",
    ]
)


def _correct(state: CaseState, command: Correct) -> Decision:
    event = state.by_seq(command.seq)
    if event is None or event.kind not in _CORRECTABLE:
        raise Refusal("unknown-event", "seq", "No fact with that number can be corrected.")
    if command.void == (command.instant is not None):
        raise Refusal("nothing-corrected", "instant", "Give either another instant, or void.")
    if command.instant is not None and command.instant < state.received:
        raise Refusal("before-case", "instant", "The case was received later than that.")
    if command.instant is not None and command.instant > command.told:
        raise Refusal("in-future", "instant", "A fact cannot be corrected to the future.")
    return _event(
        command,
        "amended",
        seq=command.seq,
        instant=command.instant.isoformat() if command.instant else None,
        void=command.void,
        reason=command.reason,
    )


def _link(state: CaseState, command: Link) -> Decision:
    if command.child in state.children:
        raise Refusal("already-linked", "child", "That case is linked already.")
    return _event(command, "linked", child=command.child)


def _recalculate(_: CaseState, command: Recalculate) -> Decision:
    return _event(command, "recalculated")


_RULES: dict[type[Message], Callable[[CaseState, Any], Known | Decision]] = {
    Accept: _accept,
    Refuse: _refuse,
    Start: _start,
    Complete: _complete,
    Confirm: _confirm,
    Return: _return_case,
    Resubmit: _resubmit,
    Suspend: _suspend,
    Resume: _resume,
    RecordFee: _record_fee,
    Withdraw: _withdraw,
    Decide: _decide_case,
    Revoke: _revoke,
    Correct: _correct,
    Link: _link,
    Recalculate: _recalculate,
}
