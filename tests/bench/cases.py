"""Figures of cases: what one costs in events and actions, and how fast they are carried through."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count
from uuid import uuid4

import httpx2
from temporalio.client import Client

from api.processes.temporal_server import DevServer
from tests.bench.bare import QUEUE, Bare
from tests.bench.figures import Sheet
from tests.bench.load import COMMANDS, Carry, Run, carrying, commands, load
from tests.bench.stand import api
from workflows.case import CaseWorkflow
from workflows.dispatch import Dispatcher
from workflows.worker import TASK_QUEUE, connect

EVENTS_ALLOWED = 8 * COMMANDS + 12
WATER = {"procedure": "water-connection", "jurisdiction": "suzhou", "variant": "no-new-pipe"}
STEPS = ("joint-site-survey", "inspection-and-meter", "water-on")
ACTION = re.compile(r"^action\{[^}]*\} ([0-9.e+]+)$", re.MULTILINE)

Pairs = list[tuple[Run, Run]]


async def cost(sheet: Sheet, server: DevServer, metrics_port: int) -> None:
    """Events and billable actions of one case, its commands sent one after another."""
    client = await connect(server.address)
    events: dict[str, int] = {}
    actions: dict[str, float] = {}
    for name, queue, kind in (("ours", TASK_QUEUE, CaseWorkflow), ("bare", QUEUE, Bare)):
        before = await _actions(metrics_port)
        events[name] = await _one_case(client, queue, kind)
        actions[name] = await _actions(metrics_port) - before
    against = f"history of a case with {COMMANDS} commands; at most {EVENTS_ALLOWED}"
    sheet.add("case.events", events["ours"], "events", against)
    against = f"against {events['bare']} of the bare workflow; at most 1.05"
    sheet.add("case.events_vs_bare", events["ours"] / events["bare"], "ratio", against)
    against = f"the server's counter over such a case; {actions['bare']:.0f} of the bare workflow"
    sheet.add("case.actions", actions["ours"], "actions", against)


async def _one_case(client: Client, queue: str, kind: type) -> int:
    dispatcher, case = Dispatcher(client, task_queue=queue, workflow=kind), f"events-{uuid4().hex}"
    for command in commands():
        await dispatcher.send(case, command)
    handle = client.get_workflow_handle(case)
    await handle.result()
    return len((await handle.fetch_history()).events)


async def _actions(metrics_port: int) -> float:
    """All actions so far; the server reports them about once a second."""
    known = -1.0
    async with httpx2.AsyncClient(trust_env=False) as http:
        while True:
            await asyncio.sleep(2)
            text = (await http.get(f"http://127.0.0.1:{metrics_port}/metrics")).text
            found = sum(map(float, ACTION.findall(text)))
            if found == known:
                return found
            known = found


async def in_turn(ours: Carry, bare: Carry, *, pairs: int, cases: int, in_flight: int) -> Pairs:
    """Ours and bare, who comes first in turn as well; a few cases of each beforehand."""
    for carry in (ours, bare):
        await load(carry, min(cases, 8), min(in_flight, 4))
    measured: Pairs = []
    for number in range(pairs):
        runs: dict[bool, Run] = {}
        for is_ours in (True, False) if number % 2 == 0 else (False, True):
            runs[is_ours] = await load(ours if is_ours else bare, cases, in_flight)
        measured.append((runs[True], runs[False]))
    return measured


def state(sheet: Sheet, where: str, what: str, pairs: Pairs, *, targets: bool) -> None:
    """The figures of pairs of runs, under a name that says where they were."""
    wanted = ("; at least 0.8", "; at most 1.3") if targets else ("", "")
    rates = [ours.rate / bare.rate for ours, bare in pairs]
    tails = [ours.p99 / bare.p99 for ours, bare in pairs]
    sheet.add_ratios(f"{where}.throughput_vs_bare", rates, f"{what} against the bare workflow{wanted[0]}")
    sheet.add_ratios(f"{where}.p99_vs_bare", tails, f"{what} against the bare workflow{wanted[1]}")
    ours, bare = (_typical([pair[side] for pair in pairs]) for side in (0, 1))
    sheet.add(f"{where}.throughput", ours.rate, "commands/s", f"{what}; {bare.rate:.0f} of the bare workflow")
    sheet.add(f"{where}.p50", ours.p50 * 1e3, "ms", f"{what}; {bare.p50 * 1e3:.0f} of the bare workflow")
    sheet.add(f"{where}.p99", ours.p99 * 1e3, "ms", f"{what}; {bare.p99 * 1e3:.0f} of the bare workflow")


def _typical(runs: Sequence[Run]) -> Run:
    middle = sorted(runs, key=lambda run: run.rate)[len(runs) // 2]
    return Run(middle.rate, middle.p50, middle.p99)


async def at_the_client(server: DevServer, *, pairs: int, cases: int, in_flight: int) -> Pairs:
    """Both at the Temporal client."""
    client = await connect(server.address)
    ours, bare = carrying(Dispatcher(client).send), carrying(Dispatcher(client, task_queue=QUEUE, workflow=Bare).send)
    return await in_turn(ours, bare, pairs=pairs, cases=cases, in_flight=in_flight)


async def over_http(server: DevServer, url: str, *, pairs: int, cases: int, in_flight: int) -> Pairs:
    """Ours through an API process, the bare workflow still at the Temporal client: it has no API."""
    client = await connect(server.address)
    bare = carrying(Dispatcher(client, task_queue=QUEUE, workflow=Bare).send)
    async with _http(server, url) as http:
        return await in_turn(_posting(http), bare, pairs=pairs, cases=cases, in_flight=in_flight)


@asynccontextmanager
async def _http(server: DevServer, url: str) -> AsyncIterator[httpx2.AsyncClient]:
    with api(server, url) as (_, http):
        async with http:
            yield http


def _posting(http: httpx2.AsyncClient) -> Carry:
    """Carries a water connection through: open, accept, its three steps, fees up to 23 commands, decide."""

    async def carry(latencies: list[float]) -> None:
        keys = (f"{uuid4().hex}" for _ in count())

        async def post(path: str, body: Mapping[str, object]) -> str:
            begun = time.perf_counter()
            answer = await http.post(path, json=body, headers={"Idempotency-Key": next(keys)})
            latencies.append(time.perf_counter() - begun)
            answer.raise_for_status()
            return str(answer.json()["case"])

        case = f"/v1/cases/{await post('/v1/cases', WATER)}"
        await post(f"{case}/accept", {})
        for step in STEPS:
            await post(f"{case}/steps/{step}/completions", {"outcome": "done"})
        for number in range(COMMANDS - len(STEPS) - 3):
            await post(f"{case}/fees", {"fen": 100 + number, "reason": "-"})
        await post(f"{case}/decide", {"outcome": "approved"})

    return carry
