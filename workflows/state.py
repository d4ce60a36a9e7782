"""What is known of a case once its events are folded (workflows.fold)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from activities.record import Event, Rung, TakenOver
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
    TERMINATED = "terminated"  # without a decision, and not by the applicant


VOID = frozenset({Status.REFUSED, Status.WITHDRAWN, Status.REVOKED, Status.TERMINATED})
OVER = VOID | {Status.DECIDED}


class StepStatus(StrEnum):
    """Where a step stands."""

    WAITING = "waiting"
    OPEN = "open"
    RUNNING = "running"
    DONE = "done"
    FALLEN = "fallen"  # the case was reclassified before it was done


@dataclass(frozen=True, slots=True)
class Hold:
    """A stretch in which an office had a step that it has no more."""

    owner: str
    start: datetime
    end: datetime


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
    held: tuple[Hold, ...] = ()  # before it was handed over or put back
    fell: datetime | None = None  # when the case was reclassified as a kind without it
    why: str | None = None  # the reason of that


def waits_for(steps: Mapping[str, StepState]) -> dict[str, list[StepState]]:
    """Return what each waiting step waits for: the steps before it, and those that gate it."""
    gates = [step for step in steps.values() if step.step.gates]
    return {
        key: [*(steps[before] for before in step.step.after), *(gate for gate in gates if key in gate.step.gates)]
        for key, step in steps.items()
        if step.status is StepStatus.WAITING
    }


@dataclass(frozen=True, slots=True)
class Standstill:
    """A suspension, of the case or of one step."""

    id: str
    ground: str
    step: str | None
    start: datetime
    end: datetime | None = None
    seq: int | None = None  # of the event that it began with
    ended_by: int | None = None  # number of the event that ended it


@dataclass(frozen=True, slots=True)
class Lacking:
    """What was missing at acceptance 容缺, with the applicant's term to bring it."""

    lacking: str
    workdays: int
    rule: str
    supplied: datetime | None = None
    under: str | None = None  # calendar version of that event


@dataclass(frozen=True, slots=True)
class FormerKind:
    """What a case was before it was reclassified."""

    procedure: Procedure
    promises: tuple[Promise, ...]
    steps: Mapping[str, StepState]
    fallen: Mapping[str, StepState]
    until: datetime
    under: str | None  # calendar version of the event that reclassified it


@dataclass(frozen=True, slots=True)
class Round:
    """One receipt of materials: the supplement notice has its five working days from here."""

    received: datetime
    noticed: datetime | None = None
    under: str | None = None


class RequestStatus(StrEnum):
    """What became of a request."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    TAKEN_BACK = "taken-back"
    LAPSED = "lapsed"  # the case was closed, so that nothing of the kind can be done


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """A command that one asked for and another grants."""

    number: int  # of the event that asked
    wanted: str  # the command's own fields as JSON, keys in order
    kind: str  # of the command
    digest: str
    asked_by: str
    at: datetime  # when what it tells happened
    asked: datetime
    due: datetime | None
    status: RequestStatus = RequestStatus.OPEN
    answered_by: str | None = None
    answered: datetime | None = None
    answer: int | None = None  # number of the event that answered it
    reason: str | None = None  # of the answer


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
    lacking: Lacking | None = None
    fallen: Mapping[str, StepState] = field(default_factory=dict)  # steps of the kinds that it was
    kinds: tuple[FormerKind, ...] = ()  # what it was, the first one first
    taken_over: TakenOver | None = None
    noted_before: datetime | None = None  # when a case was told that had long been running; None: it was told in time
    survey: str | None = None
    parent: str | None = None
    children: tuple[str, ...] = ()
    requests: tuple[CaseRequest, ...] = ()
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
