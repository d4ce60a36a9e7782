"""Cases that ran in another system, taken over one at a time: everything that happened to one, settled at once."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field, StringConstraints

from activities.record import TakenOver
from api.access.key_route import KeyRoute
from api.access.request_context import IMPORTERS, Visiting, only
from api.http.bodies import ToleranceBody
from api.http.body import Body
from api.http.fields import CaseNumber, ClockKey, Count, FactKey, Instant, Key, Text
from api.http.headers import IdempotencyKey
from api.http.responses import answer
from api.http.subject_bodies import Subjects
from api.imports.plans import CasePlan, PlannedFact
from api.imports.taking_over import TakeOver, take_over
from api.intake.subjects import check_subjects, put_first_subjects
from sla.model import Model

MOST_FACTS = 500  # of one case


class ImportRoute(KeyRoute):
    """A route whose bodies hold all that happened to a case."""

    largest = 262_144  # bytes


router = APIRouter(route_class=ImportRoute, prefix="/v1", tags=["imports"])


class ImportedFact(Body):
    """Something that happened to the case, as the command of that name has it."""

    kind: Literal[
        "open", "accept", "refuse", "start", "complete", "return", "resubmit", "suspend", "resume", "supply", "extend",
        "withdraw", "decide", "revoke",
    ]  # fmt: skip
    at: Instant
    step: Key | None = None
    outcome: Key | None = None
    suspension: Key | None = None
    ground: Key | None = None
    reason: Text | None = None
    note: Text | None = None
    tolerance: ToleranceBody | None = None
    clock: ClockKey | None = None
    workdays: Annotated[Count, Field(ge=1, le=60)] | None = None
    months: Annotated[Count, Field(ge=1, le=24)] | None = None
    approved_by: Text | None = None


class ImportCaseBody(Body):
    """A case that ran elsewhere. `history` begins with its opening; `source` and `digest` (SHA-256) say where from."""

    source: Text
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", strict=True)]
    case: CaseNumber
    procedure: Key
    jurisdiction: Key
    variant: Key
    facts: dict[FactKey, Annotated[bool, Field(strict=True)] | Key] = {}
    subjects: Subjects = []
    history: Annotated[list[ImportedFact], Field(min_length=1, max_length=MOST_FACTS)]


class ImportedCase(Model):
    """What stands on record of a case that was taken over. `repeated`: it had been before."""

    case: str
    seq: int
    repeated: bool


TAKEN: dict[str, Any] = {
    "status_code": 201,
    "response_model": ImportedCase,
    "responses": {200: {"model": ImportedCase, "description": "The same case was taken over before"}},
    "dependencies": [Depends(only(*IMPORTERS))],
}


@router.post("/imports/cases", **TAKEN)
async def import_case(visit: Visiting, key: IdempotencyKey, body: ImportCaseBody) -> Response:
    """Take over a case: every fact counts from its own instant, none is told late, and none of it raises an alarm."""
    await visit.read(check_subjects, visit, body.subjects)
    done = await take_over(visit, _wish(key, body))
    await visit.read(put_first_subjects, visit, body.case, body.subjects)
    return answer(ImportedCase(case=body.case, seq=done.seq, repeated=done.repeated), 200 if done.repeated else 201)


def _wish(key: str, body: ImportCaseBody) -> TakeOver:
    plan = CasePlan(
        case=body.case,
        file="",
        line=0,
        procedure=body.procedure,
        jurisdiction=body.jurisdiction,
        variant=body.variant,
        chosen=body.facts,
        facts=tuple(
            PlannedFact(
                fact.kind, fact.at, {k: v for k, v in fact.content().items() if k not in ("kind", "at")}, place, ""
            )
            for place, fact in enumerate(body.history)
        ),
    )
    return TakeOver(key, plan, TakenOver(source=body.source, digest=body.digest))
