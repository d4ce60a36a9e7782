"""Many connections to one API process, each of which waits for news and asks again; and one who asks too often."""

import asyncio
import resource
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic

from activities.store.store import Store
from api.access.api_keys import CallerRole, new_key
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from tests.bench.figures import Sheet
from tests.bench.memory import resident
from tests.bench.stand import prepared, process, settings, until_answers

KEYS = 100  # among which the connections are shared
RATE, BURST = 2, 30  # questions of a key: enough for those who wait, and less than the hasty one asks on any machine
WAIT = 20  # seconds that each question waits for news
AT_ONCE = 100  # connections that are opened at the same time
IMPATIENT = 50  # questions a second of the hasty one, at most
MOST = 400  # MiB
SPARE = 200  # open files beside the connections
LIMITS = {"SHIXIAN_REQUESTS_PER_SECOND": str(RATE), "SHIXIAN_REQUESTS_AT_ONCE": str(BURST)}


class Connection:
    """One of HTTP/1.1 that stays open."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def open(self) -> None:
        """Open it; OSError where it is refused."""
        self._streams = await asyncio.open_connection("127.0.0.1", self._port)

    async def ask(self, path: str, key: str) -> int:
        """Return the status of an answer; OSError or EOFError where the connection is cut."""
        assert self._streams is not None
        reader, writer = self._streams
        head = f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
        await reader.readexactly(length)
        return int(lines[0].split()[1])

    def close(self) -> None:
        """Close it."""
        if self._streams is not None:
            self._streams[1].close()


def measure(sheet: Sheet, server: DevServer, home: Path, *, connections: int, seconds: int) -> dict[str, float]:
    """Say what so many open connections cost, and whether one of them was refused; returns the figures."""
    url = prepared(f"sqlite:///{home}/connections.sqlite")
    port = free_port()
    with many_files(connections), process("api", {**settings(server, url, port), **LIMITS}) as pid:
        until_answers(f"http://127.0.0.1:{port}/livez")
        begun = resident(pid)
        found = asyncio.run(_connected(port, pid, _keys(url), connections, seconds))
    what = f"with {connections} open connections, each of which asks again and again for {seconds} s"
    sheet.add("doors.connections.memory", found["memory"], "MiB", f"{what}; {begun:.0f} before; at most {MOST}")
    sheet.add("doors.connections.refused", found["refused"], "connections", f"{what}; at most 0")
    sheet.add("doors.connections.answered", found["answered"], "answers", what)
    sheet.add("doors.connections.otherwise", found["otherwise"], "answers", f"{what}, that were not 200; at most 0")
    allowed = f"of {found['asked']:.0f} questions of one key beside them; at most {found['allowed']:.0f}"
    sheet.add("doors.connections.let_in", found["let_in"], "answers", allowed)
    return found


@contextmanager
def many_files(connections: int) -> Iterator[None]:
    """Let this process, and those that it starts, hold so many files open."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before, min(connections + SPARE, most)), most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, most))


def _keys(url: str) -> list[str]:
    with closing(Store.open(url)) as store:
        texts = []
        for number in range(KEYS + 1):
            text, kept = new_key(
                actor=f"waiting-{number}",
                role=CallerRole.UTILITY,
                company="suzhou-water",
                now=real_now(),
                sandbox=not store.timeline().identity,
            )
            store.add_key(kept)
            texts.append(text)
    return texts


async def _connected(port: int, pid: int, keys: list[str], connections: int, seconds: int) -> dict[str, float]:
    statuses: Counter[int] = Counter()
    found = {"refused": 0.0, "memory": 0.0}
    opening = asyncio.Semaphore(AT_ONCE)
    wait = min(WAIT, seconds)
    opened = [Connection(port) for _ in range(connections)]

    async def waiting(number: int, end: float) -> None:
        connection = opened[number]
        try:
            while monotonic() < end:
                statuses[await connection.ask(f"/v1/events?wait={wait}", keys[number % KEYS])] += 1
        except (OSError, EOFError):
            found["refused"] += 1

    async def opens(connection: Connection) -> None:
        async with opening:
            try:
                await connection.open()
                statuses[await connection.ask("/livez", "")] += 1
            except (OSError, EOFError):
                found["refused"] += 1

    # an idle connection is closed after some seconds: so each begins to wait as soon as it is open
    async def both(number: int, end: float) -> None:
        await opens(opened[number])
        await waiting(number, end)

    end = monotonic() + seconds
    asking = [asyncio.create_task(both(number, end)) for number in range(connections)]
    begun = monotonic()
    hasty = Connection(port)
    await hasty.open()
    impatient: Counter[int] = Counter()
    while monotonic() < end:
        impatient[await hasty.ask("/v1/commitments", keys[-1])] += 1
        found["memory"] = max(found["memory"], resident(pid))
        await asyncio.sleep(max(0.0, begun + impatient.total() / IMPATIENT - monotonic()))
    found["allowed"] = BURST + RATE * (monotonic() - begun)
    await asyncio.gather(*asking)
    for one in (*opened, hasty):
        one.close()
    assert set(impatient) <= {200, 429}, impatient
    return found | {
        "answered": statuses.total(),
        "otherwise": statuses.total() - statuses[200],
        "asked": impatient.total(),
        "let_in": impatient[200],
    }
