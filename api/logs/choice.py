"""What of a log is taken: its columns or attributes, and which events start a case, end it and halt it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from api.logs.events import LogEvent

# Names under which a table may have what no option names; taken where the head has exactly one of them.
KNOWN: Mapping[str, tuple[str, ...]] = {
    "case": ("case", "case id", "case_id", "caseid", "case:concept:name", "办件编号", "办件", "案件编号"),
    "activity": ("activity", "concept:name", "activity name", "环节", "活动"),
    "at": ("at", "timestamp", "time:timestamp", "complete timestamp", "时间", "发生时间"),
    "transition": ("transition", "lifecycle:transition"),
    "instance": ("instance", "concept:instance"),
}
# Attributes that XES has for the same.
OF_XES: Mapping[str, str] = {
    "case": "concept:name",
    "activity": "concept:name",
    "at": "time:timestamp",
    "transition": "lifecycle:transition",
    "instance": "concept:instance",
}
# Transitions of the standard lifecycle after which an activity is not over.
UNFINISHED = frozenset(
    ("schedule", "assign", "withdraw", "reassign", "start", "suspend", "resume", "pi_abort", "ate_abort")
)


class Halt(NamedTuple):
    """From which activity, or column, to which one a case stands still."""

    begins: str
    ends: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChoice:
    """What is asked of a log. A name is a column of a table or an attribute of XES."""

    names: Mapping[str, str] = field(default_factory=dict)  # of `KNOWN`, as far as they are told
    starts: tuple[str, ...] = ()  # activities; empty: the first event
    ends: tuple[str, ...] = ()  # activities; empty: the last event
    last: bool = False  # the last of the events that end a case, not the first one after its start
    halts: tuple[Halt, ...] = ()
    start_of: str | None = None  # instead of events: attributes of the case
    end_of: str | None = None
    limit_of: str | None = None
    due_of: str | None = None
    where: tuple[tuple[str, str], ...] = ()  # only events with these values

    @property
    def row_by_row(self) -> bool:
        """Tell whether a row of a table is a case, not an event."""
        return (self.start_of or self.end_of) is not None and not (self.starts or self.ends)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Name what is asked for beside an event's own, each once."""
        named = [self.start_of, self.end_of, self.limit_of, self.due_of, *(name for name, _ in self.where)]
        if self.row_by_row:
            named += [name for halt in self.halts for name in halt]
        return tuple(dict.fromkeys(name for name in named if name is not None))


class Matching:
    """Tells which activities an event stands for. A name may have a transition: `Decide+complete`."""

    def __init__(self, choice: LogChoice) -> None:
        self._starts = {one for name in choice.starts for one in _written(name)}
        self._ends = {one for name in choice.ends for one in _written(name)}
        self.starts_at_first = choice.start_of is None and not choice.starts
        self.ends_at_last = choice.end_of is None and not choice.ends
        self._begins = [(number, _written(halt.begins)) for number, halt in enumerate(choice.halts)]
        self._stops = [(number, _written(halt.ends)) for number, halt in enumerate(choice.halts)]

    def asks(self, event: LogEvent) -> bool:
        """Tell whether an event is named, not only taken because it is the first or the last one."""
        named = _named(event, over=False)
        asked = not self._starts.isdisjoint(named) or not self._ends.isdisjoint(_named(event, over=True))
        return asked or bool(self.halts(event))

    def needs(self, event: LogEvent) -> bool:
        """Tell whether a case cannot be judged without the time of an event."""
        return self.starts_at_first or self.ends_at_last or self.asks(event)

    def starts(self, event: LogEvent) -> bool:
        """Tell whether an event starts its case, whatever becomes of it."""
        return self.starts_at_first or not self._starts.isdisjoint(_named(event, over=False))

    def ends(self, event: LogEvent) -> bool:
        """Tell whether an event ends its case; without a transition that is one that is over."""
        return self.ends_at_last or not self._ends.isdisjoint(_named(event, over=True))

    def halts(self, event: LogEvent) -> list[tuple[int, bool]]:
        """Name the halts that an event begins or ends, by number; True: begins."""
        if not self._begins:
            return []
        begun, over = _named(event, over=False), _named(event, over=True)
        found = [(number, False) for number, names in self._stops if not names.isdisjoint(over)]
        return found + [(number, True) for number, names in self._begins if not names.isdisjoint(begun)]


def _written(name: str) -> set[str]:
    """A name as events are compared by it: as it stands, and with what may be a transition in small letters."""
    activity, plus, transition = name.rpartition("+")
    return {name, f"{activity}{plus}{transition.casefold()}"} if plus else {name}


def _named(event: LogEvent, *, over: bool) -> tuple[str, ...]:
    """Names that an event goes by; `over`: its activity's alone only where that is over."""
    transition = event.transition.casefold()
    whole = f"{event.activity}+{transition}"
    return (whole,) if over and transition in UNFINISHED else (event.activity, whole)


def names_in_xes(choice: LogChoice) -> Mapping[str, str]:
    """Return the attributes of XES that a choice takes for a case, an activity, an instant ..."""
    return {**OF_XES, **choice.names}
