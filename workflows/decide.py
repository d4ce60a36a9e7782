"""What a command comes to in a state: new events, an event known already, or a refusal that changes nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from activities.record import Event
from sla.clock import Unit
from workflows.answers import Decision, OnRecord, Refusal, alive, event, same
from workflows.asking import ask, grant, refuse_request, take_back
from workflows.held import STATUTORY, clock_key
from workflows.messages import (
    Accept,
    Ask,
    Complete,
    Confirm,
    Correct,
    Decide,
    Extend,
    Grant,
    HandOver,
    Link,
    Message,
    Open,
    Recalculate,
    Reclassify,
    RecordFee,
    Refuse,
    RefuseRequest,
    Resubmit,
    Resume,
    Return,
    Revoke,
    Start,
    Supply,
    Suspend,
    TakeBack,
    Terminate,
    Withdraw,
)
from workflows.state import VOID, CaseState, Status, StepStatus
from workflows.stepping import acceptance, complete, confirm, hand_over, resubmit, resume, return_, start, suspend


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
    return _judged(state, command, due)


def _judged(state: CaseState, command: Message, due: Mapping[str, datetime | None]) -> OnRecord | Decision:
    """What a command comes to that is nobody's repetition; of a request what it asks for is judged by the same rules."""
    if isinstance(command, Extend):
        return _extend(state, command, due)
    if isinstance(command, Ask):
        return ask(state, command, lambda wanted: _judged(state, wanted, due))
    if isinstance(command, Grant):
        return grant(state, command, lambda wanted: _judged(state, wanted, due))
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
        **({"taken_over": command.taken_over.model_dump(mode="json")} if command.taken_over else {}),
        **({"backfilled": True} if command.backfilled else {}),
    )


def _accept(state: CaseState, command: Accept) -> Decision:
    more = {"tolerance": command.tolerance.model_dump(mode="json")} if command.tolerance else {}
    return acceptance(state, command, command.promises, more)


def _supply(state: CaseState, command: Supply) -> Decision:
    if state.status in VOID or (state.over and state.outcome == "refused"):
        alive(state)
    if state.lacking is None or state.lacking.supplied is not None:
        raise Refusal("nothing-lacking", "case", "Nothing is missing that the application was accepted without.")
    if state.accepted is not None and command.at < state.accepted:
        raise Refusal("before-acceptance", "at", "The case was accepted later than that.")
    return event(command, "supplied")


def _reclassify(state: CaseState, command: Reclassify) -> Decision:
    alive(state)
    before, after = state.procedure, command.procedure
    if (before.key, before.jurisdiction) != (after.key, after.jurisdiction):
        raise Refusal("other-procedure", "variant", "A case stays one of its procedure and its jurisdiction.")
    if (before.variant, before.facts) == (after.variant, after.facts):
        raise Refusal("same-kind", "variant", "The case is of that kind, with these facts.")
    if state.kinds and command.at < state.kinds[-1].until:
        raise Refusal("before-case", "at", "The case was reclassified later than that.")
    return event(
        command,
        "reclassified",
        was={"variant": before.variant, "facts": before.facts},
        procedure=after.model_dump(mode="json"),
        promises=[p.model_dump(mode="json") for p in command.promises],
        receipt_promises=[p.model_dump(mode="json") for p in command.receipt_promises],
        reason=command.reason,
    )


def _terminate(state: CaseState, command: Terminate) -> Decision:
    alive(state)
    return event(command, "terminated", cause=command.cause, reason=command.reason)


def _refuse(state: CaseState, command: Refuse) -> Decision:
    alive(state)
    if state.accepted is not None:
        raise Refusal("already-accepted", "case", "An accepted case is decided, not refused at the door.")
    return event(command, "refused", reason=command.reason)


def _extend(state: CaseState, command: Extend, due: Mapping[str, datetime | None]) -> Decision:
    alive(state)
    if command.taken_over:  # nothing is counted yet of a case told in one turn: whether it was in time, counting says
        due = dict.fromkeys(map(clock_key, state.promises)) | ({STATUTORY: None} if state.procedure.statutory else {})
    if command.clock not in due:
        known = ", ".join(sorted(due)) or "none"
        raise Refusal("unknown-clock", "clock", f"Running clocks that can be extended: {known}.")
    expiry = due[command.clock]
    if expiry is not None and max(command.at, command.told) > expiry:
        raise Refusal("expired", "at", f"The clock was due at {expiry.isoformat()}; only before expiry it is extended.")
    in_months = _in_months(state, command.clock)
    if (command.months is None) is in_months or (command.workdays is None) is not in_months:
        field, unit = ("months", "whole months") if in_months else ("workdays", "working days")
        raise Refusal("extension-unit", field, f"This limit is extended by {unit}.")
    granted = sum(int(e.amount) for k, e in state.extensions if k == command.clock)
    allowed = state.procedure.statutory_extension
    if command.clock == STATUTORY and granted + (command.workdays or 0) > allowed:
        raise Refusal(
            "extension-too-long", "workdays", f"The law allows {allowed} working days; {granted} are granted."
        )
    return event(
        command,
        "extended",
        clock=command.clock,
        **({"months": command.months} if in_months else {"workdays": command.workdays}),
        approved_by=command.approved_by,
        reason=command.reason,
    )


def _in_months(state: CaseState, clock: str) -> bool:
    """Whether a clock that can be extended has a limit in months."""
    limits = {clock_key(promise): promise.limit for promise in state.promises}
    limit = limits.get(clock, state.procedure.statutory)
    return limit is not None and limit.unit is Unit.MONTH


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
    if command.by_tolerance and command.outcome != "refused":
        _by_tolerance(state, command.outcome)
    if command.outcome != "refused":
        missing = [k for k in state.procedure.ends if state.steps[k].status is not StepStatus.DONE]
        if missing:
            raise Refusal("steps-missing", "outcome", f"Not complete: {', '.join(missing)}.")
    return event(command, "decided", outcome=command.outcome, reason=command.reason)


def _by_tolerance(state: CaseState, outcome: str) -> None:
    lacks = state.lacking is not None and state.lacking.supplied is None
    tolerant = outcome == "approved-with-tolerance"
    if tolerant and not lacks:
        raise Refusal("nothing-lacking", "outcome", "Nothing is missing that the application was accepted without.")
    if lacks and not tolerant:
        raise Refusal("something-lacking", "outcome", "What was missing at acceptance has not been brought.")


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
        "supplied",
        "handed-over",
        "terminated",
    ]
)
ENDINGS = ("resumed", "resubmitted")


def _correct(state: CaseState, command: Correct) -> Decision:
    if command.undecided and state.over:
        raise Refusal("stale", "seen", "The case has been closed meanwhile.")
    fact = state.by_seq(command.seq)
    if fact is None or fact.kind not in _CORRECTABLE:
        raise Refusal("unknown-event", "seq", "No fact with that number can be corrected.")
    if any(e.kind == "amended" and e.body["seq"] == command.seq and e.body["void"] for e in state.events):
        raise Refusal("voided", "seq", "That fact was voided: if it did happen, tell it anew.")
    said = (command.instant, command.end, command.workdays, command.months)
    if command.void == any(one is not None for one in said):
        raise Refusal("nothing-corrected", "instant", "Give either what was so in truth, or void.")
    more = _days(state, fact, command)
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
        **more,
    )


def _days(state: CaseState, fact: Event, command: Correct) -> dict[str, Any]:
    """What a correction says of a suspension's or an extension's days."""
    more = _granted(state, fact, command)
    if command.end is None:
        return more
    halt = next((s for s in state.suspensions if s.seq == fact.seq), None)
    if halt is None:
        raise Refusal("not-corrected-so", "end", "Only what stands still has an end.")
    if command.end < (command.instant or halt.start):
        raise Refusal("before-suspension", "end", "It was suspended later than that.")
    if command.end > command.told:
        raise Refusal("in-future", "end", "A fact cannot be corrected to the future.")
    ending = state.by_seq(halt.ended_by or 0)
    told = halt.ended_by if ending is not None and ending.kind in ENDINGS else None
    return more | {"end": command.end.isoformat(), "ended_by": told}


def _granted(state: CaseState, fact: Event, command: Correct) -> dict[str, Any]:
    """What an extension granted in truth, in the unit in which it was granted."""
    said = {name: amount for name in ("workdays", "months") if (amount := getattr(command, name)) is not None}
    for name in said:
        if fact.kind != "extended" or not fact.body.get(name):
            raise Refusal("not-corrected-so", name, "Only an extension is corrected so, in the unit that it granted.")
    if command.workdays is not None and fact.body["clock"] == STATUTORY:
        others = sum(int(e.amount) for k, e in state.extensions if k == STATUTORY and e.id != f"extension-{fact.seq}")
        allowed = state.procedure.statutory_extension
        if others + command.workdays > allowed:
            raise Refusal(
                "extension-too-long", "workdays", f"The law allows {allowed} working days; others grant {others}."
            )
    return said


def _link(state: CaseState, command: Link) -> Decision:
    if command.child in state.children:
        raise Refusal("already-linked", "child", "That case is linked already.")
    return event(command, "linked", child=command.child)


def _recalculate(_: CaseState, command: Recalculate) -> Decision:
    return event(command, "recalculated")


_RULES: dict[type[Message], Callable[[CaseState, Any], OnRecord | Decision]] = {
    Accept: _accept,
    Supply: _supply,
    Reclassify: _reclassify,
    HandOver: hand_over,
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
    Terminate: _terminate,
    Revoke: _revoke,
    Correct: _correct,
    Link: _link,
    Recalculate: _recalculate,
    RefuseRequest: refuse_request,
    TakeBack: take_back,
}
