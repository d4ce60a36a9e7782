"""The people who sign in with accounts: who they are here, and their sessions. For security administrators."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from activities.store.people import PersonAccount
from activities.store.sign_ins import NAMED
from api.access.api_keys import CallerRole
from api.access.key_route import KeyRoute
from api.access.people import PersonRole
from api.access.request_context import Visit, Visiting, only
from api.http.access_bodies import PersonBody, PersonRoleBody
from api.http.problems import Flaw, Problem
from api.http.responses import answer
from api.intake import people
from sla.model import Model

router = APIRouter(
    route_class=KeyRoute, prefix="/v1/people", tags=["people"], dependencies=[Depends(only(CallerRole.SECADMIN))]
)
Id = Annotated[str, Path(pattern="^[0-9a-f]{1,32}$")]


class PersonShown(Model):
    """A person. `locked_until` none where `locked`: until unlocked. `disused`: 90 days without a sign-in, so locked as well."""

    id: str
    issuer: str
    subject: str
    actor: str
    role: PersonRole
    created: datetime
    made_by: str | None
    last_used: datetime | None
    locked: bool
    locked_until: datetime | None
    disused: bool
    ended: datetime | None
    ended_by: str | None


class PersonList(Model):
    """People, oldest first."""

    people: tuple[PersonShown, ...]


class SessionShown(Model):
    """A session that is open. `last_used`: to the minute."""

    id: str
    began: datetime
    last_used: datetime


class SessionList(Model):
    """The sessions of a person, the newest first."""

    sessions: tuple[SessionShown, ...]


class SessionsEnded(Model):
    """How many sessions ended."""

    number: int


@router.get("", response_model=PersonList)
async def list_people(visit: Visiting) -> Response:
    """List the people, those whose accounts have ended as well."""
    found = await visit.read(visit.services.store.people)
    return answer(PersonList(people=tuple(person_shown(one, visit.arrived) for one in found)))


@router.post("", response_model=PersonShown, status_code=201)
async def add_person(visit: Visiting, said: PersonBody) -> Response:
    """Let somebody in that the provider vouches for."""
    made = await visit.read(people.admit, visit, said.subject, said.actor, PersonRole(said.role))
    return answer(person_shown(made, visit.arrived), 201, {"Location": f"/v1/people/{made.id}"})


@router.post("/{id}/role", response_model=PersonShown)
async def change_person_role(visit: Visiting, id: Id, said: PersonRoleBody) -> Response:
    """Give a person another role, which ends the sessions. Nobody changes their own account."""
    await visit.read(people.change_role, visit, id, PersonRole(said.role))
    return await _shown(visit, id)


@router.post("/{id}/lock", response_model=PersonShown)
async def lock_person(visit: Visiting, id: Id) -> Response:
    """Let nobody sign in as a person until it is unlocked, and end the sessions."""
    await visit.read(people.lock, visit, id)
    return await _shown(visit, id)


@router.post("/{id}/unlock", response_model=PersonShown)
async def unlock_person(visit: Visiting, id: Id) -> Response:
    """Let a person sign in again, who was locked or did not sign in for 90 days."""
    await visit.read(people.unlock, visit, id)
    return await _shown(visit, id)


@router.post("/{id}/end", response_model=PersonShown)
async def end_person(visit: Visiting, id: Id) -> Response:
    """End a person's account and sessions, for good; the subject may be let in anew."""
    await visit.read(people.end, visit, id)
    return await _shown(visit, id)


@router.get("/{id}/sessions", response_model=SessionList)
async def list_sessions(visit: Visiting, id: Id) -> Response:
    """List the sessions that a person has open."""
    found = await visit.read(people.sessions_of, visit, id)
    shown = tuple(SessionShown(id=one.hash[:NAMED], began=one.began, last_used=one.seen) for one in found)
    return answer(SessionList(sessions=shown))


@router.post("/{id}/sessions/end", response_model=SessionsEnded)
async def end_sessions(visit: Visiting, id: Id) -> Response:
    """End all sessions of a person, at once."""
    return answer(SessionsEnded(number=await visit.read(people.end_sessions, visit, id)))


@router.post("/{id}/sessions/{session}/end", response_model=SessionsEnded)
async def end_session(visit: Visiting, id: Id, session: Annotated[str, Path(pattern="^[0-9a-f]{1,64}$")]) -> Response:
    """End a session of a person, at once."""
    return answer(SessionsEnded(number=await visit.read(people.end_sessions, visit, id, session)))


async def _shown(visit: Visit, id: str) -> Response:
    found = await visit.read(visit.services.store.person_by_id, id)
    if found is None:
        raise Problem("unknown-person", flaws=[Flaw("path/id", "unknown-person")])
    return answer(person_shown(found, visit.arrived))


def person_shown(person: PersonAccount, now: datetime) -> PersonShown:
    """Return a person as it is shown at a real instant."""
    locked, left_out = person.is_locked(now), {"used", "failures", "unlocked", "locked", "locked_until"}
    return PersonShown(
        **person.model_dump(exclude=left_out),
        last_used=person.used,
        locked=locked,
        locked_until=person.locked_until if locked else None,
        disused=person.is_disused(now),
    )
