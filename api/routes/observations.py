"""How every promise of the register stands, and the observations of those that no case measures."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from activities.store.observation_log import OnObservationRecord
from api.access.key_route import KeyRoute
from api.access.request_context import CONFIRMERS, OFFICERS, OVERSEERS, Visit, Visiting, only
from api.figures.promise_standings import (
    CommitmentStanding,
    Stood,
    observed_standing,
    of_observations,
    rules_of,
    standings,
)
from api.http.bodies import ObservationBody, ObservationCorrectionBody, ObservationWithdrawalBody
from api.http.headers import IdempotencyKey
from api.http.problems import Flaw, Problem
from api.http.responses import answer
from api.intake.observing import (
    confirm_observation,
    correct_observation,
    observed_commitment,
    record_observation,
    withdraw_observation,
)
from api.views.case import Number
from sla.axis import local_day
from sla.model import Model
from sla.observations import EntryKind, IndicatorKind, Noted
from workflows.messages import FIRST_YEAR, LAST_YEAR

router = APIRouter(
    route_class=KeyRoute, prefix="/v1/commitments", tags=["observations"], dependencies=[Depends(only(*OVERSEERS))]
)
OBSERVED = "/{commitment}/observations"
Until = Annotated[date | None, Query(description="today where left out")]
Numbered = Annotated[int, Path(ge=1, le=10**9)]


class StandingList(Model):
    """Every promise of the register as it stands, in the order of the documents; and how many stand how."""

    until: date
    counts: dict[Stood, int]
    standings: tuple[CommitmentStanding, ...]


class ObservationShown(Model):
    """An observation with who recorded and who confirmed it. `stands`: it counts; `waits`: it is not confirmed yet."""

    number: int
    first: date
    last: date
    numerator: int | None
    denominator: int | None
    value: Number | None
    base: Number | None
    base_of: str | None
    in_place: bool | None
    source: str
    evidence: str
    evidence_sha256: str | None
    recorded_by: str
    recorded_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    replaces: int | None
    reason: str | None
    replaced_by: int | None
    withdrawn: bool
    stands: bool
    waits: bool


class ObservationList(Model):
    """A promise's standing and all that was ever observed of it, by number."""

    kind: IndicatorKind
    standing: CommitmentStanding
    observations: tuple[ObservationShown, ...]


class ObservationReceipt(Model):
    """An entry as it is on record. `number`: of the observation that it makes, or is about."""

    commitment: str
    entry: int
    kind: EntryKind
    number: int
    at: datetime
    actor: str


ENTRY: dict[str, Any] = {
    "status_code": 201,
    "response_model": ObservationReceipt,
    "responses": {200: {"model": ObservationReceipt, "description": "The same was put on record before"}},
}


@router.get("/standings", response_model=StandingList)
async def list_standings(visit: Visiting, until: Until = None) -> Response:
    """List all promises as they stand: by their cases, or by what was observed; without evidence none is kept."""
    last = _day(visit, until)
    found = await visit.read(standings, visit.services.store, visit.now(), last, rules_of(visit.services.settings))
    counts = {stood: found.count(stood) for stood in Stood}
    return answer(StandingList(until=last, counts=counts, standings=found.all))


@router.get(OBSERVED, response_model=ObservationList)
async def list_observations(visit: Visiting, commitment: str, until: Until = None) -> Response:
    """Show what was observed of a promise that no case measures, and what that comes to."""
    return answer(await visit.read(_listed, visit, commitment, _day(visit, until)))


@router.post(OBSERVED, dependencies=[Depends(only(*OFFICERS))], **ENTRY)
async def record(visit: Visiting, commitment: str, key: IdempotencyKey, body: ObservationBody) -> Response:
    """Record an observation. It counts once another actor has confirmed it."""
    return _receipt(commitment, await visit.read(record_observation, visit, commitment, key, body))


@router.post(OBSERVED + "/{number}/confirm", dependencies=[Depends(only(*CONFIRMERS))], **ENTRY)
async def confirm_observed(visit: Visiting, commitment: str, number: Numbered, key: IdempotencyKey) -> Response:
    """Confirm an observation that another actor recorded."""
    return _receipt(commitment, await visit.read(confirm_observation, visit, commitment, number, key))


@router.post(OBSERVED + "/{number}/correct", dependencies=[Depends(only(*OFFICERS))], **ENTRY)
async def correct_observed(
    visit: Visiting, commitment: str, number: Numbered, key: IdempotencyKey, body: ObservationCorrectionBody
) -> Response:
    """Put another observation in one's place: it counts once confirmed, and what was stays on record."""
    return _receipt(commitment, await visit.read(correct_observation, visit, commitment, number, key, body))


@router.post(OBSERVED + "/{number}/withdraw", dependencies=[Depends(only(*CONFIRMERS))], **ENTRY)
async def withdraw_observed(
    visit: Visiting, commitment: str, number: Numbered, key: IdempotencyKey, body: ObservationWithdrawalBody
) -> Response:
    """Withdraw an observation that nobody has confirmed."""
    return _receipt(commitment, await visit.read(withdraw_observation, visit, commitment, number, key, body.reason))


def _day(visit: Visit, until: date | None) -> date:
    last = until or local_day(visit.told)
    if not FIRST_YEAR < last.year < LAST_YEAR:
        raise Problem("invalid", flaws=[Flaw("query/until", "not-plausible")])
    return last


def _listed(visit: Visit, commitment: str, until: date) -> ObservationList:
    one, kind = observed_commitment(commitment)
    store, rules = visit.services.store, rules_of(visit.services.settings)
    seen = store.observations(commitment)
    found = observed_standing(store, one, seen, until, rules)
    return ObservationList(
        kind=kind, standing=of_observations(one, found, rules), observations=tuple(map(observation_shown, seen))
    )


def observation_shown(one: Noted) -> ObservationShown:
    """Return an observation as it is answered."""
    rest = {name: getattr(one, name) for name in ObservationShown.model_fields if hasattr(one, name)}
    return ObservationShown(**one.observation.model_dump(), **rest)


def _receipt(commitment: str, done: OnObservationRecord) -> Response:
    entry = done.entry
    shown = ObservationReceipt(
        commitment=commitment,
        entry=entry.seq,
        kind=entry.kind,
        number=entry.seq if entry.observation is not None else entry.of or 0,
        at=entry.at,
        actor=entry.actor,
    )
    return answer(shown, 200 if done.repeated else 201)
