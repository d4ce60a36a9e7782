"""A worker process of the benchmark: the real worker and the bare one side by side, in turn at work."""

import asyncio
import signal
import sys
from datetime import timedelta

from activities.settle import Settler
from activities.store.store import Store
from api.real_clock import real_now
from sla.release import RELEASE
from tests.bench.bare import bare_worker
from workflows.worker import connect, worker


async def work(address: str, url: str) -> None:
    """Works until the process is told to stop."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await connect(address)
    store = Store.open(url)
    settler = Settler(store, store.timeline(), timedelta(seconds=5), real_now, RELEASE)
    async with worker(client, settler, grace=timedelta(seconds=1)), bare_worker(client):
        print("ready", flush=True)  # whoever started it waits for this line
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:3]))
