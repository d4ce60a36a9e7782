"""The provider's keys: kept for ten minutes, asked for once a minute at most, and never trusted because nobody answers."""

import json
import time
from collections.abc import Iterator

import pytest
from joserfc.jwk import ECKey, KeySet, OctKey

from api.access import provider_keys
from api.access.provider_keys import LARGEST, KeysUnavailable, ProviderKeys, fetched, read_keys
from api.http.problems import Problem
from api.settings import Settings
from tests.api.access.signing import EC, Issuer, issuing
from tests.waiting import WITHIN


class Watch:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    monkeypatch.setattr(provider_keys, "PATIENCE", WITHIN)
    with issuing() as made:
        yield made


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def keys(issuer: Issuer, watch: Watch) -> ProviderKeys:
    return ProviderKeys(issuer.url, clock=watch)


AWAY: tuple[int, dict[str, str], bytes] = (503, {}, b"")


def away(keys: ProviderKeys, kid: str) -> bool:
    """Whether it cannot be told if there is such a key."""
    with pytest.raises(Problem) as raised:
        keys.key(kid)
    assert raised.value.headers["Retry-After"]
    return raised.value.code == "provider-unavailable"


def test_known_keys_are_asked_for_once_in_five_minutes(keys: ProviderKeys, issuer: Issuer, watch: Watch) -> None:
    for _ in range(100):
        assert keys.key("ec") is not None
        watch.seconds += 2.9
    assert issuer.asked == 1
    watch.seconds += 20
    assert keys.key("ec") is not None
    assert issuer.asked == 2


def test_unknown_keys_ask_the_provider_once_a_minute_however_many_come(
    keys: ProviderKeys, issuer: Issuer, watch: Watch
) -> None:
    assert keys.key("ec") is not None
    for second in range(120):
        assert keys.key(f"invented-{second}") is None
        watch.seconds += 1
    assert issuer.asked == 2


def test_a_key_that_was_rotated_is_found_within_a_minute(keys: ProviderKeys, issuer: Issuer, watch: Watch) -> None:
    assert keys.key("ec") is not None
    issuer.keys = [ECKey.generate_key("P-256", {"kid": "rotated"})]
    assert keys.key("rotated") is None
    watch.seconds += 60
    assert keys.key("rotated") is not None
    assert keys.key("ec") is None


def test_known_keys_go_on_for_ten_minutes_while_the_provider_is_away(
    keys: ProviderKeys, issuer: Issuer, watch: Watch
) -> None:
    assert keys.key("ec") is not None
    issuer.answer = AWAY
    for minute in range(1, 10):
        watch.seconds += 60
        assert keys.key("ec") is not None
        if minute > 5:
            assert away(keys, "rotated")
    watch.seconds += 60
    assert away(keys, "ec")
    watch.seconds += 60
    issuer.answer = None
    assert keys.key("ec") is not None
    assert keys.key("rotated") is None


def test_a_provider_that_was_never_there_opens_nothing(keys: ProviderKeys, issuer: Issuer) -> None:
    issuer.answer = AWAY
    assert away(keys, "ec")
    assert away(keys, "ec")
    assert issuer.asked == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((302, {"Location": "/elsewhere"}, b""), "it leads elsewhere"),
        ((404, {}, b'{"keys": []}'), "nothing is there"),
        ((200, {}, b" " * (LARGEST + 1)), "it is too long"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_is_no_answer_is_not_read(issuer: Issuer, answer: tuple[int, dict[str, str], bytes], why: str) -> None:
    issuer.answer = answer
    with pytest.raises(KeysUnavailable):
        fetched(issuer.url)
    assert issuer.asked == 1, why


def test_an_answer_that_takes_too_long_is_not_waited_for(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_keys, "PATIENCE", 0.2)
    told = issuer.told

    def slowly() -> tuple[int, dict[str, str], bytes]:
        time.sleep(0.6)
        return told()

    monkeypatch.setattr(issuer, "told", slowly)
    with pytest.raises(KeysUnavailable):
        fetched(issuer.url)


def test_nobody_who_listens_is_no_answer() -> None:
    with pytest.raises(KeysUnavailable):
        fetched("http://127.0.0.1:1/jwks")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"keys": 7}',
        b'{"keys": []}',
        b'{"keys": [7, {}]}',
        b"[" * 100_000,
        b"\xff",
        b'{"keys": null}',
    ],
)
def test_what_is_no_set_of_keys_is_refused(body: bytes) -> None:
    with pytest.raises(KeysUnavailable):
        read_keys(body)


def test_secrets_keys_for_encryption_and_what_is_not_understood_are_left_out() -> None:
    public = EC.as_dict(private=False)
    said = [
        OctKey.generate_key(256).as_dict(private=True) | {"kid": "secret"},
        public | {"kid": "encrypts", "use": "enc"},
        public | {"kid": "broken", "x": "AAAA"},
        {"kty": "AKP", "kid": "of the future"},
        public,
    ]
    found = read_keys(json.dumps({"keys": said}).encode())
    assert [key.kid for key in found.keys] == ["ec"]
    with pytest.raises(KeysUnavailable):
        read_keys(json.dumps({"keys": [public] * 101}).encode())
    with pytest.raises(KeysUnavailable):
        read_keys(json.dumps({"keys": said[:-1]}).encode())


def test_a_set_with_one_key_needs_no_name() -> None:
    found = read_keys(json.dumps(KeySet([EC]).as_dict(private=False)).encode())
    assert found.get_by_kid(None).kid == "ec"


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://issuer.example/jwks", True),
        ("http://127.0.0.1:9000/jwks", True),
        ("http://[::1]/jwks", True),
        ("http://localhost/jwks", True),
        ("http://issuer.example/jwks", False),
        ("http://127.0.0.1.issuer.example/", False),
        ("https:///jwks", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_keys_come_over_tls_or_from_this_machine(url: str, good: bool) -> None:
    def made() -> Settings:
        return Settings(machine_issuer="i", machine_audience="a", machine_keys_url=url)

    if good:
        assert made().machine_keys_url == url
    else:
        with pytest.raises(ValueError, match="machine_keys_url"):
            made()
