"""The vocabulary of procedures. A `Procedure` is resolved for one case: jurisdiction, variant and facts are chosen."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from sla.clock import Limit
from sla.model import Model
from workflows.errors import CyclicSteps, DeadEnd, DuplicateKey, SelfCorrection, UnknownReference, UnownedStep


class Party(StrEnum):
    """Who holds a step."""

    AUTHORITY = "authority"
    APPLICANT = "applicant"
    UTILITY = "utility"
    BANK = "bank"
    THIRD_PARTY = "third-party"


class Effect(StrEnum):
    """What an outcome does to the case: goes on, ends it, or asks the applicant for correction (a suspension)."""

    PROCEED = "proceed"
    END = "end"
    CORRECT = "correct"


class Outcome(Model):
    """One way a step may end 办理结果."""

    key: str
    title_zh: str
    title_en: str
    effect: Effect = Effect.PROCEED


class Ground(Model):
    """A ground of suspension 中止事由 with its legal basis, and which kinds of clocks it stops."""

    key: str
    title_zh: str
    title_en: str
    basis: str
    stops: tuple[str, ...]  # of Role values: "promise", "statutory", "stage", "step", ...


class Begins(StrEnum):
    """When a step's time begins: as soon as it is open, or when a `start` command says that it was taken up 受理."""

    OPEN = "open"
    START = "start"


class Step(Model):
    """One step 环节 of a procedure."""

    key: str
    title_zh: str
    title_en: str
    party: Party
    owner: str
    after: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...]
    counts: bool = True
    begins: Begins = Begins.OPEN
    target: Limit | None = None  # planning target: internal, never a public commitment
    stage: str | None = None
    ground: str | None = None  # why its time does not count, or would not where the ground stops promises
    opinions: tuple[str, ...] = ()  # sub-opinions of one merged review: one step, never several clocks
    parallel_line: bool = False  # 并行推进: outside the chain's limit
    gates: tuple[str, ...] = ()  # further steps that may not begin before this one is complete

    @model_validator(mode="after")
    def _can_be_done(self) -> Self:
        field = f"steps.{self.key}"
        if not self.owner.strip():
            raise UnownedStep(f"{field}.owner")
        _once(f"{field}.outcomes", [outcome.key for outcome in self.outcomes])
        _once(f"{field}.opinions", self.opinions)
        effects = {outcome.effect for outcome in self.outcomes}
        if Effect.PROCEED not in effects:
            raise DeadEnd(f"{field}.outcomes", why="no outcome proceeds")
        if Effect.CORRECT in effects and self.party is Party.APPLICANT:
            wrong = next(outcome.key for outcome in self.outcomes if outcome.effect is Effect.CORRECT)
            raise SelfCorrection(f"{field}.outcomes", outcome=wrong)
        return self


class Stage(Model):
    """A stage 阶段 of a chain, with its planning budget."""

    key: str
    title_zh: str
    title_en: str
    budget: Limit


class Procedure(Model):
    """A procedure 办事流程 as one case follows it; part of the case's opening event."""

    key: str
    version: str
    title_zh: str
    title_en: str
    jurisdiction: str
    variant: str
    facts: dict[str, bool | str]
    owner: str
    steps: tuple[Step, ...]
    stages: tuple[Stage, ...] = ()
    grounds: tuple[Ground, ...]
    accepted_by: str | None = None  # the step that `accept` completes
    ends: tuple[str, ...]  # the steps whose completion stops the promise
    decided_by: str | None = None  # the step whose completion stops the statutory clock
    delivered_by: str | None = None  # the step whose completion stops the delivery clock
    statutory: Limit | None = None
    statutory_extension: int = 0  # working days that may be granted (行政许可法 42)
    excluded: str | None = None  # the words that take this case out of the promise (除重大工程建设项目外)

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        steps = [step.key for step in self.steps]
        _once("steps", steps)
        _once("stages", [stage.key for stage in self.stages])
        _once("grounds", [ground.key for ground in self.grounds])
        self._names_only_what_is_there(set(steps))
        self._can_be_walked(steps)
        return self

    def _names_only_what_is_there(self, steps: set[str]) -> None:
        stages = {stage.key for stage in self.stages}
        grounds = {ground.key for ground in self.grounds}
        for step in self.steps:
            field = f"steps.{step.key}"
            _there(f"{field}.after", "step", step.after, steps)
            _there(f"{field}.gates", "step", step.gates, steps)
            _there(f"{field}.stage", "stage", _one(step.stage), stages)
            _there(f"{field}.ground", "ground", _one(step.ground), grounds)
        if not self.ends:
            raise DeadEnd("ends", why="no step ends the promise")
        _there("ends", "step", self.ends, steps)
        _there("accepted_by", "step", _one(self.accepted_by), steps)
        _there("decided_by", "step", _one(self.decided_by), steps)
        _there("delivered_by", "step", _one(self.delivered_by), steps)

    def _can_be_walked(self, steps: list[str]) -> None:
        follows: dict[str, list[str]] = {key: [] for key in steps}
        waits = dict.fromkeys(steps, 0)
        for step in self.steps:
            for before, then in [(key, step.key) for key in step.after] + [(step.key, key) for key in step.gates]:
                follows[before].append(then)
                waits[then] += 1
        goals = {*self.ends, self.decided_by, self.delivered_by}
        for step in self.steps:
            if not (follows[step.key] or step.key in goals or step.parallel_line):
                raise DeadEnd(f"steps.{step.key}", why="no step comes after it and it ends nothing")
        ready = deque(key for key in steps if not waits[key])
        while ready:
            for then in follows[ready.popleft()]:
                waits[then] -= 1
                if not waits[then]:
                    ready.append(then)
        if stuck := [key for key in steps if waits[key]]:
            raise CyclicSteps("steps", steps=", ".join(stuck))


Facts = Mapping[str, bool | str]


class Variant(Model):
    """A variant 情形 of a procedure. `process_types` are the national codes of construction process types."""

    key: str
    title_zh: str
    title_en: str
    process_types: tuple[str, ...] = ()


class Fact(Model):
    """Something known of a case when it is opened, that selects steps or promises."""

    key: str
    title_zh: str
    title_en: str
    default: bool | str
    allowed: tuple[bool | str, ...] = (False, True)
    defaults: dict[str, bool | str] = {}  # by variant, where it is another one than `default`
    variants: tuple[str, ...] = ()  # empty: every variant has it

    def default_in(self, variant: str) -> bool | str:
        """Say what is taken to be so where the case says nothing."""
        return self.defaults.get(variant, self.default)


@dataclass(frozen=True, slots=True)
class Definition:
    """A procedure before anything is chosen. `build` gets facts that are complete and checked."""

    key: str
    version: str  # bumped by hand with every change; a test pins what it stands for
    title_zh: str
    title_en: str
    jurisdictions: tuple[str, ...]
    variants: tuple[Variant, ...]
    facts: tuple[Fact, ...]
    build: Callable[[str, str, Facts], Procedure]

    def facts_in(self, variant: str) -> tuple[Fact, ...]:
        """Return the facts that a variant has."""
        return tuple(fact for fact in self.facts if not fact.variants or variant in fact.variants)


def _one(key: str | None) -> tuple[str, ...]:
    return () if key is None else (key,)


def _once(field: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise DuplicateKey(field, key=key)
        seen.add(key)


def _there(field: str, what: str, keys: Iterable[str], known: set[str]) -> None:
    for key in keys:
        if key not in known:
            raise UnknownReference(field, what=what, key=key)
