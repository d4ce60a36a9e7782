"""What stands before every request: its time, its caller, its body read strictly, its deadline, and the last problem."""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from fastapi.datastructures import Headers

from activities.store.errors import StoreUnavailable
from api.access.api_keys import Caller, Keyring, authenticate
from api.http import strict_json
from api.http.problems import Problem, outcome_unknown, problem_response, store_unavailable
from api.http.request_counts import Requests
from api.library_logs import where
from api.services import Services
from workflows.dispatch import OutcomeUnknownError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("shixian.api")

BODY = 65_536  # bytes
BATCH_BODY = 262_144
BATCH_PATH = "/v1/completions:batch"
GUARDED = ("/v1", "/metrics")
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
TICK = timedelta(microseconds=1)

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Watch:
    """Real time that never shows the same instant twice: a receipt told at it is one's own."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last: datetime | None = None
        self._lock = Lock()

    def look(self) -> datetime:
        """The real time."""
        with self._lock:
            now = self._now()
            if self._last is not None and now <= self._last:
                now = self._last + TICK
            self._last = now
            return now


class Guard:
    """The middleware. It leaves `request_id`, `arrived`, `deadline` and `caller` in the request's state."""

    def __init__(self, app: Application, services: Services, pool: ThreadPoolExecutor, requests: Requests) -> None:
        self._app = app
        self._requests = requests
        self._services = services
        self._pool = pool
        self._keyring = Keyring(services.store.key_by_hash)
        self._watch = Watch(services.now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers every HTTP request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer, began = Answer(send, secrets.token_hex(8)), time.perf_counter()
        try:
            problem = await self._pass(scope, receive, answer)
        except Exception as error:  # noqa: BLE001  # the last resort: a client never sees what went wrong inside
            log.error("request %s failed: %s", answer.request_id, where(error))  # texts may hold values
            problem = Problem("internal")
        if problem is not None and not answer.begun:
            await problem_response(problem, answer.request_id)(scope, receive, answer)
        route = getattr(scope.get("route"), "path", None)
        self._requests.answered(_method(scope), route, answer.status, time.perf_counter() - began)

    async def _pass(self, scope: Scope, receive: Receive, answer: "Answer") -> Problem | None:
        seconds = self._services.settings.request_deadline.total_seconds()
        state = scope.setdefault("state", {})
        state["request_id"] = answer.request_id
        state["arrived"] = self._watch.look()
        state["deadline"] = asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout(seconds):
                if scope["path"].startswith(GUARDED):
                    state["caller"] = await self._caller(scope, state["arrived"])
                await self._app(scope, await self._read(scope, receive), answer)
        except Problem as problem:
            return problem
        except StoreUnavailable:
            return store_unavailable()
        except (TimeoutError, OutcomeUnknownError):
            return outcome_unknown()
        return None

    async def _caller(self, scope: Scope, now: datetime) -> Caller:
        found = Headers(scope=scope).getlist("authorization")
        header = found[0] if len(found) == 1 else None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, authenticate, header, self._keyring.look_up, now)

    async def _read(self, scope: Scope, receive: Receive) -> Receive:
        """The request with its body read and found to be good."""
        if scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            return receive
        headers = Headers(scope=scope)
        most = BATCH_BODY if scope["path"] == BATCH_PATH else BODY
        if headers.get("content-length", "0").isdigit() and int(headers.get("content-length", "0")) > most:
            raise Problem("too-large", f"A body has at most {most} bytes.")
        body = await _body(receive, most)
        if body:
            kind = headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json":
                raise Problem("not-json")
            strict_json.read(body)
        return _replay(body, receive)


class Answer:
    """The way out, which puts the same headers on every answer."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self.request_id = request_id
        self.status = 0

    @property
    def begun(self) -> bool:
        """True once anything was sent."""
        return self.status > 0

    async def __call__(self, message: Message) -> None:
        """Sends a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {**HEADERS, "X-Request-Id": self.request_id}
            more = [(name.lower().encode(), value.encode()) for name, value in own.items()]
            message["headers"] = [*message.get("headers", ()), *more]
        await self._send(message)


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in METHODS else "other"  # a client may invent any


async def _body(receive: Receive, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem("malformed", "The body ended too early.")
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            raise Problem("too-large", f"A body has at most {most} bytes.")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
