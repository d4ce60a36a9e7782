"""What a case's steps come to when they change hands, or when the case turns out to be of another kind."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from workflows.procedure import Procedure, Step
from workflows.state import CaseState, FormerKind, Hold, StepState, StepStatus

BEGUN = (StepStatus.OPEN, StepStatus.RUNNING)


class Carried(NamedTuple):
    """Steps as they are carried into another kind; `halted`: those whose time has stopped with it."""

    steps: Mapping[str, StepState]
    fallen: Mapping[str, StepState]
    halted: frozenset[str]


def had_since(step: StepState) -> datetime | None:
    """Return since when a step's owner has had it in hand; None where its time has not begun."""
    if step.started is None:
        return None
    return max([step.started, *(hold.end for hold in step.held)])


def handed_over(step: StepState, owner: str, at: datetime) -> StepState:
    """Return a step with another owner from an instant on; who had it keeps its time."""
    return replace(_let_go(step, at), step=step.step.model_copy(update={"owner": owner}))


def carried(state: CaseState, procedure: Procedure, at: datetime, why: str) -> Carried:
    """Carry steps into another kind: what both have stays as it is, what still waits for something waits again, the rest falls."""
    known = {**state.fallen, **state.steps}
    steps = {step.key: _taken_along(state, known.get(step.key), step, at) for step in procedure.steps}
    gates = [step for step in procedure.steps if step.gates]
    done = {key for key, step in steps.items() if step.status is StepStatus.DONE}
    halted: set[str] = set()
    for key, step in steps.items():
        before = {*step.step.after, *(gate.key for gate in gates if key in gate.gates)}
        if step.status in BEGUN and not before <= done:
            steps[key] = _put_back(step, at)
            halted.add(key)
    fallen = {key: _fallen(step, at, why) for key, step in known.items() if key not in steps}
    return Carried(steps, fallen, frozenset(halted | fallen.keys()))


def kind_of(state: CaseState, until: datetime, under: str | None) -> FormerKind:
    """Return what a case has been up to an instant."""
    return FormerKind(state.procedure, state.promises, state.steps, state.fallen, until, under)


def with_grounds_of(procedure: Procedure, before: Procedure) -> Procedure:
    """Return a procedure that knows the grounds on which the case stood still as one of another kind."""
    known = {ground.key for ground in procedure.grounds}
    lost = tuple(ground for ground in before.grounds if ground.key not in known)
    return procedure.model_copy(update={"grounds": (*procedure.grounds, *lost)}) if lost else procedure


def _taken_along(state: CaseState, was: StepState | None, step: Step, at: datetime) -> StepState:
    if was is None:
        return StepState(step)
    if was.status is StepStatus.FALLEN:
        return StepState(step, occurrence=was.occurrence + bool(was.held), held=was.held)
    planned = next((one.owner for one in state.procedure.steps if one.key == step.key), None)
    if was.status is StepStatus.DONE or planned == step.owner:  # it is of whoever did it, or has taken it over
        step = step.model_copy(update={"owner": was.step.owner})
    elif was.step.owner != step.owner:
        was = _let_go(was, at)
    return replace(was, step=step, fell=None, why=None)


def _put_back(step: StepState, at: datetime) -> StepState:
    """The step waits again; where its time had begun, it begins anew as the next occurrence."""
    occurrence = step.occurrence if step.started is None else step.occurrence + 1
    return replace(_taken_away(step, at), occurrence=occurrence, status=StepStatus.WAITING, opened=None, started=None)


def _fallen(step: StepState, at: datetime, why: str) -> StepState:
    if step.fell is not None:
        return step
    if step.status is StepStatus.DONE:
        return replace(step, fell=at, why=why)
    return replace(_taken_away(step, at), status=StepStatus.FALLEN, started=None, fell=at, why=why)


def _let_go(step: StepState, at: datetime) -> StepState:
    since = had_since(step)
    if since is None or at <= since:
        return step
    return replace(step, held=(*step.held, Hold(step.step.owner, since, at)))


def _taken_away(step: StepState, at: datetime) -> StepState:
    """Nobody has the step from then on, not even by a hand-over that was corrected to a later instant."""
    let_go = _let_go(step, at)
    return replace(let_go, held=tuple(replace(h, end=min(h.end, at)) for h in let_go.held if h.start < at))
