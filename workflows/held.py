"""When the steps of a case were held by their owners, and what stood still: on this the clocks of a picture run."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from activities.record import Role
from sla.clock import Interval, Suspension
from sla.promise import Measure, Promise
from workflows.reshaping import had_since
from workflows.state import CaseState, StepState

STATUTORY = "statutory"  # key of the clock of the statutory limit


class StepHeld(NamedTuple):
    """A step that a promise counts, and when an owner held it, less its own suspensions."""

    step: str
    owner: str
    intervals: tuple[Interval, ...]
    taken_over: bool = False  # at the instant at which another owner gave it away


Span = tuple[datetime, datetime | None]


def held_by(state: CaseState, key: str) -> tuple[StepHeld, ...]:
    """Say who held the steps that a promise's clock counts, in the order of the procedure; who had one before comes first."""
    promise = next((one for one in state.promises if key == clock_key(one)), None)
    if promise is None:
        return ()
    return tuple(held for one in _counted(state, promise) for held in _owners(state, one))


def _owners(state: CaseState, step: StepState) -> Iterable[StepHeld]:
    before: datetime | None = None
    for owner, span in _hands(step):
        spans = _less(state, step, span, _stopping(state, Role.PROMISE))
        intervals = tuple(Interval(start=a, end=b) for a, b in spans)
        yield StepHeld(step.step.key, owner, intervals, bool(spans) and spans[0][0] == before)
        before = span[1]


def _stopping(state: CaseState, role: Role) -> frozenset[str]:
    """The grounds that stop a role's clocks."""
    return frozenset(ground.key for ground in state.procedure.grounds if role in ground.stops)


def halts(state: CaseState, role: Role, step: str | None) -> tuple[Suspension, ...]:
    """Return the suspensions that stop a role's clocks: the whole case's, and with a step those of that step too."""
    stopping = _stopping(state, role)
    return tuple(
        Suspension(id=s.id, ground=s.ground, start=s.start, end=s.end)
        for s in state.suspensions
        if s.step in (None, step) and s.ground in stopping
    )


def held(state: CaseState, steps: Iterable[StepState], role: Role) -> tuple[Interval, ...]:
    """Return the union, by instants, of the time that counted parties held steps.

    A handover without a gap stays one interval: nobody gains a day by handing over after hours.
    """
    return tuple(Interval(start=a, end=b) for a, b in _merged(_spans(state, steps, role)))


def _hands(step: StepState) -> list[tuple[str, Span]]:
    """Who had a step when, in order; what was told of it later cuts off what came after its completion."""
    hands: list[tuple[str, Span]] = []
    done = step.completed
    for hold in step.held:
        end = hold.end if done is None else min(hold.end, done)
        if end > hold.start:
            hands.append((hold.owner, (hold.start, end)))
    since = had_since(step)
    if since is not None and (not step.held or done is None or done > since):
        hands.append((step.step.owner, (since, done)))
    return hands


def _spans(state: CaseState, steps: Iterable[StepState], role: Role) -> list[Span]:
    """When each step was held, less its own suspensions; they may lie over one another."""
    stopping = _stopping(state, role)
    return [
        span
        for step in steps
        for whole in _merged([span for _, span in _hands(step)])
        for span in _less(state, step, whole, stopping)
    ]


def _less(state: CaseState, step: StepState, span: Span, stopping: Collection[str]) -> list[Span]:
    """A stretch in which a step was held, less the step's suspensions on grounds that stop the clock."""
    left: list[Span] = []
    begin, end = span
    own = (h for h in state.suspensions if h.step == step.step.key and (h.end is None or h.end > h.start))
    for halt in sorted(own, key=lambda h: h.start):
        if halt.ground not in stopping or (end is not None and halt.start >= end):
            continue
        if halt.start > begin:
            left.append((begin, halt.start))
        if halt.end is None:
            return left
        begin = max(begin, halt.end)
    if end is None or end > begin:
        left.append((begin, end))
    return left


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
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


def running(state: CaseState, promise: Promise) -> tuple[Interval, ...]:
    """Return what a promise counts: steps that count, and a chain's parallel lines where it is read so.

    A chain has the intervals of each step: beside their union stands their sum, or it is the sum that judges.
    """
    counted = _counted(state, promise)
    if promise.measure is Measure.CHAIN:
        return tuple(Interval(start=a, end=b) for a, b in _spans(state, counted, Role.PROMISE))
    return held(state, counted, Role.PROMISE)


def _counted(state: CaseState, promise: Promise) -> list[StepState]:
    known = chain(state.steps.values(), state.fallen.values())  # what other kinds' steps used is used
    return [s for s in known if (promise.parallel_lines if s.step.parallel_line else s.step.counts)]


def clock_key(promise: Promise) -> str:
    """Return the key of the clock that counts a promise."""
    return f"promise/{promise.commitment}"
