"""A server that is not ours ends with us, whatever happens to us."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.waiting import WITHIN, until

MARK = "the-mark"
SLEEPS = "import time; time.sleep(600)"

Leashed = Callable[..., subprocess.Popen[bytes]]


def lives(pid: int) -> bool:
    """A process that ended may wait for whoever adopted it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


@pytest.fixture
def pid_file(tmp_path: Path) -> Path:
    return tmp_path / "server.pid"


@pytest.fixture
def leashed(pid_file: Path) -> Iterator[Leashed]:
    """Starts a leash with a small server, and ends whatever a test left of them."""
    started: list[subprocess.Popen[bytes]] = []

    def start(code: str = SLEEPS) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", code, MARK]
        leash = [sys.executable, "-P", "-m", "api.processes.run_tethered", str(pid_file), MARK]
        env = {**os.environ, "SHIXIAN_RELAY_PORT": "1"}
        started.append(subprocess.Popen([*leash, *command], stdin=subprocess.PIPE, process_group=0, env=env))
        return started[-1]

    yield start
    for leash in started:
        if leash.poll() is None:
            os.killpg(leash.pid, signal.SIGKILL)
            leash.wait()
        assert leash.stdin is not None
        leash.stdin.close()


def server_of(pid_file: Path) -> int:
    """The server that runs now."""
    return int(until(lambda: pid_file.exists() and pid_file.read_text()))


def test_a_server_ends_when_the_pipe_to_its_parent_is_closed(leashed: Leashed, pid_file: Path) -> None:
    leash = leashed()
    server = server_of(pid_file)
    assert lives(server)
    assert leash.stdin is not None
    leash.stdin.close()
    assert leash.wait(WITHIN) == 128 + signal.SIGTERM
    assert not lives(server)
    assert not pid_file.exists()


def test_a_server_is_asked_to_end_as_its_leash_is(leashed: Leashed, pid_file: Path) -> None:
    leash = leashed()
    server = server_of(pid_file)
    leash.terminate()
    leash.wait(WITHIN)
    assert not lives(server)


def test_a_leash_ends_as_its_server_did(leashed: Leashed) -> None:
    assert leashed("import sys; sys.exit(7)").wait(WITHIN) == 7


def test_no_setting_reaches_a_server_that_is_not_ours(leashed: Leashed) -> None:
    code = "import os, sys; sys.exit(any(name.startswith('SHIXIAN_') for name in os.environ))"
    assert leashed(code).wait(WITHIN) == 0


def test_a_server_whose_leash_was_killed_is_ended_by_the_next_one(leashed: Leashed, pid_file: Path) -> None:
    leash = leashed()
    left = server_of(pid_file)
    leash.kill()
    leash.wait(WITHIN)
    assert lives(left)
    leashed()
    until(lambda: not lives(left))
    assert lives(until(lambda: (now := server_of(pid_file)) != left and now))


def test_a_process_that_got_the_number_of_a_server_is_left_alone(leashed: Leashed, pid_file: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", SLEEPS])
    try:
        pid_file.write_text(str(other.pid))
        leashed()
        until(lambda: server_of(pid_file) != other.pid)
        assert lives(other.pid)
    finally:
        other.kill()
        other.wait()
