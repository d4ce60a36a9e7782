"""Which promises bind a case: those of the day on which its receipt or its acceptance takes effect."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from api.access.request_context import Visit
from sla.axis import local
from sla.calendar import Calendar
from sla.clock import Policy
from sla.commitments.register import prevailing
from sla.errors import CalendarHorizonError
from sla.promise import Promise


def promises(
    visit: Visit,
    at: datetime,
    policy: Policy,
    procedure: str,
    jurisdiction: str,
    variant: str,
    facts: Mapping[str, Any],
) -> tuple[Promise, ...]:
    """Say what is promised on the day on which an instant takes effect."""
    day = effective_day(at, policy, visit.calendar(jurisdiction))
    return prevailing(procedure, jurisdiction, variant, facts, day, visit.services.settings.readings)


def effective_day(at: datetime, policy: Policy, calendar: Calendar) -> date:
    """Return the working day on which a receipt or an acceptance takes effect; beyond the calendar the civil day."""
    there = local(at)
    day = there.date()
    if not policy.roll_accept:
        return day
    try:
        if calendar.is_working(day) and there.time() <= policy.cutoff:
            return day
        return calendar.next_working(day)
    except CalendarHorizonError:
        return day
