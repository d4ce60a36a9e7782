"""The server as a process: slow senders, many connections, heads that are too long, and an end that drops nobody."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

from api.cli.http_protocol import PATIENCE
from api.http.middleware import HEADERS
from api.processes.claims import free_port
from tests.bench.stand import prepared, process, until_answers
from tests.waiting import WITHIN, eventually

QUESTION = b"GET /livez HTTP/1.1\r\nHost: here\r\n"


class Served:
    """An API process whose Temporal is away."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.port = pid, port
        self.url = f"http://127.0.0.1:{port}"

    @property
    def memory(self) -> float:
        """What it holds of the machine's memory, in MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        [line] = [line for line in status.splitlines() if line.startswith("VmRSS")]
        return int(line.split()[1]) / 1024

    @property
    def runs(self) -> bool:
        """Whether it has not ended; nobody has waited for it yet."""
        return "zombie" not in Path(f"/proc/{self.pid}/status").read_text()

    def connect(self, stack: ExitStack, begin: bytes = b"") -> socket.socket:
        """A connection that has sent something."""
        made = stack.enter_context(socket.create_connection(("127.0.0.1", self.port), timeout=WITHIN))
        made.sendall(begin)
        return made

    def ask(self) -> int:
        """The status of an answer on a connection of its own."""
        return httpx2.get(f"{self.url}/livez", trust_env=False, timeout=WITHIN).status_code


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    port = free_port()
    told = {
        "SHIXIAN_DATABASE_URL": prepared(f"sqlite:///{folder}/ledger.sqlite"),
        "SHIXIAN_TEMPORAL_ADDRESS": "127.0.0.1:1",
        "SHIXIAN_PORT": str(port),
    }
    with process("api", told) as pid:
        until_answers(f"http://127.0.0.1:{port}/livez", WITHIN)
        yield Served(pid, port)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as made:
        yield made


def answer(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    parts = []
    while part := connection.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def test_two_hundred_who_never_finish_their_question_hold_nobody_up_and_are_sent_away(served: Served) -> None:
    with ExitStack() as stack:
        begun = time.monotonic()
        slow = [served.connect(stack, QUESTION) for _ in range(100)]
        slow += [served.connect(stack) for _ in range(100)]
        assert [served.ask() for _ in range(20)] == [200] * 20
        assert {answer(one) for one in slow} == {b""}
        assert time.monotonic() - begun >= PATIENCE
        assert served.ask() == 200


def test_many_connections_at_once_are_answered_in_bounded_memory(served: Served, nightly: bool) -> None:
    """C-31: 2 000 connections with less than 400 MiB."""
    with ExitStack() as stack:
        many = [served.connect(stack, QUESTION) for _ in range(2000 if nightly else 300)]
        for one in many:
            one.sendall(b"\r\n")
        assert {one.recv(65_536).split(b"\r\n")[0] for one in many} == {b"HTTP/1.1 200 OK"}
        assert served.memory < 400


@pytest.mark.parametrize(
    "sent",
    [
        QUESTION + b"X-Long: " + b"x" * 70_000 + b"\r\n\r\n",
        b"GET /livez?" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: here\r\n\r\n",
        QUESTION + b"".join(b"X-%d: x\r\n" % n for n in range(10_000)) + b"\r\n",
        b"nonsense\r\n\r\n",
        QUESTION + b"Content-Length: -1\r\n\r\n",
        QUESTION + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello",
    ],
    ids=["a long header", "a long address", "many headers", "nonsense", "a length below nought", "two lengths"],
)
def test_what_is_no_request_is_refused_like_everything_else_and_harms_nobody(served: Served, sent: bytes) -> None:
    """C-01, C-21."""
    with ExitStack() as stack:
        connection = served.connect(stack)
        try:
            connection.sendall(sent)
            head = answer(connection).decode().lower().split("\r\n\r\n")[0]
        except ConnectionResetError:  # it did not read all of it
            head = ""
        if head.startswith("http/1.1 400"):
            assert "content-type: application/problem+json" in head
            assert {name.lower() for name in HEADERS} <= {line.split(":")[0] for line in head.split("\r\n")[1:]}
            assert "server:" not in head
        else:
            assert head == "" or head.startswith("http/1.1 200")
    assert served.ask() == 200


async def test_whoever_is_being_answered_when_the_server_is_told_to_end_gets_the_answer(tmp_path: Path) -> None:
    """C-32: what has begun is finished, and nothing is reset."""
    with serving(tmp_path) as served:
        async with httpx2.AsyncClient(base_url=served.url, trust_env=False, timeout=WITHIN) as http:
            asked = [asyncio.create_task(http.get("/readyz")) for _ in range(30)]  # Temporal is away: it waits for it
            await asyncio.sleep(1)
            begun = time.monotonic()
            os.kill(served.pid, signal.SIGTERM)
            answers = await asyncio.gather(*asked)
        assert {one.json()["status"] for one in answers} == {"away"}
        await eventually(lambda: not served.runs)
        assert time.monotonic() - begun < 30
