"""Commands that need more than their body: the procedure, the promises, whether an officer must confirm."""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from activities.record import CasePicture
from activities.store.rows import CaseView
from activities.store.store import Store
from api.access.request_context import Visit
from api.http.bodies import HandOverBody, OpenBody, ReclassifyBody
from api.http.problems import Flaw, Problem
from api.intake.promises_of_day import promises
from api.intake.stamp import Stamp, backdated
from api.policies import changed
from sla.clock import Policy
from sla.commitments.register import Readings
from sla.departments import DEPARTMENTS
from sla.promise import Promise
from workflows.drafting.readings import as_read, as_read_before
from workflows.errors import BadFact, ProcedureError
from workflows.messages import Accept, Command, Complete, HandOver, Open, Reclassify, Tolerance
from workflows.procedure import Procedure
from workflows.procedures import ALL, resolve
from workflows.reshaping import with_grounds_of

EXTERNAL_WORKS = "external_works_counted"
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that reads like another
LENGTH = 13

Make = Callable[[Stamp, CaseView | None], Command]


def made_id(prefix: str, request_id: str) -> str:
    """Return a name made of a request id: the same for every repetition, so that a retry names the same thing."""
    number = int.from_bytes(sha256(f"{prefix}:{request_id}".encode()).digest())
    letters = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return f"{prefix}-{''.join(letters)}"


def opening(visit: Visit, body: OpenBody) -> Make:
    """Open a case: its procedure is resolved now and goes with it for ever."""

    def make(stamped: Stamp, _: CaseView | None) -> Command:
        if body.parent is not None and visit.services.store.case(body.parent) is None:
            raise Problem("unknown-parent", flaws=[Flaw("#/parent", "unknown-parent")])
        procedure = _resolved(visit, body)
        settings = visit.services.settings
        policy = changed(settings.policy, settings.channels.get(str(procedure.facts.get("channel"))), body.policy)
        return Open(
            **stamped.fields,
            procedure=procedure,
            policy=policy,
            promises=promises(
                visit, stamped.at, policy, procedure.key, procedure.jurisdiction, procedure.variant, procedure.facts
            ),
            survey=body.survey,
            parent=body.parent,
            backfilled=backdated(visit, stamped.at, visit.calendar(procedure.jurisdiction)),
        )

    return make


def accepting(visit: Visit, tolerance: Mapping[str, Any] | None = None) -> Make:
    """Accept under the promises of the day; with a tolerance while something is missing."""

    def make(stamped: Stamp, view: CaseView | None) -> Command:
        assert view is not None  # noqa: S101  # only an opening has none
        tolerated = None if tolerance is None else Tolerance(**tolerance)
        return Accept(**stamped.fields, promises=_of_the_day(visit, stamped, view), tolerance=tolerated)

    return make


def reclassifying(visit: Visit, body: ReclassifyBody) -> Make:
    """Make the case one of another kind, under the promises that bind such a case on the day of its acceptance."""

    def make(stamped: Stamp, view: CaseView | None) -> Command:
        assert view is not None  # noqa: S101  # only an opening has none
        case, policy = view.case, _policy(visit, view)
        before = procedure_in_force(visit.services.store, case.case)
        variant = body.variant or case.variant
        procedure = with_grounds_of(
            as_read_before(
                resolved(case.procedure, case.jurisdiction, variant, facts_in(case, variant) | body.facts),
                before,
                visit.services.settings.readings,
            ),
            before,
        )

        def promised(at: datetime) -> tuple[Promise, ...]:
            return promises(visit, at, policy, procedure.key, procedure.jurisdiction, variant, procedure.facts)

        received = promised(case.received_at)
        return Reclassify(
            **stamped.fields,
            procedure=procedure,
            promises=received if case.accepted_at is None else promised(case.accepted_at),
            receipt_promises=received,
            reason=body.reason,
        )

    return make


def handing_over(body: HandOverBody, step: str) -> Make:
    """Give a step to an office of the register."""

    def make(stamped: Stamp, view: CaseView | None) -> Command:
        assert view is not None  # noqa: S101  # only an opening has none
        known = DEPARTMENTS.get(body.department)
        if known is None or known.jurisdiction != view.case.jurisdiction:
            raise Problem("unknown-department", flaws=[Flaw("#/department", "unknown-department")])
        return HandOver(**stamped.fields, step=step, owner=known.title_zh, reason=body.reason)

    return make


def facts_in(case: CasePicture, variant: str) -> dict[str, bool | str]:
    """Return what is known of a case, as far as a variant of its procedure asks for it."""
    definition = ALL.get(case.procedure)
    asked = set() if definition is None else {fact.key for fact in definition.facts_in(variant)}
    return {key: value for key, value in case.facts.items() if key in asked}


def procedure_in_force(store: Store, case: str) -> Procedure:
    """Return the procedure that a case follows; blocks."""
    event = store.kind_of(case)
    assert event is not None  # noqa: S101  # it was read a moment ago
    return Procedure.model_validate(event.body["procedure"])


def completing(visit: Visit, content: Mapping[str, Any]) -> Make:
    """Complete a step; the step that accepts the case accepts it under the promises of the day."""
    said = {name: value for name, value in content.items() if name != "at"}

    def make(stamped: Stamp, view: CaseView | None) -> Command:
        assert view is not None  # noqa: S101  # only an opening has none
        late = backdated(visit, stamped.at, visit.calendar(view.case.jurisdiction))
        given = _of_the_day(visit, stamped, view) if view.case.accepted_at is None else ()
        return Complete(**stamped.fields, **said, backdated=late, promises=given)

    return make


def resolved(procedure: str, jurisdiction: str, variant: str, facts: Mapping[str, bool | str]) -> Procedure:
    """Return the procedure of one case, or the Problem that names what cannot be chosen."""
    try:
        return resolve(procedure, jurisdiction, variant, facts)
    except ProcedureError as error:
        # a fact that there is not is the client's own word
        field = error.field if isinstance(error, BadFact) else error.field.partition(".")[0]
        flaw = Flaw(f"#/{field.replace('.', '/')}", error.rule)
        raise Problem(error.rule, error.message, flaws=[flaw]) from None


def _resolved(visit: Visit, body: OpenBody) -> Procedure:
    readings = visit.services.settings.readings
    facts = with_readings(body.procedure, body.variant, body.facts, readings)
    return as_read(resolved(body.procedure, body.jurisdiction, body.variant, facts), readings)


def with_readings(
    procedure: str, variant: str, facts: Mapping[str, bool | str], readings: Readings
) -> Mapping[str, bool | str]:
    """Return the facts with what the installation's readings say where the case says nothing."""
    definition = ALL.get(procedure)
    if (
        definition is not None
        and not readings.external_works_count
        and any(fact.key == EXTERNAL_WORKS for fact in definition.facts_in(variant))
    ):
        return {EXTERNAL_WORKS: False, **facts}
    return facts


def _of_the_day(visit: Visit, stamped: Stamp, view: CaseView) -> tuple[Promise, ...]:
    case = view.case
    return promises(
        visit, stamped.at, _policy(visit, view), case.procedure, case.jurisdiction, case.variant, case.facts
    )


def _policy(visit: Visit, view: CaseView) -> Policy:
    return next((clock.picture.clock.policy for clock in view.clocks), None) or visit.services.settings.policy
