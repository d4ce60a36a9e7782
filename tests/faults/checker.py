"""Kills real processes under load, then proves from the ledger and the histories that nothing was lost or done twice.

`python -m tests.faults.checker --help` for a longer run than the tests make.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from api.processes.binaries import TEMPORAL, find
from api.real_clock import real_now
from tests.faults import evidence, oracle
from tests.faults.city import GRACE, RATE, City, dev_server, plan
from tests.faults.evidence import Fact
from tests.faults.load import Answers, Load

CATCH_UP = 300  # looks, a second apart, at a case whose run does not know its ledger, or whose rung is not raised
QUIET = 6.0  # seconds after the load for alarms and outstanding tasks
SLACK = timedelta(seconds=4)  # real: a rung may be that late
HEALTHY = {
    WorkflowExecutionStatus.RUNNING,
    WorkflowExecutionStatus.COMPLETED,
    WorkflowExecutionStatus.CONTINUED_AS_NEW,
}
AT_ONCE = 8
PROBLEM_STATUSES = {200, 201, 409, 422, 429, 503, 504}


class Pace(NamedTuple):
    """How long a client rests after each turn, and how long it is from one harm to the next at least, in seconds."""

    pause: float = 0
    every: float = 0


AS_FAST_AS_CAN_BE = Pace()
Look = Callable[[], None]


def nothing() -> None:
    """Look at nothing."""


@dataclass
class Report:
    """What a run did and what is wrong; nothing may be."""

    seed: int
    slowest: str = ""
    kills: dict[str, int] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, found: list[str]) -> None:
        """Adds what a check found."""
        if found:
            self.wrong.setdefault(what, []).extend(found)

    def __str__(self) -> str:
        lines = [f"seed {self.seed}", f"kills {self.kills}"]
        lines += [f"{name} {value:g}" for name, value in self.figures.items()]
        lines.append(f"slowest answer to {self.slowest}")
        lines += [f"WRONG {what}: {len(found)}, such as {found[:3]}" for what, found in self.wrong.items()]
        return "\n".join(lines)


def run(
    city: City, *, commands: int, kills: int, seed: int, pace: Pace = AS_FAST_AS_CAN_BE, look: Look = nothing
) -> Report:
    """Loads, harms, waits, and checks. `look` is called after each harm."""
    report = Report(seed)
    begun = time.monotonic()
    answers = asyncio.run(_loaded(city, commands, plan(kills, random.Random(seed), city.victims), pace, look, seed))  # noqa: S311
    report.figures["load_seconds"] = round(time.monotonic() - begun, 1)
    report.kills = dict(city.harmed)
    time.sleep(QUIET)
    asyncio.run(_histories(city, report))
    ended = _caught_up(city)
    city.stop()
    _check(city, report, answers, ended)
    before = evidence.rows(city.database_url)
    city.command("rebuild")
    after = evidence.rows(city.database_url)
    report.add("rebuild", [table for table in before if before[table] != after[table]])
    report.figures["seconds"] = round(time.monotonic() - begun, 1)
    return report


async def _loaded(city: City, commands: int, victims: list[str], pace: Pace, look: Look, seed: int) -> Answers:
    chance = random.Random(seed)  # noqa: S311
    load = Load(
        city, seed, enough=lambda done: done >= commands and city.harmed.total() == len(victims), pause=pace.pause
    )

    async def harming() -> None:
        for number, victim in enumerate(victims, start=1):
            await asyncio.sleep(pace.every)
            while load.done < number * commands / (len(victims) + 1):  # noqa: ASYNC110  # a count, no event
                await asyncio.sleep(0.05)
            await asyncio.to_thread(city.harm, victim, chance)
            look()

    async with asyncio.TaskGroup() as group:
        group.create_task(load.run())
        group.create_task(harming())
    return load.answers


def _caught_up(city: City) -> datetime:
    """The instant of a look at which every rung was raised: alarms that wait for a busy machine are late, not lost."""
    for _ in range(CATCH_UP):
        looked = real_now()
        if not _misraised(city, evidence.ledger(city.database_url), looked):
            break
        time.sleep(1)
    return looked


def _misraised(city: City, facts: Mapping[str, list[Fact]], at: datetime) -> list[str]:
    now, grace, slack = city.timeline.business(at), GRACE * RATE, SLACK * RATE
    return [found for case, events in facts.items() for found in oracle.misraised(case, events, now, grace, slack)]


def _check(city: City, report: Report, answers: Answers, ended: datetime) -> None:
    """Everything that the ledger alone can tell."""
    facts = evidence.ledger(city.database_url)
    report.slowest = answers.slowest[1]
    report.add("acknowledged and lost", evidence.lost(answers.acknowledged, facts))
    report.add("twice", evidence.twice(answers.acknowledged, facts))
    report.add("two answers to one key", answers.different)
    report.add("no answer", answers.unanswered)
    report.add("refused", [f"{k}: {s}" for k, s in answers.refused.items() if s != 409])
    report.add("status", [str(s) for s in answers.statuses if s not in PROBLEM_STATUSES])
    report.add("chain", evidence.broken_chains(facts, evidence.heads(city.database_url)))
    report.add("rungs", _misraised(city, facts, ended))
    raised = [f for events in facts.values() for f in events if f.kind == "rung-raised"]
    late = [evidence.instant(f.told) - evidence.instant(f.at) for f in raised]
    report.figures |= {
        "commands": len(answers.acknowledged),
        "receipts": answers.receipts,
        "refused": len(answers.refused),
        "cut": answers.cut,
        "dropped": answers.dropped,
        "answered_503": answers.statuses[503],
        "slowest_answer_seconds": round(answers.slowest[0], 1),
        "cases": len(facts),
        "events": sum(map(len, facts.values())),
        "rungs": len(raised),
        "slowest_rung_seconds": round(max(late, default=timedelta(0)) / RATE / timedelta(seconds=1), 1),
    }


async def _histories(city: City, report: Report) -> None:
    """Each run's history against the ledger, while workers are there to replay it."""
    client = await Client.connect(city.temporal.address, namespace=city.temporal.namespace)
    runs: dict[str, list[Any]] = {}
    async for found in client.list_workflows("WorkflowType = 'Case'", page_size=1000):
        runs.setdefault(found.id, []).append(found)
    gate = asyncio.Semaphore(AT_ONCE)

    async def in_turn(case: str) -> list[str]:
        async with gate:
            return await compared(client, city.database_url, case)

    bad = [f"{r.id}: {r.status}" for each in runs.values() for r in each if r.status not in HEALTHY]
    report.add("workflows", bad)
    for unlike in await asyncio.gather(*(in_turn(case) for case in runs)):
        report.add("ledger and history", unlike)
    report.add("without a run", [c for c in evidence.heads(city.database_url) if c not in runs])
    report.figures["runs"] = sum(map(len, runs.values()))


async def compared(client: Client, url: str, case: str) -> list[str]:
    """How the latest run differs from the ledger, once a worker's process has had time to find it and wake it."""
    unlike: list[str] = []
    for _ in range(CATCH_UP):
        known: list[dict[str, Any]] = []
        while page := await _page(client, case, len(known)):
            known.extend(page)
        unlike = evidence.unlike(case, evidence.ledger_of(url, case), known)
        if not unlike:
            break
        await asyncio.sleep(1)
    return unlike


async def _page(client: Client, case: str, after: int) -> list[dict[str, Any]]:
    for attempt in range(10):
        try:
            page: list[dict[str, Any]] = await client.get_workflow_handle(case).query("record", after)
        except RPCError:  # its worker was killed a moment ago
            if attempt == 9:
                raise
            await asyncio.sleep(1)
        else:
            return page
    return []


def main() -> None:
    """A run of any length over a SQLite file, or over the PostgreSQL of a URL."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--commands", type=int, default=2000)
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    asked.add_argument("--database", default="", help="postgresql://...; empty: a SQLite file")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        url = given.database or f"sqlite:///{folder}/ledger.sqlite"
        server = dev_server(find(TEMPORAL).path, Path(folder) / "temporal")
        with City(server, Path(folder), url) as city:
            report = run(city, commands=given.commands, kills=given.kills, seed=given.seed)
        sys.stdout.write(f"{report}\n{json.dumps(report.figures)}\n")
    sys.exit(1 if report.wrong else 0)


if __name__ == "__main__":
    main()
