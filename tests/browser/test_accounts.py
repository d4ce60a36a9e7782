"""People with accounts, in a real browser: signed in by the provider, and out everywhere."""

from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from temporalio.client import Client

from api.access import provider_keys
from api.demo.accounts import accounts, let_in
from api.demo.stage import settings_of
from api.processes.claims import free_port
from tests.api.office import PATIENT, Office, file_store
from tests.browser.browsing import Visit
from tests.browser.city import served_at
from tests.browser.conftest import Open
from tests.waiting import WITHIN

pytestmark = pytest.mark.slow


async def signs_in(seen: Visit, login: str) -> None:
    """Signs in with an account of the provider, as a person does."""
    page = await seen.go("/sign-in")
    await page.get_by_role("link", name="使用单位账号登录").click()
    await page.locator("input[name=login]").fill(login)
    await page.get_by_role("button", name="Sign in").click()


async def test_a_person_signs_in_in_two_browsers_and_out_everywhere(
    visit: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_keys, "PATIENCE", WITHIN)
    port = free_port()
    with accounts(tmp_path / "accounts", port, lambda _: None) as beside, closing(file_store(tmp_path)) as store:
        let_in(settings_of(tmp_path), beside.issuer)
        settings = PATIENT.model_copy(update={**beside.settings, "data_dir": tmp_path})
        office = Office(cast("Client", None), store, settings)
        async with served_at(office.app, port) as origin:
            here, there = [await visit(origin, beside=[beside.issuer]) for _ in range(2)]
            for one in (here, there):
                await signs_in(one, "chen")
                await one.page.wait_for_url(f"{origin}/today")
                assert "demo-clerk" in await one.page.locator("header").inner_text()
            await here.page.get_by_role("button", name="全部退出").click()
            await here.page.wait_for_url(f"{beside.issuer}/session/end?*")
            await here.page.locator("button[value=yes]").click()
            await here.page.wait_for_url(f"{origin}/sign-in")
            await there.go("/cases")
            assert there.page.url.startswith(f"{origin}/sign-in?next=")
        await office.http.aclose()
