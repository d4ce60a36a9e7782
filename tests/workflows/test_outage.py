"""The database away, and many cases due at one instant."""

import asyncio
import time

import pytest

from activities.store.store import Store
from api.processes.temporal_server import DevServer
from tests.databases import PostgreSQL
from tests.desk import Desk, at, water
from tests.waiting import PROMPT, eventually
from tests.workflows.bench import Bench, standing_at
from tests.workflows.test_case import PROMISE
from workflows.dispatch import OutcomeUnknownError
from workflows.messages import Complete
from workflows.worker import connect

AWAY = 20.0  # seconds, in which a settling is attempted four times; nightly more of the same
AWAY_NIGHTLY = 60.0
DUE_AT_ONCE = 100
DUE_AT_ONCE_NIGHTLY = 500


async def posted(bench: Bench, case: str, command: Complete) -> int:
    """Sends a command as a client would, again and again under its key until there is an answer; how often."""
    for number in range(1, 100):
        try:
            await bench.dispatcher.send(case, command)
        except OutcomeUnknownError:
            continue
        return number
    raise AssertionError("no answer")


@pytest.mark.slow
@pytest.mark.parametrize("database", ["postgresql"])
async def test_with_the_database_away_cases_wait_cheaply_and_go_on_at_once(
    bench: Bench, postgresql: PostgreSQL, nightly: bool
) -> None:
    bench.timeline = standing_at("2021-03-05 17:29:45")
    desk = bench.desk
    ringing, posting, resting = bench.new(), bench.new(), bench.new()
    async with bench.working():
        for case in (ringing, posting, resting):
            await bench.send(case, desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
        await bench.send(resting, desk.withdraw(at("2021-03-02 10:00")))
        before = {case: sum((await bench.history(case)).values()) for case in (ringing, posting)}
        await asyncio.to_thread(postgresql.stop)
        try:
            survey = desk.complete(at("2021-03-05 10:00"), "joint-site-survey")
            with pytest.raises(OutcomeUnknownError):
                await bench.dispatcher.send(posting, survey)
            await asyncio.sleep((AWAY_NIGHTLY if nightly else AWAY) - 4.5)
            during = {case: sum((await bench.history(case)).values()) for case in (ringing, posting)}
        finally:
            await asyncio.to_thread(postgresql.start)
        await posted(bench, posting, survey)
        await eventually(lambda: any(r.kind == "overdue" for r in bench.rungs(ringing, PROMISE)), seconds=PROMPT)
        for case in (ringing, posting):
            assert during[case] - before[case] <= 20
            await bench.level(case)
        await bench.level(resting)
    (rung,) = [r for r in bench.rungs(ringing, PROMISE) if r.kind == "overdue"]
    assert rung.due_at == at("2021-03-05 17:30")


async def test_a_settling_that_waited_past_its_time_gives_the_ledger_back(bench: Bench) -> None:
    """Another writer holds the case's ledger for longer than an attempt may take."""
    case, desk = bench.new(), bench.desk
    async with bench.working():
        await bench.send(case, desk.open(at("2021-03-01 09:00"), water()))

        def hold() -> None:
            with bench.store.append(case):
                time.sleep(6.5)

        held = asyncio.create_task(asyncio.to_thread(hold))
        await asyncio.sleep(0.2)
        accept = desk.accept(at("2021-03-01 10:00"))
        with pytest.raises(OutcomeUnknownError):
            await bench.dispatcher.send(case, accept)
        await held
        await bench.send(case, accept)
        await bench.send(case, desk.fee(at("2021-03-01 11:00"), 5))
        await bench.level(case)
    assert bench.kinds(case).count("accepted") == 1


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite"])
async def test_cases_due_at_one_instant_all_have_their_rungs_once_from_a_cold_worker(
    temporal_server: DevServer, store: Store, nightly: bool
) -> None:
    client = await connect(temporal_server.address, temporal_server.namespace)
    desk = Desk()
    earlier = Bench(client, store, standing_at("2021-03-05 08:00"))
    cases = [earlier.new() for _ in range(DUE_AT_ONCE_NIGHTLY if nightly else DUE_AT_ONCE)]
    gate = asyncio.Semaphore(16)

    async def carried(case: str) -> None:
        async with gate:
            await earlier.send(
                case,
                desk.open(at("2021-03-01 09:00"), water()),
                desk.accept(at("2021-03-01 10:00")),
            )

    async with earlier.working():
        await asyncio.gather(*(carried(case) for case in cases))
    # The worker that comes next knows no case yet, and finds all of them rung.
    late = Bench(client, store, standing_at("2021-03-05 17:30:10"))
    late.use(earlier.queue)
    await asyncio.gather(*(client.get_workflow_handle(case).signal("wake") for case in cases))
    async with late.working():
        await eventually(lambda: len(late_rungs(store, cases)) == len(cases), "every case is told overdue")
    assert all(late.kinds(case).count("rung-raised") == len(set(raised(late, case))) for case in cases)


def late_rungs(store: Store, cases: list[str]) -> set[str]:
    wanted = set(cases)
    overdue = store.overdue_clocks(at("2021-03-06 00:00"), limit=20 * len(cases))
    return {
        c.case
        for c in overdue
        if c.case in wanted
        and c.clock.picture.clock.key == PROMISE
        and any(r.kind == "overdue" for r in c.clock.picture.rungs)
    }


def raised(bench: Bench, case: str) -> list[tuple[str, str]]:
    events = [e for e in bench.store.events(case) if e.kind == "rung-raised"]
    return [(e.body["clock"], e.body["rung"]) for e in events]
