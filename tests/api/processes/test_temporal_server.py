"""The development server, for real: started, stopped, killed, and what it keeps."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from api.processes.claims import DataInUse, free_port
from api.processes.temporal_server import DevServer, TemporalFailed
from tests.waiting import PROMPT


@pytest.fixture
def server(temporal_binary: Path, tmp_path: Path) -> Iterator[DevServer]:
    server = DevServer(temporal_binary, tmp_path, port=free_port())
    yield server
    server.kill()


async def _retention(server: DevServer) -> timedelta:
    client = await Client.connect(server.address, namespace=server.namespace)
    known = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=server.namespace))
    return known.config.workflow_execution_retention_ttl.ToTimedelta()


async def _start_a_workflow_nobody_runs(server: DevServer, id: str) -> None:
    client = await Client.connect(server.address, namespace=server.namespace)
    await client.start_workflow("Nobody", id=id, task_queue="nobody")


async def _knows(server: DevServer, id: str) -> bool:
    client = await Client.connect(server.address, namespace=server.namespace)
    return (await client.get_workflow_handle(id).describe()).id == id


async def test_a_started_server_keeps_closed_cases_for_thirty_days(server: DevServer) -> None:
    await asyncio.to_thread(server.start)
    assert server.pid is not None
    assert await _retention(server) == timedelta(days=30)


async def test_a_server_started_again_goes_on_where_it_was(server: DevServer) -> None:
    server.start()
    await _start_a_workflow_nobody_runs(server, "after-a-stop")
    server.stop()
    assert server.pid is None
    server.start()
    assert await _knows(server, "after-a-stop")
    await _start_a_workflow_nobody_runs(server, "after-a-crash")
    server.kill()
    server.start()
    assert await _knows(server, "after-a-crash")
    assert await _retention(server) == timedelta(days=30)


def test_a_stop_takes_no_more_than_its_grace(server: DevServer) -> None:
    server.start()
    began = time.monotonic()
    server.stop(grace=5)
    assert time.monotonic() - began < PROMPT


def test_a_server_that_ended_by_itself_can_be_started_again(server: DevServer) -> None:
    server.start()
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    while server.pid is not None:
        time.sleep(0.01)
    server.start()
    assert server.pid is not None


def test_a_second_server_over_the_same_data_is_refused(server: DevServer, temporal_binary: Path) -> None:
    server.start()
    second = DevServer(temporal_binary, server.database.parent, port=free_port())
    with pytest.raises(DataInUse):
        second.start()
    assert server.pid is not None


def test_a_server_whose_parent_was_killed_is_ended_before_the_next_one(
    server: DevServer, temporal_binary: Path, tmp_path: Path
) -> None:
    code = (
        "import sys, time; from pathlib import Path; from api.processes.temporal_server import DevServer;"
        "server = DevServer(Path(sys.argv[1]), Path(sys.argv[2]), port=int(sys.argv[3]));"
        "server.start(); print(server.pid, flush=True); time.sleep(600)"
    )
    port = server.address.rpartition(":")[2]
    command = [sys.executable, "-c", code, str(temporal_binary), str(tmp_path), port]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        orphan = int(parent.stdout.readline())
        parent.kill()
    server.start()
    assert server.pid not in (None, orphan)


def test_a_port_in_use_is_named(server: DevServer) -> None:
    with (
        socket.create_server(("127.0.0.1", int(server.address.rpartition(":")[2]))),
        pytest.raises(TemporalFailed, match=server.address),
    ):
        server.start()
    assert server.pid is None


def test_a_server_that_does_not_come_up_tells_the_end_of_its_log(temporal_binary: Path, tmp_path: Path) -> None:
    server = DevServer(temporal_binary, tmp_path, port=free_port(), dynamic_config={"history.shardIOConcurrency": "{"})
    with pytest.raises(TemporalFailed, match="shardIOConcurrency"):
        server.start()


def test_the_server_is_told_none_of_our_settings(server: DevServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIXIAN_SECRET", "for us alone")
    server.start()
    environment = Path(f"/proc/{server.pid}/environ")
    if not environment.exists():
        pytest.skip("this system does not show a process's environment as a file")
    assert b"for us alone" not in environment.read_bytes()
