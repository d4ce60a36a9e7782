"""Where a case stands in a list: the group and the place that its row has, and the marks that do not change with now."""

from datetime import datetime
from enum import IntEnum, StrEnum
from functools import reduce

from activities.record import CasePicture
from activities.store.instants import micros
from activities.store.rows import ClockRow, overdue_rung
from sla.axis import local_day
from sla.clock import Standing
from sla.promise import Measure

CORRECTION = "correction"  # the status before acceptance, and the ground afterwards


class StoredGroup(IntEnum):
    """A group as the table has it, in the order of lists; dated ones are overdue or not by comparison with now."""

    DATED = 0
    SUSPENDED = 1
    BEYOND = 2
    NOT_STARTED = 3
    JUDGED = 4
    CLOSED = 5


class CaseGroup(StrEnum):
    """A group as a list shows it, in order. Every case is in exactly one, and an open one in none but the last."""

    OVERDUE = "overdue"  # of a promise or a statutory limit that is judged; longest first
    DATED = "dated"  # soonest first; a case that is longer than an average, or in ramp-up, stays here
    SUSPENDED = "suspended"  # least left first
    BEYOND = "beyond-calendar"
    NOT_STARTED = "not-started"  # or without a clock
    JUDGED = "judged"  # the promise has its verdict, the case goes on; latest first
    CLOSED = "closed"  # latest first


class Mark(StrEnum):
    """What a line says of a case beside its standing."""

    STEP_YELLOW = "step-yellow"  # a step is past its planning target
    STEP_RED = "step-red"  # and has the red card
    TOLD_LATE = "told-late"
    SUPPLEMENT = "supplement"  # it was returned for correction
    AVERAGE = "average"
    RAMP_UP = "ramp-up"
    PROVISIONAL = "provisional"
    NEXT_DAY = "next-day"  # accepted after hours or on a day off
    SURVEY = "survey"
    EXCLUDED = "excluded"  # no promise binds it
    FEE = "fee"  # more was charged than promised
    NOTED = "noted"  # it was over before it was told: nobody was alarmed
    LACKING = "lacking"  # accepted while something was missing, and that has not been brought
    TAKEN_OVER = "taken-over"  # it ran elsewhere before


FIXED_MARKS = (
    Mark.SUPPLEMENT,
    Mark.AVERAGE,
    Mark.RAMP_UP,
    Mark.PROVISIONAL,
    Mark.NEXT_DAY,
    Mark.SURVEY,
    Mark.EXCLUDED,
    Mark.FEE,
    Mark.NOTED,
    Mark.LACKING,
    Mark.TAKEN_OVER,
)
BIT = {mark: 1 << number for number, mark in enumerate(FIXED_MARKS)}


def place_of(case: CasePicture, main: ClockRow | None) -> StoredGroup:
    """Say which group a case belongs to by its main clock."""
    if not case.open:
        return StoredGroup.CLOSED
    if main is None or main.standing is Standing.NOT_STARTED:
        return StoredGroup.NOT_STARTED
    if main.picture.clock.stop is not None:
        return StoredGroup.JUDGED
    if main.standing is Standing.SUSPENDED:
        return StoredGroup.SUSPENDED
    return StoredGroup.BEYOND if main.due_at is None else StoredGroup.DATED


def order_of(case: CasePicture, main: ClockRow | None, place: StoredGroup) -> int:
    """Say where a case stands within its group, the smallest first."""
    stop = None if main is None else main.picture.clock.stop
    if place in (StoredGroup.JUDGED, StoredGroup.CLOSED):
        return -micros((case.closed_at if place is StoredGroup.CLOSED else stop) or case.received_at)
    if main is not None and place is StoredGroup.DATED and main.due_at is not None:
        return micros(main.due_at)
    if main is not None and place is StoredGroup.SUSPENDED and main.left_order is not None:
        return main.left_order
    return micros(case.accepted_at or case.received_at)


def binds(main: ClockRow | None) -> bool:
    """Tell whether the case itself is judged by its main clock: no average, and no ramp-up."""
    return main is not None and main.picture.judged and not main.picture.ramp_up


def fixed_marks(case: CasePicture, main: ClockRow | None) -> tuple[Mark, ...]:
    """Return the marks of a case that neither now nor its steps change."""
    said = {
        Mark.SURVEY: case.survey is not None,
        Mark.EXCLUDED: case.excluded is not None,
        Mark.FEE: any(fee.verdict == Standing.MISSED and not fee.ramp_up for fee in case.fees),
        Mark.LACKING: case.tolerance is not None and case.tolerance.supplied_at is None,
        Mark.TAKEN_OVER: case.taken_over is not None,
    }
    said[Mark.SUPPLEMENT] = case.status == CORRECTION
    if main is not None:
        clock = main.picture.clock
        said[Mark.SUPPLEMENT] |= any(each.ground == CORRECTION for each in clock.suspensions)
        said |= {
            Mark.AVERAGE: main.picture.measure == Measure.AVERAGE,
            Mark.RAMP_UP: main.picture.ramp_up,
            Mark.PROVISIONAL: main.provisional,
            Mark.NEXT_DAY: _rolled(main, clock.start),
            Mark.NOTED: (overdue := overdue_rung(main.picture)) is not None and overdue.noted,
        }
    return tuple(mark for mark in FIXED_MARKS if said.get(mark, False))


def bits(marks: tuple[Mark, ...]) -> int:
    """Return marks as one number."""
    return reduce(lambda number, mark: number | BIT[mark], marks, 0)


def marks_of(number: int) -> tuple[Mark, ...]:
    """Return the marks that a number stands for."""
    return tuple(mark for mark in FIXED_MARKS if number & BIT[mark])


def _rolled(main: ClockRow, start: datetime | None) -> bool:
    return start is not None and main.start_day is not None and not main.presumed and main.start_day > local_day(start)
