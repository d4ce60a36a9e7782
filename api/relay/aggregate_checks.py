"""Whether what was told of a department or a commitment still holds, as the read model has it."""

from collections.abc import Collection
from datetime import datetime
from fractions import Fraction

from activities.rungs import Instant
from activities.store.store import Store
from activities.store.tellings import Told
from api.alerting.promise_alerts import ENOUGH, LATE_SHARE, LATE_STEPS
from api.figures.averages import LISTED, Asked, figures, load, recompute
from api.figures.averages import FigureScope as Cohort
from sla.axis import local_day
from sla.cohort import CohortSum, TakenOverCases, Window
from sla.commitments.register import REGISTER
from sla.departments import department_of
from sla.forecast import Basis, Forecast

EXCEEDED = "ShixianAverageCommitmentExceeded"
FORECAST = "ShixianAverageCommitmentForecastBreach"
OVERDUE_RATIO = "ShixianDepartmentOverdueRatioHigh"


class Cohorts:
    """One look at departments and averages."""

    def __init__(self, store: Store, now: Instant, taken_over: TakenOverCases = TakenOverCases.COUNTED) -> None:
        self._store = store
        self._now = now
        self._asked = Asked(taken_over=taken_over)

    @staticmethod
    def knows(told: Told) -> bool:
        """Tell whether it is an alert of a department or a commitment that can be looked at."""
        return told.labels["alertname"] in {EXCEEDED, FORECAST, OVERDUE_RATIO}

    def holds(self, told: Told) -> bool:
        """Tell whether an alert that it knows would fire by what the read model says; StoreUnavailable where it cannot be read."""
        name = told.labels["alertname"]
        if name == OVERDUE_RATIO:
            return self._late(told.labels.get("department", ""))
        return self._broken(told.labels.get("commitment", ""), forecast=name == FORECAST)

    def decided(self, commitments: Collection[str]) -> dict[str, int]:
        """Count how many cases of each of these commitments were decided this year; read once for all of them."""
        whole = {Cohort(name) for name in commitments if name in LISTED}
        if not whole:
            return {}
        asked = self._asked
        if len(whole) == 1:
            asked = asked._replace(commitment=next(iter(whole)).commitment)
        today = local_day(self._now.business)
        rows = load(self._store, self._now.almanac, today, asked.commitment, running=False)
        years = (one for one in recompute(rows, self._now, asked) if one.window is Window.YEAR)
        return {one.scope.commitment: one.cohort.n for one in years if one.scope in whole}

    def _late(self, department: str) -> bool:
        counts = [
            one
            for one in self._store.step_counts(self._threshold())
            if department_of(one.jurisdiction, one.owner) == department
        ]
        counted, overdue = sum(one.counted for one in counts), sum(one.overdue for one in counts)
        return overdue >= LATE_STEPS and Fraction(overdue, counted) > Fraction(LATE_SHARE)

    def _threshold(self) -> datetime:
        """The last business instant that is passed with the grace behind it."""
        return self._now.timeline.business(self._now.real - self._now.grace)

    def _broken(self, commitment: str, *, forecast: bool) -> bool:
        if commitment not in REGISTER:
            return False
        found = figures(self._store, self._now, self._asked._replace(commitment=commitment))
        year = next(f for f in found if f.window is Window.YEAR and f.scope == Cohort(commitment))
        exceeded = _exceeds(year.cohort)
        return _exceeds(year.forecast[Basis.ELAPSED]) and not exceeded if forecast else exceeded


def _exceeds(cohort: CohortSum | Forecast) -> bool:
    return cohort.n >= ENOUGH and cohort.kept is False
