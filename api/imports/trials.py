"""A plan as commands, and what they would come to: decided and counted here, and nothing is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from activities.record import TakenOver
from activities.rungs import Instant
from activities.store.rows import CaseRows
from api.imports.faults import ImportFault
from api.imports.plans import CasePlan, PlannedFact
from api.intake.command_builders import with_readings
from api.intake.promises_of_day import effective_day
from api.policies import PolicyPart, changed
from sla.almanac import Almanac
from sla.clock import Policy
from sla.commitments.register import Readings, prevailing
from sla.promise import Promise
from sla.timeline import REAL_TIME
from workflows import messages
from workflows.drafting.readings import as_read
from workflows.dry_run import foresee_new
from workflows.messages import Command
from workflows.procedure import Procedure
from workflows.procedures import resolve

TRIAL = "trial"
EXPIRED = "到期之后才批准 only before expiry a limit is extended"
MESSAGES: Mapping[str, type[Command]] = {
    "accept": messages.Accept, "refuse": messages.Refuse, "start": messages.Start, "complete": messages.Complete,
    "return": messages.Return, "resubmit": messages.Resubmit, "suspend": messages.Suspend, "resume": messages.Resume,
    "supply": messages.Supply, "extend": messages.Extend, "withdraw": messages.Withdraw, "decide": messages.Decide, "revoke": messages.Revoke,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportWorld:
    """What a plan is counted by: the installation's settings, its calendars and the instant."""

    almanac: Almanac
    readings: Readings
    policy: Policy
    channels: Mapping[str, PolicyPart]
    now: Instant

    @classmethod
    def at(
        cls, real: datetime, almanac: Almanac, readings: Readings, policy: Policy, channels: Mapping[str, PolicyPart]
    ) -> "ImportWorld":
        """Return the world at a real instant, without a rehearsal's pace."""
        return cls(almanac, readings, policy, channels, Instant(real, REAL_TIME, timedelta(0), almanac))

    def procedure(self, procedure: str, jurisdiction: str, variant: str, facts: Mapping[str, bool | str]) -> Procedure:
        """Return the procedure of a case; ProcedureError where it cannot be chosen."""
        said = with_readings(procedure, variant, facts, self.readings)
        return as_read(resolve(procedure, jurisdiction, variant, said), self.readings)

    def policy_of(self, procedure: Procedure) -> Policy:
        """Return the policy of a case that follows a procedure."""
        return changed(self.policy, self.channels.get(str(procedure.facts.get("channel"))))

    def promises(self, procedure: Procedure, at: datetime) -> tuple[Promise, ...]:
        """Say what is promised to a case on the day on which an instant takes effect."""
        day = effective_day(at, self.policy_of(procedure), self.now.calendar(procedure.jurisdiction))
        return prevailing(procedure.key, procedure.jurisdiction, procedure.variant, procedure.facts, day, self.readings)


def commands_of(
    plan: CasePlan,
    fields: Iterable[Mapping[str, Any]],
    procedure: Procedure,
    world: ImportWorld,
    taken_over: TakenOver,
) -> list[Command]:
    """Return the facts of a plan as commands; `fields` say of each who tells it and when."""
    return [
        _command_of(fact, said, procedure, world, taken_over, tolerant=plan.tolerant)
        for fact, said in zip(plan.facts, fields, strict=True)
    ]


def _command_of(
    fact: PlannedFact,
    fields: Mapping[str, Any],
    procedure: Procedure,
    world: ImportWorld,
    taken_over: TakenOver,
    *,
    tolerant: bool,
) -> Command:
    if fact.kind == "open":
        return messages.Open(
            **fields,
            procedure=procedure,
            policy=world.policy_of(procedure),
            promises=world.promises(procedure, fact.at),
            taken_over=taken_over,
        )
    more: dict[str, Any] = {}
    if fact.kind == "accept" or (fact.kind == "complete" and fact.content.get("step") == procedure.accepted_by):
        more["promises"] = world.promises(procedure, fact.at)
    elif fact.kind == "decide" and tolerant:
        more["by_tolerance"] = True
    elif fact.kind == "extend":
        more["taken_over"] = True
    return MESSAGES[fact.kind](**fields, **fact.content, **more)


def tried(plan: CasePlan, procedure: Procedure, world: ImportWorld, taken_over: TakenOver) -> CaseRows | ImportFault:
    """Return the case as it would stand, or the first fact that is refused, with its rule."""
    told = world.now.business
    fields = (
        {"request_id": f"{TRIAL}:{place}", "digest": str(place), "actor": TRIAL, "at": fact.at, "told": told}
        for place, fact in enumerate(plan.facts)
    )
    found = foresee_new(plan.case, commands_of(plan, fields, procedure, world, taken_over), world.now)
    if found.refused is not None:
        place, refusal = found.refused
        fact = plan.facts[place]
        return ImportFault(plan.file, fact.line, fact.column, refusal.code, plan.case, refusal.detail)
    assert found.after is not None  # noqa: S101  # it was opened
    return _too_late(plan, found.after) or found.after


def _too_late(plan: CasePlan, made: CaseRows) -> ImportFault | None:
    """The extension that counting left out, since its clock had expired."""
    for row in made.clocks:
        clock = row.picture.clock
        if row.picture.void or row.limit == clock.limit.amount + sum(one.amount for one in clock.extensions):
            continue
        told = [fact for fact in plan.facts if fact.kind == "extend" and fact.content["clock"] == clock.key]
        return ImportFault(plan.file, told[-1].line, told[-1].column, "expired", plan.case, EXPIRED)
    return None
