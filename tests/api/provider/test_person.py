"""People with a certified provider: they sign in with code and PKCE, prove a second factor, and are out at once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update
from temporalio.client import Client

from activities.store.audit_log import AuditFilter
from activities.store.people import PersonAccount
from activities.store.sign_ins import begun_sign_in
from api.access import provider_keys
from api.access.api_keys import CallerRole
from api.access.people import PersonRole, new_person
from api.real_clock import real_now
from api.settings import FactorRule
from tests.api.office import PATIENT, Office, file_store, problem
from tests.api.provider.account import AccountHolder
from tests.api.provider.conftest import BOARD, SECRET
from tests.api.provider.running import Provider
from tests.waiting import WITHIN

TWO = FactorRule(acr=("urn:two-factors",), amr=("otp", "hwk"))
FACTORS = {"secadmin": TWO, "sysadmin": TWO, "auditor": TWO}
SESSION = "shixian-80="


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Iterator[None]:
    """A machine may be busy with other things, and a key may have been asked for just now."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(provider_keys, "PATIENCE", WITHIN)
        patched.setattr(provider_keys, "AGAIN", 0.0)
        yield


@pytest.fixture
async def door(provider: Provider, tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose people sign in with the provider's accounts; nobody is let in yet."""
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    named = {
        "people_issuer": provider.issuer,
        "people_client": BOARD,
        "people_secret_file": tmp_path / "secret",
        "people_factors": FACTORS,
        "data_dir": tmp_path,
    }
    store = file_store(tmp_path)
    office = Office(cast("Client", None), store, PATIENT.model_copy(update=named))
    yield office
    await office.close()
    store.close()


def admitted(door: Office, subject: str, role: PersonRole = PersonRole.CLERK, **more: Any) -> PersonAccount:
    """Somebody who was let in."""
    issuer = door.settings.people_issuer
    made = new_person(issuer=issuer, subject=subject, actor=f"{role}-{subject}", role=role, now=real_now())
    made = made.model_copy(update=more)
    door.store.add_person(made)
    return made


def outcomes(door: Office, action: str) -> list[tuple[str, str, str]]:
    """Who did it with what, and what came of it, the newest first."""
    return [(row.actor, row.object, row.outcome) for row in door.store.audit_rows(AuditFilter(action=action))]


async def test_somebody_signs_in_and_is_what_our_table_says(door: Office) -> None:
    person = admitted(door, "chen")
    chen = AccountHolder(door.app, "chen")
    where = await chen.begin("/cases?open=any")
    asked = parse_qs(urlsplit(where).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert (asked["scope"], asked["response_type"]) == (["openid"], ["code"])
    answer = await chen.get(await chen.prove(where))
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases?open=any")
    cookies = [value for name, value in answer.headers.multi_items() if name == "set-cookie"]
    assert all("HttpOnly" in one and "samesite=lax" in one.lower() for one in cookies if SESSION in one)
    assert not any("eyJ" in one for one in cookies), "no token reaches a browser"
    page = await chen.get("/cases?lang=en")
    assert (page.status_code, "clerk-chen（officer）" in page.text) == (200, True)
    [kept] = door.store.people()
    assert kept.used is not None
    assert outcomes(door, "sign-in") == [("clerk-chen", f"person/{person.id}", "done")]


async def test_somebody_whom_the_bureau_knows_and_we_do_not_gets_no_session(door: Office) -> None:
    answer = await AccountHolder(door.app, "chen").sign_in_by_account()
    assert (answer.status_code, SESSION in str(answer.headers)) == (403, False)
    assert "联系安全管理员" in answer.text
    assert outcomes(door, "sign-in") == [("unknown", "no-person", "refused:unknown-account")]


async def test_an_answer_is_taken_once_in_the_browser_that_asked(door: Office) -> None:
    admitted(door, "chen")
    chen, thief = AccountHolder(door.app, "chen"), AccountHolder(door.app, "chen")
    back = await chen.prove(await chen.begin())
    await thief.begin()
    stolen = await thief.get(back)
    assert (stolen.status_code, SESSION in str(stolen.headers)) == (403, False), "another browser's cookie"
    assert (await chen.get(back.replace("state=", "state=x"))).status_code == 403, "another state"
    again = AccountHolder(door.app, "chen")
    back = await again.prove(await again.begin())
    cookies = again.http.cookies.jar
    kept = list(cookies)
    assert (await again.get(back)).status_code == 303
    for one in kept:
        cookies.set_cookie(one)
    replayed = await again.get(back)
    assert (replayed.status_code, SESSION in str(replayed.headers)) == (403, False), "the second time"
    assert [one[2] for one in outcomes(door, "sign-in")] == [
        "refused:sign-in-over", "done", "refused:sign-in-over", "refused:sign-in-over"
    ]  # fmt: skip


async def test_a_sign_in_that_takes_ten_minutes_is_over(door: Office) -> None:
    admitted(door, "chen")
    chen = AccountHolder(door.app, "chen")
    back = await chen.prove(await chen.begin())
    with door.store.writing() as connection:
        earlier = begun_sign_in.c.began - timedelta(minutes=10) // timedelta(microseconds=1)
        connection.execute(update(begun_sign_in).values(began=earlier))
    assert (await chen.get(back)).status_code == 403


async def test_whoever_gives_up_at_the_provider_is_told_so(door: Office) -> None:
    chen = AccountHolder(door.app, "chen")
    answer = await chen.get(await chen.prove(await chen.begin(), abort=True))
    assert (answer.status_code, "登录已放弃" in answer.text) == (403, True)


async def test_a_code_of_another_sign_in_is_worth_nothing(door: Office) -> None:
    """Code injection: somebody else's code in answer to one's own sign-in; PKCE and nonce hold."""
    admitted(door, "chen")
    chen, lin = AccountHolder(door.app, "chen"), AccountHolder(door.app, "lin")
    admitted(door, "lin")
    own, foreign = [await one.prove(await one.begin()) for one in (chen, lin)]
    code = {name: parse_qs(urlsplit(back).query)["code"][0] for name, back in (("own", own), ("foreign", foreign))}
    answer = await chen.get(own.replace(code["own"], code["foreign"]))
    assert (answer.status_code, SESSION in str(answer.headers)) == (403, False)


@pytest.mark.parametrize("place", ["//evil.example", "https://evil.example", "/\\evil", "javascript:alert(1)"])
async def test_after_signing_in_with_an_account_nobody_is_led_elsewhere(door: Office, place: str) -> None:
    admitted(door, "chen")
    answer = await AccountHolder(door.app, "chen").sign_in_by_account(place)
    assert (answer.status_code, answer.headers["location"]) == (303, "/today")


async def test_an_administrator_proves_a_second_factor(door: Office) -> None:
    person = admitted(door, "zhao", PersonRole.SECADMIN)
    zhao = AccountHolder(door.app, "zhao")
    refused = await zhao.sign_in_by_account()
    assert (refused.status_code, "双因素" in refused.text, "again=1" in refused.text) == (403, True, True)
    assert outcomes(door, "sign-in") == [("secadmin-zhao", f"person/{person.id}", "refused:factor-missing")]
    answer = await zhao.sign_in_by_account(again="1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    assert "secadmin-zhao" in (await zhao.get("/people")).text


async def test_after_five_failures_in_a_quarter_of_an_hour_nobody_signs_in(door: Office) -> None:
    person = admitted(door, "weak", PersonRole.AUDITOR)
    weak = AccountHolder(door.app, "weak")
    said = [(await weak.sign_in_by_account()).text for _ in range(6)]
    assert ["已锁定" in text for text in said] == [False] * 4 + [True] * 2
    [kept] = door.store.people()
    assert kept.is_locked(real_now())
    assert kept.locked_until is not None
    assert not kept.is_locked(kept.locked_until)
    assert outcomes(door, "lock-person") == [("auditor-weak", f"person/{person.id}", "done")]


async def test_an_account_that_nobody_used_for_90_days_opens_after_it_is_unlocked(door: Office) -> None:
    person = admitted(door, "wu", created=real_now() - timedelta(days=90))
    wu = AccountHolder(door.app, "wu")
    assert "连续 90 天未使用" in (await wu.sign_in_by_account()).text
    assert door.store.unlock_person(person.id, real_now())
    assert (await wu.sign_in_by_account()).status_code == 303


async def test_c_17_a_person_who_is_locked_ended_or_changed_is_out_within_five_seconds(door: Office) -> None:
    keeper = door.person(CallerRole.SECADMIN)
    for subject, path, body in (("chen", "lock", None), ("lin", "end", None), ("wu", "role", {"role": "supervisor"})):
        person = admitted(door, subject)
        holder = AccountHolder(door.app, subject)
        await holder.sign_in_by_account()
        assert (await holder.get("/pulse")).status_code == 200
        changed = await keeper.post(f"/v1/people/{person.id}/{path}", body)
        assert changed.status_code == 200, changed.text
        await asyncio.sleep(2.1)
        assert (await holder.get("/pulse")).status_code == 303, path
        answer = await holder.sign_in_by_account()
        assert (answer.status_code == 303) is (path == "role"), path
    assert "supervisor-wu" not in (await holder.get("/cases?lang=en")).text
    assert "clerk-wu（supervisor）" in (await holder.get("/cases?lang=en")).text


async def test_a_keeper_ends_one_session_or_all_and_nobody_goes_on_with_them(door: Office) -> None:
    keeper, person = door.person(CallerRole.SECADMIN), admitted(door, "chen")
    holders = [AccountHolder(door.app, "chen") for _ in range(3)]
    for one in holders:
        await one.sign_in_by_account()
    where = f"/v1/people/{person.id}/sessions"
    listed = (await keeper.get(where)).json()["sessions"]
    assert len(listed) == 3
    assert (await keeper.post(f"{where}/{listed[0]['id']}/end")).json() == {"number": 1}
    assert [(await one.get("/pulse")).status_code for one in holders] == [200, 200, 303], "the newest stands first"
    gone = await keeper.post(f"{where}/{listed[0]['id']}/end")
    assert (gone.status_code, problem(gone)) == (404, "unknown-session")
    short = await keeper.post(f"{where}/{listed[1]['id'][:4]}/end")
    assert (short.status_code, problem(short)) == (404, "unknown-session")
    assert (await keeper.post(f"{where}/end")).json() == {"number": 2}
    assert [(await one.get("/pulse")).status_code for one in holders] == [303] * 3


async def test_signing_out_ends_the_session_here_and_leads_on_to_the_provider(door: Office) -> None:
    admitted(door, "chen")
    chen, other = AccountHolder(door.app, "chen"), AccountHolder(door.app, "chen")
    for one in (chen, other):
        await one.sign_in_by_account()
        await one.get("/cases")
    stolen = list(chen.http.cookies.jar)
    answer = await chen.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/signed-out")
    assert "Clear-Site-Data" in answer.headers
    for cookie in stolen:
        chen.http.cookies.jar.set_cookie(cookie)
    assert (await chen.get("/pulse")).status_code == 303, "a session that was stolen before"
    assert (await other.get("/pulse")).status_code == 200
    page = await chen.get("/signed-out")
    where = page.headers["refresh"].partition("url=")[2]
    asked = parse_qs(urlsplit(where).query)
    assert where.startswith(f"{door.settings.people_issuer}/session/end?")
    assert asked == {"client_id": [BOARD], "post_logout_redirect_uri": ["http://office/sign-in"]}


async def test_signing_out_everywhere_ends_every_session_of_the_person_and_no_other(door: Office) -> None:
    admitted(door, "chen")
    admitted(door, "lin")
    holders = [AccountHolder(door.app, login) for login in ("chen", "chen", "lin")]
    for one in holders:
        await one.sign_in_by_account()
        await one.get("/cases")
    assert (await holders[0].post("/sign-out/everywhere")).status_code == 303
    assert [(await one.get("/pulse")).status_code for one in holders] == [303, 303, 200]
    [row] = outcomes(door, "end-sessions")
    assert (row[0], row[2]) == ("clerk-chen", "done")


async def test_a_provider_that_signs_with_new_keys_is_believed(door: Office, provider: Provider) -> None:
    admitted(door, "chen")
    assert (await AccountHolder(door.app, "chen").sign_in_by_account()).status_code == 303
    provider.house.tell(rotate=True)
    assert (await AccountHolder(door.app, "chen").sign_in_by_account()).status_code == 303


async def test_c_27_a_secadmin_lets_people_in_on_the_pages_and_leaves_their_own_account_alone(door: Office) -> None:
    own = admitted(door, "zhao", PersonRole.SECADMIN)
    zhao = AccountHolder(door.app, "zhao")
    await zhao.sign_in_by_account(again="1")
    await zhao.get("/people/new")
    fields = {"subject": "sun", "actor": "clerk-7", "role": "clerk"}
    made = await zhao.post("/people/new", fields)
    assert made.status_code == 303, made.text
    assert (await AccountHolder(door.app, "sun").sign_in_by_account()).status_code == 303
    assert (await zhao.post("/people/new", fields)).status_code == 409
    assert (await zhao.post("/people/new", {**fields, "actor": "孙"})).status_code == 422
    shown = await zhao.get(made.headers["location"])
    assert shown.status_code == 200
    assert (await zhao.post(f"{made.headers['location']}/lock")).status_code == 303
    assert "已锁定" in (await zhao.get(made.headers["location"])).text
    for change, more in (("lock", {}), ("unlock", {}), ("end", {}), ("role", {"role": "auditor"})):
        refused = await zhao.post(f"/people/{own.id}/{change}", more)
        assert (refused.status_code, "不得变更本人账号" in refused.text) == (403, True), change
    assert [row[2] for row in outcomes(door, "change-role")] == ["refused:own-account"]
    assert door.store.person("x", "x") is None
    kept = door.store.person_by_id(own.id)
    assert kept is not None
    assert (kept.role, kept.ended, kept.locked) == ("secadmin", None, None)


async def test_c_27_administrators_see_no_case_and_no_audit_log(door: Office) -> None:
    """C-27: sysadmin, secadmin and auditor are three; each sees its own."""
    own = {"zhao": (PersonRole.SECADMIN, {"/people", "/keys"}), "qian": (PersonRole.SYSADMIN, {"/companies"})}
    places = {"/today", "/cases", "/desk", "/told-late", "/told", "/companies", "/people", "/keys", "/audit-log"}
    for subject, (role, reached) in own.items():
        admitted(door, subject, role)
        holder = AccountHolder(door.app, subject)
        assert (await holder.sign_in_by_account(again="1")).status_code == 303
        found = {place for place in places if (await holder.get(place)).status_code == 200}
        assert found == reached, role
        assert (await holder.get("/")).headers["location"] in reached
        for place in ("/cases/SZ-2021-0001", "/promises", "/find"):
            assert (await holder.get(place)).status_code in {404, 405}, place
