"""A case taken over for good: its facts become commands of its workflow, all told at once and settled together."""

from dataclasses import replace
from typing import Any, NamedTuple

from pydantic import ValidationError

from activities.record import Event, TakenOver
from api.access.request_context import Visit
from api.http.problems import Flaw, Problem
from api.imports.faults import ImportFault
from api.imports.plans import CasePlan, PlannedFact
from api.imports.trials import ImportWorld, commands_of, tried
from api.intake.command_builders import resolved, with_readings
from api.intake.stamp import Stamp, stamp
from api.intake.submit import counted
from workflows.answers import Refusal
from workflows.drafting.readings import as_read
from workflows.messages import Command

KIND = "take-over"


class TakeOver(NamedTuple):
    """A case to be taken over under an idempotency key."""

    key: str
    plan: CasePlan
    taken_over: TakenOver


class TakenCase(NamedTuple):
    """The case's last event on record; `repeated`: it had been taken over before."""

    seq: int
    repeated: bool


async def take_over(visit: Visit, wish: TakeOver) -> TakenCase:
    """Take a case over, unless it is on record; raises a Problem where any of it is refused, and then nothing is written."""
    async with visit.refusals_on_record(KIND, wish.plan.case):
        with counted(visit, KIND):
            return await _take_over(visit, wish)


async def _take_over(visit: Visit, wish: TakeOver) -> TakenCase:
    prepared = await visit.read(_prepare, visit, wish)
    if isinstance(prepared, Event):
        visit.services.dispatcher.nudge(wish.plan.case, prepared.seq)
        return TakenCase(prepared.seq, repeated=True)
    try:
        receipt = await visit.services.dispatcher.take_over(wish.plan.case, prepared, visit.remaining)
    except Refusal as refusal:
        raise Problem(refusal.code, refusal.detail, flaws=[Flaw("#/history", refusal.code)]) from None
    return TakenCase(receipt.seq, repeated=False)


def _prepare(visit: Visit, wish: TakeOver) -> Event | list[Command]:
    """The last event that the key has made already, or the commands, tried; blocks."""
    plan, store = wish.plan, visit.services.store
    stamps = [_stamped(visit, wish, place, fact) for place, fact in enumerate(plan.facts)]
    if store.case(plan.case) is not None:
        return _on_record(visit, wish, stamps)
    readings = visit.services.settings.readings
    facts = with_readings(plan.procedure, plan.variant, plan.chosen, readings)
    procedure = as_read(resolved(plan.procedure, plan.jurisdiction, plan.variant, facts), readings)
    settings = visit.services.settings
    world = ImportWorld(visit.services.almanac, readings, settings.policy, settings.channels, visit.now())
    try:
        commands = commands_of(plan, (stamped.fields for stamped in stamps), procedure, world, wish.taken_over)
        found = tried(plan, procedure, world, wish.taken_over)
    except ValidationError:
        raise Problem("invalid", flaws=[Flaw("#/history", "invalid")]) from None
    if isinstance(found, ImportFault):
        raise Problem(found.rule, found.text, flaws=[Flaw(f"#/history/{found.line}", found.rule)])
    return commands


def _on_record(visit: Visit, wish: TakeOver, stamps: list[Stamp]) -> Event:
    """The last event of the same take-over; a Problem where the case is on record otherwise."""
    store, case = visit.services.store, wish.plan.case
    opened = store.event_by_request(case, stamps[0].request_id)
    last = store.event_by_request(case, stamps[-1].request_id)
    if opened is None or last is None:
        raise Problem("case-exists", flaws=[Flaw("#/case", "case-exists")])
    if (opened.digest, last.digest) != (stamps[0].digest, stamps[-1].digest):
        raise Problem("request-reused", flaws=[Flaw("header/Idempotency-Key", "request-reused")])
    return last


def _stamped(visit: Visit, wish: TakeOver, place: int, fact: PlannedFact) -> Stamp:
    """The stamp of a fact. Of which file it is, is not its content: a file with further rows says the same of it."""
    plan = wish.plan
    content: dict[str, Any] = {**fact.content, "at": fact.at}
    if not place:
        content |= {"procedure": plan.procedure, "jurisdiction": plan.jurisdiction, "variant": plan.variant}
        content |= {"facts": dict(plan.chosen)}
    own = stamp(visit, plan.case, fact.kind, content, f"{wish.key}/{place}", None)
    return replace(own, origin=visit.origin(KIND))
