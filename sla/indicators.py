"""How a promise stands that no case measures: derived from what was observed, from the day it binds."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from sla.commitments.commitment import Commitment, Metric, Operator
from sla.model import Model
from sla.observations import DATED, SHARES, IndicatorKind, Noted, Observation

PERCENT = 100
A_YEAR = timedelta(days=365)
YEARLY = "/年"
PACE = timedelta(days=28)  # at least between the two observations that a pace is taken from

KINDS = {
    Metric.RATIO: IndicatorKind.SHARE,
    Metric.COUNT: IndicatorKind.COUNT,
    Metric.REDUCTION: IndicatorKind.REDUCTION,
    Metric.ANNUAL_EFFORT: IndicatorKind.HOURS,
    Metric.QUALITATIVE: IndicatorKind.RULE,
}


class IndicatorVerdict(StrEnum):
    """How such a promise stands."""

    KEPT = "kept"
    LATE = "late"  # kept now, and not shown to have been on the first day that it bound
    SHORT = "short"
    RAMP_UP = "ramp-up"  # it does not bind yet
    NO_EVIDENCE = "no-evidence"


UNFORESEEN = (IndicatorVerdict.SHORT, IndicatorVerdict.NO_EVIDENCE)


class Cadence(Model):
    """When an observation is overdue."""

    days: int  # from the last day of what was observed to the next observation
    since: date | None = None  # from when on one that was never made is overdue too; None: never


class IndicatorStanding(Model):
    """A promise as its observations show it on a day. `measured`, `expected` are in the figure's unit, of evidence 1 or 0."""

    verdict: IndicatorVerdict
    latest: Noted | None = None  # that counts
    measured: Fraction | None = None
    expected: Fraction | None = None  # at this pace, on the day it binds or a year after the latest
    in_danger: bool = False  # not short, and short at this pace
    next_due: date | None = None
    overdue_days: int = 0
    waiting: int = 0
    corrected: int = 0

    @property
    def overdue(self) -> bool:
        """Whether the next observation is overdue."""
        return self.overdue_days > 0

    model_config = Model.model_config | {"arbitrary_types_allowed": True}


def kind_of(commitment: Commitment) -> IndicatorKind | None:
    """Say what is observed of a commitment; None where cases measure it."""
    figure = commitment.figure
    if commitment.measure is Metric.MILESTONE:
        return IndicatorKind.MILESTONE if figure is None or figure.value == 1 else IndicatorKind.COUNT
    if commitment.measure is Metric.RATIO and figure is not None and figure.unit.endswith(YEARLY):
        return IndicatorKind.YEAR_SHARE
    return KINDS.get(commitment.measure)


def most_of(commitment: Commitment) -> Decimal | None:
    """Return the greatest value that can be, where the sentence says exactly how many there are."""
    figure = commitment.figure
    return figure.value if figure is not None and figure.operator is Operator.EXACTLY else None


def measured(kind: IndicatorKind, observation: Observation) -> Fraction:
    """Return what an observation comes to, exactly: percent, hours, a number; of dated evidence 1 or 0."""
    if kind in SHARES:
        return Fraction(observation.numerator or 0, observation.denominator or 1) * PERCENT
    if kind in DATED:
        return Fraction(int(observation.in_place is True))
    value = Fraction(observation.value or 0)
    if kind is IndicatorKind.REDUCTION:
        return (1 - value / Fraction(observation.base or 1)) * PERCENT
    return value


def reaches(commitment: Commitment, value: Fraction) -> bool:
    """Tell whether a measured value keeps a commitment; exactly at the target it does, unless more is promised."""
    figure = commitment.figure
    if figure is None:
        return value == 1
    target = Fraction(figure.value)
    if figure.operator is Operator.AT_MOST:
        return value <= target
    if figure.operator is Operator.MORE_THAN:
        return value > target
    return value >= target


def stands(
    commitment: Commitment, seen: Sequence[Noted], until: date, binding: date | None, cadence: Cadence
) -> IndicatorStanding:
    """Return how a commitment stands on a day by what was confirmed of the time up to it. `binding`: None binds always."""
    kind = kind_of(commitment)
    assert kind is not None  # noqa: S101  # no case measures it
    known = sorted((one for one in seen if one.stands and one.observation.last <= until), key=_order)
    latest = known[-1] if known else None
    value = None if latest is None else measured(kind, latest.observation)
    verdict = _verdict(commitment, kind, known, until, binding)
    expected = _expected(kind, known, until, binding)
    falling = expected is not None and verdict not in UNFORESEEN and not reaches(commitment, expected)
    next_due = _next_due(latest, binding, cadence)
    return IndicatorStanding(
        verdict=verdict,
        latest=latest,
        measured=value,
        expected=expected,
        in_danger=falling,
        next_due=next_due,
        overdue_days=0 if next_due is None else max(0, (until - next_due).days),
        waiting=sum(one.waits for one in seen),
        corrected=sum(one.stands and one.replaces is not None for one in seen),
    )


def _order(one: Noted) -> tuple[date, date, int]:
    return one.observation.last, one.observation.first, one.number


def _verdict(
    commitment: Commitment, kind: IndicatorKind, known: Sequence[Noted], until: date, binding: date | None
) -> IndicatorVerdict:
    if binding is not None and until < binding:
        return IndicatorVerdict.RAMP_UP
    bound = [one for one in known if binding is None or one.observation.last >= binding]
    if not bound:
        return IndicatorVerdict.NO_EVIDENCE
    if not _kept(commitment, kind, bound[-1]):
        return IndicatorVerdict.SHORT
    if binding is not None and not _kept_at_first(commitment, kind, known, binding):
        return IndicatorVerdict.LATE
    return IndicatorVerdict.KEPT


def _kept(commitment: Commitment, kind: IndicatorKind, one: Noted) -> bool:
    return reaches(commitment, measured(kind, one.observation))


def _kept_at_first(commitment: Commitment, kind: IndicatorKind, known: Sequence[Noted], binding: date) -> bool:
    """Whether the first day that it bound is shown to have been kept: by what holds that day, else by the last before it."""
    begun = [one for one in known if one.observation.first <= binding]
    if not begun:
        return False
    holding = [one for one in begun if one.observation.last >= binding]
    return _kept(commitment, kind, holding[0] if holding else begun[-1])


def _expected(kind: IndicatorKind, known: Sequence[Noted], until: date, binding: date | None) -> Fraction | None:
    """On a straight line through the last observation and one well before it."""
    if kind in DATED or not known:
        return None
    last = known[-1].observation
    before = next((one.observation for one in reversed(known) if last.last - one.observation.last >= PACE), None)
    if before is None:
        return None
    goal = binding if binding is not None and until < binding else last.last + A_YEAR
    now, change = measured(kind, last), measured(kind, last) - measured(kind, before)
    return now + change * Fraction((goal - last.last).days, (last.last - before.last).days)


def _next_due(latest: Noted | None, binding: date | None, cadence: Cadence) -> date | None:
    if latest is not None:
        return latest.observation.last + timedelta(days=cadence.days)
    if cadence.since is None:
        return None
    return max(cadence.since, binding or cadence.since)
