"""A ledger that was put back to an older copy: nothing is written over, and the histories restore it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from temporalio.client import Client

from activities.settle import FAULT
from activities.store.store import Store
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.databases import PostgreSQL
from tests.desk import a_whole_case, at, water
from tests.workflows.bench import Bench, standing_at
from workflows.answers import Refusal
from workflows.messages import Message
from workflows.rebuild import Finding, all_events, repair, verify
from workflows.worker import connect


@pytest.fixture
def copy(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes the URL of a copy of a closed ledger."""
    if database == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgresql")
        return server.copy

    def copied(url: str) -> str:
        old = tmp_path / "older.db"
        shutil.copy(url.removeprefix("sqlite:///"), old)
        return f"sqlite:///{old}"

    return copied


class Office:
    """One Temporal server and a ledger that may be another one the next time."""

    def __init__(self, client: Client, timeline: Timeline) -> None:
        self._client, self._timeline, self._queue = client, timeline, ""

    def bench(self, url: str) -> Bench:
        bench = Bench(self._client, Store.open(url, durable=False), self._timeline)
        self._queue = self._queue or bench.queue
        bench.use(self._queue)
        return bench


async def refused(bench: Bench, case: str, command: Message) -> str:
    with pytest.raises(Refusal) as caught:
        await bench.send(case, command)
    return caught.value.code


async def found(bench: Bench, *cases: str) -> dict[str, Finding]:
    return {f.case: f async for f in verify(bench.store, RELEASE, bench.client, bench.queue) if f.case in cases}


async def test_an_older_ledger_is_a_fault_that_is_named_and_repaired_from_the_histories(
    url: str, copy: Callable[[str], str], short_histories: DevServer
) -> None:
    client = await connect(short_histories.address, short_histories.namespace)
    office = Office(client, standing_at("2021-03-04 12:00"))
    bench = office.bench(url)
    waiting, closing, desk = bench.new(), bench.new(), bench.desk
    whole = a_whole_case(desk)
    async with bench.working():
        await bench.send(waiting, desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
        await bench.send(closing, *whole[:3])
    bench.store.close()
    older = copy(url)

    bench = office.bench(url)
    async with bench.working():
        for n in range(3):
            await bench.send(waiting, desk.fee(at("2021-03-02 10:00"), n))
        await bench.send(closing, *whole[3:])
        await bench.ended(closing)
    truth = {case: all_events(bench.store, case) for case in (waiting, closing)}
    bench.store.close()

    bench = office.bench(older)
    async with bench.working():
        before = all_events(bench.store, waiting)
        assert len(before) < len(truth[waiting])
        for n in range(12):  # enough for its run to continue as new, which must not take the old ledger for all
            assert await refused(bench, waiting, desk.fee(at("2021-03-03 10:00"), 100 + n)) == "ledger-fault"
        assert all_events(bench.store, waiting) == before
        assert [(f.case, f.kind) for f in bench.store.faults()] == [(waiting, FAULT)]

        findings = await found(bench, waiting, closing)
        assert set(findings) == {waiting, closing}
        for case, finding in findings.items():
            assert str(len(truth[case])) in finding.problem
            assert await repair(bench.store, RELEASE, client, finding, real_now())
        assert {case: all_events(bench.store, case) for case in truth} == truth
        assert bench.store.faults() == []
        assert await found(bench, waiting, closing) == {}

        receipt = await bench.send(waiting, desk.fee(at("2021-03-04 10:00"), 7))
        assert receipt.seq == len(truth[waiting]) + 1
        await bench.level(waiting)
        assert await bench.send(closing, whole[-1]) == await bench.send(closing, whole[-1])
    bench.store.close()
