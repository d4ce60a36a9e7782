"""Sessions of people at the pages: begun with a key or an account, kept as rows, ended at once.

Who signs in becomes a row; the cookie holds a random text of which the row keeps the hash. So another way to sign in
begins the same sessions, and whoever ends a row ends the session.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from activities.store.keys import ApiKey
from activities.store.people import PersonAccount
from activities.store.sessions import Session, Sessions
from api.access.people import PersonRole, caller_role

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)
NOTED = timedelta(minutes=1)  # how exactly it is kept when a session was used last
REMEMBERED = timedelta(days=30)
BITS = 32  # bytes of the cookie's text


def begin(key: ApiKey, now: datetime) -> tuple[str, Session]:
    """Return the text of a cookie and the session to keep for somebody who has signed in with a key. `now` is real time."""
    text = secrets.token_urlsafe(BITS)
    return text, Session(
        hash=hashed(text),
        key=key.id,
        actor=key.actor,
        company=key.company,
        role=key.role,
        steps=key.steps,
        began=now,
        seen=now,
    )


def begin_of_person(person: PersonAccount, now: datetime) -> tuple[str, Session]:
    """Return the text of a cookie and the session to keep for a person that the provider vouched for. `now` is real time."""
    text, role = secrets.token_urlsafe(BITS), caller_role(PersonRole(person.role))
    return text, Session(hash=hashed(text), person=person.id, actor=person.actor, role=role, began=now, seen=now)


def hashed(text: str) -> str:
    """Say what is kept of a cookie's text."""
    return sha256(text.encode()).hexdigest()


def form_token(text: str) -> str:
    """Return what every form of a session carries: only who reads its pages knows it."""
    return sha256(b"form:" + text.encode()).hexdigest()


def live_sessions(found: Iterable[Session], now: datetime) -> list[Session]:
    """Return the sessions that are not over at a real instant."""
    return [one for one in found if one.ended is None and now - one.seen < IDLE and now - one.began < LONGEST]


def current(store: Sessions, text: str, now: datetime, *, used: bool) -> Session | None:
    """Return the session of a cookie at a real instant, None where it is over.

    `used`: by a person and not by a page that refreshes itself; then it is in use again.
    """
    found = store.session(hashed(text), now)
    if found is None or not live_sessions([found], now):
        return None
    if used and now - found.seen >= NOTED:
        store.see_session(found.hash, now)
    return found
