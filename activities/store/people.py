"""People that a provider of identities vouches for: who they are here and what they may do stands in this table alone."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, String, Table, Text, insert, select, text, update

from activities.store import tables
from activities.store.audit_log import AuditLog
from activities.store.instants import instant, maybe_instant, micros
from sla.model import Model

LIVE = text("ended IS NULL")
FAILURES = 5  # refused sign-ins of a person, within
WITHIN = timedelta(minutes=15)  # after which nobody signs in as that person for as long
DISUSED = timedelta(days=90)  # without a sign-in, after which there is none until the account is unlocked

person_account = Table(
    "person_account",
    tables.metadata,
    Column("id", String, primary_key=True),
    Column("issuer", String, nullable=False),
    Column("subject", String, nullable=False),  # at the issuer
    Column("actor", String, nullable=False),
    Column("role", String, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("made_by", String),  # NULL: at the command line
    Column("used", BigInteger),  # signed in last
    Column("failures", Text, nullable=False),  # the last instants at which a sign-in was refused
    Column("locked", BigInteger),
    Column("locked_until", BigInteger),  # NULL where locked: until it is unlocked
    Column("unlocked", BigInteger),
    Column("ended", BigInteger),
    Column("ended_by", String),
    # whoever was ended may be added again
    Index("person_account_live", "issuer", "subject", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    Index("person_account_actor", "actor", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
)
ROW, SESSION = person_account.c, tables.session.c
Index("session_person", SESSION.person)


class PersonAccount(Model):
    """Somebody who may sign in, and as what. `locked_until` None where `locked`: until it is unlocked."""

    id: str
    issuer: str
    subject: str
    actor: str
    role: str
    created: datetime
    made_by: str | None = None  # an actor; None: at the command line
    used: datetime | None = None
    failures: tuple[datetime, ...] = ()
    locked: datetime | None = None
    locked_until: datetime | None = None
    unlocked: datetime | None = None
    ended: datetime | None = None
    ended_by: str | None = None

    def is_locked(self, now: datetime) -> bool:
        """Tell whether nobody signs in as this person at a real instant, whatever the provider says."""
        return self.locked is not None and (self.locked_until is None or self.locked_until > now)

    def is_disused(self, now: datetime) -> bool:
        """Tell whether the account was neither used nor unlocked for so long that it opens nothing."""
        return now - max(at for at in (self.created, self.used, self.unlocked) if at is not None) >= DISUSED


class People(AuditLog):
    """The people. Whatever takes something from a person ends their sessions in the same transaction."""

    def add_person(self, new: PersonAccount) -> None:
        """Keep a person; Conflict where the subject, or the actor, is a live person's."""
        values = new.model_dump() | {"created": micros(new.created), "failures": "[]"}
        with self.writing() as connection:
            connection.execute(insert(person_account), values)
            self.audited(connection, "add-person", f"person/{new.id}", new.created)

    def person(self, issuer: str, subject: str) -> PersonAccount | None:
        """Read the person that a subject is, None where there is none or the account has ended."""
        query = select(person_account).where(ROW.issuer == issuer, ROW.subject == subject, ROW.ended.is_(None))
        with self.reading() as connection:
            found = connection.execute(query).mappings().first()
        return None if found is None else person_of(found)

    def person_by_id(self, id: str) -> PersonAccount | None:
        """Read a person by id, one that has ended too."""
        with self.reading() as connection:
            found = connection.execute(select(person_account).where(ROW.id == id)).mappings().first()
        return None if found is None else person_of(found)

    def people(self) -> list[PersonAccount]:
        """Read the people, those that have ended too, oldest first."""
        with self.reading() as connection:
            found = connection.execute(select(person_account).order_by(ROW.created, ROW.id)).mappings().all()
        return [person_of(row) for row in found]

    def change_role(self, id: str, role: str, at: datetime) -> bool:
        """Give a person another role and end their sessions; False where there is none, or it is the same."""
        return self._changed(id, at, "change-role", ROW.role != role, role=role)

    def lock_person(self, id: str, at: datetime) -> bool:
        """Let nobody sign in as a person until it is unlocked, and end their sessions; False where there is none."""
        return self._changed(id, at, "lock-person", locked=micros(at), locked_until=None)

    def unlock_person(self, id: str, at: datetime) -> bool:
        """Let a person sign in again, who was locked or away for long; False where there is none."""
        new = {"locked": None, "locked_until": None, "unlocked": micros(at), "failures": "[]"}
        change = update(person_account).where(ROW.id == id, ROW.ended.is_(None)).values(**new)
        with self.writing() as connection:
            done = connection.execute(change).rowcount == 1
            if done:
                self.audited(connection, "unlock-person", f"person/{id}", at)
        return done

    def end_person(self, id: str, at: datetime, by: str | None = None) -> bool:
        """End a person and their sessions; False where there is none or it has ended already."""
        return self._changed(id, at, "end-person", ended=micros(at), ended_by=by)

    def count_failure(self, id: str, at: datetime) -> bool:
        """Count a refused sign-in of a person; True where it is the one that locks."""
        with self.writing() as connection:
            query = select(person_account).where(ROW.id == id, ROW.ended.is_(None)).with_for_update()
            found = connection.execute(query).mappings().first()
            if found is None:
                return False
            known = person_of(found)
            recent = [one for one in known.failures if at - one < WITHIN] + [at]
            new: dict[str, Any] = {"failures": json.dumps([micros(one) for one in recent[-FAILURES:]])}
            locks = len(recent) >= FAILURES and not known.is_locked(at)
            if locks:
                new |= {"locked": micros(at), "locked_until": micros(at + WITHIN), "failures": "[]"}
            connection.execute(update(person_account).where(ROW.id == id).values(**new))
            if locks:
                end_sessions_of(connection, id, at)
                self.audited(connection, "lock-person", f"person/{id}", at)
        return locks

    def _changed(self, id: str, at: datetime, action: str, *only: Any, **new: Any) -> bool:  # noqa: ANN401  # columns
        with self.writing() as connection:
            change = update(person_account).where(ROW.id == id, ROW.ended.is_(None), *only)
            done = connection.execute(change.values(**new)).rowcount == 1
            if done:
                end_sessions_of(connection, id, at)
                self.audited(connection, action, f"person/{id}", at)
        return done


def end_sessions_of(connection: Connection, person: str, at: datetime, *only: Any) -> int:  # noqa: ANN401  # conditions
    """End sessions of a person in the transaction of a connection; returns how many had not ended."""
    change = update(tables.session).where(SESSION.person == person, SESSION.ended.is_(None), *only)
    return connection.execute(change.values(ended=micros(at))).rowcount


def person_of(row: Mapping[Any, Any]) -> PersonAccount:
    """Return a person as a row has it."""
    instants = {name: maybe_instant(row[name]) for name in ("used", "locked", "locked_until", "unlocked", "ended")}
    failures = tuple(map(instant, json.loads(row["failures"])))
    return PersonAccount(**dict(row) | instants | {"created": instant(row["created"]), "failures": failures})
