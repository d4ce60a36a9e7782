"""The worker: where the workflow and its activities run, and how a client reaches them."""

import gc
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)
from temporalio.service import TLSConfig
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.settle import Settler
from activities.settlings import Settlings
from workflows.case import CaseWorkflow
from workflows.defaults import NAMESPACE
from workflows.heartbeat import Heart, HeartbeatWorkflow
from workflows.keys import Keys
from workflows.sealing import SealedPayloads
from workflows.signing import SignedCommands, Signing

TASK_QUEUE = "cases"
# A killed worker's cases stand still for the task timeout, so it is short; then a process may hold only as many tasks
# at once as it finishes within it (thousands of cases fall due at the same 17:30).
TASK_TIMEOUT = timedelta(seconds=2)
WORKFLOW_TASKS = 10
ACTIVITY_THREADS = 2
STICKY_TIMEOUT = timedelta(seconds=1)
NEW_OBJECTS = 10_000  # before the next look for garbage; Python's own 700 cost a twentieth of the time


class Access(NamedTuple):
    """What lets a client in, certificates and a key of Temporal Cloud, and the house's keys: by which it signs, and seals."""

    tls: TLSConfig | None = None
    api_key: str | None = None
    signing: Signing | None = None
    sealing: Keys | None = None


NO_ACCESS = Access()  # what a server on loopback asks for


async def connect(
    address: str,
    namespace: str = NAMESPACE,
    *,
    lazy: bool = False,
    runtime: Runtime | None = None,
    access: Access = NO_ACCESS,
) -> Client:
    """Make a client that speaks the project's types; raises RuntimeError with no server, if `lazy` at the first call."""
    return await Client.connect(
        address,
        namespace=namespace,
        data_converter=converter(access.sealing),
        lazy=lazy,
        runtime=runtime,
        tls=access.tls or False,
        api_key=access.api_key,
        interceptors=[] if access.signing is None else [SignedCommands(access.signing)],
    )


def converter(sealing: Keys | None = None) -> DataConverter:
    """Say how values become payloads: the project's types, sealed where there are keys, with the texts of failures."""
    if sealing is None:
        return pydantic_data_converter
    return replace(
        pydantic_data_converter,
        payload_codec=SealedPayloads(sealing),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def runtime(metrics: str | None = None) -> Runtime:
    """Say where the clients and workers of a process run; what it logs goes through Python's logging.

    Temporal's own metrics are shown at a host and port, where one is given; RuntimeError where that is taken.
    """
    shown = None
    if metrics is not None:
        shown = PrometheusConfig(
            bind_address=metrics, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
        )
    severe = TelemetryFilter(core_level="WARN", other_level="ERROR")
    log = logging.getLogger("temporalio")
    forwarding = LogForwardingConfig(log, prepend_target_on_message=False, append_log_fields_to_message=False)
    logged = LoggingConfig(filter=severe, forwarding=forwarding)
    return Runtime(telemetry=TelemetryConfig(logging=logged, metrics=shown))


def worker(
    client: Client,
    settler: Settler,
    heart: Heart | None = None,
    *,
    grace: timedelta = timedelta(seconds=8),
    task_queue: str = TASK_QUEUE,
) -> Worker:
    """Return a worker of this process; run it with `async with` or `run()`."""
    _collect_less()
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[CaseWorkflow, HeartbeatWorkflow],
        activities=[Settlings(settler).settle, *([heart.beat] if heart else ())],
        activity_executor=ThreadPoolExecutor(ACTIVITY_THREADS, thread_name_prefix="activity"),
        **options(grace),
    )


def _collect_less() -> None:
    """Cases in memory are many objects that live long: what was imported is not looked through again, the rest less often."""
    if not gc.get_freeze_count():
        gc.collect()
        gc.freeze()
    gc.set_threshold(NEW_OBJECTS)


def options(grace: timedelta) -> dict[str, Any]:
    """Say what the figures of the benchmark depend on: the same for the worker that ours is measured against."""
    return {
        # the sandbox would have to let all of our packages and pydantic through, so it guards nothing; it costs a fifth
        # of the worker's time. What keeps a workflow from clock and chance is the linter and that all of it is a fold.
        "workflow_runner": UnsandboxedWorkflowRunner(),
        "max_concurrent_workflow_tasks": WORKFLOW_TASKS,
        "max_concurrent_workflow_task_polls": 4,
        "sticky_queue_schedule_to_start_timeout": STICKY_TIMEOUT,
        "graceful_shutdown_timeout": grace,
    }
