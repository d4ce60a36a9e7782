"""The working calendar: which days of a year work, and which notices say so."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from fastapi import APIRouter, Depends, Response

from api.figures.places import PLACES
from api.http.problems import Problem
from api.pages.answers import see_other
from api.pages.frame import OVERSEEING, PageVisit, page
from api.pages.page_route import PageRoute, PageVisiting, of_menu
from api.pages.parameters import day_of, one_of, only_known
from api.ruler.words import WEEKDAYS, Lang, day_text, holiday_name, month_text
from api.views.calendar import CalendarMonth, CalendarYear, calendar_year
from sla.axis import local_day
from sla.errors import CalendarHorizonError

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(of_menu("/calendar"))])

PLACE = "suzhou"  # both cities keep the nation's days; nothing else is known of either
YEAR = re.compile(r"[12][0-9]{3}", re.ASCII)


class DrawnYear(NamedTuple):
    """A year as it is drawn: months with their names, and what stands before each first day."""

    found: CalendarYear
    weekdays: Sequence[str]
    months: Sequence[tuple[CalendarMonth, str]]
    blanks: Mapping[int, int]
    holidays: Mapping[date, str]


@router.get("/calendar")
async def this_year(at: PageVisiting) -> Response:
    """Lead to this year's calendar; the form's year where one is asked for."""
    only_known(at.request, "year", "jurisdiction", "as_of")
    asked = at.request.query_params.get("year") or str(local_day(at.now).year)
    kept = "&".join(part for part in at.request.url.query.split("&") if not part.startswith("year=") and part)
    if YEAR.fullmatch(asked) is None:
        raise Problem("not-found")
    return see_other(f"/calendar/{asked}{'?' if kept else ''}{kept}")


@router.get("/calendar/{year}")
async def show_year(at: PageVisiting, year: str) -> Response:
    """Show a year, as it is known today or was known on a day."""
    only_known(at.request, "jurisdiction", "as_of")
    place = one_of(at.request, "jurisdiction", PLACES) or PLACE
    today = local_day(at.now)
    as_of = day_of(at.request, "as_of") or today
    if YEAR.fullmatch(year) is None:
        raise Problem("not-found")
    try:
        found = calendar_year(at.visit.services.almanac, place, int(year), as_of)
    except CalendarHorizonError:
        raise Problem("not-found") from None
    return page(
        at,
        "calendar.html",
        sweep=await at.visit.read(at.visit.services.store.last_sweep) if at.caller.role in OVERSEEING else None,
        found=found,
        drawn=drawn_year(at, found),
        loads=at.caller.role in OVERSEEING,
        asked_on=None if as_of == today else as_of,
        place=place,
        places=[(key, at.words.title(*titles)) for key, titles in PLACES.items()],
        notices=tuple(reversed(found.notices)),
        earlier=found.year - 1 if found.year > found.known_from.year else None,
        later=found.year + 1 if found.year < found.known_until.year else None,
        provisional=found.provisional_from if found.provisional_from.year == found.year else None,
        days=lambda these: _listed(at, these),
    )


def drawn_year(at: PageVisit, found: CalendarYear) -> DrawnYear:
    """Return what a year is drawn from."""
    return DrawnYear(
        found=found,
        weekdays=WEEKDAYS[_lang(at)],
        months=[(month, month_text(month.days[0].day, _lang(at), year=False)) for month in found.months],
        blanks={month.month: month.days[0].day.weekday() for month in found.months},
        holidays=_holidays(at, found),
    )


def _holidays(at: PageVisit, found: CalendarYear) -> dict[date, str]:
    """The names of holidays by day, in the page's language."""
    return {
        one.day: holiday_name(one.holiday, _lang(at))
        for month in found.months
        for one in month.days
        if one.holiday is not None
    }


def _lang(at: PageVisit) -> Lang:
    return "zh" if at.words.zh else "en"


def _listed(at: PageVisit, days: Iterable[date]) -> str:
    return at.words.listed(day_text(day, _lang(at)) for day in sorted(days))
