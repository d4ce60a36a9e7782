"""Whether offices are open, as Alertmanager's intervals have it."""

from datetime import datetime

from api.alerting.alertmanager import PLACE
from api.alerting.hours import office_hours
from sla.almanac import Almanac
from sla.axis import local
from sla.clock import Policy
from sla.departments import DEPARTMENTS
from sla.errors import CalendarHorizonError
from sla.notices.table import SATURDAY


def place_of(receiver: str) -> str:
    """Return whose days a receiver keeps: a department its place's."""
    known = DEPARTMENTS.get(receiver)
    return PLACE if known is None else known.jurisdiction


def is_open(policy: Policy, almanac: Almanac, at: datetime, place: str = PLACE) -> bool:
    """Tell whether it is a working day's office hours in a place; beyond the calendar Monday to Friday are working days."""
    here = local(at)
    hours = office_hours(policy)
    if not hours["start_time"] <= f"{here:%H:%M}" < hours["end_time"]:
        return False
    try:
        return almanac.calendar_for(place, here.date()).is_working(here.date())
    except CalendarHorizonError:
        return here.weekday() < SATURDAY
