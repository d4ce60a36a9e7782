"""The day ledger as it is shown: why a day stood idle, whether the promise bound yet, how far over the clock was."""

from collections.abc import Iterable
from datetime import date, datetime

from activities.record import ClockPicture, StepPicture
from activities.store.rows import CaseView, ClockRow
from activities.withdrawals import APPLICANT
from api.views.case import ClockShown, Number, clock_shown
from sla.almanac import Almanac
from sla.axis import local_day
from sla.commitments.register import REGISTER
from sla.days import Day, DayUse, day_ledger
from sla.model import Model

NOT_BEGUN = ("waiting", "void")


class OpenStep(Model):
    """A step that was open on a day, and whose it was."""

    key: str
    title_zh: str
    title_en: str
    party: str
    owner: str


class DayShown(Day):
    """A civil day of a clock with its reasons; `overdue` is in the limit's unit, None up to the due date."""

    open_steps: tuple[OpenStep, ...] = ()  # of an idle day: for whom the case waited
    before_binding: bool = False
    overdue: Number | None = None


def days_shown(row: ClockRow, view: CaseView, almanac: Almanac, now: datetime) -> tuple[DayShown, ...]:
    """Return every civil day of a clock with its reasons; raises CountingError where it cannot be counted."""
    shown = clock_shown(row, view, almanac, now)
    ended = view.case.closed_at
    end = min(now, ended) if row.picture.void and ended is not None else now
    under = almanac.calendar_as_corrected(shown.calendar)
    binding = _binding(row.picture)
    return tuple(
        _day(day, shown, view.steps, before_binding=binding is not None and day.date < binding)
        for day in day_ledger(row.picture.clock, under, end)
    )


def _day(day: Day, shown: ClockShown, steps: Iterable[StepPicture], *, before_binding: bool) -> DayShown:
    over = day.total - (
        shown.used - shown.overdue_by
    )  # what was allowed: more than the limit where a day off put the end off
    return DayShown(
        **dict(day),
        open_steps=_open_on(day.date, steps) if day.kind is DayUse.IDLE else (),
        before_binding=before_binding,
        overdue=over if shown.overdue_by > 0 and day.used > 0 and over > 0 else None,
    )


def _binding(picture: ClockPicture) -> date | None:
    """The first day on which a promise in its ramp-up binds; None where it does already."""
    if not picture.ramp_up:
        return None
    known = REGISTER.get(picture.commitment or "")
    return (known.binding.from_day if known else None) or date.max


def _open_on(day: date, steps: Iterable[StepPicture]) -> tuple[OpenStep, ...]:
    """The steps open on a day; those whose time never counts alone, where there are any."""
    found = [step for step in steps if _is_open(step, day)]
    uncounted = [step for step in found if step.party == APPLICANT or not step.counts]
    return tuple(
        OpenStep(key=step.key, title_zh=step.title_zh, title_en=step.title_en, party=step.party, owner=step.owner)
        for step in uncounted or found
    )


def _is_open(step: StepPicture, day: date) -> bool:
    begun = step.opened_at or step.started_at
    if begun is None or step.status in NOT_BEGUN or local_day(begun) > day:
        return False
    return step.completed_at is None or local_day(step.completed_at) >= day
