"""Logs written in XES (IEEE 1849), case by case."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TextIO
from xml.sax.saxutils import quoteattr  # nosec B406  # it only writes

from api.logs.events import LogEvent, Value

VERSION = "1849.2016"  # a decimal number, as the schema wants it; of 2023 the form is the same
STANDARD = "http://www.xes-standard.org"
EXTENSIONS = (
    ("Concept", "concept", f"{STANDARD}/concept.xesext"),
    ("Time", "time", f"{STANDARD}/time.xesext"),
    ("Lifecycle", "lifecycle", f"{STANDARD}/lifecycle.xesext"),
    ("Organizational", "org", f"{STANDARD}/org.xesext"),
    ("Shixian", "shixian", "urn:shixian:xesext:1"),
)
GLOBALS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "trace": (("string", "concept:name", ""),),
    "event": (
        ("string", "concept:name", ""),
        ("string", "lifecycle:transition", "complete"),
        ("date", "time:timestamp", "1970-01-01T00:00:00.000+00:00"),
    ),
}
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class XesWriter:
    """Writes a log to a stream: its head, each case, its end."""

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream = stream
        stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        stream.write(f'<log xes.version="{VERSION}" xes.features="">\n')
        for title, prefix, uri in EXTENSIONS:
            stream.write(f'\t<extension name="{title}" prefix="{prefix}" uri="{uri}"/>\n')
        for scope, declared in GLOBALS.items():
            stream.write(f'\t<global scope="{scope}">\n')
            for tag, key, value in declared:
                stream.write(f'\t\t<{tag} key="{key}" value="{value}"/>\n')
            stream.write("\t</global>\n")
        stream.write('\t<classifier name="Activity" keys="concept:name lifecycle:transition"/>\n')
        self._attributes({"concept:name": name, "lifecycle:model": "standard"}, 1)

    def trace(self, case: str, values: Mapping[str, Value], events: Iterable[LogEvent]) -> None:
        """Write a case."""
        self._stream.write("\t<trace>\n")
        self._attributes({"concept:name": case, **values}, 2)
        for event in events:
            self._stream.write("\t\t<event>\n")
            self._attributes(attributes_of(event), 3)
            self._stream.write("\t\t</event>\n")
        self._stream.write("\t</trace>\n")

    def end(self) -> None:
        """Write the log's end."""
        self._stream.write("</log>\n")

    def _attributes(self, values: Mapping[str, Value], depth: int) -> None:
        indent = "\t" * depth
        for key, value in values.items():
            tag, text = _written(value)
            self._stream.write(f"{indent}<{tag} key={quoteattr(key)} value={_quoted(text)}/>\n")


def attributes_of(event: LogEvent) -> dict[str, Value]:
    """Return an event's attributes under their names in XES; what it does not say is left out."""
    named: dict[str, Value | None] = {
        "concept:name": event.activity,
        "concept:instance": event.instance or None,
        "lifecycle:transition": event.transition or None,
        "org:resource": event.resource or None,
        "time:timestamp": event.at,
        **event.more,
    }
    return {key: value for key, value in named.items() if value is not None}


def _written(value: Value) -> tuple[str, str]:
    if isinstance(value, bool):
        return "boolean", str(value).lower()
    if isinstance(value, datetime):
        return "date", value.isoformat() if value.tzinfo is not None else value.replace(tzinfo=UTC).isoformat()
    if isinstance(value, int):
        return "int", str(value)
    if isinstance(value, float):
        return "float", repr(value)
    return "string", value


def _quoted(text: str) -> str:
    """A value between quotes; what XML cannot hold is shown as a replacement character."""
    return quoteattr(NO_XML.sub("\ufffd", text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
