"""Commands that watch: `metrics`."""

import asyncio
import logging
import signal
import sys

import uvicorn

from activities.store.store import Store
from api.cli.output import Json
from api.cli.running import Server, WithParent, read_settings, stored_timeline
from api.embedded import WrongSetting, real_now
from api.exporter.collector import Exporter
from api.exporter.server import create_app
from api.notes import Say, note, say_json, say_line
from api.processes import bracketed, end_with_parent
from api.settings import Settings

GRACE = 2  # seconds for scrapes that are being answered


def metrics(with_parent: WithParent = False, json: Json = False) -> None:
    """运行指标导出 · Runs the exporter of metrics over the database, which it only reads; address and port are settings."""
    settings = read_settings()
    logging.basicConfig(level=logging.WARNING, format="metrics: %(levelname)s %(name)s: %(message)s")
    if with_parent:
        end_with_parent()
    asyncio.run(_export(settings, say_json if json else say_line))


async def _export(settings: Settings, said: Say) -> None:
    store = _reading(settings)
    timeline = await stored_timeline(store, said, "metrics")
    exporter = Exporter(store, timeline, settings.alarm_grace, series=settings.metrics_series, now=real_now)
    config = uvicorn.Config(
        create_app(exporter),
        host=settings.metrics_host,
        port=settings.metrics_port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    server = Server(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.handle_exit, number, None)
    host, port = bracketed(settings.metrics_host), settings.metrics_port
    said(note("metrics-started", "metrics: http://{host}:{port}/metrics", host=host, port=port))
    await server.serve()
    exporter.close()
    store.close()
    if not server.started:
        sys.exit(1)


def _reading(settings: Settings) -> Store:
    try:
        return Store.open(settings.database, read_only=True)
    except ValueError as error:
        raise WrongSetting("DATABASE_URL", f"{error} [bad-url]") from None
