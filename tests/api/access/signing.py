"""An issuer of access tokens that signs whatever it is told, and shows its keys at an address of this machine."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from api.settings import Settings

ISSUER, AUDIENCE, CLIENT = "https://issuer.example", "https://shixian.example", "water-posting"
EC = ECKey.generate_key("P-256", {"kid": "ec"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
KEYS: dict[str, Key] = {
    "ES256": EC,
    "RS256": RSA,
    "PS256": RSAKey.generate_key(2048, {"kid": "pss"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "ed25519"}),
    "ES384": ECKey.generate_key("P-384", {"kid": "ec384"}),
}


class Issuer:
    """Its keys at `url`, what it answers, and how often it was asked."""

    def __init__(self) -> None:
        self.keys = list(KEYS.values())
        self.answer: tuple[int, dict[str, str], bytes] | None = None  # in place of the keys
        self.asked = 0
        self.url = ""

    @property
    def settings(self) -> Settings:
        """Of an installation that takes its tokens."""
        return Settings(machine_issuer=ISSUER, machine_audience=AUDIENCE, machine_keys_url=self.url)

    def told(self) -> tuple[int, dict[str, str], bytes]:
        """What it answers to a question for its keys."""
        self.asked += 1
        return self.answer or (200, {}, json.dumps(KeySet(self.keys).as_dict(private=False)).encode())


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer that answers."""
    issuer = Issuer()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = issuer.told()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        issuer.url = f"http://127.0.0.1:{server.server_port}/jwks"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield issuer
        server.shutdown()
        thread.join()


def claims(now: datetime, **more: Any) -> dict[str, Any]:
    """What a good token says; a claim that is given as None is left out."""
    begun = int(now.timestamp())
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": CLIENT, "client_id": CLIENT, "jti": "1"}
    said = {**usual, "iat": begun, "exp": begun + 300, **more}
    return {name: value for name, value in said.items() if value is not None}


def token(said: dict[str, Any], key: Key | None = None, **header: Any) -> str:
    """A signed token, by hand: the library signs nothing that is wrong. A header that is given as None is left out."""
    used = key or EC
    named = {"typ": "at+jwt", "alg": "ES256", "kid": used.kid, **header}
    body = f"{part(named)}.{part(said)}"
    return f"{body}.{written(JWSRegistry.algorithms[named['alg']].sign(body.encode(), used))}"


def by_secret(said: dict[str, Any], key: ECKey | RSAKey) -> str:
    """A token that is signed with a public key, taken for a secret."""
    body = f"{part({'typ': 'at+jwt', 'alg': 'HS256', 'kid': key.kid})}.{part(said)}"
    return f"{body}.{written(hmac.digest(key.as_pem(private=False), body.encode(), 'sha256'))}"


def unsigned(said: dict[str, Any], **header: Any) -> str:
    """A token that nobody signed."""
    return f"{part({'typ': 'at+jwt', 'alg': 'none', **header})}.{part(said)}."


def part(said: dict[str, Any]) -> str:
    """A part of a token."""
    return written(json.dumps({name: value for name, value in said.items() if value is not None}).encode())


def written(octets: bytes) -> str:
    """As tokens have it."""
    return urlsafe_b64encode(octets).decode().rstrip("=")
