"""The real processes: a Temporal server over a file, two workers and an API, each of which may be killed."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO, Protocol

from activities.store.store import Store
from api.access.api_keys import CallerRole, new_key
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from sla.timeline import Timeline
from tests.desk import at

GRACE = timedelta(seconds=1)  # real, before a rung is raised
RATE = 7200  # two business hours in a second: promises of some working days fall due within a minute
MONDAY = at("2021-03-01 08:00")
FROZEN = 3.0  # seconds for which a stopped worker stands still, which is longer than a workflow task may take
ALL = "all"  # at once, in any order
DATABASE = "database"
VICTIMS = ("worker-1", "temporal", "worker-2", "api", ALL, "worker-1", "worker-2")
FREEZES = 2
PROCESSES = ("worker-1", "worker-2", "api")


class Server(Protocol):
    """A Temporal server that may be killed and started again: a development server, or a cluster."""

    address: str
    namespace: str

    def start(self) -> None: ...
    def kill(self) -> None: ...
    def stop(self) -> None: ...


class DatabaseServer(Protocol):
    """A database's server that may be killed and started again."""

    def kill(self) -> None: ...
    def start(self) -> None: ...


def dev_server(binary: Path, folder: Path) -> DevServer:
    """A development server that keeps its state in a folder."""
    return DevServer(binary, folder, port=free_port())


class City:
    """All processes over one database. `with` starts and ends them; whatever is killed is started again."""

    def __init__(
        self,
        temporal: Server,
        folder: Path,
        database_url: str,
        database: DatabaseServer | None = None,
        frozen: float = FROZEN,
        **settings: str,
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.database_url = database_url
        self.victims: tuple[str, ...] = VICTIMS if database is None else (*VICTIMS, DATABASE)
        self._settings = settings
        self._database = database
        self._frozen = frozen
        self.harmed: Counter[str] = Counter()
        self.temporal = temporal
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._log: IO[bytes] | None = None
        store = Store.open(database_url)
        store.migrate()
        self.timeline = Timeline(anchor_real=real_now(), anchor_business=MONDAY, rate=RATE)
        store.set_timeline_once(self.timeline)
        self.officer = _key(store, "window-1", CallerRole.OFFICER)
        self.colleague = _key(store, "window-2", CallerRole.OFFICER)
        self.water = _key(store, "water-system", CallerRole.UTILITY, "suzhou-water")
        store.close()

    def __enter__(self) -> "City":
        self._log = (self.folder / "processes.log").open("ab")
        self.temporal.start()
        for name in PROCESSES:
            self.start(name)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.temporal.stop()
        if self._log is not None:
            self._log.close()

    def stop(self) -> None:
        """Asks workers and API to end, and ends those that do not."""
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self._running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
            _reap(process)
        self._running.clear()

    def harm(self, victim: str, chance: random.Random) -> None:
        """Kills a process, a server, or all of them at once, and starts them again; or freezes a worker."""
        if victim == "frozen":
            process = self._running[chance.choice(PROCESSES[:2])]
            process.send_signal(signal.SIGSTOP)
            time.sleep(self._frozen)
            process.send_signal(signal.SIGCONT)
        else:
            every = [*PROCESSES, "temporal", *([DATABASE] if self._database else [])]
            victims = chance.sample(every, len(every)) if victim == ALL else [victim]
            for one in victims:
                self.kill(one)
            time.sleep(chance.uniform(0, 0.5))
            for one in victims:
                self.start(one)
        self.harmed[victim] += 1

    def pid(self, name: str) -> int:
        """The process of a worker or the API, as it runs now."""
        return self._running[name].pid

    def command(self, *words: str) -> str:
        """What a command of `shixian` prints; it must end with 0."""
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", *words], env=self._env(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def kill(self, name: str) -> None:
        """Kills a process or a server."""
        if name == "temporal":
            self.temporal.kill()
        elif name == DATABASE and self._database is not None:
            self._database.kill()
        else:
            self._running[name].kill()
            _reap(self._running[name])

    def start(self, name: str) -> None:
        """Starts what was killed."""
        if name == "temporal":
            self.temporal.start()
            return
        if name == DATABASE and self._database is not None:
            self._database.start()
            return
        words = ("api",) if name == "api" else ("worker",)
        self._running[name] = subprocess.Popen(
            [sys.executable, "-m", "api.cli", *words, "--with-parent"],
            env=self._env(),
            stdin=subprocess.PIPE,  # its end tells them that the checker is gone
            stdout=self._log,
            stderr=self._log,
            process_group=0,
        )

    def _env(self) -> dict[str, str]:
        return {
            **os.environ,
            **self._settings,
            "SHIXIAN_DATA_DIR": str(self.folder),
            "SHIXIAN_REQUESTS_PER_SECOND": "0",  # one client is all of them
            "SHIXIAN_EXPENSIVE_PER_SECOND": "0",
            "SHIXIAN_DATABASE_URL": self.database_url,
            "SHIXIAN_TEMPORAL_ADDRESS": self.temporal.address,
            "SHIXIAN_TEMPORAL_NAMESPACE": self.temporal.namespace,
            "SHIXIAN_PORT": str(self._port),
            "SHIXIAN_ALARM_GRACE": str(GRACE.total_seconds()),
        }


def plan(kills: int, chance: random.Random, victims: Sequence[str] = VICTIMS) -> list[str]:
    """Whom to harm, in which order: so many kills, of every kind, and some freezes."""
    chosen = [victims[number % len(victims)] for number in range(kills)] + ["frozen"] * FREEZES
    chance.shuffle(chosen)
    return chosen


def _reap(process: subprocess.Popen[bytes]) -> None:
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _key(store: Store, actor: str, role: CallerRole, company: str | None = None) -> str:
    text, kept = new_key(actor=actor, role=role, company=company, now=real_now(), sandbox=not store.timeline().identity)
    store.add_key(kept)
    return text
