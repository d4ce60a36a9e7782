"""The keys: whose they are, until when, when last used; a new one, shown once; and revoking one.

A page gives nobody more than a supervisor may do already, or a company of its own steps: an officer's key is made where
the database is, by `shixian keys new`.
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

from fastapi import APIRouter, Depends, Response

from activities.store.errors import Conflict
from activities.store.instants import instant, micros
from activities.store.keys import ApiKey
from api.access.api_keys import (
    ACTOR,
    DEFAULT_DAYS,
    LONGEST_DAYS,
    CallerRole,
    KeyState,
    key_state,
    new_key,
)
from api.access.networks import BadNetwork, written_networks
from api.http.headers import BARE_KEY
from api.http.problems import Problem
from api.pages.answers import HEADERS, see_other
from api.pages.case_words import owner_name
from api.pages.frame import ROLES, PageVisit, page, rendered
from api.pages.page_route import PageRoute, PageVisiting, of_menu
from api.pages.parameters import only_known
from api.pages.refusals import flaw_of
from api.pages.words import PageWords, message
from sla.companies import COMPANIES
from workflows.procedures import ALL, resolve

KEYS = "/keys"
router = APIRouter(route_class=PageRoute, prefix=KEYS, include_in_schema=False, dependencies=[Depends(of_menu(KEYS))])

LIMIT = 100
REMEMBERED = timedelta(days=30)  # for which an ended key is still shown
SOON = timedelta(days=14)  # before its end, in which a key should be replaced
MADE_HERE = (CallerRole.UTILITY, CallerRole.SUPERVISOR, CallerRole.AUDITOR)
DIGITS = 5  # that may be typed for days
STEP = "step-"  # a tick of the form, before the step's key
TAKEN = message("This key was made already; its text is not shown again.")
FIELDS: Mapping[str, str] = {
    "actor": message("Who uses it"),
    "role": message("Role"),
    "company": message("Company"),
    "days": message("Days that it lives"),
    "steps": message("Only these steps"),
    "networks": message("Only from these networks"),
}


class KeyRow(NamedTuple):
    """A key in the list. `left`: days until it ends, where that is soon; `ended`: it opens nothing any more."""

    key: ApiKey
    company: str
    steps: Sequence[str]
    left: int | None
    ended: bool
    disused: bool


class KeyAsked(NamedTuple):
    """What a form asks for, as it was typed, and what is wrong with it, by field."""

    fields: Mapping[str, str]
    steps: tuple[str, ...]
    flaws: Mapping[str, str]


@router.get("")
async def list_keys(at: PageVisiting) -> Response:
    """Show the keys, the first to end first; those that have ended below."""
    only_known(at.request, "revoked", "after")
    begin, now = at.visit.cursors.place(at.request.query_params.get("after"), {}, int, str), at.visit.arrived
    found = await at.visit.read(
        at.visit.services.store.keys,
        ended_after=now - REMEMBERED,
        after=None if begin is None else (instant(begin[0]), begin[1]),
        limit=LIMIT + 1,
    )
    last = found[LIMIT - 1] if len(found) > LIMIT else None
    rows = [_row(at.words, key, now) for key in found[:LIMIT]]
    rows.sort(key=lambda row: (row.ended, row.key.expires is None, row.key.expires or row.key.created, row.key.id))
    revoked = next((row.key for row in rows if row.key.id == at.request.query_params.get("revoked")), None)
    return page(
        at,
        "keys.html",
        live=[row for row in rows if not row.ended],
        ended=[row for row in rows if row.ended],
        more=None if last is None else at.visit.cursors.cursor((micros(last.created), last.id), {}),
        key_roles=ROLES,
        revoked=revoked if revoked is not None and revoked.revoked is not None else None,
    )


@router.get("/new")
async def ask(at: PageVisiting) -> Response:
    """Show the form of a new key."""
    only_known(at.request)
    fields = dict.fromkeys(FIELDS, "") | {"role": CallerRole.UTILITY.value, "days": str(DEFAULT_DAYS)}
    return _form(at, KeyAsked(fields, (), {}), secrets.token_hex(12))


@router.post("/new")
async def make(at: PageVisiting) -> Response:
    """Show what a key would open, or make it and show it once."""
    nonce, asked = at.form("key"), _asked(at)
    if not BARE_KEY.fullmatch(nonce):
        raise Problem("not-a-form")
    if asked.flaws or at.form("go") == "edit":
        return _form(at, asked, nonce, status=422 if asked.flaws else 200)
    if at.form("go") != "do" or not at.form("checked"):
        return page(at, "key_preview.html", **_said(at.words, asked), nonce=nonce)
    text, kept = _key(at, asked, nonce)
    try:
        await at.visit.read(at.visit.services.store.add_key, kept)
    except Conflict:
        return _form(at, asked, secrets.token_hex(12), status=409, wrong=TAKEN)
    shown = rendered(at, "key_made.html", **_said(at.words, asked), text=text, kept=kept)
    return Response(shown, 200, {**HEADERS, "Cache-Control": "no-store"}, "text/html; charset=utf-8")


@router.get("/{id}/revoke")
async def ask_name(at: PageVisiting, id: str) -> Response:  # the path's name
    """Show the form that ends a key."""
    only_known(at.request)
    return _revoking(at, await _live(at, id))


@router.post("/{id}/revoke")
async def revoke(at: PageVisiting, id: str) -> Response:  # the path's name
    """End a key, where the name of who uses it was typed."""
    key = await _live(at, id)
    if at.form("name").strip() != key.actor:
        return _revoking(at, key, wrong=True)
    await at.visit.read(at.visit.services.store.revoke, id, at.visit.arrived, at.caller.actor)
    return see_other(f"{KEYS}?revoked={id}")


async def _live(at: PageVisit, id: str) -> ApiKey:
    key = await at.visit.read(at.visit.services.store.key, id)
    if key is None or key.revoked is not None:
        raise Problem("not-found")
    return key


def _revoking(at: PageVisit, key: ApiKey, *, wrong: bool = False) -> Response:
    row = _row(at.words, key, at.visit.arrived)
    return page(at, "key_revoke.html", 422 if wrong else 200, row=row, key_roles=ROLES, wrong=wrong)


def _row(words: PageWords, key: ApiKey, now: datetime) -> KeyRow:
    state = key_state(key, now)
    ended = state is not KeyState.LIVE
    left = None if ended or key.expires is None or key.expires - now > SOON else (key.expires - now).days
    titles = _steps_of(key.company)
    steps = [words.title(*titles.get(step, (step, step))) for step in key.steps]
    return KeyRow(key, company_name(words, key.company), steps, left, ended, state is KeyState.DISUSED)


def company_name(words: PageWords, company: str | None) -> str:
    """Return what a company is called; empty for none."""
    owners, place = COMPANIES.get(company or "", ()), (company or "").partition("-")[0]
    return words.listed(owner_name(words, place, owner) for owner in owners) or company or ""


def _steps_of(company: str | None) -> Mapping[str, tuple[str, str]]:
    """The titles of a company's steps by key; of every company's where none is given."""
    if company is not None:
        return _steps().get(company, {})
    return {key: titles for steps in _steps().values() for key, titles in steps.items()}


@cache
def _steps() -> Mapping[str, Mapping[str, tuple[str, str]]]:
    found: dict[str, dict[str, tuple[str, str]]] = {company: {} for company in COMPANIES}
    for procedure in ALL.values():
        for jurisdiction in procedure.jurisdictions:
            for variant in procedure.variants:
                for step in resolve(procedure.key, jurisdiction, variant.key, {}).steps:
                    for company, owners in COMPANIES.items():
                        if step.owner in owners:
                            found[company][step.key] = (step.title_zh, step.title_en)
    return found


def _asked(at: PageVisit) -> KeyAsked:
    fields = {name: at.form(name).strip() for name in FIELDS}
    steps = tuple(key for key in _steps_of(None) if at.form(STEP + key))
    flaws: dict[str, str] = {}
    if not ACTOR.fullmatch(fields["actor"]):
        flaws["actor"] = "bad-form" if fields["actor"] else "missing"
    if fields["role"] not in MADE_HERE:
        flaws["role"] = "not-a-choice"
    utility = fields["role"] == CallerRole.UTILITY
    if utility and fields["company"] not in COMPANIES:
        flaws["company"] = "not-a-choice" if fields["company"] else "missing"
    if not utility and fields["company"]:
        flaws["company"] = "not-a-choice"
    if any(step not in _steps_of(fields["company"]) for step in steps) or (steps and not utility):
        flaws["steps"] = "not-a-choice"
    try:
        written_networks(fields["networks"].split())
    except BadNetwork:
        flaws["networks"] = "bad-form"
    days = fields["days"]
    if not (days.isascii() and days.isdigit()):
        flaws["days"] = "not-a-number" if days else "missing"
    elif not days.strip("0"):
        flaws["days"] = "too-small"
    elif len(days) > DIGITS or int(days) > LONGEST_DAYS:
        flaws["days"] = "too-large"
    return KeyAsked(fields, steps, flaws)


def _key(at: PageVisit, asked: KeyAsked, nonce: str) -> tuple[str, ApiKey]:
    """Make the key of a form; sent twice it would have the same id."""
    return new_key(
        actor=asked.fields["actor"],
        role=CallerRole(asked.fields["role"]),
        company=asked.fields["company"] or None,
        steps=asked.steps,
        networks=asked.fields["networks"].split(),
        days=int(asked.fields["days"]),
        now=at.visit.arrived,
        id=sha256(f"{at.session.hash}:{nonce}".encode()).hexdigest()[:12],
        made_by=at.caller.actor,
        sandbox=at.visit.services.rehearsal,
    )


def _form(at: PageVisit, asked: KeyAsked, nonce: str, *, status: int = 200, wrong: str | None = None) -> Response:
    flaws = [(name, flaw_of(at.words, at.words.say(FIELDS[name]), code)) for name, code in asked.flaws.items()]
    return page(
        at,
        "key_new.html",
        status,
        asked=asked,
        nonce=nonce,
        labels=FIELDS,
        flaws=flaws,
        wrong=wrong,
        key_roles={role: ROLES[role] for role in MADE_HERE},
        companies=[(company, company_name(at.words, company)) for company in COMPANIES],
        steps=[(STEP + key, key, at.words.title(*titles)) for key, titles in _steps_of(None).items()],
        longest=LONGEST_DAYS,
    )


def _said(words: PageWords, asked: KeyAsked) -> dict[str, Any]:
    titles = _steps_of(asked.fields["company"] or None)
    return {
        "asked": asked,
        "key_role": ROLES[CallerRole(asked.fields["role"])],
        "company": company_name(words, asked.fields["company"] or None),
        "steps": [words.title(*titles[step]) for step in asked.steps],
        "step_names": [STEP + step for step in asked.steps],
    }
