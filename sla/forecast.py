"""What a cohort comes to with its open cases: as if each was finished now, or on its due date."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from sla.axis import local_day
from sla.calendar import Calendar
from sla.clock import Clock, Interval, Reading, Standing, Suspension, count
from sla.cohort import Sum
from sla.model import Model

Stretch = TypeVar("Stretch", Interval, Suspension)


class Basis(StrEnum):
    """When the open cases are taken to end."""

    ELAPSED = "elapsed"  # now
    DUE = "due"  # each on its due date, one that is overdue now


class Progress(Model):
    """How far an open case has come, in its limit's unit."""

    used: Decimal  # so far, without its suspensions
    when_due: Decimal  # its limit with the extensions granted in time, or what it has used if that is more
    uncounted: bool = False  # it has run out of the published calendar: nothing is guessed
    provisional: bool = False  # the due date is not known for sure
    n: int = 1  # cases that are alike

    def on(self, basis: Basis) -> Decimal:
        """Say what it has used when it ends."""
        return self.used if basis is Basis.ELAPSED else self.when_due


class Forecast(Sum):
    """A cohort's decided and open cases together."""

    open: int  # of them


def as_it_stood(clock: Clock, at: datetime) -> Clock:
    """Leave out what happened after an instant: the clock as it ran then, by what is known today."""
    receipt = clock.receipt
    if receipt is not None and receipt.noticed is not None and receipt.noticed > at:
        receipt = receipt.model_copy(update={"noticed": None})
    return clock.model_copy(
        update={
            "start": _by(clock.start, at),
            "receipt": receipt,
            "running": None if clock.running is None else _begun(clock.running, at),
            "suspensions": _begun(clock.suspensions, at),
            "extensions": tuple(one for one in clock.extensions if one.at <= at),
            "stop": _by(clock.stop, at),
        }
    )


def progress(clock: Clock, calendar: Calendar, now: datetime) -> Progress | None:
    """Say how far a running clock has come; None before acceptance, real or presumed by law: it may never come."""
    return progress_of(count(clock, calendar, now), calendar, now)


def progress_of(reading: Reading, calendar: Calendar, now: datetime) -> Progress | None:
    """Say as `progress` does how far a clock has come that is counted already."""
    if reading.standing is Standing.NOT_STARTED:
        return None
    today = local_day(now)
    return Progress(
        used=reading.used,
        when_due=max(reading.limit, reading.used),
        uncounted=reading.start_day is None or today > calendar.known_until,
        provisional=reading.provisional or reading.horizon is not None,
    )


def forecast(cohort: Sum, running: Iterable[Progress], basis: Basis) -> Forecast:
    """Return the cohort with its open cases; those that cannot be counted are left out."""
    counted = [(case.n, case.on(basis)) for case in running if not case.uncounted]
    n, total = sum(n for n, _ in counted), sum((n * used for n, used in counted), cohort.total)
    return Forecast(n=cohort.n + n, open=n, total=total, limit=cohort.limit)


def _by(instant: datetime | None, at: datetime) -> datetime | None:
    return None if instant is None or instant > at else instant


def _begun(stretches: Sequence[Stretch], at: datetime) -> tuple[Stretch, ...]:
    """Those that had begun; what ended later was open."""
    return tuple(one.model_copy(update={"end": _by(one.end, at)}) for one in stretches if one.start <= at)
