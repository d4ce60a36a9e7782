"""What the read model shows of a state: its case, its steps, and its clocks as facts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from activities.record import ClockPicture, Picture, Role, StepPicture
from sla.axis import local_day
from sla.clock import ApplicationReceipt, Clock, Limit, Suspension
from sla.promise import Measure, Promise
from workflows.drawing import draw_case, draw_step
from workflows.held import STATUTORY, clock_key, halts, held, running
from workflows.procedure import Party
from workflows.state import VOID, CaseState, FormerKind, Status, StepState, StepStatus, waits_for

SUPPLEMENT = Limit(amount=Decimal(5))  # 行政许可法 32
DELIVERY = Limit(amount=Decimal(10))  # 行政许可法 44
TOLERANCE = "tolerance"  # key of a clock

# of all that a step's rows are drawn from besides the step itself
_COMMON = attrgetter(
    "status", "outcome", "decided", "decided_under", "suspensions", "extensions", "rungs", "policy", "kinds"
)


class Drawn(NamedTuple):
    """A state with its picture, as it is once it is settled."""

    state: CaseState
    picture: Picture


def picture(state: CaseState, before: Drawn | None = None) -> Picture:
    """Draw the rows of a case before anything is counted; what depends on no change is taken from `before`."""
    coming = _coming(state)
    kept = _as_they_were(state, before, coming) if before else {}
    steps = [
        kept[key][0] if key in kept else draw_step(state, step, coming=key in coming)
        for key, step in state.steps.items()
    ]
    fallen = (draw_step(state, step, coming=False) for step in state.fallen.values())
    targets = (kept[key][1] if key in kept else _planned(state, step) for key, step in state.steps.items())
    clocks = [*_clocks(state), *(target for target in targets if target is not None)]
    if state.kinds:
        clocks += _former(state, {one.clock.key for one in clocks})
    return Picture(case=draw_case(state), steps=(*steps, *fallen), clocks=tuple(clocks))


def _coming(state: CaseState) -> frozenset[str]:
    """The steps that are on a desk once those are done that are on one now."""
    if state.over:
        return frozenset()
    waiting = waits_for(state.steps).items()
    return frozenset(key for key, needed in waiting if all(n.status is not StepStatus.WAITING for n in needed))


def _as_they_were(
    state: CaseState, before: Drawn, coming: frozenset[str]
) -> dict[str, tuple[StepPicture, ClockPicture | None]]:
    """Steps that did not change, each with its planning target's clock; none where something changed of which all depend."""
    if _COMMON(state) != _COMMON(before.state):
        return {}
    clocks = {c.clock.key: c for c in before.picture.clocks if c.role is Role.STEP}
    known = before.state.steps
    return {
        s.key: (s, clocks.get(step_key(known[s.key])))
        for s in before.picture.steps
        if s.key in known and state.steps.get(s.key) is known[s.key] and s.coming == (s.key in coming)
    }


def clock_of(state: CaseState, key: str) -> ClockPicture | None:
    """Draw one clock that is not a step's, as `picture` does; None where the state has no such clock yet."""
    for promise in state.promises:
        if key == clock_key(promise) and promise.limit is not None:
            return _promise(state, promise)
    others = chain(_supplement(state), _statutory(state), _delivery(state), _tolerance(state), _stages(state))
    found = next((one for one in others if one.clock.key == key), None)
    return found or next((one for one in _former(state, set()) if one.clock.key == key), None)


def _clocks(state: CaseState) -> Iterable[ClockPicture]:
    yield from _supplement(state)
    for promise in state.promises:
        if promise.limit is not None:
            yield _promise(state, promise)
    yield from _statutory(state)
    yield from _delivery(state)
    yield from _tolerance(state)
    yield from _stages(state)


def _former(state: CaseState, known: set[str]) -> list[ClockPicture]:
    """The clocks of the kinds that the case was, as far as it has them no more: they end where it was reclassified."""
    found: list[ClockPicture] = []
    seen = set(known)
    for kind in reversed(state.kinds):
        accepted = state.accepted if state.accepted is not None and state.accepted < kind.until else None
        as_it_was = replace(
            state,
            procedure=kind.procedure,
            promises=kind.promises,
            steps=kind.steps,
            fallen=kind.fallen,
            accepted=accepted,
            status=Status.ACCEPTED if accepted else Status.RECEIVED,
        )
        targets = (_planned(as_it_was, step) for step in (*kind.steps.values(), *kind.fallen.values()))
        for one in (*_clocks(as_it_was), *(target for target in targets if target is not None)):
            key = one.clock.key
            if key not in seen and (one.clock.start is not None or key in state.rungs):
                found.append(_ended_with(one, kind))
            seen.add(key)
    return found


def _ended_with(clock: ClockPicture, kind: FormerKind) -> ClockPicture:
    """What a step or a stage came to is known for good; a promise that another one replaced has no verdict."""
    stop = clock.clock.stop
    if stop is not None and stop <= kind.until and clock.role is not Role.PROMISE:
        return clock
    cut = clock.clock.model_copy(update={"stop": kind.until})
    return clock.model_copy(update={"clock": cut, "void": True, "judged_under": kind.under})


def step_key(step: StepState) -> str:
    """Return the key of the clock of a step's planning target."""
    return f"step/{step.step.key}#{step.occurrence}"


def _clock(state: CaseState, key: str, limit: Limit, role: Role, **facts: object) -> Clock:
    return Clock.model_validate(
        {
            "key": key,
            "jurisdiction": state.procedure.jurisdiction,
            "limit": limit,
            "policy": state.policy,
            "extensions": tuple(e for k, e in state.extensions if k == key),
            "due_soon": state.policy.due_soon,
            "suspensions": halts(state, role, step=None),
            **facts,
        }
    )


def _finish(
    state: CaseState, clock: Clock, role: Role, *, owner: str, under: str | None, **more: object
) -> ClockPicture:
    rungs = state.rungs.get(clock.key, ())
    void = state.status in VOID and (clock.stop is None or state.status is Status.REVOKED)
    return ClockPicture.model_validate(
        {
            "clock": clock,
            "role": role,
            "owner": owner,
            "void": void,
            "judged_under": under if clock.stop is not None else None,
            "rungs": rungs,
            "noted_before": state.noted_before,
            **more,
        }
    )


def _ended(state: CaseState, *steps: StepState | None) -> tuple[datetime | None, str | None]:
    """When the last of some steps was complete, else the case's own end, and the calendar version of that event."""
    done = [s for s in steps if s is not None]
    if done and all(s.status is StepStatus.DONE for s in done):
        last = max(done, key=lambda s: s.completed or state.received)
        return last.completed, last.under
    if state.status is Status.DECIDED or (state.status is Status.REVOKED and state.decided):
        return state.decided, state.decided_under
    return None, None


def _receipt(state: CaseState) -> ApplicationReceipt:
    last = state.rounds[-1]
    return ApplicationReceipt(received=last.received, noticed=last.noticed)


def _supplement(state: CaseState) -> Iterable[ClockPicture]:
    for number, rounds in enumerate(state.rounds, start=1):
        answered = rounds.noticed or state.accepted or (state.closed if state.over else None)
        clock = _clock(state, f"supplement/{number}", SUPPLEMENT, Role.SUPPLEMENT, start=rounds.received, stop=answered)
        under = state.closed_under if rounds.under is None else rounds.under  # "": of an event that is being appended
        yield _finish(state, clock, Role.SUPPLEMENT, owner=state.procedure.owner, under=under)


def _promise(state: CaseState, promise: Promise) -> ClockPicture:
    procedure = state.procedure
    ends = [state.steps.get(k) for k in promise.ends or procedure.ends]
    stop, under = _ended(state, *ends)
    of_chain = promise.measure is Measure.CHAIN
    assert promise.limit is not None  # noqa: S101  # fees have no clock
    key = clock_key(promise)
    granted = (key, STATUTORY) if promise.lengthened else (key,)
    clock = _clock(
        state,
        key,
        promise.limit,
        Role.PROMISE,
        start=state.accepted,
        receipt=_receipt(state),
        running=running(state, promise),
        added=promise.added,
        extensions=tuple(e for k, e in state.extensions if k in granted),
        stop=stop,
        due_soon=_due_soon(state, promise.limit) if of_chain else state.policy.due_soon,
        due_soon_at_first_close=promise.due_soon_at_first_close,
    )
    ramp_up = promise.ramps_up(local_day(stop or state.as_of or state.received))
    return _finish(
        state,
        clock,
        Role.PROMISE,
        owner=promise.owner,
        under=under,
        commitment=promise.commitment,
        measure=promise.measure,
        judged=not ramp_up if promise.by_completion else promise.judged,
        ramp_up=ramp_up,
        also=promise.also,
    )


def _due_soon(state: CaseState, limit: Limit) -> int:
    """Stages and chains are due soon at a share of their limit, if that is longer."""
    return max(state.policy.due_soon, int(limit.amount * state.policy.due_soon_percent / 100))


def _statutory(state: CaseState) -> Iterable[ClockPicture]:
    procedure = state.procedure
    if procedure.statutory is None:
        return
    stop, under = _ended(state, state.steps.get(procedure.decided_by or ""))
    clock = _clock(
        state,
        STATUTORY,
        procedure.statutory,
        Role.STATUTORY,
        start=state.accepted,
        receipt=_receipt(state),
        stop=stop,
        suspensions=(*halts(state, Role.STATUTORY, step=None), *_excluded(state)),
    )
    yield _finish(state, clock, Role.STATUTORY, owner=procedure.owner, under=under)


def _excluded(state: CaseState) -> Iterable[Suspension]:
    """Uncounted steps whose ground stops the legal clock too: 公告, 缴税 (行政许可法 45)."""
    grounds = {g.key for g in state.procedure.grounds if Role.STATUTORY in g.stops}
    for step in state.steps.values():
        if not step.step.counts and step.step.ground in grounds and step.started is not None:
            yield Suspension(
                id=f"step-{step.step.key}", ground=step.step.ground, start=step.started, end=step.completed
            )


def _delivery(state: CaseState) -> Iterable[ClockPicture]:
    procedure = state.procedure
    decided = state.steps.get(procedure.decided_by or "")
    delivered = state.steps.get(procedure.delivered_by or "")
    if decided is None or delivered is None or decided.completed is None:
        return
    clock = _clock(
        state, "delivery", DELIVERY, Role.DELIVERY, start=decided.completed, stop=delivered.completed, suspensions=()
    )
    void = state.over and delivered.completed is None and state.outcome == "refused"
    picture = _finish(state, clock, Role.DELIVERY, owner=delivered.step.owner, under=delivered.under)
    yield picture.model_copy(update={"void": True}) if void else picture


def _tolerance(state: CaseState) -> Iterable[ClockPicture]:
    """The applicant's own term; once it is over it is for the office that accepted the application to act."""
    lacking = state.lacking
    if lacking is None:
        return
    limit = Limit(amount=Decimal(lacking.workdays))
    clock = _clock(state, TOLERANCE, limit, Role.TOLERANCE, start=state.accepted, stop=lacking.supplied, suspensions=())
    accepting = state.steps.get(state.procedure.accepted_by or "")
    owner = state.procedure.owner if accepting is None else accepting.step.owner
    found = _finish(state, clock, Role.TOLERANCE, owner=owner, under=lacking.under)
    void = state.over and lacking.supplied is None and state.outcome == "refused"
    yield found.model_copy(update={"void": True}) if void else found


def _stages(state: CaseState) -> Iterable[ClockPicture]:
    for stage in state.procedure.stages:
        steps = [
            s for s in state.steps.values() if s.step.stage == stage.key and s.step.counts and not s.step.parallel_line
        ]
        started = [s.started for s in steps if s.started]
        if not started:
            continue
        stop, under = _ended(state, *steps)
        clock = _clock(
            state,
            f"stage/{stage.key}",
            stage.budget,
            Role.STAGE,
            start=min(started),
            running=held(state, steps, Role.STAGE),
            stop=stop,
            due_soon=_due_soon(state, stage.budget),
        )
        yield _finish(state, clock, Role.STAGE, owner=state.procedure.owner, under=under, stage=stage.key)


def _planned(state: CaseState, step: StepState) -> ClockPicture | None:
    if step.step.target is None or step.started is None or step.step.party is Party.APPLICANT:
        return None
    stop, under = _ended(state, step)
    clock = _clock(
        state,
        step_key(step),
        step.step.target,
        Role.STEP,
        start=step.started,
        stop=stop,
        suspensions=halts(state, Role.STEP, step.step.key),
    )
    return _finish(
        state, clock, Role.STEP, owner=step.step.owner, under=under, step=step.step.key, stage=step.step.stage
    )
