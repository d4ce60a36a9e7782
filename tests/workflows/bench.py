"""A worker, a ledger and a dispatcher over one Temporal server."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import cast
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.record import Event, Rung
from activities.settle import Settler
from activities.store.store import Store
from api.real_clock import real_now
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.desk import Desk, a_whole_case, at
from tests.waiting import WITHIN, eventually
from workflows.case import CaseWorkflow
from workflows.dispatch import Dispatcher
from workflows.messages import Command, Message, Receipt
from workflows.worker import worker

GRACE = timedelta(milliseconds=200)


def standing_at(business: str, rate: int = 1) -> Timeline:
    """Business time that is `business` just now."""
    return Timeline(anchor_real=real_now(), anchor_business=at(business), rate=rate)


class Bench:
    """One case after another, or many at once, without HTTP."""

    def __init__(self, client: Client, store: Store, timeline: Timeline) -> None:
        self.client = client
        self.store = store
        self.timeline = timeline
        self.use(f"cases-{uuid4().hex[:8]}")
        self.desk = Desk(f"officer-{uuid4().hex[:4]}")

    def use(self, queue: str) -> None:
        """Work on a task queue."""
        self.queue = queue
        self.dispatcher = Dispatcher(self.client, task_queue=queue)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """With a worker."""
        settler = Settler(self.store, self.timeline, GRACE, real_now, RELEASE)
        async with worker(self.client, settler, grace=timedelta(seconds=1), task_queue=self.queue):
            yield

    def new(self) -> str:
        """A case number."""
        return f"c-{uuid4().hex[:10]}"

    async def send(self, case: str, *commands: Message, seconds: float = WITHIN) -> Receipt:
        """Sends commands one after another; the last receipt."""
        receipt: Receipt | None = None
        for command in commands:
            receipt = await self.dispatcher.send(case, cast("Command", command), timedelta(seconds=seconds))
        assert receipt is not None
        return receipt

    async def decided(self) -> str:
        """A case that was decided in time, whose run has ended."""
        case = self.new()
        await self.send(case, *a_whole_case(self.desk))
        await self.ended(case)
        return case

    async def ended(self, case: str) -> None:
        """Waits until the case's run has completed."""
        await asyncio.wait_for(self.client.get_workflow_handle(case).result(), WITHIN)
        assert (await self.client.get_workflow_handle(case).describe()).status is WorkflowExecutionStatus.COMPLETED

    async def forget(self, case: str) -> None:
        """Deletes the case's histories, as the retention does."""
        execution = WorkflowExecution(workflow_id=case)
        await self.client.workflow_service.delete_workflow_execution(
            DeleteWorkflowExecutionRequest(namespace=self.client.namespace, workflow_execution=execution)
        )
        await eventually(lambda: self._forgotten(case), "the history is deleted")

    async def _forgotten(self, case: str) -> bool:
        try:
            await self.client.get_workflow_handle(case).describe()
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return True
            raise
        return False

    def kinds(self, case: str) -> list[str]:
        """Kinds of the case's events, in order."""
        return [event.kind for event in self.store.events(case)]

    def rungs(self, case: str, clock: str) -> tuple[Rung, ...]:
        """The rungs of a clock, as the read model has them."""
        view = self.store.case(case)
        assert view is not None
        return next(row.picture.rungs for row in view.clocks if row.picture.clock.key == clock)

    async def known(self, case: str) -> list[Event]:
        """What the run knows."""
        events: list[Event] = []
        while page := await self.client.get_workflow_handle(case).query(CaseWorkflow.record, len(events)):
            events.extend(page)
        return events

    async def level(self, case: str) -> None:
        """Ledger and run must agree, event by event, and the chain must hold."""
        assert await self.known(case) == self.store.events(case)
        assert self.store.verify_chain(case) is None

    async def history(self, case: str) -> Counter[str]:
        """How many events of each type the latest run's history has."""
        history = await self.client.get_workflow_handle(case).fetch_history()
        return Counter(EventType.Name(e.event_type).removeprefix("EVENT_TYPE_") for e in history.events)
