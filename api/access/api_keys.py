"""API keys: made once, kept as hashes, looked up with every request."""

import re
import secrets
import string
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple, Protocol
from zlib import crc32

from activities.record import StepPicture
from activities.store.errors import StoreUnavailable
from activities.store.keys import ApiKey
from activities.store.sessions import Session
from api.http.bearer import unauthenticated
from sla.companies import COMPANIES

PREFIX = "sx_live_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM = 30  # characters, 178 bits
CHECK = 6  # characters of a CRC32, so that a mistyped key costs no look-up
DEFAULT_DAYS = 90
LONGEST_DAYS = 365
KEPT = 2.0  # seconds that a look-up is believed: a revoked key is refused well within five
MOST_KEPT = 1000
NOTED = timedelta(hours=1)  # how exactly it is kept when a key was used last
ACTOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class CallerRole(StrEnum):
    """What a key may do."""

    OFFICER = "officer"  # everything
    SUPERVISOR = "supervisor"  # reads, and confirms what was told too late
    UTILITY = "utility"  # its own steps
    AUDITOR = "auditor"  # reads
    IMPORTER = "importer"  # reads, and takes over cases that ran in another system


class BadActor(ValueError):
    """An actor is named by 1 to 64 letters, digits, dots and hyphens: a desk or a program, never a person."""


class UnknownCompany(ValueError):
    """A utility's key names one of the companies that are known; no other key names one."""


class LifeTooLong(ValueError):
    """A key lives between 1 and 365 days."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request. `owners`: whose steps it may touch; None: all."""

    actor: str
    role: CallerRole
    company: str | None = None
    owners: tuple[str, ...] | None = None
    steps: frozenset[str] = frozenset()  # further narrowed to these; empty: not

    def request_id(self, key: str) -> str:
        """Say what an idempotency key is on record as: two companies may use the same."""
        return f"{self.company or self.actor}:{key}"

    def may_touch(self, step: StepPicture) -> bool:
        """Tell whether a step is the caller's."""
        return self.owners is None or (step.owner in self.owners and (not self.steps or step.key in self.steps))


def new_key(
    *,
    actor: str,
    role: CallerRole,
    now: datetime,
    company: str | None = None,
    steps: tuple[str, ...] = (),
    days: int = DEFAULT_DAYS,
    id: str | None = None,
    made_by: str | None = None,
) -> tuple[str, ApiKey]:
    """Return a key's text, to be shown once, and what is kept of it (`Store.add_key`). `now` is real time."""
    if not ACTOR.fullmatch(actor):
        raise BadActor(BadActor.__doc__)
    if (company in COMPANIES) is not (role is CallerRole.UTILITY):
        raise UnknownCompany(f"{UnknownCompany.__doc__} Known: {', '.join(COMPANIES)}.")
    if not 1 <= days <= LONGEST_DAYS:
        raise LifeTooLong(LifeTooLong.__doc__)
    body = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    text = body + _check(body)
    kept = ApiKey(
        id=id or secrets.token_hex(6),
        prefix=text[: len(PREFIX) + 4],
        hash=hashed(text),
        actor=actor,
        company=company,
        role=role,
        steps=steps,
        created=now,
        expires=now + timedelta(days=days),
        made_by=made_by,
    )
    return text, kept


def hashed(text: str) -> str:
    """Say what is kept of a key; it has 178 random bits, so no slow hash is needed."""
    return sha256(text.encode()).hexdigest()


def well_formed(text: str) -> bool:
    """Tell whether a key's own check sum holds."""
    if len(text) != len(PREFIX) + RANDOM + CHECK or not text.startswith(PREFIX) or not text.isascii():
        return False
    return secrets.compare_digest(text[-CHECK:], _check(text[:-CHECK]))


def valid_key(text: str, look_up: Callable[[str], ApiKey | None], now: datetime) -> ApiKey:
    """Return what is kept of a key that opens something at a real instant; a Problem where it does not."""
    key = look_up(hashed(text)) if well_formed(text) else None
    if key is None or key.revoked is not None or (key.expires is not None and key.expires <= now):
        raise unauthenticated()
    return key


def caller_of(kept: ApiKey | Session) -> Caller:
    """Say who a key, or a session begun with one, stands for."""
    owners = COMPANIES.get(kept.company or "", ()) if kept.role == CallerRole.UTILITY else None
    return Caller(kept.actor, CallerRole(kept.role), kept.company, owners, frozenset(kept.steps))


class LookUp(NamedTuple):
    """A look-up, and when it was made."""

    key: ApiKey
    at: float


class KeyShelf(Protocol):
    """Where keys are kept; every method may raise StoreUnavailable."""

    def key_by_hash(self, hashed: str) -> ApiKey | None:
        """Read a key."""

    def use_key(self, key: str, at: datetime, *, unless_since: datetime) -> None:
        """Note that a key was used."""


class Keyring:
    """Look-ups of keys, each believed for two seconds; an unknown key is looked up every time."""

    def __init__(self, shelf: KeyShelf) -> None:
        self._shelf = shelf
        self._kept: dict[str, LookUp] = {}
        self._noted: dict[str, datetime] = {}

    def caller(self, authorization: str | None, now: datetime) -> Caller:
        """Return the caller of an `Authorization: Bearer` header at a real instant; a Problem where there is none."""
        scheme, _, text = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            raise unauthenticated()
        key = valid_key(text.strip(), self.look_up, now)
        self.used(key, now)
        return caller_of(key)

    def used(self, key: ApiKey, now: datetime) -> None:
        """Note that a key is used, once an hour; nobody is refused because that cannot be written."""
        last = self._noted.get(key.id, key.used)
        if last is not None and now - last < NOTED:
            return
        if len(self._noted) >= MOST_KEPT:
            self._noted.clear()
        self._noted[key.id] = now
        with suppress(StoreUnavailable):
            self._shelf.use_key(key.id, now, unless_since=now - NOTED)

    def known(self, key_hash: str) -> ApiKey | None:
        """Return the key, if it was looked up just now."""
        kept = self._kept.get(key_hash)
        return kept.key if kept is not None and time.monotonic() - kept.at < KEPT else None

    def look_up(self, key_hash: str) -> ApiKey | None:
        """Return the key; may raise StoreUnavailable."""
        asked = time.monotonic()
        key = self.known(key_hash) or self._shelf.key_by_hash(key_hash)
        if key is not None and self.known(key_hash) is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key_hash] = LookUp(key, asked)
        return key


def _check(body: str) -> str:
    number = crc32(body.encode())
    digits = []
    for _ in range(CHECK):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
