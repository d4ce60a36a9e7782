"""A case's state is a fold of its events, and nothing else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from activities.record import Event
from activities.rungs import after
from sla.clock import Extension, Policy
from sla.promise import Promise
from workflows.procedure import Begins, Effect, Party, Procedure
from workflows.state import CORRECTION, CaseState, Round, Standstill, Status, StepState, StepStatus


def fold(state: CaseState | None, events: Iterable[Event], case: str) -> CaseState | None:
    """Return the state after more events; None before the opening event."""
    for event in events:
        if state is not None and event.kind in ("amended", "confirmed"):
            state = _refold((*state.events, event), case)
        else:
            state = _record(_effect(state, event, case), event)
    return state


def sealed(state: CaseState, calendar: str, hashes: Sequence[str]) -> CaseState:
    """Return the state whose last events were folded before the ledger gave them a calendar and hashes: "" until then."""
    known = len(state.events) - len(hashes)
    news = zip(state.events[known:], hashes, strict=True)
    written = (event.model_copy(update={"calendar": calendar, "hash": hashed}) for event, hashed in news)
    return replace(
        state,
        events=(*state.events[:known], *written),
        steps={k: replace(s, under=calendar) if s.under == "" else s for k, s in state.steps.items()},
        rounds=tuple(replace(r, under=calendar) if r.under == "" else r for r in state.rounds),
        accepted_under=calendar if state.accepted_under == "" else state.accepted_under,
        decided_under=calendar if state.decided_under == "" else state.decided_under,
        closed_under=calendar if state.closed_under == "" else state.closed_under,
    )


def _record(state: CaseState, event: Event) -> CaseState:
    latest = event.told if state.as_of is None else max(state.as_of, event.told)
    return replace(state, events=(*state.events, event), as_of=latest)


def _refold(events: tuple[Event, ...], case: str) -> CaseState | None:
    """The fold of all events with each amendment put over the fact that it corrects; the facts stay on record."""
    over: dict[int, dict[str, Any]] = {}
    for event in events:
        if event.kind == "amended":
            over.setdefault(event.body["seq"], {}).update(event.body)
        elif event.kind == "confirmed":
            over.setdefault(event.body["seq"], {})["confirmed"] = True
    state: CaseState | None = None
    for event in events:
        amendment = over.get(event.seq, {})
        if state is not None and amendment.get("void"):
            state = _record(_annul(state, event), event)
        else:
            state = _record(_effect(state, _amend(event, amendment), case), event)
    return state


def _amend(event: Event, amendment: Mapping[str, Any]) -> Event:
    changes: dict[str, Any] = {}
    if amendment.get("instant"):
        changes["at"] = datetime.fromisoformat(amendment["instant"])
    if amendment.get("confirmed"):
        changes["body"] = {**event.body, "backdated": False}
    return event.model_copy(update=changes) if changes else event


def _annul(state: CaseState, event: Event) -> CaseState:
    """A completion that never was leaves its step as it stood, to be completed anew under the next occurrence."""
    if event.kind == "completed":
        key = event.body["step"]
        step = state.steps[key]
        return replace(state, steps={**state.steps, key: replace(step, occurrence=step.occurrence + 1)})
    return state


def _effect(state: CaseState | None, event: Event, case: str) -> CaseState:
    if state is None:
        return _opened(event, case)
    return _EFFECTS.get(event.kind, _nothing)(state, event)


def _nothing(state: CaseState, _: Event) -> CaseState:
    return state


def _opened(event: Event, case: str) -> CaseState:
    body = event.body
    procedure = Procedure.model_validate(body["procedure"])
    steps = {step.key: StepState(step) for step in procedure.steps}
    for key, step in steps.items():
        if step.step.party is Party.APPLICANT and not step.step.after:
            steps[key] = _done(step, event, event.at, "done")  # handing in the application is the opening
    state = CaseState(
        case=case,
        procedure=procedure,
        policy=Policy.model_validate(body["policy"]),
        received=event.at,
        promises=tuple(Promise.model_validate(p) for p in body["promises"]),
        steps=steps,
        rounds=(Round(event.at),),
        survey=body.get("survey"),
        parent=body.get("parent"),
    )
    return _advance(state, steps)


def _advance(state: CaseState, steps: Mapping[str, StepState]) -> CaseState:
    """The state with these steps, and every step opened whose predecessors and gates are complete, as of the last of them."""
    gates = [step for step in steps.values() if step.step.gates]
    opening: dict[str, StepState] = {}
    for key, step in steps.items():
        if step.status is not StepStatus.WAITING:
            continue
        needed = [*(steps[k] for k in step.step.after), *(gate for gate in gates if key in gate.step.gates)]
        if all(n.status is StepStatus.DONE for n in needed):
            opened = max((n.claimed for n in needed if n.claimed), default=state.received)
            running = step.step.begins is Begins.OPEN
            opening[key] = replace(
                step,
                status=StepStatus.RUNNING if running else StepStatus.OPEN,
                opened=opened,
                started=opened if running else None,
            )
    return replace(state, steps={**steps, **opening})


def _done(step: StepState, event: Event, counted: datetime, outcome: str, *, pending: bool = False) -> StepState:
    return replace(
        step,
        status=StepStatus.DONE,
        opened=step.opened or counted,
        started=step.started or counted,
        completed=counted,
        claimed=event.at,
        told=event.told,
        outcome=outcome,
        pending=pending,
        seq=event.seq,
        under=event.calendar,
    )


def _accepted(state: CaseState, event: Event) -> CaseState:
    steps = dict(state.steps)
    key = state.procedure.accepted_by
    if key is not None:
        steps[key] = _done(steps[key], event, event.at, "done")
    promises = tuple(Promise.model_validate(p) for p in event.body["promises"])
    rounds = (*state.rounds[:-1], replace(state.rounds[-1], under=event.calendar))
    accepted = replace(
        state,
        status=Status.ACCEPTED,
        accepted=event.at,
        accepted_under=event.calendar,
        promises=promises,
        rounds=rounds,
    )
    return _advance(accepted, steps)


def _started(state: CaseState, event: Event) -> CaseState:
    key = event.body["step"]
    step = state.steps[key]
    if step.status is StepStatus.DONE:
        return state
    started = replace(step, status=StepStatus.RUNNING, started=event.at, opened=step.opened or event.at)
    return replace(state, steps={**state.steps, key: started})


def _completed(state: CaseState, event: Event) -> CaseState:
    key = event.body["step"]
    pending = bool(event.body.get("backdated"))
    counted = event.told if pending else event.at
    step = _done(state.steps[key], event, counted, event.body["outcome"], pending=pending)
    steps = {**state.steps, key: step}
    outcome = next((o for o in step.step.outcomes if o.key == step.outcome), None)
    if outcome is not None and outcome.effect is Effect.END:
        return _close(replace(state, steps=steps), event, Status.DECIDED, "refused", counted)
    return _advance(state, steps)


def _close(
    state: CaseState, event: Event, status: Status, outcome: str | None, at: datetime | None = None
) -> CaseState:
    at = at or event.at
    if status is Status.DECIDED:
        state = replace(state, decided=at, decided_under=event.calendar)
    return replace(state, status=status, outcome=outcome, closed=at, closed_under=event.calendar)


def _returned(state: CaseState, event: Event) -> CaseState:
    if state.accepted is None:
        noticed = replace(state.rounds[-1], noticed=event.at, under=event.calendar)
        return replace(state, rounds=(*state.rounds[:-1], noticed), status=Status.CORRECTION)
    halt = Standstill(f"{CORRECTION}-{event.seq}", CORRECTION, event.body.get("step"), event.at)
    return replace(state, suspensions=(*state.suspensions, halt))


def _resubmitted(state: CaseState, event: Event) -> CaseState:
    if state.accepted is None:
        return replace(state, rounds=(*state.rounds, Round(event.at)), status=Status.RECEIVED)
    return _end_standstill(state, event.at, lambda s: s.ground == CORRECTION and s.step == event.body.get("step"))


def _suspended(state: CaseState, event: Event) -> CaseState:
    body = event.body
    halt = Standstill(body["suspension"], body["ground"], body.get("step"), event.at)
    return replace(state, suspensions=(*state.suspensions, halt))


def _resumed(state: CaseState, event: Event) -> CaseState:
    return _end_standstill(state, event.at, lambda s: s.id == event.body["suspension"])


def _end_standstill(state: CaseState, at: datetime, which: Callable[[Standstill], bool]) -> CaseState:
    ended = tuple(replace(s, end=at) if s.end is None and which(s) else s for s in state.suspensions)
    return replace(state, suspensions=ended)


def _extended(state: CaseState, event: Event) -> CaseState:
    grant = Extension(id=f"extension-{event.seq}", amount=Decimal(event.body["workdays"]), at=event.at)
    return replace(state, extensions=(*state.extensions, (event.body["clock"], grant)))


def _rung(state: CaseState, event: Event) -> CaseState:
    key = event.body["clock"]
    return replace(state, rungs={**state.rungs, key: after(state.rungs.get(key, ()), event)})


_EFFECTS: dict[str, Callable[[CaseState, Event], CaseState]] = {
    "accepted": _accepted,
    "refused": lambda s, e: _close(s, e, Status.REFUSED, None),
    "started": _started,
    "completed": _completed,
    "returned": _returned,
    "resubmitted": _resubmitted,
    "suspended": _suspended,
    "resumed": _resumed,
    "extended": _extended,
    "fee-recorded": lambda s, e: replace(s, fees=(*s.fees, (e.seq, e.body["fen"]))),
    "withdrawn": lambda s, e: _close(s, e, Status.WITHDRAWN, None),
    "decided": lambda s, e: _close(s, e, Status.DECIDED, e.body["outcome"]),
    "revoked": lambda s, e: _close(s, e, Status.REVOKED, s.outcome),
    "linked": lambda s, e: replace(s, children=(*s.children, e.body["child"])),
    "rung-raised": _rung,
    "rung-withdrawn": _rung,
}
