"""What the read model shows of a state: its case, its steps, and its clocks as facts."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from activities.record import CasePicture, ClockPicture, FeePicture, Picture, Role, StepPicture
from sla.axis import local_day
from sla.clock import ApplicationReceipt, Clock, Interval, Limit, Standing, Suspension
from sla.promise import Measure, Promise
from workflows.procedure import Party
from workflows.state import CORRECTION, VOID, CaseState, Standstill, Status, StepState, StepStatus

SUPPLEMENT = Limit(amount=Decimal(5))  # 行政许可法 32
DELIVERY = Limit(amount=Decimal(10))  # 行政许可法 44
STATUTORY = "statutory"  # the clock's key

# 办理状态, domain: 1 received ... 15 revoked
_NATIONAL = {
    Status.RECEIVED: 1,
    Status.CORRECTION: 6,
    Status.ACCEPTED: 3,
    Status.REFUSED: 5,
    Status.WITHDRAWN: 14,
    Status.REVOKED: 15,
}
# of all that a step's rows are drawn from besides the step itself
_COMMON = attrgetter("status", "outcome", "decided", "decided_under", "suspensions", "extensions", "rungs", "policy")
_DECISIONS = {"approved": 11, "approved-with-tolerance": 12, "refused": 13}


class Drawn(NamedTuple):
    """A state with its picture, as it is once it is settled."""

    state: CaseState
    picture: Picture


def picture(state: CaseState, before: Drawn | None = None) -> Picture:
    """Draw the rows of a case before anything is counted; what depends on no change is taken from `before`."""
    kept = _as_they_were(state, before) if before else {}
    steps = tuple(kept[key][0] if key in kept else _step(state, step) for key, step in state.steps.items())
    targets = (kept[key][1] if key in kept else _planned(state, step) for key, step in state.steps.items())
    clocks = (*_clocks(state), *(target for target in targets if target is not None))
    return Picture(case=_case(state), steps=steps, clocks=clocks)


def _as_they_were(state: CaseState, before: Drawn) -> dict[str, tuple[StepPicture, ClockPicture | None]]:
    """Steps that did not change, each with its planning target's clock; none where something changed of which all depend."""
    if _COMMON(state) != _COMMON(before.state):
        return {}
    clocks = {c.step: c for c in before.picture.clocks if c.role is Role.STEP}
    known = before.state.steps
    return {s.key: (s, clocks.get(s.key)) for s in before.picture.steps if state.steps.get(s.key) is known.get(s.key)}


def national_state(state: CaseState) -> int:
    """Return the national status code 办理状态 of a case."""
    if state.status is Status.DECIDED:
        return _DECISIONS[state.outcome or "approved"]
    if state.status is Status.WITHDRAWN and state.accepted is None:
        return 2
    if state.status is Status.ACCEPTED:
        open_grounds = [s.ground for s in state.suspensions if s.end is None]
        if open_grounds:
            return 6 if CORRECTION in open_grounds else 9
        if any(s.status is StepStatus.RUNNING and s.step.counts for s in state.steps.values()):
            return 8
    return _NATIONAL[state.status]


def _case(state: CaseState) -> CasePicture:
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
        open=not state.over,
    )


def _fee(state: CaseState, promise: Promise) -> FeePicture:
    limit, charged = promise.fee_limit_fen or 0, sum(fen for _, fen in state.fees)
    met = Standing.MET if state.status is Status.DECIDED else None
    verdict = Standing.MISSED if charged > limit else met
    return FeePicture(
        commitment=promise.commitment, limit_fen=limit, charged_fen=charged, ramp_up=promise.ramp_up, verdict=verdict
    )


def _step(state: CaseState, step: StepState) -> StepPicture:
    status = str(step.status)
    if step.status is StepStatus.RUNNING and any(
        s.end is None and s.step in (None, step.step.key) for s in state.suspensions
    ):
        status = "suspended"
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
    )


def _clocks(state: CaseState) -> Iterable[ClockPicture]:
    yield from _supplement(state)
    for promise in state.promises:
        if promise.limit is not None:
            yield _promise(state, promise)
    yield from _statutory(state)
    yield from _delivery(state)
    yield from _stages(state)


def _clock(state: CaseState, key: str, limit: Limit, role: Role, **facts: object) -> Clock:
    return Clock.model_validate(
        {
            "key": key,
            "jurisdiction": state.procedure.jurisdiction,
            "limit": limit,
            "policy": state.policy,
            "extensions": tuple(e for k, e in state.extensions if k == key),
            "due_soon": state.policy.due_soon,
            "suspensions": _halts(state, role, step=None),
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
            **more,
        }
    )


def _stops(state: CaseState, halt: Standstill, role: Role) -> bool:
    ground = next((g for g in state.procedure.grounds if g.key == halt.ground), None)
    return ground is not None and role in ground.stops


def _halts(state: CaseState, role: Role, step: str | None) -> tuple[Suspension, ...]:
    """Suspensions that stop a role's clocks: the whole case's, and with a step those of that step too."""
    return tuple(
        Suspension(id=s.id, ground=s.ground, start=s.start, end=s.end)
        for s in state.suspensions
        if s.step in (None, step) and _stops(state, s, role)
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


def _held(state: CaseState, steps: Iterable[StepState], role: Role) -> tuple[Interval, ...]:
    """The union, by instants, of the time that counted parties held steps.

    A handover without a gap stays one interval: nobody gains a day by handing over after hours.
    """
    return tuple(Interval(start=a, end=b) for a, b in _merged(_spans(state, steps, role)))


def _spans(state: CaseState, steps: Iterable[StepState], role: Role) -> list[tuple[datetime, datetime | None]]:
    """When each step was held, less its own suspensions; they may lie over one another."""
    spans: list[tuple[datetime, datetime | None]] = []
    for step in steps:
        if step.started is None:
            continue
        begin, end = step.started, step.completed
        for halt in sorted((h for h in state.suspensions if h.step == step.step.key), key=lambda h: h.start):
            if not _stops(state, halt, role) or (end is not None and halt.start >= end):
                continue
            if halt.start > begin:
                spans.append((begin, halt.start))
            if halt.end is None:
                break
            begin = max(begin, halt.end)
        else:
            if end is None or end > begin:
                spans.append((begin, end))
    return spans


def _merged(spans: list[tuple[datetime, datetime | None]]) -> list[tuple[datetime, datetime | None]]:
    merged: list[tuple[datetime, datetime | None]] = []
    for begin, end in sorted(spans, key=lambda s: s[0]):
        if merged:
            first, last = merged[-1]
            if last is None:
                continue
            if begin <= last:
                merged[-1] = (first, None if end is None else max(last, end))
                continue
        merged.append((begin, end))
    return merged


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
    chain = promise.measure is Measure.CHAIN
    assert promise.limit is not None  # noqa: S101  # fees have no clock
    key = f"promise/{promise.commitment}"
    granted = (key, STATUTORY) if promise.lengthened else (key,)
    clock = _clock(
        state,
        key,
        promise.limit,
        Role.PROMISE,
        start=state.accepted,
        receipt=_receipt(state),
        running=_running(state, promise),
        added=promise.added,
        extensions=tuple(e for k, e in state.extensions if k in granted),
        stop=stop,
        due_soon=_due_soon(state, promise.limit) if chain else state.policy.due_soon,
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


def _running(state: CaseState, promise: Promise) -> tuple[Interval, ...]:
    """What a promise counts: steps that count, and a chain's parallel lines where it is read so.

    A chain has the intervals of each step: beside their union stands their sum, or it is the sum that judges.
    """
    counted = [s for s in state.steps.values() if (promise.parallel_lines if s.step.parallel_line else s.step.counts)]
    if promise.measure is Measure.CHAIN:
        return tuple(Interval(start=a, end=b) for a, b in _spans(state, counted, Role.PROMISE))
    return _held(state, counted, Role.PROMISE)


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
        suspensions=(*_halts(state, Role.STATUTORY, step=None), *_excluded(state)),
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
            running=_held(state, steps, Role.STAGE),
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
        f"step/{step.step.key}#{step.occurrence}",
        step.step.target,
        Role.STEP,
        start=step.started,
        stop=stop,
        suspensions=_halts(state, Role.STEP, step.step.key),
    )
    return _finish(
        state, clock, Role.STEP, owner=step.step.owner, under=under, step=step.step.key, stage=step.step.stage
    )
