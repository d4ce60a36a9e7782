"""A due date beyond the published calendar, for a person who asks: provisional, never kept, never in a standing."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal

from sla.axis import local_day
from sla.calendar import Calendar
from sla.clock import Clock, count
from sla.model import Model
from sla.notices.table import SATURDAY

YEARS = 5  # after the last year known, or after now, in which a due date is looked for


class Projection(Model):
    """A provisional due date, and what it assumes."""

    provisional: Literal[True] = True
    due_date: date
    due_at: datetime
    assumes: str


def project(clock: Clock, calendar: Calendar, now: datetime, until: date | None = None) -> Projection | None:
    """Say where a running clock is due if days that no notice orders work from Monday to Friday.

    None where the calendar itself gives the due date, where an open suspension leaves none, and after `until`.
    """
    reading = count(clock, calendar, now)
    if reading.horizon is None or reading.due_date is not None or clock.stop is not None:
        return None
    latest = max(calendar.known_until, local_day(now))
    projected = count(clock, _assumed(calendar, until or date(latest.year + YEARS, 12, 31)), now)
    if projected.due_date is None or projected.due_at is None:
        return None
    return Projection(
        due_date=projected.due_date,
        due_at=projected.due_at,
        assumes=(
            f"provisional: no notice is published for the days after {calendar.known_until}; "
            "Monday to Friday are taken to work, and no other day"
        ),
    )


def _assumed(calendar: Calendar, until: date) -> Calendar:
    """The calendar with weeks of five working days after its end. Its version is nobody's: it is never written down."""
    counts, days = list(calendar.counts), list(calendar.days)
    day = calendar.known_until
    while day < until:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY:
            days.append(day)
        counts.append(len(days) - 1)
    return replace(
        calendar,
        version=f"{calendar.version}+assumed",
        known_until=day,
        counts=tuple(counts),
        days=tuple(days),
    )
