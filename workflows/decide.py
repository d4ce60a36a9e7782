"""What a command comes to in a state: new events, an event known already, or a refusal that changes nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from workflows.answers import Decision, OnRecord, Refusal, alive, event, same
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
from workflows.state import CaseState, Status, StepStatus
from workflows.stepping import acceptance, complete, confirm, resubmit, resume, return_, start, suspend


def decide(state: CaseState | None, command: Message, due: Mapping[str, datetime | None]) -> OnRecord | Decision:
    """Return the answer of a case to a command. `due`: each extendable clock's due instant, as last counted."""
    if state is not None:
        known = state.by_request(command.request_id)
        if known is not None:
            return same(known, command, "request-reused", "request_id")
    if isinstance(command, Open):
        return _open(state, command)
    if state is None:
        raise Refusal("unknown-case", "case", "There is no such case.")
    if command.seen is not None and command.seen != len(state.events):
        raise Refusal("stale", "seen", f"The case has moved on to event {len(state.events)}.")
    if command.at < state.received:
        raise Refusal(
            "before-case", "at", f"The case was received at {state.received.isoformat()}; nothing precedes it."
        )
    if isinstance(command, Extend):
        return _extend(state, command, due)
    return _RULES[type(command)](state, command)


def _open(state: CaseState | None, command: Open) -> OnRecord | Decision:
    if state is not None:
        return same(state.events[0], command, "case-exists", "case")
    return event(
        command,
        "opened",
        procedure=command.procedure.model_dump(mode="json"),
        policy=command.policy.model_dump(mode="json"),
        promises=[p.model_dump(mode="json") for p in command.promises],
        survey=command.survey,
        parent=command.parent,
    )


def _accept(state: CaseState, command: Accept) -> Decision:
    return acceptance(state, command, command.promises, {})


def _refuse(state: CaseState, command: Refuse) -> Decision:
    alive(state)
    if state.accepted is not None:
        raise Refusal("already-accepted", "case", "An accepted case is decided, not refused at the door.")
    return event(command, "refused", reason=command.reason)


def _extend(state: CaseState, command: Extend, due: Mapping[str, datetime | None]) -> Decision:
    alive(state)
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
    return event(
        command,
        "extended",
        clock=command.clock,
        workdays=command.workdays,
        approved_by=command.approved_by,
        reason=command.reason,
    )


def _record_fee(state: CaseState, command: RecordFee) -> Decision:
    return event(command, "fee-recorded", fen=command.fen, reason=command.reason)


def _withdraw(state: CaseState, command: Withdraw) -> Decision:
    alive(state)
    return event(command, "withdrawn", reason=command.reason)


def _decide_case(state: CaseState, command: Decide) -> Decision:
    alive(state)
    if state.accepted is None:
        raise Refusal("not-accepted", "case", "Only an accepted case is decided.")
    if command.at < state.accepted:
        raise Refusal("before-acceptance", "at", "The case was accepted later than that.")
    if command.outcome != "refused":
        missing = [k for k in state.procedure.ends if state.steps[k].status is not StepStatus.DONE]
        if missing:
            raise Refusal("steps-missing", "outcome", f"Not complete: {', '.join(missing)}.")
    return event(command, "decided", outcome=command.outcome, reason=command.reason)


def _revoke(state: CaseState, command: Revoke) -> Decision:
    if state.status is not Status.DECIDED:
        raise Refusal("not-decided", "case", "Only a decision can be revoked.")
    return event(command, "revoked", reason=command.reason)


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
    fact = state.by_seq(command.seq)
    if fact is None or fact.kind not in _CORRECTABLE:
        raise Refusal("unknown-event", "seq", "No fact with that number can be corrected.")
    if any(e.kind == "amended" and e.body["seq"] == command.seq and e.body["void"] for e in state.events):
        raise Refusal("voided", "seq", "That fact was voided: if it did happen, tell it anew.")
    if command.void == (command.instant is not None):
        raise Refusal("nothing-corrected", "instant", "Give either another instant, or void.")
    if command.instant is not None and command.instant < state.received:
        raise Refusal("before-case", "instant", "The case was received later than that.")
    if command.instant is not None and command.instant > command.told:
        raise Refusal("in-future", "instant", "A fact cannot be corrected to the future.")
    return event(
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
    return event(command, "linked", child=command.child)


def _recalculate(_: CaseState, command: Recalculate) -> Decision:
    return event(command, "recalculated")


_RULES: dict[type[Message], Callable[[CaseState, Any], OnRecord | Decision]] = {
    Accept: _accept,
    Refuse: _refuse,
    Start: start,
    Complete: complete,
    Confirm: confirm,
    Return: return_,
    Resubmit: resubmit,
    Suspend: suspend,
    Resume: resume,
    RecordFee: _record_fee,
    Withdraw: _withdraw,
    Decide: _decide_case,
    Revoke: _revoke,
    Correct: _correct,
    Link: _link,
    Recalculate: _recalculate,
}
