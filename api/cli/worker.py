"""The command `worker`: it alone has no HTTP, and starts without it."""

import asyncio
import re
import signal
from contextlib import closing
from datetime import timedelta
from typing import Annotated

import typer

from api.cli.output import Json
from api.cli.process_life import WithParent, as_process
from api.process_notes import Say
from api.processes.checkpoint_keeper import CheckpointKeeper
from api.processes.embedded import open_store
from api.processes.stack import WORKER_GRACE
from api.processes.temporal_access import access_of, say_unsigned
from api.processes.worker import WorkerProcess
from api.real_clock import real_now
from api.settings import Settings, read_settings
from sla.release import RELEASE

ADDRESS = re.compile(r"\S+:\d{1,5}", re.ASCII)


def worker(
    metrics: Annotated[
        str | None,
        typer.Option(help="指标地址 · where to show what Temporal's client counts; a setting too", metavar="HOST:PORT"),
    ] = None,
    with_parent: WithParent = False,
    json: Json = False,
) -> None:
    """运行工作进程 · Run a worker for a Temporal server and a database; both are settings."""
    if metrics is not None and not ADDRESS.fullmatch(metrics):
        raise typer.BadParameter(f"{metrics!r}: HOST:PORT [bad-address]", param_hint="--metrics")
    settings = read_settings()
    said = as_process("worker", json=json, with_parent=with_parent)
    asyncio.run(_work(settings, said, metrics or settings.worker_metrics or None))


async def _work(settings: Settings, said: Say, metrics: str | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    access = access_of(settings)
    say_unsigned(access, "worker", said)
    with closing(open_store(settings)) as store:
        process = WorkerProcess(
            store,
            settings.temporal_address,
            settings.temporal_namespace,
            alarm_grace=settings.alarm_grace,
            shutdown_grace=timedelta(seconds=WORKER_GRACE),
            now=real_now,
            almanac=RELEASE,
            say=said,
            metrics=metrics,
            access=access,
            checkpoints=CheckpointKeeper(store, settings.data_dir, settings.checkpoint_url, real_now, said),
        )
        await process.run(stop)
