"""Identity tokens: what is wrong with one lets nobody in, and nothing else does; a provider that is away, slow or another."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import inf, nan
from threading import Thread
from typing import Any

import pytest
from joserfc.jwk import ECKey, KeySet

from activities.store.sign_ins import BegunSignIn
from api.access import provider_keys
from api.access.openid_provider import BadAnswer, OpenIDProvider, ProviderRules, Vouched, read_endpoints
from api.access.provider_keys import KeysUnavailable
from api.http.problems import Problem
from api.real_clock import real_now
from tests.api.access.signing import EC, KEYS, RSA, by_secret, part, token, unsigned
from tests.waiting import WITHIN

CLIENT, NONCE, SUBJECT = "board", "a-nonce-of-this-sign-in", "chen"
BACK = "https://shixian.example/sign-in/back"


class FakeProvider:
    """A provider that answers whatever it is told to."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.metadata: dict[str, Any] = {
            "issuer": url,
            "authorization_endpoint": f"{url}/auth",
            "token_endpoint": f"{url}/token",
            "jwks_uri": f"{url}/jwks",
        }
        self.keys = list(KEYS.values())
        self.answer: tuple[int, bytes] = (200, b"{}")  # of the token endpoint
        self.asked: list[str] = []
        self.forms: list[str] = []

    def told(self, path: str) -> tuple[int, bytes]:
        """What it answers."""
        self.asked.append(path)
        if path == "/jwks":
            return 200, json.dumps(KeySet(self.keys).as_dict(private=False)).encode()
        return self.answer if path == "/token" else (200, json.dumps(self.metadata).encode())


@contextmanager
def faking() -> Iterator[FakeProvider]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = made.told(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            made.forms.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        made = FakeProvider(f"http://127.0.0.1:{server.server_port}")
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield made
        server.shutdown()
        thread.join()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    monkeypatch.setattr(provider_keys, "PATIENCE", WITHIN)
    with faking() as made:
        yield made


def provider_of(fake: FakeProvider, clock: Callable[[], float] = time.monotonic) -> OpenIDProvider:
    algorithms = ("ES256", "RS256", "PS256", "EdDSA", "Ed25519")
    rules = ProviderRules(fake.url, CLIENT, lambda: None, algorithms)
    return OpenIDProvider(rules, clock=clock)


def begun() -> BegunSignIn:
    return BegunSignIn(hash="h", state="s", nonce=NONCE, verifier="v" * 43, place="/", began=real_now())


def claims(fake: FakeProvider, now: datetime, **more: Any) -> dict[str, Any]:
    """What a good identity token says; a claim that is given as None is left out."""
    seconds = int(now.timestamp())
    usual = {"iss": fake.url, "aud": CLIENT, "sub": SUBJECT, "nonce": NONCE, "iat": seconds, "exp": seconds + 300}
    return {name: value for name, value in {**usual, **more}.items() if value is not None}


def identity(said: dict[str, Any], *key: Any, **header: Any) -> str:
    return token(said, *key, **{"typ": "JWT", **header})


def vouched(fake: FakeProvider, text: Any, **more: Any) -> Vouched:
    """What comes of an identity token."""
    fake.answer = 200, json.dumps({"access_token": "a", "token_type": "Bearer", "id_token": text, **more}).encode()
    return provider_of(fake).vouched(begun(), "code", BACK, real_now().timestamp())


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"])
def test_a_good_token_says_who_it_is_and_how_that_was_proved(fake: FakeProvider, algorithm: str) -> None:
    said = claims(fake, real_now(), acr="two", amr=["pwd", "otp"], azp=CLIENT)
    assert vouched(fake, identity(said, KEYS[algorithm], alg=algorithm)) == (SUBJECT, "two", ("pwd", "otp"))
    [form] = fake.forms
    assert "grant_type=authorization_code" in form
    assert f"code_verifier={'v' * 43}" in form
    assert f"client_id={CLIENT}" in form


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "gas"},
    "no audience": {"aud": None},
    "an audience that is no text": {"aud": 7},
    "several audiences and no party": {"aud": [CLIENT, "gas"]},
    "several audiences of which one is no text": {"aud": [CLIENT, 7], "azp": CLIENT},
    "another party": {"azp": "gas"},
    "another nonce": {"nonce": "of-another-sign-in"},
    "no nonce": {"nonce": None},
    "a nonce that is no text": {"nonce": [NONCE]},
    "no subject": {"sub": None},
    "a subject that is no text": {"sub": 7},
    "an empty subject": {"sub": ""},
    "a subject with blanks": {"sub": "chen "},
    "a subject that is too long": {"sub": "x" * 256},
    "no expiry": {"exp": None},
    "an expiry in words": {"exp": "2999-01-01"},
    "an expiry that is true": {"exp": True},
    "an expiry that never comes": {"exp": inf},
    "an expiry that is no number": {"exp": nan},
    "no issue": {"iat": None},
    "an issue that is no number": {"iat": nan},
    "a method that is no text": {"amr": [7]},
    "methods that are no list": {"amr": "otp"},
    "a context that is no text": {"acr": 2},
    "the hash of another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
def test_c_16_a_token_that_says_something_wrong_vouches_for_nobody(fake: FakeProvider, wrong: str) -> None:
    now = real_now()
    assert vouched(fake, identity(claims(fake, now))).subject == SUBJECT
    with pytest.raises(BadAnswer):
        vouched(fake, identity(claims(fake, now, **WRONG_CLAIMS[wrong])))


WRONG_INSTANTS = {
    "expired": {"iat": -400, "exp": -61},
    "issued in the future": {"iat": 120, "exp": 300},
    "issued long ago": {"iat": -700, "exp": 300},
    "not yet valid": {"nbf": 120},
    "expired before it was issued": {"iat": 30, "exp": 20},
}


@pytest.mark.parametrize("wrong", WRONG_INSTANTS)
def test_a_token_of_another_time_vouches_for_nobody(fake: FakeProvider, wrong: str) -> None:
    now = real_now()
    moved = {name: int(now.timestamp()) + seconds for name, seconds in WRONG_INSTANTS[wrong].items()}
    with pytest.raises(BadAnswer):
        vouched(fake, identity(claims(fake, now, **moved)))


@pytest.mark.parametrize("seconds", [-55, 55])
def test_clocks_may_differ_by_a_minute(fake: FakeProvider, seconds: int) -> None:
    there = real_now() + timedelta(seconds=seconds)
    said = claims(fake, there, exp=int((there + timedelta(seconds=1)).timestamp()))
    assert vouched(fake, identity(said)).subject == SUBJECT


FORGED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "nobody signed it": unsigned,
    "signed with the public key as a secret": lambda said: by_secret(said, EC),
    "signed with the RSA key as a secret": lambda said: by_secret(said, RSA),
    "signed with another key": lambda said: identity(said, ECKey.generate_key("P-256", {"kid": "ec"})),
    "signed with a key of no name": lambda said: identity(said, kid=None),
    "signed with a key that is unknown": lambda said: identity(said, ECKey.generate_key("P-256", {"kid": "new"})),
    "signed with a key that it brings": lambda said: identity(said, ECKey.generate_key("P-256"), kid="x", jwk={}),
    "signed in a way that is not allowed": lambda said: identity(said, KEYS["ES384"], alg="ES384"),
    "changed after it was signed": lambda said: changed(identity(said)),
    "without its signature": lambda said: identity(said).rpartition(".")[0] + ".",
    "an access token": lambda said: token(said, typ="at+jwt"),
    "with a demand that is not known": lambda said: identity(said, crit=["demand"], demand=True),
    "under a name that is no text": lambda said: identity(said, kid=7),
    "too long": lambda said: identity({**said, "more": "x" * 8192}),
    "no JSON": lambda _: "bm8.bm8.bm8",
    "no text": lambda _: 7,
    "none": lambda _: None,
}


def changed(text: str) -> str:
    header, body, signature = text.split(".")
    return f"{header}.{part({'sub': 'lin'})}{body[:0]}.{signature}"


@pytest.mark.parametrize("forged", FORGED)
def test_c_16_a_token_that_the_provider_did_not_sign_so_vouches_for_nobody(fake: FakeProvider, forged: str) -> None:
    with pytest.raises(BadAnswer):
        vouched(fake, FORGED[forged](claims(fake, real_now())))


@pytest.mark.parametrize(
    ("status", "body"),
    [(400, b'{"error": "invalid_grant"}'), (200, b"[]"), (200, b"no JSON"), (200, b"{}"), (302, b"{}"), (429, b"")],
)
def test_an_answer_that_is_no_token_vouches_for_nobody(fake: FakeProvider, status: int, body: bytes) -> None:
    fake.answer = status, body
    with pytest.raises((BadAnswer, Problem)):
        provider_of(fake).vouched(begun(), "code", BACK, real_now().timestamp())


@pytest.mark.parametrize(("status", "body"), [(503, b"{}"), (200, b'{"x": "' + b"x" * 2_000_000 + b'"}')])
def test_an_answer_that_is_broken_or_too_long_is_a_provider_that_is_away(
    fake: FakeProvider, status: int, body: bytes
) -> None:
    fake.answer = status, body
    with pytest.raises(Problem) as away:
        provider_of(fake).vouched(begun(), "code", BACK, real_now().timestamp())
    assert away.value.code == "provider-unavailable"


def test_a_provider_that_is_away_is_asked_again_after_five_seconds(fake: FakeProvider) -> None:
    seconds = [0.0]
    provider, issuer = provider_of(fake, lambda: seconds[0]), fake.metadata["issuer"]
    fake.metadata["issuer"] = "https://elsewhere.example"
    for at, answered in ((0.0, 1), (4.9, 1), (5.0, 2)):
        seconds[0] = at
        with pytest.raises(Problem) as away:
            provider.sign_in_address(begun(), "state", BACK)
        assert away.value.code == "provider-unavailable"
        assert len(fake.asked) == answered
    assert provider.sign_out_address(BACK) is None
    fake.metadata["issuer"], seconds[0] = issuer, 10.0
    assert provider.sign_in_address(begun(), "state", BACK).startswith(f"{fake.url}/auth?")
    fake.metadata = {}
    seconds[0] = 609.0
    assert provider.sign_in_address(begun(), "state", BACK), "known for ten minutes"
    seconds[0] = 610.0
    with pytest.raises(Problem):
        provider.sign_in_address(begun(), "state", BACK)


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://elsewhere.example"},
        {"authorization_endpoint": "http://id.example/auth"},
        {"token_endpoint": "http://id.example/token"},
        {"jwks_uri": "ftp://id.example/jwks"},
        {"jwks_uri": 7},
        {"end_session_endpoint": "javascript:alert(1)"},
        {"code_challenge_methods_supported": ["plain"]},
    ],
)
def test_a_provider_that_cannot_be_trusted_is_none(wrong: dict[str, Any]) -> None:
    good = {"issuer": "https://id.example"} | {
        name: f"https://id.example/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
    }
    assert read_endpoints(json.dumps(good).encode(), "https://id.example").end_session is None
    with pytest.raises(KeysUnavailable):
        read_endpoints(json.dumps(good | wrong).encode(), "https://id.example")


def test_an_answer_of_another_provider_is_none_of_ours(fake: FakeProvider) -> None:
    provider = provider_of(fake)
    provider.check_sender(None)
    provider.check_sender(fake.url)
    with pytest.raises(BadAnswer):
        provider.check_sender("https://elsewhere.example")
    fake.metadata["authorization_response_iss_parameter_supported"] = True
    with pytest.raises(BadAnswer):
        provider_of(fake).check_sender(None)
