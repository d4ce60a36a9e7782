"""What a supervisor reads: averages against the promise, what was told late, what waits, what is wrong."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Response

from activities.store.upkeep import Fault
from api.access.key_route import KeyRoute
from api.access.request_context import OVERSEERS, Visit, Visiting, only
from api.figures.averages import Asked, Case, Figure, load, recompute
from api.figures.csv_table import sheet
from api.figures.html_page import page
from api.figures.month import MONTH, TYPES, Format, Report, accepted, days_of, report
from api.figures.promise_standings import rules_of
from api.figures.shown import CohortShown, PromiseShown, cohort_shown, promise_fields
from api.http.fields import Key
from api.http.problems import Flaw, Problem
from api.http.responses import answer
from api.views.late import ToldLateList, both_lists
from sla.axis import local_day
from sla.cohort import TakenOverCases, Window, by_month
from sla.commitments.register import REGISTER
from sla.departments import DEPARTMENTS, UNLISTED
from sla.model import Model
from workflows.messages import FIRST_YEAR, LAST_YEAR

router = APIRouter(route_class=KeyRoute, prefix="/v1", tags=["oversight"], dependencies=[Depends(only(*OVERSEERS))])

PAGE = 200
WRITTEN: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string"}} for form, kind in TYPES.items() if form is not Format.JSON}}
}


class MonthShown(Model):
    """The cohort of one month of completions, and of its year so far."""

    month: str
    of_month: CohortShown
    year_to_date: CohortShown


class AverageShown(PromiseShown):
    """A commitment and its decided cases. `ramp_up`: how many more of the year were accepted before it bound."""

    months: tuple[MonthShown, ...]
    year_to_date: CohortShown
    ramp_up: int


class AverageList(Model):
    """Decided cases by day of completion. `windows` and `places` are the month, the year and the 90 days up to `until`."""

    until: date
    taken_over_cases: TakenOverCases  # whether figures count what ran in another system before
    averages: tuple[AverageShown, ...]


class FaultList(Model):
    """Faults that nothing has written over."""

    faults: tuple[Fault, ...]


@router.get("/averages", response_model=AverageList)
async def list_averages(
    visit: Visiting,
    commitment: Annotated[Key | None, Query()] = None,
    jurisdiction: Annotated[Key | None, Query(description="of the cases")] = None,
    department: Annotated[Key | None, Query(description="that answers for the promise")] = None,
    until: Annotated[date | None, Query(description="today where left out")] = None,
) -> Response:
    """Show each commitment's decided cases against its promise: by month, for windows up to a day, and as forecast."""
    asked = Asked(commitment, jurisdiction, department, visit.services.settings.taken_over_cases)
    last = until or local_day(visit.told)
    flaws = [*_unknown(asked), *([] if FIRST_YEAR < last.year < LAST_YEAR else [Flaw("query/until", "not-plausible")])]
    if flaws:
        raise Problem("not-found" if flaws[0].code == "not-found" else "invalid", flaws=flaws)
    return answer(await visit.read(_averages, visit, asked, last))


@router.get("/reports/{month}", response_model=Report, responses=WRITTEN)
async def read_report(
    visit: Visiting,
    month: Annotated[str, Path(pattern=rf"^{MONTH.pattern}$", description="such as 2026-10")],
    form: Annotated[Format | None, Query(alias="format", description="instead of an Accept header")] = None,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """Show a month's figures, each beside its promise and its sentence: as JSON, as CSV, or as a page to print."""
    if days_of(month, local_day(visit.told)) is None:
        raise Problem("not-found", flaws=[Flaw("path/month", "not-found")])
    rules = rules_of(visit.services.settings)
    found = await visit.read(report, visit.services.store, visit.now(), month, visit.caller.actor, rules)
    kind = form or accepted(accept)
    if kind is Format.JSON:
        return answer(found, headers={"Vary": "Accept"})
    text = await visit.read(sheet if kind is Format.CSV else page, found)
    name = f'attachment; filename="shixian-{month}.{kind}"'  # saved: here no page may have a style
    return Response(
        text.encode(),
        media_type=f"{TYPES[kind]}; charset=utf-8",
        headers={"Content-Disposition": name, "Vary": "Accept"},
    )


@router.get("/told-late", response_model=ToldLateList)
async def list_told_late(
    visit: Visiting,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
) -> Response:
    """List postings that unmade a breach because they were told late, and those that wait for an officer."""
    begin = visit.cursors.place(after, {}, str)
    found, last = await visit.read(both_lists, visit.services.store, "" if begin is None else begin[0], PAGE)
    return answer(found.model_copy(update={"next": None if last is None else visit.cursors.cursor((last,), {})}))


@router.get("/faults", response_model=FaultList)
async def list_faults(
    *, visit: Visiting, resolved: Annotated[bool, Query(description="resolved ones as well")] = False
) -> Response:
    """List faults: a ledger that disagrees with its history is never written over."""
    return answer(FaultList(faults=tuple(await visit.read(visit.services.store.faults, resolved=resolved))))


def _unknown(asked: Asked) -> list[Flaw]:
    known = {
        "commitment": REGISTER,
        "jurisdiction": {one.jurisdiction for one in DEPARTMENTS.values()},
        "department": {*DEPARTMENTS, UNLISTED},
    }
    wrong = [name for name, keys in known.items() if (value := getattr(asked, name)) is not None and value not in keys]
    return [Flaw(f"query/{name}", "not-found") for name in wrong]


def _averages(visit: Visit, asked: Asked, until: date) -> AverageList:
    rows = load(
        visit.services.store, visit.services.almanac, until, asked.commitment, running=until >= local_day(visit.told)
    )
    found = recompute(rows, visit.now(), asked, until)
    held = [case for case in rows.judged if asked.holds(case.scope) and asked.counts(taken_over=case.taken_over)]
    cases = [case for case in held if not case.ramp_up and not case.uncounted]
    return AverageList(
        until=until,
        taken_over_cases=asked.taken_over,
        averages=tuple(
            _average(commitment, tuple(own), [case for case in cases if case.stopped_on.year == until.year])
            for commitment, own in groupby(found, key=lambda figure: figure.scope.commitment)
        ),
    )


def _average(commitment: str, figures: tuple[Figure, ...], cases: Iterable[Case]) -> AverageShown:
    year = next(figure for figure in figures if figure.window is Window.YEAR)
    return AverageShown(
        **promise_fields(commitment, figures),
        months=tuple(
            MonthShown(
                month=f"{month.year}-{month.month:02}",
                of_month=cohort_shown(month.of_month, judged=year.judged),
                year_to_date=cohort_shown(month.year_to_date, judged=year.judged),
            )
            for month in by_month(cases, commitment, year.cohort.limit)
        ),
        year_to_date=cohort_shown(year.cohort, judged=year.judged),
        ramp_up=year.ramp_up.n,
    )
