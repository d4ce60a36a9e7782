"""In a random rehearsal with kills everybody is told what an oracle of the ledger says, once, and nothing is taken back that stands."""

import asyncio
import contextlib
import os
import random
import sqlite3
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.alerts import oracle
from tests.alerts.house import House, Plan, real_now
from tests.alerts.load import Load
from tests.alerts.oracle import Span, Telling, Watched
from tests.desk import at
from tests.faults import evidence

CASES = int(os.environ.get("ALERTS_CASES", "300"))
ROUNDS = int(os.environ.get("ALERTS_ROUNDS", "1"))  # in each of which every part is killed once
SEED = int(os.environ.get("ALERTS_SEED", random.SystemRandom().randrange(10**9)))
BEGUN = 40.0  # real seconds in which cases are opened
PAUSES = (3.0, 9.0)  # between kills
UNHARMED = 15.0  # seconds of work after the last
RATE = 9000  # two and a half business hours in a second: a day takes ten
VICTIMS = ("exporter", "worker", "api", "prometheus", "alertmanager", "relay")
BLINDING = ("exporter", "prometheus", "alertmanager", "relay")
MINIMUM = timedelta(seconds=8)  # scrape, evaluation and wait are a second each; the machine may be busy
SETTLED = timedelta(seconds=25)  # an alert fires on for ten seconds
RECOVERY = timedelta(seconds=8)  # Prometheus sends again what Alertmanager forgot
Line = tuple[str, str, str, str | None]  # alert, severity, case, step
QUIET = 35.0  # seconds without work, at the end


@pytest.mark.slow
@pytest.mark.timeout(240 + 100 * ROUNDS)
def test_in_a_random_rehearsal_with_kills_no_alert_is_missing_doubled_or_falsely_withdrawn(
    temporal_binary: Path, prometheus_binary: Path, alertmanager_binary: Path, tmp_path: Path
) -> None:
    with House(tmp_path / "house", Plan(at("2021-03-01 08:30"), RATE)) as house:
        load = Load(house, CASES, BEGUN * ROUNDS, SEED)
        blind = asyncio.run(_loaded(house, load))
        time.sleep(QUIET)
        ended = real_now()
        told = tellings(house)
    facts = evidence.ledger(house.settings.database)
    true = [
        one
        for case, events in facts.items()
        for one in oracle.Case(case, events, house.timeline.real, house.plan.grace, load.acknowledged).conditions()
    ]
    verdict = oracle.judge(true, told, Watched(ended, MINIMUM, SETTLED, blind))
    said = f"seed {SEED}: {len(facts)} cases, {len(load.acknowledged)} commands, {len(told)} tellings; away {shown(blind)}\n{verdict}"
    sys.stdout.write(f"{said}\n")
    assert len(facts) == CASES, said
    assert verdict.due > CASES, said
    assert verdict.ended > 0, said
    assert not any(verdict.wrong.values()), said


async def _loaded(house: House, load: Load) -> list[Span]:
    chance = random.Random(SEED)  # noqa: S311
    blind: list[Span] = []

    async def harming() -> None:
        for _ in range(ROUNDS):
            for victim in chance.sample(VICTIMS, len(VICTIMS)):
                await asyncio.sleep(chance.uniform(*PAUSES))
                killed = await asyncio.to_thread(house.kill, victim)
                back = await asyncio.to_thread(house.until_back, killed)
                if victim in BLINDING:
                    blind.append(Span(killed.at, back + RECOVERY))
        await asyncio.sleep(UNHARMED)
        load.enough = True

    async with asyncio.TaskGroup() as group:
        group.create_task(load.run())
        group.create_task(harming())
    return blind


def tellings(house: House) -> list[Telling]:
    """What arrived, in order; of those that a notice only counts the log knows which they are."""
    lines = _lines(Path(house.settings.database.removeprefix("sqlite:///")))
    found: list[Telling] = []
    for arrival in house.arrivals:
        said = arrival.notice
        if arrival.again or said["kind"] == "reminder":
            continue
        named, (at, logged) = said["alerts"], lines[said["id"]]
        assert len(named) + said["more"] == len(logged), said
        found += [
            Telling(at, said["receiver"], said["kind"], alert, severity, case, step or "")
            for alert, severity, case, step in logged
            if alert in {oracle.STEP_SOON, oracle.STEP_OVERDUE, oracle.CASE_SOON, oracle.CASE_OVERDUE}
        ]
    return found


def _lines(file: Path) -> Mapping[str, tuple[datetime, list[Line]]]:
    """By the notice's id: when it was written, and what it tells of."""
    lines: dict[str, tuple[datetime, list[Line]]] = {}
    query = (
        'SELECT id, at, alertname, severity, "case", step FROM telling JOIN telling_alert USING (number)'
        " ORDER BY number, pos"
    )
    with contextlib.closing(sqlite3.connect(file)) as connection:
        for number, at, *line in connection.execute(query):
            lines.setdefault(number, (evidence.instant(at), []))[1].append((line[0], line[1], line[2], line[3]))
    return lines


def shown(blind: Sequence[Span]) -> str:
    """The spans in seconds."""
    return ", ".join(f"{(b.until - b.since).total_seconds():.1f}" for b in blind)
