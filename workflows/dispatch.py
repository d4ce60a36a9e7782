"""How a command reaches its case: update-with-start, so that a case whose run has ended is revived by it."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from temporalio.client import (
    Client,
    WithStartWorkflowOperation,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from workflows.answers import CODES, Refusal
from workflows.case import CaseWorkflow
from workflows.defaults import DEADLINE, IN_FLIGHT
from workflows.messages import CaseInput, Command, Receipt
from workflows.sealing import Unreadable
from workflows.worker import TASK_QUEUE, TASK_TIMEOUT

NEVER_CONNECTED = "Failed client connect"  # a lazy client whose server has been away since it was made
NUDGED = 10_000  # cases whose last nudge is remembered
NUDGES = 8  # attempts, over a minute; later a worker's process finds the case
Content = Command | list[Command]
PAUSE = 0.05  # seconds before another try, doubled up to a second


class OutcomeUnknownError(Exception):
    """No answer came in time; the same command, sent again, finds out."""


class Dispatcher:
    """Sends commands for one process: at most eight in flight on a case, each within the deadline."""

    def __init__(
        self,
        client: Client,
        *,
        task_queue: str = TASK_QUEUE,
        workflow: type[Any] = CaseWorkflow,
        in_flight: int = IN_FLIGHT,
    ) -> None:
        self._client = client
        self._in_flight = in_flight
        self._workflow = workflow
        self._task_queue = task_queue
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._waiting: dict[str, int] = defaultdict(int)
        self._nudged: dict[str, int] = {}
        self._nudges: set[asyncio.Task[None]] = set()

    async def send(self, case: str, command: Command, deadline: timedelta = DEADLINE) -> Receipt:
        """Return the receipt of a command; raises Refusal or OutcomeUnknownError."""
        return await self._sent(case, self._workflow.command, command, deadline)

    async def take_over(self, case: str, commands: list[Command], deadline: timedelta = DEADLINE) -> Receipt:
        """Send all that happened to a case elsewhere, to be settled at once; returns the last receipt. Raises as `send`."""
        return await self._sent(case, self._workflow.take_over, commands, deadline)

    async def _sent(self, case: str, update: Any, content: Content, deadline: timedelta) -> Receipt:  # noqa: ANN401  # a method
        try:
            async with asyncio.timeout(deadline.total_seconds()), self._gate(case):
                return await self._persist(case, update, content)
        except TimeoutError as error:
            raise OutcomeUnknownError from error

    def nudge(self, case: str, seq: int) -> None:
        """Have the case's run adopt, in the background, an event that was answered from the ledger: it may not know it.

        So it is where the server died with the task that had settled: the update was gone, and nothing wakes the run.
        """
        if self._nudged.get(case, 0) >= seq:
            return
        if len(self._nudged) >= NUDGED:
            self._nudged.clear()
        self._nudged[case] = seq
        task = asyncio.create_task(self._wake(case))
        self._nudges.add(task)
        task.add_done_callback(self._nudges.discard)

    async def _wake(self, case: str) -> None:
        for attempt in range(NUDGES):
            try:
                await self._client.get_workflow_handle(case).signal("wake")
            except RPCError as error:
                if error.status is RPCStatusCode.NOT_FOUND:  # it has ended, so it knew all
                    return
            except RuntimeError:
                pass  # a lazy client whose server has been away since it was made
            else:
                return
            await asyncio.sleep(min(2**attempt, 10))

    async def reaches(self) -> bool:
        """Tell whether the Temporal server answers; waits as long as it takes to know."""
        try:
            return await self._client.service_client.check_health()
        except (RPCError, RuntimeError):
            return False

    async def _persist(self, case: str, update: Any, content: Content) -> Receipt:  # noqa: ANN401  # a method
        pause, name, task = PAUSE, str(uuid4()), asyncio.current_task()
        while True:
            try:
                return await self._try(case, update, content, name)
            except WorkflowUpdateFailedError as error:
                cause = error.cause
                if not isinstance(cause, ApplicationError):
                    raise
                if cause.type != "AcceptedUpdateCompletedWorkflow":
                    field = str(cause.details[0]) if cause.details else ""
                    raise Refusal(CODES.get(str(cause.type), "refused"), field, cause.message) from error
            except (RPCError, WorkflowAlreadyStartedError, WorkflowUpdateRPCTimeoutOrCancelledError):
                # away, busy, or between two runs: the ledger knows whether it got through, so ask again
                if task is not None and task.cancelling():  # the client makes a deadline look like an answer
                    raise asyncio.CancelledError from None
            except Unreadable as error:  # the answer is there, and this process lacks the key to it
                raise OutcomeUnknownError from error
            except RuntimeError as error:
                if not str(error).startswith(NEVER_CONNECTED):
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, 1.0)

    async def _try(self, case: str, update: Any, content: Content, name: str) -> Receipt:  # noqa: ANN401  # a method
        start = WithStartWorkflowOperation(
            self._workflow.run,
            CaseInput(case=case),
            id=case,
            task_queue=self._task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            task_timeout=TASK_TIMEOUT,
        )
        try:
            receipt: Receipt = await self._client.execute_update_with_start_workflow(
                update, content, start_workflow_operation=start, id=name
            )
        except BaseException:
            _heard(start)
            raise
        return receipt

    @asynccontextmanager
    async def _gate(self, case: str) -> AsyncIterator[None]:
        gate = self._gates.setdefault(case, asyncio.Semaphore(self._in_flight))
        self._waiting[case] += 1
        try:
            async with gate:
                yield
        finally:
            self._waiting[case] -= 1
            if not self._waiting[case]:
                del self._waiting[case], self._gates[case]


def _heard(start: WithStartWorkflowOperation[Any, Any]) -> None:
    """The start fails with its update and for the same reason; nobody else will ask it."""
    asyncio.ensure_future(start.workflow_handle()).add_done_callback(lambda t: t.cancelled() or t.exception())
