"""Sessions of people at the pages, as they are kept: under the hash of their cookie."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from activities.store import tables
from activities.store.audit_log import AuditLog
from activities.store.instants import instant, maybe_instant, micros
from sla.model import Model

SESSION, KEY = tables.session.c, tables.api_key.c


RING = 8  # lists that a session remembers

Lists = tuple[tuple[int, str], ...]  # number and query, the last one last


class Session(Model):
    """Somebody who has signed in. `ended`: by signing out, or the end of the key or the person that it was begun with."""

    hash: str
    key: str | None = None
    person: str | None = None  # of an account; then there is no key
    actor: str
    company: str | None = None
    role: str
    steps: tuple[str, ...] = ()
    began: datetime
    seen: datetime
    ended: datetime | None = None
    lists: Lists = ()


class Sessions(AuditLog):
    """The sessions."""

    def add_session(self, session: Session, forget_before: datetime) -> None:
        """Keep a session, and forget those that were seen last before an instant."""
        with self.writing() as connection:
            connection.execute(delete(tables.session).where(SESSION.seen < micros(forget_before)))
            connection.execute(insert(tables.session), session_values(session))
            self.audited(connection, "sign-in", f"key/{session.key}", session.began)

    def session(self, hashed: str, now: datetime) -> Session | None:
        """Read a session, an ended one too; with the key that it was begun with it ends as well."""
        key_over = or_(KEY.revoked.is_not(None), KEY.expires <= micros(now))
        query = (
            select(tables.session, key_over.label("key_over"), KEY.expires, KEY.revoked)
            .outerjoin(tables.api_key, KEY.id == SESSION.key)
            .where(SESSION.hash == hashed)
        )
        with self.reading() as connection:
            found = connection.execute(query).mappings().first()
        if found is None:
            return None
        over = (maybe_instant(found["revoked"]) or instant(found["expires"])) if found["key_over"] else None
        return session_of(found, over)

    def see_session(self, hashed: str, now: datetime) -> None:
        """Note that a session is in use."""
        change = update(tables.session).where(SESSION.hash == hashed, SESSION.ended.is_(None))
        with self.writing() as connection:
            connection.execute(change.values(seen=micros(now)))

    def end_session(self, hashed: str, now: datetime) -> None:
        """End a session; nothing where it has ended."""
        change = update(tables.session).where(SESSION.hash == hashed, SESSION.ended.is_(None))
        with self.writing() as connection:
            if connection.execute(change.values(ended=micros(now))).rowcount:
                query = select(SESSION.key, SESSION.person).where(SESSION.hash == hashed)
                key, person = connection.execute(query).one()
                self.audited(connection, "sign-out", f"person/{person}" if person else f"key/{key}", now)

    def keep_list(self, hashed: str, query: str) -> int:
        """Remember what a list was asked for, and return its number in the session; the oldest of more than `RING` goes."""
        with self.writing() as connection:
            kept = _lists(connection.scalar(select(SESSION.lists).where(SESSION.hash == hashed).with_for_update()))
            known = next((number for number, asked in kept if asked == query), None)
            if known is not None:
                return known
            number = kept[-1][0] + 1 if kept else 1
            text = json.dumps([*kept, (number, query)][-RING:])
            connection.execute(update(tables.session).where(SESSION.hash == hashed).values(lists=text))
        return number


def session_values(session: Session) -> dict[str, Any]:
    """Return the columns of a session that begins."""
    return session.model_dump() | {
        "steps": json.dumps(session.steps),
        "began": micros(session.began),
        "seen": micros(session.seen),
        "ended": None,
        "lists": None,
    }


def session_of(row: Mapping[Any, Any], key_over: datetime | None = None) -> Session:
    """Return a session as a row has it; `key_over`: when the key ended that it was begun with."""
    return Session(
        hash=row["hash"],
        key=row["key"],
        person=row["person"],
        actor=row["actor"],
        company=row["company"],
        role=row["role"],
        steps=tuple(json.loads(row["steps"])),
        began=instant(row["began"]),
        seen=instant(row["seen"]),
        ended=maybe_instant(row["ended"]) or key_over,
        lists=_lists(row["lists"]),
    )


def _lists(text: str | None) -> Lists:
    return tuple((number, query) for number, query in json.loads(text or "[]"))
