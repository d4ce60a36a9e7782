"""A worker process of the bench of doors: it takes commands that are guarded in some ways, over a ledger and a queue of its own.

What is not guarded is so here alone: auditing is a part of settling, and no setting turns it off.
"""

import asyncio
import signal
import sys
from datetime import timedelta

from activities.settle import Prepared, Settle, Settler
from activities.store.store import Store
from api.real_clock import real_now
from sla.release import RELEASE
from tests.bench.guards import access_of, queue_of
from workflows.worker import connect, worker


class Unaudited(Settler):
    """Settles, and puts no row on the audit log."""

    def prepare(self, request: Settle) -> Prepared:
        """Count, and leave the rows out."""
        return super().prepare(request)._replace(audit=[])


async def work(address: str, url: str, keys: str, guards: str) -> None:
    """Work until the process is told to stop."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    client = await connect(address, access=access_of(keys, guards))
    store = Store.open(url)
    kind = Settler if "audit" in guards else Unaudited
    settler = kind(store, store.timeline(), timedelta(seconds=5), real_now, RELEASE)
    async with worker(client, settler, grace=timedelta(seconds=1), task_queue=queue_of(guards)):
        print("ready", flush=True)  # whoever started it waits for this line
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:5]))
