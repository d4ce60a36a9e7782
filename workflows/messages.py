"""One typed object per command, and the receipt that answers each."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from sla.clock import Policy
from sla.model import Model
from sla.promise import Promise
from workflows.procedure import Procedure

Text = Annotated[str, Field(max_length=500)]


class Message(Model):
    """What every command carries; the API stamps `told`, `actor`, `digest` and `owners`, never the client."""

    request_id: str
    digest: str  # of the content sent: another content under the same request id is refused
    actor: str
    at: datetime  # business instant at which it happened
    told: datetime  # business instant at which the API received it
    owners: tuple[str, ...] | None = None  # whose steps the actor may touch; None: all


class Open(Message):
    """Opens a case 接件: its number, its procedure in full, and the promises of the day of receipt."""

    kind: Literal["open"] = "open"
    procedure: Procedure
    policy: Policy = Policy()
    promises: tuple[Promise, ...] = ()
    survey: str | None = None
    parent: str | None = None


class Accept(Message):
    """Accepts the application 受理, under the promises in force on that day."""

    kind: Literal["accept"] = "accept"
    promises: tuple[Promise, ...]


class Refuse(Message):
    """Refuses to accept the application 不予受理."""

    kind: Literal["refuse"] = "refuse"
    reason: Text


class Start(Message):
    """Takes up a step 部门开始办理."""

    kind: Literal["start"] = "start"
    step: str


class Complete(Message):
    """Completes a step with an outcome. `backdated`: told later than the allowed working days, so an officer must confirm."""

    kind: Literal["complete"] = "complete"
    step: str
    occurrence: int | None = None
    outcome: str
    opinions: dict[str, Text] = {}
    note: Text | None = None
    backdated: bool = False
    promises: tuple[Promise, ...] = ()  # used where the step is the acceptance


class Confirm(Message):
    """An officer confirms a posting that was told too late to count by itself."""

    kind: Literal["confirm"] = "confirm"
    seq: int


class Return(Message):
    """Returns the application for correction 补正: before acceptance the supplement notice, after it a suspension."""

    kind: Literal["return"] = "return"
    step: str | None = None
    reason: Text


class Resubmit(Message):
    """Ends a correction: the applicant handed in what was asked for."""

    kind: Literal["resubmit"] = "resubmit"
    step: str | None = None


class Suspend(Message):
    """Suspends the case, or one step of it, on a ground 中止."""

    kind: Literal["suspend"] = "suspend"
    suspension: str
    ground: str
    step: str | None = None
    reason: Text | None = None


class Resume(Message):
    """Ends a suspension."""

    kind: Literal["resume"] = "resume"
    suspension: str


class Extend(Message):
    """Grants more working days before expiry 延长期限."""

    kind: Literal["extend"] = "extend"
    clock: str
    workdays: Annotated[int, Field(ge=1, le=60)]
    approved_by: Text
    reason: Text


class RecordFee(Message):
    """Records a fee charged to the applicant, in fen."""

    kind: Literal["record-fee"] = "record-fee"
    fen: Annotated[int, Field(ge=0, le=10**12)]
    reason: Text


class Withdraw(Message):
    """The applicant withdraws 撤件/撤回."""

    kind: Literal["withdraw"] = "withdraw"
    reason: Text | None = None


class Decide(Message):
    """Closes the case with a decision 办结."""

    kind: Literal["decide"] = "decide"
    outcome: Literal["approved", "approved-with-tolerance", "refused"]
    reason: Text | None = None


class Revoke(Message):
    """Revokes a decision 撤销."""

    kind: Literal["revoke"] = "revoke"
    reason: Text


class Correct(Message):
    """Corrects an earlier fact: another instant for it, or that it never was. Both stay on record."""

    kind: Literal["correct"] = "correct"
    seq: int
    instant: datetime | None = None
    void: bool = False
    reason: Text


class Link(Message):
    """Links a child case by its number."""

    kind: Literal["link"] = "link"
    child: str


class Recalculate(Message):
    """Counts the case anew with today's calendar."""

    kind: Literal["recalculate"] = "recalculate"


Command = Annotated[
    Open
    | Accept
    | Refuse
    | Start
    | Complete
    | Confirm
    | Return
    | Resubmit
    | Suspend
    | Resume
    | Extend
    | RecordFee
    | Withdraw
    | Decide
    | Revoke
    | Correct
    | Link
    | Recalculate,
    Field(discriminator="kind"),
]


class Receipt(Model):
    """The answer to a command: the event that it became. The same for every repetition."""

    case: str
    seq: int
    event: str
    kind: str
    at: datetime
    told: datetime
    hash: str
    step: str | None = None
    occurrence: int | None = None
    outcome: str | None = None
    pending: bool = False


class CaseInput(Model):
    """All that a run needs: the rest is in the ledger."""

    case: str
