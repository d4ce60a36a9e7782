"""What an answer shows of a command that was only tried: its receipt, and what it would move."""

from collections.abc import Iterator
from datetime import date, datetime

from activities.record import Event, Role, Rung, RungKind, StepPicture
from activities.store.rows import CaseView
from api.views.case import ClockShown, EventShown, Number, clock_shown, event_shown
from sla.almanac import Almanac
from sla.clock import Standing
from sla.model import Model
from workflows.dry_run import Foreseen
from workflows.messages import Receipt


class ClockReading(Model):
    """A clock at the instant of the question; amounts are in its limit's unit."""

    standing: Standing
    due_date: date | None
    due_at: datetime | None
    used: Number
    remaining: Number
    overdue_by: Number
    verdict: str | None
    void: bool


class ClockForeseen(Model):
    """A clock before and after; None where there is no such clock."""

    key: str
    role: Role
    owner: str
    commitment: str | None
    step: str | None
    judged: bool
    ramp_up: bool
    before: ClockReading | None
    after: ClockReading | None


class StepForeseen(Model):
    """A step whose status or owner would be another."""

    key: str
    title_zh: str
    title_en: str
    owner: str
    owner_before: str | None  # none also where nothing is known of it
    before: str | None
    after: str


class RungForeseen(Model):
    """A rung that would be raised, or withdrawn for a reason."""

    clock: str
    rung: RungKind
    due_at: datetime
    reason: str | None = None


class DryRun(Model):
    """What a command would come to. The receipt and the hashes are those of this instant; nothing was written."""

    receipt: Receipt
    status_before: str | None  # none also where it is not the caller's to know
    status_after: str | None
    events: tuple[EventShown, ...]
    steps: tuple[StepForeseen, ...]
    clocks: tuple[ClockForeseen, ...]
    raised: tuple[RungForeseen, ...]
    withdrawn: tuple[RungForeseen, ...]
    noted: tuple[RungForeseen, ...]  # over before it was told: nobody would be alarmed
    granted: "DryRun | None" = None  # of a request: what its command would come to as the case stands


def dry_run_shown(found: Foreseen, almanac: Almanac, now: datetime, *, whole: bool) -> DryRun:
    """Return the effects of a command, counted at a business instant; the case's status only where `whole`."""
    before, after = found.before, found.after
    known = {} if before is None else {step.key: step for step in before.steps}
    rungs = {rung.seq: rung for row in after.clocks for rung in row.picture.rungs}
    return DryRun(
        receipt=found.receipt,
        status_before=before.case.status if before is not None and whole else None,
        status_after=after.case.status if whole else None,
        events=tuple(event_shown(after.case.case, event) for event in found.events),
        steps=tuple(
            _step(known.get(step.key), step)
            for step in after.steps
            if (was := known.get(step.key)) is None or (was.status, was.owner) != (step.status, step.owner)
        ),
        clocks=tuple(_clocks(before, after, almanac, now)),
        raised=tuple(_rung(event, rungs[event.seq]) for event in found.events if event.kind == "rung-raised"),
        noted=tuple(_rung(event, rungs[event.seq]) for event in found.events if event.kind == "rung-noted"),
        withdrawn=tuple(
            _rung(event, rungs[event.body["raised"]]) for event in found.events if event.kind == "rung-withdrawn"
        ),
        granted=None if found.granted is None else dry_run_shown(found.granted, almanac, now, whole=whole),
    )


def _step(was: StepPicture | None, step: StepPicture) -> StepForeseen:
    before, owner = (None, None) if was is None else (was.status, was.owner)
    return StepForeseen(
        key=step.key,
        title_zh=step.title_zh,
        title_en=step.title_en,
        owner=step.owner,
        owner_before=owner,
        before=before,
        after=step.status,
    )


def _clocks(before: CaseView | None, after: CaseView, almanac: Almanac, now: datetime) -> Iterator[ClockForeseen]:
    """Every clock of either, in the order of the case as it would be."""
    old = (
        {}
        if before is None
        else {row.picture.clock.key: clock_shown(row, before, almanac, now) for row in before.clocks}
    )
    new = {row.picture.clock.key: clock_shown(row, after, almanac, now) for row in after.clocks}
    for key in [*new, *(key for key in old if key not in new)]:
        was, will = old.get(key), new.get(key)
        one = will or was
        assert one is not None  # noqa: S101  # of either
        yield ClockForeseen(
            key=key,
            role=one.role,
            owner=one.owner,
            commitment=one.commitment,
            step=one.step,
            judged=one.judged,
            ramp_up=one.ramp_up,
            before=_reading(was),
            after=_reading(will),
        )


def _reading(clock: ClockShown | None) -> ClockReading | None:
    return None if clock is None else ClockReading(**{name: getattr(clock, name) for name in ClockReading.model_fields})


def _rung(event: Event, rung: Rung) -> RungForeseen:
    return RungForeseen(clock=event.body["clock"], rung=rung.kind, due_at=rung.due_at, reason=event.body.get("reason"))
