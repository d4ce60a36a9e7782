"""What a command may come to."""

from dataclasses import dataclass
from datetime import UTC

from activities.record import Event, NewEvent
from workflows.messages import Message
from workflows.state import CaseState


class Refusal(Exception):  # it is an answer, not a fault
    """The command cannot be carried out as the case stands."""

    def __init__(self, code: str, field: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.field = field
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Known:
    """The command's fact is on record already, under this number."""

    seq: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The event that a command becomes."""

    event: NewEvent


def same(recorded: Event, command: Message, code: str, field: str) -> Known:
    """The event on record, if it has the content of the command."""
    if recorded.digest == command.digest:
        return Known(recorded.seq)
    raise Refusal(code, field, f"Event {recorded.seq} was recorded with another content.")


def event(command: Message, kind: str, **body: object) -> Decision:
    """The event that a command becomes, with its instants in UTC."""
    return Decision(
        NewEvent(
            kind=kind,
            at=command.at.astimezone(UTC),
            told=command.told.astimezone(UTC),
            actor=command.actor,
            request_id=command.request_id,
            digest=command.digest,
            body=body,
        )
    )


def alive(state: CaseState) -> None:
    """Refuses what only an undecided case takes."""
    if state.over:
        raise Refusal("case-over", "case", f"The case is {state.status} and takes no such command.")
