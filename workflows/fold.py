"""A case's state is a fold of its events, and nothing else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from activities.record import Event, TakenOver
from activities.rungs import RUNG_EVENTS, after
from sla.clock import Extension, Policy
from sla.promise import Promise
from workflows.asking import requests_after
from workflows.procedure import Begins, Effect, Party, Procedure
from workflows.reshaping import carried, handed_over, kind_of, with_grounds_of
from workflows.state import (
    CORRECTION,
    CaseState,
    FormerKind,
    Lacking,
    Round,
    Standstill,
    Status,
    StepState,
    StepStatus,
    waits_for,
)

REFOLDING = ("amended", "confirmed")


def fold(state: CaseState | None, events: Iterable[Event], case: str) -> CaseState | None:
    """Return the state after more events; None before the opening event."""
    for event in events:
        if state is not None and event.kind in REFOLDING:
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
        steps=_under(state.steps, calendar),
        fallen=_under(state.fallen, calendar),
        kinds=tuple(_kind_under(kind, calendar) for kind in state.kinds),
        lacking=_lacking_under(state.lacking, calendar),
        rounds=tuple(replace(r, under=calendar) if r.under == "" else r for r in state.rounds),
        accepted_under=calendar if state.accepted_under == "" else state.accepted_under,
        decided_under=calendar if state.decided_under == "" else state.decided_under,
        closed_under=calendar if state.closed_under == "" else state.closed_under,
    )


def _under(steps: Mapping[str, StepState], calendar: str) -> dict[str, StepState]:
    return {key: replace(step, under=calendar) if step.under == "" else step for key, step in steps.items()}


def _kind_under(kind: FormerKind, calendar: str) -> FormerKind:
    return replace(
        kind,
        steps=_under(kind.steps, calendar),
        fallen=_under(kind.fallen, calendar),
        under=calendar if kind.under == "" else kind.under,
    )


def _lacking_under(lacking: Lacking | None, calendar: str) -> Lacking | None:
    return replace(lacking, under=calendar) if lacking is not None and lacking.under == "" else lacking


def _record(state: CaseState, event: Event) -> CaseState:
    latest = event.told if state.as_of is None else max(state.as_of, event.told)
    requests = requests_after(state.requests, event)
    return replace(state, events=(*state.events, event), as_of=latest, requests=requests)


def _refold(events: tuple[Event, ...], case: str) -> CaseState | None:
    """The fold of all events with each amendment put over the fact that it corrects; the facts stay on record."""
    over: dict[int, dict[str, Any]] = {}
    for event in events:
        if event.kind == "amended":
            _lay_over(over, event.body)
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


def _lay_over(over: dict[int, dict[str, Any]], body: Mapping[str, Any]) -> None:
    """A later amendment stands over an earlier one, but only in what it says itself."""
    said = {name: body[name] for name in ("instant", "void", "workdays", "months", "end") if body.get(name)}
    ended_by = body.get("ended_by")
    if ended_by is not None:  # the end is told by an event of its own
        over.setdefault(ended_by, {})["instant"] = said.pop("end")
    over.setdefault(body["seq"], {}).update(said)


def _amend(event: Event, amendment: Mapping[str, Any]) -> Event:
    changes: dict[str, Any] = {}
    if amendment.get("instant"):
        changes["at"] = datetime.fromisoformat(amendment["instant"])
    body: dict[str, Any] = {name: amendment[name] for name in ("workdays", "months", "end") if name in amendment}
    if amendment.get("confirmed"):
        body["backdated"] = False
    if body:
        changes["body"] = {**event.body, **body}
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
    taken_over = TakenOver.model_validate(body["taken_over"]) if body.get("taken_over") else None
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
        taken_over=taken_over,
        noted_before=event.told if taken_over or body.get("backfilled") else None,
    )
    return _advance(state, steps)


def _advance(state: CaseState, steps: Mapping[str, StepState], not_before: datetime | None = None) -> CaseState:
    """The state with these steps, and every step opened whose predecessors and gates are complete, as of the last of them."""
    begun = () if not_before is None else (not_before,)
    opening: dict[str, StepState] = {}
    for key, needed in waits_for(steps).items():
        step = steps[key]
        if all(n.status is StepStatus.DONE for n in needed):
            opened = max((*begun, *(n.claimed for n in needed if n.claimed)), default=state.received)
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
        lacking=_tolerated(event.body.get("tolerance")),
    )
    return _advance(accepted, steps)


def _tolerated(said: Mapping[str, Any] | None) -> Lacking | None:
    return None if said is None else Lacking(said["lacking"], said["workdays"], said["rule"])


def _supplied(state: CaseState, event: Event) -> CaseState:
    if state.lacking is None:
        return state
    return replace(state, lacking=replace(state.lacking, supplied=event.at, under=event.calendar))


def _reclassified(state: CaseState, event: Event) -> CaseState:
    """Number, events, used time and suspensions stay; what follows from the kind is derived again."""
    body, at = event.body, event.at
    procedure = with_grounds_of(Procedure.model_validate(body["procedure"]), state.procedure)
    said = body["receipt_promises"] if state.accepted is None else body["promises"]
    taken = carried(state, procedure, at, body["reason"])
    steps = dict(taken.steps)
    for key, step in steps.items():
        if step.status is StepStatus.WAITING and step.step.party is Party.APPLICANT and not step.step.after:
            steps[key] = _done(step, event, state.received, "done")  # as at the opening
    by = procedure.accepted_by
    if by is not None and state.accepted is not None and steps[by].status is not StepStatus.DONE:
        steps[by] = _done(steps[by], event, state.accepted, "done")
    changed = replace(
        state,
        procedure=procedure,
        promises=tuple(Promise.model_validate(p) for p in said),
        fallen=taken.fallen,
        kinds=(*state.kinds, kind_of(state, at, event.calendar)),
    )
    halted = _end_standstill(changed, event, lambda s: s.step in taken.halted)
    return _advance(halted, steps, at)


def _handed_over(state: CaseState, event: Event) -> CaseState:
    key = event.body["step"]
    step = state.steps.get(key)
    if step is None or step.status is StepStatus.DONE:
        return state
    return replace(state, steps={**state.steps, key: handed_over(step, event.body["owner"], event.at)})


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
    halt = _standstill(event, f"{CORRECTION}-{event.seq}", CORRECTION)
    return replace(state, suspensions=(*state.suspensions, halt))


def _resubmitted(state: CaseState, event: Event) -> CaseState:
    if state.accepted is None:
        return replace(state, rounds=(*state.rounds, Round(event.at)), status=Status.RECEIVED)
    return _end_standstill(state, event, lambda s: s.ground == CORRECTION and s.step == event.body.get("step"))


def _suspended(state: CaseState, event: Event) -> CaseState:
    halt = _standstill(event, event.body["suspension"], event.body["ground"])
    return replace(state, suspensions=(*state.suspensions, halt))


def _standstill(event: Event, name: str, ground: str) -> Standstill:
    """Its end is known where a correction has said it."""
    end = event.body.get("end")
    until = None if end is None else datetime.fromisoformat(end)
    return Standstill(name, ground, event.body.get("step"), event.at, until, event.seq)


def _resumed(state: CaseState, event: Event) -> CaseState:
    return _end_standstill(state, event, lambda s: s.id == event.body["suspension"])


def _end_standstill(state: CaseState, event: Event, which: Callable[[Standstill], bool]) -> CaseState:
    ended = tuple(
        replace(s, end=event.at, ended_by=event.seq) if s.end is None and which(s) else s for s in state.suspensions
    )
    return replace(state, suspensions=ended)


def _extended(state: CaseState, event: Event) -> CaseState:
    grant = Extension(
        id=f"extension-{event.seq}", amount=Decimal(event.body.get("months") or event.body["workdays"]), at=event.at
    )
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
    "supplied": _supplied,
    "reclassified": _reclassified,
    "handed-over": _handed_over,
    "terminated": lambda s, e: _close(s, e, Status.TERMINATED, None),
    **dict.fromkeys(RUNG_EVENTS, _rung),
}
