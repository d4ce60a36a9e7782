"""In a random rehearsal with kills everybody is told what an oracle of the ledger says, once, and nothing is taken back that stands."""

import asyncio
import os
import random
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from api.real_clock import real_now
from tests.alerts import oracle
from tests.alerts.house import House, Plan
from tests.alerts.load import Load
from tests.alerts.oracle import Span, Telling, Watched
from tests.databases import PostgreSQL
from tests.desk import at
from tests.faults import evidence
from tests.waiting import WITHIN

CASES, CASES_NIGHTLY = 60, 300
ROUNDS, ROUNDS_NIGHTLY = 1, 3  # in each of which every part is killed once
SEED = int(os.environ.get("ALERTS_SEED", random.SystemRandom().randrange(10**9)))
BEGUN = 40.0  # real seconds in which cases are opened
PAUSES = (2.0, 7.0)  # between kills
AWAY = 1.0  # seconds without a database
UNHARMED = 15.0  # seconds of work after the last
RATE = 9000  # two and a half business hours in a second: a day takes ten
DATABASE = "database"
VICTIMS = (DATABASE, "exporter", "worker", "api", "prometheus", "alertmanager", "relay")
BLINDING = (DATABASE, "exporter", "prometheus", "alertmanager", "relay")
MINIMUM = timedelta(seconds=8)  # scrape, evaluation and wait are a second each; the machine may be busy
SETTLED = timedelta(seconds=25)  # an alert fires on for ten seconds
RECOVERY = timedelta(seconds=8)  # Prometheus sends again what Alertmanager forgot
Line = tuple[str, str, str, str | None]  # alert, severity, case, step
QUIET = 35.0  # seconds without work, at the end
LOOK = 5.0  # seconds between looks at what was told


@pytest.mark.slow
def test_in_a_random_rehearsal_with_kills_no_alert_is_missing_doubled_or_falsely_withdrawn(
    temporal_binary: Path,
    prometheus_binary: Path,
    alertmanager_binary: Path,
    postgresql: PostgreSQL,
    tmp_path: Path,
    nightly: bool,
    pace: float,
) -> None:
    cases, rounds = (CASES_NIGHTLY, ROUNDS_NIGHTLY) if nightly else (CASES, ROUNDS)
    plan = Plan(at("2021-03-01 08:30"), round(RATE / pace), database=postgresql.create())
    with House(tmp_path / "house", plan) as house:
        load = Load(house, cases, BEGUN * rounds, SEED)
        away = asyncio.run(_loaded(house, postgresql, load, rounds))
        recovery = RECOVERY * pace
        blind = [Span(one.since, one.until + recovery) for spans in away.values() for one in spans]
        time.sleep(QUIET * pace)
        end = time.monotonic() + WITHIN
        while True:  # what a busy machine tells late is told
            watched = Watched(real_now(), MINIMUM * pace, SETTLED * pace, blind)
            told, facts = tellings(house), evidence.ledger(house.settings.database)
            verdict = oracle.judge(_conditions(house, load, facts), told, watched)
            if (verdict.ended and not verdict.missing) or time.monotonic() > end:
                break
            time.sleep(LOOK)
    said = (
        f"seed {SEED}, pace {pace:.1f}: {len(facts)} cases, {len(load.acknowledged)} commands, {len(told)} tellings; "
        f"away {shown(away)}\n{verdict}"
    )
    sys.stdout.write(f"{said}\n")
    assert len(facts) == cases, said
    assert verdict.due > cases, said
    assert verdict.ended > 0, said
    assert not any(verdict.wrong.values()), said


def _conditions(house: House, load: Load, facts: Mapping[str, list[evidence.Fact]]) -> list[oracle.Condition]:
    return [
        one
        for case, events in facts.items()
        for one in oracle.Case(case, events, house.timeline.real, house.plan.grace, load.acknowledged).conditions()
    ]


async def _loaded(house: House, postgresql: PostgreSQL, load: Load, rounds: int) -> dict[str, list[Span]]:
    chance = random.Random(SEED)  # noqa: S311
    blind: dict[str, list[Span]] = {}

    async def harming() -> None:
        for _ in range(rounds):
            for victim in chance.sample(VICTIMS, len(VICTIMS)):
                await asyncio.sleep(chance.uniform(*PAUSES))
                away = await asyncio.to_thread(_harmed, house, postgresql, victim)
                if victim in BLINDING:
                    blind.setdefault(victim, []).append(away)
        await asyncio.sleep(UNHARMED)
        load.enough = True

    async with asyncio.TaskGroup() as group:
        group.create_task(load.run())
        group.create_task(harming())
    return blind


def _harmed(house: House, postgresql: PostgreSQL, victim: str) -> Span:
    """Kills a part and waits until it is back."""
    if victim != DATABASE:
        killed = house.kill(victim)
        return Span(killed.at, house.until_back(killed))
    begun = real_now()
    postgresql.kill()
    time.sleep(AWAY)
    postgresql.start()
    return Span(begun, real_now())


def tellings(house: House) -> list[Telling]:
    """What arrived, in order; of those that a notice only counts the log knows which they are."""
    lines = _lines(house.settings.database)
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


def _lines(url: str) -> Mapping[str, tuple[datetime, list[Line]]]:
    """By the notice's id: when it was written, and what it tells of."""
    lines: dict[str, tuple[datetime, list[Line]]] = {}
    query = (
        'SELECT id, at, alertname, severity, "case", step FROM telling JOIN telling_alert USING (number)'
        " ORDER BY number, pos"
    )
    with psycopg.connect(url) as connection:
        for number, at, *line in connection.execute(query):
            lines.setdefault(number, (evidence.instant(at), []))[1].append((line[0], line[1], line[2], line[3]))
    return lines


def shown(blind: Mapping[str, Sequence[Span]]) -> str:
    """For how many seconds each part was away."""
    away = {part: [round((one.until - one.since).total_seconds(), 1) for one in found] for part, found in blind.items()}
    return str(away)
