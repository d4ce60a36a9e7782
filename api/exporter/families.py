"""Metrics out of figures: a family each, by the names of the catalogue."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from prometheus_client.metrics_core import Metric
from prometheus_client.samples import Sample

from activities.settle import FAULT
from activities.store.keys import ApiKey
from activities.store.watch import Snapshot
from api.exporter.case_series import Line
from api.exporter.catalogue import CATALOGUE, PREFIX, Light
from api.exporter.inventory import Inventory
from api.exporter.standings import Board, Counted, Moment
from api.figures.averages import IN_WORKDAYS
from sla.almanac import PLACES, Almanac
from sla.axis import end_of, local_day
from sla.commitments.commitment import Commitment
from sla.commitments.commitment import Metric as Measured
from sla.commitments.register import REGISTER
from sla.departments import DEPARTMENTS, UNLISTED, UNLISTED_TITLES

LEVELS = ("step", "case")

Values = Iterable[tuple[Sequence[str], float]]


def family(name: str, values: Values) -> Metric:
    """Return a family of the catalogue; each value with its labels in the catalogue's order."""
    entry = CATALOGUE[PREFIX + name]
    return labelled(name, ((_named(entry.labels, tuple(labels)), value) for labels, value in values))


@lru_cache(maxsize=50_000)
def _named(names: tuple[str, ...], values: tuple[str, ...]) -> dict[str, str]:
    """The same at each scrape, since nobody changes it."""
    return dict(zip(names, values, strict=True))


def labelled(name: str, values: Iterable[tuple[dict[str, str], float]]) -> Metric:
    """Return a family whose labels stand by name."""
    entry = CATALOGUE[PREFIX + name]
    made = Metric(entry.family, entry.help, entry.kind.value)
    made.samples = [Sample(entry.name, labels, value) for labels, value in values]
    return made


def one(name: str, value: float) -> Metric:
    """Return a family of a single series."""
    return family(name, [((), value)])


def standings(board: Board, moment: Moment, known: Inventory) -> Iterator[Metric]:
    """Open steps and cases by where they stand; those that there may be are 0."""
    yield family("open_steps", _by_light(board.steps, known.planned, moment))
    yield family("open_cases", _by_light(board.cases, known.cases, moment))
    oldest = board.oldest_overdue(moment)
    yield family("oldest_overdue_step_due_timestamp_seconds", ((key, at.timestamp()) for key, at in oldest.items()))
    beyond = dict.fromkeys(PLACES, 0) | board.beyond
    yield family("open_steps_due_beyond_calendar", (((place,), number) for place, number in beyond.items()))


def _by_light(found: Mapping[tuple[str, ...], Counted], known: Collection[tuple[str, ...]], moment: Moment) -> Values:
    empty = dict.fromkeys(Light, 0)
    for key in sorted({*known, *found}):
        counts = found[key].at(moment) if key in found else empty
        for light, number in counts.items():
            yield (*key, light.value), number


def details(
    steps: Sequence[Line], cases: Sequence[Line], board: Board, now: datetime, moment: Moment
) -> Iterator[Metric]:
    """Return series of single steps and cases, and how many of those with a due date have none."""
    for level, lines in (("case_step", steps), ("case", cases)):
        yield labelled(f"{level}_due_timestamp_seconds", [(each.labels, each.due_at.timestamp()) for each in lines])
        yield labelled(f"{level}_elapsed_ratio", [(each.labels, each.elapsed(now)) for each in lines])
        over = ((each.labels, each.overdue_workdays(now, moment)) for each in lines)
        yield labelled(f"{level}_overdue_workdays", [(labels, days) for labels, days in over if days is not None])
    dated = [sum(counted.dated for counted in found.values()) for found in (board.steps, board.cases)]
    omitted = zip(LEVELS, dated, (len(steps), len(cases)), strict=True)
    yield family("case_detail_omitted", [((level,), max(0, there - shown)) for level, there, shown in omitted])


def happened(counts: Mapping[tuple[str, ...], int], known: Inventory) -> Iterator[Metric]:
    """Return counters of what has happened."""
    there: dict[str, Collection[tuple[str, ...]]] = {
        "steps_completed_total": known.steps,
        "steps_completed_late_total": known.planned,
        "cases_accepted_total": known.cases,
        "cases_completed_total": known.cases,
        "cases_completed_late_total": known.cases,
    }
    for name, groups in there.items():
        keys = {(name, *group) for group in groups} | {key for key in counts if key[0] == name}
        yield family(name, ((key[1:], counts.get(key, 0)) for key in sorted(keys)))


def upkeep(
    seen: Snapshot, queues: Iterable[str], undelivered: tuple[int, datetime | None], now: datetime
) -> Iterator[Metric]:
    """Return what is wrong or waits, of no single case."""
    yield one("overdue_steps_unmarked", seen.unmarked)
    yield one("postings_awaiting_confirmation", seen.pending)
    faults = {FAULT: 0} | dict(seen.faults)
    yield family("ledger_faults", (((kind,), number) for kind, number in faults.items()))
    beats: dict[str, datetime | None] = dict.fromkeys(queues) | dict(seen.heartbeats)
    yield family(
        "worker_heartbeat_timestamp_seconds",
        (((queue,), at.timestamp() if at is not None else 0.0) for queue, at in beats.items()),
    )
    if seen.checkpoint is not None:
        yield one("checkpoint_age_seconds", (now - seen.checkpoint).total_seconds())
    number, oldest = undelivered
    yield one("undelivered_notices", number)
    if oldest is not None:
        yield one("oldest_undelivered_notice_timestamp_seconds", oldest.timestamp())
    if seen.last_told is not None:
        yield one("read_model_last_event_timestamp_seconds", seen.last_told.timestamp())


def key_ends(keys: Iterable[ApiKey]) -> Metric:
    """Return when keys end."""
    ends = (((key.actor, key.id), key.expires.timestamp()) for key in keys if key.expires is not None)
    return family("api_key_expiry_timestamp_seconds", ends)


def calendars(now: datetime, almanac: Almanac) -> Iterator[Metric]:
    """Return what is published of the calendar of each place."""
    day = local_day(now)
    found = {place: almanac.calendar_for(place, day) for place in PLACES}
    ends = (((place,), end_of(calendar.known_until).timestamp()) for place, calendar in found.items())
    yield family("calendar_coverage_end_timestamp_seconds", ends)
    within = [(place, calendar) for place, calendar in found.items() if day <= calendar.known_until]
    yield family("calendar_workday", [((place,), int(calendar.is_working(day))) for place, calendar in within])
    yield family("calendar_info", (((place, calendar.version), 1) for place, calendar in found.items()))


def names(known: Inventory) -> Iterator[Metric]:
    """Return titles, and what the commitments promise: the same as long as this process runs."""
    yield family("commitment_info", ((_promised(REGISTER[name]), 1) for name in IN_WORKDAYS))
    yield family("commitment_target_workdays", (((name,), float(limit.amount)) for name, limit in IN_WORKDAYS.items()))
    offices = [(one.id, one.title_zh, one.title_en, one.jurisdiction) for one in DEPARTMENTS.values()]
    offices.append((UNLISTED, *UNLISTED_TITLES, ""))
    yield family("department_info", ((office, 1) for office in offices))
    yield family("procedure_info", (((key, *titles), 1) for key, titles in known.procedure_titles.items()))
    yield family("step_info", (((*key, *titles), 1) for key, titles in known.step_titles.items()))


def _promised(one: Commitment) -> tuple[str, ...]:
    statistic = "mean" if one.measure is Measured.AVERAGE else "max"
    return one.id, one.title_zh, one.title_en, statistic, one.citation.document.title, one.citation.item
