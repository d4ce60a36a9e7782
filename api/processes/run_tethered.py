"""Runs a foreign server that ends with us: it watches the pipe to its parent on the server's behalf.

python -m api.processes.run_tethered PID_FILE MARK COMMAND...
"""

import contextlib
import os
import signal
import subprocess  # nosec B404  # its commands are lists that were found, built or told
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PATIENCE = 5.0  # seconds for a server that was left behind


class PidFile:
    """Remembers a server's process, so that one whose parents were killed does not live on beside its successor.

    `mark` is an argument that only this server's command has: a process number may have gone to another program since.
    """

    def __init__(self, path: Path, mark: str) -> None:
        self._path = path
        self._mark = mark

    def write(self, pid: int) -> None:
        """Note the server that runs now."""
        self._path.write_text(str(pid))

    def forget(self) -> None:
        """Note that no server runs."""
        self._path.unlink(missing_ok=True)

    def end_left_behind(self) -> None:
        """End the server that is written down, where it still lives; two over the same files would spoil them."""
        try:
            pid = int(self._path.read_text())
        except (OSError, ValueError):
            return
        deadline = time.monotonic() + PATIENCE
        while self._is_ours(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL)
            time.sleep(0.1)

    def _is_ours(self, pid: int) -> bool:
        arguments = Path(f"/proc/{pid}/cmdline")
        if arguments.parent.parent.joinpath("self").exists():
            with contextlib.suppress(OSError):
                return os.fsencode(self._mark) in arguments.read_bytes().split(b"\0")
            return False
        listed = subprocess.run(
            ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return self._mark in listed.stdout


def foreign_environment() -> dict[str, str]:
    """Return the environment of a server that is not ours: no settings, so no keys."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("SHIXIAN_", "TEMPORAL_"))}


def when_parent_ends(act: Callable[[], object]) -> None:
    """Do something once the pipe on standard input is closed."""

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 1024):
                pass
        act()

    threading.Thread(target=watch, name="parent", daemon=True).start()


def end_with_parent() -> None:
    """End this process, as SIGTERM would, once the pipe to its parent is closed."""
    when_parent_ends(lambda: os.kill(os.getpid(), signal.SIGTERM))


def main(arguments: Sequence[str]) -> int:
    """Run the command until it ends, or SIGTERM comes, or the parent is gone; answers its status."""
    pid_file = PidFile(Path(arguments[0]), arguments[1])
    asked = threading.Event()
    server: subprocess.Popen[bytes] | None = None

    def end(*_: object) -> None:
        asked.set()
        if server is not None:
            server.terminate()

    signal.signal(signal.SIGTERM, end)
    pid_file.end_left_behind()
    if asked.is_set():
        return 0
    server = subprocess.Popen(  # in this process's group
        list(arguments[2:]), env=foreign_environment(), stdin=subprocess.DEVNULL
    )
    pid_file.write(server.pid)
    if asked.is_set():
        end()
    when_parent_ends(end)
    status = server.wait()
    pid_file.forget()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
