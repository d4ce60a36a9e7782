"""What the API takes and answers. Made by `python -m deploy.client.make_types`; not to be changed by hand."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, Field
from shixian_client.model import Model


class BatchItem(Model):
    """
    One completion of a batch, with an idempotency key of its own.
    """

    at: AwareDatetime | None = None
    case: str
    key: str
    note: str | None = None
    occurrence: int | None = None
    opinions: dict[str, str] = {}
    outcome: str
    step: str


class CaseRequestShown(Model):
    """
    A request. `number` is that of the event that asked; `wanted` says what for, and `at` when what that tells happened.
    """

    answer: int | None
    answered_at: AwareDatetime | None
    answered_by: str | None
    asked_at: AwareDatetime
    asked_by: str
    at: AwareDatetime
    case: str
    due_at: AwareDatetime | None
    kind: str
    """
    Today one of: extend, correct, confirm, withdraw.
    """
    number: int
    overdue: bool
    reason: str | None
    status: str
    """
    Today one of: open, granted, refused, taken-back, lapsed.
    """
    wanted: dict[str, Any]


class Cited(Model):
    """
    The sentence that a promise rests on.
    """

    document: str
    heading: str
    item: str
    quote: str
    title: str


class EventLinks(Model):
    """
    Where more is known of it, and where it is answered; relative where no public address is set.
    """

    case: str
    completions: str


class EventShown(Model):
    """
    An event of the ledger.
    """

    actor: str
    at: AwareDatetime
    body: dict[str, Any]
    calendar: str
    case: str
    digest: str | None
    hash: str
    kind: str
    request_id: str | None
    seq: int
    told: AwareDatetime


class ExtensionShown(Model):
    """
    More time that was granted.
    """

    amount: float
    at: AwareDatetime
    id: str


class FeePicture(Model):
    """
    A promise about money: what was charged to the applicant against what may be.

    `verdict`: missed as soon as more was charged, met once the case is decided and no more was.
    """

    charged_fen: int
    commitment: str
    limit_fen: int
    ramp_up: bool = False
    verdict: str | None = None


class FlawShown(Model):
    """
    One thing wrong with a request.
    """

    code: str
    pointer: str


class HoldPicture(Model):
    """
    A stretch in which an office had a step.
    """

    end: AwareDatetime
    owner: str
    start: AwareDatetime


class HorizonShown(Model):
    """
    The published calendar ends before the due date.
    """

    counted: float
    known_until: date
    missing: float


class LimitShown(Model):
    """
    A limit in its unit.
    """

    amount: float
    unit: str
    """
    Today one of: workday, workhour, day, month.
    """


class ProblemShown(Model):
    """
    A problem as it is answered.
    """

    detail: str
    errors: Annotated[list[FlawShown], Field(validate_default=True)] = []
    instance: str
    request_id: str
    status: int
    title: str
    type: str


class Receipt(Model):
    """
    The answer to a command: the event that it became. The same for every repetition.
    """

    at: AwareDatetime
    case: str
    event: str
    hash: str
    kind: str
    occurrence: int | None = None
    outcome: str | None = None
    pending: bool = False
    seq: int
    step: str | None = None
    told: AwareDatetime


class Rung(Model):
    """
    A raised rung. Unique by (case, clock, kind, due_at, raising).

    `noted`: it was overdue before the case was told, so that nobody was alarmed.
    """

    at: AwareDatetime
    due_at: AwareDatetime
    kind: str
    """
    Today one of: due-soon, overdue.
    """
    noted: bool = False
    raising: int
    seq: int
    told_late: bool = False
    withdrawn: str | None = None


class StepPicture(Model):
    """
    A step of a case as it stands.
    """

    claimed_at: AwareDatetime | None = None
    coming: bool = False
    completed_at: AwareDatetime | None = None
    counts: bool = True
    event: int | None = None
    fell_away: str | None = None
    fell_away_at: AwareDatetime | None = None
    held: Annotated[list[HoldPicture], Field(validate_default=True)] = []
    in_correction: bool = False
    key: str
    occurrence: int = 1
    opened_at: AwareDatetime | None = None
    outcome: str | None = None
    owner: str
    party: str
    pending: bool = False
    stage: str | None = None
    started_at: AwareDatetime | None = None
    status: str
    title_en: str
    title_zh: str
    told_at: AwareDatetime | None = None


class Suspension(Model):
    """
    A recorded ground on which a clock stands still 中止; `end` None while it is open.
    """

    end: AwareDatetime | None = None
    ground: str
    id: str
    start: AwareDatetime


class TakenOver(Model):
    """
    Where a case that already ran was taken over from.
    """

    digest: str
    source: str


class TimeShown(Model):
    """
    What a clock comes to, in its limit's unit. `left`: at a standstill what was left when it began.
    """

    left: float
    limit: LimitShown
    overdue_by: float
    suspended: float
    used: float


class TolerancePicture(Model):
    """
    What was missing when the application was accepted all the same.
    """

    lacking: str
    rule: str
    supplied_at: AwareDatetime | None = None
    workdays: int


class CaseShown(Model):
    """
    A case as it stands. What a company does not see of another's case is left empty.
    """

    accepted_at: AwareDatetime | None = None
    case: str
    children: list[str] = []
    closed_at: AwareDatetime | None = None
    decided_at: AwareDatetime | None = None
    excluded: str | None = None
    facts: dict[str, Any] = {}
    fees: Annotated[list[FeePicture], Field(validate_default=True)] = []
    jurisdiction: str
    national_state: int | None = None
    open: bool
    outcome: str | None = None
    owner: str | None = None
    parent: str | None = None
    procedure: str
    received_at: AwareDatetime
    reclassified: int | None = None
    status: str | None = None
    survey: str | None = None
    taken_over: TakenOver | None = None
    title_en: str
    title_zh: str
    tolerance: TolerancePicture | None = None
    variant: str
    version: str


class ClockShown(Model):
    """
    A clock, counted at the instant of the question; amounts are in the limit's unit.
    """

    also: list[str]
    calendar: str
    citation: Cited | None
    commitment: str | None
    due_at: AwareDatetime | None
    due_date: date | None
    due_soon_at: AwareDatetime | None
    extensions: list[ExtensionShown]
    horizon: HorizonShown | None
    judged: bool
    judged_under: str | None
    key: str
    limit: LimitShown
    measure: str | None
    overdue_by: float
    owner: str
    presumed: bool
    projection: dict[str, Any] | None
    provisional: bool
    ramp_up: bool
    remaining: float
    role: str
    """
    Today one of: promise, statutory, stage, step, supplement, delivery, tolerance.
    """
    rungs: list[Rung]
    stage: str | None
    standing: str
    """
    Today one of: not-started, on-time, due-soon, overdue, suspended, met, missed.
    """
    start_day: date | None
    started_at: AwareDatetime | None
    step: str | None
    stopped_at: AwareDatetime | None
    suspended: float
    suspensions: list[Suspension]
    used: float
    verdict: str | None
    void: bool
    workload: float | None


class DeskLineShown(Model):
    """
    A step on a desk, with its case.
    """

    card: str | None
    case: CaseShown
    due_at: AwareDatetime | None
    key: str
    occurrence: int
    opened_at: AwareDatetime | None
    owner: str
    party: str
    standing: str | None
    started_at: AwareDatetime | None
    status: str
    time: TimeShown | None
    title_en: str
    title_zh: str


class EventData(Model):
    """
    What is told. `company`: whose API keys may touch the step; none where the owner has none.

    `due`: of the step's planning target, where it is known. `reason`: the kind of event that took a step away, or why an
    alarm was withdrawn. `posting`: number of the event that a late posting became.
    """

    case: str
    company: str | None
    due: AwareDatetime | None = None
    event: int
    links: EventLinks
    occurrence: int
    owner: str
    posting: int | None = None
    reason: str | None = None
    rung: str | None = None
    step: str
    title_en: str
    title_zh: str


class EventList(Model):
    """
    Events, oldest first.
    """

    events: list[EventShown]
    next: str | None


class ItemAnswer(Model):
    """
    What became of one item: its receipt, or its problem, or where it was only tried what it would come to.
    """

    case: str | None
    dry_run: dict[str, Any] | None = None
    index: int
    key: str | None
    problem: ProblemShown | None = None
    receipt: Receipt | None = None
    status: int


class StepList(Model):
    """
    Steps on desks, the most urgent first: past their planning target, dated, suspended, without a date.
    """

    counted_at: AwareDatetime
    next: str | None
    steps: list[DeskLineShown]


class BatchAnswer(Model):
    """
    The answers, in the order of the items.
    """

    items: list[ItemAnswer]


class CaseAnswer(Model):
    """
    A case with its steps and clocks. `main` is the clock that lists show.
    """

    accepted_at: AwareDatetime | None = None
    case: str
    children: list[str] = []
    clocks: list[ClockShown]
    closed_at: AwareDatetime | None = None
    counted_at: AwareDatetime
    decided_at: AwareDatetime | None = None
    excluded: str | None = None
    facts: dict[str, Any] = {}
    fees: Annotated[list[FeePicture], Field(validate_default=True)] = []
    hash: str
    jurisdiction: str
    main: str | None
    national_state: int | None = None
    open: bool
    outcome: str | None = None
    owner: str | None = None
    parent: str | None = None
    procedure: str
    received_at: AwareDatetime
    reclassified: int | None = None
    rehearsal_rate: int
    requests: Annotated[list[CaseRequestShown], Field(validate_default=True)] = []
    seq: int
    status: str | None = None
    steps: list[StepPicture]
    survey: str | None = None
    taken_over: TakenOver | None = None
    title_en: str
    title_zh: str
    tolerance: TolerancePicture | None = None
    variant: str
    version: str


class CloudEvent(Model):
    """
    One announcement. Whatever is sent twice has the same `id`; `time` is business time.
    """

    data: EventData
    datacontenttype: str = "application/json"
    id: str
    source: str
    specversion: str = "1.0"
    subject: str
    time: AwareDatetime
    type: str


class EventFeed(Model):
    """
    Announcements in their order. `next` is always there: asked for again, it goes on where this page ends.
    """

    events: list[CloudEvent]
    next: str
