"""The read model's rows: what is shown of a case, with what its clocks come to that does not change with now."""

import json
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal

from activities.record import CasePicture, ClockPicture, Head, Role, Rung, RungKind, StepPicture
from sla.clock import Horizon, Reading, Standing, Unit
from sla.model import Model

WEST = re.compile(r'-\d\d:\d\d"')
WORKHOURS = {Unit.WORKHOUR: 1, Unit.WORKDAY: 8, Unit.DAY: 8, Unit.MONTH: 8 * 21}
HOUR = 3_600_000_000
BY_NOW = {Standing.ON_TIME, Standing.DUE_SOON, Standing.OVERDUE}


class ClockRow(Model):
    """A clock with what it comes to under one calendar, as far as now does not change it."""

    picture: ClockPicture
    calendar: str
    standing: Standing | None = None  # None: compare `due_at` and `due_soon_at` with now
    start_day: date | None = None
    presumed: bool = False
    limit: Decimal
    due_date: date | None = None
    due_at: datetime | None = None
    due_soon_at: datetime | None = None
    provisional: bool = False
    horizon: Horizon | None = None
    used: Decimal | None = None  # at the stop
    suspended: Decimal | None = None  # at the stop
    left_order: int | None = None  # of one that stands still: what is left, comparable between units


class CaseRows(Model):
    """All rows of one case."""

    case: CasePicture
    steps: tuple[StepPicture, ...] = ()
    clocks: tuple[ClockRow, ...] = ()


class ChangedRows(Model):
    """Rows of one case, in which None stands for a row that is as it was."""

    case: CasePicture
    steps: tuple[StepPicture | None, ...] = ()
    clocks: tuple[ClockRow | None, ...] = ()


class CaseView(CaseRows):
    """A case as it is kept, with where its ledger stands."""

    head: Head
    main: str | None = None  # key of the clock that a list shows
    faulty: bool = False  # a fault of it is open


class CaseClock(Model):
    """A clock with its case."""

    case: str
    clock: ClockRow


class LateClock(CaseClock):
    """A clock with a breach that a late posting disproved; `pos` is its place among the clocks of its case."""

    pos: int
    picture: CasePicture  # of the case
    step: StepPicture | None  # of a planning target


class CaseStep(Model):
    """A step with its case; `pos` is its place among the steps of the case."""

    case: str
    pos: int
    step: StepPicture


def counted(picture: ClockPicture, reading: Reading) -> ClockRow:
    """Return the row of a clock from its reading."""
    stopped = picture.clock.stop is not None
    moving = reading.standing in BY_NOW or (reading.standing is Standing.NOT_STARTED and reading.due_at is not None)
    return ClockRow.model_construct(
        picture=picture,
        calendar=reading.calendar,
        standing=None if moving else reading.standing,
        start_day=reading.start_day,
        presumed=reading.presumed,
        limit=reading.limit,
        due_date=reading.due_date,
        due_at=reading.due_at,
        due_soon_at=reading.due_soon_at,
        provisional=reading.provisional,
        horizon=reading.horizon,
        used=reading.used if stopped else None,
        suspended=reading.suspended if stopped else None,
        left_order=_left_order(reading, picture.clock.limit.unit),
    )


def _left_order(reading: Reading, unit: Unit) -> int | None:
    """What is left in one unit is compared with what is left in another one by working hours; here in microseconds of them."""
    return int(reading.remaining * WORKHOURS[unit] * HOUR) if reading.standing is Standing.SUSPENDED else None


def overdue_rung(clock: ClockPicture) -> Rung | None:
    """Return the rung by which a clock is known to be overdue, while it stands."""
    standing = (rung for rung in reversed(clock.rungs) if rung.kind is RungKind.OVERDUE and rung.withdrawn is None)
    return next(standing, None)


def main_clock(rows: CaseRows | ChangedRows) -> ClockRow | None:
    """Choose the clock that a list shows: the judged promise, else any promise, else the statutory limit; none void."""
    alive = [row for row in rows.clocks if row is not None and not row.picture.void]
    promises = [row for row in alive if row.picture.role is Role.PROMISE]
    statutory = [row for row in alive if row.picture.role is Role.STATUTORY]
    judged = [row for row in promises if row.picture.judged]
    return next(iter([*judged, *promises, *statutory]), None)


def model_text(model: Model) -> str:
    """Return the model as JSON text, the same for equal models: instants in UTC, members of a dict by key."""
    if type(model) is not CasePicture or not model.facts:  # nothing else holds a dict
        text = model.model_dump_json()
        # instants are UTC nearly always, and a search that begins with one character is five times as fast as one with two
        if "+" not in text and WEST.search(text) is None:
            return text
    data = model.model_dump()
    if "facts" in data:
        data["facts"] = json.loads(json.dumps(data["facts"], default=_plain, sort_keys=True))
    return json.dumps(data, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
