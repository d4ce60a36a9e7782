"""A worker's process: it drives cases and says that it is alive, with a keeper for calendars and one for runs."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.service import RPCError

from activities.almanacs import AlmanacHolder
from activities.rungs import Instant
from activities.settle import Settler
from activities.store.errors import StoreUnavailable
from activities.store.store import Store
from api.process_notes import Say, note
from api.processes.almanac_watch import AlmanacWatch
from api.processes.calendar_keeper import CalendarKeeper
from api.processes.checkpoint_keeper import CheckpointKeeper
from api.processes.run_keeper import RunKeeper
from api.processes.sweeper import Sweeper
from sla.almanac import Almanac
from sla.timeline import REAL_TIME, Timeline
from workflows.heartbeat import Heart, keep_beating
from workflows.worker import NO_ACCESS, TASK_QUEUE, Access, connect, runtime, worker

T = TypeVar("T")

HEARTBEAT = timedelta(seconds=5)
SCHEDULE = timedelta(minutes=10)  # between looks whether the heartbeat through the queue has its schedule
RETRY = timedelta(seconds=1)
# RuntimeError is what the client and the worker raise where no server answers or the namespace is not there yet
AWAY = (StoreUnavailable, RPCError, RuntimeError)


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
        access: Access = NO_ACCESS,
        checkpoints: CheckpointKeeper | None = None,
    ) -> None:
        self._store = store
        self._metrics = metrics  # host and port of Temporal's own
        self._checkpoints = checkpoints
        self._address = address
        self._namespace = namespace
        self._access = access
        self._alarm_grace = alarm_grace
        self._shutdown_grace = shutdown_grace
        self._now = now
        self._almanacs = AlmanacHolder(store, almanac)
        self._almanac = almanac
        self._say = say
        self._timeline = REAL_TIME

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; while the database or Temporal is away it waits, and says so once."""
        timeline = await self._until(stop, "database", self._read_timeline)
        if timeline is None:
            return
        self._timeline = timeline
        keeping = None
        if self._checkpoints is not None:  # beside the work with Temporal: they need the database alone
            keeping = asyncio.create_task(self._repeat(self._checkpoints.keep), name="checkpoints")
        try:
            await self._drive(stop)
        finally:
            if keeping is not None and self._checkpoints is not None:
                keeping.cancel()
                await asyncio.gather(keeping, return_exceptions=True)
                await self._checkpoints.close()

    async def _drive(self, stop: asyncio.Event) -> None:
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
        return await connect(self._address, self._namespace, runtime=runtime, access=self._access)

    async def _read_timeline(self) -> Timeline:
        """And the almanac in force, with what this release changes of it put on record; a broken log ends the process."""

        def read() -> Timeline:
            self._store.heartbeats()  # are the tables there?
            timeline = self._store.timeline()
            self._almanacs.reconcile(timeline.business(self._now()))
            self._almanac = self._almanacs.renew()
            return timeline

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
        renew = self._almanacs.renew
        settler = Settler(self._store, self._timeline, self._alarm_grace, self._now, self._almanac, renew)
        watch = AlmanacWatch("worker", self._almanacs, partial(self._renew, settler), self._say)
        running = worker(client, settler, Heart(self._store, self._now), grace=self._shutdown_grace)
        runs = RunKeeper(self._store, client, self._instant, self._say)
        calendars = CalendarKeeper(
            self._store, runs, self._instant, self._say, partial(Sweeper, self._store, self._alarm_grace)
        )
        duties = [
            asyncio.create_task(running.run(), name="worker"),
            asyncio.create_task(self._repeat(self._beat), name="heartbeat"),
            asyncio.create_task(self._repeat(partial(_keep_schedule, client)), name="schedule"),
            asyncio.create_task(watch.watch(), name="almanac"),
            asyncio.create_task(self._repeat(calendars.keep), name="calendar"),
            asyncio.create_task(self._repeat(calendars.wake), name="waking"),
            asyncio.create_task(self._repeat(runs.keep), name="runs"),
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

    async def _repeat(self, duty: Callable[[], Awaitable[timedelta]]) -> None:
        """Do a duty again and again, each time after as long as it says; sooner where it could not be done."""
        while True:
            try:
                pause = await duty()
            except AWAY:
                pause = RETRY
            await asyncio.sleep(pause.total_seconds())

    async def _beat(self) -> timedelta:
        await asyncio.to_thread(self._store.heartbeat, "worker", self._now())
        return HEARTBEAT

    def _renew(self, settler: Settler, almanac: Almanac) -> None:
        self._almanac = settler.almanac = almanac

    def _instant(self) -> Instant:
        return Instant(self._now(), self._timeline, self._alarm_grace, self._almanac)


async def _keep_schedule(client: Client) -> timedelta:
    await keep_beating(client, TASK_QUEUE)
    return SCHEDULE


async def _nap(stop: asyncio.Event, length: timedelta) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), length.total_seconds())


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
