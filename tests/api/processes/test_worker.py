"""The worker's process on a Temporal server of its own: heartbeat, runs that are missing, cases that are woken."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, ScheduleOverlapPolicy, WorkflowExecutionStatus
from temporalio.service import RPCError

from activities.record import Event
from activities.store.rows import ClockRow
from activities.store.store import Store
from api.process_notes import Note
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer
from api.processes.worker import WorkerProcess
from api.real_clock import real_now
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.activities.test_almanacs import loaded
from tests.desk import Desk, at
from tests.notices import invented
from tests.waiting import eventually
from workflows.dispatch import Dispatcher
from workflows.procedure import Procedure
from workflows.procedures import resolve
from workflows.worker import TASK_QUEUE, connect

pytestmark = pytest.mark.slow

GRACE = timedelta(milliseconds=200)


class Works:
    """A server, a ledger, and worker processes over them."""

    def __init__(self, server: DevServer, store: Store, client: Client) -> None:
        self.server, self.store, self.client = server, store, client
        self.dispatcher = Dispatcher(client)
        self.notes: list[Note] = []

    @asynccontextmanager
    async def working(self, metrics: str | None = None) -> AsyncIterator[None]:
        process = WorkerProcess(
            self.store,
            self.server.address,
            self.server.namespace,
            alarm_grace=GRACE,
            shutdown_grace=timedelta(seconds=1),
            almanac=RELEASE,
            now=real_now,
            say=self.notes.append,
            metrics=metrics,
        )
        stop = asyncio.Event()
        task = asyncio.create_task(process.run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(task, 10)

    def said(self, event: str) -> list[Note]:
        return [one for one in self.notes if one.event == event]

    async def types(self, case: str) -> list[str]:
        """Types of the events in the history of the case's latest run."""
        try:
            history = await self.client.get_workflow_handle(case).fetch_history()
        except RPCError:
            return []
        return [EventType.Name(e.event_type).removeprefix("EVENT_TYPE_") for e in history.events]


@pytest.fixture
async def works(temporal_binary: Path, tmp_path: Path) -> AsyncIterator[Works]:
    server = DevServer(temporal_binary, tmp_path, port=free_port())
    await asyncio.to_thread(server.start)
    store = Store.open(f"sqlite:///{tmp_path}/ledger.sqlite", durable=False)
    store.migrate()
    yield Works(server, store, await connect(server.address, server.namespace))
    store.close()
    await asyncio.to_thread(server.stop)


def only_the_law() -> Procedure:
    """Property registration without planning targets: of its clocks the statutory one alone runs after acceptance."""
    procedure = resolve("property-registration", "suzhou", "first", {})
    steps = tuple(step.model_copy(update={"target": None}) for step in procedure.steps)
    return procedure.model_copy(update={"steps": steps, "stages": ()})


async def test_a_heartbeat_says_that_the_worker_lives(works: Works) -> None:
    async with works.working():
        await eventually(lambda: "worker" in works.store.heartbeats())
    assert real_now() - works.store.heartbeats()["worker"] < timedelta(minutes=1)


async def test_each_minute_a_heartbeat_goes_through_the_queue_and_one_schedule_serves_all_workers(works: Works) -> None:
    queue = f"queue/{TASK_QUEUE}"
    async with works.working():
        await eventually(lambda: queue in works.store.heartbeats())
        schedule = works.client.get_schedule_handle(f"heartbeat-{TASK_QUEUE}")
        await schedule.pause(note="by an operator")
    first = works.store.heartbeats()[queue]
    assert real_now() - first < timedelta(minutes=1)
    async with works.working():  # it finds its schedule, and leaves it as it is
        await eventually(lambda: works.said("worker-started")[1:])
        described = await schedule.describe()
        assert described.schedule.state.paused
        assert described.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP

        async def beats() -> bool:
            await schedule.trigger()  # which is passed over where the one before it still runs
            await asyncio.sleep(1)
            return works.store.heartbeats()[queue] > first

        await eventually(beats)
        assert [one.id async for one in await works.client.list_schedules()] == [f"heartbeat-{TASK_QUEUE}"]


async def test_a_worker_shows_temporals_own_metrics_where_it_is_told_to(works: Works) -> None:
    address = f"127.0.0.1:{free_port()}"
    async with works.working(address), httpx2.AsyncClient(trust_env=False) as http:
        await eventually(lambda: "worker" in works.store.heartbeats())
        text = await eventually(partial(_worked, http, address))
    names = {family.name for family in text_string_to_metric_families(text)}
    assert names
    assert all(name.startswith("temporal_") for name in names)


async def _worked(http: httpx2.AsyncClient, address: str) -> str | None:
    text = (await http.get(f"http://{address}/metrics")).text
    return text if "temporal_workflow_task_execution_latency_seconds" in text else None


async def test_the_notice_of_next_year_wakes_the_cases_that_waited_for_it(works: Works) -> None:
    """Accepted on 20 November 2019 for 30 working days: due in 2020, whose notice is of the next day."""
    works.store.set_timeline_once(Timeline(anchor_real=real_now(), anchor_business=at("2019-11-20 23:59:40"), rate=1))
    desk = Desk()
    async with works.working():
        for case in ("waits", "lost"):
            when = at("2019-11-20 10:00")
            await works.dispatcher.send(case, desk.open(when, only_the_law(), promises=()), timedelta(seconds=20))
            await works.dispatcher.send(case, desk.accept(when, promises=()), timedelta(seconds=20))
        assert "TIMER_STARTED" not in (await works.types("waits"))[-3:]
        await works.client.get_workflow_handle("lost").terminate()  # its alarm must not be lost with it
        await eventually(lambda: works.said("calendar-applied"))
        assert works.said("calendar-applied")[0].facts == {"applied": 2, "woken": 2}
        for case in ("waits", "lost"):
            types = await eventually(partial(_armed, works, case))
            assert "WORKFLOW_EXECUTION_SIGNALED" in types
            due = _statutory(works, case).due_date
            assert due is not None
            assert due > date(2020, 1, 1)


def _statutory(works: Works, case: str) -> ClockRow:
    view = works.store.case(case)
    assert view is not None
    return next(row for row in view.clocks if row.picture.clock.key == "statutory")


async def test_a_notice_that_is_approved_while_it_works_reaches_its_cases_within_ten_seconds(
    works: Works, pace: float
) -> None:
    """Accepted on 10 December 2026 for 30 working days: due in 2027, of which nothing is known yet."""
    works.store.set_timeline_once(Timeline(anchor_real=real_now(), anchor_business=at("2026-12-10 09:00"), rate=1))
    desk, when = Desk(), at("2026-12-10 08:40")
    async with works.working():
        await works.dispatcher.send("waits", desk.open(when, only_the_law(), promises=()), timedelta(seconds=20))
        await works.dispatcher.send("waits", desk.accept(when, promises=()), timedelta(seconds=20))
        assert _statutory(works, "waits").due_date is None
        await asyncio.to_thread(loaded, works.store, invented())
        begun = time.monotonic()
        await eventually(lambda: works.said("calendar-renewed"))
        await eventually(lambda: _statutory(works, "waits").due_date)
        took = time.monotonic() - begun
        types = await eventually(partial(_armed, works, "waits"))
        assert "WORKFLOW_EXECUTION_SIGNALED" in types
        await eventually(lambda: not works.store.to_wake())
    assert (_statutory(works, "waits").due_date or date.min) > date(2027, 1, 1)
    assert [event.kind for event in works.store.events("waits")].count("calendar-applied") == 1
    assert took < 10 * pace


async def _armed(works: Works, case: str) -> list[str]:
    types = await works.types(case)
    signaled = max((n for n, kind in enumerate(types) if kind == "WORKFLOW_EXECUTION_SIGNALED"), default=len(types))
    return types if "TIMER_STARTED" in types[signaled:] else []


async def test_an_open_case_without_a_run_gets_one_that_adopts_its_ledger(works: Works) -> None:
    desk, case = Desk(), "lost"
    async with works.working():
        yesterday = real_now() - timedelta(days=1)
        await works.dispatcher.send(case, desk.open(yesterday, only_the_law(), promises=()), timedelta(seconds=20))
    await works.client.get_workflow_handle(case).terminate()
    events = works.store.events(case)
    async with works.working():
        await eventually(lambda: works.said("runs-started"))
        handle = works.client.get_workflow_handle(case)
        assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
        assert await eventually(lambda: _level(works, case)) == works.store.events(case)
    assert works.store.events(case)[: len(events)] == events


async def _level(works: Works, case: str) -> list[Any]:
    with contextlib.suppress(RPCError):
        known: list[Any] = await works.client.get_workflow_handle(case).query("record", 0, result_type=list[Event])
        return known if known == works.store.events(case) else []
    return []
