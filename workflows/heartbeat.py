"""A sign of life through the whole system: server, queue, worker and database."""

from collections.abc import Callable
from datetime import datetime, timedelta

from temporalio import activity, workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.store.store import Store

NAME = "heartbeat"  # of the schedule, and of the workflows that it starts
EVERY = timedelta(minutes=1)
PATIENCE = timedelta(seconds=50)  # after which the next minute tries


class Heart:
    """The activity, over one store."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    @activity.defn(name="beat", no_thread_cancel_exception=True)
    def beat(self, queue: str) -> None:
        """Write real time under the queue's name; raises StoreUnavailable while the database is away."""
        self._store.heartbeat(f"queue/{queue}", self._now())


@workflow.defn(name="Heartbeat")
class HeartbeatWorkflow:
    """Started once a minute."""

    @workflow.run
    async def run(self, queue: str) -> None:
        """Beat once, by way of the queue: not as a local activity."""
        await workflow.execute_activity_method(
            Heart.beat,
            queue,
            start_to_close_timeout=timedelta(seconds=10),
            schedule_to_close_timeout=PATIENCE,
            retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=5)),
        )


async def keep_beating(client: Client, queue: str) -> None:
    """Make the schedule where there is none; one that is paused stays so."""
    action = ScheduleActionStartWorkflow(
        HeartbeatWorkflow.run,
        queue,
        id=f"{NAME}-{queue}",
        task_queue=queue,
        execution_timeout=EVERY,
    )
    schedule = Schedule(
        action=action,
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=EVERY)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=EVERY),
    )
    try:
        await client.create_schedule(f"{NAME}-{queue}", schedule, trigger_immediately=True)
    except ScheduleAlreadyRunningError:
        return
