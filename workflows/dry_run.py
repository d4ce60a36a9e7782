"""What a command would come to, found out without carrying it out: nothing is written, and no history knows of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from activities.record import Event
from activities.rungs import Instant
from activities.settle import Draft, Settle, drafted, rows
from activities.store.rows import CaseRows, CaseView, main_clock
from workflows.answers import Refusal
from workflows.fold import fold
from workflows.messages import Message, Receipt, needs_due
from workflows.picture import Drawn, picture
from workflows.turn import head_of, turn


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a command would come to at an instant.

    `events` would be appended: the command's own unless it is on record, then what counting finds.
    """

    receipt: Receipt
    events: tuple[Event, ...]
    before: CaseView | None  # None: there is no such case yet
    after: CaseView
    granted: "Foreseen | None" = None  # of a request: what its command would come to as the case stands


def foresee(case: str, known: Sequence[Event], command: Message, now: Instant) -> Foreseen:
    """Decide and count a command against all of a case's events, as its workflow and its settling would; raises Refusal."""
    state = fold(None, known, case)
    drawn = Drawn(state, picture(state)) if state else None
    due: Mapping[str, datetime | None] = {}
    if needs_due(command):
        counted = _draft(turn(case, state, drawn, (), {}).request, now)
        due = counted.settled.due if counted else {}
    taken = turn(case, state, drawn, (command,), due)
    [answer] = taken.answers
    if isinstance(answer, Refusal):
        raise answer
    draft = _draft(taken.request, now)
    assert draft is not None  # noqa: S101  # what is not refused has a state
    after = taken.settled(draft.settled)
    assert after is not None  # noqa: S101
    return Foreseen(
        receipt=taken.receipt(answer, after.state),
        events=after.state.events[taken.first - 1 :],
        before=None if drawn is None else _view(drawn, now),
        after=_view(after, now),
    )


@dataclass(frozen=True, slots=True)
class NewCaseForeseen:
    """What the commands of a case that is not there yet would come to, all told at once; `refused`: the first refusal."""

    refused: tuple[int, Refusal] | None  # its place among the commands
    after: CaseRows | None  # None: nothing would be on record


def foresee_new(case: str, commands: Sequence[Message], now: Instant) -> NewCaseForeseen:
    """Decide and count the commands of a new case in one turn, as its workflow would; no rung is looked for."""
    taken = turn(case, None, None, commands, {})
    refused = next(((place, one) for place, one in enumerate(taken.answers) if isinstance(one, Refusal)), None)
    if taken.picture is None:
        return NewCaseForeseen(refused, None)
    calendar = now.calendar(taken.picture.case.jurisdiction)
    made = rows(taken.picture, now.almanac, calendar.version, now.business)
    return NewCaseForeseen(refused, made)


def _draft(request: Settle, now: Instant) -> Draft | None:
    return None if request.changes is None else drafted(request, request.changes, now)


def _view(drawn: Drawn, now: Instant) -> CaseView:
    """The case as the read model would have it."""
    state = drawn.state
    assert state.as_of is not None  # noqa: S101  # it has an event
    made = rows(drawn.picture, now.almanac, state.events[-1].calendar, state.as_of)
    main = main_clock(made)
    key = None if main is None else main.picture.clock.key
    return CaseView(case=made.case, steps=made.steps, clocks=made.clocks, head=head_of(state), main=key)
