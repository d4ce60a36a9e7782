"""The report's first page as data: which promises are kept, which are not, what changed, and twelve months of averages."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from activities.store.cohorts import Running
from api.figures.averages import LISTED, Case
from api.figures.shown import number_shown
from api.views.case import Cited, Number, cited
from sla.almanac import Almanac
from sla.axis import local_day
from sla.clock import Standing, Unit, count
from sla.cohort import CohortSum, Window, by_month, summed
from sla.commitments.commitment import Metric
from sla.commitments.register import REGISTER
from sla.forecast import Basis, Progress, as_it_stood, forecast, progress_of
from sla.model import Model

MONTHS = 12


class Verdict(StrEnum):
    """How a promise stands at the end of a month: the first that applies."""

    BROKEN = "broken"
    IN_DANGER = "in-danger"
    KEPT = "kept"
    NOT_MEASURED = "not-measured"


class PromiseChange(StrEnum):
    """What is another than at the end of the month before."""

    BROKEN = "newly-broken"
    IN_DANGER = "newly-in-danger"
    MENDED = "mended"
    UNPROVEN = "no-longer-measured"  # broken before, and nothing shows that it is mended


class MonthState(Model):
    """A promise at an instant: its verdict, and what the verdict rests on. Ramp-up is in none of it.

    `late`, `overdue` and `due_soon` are of a promise for each case, the means of a promised average.
    """

    verdict: Verdict
    n: int  # decided in the month
    open: int
    late: int | None = None  # of n
    overdue: int | None = None  # of the open ones
    due_soon: int | None = None  # of the open ones
    mean: Number | None = None  # of n
    year_mean: Number | None = None  # of those decided in the year so far
    expected_mean: Number | None = None  # of n and the open ones: the greater of both bases of the forecast


class PromiseState(Model):
    """A commitment with its sentence, as it stands and as it stood a month ago."""

    commitment: str
    jurisdiction: str
    title_zh: str
    title_en: str
    measure: Metric
    limit: Number
    unit: Unit
    citation: Cited | None
    now: MonthState
    before: MonthState
    change: PromiseChange | None


class Bar(Model):
    """The decided cases of one month; no mean where there are none."""

    month: str
    n: int
    mean: Number | None
    kept: bool | None
    ended: bool


class Trend(Model):
    """A promised average in the twelve months that end with the report's."""

    commitment: str
    jurisdiction: str
    title_zh: str
    title_en: str
    limit: Number
    unit: Unit
    bars: tuple[Bar, ...]


class Front(Model):
    """The first page. `kept` and its three neighbours are numbers of promises, and all promises together."""

    at: datetime  # the end of the month, now in one that has not ended
    before: str  # the month that it is compared with
    kept: int
    broken: int
    in_danger: int
    not_measured: int
    promises: tuple[PromiseState, ...]
    trends: tuple[Trend, ...]


class OpenCase(NamedTuple):
    """A case that ran at an instant, in one cohort."""

    commitment: str
    standing: Standing
    come: Progress


class MonthEnd(NamedTuple):
    """What was decided up to a day, and what was open at its end, or now."""

    until: date
    decided: Sequence[Case]
    running: Sequence[OpenCase]


def front(at: datetime, now: MonthEnd, before: MonthEnd, *, ended: bool) -> Front:
    """Compare a month with the month before, and show the averages of the twelve months up to it."""
    promises = tuple(_compared(one, then) for one, then in zip(_states(now), _states(before), strict=True))
    numbers = {verdict: sum(one.now.verdict is verdict for one in promises) for verdict in Verdict}
    return Front(
        at=at,
        before=_name(before.until),
        kept=numbers[Verdict.KEPT],
        broken=numbers[Verdict.BROKEN],
        in_danger=numbers[Verdict.IN_DANGER],
        not_measured=numbers[Verdict.NOT_MEASURED],
        promises=promises,
        trends=tuple(_trends(now, ended=ended)),
    )


def ran_at(found: Iterable[Running], at: datetime, almanac: Almanac) -> Iterator[OpenCase]:
    """Return the cases that ran at an instant, counted by what had happened by then, in the calendar as it was known then."""
    for one in found:
        picture = one.picture
        if picture.clock.stop is not None and picture.clock.stop <= at:
            continue
        calendar = almanac.calendar_for(picture.clock.jurisdiction, local_day(at))
        reading = count(as_it_stood(picture.clock, at), calendar, at)
        come = progress_of(reading, calendar, at)
        if come is not None:
            cohorts = (picture.commitment or "", *picture.also)
            yield from (OpenCase(cohort, reading.standing, come) for cohort in cohorts if cohort in LISTED)


def earliest(until: date) -> date:
    """Return the first day whose decided cases the front of a month needs."""
    return min(twelve_months(until)[0], Window.YEAR.first(month_before(until)))


def month_before(day: date) -> date:
    """Return the last day of the month before."""
    return day.replace(day=1) - timedelta(days=1)


def _counted(moment: MonthEnd) -> list[Case]:
    """The decided cases that count: ramp-up and what ran out of the calendar do not."""
    return [case for case in moment.decided if not (case.ramp_up or case.uncounted)]


def _states(moment: MonthEnd) -> list[tuple[str, MonthState]]:
    decided: dict[str, list[Case]] = {name: [] for name in LISTED}
    running: dict[str, list[OpenCase]] = {name: [] for name in LISTED}
    for case in _counted(moment):
        decided[case.commitment].append(case)
    for one in moment.running:
        running[one.commitment].append(one)
    return [(name, _state(name, moment.until, decided[name], running[name])) for name in LISTED]


def _state(name: str, until: date, decided: Sequence[Case], running: Sequence[OpenCase]) -> MonthState:
    month, year = (
        summed((case for case in decided if window.first(until) <= case.stopped_on <= until), LISTED[name].amount)
        for window in (Window.MONTH, Window.YEAR)
    )
    average = REGISTER[name].measure is Metric.AVERAGE
    return _of_average(month, year, running) if average else _of_each(month, running)


def _of_each(month: CohortSum, running: Sequence[OpenCase]) -> MonthState:
    """A promise for each case: one case breaks it, as soon as its time is up."""
    late = month.n - month.on_time
    overdue = sum(one.standing is Standing.OVERDUE for one in running)
    due_soon = sum(one.standing is Standing.DUE_SOON for one in running)
    return MonthState(
        verdict=_verdict(broken=late + overdue > 0, danger=due_soon > 0, measured=month.n > 0),
        n=month.n,
        open=len(running),
        late=late,
        overdue=overdue,
        due_soon=due_soon,
    )


def _of_average(month: CohortSum, year: CohortSum, running: Sequence[OpenCase]) -> MonthState:
    """A promised average: the month's mean breaks it, the year's and what the open cases bring to it are a danger."""
    expected = [forecast(month, (one.come for one in running), basis) for basis in Basis]
    danger = year.kept is False or any(one.kept is False for one in expected)
    means = [one.exact_mean for one in expected if one.exact_mean is not None]
    return MonthState(
        verdict=_verdict(broken=month.kept is False, danger=danger, measured=month.n > 0),
        n=month.n,
        open=len(running),
        mean=number_shown(month.exact_mean),
        year_mean=number_shown(year.exact_mean),
        expected_mean=number_shown(max(means, default=None)),
    )


def _verdict(*, broken: bool, danger: bool, measured: bool) -> Verdict:
    if broken:
        return Verdict.BROKEN
    if danger:
        return Verdict.IN_DANGER
    return Verdict.KEPT if measured else Verdict.NOT_MEASURED


def _compared(now: tuple[str, MonthState], before: tuple[str, MonthState]) -> PromiseState:
    name, state = now
    return PromiseState(
        **titles(name),
        measure=REGISTER[name].measure,
        citation=cited(name),
        now=state,
        before=before[1],
        change=_change(before[1].verdict, state.verdict),
    )


def _change(before: Verdict, now: Verdict) -> PromiseChange | None:
    if before is now:
        return None
    if now is Verdict.BROKEN:
        return PromiseChange.BROKEN
    if before is Verdict.BROKEN:
        return PromiseChange.UNPROVEN if now is Verdict.NOT_MEASURED else PromiseChange.MENDED
    return PromiseChange.IN_DANGER if now is Verdict.IN_DANGER else None


def _trends(moment: MonthEnd, *, ended: bool) -> Iterator[Trend]:
    months = twelve_months(moment.until)
    decided = _counted(moment)
    for name, limit in LISTED.items():
        if REGISTER[name].measure is Metric.AVERAGE:
            found = {(one.year, one.month): one.of_month for one in by_month(decided, name, limit.amount)}
            bars = (
                _bar(month, found.get((month.year, month.month)), ended=ended or month != months[-1])
                for month in months
            )
            yield Trend(**titles(name), bars=tuple(bars))


def _bar(month: date, cohort: CohortSum | None, *, ended: bool) -> Bar:
    if cohort is None:
        return Bar(month=_name(month), n=0, mean=None, kept=None, ended=ended)
    mean = number_shown(cohort.exact_mean)
    return Bar(month=_name(month), n=cohort.n, mean=mean, kept=cohort.kept, ended=ended)


def titles(name: str) -> dict[str, Any]:
    """Return what a promise is called, and its limit."""
    one, limit = REGISTER[name], LISTED[name]
    return {
        "commitment": name,
        "jurisdiction": one.jurisdiction,
        "title_zh": one.title_zh,
        "title_en": one.title_en,
        "limit": limit.amount,
        "unit": limit.unit,
    }


def twelve_months(until: date) -> list[date]:
    """Return the first days of the twelve months that end with a day's."""
    last = until.year * 12 + until.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(last - MONTHS + 1, last + 1)]


def _name(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"
