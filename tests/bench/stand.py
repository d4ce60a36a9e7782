"""What the benchmark runs on: ledgers, a Temporal server, worker processes, an API process."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import psycopg

from activities.store.store import Store
from api.access.api_keys import CallerRole, new_key
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from sla.timeline import Timeline
from tests.databases import PostgreSQL
from tests.desk import at

FIRST_DAY = "2021-03-01 08:00"  # business time of every ledger when it is made


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of its own; its name is short, since a socket's path may not be long."""
    made = Path(tempfile.mkdtemp(prefix="sx"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def prepared(url: str) -> str:
    """The address of a ledger with its tables, in which it is March 2021."""
    with closing(Store.open(url)) as store:
        store.migrate()
        store.set_timeline_once(Timeline(anchor_real=real_now(), anchor_business=at(FIRST_DAY)))
    return url


@contextmanager
def postgresql(home: Path) -> Iterator[str]:
    """The address of a ledger on a PostgreSQL of its own, which waits for the disk."""
    home.mkdir()
    home.chmod(0o755)
    server = PostgreSQL(home)
    try:
        url = server.create()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = on")
            connection.execute("SELECT pg_reload_conf()")
        yield prepared(url)
    finally:
        server.close()


@contextmanager
def workers(server: DevServer, url: str, number: int) -> Iterator[None]:
    """Worker processes over one ledger, each of which drives our cases and the bare ones."""
    command = [sys.executable, "-m", "tests.bench.work", server.address, url]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(number)]
    try:
        for process in started:
            if process.stdout is not None:
                process.stdout.readline()
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


@contextmanager
def process(name: str, settings: Mapping[str, str]) -> Iterator[int]:
    """The pid of a process of the command line, as `serve` starts it."""
    env = {**os.environ, **settings, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "api.cli", name, "--with-parent"]
    started = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        yield started.pid
    finally:
        started.terminate()
        started.wait()
        if started.stdin is not None:
            started.stdin.close()


def settings(server: DevServer, url: str, port: int) -> dict[str, str]:
    """What those processes are told."""
    return {
        "SHIXIAN_DATABASE_URL": url,
        "SHIXIAN_TEMPORAL_ADDRESS": server.address,
        "SHIXIAN_TEMPORAL_NAMESPACE": server.namespace,
        "SHIXIAN_PORT": str(port),
        "SHIXIAN_REQUESTS_PER_SECOND": "0",  # one client is all of them
        "SHIXIAN_EXPENSIVE_PER_SECOND": "0",
    }


@contextmanager
def api(server: DevServer, url: str) -> Iterator[tuple[int, httpx2.AsyncClient]]:
    """The pid of an API process, once it answers, and a client that has an officer's key."""
    port = free_port()
    with closing(Store.open(url)) as store:
        sandbox = not store.timeline().identity
        text, kept = new_key(actor="bench", role=CallerRole.OFFICER, now=real_now(), sandbox=sandbox)
        store.add_key(kept)
    base = f"http://127.0.0.1:{port}"
    with process("api", settings(server, url, port)) as pid:
        until_answers(f"{base}/livez")
        headers = {"Authorization": f"Bearer {text}"}
        limits = httpx2.Limits(max_connections=64, max_keepalive_connections=64)
        yield pid, httpx2.AsyncClient(base_url=base, headers=headers, timeout=30, limits=limits, trust_env=False)


def until_answers(url: str, seconds: float = 60) -> None:
    """Waits until a GET is answered with 200."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if httpx2.get(url, timeout=5, trust_env=False).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"{url} did not answer within {seconds} s")
