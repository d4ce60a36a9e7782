"""The durable case on a real Temporal server, with a real ledger."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

from activities.settle import Settler
from activities.store.store import Store
from api.temporal_server import DevServer
from sla.timeline import Timeline
from tests.desk import Desk, at, water
from workflows.dispatch import Dispatcher, Refused
from workflows.worker import connect, worker

GRACE = timedelta(milliseconds=200)


class Bench:
    """A worker, a ledger and a dispatcher over one server; business time stands at an anchor and may be moved."""

    def __init__(self, client: Client, store: Store, queue: str, timeline: Timeline) -> None:
        self.client = client
        self.store = store
        self.queue = queue
        self.timeline = timeline
        self.dispatcher = Dispatcher(client, task_queue=queue)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        settler = Settler(self.store, self.timeline, GRACE, lambda: datetime.now(UTC))
        async with worker(self.client, settler, grace=timedelta(seconds=1), task_queue=self.queue):
            yield


def standing_at(business: str, rate: int = 1) -> Timeline:
    """Business time that is `business` just now."""
    return Timeline(anchor_real=datetime.now(UTC), anchor_business=at(business), rate=rate)


@pytest.fixture
async def bench(temporal_server: DevServer, tmp_path: Path) -> AsyncIterator[Bench]:
    store = Store.open(f"sqlite:///{tmp_path}/ledger.sqlite", durable=False)
    store.migrate()
    client = await connect(temporal_server.address, temporal_server.namespace)
    yield Bench(client, store, f"cases-{uuid4().hex[:8]}", standing_at("2021-03-04 12:00"))
    store.close()


async def carried(bench: Bench, case: str, desk: Desk) -> None:
    """A water case carried to its decision."""
    for command in (
        desk.open(at("2021-03-01 09:00"), water()),
        desk.accept(at("2021-03-01 10:00")),
        desk.complete(at("2021-03-02 10:00"), "joint-site-survey"),
        desk.complete(at("2021-03-03 10:00"), "inspection-and-meter"),
        desk.complete(at("2021-03-04 10:00"), "water-on"),
        desk.decide(at("2021-03-04 11:00")),
    ):
        await bench.dispatcher.send(case, command)


async def test_a_case_is_carried_through_and_every_answer_is_in_the_ledger(bench: Bench) -> None:
    desk, case = Desk(), f"c-{uuid4().hex[:8]}"
    async with bench.working():
        await carried(bench, case, desk)
    events = bench.store.events(case)
    kinds = [e.kind for e in events if not e.kind.startswith("rung")]
    assert kinds == ["opened", "accepted", "completed", "completed", "completed", "decided"]
    assert bench.store.verify_chain(case) is None
