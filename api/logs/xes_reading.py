"""Logs in XES (IEEE 1849), read event by event. Neither a document type nor an entity is let in."""

import xml.sax  # nosec B406  # its handlers alone: the parser is defusedxml's
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from xml.sax.handler import ContentHandler  # nosec B406  # as above
from xml.sax.xmlreader import AttributesImpl  # nosec B406  # as above

from defusedxml import DefusedXmlException
from defusedxml.expatreader import create_parser

from api.logs.choice import OF_XES
from api.logs.events import LogEvent, LogTrace, Value
from api.logs.faults import LogFault, LogRefused, LogRule
from api.logs.moments import Moments
from api.logs.source import chunks, opened

XesItem = LogEvent | LogTrace | LogFault
ATTRIBUTES = {"string", "date", "int", "float", "boolean", "id", "list", "container"}
PARENTS = {  # of every other element
    "log": ("",),
    "trace": ("log",),
    "event": ("trace", "log"),
    "extension": ("log",),
    "global": ("log",),
    "classifier": ("log",),
    "values": ("list", "container"),
}
DEEPEST = 64
LONGEST_TOKEN = 1 << 21  # bytes without a single element
TRUTHS = {"true": True, "1": True, "false": False, "0": False}


def read_xes(
    path: Path, moments: Moments, wanted: Collection[str] | None = None, names: Mapping[str, str] = OF_XES
) -> Iterator[XesItem]:
    """Read a log: the events of each trace, then the trace; what is wrong in a value stands in its place.

    An event of no trace is of no case: it has neither number nor content.
    `wanted`: attributes to keep beside an event's own; an event has those of its trace too. All where None.
    LogRefused: it is no XES, too long, or it ends in the middle.
    """
    parser = create_parser(forbid_dtd=True)
    handler = _Handler(path.name, parser.getLineNumber, moments, wanted, {**OF_XES, **names})
    parser.setContentHandler(handler)
    with opened(path) as unpacked:
        silent = 0
        for chunk in chunks(unpacked):
            seen = handler.elements
            _fed(parser.feed, handler, chunk)
            silent = silent + len(chunk) if handler.elements == seen else 0
            if silent > LONGEST_TOKEN:
                raise handler.refused("too-long")
            yield from handler.taken()
        _fed(parser.close, handler)
        yield from handler.taken()
    if not handler.elements:
        raise handler.refused("not-xes")


def _fed(feed: Callable[..., None], handler: "_Handler", *chunk: bytes) -> None:
    try:
        feed(*chunk)
    except DefusedXmlException:
        raise handler.refused("xml-dtd") from None
    except xml.sax.SAXParseException as error:
        raise handler.refused(_rule_of(error), error.getLineNumber()) from None
    except (LookupError, ValueError):  # an encoding that the parser does not know
        raise handler.refused("wrong-encoding") from None


def _rule_of(error: xml.sax.SAXParseException) -> str:
    said = error.getMessage()
    if "no element found" in said or "unclosed" in said:
        return "cut-short"
    return "wrong-encoding" if "encoding" in said else "not-xml"


class _Handler(ContentHandler):
    """Keeps the attributes of the event and of the trace that are open, and nothing behind them."""

    def __init__(
        self,
        file: str,
        place: Callable[[], int | None],
        moments: Moments,
        wanted: Collection[str] | None,
        names: Mapping[str, str],
    ) -> None:
        super().__init__()
        self._place = place  # says the line that is read
        self.elements = 0
        self._file = file
        self._moments = moments
        self._names = names
        self._own = {names[what]: what for what in ("at", "transition", "instance", "activity")}
        self._wanted = wanted
        self._found: list[XesItem] = []
        self._path: list[str] = []
        self._traces = 0
        self._trace: dict[str, Value] | None = None
        self._event: dict[str, Value] | None = None
        self._wrong: list[tuple[int, str, str]] = []  # in what is open: line, key, rule
        self._lines = (0, 0)  # of the trace and of the event

    def taken(self) -> list[XesItem]:
        """Return what was found since this was asked last."""
        found, self._found = self._found, []
        return found

    def refused(self, rule: str, line: int | None = None) -> LogRefused:
        """Return the error that the whole log is refused with."""
        return LogRefused(LogFault(self._file, self._line() if line is None else line, "", rule))

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802  # SAX calls it so
        """Open an element."""
        self.elements += 1
        tag, path = name.rpartition(":")[2], self._path
        parent = path[-1] if path else ""
        if tag in ATTRIBUTES and parent:
            if parent in ("event", "trace"):
                self._attribute(parent, tag, attrs)
        elif parent not in PARENTS.get(tag, ()):
            raise self.refused("not-xes")
        elif tag == "trace":
            self._traces += 1
            self._trace, self._lines = {}, (self._line(), 0)
        elif tag == "event":
            self._event, self._lines = {}, (self._lines[0], self._line())
        path.append(tag)
        if len(path) > DEEPEST:
            raise self.refused("too-deep")

    def endElement(self, name: str) -> None:  # noqa: N802
        """Close an element."""
        tag = self._path.pop()
        if tag == "event" and self._event is not None:
            self._end_event(self._event)
            self._event = None
        elif tag == "trace" and self._trace is not None:
            self._tell_wrong()
            self._found.append(LogTrace(self._case(), self._lines[0], self._trace))
            self._trace = None

    def _end_event(self, values: dict[str, Value]) -> None:
        if self._trace is None:
            self._wrong.clear()
            self._found.append(LogEvent("", self._lines[1]))
            return
        fault = self._fault_of_time()
        if self._wrong:
            self._tell_wrong()
            return
        at = values.pop(self._names["at"], None)
        moment = at if isinstance(at, datetime) else None
        texts = {what: str(values.pop(key, "")) for key, what in self._own.items() if what != "at"}
        resource = str(values.pop("org:resource", ""))
        more = values if self._wanted is None else {**self._trace, **values}
        self._found.append(
            LogEvent(self._case(), self._lines[1], resource=resource, at=moment, more=more, fault=fault, **texts)
        )

    def _fault_of_time(self) -> LogFault | None:
        """What is wrong with the time of an event and with nothing else of it: not every event is asked for its time."""
        if len(self._wrong) != 1 or self._wrong[0][1] != self._names["at"] or self._names["at"] in (self._wanted or ()):
            return None
        line, key, rule = self._wrong.pop()
        return LogFault(self._file, line, key, rule, self._case())

    def _attribute(self, where: str, tag: str, attrs: AttributesImpl) -> None:
        key = attrs.get("key")
        if key is None:
            raise self.refused("not-xes")
        kept = self._event if where == "event" else self._trace
        if kept is None or tag in ("list", "container") or not self._keeps(where, key):
            return
        text = attrs.get("value")
        if text is None:
            raise self.refused("not-xes")
        if tag == "date" and not text.strip():
            return
        try:
            kept[key] = self._value(tag, text, instant=where == "event" and key == self._names["at"])
        except LogRule as rule:
            self._wrong.append((self._line(), key, str(rule)))

    def _keeps(self, where: str, key: str) -> bool:
        if self._wanted is None or key in self._wanted:
            return True
        return key in self._own or key == "org:resource" if where == "event" else key == self._names["case"]

    def _value(self, tag: str, text: str, *, instant: bool) -> Value:
        if tag == "date" or instant:
            return self._moments.instant(text, iso=tag == "date")
        if tag == "boolean":
            if text.strip() not in TRUTHS:
                raise LogRule("not-a-boolean")
            return TRUTHS[text.strip()]
        if tag in ("int", "float"):
            try:
                return int(text) if tag == "int" else float(text)
            except ValueError:
                raise LogRule("not-a-number") from None
        return text

    def _tell_wrong(self) -> None:
        case = self._case()
        self._found += [LogFault(self._file, line, key, rule, case) for line, key, rule in self._wrong]
        self._wrong.clear()

    def _case(self) -> str:
        """The trace's name; its number where it has none yet."""
        name = (self._trace or {}).get(self._names["case"])
        return f"#{self._traces}" if name is None else str(name)

    def _line(self) -> int:
        return self._place() or 0
