"""The record of subjects: who recorded, linked, changed or erased one, each chained to the one before; no content."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, insert, select

from activities.record import GENESIS
from activities.store.audit_log import AuditLog
from activities.store.hashing import canonical
from activities.store.instants import instant, micros, written
from activities.store.subject_tables import subject_event
from sla.model import Model

TAG = b"shixian/subject-event/1\n"
EVENT = subject_event.c
HASHED = ("number", "kind", "subject", "case", "part", "actor", "request_id", "body")


class SubjectEventKind(StrEnum):
    """What happened to a subject."""

    RECORDED = "recorded"
    CHANGED = "changed"
    LINKED = "linked"
    UNLINKED = "unlinked"
    ERASURE_ASKED = "erasure-asked"
    ERASURE_REFUSED = "erasure-refused"
    ERASED = "erased"


ACTIONS = {
    SubjectEventKind.RECORDED: "record-subject",
    SubjectEventKind.CHANGED: "change-subject",
    SubjectEventKind.LINKED: "link-subject",
    SubjectEventKind.UNLINKED: "unlink-subject",
    SubjectEventKind.ERASURE_ASKED: "ask-erasure",
    SubjectEventKind.ERASURE_REFUSED: "refuse-erasure",
    SubjectEventKind.ERASED: "erase-subject",
}
OF_ERASURES = (SubjectEventKind.ERASURE_ASKED, SubjectEventKind.ERASURE_REFUSED, SubjectEventKind.ERASED)


class NewSubjectEvent(Model):
    """An event before it has a number. `body`: the reason of an erasure, and whether one actor alone did it."""

    kind: SubjectEventKind
    subject: str
    case: str | None = None
    part: str | None = None
    at: datetime  # business instant
    actor: str
    request_id: str | None = None
    body: dict[str, Any] = {}


class SubjectEvent(NewSubjectEvent):
    """An event of the record."""

    number: int
    hash: str


class SubjectLog(AuditLog):
    """The record."""

    def subject_events(self, subject: str) -> list[SubjectEvent]:
        """Read what happened to a subject, oldest first."""
        with self.reading() as connection:
            return events_of(connection, subject)

    def erasure_events(self) -> list[SubjectEvent]:
        """Read every erasure that was asked for, refused or done, oldest first."""
        query = select(subject_event).where(EVENT.kind.in_(OF_ERASURES)).order_by(EVENT.number)
        with self.reading() as connection:
            return [_event(row) for row in connection.execute(query).mappings()]

    def broken_subject_event(self) -> int | None:
        """Find the first number at which the record does not follow from what is before it; None: it holds."""
        previous, place = GENESIS, 0
        query = select(subject_event).order_by(EVENT.number)
        with self.reading() as connection:
            for place, row in enumerate(connection.execute(query).mappings(), 1):
                if (row["number"], row["prev_hash"], row["hash"]) != (place, previous, _hash(row, previous)):
                    return place
                previous = row["hash"]
        return None

    def add_events(self, connection: Connection, events: Sequence[NewSubjectEvent]) -> None:
        """Append events to the record, which the transaction has locked, and each to the audit log."""
        last = connection.execute(select(EVENT.number, EVENT.hash).order_by(EVENT.number.desc()).limit(1)).first()
        number, previous = (0, GENESIS) if last is None else last
        for event in events:
            number += 1
            row = _row(event, number, previous)
            previous = row["hash"]
            connection.execute(insert(subject_event), row)
        for event in events:
            self.audited(connection, ACTIONS[event.kind], f"subject/{event.subject}", event.at)


def events_of(connection: Connection, subject: str) -> list[SubjectEvent]:
    """Read what happened to a subject, oldest first, in a transaction."""
    query = select(subject_event).where(EVENT.subject == subject).order_by(EVENT.number)
    return [_event(row) for row in connection.execute(query).mappings()]


def _row(event: NewSubjectEvent, number: int, previous: str) -> dict[str, Any]:
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
    said = canonical({name: row[name] for name in HASHED} | {"at": written(row["at"])})
    return sha256(TAG + previous.encode() + b"\n" + said.encode()).hexdigest()


def _event(row: Mapping[Any, Any]) -> SubjectEvent:
    values = {name: row[name] for name in SubjectEvent.model_fields}
    return SubjectEvent(**values | {"at": instant(row["at"]), "body": json.loads(row["body"])})
