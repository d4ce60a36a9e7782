"""What is known of a case once its events are folded (workflows.fold)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from activities.record import Event, Rung
from sla.clock import Extension, Policy
from sla.promise import Promise
from workflows.procedure import Procedure, Step

CORRECTION = "correction"  # the ground that a return for correction suspends on


class Status(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    CORRECTION = "correction"  # before acceptance: the supplement notice is out
    ACCEPTED = "accepted"
    DECIDED = "decided"
    REFUSED = "refused"  # at the door
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


VOID = frozenset({Status.REFUSED, Status.WITHDRAWN, Status.REVOKED})
OVER = VOID | {Status.DECIDED}


class StepStatus(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    OPEN = "open"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class StepState:
    """One step of the case."""

    step: Step
    occurrence: int = 1
    status: StepStatus = StepStatus.WAITING
    opened: datetime | None = None
    started: datetime | None = None
    completed: datetime | None = None  # the instant that counts
    claimed: datetime | None = None
    told: datetime | None = None
    outcome: str | None = None
    pending: bool = False
    seq: int | None = None  # of the event that completed it
    under: str | None = None  # calendar version of that event


@dataclass(frozen=True, slots=True)
class Standstill:
    """A suspension, of the case or of one step."""

    id: str
    ground: str
    step: str | None
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One receipt of materials: the supplement notice has its five working days from here."""

    received: datetime
    noticed: datetime | None = None
    under: str | None = None


@dataclass(frozen=True, slots=True)
class CaseState:
    """Everything that follows from a case's events."""

    case: str
    procedure: Procedure
    policy: Policy
    received: datetime
    promises: tuple[Promise, ...]
    steps: Mapping[str, StepState]
    rounds: tuple[Round, ...]
    status: Status = Status.RECEIVED
    accepted: datetime | None = None
    accepted_under: str | None = None
    decided: datetime | None = None
    decided_under: str | None = None
    outcome: str | None = None
    closed: datetime | None = None
    closed_under: str | None = None
    suspensions: tuple[Standstill, ...] = ()
    extensions: tuple[tuple[str, Extension], ...] = ()
    fees: tuple[tuple[int, int], ...] = ()  # (seq, fen)
    rungs: Mapping[str, tuple[Rung, ...]] = field(default_factory=dict)
    survey: str | None = None
    parent: str | None = None
    children: tuple[str, ...] = ()
    as_of: datetime | None = None  # the latest instant at which anything was told
    events: tuple[Event, ...] = ()

    def by_request(self, request_id: str) -> Event | None:
        """Return the event that a request became, if it is known."""
        return next((e for e in self.events if e.request_id == request_id), None)

    def by_seq(self, seq: int) -> Event | None:
        """Return the event with that number."""
        return self.events[seq - 1] if 0 < seq <= len(self.events) else None

    @property
    def over(self) -> bool:
        """True where nothing more is decided in the case."""
        return self.status in OVER
