"""The public keys of the provider that signs access tokens: kept, renewed, and never asked for as often as a stranger likes."""

import json
import time
from collections.abc import Callable
from threading import Lock
from typing import Any, NamedTuple

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from api.http.problems import Problem

LONGEST_KEPT = 600.0  # seconds, after which nothing is judged by them
RENEWED = 300.0  # seconds, after which they are asked for again
AGAIN = 60.0  # seconds between two questions, whoever brings a key that is unknown
PATIENCE = 3.0  # seconds for an answer
LARGEST = 1_048_576  # bytes of one
MOST_KEYS = 100
KINDS = frozenset({"RSA", "EC", "OKP"})  # never a secret that signs as well as it proves

Fetch = Callable[[str], bytes]


class KeysUnavailable(Exception):
    """The provider's keys could not be read."""


class KnownKeys(NamedTuple):
    """Keys, and the monotonic second at which they were asked for."""

    keys: KeySet
    at: float


class ProviderKeys:
    """The keys at one address. Whoever needs those that are known never waits for the provider."""

    def __init__(self, url: str, fetch: Fetch | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._fetch = fetch or fetched
        self._clock = clock
        self._known: KnownKeys | None = None
        self._asked: float | None = None
        self._failed = False
        self._asking = Lock()

    def key(self, kid: str | None) -> Key | None:
        """Return the key of a name, None where the provider has none; blocks up to `PATIENCE` where it has to be asked.

        Raises a Problem where that cannot be told: the provider is away, or is being asked.
        """
        found = self._find(kid)
        if found is not None and not self._old(RENEWED):
            return found
        told = self._renew()
        found = self._find(kid)
        if found is not None:
            return found
        if self._old(LONGEST_KEPT) or self._failed or not told:
            raise Problem("provider-unavailable")
        return None

    def _find(self, kid: str | None) -> Key | None:
        known = self._known
        if known is None or self._old(LONGEST_KEPT):
            return None
        try:
            return known.keys.get_by_kid(kid)
        except JoseError:
            return None

    def _old(self, seconds: float) -> bool:
        return self._known is None or self._clock() - self._known.at >= seconds

    def _renew(self) -> bool:
        """Ask the provider, unless that was done just now; False where another thread is asking."""
        if not self._asking.acquire(blocking=False):
            return False
        try:
            now = self._clock()
            if self._asked is not None and now - self._asked < AGAIN:
                return True
            self._asked = now
            try:
                self._known = KnownKeys(read_keys(self._fetch(self._url)), now)
            except KeysUnavailable:
                self._failed = True
            else:
                self._failed = False
        finally:
            self._asking.release()
        return True


def fetched(url: str) -> bytes:
    """Return what stands at an address; KeysUnavailable where that is too slow, too long, elsewhere or nothing."""
    begun, body = time.monotonic(), bytearray()
    try:
        with (
            httpx2.Client(timeout=PATIENCE, follow_redirects=False, trust_env=False) as client,
            client.stream("GET", url, headers={"Accept": "application/json"}) as response,
        ):
            if response.status_code != httpx2.codes.OK:
                raise KeysUnavailable
            for part in response.iter_bytes():
                body += part
                if len(body) > LARGEST or time.monotonic() - begun > PATIENCE:
                    raise KeysUnavailable
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise KeysUnavailable from None
    return bytes(body)


def read_keys(body: bytes) -> KeySet:
    """Read a set of public keys; one that is not understood is left out, KeysUnavailable where none is left."""
    try:
        said = json.loads(body)["keys"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise KeysUnavailable from None
    if not isinstance(said, list) or len(said) > MOST_KEYS:
        raise KeysUnavailable
    keys = [key for key in map(_key, said) if key is not None]
    if not keys:
        raise KeysUnavailable
    return KeySet(keys)


def _key(said: Any) -> Key | None:  # noqa: ANN401  # what JSON has
    if not isinstance(said, dict) or said.get("kty") not in KINDS or said.get("use", "sig") != "sig":
        return None
    try:
        return JWKRegistry.import_key(said)
    except (JoseError, ValueError, TypeError):
        return None
