"""Rules about steps: their acceptance, start and completion, and what makes them stand still."""

from collections.abc import Mapping
from typing import Any

from activities.record import Event
from workflows.answers import Decision, OnRecord, Refusal, alive, event, same
from workflows.messages import Complete, Confirm, HandOver, Message, Resubmit, Resume, Return, Start, Suspend
from workflows.procedure import Effect, Party
from workflows.reshaping import had_since
from workflows.state import CORRECTION, CaseState, Standstill, Status, StepState, StepStatus


def acceptance(state: CaseState, command: Message, promises: tuple[Any, ...], more: dict[str, Any]) -> Decision:
    """Accept the application, by the command of that name or by completing the step."""
    alive(state)
    if state.accepted is not None:
        raise Refusal("already-accepted", "case", f"The case was accepted at {state.accepted.isoformat()}.")
    if state.status is Status.CORRECTION:
        raise Refusal("in-correction", "case", "The application was returned for correction and has not come back.")
    if command.at < state.rounds[-1].received:
        raise Refusal("before-receipt", "at", "The corrected materials were received later than that.")
    return event(command, "accepted", promises=[p.model_dump(mode="json") for p in promises], **more)


def _visible(state: CaseState, key: str, command: Message) -> StepState:
    """A step the actor may touch; another's is indistinguishable from a missing one."""
    step = state.steps.get(key)
    if step is None or (command.owners is not None and step.step.owner not in command.owners):
        raise Refusal("unknown-step", "step", "There is no such step.")
    return step


def start(state: CaseState, command: Start) -> Decision:
    """Take up a step."""
    step = _visible(state, command.step, command)
    alive(state)
    if step.status in (StepStatus.RUNNING, StepStatus.DONE):
        raise Refusal("step-already-started", "step", "The step's time has begun already.")
    _opened_by(step, command)
    if step.step.counts and state.accepted is None:
        raise Refusal("not-accepted", "case", "The case has not been accepted; no counted step begins before that.")
    if step.step.counts and state.accepted is not None and command.at < state.accepted:
        raise Refusal("before-acceptance", "at", "The case was accepted later than that.")
    return event(command, "started", step=command.step)


def _opened_by(step: StepState, command: Message) -> None:
    if step.status is StepStatus.WAITING:
        raise Refusal("step-not-open", "step", f"The step waits for {', '.join(step.step.after) or 'a gate'}.")
    if step.opened is not None and command.at < step.opened:
        raise Refusal(
            "before-step", "at", f"The step opened at {step.opened.isoformat()}; nothing in it precedes that."
        )


def hand_over(state: CaseState, command: HandOver) -> Decision:
    """Give a step that is not done to another owner."""
    step = _visible(state, command.step, command)
    alive(state)
    if step.status is StepStatus.DONE:
        raise Refusal("step-already-completed", "step", "The step is done; nobody takes it over.")
    if step.step.party is Party.APPLICANT:
        raise Refusal("a-party-of-its-own", "step", "What the applicant does is nobody else's.")
    if command.owner == step.step.owner:
        raise Refusal("same-owner", "owner", "The step is that owner's already.")
    since = had_since(step) or step.opened
    if since is not None and command.at < since:
        raise Refusal("before-step", "at", f"Its owner has had the step since {since.isoformat()}.")
    return event(
        command, "handed-over", step=command.step, owner=command.owner, was=step.step.owner, reason=command.reason
    )


def complete(state: CaseState, command: Complete) -> OnRecord | Decision:
    """Complete a step; once complete, the same content is known and another refused."""
    step = _visible(state, command.step, command)
    if command.occurrence is not None and command.occurrence > step.occurrence:
        raise Refusal("unknown-occurrence", "occurrence", f"The step is in its occurrence {step.occurrence}.")
    recorded = _recorded(state, step, command)
    if recorded is not None:
        return same(recorded, command, "step-already-completed", "step")
    if state.over and not (state.status is Status.DECIDED and state.outcome != "refused"):
        alive(state)
    outcome = next((o for o in step.step.outcomes if o.key == command.outcome), None)
    if outcome is None:
        allowed = ", ".join(o.key for o in step.step.outcomes)
        raise Refusal("unknown-outcome", "outcome", f"The step ends with one of: {allowed}.")
    unknown = set(command.opinions) - set(step.step.opinions)
    if unknown:
        raise Refusal("unknown-opinion", "opinions", f"The step knows the opinions: {', '.join(step.step.opinions)}.")
    _opened_by(step, command)
    if outcome.effect is Effect.CORRECT:
        return _return(state, command, command.step, command.note or "", _said(step, command))
    if command.step == state.procedure.accepted_by and outcome.effect is Effect.PROCEED:
        return acceptance(
            state, command, command.promises, {"step": command.step, **_said(step, command), "note": command.note}
        )
    if step.status is StepStatus.OPEN:
        raise Refusal("step-not-started", "step", "The step has not been started.")
    if step.started is not None and command.at < step.started:
        raise Refusal("before-step", "at", f"The step started at {step.started.isoformat()}.")
    return event(
        command,
        "completed",
        step=command.step,
        **_said(step, command),
        note=command.note,
        backdated=command.backdated,
    )


def _said(step: StepState, command: Complete) -> dict[str, Any]:
    """What a completion says of its step, whatever kind of event it becomes."""
    return {"occurrence": step.occurrence, "outcome": command.outcome, "opinions": command.opinions}


def _recorded(state: CaseState, step: StepState, command: Complete) -> Event | None:
    """The event that completed this occurrence of the step, if any did."""
    if command.occurrence is not None and command.occurrence < step.occurrence:
        said = (command.step, command.occurrence)
        known = (e for e in state.events if e.kind == "completed" and (e.body["step"], e.body["occurrence"]) == said)
        done = next(known, None)
        if done is None:  # it was put back when the case was reclassified
            raise Refusal("unknown-occurrence", "occurrence", f"The step is in its occurrence {step.occurrence}.")
        return done
    return state.by_seq(step.seq) if step.status is StepStatus.DONE and step.seq else None


def confirm(state: CaseState, command: Confirm) -> Decision:
    """Let a posting told too late count by its own day."""
    step = next((s for s in state.steps.values() if s.seq == command.seq and s.pending), None)
    if step is None:
        raise Refusal("nothing-pending", "seq", "No posting with that number waits for an officer.")
    return event(command, "confirmed", seq=command.seq)


def return_(state: CaseState, command: Return) -> Decision:
    """Return the application, or one step of an accepted case, for correction."""
    return _return(state, command, command.step, command.reason, {})


def _return(state: CaseState, command: Message, step: str | None, reason: str, said: Mapping[str, Any]) -> Decision:
    """`said`: more of what a completion says that asks for a correction."""
    alive(state)
    if state.accepted is None:
        if state.status is Status.CORRECTION:
            raise Refusal("already-returned", "case", "The application is out for correction.")
        # the application is returned as a whole: its step is named only where it is the step that said so
        return event(command, "returned", step=step if said else None, reason=reason, **said)
    if step is not None:
        _opened_by(_visible(state, step, command), command)
        if state.steps[step].status is not StepStatus.RUNNING:
            raise Refusal("step-not-open", "step", "Only a step whose time runs is returned for correction.")
    if _correction(state, step) is not None:
        raise Refusal("already-returned", "step", "It is out for correction.")
    return event(command, "returned", step=step, reason=reason, **said)


def _correction(state: CaseState, step: str | None) -> Standstill | None:
    return next((s for s in state.suspensions if s.end is None and s.ground == CORRECTION and s.step == step), None)


def resubmit(state: CaseState, command: Resubmit) -> Decision:
    """End a correction."""
    alive(state)
    if state.accepted is None:
        if state.status is not Status.CORRECTION:
            raise Refusal("not-returned", "case", "The application was not returned for correction.")
        noticed = state.rounds[-1].noticed
        if noticed is not None and command.at < noticed:
            raise Refusal("before-return", "at", "It was returned for correction later than that.")
        return event(command, "resubmitted", step=None)
    if command.step is not None:
        _visible(state, command.step, command)
    halt = _correction(state, command.step)
    if halt is None:
        raise Refusal("not-returned", "step", "No correction is open there.")
    if command.at < halt.start:
        raise Refusal("before-return", "at", "It was returned for correction later than that.")
    return event(command, "resubmitted", step=command.step)


def suspend(state: CaseState, command: Suspend) -> Decision:
    """Suspend the case or one step on a ground."""
    alive(state)
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
    return event(
        command,
        "suspended",
        suspension=command.suspension,
        ground=command.ground,
        step=command.step,
        reason=command.reason,
    )


def resume(state: CaseState, command: Resume) -> Decision:
    """End a suspension."""
    alive(state)
    halt = next((s for s in state.suspensions if s.id == command.suspension), None)
    if halt is None or (halt.step is not None and command.owners is not None):
        _hidden(state, halt, command)
    if halt is None:
        raise Refusal("unknown-suspension", "suspension", "There is no such suspension.")
    if halt.end is not None:
        raise Refusal("not-suspended", "suspension", f"It was resumed at {halt.end.isoformat()}.")
    if command.at < halt.start:
        raise Refusal("before-suspension", "at", f"It was suspended at {halt.start.isoformat()}.")
    return event(command, "resumed", suspension=command.suspension, step=halt.step)


def _hidden(state: CaseState, halt: Standstill | None, command: Message) -> None:
    step = state.steps.get(halt.step or "") if halt is not None else None
    if step is not None and step.step.owner in (command.owners or ()):
        return
    raise Refusal("unknown-suspension", "suspension", "There is no such suspension.")
