"""Commands that run processes: `serve`, `worker`, `api`, `migrate`."""

import asyncio
import logging
import os
import signal
import sys
import time
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from pydantic import ValidationError

from activities.store.errors import TimelineRefused
from activities.store.store import Store
from api.app import create_app
from api.auth import Role, new_key
from api.cli.output import Failure, Json, print_json, say, warn
from api.cli.reading import instant, real_now
from api.notes import Note, Say, note, say_json, say_line
from api.processes import WORKER_GRACE, Place, Stack, end_with_parent
from api.services import Services
from api.settings import Settings
from api.temporal_binary import find
from api.temporal_server import free_port
from api.worker_process import WorkerProcess, timeline_of
from sla.timeline import Timeline
from workflows.dispatch import Dispatcher
from workflows.worker import connect

LOOK = 0.2  # seconds between looks at the processes
API_GRACE = 5  # seconds for requests that are being answered
DAY_A_SECOND = 86_400
FIRST_OFFICER = "first-officer"

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
    """运行全部 · Runs the Temporal server, a worker and the API over one folder, until Ctrl-C."""
    told: Say = say_json if json else say_line
    settings = read_settings(data_dir=data_dir, host=host, port=port, behind_proxy=behind_proxy)
    refuse_open_door(settings)
    settings = settings.model_copy(update={"port": settings.port or free_port()})
    begins = instant(start, "--start") if rehearsal else None
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    try:
        stack = embedded(settings, told, begins=begins, rate=rate, temporal_port=temporal_port)
        with stack:
            told(note("ready", "Shixian: {url}  (Ctrl-C ends it)", url=stack.url))
            while True:
                stack.tend()
                time.sleep(LOOK)
    except KeyboardInterrupt:
        told(note("stopped", "Shixian: stopped; started again over {data}, it goes on", data=str(settings.data_dir)))


def worker(with_parent: WithParent = False, json: Json = False) -> None:
    """运行工作进程 · Runs a worker for a Temporal server and a database; both are settings."""
    settings = read_settings()
    logging.basicConfig(level=logging.WARNING, format="worker: %(levelname)s %(name)s: %(message)s")
    if with_parent:
        end_with_parent()
    asyncio.run(_work(settings, say_json if json else say_line))


def api(with_parent: WithParent = False, json: Json = False) -> None:
    """运行接口 · Runs an API process for a Temporal server and a database; both are settings."""
    settings = read_settings()
    refuse_open_door(settings)
    if with_parent:
        end_with_parent()
    asyncio.run(_answer(settings, say_json if json else say_line))


def migrate(json: Json = False) -> None:
    """建立或升级数据表 · Creates or upgrades the tables of the database."""
    store = open_store(read_settings())
    store.migrate()
    store.close()
    if json:
        print_json({"migrated": True})
    else:
        say("数据表已是最新 The tables are up to date.")


def read_settings(**given: Any) -> Settings:  # noqa: ANN401  # as the settings have them
    """The settings of the environment, with what the command line says put over them."""
    said = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**said)
    except ValidationError as error:
        flaws = [
            f"SHIXIAN_{'__'.join(str(part) for part in e['loc']).upper()}: {e['msg']} [{e['type']}]"
            for e in error.errors()
        ]
        raise Failure("\n".join(flaws), code=2) from None


def open_store(settings: Settings) -> Store:
    """The store of the settings; its folder is made where it is a file."""
    url = settings.database
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    try:
        return Store.open(url, durable=settings.durable)
    except ValueError as error:
        raise Failure(f"SHIXIAN_DATABASE_URL: {error} [bad-url]", code=2) from None


def refuse_open_door(settings: Settings) -> None:
    """Other addresses than loopback only behind a proxy that has TLS."""
    try:
        loopback = settings.host == "localhost" or ip_address(settings.host).is_loopback
    except ValueError:
        loopback = False
    if not (loopback or settings.behind_proxy):
        message = (
            f"host: {settings.host} is no loopback address; it needs a proxy with TLS and --behind-proxy [open-door]"
        )
        raise Failure(message, code=2)


def embedded(
    settings: Settings,
    told: Say,
    *,
    begins: datetime | None = None,
    rate: int = 1,
    temporal_port: int | None = None,
) -> Stack:
    """Everything over the data folder, ready to start; the tables are there, and a first key where there was none.

    `begins` makes it a rehearsal that starts at that business instant.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = open_store(settings)
    try:
        store.migrate()
        timeline = _timeline(store, begins, rate)
        _first_key(store)
    finally:
        store.close()
    if not timeline.identity:
        text = "演练 Rehearsal: {rate} business seconds in a real one; it is {now} there"
        now = timeline.business(real_now()).strftime("%Y-%m-%d %H:%M")
        told(note("rehearsal", text, rate=timeline.rate, now=now))
    ip, _, configured = settings.temporal_address.rpartition(":")
    chosen = int(configured) if temporal_port is None else temporal_port or free_port()
    address = f"{ip}:{chosen}"
    env = {
        **os.environ,
        "SHIXIAN_DATA_DIR": str(settings.data_dir.absolute()),
        "SHIXIAN_DATABASE_URL": settings.database,
        "SHIXIAN_HOST": settings.host,
        "SHIXIAN_PORT": str(settings.port),
        "SHIXIAN_BEHIND_PROXY": str(settings.behind_proxy).lower(),
        "SHIXIAN_TEMPORAL_ADDRESS": address,
    }
    found = find() if told is say_line else find(_found(told))
    place = Place(
        temporal=found.path,
        data_dir=settings.data_dir,
        host=settings.host,
        port=settings.port,
        temporal_port=chosen,
        namespace=settings.temporal_namespace,
        env=env,
    )
    return Stack(place, told)


def _found(told: Say) -> Any:  # noqa: ANN401
    def heard(text: str) -> None:
        if text.strip(" .\n"):
            told(Note("temporal-command", text.strip(), {"text": text.strip()}))

    return heard


def _timeline(store: Store, begins: datetime | None, rate: int) -> Timeline:
    known = timeline_of(store)
    if begins is None:
        return known
    if not known.identity and (known.anchor_business, known.rate) == (begins, rate):
        return known  # started again: it goes on
    timeline = Timeline(anchor_real=real_now(), anchor_business=begins, rate=rate)
    try:
        store.set_timeline_once(timeline)
    except TimelineRefused as error:
        raise Failure(f"rehearsal: {error} Use another data folder. [timeline-refused]") from None
    return timeline


def _first_key(store: Store) -> None:
    if store.keys():
        return
    text, kept = new_key(actor=FIRST_OFFICER, role=Role.OFFICER, now=real_now())
    store.add_key(kept)
    warn(f"第一把密钥，只显示一次 The first key, an officer's, shown only now:\n\n  export SHIXIAN_KEY={text}\n")


def _interrupt(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


async def _work(settings: Settings, told: Say) -> None:
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
        say=told,
    )
    await process.run(stop)
    store.close()


async def _answer(settings: Settings, told: Say) -> None:
    store = open_store(settings)
    timeline = await _stored_timeline(store, told)
    client = await connect(settings.temporal_address, settings.temporal_namespace, lazy=True)
    services = Services(store=store, dispatcher=Dispatcher(client), timeline=timeline, settings=settings, now=real_now)
    config = uvicorn.Config(
        create_app(services),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=settings.behind_proxy,
        timeout_graceful_shutdown=API_GRACE,
    )
    server = uvicorn.Server(config)
    told(note("api-started", "api: http://{host}:{port}", host=settings.host, port=settings.port))
    await server.serve()
    store.close()
    if not server.started:
        sys.exit(1)


async def _stored_timeline(store: Store, told: Say) -> Timeline:
    """Waits for the database: without its timeline no instant can be stamped."""
    said = False
    while True:
        try:
            return await asyncio.to_thread(timeline_of, store)
        except Exception as error:  # noqa: BLE001  # away, or not migrated yet: each driver says it in its own way
            if not said:
                why = (str(error) or type(error).__name__).splitlines()[0]
                told(note("waiting", "api: waiting for the database ({why})", why=why))
                said = True
            await asyncio.sleep(1)
