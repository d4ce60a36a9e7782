"""A receiver of notices for demonstrations: a small HTTP server that hands on what the relay sends it."""

import json
import threading
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

from activities.store.tellings import RAISED, REMINDER, WITHDRAWN
from api.real_clock import real_now
from sla.axis import SHANGHAI

LARGEST = 1_000_000  # bytes of a notice
SEVERITIES = {
    "info": "提醒 reminder",
    "warning": "黄牌 yellow card",
    "critical": "红牌 red card",
    "none": "心跳 heartbeat",
}
KINDS = {RAISED: "告警 raised", WITHDRAWN: "解除 withdrawn", REMINDER: "值守正常 all is alive"}


class Arrival(NamedTuple):
    """A notice, when it arrived, and whether one with its identifier had come before."""

    at: datetime  # real time
    notice: dict[str, Any]
    again: bool

    @property
    def lines(self) -> list[str]:
        """A line for each of its alerts, for a person."""
        notice = self.notice
        kind = KINDS.get(str(notice.get("kind")), str(notice.get("kind", "?")))
        told = f"{notice.get('receiver', '?')} {notice.get('recipient', '')}".rstrip()
        head = f"{self.at.astimezone(SHANGHAI):%H:%M:%S} {told} {kind}"
        listed = notice.get("alerts")
        alerts = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        lines = [f"{head}  {_told(alert)}" for alert in alerts or [{}]]
        if notice.get("more"):
            lines.append(f"{head}  另有 {notice['more']} 项 and {notice['more']} more")
        return [f"{line}  (again)" if self.again else line for line in lines]


def _told(alert: dict[str, Any]) -> str:
    severity = str(alert.get("severity", "?"))
    said = (alert.get(part) for part in ("summary_zh", "reason_zh", "summary", "reason"))
    return "  ".join(
        [SEVERITIES.get(severity, severity), str(alert.get("alertname", "?")), *map(str, filter(None, said))]
    )


class Receiver:
    """Listens from `with` on; `heard` is called with each arrival, one at a time. Port 0 is any free one."""

    def __init__(self, host: str, port: int, heard: Callable[[Arrival], None]) -> None:
        self._heard = heard
        self._known: set[str] = set()
        self._turn = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(HTTPStatus.OK if self.path == "/livez" else HTTPStatus.NOT_FOUND)

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "")
                if not length.isdigit() or int(length) > LARGEST:
                    self._answer(HTTPStatus.BAD_REQUEST)
                    return
                try:
                    notice = json.loads(self.rfile.read(int(length)))
                except ValueError:
                    notice = None
                if not isinstance(notice, dict):
                    self._answer(HTTPStatus.BAD_REQUEST)
                    return
                receiver._arrived(notice, self.headers.get("Idempotency-Key", ""))
                self._answer(HTTPStatus.NO_CONTENT)

            def log_message(self, *_: object) -> None:
                """Say nothing of requests."""

            def _answer(self, status: HTTPStatus) -> None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where notices are to be sent."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}/"

    def _arrived(self, notice: dict[str, Any], key: str) -> None:
        with self._turn:
            self._heard(Arrival(real_now(), notice, again=key in self._known))
            self._known |= {key} - {""}
