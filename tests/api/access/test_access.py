"""Who may do what: every route and every role; another's is indistinguishable from nothing."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest

from activities.store.errors import StoreUnavailable
from activities.store.keys import ApiKey
from api.access.api_keys import (
    BadActor,
    CallerRole,
    Keyring,
    LifeTooLong,
    UnknownCompany,
    is_sandbox,
    new_key,
    well_formed,
)
from api.app import describe
from api.http.middleware import HEADERS
from api.real_clock import real_now
from sla.companies import COMPANIES
from tests.api.office import WATER, Office, Person, problem
from workflows.procedure import Party
from workflows.procedures import ALL, resolve

OFFICER, SUPERVISOR, UTILITY, AUDITOR, IMPORTER = "officer", "supervisor", "utility", "auditor", "importer"
SYSADMIN, SECADMIN = "sysadmin", "secadmin"  # who see no case: `EVERYONE` are all others
EVERYONE = {OFFICER, SUPERVISOR, UTILITY, AUDITOR, IMPORTER}
OVERSEERS = EVERYONE - {UTILITY, IMPORTER}
CASE = "/v1/cases/{case}"
WEBHOOK, WEBHOOK_VERBS = "/v1/webhooks/{webhook}", ("rotate", "pause", "resume", "end", "send-again")
PERSON_VERBS = ("role", "lock", "unlock", "end", "sessions/end", "sessions/{session}/end")
OBSERVED = "/v1/commitments/{commitment}/observations"

ALLOWED: dict[tuple[str, str], set[str]] = {
    ("post", "/v1/cases"): {OFFICER},
    ("get", "/v1/counts"): OVERSEERS,
    ("get", "/v1/desks"): EVERYONE,
    ("get", "/v1/steps"): EVERYONE,
    ("get", "/v1/events"): OVERSEERS | {UTILITY},
    ("get", "/v1/cases"): EVERYONE,
    ("get", CASE): EVERYONE,
    ("get", f"{CASE}/events"): EVERYONE,
    ("get", f"{CASE}/events/{{seq}}"): EVERYONE,
    ("get", f"{CASE}/clocks/{{clock}}/days"): EVERYONE,
    ("get", f"{CASE}/tellings"): EVERYONE,
    ("get", f"{CASE}/look-up-code"): {OFFICER, SUPERVISOR},
    ("get", f"{CASE}/receipt"): {OFFICER, SUPERVISOR},
    ("post", f"{CASE}/accept"): {OFFICER},
    ("post", f"{CASE}/supplies"): {OFFICER},
    ("post", f"{CASE}/reclassify"): {OFFICER},
    ("post", f"{CASE}/steps/{{step}}/hand-over"): {OFFICER},
    ("post", f"{CASE}/terminate"): {OFFICER},
    ("post", f"{CASE}/refuse"): {OFFICER},
    ("post", f"{CASE}/steps/{{step}}/start"): {OFFICER, UTILITY},
    ("post", f"{CASE}/steps/{{step}}/completions"): {OFFICER, UTILITY},
    ("post", f"{CASE}/return"): {OFFICER, UTILITY},
    ("post", f"{CASE}/resubmit"): {OFFICER, UTILITY},
    ("post", f"{CASE}/suspensions"): {OFFICER},
    ("post", f"{CASE}/suspensions/{{suspension}}/resume"): {OFFICER},
    ("post", f"{CASE}/extensions"): {OFFICER},
    ("post", f"{CASE}/fees"): {OFFICER},
    ("post", f"{CASE}/withdraw"): {OFFICER},
    ("post", f"{CASE}/decide"): {OFFICER},
    ("post", f"{CASE}/revoke"): {OFFICER},
    ("post", f"{CASE}/corrections"): {OFFICER},
    ("post", f"{CASE}/confirmations"): {OFFICER, SUPERVISOR},
    ("post", f"{CASE}/links"): {OFFICER},
    ("post", f"{CASE}/recalculate"): {OFFICER},
    ("post", "/v1/completions:batch"): {OFFICER, UTILITY},
    ("post", "/v1/surveys/{survey}/completions"): {OFFICER, UTILITY},
    ("post", "/v1/imports/cases"): {IMPORTER},
    ("put", f"{CASE}/subjects"): {OFFICER},
    ("get", f"{CASE}/subjects"): OVERSEERS | {UTILITY},
    ("post", "/v1/subjects/search"): OVERSEERS,
    ("get", "/v1/subjects/erasures"): OVERSEERS,
    ("get", "/v1/subjects/{subject}"): OVERSEERS,
    ("post", "/v1/subjects/{subject}/erasure"): {OFFICER, SUPERVISOR},
    ("post", "/v1/subjects/{subject}/erasure/grant"): {OFFICER, SUPERVISOR},
    ("post", "/v1/subjects/{subject}/erasure/refuse"): {OFFICER, SUPERVISOR},
    ("get", "/v1/audit"): {AUDITOR},
    ("get", "/v1/commitments"): EVERYONE,
    ("get", "/v1/commitments/{commitment}"): EVERYONE,
    ("get", "/v1/commitments/standings"): OVERSEERS,
    ("get", OBSERVED): OVERSEERS,
    ("post", OBSERVED): {OFFICER},
    ("post", f"{OBSERVED}/{{number}}/confirm"): {OFFICER, SUPERVISOR},
    ("post", f"{OBSERVED}/{{number}}/correct"): {OFFICER},
    ("post", f"{OBSERVED}/{{number}}/withdraw"): {OFFICER, SUPERVISOR},
    ("get", "/v1/procedures"): EVERYONE | {SYSADMIN},
    ("get", "/v1/procedures/{procedure}"): EVERYONE | {SYSADMIN},
    ("get", "/v1/calendars/notices"): OVERSEERS,
    ("post", "/v1/calendars/notices"): {OFFICER, SUPERVISOR},
    ("get", "/v1/calendars/notices/{number}"): OVERSEERS,
    ("get", "/v1/calendars/notices/{number}/moves"): OVERSEERS,
    ("post", "/v1/calendars/notices/{number}/approve"): {OFFICER, SUPERVISOR},
    ("post", "/v1/calendars/notices/{number}/reject"): {OFFICER, SUPERVISOR},
    ("get", "/v1/calendars/{jurisdiction}"): EVERYONE | {SYSADMIN},
    ("get", "/v1/calendars/{jurisdiction}/{year}"): EVERYONE | {SYSADMIN},
    ("get", "/v1/averages"): OVERSEERS,
    ("get", "/v1/reports/{month}"): OVERSEERS,
    ("get", "/v1/told-late"): OVERSEERS,
    ("get", "/v1/requests"): OVERSEERS,
    **{
        ("post", f"{CASE}/requests/{{number}}/{verb}"): {OFFICER, SUPERVISOR}
        for verb in ("grant", "refuse", "take-back")
    },
    ("get", "/v1/faults"): OVERSEERS,
    ("get", "/v1/keys"): {SUPERVISOR, SECADMIN},
    ("get", "/v1/machines"): {SUPERVISOR, SECADMIN},
    ("post", "/v1/machines"): {SUPERVISOR, SECADMIN},
    ("post", "/v1/machines/{id}/end"): {SUPERVISOR, SECADMIN},
    ("get", "/v1/people"): {SECADMIN},
    ("post", "/v1/people"): {SECADMIN},
    **{("post", f"/v1/people/{{id}}/{verb}"): {SECADMIN} for verb in PERSON_VERBS},
    ("get", "/v1/people/{id}/sessions"): {SECADMIN},
    ("get", "/v1/webhooks"): OVERSEERS | {UTILITY, SYSADMIN},
    ("post", "/v1/webhooks"): {OFFICER, UTILITY, SYSADMIN},
    **{("post", f"{WEBHOOK}/{verb}"): {OFFICER, UTILITY, SYSADMIN} for verb in WEBHOOK_VERBS},
    ("get", f"{WEBHOOK}/dead"): OVERSEERS | {UTILITY, SYSADMIN},
    ("get", "/metrics"): OVERSEERS | {SYSADMIN},
}
WITHOUT_KEY = {("get", "/livez"), ("get", "/readyz")}


def routes() -> set[tuple[str, str]]:
    return {(method, path) for path, operations in describe()["paths"].items() for method in operations}


def test_every_route_is_listed_here() -> None:
    assert routes() == ALLOWED.keys() | WITHOUT_KEY


def address(path: str) -> str:
    names = "case id seq clock step suspension survey commitment subject webhook procedure jurisdiction month number year session"
    return path.format(**dict.fromkeys(names.split(), "1"))


async def ask(person: Person, method: str, path: str) -> httpx2.Response:
    """With a body that is right for no command: who may not do it does not learn that."""
    if method == "get":
        answer = await person.get(address(path))
    elif method == "post":
        answer = await person.post(address(path), {})
    else:
        answer = await person.http.request(method.upper(), address(path), json={}, headers=person.headers)
    assert {name.lower() for name in HEADERS} <= set(answer.headers), "C-21: on every answer to everybody"
    assert "server" not in answer.headers
    return answer


@pytest.mark.parametrize(("method", "path"), sorted(ALLOWED))
async def test_a_route_is_open_to_its_roles_and_to_no_other(office: Office, method: str, path: str) -> None:
    people = {
        OFFICER: office.officer,
        SUPERVISOR: office.supervisor,
        UTILITY: office.water,
        AUDITOR: office.auditor,
        IMPORTER: office.importer,
        SYSADMIN: office.sysadmin,
        SECADMIN: office.secadmin,
    }
    for role, person in people.items():
        answer = await ask(person, method, path)
        assert (answer.status_code == 403) is (role not in ALLOWED[method, path]), (role, answer.text)
    stranger = await ask(office.stranger, method, path)
    assert (stranger.status_code, problem(stranger)) == (401, "unauthenticated")
    assert stranger.headers["www-authenticate"] == "Bearer"


async def test_a_key_that_is_wrong_expired_or_revoked_opens_nothing(office: Office) -> None:
    good, kept = new_key(actor="a", role=CallerRole.OFFICER, now=real_now() - timedelta(days=2), days=1, sandbox=True)
    office.store.add_key(kept)
    unknown, _ = new_key(actor="a", role=CallerRole.OFFICER, now=real_now(), sandbox=True)
    mistyped = unknown[:-1] + ("A" if unknown[-1] != "A" else "B")
    for text in (good, unknown, mistyped, "", "x", f"{unknown} ", "密钥"):
        headers = {b"Authorization": f"Bearer {text}".encode()}
        answer = await office.http.get("/v1/commitments", headers=headers)
        assert (answer.status_code, problem(answer)) == (401, "unauthenticated"), text
    assert (await office.http.get("/v1/commitments", headers={"Authorization": "Basic eDp5"})).status_code == 401


async def test_c_15_a_revoked_key_is_refused_within_five_seconds(office: Office) -> None:
    person = office.person(CallerRole.AUDITOR)
    assert (await person.get("/v1/faults")).status_code == 200
    kept = office.store.keys()
    key = next(key for key in kept if key.actor == person.actor)
    assert office.store.revoke(key.id, real_now())
    await asyncio.sleep(2.1)
    assert (await person.get("/v1/faults")).status_code == 401


async def listed_keys(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    asked: dict[str, Any] = {"limit": 7}
    while True:
        answer = await person.get("/v1/keys", **asked)
        assert answer.status_code == 200
        found += answer.json()["keys"]
        if (after := answer.json()["next"]) is None:
            return found
        asked["after"] = after


async def test_keys_are_listed_without_their_text_and_with_their_last_use(office: Office) -> None:
    person = office.person(CallerRole.AUDITOR)
    [before] = [key for key in await listed_keys(office.supervisor) if key["actor"] == person.actor]
    assert before["last_used"] is None
    assert "hash" not in before
    assert (await person.get("/v1/faults")).status_code == 200
    found = await listed_keys(office.supervisor)
    [after] = [key for key in found if key["actor"] == person.actor]
    assert after["last_used"] is not None
    kept = office.store.keys()
    assert [key["id"] for key in found] == [key.id for key in kept]


async def test_a_key_opens_the_api_and_the_pages_from_its_networks_alone(office: Office) -> None:
    """C-15. What a client says of itself is no address: only a trusted proxy is asked."""
    elsewhere = office.person(CallerRole.AUDITOR, networks=["192.0.2.0/24"])
    answer = await elsewhere.get("/v1/faults")
    assert (answer.status_code, problem(answer)) == (401, "unauthenticated")
    claimed = {**elsewhere.headers, "X-Forwarded-For": "192.0.2.1", "Forwarded": "for=192.0.2.1"}
    assert (await office.http.get("/v1/faults", headers=claimed)).status_code == 401
    key = elsewhere.headers["Authorization"].removeprefix("Bearer ")
    page = {"Origin": "http://office"}
    assert (await office.http.post("/sign-in", data={"key": key}, headers=page)).status_code == 403
    here = office.person(CallerRole.AUDITOR, networks=["192.0.2.0/24", "127.0.0.0/8"])
    assert (await here.get("/v1/faults")).status_code == 200
    key = here.headers["Authorization"].removeprefix("Bearer ")
    assert (await office.http.post("/sign-in", data={"key": key}, headers=page)).status_code == 303


async def test_a_key_that_nobody_used_opens_nothing_and_is_listed_so(office: Office) -> None:
    text, kept = new_key(
        actor="idle", role=CallerRole.AUDITOR, now=real_now() - timedelta(days=91), days=365, sandbox=True
    )
    office.store.add_key(kept)
    answer = await Person(office.http, text, "idle").get("/v1/faults")
    assert (answer.status_code, problem(answer)) == (401, "unauthenticated")
    [listed] = [key for key in await listed_keys(office.supervisor) if key["id"] == kept.id]
    assert listed["state"] == "disused"


class Shelf:
    """Keys that are used; `away`: nothing can be written."""

    def __init__(self, *keys: ApiKey, away: bool = False) -> None:
        self.kept, self.away = {key.hash: key for key in keys}, away
        self.noted: list[datetime] = []

    def key_by_hash(self, hashed: str) -> ApiKey | None:
        return self.kept.get(hashed)

    def use_key(self, key: str, at: datetime, *, unless_since: datetime) -> None:
        assert unless_since == at - timedelta(hours=1)
        self.noted.append(at)
        if self.away:
            raise StoreUnavailable


@pytest.mark.parametrize("away", [False, True])
def test_a_keys_use_is_noted_once_an_hour_and_nobody_is_refused_where_it_cannot_be(away: bool) -> None:
    now = real_now()
    text, kept = new_key(actor="a", role=CallerRole.AUDITOR, now=now)
    shelf = Shelf(kept, away=away)
    keyring = Keyring(shelf)
    minutes = (0, 1, 59, 60, 61, 119, 121, 240)
    for minute in minutes:
        assert keyring.caller(text, now + timedelta(minutes=minute), address=None).actor == "a"
    assert [(at - now) // timedelta(minutes=1) for at in shelf.noted] == [0, 60, 121, 240]


def test_a_key_that_another_process_noted_is_not_noted_again() -> None:
    now = real_now()
    text, kept = new_key(actor="a", role=CallerRole.AUDITOR, now=now)
    shelf = Shelf(kept.model_copy(update={"used": now - timedelta(minutes=30)}))
    Keyring(shelf).caller(text, now, address=None)
    assert shelf.noted == []


@pytest.mark.parametrize(("sandbox", "prefix"), [(False, "sx_live_"), (True, "sx_test_")])
def test_c_14_a_key_is_kept_as_a_hash_only(sandbox: bool, prefix: str) -> None:
    text, kept = new_key(actor="a", role=CallerRole.OFFICER, now=real_now(), sandbox=sandbox)
    assert text.startswith(prefix)
    assert is_sandbox(kept) is sandbox
    assert len(text) == len(prefix) + 36
    assert well_formed(text)
    assert text not in kept.model_dump_json()
    assert text[len(kept.prefix) :] not in kept.model_dump_json()


def test_a_key_is_made_for_a_known_company_or_a_desk_and_for_a_year_at_most() -> None:
    for role, company in (
        (CallerRole.UTILITY, None),
        (CallerRole.UTILITY, "nobody"),
        (CallerRole.OFFICER, "suzhou-water"),
    ):
        with pytest.raises(UnknownCompany):
            new_key(actor="a", role=role, now=real_now(), company=company)
    for actor in ("", "张三", "a b", "x" * 65):
        with pytest.raises(BadActor):
            new_key(actor=actor, role=CallerRole.OFFICER, now=real_now())
    with pytest.raises(LifeTooLong):
        new_key(actor="a", role=CallerRole.OFFICER, now=real_now(), days=366)


def test_every_utility_that_owns_a_step_is_one_company() -> None:
    owners = {
        step.owner
        for definition in ALL.values()
        for jurisdiction in definition.jurisdictions
        for variant in definition.variants
        for step in resolve(definition.key, jurisdiction, variant.key, {}).steps
        if step.party is Party.UTILITY
    }
    listed = [owner for names in COMPANIES.values() for owner in names]
    assert sorted(owners) == sorted(listed)


def without_ids(answer: httpx2.Response) -> dict[str, Any]:
    return {key: value for key, value in answer.json().items() if key not in {"instance", "request_id"}}


async def test_c_13_a_foreign_step_or_case_is_answered_like_one_that_there_is_not(office: Office) -> None:
    case = await office.accepted(variant="new-pipe-no-approval")
    whole = (await office.officer.get(f"/v1/cases/{case}")).json()
    assert "internal-works" in {step["key"] for step in whole["steps"]}
    sent = {"outcome": "done", "at": "2021-01-01T00:00:00+08:00"}  # before the case: only an insider may learn that
    answers = [
        await office.gas.post(f"/v1/cases/{case}/steps/joint-site-survey/completions", sent),
        await office.gas.post(f"/v1/cases/{case}/steps/nothing/completions", sent),
        await office.gas.post("/v1/cases/nowhere/steps/joint-site-survey/completions", sent),
        await office.water.post(f"/v1/cases/{case}/steps/internal-works/completions", sent),
        await office.water.post(f"/v1/cases/{case}/steps/nothing/completions", sent),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert all(without_ids(answer) == without_ids(answers[0]) for answer in answers)
    reads = [
        await office.gas.get(f"/v1/cases/{one}{rest}")
        for one in (case, "nowhere")
        for rest in ("", "/events", "/events/1")
    ]
    assert {answer.status_code for answer in reads} == {404}
    assert all(without_ids(answer) == without_ids(reads[0]) for answer in reads)


async def test_a_company_sees_its_own_steps_and_no_other(office: Office) -> None:
    case = await office.accepted()
    await office.water.post(f"/v1/cases/{case}/steps/joint-site-survey/completions", {"outcome": "done"})
    seen = (await office.water.get(f"/v1/cases/{case}")).json()
    whole = (await office.officer.get(f"/v1/cases/{case}")).json()
    assert {step["owner"] for step in seen["steps"]} == {"市水务集团"}
    assert {step["owner"] for step in whole["steps"]} > {"市水务集团"}
    assert {clock["owner"] for clock in seen["clocks"]} == {"市水务集团"}
    assert (seen["owner"], seen["facts"], seen["status"], seen["main"]) == (None, {}, None, None)
    events = (await office.water.get(f"/v1/cases/{case}/events")).json()["events"]
    assert {event["body"].get("step") for event in events} <= {step["key"] for step in seen["steps"]} | {None}
    assert "opened" not in {event["kind"] for event in events}
    assert "completed" in {event["kind"] for event in events}
    numbers = {line["case"] for line in (await office.water.get("/v1/cases", limit=200)).json()["cases"]}
    assert case in numbers
    foreign = {line["case"] for line in (await office.gas.get("/v1/cases", limit=200)).json()["cases"]}
    assert case not in foreign
    hidden = await office.water.get("/v1/cases", standing="overdue")
    assert (hidden.status_code, problem(hidden)) == (422, "invalid")


async def test_two_companies_may_use_the_same_idempotency_key(office: Office) -> None:
    gas = {**WATER, "procedure": "gas-connection"}
    for person, more in ((office.water, WATER), (office.gas, gas)):
        case = await office.accepted(**more)
        answer = await person.post(
            f"/v1/cases/{case}/steps/joint-site-survey/completions", {"outcome": "done"}, key="1"
        )
        assert answer.status_code == 201


async def test_a_key_may_be_narrowed_to_some_steps(office: Office) -> None:
    narrow = office.person(CallerRole.UTILITY, "suzhou-water", steps=("water-on",))
    case = await office.accepted()
    answer = await narrow.post(f"/v1/cases/{case}/steps/joint-site-survey/completions", {"outcome": "done"})
    assert (answer.status_code, problem(answer)) == (404, "unknown-step")
    assert [step["key"] for step in (await narrow.get(f"/v1/cases/{case}")).json()["steps"]] == ["water-on"]


async def test_a_company_returns_its_own_step_and_not_the_application(office: Office) -> None:
    case = await office.accepted()
    answer = await office.water.post(f"/v1/cases/{case}/return", {"reason": "a plan is missing"})
    assert (answer.status_code, problem(answer)) == (422, "invalid")
    foreign = await office.gas.post(f"/v1/cases/{case}/return", {"step": "joint-site-survey", "reason": "x"})
    assert (foreign.status_code, problem(foreign)) == (404, "unknown-step")
