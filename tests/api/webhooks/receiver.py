"""A receiver of webhooks that fails as it is told, and checks every signature."""

import contextlib
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

from standardwebhooks import Webhook

Fate = Callable[[str, int], str]  # what becomes of the nth arrival of an event: ok, a status, slow, reset or hung
SLOW = 0.2
HUNG = 3.0


class Arrival(NamedTuple):
    """What came: the event, what became of it, and whether it was taken."""

    event: dict[str, Any]
    fate: str

    @property
    def taken(self) -> bool:
        return self.fate in {"ok", "slow"}


class Receiver:
    """Listens on loopback. `secret` is set once it is known."""

    def __init__(self, fate: Fate = lambda *_: "ok") -> None:
        self.arrivals: list[Arrival] = []
        self.secret = ""
        self.fate = fate
        self._seen: dict[str, int] = {}
        self._turn = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                what = receiver.arrived(body, dict(self.headers))
                if what == "hung":
                    time.sleep(HUNG)
                if what == "slow":
                    time.sleep(SLOW)
                if what in {"reset", "hung"}:
                    self.connection.close()
                    return
                self.send_response(204 if what in {"ok", "slow"} else int(what))
                if what.startswith("3"):
                    self.send_header("Location", f"{receiver.url}/redirected")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                raise AssertionError("a redirect was followed")

            def log_message(self, *_: object) -> None:
                pass

            def handle(self) -> None:
                with contextlib.suppress(OSError, ValueError):  # the connection that was closed above
                    super().handle()

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def arrived(self, body: bytes, headers: dict[str, str]) -> str:
        """Check the signature as the library says, and say what becomes of it."""
        Webhook(self.secret).verify(body, headers)
        event = json.loads(body)
        assert headers["webhook-id"] == event["id"]
        with self._turn:
            number = self._seen[event["id"]] = self._seen.get(event["id"], 0) + 1
            what = self.fate(event["id"], number)
            self.arrivals.append(Arrival(event, what))
        return what

    @property
    def taken(self) -> list[dict[str, Any]]:
        """Events that it took, in order."""
        with self._turn:
            return [one.event for one in self.arrivals if one.taken]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
