"""The bodies of requests about cases, notices and observations: what a client may say, field by field."""

from typing import Annotated, Any, Literal

from pydantic import Field, SkipValidation, ValidationInfo, field_validator

from api.http.body import IDEMPOTENCY_KEY, Body, Dated
from api.http.fields import (
    Amount,
    CaseNumber,
    ClockKey,
    Count,
    Day,
    Digest,
    FactKey,
    FieldName,
    Instant,
    Key,
    Name,
    NoticeText,
    Rule,
    Text,
)
from api.http.subject_bodies import Subjects
from api.policies import PolicyPart

BATCH = 100  # completions in one request


class OpenBody(Dated):
    """Opens a case. `case` left out: a number is made of the idempotency key.

    `subjects` are kept apart: neither the case's events nor their digests hold them.
    """

    case: CaseNumber | None = None
    procedure: Key
    jurisdiction: Key
    variant: Key
    facts: dict[FactKey, Annotated[bool, Field(strict=True)] | Key] = {}
    policy: PolicyPart | None = None
    survey: CaseNumber | None = None
    parent: CaseNumber | None = None
    subjects: Subjects = []

    def content(self) -> dict[str, Any]:
        """Return what the case's event is made of, and so its digest: no subject, since a digest confirms a guess."""
        return {name: value for name, value in super().content().items() if name != "subjects"}


class ToleranceBody(Body):
    """What is missing, in how many working days the applicant brings it, and what applies where it is not brought."""

    lacking: Text
    workdays: Annotated[Count, Field(ge=1, le=60)]
    rule: Text


class AcceptBody(Dated):
    """Accepts the application; with `tolerance` while something minor is missing."""

    tolerance: ToleranceBody | None = None


class SupplyBody(Dated):
    """The applicant brought what was missing at acceptance."""


class ReclassifyBody(Dated):
    """Makes the case one of another kind. What is left out stays as it is, as far as that kind has it."""

    variant: Key | None = None
    facts: dict[FactKey, Annotated[bool, Field(strict=True)] | Key] = {}
    reason: Text


class HandOverBody(Dated):
    """Gives a step to another office of the case's jurisdiction, named as in the register of departments."""

    department: Key
    reason: Text


class RefuseBody(Dated):
    """Refuses to accept the application."""

    reason: Text


class StartBody(Dated):
    """Takes up a step."""


class CompletionBody(Dated):
    """Completes a step. `opinions`: by the names that its procedure gives them, such as 消防."""

    outcome: Key
    occurrence: Annotated[Count, Field(ge=1, le=1000)] | None = None
    opinions: Annotated[dict[Name, Text], Field(max_length=50)] = {}
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
    months: Annotated[Count, Field(ge=1, le=24)] | None = None  # of a limit in months
    workdays: Annotated[Count, Field(ge=1, le=60)] | None = Field(default=None, validate_default=True)
    approved_by: Text
    reason: Text

    @field_validator("workdays")
    @classmethod
    def _one_of_both(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is None and info.data.get("months") is None:
            raise Rule("missing")
        return value


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


class TerminateBody(Dated):
    """Closes the case without a decision."""

    cause: Literal["matter-void", "applicant-lost", "other"]
    reason: Text


class RevokeBody(Dated):
    """Revokes the decision."""

    reason: Text


class CorrectBody(Dated):
    """Corrects the fact with a number: another instant for it, or that it never was.

    `end`: when a suspension that began with it ended in truth; `workdays`, `months`: how many an extension granted in truth.
    """

    seq: Annotated[Count, Field(ge=1)]
    instant: Instant | None = None
    end: Instant | None = None
    workdays: Annotated[Count, Field(ge=1, le=60)] | None = None
    months: Annotated[Count, Field(ge=1, le=24)] | None = None
    void: Annotated[bool, Field(strict=True)] = False
    reason: Text


class ConfirmBody(Dated):
    """Confirms a posting that was told too late to count by itself."""

    seq: Annotated[Count, Field(ge=1)]


class RefuseRequestBody(Body):
    """Refuses what another asked for."""

    reason: Text


class TakeBackBody(Body):
    """Takes back what one asked for."""

    reason: Text | None = None


class LinkBody(Dated):
    """Links a child case."""

    child: CaseNumber


class RecalculateBody(Dated):
    """Counts the case anew."""


class ProposeBody(Body):
    """Proposes a notice: its `text` with the day on which it was published, or an `arrangement` in fields.

    `replaces`: other days are in force for that year, or under that name, and are to give way.
    """

    text: NoticeText | None = None
    arrangement: dict[FieldName, Any] | None = None
    published: Day | None = None
    replaces: Annotated[bool, Field(strict=True)] = False
    reason: Text | None = None


class ApproveNoticeBody(Body):
    """Puts a proposed notice in force. `preview`: the digest of the preview that was seen."""

    preview: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", strict=True)]
    reason: Text | None = None


class RejectNoticeBody(Body):
    """Rejects a proposed notice."""

    reason: Text


class ObservationBody(Body):
    """What was found of a promise that no case measures: a share, a value (with its base), or dated evidence.

    Of evidence `first` is the day since when it is in place, `last` the day on which it was seen, or looked for.
    """

    first: Day
    last: Day
    numerator: Annotated[Count, Field(ge=0, le=10**12)] | None = None
    denominator: Annotated[Count, Field(ge=0, le=10**12)] | None = None
    value: Amount | None = None
    base: Amount | None = None
    base_of: Text | None = None
    in_place: Annotated[bool, Field(strict=True)] | None = None
    source: Text
    evidence: Text
    evidence_sha256: Digest | None = None


class ObservationCorrectionBody(ObservationBody):
    """Puts an observation in another's place; what was stays on record."""

    reason: Text


class ObservationWithdrawalBody(Body):
    """Withdraws an observation that nobody confirmed."""

    reason: Text


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
