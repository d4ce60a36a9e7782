"""What of a case in the ledger goes into a log: its facts as they stand, by office; no actor, no free text."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from activities.store.rows import CaseView
from api.logs.events import LogEvent, Value
from sla.axis import local
from workflows.procedure import Effect
from workflows.state import CORRECTION, CaseState, Status, StepState, StepStatus

START, COMPLETE, SUSPEND, RESUME, REASSIGN, ABORT = "start", "complete", "suspend", "resume", "reassign", "pi_abort"
# Attributes of our own, by the prefix of their extension.
STATE, STEP, OUTCOME, OPINION = "shixian:state", "shixian:step", "shixian:outcome", "shixian:opinion"
ROLE = "org:role"
OPENING = 1  # number of the event that a case begins with
DECISIONS = {
    "approved": (11, "办结（通过）"),
    "approved-with-tolerance": (12, "办结（容缺通过）"),
    "refused": (13, "办结（不通过）"),
}
ENDS = {Status.REFUSED: ("refused", 5, "不予受理"), Status.REVOKED: ("revoked", 15, "撤销")}


class ExportedCase(NamedTuple):
    """A case as logs have it. Values are by attribute; `steps` are those that it has or had, done or not."""

    case: str
    owner: str
    values: dict[str, Value]
    events: tuple[LogEvent, ...]
    steps: tuple[StepState, ...]
    parent: str | None
    survey: str | None
    facts: Mapping[str, bool | str]  # by which the procedure was chosen


def exported(state: CaseState, view: CaseView | None) -> ExportedCase:
    """Return what is exported of a case; `view` says what its main clock came to."""
    procedure = state.procedure
    values: dict[str, Value] = {
        "shixian:procedure": procedure.key,
        "shixian:variant": procedure.variant,
        "shixian:jurisdiction": procedure.jurisdiction,
        "shixian:office": procedure.owner,
        "shixian:status": str(state.status),
    }
    if view is not None:
        values |= _judged(view)
    events = sorted(_events(state), key=lambda event: event.at or state.received)
    return ExportedCase(
        state.case,
        procedure.owner,
        values,
        tuple(event._replace(line=number) for number, event in enumerate(events, 1)),
        (*state.steps.values(), *(step for key, step in state.fallen.items() if key not in state.steps)),
        state.parent,
        state.survey,
        procedure.facts,
    )


def _judged(view: CaseView) -> Iterator[tuple[str, Value]]:
    yield STATE, view.case.national_state
    row = next((row for row in view.clocks if row.picture.clock.key == view.main), None)
    if row is None:
        return
    yield "shixian:limit", float(row.limit)
    yield "shixian:unit", str(row.picture.clock.limit.unit)
    if row.picture.commitment is not None:
        yield "shixian:commitment", row.picture.commitment
    if row.due_at is not None:
        yield "shixian:due", local(row.due_at)
    if row.picture.verdict is not None:
        yield "shixian:verdict", row.picture.verdict
    if row.used is not None:
        yield "shixian:used", float(row.used)


def _events(state: CaseState) -> Iterator[LogEvent]:
    owner = state.procedure.owner
    yield _event(state, "received", owner, state.received, 1)
    yield from _corrections_before(state)
    if state.accepted is not None:
        yield _event(state, "accepted", owner, state.accepted, 3)
    for step in state.steps.values():
        own = step.seq == OPENING
        yield from map(_uncoded, _of_step(state, step)) if own else _of_step(state, step)
    for step in state.fallen.values():
        yield from map(_uncoded, _of_step(state, step))
    variants = [*(kind.procedure.variant for kind in state.kinds[1:]), state.procedure.variant]
    for kind, variant in zip(state.kinds, variants, strict=False):  # there is one more where it was never another
        yield _event(state, "reclassified", owner, kind.until, variant=variant)
    if state.lacking is not None and state.lacking.supplied is not None:
        yield _event(state, "supplied", owner, state.lacking.supplied)
    yield from _halts(state)
    yield from _grants(state)
    yield from _ending(state)


def _uncoded(event: LogEvent) -> LogEvent:
    """An event without a state: of a step that the receipt itself does, or that the kind which the case is now has not."""
    return event._replace(more={name: value for name, value in event.more.items() if name != STATE})


def _event(  # what differs from one to another
    state: CaseState,
    activity: str,
    office: str,
    at: datetime,
    code: int | None = None,
    transition: str = COMPLETE,
    instance: str = "",
    **more: Value | None,
) -> LogEvent:
    values: dict[str, Value] = {} if code is None else {STATE: code}
    values |= {f"shixian:{name}": value for name, value in more.items() if value is not None}
    return LogEvent(state.case, 0, activity, transition, instance, office, local(at), values)


def _corrections_before(state: CaseState) -> Iterator[LogEvent]:
    """Supplement notices, and the materials that came after each."""
    owner, comes = state.procedure.owner, [one.received for one in state.rounds[1:]]
    for number, one in enumerate(state.rounds, 1):
        if one.noticed is None:
            continue
        instance = f"supplement-{number}"
        yield _event(state, CORRECTION, owner, one.noticed, 6, SUSPEND, instance)
        if number <= len(comes):
            yield _event(state, CORRECTION, owner, comes[number - 1], 7, RESUME, instance)


def _of_step(state: CaseState, step: StepState) -> Iterator[LogEvent]:
    key, stage = step.step.key, step.step.stage
    instance = f"{key}-{step.occurrence}"
    party = {ROLE: str(step.step.party)}
    if step.started is not None:
        event = _event(state, key, _holder(step, step.started), step.started, 8, START, instance, step=key, stage=stage)
        yield event._replace(more={**event.more, **party})
    for hold, following in zip(step.held, [*(hold.owner for hold in step.held[1:]), step.step.owner], strict=False):
        if following != hold.owner:
            yield _event(state, key, following, hold.end, None, REASSIGN, instance, step=key, stage=stage)
    if step.fell is not None and step.status is StepStatus.FALLEN:
        yield _event(state, key, step.step.owner, step.fell, None, ABORT, instance, step=key, stage=stage)
    if step.completed is not None:
        outcome = next((one for one in step.step.outcomes if one.key == step.outcome), None)
        ends = outcome is not None and outcome.effect is Effect.END
        event = _event(
            state, key, _holder(step, step.completed), step.completed, 13 if ends else 11, COMPLETE, instance,
            step=key, stage=stage, outcome=step.outcome, opinion=None if outcome is None else outcome.title_zh,
        )  # fmt: skip
        yield event._replace(more={**event.more, **party})


def _holder(step: StepState, at: datetime) -> str:
    """Whose a step was at an instant."""
    return next((hold.owner for hold in step.held if hold.start <= at < hold.end), step.step.owner)


def _halts(state: CaseState) -> Iterator[LogEvent]:
    for number, halt in enumerate(sorted(state.suspensions, key=lambda one: one.start), 1):
        known = {**state.fallen, **state.steps}
        owner = _holder(known[halt.step], halt.start) if halt.step in known else state.procedure.owner
        begun, ended = (6, 7) if halt.ground == CORRECTION else (9, 10)
        instance = f"{halt.ground}-{number}"
        yield _event(state, halt.ground, owner, halt.start, begun, SUSPEND, instance, step=halt.step)
        if halt.end is not None:
            yield _event(state, halt.ground, owner, halt.end, ended, RESUME, instance, step=halt.step)


def _grants(state: CaseState) -> Iterator[LogEvent]:
    owner = state.procedure.owner
    for clock, grant in state.extensions:
        yield _event(state, "extended", owner, grant.at, clock=clock, amount=float(grant.amount))
    for seq, fen in state.fees:
        told = state.by_seq(seq)
        if told is not None:
            yield _event(state, "fee", owner, told.at, fen=fen)


def _ending(state: CaseState) -> Iterator[LogEvent]:
    owner = state.procedure.owner
    if state.decided is not None:
        code, opinion = DECISIONS[state.outcome or "approved"]
        yield _event(state, "decided", owner, state.decided, code, outcome=state.outcome, opinion=opinion)
    if state.closed is None:
        return
    if state.status is Status.WITHDRAWN:
        code = 2 if state.accepted is None else 14
        yield _event(state, "withdrawn", owner, state.closed, code)
    elif state.status is Status.TERMINATED:
        code = 2 if state.accepted is None else 14  # the standard has no code of its own for it
        yield _event(state, "terminated", owner, state.closed, code, opinion="终止")
    elif state.status in ENDS:
        activity, code, opinion = ENDS[state.status]
        yield _event(state, activity, owner, state.closed, code, opinion=opinion)


def coded(events: Iterable[LogEvent]) -> Iterator[LogEvent]:
    """Return the events that have a national state code."""
    return (event for event in events if STATE in event.more)
