"""What a supervisor reads: averages against the promise, what was told late, what waits, what is wrong."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from activities.record import Rung, StepPicture
from activities.settle import today
from activities.store.rows import CaseClock, Verdict
from activities.store.upkeep import Fault
from api.answers import answer, cursor, place
from api.errors import Flaw, Problem
from api.shows import Cited, Number, cited
from api.text import Key
from api.visit import OVERSEERS, Visit, Visiting, only
from sla.clock import Unit
from sla.cohort import CohortSum, by_month, year_to_date
from sla.commitments.commitment import Commitment, Metric
from sla.commitments.register import REGISTER
from sla.model import Model

router = APIRouter(prefix="/v1", tags=["oversight"], dependencies=[Depends(only(*OVERSEERS))])

PAGE = 200


class CohortShown(Model):
    """A cohort. `kept`: its mean is within the limit; none for an empty cohort, and where no average is promised."""

    n: int
    mean: Number | None
    maximum: Number | None
    on_time: int
    on_time_share: Number | None
    on_time_as_told: int
    on_time_as_told_share: Number | None
    kept: bool | None


class MonthShown(Model):
    """The cohort of one month of completions, and of its year so far."""

    month: str
    of_month: CohortShown
    year_to_date: CohortShown


class AverageShown(Model):
    """A commitment and its decided cases. `ramp_up`: how many more were accepted before it bound, and do not count."""

    commitment: str
    title_zh: str
    title_en: str
    jurisdiction: str
    measure: str
    limit: Number
    unit: Unit
    citation: Cited | None
    months: tuple[MonthShown, ...]
    year_to_date: CohortShown
    ramp_up: int


class AverageList(Model):
    """Decided cases by day of completion, from the first of January to `until`."""

    until: date
    averages: tuple[AverageShown, ...]


class ToldLate(Model):
    """A breach that a late posting disproved; both instants stay on record."""

    case: str
    clock: str
    commitment: str | None
    owner: str
    step: str | None
    due_at: datetime | None
    stopped_at: datetime | None
    verdict: str | None
    rungs: tuple[Rung, ...]


class Waiting(Model):
    """A completion that counts only once an officer has confirmed it."""

    case: str
    step: StepPicture


class ToldLateList(Model):
    """Postings told late, and those that wait for a confirmation."""

    told_late: tuple[ToldLate, ...]
    waiting: tuple[Waiting, ...]
    next: str | None


class FaultList(Model):
    """Faults that nothing has written over."""

    faults: tuple[Fault, ...]


@router.get("/averages", response_model=AverageList)
async def list_averages(
    visit: Visiting,
    commitment: Annotated[Key | None, Query()] = None,
    until: Annotated[date | None, Query(description="today where left out")] = None,
) -> Response:
    """Show each commitment's decided cases against its promise, by month and for the year to date."""
    if commitment is not None and commitment not in REGISTER:
        raise Problem("not-found", flaws=[Flaw("query/commitment", "not-found")])
    last = until or today(visit.told)
    return answer(await visit.read(_averages, visit, commitment, last))


@router.get("/told-late", response_model=ToldLateList)
async def list_told_late(
    visit: Visiting,
    after: Annotated[str | None, Query(max_length=400, description="`next` of the page before")] = None,
) -> Response:
    """List postings that unmade a breach because they were told late, and those that wait for an officer."""
    begin = place(after, {}, str)
    return answer(await visit.read(_told_late, visit, "" if begin is None else begin[0]))


@router.get("/faults", response_model=FaultList)
async def list_faults(
    *, visit: Visiting, resolved: Annotated[bool, Query(description="resolved ones as well")] = False
) -> Response:
    """List faults: a ledger that disagrees with its history is never written over."""
    return answer(FaultList(faults=tuple(await visit.read(visit.services.store.faults, resolved=resolved))))


def _averages(visit: Visit, commitment: str | None, until: date) -> AverageList:
    found = visit.services.store.measured(commitment, until.replace(month=1, day=1), until)
    cohorts: dict[str, list[Verdict]] = {}
    for verdict in found:
        cohorts.setdefault(verdict.commitment, []).append(verdict)
    asked = [REGISTER[commitment]] if commitment is not None else [one for one in REGISTER.values() if one.core]
    averages = [_average(one, cohorts.get(one.id, []), until) for one in asked if one.limit is not None]
    return AverageList(until=until, averages=tuple(averages))


def _average(one: Commitment, verdicts: Iterable[Verdict], until: date) -> AverageShown:
    known = tuple(verdicts)
    counted = [verdict for verdict in known if not verdict.ramp_up]
    assert one.limit is not None  # noqa: S101  # only such are asked for
    limit, average = one.limit.amount, one.measure is Metric.AVERAGE
    return AverageShown(
        commitment=one.id,
        title_zh=one.title_zh,
        title_en=one.title_en,
        jurisdiction=one.jurisdiction,
        measure=one.measure,
        limit=limit,
        unit=one.limit.unit,
        citation=cited(one.id),
        months=tuple(
            MonthShown(
                month=f"{month.year}-{month.month:02}",
                of_month=_cohort(month.of_month, average=average),
                year_to_date=_cohort(month.year_to_date, average=average),
            )
            for month in by_month(counted, one.id, limit)
        ),
        year_to_date=_cohort(year_to_date(counted, one.id, until, limit), average=average),
        ramp_up=len(known) - len(counted),
    )


def _cohort(cohort: CohortSum, *, average: bool) -> CohortShown:
    return CohortShown(
        n=cohort.n,
        mean=cohort.mean,
        maximum=cohort.maximum,
        on_time=cohort.on_time,
        on_time_share=_share(cohort.on_time, cohort.n),
        on_time_as_told=cohort.on_time_as_told,
        on_time_as_told_share=_share(cohort.on_time_as_told, cohort.n),
        kept=cohort.kept if average else None,
    )


def _share(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None


def _told_late(visit: Visit, after: str) -> ToldLateList:
    """Both lists by case number, cut at the same case so that one cursor serves both."""
    store = visit.services.store
    clocks, steps = store.told_late(after, PAGE), store.pending_confirmations(after, PAGE)
    full = [found[-1].case for found in (clocks, steps) if len(found) == PAGE]
    last = min(full, default=None)
    return ToldLateList(
        told_late=tuple(_late(one) for one in clocks if last is None or one.case <= last),
        waiting=tuple(Waiting(case=one.case, step=one.step) for one in steps if last is None or one.case <= last),
        next=None if last is None else cursor((last,), {}),
    )


def _late(found: CaseClock) -> ToldLate:
    picture = found.clock.picture
    return ToldLate(
        case=found.case,
        clock=picture.clock.key,
        commitment=picture.commitment,
        owner=picture.owner,
        step=picture.step,
        due_at=found.clock.due_at,
        stopped_at=picture.clock.stop,
        verdict=picture.verdict,
        rungs=picture.rungs,
    )
