"""The way to the database or to Temporal is cut, or the database takes nothing: 503 in time, and what was meant is done once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from time import monotonic
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import psycopg
import pytest

from activities.store.store import Store
from api.processes.temporal_server import DevServer
from tests.api.office import PATIENT, Office, problem
from tests.databases import PostgreSQL
from tests.faults.wire import Cut, Streams, Wire
from tests.waiting import PROMPT, eventually
from workflows.worker import connect

HASTY = PATIENT.model_copy(update={"request_deadline": timedelta(seconds=1.5)})
UNKNOWN = {"outcome-unknown", "store-unavailable"}


class Wired(NamedTuple):
    """An office of which every part reaches the database and Temporal over a wire of its own."""

    office: Office
    database: Wire
    temporal: Wire
    url: str  # of the database, past the wire


@pytest.fixture
async def wired(temporal_server: DevServer, postgresql: PostgreSQL) -> AsyncIterator[Wired]:
    url = postgresql.create()
    socket = f"{parse_qs(urlsplit(url).query)['host'][0]}/.s.PGSQL.5432"
    host, _, port = temporal_server.address.rpartition(":")

    async def to_database() -> Streams:
        return await asyncio.open_unix_connection(socket)

    async def to_temporal() -> Streams:
        return await asyncio.open_connection(host, int(port))

    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Wire(to_database))
        temporal = await stack.enter_async_context(Wire(to_temporal))
        name = urlsplit(url).path
        # by threads of its own, since the wire is in this one
        store = await asyncio.to_thread(Store.open, f"postgresql://postgres@127.0.0.1:{database.port}{name}")
        client = await connect(f"127.0.0.1:{temporal.port}", temporal_server.namespace)
        office = await asyncio.to_thread(Office, client, store, HASTY)
        async with office.working():
            yield Wired(office, database, temporal, url)
        await office.close()
        await asyncio.to_thread(store.close)


class Posting:
    """A fee that somebody wants to have on record, with one key however often it is sent."""

    def __init__(self, office: Office, case: str) -> None:
        self.office, self.case, self.key = office, case, uuid4().hex
        self.path, self.body = f"/v1/cases/{case}/fees", {"fen": 7, "reason": "meter"}

    async def is_unknown(self) -> None:
        """Is answered in time that nobody knows yet, and when to ask again."""
        begun = monotonic()
        answer = await self.office.officer.post(self.path, self.body, key=self.key)
        assert (answer.status_code, problem(answer) in UNKNOWN) == (503, True), answer.text
        assert int(answer.headers["Retry-After"]) > 0
        assert monotonic() - begun < PROMPT

    async def is_done_once(self, url: str) -> None:
        """Is taken with its key, and stands in the ledger once."""
        answer = await self.office.officer.insist(self.path, self.body, key=self.key)
        assert answer.status_code in {200, 201}, answer.text
        again = await self.office.officer.insist(self.path, self.body, key=self.key)
        assert again.content == answer.content
        assert await asyncio.to_thread(_fees, url, self.case) == [7]


def _fees(url: str, case: str) -> list[int]:
    store = Store.open(url)
    try:
        assert store.verify_chain(case) is None
        return [event.body["fen"] for event in store.events(case) if event.kind == "fee-recorded"]
    finally:
        store.close()


@pytest.mark.parametrize(
    "seconds", [1.0, *(pytest.param(length, marks=pytest.mark.nightly) for length in (30.0, 300.0))]
)
@pytest.mark.parametrize("how", ["silent", "refused"])
@pytest.mark.parametrize("where", ["database", "temporal"])
async def test_f_14_where_the_way_is_cut_nobody_waits_for_long_and_nothing_is_lost(
    wired: Wired, where: str, how: Cut, seconds: float
) -> None:
    wire: Wire = getattr(wired, where)
    posting = Posting(wired.office, await wired.office.accepted())
    wire.cut(how)
    try:
        await posting.is_unknown()
        read = await wired.office.officer.get(f"/v1/cases/{posting.case}")
        assert read.status_code == (503 if where == "database" else 200), read.text
        assert (await wired.office.http.get("/livez")).status_code == 200
        await asyncio.sleep(seconds)
    finally:
        wire.mend()
    await posting.is_done_once(wired.url)
    assert wire.lost > 0


@contextmanager
def read_only(url: str) -> Iterator[None]:
    """The database takes nothing, as a stand-by does: for every session, those that are open included."""
    name = urlsplit(url).path[1:]
    with psycopg.connect(url, autocommit=True) as connection:

        def now(value: str) -> None:
            connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {value}".encode())
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                (name,),
            )

        now("on")
        try:
            yield
        finally:
            connection.execute("SET default_transaction_read_only = off")
            now("off")


async def test_f_11_a_database_that_only_reads_answers_machines_and_takes_everything_again_later(wired: Wired) -> None:
    office = wired.office
    posting = Posting(office, await office.accepted())
    with read_only(wired.url):
        await posting.is_unknown()

        async def read_by_machine() -> bool:
            answer = await office.water.get(f"/v1/cases/{posting.case}")
            assert answer.status_code in {200, 503}, answer.text  # one may meet a connection that was ended
            return answer.status_code == 200

        await eventually(read_by_machine)
        look = await office.officer.get(f"/v1/cases/{posting.case}")
        assert (look.status_code, problem(look) in UNKNOWN) == (503, True), "a person's look has to be on record"
    await posting.is_done_once(wired.url)
