"""Sign-ins that have begun at a provider of identities, and the sessions of people that they become."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Column, Index, String, Table, Text, delete, insert, select, update

from activities.store import tables
from activities.store.audit_log import AuditLog
from activities.store.instants import instant, micros
from activities.store.people import SESSION, PersonAccount, end_sessions_of, person_account, person_of
from activities.store.sessions import Session, session_of, session_values
from sla.model import Model

LONGEST = timedelta(minutes=10)  # from the beginning of a sign-in to its end
NAMED = 16  # characters of a session's hash by which it is named

begun_sign_in = Table(
    "begun_sign_in",
    tables.metadata,
    Column("hash", String(64), primary_key=True),  # of the cookie's text, which is kept nowhere
    Column("state", String(64), nullable=False),  # its hash
    Column("nonce", String, nullable=False),
    Column("verifier", String, nullable=False),
    Column("place", Text, nullable=False),  # where to go on
    Column("began", BigInteger, nullable=False),
    Index("begun_sign_in_began", "began"),
)
ROW = begun_sign_in.c


class BegunSignIn(Model):
    """A sign-in that has begun here: what its answer has to fit to. `place`: the page to go on with."""

    hash: str
    state: str
    nonce: str
    verifier: str
    place: str
    began: datetime


class SignIns(AuditLog):
    """The sign-ins of people."""

    def begin_sign_in(self, begun: BegunSignIn) -> None:
        """Keep a sign-in that begins, and forget those that nobody ended in time."""
        with self.writing() as connection:
            connection.execute(delete(begun_sign_in).where(ROW.began <= micros(begun.began - LONGEST)))
            connection.execute(insert(begun_sign_in), begun.model_dump() | {"began": micros(begun.began)})

    def take_sign_in(self, hashed: str, state: str, now: datetime) -> BegunSignIn | None:
        """Take a sign-in, which nobody takes again; None where there is none of that cookie and state, or it is over."""
        with self.writing() as connection:
            wanted = (ROW.hash == hashed, ROW.state == state)
            found = connection.execute(select(begun_sign_in).where(*wanted)).mappings().first()
            if found is None or connection.execute(delete(begun_sign_in).where(*wanted)).rowcount == 0:
                return None
        begun = BegunSignIn(**dict(found) | {"began": instant(found["began"])})
        return begun if now - begun.began < LONGEST else None

    def sign_in_person(self, session: Session, known: PersonAccount, forget_before: datetime) -> bool:
        """Keep the session of a person who signs in as `known`; False where that was ended, locked or changed meanwhile."""
        row = person_account.c
        query = select(person_account).where(row.id == known.id, row.ended.is_(None)).with_for_update()
        with self.writing() as connection:
            found = connection.execute(query).mappings().first()
            if found is None or person_of(found).is_locked(session.began) or found["role"] != known.role:
                return False
            new = {"used": micros(session.began), "failures": "[]", "locked": None, "locked_until": None}
            connection.execute(update(person_account).where(row.id == known.id).values(**new))
            connection.execute(delete(tables.session).where(SESSION.seen < micros(forget_before)))
            connection.execute(insert(tables.session), session_values(session))
            self.audited(connection, "sign-in", f"person/{known.id}", session.began)
        return True

    def sessions_of(self, person: str) -> list[Session]:
        """Read the sessions of a person that nobody has ended, the newest first."""
        query = select(tables.session).where(SESSION.person == person, SESSION.ended.is_(None))
        with self.reading() as connection:
            found = connection.execute(query.order_by(SESSION.began.desc(), SESSION.hash)).mappings().all()
        return [session_of(row) for row in found]

    def end_sessions(self, person: str, at: datetime, named: str | None = None) -> int:
        """End the sessions of a person, or the one of a name; returns how many had not ended."""
        only = () if named is None else (SESSION.hash.startswith(named, autoescape=True),)
        with self.writing() as connection:
            number = end_sessions_of(connection, person, at, *only)
            if number:
                self.audited(connection, "end-sessions", f"person/{person}", at)
        return number
