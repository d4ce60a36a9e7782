"""What can be done with a case from its page: which form asks for what, and the wish that a form becomes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from activities.store.columns import ON_DESK
from api.access.api_keys import CallerRole
from api.access.request_context import CONFIRMERS, DOERS, OFFICERS, Visit
from api.http.bodies import (
    AcceptBody,
    CompletionBody,
    ConfirmBody,
    CorrectBody,
    DecideBody,
    ExtendBody,
    FeeBody,
    HandOverBody,
    LinkBody,
    RecalculateBody,
    ReclassifyBody,
    RefuseBody,
    ResubmitBody,
    ResumeBody,
    ReturnBody,
    RevokeBody,
    StartBody,
    SupplyBody,
    SuspendBody,
    TerminateBody,
    WithdrawBody,
)
from api.http.body import Dated
from api.intake.command_builders import made_id
from api.intake.submit import Wish
from api.intake.wishes import (
    accept_wish,
    complete_wish,
    confirm_wish,
    decide_wish,
    hand_over_wish,
    plain_wish,
    reclassify_wish,
)
from api.pages.case_words import DECISIONS, CaseNames
from api.pages.kinds import OF_ANY_CASE, answer, fact_title, facts_of, variants_of
from api.pages.offers import CaseOffers
from api.pages.words import message
from workflows import messages


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
        Action(
            "accept",
            message("Accept"),
            AcceptBody,
            OFFICERS,
            (
                Field("lacking", message("Accepted although this is missing"), FieldKind.LONG, required=False),
                Field(
                    "workdays", message("To be brought within working days, 1 to 60"), FieldKind.NUMBER, required=False
                ),
                Field("rule", message("What applies if it is not brought"), FieldKind.LONG, required=False),
            ),
        ),
        Action("supply", message("What was missing was brought"), SupplyBody, OFFICERS, (), messages.Supply),
        Action(
            "reclassify",
            message("Reclassify"),
            ReclassifyBody,
            OFFICERS,
            (Field("variant", message("Variant"), FieldKind.CHOICE, required=False, choices="variants"), REASON),
            grave=True,
        ),
        Action(
            "hand-over",
            message("Hand over a step"),
            HandOverBody,
            OFFICERS,
            (
                STEP,
                Field("department", message("To which office"), FieldKind.CHOICE, choices="departments"),
                REASON,
            ),
            grave=True,
        ),
        Action(
            "terminate",
            message("Close without a decision"),
            TerminateBody,
            OFFICERS,
            (Field("cause", message("Cause"), FieldKind.CHOICE, choices="causes"), REASON),
            messages.Terminate,
            grave=True,
        ),
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
                Field("workdays", message("Working days, 1 to 60"), FieldKind.NUMBER, required=False),
                Field("months", message("Or months, of a limit in months"), FieldKind.NUMBER, required=False),
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
                Field("end", message("When that suspension ended in truth"), FieldKind.INSTANT, required=False),
                Field("workdays", message("Working days that were granted in truth"), FieldKind.NUMBER, required=False),
                Field("months", message("Months that were granted in truth"), FieldKind.NUMBER, required=False),
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
IN_PATH = ("step", "suspension")  # of the address of the API, not of the body
BODIES_WITH_STEP = (ReturnBody, ResubmitBody, SuspendBody)
OPINION, FACT = "opinion:", "fact:"
TOLERANCE = ("lacking", "workdays", "rule")


def fields_of(action: Action, names: CaseNames, offers: CaseOffers) -> tuple[Field, ...]:
    """Return what a form asks for; of a completion also the opinions of the steps that may be completed now."""
    if action.body is ReclassifyBody:
        facts = (_fact_field(names, fact.key) for fact in facts_of(names.procedure.key))
        return (*action.fields, *facts, AT)
    if action.body is not CompletionBody:
        return (*(_needed(field, action, offers) for field in action.fields), AT)
    desk = offers.chosen(action.name, STEP.name)
    opinions = [
        Field(f"{OPINION}{step.key}:{one}", f"{names.step(step.key)} · {one}", FieldKind.LONG, required=False)
        for step in names.procedure.steps
        if step.key in desk
        for one in step.opinions
    ]
    return (*action.fields, *opinions, AT)


def _fact_field(names: CaseNames, key: str) -> Field:
    title = fact_title(names.words, names.procedure.key, key)
    return Field(f"{FACT}{key}", title, FieldKind.CHOICE, required=False, choices=f"{FACT}{key}")


def _needed(field: Field, action: Action, offers: CaseOffers) -> Field:
    """A step may be left out only where the case as a whole takes it."""
    if field is not MAYBE_STEP:
        return field
    may = offers.chosen(action.name, field.name)
    return field if not may or "" in may else STEP


def opinions_in(fields: Sequence[Field], form: Callable[[str], str]) -> dict[str, dict[str, str]]:
    """Return the opinions that a form says, by step and by name."""
    said: dict[str, dict[str, str]] = {}
    for field in fields:
        text = form(field.name).strip()
        if field.name.startswith(OPINION) and text:
            step, _, one = field.name.removeprefix(OPINION).partition(":")
            said.setdefault(step, {})[one] = text
    return said


def said_of(action: Action, form: Callable[[str], str], opinions: Mapping[str, str]) -> dict[str, object]:
    """Return the body that a form says; what is no number stays as it was typed, for the body's own rules to name it."""
    said: dict[str, object] = {"opinions": dict(opinions)} if opinions else {}
    for field in (*action.fields, AT):
        text = form(field.name).strip()
        if not text or (field.name in IN_PATH and action.body not in BODIES_WITH_STEP):
            continue
        said[field.name] = _read(field.kind, text)
    if action.body is AcceptBody and (part := {name: said.pop(name) for name in TOLERANCE if name in said}):
        said["tolerance"] = part
    return said


def facts_in(fields: Sequence[Field], form: Callable[[str], str]) -> dict[str, bool | str]:
    """Return the facts that a form says are otherwise."""
    said = {one.name.removeprefix(FACT): form(one.name).strip() for one in fields if one.name.startswith(FACT)}
    return {key: {"true": True, "false": False}.get(text, text) for key, text in said.items() if text}


def _read(kind: FieldKind, text: str) -> object:
    if kind is FieldKind.NUMBER:
        return int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) <= 15 else text
    if kind is FieldKind.TICK:
        return True
    return instant_typed(text) if kind is FieldKind.INSTANT else text


def instant_typed(text: str) -> str:
    """Return an instant as a body says it: what is typed without an offset is China's time."""
    return f"{text}+08:00" if len(text) <= len("2026-03-02 10:00:00") else text


def wish_of(
    action: Action, visit: Visit, case: str, key: str, seen: int | None, body: Dated, form: Callable[[str], str]
) -> Wish:
    """Return the wish of a form whose body was read."""
    step = form("step").strip() or None
    if isinstance(body, AcceptBody):
        return accept_wish(visit, case, key, seen, body)
    if isinstance(body, CompletionBody):
        return complete_wish(visit, case, key, seen, body, step or "")
    if isinstance(body, ReclassifyBody):
        return reclassify_wish(visit, case, key, seen, body)
    if isinstance(body, HandOverBody):
        return hand_over_wish(case, key, seen, body, step or "")
    if isinstance(body, DecideBody):
        return decide_wish(case, key, seen, body)
    if isinstance(body, ConfirmBody):
        return confirm_wish(visit, case, key, seen, body)
    assert action.kind is not None  # noqa: S101  # only those have a builder of their own
    path: dict[str, str] = {}
    if isinstance(body, SuspendBody):
        path["suspension"] = made_id("s", visit.caller.request_id(key))
        step = None  # it is in the body
    if isinstance(body, ResumeBody):
        path["suspension"] = form("suspension").strip()
    return plain_wish(case, key, seen, action.kind, body, step=step, **path)


def choices_of(field: Field, action: Action, names: CaseNames, offers: CaseOffers) -> Sequence[tuple[str, str]]:
    """Return what may be chosen as the case stands, by key with its title."""
    words, view, procedure = names
    if field.choices.startswith(FACT):
        fact = next(one for one in facts_of(procedure.key) if one.key == field.choices.removeprefix(FACT))
        known_so = view.case.facts.get(fact.key)
        return [(str(value).lower(), answer(words, value)) for value in fact.allowed if value != known_so]
    if field.choices == "variants":
        return [pair for pair in variants_of(words, procedure.key) if pair[0] != view.case.variant]
    if field.choices in OF_ANY_CASE:
        return OF_ANY_CASE[field.choices](names)
    known: Iterable[tuple[str, str]]
    if field.choices == "decisions":
        known = ((key, words.say(title)) for key, title in DECISIONS.items())
    elif field.choices == "steps":
        known = (
            (step.key, words.title(step.title_zh, step.title_en))
            for step in sorted(view.steps, key=lambda step: step.status not in ON_DESK)
        )
    elif field.choices == "clocks":
        known = ((row.picture.clock.key, names.clock(row.picture.clock.key)) for row in view.clocks)
    elif field.choices == "suspensions":
        known = (
            (
                one.id,
                words.say("%(ground)s, since %(day)s", ground=names.ground(one.ground), day=words.instant(one.start)),
            )
            for one in offers.state.suspensions
        )
    elif field.choices == "grounds":
        known = ((one.key, f"{words.title(one.title_zh, one.title_en)}（{one.basis}）") for one in procedure.grounds)
    else:
        outcomes = (one for step in procedure.steps for one in step.outcomes)
        known = {one.key: words.title(one.title_zh, one.title_en) for one in outcomes}.items()
    may = offers.chosen(action.name, field.name)
    return [(key, title) for key, title in known if key in may]


def offered(offers: CaseOffers) -> list[Action]:
    """Return what somebody may do with a case as it stands, the likely first."""
    case = offers.view.case
    if not case.open:
        names = ["revoke", "correct"]
    elif case.accepted_at is None:
        names = ["accept", "complete", "return", "resubmit", "refuse", "withdraw", "reclassify", "terminate", "correct"]
    else:
        names = ["complete", "start", "return", "resubmit", "suspend", "resume", "extend", "decide", "withdraw", "fee"]
        names += ["hand-over", "reclassify", "terminate", "link", "correct", "recalculate"]
    actions = [ACTIONS[name] for name in ("confirm", "supply", *names)]
    return [action for action in actions if offers.caller.role in action.roles and offers.may(action.name)]
