"""Access tokens of machines (RFC 9068): what a provider signed says who it is, our own table what it may do."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from joserfc import jws, jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry

from activities.store.errors import StoreUnavailable
from activities.store.machines import Machine
from api.access.api_keys import DISUSED, NOTED, Caller, CallerRole, owners_of
from api.access.lately_read import LatelyRead
from api.access.networks import lies_within
from api.http.problems import Problem

LEEWAY = 60  # seconds by which the provider's clock and ours may differ
LONGEST = 8192  # characters of a token
TYPES = frozenset({"at+jwt", "application/at+jwt"})
FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.ASCII)
ROLES = (
    CallerRole.UTILITY,
    CallerRole.IMPORTER,
    CallerRole.AUDITOR,
)  # that a machine may have: people confirm and decide
MUST_HAVE = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id")


@dataclass(frozen=True, slots=True)
class TokenRules:
    """Which tokens are taken: of one issuer, for one audience, signed so, and living `longest` seconds at most."""

    issuer: str
    audience: str
    algorithms: tuple[str, ...]
    longest: float


class MachineShelf(Protocol):
    """Where machines are kept; every method may raise StoreUnavailable."""

    def machine(self, issuer: str, client: str) -> Machine | None:
        """Read the machine that a client is."""

    def use_machine(self, id: str, at: datetime, *, unless_since: datetime) -> None:
        """Note that a machine was let in."""


class AccessTokens:
    """The tokens of one issuer's machines. `key` returns the provider's public key of a name, and may raise a Problem."""

    def __init__(self, rules: TokenRules, key: Callable[[str | None], Key | None], shelf: MachineShelf) -> None:
        self._rules = rules
        self._key = key
        self._shelf = shelf
        self._registry = Allowed(
            algorithms=rules.algorithms, strict_check_header=False
        )  # others may be there: RFC 7515
        self._known: LatelyRead[str, Machine] = LatelyRead(self._read)

    def caller(self, text: str, now: datetime, *, address: str | None) -> Caller:
        """Return the caller that a token stands for at a real instant; a Problem where there is none."""
        client = self._client(text, now.timestamp())
        machine = self._known.look_up(client)
        if machine is None or _disused(machine, now) or not lies_within(address, machine.networks):
            raise refused_token()
        if machine.used is None or now - machine.used >= NOTED:
            with suppress(StoreUnavailable):
                self._shelf.use_machine(machine.id, now, unless_since=now - NOTED)
        role = CallerRole(machine.role)
        whose = (machine.company, owners_of(role, machine.company), frozenset(machine.steps))
        return Caller(machine.actor, role, *whose, credential=f"machine:{machine.id}")

    def _read(self, client: str) -> Machine | None:
        return self._shelf.machine(self._rules.issuer, client)

    def _client(self, text: str, now: float) -> str:
        """Return the client of a token that is valid in every respect."""
        if len(text) > LONGEST:
            raise refused_token()
        try:
            header = jws.extract_compact(text.encode(), registry=self._registry).headers()
            self._registry.get_alg(header.get("alg", ""))
            kid = header.get("kid")
            if str(header.get("typ", "")).lower() not in TYPES or not isinstance(kid, str | None):
                raise refused_token()
            key = self._key(kid)
            if key is None:
                raise refused_token()
            claims = jwt.decode(text, key, registry=self._registry).claims
            self._check(claims, int(now))
        except (JoseError, ValueError, TypeError, RecursionError):
            raise refused_token() from None
        return str(claims["client_id"])

    def _check(self, claims: dict[str, Any], now: int) -> None:
        must: dict[str, Any] = {name: {"essential": True} for name in MUST_HAVE}
        must["iss"]["value"], must["aud"]["value"] = self._rules.issuer, self._rules.audience
        jwt.JWTClaimsRegistry(now=now, leeway=LEEWAY, **must).validate(claims)
        lives = 0 < claims["exp"] - claims["iat"] <= self._rules.longest  # False for what is no number, too
        client = claims["client_id"]
        # a token of a person says another subject; one that is bound to a key of its holder would need a proof of that
        if not lives or not isinstance(client, str) or claims["sub"] != client or "cnf" in claims:
            raise refused_token()


class Allowed(JWSRegistry):
    """The algorithms of a list and no others; none of them is warned of for its name alone."""

    def get_alg(self, name: str) -> Any:  # noqa: ANN401  # the library's
        """Return an algorithm that is allowed."""
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


def is_token(text: str) -> bool:
    """Tell by its form whether a credential is an access token: three parts with dots between, which no API key has."""
    return FORM.fullmatch(text) is not None


def refused_token() -> Problem:
    """Return the Problem of a token that opens nothing, whatever is wrong with it."""
    return Problem("unauthenticated", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


def _disused(machine: Machine, now: datetime) -> bool:
    idle: timedelta = now - (machine.used or machine.created)
    return idle >= DISUSED
