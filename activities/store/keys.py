"""API keys as they are kept: their hashes."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, insert, or_, select, tuple_, update

from activities.store import tables
from activities.store.audit_log import AuditLog
from activities.store.instants import instant, maybe_instant, maybe_micros, micros
from sla.model import Model

KEY = tables.api_key.c


class ApiKey(Model):
    """A key of a company or an officer; the key itself is shown once and kept nowhere."""

    id: str
    prefix: str
    hash: str
    actor: str
    company: str | None = None
    role: str
    steps: tuple[str, ...] = ()  # keys of the steps it may post; empty: all of its company's
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None
    used: datetime | None = None  # last; noted at most once an hour
    made_by: str | None = None  # an actor; None: at the command line
    revoked_by: str | None = None
    networks: tuple[str, ...] = ()  # from which it may be used; empty: from everywhere
    renews: str | None = None  # id of the key whose place it takes


class Keys(AuditLog):
    """The keys."""

    def add_key(self, key: ApiKey) -> None:
        """Keep a key; Conflict where its id or hash is taken."""
        with self.writing() as connection:
            connection.execute(insert(tables.api_key), _values(key))
            self.audited(connection, "make-key", f"key/{key.id}", key.created)

    def renew_key(self, key: ApiKey, old_ends: datetime) -> bool:
        """Keep a key that takes another's place, which then ends; Conflict where another did. False: that one is revoked."""
        change = update(tables.api_key).where(KEY.id == key.renews, KEY.revoked.is_(None))
        with self.writing() as connection:
            if connection.execute(change.values(expires=micros(old_ends))).rowcount == 0:
                return False
            connection.execute(insert(tables.api_key), _values(key))
            self.audited(connection, "renew-key", f"key/{key.renews}", key.created)
            self.audited(connection, "make-key", f"key/{key.id}", key.created)
        return True

    def key_by_hash(self, hashed: str) -> ApiKey | None:
        """Read the key with a hash, expired and revoked ones too."""
        with self.reading() as connection:
            found = connection.execute(select(tables.api_key).where(KEY.hash == hashed)).mappings().first()
        return None if found is None else _key(found)

    def key(self, key: str) -> ApiKey | None:
        """Read a key by id."""
        with self.reading() as connection:
            found = connection.execute(select(tables.api_key).where(KEY.id == key)).mappings().first()
        return None if found is None else _key(found)

    def keys(
        self,
        *,
        ended_after: datetime | None = None,
        after: tuple[datetime, str] | None = None,
        limit: int | None = None,
    ) -> list[ApiKey]:
        """Read keys, oldest first, after one; `ended_after` leaves out those that had ended by then."""
        query = select(tables.api_key).order_by(KEY.created, KEY.id).limit(limit)
        if ended_after is not None:
            since = micros(ended_after)
            query = query.where(*(or_(end.is_(None), end > since) for end in (KEY.revoked, KEY.expires)))
        if after is not None:
            query = query.where(tuple_(KEY.created, KEY.id) > tuple_(micros(after[0]), after[1]))
        with self.reading() as connection:
            found = connection.execute(query).mappings().all()
        return [_key(row) for row in found]

    def expiring_keys(self, after: datetime, before: datetime, limit: int) -> list[ApiKey]:
        """Read the keys that end between two instants and whose place no other has taken, the first to end first."""
        successor = tables.api_key.alias().c
        query = (
            select(tables.api_key)
            .where(KEY.revoked.is_(None), KEY.expires > micros(after), KEY.expires <= micros(before))
            .where(~exists().where(successor.renews == KEY.id))
            .order_by(KEY.expires, KEY.id)
            .limit(limit)
        )
        with self.reading() as connection:
            return [_key(row) for row in connection.execute(query).mappings()]

    def revoke(self, key: str, at: datetime, by: str | None = None) -> bool:
        """Revoke a key by id; False where there is none or it is revoked already."""
        change = update(tables.api_key).where(KEY.id == key, KEY.revoked.is_(None))
        with self.writing() as connection:
            revoked = connection.execute(change.values(revoked=micros(at), revoked_by=by)).rowcount == 1
            if revoked:
                self.audited(connection, "revoke-key", f"key/{key}", at)
        return revoked

    def use_key(self, key: str, at: datetime, *, unless_since: datetime) -> None:
        """Note that a key was used; not where it was already since an instant."""
        change = update(tables.api_key).where(KEY.id == key, or_(KEY.used.is_(None), KEY.used < micros(unless_since)))
        with self.writing() as connection:
            connection.execute(change.values(used=micros(at)))


def _values(key: ApiKey) -> dict[str, Any]:
    return key.model_dump() | {
        "steps": json.dumps(key.steps),
        "networks": json.dumps(key.networks),
        "created": micros(key.created),
        "expires": maybe_micros(key.expires),
        "revoked": maybe_micros(key.revoked),
        "used": maybe_micros(key.used),
    }


def _key(row: Mapping[Any, Any]) -> ApiKey:
    values = dict(row) | {
        "steps": tuple(json.loads(row["steps"])),
        "networks": tuple(json.loads(row["networks"] or "[]")),
        "created": instant(row["created"]),
        "expires": maybe_instant(row["expires"]),
        "revoked": maybe_instant(row["revoked"]),
        "used": maybe_instant(row["used"]),
    }
    return ApiKey(**values)
