"""What a case of another system comes to here: its opening, and what happened to it, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from workflows.procedure import Begins, Effect, Procedure, Step

FILLED = "接管补记：原系统未列此环节，视为与后一环节同时办结 filled in at take-over"

# Of facts at one instant: what must come first.
RANKS: Mapping[str, int] = {
    "open": 0, "accept": 1, "resubmit": 2, "resume": 2, "supply": 2, "start": 3, "complete": 3, "return": 4, "suspend": 4, "extend": 4,
    "decide": 5, "refuse": 6, "withdraw": 6, "revoke": 7,
}  # fmt: skip


class PlannedFact(NamedTuple):
    """Something that happened, as a command without who tells it, and the place that says so."""

    kind: str
    at: datetime
    content: Mapping[str, Any]
    line: int
    column: str
    day_only: bool = False


class TheirDue(NamedTuple):
    """The due date that the other system has, and the place that says so."""

    day: date
    line: int
    column: str


@dataclass(frozen=True, slots=True)
class CasePlan:
    """A case to be taken over; `facts` begin with its opening and are in order."""

    case: str
    file: str
    line: int
    procedure: str
    jurisdiction: str
    variant: str
    chosen: Mapping[str, bool | str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)  # the column that told a part of the choice
    facts: tuple[PlannedFact, ...] = ()
    due: TheirDue | None = None
    subjects: tuple[Mapping[str, str], ...] = field(default=(), repr=False)  # whom it is about, as the API is told

    @property
    def tolerant(self) -> bool:
        """Whether it was accepted while something was missing."""
        return any("tolerance" in fact.content for fact in self.facts)


def arranged(plan: CasePlan, procedure: Procedure, *, fill: bool) -> CasePlan:
    """Return a plan in order: starts that nobody told are put in, and with `fill` the steps before those that are told."""
    steps = {step.key: step for step in procedure.steps}
    order = _order(procedure)
    facts = _sorted(_clamped(plan.facts), order)
    accepted = next((fact for fact in facts if fact.kind == "accept"), None)
    if accepted is not None:  # the step that accepts is the acceptance itself
        own = procedure.accepted_by
        facts = [fact for fact in facts if fact.content.get("step") != own or fact.kind not in ("start", "complete")]
    if fill:
        facts = _sorted([*facts, *_filled(facts, procedure, steps, order)], order)
    facts = [fact for fact in facts if fact.kind != "start" or _begins(steps, fact) is not Begins.OPEN]
    return replace(plan, facts=tuple(_sorted([*facts, *_starts(facts, steps)], order)))


def first_outcome(step: Step, effect: Effect) -> str | None:
    """Return the key of a step's first outcome with an effect; None where it has none."""
    return next((outcome.key for outcome in step.outcomes if outcome.effect is effect), None)


def _begins(steps: Mapping[str, Step], fact: PlannedFact) -> Begins | None:
    step = steps.get(fact.content["step"])
    return None if step is None else step.begins


def _order(procedure: Procedure) -> Mapping[str, int]:
    """The place of each step behind all that it waits for."""
    before = {step.key: {*step.after} for step in procedure.steps}
    for step in procedure.steps:
        for gated in step.gates:
            before[gated].add(step.key)
    order: dict[str, int] = {}
    while len(order) < len(before):
        order |= {
            key: len(order) for key in before if key not in order and before[key] <= order.keys()
        } or dict.fromkeys(before, len(order))
    return order


def _sorted(facts: Sequence[PlannedFact], order: Mapping[str, int]) -> list[PlannedFact]:
    def place(fact: PlannedFact) -> tuple[Any, ...]:
        step = order.get(str(fact.content.get("step")), 0) if RANKS[fact.kind] == RANKS["start"] else 0
        first = fact.kind != "open"
        return first, fact.at, RANKS[fact.kind], step, fact.kind != "start", fact.line

    return sorted(facts, key=place)


def _clamped(facts: Sequence[PlannedFact]) -> list[PlannedFact]:
    """What has only a day is not before the receipt or the acceptance of that day."""
    marks = [fact.at for kind in ("open", "accept") for fact in facts if fact.kind == kind]

    def at(fact: PlannedFact) -> datetime:
        if not fact.day_only or fact.kind == "open":
            return fact.at
        known = marks[:1] if fact.kind in ("accept", "return", "resubmit", "refuse", "withdraw") else marks
        return max([fact.at, *(mark for mark in known if mark.date() == fact.at.date())])

    return [fact._replace(at=at(fact)) for fact in facts]


def _filled(
    facts: Sequence[PlannedFact], procedure: Procedure, steps: Mapping[str, Step], order: Mapping[str, int]
) -> list[PlannedFact]:
    """Steps that nobody told, done when the first that waits for them is."""
    done = {str(fact.content["step"]): fact for fact in facts if fact.kind == "complete"}
    begun = {str(fact.content["step"]): fact for fact in facts if fact.kind == "start"}
    approved = next((f for f in facts if f.kind == "decide" and f.content["outcome"] != "refused"), None)
    after = {
        step.key: [*step.after, *(one.key for one in procedure.steps if step.key in one.gates)]
        for step in procedure.steps
    }
    needs: dict[str, PlannedFact] = {}
    if approved is not None:
        needs |= dict.fromkeys(procedure.ends, approved)
    told = {procedure.accepted_by} if any(fact.kind == "accept" for fact in facts) else set()
    for key in sorted(after, key=lambda one: -order[one]):
        source = done.get(key) or begun.get(key) or needs.get(key)
        if source is None:
            continue
        for before in after[key]:
            if before not in needs or source.at < needs[before].at:
                needs[before] = source
    return [
        source._replace(kind="complete", content={"step": key, "outcome": outcome, "note": FILLED})
        for key, source in needs.items()
        if key not in done and key not in told and not _at_opening(steps[key], procedure)
        and (outcome := first_outcome(steps[key], Effect.PROCEED)) is not None
    ]  # fmt: skip


def _at_opening(step: Step, procedure: Procedure) -> bool:
    """Tell whether the opening itself does a step: what the acceptance waits for."""
    accepting = next((one for one in procedure.steps if one.key == procedure.accepted_by), None)
    return accepting is not None and step.key in accepting.after


def _starts(facts: Sequence[PlannedFact], steps: Mapping[str, Step]) -> list[PlannedFact]:
    """Starts that nobody told, of steps that need one: when the last of what they wait for was done."""
    ends = {str(fact.content["step"]): fact.at for fact in facts if fact.kind == "complete"}
    begun = {fact.content["step"] for fact in facts if fact.kind == "start"}
    accepted = [fact.at for fact in facts if fact.kind == "accept"]
    found = []
    for fact in facts:
        step = steps.get(str(fact.content.get("step"))) if fact.kind == "complete" else None
        if step is None or step.begins is Begins.OPEN or step.key in begun:
            continue
        opened = max([*(ends[key] for key in step.after if key in ends), *accepted], default=fact.at)
        found.append(fact._replace(kind="start", at=min(opened, fact.at), content={"step": step.key}))
    return found
