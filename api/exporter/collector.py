"""The exporter: rows read now and again, compared with now at each scrape. It never fails as a whole."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib.metadata import version
from time import perf_counter
from typing import Any

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from activities.rungs import Instant
from activities.store.keys import ApiKey
from activities.store.requests import RequestCount
from activities.store.store import Store
from activities.store.watch import Snapshot
from activities.store.webhooks import Backlog
from api.exporter import commitment_series
from api.exporter.background_read import Held, Kept
from api.exporter.case_series import Line, Lines
from api.exporter.counters import Tally
from api.exporter.families import calendars, details, family, happened, key_ends, names, one, standings, upkeep
from api.exporter.indicator_series import indicators
from api.exporter.inventory import Inventory, known
from api.exporter.request_series import requests
from api.exporter.standings import Board, Moment
from api.exporter.webhook_series import webhooks
from api.figures import averages
from api.figures.promise_standings import CommitmentStanding, StandingRules, all_standings, of_observations
from sla.almanac import PLACES, Almanac
from sla.axis import SHANGHAI, local_day
from sla.commitments.register import REGISTER
from sla.departments import department_of
from sla.timeline import Timeline
from workflows.worker import TASK_QUEUE

TTL = 2.0  # seconds for which rows are good, and more where reading them takes long
SHARE = 0.1  # of the time, that reading them may take
SLOWLY = 0.005  # the same for averages, and for what a notice moved
MAX_STALE = timedelta(minutes=10)  # rows older than that are not shown any more
UNMARKED = timedelta(seconds=30)  # real time after the grace, until a missing rung is a fault
MOVED_WORKDAYS = 7
ENDING, MOST_ENDING = timedelta(days=30), 100  # keys that end so soon have series, and no more than these
SET_ASIDE = timedelta(days=1)  # for which a notice that was refused is spoken of
QUEUES = (TASK_QUEUE,)
REVISION = "unknown"


@dataclass(frozen=True, slots=True)
class LookRows:
    """What one look at the read model came to."""

    seen: Snapshot
    board: Board
    steps: list[Line]
    cases: list[Line]
    undelivered: tuple[int, datetime | None]
    set_aside: int
    ending: list[ApiKey]
    webhooks: list[Backlog]
    requests: list[RequestCount]


class Exporter(Collector):
    """Metrics of one store. Whoever made it closes it."""

    def __init__(
        self,
        store: Store,
        timeline: Timeline,
        grace: timedelta,
        *,
        series: int,
        now: Callable[[], datetime],
        almanac: Almanac,
        rules: StandingRules | None = None,
    ) -> None:
        self._rules = rules or StandingRules()
        self._almanac = almanac
        self._store = store
        self._timeline = timeline
        self._grace = grace
        self._series = series
        self._now = now
        self._known: Inventory = known()
        self._names = [*names(self._known), family("build_info", [((version("shixian"), REVISION), 1)])]
        self._steps, self._cases = Lines(department_of, almanac), Lines(department_of, almanac)
        self._averages: averages.Rows | None = None
        self._failures: Counter[tuple[str, str]] = Counter()
        tally = Tally(store, timeline, self._known, now)
        self._rows = Kept("read_model", self._read, ttl=TTL, share=SHARE, now=now)
        self._tally = Kept("events", tally.look, ttl=TTL, share=SHARE, now=now)
        self._figures = Kept("averages", self._read_averages, ttl=TTL, share=SLOWLY, now=now)
        self._moved = Kept("calendar_moves", self._read_moved, ttl=TTL, share=SLOWLY, now=now)
        self._observed = Kept("observations", self._read_observed, ttl=TTL, share=SLOWLY, now=now)
        self.kept: tuple[Kept[Any], ...] = (self._rows, self._tally, self._figures, self._moved, self._observed)

    def describe(self) -> Iterable[Metric]:
        """Describe nothing: to be registered it need not look at the database."""
        return []

    def look(self, patience: float) -> None:
        """Have everything read that is too old, and wait up to `patience` seconds for the rows, for nothing else."""
        for kept in self.kept:
            kept.look(patience if kept is self._rows else 0)

    def renew(self, almanac: Almanac) -> None:
        """Count by another almanac from now on; what was counted by the old one is forgotten."""
        self._almanac = almanac
        self._steps, self._cases = Lines(department_of, almanac), Lines(department_of, almanac)
        self._averages = None

    def close(self) -> None:
        """End its threads."""
        for kept in self.kept:
            kept.close()

    def collect(self) -> Iterator[Metric]:
        """Return all families, from what is at hand."""
        now = self._moment()
        success = {kept.name: kept.ok for kept in self.kept}
        took = {kept.name: kept.took for kept in self.kept}
        for name, part in self._parts(now):
            begun = perf_counter()
            try:
                yield from list(part())
            except Exception as error:  # noqa: BLE001  # one part that cannot be shown leaves the others
                self._failures[name, type(error).__name__] += 1
                success[name] = False
            else:
                success.setdefault(name, True)
            took[name] = took.get(name, 0.0) + perf_counter() - begun
        yield one("business_timestamp_seconds", now.business.timestamp())
        yield from self._of_itself(success, took)

    def _parts(self, now: Instant) -> Iterator[tuple[str, Callable[[], Iterable[Metric]]]]:
        yield "names", lambda: self._names
        yield "calendar", lambda: calendars(now.business, self._almanac)
        if (rows := self._fresh(self._rows, now)) is not None:
            moment = Moment.of(now)
            yield "read_model", lambda: self._of_rows(rows, moment)
            yield "details", lambda: details(rows.value.steps, rows.value.cases, rows.value.board, now.business, moment)
        if (counts := self._fresh(self._tally, now)) is not None:
            yield "events", lambda: happened(counts.value, self._known)
        if (figures := self._fresh(self._figures, now)) is not None:
            yield "averages", lambda: commitment_series.families(figures.value)
        if (observed := self._fresh(self._observed, now)) is not None:
            yield "observations", lambda: indicators(observed.value)
        if (moved := self._fresh(self._moved, now)) is not None:
            yield "calendar_moves", lambda: [_by_place("calendar_moved_cases", moved.value)]

    def _fresh(self, kept: Kept[Any], now: Instant) -> Held[Any] | None:
        held = kept.held
        return held if held is not None and now.real - held.at < MAX_STALE else None

    def _of_rows(self, held: Held[LookRows], moment: Moment) -> Iterator[Metric]:
        rows = held.value
        yield from standings(rows.board, moment, self._known)
        yield from upkeep(rows.seen, QUEUES, rows.undelivered, self._now())
        yield one("refused_notices", rows.set_aside)
        yield key_ends(rows.ending)
        yield from webhooks(rows.webhooks, self._now())
        yield from requests(rows.requests)
        yield one("read_model_snapshot_timestamp_seconds", held.at.timestamp())

    def _of_itself(self, success: Mapping[str, bool], took: Mapping[str, float]) -> Iterator[Metric]:
        yield family("scrape_collector_success", (((name,), int(good)) for name, good in success.items()))
        yield family("scrape_collector_duration_seconds", (((name,), seconds) for name, seconds in took.items()))
        failures = Counter(self._failures)
        for kept in self.kept:
            for error, number in dict(kept.failures).items():
                failures[kept.name, error] += number
        yield family("scrape_errors_total", failures.items())

    def _read(self) -> LookRows:
        """One look at the read model; what is compared with now is compared later."""
        real = self._now()
        seen = self._store.watch(self._series, self._timeline.business(real - self._grace - UNMARKED))
        now = self._timeline.business(real)
        return LookRows(
            seen=seen,
            board=Board(seen.steps, seen.cases, department_of),
            steps=self._steps.renewed(seen.first_steps, now),
            cases=self._cases.renewed(seen.first_cases, now),
            undelivered=self._store.undelivered(),
            set_aside=self._store.set_aside(real - SET_ASIDE),
            ending=self._store.expiring_keys(real, real + ENDING, MOST_ENDING),
            webhooks=self._store.backlogs(),
            requests=self._store.count_requests(now),
        )

    def _read_averages(self) -> list[averages.Figure]:
        now = self._moment()
        self._averages = averages.load(self._store, self._almanac, local_day(now.business), before=self._averages)
        return averages.recompute(self._averages, now, averages.Asked(taken_over=self._rules.taken_over), apart=True)

    def _read_observed(self) -> list[CommitmentStanding]:
        found = all_standings(self._store, local_day(self._moment().business), self._rules)
        return [of_observations(REGISTER[name], one, self._rules) for name, one in found.items()]

    def _read_moved(self) -> dict[str, int]:
        """Looks back over so many working days, today among them."""
        business = self._timeline.business(self._now())
        firsts = (self._workdays_ago(place, local_day(business), MOVED_WORKDAYS - 1) for place in PLACES)
        found = self._store.moved_by_calendar(datetime.combine(min(firsts), time(0), SHANGHAI))
        return dict.fromkeys(PLACES, 0) | found

    def _workdays_ago(self, place: str, day: date, number: int) -> date:
        calendar = self._almanac.calendar_for(place, day)
        return calendar.days[max(1, calendar.clipped(day) - number)]

    def _moment(self) -> Instant:
        return Instant(self._now(), self._timeline, self._grace, self._almanac)


def _by_place(name: str, numbers: Mapping[str, int]) -> Metric:
    return family(name, (((place,), number) for place, number in numbers.items()))
