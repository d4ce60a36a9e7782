"""Commands that run processes: `serve`, `worker`, `api`, `migrate`."""

import asyncio
import re
import signal
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from activities.store.errors import StoreUnavailable
from activities.store.store import Store
from api.app import create_app
from api.cli.output import Json, print_json, say
from api.cli.reading import instant
from api.cli.serving import serve_until_told
from api.library_logs import log_as
from api.process_notes import Say, note, say_json, say_line
from api.processes.embedded import embedded, open_store, refuse_open_door
from api.processes.stack import WORKER_GRACE, end_with_parent
from api.processes.worker import WorkerProcess
from api.real_clock import real_now
from api.services import Services
from api.settings import Settings, read_settings
from sla.release import RELEASE
from sla.timeline import Timeline
from workflows.dispatch import Dispatcher
from workflows.worker import connect

LOOK = 0.2  # seconds between looks at the processes
API_GRACE = 5  # seconds for requests that are being answered
DAY_A_SECOND = 86_400
ADDRESS = re.compile(r"\S+:\d{1,5}", re.ASCII)

WithParent = Annotated[bool, typer.Option("--with-parent", hidden=True)]


def serve(  # one parameter for each option
    data_dir: Annotated[Path | None, typer.Option(help="数据目录 · folder of everything that is kept")] = None,
    host: Annotated[str | None, typer.Option(help="监听地址 · address that the API listens on")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="端口 · port of the API; 0: any free one")] = None,
    temporal_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Temporal 端口 · port of the Temporal server; 0: any free one")
    ] = None,
    behind_proxy: Annotated[
        bool | None, typer.Option("--behind-proxy", help="前有代理 · a proxy with TLS stands before the API")
    ] = None,
    rehearsal: Annotated[bool, typer.Option("--rehearsal", help="演练 · business time of its own")] = False,
    start: Annotated[
        str, typer.Option(help="演练起点 · the business time at which a rehearsal starts")
    ] = "2021-01-04 08:00",
    rate: Annotated[
        int, typer.Option(min=1, max=10_000_000, help="演练倍速 · business seconds in a real one")
    ] = DAY_A_SECOND,
    json: Json = False,
) -> None:
    """运行全部 · Run the Temporal server, a worker and the API over one folder, until Ctrl-C."""
    said: Say = say_json if json else say_line
    settings = read_settings(data_dir=data_dir, host=host, port=port, behind_proxy=behind_proxy)
    refuse_open_door("HOST", settings.host, behind_proxy=settings.behind_proxy)
    begins = instant(start, "--start") if rehearsal else None
    heed_signals()
    try:
        with embedded(
            settings, said, begins=begins, rate=rate, temporal_port=temporal_port, first_key=partial(_show, said)
        ) as stack:
            said(note("ready", "Shixian: {url}  (Ctrl-C ends it)", url=stack.url))
            while True:
                stack.tend()
                time.sleep(LOOK)
    except KeyboardInterrupt:
        said(note("stopped", "Shixian: stopped; started again over {data}, it goes on", data=str(settings.data_dir)))


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


def api(with_parent: WithParent = False, json: Json = False) -> None:
    """运行接口 · Run an API process for a Temporal server and a database; both are settings."""
    settings = read_settings()
    refuse_open_door("HOST", settings.host, behind_proxy=settings.behind_proxy)
    said = as_process("api", json=json, with_parent=with_parent)
    asyncio.run(_answer(settings, said))


def migrate(json: Json = False) -> None:
    """建立或升级数据表 · Create or upgrade the tables of the database."""
    store = open_store(read_settings())
    store.migrate()
    store.close()
    if json:
        print_json({"migrated": True})
    else:
        say("数据表已是最新 The tables are up to date.")


def _show(said: Say, key: str) -> None:
    text = "第一把密钥，只显示一次 The first key, an officer's, shown only now:\n\n  export SHIXIAN_KEY={key}\n"
    said(note("first-key", text, key=key))


def as_process(name: str, *, json: bool, with_parent: bool) -> Say:
    """Set how this process speaks, under its name; what libraries log is said too. With a parent it ends with it."""
    said: Say = say_json if json else say_line
    log_as(name, said)
    if with_parent:
        end_with_parent()
    return said


def heed_signals() -> None:
    """Make the first SIGTERM or SIGINT a KeyboardInterrupt; those after it change nothing."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)


def _interrupt(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


async def _work(settings: Settings, said: Say, metrics: str | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    store = open_store(settings)
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
    )
    await process.run(stop)
    store.close()


async def _answer(settings: Settings, said: Say) -> None:
    store = open_store(settings)
    timeline = await stored_timeline(store, said)
    client = await connect(settings.temporal_address, settings.temporal_namespace, lazy=True)
    services = Services(
        store=store,
        dispatcher=Dispatcher(client, in_flight=settings.in_flight),
        timeline=timeline,
        settings=settings,
        almanac=RELEASE,
        now=real_now,
    )
    app, host, port = create_app(services), settings.host, settings.port
    await serve_until_told(
        "api", app, host, port, said, grace=API_GRACE, close=store.close, behind_proxy=settings.behind_proxy
    )


async def stored_timeline(store: Store, said: Say, name: str = "api") -> Timeline:
    """Wait for the database: without its timeline no instant can be stamped."""
    waiting = False
    while True:
        try:
            return await asyncio.to_thread(store.timeline)
        except StoreUnavailable as error:  # or not migrated yet
            if not waiting:
                why = (str(error) or type(error).__name__).splitlines()[0]
                said(note("waiting", "{name}: waiting for the database ({why})", name=name, why=why))
                waiting = True
            await asyncio.sleep(1)
