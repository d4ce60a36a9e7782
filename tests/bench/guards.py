"""What a command costs that is signed, sealed and put on the audit log, against the same without these: all in one run."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from activities.store.store import Store
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from tests.bench.figures import Sheet
from tests.bench.load import COMMANDS, Carry, carrying, load
from tests.bench.memory import spent
from tests.bench.stand import prepared
from workflows.dispatch import Dispatcher
from workflows.keys import keys_of, new_keys
from workflows.signing import Signing
from workflows.worker import Access, connect

MOST = 1.1
MADE = 1  # row of a new ledger, that its timeline was set
OPEN = "none"
# by the name of the figure; what stands beside is what it is measured against
WAYS: Mapping[str, str] = {"guarded": "sign,seal,audit", "signed": "sign", "sealed": "seal", "audited": "audit"}


class Spent(NamedTuple):
    """What a command took of time and, by worker, client and server together, of the processor; in seconds."""

    time: float
    processor: float


def access_of(keys: str, guards: str) -> Access:
    """Return what a client or a worker brings of the house's keys."""
    known = keys_of(keys)
    return Access(
        signing=Signing(lambda: known, real_now) if "sign" in guards else None,
        sealing=(lambda: known) if "seal" in guards else None,
    )


def queue_of(guards: str) -> str:
    """Name the task queue of those who are guarded so."""
    return f"guards-{guards}"


def measure(sheet: Sheet, server: DevServer, home: Path, *, rounds: int, cases: int, in_flight: int) -> None:
    """Carry the same cases through with each set of guards in turn, who comes first in turn as well."""
    keys = new_keys()
    with ExitStack() as stack:
        pids = {guards: stack.enter_context(_worker(server, home, keys, guards)) for guards in (OPEN, *WAYS.values())}
        taken = asyncio.run(_in_turn(server, keys, pids, rounds=rounds, cases=cases, in_flight=in_flight))
    for guards in pids:
        _check(home, guards, rounds * cases * COMMANDS)
    for name, guards in WAYS.items():
        against = f"a command that is {name} against one that is nothing of it; {cases * COMMANDS} a round"
        most = f"; at most {MOST}" if name == "guarded" else ""
        for what in Spent._fields:
            ratios = [
                getattr(one, what) / getattr(bare, what) for one, bare in zip(taken[guards], taken[OPEN], strict=True)
            ]
            sheet.add_ratios(f"doors.{name}.{what}", ratios, against + most)
    for what in Spent._fields:
        bare = median(getattr(one, what) for one in taken[OPEN]) * 1e3
        sheet.add(f"doors.bare.{what}", bare, "ms", "of a command without any; worker, client and server together")


async def _in_turn(
    server: DevServer, keys: str, pids: Mapping[str, int], *, rounds: int, cases: int, in_flight: int
) -> dict[str, list[Spent]]:
    carried: dict[str, Carry] = {}
    for guards in pids:
        client = await connect(server.address, access=access_of(keys, guards))
        carried[guards] = carrying(Dispatcher(client, task_queue=queue_of(guards)).send)
        await load(carried[guards], min(cases, 4), min(in_flight, 4))
    taken: dict[str, list[Spent]] = {guards: [] for guards in pids}
    order = list(pids)
    for _ in range(rounds):
        for guards in order:
            begun = _spent(server, pids[guards])
            run = await load(carried[guards], cases, in_flight)
            taken[guards].append(Spent(1 / run.rate, (_spent(server, pids[guards]) - begun) / (cases * COMMANDS)))
        order = [*order[1:], order[0]]
    return taken


def _check(home: Path, guards: str, commands: int) -> None:
    """What was measured is what is said: those who are audited have a row for each command, and the others none."""
    with closing(Store.open(_ledger(home, guards))) as store:
        rows = store.audit_head().seq
    assert rows >= commands if "audit" in guards else rows <= MADE, (guards, rows)


def _ledger(home: Path, guards: str) -> str:
    return f"sqlite:///{home}/{guards.replace(',', '-')}.sqlite"


def _spent(server: DevServer, worker: int) -> float:
    assert server.pid is not None
    return spent(worker) + spent(server.pid) + spent(os.getpid())


@contextmanager
def _worker(server: DevServer, home: Path, keys: str, guards: str) -> Iterator[int]:
    """The pid of a worker that is guarded so, over a ledger that waits for the disk."""
    url = prepared(_ledger(home, guards))
    command = [sys.executable, "-m", "tests.bench.guarded_work", server.address, url, keys, guards]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process.pid
        finally:
            process.terminate()
