"""Averages, on-time shares and forecasts of every commitment: one computation for all who show them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, TypeVar

from activities.record import ClockPicture
from activities.rungs import Instant
from activities.settle import read
from activities.store.cohorts import Judged, Place, Running
from activities.store.store import Store
from sla.almanac import Almanac
from sla.axis import local_day
from sla.clock import Limit, Standing, Unit
from sla.cohort import CohortSum, Measured, TakenOverCases, Window, summed
from sla.commitments.commitment import Metric
from sla.commitments.register import REGISTER
from sla.departments import department_of
from sla.forecast import Basis, Forecast, Progress, forecast, progress
from sla.model import Model

T = TypeVar("T")

LISTED: Mapping[str, Limit] = {one.id: one.limit for one in REGISTER.values() if one.limit is not None}

IN_WORKDAYS: Mapping[str, Limit] = {name: limit for name, limit in LISTED.items() if limit.unit is Unit.WORKDAY}


class FigureScope(NamedTuple):
    """Whose cases a figure is of; None: everybody's. A department is the owner of the promise."""

    commitment: str
    jurisdiction: str | None = None  # of the case
    department: str | None = None


class Asked(NamedTuple):
    """Which cases count; None asks nothing."""

    commitment: str | None = None
    jurisdiction: str | None = None
    department: str | None = None
    taken_over: TakenOverCases = TakenOverCases.COUNTED

    @property
    def whole(self) -> bool:
        """Whether every place is asked for."""
        return self.jurisdiction is None and self.department is None

    def holds(self, scope: FigureScope) -> bool:
        """Tell whether a case of this place is asked for."""
        mine = (self.commitment, self.jurisdiction, self.department)
        return all(own is None or own == theirs for own, theirs in zip(mine, scope, strict=True))

    def counts(self, *, taken_over: bool) -> bool:
        """Tell whether a case counts by where it began."""
        return not taken_over or self.taken_over is TakenOverCases.COUNTED


ALL = Asked()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Measured):
    """Judged cases that are alike, in one cohort."""

    scope: FigureScope
    ramp_up: bool
    taken_over: bool
    provisional: bool
    uncounted: bool


class Going(NamedTuple):
    """Open cases that are alike, with how far they have come."""

    come: Progress
    taken_over: bool


class Figure(Model):
    """A cohort of one window, with what stands beside it and does not count in it.

    There is a forecast, by basis, where the window ends today or later.
    """

    scope: FigureScope
    window: Window
    first: date
    until: date
    cohort: CohortSum
    ramp_up: CohortSum  # cases accepted before the commitment bound them
    taken_over: CohortSum  # cases that ran in another system before: of the cohort, or left out of it
    provisional: int  # cases of the cohort whose due date was not known for sure
    uncounted: int  # judged cases that ran out of the published calendar
    open: int = 0  # running cases, ramp-up left out
    open_taken_over: int = 0  # of them, or left out
    open_provisional: int = 0
    open_uncounted: int = 0  # they are in no forecast
    forecast: Mapping[Basis, Forecast] = {}

    @property
    def judged(self) -> bool:
        """Whether its mean is kept or broken: where an average is promised, and of the whole cohort only."""
        commitment = self.scope.commitment
        return self.scope == FigureScope(commitment) and REGISTER[commitment].measure is Metric.AVERAGE

    @property
    def kept(self) -> bool | None:
        """Whether the promised average is kept; None where it is not judged, and for an empty cohort."""
        return self.cohort.kept if self.judged else None


@dataclass(frozen=True, slots=True)
class Rows:
    """What was read. `counted` keeps how far a running case had come on a day."""

    judged: tuple[Case, ...]
    running: Mapping[Place, Running]
    counted: dict[Place, tuple[date, Progress | None]] = field(default_factory=dict)


def figures(store: Store, now: Instant, asked: Asked = ALL, until: date | None = None) -> list[Figure]:
    """Return every window that ends with a day, today where left out: of each commitment, then of each place apart."""
    day = local_day(now.business)
    last = until or day
    return recompute(load(store, now.almanac, last, asked.commitment, running=last >= day), now, asked, last)


def load(
    store: Store,
    almanac: Almanac,
    last: date,
    commitment: str | None = None,
    *,
    running: bool = True,
    before: Rows | None = None,
) -> Rows:
    """Read all that figures up to a day are made of. What `before` knows of a running case is not read again."""
    first, since = min(window.first(last) for window in Window), Window.ROLLING.first(last)
    if not running:
        return Rows(cases(store.judged(first, last, commitment, since=since), almanac), {})
    judged, found = store.cohorts(first, last, commitment, before.running if before else None, since=since)
    return Rows(cases(judged, almanac), found, still_counted(found, before))


def still_counted(found: Mapping[Place, Running], before: Rows | None) -> dict[Place, tuple[date, Progress | None]]:
    """Keep what was counted before of the cases that still run as they did."""
    return {place: before.counted[place] for place in found if place in before.counted} if before else {}


def recompute(
    rows: Rows, now: Instant, asked: Asked = ALL, until: date | None = None, *, apart: bool = False
) -> list[Figure]:
    """Return the figures at an instant, from what was read a little earlier; `apart`: only each department by itself."""
    day = local_day(now.business)
    last = until or day
    judged = _gathered(((case.scope, case) for case in rows.judged), asked, apart=apart)
    running = _gathered(running_progress(rows, now), asked, apart=apart)
    scopes = {*judged, *running} if apart else {*judged, *running, *promised(asked)}
    return [
        _figure(scope, window, last, judged.get(scope, ()), running.get(scope, ()) if last >= day else None, asked)
        for scope in sorted(scopes, key=_order)
        for window in Window
    ]


def cases(found: Iterable[Judged], almanac: Almanac) -> tuple[Case, ...]:
    """Judged promises, each in every cohort that it counts in."""
    return tuple(
        _case(one, cohort, almanac) for one in found for cohort in (one.commitment, *one.also) if cohort in LISTED
    )


def _case(one: Judged, cohort: str, almanac: Almanac) -> Case:
    on_time = one.met or (cohort != one.commitment and _within(one.picture, LISTED[cohort], almanac))
    return Case(
        case=one.case,
        commitment=cohort,
        used=one.used,
        stopped_on=one.stopped_on,
        on_time=on_time,
        on_time_as_told=on_time and not one.told_late,
        scope=FigureScope(cohort, one.jurisdiction, department_of(one.jurisdiction, one.owner)),
        ramp_up=one.ramp_up,
        taken_over=one.taken_over,
        provisional=one.provisional,
        uncounted=one.uncounted(almanac),
        n=one.n,
    )


def _within(picture: ClockPicture | None, limit: Limit, almanac: Almanac) -> bool:
    """Whether a case that missed the stricter promise ended in time under a wider one."""
    if picture is None or picture.clock.stop is None:
        return False
    wider = picture.model_copy(update={"clock": picture.clock.model_copy(update={"limit": limit})})
    stop = picture.clock.stop
    calendar = almanac.calendar_for(picture.clock.jurisdiction, local_day(stop))
    return read(wider, almanac, calendar, stop).standing is Standing.MET


def running_progress(rows: Rows, now: Instant) -> Iterator[tuple[FigureScope, Going]]:
    """Say how far every running case has come, in each of its cohorts."""
    for place, one in rows.running.items():
        come = _come(rows, place, one, now)
        if come is not None:
            department = department_of(one.jurisdiction, one.picture.owner)
            for cohort in (one.picture.commitment or "", *one.picture.also):
                if cohort in LISTED:
                    yield FigureScope(cohort, one.jurisdiction, department), Going(come, one.taken_over)


def _come(rows: Rows, place: Place, one: Running, now: Instant) -> Progress | None:
    """Counted once a day, where it cannot change within the day."""
    day, clock = local_day(now.business), one.picture.clock
    known = rows.counted.get(place)
    if known is not None and known[0] == day:
        return known[1]
    come = progress(clock, now.calendar(clock.jurisdiction), now.business)
    if clock.start is not None and clock.limit.unit is not Unit.WORKHOUR:
        rows.counted[place] = day, come
    return come


def _gathered(placed: Iterable[tuple[FigureScope, T]], asked: Asked, *, apart: bool) -> dict[FigureScope, list[T]]:
    """Each case under every scope that holds it."""
    found: dict[FigureScope, list[T]] = {}
    for place, case in placed:
        if asked.holds(place):
            for scope in (place,) if apart else _holding(place, asked):
                found.setdefault(scope, []).append(case)
    return found


def _holding(place: FigureScope, asked: Asked) -> Iterable[FigureScope]:
    """All that is asked for together, each jurisdiction, each department: those that differ."""
    together = FigureScope(place.commitment, asked.jurisdiction, asked.department)
    if asked.department is not None:
        return (together,)
    return dict.fromkeys((together, place._replace(department=None), place))


def promised(asked: Asked) -> Iterator[FigureScope]:
    """Name the commitments that are shown though they have no case: all, or those of the place that is asked for."""
    for name in LISTED if asked.commitment is None else [asked.commitment]:
        one = REGISTER[name]
        answers = FigureScope(name, one.jurisdiction, department_of(one.jurisdiction, one.owners.answerable))
        if name in LISTED and (asked.commitment is not None or asked.holds(answers)):
            yield FigureScope(name, asked.jurisdiction, asked.department)


def _order(scope: FigureScope) -> tuple[int, str, str]:
    return _PLACES[scope.commitment], scope.jurisdiction or "", scope.department or ""


_PLACES = {name: place for place, name in enumerate(LISTED)}


def _figure(
    scope: FigureScope,
    window: Window,
    last: date,
    judged: Sequence[Case],
    running: Sequence[Going] | None,
    asked: Asked,
) -> Figure:
    """Make a figure; `running` is None where the window has ended."""
    first, limit = window.first(last), LISTED[scope.commitment].amount
    held = [case for case in judged if first <= case.stopped_on <= last]
    counted = [case for case in held if not case.uncounted]
    binding = [case for case in counted if not case.ramp_up]
    bound = [case for case in binding if asked.counts(taken_over=case.taken_over)]
    cohort = summed(bound, limit)
    now = [one.come for one in running or () if asked.counts(taken_over=one.taken_over)]
    return Figure(
        scope=scope,
        window=window,
        first=first,
        until=last,
        cohort=cohort,
        ramp_up=summed(case for case in counted if case.ramp_up),
        taken_over=summed(case for case in binding if case.taken_over),
        provisional=sum(case.n for case in bound if case.provisional),
        uncounted=sum(case.n for case in held if case.uncounted),
        open=len(now),
        open_taken_over=sum(one.taken_over for one in running or ()),
        open_provisional=sum(case.provisional and not case.uncounted for case in now),
        open_uncounted=sum(case.uncounted for case in now),
        forecast={basis: forecast(cohort, now, basis) for basis in Basis} if running is not None else {},
    )
