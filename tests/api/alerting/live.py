"""A real Alertmanager, and whoever it tells."""

import json
import subprocess
import threading
import urllib.request
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from api.processes.claims import free_port
from tests.waiting import WITHIN, until

NOT_IN_HOURS, ON_A_HOLIDAY = "route is not within active time", "route is within mute time"  # as its log says it


class Arrival(NamedTuple):
    """An alert of a notice."""

    receiver: str
    alert: str
    severity: str
    department: str
    status: str


class Receiver(ThreadingHTTPServer):
    """Takes what Alertmanager sends, as the relay does."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.arrived: list[Arrival] = []
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def take(self, path: str, body: Mapping[str, Any]) -> None:
        receiver = path.removeprefix("/v1/alerts/")
        for one in body["alerts"]:
            labels = one["labels"]
            self.arrived.append(
                Arrival(receiver, labels["alertname"], labels["severity"], labels.get("department", ""), one["status"])
            )


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert isinstance(self.server, Receiver)
        self.server.take(self.path, body)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Alertmanager:
    """The server with one configuration, until the end of the block."""

    def __init__(self, binary: Path, folder: Path, config: str) -> None:
        self._binary, self._folder = binary, folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._read = 0  # of the log, when the configuration was taken up
        self.configure(config)

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    str(self._binary),
                    f"--config.file={self._config}",
                    f"--storage.path={self._folder / 'data'}",
                    f"--web.listen-address=127.0.0.1:{self._port}",
                    "--cluster.listen-address=",
                    "--log.level=debug",
                ],
                stdout=log,
                stderr=log,
            )
        until(self._ready)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(WITHIN)

    def configure(self, config: str) -> None:
        """Another configuration, taken up at once where the server runs."""
        self._config.write_text(config, encoding="utf-8")
        if self._process is not None:
            self._ask("/-/reload", b"")
            self._read = len(self._log.read_text(encoding="utf-8"))

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self._port}"

    def loaded(self) -> str:
        """The configuration that it has taken up."""
        return str(json.loads(self._ask("/api/v2/status"))["config"]["original"])

    def raise_(self, *alerts: Mapping[str, str]) -> None:
        """Alerts that fire from now on, as Prometheus would post them."""
        body = json.dumps([{"labels": dict(labels)} for labels in alerts]).encode()
        self._ask("/api/v2/alerts", body)

    def held(self, why: str) -> int:
        """How often, since the last configuration, it has held back a group for this reason."""
        return self._log.read_text(encoding="utf-8")[self._read :].count(why)

    def inhibited(self) -> int:
        """How many alerts are silenced by graver ones."""
        return len(json.loads(self._ask("/api/v2/alerts?active=false&silenced=false&inhibited=true")))

    @property
    def _log(self) -> Path:
        return self._folder / "alertmanager.log"

    @property
    def _config(self) -> Path:
        return self._folder / "alertmanager.yml"

    def _ready(self) -> bool:
        try:
            return bool(self._ask("/-/ready"))
        except OSError:
            return False

    def _ask(self, path: str, body: bytes | None = None) -> str:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}{path}", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return str(answer.read().decode())


def labels(name: str, severity: str, scope: str, **others: str) -> dict[str, str]:
    """Labels of an alert."""
    return {"alertname": name, "severity": severity, "scope": scope, **others}


def receivers(arrived: Sequence[Arrival], alert: str, severity: str = "") -> list[str]:
    """Who was told of an alert, in order of name, and twice who was told twice."""
    return sorted(one.receiver for one in arrived if one.alert == alert and severity in {"", one.severity})
