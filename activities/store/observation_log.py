"""The records of observations, one for each promise that no case measures: append-only, chained by hash."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Integer, String, Table, Text, UniqueConstraint, insert, select

from activities.record import GENESIS
from activities.store import tables
from activities.store.audit_log import AuditLog
from activities.store.errors import Conflict, StoreUnavailable
from activities.store.hashing import canonical
from activities.store.instants import instant, micros, written
from sla.model import Model
from sla.observations import EntryKind, Noted, Observation, ObservationEntry, noted

TAG = b"shixian/observation/1\n"
ATTEMPTS = 5  # at a number that others take meanwhile

observation = Table(
    "observation",
    tables.metadata,
    Column("commitment", String, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Column("request_id", String, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("commitment", "request_id", name="observation_request_id"),
)
ROW = observation.c
ACTIONS = {
    EntryKind.RECORDED: "record-observation",
    EntryKind.CONFIRMED: "confirm-observation",
    EntryKind.CORRECTED: "correct-observation",
    EntryKind.WITHDRAWN: "withdraw-observation",
}


class NewEntry(Model):
    """An entry before it has a number. `digest` is of what was asked for: other content under the same id is refused."""

    kind: EntryKind
    at: datetime
    actor: str
    request_id: str
    digest: str
    of: int | None = None
    observation: Observation | None = None
    reason: str | None = None


class OnObservationRecord(NamedTuple):
    """What a new entry came to: the entry as it is kept; `digest` of the request that made it, `repeated` where it was there."""

    entry: ObservationEntry
    digest: str
    repeated: bool


class ObservationLog(AuditLog):
    """The records."""

    def put_observation(
        self, commitment: str, new: NewEntry, allowed: Callable[[Sequence[Noted]], None]
    ) -> OnObservationRecord:
        """Append an entry to a promise's record, once for its request id. `allowed` sees what stands, and may raise."""
        for _ in range(ATTEMPTS):
            try:
                return self._put(commitment, new, allowed)
            except Conflict:
                continue
        raise StoreUnavailable("(others write the same record)")

    def observations(self, commitment: str) -> tuple[Noted, ...]:
        """Read a promise's observations, by number."""
        with self.reading() as connection:
            return noted(_entry(row) for row in _rows(connection, commitment))

    def all_observations(self) -> Mapping[str, tuple[Noted, ...]]:
        """Read every promise's observations; a promise without one is left out."""
        with self.reading() as connection:
            found = connection.execute(select(observation).order_by(ROW.commitment, ROW.seq)).mappings().all()
        entries: dict[str, list[ObservationEntry]] = defaultdict(list)
        for row in found:
            entries[row["commitment"]].append(_entry(row))
        return {commitment: noted(own) for commitment, own in entries.items()}

    def broken_observations(self) -> list[tuple[str, int]]:
        """Name promise and number where a record first does not follow from what is before it."""
        with self.reading() as connection:
            found = connection.execute(select(observation).order_by(ROW.commitment, ROW.seq)).mappings().all()
        broken: dict[str, int] = {}
        last: dict[str, tuple[int, str]] = {}
        for row in found:
            commitment = row["commitment"]
            seq, previous = last.get(commitment, (0, GENESIS))
            good = row["seq"] == seq + 1 and row["prev_hash"] == previous and row["hash"] == _hash(dict(row))
            if not good:
                broken.setdefault(commitment, row["seq"])
            last[commitment] = row["seq"], row["hash"]
        return list(broken.items())

    def _put(self, commitment: str, new: NewEntry, allowed: Callable[[Sequence[Noted]], None]) -> OnObservationRecord:
        with self.writing() as connection:
            rows = _rows(connection, commitment)
            known = next((row for row in rows if row["request_id"] == new.request_id), None)
            if known is not None:
                return OnObservationRecord(_entry(known), known["digest"], repeated=True)
            allowed(noted(map(_entry, rows)))
            values = _columns(commitment, len(rows) + 1, rows[-1]["hash"] if rows else GENESIS, new)
            connection.execute(insert(observation), values)
            self.audited(connection, ACTIONS[new.kind], f"observation/{commitment}", new.at)
        return OnObservationRecord(_entry(values), new.digest, repeated=False)


def _rows(connection: Connection, commitment: str) -> list[Mapping[Any, Any]]:
    query = select(observation).where(ROW.commitment == commitment).order_by(ROW.seq)
    return list(connection.execute(query).mappings())


def _columns(commitment: str, seq: int, previous: str, new: NewEntry) -> dict[str, Any]:
    said = new.model_dump(mode="json", include={"of", "observation", "reason"})
    values = {
        "commitment": commitment,
        "seq": seq,
        "kind": new.kind.value,
        "at": micros(new.at),
        "actor": new.actor,
        "request_id": new.request_id,
        "digest": new.digest,
        "body": canonical(said),
        "prev_hash": previous,
    }
    return values | {"hash": _hash(values)}


def _hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over the tag, the previous hash and the canonical JSON of all else; of the body as it is stored."""
    text = canonical(
        {name: row[name] for name in row if name not in {"prev_hash", "hash", "at"}} | {"at": written(row["at"])}
    )
    return sha256(TAG + row["prev_hash"].encode() + b"\n" + text.encode()).hexdigest()


def _entry(row: Mapping[Any, Any]) -> ObservationEntry:
    return ObservationEntry(
        seq=row["seq"], kind=row["kind"], at=instant(row["at"]), actor=row["actor"], **json.loads(row["body"])
    )
