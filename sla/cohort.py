"""Averages and on-time shares over decided cases: an average is broken by its cohort, never by one case."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate

from sla.model import Model

ROLLING_DAYS = 90


class Window(StrEnum):
    """A stretch of completion days that ends with a given day, which it includes."""

    MONTH = "month"
    YEAR = "year"
    ROLLING = "rolling90"

    def first(self, until: date) -> date:
        """Return its first day: of the month, of the year, or the 90th day back, `until` being the first of them."""
        if self is Window.ROLLING:
            return until - timedelta(days=ROLLING_DAYS - 1)
        return until.replace(day=1) if self is Window.MONTH else until.replace(month=1, day=1)


class TakenOverCases(StrEnum):
    """What becomes of cases 接管 in averages, which ran in another system before: told apart in any case."""

    COUNTED = "counted"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A decided case as a commitment measures it, or `n` that are alike: the case and the day are then of the first of them."""

    case: str
    commitment: str
    used: Decimal
    stopped_on: date
    on_time: bool  # by the day it happened
    on_time_as_told: bool  # by the day Shixian was told
    n: int = 1


class Sum(Model):
    """Cases and what they used together; the mean is exact as total / n."""

    n: int
    total: Decimal
    limit: Decimal | None = None

    @property
    def exact_mean(self) -> Fraction | None:
        """The mean; None where there is no case."""
        return Fraction(self.total) / self.n if self.n else None

    @property
    def mean(self) -> Decimal | None:
        """The mean as a decimal number, for showing; None where there is no case."""
        return self.total / self.n if self.n else None

    @property
    def kept(self) -> bool | None:
        """Whether the mean is within the limit; None where there is no limit or no case."""
        mean = self.exact_mean
        return None if mean is None or self.limit is None else mean <= Fraction(self.limit)


class CohortSum(Sum):
    """What the decided cases of a cohort come to."""

    median: Decimal | None = None  # of an even number of cases the mean of the two in the middle
    p90: Decimal | None = None  # by nearest rank: the least number of days that at least 90 % of the cases kept to
    maximum: Decimal | None = None
    longest: str | None = None  # the case that used the maximum; of several the one decided first
    on_time: int
    on_time_as_told: int

    @property
    def on_time_share(self) -> Fraction | None:
        """The share of cases on time by the day it happened; None for an empty cohort."""
        return Fraction(self.on_time, self.n) if self.n else None

    @property
    def on_time_as_told_share(self) -> Fraction | None:
        """The share of cases on time by the day Shixian was told; None for an empty cohort."""
        return Fraction(self.on_time_as_told, self.n) if self.n else None


class MonthSum(Model):
    """A month of completions, and the year up to its end."""

    year: int
    month: int
    of_month: CohortSum
    year_to_date: CohortSum


def summed(measured: Iterable[Measured], limit: Decimal | None = None) -> CohortSum:
    """Return the cohort of all the cases given."""
    cases = tuple(measured)
    used = _Ascending(cases)
    worst = min(cases, key=lambda case: (-case.used, case.stopped_on, case.case), default=None)
    return CohortSum(
        n=used.n,
        total=sum((case.used * case.n for case in cases), Decimal(0)),
        median=(used.at((used.n + 1) // 2) + used.at(used.n // 2 + 1)) / 2 if used.n else None,
        p90=used.at(-(-9 * used.n // 10)) if used.n else None,
        maximum=None if worst is None else worst.used,
        longest=None if worst is None else worst.case,
        on_time=sum(case.n for case in cases if case.on_time),
        on_time_as_told=sum(case.n for case in cases if case.on_time_as_told),
        limit=limit,
    )


def by_month(measured: Iterable[Measured], commitment: str, limit: Decimal | None = None) -> tuple[MonthSum, ...]:
    """Return a commitment's cohorts by completion date: every month that has cases, with its year to date."""
    cases = sorted((case for case in measured if case.commitment == commitment), key=lambda case: case.stopped_on)
    months = dict.fromkeys((case.stopped_on.year, case.stopped_on.month) for case in cases)
    return tuple(
        MonthSum(
            year=year,
            month=month,
            of_month=summed((case for case in cases if _month(case) == (year, month)), limit),
            year_to_date=summed((case for case in cases if (year, 0) < _month(case) <= (year, month)), limit),
        )
        for year, month in months
    )


class _Ascending:
    """What cases used, the least first."""

    def __init__(self, cases: Iterable[Measured]) -> None:
        ordered = sorted(cases, key=lambda case: case.used)
        self._used = [case.used for case in ordered]
        self._until = list(accumulate(case.n for case in ordered))
        self.n = self._until[-1] if self._until else 0

    def at(self, rank: int) -> Decimal:
        """Return what the case of a rank used, from 1 on."""
        return self._used[bisect_left(self._until, rank)]


def _month(case: Measured) -> tuple[int, int]:
    return case.stopped_on.year, case.stopped_on.month
