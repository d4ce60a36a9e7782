"""A `shixian serve` of the tests' own, and the command line in this process."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import pytest

from api.cli import main
from tests.waiting import WITHIN, until

READY = "Ctrl-C"


def bearer(token: Path) -> dict[str, str]:
    """The header of whoever knows the token in a file."""
    return {"Authorization": f"Bearer {token.read_text().strip()}"}


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


class Running:
    """A command of ours that runs until it is told to end, started again with `start`."""

    def __init__(self, folder: Path, *command: str, **settings: str) -> None:
        self.folder = folder
        self.log = folder / f"{command[0]}.log"
        self._command = command
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SHIXIAN_")}
        self.env = {**kept, **settings}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.runs:
            self.stop()

    @property
    def runs(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def said(self) -> str:
        """All that it said since it was started last."""
        return self.log.read_text(encoding="utf-8")

    def found(self, pattern: str) -> str:
        """What a pattern finds in what it said, the last of it."""
        found = re.findall(pattern, self.said)
        assert found, f"{pattern} not in {self.said}"
        return str(found[-1])

    def has(self, pattern: str) -> bool:
        """Whether it said something that a pattern finds."""
        return re.search(pattern, self.said) is not None

    def pid_of(self, name: str) -> int:
        """The process of a child, started last."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        commands = {int(pid): Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in children}
        return next(pid for pid, command in commands.items() if name in command)

    @property
    def pid(self) -> int:
        """Its own process."""
        assert self._process is not None
        return self._process.pid

    def start(self, *more: str) -> None:
        """Returns once it is ready."""
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "api.cli", *self._command, *more],
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.until(lambda: READY in self.said or not self.runs)
        assert READY in self.said, self.said

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Its exit code, and how many seconds it took to end."""
        assert self._process is not None
        begun = time.monotonic()
        self._process.send_signal(how)
        code = self._process.wait(WITHIN)
        return code, time.monotonic() - begun

    def until(self, holds: Callable[[], Any], seconds: float = WITHIN) -> Any:
        """What `holds` answers once it is true."""
        try:
            return until(holds, seconds=seconds)
        except AssertionError as error:
            error.add_note(f"It said: {self.said}")
            raise


class Serving(Running):
    """One `shixian serve` over a folder; started again with `start`, it has the same data."""

    def __init__(self, folder: Path, temporal: Path, *options: str, **settings: str) -> None:
        command = ("serve", "--data-dir", str(folder / "data"), "--port", "0", "--temporal-port", "0", *options)
        own = {
            "SHIXIAN_TEMPORAL": str(temporal),
            "SHIXIAN_ALARM_GRACE": "0.5",
            "SHIXIAN_REQUEST_DEADLINE": f"{WITHIN}",
            "SHIXIAN_REQUESTS_PER_SECOND": "0",
            "SHIXIAN_EXPENSIVE_PER_SECOND": "0",
            **settings,
        }
        super().__init__(folder, *command, **own)
        self.key = ""

    @property
    def url(self) -> str:
        """Where its API is."""
        return self.found(r"Shixian: (http://\S+)")

    @property
    def temporal_address(self) -> str:
        """Where its Temporal server is."""
        return self.found(r"Temporal: ([\d.]+:\d+), pid")

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a command over its folder."""
        return {
            "SHIXIAN_URL": self.url,
            "SHIXIAN_KEY": self.key,
            "SHIXIAN_DATA_DIR": str(self.folder / "data"),
            "SHIXIAN_TEMPORAL_ADDRESS": self.temporal_address,
        }

    def start(self, *more: str) -> None:
        """Returns once it is ready."""
        super().start(*more)
        known = re.findall(r"SHIXIAN_KEY=(\S+)", self.said)
        self.key = known[-1] if known else self.key


class Watching(Running):
    """One `shixian monitor` beside a Serving."""

    def __init__(self, serving: Serving, prometheus: Path, alertmanager: Path, *options: str, **settings: str) -> None:
        ports = [f"--{part}-port" for part in ("metrics", "relay", "prometheus", "alertmanager", "receiver")]
        anywhere = [word for port in ports for word in (port, "0")]
        own = {
            "SHIXIAN_PROMETHEUS": str(prometheus),
            "SHIXIAN_ALERTMANAGER": str(alertmanager),
            "SHIXIAN_ALARM_GRACE": serving.env["SHIXIAN_ALARM_GRACE"],
            "SHIXIAN_PORT": serving.url.rpartition(":")[2],
            **settings,
        }
        command = ("monitor", "--data-dir", str(serving.folder / "data"), *anywhere, *options)
        super().__init__(serving.folder, *command, **own)

    def address(self, part: str) -> str:
        """Where a part is, as it said: Prometheus, Alertmanager, metrics, relay, receiver."""
        return self.found(rf"{part} (http://[\d.]+:\d+)")


class CommandLine:
    """The command `shixian`, run in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Said:
        self._capsys.readouterr()
        code = main(arguments)
        out, err = self._capsys.readouterr()
        return Said(code, out, err)
