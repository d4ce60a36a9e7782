"""API keys: made once, kept as hashes, looked up with every request."""

import re
import secrets
import string
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Protocol
from zlib import crc32

from activities.record import StepPicture
from activities.store.errors import StoreUnavailable
from activities.store.keys import ApiKey
from activities.store.sessions import Session
from api.access.lately_read import LatelyRead
from api.access.networks import lies_within, written_networks
from api.http.bearer import unauthenticated
from api.http.problems import Problem
from sla.companies import COMPANIES

LIVE, SANDBOX = "sx_live_", "sx_test_"  # what a key begins with: for real cases, or for a rehearsal
PREFIX = len(LIVE)
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM = 30  # characters, 178 bits
CHECK = 6  # characters of a CRC32, so that a mistyped key costs no look-up
DEFAULT_DAYS = 90
LONGEST_DAYS = 365
MOST_NOTED = 1000
NOTED = timedelta(hours=1)  # how exactly it is kept when a key was used last
DISUSED = timedelta(days=90)  # after which a key that nobody used opens nothing
LONGEST_OVERLAP = 7  # days that a key goes on beside the one that takes its place
ACTOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class CallerRole(StrEnum):
    """What a key may do."""

    OFFICER = "officer"  # everything
    SUPERVISOR = "supervisor"  # reads, and confirms what was told too late
    UTILITY = "utility"  # its own steps
    AUDITOR = "auditor"  # reads
    IMPORTER = "importer"  # reads, and takes over cases that ran in another system
    SYSADMIN = "sysadmin"  # looks after webhooks and channels; sees no case and no audit log
    SECADMIN = "secadmin"  # looks after people, keys and machines; sees no case and no audit log


class KeyState(StrEnum):
    """Whether a key opens anything, and why it does not."""

    LIVE = "live"
    REVOKED = "revoked"
    EXPIRED = "expired"
    DISUSED = "disused"


class BadActor(ValueError):
    """An actor is named by 1 to 64 letters, digits, dots and hyphens: a desk or a program, never a person."""


class UnknownCompany(ValueError):
    """A utility's key names one of the companies that are known; no other key names one."""


class LifeTooLong(ValueError):
    """A key lives between 1 and 365 days."""


class OverlapTooLong(ValueError):
    """A key goes on for 0 to 7 days beside the one that takes its place."""


class NotRenewable(ValueError):
    """A key is renewed once, while it opens something, and not while the one before it still does."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request. `owners`: whose steps it may touch; None: all."""

    actor: str
    role: CallerRole
    company: str | None = None
    owners: tuple[str, ...] | None = None
    steps: frozenset[str] = frozenset()  # further narrowed to these; empty: not
    credential: str = ""  # what it asks with, as it is counted: nothing of its text
    person: str | None = None  # whose account it is, where somebody signed in with one

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
    networks: Iterable[str] = (),
    days: int = DEFAULT_DAYS,
    id: str | None = None,
    made_by: str | None = None,
    sandbox: bool = False,
) -> tuple[str, ApiKey]:
    """Return a key's text, to be shown once, and what is kept of it (`Store.add_key`). `now` is real time.

    `sandbox`: it opens rehearsals alone; without it, it opens what runs in real time alone.
    """
    if not ACTOR.fullmatch(actor):
        raise BadActor(BadActor.__doc__)
    if (company in COMPANIES) is not (role is CallerRole.UTILITY):
        raise UnknownCompany(f"{UnknownCompany.__doc__} Known: {', '.join(COMPANIES)}.")
    if not 1 <= days <= LONGEST_DAYS:
        raise LifeTooLong(LifeTooLong.__doc__)
    body = (SANDBOX if sandbox else LIVE) + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    text = body + _check(body)
    kept = ApiKey(
        id=id or secrets.token_hex(6),
        prefix=text[: PREFIX + 4],
        hash=hashed(text),
        actor=actor,
        company=company,
        role=role,
        steps=steps,
        networks=written_networks(networks),
        created=now,
        expires=now + timedelta(days=days),
        made_by=made_by,
    )
    return text, kept


def renewed(
    key: ApiKey, *, now: datetime, before: ApiKey | None, overlap: int = LONGEST_OVERLAP, days: int = DEFAULT_DAYS
) -> tuple[str, ApiKey, datetime]:
    """Return the text and the record of a key's successor, and when the key itself ends then (`Store.renew_key`).

    `before` is the key that this one took the place of, None where there is none. `now` is real time.
    """
    if not 0 <= overlap <= LONGEST_OVERLAP:
        raise OverlapTooLong(OverlapTooLong.__doc__)
    still_two = before is not None and key_state(before, now) is KeyState.LIVE
    if key_state(key, now) is not KeyState.LIVE or still_two:
        raise NotRenewable(NotRenewable.__doc__)
    text, kept = new_key(
        actor=key.actor,
        role=CallerRole(key.role),
        company=key.company,
        steps=key.steps,
        networks=key.networks,
        days=days,
        now=now,
        sandbox=is_sandbox(key),
    )
    ends = now + timedelta(days=overlap)
    return text, kept.model_copy(update={"renews": key.id}), min(ends, key.expires or ends)


def key_state(key: ApiKey, now: datetime) -> KeyState:
    """Say whether a key opens anything at a real instant."""
    if key.revoked is not None:
        return KeyState.REVOKED
    if key.expires is not None and key.expires <= now:
        return KeyState.EXPIRED
    return KeyState.DISUSED if now - (key.used or key.created) >= DISUSED else KeyState.LIVE


def hashed(text: str) -> str:
    """Say what is kept of a key; it has 178 random bits, so no slow hash is needed."""
    return sha256(text.encode()).hexdigest()


def well_formed(text: str) -> bool:
    """Tell whether a key's own check sum holds."""
    if len(text) != PREFIX + RANDOM + CHECK or not text.startswith((LIVE, SANDBOX)) or not text.isascii():
        return False
    return secrets.compare_digest(text[-CHECK:], _check(text[:-CHECK]))


def is_sandbox(key: ApiKey) -> bool:
    """Tell whether a key opens rehearsals alone."""
    return key.prefix.startswith(SANDBOX)


def valid_key(
    text: str, look_up: Callable[[str], ApiKey | None], now: datetime, *, address: str | None, sandbox: bool = False
) -> ApiKey:
    """Return what is kept of a key that opens something at a real instant; a Problem where it does not.

    `address` is where the request comes from, `sandbox` whether this is a rehearsal. A key for the other kind is told
    so by its form alone, whether it is known or not; whatever else is wrong with a key, the Problem is the same.
    """
    whole = well_formed(text)
    if whole and text.startswith(SANDBOX) is not sandbox:
        raise Problem("live-key" if sandbox else "sandbox-key", headers={"WWW-Authenticate": "Bearer"})
    key = look_up(hashed(text)) if whole else None
    if key is None or key_state(key, now) is not KeyState.LIVE or not lies_within(address, key.networks):
        raise unauthenticated()
    return key


def caller_of(kept: ApiKey | Session) -> Caller:
    """Say who a key, or a session begun with one, stands for."""
    role = CallerRole(kept.role)
    whose = (kept.company, owners_of(role, kept.company), frozenset(kept.steps))
    person = kept.person if isinstance(kept, Session) else None
    credential = f"person:{person}" if person else f"key:{kept.key if isinstance(kept, Session) else kept.id}"
    return Caller(kept.actor, role, *whose, credential=credential, person=person)


def owners_of(role: CallerRole, company: str | None) -> tuple[str, ...] | None:
    """Return whose steps a role of a company may touch; None: all."""
    return COMPANIES.get(company or "", ()) if role is CallerRole.UTILITY else None


class KeyShelf(Protocol):
    """Where keys are kept; every method may raise StoreUnavailable."""

    def key_by_hash(self, hashed: str) -> ApiKey | None:
        """Read a key."""

    def use_key(self, key: str, at: datetime, *, unless_since: datetime) -> None:
        """Note that a key was used."""


class Keyring:
    """Look-ups of keys, each believed for two seconds; an unknown key is looked up every time. `sandbox`: of a rehearsal."""

    def __init__(self, shelf: KeyShelf, *, sandbox: bool = False) -> None:
        self._shelf = shelf
        self._sandbox = sandbox
        self._known = LatelyRead(shelf.key_by_hash)
        self._noted: dict[str, datetime] = {}

    def caller(self, text: str, now: datetime, *, address: str | None) -> Caller:
        """Return the caller whose key this is at a real instant; a Problem where it is none."""
        key = valid_key(text, self.look_up, now, address=address, sandbox=self._sandbox)
        self.used(key, now)
        return caller_of(key)

    def used(self, key: ApiKey, now: datetime) -> None:
        """Note that a key is used, once an hour; nobody is refused because that cannot be written."""
        last = self._noted.get(key.id, key.used)
        if last is not None and now - last < NOTED:
            return
        if len(self._noted) >= MOST_NOTED:
            self._noted.clear()
        self._noted[key.id] = now
        with suppress(StoreUnavailable):
            self._shelf.use_key(key.id, now, unless_since=now - NOTED)

    def look_up(self, key_hash: str) -> ApiKey | None:
        """Return the key, used last where this process knows of a later use; may raise StoreUnavailable."""
        key = self._known.look_up(key_hash)
        noted = None if key is None else self._noted.get(key.id)
        if key is None or noted is None or (key.used is not None and key.used >= noted):
            return key
        return key.model_copy(update={"used": noted})


def _check(body: str) -> str:
    number = crc32(body.encode())
    digits = []
    for _ in range(CHECK):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
