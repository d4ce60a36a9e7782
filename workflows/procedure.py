"""The vocabulary of procedures. A `Procedure` is resolved for one case: jurisdiction, variant and facts are chosen."""

from enum import StrEnum

from sla.clock import Limit
from sla.model import Model


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
    ground: str | None = None  # of an uncounted step: why its time does not count
    opinions: tuple[str, ...] = ()  # sub-opinions of one merged review: one step, never several clocks
    parallel_line: bool = False  # 并行推进: outside the chain's limit
    gates: tuple[str, ...] = ()  # further steps that may not begin before this one is complete


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
