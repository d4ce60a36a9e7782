"""The command `shixian metrics`, as a process of its own over a database that comes later."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from activities.store.store import Store
from api.processes.claims import free_port
from tests.api.exporter.city import Series
from tests.crowd import crowd
from tests.waiting import until


@contextmanager
def exporting(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], Path, str]]:
    """The process, what it says, and where it answers."""
    port, log = free_port(), folder / "metrics.log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SHIXIAN_")}
    told = {"SHIXIAN_METRICS_PORT": str(port), "SHIXIAN_DATA_DIR": str(folder), **settings}
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "api.cli", "metrics", "--with-parent"],
            env={**kept, **told},
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
        )
    assert process.stdin is not None
    try:
        yield process, log, f"http://127.0.0.1:{port}"
    finally:
        process.stdin.close()
        process.kill()
        process.wait()


def answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/livez", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


@pytest.mark.slow
def test_it_waits_for_its_database_exports_it_without_writing_and_ends_when_told(tmp_path: Path) -> None:
    with exporting(tmp_path, SHIXIAN_METRICS_SERIES="3") as (process, log, url):
        until(lambda: "metrics: waiting for the database" in log.read_text())
        store = Store.open(f"sqlite:///{tmp_path}/ledger.sqlite", durable=False)
        store.migrate()
        crowd(store, 30)
        store.close()
        until(lambda: answers(url))
        found = Series(httpx2.get(f"{url}/metrics", trust_env=False).text)
        assert found.total("open_steps") >= 30
        assert len(found.all("case_due_timestamp_seconds")) == 3
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert "Traceback" not in log.read_text()


@pytest.mark.slow
def test_it_ends_with_its_parent_and_says_which_setting_is_wrong(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/ledger.sqlite", durable=False)
    store.migrate()
    store.close()
    with exporting(tmp_path) as (process, _, url):
        until(lambda: answers(url))
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0
    with exporting(tmp_path, SHIXIAN_DATABASE_URL="mysql://somewhere") as (process, log, _):
        assert process.wait(60) == 2
        assert "SHIXIAN_DATABASE_URL" in log.read_text()
