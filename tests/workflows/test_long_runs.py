"""A case whose history grows until it continues as new."""

import pytest

from activities.store.store import Store
from api.processes.temporal_server import DevServer
from tests.desk import a_whole_case, at
from tests.waiting import eventually
from tests.workflows.bench import Bench, standing_at
from tests.workflows.test_case import PROMISE
from workflows.worker import connect


@pytest.fixture
async def bench(short_histories: DevServer, store: Store) -> Bench:
    client = await connect(short_histories.address, short_histories.namespace)
    return Bench(client, store, standing_at("2021-03-05 17:29:50"))


async def runs(bench: Bench, case: str) -> int:
    listed = [run async for run in bench.client.list_workflows(f"WorkflowId = '{case}'")]
    return len(listed)


async def test_a_case_that_continues_as_new_keeps_its_clocks_its_keys_and_its_alarm(bench: Bench) -> None:
    case, desk = bench.new(), bench.desk
    whole = a_whole_case(desk)
    async with bench.working():
        first = [await bench.send(case, command) for command in whole[:3]]
        fees = [desk.fee(at("2021-03-02 10:00"), n) for n in range(30)]
        paid = [await bench.send(case, fee) for fee in fees]
        described = await bench.client.get_workflow_handle(case).describe()
        assert described.history_length < 80
        before = bench.store.case(case)
        assert [await bench.send(case, command) for command in whole[:3]] == first
        assert await bench.send(case, fees[0]) == paid[0]
        await bench.level(case)
        assert (await bench.history(case))["TIMER_STARTED"] >= 1
        await eventually(lambda: any(r.kind == "overdue" for r in bench.rungs(case, PROMISE)))
        assert bench.kinds(case).count("fee-recorded") == 30
        after = bench.store.case(case)
        await bench.level(case)
    assert before is not None
    assert after is not None
    assert [c.picture.clock for c in after.clocks] == [c.picture.clock for c in before.clocks]
    overdue = [r for r in bench.rungs(case, PROMISE) if r.kind == "overdue"]
    assert len(overdue) == 1
    assert overdue[0].due_at == at("2021-03-05 17:30")
    assert await runs(bench, case) > 2
