"""The log of notices: what was proposed, approved, rejected or released, by whom, each chained to the one before.

A number is given once and a row never changed. The number of the last event that is in force is the almanac's revision.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, func, insert, select

from activities.record import GENESIS
from activities.store import tables
from activities.store.audit_log import AuditLog
from activities.store.errors import AlmanacLogBroken, Conflict
from activities.store.hashing import canonical
from activities.store.instants import instant, micros, written
from sla.model import Model

TAG = b"shixian/almanac-event/1\n"
EVENT = tables.almanac_event.c


class AlmanacEventKind(StrEnum):
    """What happened to the calendar."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    RELEASED = "released"  # a release brought, or left out, what changes the days in force


ACTIONS = {
    AlmanacEventKind.PROPOSED: "propose-notice",
    AlmanacEventKind.APPROVED: "approve-notice",
    AlmanacEventKind.REJECTED: "reject-notice",
    AlmanacEventKind.RELEASED: "release-notices",
}
IN_FORCE = (AlmanacEventKind.APPROVED, AlmanacEventKind.RELEASED)


class NewAlmanacEvent(Model):
    """An event before it has a number. `digest`: of what a client sent; another content under the same id is refused."""

    kind: AlmanacEventKind
    proposal: int | None = None  # number of the event that proposed it
    at: datetime  # business instant
    actor: str
    request_id: str | None = None
    digest: str | None = None
    body: dict[str, Any] = {}


class AlmanacEvent(NewAlmanacEvent):
    """An event of the log."""

    number: int
    hash: str


class AlmanacLog(AuditLog):
    """The log of notices."""

    def almanac_revision(self) -> int:
        """Read the number of the last event that is in force; 0 where there is none."""
        with self.reading() as connection:
            return connection.scalar(select(func.max(EVENT.number)).where(EVENT.kind.in_(IN_FORCE))) or 0

    def almanac_events(self) -> list[AlmanacEvent]:
        """Read all events, oldest first; AlmanacLogBroken where their chain does not hold."""
        with self.reading() as connection:
            return _read(connection)

    def add_almanac_event(self, event: NewAlmanacEvent, after: int) -> AlmanacEvent:
        """Append an event after the one of a number; Conflict where that is not the last one, or its id is taken."""
        with self.writing() as connection:
            if not self.sqlite:
                connection.exec_driver_sql("LOCK TABLE almanac_event IN EXCLUSIVE MODE")
            last = connection.execute(select(EVENT.number, EVENT.hash).order_by(EVENT.number.desc()).limit(1)).first()
            number, previous = (0, GENESIS) if last is None else last
            if number != after:
                raise Conflict(f"(the log of notices ends at {number}, not at {after})")
            row = _row(event, number + 1, previous)
            connection.execute(insert(tables.almanac_event), row)
            self.audited(connection, ACTIONS[event.kind], f"notice/{event.proposal or number + 1}", event.at)
        return AlmanacEvent(**dict(event), number=number + 1, hash=row["hash"])


def _read(connection: Connection) -> list[AlmanacEvent]:
    found = connection.execute(select(tables.almanac_event).order_by(EVENT.number)).mappings().all()
    previous = GENESIS
    for place, row in enumerate(found, 1):
        if (row["number"], row["prev_hash"], row["hash"]) != (place, previous, _hash(row, previous)):
            raise AlmanacLogBroken(f"(at number {place})")
        previous = row["hash"]
    return [_event(row) for row in found]


def _row(event: NewAlmanacEvent, number: int, previous: str) -> dict[str, Any]:
    row = event.model_dump() | {
        "number": number,
        "kind": event.kind.value,
        "at": micros(event.at),
        "body": canonical(event.body),
        "prev_hash": previous,
    }
    return row | {"hash": _hash(row, previous)}


def _hash(row: Mapping[Any, Any], previous: str) -> str:
    """SHA-256 over the tag, the previous hash, and the canonical JSON of all else with the body as the text that is kept."""
    names: Sequence[str] = ("number", "kind", "proposal", "actor", "request_id", "digest", "body")
    said = canonical({name: row[name] for name in names} | {"at": written(row["at"])})
    return sha256(TAG + previous.encode() + b"\n" + said.encode()).hexdigest()


def _event(row: Mapping[Any, Any]) -> AlmanacEvent:
    values = {name: row[name] for name in AlmanacEvent.model_fields}
    return AlmanacEvent(**values | {"at": instant(row["at"]), "body": json.loads(row["body"])})
