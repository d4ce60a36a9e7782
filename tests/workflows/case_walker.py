"""A case walked through its ledger by hand: who had which step when, and what a promise of it comes to.

It shares no code with fold, picture and clock: what a procedure plans is read from the events, days are walked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from activities.record import Event
from tests.sla.walker import CHINA, History, Outcome, Stretch, walk

SUPPLEMENT = 5  # working days


class Told(NamedTuple):
    """A fact as it is known after all corrections."""

    seq: int
    kind: str
    at: datetime
    told: datetime
    body: dict[str, Any]


@dataclass
class Walked:
    """A step: its plan, and the spells in which an owner had it, the last one open while it is in hand."""

    plan: dict[str, Any]
    owner: str
    spells: list[list[Any]] = field(default_factory=list)  # owner, begin, end
    opened: bool = False
    claimed: datetime | None = None
    done: datetime | None = None  # as it counts

    @property
    def running(self) -> bool:
        return bool(self.spells) and self.spells[-1][2] is None

    def close(self, at: datetime) -> None:
        if self.running:
            self.spells[-1][2] = at

    def end(self, at: datetime) -> None:
        """Nobody has it from then on, whatever was said of later."""
        self.close(at)
        self.spells = [[owner, a, min(b, at)] for owner, a, b in self.spells if a < at]

    def pass_on(self, owner: str, at: datetime) -> None:
        """Another owner has it from then on, or from its begin on where that is later."""
        if self.running:
            begin = max(at, self.spells[-1][1])
            self.close(begin)
            self.spells.append([owner, begin, None])
        self.owner = owner

    def held(self) -> Iterator[tuple[str, datetime, datetime | None]]:
        """The spells, without what came after it was done."""
        for owner, begin, end in self.spells:
            until = end if self.done is None or (end is not None and end < self.done) else self.done
            if until is None or until > begin:
                yield owner, begin, until


@dataclass
class Halt:
    """A time in which the case, or one step, stood still."""

    name: str
    ground: str
    step: str | None
    start: datetime
    end: datetime | None


def known(events: Iterable[Event]) -> Iterator[Told]:
    """The facts of a ledger, each as its corrections leave it; voided ones are called void."""
    ledger = list(events)
    facts = {e.seq: Told(e.seq, e.kind, _there(e.at), _there(e.told), dict(e.body)) for e in ledger}
    for event in ledger:
        body = event.body
        if event.kind == "confirmed":
            facts[body["seq"]].body["backdated"] = False
        if event.kind != "amended":
            continue
        number, told_by = body["seq"], body.get("ended_by")
        if body["void"]:
            facts[number] = facts[number]._replace(kind=f"void {facts[number].kind}")
        if body["instant"]:
            facts[number] = facts[number]._replace(at=_parsed(body["instant"]))
        if body.get("workdays"):
            facts[number].body["workdays"] = body["workdays"]
        if body.get("end") and told_by:
            facts[told_by] = facts[told_by]._replace(at=_parsed(body["end"]))
        elif body.get("end"):
            facts[number].body["ends"] = _parsed(body["end"])
    yield from facts.values()


class CaseWalker:
    """Everything that a promise depends on, after some events."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.steps: dict[str, Walked] = {}
        self.gone: dict[str, Walked] = {}
        self.halts: list[Halt] = []
        self.grants: list[tuple[str, int, datetime]] = []
        self.accepted: datetime | None = None
        self.noticed: datetime | None = None
        self.closed: datetime | None = None
        self.void = False
        self.decided: datetime | None = None
        for fact in known(events):
            getattr(self, "_" + fact.kind.replace("-", "_").replace(" ", "_"), lambda _: None)(fact)

    # --- events ---

    def _opened(self, fact: Told) -> None:
        self.plan = fact.body["procedure"]
        self.promises = fact.body["promises"]
        self.received = fact.at
        self.steps = {plan["key"]: _step(plan) for plan in self.plan["steps"]}
        for step in self.steps.values():
            if step.plan["party"] == "applicant" and not step.plan["after"]:
                self._finish(step, fact.at, fact.at)
        self._open_what_can_be()

    def _accepted(self, fact: Told) -> None:
        self.accepted, self.promises = fact.at, fact.body["promises"]
        self._finish(self.steps[self.plan["accepted_by"]], fact.at, fact.at)
        self._open_what_can_be()

    def _started(self, fact: Told) -> None:
        step = self.steps[fact.body["step"]]
        if step.done is None:
            step.spells.append([step.owner, fact.at, None])

    def _completed(self, fact: Told) -> None:
        step = self.steps[fact.body["step"]]
        counted = fact.told if fact.body["backdated"] else fact.at
        self._finish(step, counted, fact.at)
        if fact.body["outcome"] == "refused":
            self._decide(counted)
        else:
            self._open_what_can_be()

    def _returned(self, fact: Told) -> None:
        if self.accepted is None:
            self.noticed = fact.at
            return
        self.halts.append(
            Halt(f"correction-{fact.seq}", "correction", fact.body["step"], fact.at, fact.body.get("ends"))
        )

    def _resubmitted(self, fact: Told) -> None:
        if self.accepted is None:
            self.received, self.noticed = fact.at, None
            return
        for halt in self.halts:
            if halt.end is None and halt.ground == "correction" and halt.step == fact.body["step"]:
                halt.end = fact.at

    def _suspended(self, fact: Told) -> None:
        body = fact.body
        self.halts.append(Halt(body["suspension"], body["ground"], body["step"], fact.at, body.get("ends")))

    def _resumed(self, fact: Told) -> None:
        for halt in self.halts:
            if halt.end is None and halt.name == fact.body["suspension"]:
                halt.end = fact.at

    def _extended(self, fact: Told) -> None:
        self.grants.append((fact.body["clock"], fact.body["workdays"], fact.at))

    def _handed_over(self, fact: Told) -> None:
        step = self.steps[fact.body["step"]]
        if step.done is not None:
            return
        step.pass_on(fact.body["owner"], fact.at)

    def _reclassified(self, fact: Told) -> None:
        before = {plan["key"]: plan["owner"] for plan in self.plan["steps"]}
        self.plan = fact.body["procedure"]
        self.promises = fact.body["promises" if self.accepted else "receipt_promises"]
        had = self.gone | self.steps
        self.steps = {}
        for plan in self.plan["steps"]:
            was = had.pop(plan["key"], None)
            self.steps[plan["key"]] = _step(plan) if was is None else self._goes_on(was, plan, before, fact.at)
        done = {key for key, step in self.steps.items() if step.done is not None}
        ended = set(had)
        for key, step in self.steps.items():
            if step.done is None and step.opened and not _needs(self.plan, key) <= done:
                step.end(fact.at)
                step.opened = False
                ended.add(key)
        self.gone = had
        for step in had.values():
            if step.done is None:
                step.end(fact.at)
        for halt in self.halts:
            if halt.step in ended and halt.end is None:
                halt.end = fact.at
        self._open_what_can_be(fact.at)

    def _goes_on(self, was: Walked, plan: dict[str, Any], before: dict[str, str], at: datetime) -> Walked:
        lost = plan["key"] not in before and was.done is None
        if lost:
            return Walked(plan, plan["owner"], was.spells)
        if was.done is None and before.get(plan["key"]) != plan["owner"] != was.owner:
            was.pass_on(plan["owner"], at)
        was.plan = plan
        return was

    def _decided(self, fact: Told) -> None:
        self._decide(fact.at)

    def _revoked(self, _: Told) -> None:
        self.void = True

    _withdrawn = _terminated = _refused = _revoked

    def _decide(self, at: datetime) -> None:
        self.decided = self.decided or at

    # --- what follows ---

    def _finish(self, step: Walked, counted: datetime, claimed: datetime) -> None:
        if not step.opened and not step.spells:
            step.spells.append([step.owner, counted, None])
        if not step.running:
            step.spells.append([step.owner, counted, None])
        step.close(counted)
        step.opened, step.done, step.claimed = True, counted, claimed

    def _open_what_can_be(self, floor: datetime | None = None) -> None:
        done = {key for key, step in self.steps.items() if step.done is not None}
        for key, step in self.steps.items():
            needs = _needs(self.plan, key)
            if step.opened or step.done is not None or not needs <= done:
                continue
            instants = [self.steps[need].claimed for need in needs] + [floor]
            at = max((one for one in instants if one is not None), default=self.received)
            step.opened = True
            if step.plan["begins"] == "open":
                step.spells.append([step.owner, at, None])

    def holders(self) -> list[tuple[str, str, datetime, datetime | None]]:
        """Step, owner, begin and end of every spell of a step that counts, less its own suspensions."""
        found = []
        for key, step in {**self.steps, **self.gone}.items():
            if not step.plan["counts"] or step.plan["parallel_line"]:
                continue
            for owner, begin, end in step.held():
                found += [(key, owner, a, b) for a, b in self._without(key, begin, end)]
        return sorted(found, key=lambda one: (one[0], one[2]))

    def _without(self, step: str, begin: datetime, end: datetime | None) -> list[tuple[datetime, datetime | None]]:
        """A spell looked at between all instants at which a suspension of its step begins or ends."""
        stops = {ground["key"] for ground in self.plan["grounds"] if "promise" in ground["stops"]}
        halts = [h for h in self.halts if h.step == step and h.ground in stops]
        cuts = {begin} | {at for h in halts for at in (h.start, h.end) if at is not None and at > begin}
        marks = sorted(at for at in cuts if end is None or at < end)
        pieces: list[tuple[datetime, datetime | None]] = []
        for index, at in enumerate(marks):
            until = marks[index + 1] if index + 1 < len(marks) else end
            if any(h.start <= at and (h.end is None or at < h.end) for h in halts):
                continue
            if pieces and pieces[-1][1] == at:
                pieces[-1] = (pieces[-1][0], until)
            else:
                pieces.append((at, until))
        return pieces

    def promise(self, now: datetime, as_of: date) -> tuple[str, Outcome, datetime | None] | None:
        """The first promise in force, what a walk from day to day makes of it, and its stop; None where it has not begun."""
        term = next(p for p in self.promises if p["limit"] is not None)
        key = f"promise/{term['commitment']}"
        stop = self._stop(term)
        now = _there(now)
        begun = self._begun(stop or now, as_of)
        if begun is None:
            return None
        running = [Stretch(a, b) for _, _, a, b in self.holders()]
        if begun != self.accepted:
            running.append(Stretch(begun, self.accepted))  # the law presumes that the authority had it
        stops = {ground["key"] for ground in self.plan["grounds"] if "promise" in ground["stops"]}
        history = History(
            calendar_days=False,
            limit=int(float(term["limit"]["amount"])),
            start=begun,
            now=now,
            as_of=as_of,
            stop=stop,
            suspensions=tuple(Stretch(h.start, h.end) for h in self.halts if h.step is None and h.ground in stops),
            running=tuple(running),
            extensions=tuple((days, at) for clock, days, at in self.grants if clock == key),
        )
        return key, walk(history), stop

    def _stop(self, term: dict[str, Any]) -> datetime | None:
        ends = [self.steps[key].done for key in term["ends"] or self.plan["ends"] if key in self.steps]
        if ends and all(at is not None for at in ends):
            return max(at for at in ends if at is not None)
        return self.decided

    def _begun(self, end: datetime, as_of: date) -> datetime | None:
        until = walk(History(False, SUPPLEMENT, self.received, self.received, as_of)).due_at
        assert until is not None, "the law presumes acceptance if nothing is missing in writing by then"
        answered = [at for at in (self.accepted, self.noticed) if at is not None and at <= until]
        return self.received if not answered and end > until else self.accepted


def _step(plan: dict[str, Any]) -> Walked:
    return Walked(plan, plan["owner"])


def _needs(plan: dict[str, Any], key: str) -> set[str]:
    after = next(set(step["after"]) for step in plan["steps"] if step["key"] == key)
    return after | {step["key"] for step in plan["steps"] if key in step["gates"]}


def _parsed(text: str) -> datetime:
    return _there(datetime.fromisoformat(text))


def _there(at: datetime) -> datetime:
    return at.astimezone(CHINA)
