"""What an instant is to each place: which days are today and the next working day, and since when a step has the red card."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from activities.store.lines import DueSpan, Instants, PlaceDays
from api.alerting.promise_alerts import COMMON, RED_CARD
from sla.almanac import PLACES, Almanac
from sla.axis import end_of, local_day
from sla.calendar import Calendar
from sla.clock import Policy, hours_of
from sla.errors import CalendarHorizonError

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
HOURS = hours_of(Policy())


def instants_of(almanac: Almanac, now: datetime, red_cards: Mapping[str, int] = COMMON) -> Instants:
    """Return an instant with what lists compare with, by the calendar that each place knows today.

    `red_cards`: working days until the red card, by procedure, where it is not the common number.
    """
    today = local_day(now)
    places = {place: _days(almanac.calendar_for(place, today), today, red_cards) for place in PLACES}
    return Instants(now=now, places=places)


def day_span(first: date, last: date) -> DueSpan:
    """Return civil days as due instants: 24:00 is the end of a day, not the beginning of the next one."""
    return DueSpan(first=end_of(first - DAY) + TICK, last=end_of(last))


def _days(calendar: Calendar, today: date, red_cards: Mapping[str, int]) -> PlaceDays:
    before = calendar.days[max(calendar.clipped(today - DAY), 1)]
    return PlaceDays(
        today=day_span(today, today),
        tomorrow=_next(calendar, today),
        since=HOURS.closing(before),
        red=_red(calendar, today, RED_CARD),
        red_before=_red(calendar, before, RED_CARD),
        red_of={procedure: _red(calendar, today, days) for procedure, days in red_cards.items()},
        red_before_of={procedure: _red(calendar, before, days) for procedure, days in red_cards.items()},
    )


def _next(calendar: Calendar, today: date) -> DueSpan | None:
    try:
        day = calendar.next_working(today)
    except CalendarHorizonError:
        return None
    return day_span(day, day)


def _red(calendar: Calendar, today: date, workdays: int) -> datetime:
    """The end of the last day with so many working days after it, up to today: as alerts count them."""
    number = max(calendar.clipped(today) - workdays + 1, 1)
    return end_of(calendar.days[number] - DAY)
