"""Makes the histories of a day that later releases are replayed against: `python -m tests.workflows.make_histories 2026-11-22`.

Those of a release stay: one that may no longer replay them is a decision of its own.
"""

import asyncio
import json
import re
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client

from activities.settle import Prepared, Settle, Settler
from activities.store.errors import StoreUnavailable
from activities.store.store import Store
from api.processes.binaries import TEMPORAL, find
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from sla.release import RELEASE
from tests.desk import TOLERANCE, Desk, a_whole_case, at, water
from tests.waiting import eventually
from tests.workflows.bench import GRACE, Bench, standing_at
from tests.workflows.test_case import PROMISE, append_behind
from workflows.answers import Refusal
from workflows.messages import Wanted
from workflows.worker import connect, worker

HISTORIES = Path(__file__).parent / "histories" / sys.argv[-1]
SHORT = {"limit.historyCount.suggestContinueAsNew": "60"}
SCRUBBED = {"identity", "stackTrace", "workerControlTaskQueue", "workerInstanceKey"}
MACHINE = re.compile(r"\d+@[\w.-]+")  # a process and its machine


class Flaky(Settler):
    """A settler whose database is away for some calls."""

    away = 0

    def prepare(self, request: Settle) -> Prepared:
        if self.away:
            self.away -= 1
            raise StoreUnavailable
        return super().prepare(request)


def scrubbed(value: Any) -> Any:
    """A history without the names of machines and processes."""
    if isinstance(value, dict):
        return {k: "scrubbed" if k in SCRUBBED else scrubbed(v) for k, v in value.items()}
    if isinstance(value, list):
        return [scrubbed(v) for v in value]
    return MACHINE.sub("scrubbed", value) if isinstance(value, str) else value


async def keep(client: Client, case: str, name: str, run: str | None = None) -> None:
    """Writes one run's history."""
    history = await client.get_workflow_handle(case, run_id=run).fetch_history()
    text = json.dumps(scrubbed(history.to_json_dict()), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (HISTORIES / f"{name}.json").write_text(text + "\n")


async def carried(bench: Bench) -> None:
    """From its opening to its decision, with a refusal on the way; and what comes after."""
    desk, case = bench.desk, "carried"
    whole = a_whole_case(desk)
    await bench.send(case, *whole[:2])
    try:
        await bench.send(case, desk.complete(at("2021-03-02 10:00"), "water-on"))
    except Refusal:
        await bench.send(case, *whole[2:])
    await bench.ended(case)
    await keep(bench.client, case, "carried-with-a-refusal")
    accepted = next(e.seq for e in bench.store.events(case) if e.kind == "accepted")
    await bench.send(case, desk.correct(at("2021-03-05 17:31"), accepted, instant=at("2021-03-01 11:00")))
    await bench.ended(case)
    await keep(bench.client, case, "revived-and-corrected")


async def rung(bench: Bench) -> None:
    """Its alarm rings; a completion told late takes the breach back."""
    desk, case = bench.desk, "rung"
    await bench.send(case, *a_whole_case(desk)[:4])
    await eventually(lambda: any(r.kind == "overdue" for r in bench.rungs(case, PROMISE)))
    await bench.send(case, desk.complete(at("2021-03-05 16:00"), "water-on", told=at("2021-03-05 17:31")))
    await keep(bench.client, case, "alarm-and-told-late")


async def adopted(bench: Bench) -> None:
    """The ledger knows more than the run."""
    desk, case = bench.desk, "adopted"
    await bench.send(case, desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
    append_behind(bench, case, desk.complete(at("2021-03-02 10:00"), "joint-site-survey"))
    await bench.send(case, desk.fee(at("2021-03-02 11:00"), 700))
    await keep(bench.client, case, "adoption")


async def suspended(bench: Bench) -> None:
    """Suspended, resumed, extended, returned, resubmitted, withdrawn."""
    desk, case = bench.desk, "suspended"
    await bench.send(
        case,
        desk.open(at("2021-03-01 09:00"), water()),
        desk.send_back(at("2021-03-01 10:00")),
        desk.resubmit(at("2021-03-02 10:00")),
        desk.accept(at("2021-03-02 11:00")),
        desk.extend(at("2021-03-03 10:00"), PROMISE, 3),
        desk.suspend(at("2021-03-03 11:00"), "s1", "hearing"),
        desk.resume(at("2021-03-04 11:00"), "s1"),
        desk.withdraw(at("2021-03-05 11:00")),
    )
    await bench.ended(case)
    await keep(bench.client, case, "suspended-extended-withdrawn")


async def otherwise(bench: Bench) -> None:
    """Accepted while something is missing, handed over, of another kind after all, corrected, closed without a decision."""
    desk, case = bench.desk, "otherwise"
    await bench.send(
        case,
        desk.open(at("2021-03-01 09:00"), water()),
        desk.accept(at("2021-03-01 10:00"), tolerance=TOLERANCE),
        desk.hand_over(at("2021-03-02 10:00"), "joint-site-survey", "市燃气集团"),
        desk.complete(at("2021-03-02 11:00"), "joint-site-survey"),
        desk.suspend(at("2021-03-02 12:00"), "s1", "hearing"),
        desk.reclassify(at("2021-03-03 10:00"), water("new-pipe-no-approval")),
        desk.resume(at("2021-03-03 11:00"), "s1"),
        desk.supply(at("2021-03-03 12:00")),
    )
    halted = next(event.seq for event in bench.store.events(case) if event.kind == "suspended")
    await bench.send(
        case,
        desk.correct(at("2021-03-04 10:00"), halted, end=at("2021-03-04 09:00")),
        desk.terminate(at("2021-03-04 11:00")),
    )
    await bench.ended(case)
    await keep(bench.client, case, "turned-out-otherwise")


async def asked(bench: Bench) -> None:
    """What one asks for another grants, refuses, or leaves until the case is closed; one is taken back."""
    first, second, case = bench.desk, Desk("another-officer"), "asked"

    async def ask(wanted: Wanted) -> int:
        return (await bench.send(case, first.ask(wanted))).seq

    await bench.send(case, first.open(at("2021-03-01 09:00"), water()), first.accept(at("2021-03-01 10:00")))
    number = await ask(first.extend(at("2021-03-02 09:00"), PROMISE, 2))
    await bench.send(case, second.grant(at("2021-03-02 10:00"), number))
    number = await ask(first.withdraw(at("2021-03-02 11:00")))
    await bench.send(case, second.refuse_request(at("2021-03-02 12:00"), number))
    number = await ask(first.withdraw(at("2021-03-03 09:00")))
    await bench.send(case, first.take_back(at("2021-03-03 10:00"), number))
    await ask(first.extend(at("2021-03-03 11:00"), PROMISE, 1))
    await bench.send(case, first.terminate(at("2021-03-04 11:00")))
    await bench.ended(case)
    kinds = [kind for kind in bench.kinds(case) if kind.startswith("request-")]
    assert {"request-asked", "request-refused", "request-taken-back", "request-lapsed"} == set(kinds)
    await keep(bench.client, case, "asked-and-answered")


async def continued(bench: Bench) -> None:
    """Its history grows until it continues as new, twice."""
    desk, case = bench.desk, "continued"
    await bench.send(case, desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
    first = (await bench.client.get_workflow_handle(case).describe()).run_id
    for n in range(32):
        await bench.send(case, desk.fee(at("2021-03-02 10:00"), n))
    await keep(bench.client, case, "continued-as-new-first-run", first)
    await keep(bench.client, case, "continued-as-new-last-run")


async def waited(bench: Bench, settler: Flaky) -> None:
    """The database is away for longer than the local attempts last."""
    desk, case = bench.desk, "waited"
    await bench.send(case, desk.open(at("2021-03-01 09:00"), water()))
    settler.away = 5
    await bench.send(case, desk.accept(at("2021-03-01 10:00")))
    await keep(bench.client, case, "database-away")


async def make() -> None:
    """All of them, on a server of their own."""
    HISTORIES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        store = Store.open(f"sqlite:///{folder}/ledger.db", durable=False)
        store.migrate()
        server = DevServer(find(TEMPORAL).path, Path(folder), port=free_port(), dynamic_config=SHORT)
        await asyncio.to_thread(server.start)
        try:
            await play(await connect(server.address, server.namespace), store)
        finally:
            await asyncio.to_thread(server.stop)
            store.close()


async def play(client: Client, store: Store) -> None:
    """One scene after another, on one worker."""
    bench = Bench(client, store, standing_at("2021-03-05 17:29:48"))
    settler = Flaky(store, bench.timeline, GRACE, real_now, RELEASE)
    async with worker(client, settler, grace=timedelta(seconds=1), task_queue=bench.queue):
        for scene in (continued, rung, carried, adopted, suspended, otherwise, asked):
            await scene(bench)
        await waited(bench, settler)


if __name__ == "__main__":
    asyncio.run(make())
