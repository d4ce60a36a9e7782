"""A changed calendar reaches the open cases: now, and at every business midnight from which another one is known."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from activities.rungs import Instant
from activities.store.store import Store
from activities.sweep import sweep
from api.process_notes import Say, note
from api.processes.run_keeper import RunKeeper
from sla.almanac import PLACES
from sla.axis import end_of, local_day

LONGEST_NAP = timedelta(hours=1)  # a machine's clock may be set
SHORTEST_NAP = timedelta(seconds=1)  # in a rehearsal days may pass in less


class CalendarKeeper:
    """Applies calendars for one worker's process; cases with an earlier alarm are woken through `runs`."""

    def __init__(self, store: Store, runs: RunKeeper, instant: Callable[[], Instant], say: Say) -> None:
        self._store = store
        self._runs = runs
        self._instant = instant
        self._say = say
        self._swept: frozenset[str] = frozenset()  # versions of the calendars that the last sweep applied

    async def keep(self) -> timedelta:
        """Sweep if other calendars are known than at the last sweep; returns how long to wait until the next look."""
        now = self._instant()
        today = local_day(now.business)
        versions = frozenset(now.calendar(place).version for place in PLACES)
        if versions != self._swept:
            await self._sweep()
            self._swept = versions
        wait = now.timeline.real(end_of(today)) - self._instant().real
        return min(max(wait, SHORTEST_NAP), LONGEST_NAP)

    async def _sweep(self) -> None:
        batches = sweep(self._store, self._instant)
        live: list[str] = []
        applied = woken = 0
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            await self._runs.wake(batch.sooner)
            live += batch.live
            applied += len(batch.applied)
            woken += len(batch.sooner)
        self._runs.expect(live)
        if applied:
            text = "worker: a changed calendar moved {applied} open cases, {woken} of them to an earlier alarm"
            self._say(note("calendar-applied", text, applied=applied, woken=woken))
