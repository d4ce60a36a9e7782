"""The limit: the same updates, each one empty local activity and one re-armed timer."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

from workflows.messages import CaseInput, Command, Receipt
from workflows.worker import ACTIVITY_THREADS, options

QUEUE = "bare"


@activity.defn
def nothing() -> None:
    """An empty effect."""


class Asked:
    """A command that waits for its answer."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.answered = False


@workflow.defn
class Bare:
    """Answers each command after an empty local activity, with its one timer armed anew."""

    @workflow.init
    def __init__(self, start: CaseInput) -> None:
        self._case = start.case
        self._queue: list[Asked] = []
        self._timer: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, _: CaseInput) -> None:
        """Until a decision comes."""
        decided = False
        while not decided:
            await workflow.wait_condition(lambda: bool(self._queue))
            batch = list(self._queue)
            await workflow.execute_local_activity(nothing, start_to_close_timeout=timedelta(seconds=5))
            del self._queue[: len(batch)]
            decided = any(one.command.kind == "decide" for one in batch)
            if self._timer is not None:
                self._timer.cancel()
            if not decided:
                self._timer = asyncio.create_task(workflow.sleep(timedelta(days=5)))
            for one in batch:
                one.answered = True
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.update
    async def command(self, command: Command) -> Receipt:
        """Queues and waits, as a case does."""
        asked = Asked(command)
        self._queue.append(asked)
        await workflow.wait_condition(lambda: asked.answered)
        return Receipt(
            case=self._case,
            seq=1,
            event=f"{self._case}:1",
            kind=command.kind,
            at=command.at,
            told=command.told,
            hash="0" * 64,
        )


def bare_worker(client: Client) -> Worker:
    """A worker with the settings of the real one."""
    return Worker(
        client,
        task_queue=QUEUE,
        workflows=[Bare],
        activities=[nothing],
        activity_executor=ThreadPoolExecutor(ACTIVITY_THREADS),
        **options(timedelta(seconds=1)),
    )
