"""The disk of a PostgreSQL is full: 503 and nothing half done; with room again what was meant is done once."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest

from activities.store.store import Store
from api.processes.temporal_server import DevServer
from tests.api.office import Office
from tests.databases import PostgreSQL
from tests.faults.test_cuts import HASTY, Posting
from tests.waiting import eventually
from workflows.worker import connect

ROOM = 256  # MiB of the volume
MOST = 200  # fees until something that has to grow finds no room


class Volume:
    """A file system in memory, with a bound; it is mounted, so only root has one."""

    def __init__(self, folder: Path) -> None:
        assert os.geteuid() == 0, "a volume is mounted: run this test as root, such as in a container"
        self.folder = folder
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}m,mode=755", "tmpfs", folder], check=True)

    def fill(self) -> None:
        """Leave no room."""
        with (self.folder / "ballast").open("wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                return

    def empty(self) -> None:
        """Make room again."""
        (self.folder / "ballast").unlink()

    def close(self) -> None:
        """End it."""
        subprocess.run(["umount", "--lazy", self.folder], check=True)


@pytest.fixture
def volume() -> Iterator[Volume]:
    folder = Path(tempfile.mkdtemp(prefix="sx"))
    made = Volume(folder)
    yield made
    made.close()
    shutil.rmtree(folder)


@pytest.fixture
def server(volume: Volume) -> Iterator[PostgreSQL]:
    made = PostgreSQL(volume.folder)
    yield made
    made.close()


@pytest.fixture
def url(server: PostgreSQL) -> str:
    return server.create()


@pytest.fixture
async def office(temporal_server: DevServer, url: str) -> AsyncIterator[Office]:
    store = Store.open(url)
    office = Office(await connect(temporal_server.address, temporal_server.namespace), store, HASTY)
    async with office.working():
        yield office
    await office.close()
    store.close()


async def posted_until_full(office: Office, case: str) -> list[str]:
    """Keys of what was taken until nothing is any more."""
    taken: list[str] = []
    for number in range(MOST):
        key = f"fee-{number}"
        body = {"fen": 1, "reason": "x" * 500}
        answer = await office.officer.post(f"/v1/cases/{case}/fees", body, key=key)
        if answer.status_code not in {200, 201}:
            return taken
        taken.append(f"{office.officer.actor}:{key}")
    raise AssertionError("there was room for everything")


def on_record(url: str, case: str) -> list[str | None]:
    store = Store.open(url)
    try:
        assert store.verify_chain(case) is None
        return [event.request_id for event in store.events(case)]
    finally:
        store.close()


@pytest.mark.nightly
async def test_f_12_with_the_volume_of_the_data_full_nothing_is_lost_and_it_goes_on_by_itself(
    office: Office, volume: Volume, url: str
) -> None:
    case, other = await office.accepted(), await office.accepted()
    volume.fill()
    taken = await posted_until_full(office, case)
    posting = Posting(office, other)
    await posting.is_unknown()
    assert (await office.http.get("/livez")).status_code == 200
    volume.empty()
    await posting.is_done_once(url)
    assert set(taken) <= set(await asyncio.to_thread(on_record, url, case))


def use_up_segments(connection: psycopg.Connection) -> None:
    """Have it write until there is no segment left that it has made beforehand."""
    for _ in range(MOST):
        connection.execute("SELECT pg_logical_emit_message(false, 'x', 'x'), pg_switch_wal()")


@pytest.mark.nightly
async def test_f_13_with_the_volume_of_the_log_full_the_server_dies_and_nothing_acknowledged_is_lost(
    office: Office, volume: Volume, server: PostgreSQL, url: str
) -> None:
    """A PostgreSQL that cannot write ahead ends with a panic: it needs room and a start."""
    case = await office.accepted()
    posting = Posting(office, case)
    with psycopg.connect(url, autocommit=True) as connection:
        volume.fill()
        with pytest.raises(psycopg.OperationalError):
            use_up_segments(connection)
    await eventually(lambda: not server.lives)
    await posting.is_unknown()
    volume.empty()
    await asyncio.to_thread(server.start)
    await posting.is_done_once(url)
