"""What an answer shows of a case in a list, and of a step on a desk, counted at the instant of the question."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from activities.record import CasePicture, Head
from activities.store.groups import CORRECTION, CaseGroup, Mark
from activities.store.lines import Card, CaseLine, DeskLine, StepLine
from activities.store.rows import CaseView, ClockRow
from api.views.case import CaseShown, ClockShown, LimitShown, Number, case_shown, clock_shown
from sla.almanac import Almanac
from sla.axis import local_day
from sla.clock import Standing, course_of
from sla.model import Model


class StepNowShown(Model):
    """A step on a desk. `standing`, `due_at` and `card` are of its planning target, which is no promise."""

    key: str
    occurrence: int
    title_zh: str
    title_en: str
    party: str
    owner: str
    status: str
    opened_at: datetime | None
    started_at: datetime | None
    standing: Standing | None
    due_at: datetime | None
    card: Card | None


class TimeShown(Model):
    """What a clock comes to, in its limit's unit. `left`: at a standstill what was left when it began."""

    limit: LimitShown
    used: Number
    left: Number
    overdue_by: Number
    suspended: Number


class CaseLineShown(CaseShown):
    """A case in a list, with its main clock's standing. A promise is broken where `group` is overdue, and only there."""

    group: CaseGroup | None = None
    standing: Standing | None = None
    main: str | None = None
    judged: bool | None = None
    ramp_up: bool | None = None
    due_at: datetime | None = None
    due_soon_at: datetime | None = None
    time: TimeShown | None = None
    supplement: Number | None = None  # of the time not counted, that for a correction
    marks: tuple[Mark, ...] = ()
    steps: tuple[StepNowShown, ...] = ()  # on desks now


class DeskLineShown(StepNowShown):
    """A step on a desk, with its case."""

    case: CaseShown
    time: TimeShown | None


def line_clock(line: CaseLine | DeskLine, almanac: Almanac, now: datetime) -> ClockShown | None:
    """Count a line's clock; None where it has none."""
    return None if line.clock is None else _counted(line.clock, line.case, almanac, now)


def returned_for(line: CaseLine, almanac: Almanac, now: datetime) -> Decimal | None:
    """Count what of a case's time was not counted for a correction; None where it was never returned for one."""
    if line.clock is None or not any(each.ground == CORRECTION for each in line.clock.picture.clock.suspensions):
        return None
    clock = line.clock.picture.clock
    course = course_of(clock, almanac.calendar_for(line.case.jurisdiction, local_day(now)), now)
    if course is None:
        return None
    own = tuple(each for each in course.exclusions if each.ground == CORRECTION)
    mark = max(course.axis.leave(clock.stop or now), course.base)
    return course.units(course._replace(exclusions=own).excluded_at(mark))


def line_shown(line: CaseLine, almanac: Almanac, now: datetime, *, whole: bool) -> CaseLineShown:
    """Return a case in a list; nothing of its clocks and of others' steps unless `whole`."""
    case = case_shown(line.case, whole=whole)
    if not whole:
        return CaseLineShown(**case)
    clock = line_clock(line, almanac, now)
    return CaseLineShown(
        **case,
        group=line.group,
        standing=line.standing,
        main=line.main,
        judged=None if clock is None else clock.judged,
        ramp_up=None if clock is None else clock.ramp_up,
        due_at=line.due_at,
        due_soon_at=line.due_soon_at,
        time=_time(clock),
        supplement=returned_for(line, almanac, now),
        marks=line.marks,
        steps=tuple(StepNowShown(**_step(step)) for step in line.steps),
    )


def desk_line_shown(line: DeskLine, almanac: Almanac, now: datetime, *, whole: bool) -> DeskLineShown:
    """Return a step on a desk, with what of its case is open to everybody unless `whole`."""
    clock = line_clock(line, almanac, now)
    return DeskLineShown(**_step(line), case=CaseShown(**case_shown(line.case, whole=whole)), time=_time(clock))


def _counted(row: ClockRow, case: CasePicture, almanac: Almanac, now: datetime) -> ClockShown:
    return clock_shown(row, CaseView(case=case, head=Head()), almanac, now)


def _time(clock: ClockShown | None) -> TimeShown | None:
    if clock is None:
        return None
    return TimeShown(
        limit=clock.limit,
        used=clock.used,
        left=clock.remaining,
        overdue_by=clock.overdue_by,
        suspended=clock.suspended,
    )


def _step(line: StepLine) -> dict[str, Any]:
    step = line.step
    return {
        "key": step.key,
        "occurrence": step.occurrence,
        "title_zh": step.title_zh,
        "title_en": step.title_en,
        "party": step.party,
        "owner": step.owner,
        "status": step.status,
        "opened_at": step.opened_at,
        "started_at": step.started_at,
        "standing": line.standing,
        "due_at": None if line.clock is None else line.clock.due_at,
        "card": line.card,
    }
