"""Signing in: a key becomes a session, which ends at once, by itself, and with its key."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from api.access.api_keys import CallerRole, hashed, new_key
from api.access.sessions import IDLE, LONGEST, current
from api.access.sessions import hashed as session_hash
from api.app import create_app
from api.pages.environment import assets
from api.real_clock import real_now
from tests.api.office import Office
from tests.api.pages.visitor import ORIGIN, Visitor, visitor


def cookie(somebody: Visitor) -> str:
    [found] = [one.value for one in somebody.http.cookies.jar if one.name.startswith("shixian")]
    return str(found)


async def test_a_key_becomes_a_session_and_never_comes_back(office: Office) -> None:
    somebody = visitor(office, CallerRole.OFFICER)
    answer = await somebody.sign_in("/cases?open=any")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases?open=any")
    [set_cookie] = [value for name, value in answer.headers.multi_items() if name == "set-cookie"]
    assert "HttpOnly" in set_cookie
    assert "samesite=lax" in set_cookie.lower()
    assert somebody.key not in answer.text + str(answer.headers)
    kept = office.store.session(session_hash(cookie(somebody)), real_now())
    assert kept is not None
    assert kept.role == "officer"
    with_tls = await somebody.http.get("https://office/sign-in")
    assert with_tls.status_code == 200


@pytest.mark.parametrize(
    "where", ["//evil.example", "https://evil.example", "/\\evil", "javascript:alert(1)", "/sign-in", ""]
)
async def test_after_signing_in_nobody_is_led_elsewhere(office: Office, where: str) -> None:
    answer = await visitor(office, CallerRole.OFFICER).sign_in(where)
    assert (answer.status_code, answer.headers["location"]) == (303, "/today")


async def test_whatever_is_wrong_with_a_key_the_answer_is_the_same(office: Office) -> None:
    revoked = visitor(office, CallerRole.OFFICER)
    known = office.store.key_by_hash(hashed(revoked.key))
    assert known is not None
    office.store.revoke(known.id, real_now())
    pages = set()
    for key in (revoked.key, "nonsense", "", revoked.key[:-1] + "x"):
        somebody = Visitor(office.app, key)
        answer = await somebody.sign_in()
        assert answer.status_code == 403
        assert not list(somebody.http.cookies.jar)
        pages.add(re.sub(r"\d\d:\d\d:\d\d", "", answer.text))
    assert len(pages) == 1


async def test_whoever_has_not_signed_in_is_led_to_it_and_then_to_the_page(office: Office) -> None:
    somebody = visitor(office, CallerRole.OFFICER)
    answer = await somebody.get("/pulse?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fpulse%3Flang%3Den")


async def test_signing_out_ends_the_session_at_once(office: Office) -> None:
    somebody = visitor(office, CallerRole.OFFICER)
    await somebody.sign_in()
    await somebody.get("/nowhere")
    text = cookie(somebody)
    answer = await somebody.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "Clear-Site-Data" in answer.headers
    assert current(office.store, text, real_now(), used=True) is None


async def test_c_17_a_revoked_key_ends_its_sessions(office: Office) -> None:
    somebody = visitor(office, CallerRole.OFFICER)
    await somebody.sign_in()
    known = office.store.key_by_hash(hashed(somebody.key))
    assert known is not None
    assert (await somebody.get("/pulse")).status_code == 200
    office.store.revoke(known.id, real_now())
    assert (await somebody.get("/pulse")).status_code == 303


async def test_c_17_a_session_ends_unused_and_after_a_day_of_work(office: Office) -> None:
    somebody = visitor(office, CallerRole.OFFICER)
    await somebody.sign_in()
    text, now = cookie(somebody), real_now()
    assert current(office.store, text, now + IDLE - timedelta(seconds=5), used=False)
    assert current(office.store, text, now + IDLE, used=False) is None
    at = now
    while at < now + LONGEST - timedelta(minutes=20):
        at += timedelta(minutes=20)
        assert current(office.store, text, at, used=True)
    assert current(office.store, text, now + LONGEST, used=True) is None


async def test_a_page_that_refreshes_itself_does_not_use_its_session(office: Office) -> None:
    somebody = visitor(office, CallerRole.OFFICER)
    await somebody.sign_in()
    text, now = cookie(somebody), real_now()
    assert current(office.store, text, now + timedelta(minutes=29), used=False)
    assert current(office.store, text, now + timedelta(minutes=31), used=False) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": ORIGIN + ":81"},
    ],
)
async def test_c_18_a_form_from_another_site_is_refused(office: Office, headers: dict[str, str]) -> None:
    somebody = visitor(office, CallerRole.OFFICER)
    await somebody.sign_in()
    await somebody.get("/nowhere")
    answer = await somebody.post("/sign-out", None, **headers)
    assert answer.status_code == 403
    assert current(office.store, cookie(somebody), real_now(), used=True)


async def test_c_18_a_form_without_the_sessions_token_is_refused(office: Office) -> None:
    somebody = visitor(office, CallerRole.OFFICER)
    await somebody.sign_in()
    somebody.page = ""
    assert (await somebody.post("/sign-out", {"other": "x"})).status_code == 403
    assert (await somebody.post("/sign-out", {"token": "0" * 64})).status_code == 403
    assert current(office.store, cookie(somebody), real_now(), used=True)


async def test_over_tls_the_sessions_cookie_is_of_this_host_alone_and_no_scripts(office: Office) -> None:
    somebody = visitor(office, CallerRole.OFFICER)
    somebody.http.base_url = httpx2.URL("https://office")
    await somebody.get("/sign-in")
    sent = {"key": somebody.key, "next": "/"}
    answer = await somebody.post("/sign-in", sent, Origin="https://office")
    [said] = [value.lower() for value in answer.headers.get_list("set-cookie") if "shixian" in value]
    name, *rest = (part.partition("=")[0].strip() for part in said.split(";"))
    assert name == "__host-shixian"
    assert {"secure", "httponly", "samesite", "path"} <= set(rest)
    assert "domain" not in rest


async def test_a_key_is_not_typed_in_over_a_network_without_tls(office: Office) -> None:
    somebody = visitor(office, CallerRole.OFFICER)
    somebody.http._transport.client = ("192.0.2.7", 50_000)  # type: ignore[attr-defined]
    assert "name=&#34;key&#34;" not in (await somebody.get("/sign-in")).text
    answer = await somebody.post("/sign-in", {"key": somebody.key})
    assert answer.status_code == 403
    assert not list(somebody.http.cookies.jar)


@pytest.mark.parametrize("body", ["a=1&a=2", "a", "a=%00", "a=1&" * 2001 + "b=1"])
async def test_a_body_that_is_no_form_of_ours_is_refused(office: Office, body: str) -> None:
    somebody = visitor(office, CallerRole.OFFICER)
    sent = {"Origin": ORIGIN, "Content-Type": "application/x-www-form-urlencoded"}
    assert (await somebody.http.post("/sign-in", content=body, headers=sent)).status_code == 415
    sent["Content-Type"] = "application/json"
    assert (await somebody.http.post("/sign-in", content="{}", headers=sent)).status_code == 415


async def test_c_21_every_page_has_the_headers_that_keep_it_to_itself(office: Office) -> None:
    somebody = visitor(office, CallerRole.OFFICER)
    for path in ("/sign-in", "/nowhere"):
        answer = await somebody.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "trusted-types board" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert " style=" not in answer.text
        assert "<script>" not in answer.text


async def test_an_address_that_there_is_not_is_a_page_for_a_browser_and_a_problem_for_a_machine(office: Office) -> None:
    somebody = visitor(office, CallerRole.OFFICER)
    await somebody.sign_in()
    shown = await somebody.get("/nowhere?lang=en")
    assert (shown.status_code, shown.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "No such page, or not in your reach" in shown.text
    asked = await somebody.http.get("/v1/nowhere", headers={"Accept": "text/html"})
    assert asked.headers["content-type"] == "application/problem+json"
    assert (await somebody.http.get("/nowhere")).headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("rate", [1, 60])
async def test_37_a_rehearsal_is_called_one_on_every_page_and_real_time_is_not(office: Office, rate: int) -> None:
    case = await office.accepted()
    told, kept = new_key(actor=f"officer-{rate}", role=CallerRole.OFFICER, now=real_now(), sandbox=True)
    office.store.add_key(kept)
    timeline = office.timeline.model_copy(update={"rate": rate})
    somebody = Visitor(create_app(replace(office.services, timeline=timeline)), told)
    pages = [(await somebody.get(path)).text for path in ("/sign-in", "/look-up", "/no-such-page")]
    await somebody.sign_in()
    own = ("/today", "/cases", f"/cases/{case}", f"/cases/{case}/days", f"/cases/{case}/do/suspend", "/desk", "/told")
    pages += [(await somebody.get(path)).text for path in (*own, "/promises", "/calendar/2021", "/companies", "/open")]
    assert [page.count('class="rehearsal"') for page in pages] == [int(rate != 1)] * len(pages)
    assert all(f"{rate} 倍" in page for page in pages) is (rate != 1)
    style = assets()["css"].content.decode()
    assert ".rehearsal" not in style.partition("@media print")[2].partition("display: none")[0], "it is printed too"
