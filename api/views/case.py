"""What an answer shows of a case: its facts from the ledger, counted at the instant of the question."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import WithJsonSchema

from activities.record import (
    ClockPicture,
    Event,
    FeePicture,
    Role,
    Rung,
    StepPicture,
    TakenOver,
    TolerancePicture,
)
from activities.settle import read
from activities.store.rows import CaseView, ClockRow
from api.views.requests import CaseRequestShown, request_shown
from sla.almanac import Almanac
from sla.axis import local_day
from sla.calendar import Calendar
from sla.clock import Extension, Horizon, Limit, Reading, Standing, Suspension, Unit
from sla.commitments.register import REGISTER
from sla.model import Model
from sla.projection import Projection, project
from sla.promise import Measure
from sla.sources import Citation

Number = Annotated[Decimal, WithJsonSchema({"type": "number"})]


class Cited(Model):
    """The sentence that a promise rests on."""

    document: str
    title: str
    item: str
    heading: str
    quote: str


class LimitShown(Model):
    """A limit in its unit."""

    amount: Number
    unit: Unit


class HorizonShown(Model):
    """The published calendar ends before the due date."""

    known_until: date
    counted: Number
    missing: Number


class ExtensionShown(Model):
    """More time that was granted."""

    id: str
    amount: Number
    at: datetime


class ClockShown(Model):
    """A clock, counted at the instant of the question; amounts are in the limit's unit."""

    key: str
    role: Role
    owner: str
    commitment: str | None
    citation: Cited | None
    measure: str | None
    step: str | None
    stage: str | None
    judged: bool
    ramp_up: bool
    also: tuple[str, ...]
    void: bool
    limit: LimitShown
    standing: Standing
    started_at: datetime | None
    start_day: date | None
    presumed: bool
    stopped_at: datetime | None
    used: Number
    suspended: Number
    remaining: Number
    overdue_by: Number
    workload: Number | None  # of a chain: the sum over its steps, where `used` counts parallel time once
    due_date: date | None
    due_at: datetime | None
    due_soon_at: datetime | None
    provisional: bool
    horizon: HorizonShown | None
    projection: Projection | None  # asked for by `projection=true`: provisional, beyond the published calendar
    calendar: str
    verdict: str | None
    judged_under: str | None
    suspensions: tuple[Suspension, ...]
    extensions: tuple[ExtensionShown, ...]
    rungs: tuple[Rung, ...]


class CaseShown(Model):
    """A case as it stands. What a company does not see of another's case is left empty."""

    case: str
    procedure: str
    version: str
    variant: str
    jurisdiction: str
    title_zh: str
    title_en: str
    owner: str | None = None
    facts: dict[str, Any] = {}
    status: str | None = None
    national_state: int | None = None
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
    reclassified: int | None = None  # how many times
    open: bool


class CaseAnswer(CaseShown):
    """A case with its steps and clocks. `main` is the clock that lists show."""

    seq: int
    hash: str
    counted_at: datetime
    rehearsal_rate: int
    main: str | None
    steps: tuple[StepPicture, ...]
    clocks: tuple[ClockShown, ...]
    requests: tuple[CaseRequestShown, ...] = ()  # what one asked for and another grants


class EventShown(Model):
    """An event of the ledger."""

    case: str
    seq: int
    kind: str
    at: datetime
    told: datetime
    actor: str
    request_id: str | None
    digest: str | None
    body: dict[str, Any]
    calendar: str
    hash: str


# what a company may see of a case in which it has a step
OPEN_TO_COMPANIES = {
    "case", "procedure", "version", "variant", "jurisdiction", "title_zh", "title_en", "received_at", "accepted_at",
    "closed_at", "survey", "open",
}  # fmt: skip


def case_shown(case: Model, *, whole: bool) -> dict[str, Any]:
    """Return the fields of a case; those that are open to companies unless `whole`."""
    return case.model_dump(include=None if whole else OPEN_TO_COMPANIES, exclude={"requests"})


def case_answer(
    view: CaseView, almanac: Almanac, now: datetime, rate: int, *, whole: bool, projected: bool = False
) -> CaseAnswer:
    """Return a case with every clock counted at a business instant."""
    keys = {clock.picture.clock.key for clock in view.clocks}
    return CaseAnswer(
        **case_shown(view.case, whole=whole),
        seq=view.head.seq,
        hash=view.head.hash,
        counted_at=now,
        rehearsal_rate=rate,
        main=view.main if view.main in keys else None,
        steps=view.steps,
        clocks=tuple(clock_shown(row, view, almanac, now, projected=projected) for row in view.clocks),
        requests=tuple(request_shown(view.case.case, one, now) for one in view.case.requests) if whole else (),
    )


def clock_shown(
    row: ClockRow, view: CaseView, almanac: Almanac, now: datetime, *, projected: bool = False
) -> ClockShown:
    """Return a clock counted from its facts: under today's calendar, or that of its verdict."""
    picture, clock = row.picture, row.picture.clock
    calendar = almanac.calendar_for(view.case.jurisdiction, local_day(now))
    if picture.void and view.case.closed_at is not None:
        now = min(now, view.case.closed_at)  # it ended with its case
    reading = read(picture, almanac, calendar, now)
    return ClockShown(
        key=clock.key,
        role=picture.role,
        owner=picture.owner,
        commitment=picture.commitment,
        citation=cited(picture.commitment),
        measure=picture.measure,
        step=picture.step,
        stage=picture.stage,
        judged=picture.judged,
        ramp_up=picture.ramp_up,
        also=picture.also,
        void=picture.void,
        limit=_limit(clock.limit, reading),
        started_at=clock.start,
        stopped_at=clock.stop,
        workload=workload(picture, almanac, calendar, now),
        projection=project(clock, calendar, now) if projected and not picture.void else None,
        horizon=_horizon(reading.horizon),
        verdict=picture.verdict,
        judged_under=picture.judged_under,
        suspensions=clock.suspensions,
        extensions=tuple(_extension(extension) for extension in clock.extensions),
        rungs=picture.rungs,
        **{name: getattr(reading, name) for name in _OF_READING},
    )


_OF_READING = (
    "standing", "start_day", "presumed", "used", "suspended", "remaining", "overdue_by", "due_date", "due_at",
    "due_soon_at", "provisional", "calendar",
)  # fmt: skip


def _limit(limit: Limit, reading: Reading) -> LimitShown:
    """With the extensions that were granted in time."""
    return LimitShown(amount=max(limit.amount, reading.limit), unit=limit.unit)


def _horizon(horizon: Horizon | None) -> HorizonShown | None:
    if horizon is None:
        return None
    return HorizonShown(known_until=horizon.known_until, counted=horizon.counted, missing=horizon.missing)


def _extension(extension: Extension) -> ExtensionShown:
    return ExtensionShown(id=extension.id, amount=extension.amount, at=extension.at)


def cited(commitment: str | None) -> Cited | None:
    """Return the sentence behind a commitment."""
    known = REGISTER.get(commitment or "")
    return None if known is None else citation_shown(known.citation)


def citation_shown(citation: Citation) -> Cited:
    """Return a citation with its document's title."""
    document = citation.document
    return Cited(
        document=document.key, title=document.title, item=citation.item, heading=citation.heading, quote=citation.quote
    )


def workload(picture: ClockPicture, almanac: Almanac, calendar: Calendar, now: datetime) -> Decimal | None:
    """Say what a chain's steps took together: where the limit counts their union, this counts each."""
    if picture.measure != Measure.CHAIN:
        return None
    each = picture.clock.model_copy(update={"added": True})
    return read(picture.model_copy(update={"clock": each}), almanac, calendar, now).used


def event_shown(case: str, event: Event) -> EventShown:
    """Return an event of a case."""
    return EventShown(case=case, **event.model_dump())


def own_events(events: Iterable[Event], steps: Mapping[str, StepPicture]) -> list[Event]:
    """Return the events that concern a company's own steps, and no other's."""
    return [event for event in events if _step_of(event) in steps]


def _step_of(event: Event) -> str | None:
    if event.kind == "opened":
        return None
    clock = str(event.body.get("clock", ""))
    if clock.startswith("step/"):
        return clock.removeprefix("step/").partition("#")[0]
    step = event.body.get("step")
    return step if isinstance(step, str) else None
