"""The hash chain of a case's events (RFC 8785, SHA-256)."""

import json
from collections.abc import Sequence
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any, NamedTuple

import rfc8785

from activities.record import Event, Head, NewEvent
from activities.store.instants import micros, written

TAG = b"shixian/event/1\n"


class Stored(NamedTuple):
    """An event's columns, in the order in which they are read and written."""

    case: str
    seq: int
    kind: str
    at: int
    told: int
    actor: str
    request_id: str | None
    digest: str | None
    body: str  # RFC 8785
    calendar: str
    prev_hash: str
    hash: str
    natural_key: str | None


def canonical(value: dict[str, Any]) -> str:
    """Return the value as RFC 8785 text; NaN, lone surrogates and integers beyond 2^53 are a ValueError."""
    return rfc8785.dumps(value).decode()


def event_hash(row: Stored) -> str:
    """SHA-256 over the tag, the previous hash and the canonical JSON of all else, in hexadecimal."""
    # `body` goes in as the text that is stored, so that a change of one byte shows; the rest is spelled out because
    # it is hashed at every append (a test holds it against the library's RFC 8785)
    text = (
        f'{{"actor":{encode_basestring(row.actor)},"at":"{written(row.at)}","body":{row.body}'
        f',"calendar":{encode_basestring(row.calendar)},"case":{encode_basestring(row.case)}'
        f',"digest":{_maybe(row.digest)},"kind":{encode_basestring(row.kind)},"request_id":{_maybe(row.request_id)}'
        f',"seq":{row.seq},"told":"{written(row.told)}"}}'
    )
    return sha256(TAG + row.prev_hash.encode() + b"\n" + text.encode()).hexdigest()


def _maybe(text: str | None) -> str:
    return "null" if text is None else encode_basestring(text)


def natural_key(kind: str, body: dict[str, Any]) -> str | None:
    """Say what makes a completion or a raised rung unique in its case, whatever its request id."""
    if kind == "completed":
        return f"{body['step']}#{body['occurrence']}"
    if kind in ("rung-raised", "rung-noted"):
        return f"{body['clock']}|{body['rung']}|{body['due_at']}|{body['raising']}"
    return None


def stored(case: str, event: NewEvent, seq: int, calendar: str, previous: str) -> Stored:
    """Return the columns of an event, hash included."""
    row = Stored(
        case=case,
        seq=seq,
        kind=event.kind,
        at=micros(event.at),
        told=micros(event.told),
        actor=event.actor,
        request_id=event.request_id,
        digest=event.digest,
        body=canonical(event.body),
        calendar=calendar,
        prev_hash=previous,
        hash="",
        natural_key=natural_key(event.kind, event.body),
    )
    return row._replace(hash=event_hash(row))


def linked(case: str, head: Head, events: Sequence[NewEvent], calendar: str) -> list[Stored]:
    """Return the columns of events that follow `head`, counted under `calendar`."""
    rows: list[Stored] = []
    seq, previous = head.seq, head.hash
    for event in events:
        seq += 1
        rows.append(stored(case, event, seq, calendar, previous))
        previous = rows[-1].hash
    return rows


def chain(case: str, head: Head, events: Sequence[NewEvent], calendar: str) -> list[Event]:
    """Return the events numbered and hashed after `head`, counted under `calendar`."""
    return [numbered(e, row) for e, row in zip(events, linked(case, head, events, calendar), strict=True)]


def numbered(event: NewEvent, row: Stored) -> Event:
    """Return an event with the number, calendar and hash of its row."""
    fields = {name: getattr(event, name) for name in NewEvent.model_fields}
    return Event.model_construct(**fields, seq=row.seq, calendar=row.calendar, hash=row.hash)


def follows(row: Stored, seq: int, previous: str) -> bool:
    """Tell whether the row is number `seq`, follows the hash `previous`, and says what its own hash says."""
    return (
        row.seq == seq
        and row.prev_hash == previous
        and row.hash == event_hash(row)
        and row.natural_key == natural_key(row.kind, json.loads(row.body))
    )
