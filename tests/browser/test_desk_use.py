"""Desks in people's hands: read, walked through, picked from and completed together, with keys and without script."""

import pytest
from playwright.async_api import expect

from tests.browser.city import City
from tests.browser.conftest import Open
from tests.browser.pages import UTILITY, signed_in

pytestmark = pytest.mark.slow


async def test_a_clerk_picks_steps_by_keys_and_completes_them_together(
    own_city: City, own_board: str, visit: Open
) -> None:
    page = await signed_in(own_city, await visit(own_board), UTILITY)
    assert page.url == f"{own_board}/desk/sz-water"
    rows = await page.locator("main [data-row]").all_inner_texts()
    for _ in range(2):
        await page.keyboard.press("j")
        await page.keyboard.press("x")
    await page.keyboard.press("k")
    assert await page.evaluate("document.activeElement.innerText") == rows[0]
    await expect(page.locator("#picked")).to_have_text("2")
    await page.get_by_role("button", name="一并办结").click()
    assert await page.locator("main [data-row]").all_inner_texts() == rows[:2]
    before = [own_city.store.head(case).seq for case in rows[:2]]
    await page.locator("button[value=do]").click()
    await expect(page.get_by_role("status").filter(has_text="已办 2 项，未办 0 项")).to_be_visible()
    after = [own_city.store.head(case).seq for case in rows[:2]]
    assert all(now > was for was, now in zip(before, after, strict=True))
    await page.get_by_role("link", name="返回列表").first.click()
    assert page.url == f"{own_board}/desk/sz-water"


async def test_without_script_a_desk_is_read_and_a_joint_survey_completed(
    own_city: City, own_board: str, visit: Open
) -> None:
    page = await signed_in(own_city, await visit(own_board, javascript=False))
    await page.goto(f"{own_board}/desk")
    await page.get_by_role("link", name="市水务集团", exact=True).click()
    await page.get_by_role("link", name="联合踏勘 K-2026-118，共 3 件").first.click()
    assert not await page.locator(".picked").is_visible()
    await page.get_by_role("button", name="一并办结").click()
    await page.locator("button[value=do]").click()
    assert "已办 3 项，未办 0 项" in await page.locator("main").inner_text()
