"""A worker process of the benchmark that applies notices as the real one does; only the runs are not woken: there are none."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from activities.almanacs import AlmanacHolder
from activities.rungs import Instant
from activities.settle import Settler
from activities.store.store import Store
from api.process_notes import Note
from api.processes.almanac_watch import AlmanacWatch
from api.processes.calendar_keeper import CalendarKeeper
from api.processes.sweeper import Sweeper
from api.real_clock import real_now
from sla.almanac import Almanac
from sla.release import RELEASE
from workflows.worker import connect, worker

GRACE = timedelta(seconds=5)


class NoRuns:
    """In place of the keeper of runs: copied cases have none."""

    def expect(self, live: Iterable[str]) -> None:
        """Nothing."""


async def work(address: str, url: str) -> None:
    """Works until the process is told to stop; says when a notice has been applied."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await connect(address)
    store = Store.open(url)
    timeline = store.timeline()
    holder = AlmanacHolder(store, RELEASE)
    settler = Settler(store, timeline, GRACE, real_now, holder.renew())

    def tell(almanac: Almanac) -> None:
        settler.almanac = almanac

    def instant() -> Instant:
        return Instant(real_now(), timeline, GRACE, settler.almanac)

    def say(note: Note) -> None:
        print(note.event, flush=True)

    runs: Any = NoRuns()
    keeper = CalendarKeeper(store, runs, instant, say, partial(Sweeper, store, GRACE))
    watch = AlmanacWatch("worker", holder, tell, say)

    async def keep() -> None:
        while not stop.is_set():
            pause = await keeper.keep()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause.total_seconds())

    async with worker(client, settler, grace=timedelta(seconds=1)):
        duties = [asyncio.create_task(watch.watch()), asyncio.create_task(keep())]
        print("ready", flush=True)  # whoever started it waits for this line
        await stop.wait()
        for duty in duties:
            duty.cancel()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:3]))
