"""How every promise of the register stands on a day: by its cases, or by what was observed of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from activities.rungs import Instant
from activities.store.store import Store
from api.figures.averages import Asked
from api.figures.front import Verdict
from api.figures.shown import number_shown
from api.figures.tallies import PromiseBoard, PromiseTally, promise_board
from api.settings import Settings
from api.views.case import Number
from sla.axis import DAY_LENGTH, end_of
from sla.cohort import TakenOverCases
from sla.commitments.commitment import Commitment, Metric, Operator
from sla.commitments.register import REGISTER, Readings, binding_from
from sla.departments import department_of
from sla.indicators import Cadence, IndicatorStanding, IndicatorVerdict, kind_of, stands
from sla.model import Model
from sla.observations import IndicatorKind, Noted, Observation

DEREGISTRATION, ON_PLATFORM = "deregistration", "on-platform"
NO_REFERENCE = "—"


class Stood(StrEnum):
    """How a promise stands: the first that applies."""

    RAMP_UP = "ramp-up"  # it does not bind yet
    BROKEN = "broken"  # a case, a mean or a charge breaks it
    SHORT = "short"  # what was observed falls short of it
    IN_DANGER = "in-danger"  # not short, and short at this pace
    LATE = "late"  # kept now, and not shown to have been on the first day that it bound
    KEPT = "kept"
    NO_EVIDENCE = "no-evidence"  # no case decided, or nothing observed


class MeasuredBy(StrEnum):
    """What a standing rests on."""

    CASES = "cases"
    OBSERVATIONS = "observations"


class StandingRules(NamedTuple):
    """How promises are judged: from when what binds, when an observation is overdue, which cases count."""

    readings: Readings = Readings()
    cadence: Cadence = Cadence(days=396)
    taken_over: TakenOverCases = TakenOverCases.COUNTED


class CommitmentStanding(Model):
    """A promise as it stands. `measured`, `expected` and `target` are in the unit of its figure; of dated evidence 1 or 0."""

    commitment: str
    title_zh: str
    title_en: str
    jurisdiction: str
    department: str
    measure: Metric
    by: MeasuredBy
    kind: IndicatorKind | None  # of what is observed; none where cases measure it
    standing: Stood
    binding_from: date | None
    operator: Operator | None
    target: Number | None
    unit: str | None
    measured: Number | None = None  # of an average the mean of the year; of what is observed the latest that counts
    expected: Number | None = None  # at this pace
    in_danger: bool = False  # it will be short at this pace, or a promised average broken; said before it binds too
    observed_first: date | None = None  # of dated evidence: in place since
    observed_last: date | None = None
    next_due: date | None = None  # when the next observation is due
    overdue: bool = False  # it is not there
    overdue_days: int = 0
    waiting: int = 0  # observations that nobody confirmed yet
    corrected: int = 0
    cases: int | None = None  # decided this year
    late: int | None = None  # of them, and of the open ones
    exceptions: int | None = None  # longer on a ground on record, where the sentence says 原则上


@dataclass(frozen=True, slots=True)
class Standings:
    """All promises, with what their standings were made of."""

    until: date
    board: PromiseBoard
    all: tuple[CommitmentStanding, ...]

    def count(self, stood: Stood) -> int:
        """Count the promises that stand so."""
        return sum(one.standing is stood for one in self.all)


OF_CASES: Mapping[Verdict, Stood] = {
    Verdict.BROKEN: Stood.BROKEN,
    Verdict.IN_DANGER: Stood.IN_DANGER,
    Verdict.KEPT: Stood.KEPT,
    Verdict.NOT_MEASURED: Stood.NO_EVIDENCE,
}


def rules_of(settings: Settings) -> StandingRules:
    """Return the rules that an installation's settings come to."""
    cadence = Cadence(days=settings.observation_days, since=settings.observations_from)
    return StandingRules(settings.readings, cadence, settings.taken_over_cases)


def standings(
    store: Store, now: Instant, until: date, rules: StandingRules, board: PromiseBoard | None = None
) -> Standings:
    """Return how all promises stand on a day; a board of all cases up to that day need not be made again."""
    board = board or promise_board(store, now, Asked(taken_over=rules.taken_over), until)
    observed = all_standings(store, until, rules)
    tallies = {tally.commitment.id: tally for tally in board.promises}
    return Standings(
        until,
        board,
        tuple(
            of_observations(one, observed[one.id], rules)
            if one.id in observed
            else of_cases(one, tallies.get(one.id), board, rules)
            for one in REGISTER.values()
        ),
    )


def all_standings(store: Store, until: date, rules: StandingRules) -> dict[str, IndicatorStanding]:
    """Return how each promise stands that is observed."""
    seen = store.all_observations()
    return {
        one.id: observed_standing(store, one, seen.get(one.id, ()), until, rules)
        for one in REGISTER.values()
        if kind_of(one) is not None
    }


def observed_standing(
    store: Store, one: Commitment, seen: Sequence[Noted], until: date, rules: StandingRules
) -> IndicatorStanding:
    """Return how a promise stands that is observed; what cases show of a year takes the place of what was told of it."""
    binding = binding_from(one, rules.readings)
    if kind_of(one) is not IndicatorKind.YEAR_SHARE:
        return stands(one, seen, until, binding, rules.cadence)
    counted = list(cases_of_years(store, one, until))
    years = {share.year for share in counted}
    told = [each for each in seen if each.observation.last.year not in years]
    ended = [_noted(share) for share in counted if share.ended]
    running = next((share for share in counted if not share.ended), None)
    without = stands(one, [*told, *ended], until, binding, rules.cadence)
    if running is None:
        return without
    found = stands(one, [*told, *ended, _noted(running)], until, binding, rules.cadence)
    if found.verdict is not IndicatorVerdict.SHORT:
        return found
    # a year that runs falls short only once it has ended
    return without.model_copy(
        update={"in_danger": True, "latest": found.latest, "measured": found.measured, "expected": found.measured}
    )


class YearOfCases(NamedTuple):
    """The approved deregistrations of a year up to a day, and those of them that were done on the platform."""

    first: date
    last: date
    within: int
    all: int

    @property
    def year(self) -> int:
        """The year."""
        return self.first.year

    @property
    def ended(self) -> bool:
        """Whether the year is over."""
        return (self.last + DAY_LENGTH).year > self.year


def cases_of_years(store: Store, one: Commitment, until: date) -> Sequence[YearOfCases]:
    """Count the cases of the year of a day and of the year before; a year without any is left out."""
    turn = date(until.year, 1, 1)
    numbers = store.approved(
        DEREGISTRATION,
        one.jurisdiction,
        end_of(turn.replace(year=until.year - 1) - DAY_LENGTH),
        end_of(until),
        end_of(turn - DAY_LENGTH),
    )
    years = (
        YearOfCases(turn.replace(year=until.year - 1), turn - DAY_LENGTH, *_shares(numbers.before)),
        YearOfCases(turn, until, *_shares(numbers.after)),
    )
    return [year for year in years if year.all]


def _shares(numbers: Mapping[str, int]) -> tuple[int, int]:
    return numbers.get(ON_PLATFORM, 0), sum(numbers.values())


def _noted(share: YearOfCases) -> Noted:
    """A year of cases as an observation: its cases are its evidence, and nobody need confirm them."""
    observation = Observation(
        first=share.first,
        last=share.last,
        numerator=share.within,
        denominator=share.all,
        source=DEREGISTRATION,
        evidence=NO_REFERENCE,
    )
    at = end_of(share.last)
    return Noted(number=0, observation=observation, recorded_by="", recorded_at=at, confirmed_by="", confirmed_at=at)


def of_observations(one: Commitment, found: IndicatorStanding, rules: StandingRules) -> CommitmentStanding:
    """Return how a promise stands that is observed."""
    latest = None if found.latest is None else found.latest.observation
    danger = found.in_danger and found.verdict is not IndicatorVerdict.RAMP_UP
    return _standing(
        one,
        rules,
        Stood.IN_DANGER if danger else Stood(found.verdict.value),
        by=MeasuredBy.OBSERVATIONS,
        in_danger=found.in_danger,
        measured=number_shown(found.measured),
        expected=number_shown(found.expected),
        observed_first=None if latest is None else latest.first,
        observed_last=None if latest is None else latest.last,
        next_due=found.next_due,
        overdue=found.overdue,
        overdue_days=found.overdue_days,
        waiting=found.waiting,
        corrected=found.corrected,
    )


def of_cases(
    one: Commitment, tally: PromiseTally | None, board: PromiseBoard, rules: StandingRules
) -> CommitmentStanding:
    """Return how a promise stands that cases measure."""
    binding = binding_from(one, rules.readings)
    verdict = board.fee_verdict if one.measure is Metric.FEE else None if tally is None else tally.verdict
    stood = OF_CASES[verdict or Verdict.NOT_MEASURED]
    if binding is not None and board.until < binding:
        stood = Stood.RAMP_UP
    if one.measure is Metric.FEE and board.fees is not None:
        return _standing(one, rules, stood, cases=board.fees.judged, late=board.fees.missed)
    if tally is None:
        return _standing(one, rules, stood)
    danger = verdict is Verdict.IN_DANGER
    if tally.average:
        return _standing(
            one, rules, stood, cases=tally.year.n, measured=number_shown(tally.year.exact_mean), in_danger=danger
        )
    late = (tally.year.late or 0) + (tally.overdue or 0)
    return _standing(one, rules, stood, cases=tally.year.n, late=late, exceptions=tally.exceptions)


def _standing(
    one: Commitment,
    rules: StandingRules,
    stood: Stood,
    by: MeasuredBy = MeasuredBy.CASES,
    **more: Any,  # noqa: ANN401  # fields of a standing
) -> CommitmentStanding:
    figure = one.figure
    return CommitmentStanding(
        commitment=one.id,
        title_zh=one.title_zh,
        title_en=one.title_en,
        jurisdiction=one.jurisdiction,
        department=department_of(one.jurisdiction, one.owners.answerable),
        measure=one.measure,
        by=by,
        kind=kind_of(one),
        standing=stood,
        binding_from=binding_from(one, rules.readings),
        operator=None if figure is None else figure.operator,
        target=None if figure is None else figure.value,
        unit=None if figure is None else figure.unit,
        **more,
    )
