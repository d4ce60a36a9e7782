"""A worker process of the benchmark: the real worker and the bare one side by side, in turn at work."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from activities.settle import Settler
from activities.store.store import Store
from sla.timeline import Timeline
from tests.bench.bare import bare_worker
from tests.desk import at
from workflows.worker import connect, worker


async def work(address: str, url: str) -> None:
    """Works until the process is ended."""
    client = await connect(address)
    now = datetime.now(UTC)
    timeline = Timeline(anchor_real=now, anchor_business=at("2021-03-01 08:00"))
    settler = Settler(Store.open(url), timeline, timedelta(seconds=5), lambda: datetime.now(UTC))
    async with worker(client, settler, grace=timedelta(seconds=1)), bare_worker(client):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:3]))
