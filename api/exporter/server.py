"""The exporter over HTTP: its metrics within the time that a scrape has."""

import asyncio
import gzip
import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import monotonic

from fastapi import FastAPI, Request, Response
from prometheus_client.exposition import gzip_accepted

from api.exporter.collector import Exporter
from api.exporter.exposition import page
from api.http.bare_app import NO_STORE, bare_app
from api.http.bearer import Tokens, only_bearers

log = logging.getLogger("shixian.exporter")

TIMEOUT = "x-prometheus-scrape-timeout-seconds"
SCRAPE = 10.0  # seconds that a scrape has, where it does not say so
SPARE = 0.5  # of them, for the way back
LEAST = 0.1
THREADS = 8  # scrapes at once; they wait for each other
QUICKLY = 1  # of the levels of compression: the page goes to a neighbour


class Overrun(Exception):
    """The scrape's time is over."""


class Page:
    """The metrics as text, made by one thread at a time."""

    def __init__(self, exporter: Exporter) -> None:
        self._exporter = exporter
        self._lock = Lock()

    def answer(self, accept: str, encoding: str, until: float) -> Response:
        """Return the page as a client accepts it; raises Overrun where its turn comes too late. May be busy beyond `until`."""
        self._exporter.look((until - monotonic()) / 2)
        if not self._lock.acquire(timeout=max(0.0, until - monotonic())):
            raise Overrun
        try:
            body, content_type = page(self._exporter, accept)
        finally:
            self._lock.release()
        headers = {"Content-Type": content_type, **NO_STORE}
        if gzip_accepted(encoding):
            return Response(gzip.compress(body, QUICKLY), headers={**headers, "Content-Encoding": "gzip"})
        return Response(body, headers=headers)


def create_app(exporter: Exporter, scraping: Tokens | None = None) -> FastAPI:
    """Return the application over an exporter that it does not own; `scraping` are tokens of whoever may read it."""
    app = bare_app(title="Shixian 时限")
    shown = Page(exporter)
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="scrape")

    @app.get("/metrics", dependencies=only_bearers(scraping))
    async def metrics(request: Request) -> Response:
        """Answer a scrape."""
        budget = _budget(request.headers.get(TIMEOUT))
        wanted = request.headers.get("accept", ""), request.headers.get("accept-encoding", "")
        made = asyncio.get_running_loop().run_in_executor(pool, shown.answer, *wanted, monotonic() + budget)
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
