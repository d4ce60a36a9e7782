"""One turn of a case: commands decided against its state, and what settling makes of them.

The workflow takes it with a real settling; a dry run with one that writes nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from activities.record import CommandOrigin, Event, Head, NewEvent, Picture, changes
from activities.settle import Settle, Settled, as_settled
from workflows.answers import Decision, OnRecord, Refusal
from workflows.asking import lapsing
from workflows.decide import decide
from workflows.fold import fold, sealed
from workflows.messages import Message, Receipt
from workflows.picture import Drawn, picture
from workflows.state import CaseState

Answer = Decision | OnRecord | Refusal


class Turn(NamedTuple):
    """Commands with their answers, and the state that follows once their events are settled."""

    case: str
    first: int  # the number of the first new event
    answers: tuple[Answer, ...]
    events: tuple[NewEvent, ...]
    state: CaseState | None
    picture: Picture | None
    request: Settle

    def settled(self, settled: Settled) -> Drawn | None:
        """Return the state after the settling, with what it found, and the picture that the rows then show."""
        if self.state is None or self.picture is None:
            return None
        state = sealed(self.state, settled.calendar, settled.hashes) if self.events else self.state
        state = fold(state, settled.found, self.case) or state
        return Drawn(state, as_settled(self.picture, settled))

    def receipt(self, answer: Decision | OnRecord, state: CaseState | None) -> Receipt:
        """Return the receipt of an answer from the state after the settling."""
        seq = answer.seq if isinstance(answer, OnRecord) else self.first + self.events.index(answer.event)
        event = state.by_seq(seq) if state else None
        assert event is not None  # noqa: S101  # it was just folded in
        return Receipt.of(self.case, event)


def turn(
    case: str,
    known: CaseState | None,
    drawn: Drawn | None,
    commands: Sequence[Message],
    due: Mapping[str, datetime | None],
) -> Turn:
    """Decide commands in order. `drawn`: what the rows show; `due`: each extendable clock's due instant, as last counted."""
    state, head = known, head_of(known)
    answers: list[Answer] = []
    events: list[NewEvent] = []
    origins: list[CommandOrigin | None] = []
    for command in commands:
        try:
            answer = decide(state, command, due)
        except Refusal as refusal:
            answers.append(refusal)
            continue
        answers.append(answer)
        if isinstance(answer, Decision):
            before = state
            events.append(answer.event)
            origins.append(command.origin)
            state = fold(state, [_numbered(answer.event, head.seq + len(events))], case)
            for lapsed in lapsing(before, state, command.told) if state else ():
                events.append(lapsed)
                origins.append(_by_itself(command.origin))
                state = fold(state, [_numbered(lapsed, head.seq + len(events))], case)
    after = picture(state, drawn) if state else None
    request = _request(case, known, drawn, after, events, origins)
    return Turn(case, head.seq + 1, tuple(answers), tuple(events), state, after, request)


def _by_itself(origin: CommandOrigin | None) -> CommandOrigin | None:
    """What follows from a command came in with it, and is an action of its own."""
    return None if origin is None else origin.model_copy(update={"action": "lapse-request"})


def head_of(state: CaseState | None) -> Head:
    """Say where the ledger of a state stands."""
    last = state.events[-1] if state and state.events else None
    return Head(seq=last.seq, hash=last.hash) if last else Head()


def _request(
    case: str,
    known: CaseState | None,
    drawn: Drawn | None,
    after: Picture | None,
    events: Sequence[NewEvent],
    origins: Sequence[CommandOrigin | None],
) -> Settle:
    if after is None:
        return Settle(case=case, expected=head_of(known))
    return Settle.model_construct(
        case=case,
        expected=head_of(known),
        events=tuple(events),
        origins=tuple(origins),
        changes=changes(drawn.picture if drawn else None, after),
        as_of=known.as_of if known else None,
        calendar=known.events[-1].calendar if known else None,
    )


def _numbered(event: NewEvent, seq: int) -> Event:
    """The event before it is settled: only the ledger gives it a calendar and a hash."""
    return Event.model_validate({**event.__dict__, "seq": seq, "calendar": "", "hash": ""})
