"""A changed calendar reaches the open cases: as soon as it is in force, and at every business midnight from which it is known."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta

from activities.rungs import Instant
from activities.store.store import Store
from activities.sweep import Batch, sweep
from api.process_notes import Say, note
from api.processes.run_keeper import RunKeeper
from sla.almanac import PLACES

LOOK = timedelta(seconds=1)  # between looks whether another calendar is in force, or known from midnight on
REST = 0.5  # of the time that applying takes, in which it lets commands pass
KEPT = 2.0  # seconds between two counts on record
PROGRESS = 10.0  # seconds between two words about how far it is
WOKEN_AT_ONCE = 100


Sweeping = Callable[[], AbstractContextManager[Callable[[Sequence[str]], Batch]]]


class CalendarKeeper:
    """Applies calendars for one worker's process; cases with an earlier alarm are woken through `runs`.

    What `sweeping` opens applies the calendar of the day to some cases, and blocks while it does.
    """

    def __init__(
        self, store: Store, runs: RunKeeper, instant: Callable[[], Instant], say: Say, sweeping: Sweeping
    ) -> None:
        self._store = store
        self._sweeping = sweeping
        self._runs = runs
        self._instant = instant
        self._say = say
        self._swept: frozenset[str] = frozenset()  # versions of the calendars that the last sweep applied

    async def keep(self) -> timedelta:
        """Sweep if other calendars are known than at the last sweep; returns how long to wait until the next look."""
        now = self._instant()
        versions = frozenset(now.calendar(place).version for place in PLACES)
        if versions != self._swept:
            await self._sweep(versions)
            self._swept = versions
        return LOOK

    async def wake(self) -> timedelta:
        """Tell the runs of some cases of their earlier alarms, the earliest first; what is not told yet stays remembered."""
        some = await asyncio.to_thread(self._store.to_wake, WOKEN_AT_ONCE)
        if not some:
            return LOOK
        begun = time.monotonic()
        await self._runs.wake(case for case, _ in some)
        await asyncio.to_thread(self._store.woken, some)
        return timedelta(seconds=(time.monotonic() - begun) * REST)

    async def _sweep(self, versions: frozenset[str]) -> None:
        with self._sweeping() as apply:
            await self._went_through(sweep(self._store, self._instant, apply), versions)

    async def _went_through(self, batches: Iterator[Batch], versions: frozenset[str]) -> None:
        live: list[str] = []
        applied = woken = told = looked_at = 0
        await self._keep_count(versions)
        begun = said = kept = time.monotonic()
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            looked_at = len(live) if batch.live else looked_at  # those of a page are counted after it
            live += batch.live
            applied += len(batch.applied)
            woken += len(batch.sooner)
            if batch.applied:
                await asyncio.sleep((time.monotonic() - begun) * REST)
            begun = time.monotonic()
            if begun - kept > KEPT:
                kept = begun
                await self._keep_count(versions, looked_at, applied - told)
                told = applied
            if begun - said > PROGRESS:
                said = begun
                text = "worker: a changed calendar has moved {applied} of {seen} open cases so far"
                self._say(note("calendar-applying", text, applied=applied, seen=len(live)))
        await self._keep_count(versions, len(live), applied - told, ended=True)
        self._runs.expect(live)
        if applied:
            text = "worker: a changed calendar moved {applied} open cases, {woken} of them to an earlier alarm"
            self._say(note("calendar-applied", text, applied=applied, woken=woken))

    async def _keep_count(
        self, versions: frozenset[str], seen: int = 0, moved: int = 0, *, ended: bool = False
    ) -> None:
        """Put on record how far it is, for pages and the command line."""
        at = self._instant().business
        await asyncio.to_thread(self._store.sweep_went, versions, at, seen=seen, moved=moved, ended=ended)
