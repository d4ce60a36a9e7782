"""A worker's process: it drives cases, says that it is alive, applies a changed calendar and starts runs that are missing."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.runtime import Runtime
from temporalio.service import RPCError

from activities.rungs import Instant
from activities.settle import Settler
from activities.store.errors import StoreUnavailable
from activities.store.store import Store
from activities.sweep import sweep
from api.process_notes import Say, note
from sla.almanac import PLACES, Almanac
from sla.axis import end_of, local_day
from sla.timeline import Timeline
from workflows.case import CaseWorkflow
from workflows.heartbeat import Heart, keep_beating
from workflows.messages import CaseInput
from workflows.worker import TASK_QUEUE, TASK_TIMEOUT, connect, runtime, worker

T = TypeVar("T")

HEARTBEAT = timedelta(seconds=5)
RUNS = timedelta(seconds=60)  # between looks for open cases without a run
SCHEDULE = timedelta(minutes=10)  # between looks whether the heartbeat through the queue has its schedule
RETRY = timedelta(seconds=1)
OVERDUE_WAIT = timedelta(seconds=30)  # real time after the alarm, before a case is woken for a breach not raised
LONGEST_NAP = timedelta(hours=1)  # a machine's clock may be set
SHORTEST_NAP = timedelta(seconds=1)  # in a rehearsal days may pass in less
AT_ONCE = 20  # runs started or woken at a time
IDENTITY = Timeline(anchor_real=datetime(1970, 1, 1, tzinfo=UTC), anchor_business=datetime(1970, 1, 1, tzinfo=UTC))
# RuntimeError is what the client and the worker raise where no server answers or the namespace is not there yet
AWAY = (StoreUnavailable, RPCError, RuntimeError)


def timeline_of(store: Store) -> Timeline:
    """The stored timeline; the identity where none is stored."""
    return store.timeline() or IDENTITY


class WorkerProcess:
    """Everything that a worker's process does, over one store and one Temporal namespace."""

    def __init__(
        self,
        store: Store,
        address: str,
        namespace: str,
        *,
        alarm_grace: timedelta,
        shutdown_grace: timedelta = timedelta(seconds=8),
        now: Callable[[], datetime],
        almanac: Almanac,
        say: Say,
        metrics: str | None = None,
    ) -> None:
        self._store = store
        self._metrics = metrics  # host and port of Temporal's own
        self._address = address
        self._namespace = namespace
        self._alarm_grace = alarm_grace
        self._shutdown_grace = shutdown_grace
        self._now = now
        self._almanac = almanac
        self._say = say
        self._timeline = IDENTITY
        self._ended: frozenset[str] = frozenset()  # cases that had ended and still ran at the last look
        self._looked: frozenset[str] = frozenset()  # cases with live clocks, of the last sweep

    async def run(self, stop: asyncio.Event) -> None:
        """Until it is told to stop; while the database or Temporal is away it waits, and says so once."""
        timeline = await self._until(stop, "database", self._read_timeline)
        if timeline is None:
            return
        self._timeline = timeline
        here = runtime(self._metrics)
        while not stop.is_set():
            client = await self._until(stop, "temporal", lambda: self._connect(here))
            if client is None:
                return
            try:
                await self._work(client, stop)
            except AWAY as error:
                self._say(note("worker-interrupted", "worker: interrupted ({why}); it goes on", why=_first_line(error)))
                await _nap(stop, RETRY)

    async def _connect(self, runtime: Runtime) -> Client:
        return await connect(self._address, self._namespace, runtime=runtime)

    async def _read_timeline(self) -> Timeline:
        def read() -> Timeline:
            self._store.heartbeats()  # are the tables there?
            return timeline_of(self._store)

        return await asyncio.to_thread(read)

    async def _until(self, stop: asyncio.Event, what: str, attempt: Callable[[], Awaitable[T]]) -> T | None:
        """What the attempt answers once it succeeds; None where the process was told to stop before that."""
        said = False
        while not stop.is_set():
            try:
                return await attempt()
            except AWAY as error:
                if not said:
                    self._say(note("waiting", "worker: waiting for {what} ({why})", what=what, why=_first_line(error)))
                    said = True
                await _nap(stop, RETRY)
        return None

    async def _work(self, client: Client, stop: asyncio.Event) -> None:
        settler = Settler(self._store, self._timeline, self._alarm_grace, self._now, self._almanac)
        running = worker(client, settler, Heart(self._store, self._now), grace=self._shutdown_grace)
        duties = [
            asyncio.create_task(running.run(), name="worker"),
            asyncio.create_task(self._repeat(self._beat, HEARTBEAT), name="heartbeat"),
            asyncio.create_task(self._repeat(lambda: keep_beating(client, TASK_QUEUE), SCHEDULE), name="schedule"),
            asyncio.create_task(self._keep_calendar(client), name="calendar"),
            asyncio.create_task(self._repeat(lambda: self._keep_runs(client), RUNS), name="runs"),
        ]
        stopping = asyncio.create_task(stop.wait(), name="stop")
        self._say(note("worker-started", "worker: at work for {address}", address=self._address))
        try:
            await asyncio.wait([*duties, stopping], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*duties[1:], stopping):
                task.cancel()
            with contextlib.suppress(RuntimeError):  # it ended by itself
                await running.shutdown()
            ended = await asyncio.gather(*duties, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def _repeat(self, duty: Callable[[], Awaitable[None]], every: timedelta) -> None:
        """Does its duty now and again; sooner where it could not."""
        while True:
            try:
                await duty()
            except AWAY:
                await asyncio.sleep(RETRY.total_seconds())
            else:
                await asyncio.sleep(every.total_seconds())

    async def _beat(self) -> None:
        await asyncio.to_thread(self._store.heartbeat, "worker", self._now())

    async def _keep_calendar(self, client: Client) -> None:
        """Sweeps now, and at every business midnight from which another calendar is known."""
        swept: frozenset[str] = frozenset()
        while True:
            business = self._timeline.business(self._now())
            versions = frozenset(self._almanac.calendar_for(place, local_day(business)).version for place in PLACES)
            if versions != swept:
                try:
                    await self._sweep(client)
                except AWAY:
                    await asyncio.sleep(RETRY.total_seconds())
                    continue
                swept = versions
            await asyncio.sleep(self._until_midnight(business).total_seconds())

    def _until_midnight(self, business: datetime) -> timedelta:
        midnight = end_of(local_day(business))
        wait = self._timeline.real(midnight) - self._now()
        return min(max(wait, SHORTEST_NAP), LONGEST_NAP)

    async def _sweep(self, client: Client) -> None:
        batches = sweep(self._store, lambda: Instant(self._now(), self._timeline, self._alarm_grace, self._almanac))
        live: list[str] = []
        applied = woken = 0
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            await self._wake(client, batch.sooner)
            live += batch.live
            applied += len(batch.applied)
            woken += len(batch.sooner)
        self._looked = frozenset(live)
        if applied:
            text = "worker: a changed calendar moved {applied} open cases, {woken} of them to an earlier alarm"
            self._say(note("calendar-applied", text, applied=applied, woken=woken))

    async def _wake(self, client: Client, cases: Iterable[str]) -> None:
        await _each(cases, lambda case: _start(client, case, signal="wake"))

    async def _keep_runs(self, client: Client) -> None:
        """Every open case, and every other with a live clock, has a run; a new one adopts the ledger."""
        wanted = set(self._looked)
        after = ""
        while page := await asyncio.to_thread(self._store.open_cases, after):
            wanted.update(page)
            after = page[-1]
        query = "WorkflowType = 'Case' AND ExecutionStatus = 'Running'"
        running = {run.id async for run in client.list_workflows(query, page_size=1000)}
        missing = sorted(wanted - running)
        await _each(missing, lambda case: _start(client, case))
        self._looked = frozenset()  # decided cases whose delivery still runs: once a sweep is enough
        if missing:
            text = "worker: {started} open cases had no run and have one now"
            self._say(note("runs-started", text, started=len(missing)))
        await _each(await asyncio.to_thread(self._behind, running - wanted), partial(_wake, client))

    def _behind(self, closed: set[str]) -> set[str]:
        """Cases whose runs may not know all of their ledgers: a Temporal server that dies takes updates with it.

        Those are the ones that have ended and still run (each is looked at once), and those with a breach not raised.
        """
        ended = {case for case in closed - self._ended if not self._lives(case)}
        self._ended = frozenset(closed)
        grace = self._alarm_grace + OVERDUE_WAIT
        rate = self._timeline.rate
        overdue = self._store.overdue_clocks(self._timeline.business(self._now()), grace * rate, unraised=True)
        return ended | {found.case for found in overdue if not found.clock.picture.ramp_up}

    def _lives(self, case: str) -> bool:
        view = self._store.case(case)
        return view is not None and any(c.picture.clock.stop is None and not c.picture.void for c in view.clocks)


async def _start(client: Client, case: str, signal: str | None = None) -> None:
    """A run of the case, if it has none; the signal goes to whichever there is."""
    await client.start_workflow(
        CaseWorkflow.run,
        CaseInput(case=case),
        id=case,
        task_queue=TASK_QUEUE,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        task_timeout=TASK_TIMEOUT,
        start_signal=signal,
    )


async def _wake(client: Client, case: str) -> None:
    """Has a case's run settle, if it still runs."""
    with contextlib.suppress(RPCError):
        await client.get_workflow_handle(case).signal(CaseWorkflow.wake)


async def _each(cases: Iterable[str], work: Callable[[str], Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(case: str) -> None:
        async with gate:
            await work(case)

    await asyncio.gather(*(one(case) for case in cases))


async def _nap(stop: asyncio.Event, length: timedelta) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), length.total_seconds())


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
