"""Averages and on-time shares over decided cases: an average is broken by its cohort, never by one case."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sla.model import Model


class Measured(Model):
    """A decided case as a commitment measures it."""

    case: str
    commitment: str
    used: Decimal
    stopped_on: date
    on_time: bool  # by the day it happened
    on_time_as_told: bool  # by the day Shixian was told


class CohortSum(Model):
    """What the cases of a cohort come to; the mean is exact as total / n."""

    n: int
    total: Decimal
    maximum: Decimal | None = None
    on_time: int
    on_time_as_told: int
    limit: Decimal | None = None

    @property
    def exact_mean(self) -> Fraction | None:
        """The mean; None for an empty cohort."""
        return Fraction(self.total) / self.n if self.n else None

    @property
    def mean(self) -> Decimal | None:
        """The mean as a decimal number, for showing; None for an empty cohort."""
        return self.total / self.n if self.n else None

    @property
    def on_time_share(self) -> Fraction | None:
        """The share of cases on time by the day it happened; None for an empty cohort."""
        return Fraction(self.on_time, self.n) if self.n else None

    @property
    def on_time_as_told_share(self) -> Fraction | None:
        """The share of cases on time by the day Shixian was told; None for an empty cohort."""
        return Fraction(self.on_time_as_told, self.n) if self.n else None

    @property
    def kept(self) -> bool | None:
        """Whether the mean is within the limit; None where there is no limit or no case."""
        mean = self.exact_mean
        return None if mean is None or self.limit is None else mean <= Fraction(self.limit)


class MonthSum(Model):
    """A month of completions, and the year up to its end."""

    year: int
    month: int
    of_month: CohortSum
    year_to_date: CohortSum


def summed(measured: Iterable[Measured], limit: Decimal | None = None) -> CohortSum:
    """The cohort of all the cases given."""
    cases = tuple(measured)
    return CohortSum(
        n=len(cases),
        total=sum((case.used for case in cases), Decimal(0)),
        maximum=max((case.used for case in cases), default=None),
        on_time=sum(case.on_time for case in cases),
        on_time_as_told=sum(case.on_time_as_told for case in cases),
        limit=limit,
    )


def by_month(measured: Iterable[Measured], commitment: str, limit: Decimal | None = None) -> tuple[MonthSum, ...]:
    """A commitment's cohorts by completion date: every month that has cases, with its year to date."""
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


def year_to_date(measured: Iterable[Measured], commitment: str, until: date, limit: Decimal | None = None) -> CohortSum:
    """A commitment's cohort of the year up to a day, included; empty where no case was completed in it."""
    first = until.replace(month=1, day=1)
    return summed(
        (case for case in measured if case.commitment == commitment and first <= case.stopped_on <= until), limit
    )


def _month(case: Measured) -> tuple[int, int]:
    return case.stopped_on.year, case.stopped_on.month
