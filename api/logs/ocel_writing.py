"""Logs written as OCEL 2.0 in JSON: events, and the cases, steps and offices that they are of."""

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

from api.logs.events import LogEvent, Value
from api.logs.exported import COMPLETE, STEP, ExportedCase
from api.logs.telling import text_of

EPOCH = "1970-01-01T00:00:00Z"  # of a value that an object has from the first
EVENT_ATTRIBUTES = {
    "instance": "string", "state": "integer", "step": "string", "stage": "string", "outcome": "string",
    "opinion": "string", "role": "string", "clock": "string", "amount": "float", "fen": "integer", "variant": "string",
}  # fmt: skip
OBJECT_ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "case": {
        "number": "string", "procedure": "string", "variant": "string", "jurisdiction": "string", "office": "string",
        "status": "string", "state": "integer", "commitment": "string", "limit": "float", "unit": "string",
        "due": "time", "verdict": "string", "used": "float",
    },
    "step": {"key": "string", "title": "string", "party": "string", "stage": "string", "status": "string"},
    "office": {"name": "string"},
    "project": {"number": "string"},
    "survey": {"number": "string"},
}  # fmt: skip


class OcelWriter:
    """Writes a log to a stream. Objects stand behind all events, so they are set down beside it on the way."""

    def __init__(self, stream: TextIO, objects: TextIO) -> None:
        self._stream = stream
        self._objects = objects
        self._types: set[str] = set()
        self._shared: dict[str, tuple[str, str]] = {}  # objects of several cases: their type and name, by id
        self._first = {stream: True, self._objects: True}
        stream.write('{"events": [')

    def case(self, one: ExportedCase) -> None:
        """Write a case: its events, and set down its objects."""
        case = f"case:{one.case}"
        for event in one.events:
            self._event(f"{one.case}:{event.line}", case, event)
        relations = [("responsible", self._share("office", one.owner))]
        if one.parent is not None:
            relations.append(("part of", self._share("project", one.parent)))
        if one.survey is not None:
            relations.append(("surveyed in", self._share("survey", one.survey)))
        for state in one.steps:
            step = _step_id(case, state.step.key)
            relations.append(("has", step))
            values = {
                "key": state.step.key, "title": state.step.title_zh, "party": str(state.step.party),
                "stage": state.step.stage, "status": str(state.status),
            }  # fmt: skip
            self._object(step, "step", values, [("held by", self._share("office", state.step.owner))])
        named = {key.removeprefix("shixian:"): value for key, value in one.values.items()}
        self._object(case, "case", {"number": one.case, **named}, relations)

    def end(self) -> None:
        """Write the objects, and the types that were seen."""
        for key, (kind, name) in self._shared.items():
            self._object(key, kind, {"name" if kind == "office" else "number": name}, [])
        self._stream.write('],\n"objects": [')
        self._objects.seek(0)
        shutil.copyfileobj(self._objects, self._stream)
        events = [{"name": name, "attributes": _declared(EVENT_ATTRIBUTES)} for name in sorted(self._types)]
        objects = [{"name": name, "attributes": _declared(each)} for name, each in OBJECT_ATTRIBUTES.items()]
        self._stream.write(f'],\n"eventTypes": {_json(events)},\n"objectTypes": {_json(objects)}}}\n')

    def _event(self, key: str, case: str, event: LogEvent) -> None:
        kind = event.activity if event.transition == COMPLETE else f"{event.activity}+{event.transition}"
        self._types.add(kind)
        relations = [("of", case), ("by", self._share("office", event.resource))]
        if STEP in event.more:
            relations.append(("on", _step_id(case, str(event.more[STEP]))))
        values = {name.rpartition(":")[2]: value for name, value in event.more.items()}
        if event.instance:
            values["instance"] = event.instance
        self._write(
            self._stream,
            {
                "id": key,
                "type": kind,
                "time": _time(event.at),
                "attributes": [{"name": name, "value": _text(value)} for name, value in values.items()],
                "relationships": _related(relations),
            },
        )

    def _object(
        self, key: str, kind: str, values: Mapping[str, Value | None], relations: list[tuple[str, str]]
    ) -> None:
        known = [(name, value) for name, value in values.items() if value is not None]
        self._write(
            self._objects,
            {
                "id": key,
                "type": kind,
                "attributes": [{"name": name, "value": _text(value), "time": EPOCH} for name, value in known],
                "relationships": _related(relations),
            },
        )

    def _share(self, kind: str, name: str) -> str:
        key = f"{kind}:{name}"
        self._shared.setdefault(key, (kind, name))
        return key

    def _write(self, stream: TextIO, value: object) -> None:
        stream.write("\n" if self._first[stream] else ",\n")
        stream.write(_json(value))
        self._first[stream] = False


def _related(relations: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"objectId": key, "qualifier": qualifier} for qualifier, key in relations]


def _declared(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in attributes.items()]


def _step_id(case: str, step: str) -> str:
    return f"step:{case.removeprefix('case:')}/{step}"


def _time(at: datetime | None) -> str:
    return EPOCH if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _text(value: Value) -> str:
    """A value as the schema has all of them: text."""
    return _time(value) if isinstance(value, datetime) else text_of(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
