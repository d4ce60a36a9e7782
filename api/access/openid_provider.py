"""The provider that vouches for people: where its endpoints are, what is sent there, and what its answers are worth.

Authorization code with PKCE (S256), state and nonce. Authlib makes the requests and checks the claims; the keys are kept
as those of access tokens are. Nothing of a token leaves this module but who it was about and how they proved it.
"""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import isfinite
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key

from activities.store.sign_ins import BegunSignIn
from api.access.access_tokens import LEEWAY, LONGEST, Allowed
from api.access.bounded_client import client_of
from api.access.people import is_subject
from api.access.provider_keys import LONGEST_KEPT, Fetch, KeysUnavailable, ProviderKeys, fetched
from api.http.problems import Problem
from api.settings import trusted_address

WELL_KNOWN = "/.well-known/openid-configuration"
SCOPE = "openid"
YOUNG = 600  # seconds since its issue, in which an identity token is taken
AGAIN = 5.0  # seconds between two questions for the endpoints of a provider that is away
THREADS = 8
TYPES = (None, "jwt")  # of the header: an access token is no identity token


@dataclass(frozen=True, slots=True)
class ProviderRules:
    """Which provider is believed, as which of its clients we come, and how its tokens may be signed."""

    issuer: str
    client: str
    secret: Callable[[], str | None]
    algorithms: tuple[str, ...]


class Endpoints(NamedTuple):
    """Where a provider takes what; `end_session` None: it ends no sessions on request. `names_itself`: RFC 9207."""

    authorization: str
    token: str
    keys: str
    end_session: str | None
    names_itself: bool


class KnownEndpoints(NamedTuple):
    """Endpoints with the keys behind them, and the monotonic second at which they were asked for."""

    endpoints: Endpoints
    keys: ProviderKeys
    at: float


class Vouched(NamedTuple):
    """The person that the provider vouches for, and how they have proved it."""

    subject: str
    acr: str | None
    amr: tuple[str, ...]


class BadAnswer(Exception):
    """The provider's answer does not fit to what was asked, or is not worth anything."""


class OpenIDProvider:
    """A provider. Every method that asks it blocks, for a few seconds at most, and raises a Problem where it is away.

    `threads` are those to ask it in: they are few and nobody else's, so that one who is slow holds up no other question.
    """

    def __init__(
        self, rules: ProviderRules, fetch: Fetch | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.issuer = rules.issuer
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="provider")
        self._rules = rules
        self._fetch = fetch or fetched
        self._clock = clock
        self._known: KnownEndpoints | None = None
        self._failed_at: float | None = None
        self._asking = Lock()
        # other parts of a header may be there: RFC 7515
        self._registry = Allowed(algorithms=rules.algorithms, strict_check_header=False)

    def sign_in_address(self, begun: BegunSignIn, state: str, back: str, acr_values: tuple[str, ...] = ()) -> str:
        """Return where a browser goes to sign in; `back` is where it comes back to."""
        more: dict[str, str] = {"nonce": begun.nonce}
        if acr_values:
            more |= {"acr_values": " ".join(acr_values), "prompt": "login"}
        with self._client(back) as client:
            where = self._endpoints().endpoints.authorization
            address, _ = client.create_authorization_url(where, state, begun.verifier, **more)
        return str(address)

    def sign_out_address(self, back: str) -> str | None:
        """Return where a browser goes to sign out at the provider too, None where that cannot be told."""
        try:
            where = self._endpoints().endpoints.end_session
        except Problem:
            return None
        if where is None:
            return None
        joint = "&" if urlsplit(where).query else "?"
        return where + joint + urlencode({"client_id": self._rules.client, "post_logout_redirect_uri": back})

    def check_sender(self, said: str | None) -> None:
        """Raise BadAnswer where an answer names another provider, or none where this one names itself."""
        if said != self.issuer and (said is not None or self._endpoints().endpoints.names_itself):
            raise BadAnswer("sender")

    def vouched(self, begun: BegunSignIn, code: str, back: str, now: float) -> Vouched:
        """Change a code for who signed in; BadAnswer where the answer is worth nothing. `now` is real time, in seconds."""
        known = self._endpoints()
        try:
            with self._client(back) as client:
                answer = client.fetch_token(
                    known.endpoints.token, grant_type="authorization_code", code=code, code_verifier=begun.verifier
                )
        except httpx2.HTTPError:
            raise Problem("provider-unavailable") from None
        except (OAuthError, ValueError, TypeError, AttributeError, RecursionError):
            raise BadAnswer("code") from None
        if not isinstance(answer, dict):
            raise BadAnswer("code")
        return self._read(answer, begun.nonce, known.keys, now)

    def _read(self, answer: Mapping[str, Any], nonce: str, keys: ProviderKeys, now: float) -> Vouched:
        """Check an identity token in every respect."""
        text, access = answer.get("id_token"), answer.get("access_token")
        if not isinstance(text, str) or len(text) > LONGEST:
            raise BadAnswer("token")
        try:
            header = jws.extract_compact(text.encode(), registry=self._registry).headers()
            self._registry.get_alg(header.get("alg", ""))
            kid, kind = header.get("kid"), header.get("typ")
            if (kind.lower() if isinstance(kind, str) else kind) not in TYPES or not isinstance(kid, str | None):
                raise BadAnswer("type")
            key: Key | None = keys.key(kid)
            if key is None:
                raise BadAnswer("key")
            claims = jwt.decode(text, key, registry=self._registry).claims
            self._check(claims, header, {"nonce": nonce, "access_token": access}, int(now))
        except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
            raise BadAnswer("token") from None
        return _vouched(claims)

    def _check(self, claims: dict[str, Any], header: dict[str, Any], given: dict[str, Any], now: int) -> None:
        must = {"iss": {"essential": True, "value": self._rules.issuer}, "nonce": {"essential": True}}
        must |= {"aud": {"essential": True, "value": self._rules.client}}
        must |= {name: {"essential": True} for name in ("sub", "exp", "iat")}
        CodeIDToken(claims, header, must, {**given, "client_id": self._rules.client}).validate(now, LEEWAY)
        numbers = (claims["exp"], claims["iat"], claims.get("nbf", 0), claims.get("auth_time", 0))
        if not all(isinstance(one, int | float) and not isinstance(one, bool) and isfinite(one) for one in numbers):
            raise BadAnswer("instants")
        # several audiences: Authlib wants `azp` then, and us in it; an audience that is no text is none
        audience = claims["aud"]
        if not isinstance(audience, str) and not all(isinstance(one, str) for one in audience):
            raise BadAnswer("audience")
        if now - claims["iat"] > YOUNG + LEEWAY or claims["exp"] <= claims["iat"]:
            raise BadAnswer("age")
        if not is_subject(claims["sub"]):
            raise BadAnswer("subject")

    def _client(self, back: str) -> Any:  # noqa: ANN401  # the library's
        named = {"client_id": self._rules.client, "client_secret": self._rules.secret(), "redirect_uri": back}
        return client_of(scope=SCOPE, code_challenge_method="S256", **named)

    def _endpoints(self) -> KnownEndpoints:
        """What is known of the provider; asked for again when it is old. A Problem where it is away."""
        known, now = self._known, self._clock()
        if known is not None and now - known.at < LONGEST_KEPT:
            return known
        with self._asking:
            if self._known is not None and now - self._known.at < LONGEST_KEPT:
                return self._known
            if self._failed_at is not None and now - self._failed_at < AGAIN:
                raise Problem("provider-unavailable")
            try:
                found = read_endpoints(self._fetch(self.issuer.rstrip("/") + WELL_KNOWN), self.issuer)
            except KeysUnavailable:
                self._failed_at = self._clock()
                raise Problem("provider-unavailable") from None
            same = known is not None and known.endpoints.keys == found.keys
            keys = known.keys if same and known is not None else ProviderKeys(found.keys, self._fetch, self._clock)
            self._known = KnownEndpoints(found, keys, now)
            return self._known


def read_endpoints(body: bytes, issuer: str) -> Endpoints:
    """Read what a provider says of itself; KeysUnavailable where it is another, or says what cannot be trusted."""
    try:
        said = json.loads(body)
        methods = said.get("code_challenge_methods_supported", ["S256"])
        found = Endpoints(
            said["authorization_endpoint"],
            said["token_endpoint"],
            said["jwks_uri"],
            said.get("end_session_endpoint"),
            said.get("authorization_response_iss_parameter_supported") is True,
        )
        addresses = [*found[:3], *([] if found.end_session is None else [found.end_session])]
        if said["issuer"] != issuer or "S256" not in methods or not all(map(trusted_address, addresses)):
            raise KeysUnavailable
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise KeysUnavailable from None
    return found


def _vouched(claims: Mapping[str, Any]) -> Vouched:
    acr, amr = claims.get("acr"), claims.get("amr") or ()
    if not isinstance(acr, str | None) or not all(isinstance(one, str) for one in amr):
        raise BadAnswer("factors")
    return Vouched(claims["sub"], acr, tuple(amr))
