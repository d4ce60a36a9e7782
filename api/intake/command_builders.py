"""Commands that need more than their body: the procedure, the promises, whether an officer must confirm."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from activities.store.rows import CaseView
from api.access.request_context import Visit
from api.http.bodies import OpenBody
from api.http.problems import Flaw, Problem
from api.intake.promises_of_day import promises
from api.intake.stamp import Stamp, backdated
from api.policies import changed
from sla.promise import Promise
from workflows.drafting.readings import as_read
from workflows.errors import BadFact, ProcedureError
from workflows.messages import Accept, Command, Complete, Open
from workflows.procedure import Procedure
from workflows.procedures import ALL, resolve

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
        )

    return make


def accepting(visit: Visit) -> Make:
    """Accept under the promises of the day."""

    def make(stamped: Stamp, view: CaseView | None) -> Command:
        assert view is not None  # noqa: S101  # only an opening has none
        return Accept(**stamped.fields, promises=_of_the_day(visit, stamped, view))

    return make


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
    facts = dict(body.facts)
    readings = visit.services.settings.readings
    definition = ALL.get(body.procedure)
    if (
        definition is not None
        and not readings.external_works_count
        and any(fact.key == EXTERNAL_WORKS for fact in definition.facts_in(body.variant))
    ):
        facts.setdefault(EXTERNAL_WORKS, False)
    return as_read(resolved(body.procedure, body.jurisdiction, body.variant, facts), readings)


def _of_the_day(visit: Visit, stamped: Stamp, view: CaseView) -> tuple[Promise, ...]:
    case = view.case
    policy = next((clock.picture.clock.policy for clock in view.clocks), None)
    return promises(
        visit,
        stamped.at,
        policy or visit.services.settings.policy,
        case.procedure,
        case.jurisdiction,
        case.variant,
        case.facts,
    )
