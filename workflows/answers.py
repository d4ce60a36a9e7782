"""What a command may come to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Literal, get_args

from activities.record import Event, NewEvent
from workflows.messages import Message
from workflows.state import CaseState

RefusalCode = Literal[
    "a-party-of-its-own",
    "already-accepted",
    "already-asked",
    "already-linked",
    "already-returned",
    "before-acceptance",
    "before-case",
    "before-receipt",
    "before-return",
    "before-step",
    "before-suspension",
    "case-exists",
    "case-over",
    "expired",
    "extension-too-long",
    "extension-unit",
    "in-correction",
    "in-future",
    "not-accepted",
    "not-corrected-so",
    "not-decided",
    "not-returned",
    "not-suspended",
    "nothing-corrected",
    "nothing-lacking",
    "nothing-pending",
    "other-procedure",
    "own-request",
    "request-answered",
    "request-of-another",
    "request-reused",
    "same-kind",
    "same-owner",
    "something-lacking",
    "stale",
    "step-already-completed",
    "step-already-started",
    "step-not-open",
    "step-not-started",
    "steps-missing",
    "suspension-exists",
    "unknown-case",
    "unknown-clock",
    "unknown-event",
    "unknown-ground",
    "unknown-occurrence",
    "unknown-opinion",
    "unknown-outcome",
    "unknown-request",
    "unknown-step",
    "unknown-suspension",
    "voided",
    # of a run: what came is no command, its ledger disagrees, or another release says what this one does not know
    "malformed",
    "ledger-fault",
    "refused",
    "unsigned",
]
CODES: Mapping[str, RefusalCode] = {code: code for code in get_args(RefusalCode)}


class Refusal(Exception):  # it is an answer, not a fault
    """The command cannot be carried out as the case stands; nothing changed."""

    def __init__(self, code: RefusalCode, field: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.field = field
        self.detail = detail


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The command's fact is on record already, under this number."""

    seq: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The event that a command becomes."""

    event: NewEvent


def same(recorded: Event, command: Message, code: RefusalCode, field: str) -> OnRecord:
    """Take the event on record, if it has the content of the command; raises Refusal if not."""
    if recorded.digest == command.digest:
        return OnRecord(recorded.seq)
    raise Refusal(code, field, f"Event {recorded.seq} was recorded with another content.")


def event(command: Message, kind: str, **body: object) -> Decision:
    """Return the event that a command becomes, with its instants in UTC."""
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
    """Refuse what only an undecided case takes."""
    if state.over:
        raise Refusal("case-over", "case", f"The case is {state.status} and takes no such command.")
