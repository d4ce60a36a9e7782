"""The envelope of every request, whatever is asked: its id, its time, its deadline, its headers, and the last problem."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Lock

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import Problem, outcome_unknown, problem_response
from api.library_logs import where

Answered = Callable[[str, str | None, int, float], None]  # told the method, the route, the status and the seconds

log = logging.getLogger("shixian.api")

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
WRITING = 300.0  # seconds for an answer that has begun
TICK = timedelta(microseconds=1)

# Of an answer that does not say otherwise: a router whose answers are shown by a browser brings its own.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class RisingTime:
    """Real time that never shows the same instant twice: a receipt told at it is one's own."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last: datetime | None = None
        self._lock = Lock()

    def look(self) -> datetime:
        """Read the real time."""
        with self._lock:
            now = self._now()
            if self._last is not None and now <= self._last:
                now = self._last + TICK
            self._last = now
            return now


class Envelope:
    """The middleware. It leaves `request_id`, `arrived` and `deadline` in the request's state, and `may_wait`.

    That gives a request seconds from now on in place of its deadline: for an answer that waits for something to happen.

    It knows neither addresses nor callers nor bodies: those are a router's (`api.access.key_route`).
    """

    def __init__(self, app: ASGIApp, now: Callable[[], datetime], deadline: timedelta, answered: Answered) -> None:
        self._app = app
        self._watch = RisingTime(now)
        self._deadline = deadline.total_seconds()
        self._answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer every HTTP request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer, began = WayOut(send, secrets.token_hex(8)), time.perf_counter()
        problem = await self._pass(scope, receive, answer)
        if problem is not None and not answer.begun:
            await problem_response(problem, answer.request_id)(scope, receive, answer)
        route = getattr(scope.get("route"), "path", None)
        self._answered(_method(scope), route, answer.status, time.perf_counter() - began)

    async def _pass(self, scope: Scope, receive: Receive, answer: "WayOut") -> Problem | None:
        state = scope.setdefault("state", {})
        state["request_id"] = answer.request_id
        state["arrived"] = self._watch.look()
        state["deadline"] = asyncio.get_running_loop().time() + self._deadline
        try:
            async with asyncio.timeout(self._deadline) as patience:
                # an answer that has begun in time may be long: a table of many rows
                answer.on_begin = partial(_prolong, patience)
                state["may_wait"] = partial(_prolong, patience)
                await self._app(scope, receive, answer)
        except TimeoutError:
            return outcome_unknown()
        except Exception as error:  # noqa: BLE001  # the last resort: a client never sees what went wrong inside
            log.error("request %s failed: %s", answer.request_id, where(error))  # texts may hold values
            return Problem("internal")
        finally:
            answer.on_begin = _nothing  # a refusal that is written after it has no deadline to prolong
        return None


def _nothing() -> None:
    pass


def _prolong(patience: asyncio.Timeout, seconds: float = WRITING) -> None:
    if not patience.expired():
        patience.reschedule(asyncio.get_running_loop().time() + seconds)


class WayOut:
    """The way out, which puts the same headers on every answer."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self.request_id = request_id
        self.status = 0
        self.on_begin: Callable[[], None] = _nothing

    @property
    def begun(self) -> bool:
        """Whether anything was sent."""
        return self.status > 0

    async def __call__(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.on_begin()
            own = list(message.get("headers", ()))
            said = {name.lower() for name, _ in own}
            usual = {**HEADERS, "X-Request-Id": self.request_id}
            more = [(name.lower().encode(), value.encode()) for name, value in usual.items()]
            message["headers"] = own + [(name, value) for name, value in more if name not in said]
        await self._send(message)


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in METHODS else "other"  # a client may invent any
