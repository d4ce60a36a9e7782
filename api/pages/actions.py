"""What can be done with a case from its page: which form asks for what, and the wish that a form becomes."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from activities.store.cases import ON_DESK
from activities.store.rows import CaseView
from api.access.api_keys import CallerRole
from api.access.request_context import CONFIRMERS, DOERS, OFFICERS, Visit
from api.http.bodies import (
    AcceptBody,
    CompletionBody,
    ConfirmBody,
    CorrectBody,
    Dated,
    DecideBody,
    ExtendBody,
    FeeBody,
    LinkBody,
    RecalculateBody,
    RefuseBody,
    ResubmitBody,
    ResumeBody,
    ReturnBody,
    RevokeBody,
    StartBody,
    SuspendBody,
    WithdrawBody,
)
from api.intake.command_builders import made_id
from api.intake.submit import Wish
from api.intake.wishes import accept_wish, complete_wish, plain_wish
from api.pages.words import PageWords, message
from workflows import messages
from workflows.procedure import Procedure
from workflows.state import CORRECTION


class FieldKind(StrEnum):
    """How a field is asked for."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    INSTANT = "instant"
    TICK = "tick"
    CHOICE = "choice"


class Field(NamedTuple):
    """A field of a form; `choices` names who knows what may be chosen."""

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    choices: str = ""


class Action(NamedTuple):
    """A command that a page offers. `grave`: what it does is not taken back, so it has a tick of its own."""

    name: str
    title: str
    body: type[Dated]
    roles: tuple[CallerRole, ...]
    fields: tuple[Field, ...] = ()
    kind: type[Any] | None = None  # None: it has a builder of its own
    grave: bool = False


STEP = Field("step", message("Step"), FieldKind.CHOICE, choices="steps")
MAYBE_STEP = Field("step", message("Step"), FieldKind.CHOICE, required=False, choices="steps")
REASON = Field("reason", message("Reason"), FieldKind.LONG)
MAYBE_REASON = Field("reason", message("Reason"), FieldKind.LONG, required=False)
EVENT = Field("seq", message("Number of the event"), FieldKind.NUMBER)
AT = Field("at", message("When it happened, if not now"), FieldKind.INSTANT, required=False)

ACTIONS: Mapping[str, Action] = {
    one.name: one
    for one in (
        Action("accept", message("Accept"), AcceptBody, OFFICERS),
        Action("refuse", message("Refuse to accept"), RefuseBody, OFFICERS, (REASON,), messages.Refuse, grave=True),
        Action("start", message("Take up a step"), StartBody, DOERS, (STEP,), messages.Start),
        Action(
            "complete",
            message("Complete a step"),
            CompletionBody,
            DOERS,
            (
                STEP,
                Field("outcome", message("Outcome"), FieldKind.CHOICE, choices="outcomes"),
                Field("note", message("Note"), FieldKind.LONG, required=False),
            ),
        ),
        Action("return", message("Return for correction"), ReturnBody, DOERS, (MAYBE_STEP, REASON), messages.Return),
        Action("resubmit", message("Handed in again"), ResubmitBody, DOERS, (MAYBE_STEP,), messages.Resubmit),
        Action(
            "suspend",
            message("Suspend"),
            SuspendBody,
            OFFICERS,
            (Field("ground", message("Ground"), FieldKind.CHOICE, choices="grounds"), MAYBE_STEP, MAYBE_REASON),
            messages.Suspend,
        ),
        Action(
            "resume",
            message("Resume"),
            ResumeBody,
            OFFICERS,
            (Field("suspension", message("Suspension"), FieldKind.CHOICE, choices="suspensions"),),
            messages.Resume,
        ),
        Action(
            "extend",
            message("Extend a limit"),
            ExtendBody,
            OFFICERS,
            (
                Field("clock", message("Clock"), FieldKind.CHOICE, choices="clocks"),
                Field("workdays", message("Working days, 1 to 60"), FieldKind.NUMBER),
                Field("approved_by", message("Granted by which office")),
                REASON,
            ),
            messages.Extend,
            grave=True,
        ),
        Action(
            "decide",
            message("Decide"),
            DecideBody,
            OFFICERS,
            (Field("outcome", message("Decision"), FieldKind.CHOICE, choices="decisions"), MAYBE_REASON),
            messages.Decide,
            grave=True,
        ),
        Action(
            "withdraw", message("Withdrawn"), WithdrawBody, OFFICERS, (MAYBE_REASON,), messages.Withdraw, grave=True
        ),
        Action("revoke", message("Decision revoked"), RevokeBody, OFFICERS, (REASON,), messages.Revoke, grave=True),
        Action(
            "correct",
            message("Correct an event"),
            CorrectBody,
            OFFICERS,
            (
                EVENT,
                Field("instant", message("When it happened in truth"), FieldKind.INSTANT, required=False),
                Field("void", message("It never was"), FieldKind.TICK, required=False),
                REASON,
            ),
            messages.Correct,
            grave=True,
        ),
        Action(
            "confirm",
            message("Confirm a late posting"),
            ConfirmBody,
            CONFIRMERS,
            (EVENT,),
            messages.Confirm,
            grave=True,
        ),
        Action(
            "fee",
            message("Record a fee"),
            FeeBody,
            OFFICERS,
            (Field("fen", message("Amount in fen"), FieldKind.NUMBER), REASON),
            messages.RecordFee,
            grave=True,
        ),
        Action(
            "link", message("Link a case"), LinkBody, OFFICERS, (Field("child", message("Case number")),), messages.Link
        ),
        Action("recalculate", message("Counted anew"), RecalculateBody, OFFICERS, (), messages.Recalculate),
    )
}
DECISIONS = {
    "approved": message("Approved"),
    "approved-with-tolerance": message("Approved, something to follow"),
    "refused": message("Refused"),
}
IN_PATH = ("step", "suspension")  # of the address of the API, not of the body
BODIES_WITH_STEP = (ReturnBody, ResubmitBody, SuspendBody)


def said_of(action: Action, form: Callable[[str], str]) -> dict[str, object]:
    """Return the body that a form says; what is no number stays as it was typed, for the body's own rules to name it."""
    said: dict[str, object] = {}
    for field in (*action.fields, AT):
        text = form(field.name).strip()
        if not text or (field.name in IN_PATH and action.body not in BODIES_WITH_STEP):
            continue
        said[field.name] = _read(field.kind, text)
    return said


def _read(kind: FieldKind, text: str) -> object:
    if kind is FieldKind.NUMBER:
        return int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) <= 15 else text
    if kind is FieldKind.TICK:
        return True
    if kind is FieldKind.INSTANT and len(text) <= len("2026-03-02 10:00:00"):
        return f"{text}+08:00"
    return text


def wish_of(
    action: Action, visit: Visit, case: str, key: str, seen: int | None, body: Dated, form: Callable[[str], str]
) -> Wish:
    """Return the wish of a form whose body was read."""
    step = form("step").strip() or None
    if isinstance(body, AcceptBody):
        return accept_wish(visit, case, key, seen, body)
    if isinstance(body, CompletionBody):
        return complete_wish(visit, case, key, seen, body, step or "")
    assert action.kind is not None  # noqa: S101  # only those two have a builder of their own
    path: dict[str, str] = {}
    if isinstance(body, SuspendBody):
        path["suspension"] = made_id("s", visit.caller.request_id(key))
        step = None  # it is in the body
    if isinstance(body, ResumeBody):
        path["suspension"] = form("suspension").strip()
    return plain_wish(case, key, seen, action.kind, body, step=step, **path)


def choices_of(
    field: Field, view: CaseView, procedure: Procedure | None, words: PageWords
) -> Sequence[tuple[str, str]]:
    """Return what may be chosen, by key with its title."""
    if field.choices == "decisions":
        return [(key, words.say(title)) for key, title in DECISIONS.items()]
    if field.choices == "steps":
        return [
            (step.key, words.title(step.title_zh, step.title_en))
            for step in sorted(view.steps, key=lambda step: step.status not in ON_DESK)
            if step.status not in ("done", "void")
        ]
    if field.choices == "clocks":
        live = [row.picture for row in view.clocks if row.picture.clock.stop is None and not row.picture.void]
        return [(one.clock.key, one.clock.key) for one in live if one.role in ("promise", "statutory")]
    if field.choices == "suspensions":
        found = {one.id: one.ground for row in view.clocks for one in row.picture.clock.suspensions if one.end is None}
        return [(key, f"{key} {ground or ''}".strip()) for key, ground in found.items()]
    if procedure is None:
        return []
    if field.choices == "grounds":
        return [
            (one.key, f"{words.title(one.title_zh, one.title_en)}（{one.basis}）")
            for one in procedure.grounds
            if one.key != CORRECTION  # that is a return, which says what is missing
        ]
    known = {one.key: words.title(one.title_zh, one.title_en) for step in procedure.steps for one in step.outcomes}
    return list(known.items())


def offered(view: CaseView, role: CallerRole) -> list[Action]:
    """Return what somebody may do with a case as it stands, the likely first."""
    case = view.case
    if not case.open:
        names = ["revoke", "correct"]
    elif case.accepted_at is None:
        names = ["accept", "complete", "return", "resubmit", "refuse", "withdraw", "correct"]
    else:
        names = ["complete", "start", "return", "resubmit", "suspend", "resume", "extend", "decide", "withdraw", "fee"]
        names += ["link", "correct", "recalculate"]
    if any(step.pending for step in view.steps):
        names.insert(0, "confirm")
    return [ACTIONS[name] for name in names if role in ACTIONS[name].roles]
