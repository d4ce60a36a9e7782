"""What is recorded of a case: events, and the picture of it that the read model shows."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from itertools import chain, repeat
from typing import Any

from sla.clock import Clock
from sla.model import Model

GENESIS = "0" * 64


class CommandOrigin(Model):
    """How a command came in, for the audit log: what it asks for, as whom, from which address, by which request."""

    action: str
    role: str
    source_ip: str
    request_id: str


class NewEvent(Model):
    """An event as the workflow decided it, before the ledger gave it a number, a calendar and a hash."""

    kind: str
    at: datetime  # business instant at which it happened
    told: datetime  # business instant at which Shixian was told
    actor: str
    request_id: str | None = None
    digest: str | None = None  # of the content the client sent: another content under the same id is refused
    body: dict[str, Any] = {}


class Event(NewEvent):
    """An event of the ledger. `hash` = SHA-256 over tag, previous hash and the canonical JSON of all else."""

    seq: int
    calendar: str  # version under which the clocks were counted when it was appended
    hash: str


class Head(Model):
    """Where a case's ledger stands; number 0 and GENESIS where it has no event."""

    seq: int = 0
    hash: str = GENESIS


class Role(StrEnum):
    """What kind of limit a clock carries."""

    PROMISE = "promise"
    STATUTORY = "statutory"
    STAGE = "stage"
    STEP = "step"
    SUPPLEMENT = "supplement"
    DELIVERY = "delivery"
    TOLERANCE = "tolerance"  # the applicant's term to bring what was missing at acceptance


class RungKind(StrEnum):
    """A threshold of a clock, lowest first."""

    DUE_SOON = "due-soon"
    OVERDUE = "overdue"


class Rung(Model):
    """A raised rung. Unique by (case, clock, kind, due_at, raising).

    `noted`: it was overdue before the case was told, so that nobody was alarmed.
    """

    kind: RungKind
    due_at: datetime  # the threshold's instant
    raising: int
    seq: int  # of the event that raised it
    at: datetime  # told, of that event
    withdrawn: str | None = None  # the reason
    told_late: bool = False
    noted: bool = False


class ClockPicture(Model):
    """A clock of a case with what surrounds it."""

    clock: Clock
    role: Role
    owner: str
    commitment: str | None = None
    measure: str | None = None
    step: str | None = None
    stage: str | None = None
    judged: bool = True  # False: its passing is a warning (an average), or nothing (ramp-up)
    ramp_up: bool = False
    also: tuple[str, ...] = ()
    void: bool = False  # the clock ended without a verdict (withdrawn, refused at the door, revoked)
    verdict: str | None = None  # "met" or "missed", once judged
    judged_under: str | None = None  # calendar version of the verdict: frozen
    rungs: tuple[Rung, ...] = ()
    noted_before: datetime | None = None  # what was overdue by then alarms nobody: the case was told so late


class HoldPicture(Model):
    """A stretch in which an office had a step."""

    owner: str
    start: datetime
    end: datetime


class StepPicture(Model):
    """A step of a case as it stands."""

    key: str
    occurrence: int = 1
    title_zh: str
    title_en: str
    party: str
    owner: str
    stage: str | None = None
    counts: bool = True
    status: str  # waiting, open, running, suspended, done, void
    opened_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None  # the instant that counts
    claimed_at: datetime | None = None  # the instant the poster gave
    told_at: datetime | None = None
    event: int | None = None  # number of the event that completed it, which a confirmation or a correction names
    outcome: str | None = None
    pending: bool = False  # told too late: counts by its claimed day only once an officer has confirmed it
    in_correction: bool = False  # it was returned for correction by itself, and has not come back
    coming: bool = False  # it waits, and for nothing that waits itself: all that is before it is done or on a desk
    held: tuple[HoldPicture, ...] = ()  # who had it before its owner, or before it was put back, and when
    fell_away_at: datetime | None = None  # when the case was reclassified as a kind that has no such step
    fell_away: str | None = None  # why


class FeePicture(Model):
    """A promise about money: what was charged to the applicant against what may be.

    `verdict`: missed as soon as more was charged, met once the case is decided and no more was.
    """

    commitment: str
    limit_fen: int
    charged_fen: int
    ramp_up: bool = False
    verdict: str | None = None


class TolerancePicture(Model):
    """What was missing when the application was accepted all the same."""

    lacking: str
    workdays: int
    rule: str  # what applies where it is not brought
    supplied_at: datetime | None = None  # when it was brought


class TakenOver(Model):
    """Where a case that already ran was taken over from."""

    source: str
    digest: str  # SHA-256 of the source, in hexadecimal


class RequestPicture(Model):
    """A command that one asked for and another grants; `wanted` is its content as JSON text."""

    number: int  # of the event that asked
    kind: str  # of the command
    wanted: str
    at: datetime  # when what the command tells happened
    asked_by: str
    asked_at: datetime
    due_at: datetime | None = None
    status: str = "open"
    answered_by: str | None = None
    answered_at: datetime | None = None
    answer: int | None = None  # number of the event that answered it
    reason: str | None = None  # of the answer


class CasePicture(Model):
    """A case as it stands."""

    case: str
    procedure: str
    version: str
    variant: str
    jurisdiction: str
    title_zh: str
    title_en: str
    owner: str
    facts: dict[str, Any]
    status: str
    national_state: int  # 办理状态, domain.md section 4
    received_at: datetime
    accepted_at: datetime | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = None
    excluded: str | None = None
    survey: str | None = None
    parent: str | None = None
    children: tuple[str, ...] = ()
    fees: tuple[FeePicture, ...] = ()
    tolerance: TolerancePicture | None = None
    taken_over: TakenOver | None = None
    reclassified: int = 0  # how many times
    requests: tuple[RequestPicture, ...] = ()
    open: bool = True


class Picture(Model):
    """Everything that the read model shows of a case; a fold of its events and nothing else."""

    case: CasePicture
    steps: tuple[StepPicture, ...]
    clocks: tuple[ClockPicture, ...]


class Changes(Model):
    """A picture in which None stands for what is as it was: same place, same content."""

    case: CasePicture
    steps: tuple[StepPicture | None, ...]
    clocks: tuple[ClockPicture | None, ...]


def changes(before: Picture | None, after: Picture) -> Changes:
    """Say what differs from a picture that the rows show already, and every clock that may still raise a rung."""
    steps = zip(chain(before.steps if before else (), repeat(None)), after.steps)  # noqa: B905  # repeat has no end
    clocks = zip(chain(before.clocks if before else (), repeat(None)), after.clocks)  # noqa: B905
    # most are the very same object
    return Changes(
        case=after.case,
        steps=tuple(None if was is now or was == now else now for was, now in steps),
        clocks=tuple(None if _rests(now) and (was is now or was == now) else now for was, now in clocks),
    )


def recounted(case: CasePicture, steps: int, clocks: Sequence[ClockPicture]) -> Changes:
    """Say what is counted anew of a case without a new fact: its clocks, and none of its steps."""
    return Changes(case=case, steps=(None,) * steps, clocks=tuple(None if _rests(clock) else clock for clock in clocks))


def _rests(clock: ClockPicture) -> bool:
    return clock.clock.stop is not None and not clock.void and clock.role not in (Role.PROMISE, Role.STATUTORY)
