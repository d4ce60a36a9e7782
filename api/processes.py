"""Everything over one data directory: the Temporal server, a worker and an API process, kept alive and stopped together."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx2

from api.notes import Say, note, say_json
from api.temporal_server import DevServer, TemporalFailed

STOP_WITHIN = 10.0  # seconds, all of them
WORKER_GRACE = 8.0  # of these
KILL_AFTER = 8.7
READY_WITHIN = 120.0
LOOK = 0.1  # seconds between looks at the processes
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds before a process that ended is started again
STEADY = 30.0  # a process that lived so long starts again without more delay
SERVER_WITHIN = 15.0  # seconds for a server that is started again
GIVE_UP = 3  # ends of one process before the first time all was ready
STDERR = 2  # the file descriptor


class StartFailed(Exception):
    """The processes did not come up."""


def bracketed(host: str) -> str:
    """The host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


class Child:
    """A process of ours. It has its own group, so that Ctrl-C reaches it through its parent, and ends with its parent."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.name = name
        self.ends = 0
        self._command = list(command)
        self._env = dict(env)
        self._process: subprocess.Popen[bytes] | None = None
        self._since = 0.0
        self._pause = SHORTEST_PAUSE
        self._again_at: float | None = None

    @property
    def pid(self) -> int | None:
        """Its process, None while there is none."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Starts it."""
        self._again_at = None
        self._since = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603  # this very program
            self._command,
            env=self._env,
            stdout=STDERR,  # what Temporal's SDK logs is no answer
            stdin=subprocess.PIPE,  # its end tells the child that its parent is gone
            process_group=0,
        )

    def tend(self, say: Say) -> None:
        """Starts it again where it has ended, after a pause that grows."""
        if self._process is None or self._process.poll() is None:
            return
        if self._again_at is None:
            self.ends += 1
            if time.monotonic() - self._since > STEADY:
                self._pause = SHORTEST_PAUSE
            self._again_at = time.monotonic() + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            text = "{name}: ended with {code}, is started again"
            say(note("process-ended", text, name=self.name, code=self._process.returncode))
        elif time.monotonic() >= self._again_at:
            self._close_pipe()
            self.start()

    def ask_to_end(self) -> None:
        """SIGTERM."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    def wait(self, until: float) -> bool:
        """True where it ended by itself before `until` (monotonic); then it is killed."""
        if self._process is None:
            return True
        try:
            self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            return False
        finally:
            self._close_pipe()
            self._process = None
        return True

    def _close_pipe(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything runs."""

    temporal: Path  # the command
    data_dir: Path
    host: str
    port: int
    temporal_port: int
    namespace: str
    env: Mapping[str, str]  # of the worker and the API: the settings


class Stack:
    """The embedded Shixian: `with` starts it and ends it; `tend` keeps it alive. The tables are there before it starts.

    `prepare` is called once the Temporal server is up, before the other processes start; it answers the monotonic second
    before which it is not called ready.
    """

    def __init__(self, place: Place, say: Say, prepare: Callable[[], float] = float) -> None:
        self.url = f"http://{bracketed(place.host)}:{place.port}"
        self._place = place
        self._say = say
        self._prepare = prepare
        self._server: DevServer | None = None
        env = {**os.environ, **place.env, "PYTHONUNBUFFERED": "1"}
        options = ["--with-parent", *(["--json"] if say is say_json else [])]
        self._children = [
            Child(name, [sys.executable, "-P", "-m", "api.cli", name, *options], env) for name in ("worker", "api")
        ]
        self._server_again_at = 0.0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pids(self) -> dict[str, int | None]:
        """The processes by name."""
        pids = {child.name: child.pid for child in self._children}
        return {"temporal": self._server.pid if self._server is not None else None, **pids}

    def start(self) -> None:
        """Returns once the API answers that it is ready."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        place = self._place
        self._server = DevServer(place.temporal, place.data_dir, port=place.temporal_port, namespace=place.namespace)
        self._server.start()
        said = note(
            "temporal-started",
            "Temporal: {address}, pid {pid}, state in {file}",
            address=self._server.address,
            pid=self._server.pid or 0,
            file=str(self._server.database),
        )
        self._say(said)
        not_before = self._prepare()
        for child in self._children:
            child.start()
            self._say(note("process-started", "{name}: started, pid {pid}", name=child.name, pid=child.pid or 0))
        self._await_ready()
        time.sleep(max(0.0, not_before - time.monotonic()))

    def _await_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not self.answers("/readyz"):
            self.tend()
            for child in self._children:
                if child.ends >= GIVE_UP:
                    raise StartFailed(f"{StartFailed.__doc__} The {child.name} process ended {child.ends} times.")
            if time.monotonic() > deadline:
                raise StartFailed(f"{StartFailed.__doc__} {self.url}/readyz was not ready in {READY_WITHIN:.0f} s.")
            time.sleep(LOOK)

    def answers(self, path: str) -> bool:
        """Whether the API answers 200 there."""
        try:
            return httpx2.get(f"{self.url}{path}", timeout=5, trust_env=False).status_code == httpx2.codes.OK
        except httpx2.TransportError:
            return False

    def tend(self) -> None:
        """One look: what ended is started again."""
        if self._server is not None and self._server.pid is None and time.monotonic() >= self._server_again_at:
            self._say(note("process-ended", "{name}: ended, is started again", name="temporal"))
            try:
                self._server.start(SERVER_WITHIN)
            except TemporalFailed as error:
                self._say(note("process-failed", "{name}: {why}", name="temporal", why=str(error)))
                self._server_again_at = time.monotonic() + LONGEST_PAUSE
        for child in self._children:
            child.tend(self._say)

    def stop(self) -> None:
        """Ends everything within ten seconds: worker and API at once, the server after them."""
        begun = time.monotonic()
        for child in self._children:
            child.ask_to_end()
        for child in self._children:
            if not child.wait(begun + KILL_AFTER):
                self._say(note("process-killed", "{name}: did not end in time and was killed", name=child.name))
        if self._server is not None:
            self._server.stop(grace=max(0.5, begun + STOP_WITHIN - 0.3 - time.monotonic()))
            self._server = None


def end_with_parent() -> None:
    """Ends this process, as SIGTERM would, once the pipe to its parent is closed."""

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1024):
                pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
