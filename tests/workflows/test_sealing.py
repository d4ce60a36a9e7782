"""What Temporal keeps is sealed: nobody reads it there, keys are replaced meanwhile, and a key that is missing loses no case."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload

from api.processes.temporal_server import DevServer
from tests.desk import a_whole_case, at, water
from tests.waiting import WITHIN
from tests.workflows.bench import Bench
from tests.workflows.test_signing import code
from workflows.dispatch import OutcomeUnknownError
from workflows.keys import HouseKey, keys_of, new_keys
from workflows.sealing import ENCODING, SealedPayloads, Unreadable
from workflows.worker import Access, connect

OLD, NEW = keys_of(new_keys())[0], keys_of(new_keys())[0]
OPEN, SEALED = "canary-7f3a-open", "canary-7f3a-sealed"


def codec(*keys: HouseKey) -> SealedPayloads:
    return SealedPayloads(lambda: keys)


@given(st.lists(st.binary(max_size=200), max_size=4), st.dictionaries(st.text(max_size=5), st.binary(max_size=9)))
async def test_what_is_sealed_is_opened_as_it_was_and_never_sealed_alike(
    contents: list[bytes], metadata: dict[str, bytes]
) -> None:
    payloads = [Payload(metadata=metadata, data=data) for data in contents]
    sealed = await codec(OLD).encode(payloads)
    assert await codec(NEW, OLD).decode(sealed) == payloads
    assert all(one.metadata["encoding"] == ENCODING for one in sealed)
    assert not payloads or sealed != await codec(OLD).encode(payloads)
    assert await codec(OLD).decode(payloads) == payloads  # of before


@given(st.integers(0, 10_000), st.integers(1, 255))
async def test_what_was_altered_cut_or_sealed_with_an_unknown_key_is_unreadable(place: int, change: int) -> None:
    [sealed] = await codec(OLD).encode([Payload(data=b"some content")])
    altered = bytearray(sealed.data)
    altered[place % len(altered)] ^= change
    for data in (bytes(altered), sealed.data[: place % len(sealed.data)]):
        with pytest.raises(Unreadable):
            await codec(OLD).decode([Payload(metadata=sealed.metadata, data=data)])
    with pytest.raises(Unreadable, match=OLD.id):
        await codec(NEW).decode([sealed])
    with pytest.raises(Unreadable):
        await codec(HouseKey(OLD.id, NEW.secret)).decode([sealed])


@pytest.fixture
def database() -> str:
    """The ledger is not sealed."""
    return "sqlite"


@asynccontextmanager
async def working(bench: Bench, server: DevServer, *keys: HouseKey) -> AsyncIterator[None]:
    """With a worker and a client that have these keys; without any, nothing is sealed."""
    sealing = (lambda: keys) if keys else None
    bench.client = await connect(server.address, server.namespace, access=Access(sealing=sealing))
    bench.use(bench.queue)
    async with bench.working():
        yield


def is_kept(server: DevServer, text: str) -> bool:
    """Whether a text stands in what Temporal keeps on its disk."""
    files = [server.database, Path(f"{server.database}-wal")]
    return any(text.encode() in file.read_bytes() for file in files if file.exists())


async def test_nothing_that_a_command_or_a_refusal_says_is_in_temporal_s_database(
    bench: Bench, temporal_server: DevServer
) -> None:
    """C-24: canaries are not in Temporal's backups; unsealed they would be, or the search finds nothing."""
    for text, keys in ((OPEN, ()), (SEALED, (OLD,))):
        case = bench.new()
        async with working(bench, temporal_server, *keys):
            await bench.send(case, *a_whole_case(bench.desk)[:2])
            await bench.send(case, bench.desk.fee(at("2021-03-02 10:00"), 1).model_copy(update={"reason": text}))
            unknown = bench.desk.start(at("2021-03-02 11:00"), text)
            assert await code(bench.dispatcher, case, unknown) == "unknown-step"
            await bench.level(case)
        assert is_kept(temporal_server, text) is (not keys)


async def test_keys_are_replaced_under_cases_that_run_and_a_missing_one_loses_nothing(
    bench: Bench, temporal_server: DevServer, caplog: pytest.LogCaptureFixture
) -> None:
    case, fee = bench.new(), bench.desk.fee(at("2021-03-02 12:00"), 3)
    async with working(bench, temporal_server):
        await bench.send(case, bench.desk.open(at("2021-03-01 09:00"), water()))
    async with working(bench, temporal_server, OLD):  # it replays what was not sealed
        await bench.send(case, bench.desk.accept(at("2021-03-01 10:00")))
    async with working(bench, temporal_server, NEW, OLD):
        await bench.send(case, bench.desk.fee(at("2021-03-02 10:00"), 1))
    before = bench.store.events(case)
    async with working(bench, temporal_server, NEW):
        with pytest.raises(OutcomeUnknownError):
            await bench.dispatcher.send(case, fee, timedelta(seconds=4))
        assert bench.store.events(case) == before
    assert f"the key {OLD.id}, which is not in the file of keys" in caplog.text
    async with working(bench, temporal_server, NEW, OLD):
        await bench.send(case, fee, seconds=WITHIN)
        await bench.level(case)
    assert [event.kind for event in bench.store.events(case)].count("fee-recorded") == 2
