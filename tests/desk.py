"""Commands as the API would stamp them, and a case on paper: decided and folded without a server."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

from activities.record import Event, Head
from activities.store.hashing import chain
from sla.clock import Limit
from sla.promise import Measure, Promise
from sla.release import RELEASE
from workflows.answers import Decision, OnRecord
from workflows.asking import lapsing
from workflows.decide import decide
from workflows.fold import fold
from workflows.messages import (
    Accept,
    Ask,
    Complete,
    Confirm,
    Correct,
    Decide,
    Extend,
    Grant,
    HandOver,
    Link,
    Message,
    Open,
    Recalculate,
    Reclassify,
    RecordFee,
    Refuse,
    RefuseRequest,
    Resubmit,
    Resume,
    Return,
    Revoke,
    Start,
    Supply,
    Suspend,
    TakeBack,
    Terminate,
    Tolerance,
    Wanted,
    Withdraw,
)
from workflows.procedure import Procedure
from workflows.procedures import resolve
from workflows.state import CaseState

M = TypeVar("M", bound=Message)
CHINA = timezone(timedelta(hours=8))
CALENDAR = RELEASE.calendar_for("suzhou", date(2021, 3, 4)).version


def at(text: str) -> datetime:
    """A local instant: `2021-03-01 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def water(variant: str = "no-new-pipe", jurisdiction: str = "suzhou") -> Procedure:
    """A procedure of few steps."""
    return resolve("water-connection", jurisdiction, variant, {})


TOLERANCE = Tolerance(lacking="a copy of the plan", workdays=5, rule="the acceptance is taken back")


def promised(workdays: int = 4, commitment: str = "sz-22-water-no-pipe") -> tuple[Promise, ...]:
    """A promise per case."""
    limit = Limit(amount=Decimal(workdays))
    return (Promise(commitment=commitment, measure=Measure.CASE, limit=limit, owner="市水务局"),)


class Desk:
    """Stamps commands for one actor; every one has its own request id unless told otherwise."""

    def __init__(self, actor: str = "officer") -> None:
        self._actor = actor
        self._numbers = count(1)

    def stamp(self, kind: type[M], when: datetime, told: datetime | None = None, **body: Any) -> M:
        """A command of any kind."""
        request = body.pop("request_id", None) or f"{self._actor}:{next(self._numbers)}-{id(self)}"
        content = {k: v for k, v in body.items() if k != "owners"}
        digest = hashlib.sha256(repr((kind.__name__, when, sorted(content.items()))).encode()).hexdigest()
        return kind(request_id=request, digest=digest, actor=self._actor, at=when, told=told or when, **body)

    def open(self, when: datetime, procedure: Procedure, **more: Any) -> Open:
        return self.stamp(Open, when, None, procedure=procedure, **{"promises": promised(), **more})

    def accept(self, when: datetime, told: datetime | None = None, **more: Any) -> Accept:
        return self.stamp(Accept, when, told, **{"promises": promised(), **more})

    def supply(self, when: datetime, told: datetime | None = None, **more: Any) -> Supply:
        return self.stamp(Supply, when, told, **more)

    def reclassify(self, when: datetime, procedure: Procedure, told: datetime | None = None, **more: Any) -> Reclassify:
        terms = {"promises": promised(), "receipt_promises": promised(), "reason": "it needs a pipe after all"}
        return self.stamp(Reclassify, when, told, procedure=procedure, **{**terms, **more})

    def hand_over(self, when: datetime, step: str, owner: str, told: datetime | None = None, **more: Any) -> HandOver:
        return self.stamp(HandOver, when, told, step=step, owner=owner, reason="it is another office's", **more)

    def terminate(self, when: datetime, cause: str = "matter-void", **more: Any) -> Terminate:
        return self.stamp(Terminate, when, None, cause=cause, reason="the building is gone", **more)

    def refuse(self, when: datetime, **more: Any) -> Refuse:
        return self.stamp(Refuse, when, None, reason="not for this office", **more)

    def start(self, when: datetime, step: str, **more: Any) -> Start:
        return self.stamp(Start, when, None, step=step, **more)

    def complete(
        self, when: datetime, step: str, told: datetime | None = None, outcome: str = "done", **more: Any
    ) -> Complete:
        return self.stamp(Complete, when, told, step=step, outcome=outcome, **more)

    def confirm(self, when: datetime, seq: int, **more: Any) -> Confirm:
        return self.stamp(Confirm, when, None, seq=seq, **more)

    def send_back(self, when: datetime, step: str | None = None, **more: Any) -> Return:
        return self.stamp(Return, when, None, step=step, reason="a drawing is missing", **more)

    def resubmit(self, when: datetime, step: str | None = None, **more: Any) -> Resubmit:
        return self.stamp(Resubmit, when, None, step=step, **more)

    def suspend(
        self, when: datetime, suspension: str, ground: str, told: datetime | None = None, **more: Any
    ) -> Suspend:
        return self.stamp(Suspend, when, told, suspension=suspension, ground=ground, **more)

    def resume(self, when: datetime, suspension: str, **more: Any) -> Resume:
        return self.stamp(Resume, when, None, suspension=suspension, **more)

    def extend(self, when: datetime, clock: str, workdays: int | None, **more: Any) -> Extend:
        return self.stamp(
            Extend, when, None, clock=clock, workdays=workdays, approved_by="head", reason="complex", **more
        )

    def fee(self, when: datetime, fen: int, **more: Any) -> RecordFee:
        return self.stamp(RecordFee, when, None, fen=fen, reason="meter", **more)

    def withdraw(self, when: datetime, **more: Any) -> Withdraw:
        return self.stamp(Withdraw, when, None, **more)

    def decide(self, when: datetime, outcome: str = "approved", **more: Any) -> Decide:
        return self.stamp(Decide, when, None, outcome=outcome, **more)

    def correct(self, when: datetime, seq: int, **more: Any) -> Correct:
        return self.stamp(Correct, when, None, seq=seq, reason="typing error", **more)

    def revoke(self, when: datetime, **more: Any) -> Revoke:
        return self.stamp(Revoke, when, None, reason="obtained by deceit", **more)

    def link(self, when: datetime, child: str, **more: Any) -> Link:
        return self.stamp(Link, when, None, child=child, **more)

    def recalculate(self, when: datetime, **more: Any) -> Recalculate:
        return self.stamp(Recalculate, when, None, **more)

    def ask(self, wanted: Wanted, due: datetime | None = None) -> Ask:
        """A request for a command, stamped as the command was."""
        return Ask(**{name: getattr(wanted, name) for name in Message.model_fields}, wanted=wanted, due=due)

    def grant(self, when: datetime, number: int, **more: Any) -> Grant:
        return self.stamp(Grant, when, None, number=number, **more)

    def refuse_request(self, when: datetime, number: int, **more: Any) -> RefuseRequest:
        return self.stamp(RefuseRequest, when, None, number=number, reason="not so", **more)

    def take_back(self, when: datetime, number: int, **more: Any) -> TakeBack:
        return self.stamp(TakeBack, when, None, number=number, **more)


class Paper:
    """A case on paper: each command is decided and its event chained and folded in, as settling would."""

    def __init__(self, case: str = "paper", calendar: str = CALENDAR) -> None:
        self.case = case
        self.calendar = calendar
        self.state: CaseState | None = None
        self.events: list[Event] = []
        self.due: dict[str, datetime | None] = {}

    def now(self) -> CaseState:
        """The state of the opened case."""
        assert self.state is not None
        return self.state

    def take(self, command: Message) -> int:
        """The number of the event that the command became, or was already; raises Refusal."""
        answer = decide(self.state, command, self.due)
        if isinstance(answer, OnRecord):
            return answer.seq
        assert isinstance(answer, Decision)
        last = self.events[-1] if self.events else None
        head = Head(seq=last.seq, hash=last.hash) if last else Head()
        before = self.state
        new = chain(self.case, head, [answer.event], self.calendar)
        self._append(new)
        after = Head(seq=new[-1].seq, hash=new[-1].hash)
        self._append(chain(self.case, after, [*lapsing(before, self.now(), command.told)], self.calendar))
        return new[0].seq

    def _append(self, new: list[Event]) -> None:
        self.events += new
        self.state = fold(self.state, new, self.case)

    def take_all(self, *commands: Message) -> None:
        """All of them, in order."""
        for command in commands:
            self.take(command)


def a_whole_case(desk: Desk, more: Mapping[str, Any] | None = None) -> tuple[Message, ...]:
    """A water case from its opening to its decision, in time."""
    return (
        desk.open(at("2021-03-01 09:00"), water(), **(more or {})),
        desk.accept(at("2021-03-01 10:00")),
        desk.complete(at("2021-03-02 10:00"), "joint-site-survey"),
        desk.complete(at("2021-03-03 10:00"), "inspection-and-meter"),
        desk.complete(at("2021-03-04 10:00"), "water-on"),
        desk.decide(at("2021-03-04 11:00")),
    )
