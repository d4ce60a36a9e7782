"""People with accounts, an applicant and a machine, all the way: a certified provider, a real server, real browsers."""

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import cast
from uuid import uuid4

import httpx2
import pytest
from playwright.async_api import Page, expect
from temporalio.client import Client

from api.access import provider_keys
from api.access.api_keys import CallerRole
from api.access.look_up import LookUpCodes
from api.access.machines import new_machine
from api.access.people import PersonRole, new_person
from api.demo.accounts import BOARD, ONE, SECOND, TWO, accounts, let_in
from api.demo.stage import settings_of
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from api.settings import FactorRule
from tests.api.office import PATIENT, Office, Person, file_store
from tests.api.provider.running import Provider, providing
from tests.browser.browsing import Visit
from tests.browser.city import served_at
from tests.browser.conftest import Open
from tests.browser.pages import looked_at
from tests.waiting import WITHIN
from workflows.worker import connect

pytestmark = pytest.mark.slow
SECRET = "a made-up secret of the board at the provider"  # noqa: S105  # of a test
PEOPLE = {"chen": PersonRole.CLERK, "lin": PersonRole.SUPERVISOR}


class Bureau:
    """A board at an origin, with people of a provider; clerks need a second factor there, and withdrawals four eyes."""

    def __init__(self, origin: str, office: Office, provider: Provider) -> None:
        self.origin, self.office, self.provider = origin, office, provider


@pytest.fixture
async def bureau(temporal_server: DevServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bureau]:
    monkeypatch.setattr(provider_keys, "PATIENCE", WITHIN)
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    board = {
        "client_id": BOARD,
        "client_secret": SECRET,
        "redirect_uris": [f"{origin}/sign-in/back"],
        "post_logout_redirect_uris": [f"{origin}/sign-in"],
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
    }
    people = {name: {"acr": ONE, "amr": ["pwd"], "second": SECOND} for name in PEOPLE}
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    client = await connect(temporal_server.address, temporal_server.namespace)
    with providing(origin, more=[board], people=people) as provider, closing(file_store(tmp_path)) as store:
        named = {
            "data_dir": tmp_path,
            "four_eyes_for": frozenset({"withdraw"}),
            "people_issuer": provider.issuer,
            "people_client": BOARD,
            "people_secret_file": tmp_path / "secret",
            "people_factors": {"clerk": FactorRule(acr=(TWO,))},
            "machine_issuer": provider.issuer,
            "machine_audience": origin,
            "machine_keys_url": provider.keys_url,
        }
        office = Office(client, store, PATIENT.model_copy(update=named))
        for subject, role in PEOPLE.items():
            store.add_person(
                new_person(issuer=provider.issuer, subject=subject, actor=f"{role}-01", role=role, now=real_now())
            )
        async with office.working(), served_at(office.app, port):
            yield Bureau(origin, office, provider)
        await office.close()


async def proves(page: Page, login: str, link: str) -> None:
    """Goes to the provider by a link, and signs in there."""
    await page.get_by_role("link", name=link).click()
    await page.locator("input[name=login]").fill(login)
    await page.get_by_role("button", name="Sign in").click()


async def clerk_signs_in(bureau: Bureau, seen: Visit) -> Page:
    """With the second factor, which is asked for once it is missing."""
    page = await seen.go("/sign-in")
    await proves(page, "chen", "使用单位账号登录")
    await expect(page.get_by_role("alert")).to_contain_text("第二")
    await proves(page, "chen", "使用单位账号登录")
    await page.wait_for_url(f"{bureau.origin}/today")
    return page


async def test_from_sign_in_with_two_factors_to_a_granted_request_a_look_up_a_machine_s_batch_and_out_everywhere(
    visit: Open, bureau: Bureau
) -> None:
    office, origin = bureau.office, bureau.origin
    case, posted = [await office.accepted() for _ in range(2)]
    clerk, elsewhere, supervisor = [await visit(origin, beside=[bureau.provider.issuer]) for _ in range(3)]

    page = await clerk_signs_in(bureau, clerk)
    await page.goto(f"{origin}/cases/{case}/do/withdraw")
    await page.locator("button[value=preview]").click()
    await expect(page.locator("main")).to_contain_text("须由他人复核同意")
    await page.locator("[name=checked]").check()
    await page.locator("button[value=do]").click()
    await expect(page.get_by_role("note")).to_contain_text("已申请，待他人复核")

    page = await supervisor.go("/sign-in?next=/requests")
    await proves(page, "lin", "使用单位账号登录")
    await page.wait_for_url(f"{origin}/requests")
    await page.get_by_role("link", name="查看并复核").click()
    await page.locator("[name=checked]").check()
    await page.locator("form[action$='/grant'] button").click()
    await page.wait_for_url(f"{origin}/cases/{case}?*")
    told = [(one.kind, one.actor) for one in office.store.events(case) if one.kind in {"request-asked", "withdrawn"}]
    assert told == [("request-asked", "clerk-01"), ("withdrawn", "supervisor-01")]

    applicant = await visit(origin)
    page = await applicant.go("/look-up")
    await page.locator("#case").fill(case)
    await page.locator("#code").fill(LookUpCodes(office.store.secret).code(case))
    await page.keyboard.press("Enter")
    await expect(page.locator(".look-up-state")).to_contain_text("撤回申请")

    await machine_posts(bureau, posted)

    there = await clerk_signs_in(bureau, elsewhere)
    page = clerk.page
    await page.get_by_role("button", name="全部退出").click()
    await page.wait_for_url(f"{bureau.provider.issuer}/session/end?*")
    await page.locator("button[value=yes]").click()
    await page.wait_for_url(f"{origin}/sign-in")
    await elsewhere.go("/cases")
    assert there.url.startswith(f"{origin}/sign-in?next=")
    for seen in (clerk, elsewhere):  # of the sign-ins that lacked a factor
        seen.errors = [one for one in seen.errors if "status of 403" not in one]


async def machine_posts(bureau: Bureau, case: str) -> None:
    """A machine of the water company signs for itself, gets a token, and posts a batch over the network."""
    provider = bureau.provider
    bureau.office.store.add_machine(
        new_machine(
            issuer=provider.issuer,
            client=provider.client,
            actor="water-posting",
            role=CallerRole.UTILITY,
            company="suzhou-water",
            now=real_now(),
        )
    )
    async with httpx2.AsyncClient(base_url=bureau.origin, timeout=WITHIN, trust_env=False) as http:
        water = Person(http, provider.token(real_now().timestamp()), "water-posting")
        item = {"key": uuid4().hex, "case": case, "step": "joint-site-survey", "outcome": "done"}
        answer = await water.post("/v1/completions:batch", {"items": [item]})
    assert [one["status"] for one in answer.json()["items"]] == [201], answer.text
    assert bureau.office.store.events(case)[-1].actor == "water-posting"


async def test_accounts_of_the_demo_sign_in_and_whoever_lacks_a_factor_can_read_so(
    visit: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_keys, "PATIENCE", WITHIN)
    port = free_port()
    with accounts(tmp_path / "accounts", port, lambda _: None) as beside, closing(file_store(tmp_path)) as store:
        let_in(settings_of(tmp_path), beside.issuer)
        settings = PATIENT.model_copy(update={**beside.settings, "data_dir": tmp_path})
        office = Office(cast("Client", None), store, settings)
        async with served_at(office.app, port) as origin:
            seen = await visit(origin, beside=[beside.issuer], width=320, scheme="dark")
            page = await seen.go("/sign-in")
            await proves(page, "wu", "使用单位账号登录")
            await page.wait_for_url(f"{origin}/sign-in/back?*")
            assert await looked_at(page, "factor-missing-zh-320-dark") == []
            await proves(page, "wu", "使用单位账号登录")
            await page.wait_for_url(f"{origin}/today")
            assert "demo-auditor" in await page.locator("header").inner_text()
            seen.errors.clear()  # the browser says of the first that it failed
        await office.close()
