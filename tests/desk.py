"""Commands as the API would stamp them, for tests that reach a case without HTTP."""

import hashlib
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

from sla.clock import Limit
from sla.promise import Measure, Promise
from workflows.messages import (
    Accept,
    Complete,
    Correct,
    Decide,
    Extend,
    Message,
    Open,
    Resume,
    Revoke,
    Suspend,
)
from workflows.procedure import Procedure
from workflows.procedures import resolve

CHINA = timezone(timedelta(hours=8))


def at(text: str) -> datetime:
    """A local instant: `2021-03-01 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def water(variant: str = "no-new-pipe", jurisdiction: str = "suzhou") -> Procedure:
    """A procedure of few steps."""
    return resolve("water-connection", jurisdiction, variant, {})


def promised(workdays: int = 4, commitment: str = "sz-22-water-no-pipe") -> tuple[Promise, ...]:
    """A promise per case."""
    return (Promise(commitment=commitment, measure=Measure.CASE, limit=Limit(amount=workdays), owner="市水务局"),)


class Desk:
    """Stamps commands for one actor; every one has its own request id unless told otherwise."""

    def __init__(self, actor: str = "officer") -> None:
        self._actor = actor
        self._numbers = count(1)

    def _stamp(self, kind: type[Message], when: datetime, told: datetime | None, **body: Any) -> Any:
        request = body.pop("request_id", None) or f"{self._actor}:{next(self._numbers)}-{id(self)}"
        digest = hashlib.sha256(repr((kind.__name__, sorted(body.items(), key=lambda i: i[0]))).encode()).hexdigest()
        return kind(request_id=request, digest=digest, actor=self._actor, at=when, told=told or when, **body)

    def open(self, when: datetime, procedure: Procedure, **more: Any) -> Open:
        return self._stamp(Open, when, None, procedure=procedure, **{"promises": promised(), **more})

    def accept(self, when: datetime, told: datetime | None = None, **more: Any) -> Accept:
        return self._stamp(Accept, when, told, **{"promises": promised(), **more})

    def complete(
        self, when: datetime, step: str, told: datetime | None = None, outcome: str = "done", **more: Any
    ) -> Complete:
        return self._stamp(Complete, when, told, step=step, outcome=outcome, **more)

    def decide(self, when: datetime, outcome: str = "approved", **more: Any) -> Decide:
        return self._stamp(Decide, when, None, outcome=outcome, **more)

    def suspend(self, when: datetime, suspension: str, ground: str, told: datetime | None = None, **more: Any) -> Suspend:
        return self._stamp(Suspend, when, told, suspension=suspension, ground=ground, **more)

    def resume(self, when: datetime, suspension: str, **more: Any) -> Resume:
        return self._stamp(Resume, when, None, suspension=suspension, **more)

    def extend(self, when: datetime, clock: str, workdays: int, **more: Any) -> Extend:
        return self._stamp(
            Extend, when, None, clock=clock, workdays=workdays, approved_by="head", reason="complex", **more
        )

    def correct(self, when: datetime, seq: int, **more: Any) -> Correct:
        return self._stamp(Correct, when, None, seq=seq, reason="typing error", **more)

    def revoke(self, when: datetime, **more: Any) -> Revoke:
        return self._stamp(Revoke, when, None, reason="obtained by deceit", **more)
