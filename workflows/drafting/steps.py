"""Outcomes, targets, bypassing what a case does not need, and the longest planned path."""

from collections.abc import Iterable
from decimal import Decimal

from sla.clock import Limit, Unit
from workflows.procedure import Effect, Outcome, Party, Stage, Step

WORKHOURS_A_DAY = 8

APPLICANT = "申请人"

SUBMITTED = (Outcome(key="done", title_zh="已提交", title_en="Submitted"),)
DONE = (Outcome(key="done", title_zh="办结", title_en="Done"),)
CORRECTION = Outcome(
    key="correction", title_zh="补正（整改）", title_en="Returned for correction", effect=Effect.CORRECT
)
EXAMINED = (*DONE, CORRECTION)
DECIDED = (
    Outcome(key="done", title_zh="通过", title_en="Granted"),
    Outcome(key="refused", title_zh="不予通过", title_en="Refused", effect=Effect.END),
    CORRECTION,
)


def workhours(amount: str) -> Limit:
    """Return a planning target given in working hours."""
    return Limit(amount=_plain(Decimal(amount)), unit=Unit.WORKHOUR)


def workdays(amount: str) -> Limit:
    """Return a planning target given in working days; a part of a day becomes working hours."""
    days = Decimal(amount)
    if days % 1:
        return Limit(amount=_plain(days * WORKHOURS_A_DAY), unit=Unit.WORKHOUR)
    return Limit(amount=_plain(days), unit=Unit.WORKDAY)


def in_workdays(limit: Limit | None) -> Decimal:
    """Return a planning target in working days; none is 0."""
    if limit is None:
        return Decimal(0)
    return limit.amount / WORKHOURS_A_DAY if limit.unit is Unit.WORKHOUR else limit.amount


def by_applicant(
    key: str, title_zh: str, title_en: str, *after: str, ground: str = "applicant", stage: str | None = None
) -> Step:
    """Return a step of the applicant: its time never counts."""
    return Step(
        key=key,
        title_zh=title_zh,
        title_en=title_en,
        party=Party.APPLICANT,
        owner=APPLICANT,
        after=after,
        outcomes=SUBMITTED,
        counts=False,
        stage=stage,
        ground=ground,
    )


def without(steps: Iterable[Step], absent: set[str]) -> tuple[Step, ...]:
    """Remove absent steps; a step that waited for one waits for what that one waited for, and for nothing twice."""
    steps = tuple(steps)
    after = {step.key: step.after for step in steps}
    kept = [step for step in steps if step.key not in absent]
    ancestors: dict[str, set[str]] = {}
    left = []
    for step in kept:
        direct = tuple(dict.fromkeys(key for before in step.after for key in _standing_in(before, after, absent)))
        further = set().union(*(ancestors.get(key, set()) for key in direct))
        ancestors[step.key] = further | set(direct)
        left.append(step.model_copy(update={"after": tuple(key for key in direct if key not in further)}))
    return tuple(left)


def longest(steps: Iterable[Step], stage: str | None = None, until: Iterable[str] = ()) -> Decimal:
    """Working days of the longest path of counted targets: in one stage, or up to some steps, where they are named.

    Steps come in their order.
    """
    reached: dict[str, Decimal] = {}
    for step in steps:
        own = in_workdays(step.target) if step.counts and stage in {None, step.stage} else Decimal(0)
        reached[step.key] = own + max((reached[key] for key in step.after), default=Decimal(0))
    return max([reached[key] for key in until] or reached.values(), default=Decimal(0))


def staged(steps: Iterable[Step], key: str, title_zh: str, title_en: str) -> Stage:
    """Return a stage whose planning budget is the longest path of the steps in it."""
    return Stage(key=key, title_zh=title_zh, title_en=title_en, budget=workdays(str(longest(steps, key))))


def _standing_in(key: str, after: dict[str, tuple[str, ...]], absent: set[str]) -> tuple[str, ...]:
    if key not in absent:
        return (key,)
    return tuple(further for before in after[key] for further in _standing_in(before, after, absent))


def _plain(amount: Decimal) -> Decimal:
    return Decimal(int(amount)) if amount == amount.to_integral_value() else amount.normalize()
