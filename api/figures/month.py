"""A month's report as data."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from activities.rungs import Instant
from activities.store.cohorts import Running
from activities.store.store import Store
from api.figures.averages import Asked, Case, Rows, cases, recompute
from api.figures.front import Front, MonthEnd, earliest, front, month_before, ran_at
from api.figures.promise_standings import CommitmentStanding, StandingRules, standings
from api.figures.shown import PromiseShown, promise_fields
from sla.axis import MICROSECOND, end_of, local_day
from sla.cohort import TakenOverCases, Window
from sla.commitments.register import REGISTER
from sla.model import Model
from workflows.messages import FIRST_YEAR, LAST_YEAR

READ_AS_IT_IS = StandingRules()
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


class Format(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"


TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.HTML: "text/html",
}


class CalendarShown(Model):
    """The calendar by which open cases are counted today; a verdict keeps the one it was given under."""

    jurisdiction: str
    version: str
    known_until: date
    provisional_from: date  # from here on the next year's notice may still move a day


class Report(Model):
    """What was promised and how it was kept, in a month and up to its end."""

    month: str
    first: date
    until: date  # today in a month that has not ended
    ended: bool
    generated_at: datetime
    generated_by: str
    rehearsal_rate: int  # other than 1: nothing of it happened
    taken_over_cases: TakenOverCases  # whether figures count what ran in another system before
    calendars: tuple[CalendarShown, ...]
    front: Front
    promises: tuple[PromiseShown, ...]
    standings: tuple[CommitmentStanding, ...]  # of every promise of the register, by its cases or by what was observed


class Days(NamedTuple):
    """The days of a month."""

    first: date
    last: date


def days_of(month: str, day: date) -> Days | None:
    """Return the days of `2026-10` where it has begun on a day; None for any month but those that a case may be of."""
    found = MONTH.fullmatch(month)
    if found is None or not FIRST_YEAR < int(found[1]) < LAST_YEAR:
        return None
    first = date(int(found[1]), int(found[2]), 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return Days(first, last) if first <= day else None


def report(store: Store, now: Instant, month: str, actor: str, rules: StandingRules = READ_AS_IT_IS) -> Report:
    """Return the report of a month that has begun."""
    day = local_day(now.business)
    days = days_of(month, day)
    if days is None:
        raise ValueError(month)
    until, running = min(days.last, day), days.last >= day
    found = store.history(
        earliest(until), until, end_of(month_before(until)) - MICROSECOND, since=Window.ROLLING.first(until)
    )
    decided = cases(found.judged, now.almanac)
    first = min(window.first(until) for window in Window)
    rows = Rows(tuple(one for one in decided if one.stopped_on >= first), found.running if running else {})
    asked = Asked(taken_over=rules.taken_over)
    figures = groupby(recompute(rows, now, asked, until), key=lambda figure: figure.scope.commitment)
    return Report(
        month=month,
        first=days.first,
        until=until,
        ended=days.last < day,
        generated_at=now.business,
        generated_by=actor,
        rehearsal_rate=now.timeline.rate,
        taken_over_cases=rules.taken_over,
        calendars=tuple(_calendar(place, now) for place in _places()),
        front=_front(
            tuple(one for one in decided if asked.counts(taken_over=one.taken_over)),
            [one for one in (*found.running.values(), *found.stopped) if asked.counts(taken_over=one.taken_over)],
            now,
            until,
            ended=not running,
        ),
        promises=tuple(PromiseShown(**promise_fields(commitment, own)) for commitment, own in figures),
        standings=standings(store, now, until, rules).all,
    )


def _front(decided: tuple[Case, ...], ran: Sequence[Running], now: Instant, until: date, *, ended: bool) -> Front:
    """Both months are told by the facts as they are known today."""
    at = end_of(until) - MICROSECOND if ended else now.business
    earlier = month_before(until)
    return front(
        at,
        MonthEnd(until, decided, tuple(ran_at(ran, at, now.almanac))),
        MonthEnd(earlier, decided, tuple(ran_at(ran, end_of(earlier) - MICROSECOND, now.almanac))),
        ended=ended,
    )


def accepted(header: str | None) -> Format:
    """Return the format that an Accept header likes best; JSON where it says nothing of any."""
    best, most = Format.JSON, 0.0
    for part in (header or "").split(","):
        kind, _, rest = part.partition(";")
        quality = re.search(r"\bq=([01](?:\.\d{0,3})?)", rest)
        liking = float(quality[1]) if quality else 1.0
        found = next((one for one, name in TYPES.items() if name == kind.strip().lower()), None)
        if found is not None and liking > most:
            best, most = found, liking
    return best


def _places() -> list[str]:
    return list(dict.fromkeys(one.jurisdiction for one in REGISTER.values()))


def _calendar(place: str, now: Instant) -> CalendarShown:
    calendar = now.calendar(place)
    return CalendarShown(
        jurisdiction=place,
        version=calendar.version,
        known_until=calendar.known_until,
        provisional_from=calendar.provisional_from,
    )
