"""Commands that one asks for and another grants, where the bureau wants it so (`SHIXIAN_FOUR_EYES_FOR`)."""

from datetime import datetime
from decimal import Decimal

from activities.store.rows import CaseView
from api.access.request_context import Visit
from sla.clock import Clock, Limit, Policy, count
from workflows.messages import Ask, Command, Confirm, Correct, Extend, Message, Withdraw


def as_sent(visit: Visit, command: Command, view: CaseView | None) -> Command:
    """Return a command as it is sent: itself, or the request for it where another has to grant it."""
    kinds = visit.services.settings.four_eyes_for
    if view is None or not kinds:
        return command
    if not isinstance(command, Extend | Correct | Confirm | Withdraw):
        return command
    if not kinds & _names(command, closed=not view.case.open):
        if isinstance(command, Correct) and "correct-decided" in kinds:
            return command.model_copy(update={"undecided": True})  # it may be decided before the command is there
        return command
    stamps = {name: getattr(command, name) for name in Message.model_fields}
    if command.origin is not None:
        stamps["origin"] = command.origin.model_copy(update={"action": f"ask-{command.kind}"})
    return Ask(**stamps, wanted=command, due=_due(visit, command, view))


def _names(command: Extend | Correct | Confirm | Withdraw, *, closed: bool) -> set[str]:
    """What the setting calls a command; more days in truth are an extension too, which one could otherwise grant alone."""
    if not isinstance(command, Correct):
        return {command.kind}
    longer = command.workdays is not None or command.months is not None
    return ({"correct-decided"} if closed else set()) | ({"extend"} if longer else set())


def _due(visit: Visit, wanted: Command, view: CaseView) -> datetime | None:
    """When a request is to be answered: one for an extension before the limit is over, since it is in vain after that.

    None where the calendar is not published so far.
    """
    limit = Limit(amount=Decimal(visit.services.settings.request_workdays))
    clocks = {row.picture.clock.key: row for row in view.clocks}
    policy = next((row.picture.clock.policy for row in view.clocks), None) or Policy()
    clock = Clock(key="request", jurisdiction=view.case.jurisdiction, limit=limit, start=visit.told, policy=policy)
    due = count(clock, visit.calendar(view.case.jurisdiction), visit.told).due_at
    expiry = clocks[wanted.clock].due_at if isinstance(wanted, Extend) and wanted.clock in clocks else None
    return min((at for at in (due, expiry) if at is not None), default=None)
