"""What the city promised, against what was done: averages, limits for each case, money, and what is observed."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Depends, Response

from activities.store.judged_sums import CohortWanted
from activities.store.store import Store
from api.access.request_context import Visit
from api.figures import words as figure_words
from api.figures.averages import LISTED, Asked, Rows, load, recompute
from api.figures.csv_table import SheetHead, figures_sheet
from api.figures.front import Verdict
from api.figures.html_page import bars, body, sentence
from api.figures.month import days_of, report
from api.figures.places import PLACES
from api.figures.promise_standings import CommitmentStanding, all_standings, of_observations, rules_of
from api.figures.shown import PromiseShown, number_shown, promise_fields
from api.figures.standing_words import KINDS, rests_on, target
from api.figures.tallies import PromiseBoard, TallySum, fee_promise, promise_board
from api.figures.words import percent, two_places
from api.http.problems import Flaw, Problem
from api.pages.answers import HEADERS
from api.pages.frame import PageVisit, page
from api.pages.observing import STOOD, observed_values, standing_rows
from api.pages.page_route import PageRoute, PageVisiting, of_menu
from api.pages.parameters import day_of, one_of, only_known
from api.pages.words import message
from api.ruler.words import month_text
from api.views.case import citation_shown
from sla.axis import local_day
from sla.commitments.register import REGISTER
from sla.departments import DEPARTMENTS, UNLISTED, department_of
from sla.forecast import Basis
from sla.indicators import kind_of
from workflows.messages import FIRST_YEAR, LAST_YEAR

router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(of_menu("/promises"))])

SHOWN = 50  # cases of a list
ASKING = ("jurisdiction", "until", "department")
VERDICTS = {
    Verdict.KEPT: message("Kept"),
    Verdict.BROKEN: message("Broken"),
    Verdict.IN_DANGER: message("Forecast to break"),
    Verdict.NOT_MEASURED: message("No case decided"),
}
UNMEASURED = tuple(one for one in REGISTER.values() if kind_of(one) is not None)
ANSWERABLE = sorted(
    {department_of(REGISTER[name].jurisdiction, REGISTER[name].owners.answerable) for name in LISTED} - {UNLISTED}
)
_seen: WeakKeyDictionary[Store, Rows] = WeakKeyDictionary()  # of each ledger, the open cases as they were counted last

_written_of: WeakKeyDictionary[Store, Rows] = WeakKeyDictionary()  # the same of the last table, which has all of them


@router.get("/promises")
async def show_promises(at: PageVisiting) -> Response:
    """Show how every promise stands: by its cases, or by what was observed of it."""
    only_known(at.request, *ASKING, "format")
    asked, until = _asked(at)
    if one_of(at.request, "format", ("csv",)) is not None:
        return await _table(at, asked, until)
    found, observed = await at.visit.read(_both, at, asked, until)
    counted = Counter(one.standing for one in observed)
    return page(
        at,
        "promises.html",
        observed=observed,
        stood_numbers=[(stood, said, counted[stood]) for stood, said in STOOD.items() if counted[stood]],
        register=REGISTER,
        kinds=KINDS,
        target=target,
        found=found,
        asked=asked,
        whole=asked.whole,
        numbers=[(verdict, said, found.count(verdict)) for verdict, said in VERDICTS.items()],
        fee=fee_promise(),
        unmeasured=len(UNMEASURED),
        registered=len(REGISTER),
        kept="?" + urlencode(_kept(at)) if _kept(at) else "",
        departments=_departments(at),
        **_shown(at, until),
    )


@router.get("/promises/{commitment}")
async def show_promise(at: PageVisiting, commitment: str) -> Response:
    """Show one promise: its sentence, its months and its cases."""
    only_known(at.request, *ASKING)
    one = REGISTER.get(commitment)
    if one is None:
        raise Problem("not-found")
    asked, until = _asked(at)
    tally = None
    if commitment in LISTED:
        found = await at.visit.read(board_of, at.visit, asked._replace(commitment=commitment), until)
        tally = next((tally for tally in found.promises if tally.commitment is one), None)
    wanted = CohortWanted(
        commitment, asked.jurisdiction, None if asked.department is None else DEPARTMENTS[asked.department].title_zh
    )
    store, year = at.visit.services.store, until.replace(month=1, day=1)
    cases = await at.visit.read(store.cohort_cases, wanted, year, until, at.now, SHOWN)
    charged = await at.visit.read(store.charged_more, until, at.now, SHOWN) if one is fee_promise() else ()
    told = await at.visit.read(observed_values, at, one) if kind_of(one) is not None else {}
    return page(
        at,
        "promise.html",
        charged=charged,
        one=one,
        tally=tally,
        open_cases=cases.open if until >= local_day(at.now) else (),
        judged_cases=cases.judged,
        most=SHOWN,
        asked=asked,
        kept="?" + urlencode(_kept(at)) if _kept(at) else "",
        **told,
        **_shown(at, until),
    )


@router.get("/reports/{month}")
async def show_report(at: PageVisiting, month: str) -> Response:
    """Show the month's report, within the frame of the pages."""
    only_known(at.request)
    if days_of(month, local_day(at.now)) is None:
        raise Problem("not-found")
    services = at.visit.services
    rules = rules_of(services.settings)
    found = await at.visit.read(report, services.store, at.visit.now(), month, at.caller.actor, rules)
    return page(at, "report.html", month=month, body=body(found))


def _asked(at: PageVisit) -> tuple[Asked, date]:
    until = day_of(at.request, "until") or local_day(at.now)
    if not FIRST_YEAR < until.year < LAST_YEAR:
        raise Problem("bad-parameter", flaws=[Flaw("query/until", "not-plausible")])
    jurisdiction, department = one_of(at.request, "jurisdiction", PLACES), one_of(at.request, "department", ANSWERABLE)
    counting = at.visit.services.settings.taken_over_cases
    return Asked(jurisdiction=jurisdiction, department=department, taken_over=counting), until


def _kept(at: PageVisit) -> dict[str, str]:
    """What was asked for, as the next page is asked for it."""
    return {name: value for name in ASKING if (value := at.request.query_params.get(name))}


def board_of(visit: Visit, asked: Asked, until: date) -> PromiseBoard:
    """Return all promises up to a day; blocks."""
    store = visit.services.store
    found = promise_board(store, visit.now(), asked, until, _seen.get(store))
    if asked.commitment is None:
        _seen[store] = found.rows
    return found


def _both(at: PageVisit, asked: Asked, until: date) -> tuple[PromiseBoard, list[CommitmentStanding]]:
    """The promises that cases measure, and how those stand that are observed; blocks."""
    rules = rules_of(at.visit.services.settings)
    found = all_standings(at.visit.services.store, until, rules)
    shown = [of_observations(REGISTER[name], one, rules) for name, one in found.items()]
    return board_of(at.visit, asked, until), standing_rows(shown, asked.jurisdiction, asked.department)


def _shown(at: PageVisit, until: date) -> dict[str, Any]:
    """What both pages are written with."""
    words, month = at.words, f"{until.year}-{until.month:02}"
    return {
        "until": until,
        "asked_until": at.request.query_params.get("until") or "",
        "report_month": month,
        "taken_over_said": words.title(*figure_words.TAKEN_OVER_CASES[at.visit.services.settings.taken_over_cases]),
        "month_name": month_text(until, "zh" if words.zh else "en", year=False),
        "places": [(key, words.title(*titles)) for key, titles in PLACES.items()],
        "place_of": lambda one: words.title(*PLACES[one.jurisdiction]),
        "promised": lambda one: words.title(*figure_words.MEASURES[one.measure]) if one.limit else "",
        "verdicts": VERDICTS,
        "stood": STOOD,
        "rests_on": rests_on,
        "cited": lambda one: citation_shown(one.citation),
        "two": two_places,
        "mean": lambda cases: two_places(number_shown(cases.exact_mean)),
        "share": lambda tally, part: percent(_share(tally, part)),
        "expected": lambda tally: [tally.forecast[basis] for basis in Basis] if tally.forecast else None,
        "bars": bars,
        "sentence": sentence,
    }


def _share(cases: TallySum, part: int | None) -> Decimal | None:
    return number_shown(Fraction(part, cases.n)) if cases.n and part is not None else None


def _departments(at: PageVisit) -> Iterable[tuple[str, str]]:
    known = (DEPARTMENTS[name] for name in ANSWERABLE)
    return [(one.id, at.words.title(one.title_zh, one.title_en)) for one in known]


async def _table(at: PageVisit, asked: Asked, until: date) -> Response:
    """The figures of the page and more, each described in docs/averages.md."""
    text = await at.visit.read(_written, at, asked, until)
    name = f'attachment; filename="shixian-promises-{until.isoformat()}.csv"'
    return Response(
        text.encode(), media_type="text/csv; charset=utf-8", headers={**HEADERS, "Content-Disposition": name}
    )


def _written(at: PageVisit, asked: Asked, until: date) -> str:
    visit, now = at.visit, at.visit.now()
    store, running = visit.services.store, until >= local_day(visit.told)
    rows = load(store, visit.services.almanac, until, running=running, before=_written_of.get(store))
    if running:
        _written_of[store] = rows
    found = groupby(recompute(rows, now, asked, until), key=lambda figure: figure.scope.commitment)
    month = f"{until.year}-{until.month:02}"
    head = SheetHead(month, now.timeline.rate, now.business, visit.caller.actor, asked.taken_over)
    return figures_sheet(head, [PromiseShown(**promise_fields(name, own)) for name, own in found])
