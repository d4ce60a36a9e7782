"""Promises of a year as they stand today, from sums that the database made: the same numbers as `averages`, for any number of cases."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from activities.rungs import Instant
from activities.store.judged_groups import JudgedGroup
from activities.store.judged_sums import FeeCount, OpenPromises
from activities.store.steady import SteadyPlace, SteadyPromises, SteadyWanted
from activities.store.store import Store
from api.figures.averages import LISTED, Asked, FigureScope, Going, Rows, promised, running_progress, still_counted
from api.figures.exceptions import exceptions
from api.figures.front import Bar, Trend, Verdict, titles, twelve_months
from api.figures.places import PLACES
from api.figures.shown import number_shown
from sla.axis import DAY_LENGTH, end_of, local_day
from sla.clock import Unit
from sla.cohort import Sum
from sla.commitments.commitment import Commitment, Metric
from sla.commitments.register import REGISTER
from sla.departments import department_of
from sla.forecast import Basis, Forecast, Progress, forecast
from sla.model import Model

AVERAGES = frozenset(name for name in LISTED if REGISTER[name].measure is Metric.AVERAGE)
Groups = Sequence[JudgedGroup]
G = TypeVar("G", bound=JudgedGroup | OpenPromises | SteadyPromises)


class TallySum(Sum):
    """Judged cases. On time is said of a promise for each case only: of an average every case counts, none is late."""

    p90: Decimal | None = None
    maximum: Decimal | None = None
    longest: str | None = None
    on_time: int | None = None
    on_time_as_told: int | None = None

    @property
    def late(self) -> int | None:
        """How many were late; None of an average."""
        return None if self.on_time is None else self.n - self.on_time


class MonthTally(Model):
    """The judged cases of a month; `ended` where no more can come."""

    month: str
    ended: bool
    cases: TallySum


@dataclass(frozen=True, slots=True)
class PromiseTally:
    """A promise with its cases of the year up to a day, and its open ones where that day is today or later."""

    commitment: Commitment
    judged: bool  # all its cases are here: a part of them keeps and breaks no average
    year: TallySum
    months: tuple[MonthTally, ...]  # the twelve that end with that day's
    ramp_up: int  # of the year, in nothing else
    taken_over: int  # of the year, from another system: in it, or left out of all but this
    provisional: int
    uncounted: int
    open: int | None
    open_taken_over: int | None  # of them, or left out
    overdue: int | None
    forecast: Mapping[Basis, Forecast]  # of an average
    exceptions: int | None  # of the year: met only by a ground on record, where the sentence says 原则上

    @property
    def average(self) -> bool:
        """Whether an average is promised."""
        return self.commitment.measure is Metric.AVERAGE

    @property
    def trend(self) -> Trend:
        """The months of an average, to be drawn."""
        return Trend(**titles(self.commitment.id), bars=tuple(map(_bar, self.months)))

    @property
    def verdict(self) -> Verdict | None:
        """Say how it stands: one case breaks a promise for each case, the year's mean a promised average. None for a part of an average."""
        if self.average:
            return self._of_average() if self.judged else None
        if self.year.late or self.overdue:
            return Verdict.BROKEN
        return Verdict.KEPT if self.year.n else Verdict.NOT_MEASURED

    def _of_average(self) -> Verdict:
        if self.year.kept is False:
            return Verdict.BROKEN
        if any(one.kept is False for one in self.forecast.values()):
            return Verdict.IN_DANGER
        return Verdict.KEPT if self.year.n else Verdict.NOT_MEASURED


@dataclass(frozen=True, slots=True)
class PromiseBoard:
    """All promises with a number, as they stand on a day."""

    until: date
    promises: tuple[PromiseTally, ...]
    fees: FeeCount | None  # None where a place is asked for that has no promise about money
    rows: Rows  # what was read of the open cases

    @property
    def averages(self) -> list[PromiseTally]:
        """The promised averages."""
        return [one for one in self.promises if one.average]

    @property
    def each(self) -> list[PromiseTally]:
        """The promises for each case."""
        return [one for one in self.promises if not one.average]

    @property
    def fee_verdict(self) -> Verdict | None:
        """How the promise about money stands."""
        if self.fees is None:
            return None
        if self.fees.missed:
            return Verdict.BROKEN
        return Verdict.KEPT if self.fees.judged else Verdict.NOT_MEASURED

    def count(self, verdict: Verdict) -> int:
        """Count the promises that stand so."""
        return [*(one.verdict for one in self.promises), self.fee_verdict].count(verdict)


def promise_board(store: Store, now: Instant, asked: Asked, until: date, before: Rows | None = None) -> PromiseBoard:
    """Return the promises of a place up to a day. What `before` knows of an open case is not read or counted again."""
    months, today = twelve_months(until), local_day(now.business)
    known_before = None if before is None else before.running
    found = store.tallied(months[0], until, now.business, AVERAGES, steady_wanted(now), known_before, asked.commitment)
    rows = Rows((), found.running, still_counted(found.running, before))
    judged = _by_cohort(found.judged, asked)
    running, counted = _running(rows, found.steady, now, asked), _by_cohort(found.open, asked)
    known = {scope.commitment for scope in promised(asked)} | judged.keys()
    if until >= today:
        known |= running.keys() | {name for name, some in counted.items() if any(one.begun for one in some)}
    excepted = exceptions(store, now.almanac, asked, until, found.judged)
    days = _Days(until, months, now, asked, excepted)
    return PromiseBoard(
        until=until,
        promises=tuple(
            _tally(name, judged.get(name, ()), _Open(running.get(name, ()), counted.get(name, ())), days)
            for name in LISTED
            if name in known
        ),
        fees=found.fees if _has_fee(asked) else None,
        rows=rows,
    )


class _Open(NamedTuple):
    """What is open of a promise: some read one by one, the others counted."""

    read: Sequence[Going]
    groups: Sequence[OpenPromises]

    def counted(self, asked: Asked) -> "_Open":
        """Return those that count."""
        read = [one for one in self.read if asked.counts(taken_over=one.taken_over)]
        return _Open(read, [one for one in self.groups if asked.counts(taken_over=one.taken_over)])

    @property
    def n(self) -> int:
        return sum(one.come.n for one in self.read) + sum(one.begun for one in self.groups)

    @property
    def taken_over(self) -> int:
        read = [one for one in self.read if one.taken_over]
        return _Open(read, [one for one in self.groups if one.taken_over]).n

    @property
    def overdue(self) -> int:
        return sum(one.overdue for one in self.groups)


@dataclass(frozen=True, slots=True)
class _Days:
    until: date
    months: list[date]
    now: Instant
    asked: Asked
    excepted: Mapping[str, int]
    ends: dict[str, str] = field(default_factory=dict)  # of calendars

    @property
    def running(self) -> bool:
        """Whether what is open now belongs to it."""
        return self.until >= local_day(self.now.business)

    def uncounted(self, group: JudgedGroup) -> bool:
        """Tell whether a group stopped after the end of its verdict's calendar: what it used is then not all."""
        if group.calendar not in self.ends:
            self.ends[group.calendar] = self.now.almanac.calendar_as_corrected(group.calendar).known_until.isoformat()
        return group.month > self.ends[group.calendar]  # which is the last day of a year


def _tally(name: str, groups: Groups, still: _Open, days: _Days) -> PromiseTally:
    average, limit = name in AVERAGES, LISTED[name].amount
    beyond = [group for group in groups if days.uncounted(group)]
    counted = [group for group in groups if not days.uncounted(group)] if beyond else groups
    binding = [group for group in counted if not group.ramp_up]
    bound = [group for group in binding if days.asked.counts(taken_over=group.taken_over)]
    counting = still.counted(days.asked)
    year = days.until.isoformat()[:4]
    of_year = _summed((one for one in bound if one.month.startswith(year)), limit, average=average)
    return PromiseTally(
        commitment=REGISTER[name],
        judged=days.asked.whole,
        year=of_year,
        months=tuple(_month(bound, first, days, limit, average=average) for first in days.months),
        ramp_up=sum(one.n for one in counted if one.ramp_up and one.month.startswith(year)),
        taken_over=sum(one.n for one in binding if one.taken_over and one.month.startswith(year)),
        provisional=sum(one.n for one in bound if one.provisional and one.month.startswith(year)),
        uncounted=sum(one.unbegun for one in groups if one.month.startswith(year))
        + sum(one.n for one in beyond if one.month.startswith(year)),
        open=counting.n if days.running else None,
        open_taken_over=still.taken_over if days.running else None,
        overdue=counting.overdue if days.running else None,
        forecast=_forecast(of_year, counting) if days.running and average else {},
        exceptions=days.excepted.get(name),
    )


def _forecast(of_year: TallySum, still: _Open) -> Mapping[Basis, Forecast]:
    return {basis: forecast(of_year, (one.come for one in still.read), basis) for basis in Basis}


def _month(bound: Groups, first: date, days: _Days, limit: Decimal, *, average: bool) -> MonthTally:
    month = first.isoformat()[:7]
    whole = (days.until + DAY_LENGTH).day == 1
    return MonthTally(
        month=month,
        ended=first != days.months[-1] or (whole and local_day(days.now.business) > days.until),
        cases=_summed((one for one in bound if one.month == month), limit, average=average),
    )


def _bar(one: MonthTally) -> Bar:
    cases = one.cases
    return Bar(month=one.month, n=cases.n, mean=number_shown(cases.exact_mean), kept=cases.kept, ended=one.ended)


def _summed(groups: Iterable[JudgedGroup], limit: Decimal, *, average: bool) -> TallySum:
    own = sorted((group for group in groups if group.n), key=lambda group: group.used)
    n = sum(group.n for group in own)
    worst = min(
        (group for group in own if group.used == own[-1].used), key=lambda one: one.first or ("", ""), default=None
    )
    met = [group for group in own if group.met]
    return TallySum(
        n=n,
        total=sum((group.used * group.n for group in own), Decimal(0)),
        limit=limit,
        p90=_nearest_rank(own, -(-9 * n // 10)),
        maximum=None if worst is None else worst.used,
        longest=None if worst is None or worst.first is None else worst.first[1],
        on_time=None if average else sum(group.n for group in met),
        on_time_as_told=None if average else sum(group.n for group in met if not group.told_late),
    )


def _nearest_rank(ascending: Groups, rank: int) -> Decimal | None:
    below = 0
    for group in ascending:
        below += group.n
        if below >= rank:
            return group.used
    return None


def steady_wanted(now: Instant) -> SteadyWanted:
    """Return what the rows are asked of averages today."""
    today, places = local_day(now.business), {}
    for place in PLACES:
        calendar = now.calendar(place)
        if calendar.known_from < today <= calendar.known_until:
            last = next(day for day in _backwards(today) if calendar.is_working(day) or day == calendar.known_from)
            places[place] = SteadyPlace(calendar.version, end_of(last - DAY_LENGTH))
    return SteadyWanted({name for name in AVERAGES if LISTED[name].unit is Unit.WORKDAY}, today, places)


def _backwards(day: date) -> Iterator[date]:
    while True:
        yield day
        day -= DAY_LENGTH


def progress_of(one: SteadyPromises, now: Instant) -> Progress:
    """Say how far promises have come that their rows tell of."""
    left = now.calendar(one.jurisdiction).between(local_day(now.business), one.due_date)
    return Progress(used=one.limit - left, when_due=one.limit, provisional=one.provisional, n=one.n)


def _running(rows: Rows, steady: Sequence[SteadyPromises], now: Instant, asked: Asked) -> dict[str, list[Going]]:
    found: dict[str, list[Going]] = defaultdict(list)
    for scope, one in running_progress(rows, now):
        if asked.holds(scope):
            found[scope.commitment].append(one)
    for cohort, groups in _by_cohort(steady, asked).items():
        found[cohort] += [Going(progress_of(one, now), one.taken_over) for one in groups]
    return found


def _by_cohort(groups: Iterable[G], asked: Asked) -> dict[str, list[G]]:
    found: dict[str, list[G]] = defaultdict(list)
    for group in groups:
        department = department_of(group.jurisdiction, group.owner)
        for cohort in (group.commitment, *group.also):
            if cohort in LISTED and asked.holds(FigureScope(cohort, group.jurisdiction, department)):
                found[cohort].append(group)
    return found


def fee_promise() -> Commitment:
    """Return the promise about money; there is one."""
    return next(one for one in REGISTER.values() if one.core and one.measure is Metric.FEE)


def _has_fee(asked: Asked) -> bool:
    one = fee_promise()
    department = department_of(one.jurisdiction, one.owners.answerable)
    return asked.holds(FigureScope(one.id, one.jurisdiction, department))
