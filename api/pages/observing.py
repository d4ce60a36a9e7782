"""Observations of promises that no case measures: recorded in a form, looked at and confirmed by somebody else, corrected."""

import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, TypeVar

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError

from api.access.request_context import CONFIRMERS, OFFICERS
from api.figures.promise_standings import CommitmentStanding, Stood, observed_standing, of_observations, rules_of
from api.figures.standing_words import KINDS, promised_figure
from api.http.bodies import ObservationBody, ObservationCorrectionBody, ObservationWithdrawalBody
from api.http.headers import BARE_KEY
from api.http.names import NAMES
from api.http.problems import Problem
from api.http.validation import flaws_of
from api.intake.observing import (
    confirm_observation,
    correct_observation,
    observed_commitment,
    record_observation,
    withdraw_observation,
)
from api.pages.answers import see_other
from api.pages.do_command import FieldShown
from api.pages.frame import PageVisit, page
from api.pages.page_route import PageRoute, PageVisiting, of_menu, only_for
from api.pages.parameters import only_known
from api.pages.refusals import flaw_of
from api.pages.words import message
from sla.commitments.commitment import Commitment
from sla.observations import DATED, FIELDS, IndicatorKind, Noted

B = TypeVar("B", ObservationBody, ObservationCorrectionBody, ObservationWithdrawalBody)
router = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[Depends(of_menu("/promises"))])
WHERE = "/promises/{commitment}/observations"
officers, confirmers = Depends(only_for(*OFFICERS)), Depends(only_for(*CONFIRMERS))

STOOD: Mapping[Stood, str] = {
    Stood.KEPT: message("Kept"),
    Stood.LATE: message("Kept, but late"),
    Stood.IN_DANGER: message("Short at this pace"),
    Stood.SHORT: message("Short of it"),
    Stood.BROKEN: message("Broken"),
    Stood.RAMP_UP: message("Does not bind yet"),
    Stood.NO_EVIDENCE: message("No evidence"),
}
LABELS: Mapping[str, str] = {
    "first": message("First day of the period"),
    "last": message("Last day of the period"),
    "numerator": message("Numerator"),
    "denominator": message("Denominator"),
    "value": message("Value"),
    "base": message("Base"),
    "base_of": message("What the base is of"),
    "in_place": message("Is it in place"),
    "source": message("Source: who counted or saw it"),
    "evidence": message("Evidence: reference of the document"),
    "evidence_sha256": message("SHA-256 of the document"),
    "reason": message("Reason"),
}
OF_EVIDENCE: Mapping[str, str] = {"first": message("In place since"), "last": message("Seen, or looked for, on")}
ANSWERS = {"yes": message("It is in place"), "no": message("It is not in place")}
WHOLE, EXACT = {"numerator", "denominator"}, {"value", "base"}
MAYBE = {"evidence_sha256"}


class NotedRow(NamedTuple):
    """An observation in words: what it says, and what became of it."""

    noted: Noted
    says: str
    own: bool  # the reader recorded it


class FormWrong(NamedTuple):
    """What is wrong with a form: a problem of the whole, and each field's flaws."""

    problem: Problem
    flaws: Sequence[tuple[str, str]]


@router.get(WHERE + "/new", dependencies=[officers])
async def ask_observation(at: PageVisiting, commitment: str) -> Response:
    """Show the form of an observation."""
    only_known(at.request)
    one, kind = observed_commitment(commitment)
    return _form(at, one, kind, {}, secrets.token_hex(12))


@router.post(WHERE + "/new", dependencies=[officers])
async def record_form(at: PageVisiting, commitment: str) -> Response:
    """Record what a form says, and go back to its promise."""
    one, kind = observed_commitment(commitment)
    key, given = _key(at), _given(at, kind)
    try:
        body = _body(ObservationBody, given)
        async with at.visit.refusals_on_record("record-observation", f"observation/{commitment}"):
            await at.visit.read(record_observation, at.visit, commitment, key, body)
    except Problem as problem:
        return _form(at, one, kind, given, key, problem=problem)
    return see_other(f"/promises/{commitment}#observations")


@router.get(WHERE + "/{number}", dependencies=[confirmers])
async def look_at_observation(at: PageVisiting, commitment: str, number: int) -> Response:
    """Show one observation with what may be done about it."""
    only_known(at.request)
    return await _one(at, commitment, number)


@router.post(WHERE + "/{number}/confirm", dependencies=[confirmers])
async def confirm_form(at: PageVisiting, commitment: str, number: int) -> Response:
    """Confirm an observation, and go back to its promise."""
    try:
        async with at.visit.refusals_on_record("confirm-observation", f"observation/{commitment}"):
            await at.visit.read(confirm_observation, at.visit, commitment, number, _key(at))
    except Problem as problem:
        return await _one(at, commitment, number, problem)
    return see_other(f"/promises/{commitment}#observations")


@router.post(WHERE + "/{number}/withdraw", dependencies=[confirmers])
async def withdraw_form(at: PageVisiting, commitment: str, number: int) -> Response:
    """Withdraw an observation that nobody confirmed, and go back to its promise."""
    try:
        body = _body(ObservationWithdrawalBody, {"reason": at.form("reason").strip()})
        async with at.visit.refusals_on_record("withdraw-observation", f"observation/{commitment}"):
            await at.visit.read(withdraw_observation, at.visit, commitment, number, _key(at), body.reason)
    except Problem as problem:
        return await _one(at, commitment, number, problem)
    return see_other(f"/promises/{commitment}#observations")


@router.get(WHERE + "/{number}/correct", dependencies=[officers])
async def ask_correction(at: PageVisiting, commitment: str, number: int) -> Response:
    """Show the form of a correction, with what it corrects."""
    only_known(at.request)
    one, kind = observed_commitment(commitment)
    noted = await _noted(at, commitment, number)
    return _form(at, one, kind, _as_given(noted), secrets.token_hex(12), number)


@router.post(WHERE + "/{number}/correct", dependencies=[officers])
async def correct_form(at: PageVisiting, commitment: str, number: int) -> Response:
    """Record a correction, and go back to its promise."""
    one, kind = observed_commitment(commitment)
    key, given = _key(at), _given(at, kind) | {"reason": at.form("reason").strip()}
    try:
        body = _body(ObservationCorrectionBody, given)
        async with at.visit.refusals_on_record("correct-observation", f"observation/{commitment}"):
            await at.visit.read(correct_observation, at.visit, commitment, number, key, body)
    except Problem as problem:
        return _form(at, one, kind, given, key, number, problem)
    return see_other(f"/promises/{commitment}#observations")


def observed_values(at: PageVisit, one: Commitment) -> dict[str, Any]:
    """Return what the page of a promise shows of its observations; blocks."""
    store, rules = at.visit.services.store, rules_of(at.visit.services.settings)
    seen, until = store.observations(one.id), at.words.today
    found = of_observations(one, observed_standing(store, one, seen, until, rules), rules)
    return {
        "observed": found,
        "target": promised_figure(one),
        "kind_said": KINDS[found.kind] if found.kind else None,
        "noted": [_row(at, each) for each in reversed(seen)],
        "may_record": at.caller.role in OFFICERS,
        "may_confirm": at.caller.role in CONFIRMERS,
    }


async def _one(at: PageVisit, commitment: str, number: int, problem: Problem | None = None) -> Response:
    one, _ = observed_commitment(commitment)
    noted = await _noted(at, commitment, number)
    wrong = None if problem is None else _wrong(at, problem)
    return page(
        at,
        "observation.html",
        200 if problem is None else problem.status,
        one=one,
        row=_row(at, noted),
        key=secrets.token_hex(12),
        wrong=wrong,
        four_eyes=at.visit.services.settings.four_eyes,
        may_record=at.caller.role in OFFICERS,
    )


async def _noted(at: PageVisit, commitment: str, number: int) -> Noted:
    observed_commitment(commitment)
    seen = await at.visit.read(at.visit.services.store.observations, commitment)
    found = next((each for each in seen if each.number == number), None)
    if found is None:
        raise Problem("not-found")
    return found


def _row(at: PageVisit, noted: Noted) -> NotedRow:
    one, words = noted.observation, at.words
    if one.in_place is not None:
        says = words.say(ANSWERS["yes" if one.in_place else "no"])
    elif one.denominator is not None:
        says = f"{words.number(one.numerator or 0)} ÷ {words.number(one.denominator)}"
    else:
        says = words.number(one.value or Decimal(0))
        says += f" / {words.number(one.base)}（{one.base_of}）" if one.base is not None else ""
    return NotedRow(noted, says, noted.recorded_by == at.caller.actor)


def _form(
    at: PageVisit,
    one: Commitment,
    kind: IndicatorKind,
    given: Mapping[str, str],
    key: str,
    number: int | None = None,
    problem: Problem | None = None,
) -> Response:
    names = [*_names(kind), *(["reason"] if number is not None else [])]
    return page(
        at,
        "observation_form.html",
        200 if problem is None else problem.status,
        one=one,
        fields=[_field(at, kind, name, given) for name in names],
        number=number,
        key=key,
        target=promised_figure(one),
        wrong=None if problem is None else _wrong(at, problem, kind),
    )


def _names(kind: IndicatorKind) -> list[str]:
    """The fields of a kind, in the order of the form."""
    own = [name for name in LABELS if name in FIELDS[kind]]
    return ["first", "last", *own, "source", "evidence", "evidence_sha256"]


def _field(at: PageVisit, kind: IndicatorKind, name: str, given: Mapping[str, str]) -> FieldShown:
    choices = [(value, at.words.say(said)) for value, said in ANSWERS.items()] if name == "in_place" else []
    kinds = {"in_place": "choice", "reason": "long", "source": "long", "evidence": "long"}
    shape = kinds.get(name, "number" if name in WHOLE else "text")
    return FieldShown(name, at.words.say(_label(kind, name)), shape, name not in MAYBE, given.get(name, ""), choices)


def _label(kind: IndicatorKind | None, name: str) -> str:
    return OF_EVIDENCE[name] if kind in DATED and name in OF_EVIDENCE else LABELS.get(name, name)


def _given(at: PageVisit, kind: IndicatorKind) -> dict[str, str]:
    return {name: at.form(name).strip() for name in _names(kind)}


def _as_given(noted: Noted) -> dict[str, str]:
    told = noted.observation.model_dump(exclude_none=True)
    given = {name: f"{value:f}" if isinstance(value, Decimal) else str(value) for name, value in told.items()}
    if noted.observation.in_place is not None:
        given["in_place"] = "yes" if noted.observation.in_place else "no"
    return given


def _key(at: PageVisit) -> str:
    key = at.form("key")
    if not BARE_KEY.fullmatch(key):
        raise Problem("not-a-form")
    return key


def _body(kind: type[B], given: Mapping[str, str]) -> B:
    """Read a form as the API reads a body."""
    told = {name: _read(name, text) for name, text in given.items() if text}
    try:
        return kind.model_validate(told)
    except ValidationError as error:
        flaws = flaws_of(error.errors(include_url=False, include_input=False), NAMES)
        raise Problem("invalid", flaws=flaws) from None


def _read(name: str, text: str) -> object:
    if name == "in_place":
        return {"yes": True, "no": False}.get(text, text)
    if name in WHOLE and text.isascii() and text.isdigit():
        return int(text)
    if name in EXACT:
        try:
            return Decimal(text)
        except InvalidOperation:
            return text
    return text


def _wrong(at: PageVisit, problem: Problem, kind: IndicatorKind | None = None) -> FormWrong:
    flaws = []
    for flaw in problem.flaws:
        name = flaw.pointer.rpartition("/")[2]
        label = at.words.say(_label(kind, name)) if name in LABELS else name
        flaws.append((name if name in LABELS else "", flaw_of(at.words, label, flaw.code)))
    return FormWrong(problem, flaws)


def standing_rows(
    found: Sequence[CommitmentStanding], jurisdiction: str | None, department: str | None
) -> list[CommitmentStanding]:
    """Keep the promises that are observed, of a place and a department."""
    return [
        one
        for one in found
        if one.kind is not None and jurisdiction in {None, one.jurisdiction} and department in {None, one.department}
    ]
