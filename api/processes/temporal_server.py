"""A Temporal development server that keeps its state in one file of a data directory."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess  # nosec B404  # its commands are lists that were found, built or told
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from api.failures import Failure
from api.processes.claims import claim
from api.processes.run_tethered import PidFile, foreign_environment

RETENTION = timedelta(days=30)
PRAGMAS: Mapping[str, str] = {"journal_mode": "WAL", "synchronous": "NORMAL"}
DYNAMIC_CONFIG: Mapping[str, str] = {
    "frontend.enableServerVersionCheck": "false",  # it would ask a server of its makers
    "history.shardIOConcurrency": "8",
}


class TemporalFailed(Failure):
    """The Temporal server did not come up."""


class DevServer:
    """A Temporal development server over one file of a data directory; started again, it goes on where it was.

    It blocks: from a coroutine call `asyncio.to_thread(server.start)`. `dynamic_config` values are JSON.
    """

    def __init__(
        self,
        binary: Path,
        data_dir: Path,
        *,
        port: int = 7233,
        ip: str = "127.0.0.1",
        namespace: str = "shixian",
        retention: timedelta = RETENTION,
        pragmas: Mapping[str, str] = PRAGMAS,
        dynamic_config: Mapping[str, str] | None = None,
        metrics_port: int | None = None,
    ) -> None:
        self.address = f"{ip}:{port}"
        self.namespace = namespace
        self.database = data_dir.absolute() / "temporal.db"
        self.log = data_dir / "temporal.log"
        self._pid_file = PidFile(data_dir / "temporal.pid", str(self.database))
        self._ip, self._port, self._retention = ip, port, retention
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        settings = {**DYNAMIC_CONFIG, **(dynamic_config or {})}
        self._command = [
            *(str(binary), "server", "start-dev", "--headless", "--log-level", "warn", "--ip", ip, "--port", str(port)),
            *("--db-filename", str(self.database), "--namespace", namespace),
            *(part for name, value in pragmas.items() for part in ("--sqlite-pragma", f"{name}={value}")),
            *(part for name, value in settings.items() for part in ("--dynamic-config-value", f"{name}={value}")),
            *(("--metrics-port", str(metrics_port)) if metrics_port is not None else ()),
        ]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The server's process, None while it is not running."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self, timeout: float = 60) -> None:
        """Start it; returns once it answers, its namespace is there and keeps closed cases for the retention."""
        if self.pid is not None:
            return
        self.database.parent.mkdir(parents=True, exist_ok=True)
        self._claim()
        try:
            self._pid_file.end_left_behind()
            self._refuse_taken_port()
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._command,
                    env=foreign_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    process_group=0,  # Ctrl-C is for the parent, which stops it last
                )
            self._pid_file.write(self._process.pid)
            deadline = time.monotonic() + timeout
            with ThreadPoolExecutor(1) as thread:  # this one may have a loop already
                thread.submit(lambda: asyncio.run(self._until_ready(deadline))).result()
        except BaseException:
            self.kill()
            raise

    def stop(self, grace: float = 5) -> None:
        """Ask it to end, and end it after `grace` seconds."""
        self._end(signal.SIGTERM, grace)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._end(signal.SIGKILL, 5)

    def _end(self, how: signal.Signals, grace: float) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, how)
            try:
                process.wait(grace)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            self._pid_file.forget()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _claim(self) -> None:
        if self._lock is None:  # else it is of a server that ended by itself
            self._lock = claim(self.database.with_name("temporal.lock"))

    def _refuse_taken_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self._ip, self._port))
            except OSError as error:
                raise TemporalFailed(f"{TemporalFailed.__doc__} {self.address}: {error.strerror}") from None

    async def _until_ready(self, deadline: float) -> None:
        while True:
            if self.pid is None:
                raise TemporalFailed(
                    f"{TemporalFailed.__doc__} It ended by itself; the end of its log:\n{self._said()}"
                )
            try:
                await self._keep_namespace()
            except (RPCError, RuntimeError) as error:  # not listening, or its namespace is not known yet
                if time.monotonic() > deadline:
                    raise TemporalFailed(
                        f"{TemporalFailed.__doc__} {error}; the end of its log:\n{self._said()}"
                    ) from error
                await asyncio.sleep(0.1)
            else:
                return

    async def _keep_namespace(self) -> None:
        client = await Client.connect(self.address, namespace=self.namespace)
        await client.service_client.check_health()
        service = client.workflow_service
        known = await service.describe_namespace(DescribeNamespaceRequest(namespace=self.namespace))
        if known.config.workflow_execution_retention_ttl.ToTimedelta() != self._retention:
            config = NamespaceConfig()
            config.workflow_execution_retention_ttl.FromTimedelta(self._retention)
            await service.update_namespace(UpdateNamespaceRequest(namespace=self.namespace, config=config))

    def _said(self) -> str:
        with contextlib.suppress(OSError):
            return self.log.read_bytes()[-2000:].decode(errors="replace")
        return ""
