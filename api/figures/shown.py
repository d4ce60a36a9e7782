"""How a figure is shown, beside its promise and its sentence."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from api.figures.averages import Figure
from api.views.case import Cited, Number, cited
from sla.clock import Unit
from sla.cohort import CohortSum, Window
from sla.commitments.register import REGISTER
from sla.departments import DEPARTMENTS
from sla.forecast import Basis, Forecast
from sla.model import Model

PLACES = Decimal("0.000001")


class CohortShown(Model):
    """A cohort. `kept`: its mean is within the limit; none where it is empty, a part, or no average is promised."""

    n: int
    total: Number
    mean: Number | None
    median: Number | None
    p90: Number | None  # by nearest rank
    maximum: Number | None
    longest: str | None  # the case that used the maximum
    on_time: int
    on_time_share: Number | None
    on_time_as_told: int
    on_time_as_told_share: Number | None
    kept: bool | None


class ForecastShown(Model):
    """The cohort with its open cases. `kept` as of a cohort."""

    n: int
    open: int
    mean: Number | None
    kept: bool | None


class ForecastsShown(Model):
    """Open cases as if each was finished now, or on its due date."""

    elapsed: ForecastShown
    due: ForecastShown


class FigureShown(Model):
    """A cohort of a window. `ramp_up` was accepted before the commitment bound; `uncounted` ran out of the calendar.

    `taken_over` ran in another system before: cases of the cohort, or left out of it by a setting, as are the open ones then.
    """

    jurisdiction: str | None
    department: str | None
    department_zh: str | None
    department_en: str | None
    window: Window
    first: date
    until: date
    cohort: CohortShown
    ramp_up: CohortShown
    taken_over: CohortShown
    provisional: int
    uncounted: int
    open: int
    open_taken_over: int
    open_provisional: int
    open_uncounted: int
    forecast: ForecastsShown | None  # none where the window has ended before today


class PromiseShown(Model):
    """A commitment with its figures: of all cases asked for, and of each place apart."""

    commitment: str
    title_zh: str
    title_en: str
    jurisdiction: str
    measure: str
    limit: Number
    unit: Unit
    citation: Cited | None
    windows: tuple[FigureShown, ...]
    places: tuple[FigureShown, ...]


def promise_fields(commitment: str, figures: Iterable[Figure]) -> dict[str, Any]:
    """Return the fields of a commitment; the first of its scopes is the one that holds the others."""
    one = REGISTER[commitment]
    assert one.limit is not None  # noqa: S101  # only such have figures
    own = tuple(figures)
    whole = own[0].scope
    return {
        "commitment": one.id,
        "title_zh": one.title_zh,
        "title_en": one.title_en,
        "jurisdiction": one.jurisdiction,
        "measure": one.measure.value,
        "limit": one.limit.amount,
        "unit": one.limit.unit,
        "citation": cited(one.id),
        "windows": tuple(figure_shown(figure) for figure in own if figure.scope == whole),
        "places": tuple(figure_shown(figure) for figure in own if figure.scope != whole),
    }


def figure_shown(figure: Figure) -> FigureShown:
    """Return a figure with the titles of its department."""
    scope = figure.scope
    department = DEPARTMENTS.get(scope.department or "")
    expected = {
        basis.value: _forecast(one, kept=one.kept if figure.judged else None) for basis, one in figure.forecast.items()
    }
    return FigureShown(
        jurisdiction=scope.jurisdiction,
        department=scope.department,
        department_zh=None if department is None else department.title_zh,
        department_en=None if department is None else department.title_en,
        window=figure.window,
        first=figure.first,
        until=figure.until,
        cohort=cohort_shown(figure.cohort, judged=figure.judged),
        ramp_up=cohort_shown(figure.ramp_up, judged=False),
        taken_over=cohort_shown(figure.taken_over, judged=False),
        provisional=figure.provisional,
        uncounted=figure.uncounted,
        open=figure.open,
        open_taken_over=figure.open_taken_over,
        open_provisional=figure.open_provisional,
        open_uncounted=figure.open_uncounted,
        forecast=ForecastsShown(elapsed=expected[Basis.ELAPSED], due=expected[Basis.DUE]) if expected else None,
    )


def cohort_shown(cohort: CohortSum, *, judged: bool) -> CohortShown:
    """Return a cohort with its shares."""
    return CohortShown(
        n=cohort.n,
        total=cohort.total,
        mean=number_shown(cohort.exact_mean),
        median=cohort.median,
        p90=cohort.p90,
        maximum=cohort.maximum,
        longest=cohort.longest,
        on_time=cohort.on_time,
        on_time_share=number_shown(cohort.on_time_share),
        on_time_as_told=cohort.on_time_as_told,
        on_time_as_told_share=number_shown(cohort.on_time_as_told_share),
        kept=cohort.kept if judged else None,
    )


def _forecast(one: Forecast, *, kept: bool | None) -> ForecastShown:
    return ForecastShown(n=one.n, open=one.open, mean=number_shown(one.exact_mean), kept=kept)


def number_shown(value: Fraction | None) -> Decimal | None:
    """To the sixth place, as JSON has it; nothing for nothing."""
    return None if value is None else (Decimal(value.numerator) / value.denominator).quantize(PLACES)
