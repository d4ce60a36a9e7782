"""A case as its events tell it: a fold of its own, small and plain, for the recount of averages."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from tests.sla.walker import Stretch

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Fact(NamedTuple):
    """An event as the table has it."""

    seq: int
    kind: str
    at: datetime
    told: datetime
    body: dict[str, Any]
    calendar: str


class Step:
    """What became of one step."""

    def __init__(self, made: dict[str, Any]) -> None:
        self.made = made
        self.started: datetime | None = None
        self.claimed: datetime | None = None
        self.completed: datetime | None = None
        self.under = ""

    def finish(self, fact: Fact, counted: datetime) -> None:
        self.started = self.started or counted
        self.completed, self.claimed, self.under = counted, fact.at, fact.calendar


class Halt(NamedTuple):
    """A suspension, of the case or of one step."""

    id: str
    ground: str
    step: str | None
    start: datetime
    end: datetime | None


class Case:
    """A case as its events tell it."""

    def __init__(self, number: str, facts: list[Fact]) -> None:
        self.number = number
        self.promises: list[dict[str, Any]] = []
        self.steps: dict[str, Step] = {}
        self.halts: list[Halt] = []
        self.extensions: list[tuple[str, int, datetime]] = []
        self.receipts: list[tuple[datetime, datetime | None]] = []
        self.accepted: datetime | None = None
        self.decided: tuple[datetime, str] | None = None
        self.ended = ""
        self.told_late: set[str] = set()
        over: dict[int, dict[str, Any]] = {}
        for fact in facts:
            if fact.kind == "amended":
                over.setdefault(fact.body["seq"], {}).update(fact.body)
            elif fact.kind == "confirmed":
                over.setdefault(fact.body["seq"], {})["confirmed"] = True
        for fact in facts:
            change = over.get(fact.seq, {})
            if change.get("void"):
                continue
            at = datetime.fromisoformat(change["instant"]) if change.get("instant") else fact.at
            body = {**fact.body, "backdated": False} if change.get("confirmed") else fact.body
            self.take(fact._replace(at=at, body=body))

    def take(self, fact: Fact) -> None:
        getattr(self, f"on_{fact.kind.replace('-', '_')}", lambda _: None)(fact)

    def on_opened(self, fact: Fact) -> None:
        self.made = fact.body["procedure"]
        close = fact.body["policy"]["close"]
        self.close = None if close is None else time.fromisoformat(close)
        self.received = fact.at
        self.taken_over = "taken_over" in fact.body
        self.promises = fact.body["promises"]
        self.receipts = [(fact.at, None)]
        self.steps = {one["key"]: Step(one) for one in self.made["steps"]}
        for step in self.steps.values():
            if step.made["party"] == "applicant" and not step.made["after"]:
                step.finish(fact, fact.at)
        self.open_steps()

    def on_accepted(self, fact: Fact) -> None:
        if self.made["accepted_by"]:
            self.steps[self.made["accepted_by"]].finish(fact, fact.at)
        self.promises, self.accepted = fact.body["promises"], fact.at
        self.open_steps()

    def on_started(self, fact: Fact) -> None:
        step = self.steps[fact.body["step"]]
        if step.completed is None:
            step.started = fact.at

    def on_completed(self, fact: Fact) -> None:
        step = self.steps[fact.body["step"]]
        counted = fact.told if fact.body["backdated"] else fact.at
        step.finish(fact, counted)
        if any(one["key"] == fact.body["outcome"] and one["effect"] == "end" for one in step.made["outcomes"]):
            self.decided, self.ended = (counted, fact.calendar), "decided"
        else:
            self.open_steps()

    def on_returned(self, fact: Fact) -> None:
        if self.accepted is None:
            self.receipts[-1] = (self.receipts[-1][0], fact.at)
        else:
            self.halts.append(Halt(f"correction-{fact.seq}", "correction", fact.body["step"], fact.at, None))

    def on_resubmitted(self, fact: Fact) -> None:
        if self.accepted is None:
            self.receipts.append((fact.at, None))
        else:
            self.end_halts(fact.at, lambda halt: halt.ground == "correction" and halt.step == fact.body["step"])

    def on_suspended(self, fact: Fact) -> None:
        body = fact.body
        self.halts.append(Halt(body["suspension"], body["ground"], body["step"], fact.at, None))

    def on_resumed(self, fact: Fact) -> None:
        self.end_halts(fact.at, lambda halt: halt.id == fact.body["suspension"])

    def on_extended(self, fact: Fact) -> None:
        self.extensions.append((fact.body["clock"], fact.body["workdays"], fact.at))

    def on_decided(self, fact: Fact) -> None:
        self.decided, self.ended = (fact.at, fact.calendar), "decided"

    def on_withdrawn(self, _: Fact) -> None:
        self.ended = "withdrawn"

    def on_refused(self, _: Fact) -> None:
        self.ended = "refused"

    def on_revoked(self, _: Fact) -> None:
        self.ended = "revoked"

    def on_rung_withdrawn(self, fact: Fact) -> None:
        if fact.body["told_late"]:
            self.told_late.add(fact.body["clock"])

    def end_halts(self, at: datetime, which: Callable[[Halt], bool]) -> None:
        self.halts = [one._replace(end=at) if one.end is None and which(one) else one for one in self.halts]

    def open_steps(self) -> None:
        for key, step in self.steps.items():
            gates = [k for k, other in self.steps.items() if key in other.made["gates"]]
            needed = [self.steps[k] for k in (*step.made["after"], *gates)]
            if step.started or step.completed or not all(one.completed for one in needed):
                continue
            if step.made["begins"] == "open":
                step.started = max((one.claimed for one in needed if one.claimed), default=self.received)

    def halts_promises(self, halt: Halt) -> bool:
        return any(one["key"] == halt.ground and "promise" in one["stops"] for one in self.made["grounds"])

    def running(self, *, parallel_lines: bool) -> tuple[Stretch, ...]:
        """When each step that counts was held, less its own suspensions."""
        found = []
        for key, step in self.steps.items():
            counts = parallel_lines if step.made["parallel_line"] else step.made["counts"]
            if not counts or step.started is None:
                continue
            begin: datetime | None = step.started
            for halt in sorted((one for one in self.halts if one.step == key), key=lambda one: one.start):
                if begin is None or not self.halts_promises(halt):
                    continue
                if step.completed is not None and halt.start >= step.completed:
                    continue
                if halt.start > begin:
                    found.append(Stretch(begin, halt.start))
                begin = None if halt.end is None else max(begin, halt.end)
            if begin is not None and (step.completed is None or step.completed > begin):
                found.append(Stretch(begin, step.completed))
        return tuple(found)

    def stop(self, promise: dict[str, Any]) -> tuple[datetime | None, str]:
        """When the promise ended, and the version of the calendar of the event that ended it."""
        ends = [self.steps[key] for key in promise["ends"] or self.made["ends"] if key in self.steps]
        if ends and all(step.completed for step in ends):
            last = max(ends, key=lambda step: step.completed or EPOCH)
            return last.completed, last.under
        return (None, "") if self.decided is None else self.decided
