"""The steps of a case on its page: how each stands to its planning target, and what the stages come to at that rate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from activities.record import Role, StepPicture
from activities.store.columns import ON_DESK
from activities.store.lines import Card
from activities.withdrawals import APPLICANT
from api.alerting.promise_alerts import RED_CARD
from api.pages.case_words import CaseNames
from api.views.case import ClockShown
from sla.axis import due_day, local_day
from sla.calendar import Calendar
from sla.clock import Standing, Unit
from workflows.procedure import Procedure

ENDED = ("done", "void")


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step with its planning target's clock."""

    key: str
    title: str
    owner: str
    state: str
    counts: bool
    begun_at: datetime | None
    done_at: datetime | None
    told_at: datetime | None  # where it was told on a later day than it was done
    pending: bool
    clock: ClockShown | None
    card: Card | None  # past its planning target and not done
    fell_away: str | None = None  # why the case has no such step any more

    @property
    def open(self) -> bool:
        """Whether somebody still has to do it."""
        return self.state not in ENDED

    @property
    def here(self) -> bool:
        """Whether it is on somebody's desk."""
        return self.state in ON_DESK

    @property
    def standing(self) -> str | None:
        """How a step that is done stood to its target."""
        return None if self.clock is None or self.state != "done" else self.clock.standing


class StageRow(NamedTuple):
    """A stage with its budget's clock; `rest`: what its steps still need by their targets, and `over` of it too much."""

    title: str
    clock: ClockShown
    rest: Decimal | None
    over: Decimal


class Outlook(NamedTuple):
    """What is left of the promise, and by how much the steps that are still to be done need more by their targets."""

    left: Decimal
    over: Decimal


def step_rows(
    names: CaseNames, clocks: Sequence[ClockShown], calendar: Calendar, now: datetime, red_cards: Mapping[str, int]
) -> list[StepRow]:
    """Return the steps, those on a desk first, then those that wait, then what is done, the last first."""
    red_card = red_cards.get(names.view.case.procedure, RED_CARD)
    by_step = {clock.key: clock for clock in clocks if clock.role is Role.STEP}
    rows = [
        _row(names, step, clock, card=None if clock is None else card_of(clock, calendar, now, red_card))
        for step in names.view.steps
        for clock in [by_step.get(f"step/{step.key}#{step.occurrence}")]
    ]
    done = [row for row in rows if not row.open]
    begun = datetime.min.replace(tzinfo=now.tzinfo)
    return [
        *(row for row in rows if row.here),
        *(row for row in rows if row.open and not row.here),
        *sorted(done, key=lambda row: row.done_at or begun, reverse=True),
    ]


def _row(names: CaseNames, step: StepPicture, clock: ClockShown | None, *, card: Card | None) -> StepRow:
    return StepRow(
        key=step.key,
        title=names.words.title(step.title_zh, step.title_en),
        owner=names.owner(step.owner),
        state=step.status,
        counts=step.counts and step.party != APPLICANT,
        begun_at=step.started_at or step.opened_at,
        done_at=step.completed_at,
        told_at=told_later(step.claimed_at, step.told_at),
        pending=step.pending,
        clock=clock,
        card=card,
        fell_away=step.fell_away,
    )


def told_later(at: datetime | None, told: datetime | None) -> datetime | None:
    """Return when something was told, where that was a later day in China than the one on which it happened."""
    return told if at is not None and told is not None and local_day(told) > local_day(at) else None


def card_of(clock: ClockShown, calendar: Calendar, now: datetime, red_card: int) -> Card | None:
    """Return the card of a step: its alerts count the working days after the due day in the same way."""
    if clock.void or clock.standing is not Standing.OVERDUE or clock.due_at is None:
        return None
    over = calendar.clipped(local_day(now)) - calendar.clipped(due_day(clock.due_at))
    return Card.RED if over >= red_card else Card.YELLOW


def stage_rows(names: CaseNames, clocks: Sequence[ClockShown]) -> list[StageRow]:
    """Return the stages that have begun; of those that run, what their open steps still need."""
    rows = []
    for clock in clocks:
        if clock.role is not Role.STAGE or clock.stage is None:
            continue
        running = clock.stopped_at is None and not clock.void
        rest = _rest(names.procedure, names.view.steps, clocks, clock.stage) if running else None
        over = Decimal(0) if rest is None else _too_much(rest, clock)
        rows.append(StageRow(names.stage(clock.stage), clock, rest, over))
    return rows


def outlook(names: CaseNames, clocks: Sequence[ClockShown], main: ClockShown) -> Outlook | None:
    """Return what the open steps of a project still need; None where that cannot be said in working days."""
    rest = _rest(names.procedure, names.view.steps, clocks, None)
    return (
        None if rest is None or main.limit.unit is not Unit.WORKDAY else Outlook(main.remaining, _too_much(rest, main))
    )


def _too_much(rest: Decimal, clock: ClockShown) -> Decimal:
    """By how much a clock would be exceeded if so much more were used; what it is over already included."""
    return max(Decimal(0), rest - clock.remaining) + clock.overdue_by


def _rest(
    procedure: Procedure, steps: Sequence[StepPicture], clocks: Sequence[ClockShown], stage: str | None
) -> Decimal | None:
    """The longest way through the steps that are still to be done, in working days of their targets."""
    states = {step.key: step for step in steps}
    known = {clock.key: clock for clock in clocks}
    needs: dict[str, Decimal] = {}
    for step in procedure.steps:
        picture = states.get(step.key)
        if picture is None or picture.status in ENDED or not step.counts or step.parallel_line:
            continue
        if (stage is not None and step.stage != stage) or step.target is None:
            continue
        if step.target.unit is not Unit.WORKDAY:
            return None
        clock = known.get(f"step/{step.key}#{picture.occurrence}")
        needs[step.key] = step.target.amount if clock is None else clock.remaining
    after = {
        step.key: (*step.after, *(one.key for one in procedure.steps if step.key in one.gates))
        for step in procedure.steps
    }
    return max((_way(key, needs, after, {}) for key in needs), default=Decimal(0))


def _way(
    key: str, needs: Mapping[str, Decimal], after: Mapping[str, Sequence[str]], known: dict[str, Decimal]
) -> Decimal:
    if key not in known:
        before = (_way(one, needs, after, known) for one in after.get(key, ()))
        known[key] = needs.get(key, Decimal(0)) + max(before, default=Decimal(0))
    return known[key]
