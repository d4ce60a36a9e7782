"""A relay of the tests' own, as a process, and receivers that fail as they are told."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx2
import yaml

from api.processes.claims import free_port
from tests.api.relay.build import RECEIVERS
from tests.waiting import WITHIN, until

HANG = 6.0  # longer than the relay waits
DELAYS = {"slow": 0.3, "slow-poison": 1.5, "hung": HANG}


class Arrival(NamedTuple):
    """A notice that came, and what became of it: ok, slow, unable, poison, slow-poison, dropped or hung."""

    id: str
    fate: str
    notice: dict[str, Any]
    at: float

    @property
    def taken(self) -> bool:
        """Whether the receiver has it, whatever the sender knows."""
        return self.fate not in {"unable", "poison", "slow-poison"}


class Receiver:
    """A receiver of notices. `fate` says what becomes of the nth arrival of a notice."""

    def __init__(self, fate: Callable[[str, int], str] = lambda *_: "ok", port: int = 0) -> None:
        self.arrivals: list[Arrival] = []
        self.notices: list[dict[str, Any]] = []
        self._seen: dict[str, int] = defaultdict(int)
        self._turn = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                number = self.headers.get("Idempotency-Key", "")
                with receiver._turn:
                    receiver._seen[number] += 1
                    notice = json.loads(sent)
                    receiver.notices.append(notice)
                    what = fate(number, receiver._seen[number])
                    receiver.arrivals.append(Arrival(number, what, notice, time.monotonic()))
                time.sleep(DELAYS.get(what, 0))
                if what in {"dropped", "hung"}:
                    self.close_connection = True
                    return
                self.send_response({"unable": 500, "poison": 422, "slow-poison": 422}.get(what, 204))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens; the path is a secret."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook?token=SECRET"

    def taken(self) -> dict[str, int]:
        """How often each notice was taken."""
        found: dict[str, int] = defaultdict(int)
        for one in list(self.arrivals):
            found[one.id] += one.taken
        return dict(found)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class CaseReceiver(Receiver):
    """A receiver whose fates are chosen by the case that a notice names first."""

    def __init__(self, fate: Callable[[str], str]) -> None:
        super().__init__(lambda *_: fate(self.cases[-1]))

    @property
    def cases(self) -> list[str]:
        """The cases that came, in order, repeated ones too."""
        return [one["alerts"][0]["labels"]["case_id"] for one in self.notices]


class Relay:
    """`shixian relay` as a process; started again, it has the same port."""

    def __init__(self, folder: Path, database: str, channels: Mapping[str, Mapping[str, Any]]) -> None:
        self.log = folder / "relay.log"
        self.file = folder / "recipients.yml"
        names = list(channels)
        told = {receiver: [names[number % len(names)]] for number, receiver in enumerate(RECEIVERS)}
        departments = {one: told[one] for one in RECEIVERS[:2]}
        self.file.write_text(
            yaml.safe_dump(
                {
                    "channels": {name: dict(channel) for name, channel in channels.items()},
                    "dead_man": told["dead-man"],
                    "operators": told["operators"],
                    "supervisors": told["supervisors"],
                    "departments": {"default": [names[0]], **departments},
                }
            )
        )
        self.port = free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SHIXIAN_")}
        self.env = {
            **kept,
            "SHIXIAN_DATABASE_URL": database,
            "SHIXIAN_RELAY_PORT": str(self.port),
            "SHIXIAN_RECIPIENTS_FILE": str(self.file),
            "SHIXIAN_DURABLE": "false",
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns once it answers."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-P", "-m", "api.cli", "relay"]
            self._process = subprocess.Popen(command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(self._answers)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        try:
            return httpx2.get(f"{self.url}/livez", trust_env=False).status_code == 200
        except httpx2.TransportError:
            return False

    def command(self, *words: str) -> str:
        """What a command over the same database prints."""
        said = subprocess.run(
            [sys.executable, "-P", "-m", "api.cli", *words], env=self.env, capture_output=True, text=True, check=True
        )
        return said.stdout

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        assert self._process is not None
        self._process.send_signal(how)
        return self._process.wait(WITHIN)

    def post(self, sent: dict[str, Any], receiver: str = "sz-water") -> int:
        """The status of the answer; 0 for none."""
        try:
            answer = httpx2.post(f"{self.url}/v1/alerts/{receiver}", json=sent, trust_env=False, timeout=30)
        except httpx2.TransportError:
            return 0
        return answer.status_code

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop(signal.SIGKILL)
