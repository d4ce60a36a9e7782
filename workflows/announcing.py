"""What the owner of a step is told of an event: it comes to a desk, leaves it, is due, comes back, or a late posting is answered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from itertools import takewhile
from typing import Any

from activities.record import Event, RungKind
from activities.rungs import RAISED, WITHDRAWN
from activities.store.announcements import NewAnnouncement
from workflows.fold import fold
from workflows.procedure import Party
from workflows.state import CaseState, StepState, StepStatus

ID = 24  # hexadecimal digits: 96 bits
STEP_CLOCK = "step/"


class AnnouncementKind(StrEnum):
    """What is told."""

    OPENED = "step-opened"  # it is on your desk
    TAKEN_AWAY = "step-taken-away"  # it is on your desk no more, and you have not done it
    DUE_SOON = "step-due-soon"
    OVERDUE = "step-overdue"
    ALARM_WITHDRAWN = "alarm-withdrawn"
    RETURNED = "step-returned"  # the applicant has to correct something
    RESUBMITTED = "step-resubmitted"  # and did
    CONFIRMED = "posting-confirmed"  # what you posted late counts by its own day
    NOT_CONFIRMED = "posting-not-confirmed"  # what you posted late counts for nothing: post it anew


_RUNGS = {RungKind.DUE_SOON.value: AnnouncementKind.DUE_SOON, RungKind.OVERDUE.value: AnnouncementKind.OVERDUE}
_ROUNDS = {"returned": AnnouncementKind.RETURNED, "resubmitted": AnnouncementKind.RESUBMITTED}

Told = tuple[AnnouncementKind, StepState, Mapping[str, Any]]


def announced(case: str, events: Sequence[Event], since: int) -> list[NewAnnouncement]:
    """Return what is told of a case's events from a number on; `events` are all of its ledger, in order."""
    news: list[NewAnnouncement] = []
    state: CaseState | None = None
    for group in _turns(events):
        before, state = state, fold(state, group, case)
        if state is None or group[-1].seq < since:
            continue
        told = _told(before, state, group[-1])
        news += [_announcement(case, group[-1], place, *one) for place, one in enumerate(told)]
    return news


def _turns(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """Events one by one, but for those of a case that was taken over in one turn: its past is nothing to be told of."""
    taken_over = bool(events) and events[0].body.get("taken_over") is not None
    past = list(takewhile(lambda event: event.told == events[0].told, events)) if taken_over else []
    if past:
        yield past
    for event in events[len(past) :]:
        yield [event]


def _told(before: CaseState | None, after: CaseState, event: Event) -> Iterable[Told]:
    steps = {} if before is None else before.steps
    for key in sorted({*steps, *after.steps}):
        yield from _of_step(before, after, key, event)
    yield from _of_clock(after, event)
    kind = _ROUNDS.get(event.kind)
    if kind is not None:
        asked = event.body.get("step")
        for key, step in sorted(after.steps.items()):
            if _on_desk(after, key) and asked in (None, key):
                yield kind, step, {}


def _of_step(before: CaseState | None, after: CaseState, key: str, event: Event) -> Iterator[Told]:
    had, has = _holder(before, key), _holder(after, key)
    if before is not None and had is not None and had != has and not _done(after, key):
        yield AnnouncementKind.TAKEN_AWAY, before.steps[key], {"reason": event.kind}
    if has is not None and had != has:
        yield AnnouncementKind.OPENED, after.steps[key], {}
    was = None if before is None else before.steps.get(key)
    if was is not None and was.pending and was.seq == event.body.get("seq"):
        if event.kind == "confirmed":
            yield AnnouncementKind.CONFIRMED, was, {"posting": was.seq}
        elif event.kind == "amended" and event.body.get("void"):
            yield AnnouncementKind.NOT_CONFIRMED, was, {"posting": was.seq}


def _of_clock(after: CaseState, event: Event) -> Iterator[Told]:
    """Alarms of planning targets: those of promises are not a step's owner's alone."""
    clock = str(event.body.get("clock", ""))
    step = after.steps.get(clock.removeprefix(STEP_CLOCK).partition("#")[0])
    if not clock.startswith(STEP_CLOCK) or step is None or step.step.party is Party.APPLICANT:
        return
    rung = event.body.get("rung")
    if event.kind == RAISED and rung in _RUNGS:
        yield _RUNGS[rung], step, {"due": event.body["due_at"]}
    elif event.kind == WITHDRAWN:
        yield AnnouncementKind.ALARM_WITHDRAWN, step, {"rung": rung, "reason": event.body["reason"]}


def _holder(state: CaseState | None, key: str) -> tuple[str, int] | None:
    """Whose desk a step is on, and for the how manyth time; None where it is on nobody's, or the applicant's."""
    if state is None or not _on_desk(state, key):
        return None
    step = state.steps[key]
    return (step.step.owner, step.occurrence)


def _on_desk(state: CaseState, key: str) -> bool:
    step = state.steps.get(key)
    held = step is not None and step.status in (StepStatus.OPEN, StepStatus.RUNNING)
    return held and not state.over and step is not None and step.step.party is not Party.APPLICANT


def _done(state: CaseState, key: str) -> bool:
    step = state.steps.get(key)
    return step is not None and step.status is StepStatus.DONE


def _announcement(
    case: str, event: Event, place: int, kind: AnnouncementKind, step: StepState, body: Mapping[str, Any]
) -> NewAnnouncement:
    said = {"occurrence": step.occurrence, "title_zh": step.step.title_zh, "title_en": step.step.title_en, **body}
    return NewAnnouncement(
        id="ev_" + sha256(f"{case}:{event.seq}:{place}".encode()).hexdigest()[:ID],
        case=case,
        seq=event.seq,
        kind=kind.value,
        owner=step.step.owner,
        step=step.step.key,
        at=event.told,
        body=said,
    )
