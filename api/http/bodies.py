"""The bodies of requests: what a client may say, field by field."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from api.http.fields import CaseNumber, ClockKey, Count, FactKey, Instant, Key, Text
from api.policies import PolicyPart

BATCH = 100  # completions in one request
IDEMPOTENCY_KEY = r"^[\x21-\x7e]{1,100}$"


class Body(BaseModel):
    """A body; a field that is not named here is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def content(self) -> dict[str, Any]:
        """Return what the client said, and nothing that it left out: the same for the same meaning."""
        return self.model_dump(exclude_unset=True, exclude_none=True)


class Dated(Body):
    """A fact with the instant at which it happened; left out: now."""

    at: Instant | None = None


class OpenBody(Dated):
    """Opens a case. `case` left out: a number is made of the idempotency key."""

    case: CaseNumber | None = None
    procedure: Key
    jurisdiction: Key
    variant: Key
    facts: dict[FactKey, Annotated[bool, Field(strict=True)] | Key] = {}
    policy: PolicyPart | None = None
    survey: CaseNumber | None = None
    parent: CaseNumber | None = None


class AcceptBody(Dated):
    """Accepts the application."""


class RefuseBody(Dated):
    """Refuses to accept the application."""

    reason: Text


class StartBody(Dated):
    """Takes up a step."""


class CompletionBody(Dated):
    """Completes a step."""

    outcome: Key
    occurrence: Annotated[Count, Field(ge=1, le=1000)] | None = None
    opinions: Annotated[dict[Key, Text], Field(max_length=50)] = {}
    note: Text | None = None


class ReturnBody(Dated):
    """Returns the application, or one step, for correction."""

    step: Key | None = None
    reason: Text


class ResubmitBody(Dated):
    """The applicant handed in what was asked for."""

    step: Key | None = None


class SuspendBody(Dated):
    """Suspends the case, or one step. `suspension` left out: an id is made of the idempotency key."""

    suspension: Key | None = None
    ground: Key
    step: Key | None = None
    reason: Text | None = None


class ResumeBody(Dated):
    """Ends a suspension."""


class ExtendBody(Dated):
    """Grants more working days."""

    clock: ClockKey
    workdays: Annotated[Count, Field(ge=1, le=60)]
    approved_by: Text
    reason: Text


class FeeBody(Dated):
    """Records a fee charged to the applicant."""

    fen: Annotated[Count, Field(ge=0, le=10**12)]
    reason: Text


class WithdrawBody(Dated):
    """The applicant withdraws."""

    reason: Text | None = None


class DecideBody(Dated):
    """Decides the case."""

    outcome: Literal["approved", "approved-with-tolerance", "refused"]
    reason: Text | None = None


class RevokeBody(Dated):
    """Revokes the decision."""

    reason: Text


class CorrectBody(Dated):
    """Corrects the fact with a number: another instant for it, or that it never was."""

    seq: Annotated[Count, Field(ge=1)]
    instant: Instant | None = None
    void: Annotated[bool, Field(strict=True)] = False
    reason: Text


class ConfirmBody(Dated):
    """Confirms a posting that was told too late to count by itself."""

    seq: Annotated[Count, Field(ge=1)]


class LinkBody(Dated):
    """Links a child case."""

    child: CaseNumber


class RecalculateBody(Dated):
    """Counts the case anew."""


class BatchItem(CompletionBody):
    """One completion of a batch, with an idempotency key of its own."""

    key: Annotated[str, Field(pattern=IDEMPOTENCY_KEY, strict=True)]
    case: CaseNumber
    step: Key

    def content(self) -> dict[str, Any]:
        """Return it as `CompletionBody` does: posted alone or in a batch, the content is the same."""
        said = super().content()
        return {name: value for name, value in said.items() if name not in {"key", "case", "step"}}


class BatchBody(Body):
    """Completions; each is checked by itself, so one that is wrong spoils no other."""

    items: Annotated[list[SkipValidation[BatchItem]], Field(min_length=1, max_length=BATCH)]


def _fields(kind: type[BaseModel]) -> set[str]:
    return set(kind.model_fields).union(*(_fields(one) for one in kind.__subclasses__()))


NAMES = frozenset(_fields(Body) | PolicyPart.model_fields.keys())  # the only names that a problem repeats
