"""The people: who may sign in with an account and as what, their sessions, and what a security administrator does with them."""

from collections.abc import Mapping
from typing import NamedTuple

from fastapi import APIRouter, Depends, Response

from activities.store.people import PersonAccount
from activities.store.sign_ins import NAMED
from api.access.api_keys import ACTOR
from api.access.auditing import record_refusal
from api.access.people import PersonRole, is_subject
from api.http.problems import Problem
from api.intake import people
from api.pages.answers import see_other
from api.pages.frame import PageVisit, page
from api.pages.page_route import PageRoute, PageVisiting, of_menu
from api.pages.parameters import only_known
from api.pages.refusals import flaw_of
from api.pages.words import message

PEOPLE = "/people"
router = APIRouter(
    route_class=PageRoute, prefix=PEOPLE, include_in_schema=False, dependencies=[Depends(of_menu(PEOPLE))]
)

PERSON_ROLES: Mapping[PersonRole, str] = {
    PersonRole.CLERK: message("clerk"),
    PersonRole.SUPERVISOR: message("supervisor"),
    PersonRole.SYSADMIN: message("system administrator"),
    PersonRole.SECADMIN: message("security administrator"),
    PersonRole.AUDITOR: message("auditor"),
}
PERSON_FIELDS: Mapping[str, str] = {
    "subject": message("Identifier at the provider (sub)"),
    "actor": message("Name on records"),
    "role": message("Role"),
}
CHANGES = {"lock": people.lock, "unlock": people.unlock, "end": people.end}
# by code: what cannot be done here, said on the page itself
REFUSED_HERE: Mapping[str, str] = {
    "own-account": message("Nobody changes their own account: another security administrator does."),
    "same-role": message("The person has that role already."),
    "person-exists": message("The identifier or the name is a person's already."),
    "no-sign-in-provider": message("No provider of identities is set: nobody signs in with an account."),
}


class PersonRow(NamedTuple):
    """A person in the list, and whether nobody can sign in as them now."""

    person: PersonAccount
    locked: bool
    disused: bool


class PersonAsked(NamedTuple):
    """What the form of a new person asks for, and what is wrong with it, by field."""

    fields: Mapping[str, str]
    flaws: Mapping[str, str]


@router.get("")
async def list_people(at: PageVisiting) -> Response:
    """Show the people, those whose accounts have ended below."""
    only_known(at.request)
    rows = [_row(at, one) for one in await at.visit.read(at.visit.services.store.people)]
    live, ended = ([row for row in rows if (row.person.ended is not None) is over] for over in (False, True))
    return page(at, "people.html", live=live, ended=ended, person_roles=PERSON_ROLES)


@router.get("/new")
async def ask_person(at: PageVisiting) -> Response:
    """Show the form of a new person."""
    only_known(at.request)
    return _form(at, PersonAsked(dict.fromkeys(PERSON_FIELDS, "") | {"role": PersonRole.CLERK.value}, {}))


@router.post("/new")
async def admit(at: PageVisiting) -> Response:
    """Let somebody in."""
    fields = {name: at.form(name).strip() for name in PERSON_FIELDS}
    right = {
        "subject": is_subject(fields["subject"]),
        "actor": ACTOR.fullmatch(fields["actor"]) is not None,
        "role": fields["role"] in set(PersonRole),
    }
    flaws = {name: "bad-form" if fields[name] else "missing" for name, good in right.items() if not good}
    if flaws:
        return _form(at, PersonAsked(fields, flaws), 422)
    try:
        made = await at.visit.read(
            people.admit, at.visit, fields["subject"], fields["actor"], PersonRole(fields["role"])
        )
    except Problem as problem:
        if problem.code not in REFUSED_HERE:
            raise
        await _on_record(at, "add-person", PEOPLE, problem)
        return _form(at, PersonAsked(fields, {}), problem.status, REFUSED_HERE[problem.code])
    return see_other(f"{PEOPLE}/{made.id}")


@router.get("/{id}")
async def show_person(at: PageVisiting, id: str) -> Response:  # the path's name
    """Show a person, their sessions, and what can be done."""
    only_known(at.request)
    return await _shown(at, id)


@router.post("/{id}/role")
async def change_person_role(at: PageVisiting, id: str) -> Response:  # the path's name
    """Give a person another role."""
    if at.form("role") not in set(PersonRole):
        raise Problem("not-a-form")
    try:
        await at.visit.read(people.change_role, at.visit, id, PersonRole(at.form("role")))
    except Problem as problem:
        return await _refused(at, id, "change-role", problem)
    return see_other(f"{PEOPLE}/{id}")


@router.post("/{id}/sessions/end")
async def end_sessions(at: PageVisiting, id: str) -> Response:  # the path's name
    """End all sessions of a person."""
    await at.visit.read(people.end_sessions, at.visit, id)
    return see_other(f"{PEOPLE}/{id}")


@router.post("/{id}/sessions/{session}/end")
async def end_session(at: PageVisiting, id: str, session: str) -> Response:  # the path's names
    """End a session of a person."""
    await at.visit.read(people.end_sessions, at.visit, id, session)
    return see_other(f"{PEOPLE}/{id}")


@router.post("/{id}/{change}")
async def change_person(at: PageVisiting, id: str, change: str) -> Response:  # the path's names
    """Lock, unlock or end a person."""
    if change not in CHANGES:
        raise Problem("not-found")
    try:
        await at.visit.read(CHANGES[change], at.visit, id)
    except Problem as problem:
        return await _refused(at, id, f"{change}-person", problem)
    return see_other(PEOPLE if change == "end" else f"{PEOPLE}/{id}")


async def _refused(at: PageVisit, id: str, action: str, problem: Problem) -> Response:
    if problem.code not in REFUSED_HERE:
        raise problem
    await _on_record(at, action, f"person/{id}", problem)
    return await _shown(at, id, problem.status, REFUSED_HERE[problem.code])


async def _on_record(at: PageVisit, action: str, about: str, problem: Problem) -> None:
    await record_refusal(at.visit.audit, at.visit.who, action, about, problem)


async def _shown(at: PageVisit, id: str, status: int = 200, wrong: str | None = None) -> Response:
    person = await at.visit.read(people.known_person, at.visit, id)
    sessions = await at.visit.read(people.sessions_of, at.visit, id)
    return page(
        at,
        "person.html",
        status,
        row=_row(at, person),
        own=people.is_own(at.visit, person),
        sessions=[(one.hash[:NAMED], one) for one in sessions],
        person_roles=PERSON_ROLES,
        wrong=wrong,
    )


def _form(at: PageVisit, asked: PersonAsked, status: int = 200, wrong: str | None = None) -> Response:
    said = [(name, flaw_of(at.words, at.words.say(PERSON_FIELDS[name]), code)) for name, code in asked.flaws.items()]
    return page(
        at,
        "person_new.html",
        status,
        asked=asked,
        said=said,
        labels=PERSON_FIELDS,
        person_roles=PERSON_ROLES,
        wrong=wrong,
    )


def _row(at: PageVisit, person: PersonAccount) -> PersonRow:
    return PersonRow(person, person.is_locked(at.visit.arrived), person.is_disused(at.visit.arrived))
