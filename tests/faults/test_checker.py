"""Processes are killed under load; nothing acknowledged is lost and nothing happens twice. And the checker sees faults."""

import json
import os
import random
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.databases import PostgreSQL
from tests.desk import at
from tests.faults import evidence, oracle
from tests.faults.checker import run
from tests.faults.city import FROZEN, VICTIMS, City, dev_server, plan
from tests.faults.evidence import Fact

Entry = tuple[str, str, dict[str, Any]]  # kind, instant, body

COMMANDS, KILLS = 200, 8  # on each database, of everybody
COMMANDS_NIGHTLY, KILLS_NIGHTLY = 2000, 40
FROZEN_NIGHTLY = 30.0  # seconds
SEED = int(os.environ.get("FAULTS_SEED", random.SystemRandom().randrange(10**9)))


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_processes_lose_nothing_and_do_nothing_twice(
    database: str, temporal_binary: Path, request: pytest.FixtureRequest, tmp_path: Path, nightly: bool
) -> None:
    commands, kills = (COMMANDS_NIGHTLY, KILLS_NIGHTLY) if nightly else (COMMANDS, KILLS)
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    server: PostgreSQL | None = None
    if database == "postgresql":
        server = request.getfixturevalue("postgresql")
        url = server.create()
    frozen = FROZEN_NIGHTLY if nightly else FROZEN
    with City(dev_server(temporal_binary, tmp_path / "temporal"), tmp_path / "city", url, server, frozen) as city:
        report = run(city, commands=commands, kills=kills, seed=SEED)
    said = f"{database}: {report}"
    sys.stdout.write(f"{said}\n")
    assert not report.wrong, said
    assert report.figures["commands"] >= commands, said
    assert sum(report.kills.values()) - report.kills["frozen"] == kills, said
    assert set(report.kills) == {*city.victims, "frozen"}, said
    assert report.figures["dropped"] > 0, said


# --- the checker itself ---------------------------------------------------------------------------------------------


def fact(seq: int, kind: str, when: str, previous: str, body: dict[str, Any]) -> Fact:
    micros = round((at(when) - evidence.EPOCH) / timedelta(microseconds=1))
    made = Fact("c", seq, kind, micros, micros, "a", f"k{seq}", "d", json.dumps(body), "CN:2020-11-25", previous, "")
    return made._replace(hash=evidence.hash_of(made, previous))


def chained(*kinds: Entry) -> list[Fact]:
    facts: list[Fact] = []
    for seq, (kind, when, body) in enumerate(kinds, start=1):
        facts.append(fact(seq, kind, when, facts[-1].hash if facts else "0" * 64, body))
    return facts


OPENED: Entry = ("opened", "2021-03-01 09:00", {})
ACCEPTED: Entry = ("accepted", "2021-03-01 10:00", {})


def heads(facts: list[Fact]) -> dict[str, tuple[int, str]]:
    return {"c": (facts[-1].seq, facts[-1].hash)}


def test_a_plan_kills_everybody_and_is_the_same_for_its_seed() -> None:
    made, again = (plan(20, random.Random(3)) for _ in range(2))  # noqa: S311  # to shuffle victims
    assert made == again
    assert len(made) - made.count("frozen") == 20
    assert set(made) == {*VICTIMS, "frozen"}


def test_the_checker_sees_a_changed_event_a_missing_one_and_a_wrong_head() -> None:
    facts = chained(OPENED, ACCEPTED, ("fee-recorded", "2021-03-01 11:00", {"fen": 5}))
    assert evidence.broken_chains({"c": facts}, heads(facts)) == []
    changed = [facts[0], facts[1]._replace(actor="b"), facts[2]]
    assert evidence.broken_chains({"c": changed}, heads(facts)) == ["c: event 2"]
    assert evidence.broken_chains({"c": facts[:2]}, heads(facts)) == ["c: head"]
    assert evidence.broken_chains({"c": [facts[0], facts[2]]}, heads(facts)) == ["c: event 3", "c: head"]


def test_the_checker_sees_a_lost_receipt_and_one_with_another_hash() -> None:
    facts = chained(OPENED, ACCEPTED)
    receipt = {"case": "c", "seq": 2, "hash": facts[1].hash, "kind": "accepted"}
    assert evidence.lost({"k2": json.dumps(receipt).encode()}, {"c": facts}) == []
    assert evidence.lost({"k2": json.dumps({**receipt, "seq": 3}).encode()}, {"c": facts}) == ["k2"]
    assert evidence.lost({"k2": json.dumps({**receipt, "hash": "0"}).encode()}, {"c": facts}) == ["k2"]


def test_the_checker_sees_what_happened_twice_or_was_never_acknowledged() -> None:
    done: dict[str, Any] = {"step": "water-on", "occurrence": 1}
    facts = chained(OPENED, ("completed", "2021-03-02 10:00", done), ("completed", "2021-03-02 10:00", done))
    known = {"k1": b"", "k2": b"", "k3": b""}
    assert evidence.twice(known, {"c": facts}) == ["c: ('water-on', 1) completed twice"]
    assert evidence.twice({"k1": b"", "k2": b""}, {"c": facts[:2]}) == []
    assert evidence.twice({"k1": b""}, {"c": facts[:2]}) == ["c: k2 was never acknowledged"]


def test_the_checker_sees_a_history_that_differs_from_the_ledger() -> None:
    facts = chained(OPENED, ACCEPTED)
    history = [
        {
            **{name: getattr(f, name) for name in ("seq", "kind", "actor", "request_id", "digest", "calendar", "hash")},
            "at": evidence.instant(f.at).isoformat(),
            "told": evidence.instant(f.told).isoformat(),
            "body": f.content,
        }
        for f in facts
    ]
    assert evidence.unlike("c", facts, history) == []
    assert evidence.unlike("c", facts, [history[0], {**history[1], "actor": "b"}]) == ["c: event 2"]
    assert evidence.unlike("c", facts, history[:1]) == ["c: 2 events in the ledger, 1 in the history"]


def test_the_oracle_walks_working_days_and_office_hours() -> None:
    assert oracle.due_after_days(at("2021-03-01 10:00"), 4) == at("2021-03-05 17:30")
    assert oracle.due_after_days(at("2021-03-05 17:31"), 1) == at("2021-03-09 17:30")
    assert oracle.due_after_days(at("2021-04-02 10:00"), 1) == at("2021-04-06 17:30")
    assert oracle.due_after_hours(at("2021-03-05 16:30"), 4) == at("2021-03-08 11:30")
    assert oracle.due_after_hours(at("2021-03-06 12:00"), 4) == at("2021-03-08 13:30")
    assert oracle.due_after_hours(at("2021-03-05 08:00"), 8) == at("2021-03-05 17:30")


def raised(due: str, told: str) -> Entry:
    body: dict[str, Any] = {"clock": oracle.PROMISE, "rung": "overdue", "due_at": at(due).isoformat(), "raising": 1}
    return "rung-raised", told, body


def test_the_oracle_sees_a_rung_too_many_one_too_few_and_one_twice() -> None:
    grace, slack = timedelta(hours=2), timedelta(hours=8)
    due = "2021-03-05 17:30"

    def wrong(now: str, *rungs: Entry) -> list[str]:
        found = oracle.misraised("c", chained(OPENED, ACCEPTED, *rungs), at(now), grace, slack)
        return [line for line in found if oracle.PROMISE in line]

    assert wrong("2021-03-05 17:00") == []
    assert wrong("2021-03-05 20:00") == []
    assert len(wrong("2021-03-06 04:00")) == 1
    assert wrong("2021-03-06 04:00", raised(due, "2021-03-05 20:00")) == []
    assert len(wrong("2021-03-05 17:00", raised(due, "2021-03-05 16:00"))) == 1
    assert wrong("2021-03-05 17:00", raised(due, "2021-03-05 20:00")) == [], "what is raised after the look"
    assert len(wrong("2021-03-06 04:00", raised("2021-03-04 17:30", "2021-03-05 20:00"))) == 1
    again = raised(due, "2021-03-05 20:00")
    assert len(wrong("2021-03-06 04:00", again, again)) == 1
