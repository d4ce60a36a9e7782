"""Cases with 23 commands, carried through by clients that send one command after another."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid4

from sla.clock import Limit
from tests.desk import Desk, at, promised
from workflows.messages import Command, Receipt
from workflows.procedure import Ground, Outcome, Party, Procedure, Step

COMPLETIONS = 20
COMMANDS = COMPLETIONS + 3
DONE = (Outcome(key="done", title_zh="完成", title_en="done"),)

Send = Callable[[str, Command], Awaitable[Receipt]]


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
            target=Limit(amount=Decimal(1)) if number else None,
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
    """The commands of one case: open, accept, 20 completions, decide."""
    desk = Desk()
    yield desk.open(at("2021-03-01 09:00"), long_procedure(), promises=promised(30))
    yield desk.accept(at("2021-03-01 10:00"), promises=promised(30))
    days = [1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19, 22, 23, 24, 25, 26]
    for number, day in enumerate(days, start=1):
        yield desk.complete(at(f"2021-03-{day:02} 11:00"), f"step-{number}")
    yield desk.decide(at("2021-03-29 09:00"))


@dataclass(frozen=True, slots=True)
class Run:
    """What one run came to: commands a second, and latencies in seconds."""

    rate: float
    p50: float
    p99: float


Carry = Callable[[list[float]], Awaitable[None]]


def carrying(send: Send) -> Carry:
    """Carries one case through and notes how long each command took, in seconds."""

    async def carry(latencies: list[float]) -> None:
        case = f"bench-{uuid4().hex}"
        for command in commands():
            begun = time.perf_counter()
            await send(case, command)
            latencies.append(time.perf_counter() - begun)

    return carry


async def load(carry: Carry, cases: int, in_flight: int) -> Run:
    """Carries cases through, so many at a time."""
    gate = asyncio.Semaphore(in_flight)
    latencies: list[float] = []

    async def one() -> None:
        async with gate:
            await carry(latencies)

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(cases)))
    took = time.perf_counter() - begun
    cuts = statistics.quantiles(latencies, n=100)
    return Run(len(latencies) / took, cuts[49], cuts[98])
