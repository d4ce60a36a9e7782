"""API keys as they are kept: their hashes."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from activities.store import tables
from activities.store.database import Database
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


class Keys(Database):
    """The keys."""

    def add_key(self, key: ApiKey) -> None:
        """Keep a key; Conflict where its id or hash is taken."""
        values = key.model_dump() | {
            "steps": json.dumps(key.steps),
            "created": micros(key.created),
            "expires": maybe_micros(key.expires),
            "revoked": maybe_micros(key.revoked),
        }
        with self.writing() as connection:
            connection.execute(insert(tables.api_key), values)

    def key_by_hash(self, hashed: str) -> ApiKey | None:
        """Read the key with a hash, expired and revoked ones too."""
        with self.reading() as connection:
            found = connection.execute(select(tables.api_key).where(KEY.hash == hashed)).mappings().first()
        return None if found is None else _key(found)

    def keys(self) -> list[ApiKey]:
        """Read all keys, oldest first."""
        with self.reading() as connection:
            found = connection.execute(select(tables.api_key).order_by(KEY.created, KEY.id)).mappings().all()
        return [_key(row) for row in found]

    def revoke(self, key: str, at: datetime) -> bool:
        """Revoke a key by id; False where there is none or it is revoked already."""
        change = update(tables.api_key).where(KEY.id == key, KEY.revoked.is_(None)).values(revoked=micros(at))
        with self.writing() as connection:
            return connection.execute(change).rowcount == 1


def _key(row: Mapping[Any, Any]) -> ApiKey:
    values = dict(row) | {
        "steps": tuple(json.loads(row["steps"])),
        "created": instant(row["created"]),
        "expires": maybe_instant(row["expires"]),
        "revoked": maybe_instant(row["revoked"]),
    }
    return ApiKey(**values)
