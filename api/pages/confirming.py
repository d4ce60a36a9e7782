"""What confirming a late posting would do: it is tried, and told in words."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from activities.record import CasePicture, Event, Role, RungKind, StepPicture
from activities.store.rows import CaseStep, CaseView
from api.access.request_context import Visit
from api.intake.submit import shown_to
from api.intake.wishes import posted_by
from api.pages.words import PageWords, message
from api.views.foreseen import ClockForeseen, ClockReading, DryRun
from sla.axis import local_day
from sla.calendar import Calendar
from sla.clock import Standing
from workflows.answers import Refusal
from workflows.dry_run import foresee
from workflows.fold import fold
from workflows.messages import Confirm
from workflows.picture import picture

KEPT = {Standing.MET: message("on time"), Standing.MISSED: message("still late")}
OF_STEP = {Standing.MET: message("step on time"), Standing.MISSED: message("step still over its target")}
NAMES: Mapping[Role, str] = {
    Role.PROMISE: message("the promise"),
    Role.STATUTORY: message("the statutory limit"),
    Role.STAGE: message("the stage"),
    Role.STEP: message("another step"),
    Role.SUPPLEMENT: message("the notice of what is missing"),
    Role.DELIVERY: message("the delivery"),
}
WITHDRAWN = {
    RungKind.OVERDUE: message("overdue alarm withdrawn"),
    RungKind.DUE_SOON: message("alarm of what is due soon withdrawn"),
}


class Confirmation(NamedTuple):
    """A case, and what the confirmation of one of its postings would come to; None where it would be refused.

    `binding`: the keys of clocks that judge; of an average one long case breaks nothing.
    """

    case: CasePicture
    effects: DryRun | None
    binding: frozenset[str] = frozenset()


def foreseen(visit: Visit, waiting: CaseStep, events: Sequence[Event]) -> Confirmation:
    """Try a confirmation against all events of a case, as far as the caller may see what comes of it; writes nothing."""
    now = visit.told
    command = Confirm(
        request_id=f"told-late/{waiting.step.event}",
        digest="",
        actor=visit.caller.actor,
        at=now,
        told=now,
        seq=waiting.step.event or 0,
    )
    try:
        found = foresee(waiting.case, events, command, visit.now())
    except Refusal:  # somebody was faster
        state = fold(None, events, waiting.case)
        assert state is not None  # noqa: S101  # it has a step
        return Confirmation(picture(state).case, None)
    pictures = [row.picture for row in found.after.clocks]
    binding = frozenset(one.clock.key for one in pictures if one.judged and not one.ramp_up)
    return Confirmation(found.after.case, shown_to(visit, found), binding)


class LatePosting(NamedTuple):
    """A completion that waits for a confirmation, by both its instants; `late`: working days between them."""

    step: StepPicture
    actor: str
    late: int


def posting_of(visit: Visit, view: CaseView, seq: str) -> LatePosting | None:
    """Return the posting of a number that waits; None where there is none; blocks."""
    step = next((step for step in view.steps if step.pending and str(step.event) == seq.strip()), None)
    if step is None or step.event is None:
        return None
    actor = posted_by(visit, view.case.case, view, step.event) or ""
    return LatePosting(step, actor, workdays_late(step, visit.calendar(view.case.jurisdiction)))


def the_one_waiting(view: CaseView) -> str:
    """Return the number of the only posting that waits; empty where there are several, or none."""
    numbers = [step.event for step in view.steps if step.pending]
    return str(numbers[0]) if len(numbers) == 1 else ""


def workdays_late(step: StepPicture, calendar: Calendar) -> int:
    """Count the working days between the day on which a step is said to be done and the day on which that was told."""
    if step.claimed_at is None or step.told_at is None:
        return 0
    return calendar.clipped(local_day(step.told_at)) - calendar.clipped(local_day(step.claimed_at))


def in_words(words: PageWords, confirmation: Confirmation, step: str) -> list[str]:
    """Say what would change: the step's own target first, then the other clocks, then alarms."""
    found = confirmation.effects
    if found is None:
        return [words.say("it waits no more")]
    own = [one for one in found.clocks if one.role is Role.STEP and one.step == step][-1:]
    said = [words.say(OF_STEP[one.after.standing]) for one in own if one.after and one.after.standing in OF_STEP]
    for one in (one for one in found.clocks if one.before != one.after and one not in own):
        if one.key in confirmation.binding and _kept(one.after) != _kept(one.before):
            said.append(_turned(words, one))
        elif one.before and one.after and one.before.due_at != one.after.due_at:
            said.append(words.say("%(clock)s due on another day", clock=words.say(NAMES[one.role])))
    keys = {one.key for one in own}
    for rung in found.withdrawn:
        card = rung.clock in keys and rung.rung is RungKind.OVERDUE
        said.append(words.say("yellow card withdrawn") if card else words.say(WITHDRAWN[rung.rung]))
    if found.raised:
        said.append(words.say("a new alarm is raised"))
    return list(dict.fromkeys(said)) or [words.say("no verdict and no due date changes")]


def _kept(reading: ClockReading | None) -> str | None:
    return None if reading is None else KEPT.get(reading.standing)


def _turned(words: PageWords, one: ClockForeseen) -> str:
    clock, kept = words.say(NAMES[one.role]), _kept(one.after)
    if kept is None:
        return words.say("%(clock)s runs on", clock=clock)
    return words.say("%(clock)s %(kept)s", clock=clock, kept=words.say(kept))
