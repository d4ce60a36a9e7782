"""Access tokens of machines: what is wrong with one keeps it out, and nothing else does (C-16)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta
from math import inf, nan
from typing import Any, cast

import httpx2
import pytest
from joserfc.jwk import ECKey
from temporalio.client import Client

from activities.store.machines import Machine
from api.access import access_tokens, provider_keys
from api.access.api_keys import CallerRole
from api.access.machines import BadClient, NoIssuer, NotForMachines, new_machine
from api.real_clock import real_now
from api.settings import Settings
from tests.api.access.signing import (
    AUDIENCE,
    CLIENT,
    EC,
    ISSUER,
    KEYS,
    RSA,
    Issuer,
    by_secret,
    claims,
    issuing,
    part,
    token,
    unsigned,
)
from tests.api.office import PATIENT, Office, Person, file_store, problem
from tests.waiting import WITHIN

ASKED = "/v1/faults"


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with pytest.MonkeyPatch.context() as patched, issuing() as made:
        patched.setattr(provider_keys, "PATIENCE", WITHIN)
        yield made


@pytest.fixture(scope="module")
async def door(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """An office that takes the tokens of the issuer, and knows one machine."""
    store = file_store(tmp_path_factory.mktemp("door"))
    office = Office(cast("Client", None), store, with_issuer(issuer))
    store.add_machine(machine())
    yield office
    await office.close()
    store.close()


def with_issuer(issuer: Issuer) -> Settings:
    named = issuer.settings.model_dump(include={"machine_issuer", "machine_audience", "machine_keys_url"})
    return PATIENT.model_copy(update=named)


def machine(**more: Any) -> Machine:
    usual = {"issuer": ISSUER, "client": CLIENT, "actor": "water", "role": CallerRole.AUDITOR, "now": real_now()}
    return new_machine(**{**usual, **more})


def kept(office: Office, client: str) -> list[Machine]:
    return [one for one in office.store.machines() if one.client == client]


async def asked(office: Office, text: str) -> httpx2.Response:
    return await office.http.get(ASKED, headers={b"Authorization": f"Bearer {text}".encode()})


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"])
async def test_a_good_token_opens_whatever_way_it_is_signed(door: Office, algorithm: str) -> None:
    said = claims(real_now(), aud=["https://other.example", AUDIENCE])
    good = token(said, KEYS[algorithm], alg=algorithm, typ="application/AT+JWT", x5t="no matter")
    assert (await asked(door, good)).status_code == 200
    [known] = kept(door, CLIENT)
    assert known.used is not None


def later(**by: float) -> Callable[[datetime], dict[str, Any]]:
    """Claims whose instants are moved by so many seconds."""

    def made(now: datetime) -> dict[str, Any]:
        said = claims(now)
        return said | {name: int(now.timestamp() + seconds) for name, seconds in by.items()}

    return made


def saying(**more: Any) -> Callable[[datetime], dict[str, Any]]:
    return lambda now: claims(now, **more)


WRONG_CLAIMS = {
    "another issuer": saying(iss="https://elsewhere.example"),
    "no issuer": saying(iss=None),
    "another audience": saying(aud="https://elsewhere.example"),
    "other audiences": saying(aud=["https://elsewhere.example", f"{AUDIENCE}/"]),
    "no audience": saying(aud=None),
    "an audience that is no text": saying(aud=7),
    "expired": later(iat=-400, exp=-61),
    "no expiry": saying(exp=None),
    "an expiry in words": saying(exp="2999-01-01"),
    "an expiry that is true": saying(exp=True),
    "an expiry that never comes": saying(exp=inf),
    "an expiry that is no number": saying(exp=nan),
    "a life that is too long": later(iat=0, exp=901),
    "a life that is none": later(iat=10, exp=10),
    "not yet valid": later(nbf=120),
    "issued in the future": later(iat=120, exp=300),
    "no issue": saying(iat=None),
    "an issue that is no number": saying(iat=nan),
    "no id": saying(jti=None),
    "no client": saying(client_id=None),
    "no subject": saying(sub=None),
    "a person's": saying(sub="zhang"),
    "a client of several": saying(client_id=[CLIENT], sub=[CLIENT]),
    "bound to a key of its holder": saying(cnf={"jkt": "x"}),
    "a client that is no machine": saying(client_id="gas-posting", sub="gas-posting"),
    "a client with more to its name": saying(client_id=f"{CLIENT} ", sub=f"{CLIENT} "),
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
async def test_c_16_a_token_that_says_something_wrong_opens_nothing(door: Office, wrong: str) -> None:
    now = real_now()
    assert (await asked(door, token(claims(now)))).status_code == 200
    refused(await asked(door, token(WRONG_CLAIMS[wrong](now))))


def refused(answer: httpx2.Response) -> None:
    assert (answer.status_code, problem(answer)) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["detail"] == "A valid API key or access token is needed."


FORGED: dict[str, Callable[[dict[str, Any]], str]] = {
    "nobody signed it": unsigned,
    "nobody signed it, under a key's name": lambda said: unsigned(said, kid="ec"),
    "signed with the public key as a secret": lambda said: by_secret(said, EC),
    "signed with the RSA key as a secret": lambda said: by_secret(said, RSA),
    "signed with another key": lambda said: token(said, ECKey.generate_key("P-256", {"kid": "ec"})),
    "signed with a key that it brings": lambda said: of_its_own(said, "jwk"),
    "signed with a key that it says where to find": lambda said: of_its_own(said, "jku"),
    "signed with a key of no name": lambda said: token(said, kid=None),
    "signed with a key that is unknown": lambda said: token(said, ECKey.generate_key("P-256", {"kid": "new"})),
    "signed in a way that is not allowed": lambda said: token(said, KEYS["ES384"], alg="ES384"),
    "signed in another way than its key is for": lambda said: token(said, KEYS["RS256"], alg="RS256", kid="ec"),
    "changed after it was signed": lambda said: changed(token(said)),
    "without its signature": lambda said: token(said).rpartition(".")[0] + ".",
    "an identity token": lambda said: token(said, typ="JWT"),
    "of no type": lambda said: token(said, typ=None),
    "with a demand that is not known": lambda said: token(said, crit=["demand"], demand=True),
    "under a name that is no text": lambda said: token(said, kid=7),
    "too long": lambda said: token({**said, "more": "x" * 8192}),
    "encrypted": lambda said: f"{token(said)}.e30.e30",
    "no JSON": lambda said: "bm8.bm8.bm8",
    "nothing but dots": lambda said: "..",
}


def of_its_own(said: dict[str, Any], header: str) -> str:
    own = ECKey.generate_key("P-256", {"kid": "ec"})
    brought = own.as_dict(private=False) if header == "jwk" else "https://elsewhere.example/jwks"
    return token(said, own, **{header: brought})


def changed(text: str) -> str:
    header, _, signature = text.split(".")
    return f"{header}.{part(claims(real_now(), jti='2'))}.{signature}"


@pytest.mark.parametrize("forged", FORGED)
async def test_c_16_a_token_that_the_issuer_did_not_sign_so_opens_nothing(door: Office, forged: str) -> None:
    refused(await asked(door, FORGED[forged](claims(real_now()))))


async def test_clocks_may_differ_by_a_minute(door: Office) -> None:
    now = real_now()
    for made in (later(iat=-300, exp=-55), later(iat=55, exp=300), later(nbf=55)):
        assert (await asked(door, token(made(now)))).status_code == 200


async def test_without_an_issuer_no_token_is_taken(quiet_office: Office) -> None:
    refused(await asked(quiet_office, token(claims(real_now()))))


async def test_a_machine_that_was_ended_is_out_within_five_seconds_and_may_come_back(door: Office) -> None:
    good = token(claims(real_now(), client_id="m1", sub="m1"))
    door.store.add_machine(machine(client="m1"))
    assert (await asked(door, good)).status_code == 200
    [known] = kept(door, "m1")
    assert door.store.end_machine(known.id, real_now())
    await asyncio.sleep(2.1)
    refused(await asked(door, good))
    door.store.add_machine(machine(client="m1"))
    assert (await asked(door, good)).status_code == 200
    assert [one.ended is None for one in kept(door, "m1")] == [False, True]


async def test_a_machine_is_what_our_table_says_and_not_what_its_token_says(door: Office) -> None:
    company = {"role": CallerRole.UTILITY, "company": "suzhou-water", "steps": ("water-on",)}
    door.store.add_machine(machine(client="m2", **company))
    said = claims(real_now(), client_id="m2", sub="m2", scope="officer", role="officer", company="suzhou-gas")
    caller = door.app.state.callers.caller(token(said), real_now(), address="127.0.0.1")
    assert (caller.actor, caller.role, caller.company) == ("water", CallerRole.UTILITY, "suzhou-water")
    assert (caller.owners, caller.steps) == (("市水务集团",), {"water-on"})
    assert caller.request_id("1") == "suzhou-water:1"


async def test_a_machine_opens_from_its_networks_alone_and_not_after_ninety_idle_days(door: Office) -> None:
    old = real_now() - timedelta(days=91)
    for client, more in {"far": {"networks": ["192.0.2.0/24"]}, "idle": {"now": old}}.items():
        door.store.add_machine(machine(client=client, **cast("dict[str, Any]", more)))
        refused(await asked(door, token(claims(real_now(), client_id=client, sub=client))))


async def test_a_supervisor_lets_a_machine_in_and_ends_it(door: Office) -> None:
    body = {"client": "m3", "actor": "meter", "role": "auditor", "networks": ["127.0.0.0/8"]}
    made = await door.supervisor.post("/v1/machines", body)
    assert (made.status_code, made.json()["issuer"], made.json()["made_by"]) == (201, ISSUER, door.supervisor.actor)
    good = token(claims(real_now(), client_id="m3", sub="m3"))
    assert (await asked(door, good)).status_code == 200
    again = await door.supervisor.post("/v1/machines", body)
    assert (again.status_code, problem(again)) == (409, "machine-exists")
    [listed] = [one for one in (await door.supervisor.get("/v1/machines")).json()["machines"] if one["client"] == "m3"]
    assert listed["last_used"] is not None
    path = f"{made.headers['location']}/end"
    ended = await door.supervisor.post(path)
    assert ended.json()["ended_by"] == door.supervisor.actor
    gone = await door.supervisor.post(path)
    assert (gone.status_code, problem(gone)) == (404, "unknown-machine")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("role", "officer", "literal_error"),
        ("company", "suzhou-bank", "unknown-company"),
        ("company", None, "unknown-company"),
        ("networks", ["10.0.0.1/8"], "bad-network"),
        ("client", "a b", "string_pattern_mismatch"),
        ("actor", "王小明", "string_pattern_mismatch"),
    ],
)
async def test_what_is_wrong_with_a_machine_is_named(door: Office, field: str, value: Any, code: str) -> None:
    body = {"client": "m4", "actor": "meter", "role": "utility", "company": "suzhou-water", field: value}
    answer = await door.supervisor.post("/v1/machines", body)
    assert (answer.status_code, problem(answer)) == (422, "invalid")
    [flaw] = answer.json()["errors"]
    assert flaw["pointer"].startswith(f"#/{field}")
    assert kept(door, "m4") == []


async def test_without_an_issuer_no_machine_is_let_in(quiet_office: Office) -> None:
    answer = await quiet_office.supervisor.post("/v1/machines", {"client": "m", "actor": "a", "role": "auditor"})
    assert (answer.status_code, problem(answer)) == (409, "no-issuer")
    with pytest.raises(NoIssuer):
        machine(issuer="")


def test_no_machine_does_what_an_officer_does() -> None:
    for role in set(CallerRole) - set(access_tokens.ROLES):
        with pytest.raises(NotForMachines):
            machine(role=role)
    with pytest.raises(BadClient):
        machine(client="with blanks")


async def test_a_person_with_a_key_and_a_machine_with_a_token_come_through_one_door(door: Office) -> None:
    key = door.person(CallerRole.AUDITOR)
    bearer = Person(door.http, token(claims(real_now())), "water")
    assert [(await one.get(ASKED)).status_code for one in (key, bearer)] == [200, 200]
