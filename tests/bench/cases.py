"""Cases with 23 commands, sent through the Temporal client: the durable case against the bare workflow."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from temporalio.client import Client

from activities.store.store import Store
from api.temporal_server import DevServer
from sla.clock import Limit
from tests.bench.bare import QUEUE, Bare
from tests.desk import Desk, at, promised
from workflows.case import CaseWorkflow
from workflows.dispatch import Dispatcher
from workflows.messages import Command
from workflows.procedure import Ground, Outcome, Party, Procedure, Step
from workflows.worker import TASK_QUEUE, connect

COMPLETIONS = 20
WORKERS = 2
DONE = (Outcome(key="done", title_zh="完成", title_en="done"),)


def long_procedure() -> Procedure:
    """Application, acceptance, and twenty steps one after another, each with a planning target."""
    names = ["application", "acceptance", *(f"step-{n}" for n in range(1, COMPLETIONS + 1))]
    steps = [
        Step(
            key=name,
            title_zh=name,
            title_en=name,
            party=Party.AUTHORITY if number else Party.APPLICANT,
            owner="office",
            after=(names[number - 1],) if number else (),
            outcomes=DONE,
            counts=bool(number),
            target=Limit(amount=1) if number else None,
        )
        for number, name in enumerate(names)
    ]
    return Procedure(
        key="long",
        version="1",
        title_zh="长",
        title_en="long",
        jurisdiction="suzhou",
        variant="standard",
        facts={},
        owner="office",
        steps=tuple(steps),
        grounds=(Ground(key="correction", title_zh="补正", title_en="correction", basis="-", stops=("promise",)),),
        accepted_by="acceptance",
        ends=(names[-1],),
    )


def commands() -> Iterator[Command]:
    """The 23 commands of one case: open, accept, 20 completions, decide."""
    desk = Desk()
    yield desk.open(at("2021-03-01 09:00"), long_procedure(), promises=promised(30))
    yield desk.accept(at("2021-03-01 10:00"), promises=promised(30))
    days = [1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 22, 23, 24, 25, 26]
    for number, day in enumerate(days, start=1):
        yield desk.complete(at(f"2021-03-{day:02} 11:00"), f"step-{number}")
    yield desk.decide(at("2021-03-29 09:00"))


@dataclass(frozen=True)
class Run:
    """One run: commands a second, and latencies in seconds."""

    rate: float
    p50: float
    p99: float


async def load(send: Callable[[str, Command], object], cases: int, in_flight: int) -> Run:
    """Carries cases through, so many at a time."""
    gate = asyncio.Semaphore(in_flight)
    latencies: list[float] = []

    async def carry() -> None:
        case = f"bench-{uuid4().hex}"
        async with gate:
            for command in commands():
                began = time.perf_counter()
                await send(case, command)  # type: ignore[misc]
                latencies.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(carry() for _ in range(cases)))
    took = time.perf_counter() - began
    cuts = statistics.quantiles(latencies, n=100)
    return Run(len(latencies) / took, cuts[49], cuts[98])


@contextmanager
def workers(address: str, url: str) -> Iterator[None]:
    """Worker processes over one ledger."""
    command = [sys.executable, "-m", "tests.bench.work", address, url]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(WORKERS)]
    try:
        for process in started:
            assert process.stdout is not None
            process.stdout.readline()
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


async def compare(address: str, pairs: int, cases: int, in_flight: int) -> list[tuple[Run, Run]]:
    """Ours and bare in turn."""
    client = await connect(address)
    ours, bare = Dispatcher(client), Dispatcher(client, task_queue=QUEUE, workflow=Bare)
    await load(ours.send, 4, 4)
    await load(bare.send, 4, 4)
    return [(await load(ours.send, cases, in_flight), await load(bare.send, cases, in_flight)) for _ in range(pairs)]


async def events(client: Client) -> dict[str, int]:
    """Events in the history of one case of each kind, its commands sent one after another."""
    found: dict[str, int] = {}
    for name, queue, kind in (("ours", TASK_QUEUE, CaseWorkflow), ("bare", QUEUE, Bare)):
        dispatcher, case = Dispatcher(client, task_queue=queue, workflow=kind), f"events-{uuid4().hex}"
        for command in commands():
            await dispatcher.send(case, command)
        history = await client.get_workflow_handle(case).fetch_history()
        found[name] = len(history.events)
    return found


def main(binary: Path, folder: Path, url: str, pairs: int = 3, cases: int = 40, in_flight: int = 16) -> None:
    """A quick look."""
    from api.temporal_server import free_port

    with DevServer(binary, folder, port=free_port()) as server:
        store = Store.open(url)
        store.migrate()
        with workers(server.address, url):
            for ours, bare in asyncio.run(compare(server.address, pairs, cases, in_flight)):
                print(f"ours {ours.rate:.0f}/s p99 {ours.p99 * 1e3:.0f} ms  bare {bare.rate:.0f}/s p99 {bare.p99 * 1e3:.0f} ms  "
                      f"{ours.rate / bare.rate:.2f} {ours.p99 / bare.p99:.2f}", flush=True)

            async def count() -> None:
                print(await events(await connect(server.address)))

            asyncio.run(count())


if __name__ == "__main__":
    import tempfile

    home = Path(tempfile.mkdtemp())
    main(Path(sys.argv[1]), home, f"sqlite:///{home}/ledger.sqlite")
