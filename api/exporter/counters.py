"""What has happened so far, counted from the ledger's events, of which none is ever taken away: it never decreases.

All events are counted now and again, in small parts; between, those that were told lately are counted at each look.
A case's own rows would be quicker to count, but a correction or a revocation takes back what they say.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from time import perf_counter, sleep
from typing import NamedTuple

from activities.record import RungKind
from activities.rungs import NOTE_WITHDRAWN, NOTED, RAISED, WITHDRAWN
from activities.store.instants import instant, micros
from activities.store.store import Store
from activities.store.watch import Milestone
from api.exporter.inventory import Inventory
from sla.clock import is_late
from sla.departments import UNLISTED, department_of
from sla.timeline import Timeline

AGAIN = timedelta(minutes=15)  # after which all events are counted again
LATELY = timedelta(
    minutes=1
)  # an event this old was appended when the count began; what comes later waits for the next
REST = 4  # times as long as a part took, before the next

BREACHES, WITHDRAWALS = (RAISED, NOTED), (WITHDRAWN, NOTE_WITHDRAWN)

Key = tuple[str, ...]  # name of the metric without its prefix, then its labels


class Counts(NamedTuple):
    """Events up to an instant of business time."""

    before: int
    at: datetime  # real time
    counts: Counter[Key]


class Tally:
    """Counts from one look to the next, in one process."""

    def __init__(
        self,
        store: Store,
        timeline: Timeline,
        known: Inventory,
        now: Callable[[], datetime],
        rest: Callable[[float], object] = sleep,
    ) -> None:
        self._store = store
        self._timeline = timeline
        self._known = known
        self._now = now
        self._rest = rest
        self._base: Counts | None = None
        self._most: Counter[Key] = Counter()

    def look(self) -> Counter[Key]:
        """Return all that was counted so far; what is not in it has not happened."""
        now = self._now()
        if self._base is None or now - self._base.at >= AGAIN:
            self._base = self._all(now)
        base = self._base
        lately = self._store.milestones_of_cases_since(instant(base.before))
        counts = base.counts + Counter(key for key, told in happened(lately, self._known) if told >= base.before)
        self._most = self._most | counts  # the larger of each
        return self._most

    def _all(self, now: datetime) -> Counts:
        before = micros(self._timeline.business(now - LATELY))
        counts: Counter[Key] = Counter()
        after: str | None = ""
        while after is not None:
            begun = perf_counter()
            after, page = self._store.milestones(after)
            counts.update(key for key, told in happened(page, self._known) if told < before)
            self._rest(REST * (perf_counter() - begun))
        return Counts(before, now, counts)


def happened(milestones: Iterable[Milestone], known: Inventory) -> Iterator[tuple[Key, int]]:
    """Say what is counted of cases, each with the instant at which it was told. The events of a case stand together."""
    for _, found in groupby(milestones, attrgetter("case")):
        events = list(found)
        rungs = list(_rungs(events))
        for event in events:
            for key in _counted(event, rungs, known):
                yield key, event.told


class _Overdue(NamedTuple):
    """A breach that was raised or noted; `ended` is the number of the event that withdrew it."""

    clock: str
    due_at: datetime
    ended: int | None


def _rungs(events: list[Milestone]) -> Iterator[_Overdue]:
    ended = {event.body["raised"]: event.seq for event in events if event.kind in WITHDRAWALS}
    for event in events:
        if event.kind in BREACHES and event.body["rung"] == RungKind.OVERDUE:
            due_at = datetime.fromisoformat(event.body["due_at"])
            yield _Overdue(event.body["clock"], due_at, ended.get(event.seq))


def _counted(event: Milestone, rungs: list[_Overdue], known: Inventory) -> Iterator[Key]:
    place, body = (event.jurisdiction, event.procedure), event.body
    of_case = (department_of(event.jurisdiction, event.owner), event.procedure)
    step, clock = None, None
    if event.kind == "accepted":
        yield "cases_accepted_total", *of_case
        step = known.accepting.get(place)
        clock = f"step/{step}#1"
    elif event.kind == "completed":
        step = body["step"]
        clock = f"step/{step}#{body['occurrence']}"
    if step is not None and (holder := known.owners.get((*place, step), UNLISTED)) is not None:
        of_step = (holder, event.procedure, step)
        yield "steps_completed_total", *of_step
        if _late(event, clock, rungs):
            yield "steps_completed_late_total", *of_step
    if event.kind == "decided" or (event.procedure, step, body.get("outcome")) in known.ending:
        yield "cases_completed_total", *of_case
        if _late(event, event.main, rungs):
            yield "cases_completed_late_total", *of_case


def _late(event: Milestone, clock: str | None, rungs: list[_Overdue]) -> bool:
    """Whether a breach of the clock stood when it was told, or was found by it: one that it did not disprove."""
    happened_at = instant(event.told if event.body.get("backdated") else event.at)
    return any(
        rung.clock == clock and is_late(happened_at, rung.due_at) and not (rung.ended and rung.ended < event.seq)
        for rung in rungs
    )
