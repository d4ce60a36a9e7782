"""The registers: commitments with their sentences, procedures, and calendars as the public knew them on a day."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from api.access.key_route import KeyRoute
from api.access.request_context import Visiting
from api.http.fields import Key
from api.http.problems import Flaw, Problem
from api.http.responses import answer
from api.intake.command_builders import resolved
from api.views.calendar import CalendarYear, calendar_year
from api.views.case import Cited, LimitShown, Number, citation_shown
from sla.almanac import Almanac
from sla.axis import local_day
from sla.clock import Limit
from sla.commitments.commitment import Commitment, Owners, Relation
from sla.commitments.register import REGISTER, binding_from
from sla.errors import CalendarHorizonError, UnknownJurisdictionError
from sla.model import Model
from workflows.messages import FIRST_YEAR, LAST_YEAR
from workflows.procedure import Definition, Fact, Procedure, Variant
from workflows.procedures import ALL

router = APIRouter(route_class=KeyRoute, prefix="/v1", tags=["registers"])


class StatedFigureShown(Model):
    """The number as the sentence has it."""

    operator: str
    value: Number
    unit: str


class CommitmentShown(Model):
    """A public commitment with the sentence it rests on. `binding_from` is as this installation reads it."""

    id: str
    jurisdiction: str
    title_zh: str
    title_en: str
    procedure: str
    variant: str
    citation: Cited
    owners: Owners
    measure: str
    figure: StatedFigureShown | None
    limit: LimitShown | None
    ends: tuple[str, ...]
    binding_from: date | None
    binding_words: str | None
    exclusions: tuple[str, ...]
    parent: str | None
    relation: Relation | None
    core: bool
    interpretation: tuple[str, ...]
    notes: str


class CommitmentList(Model):
    """Commitments in the order of their documents."""

    commitments: tuple[CommitmentShown, ...]


class DefinitionShown(Model):
    """A procedure before anything is chosen."""

    key: str
    version: str
    title_zh: str
    title_en: str
    jurisdictions: tuple[str, ...]
    variants: tuple[Variant, ...]
    facts: tuple[Fact, ...]


class DefinitionList(Model):
    """The procedures."""

    procedures: tuple[DefinitionShown, ...]


class ProcedureAnswer(Model):
    """A procedure; `resolved` for one case where a jurisdiction and a variant are asked for."""

    definition: DefinitionShown
    resolved: Procedure | None = None


class PublicationShown(Model):
    """A day on which what is known of the calendar changed, and the days known before that it changed."""

    published: date
    version: str
    known_until: date
    changed: tuple[date, ...]


class CalendarAnswer(Model):
    """A calendar as it was known on a day."""

    jurisdiction: str
    as_of: date
    version: str
    known_from: date
    known_until: date
    provisional_from: date  # from here on the next year's notice may still move a day
    publications: tuple[PublicationShown, ...]


@router.get("/commitments", response_model=CommitmentList)
async def list_commitments(
    visit: Visiting,
    jurisdiction: Annotated[Key | None, Query()] = None,
    procedure: Annotated[Key | None, Query()] = None,
    core: Annotated[bool | None, Query()] = None,
) -> Response:
    """List the public commitments."""
    found = [
        _commitment(one, visit)
        for one in REGISTER.values()
        if jurisdiction in {None, one.jurisdiction} and procedure in {None, one.procedure} and core in {None, one.core}
    ]
    return answer(CommitmentList(commitments=tuple(found)))


@router.get("/commitments/{commitment}", response_model=CommitmentShown)
async def show_commitment(visit: Visiting, commitment: str) -> Response:
    """Show one commitment."""
    found = REGISTER.get(commitment)
    if found is None:
        raise Problem("not-found", flaws=[Flaw("path/commitment", "not-found")])
    return answer(_commitment(found, visit))


@router.get("/procedures", response_model=DefinitionList)
async def list_procedures(visit: Visiting) -> Response:  # a caller is needed, not what it is
    """List the procedures."""
    return answer(DefinitionList(procedures=tuple(_definition(one) for one in ALL.values())))


@router.get("/procedures/{procedure}", response_model=ProcedureAnswer)
async def show_procedure(
    request: Request,
    visit: Visiting,
    procedure: str,
    jurisdiction: Annotated[Key | None, Query()] = None,
    variant: Annotated[Key | None, Query()] = None,
) -> Response:
    """Show a procedure; with a jurisdiction and a variant as one case follows it. Facts are further parameters, by key."""
    definition = ALL.get(procedure)
    if definition is None:
        raise Problem("not-found", flaws=[Flaw("path/procedure", "not-found")])
    chosen = None
    if jurisdiction is not None or variant is not None:
        facts = _facts(request)
        absent = [name for name, value in (("jurisdiction", jurisdiction), ("variant", variant)) if value is None]
        if absent:
            raise Problem("invalid", flaws=[Flaw(f"query/{name}", "missing") for name in absent])
        chosen = await visit.read(_resolve, procedure, jurisdiction or "", variant or "", facts)
    return answer(ProcedureAnswer(definition=_definition(definition), resolved=chosen))


@router.get("/calendars/{jurisdiction}", response_model=CalendarAnswer)
async def show_calendar(
    visit: Visiting, jurisdiction: str, as_of: Annotated[date | None, Query(description="today where left out")] = None
) -> Response:
    """Show what was known of a jurisdiction's calendar on a day: until when, and which notices changed what."""
    return answer(await visit.read(_calendar, visit.services.almanac, jurisdiction, as_of or local_day(visit.told)))


@router.get("/calendars/{jurisdiction}/{year}", response_model=CalendarYear)
async def show_calendar_year(
    visit: Visiting,
    jurisdiction: str,
    year: Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)],
    as_of: Annotated[date | None, Query(description="today where left out")] = None,
) -> Response:
    """Show every day of a year as it was known on a day: what works, what rests, what a later notice changed, and the notices."""
    return answer(await visit.read(_year, visit.services.almanac, jurisdiction, year, as_of or local_day(visit.told)))


def _year(almanac: Almanac, jurisdiction: str, year: int, as_of: date) -> CalendarYear:
    try:
        return calendar_year(almanac, jurisdiction, year, as_of)
    except UnknownJurisdictionError:
        raise Problem("not-found", flaws=[Flaw("path/jurisdiction", "not-found")]) from None
    except CalendarHorizonError:
        raise Problem("not-found", flaws=[Flaw("path/year", "calendar-horizon")]) from None


def _calendar(almanac: Almanac, jurisdiction: str, as_of: date) -> CalendarAnswer:
    try:
        calendar = almanac.calendar_for(jurisdiction, as_of)
        days = [day for day in almanac.publications(jurisdiction) if day <= as_of]
    except UnknownJurisdictionError:
        raise Problem("not-found", flaws=[Flaw("path/jurisdiction", "not-found")]) from None
    except CalendarHorizonError:
        raise Problem("calendar-horizon", flaws=[Flaw("query/as_of", "calendar-horizon")]) from None
    return CalendarAnswer(
        jurisdiction=jurisdiction,
        as_of=as_of,
        version=calendar.version,
        known_from=calendar.known_from,
        known_until=calendar.known_until,
        provisional_from=calendar.provisional_from,
        publications=tuple(_publications(almanac, jurisdiction, days)),
    )


def _publications(almanac: Almanac, jurisdiction: str, days: list[date]) -> Iterable[PublicationShown]:
    before = almanac.calendar_for(jurisdiction, date.min)
    for day in days:
        calendar = almanac.calendar_for(jurisdiction, day)
        common = min(before.known_until, calendar.known_until)
        changed = sorted(one for one in calendar.changed_days(before) if one <= common)
        yield PublicationShown(
            published=day, version=calendar.version, known_until=calendar.known_until, changed=tuple(changed)
        )
        before = calendar


def _commitment(one: Commitment, visit: Visiting) -> CommitmentShown:
    figure = one.figure
    return CommitmentShown(
        citation=citation_shown(one.citation),
        measure=one.measure,
        figure=None
        if figure is None
        else StatedFigureShown(operator=figure.operator, value=figure.value, unit=figure.unit),
        limit=_time(one.limit),
        binding_from=binding_from(one, visit.services.settings.readings),
        binding_words=one.binding.words,
        **{name: getattr(one, name) for name in _AS_IT_IS},
    )


_AS_IT_IS = (
    "id", "jurisdiction", "title_zh", "title_en", "procedure", "variant", "owners", "ends", "exclusions", "parent",
    "relation", "core", "interpretation", "notes",
)  # fmt: skip


def _time(limit: Limit | None) -> LimitShown | None:
    return None if limit is None else LimitShown(amount=limit.amount, unit=limit.unit)


def _definition(one: Definition) -> DefinitionShown:
    return DefinitionShown(
        key=one.key,
        version=one.version,
        title_zh=one.title_zh,
        title_en=one.title_en,
        jurisdictions=one.jurisdictions,
        variants=one.variants,
        facts=one.facts,
    )


def _facts(request: Request) -> dict[str, bool | str]:
    words: dict[str, bool | str] = {"true": True, "false": False}
    given = {name: value for name, value in request.query_params.items() if name not in {"jurisdiction", "variant"}}
    return {name: words.get(value, value) for name, value in given.items()}


def _resolve(procedure: str, jurisdiction: str, variant: str, facts: dict[str, Any]) -> Procedure:
    try:
        return resolved(procedure, jurisdiction, variant, facts)
    except Problem as problem:
        flaws = [Flaw(flaw.pointer.replace("#", "query", 1), flaw.code) for flaw in problem.flaws]
        raise Problem(problem.code, problem.detail, flaws=flaws) from None
