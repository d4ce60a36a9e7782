"""What a security administrator does with people, the same from the API and from the pages; never with their own account."""

from collections.abc import Callable
from datetime import datetime

from activities.store.errors import Conflict
from activities.store.people import PersonAccount
from activities.store.sessions import Session
from activities.store.sign_ins import NAMED
from api.access.people import BadSubject, NoProviderSet, PersonRole, new_person
from api.access.request_context import Visit
from api.access.sessions import live_sessions
from api.http.problems import Flaw, Problem


def known_person(visit: Visit, id: str) -> PersonAccount:
    """Return a person whose account has not ended; blocks."""
    found = visit.services.store.person_by_id(id)
    if found is None or found.ended is not None:
        raise Problem("unknown-person", flaws=[Flaw("path/id", "unknown-person")])
    return found


def is_own(visit: Visit, person: PersonAccount) -> bool:
    """Tell whether an account is that of whoever asks, whichever way they came in."""
    return visit.caller.person == person.id or visit.caller.actor == person.actor


def admit(visit: Visit, subject: str, actor: str, role: PersonRole) -> PersonAccount:
    """Let somebody in; blocks."""
    issuer = visit.services.settings.people_issuer
    try:
        made = new_person(
            issuer=issuer, subject=subject, actor=actor, role=role, now=visit.arrived, made_by=visit.caller.actor
        )
        visit.services.store.add_person(made)
    except NoProviderSet as error:
        raise Problem("no-sign-in-provider", str(error)) from None
    except BadSubject:
        raise Problem("invalid", flaws=[Flaw("#/subject", "bad-form")]) from None
    except Conflict:
        raise Problem("person-exists", flaws=[Flaw("#/subject", "person-exists")]) from None
    return made


def change_role(visit: Visit, id: str, role: PersonRole) -> None:
    """Give a person another role; blocks."""
    _others(visit, id)
    if not visit.services.store.change_role(id, role, visit.arrived):
        raise Problem("same-role", flaws=[Flaw("#/role", "same-role")])


def lock(visit: Visit, id: str) -> None:
    """Let nobody sign in as a person; blocks."""
    _change(visit, id, visit.services.store.lock_person)


def unlock(visit: Visit, id: str) -> None:
    """Let a person sign in again; blocks."""
    _change(visit, id, visit.services.store.unlock_person)


def end(visit: Visit, id: str) -> None:
    """End a person's account; blocks."""
    _change(visit, id, lambda person, at: visit.services.store.end_person(person, at, visit.caller.actor))


def sessions_of(visit: Visit, id: str) -> list[Session]:
    """Return the sessions that a person has open; blocks."""
    known_person(visit, id)
    return live_sessions(visit.services.store.sessions_of(id), visit.arrived)


def end_sessions(visit: Visit, id: str, session: str | None = None) -> int:
    """End a person's sessions, or one by its name; blocks, and returns how many ended."""
    known_person(visit, id)
    named = session is None or len(session) == NAMED
    number = visit.services.store.end_sessions(id, visit.arrived, session) if named else 0
    if session is not None and not number:
        raise Problem("unknown-session", flaws=[Flaw("path/session", "unknown-session")])
    return number


def _others(visit: Visit, id: str) -> PersonAccount:
    person = known_person(visit, id)
    if is_own(visit, person):
        raise Problem("own-account")
    return person


def _change(visit: Visit, id: str, change: Callable[[str, datetime], bool]) -> None:
    _others(visit, id)
    if not change(id, visit.arrived):
        raise Problem("unknown-person", flaws=[Flaw("path/id", "unknown-person")])
