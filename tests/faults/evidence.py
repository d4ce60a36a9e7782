"""What the ledger and the histories hold, read without the product: SQL, hashes and days off of the checker's own."""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import psycopg

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROWS = ("case_", "step", "clock")


class Fact(NamedTuple):
    """An event as it stands in the ledger's table."""

    case: str
    seq: int
    kind: str
    at: int
    told: int
    actor: str
    request_id: str | None
    digest: str | None
    body: str
    calendar: str
    prev_hash: str
    hash: str

    @property
    def content(self) -> dict[str, Any]:
        """The body, read."""
        read: dict[str, Any] = json.loads(self.body)
        return read


Ledger = Mapping[str, list[Fact]]


def ledger(url: str) -> Ledger:
    """Every event of every case, by number."""
    facts: dict[str, list[Fact]] = defaultdict(list)
    names = ", ".join(f'"{name}"' for name in Fact._fields)
    for row in _select(url, f'SELECT {names} FROM event ORDER BY "case", seq'):  # noqa: S608  # names of our own
        fact = Fact(*row)
        facts[fact.case].append(fact)
    return facts


def ledger_of(url: str, case: str) -> list[Fact]:
    """The events of one case."""
    mark = "?" if url.startswith("sqlite") else "%s"
    names = ", ".join(f'"{name}"' for name in Fact._fields)
    query = f'SELECT {names} FROM event WHERE "case" = {mark} ORDER BY seq'  # noqa: S608  # names of our own
    return [Fact(*row) for row in _select(url, query, (case,))]


def heads(url: str) -> dict[str, tuple[int, str]]:
    """Where each case's ledger says it ends."""
    return {row[0]: (row[1], row[2]) for row in _select(url, 'SELECT "case", seq, hash FROM head WHERE seq > 0')}


def rows(url: str) -> dict[str, list[str]]:
    """The whole read model as text."""
    return {
        table: sorted(json.dumps(row, default=str) for row in _select(url, f"SELECT * FROM {table}"))  # noqa: S608
        for table in ROWS
    }


def _select(url: str, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    with _connected(url) as connection:
        return [tuple(row) for row in connection.execute(query, values).fetchall()]


@contextmanager
def _connected(url: str) -> Iterator[Any]:
    file = url.removeprefix("sqlite:///")
    connection: Any = sqlite3.connect(file) if file != url else psycopg.connect(url)
    try:
        yield connection
    finally:
        connection.close()


def instant(micros: int) -> datetime:
    """The instant of a number of microseconds."""
    return EPOCH + timedelta(microseconds=micros)


def hash_of(fact: Fact, previous: str) -> str:
    """The hash that the fact must have: SHA-256 over tag, previous hash and the sorted JSON of all else."""

    def stamp(micros: int) -> str:
        return instant(micros).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    said = {
        "actor": fact.actor,
        "at": stamp(fact.at),
        "body": json.loads(fact.body),
        "calendar": fact.calendar,
        "case": fact.case,
        "digest": fact.digest,
        "kind": fact.kind,
        "request_id": fact.request_id,
        "seq": fact.seq,
        "told": stamp(fact.told),
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"shixian/event/1\n{previous}\n{text}".encode()).hexdigest()


def broken_chains(facts: Ledger, ends: Mapping[str, tuple[int, str]]) -> list[str]:
    """Where a number, a hash or a head does not follow."""
    wrong: list[str] = []
    for case, events in facts.items():
        previous = "0" * 64
        for number, fact in enumerate(events, start=1):
            if (fact.seq, fact.prev_hash, fact.hash) != (number, previous, hash_of(fact, previous)):
                wrong.append(f"{case}: event {fact.seq}")
            previous = fact.hash
        if ends.get(case) != (len(events), previous):
            wrong.append(f"{case}: head")
    wrong += [f"{case}: head without events" for case in ends if case not in facts]
    return wrong


def lost(acknowledged: Mapping[str, bytes], facts: Ledger) -> list[str]:
    """Acknowledged requests whose receipt names no event of the ledger."""
    missing: list[str] = []
    for request_id, body in acknowledged.items():
        receipt = json.loads(body)
        events = facts.get(receipt["case"], [])
        event = events[receipt["seq"] - 1] if 0 < receipt["seq"] <= len(events) else None
        if event is None or (event.hash, event.kind) != (receipt["hash"], receipt["kind"]):
            missing.append(request_id)
    return missing


def twice(acknowledged: Mapping[str, bytes], facts: Ledger) -> list[str]:
    """Facts that stand more than once, and facts that nobody asked for."""
    wrong: list[str] = []
    for case, events in facts.items():
        ids = [fact.request_id for fact in events if fact.request_id is not None]
        wrong += [f"{case}: {i} twice" for i in set(ids) if ids.count(i) > 1]
        wrong += [f"{case}: {i} was never acknowledged" for i in ids if i not in acknowledged]
        done = [(f.content["step"], f.content["occurrence"]) for f in events if f.kind == "completed"]
        wrong += [f"{case}: {step} completed twice" for step in set(done) if done.count(step) > 1]
        for kind in ("opened", "accepted", "decided"):
            wrong += [f"{case}: {kind} twice"] * (sum(f.kind == kind for f in events) > 1)
    return wrong


def unlike(case: str, facts: Iterable[Fact], history: Iterable[Mapping[str, Any]]) -> list[str]:
    """How a ledger differs from what the run knows, event by event."""

    def told(event: Mapping[str, Any]) -> tuple[Any, ...]:
        names = ("seq", "kind", "actor", "request_id", "digest", "calendar", "hash")
        moments = (datetime.fromisoformat(event["at"]), datetime.fromisoformat(event["told"]))
        return (*(event[name] for name in names), *moments, event["body"])

    ours = [
        (f.seq, f.kind, f.actor, f.request_id, f.digest, f.calendar, f.hash, instant(f.at), instant(f.told), f.content)
        for f in facts
    ]
    theirs = [told(event) for event in history]
    if len(ours) != len(theirs):
        return [f"{case}: {len(ours)} events in the ledger, {len(theirs)} in the history"]
    return [f"{case}: event {n}" for n, (a, b) in enumerate(zip(ours, theirs, strict=True), start=1) if a != b]
