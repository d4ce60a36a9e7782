"""What each row or event of a log tells of its case, by what is asked of the log."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import TypeVar

from api.logs.choice import LogChoice, Matching
from api.logs.events import LogEvent, LogTrace, Value, Values
from api.logs.faults import LogFault, LogRule
from api.logs.gathering import HaltTold, LogTold
from api.logs.moments import Moments, limit_of, micros
from sla.past import PastUnit

T = TypeVar("T")


def text_of(value: Value | None) -> str:
    """Return an attribute as a table would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)


class LogTelling:
    """Reads rows and events by a choice; `faulted` is called with what is wrong."""

    def __init__(
        self,
        file: str,
        choice: LogChoice,
        moments: Moments,
        unit: PastUnit,
        faulted: Callable[[LogFault], None],
        *,
        rows_are_cases: bool,
    ) -> None:
        self._file = file
        self.rows_are_cases = rows_are_cases
        self.strays = 0  # events of no case, which XES allows
        self._choice = choice
        self._matching = Matching(choice)
        self._moments = moments
        self._unit = unit
        self._faulted = faulted

    @property
    def last_end(self) -> bool:
        """Tell whether of several events that end a case the last one does."""
        return self._choice.last or self._matching.ends_at_last

    def told(self, items: Iterable[LogEvent | LogTrace | LogFault]) -> Iterator[LogTold]:
        """Say what is told. What names no case is told of none: it is a stray, and where it is wrong a fault."""
        for item in items:
            if isinstance(item, LogFault):
                if item.case:
                    yield self._wrong(item)
                else:
                    self._faulted(item)
                    self.strays += 1
            elif not item.case:
                self.strays += 1
            elif isinstance(item, LogTrace) or self._asked(item.more):
                try:
                    yield self._of(item)
                except LogRule as rule:
                    yield self._wrong(LogFault(self._file, item.line, rule.column, str(rule), item.case))

    def leaves_out(self, trace: LogTrace) -> bool:
        """Tell whether a trace is another than those asked for."""
        return any(name in trace.more and text_of(trace.more[name]) != value for name, value in self._choice.where)

    def _wrong(self, fault: LogFault) -> LogTold:
        self._faulted(fault)
        return LogTold(fault.case, fault.line, wrong=True)

    def _asked(self, more: Values) -> bool:
        return all(text_of(more.get(name)) == value for name, value in self._choice.where)

    def _of(self, item: LogEvent | LogTrace) -> LogTold:
        choice, more = self._choice, item.more
        start, end = self._instant(more, choice.start_of), self._instant(more, choice.end_of)
        halts: list[HaltTold] = []
        if isinstance(item, LogEvent):
            if self.rows_are_cases:
                halts = self._halts_of_row(more)
            if item.fault is not None:
                if self._matching.needs(item):
                    return self._wrong(item.fault)
                self._faulted(item.fault)
            elif item.at is None and self._matching.asks(item):
                raise LogRule("missing", self._choice.names.get("at", "time"))
            if item.at is not None:
                at = micros(item.at)
                start = at if self._matching.starts(item) else start
                end = at if self._matching.ends(item) else end
                halts += [(number, begins, item.instance, at) for number, begins in self._matching.halts(item)]
        limit = self._read(more, choice.limit_of, lambda text: f"{limit_of(text, self._unit).normalize():f}")
        return LogTold(item.case, item.line, start, end, tuple(halts), limit, self._due(more))

    def _due(self, more: Values) -> str | None:
        value = more.get(self._choice.due_of) if self._choice.due_of is not None else None
        if isinstance(value, datetime):
            return value.isoformat()
        return self._read(more, self._choice.due_of, lambda text: self._moments.day_or_instant(text).isoformat())

    def _halts_of_row(self, more: Values) -> list[HaltTold]:
        each = [
            (number, begins, self._instant(more, name))
            for number, halt in enumerate(self._choice.halts)
            for name, begins in ((halt.begins, True), (halt.ends, False))
        ]
        return [(number, begins, "", at) for number, begins, at in each if at is not None]

    def _instant(self, more: Values, name: str | None) -> int | None:
        value = more.get(name) if name is not None else None
        if isinstance(value, datetime):
            return micros(value)
        return self._read(more, name, lambda text: micros(self._moments.instant(text)))

    def _read(self, more: Values, name: str | None, read: Callable[[str], T]) -> T | None:
        text = text_of(more.get(name)) if name is not None else ""
        if not text.strip():
            return None
        try:
            return read(text)
        except LogRule as rule:
            raise LogRule(str(rule), name or "") from None


def due_told(text: str | None) -> datetime | date | None:
    """Return a due instant that was told, or a date where that has no time of day."""
    if text is None:
        return None
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
