"""Runs that do not know all of their ledgers, because a Temporal server died with the update: a worker's process finds them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from activities.record import NewEvent
from activities.store.hashing import chain
from activities.store.store import Store
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer
from api.processes.worker import WorkerProcess
from api.real_clock import real_now
from sla.release import RELEASE
from tests.desk import Desk, a_whole_case, at, water
from tests.workflows.bench import Bench, standing_at
from workflows.messages import Message
from workflows.rebuild import rows_of
from workflows.worker import TASK_QUEUE, connect


@pytest.fixture
async def bench(temporal_binary: Path, tmp_path: Path) -> AsyncIterator[Bench]:
    """A bench on the product's own task queue."""
    store = Store.open(f"sqlite:///{tmp_path}/ledger.db", durable=False)
    store.migrate()
    timeline = standing_at("2021-03-05 12:00")
    store.set_timeline_once(timeline)
    server = DevServer(temporal_binary, tmp_path, port=free_port())
    await asyncio.to_thread(server.start)
    bench = Bench(await connect(server.address, server.namespace), store, timeline)
    bench.use(TASK_QUEUE)
    yield bench
    await asyncio.to_thread(server.stop)
    store.close()


@asynccontextmanager
async def working(bench: Bench) -> AsyncIterator[None]:
    config = bench.client.service_client.config
    process = WorkerProcess(
        bench.store,
        config.target_host,
        bench.client.namespace,
        alarm_grace=timedelta(milliseconds=200),
        shutdown_grace=timedelta(seconds=1),
        almanac=RELEASE,
        now=real_now,
        say=lambda _: None,
    )
    stop = asyncio.Event()
    task = asyncio.create_task(process.run(stop))
    yield
    stop.set()
    await asyncio.wait_for(task, 20)


def settled_and_forgotten(bench: Bench, case: str, kind: str, command: Message, **body: object) -> None:
    """What a settling wrote whose workflow task died with the server."""
    fields = command.model_dump(include=set(NewEvent.model_fields) - {"kind", "body"})
    with bench.store.append(case) as ledger:
        calendar = ledger.events_after(0)[-1].calendar
        ledger.add(chain(case, ledger.head, [NewEvent(kind=kind, body=body, **fields)], calendar))
        made = rows_of(case, ledger.events_after(0), RELEASE)
        assert made is not None
        ledger.put(made)


def broken(bench: Bench, case: str) -> bool:
    rungs = bench.rungs(case, "promise/sz-22-water-no-pipe")
    return any(r.kind == "overdue" and r.withdrawn is None for r in rungs)


async def test_a_case_that_ended_in_the_ledger_and_runs_on_is_woken_and_ends(bench: Bench) -> None:
    desk, case = Desk(), bench.new()
    whole = a_whole_case(desk)
    async with working(bench):
        await bench.send(case, *whole[:5])
    settled_and_forgotten(bench, case, "decided", whole[5], outcome="approved", reason=None)
    async with working(bench):
        await bench.ended(case)
        await bench.level(case)


async def test_a_case_whose_breach_nobody_raised_is_woken(bench: Bench) -> None:
    """Its run holds no alarm: it believes the case suspended."""
    desk, case = Desk(), bench.new()
    begin = [
        desk.open(at("2021-02-01 09:00"), water()),
        desk.accept(at("2021-02-01 10:00")),
        desk.suspend(at("2021-02-01 11:00"), "s1", "hearing"),
    ]
    async with working(bench):
        await bench.send(case, *begin)
        assert not broken(bench, case)
    resumed = desk.resume(at("2021-02-01 15:00"), "s1")
    settled_and_forgotten(bench, case, "resumed", resumed, suspension="s1", step=None)
    async with working(bench):
        for _ in range(200):
            if broken(bench, case):
                break
            await asyncio.sleep(0.05)
        await bench.level(case)
    assert broken(bench, case)
