"""Processes of ours: started, watched, started again with growing pauses, and ended together."""

import contextlib
import os
import signal
import subprocess  # nosec B404  # its commands are lists that were found, built or told
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import httpx2

from api.failures import Failure
from api.process_notes import Say, note

READY_WITHIN = 120.0
LOOK = 0.1  # seconds between looks at the processes
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 10.0  # seconds before a process that ended is started again
STEADY = 30.0  # a process that lived so long starts again without more delay
GIVE_UP = 3  # ends of one process before the first time all was ready
STDERR = 2  # the file descriptor


class StartFailed(Failure):
    """The processes did not come up."""


class Child:
    """A process of ours. It has its own group, so that Ctrl-C reaches it through its parent, and ends with its parent."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str], log: Path | None = None) -> None:
        self.name = name
        self.log = log
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
        """Start it. What it says goes to its log, else to standard error: what Temporal's SDK logs is no answer."""
        self._again_at = None
        self._since = time.monotonic()
        with contextlib.ExitStack() as stack:
            out: int | IO[bytes] = STDERR if self.log is None else stack.enter_context(self.log.open("ab"))
            self._process = subprocess.Popen(
                self._command,
                env=self._env,
                stdout=out,
                stderr=out,
                stdin=subprocess.PIPE,  # its end tells the child that its parent is gone
                process_group=0,
            )

    def tend(self, say: Say) -> None:
        """Look once: what ended is started again."""
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
        """Wait until it ends by itself, which is True, or until `until` (monotonic), when it is killed."""
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


def of_shixian(name: str, options: Sequence[str], env: Mapping[str, str]) -> Child:
    """Return a child that runs a command of this very program."""
    command = [sys.executable, "-P", "-m", "api.cli", name, "--with-parent", *options]
    return Child(name, command, {**os.environ, **env, "PYTHONUNBUFFERED": "1"})


class Children:
    """Children that are started side by side; `ready` are addresses that answer so once all are up."""

    def __init__(self, children: Sequence[Child], ready: Sequence[str], say: Say) -> None:
        self._children = children
        self._ready = ready
        self._say = say

    @property
    def pids(self) -> dict[str, int | None]:
        """The processes by name."""
        return {child.name: child.pid for child in self._children}

    def start(self) -> None:
        """Start all; returns once they are ready."""
        for child in self._children:
            child.start()
            self._say(note("process-started", "{name}: started, pid {pid}", name=child.name, pid=child.pid or 0))
        deadline = time.monotonic() + READY_WITHIN
        for url in self._ready:
            while not answers(url):
                self.tend()
                for child in self._children:
                    if child.ends >= GIVE_UP:
                        where = "" if child.log is None else f" Its log is {child.log}."
                        ended = f"The {child.name} process ended {child.ends} times."
                        raise StartFailed(f"{StartFailed.__doc__} {ended}{where}")
                if time.monotonic() > deadline:
                    raise StartFailed(f"{StartFailed.__doc__} {url} was not ready in {READY_WITHIN:.0f} s.")
                time.sleep(LOOK)

    def tend(self) -> None:
        """Look once: what ended is started again."""
        for child in self._children:
            child.tend(self._say)

    def ask_to_end(self) -> None:
        """SIGTERM to all."""
        for child in self._children:
            child.ask_to_end()

    def stop(self, until: float) -> None:
        """End all at once; what has not ended by `until` (monotonic) is killed."""
        self.ask_to_end()
        self.wait(until)

    def wait(self, until: float) -> None:
        """Wait until it ends by itself, which is True, or until `until` (monotonic), when it is killed."""
        for child in self._children:
            if not child.wait(until):
                self._say(note("process-killed", "{name}: did not end in time and was killed", name=child.name))


def answers(url: str) -> bool:
    """Tell whether all that is asked after there runs; too full a disk or a wrong clock is no reason not to start."""
    try:
        answer = httpx2.get(url, timeout=5, trust_env=False)
        return answer.status_code == httpx2.codes.OK or bool(answer.json()["status"] == "degraded")
    except (httpx2.TransportError, ValueError, TypeError, KeyError):
        return False
