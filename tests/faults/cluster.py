"""A Temporal cluster on PostgreSQL as docs/running.md has it: a frontend, matching, a worker, and two hosts of history."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from api.processes.claims import free_port
from tests.waiting import eventually

CONFIG = Path(__file__).resolve().parents[2] / "deploy" / "temporal" / "cluster.yml"
HOSTS = ("history-1", "history-2", "matching", "worker", "frontend")
SCHEMAS = {"temporal": "temporal", "temporal_visibility": "visibility"}
RETENTION = timedelta(days=30)


class FullPostgreSQL:
    """A PostgreSQL with its extensions, which Temporal's tables need and the tests' own lacks: a system's, on a loopback port."""

    user = "temporal"

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._data = folder / "data"
        self._who: Mapping[str, Any] = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        self._bin = _postgresql_bin()
        folder.mkdir(parents=True)
        folder.chmod(0o777)
        self._run("initdb", "--auth", "trust", "--username", self.user, "--no-sync", str(self._data))
        options = f"-h 127.0.0.1 -p {self.port} -k {folder} -c fsync=off"
        self._run("pg_ctl", "--pgdata", str(self._data), "--log", str(folder / "log"), "--options", options, "start")

    def create(self, name: str) -> str:
        """The URL of a new database."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", self.user, name)
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/{name}"

    def close(self) -> None:
        """Stop for good."""
        self._run("pg_ctl", "--pgdata", str(self._data), "--mode", "immediate", "stop")

    def _run(self, command: str, *words: str) -> None:
        words = (str(self._bin / command), *words)
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **self._who)
        assert done.returncode == 0, done.stdout.decode()


def _postgresql_bin() -> Path:
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert found, "no PostgreSQL with its extensions: install the system's, such as Debian's package postgresql"
    return found[-1]


class Cluster:
    """One machine plays all hosts. `kill` ends one host of history, `start` starts whatever does not run."""

    namespace = "shixian"

    def __init__(self, server: Path, sql_tool: Path, database: FullPostgreSQL, folder: Path) -> None:
        self._command = (server, "--config-file", CONFIG, "--allow-no-auth", "start", "--service")
        self._sql_tool, self._folder = sql_tool, folder
        self._database = database
        self._ports = {name: str(free_port()) for name in ("FRONTEND_PORT", "FRONTEND_GOSSIP", *_PORTS)}
        self.address = f"127.0.0.1:{self._ports['FRONTEND_PORT']}"
        self._hosts: dict[str, subprocess.Popen[bytes]] = {}
        self._log: IO[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def make_tables(self) -> None:
        """Run the commands of docs/running.md, once."""
        for database, schema in SCHEMAS.items():
            self._sql(database, "create-database")
            self._sql(database, "setup-schema", "-v", "0.0")
            self._sql(database, "update-schema", "--schema-name", f"postgresql/v12/{schema}")

    def start(self) -> None:
        """Start what does not run; returns once the namespace answers and every host runs."""
        self._log = self._log or (self._folder / "cluster.log").open("ab")
        asyncio.run(eventually(self._answers, "the cluster answers"))

    def kill(self) -> None:
        """Kill one host of history, as a power cut would; the other takes its shards."""
        host = self._hosts.pop("history-1")
        host.kill()
        host.wait()

    def stop(self) -> None:
        """Stop every host."""
        for host in self._hosts.values():
            host.terminate()
        for host in self._hosts.values():
            try:
                host.wait(20)
            except subprocess.TimeoutExpired:
                host.kill()
                host.wait()
        self._hosts.clear()
        if self._log is not None:
            self._log.close()
            self._log = None

    def _run_hosts(self, log: IO[bytes]) -> bool:
        """Start hosts that do not run, as a supervisor does; tell whether all did.

        Over empty tables one that writes the cluster's name at the same time as another ends with an error.
        """
        down = [host for host in HOSTS if host not in self._hosts or self._hosts[host].poll() is not None]
        for host in down:
            self._hosts[host] = subprocess.Popen(
                [*self._command, _service(host)],
                env=self._env(host),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        return not down

    async def _answers(self) -> bool:
        if self._log is None or not self._run_hosts(self._log):
            return False
        try:
            client = await Client.connect(self.address, namespace=self.namespace)
            retention = Duration()
            retention.FromTimedelta(RETENTION)
            await client.workflow_service.register_namespace(
                RegisterNamespaceRequest(namespace=self.namespace, workflow_execution_retention_period=retention)
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                return False
        except RuntimeError:  # nobody listens yet
            return False
        try:
            async for _ in client.list_workflows(page_size=1):
                break
        except RPCError:  # the namespace is not known everywhere yet
            return False
        return True

    def _sql(self, database: str, *words: str) -> None:
        where = ("--plugin", "postgres12", "--endpoint", "127.0.0.1", "--port", str(self._database.port))
        who = ("--user", self._database.user, "--password", "any", "--database", database)
        done = subprocess.run([self._sql_tool, *where, *who, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def _env(self, host: str) -> dict[str, str]:
        own = (
            {
                "HISTORY_PORT": self._ports[f"{host}_PORT"],
                "HISTORY_GOSSIP": self._ports[f"{host}_GOSSIP"],
            }
            if host.startswith("history")
            else {}
        )
        told = {
            **{name: port for name, port in self._ports.items() if name.isupper()},
            **own,
            "ADDRESS": self.address,
            "DATABASE_USER": self._database.user,
            "DATABASE_PASSWORD": "any",
            "DATABASE": f"127.0.0.1:{self._database.port}",
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, **{f"TEMPORAL_{name}": value for name, value in told.items()}}


_PORTS = (
    *(f"{service}_{kind}" for service in ("HISTORY", "MATCHING", "WORKER") for kind in ("PORT", "GOSSIP")),
    *(f"{host}_{kind}" for host in ("history-1", "history-2") for kind in ("PORT", "GOSSIP")),
)


def _service(host: str) -> str:
    return host.partition("-")[0]
