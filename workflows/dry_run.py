"""What a command would come to, found out without carrying it out: nothing is written, and no history knows of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from activities.record import Event
from activities.rungs import Instant
from activities.settle import Draft, Settle, drafted, rows
from activities.store.rows import CaseView, main_clock
from workflows.answers import Refusal
from workflows.fold import fold
from workflows.messages import Message, Receipt
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


def foresee(case: str, known: Sequence[Event], command: Message, now: Instant) -> Foreseen:
    """Decide and count a command against all of a case's events, as its workflow and its settling would; raises Refusal."""
    state = fold(None, known, case)
    drawn = Drawn(state, picture(state)) if state else None
    counted = _draft(turn(case, state, drawn, (), {}).request, now)
    taken = turn(case, state, drawn, (command,), counted.settled.due if counted else {})
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
