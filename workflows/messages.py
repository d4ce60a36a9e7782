"""One typed object per command, and the receipt that answers each."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field

from activities.record import CommandOrigin, Event, Head, TakenOver
from sla.clock import Policy
from sla.model import Model
from sla.promise import Promise
from workflows.procedure import Procedure

FIRST_YEAR, LAST_YEAR = 1949, 2199  # of an instant that may be one of a case


def _plausible(instant: datetime) -> datetime:
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError("no instant of a case")
    return instant


Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
Text = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]  # no NUL: PostgreSQL cannot keep one
Word = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class Message(Model):
    """What every command carries; the API stamps `told`, `actor`, `digest` and `owners`, never the client."""

    request_id: Word
    digest: Word  # of the content sent: another content under the same request id is refused
    actor: Word
    at: Moment  # business instant at which it happened
    told: Moment  # business instant at which the API received it
    owners: tuple[str, ...] | None = None  # whose steps the actor may touch; None: all
    seen: int | None = None  # number of the last event that the actor saw; None: whatever has happened since
    origin: CommandOrigin | None = None  # None: a release before the audit log sent it, or no door of ours did


class Open(Message):
    """Opens a case 接件: its number, its procedure in full, and the promises of the day of receipt."""

    kind: Literal["open"] = "open"
    procedure: Procedure
    policy: Policy = Policy()
    promises: tuple[Promise, ...] = ()
    survey: Word | None = None
    parent: Word | None = None
    taken_over: TakenOver | None = None  # it ran elsewhere before
    backfilled: bool = False  # told later than the allowed working days: what was over by then alarms nobody


class Tolerance(Model):
    """What is missing when an application is accepted all the same 容缺受理; the applicant has working days to bring it."""

    lacking: Text
    workdays: Annotated[int, Field(ge=1, le=60)]
    rule: Text  # what applies where it is not brought


class Accept(Message):
    """Accepts the application 受理, under the promises in force on that day."""

    kind: Literal["accept"] = "accept"
    promises: tuple[Promise, ...]
    tolerance: Tolerance | None = None


class Supply(Message):
    """The applicant brought what was missing at acceptance."""

    kind: Literal["supply"] = "supply"


class Reclassify(Message):
    """Makes the case one of another kind 改类: its procedure from now on, and the promises that bind such a case.

    `promises` are those of the day of acceptance, `receipt_promises` those of the day of receipt.
    """

    kind: Literal["reclassify"] = "reclassify"
    procedure: Procedure
    promises: tuple[Promise, ...]
    receipt_promises: tuple[Promise, ...]
    reason: Text


class HandOver(Message):
    """Gives a step to another office 转办."""

    kind: Literal["hand-over"] = "hand-over"
    step: Word
    owner: Word
    reason: Text


class Refuse(Message):
    """Refuses to accept the application 不予受理."""

    kind: Literal["refuse"] = "refuse"
    reason: Text


class Start(Message):
    """Takes up a step 部门开始办理."""

    kind: Literal["start"] = "start"
    step: Word


class Complete(Message):
    """Completes a step with an outcome. `backdated`: told later than the allowed working days, so an officer must confirm."""

    kind: Literal["complete"] = "complete"
    step: Word
    occurrence: Annotated[int, Field(ge=1)] | None = None
    outcome: Word
    opinions: dict[Word, Text] = {}
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
    step: Word | None = None
    reason: Text


class Resubmit(Message):
    """Ends a correction: the applicant handed in what was asked for."""

    kind: Literal["resubmit"] = "resubmit"
    step: Word | None = None


class Suspend(Message):
    """Suspends the case, or one step of it, on a ground 中止."""

    kind: Literal["suspend"] = "suspend"
    suspension: Word
    ground: Word
    step: Word | None = None
    reason: Text | None = None


class Resume(Message):
    """Ends a suspension."""

    kind: Literal["resume"] = "resume"
    suspension: Word


class Extend(Message):
    """Grants more working days, or months where the limit is in months, before expiry 延长期限."""

    kind: Literal["extend"] = "extend"
    clock: Word
    workdays: Annotated[int, Field(ge=1, le=60)] | None = None
    months: Annotated[int, Field(ge=1, le=24)] | None = None
    approved_by: Text
    reason: Text
    taken_over: bool = False  # granted elsewhere before the case was taken over, and told in one turn with it


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
    by_tolerance: bool = (
        False  # True: with tolerance while something is missing, and only then; older commands are not asked
    )


class Terminate(Message):
    """Closes the case without a decision 终止: its matter is void, or its applicant is lost."""

    kind: Literal["terminate"] = "terminate"
    cause: Literal["matter-void", "applicant-lost", "other"]
    reason: Text


class Revoke(Message):
    """Revokes a decision 撤销."""

    kind: Literal["revoke"] = "revoke"
    reason: Text


class Correct(Message):
    """Corrects an earlier fact: another instant for it, or that it never was. Both stay on record.

    `end`: when a suspension that began with it ended in truth; `workdays`, `months`: how much an extension granted.
    """

    kind: Literal["correct"] = "correct"
    seq: int
    instant: Moment | None = None
    end: Moment | None = None
    workdays: Annotated[int, Field(ge=1, le=60)] | None = None
    months: Annotated[int, Field(ge=1, le=24)] | None = None
    void: bool = False
    reason: Text
    undecided: bool = False  # True: only while the case is not over; after that somebody else has to grant it


class Link(Message):
    """Links a child case by its number."""

    kind: Literal["link"] = "link"
    child: Word


class Recalculate(Message):
    """Counts the case anew with today's calendar."""

    kind: Literal["recalculate"] = "recalculate"


Wanted = Annotated[Extend | Correct | Confirm | Withdraw, Field(discriminator="kind")]


class Ask(Message):
    """Asks for a command that another grants 复核; nothing of it happens before that. `due`: when it is to be answered."""

    kind: Literal["ask"] = "ask"
    wanted: Wanted
    due: Moment | None = None  # None: the calendar is not published so far


class Grant(Message):
    """Grants what another asked for: the command of the request is carried out."""

    kind: Literal["grant"] = "grant"
    number: int  # of the event that asked


class RefuseRequest(Message):
    """Refuses what another asked for."""

    kind: Literal["refuse-request"] = "refuse-request"
    number: int
    reason: Text


class TakeBack(Message):
    """Takes back what one asked for oneself."""

    kind: Literal["take-back"] = "take-back"
    number: int
    reason: Text | None = None


Command = Annotated[
    Open
    | Accept
    | Supply
    | Reclassify
    | HandOver
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
    | Terminate
    | Revoke
    | Correct
    | Link
    | Recalculate
    | Ask
    | Grant
    | RefuseRequest
    | TakeBack,
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

    @classmethod
    def of(cls, case: str, event: Event) -> Self:
        """Make the receipt of an event, whoever answers with it."""
        body = event.body
        return cls(
            case=case,
            seq=event.seq,
            event=f"{case}:{event.seq}",
            kind=event.kind,
            at=event.at,
            told=event.told,
            hash=event.hash,
            step=body.get("step"),
            occurrence=body.get("occurrence"),
            outcome=body.get("outcome"),
            pending=bool(body.get("backdated")),
        )


def needs_due(command: Message) -> bool:
    """Tell whether a command depends on a due date: an extension does, and a request for one or its grant."""
    wanted = command.wanted if isinstance(command, Ask) else command
    return isinstance(command, Grant) or (isinstance(wanted, Extend) and not wanted.taken_over)


class CaseInput(Model):
    """All that a run needs: the rest is in the ledger."""

    case: str
    known: Head = Head()  # what the run before it knew, where it was continued as new
