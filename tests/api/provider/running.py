"""The provider of the demo, with a client that is a machine."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey

from api.demo.provider.running import RunningProvider, running

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Provider:
    """A provider that runs, and one client of it that signs its own requests (`private_key_jwt`)."""

    def __init__(self, house: RunningProvider, client: str, key: ECKey) -> None:
        self.house = house
        self.issuer, self.keys_url = house.issuer, house.keys_url
        self.client = client
        self._key = key

    def token(self, now: float, *, audience: str | None = None) -> str:
        """An access token for the client; `now` is real time, in seconds."""
        said = {"iss": self.client, "sub": self.client, "aud": self.issuer, "iat": int(now), "exp": int(now) + 60}
        assertion = jwt.encode({"alg": "ES256"}, said | {"jti": os.urandom(8).hex()}, self._key)
        form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": assertion}
        form |= {} if audience is None else {"resource": audience}
        answer = httpx2.post(f"{self.issuer}/token", data=form, trust_env=False, timeout=60)
        assert answer.status_code == httpx2.codes.OK, answer.text
        return str(answer.json()["access_token"])


@contextmanager
def providing(
    audience: str,
    *,
    client: str = "water-posting",
    lifetime: int = 300,
    more: Sequence[Mapping[str, Any]] = (),
    people: Mapping[str, Any] | None = None,
) -> Iterator[Provider]:
    """Run a provider that vouches for a client to an audience, and for people; `more` are further clients, as it has them."""
    key = ECKey.generate_key("P-256", {"kid": client})
    machine = {
        "client_id": client,
        "grant_types": ["client_credentials"],
        "redirect_uris": [],
        "response_types": [],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks": {"keys": [key.as_dict(private=False)]},
    }
    asked = {"clients": [machine, *more], "audience": audience, "lifetime": lifetime, "people": people or {}}
    with running(asked, lambda _: None) as house:
        yield Provider(house, client, key)
