"""The exporter over HTTP: its metrics within the time that a scrape has."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import monotonic
from typing import Any

from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry, make_wsgi_app

from api.exporter.collector import Exporter
from api.http.bare_app import NO_STORE, bare_app

log = logging.getLogger("shixian.exporter")

TIMEOUT = "x-prometheus-scrape-timeout-seconds"
SCRAPE = 10.0  # seconds that a scrape has, where it does not say so
SPARE = 0.5  # of them, for the way back
LEAST = 0.1
THREADS = 8  # scrapes at once; they wait for each other


class Overrun(Exception):
    """The scrape's time is over."""


class Page:
    """The metrics as text, made by one thread at a time."""

    def __init__(self, exporter: Exporter) -> None:
        self._exporter = exporter
        self._registry = CollectorRegistry()
        self._registry.register(exporter)
        self._render = make_wsgi_app(self._registry)
        self._lock = Lock()

    def answer(self, environ: dict[str, str], until: float) -> Response:
        """Answer as the library's own page does; raises Overrun where its turn comes too late. May be busy beyond `until`."""
        self._exporter.look((until - monotonic()) / 2)
        if not self._lock.acquire(timeout=max(0.0, until - monotonic())):
            raise Overrun
        try:
            said: dict[str, Any] = {}
            parts = self._render(environ, lambda status, headers: said.update(status=status, headers=headers))
            return Response(b"".join(parts), int(said["status"].split()[0]), {**dict(said["headers"]), **NO_STORE})
        finally:
            self._lock.release()


def create_app(exporter: Exporter) -> FastAPI:
    """Return the application over an exporter that it does not own."""
    app = bare_app(title="Shixian 时限")
    page = Page(exporter)
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="scrape")

    @app.get("/metrics")
    async def metrics(request: Request) -> Response:
        """Answer a scrape."""
        budget = _budget(request.headers.get(TIMEOUT))
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/metrics",
            "QUERY_STRING": "",
            "HTTP_ACCEPT": request.headers.get("accept", ""),
            "HTTP_ACCEPT_ENCODING": request.headers.get("accept-encoding", ""),
        }
        made = asyncio.get_running_loop().run_in_executor(pool, page.answer, environ, monotonic() + budget)
        try:
            return await asyncio.wait_for(asyncio.shield(made), budget)
        except (TimeoutError, Overrun):
            made.add_done_callback(_forget)
            log.warning("a scrape was not answered within %.1f s", budget)
            return Response("the scrape's time is over\n", 503, NO_STORE, media_type="text/plain")

    return app


def _forget(made: "asyncio.Future[Response]") -> None:
    """Whoever asked is gone."""
    if not made.cancelled():
        made.exception()


def _budget(timeout: str | None) -> float:
    try:
        seconds = SCRAPE if timeout is None else float(timeout)
    except ValueError:
        seconds = SCRAPE
    return max(LEAST, min(seconds, 60.0) - SPARE)
