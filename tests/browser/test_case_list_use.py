"""The list of cases in people's hands: come back to it, go through it, pick from it, look at it.

A test that bears a number holds that line of the board's acceptance.
"""

import pytest
from playwright.async_api import Page, expect

from tests.browser.city import City
from tests.browser.conftest import Open
from tests.browser.pages import signed_in

pytestmark = pytest.mark.slow
WATER = "/cases?procedure=water-connection&sort=accepted&dir=desc"


async def focused(page: Page) -> str:
    return str(await page.evaluate("document.activeElement.id"))


async def listed(page: Page) -> list[str]:
    return await page.locator("main [data-row]").all_inner_texts()


async def test_08_reload_and_back_keep_the_list_its_page_and_the_focus(visit: Open, city: City, board: str) -> None:
    page = await signed_in(city, await visit(board))
    await page.goto(f"{board}{WATER}")
    rows = await listed(page)
    for _ in range(3):
        await page.keyboard.press("j")
    here = f"case-{rows[2]}"
    assert await focused(page) == here
    await page.reload()
    assert page.url == f"{board}{WATER}"
    assert (await listed(page), await focused(page)) == (rows, here)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await page.go_back()
    assert page.url == f"{board}{WATER}"
    assert (await listed(page), await focused(page)) == (rows, here)
    await page.goto(f"{board}/cases?limit=50&open=any")
    await page.locator("[rel=next]").click()
    further, url = await listed(page), page.url
    await page.reload()
    assert (page.url, await listed(page)) == (url, further)


async def test_09_brackets_go_through_the_list_and_the_way_back_leads_to_the_row(
    visit: Open, city: City, board: str
) -> None:
    page = await signed_in(city, await visit(board))
    await page.goto(f"{board}{WATER}")
    rows = await listed(page)
    await page.keyboard.press("j")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    for number, case in enumerate(rows[:4], 1):
        assert f"/cases/{case}?l=" in page.url
        await expect(page.locator(".place")).to_contain_text(f"第 {number} 件，共 {len(rows)} 件")
        async with page.expect_navigation():
            await page.keyboard.press("]")
    async with page.expect_navigation():
        await page.keyboard.press("[")
    assert f"/cases/{rows[3]}?l=" in page.url
    await page.locator(".chips a").last.click()
    await expect(page.locator(".place")).to_contain_text(f"第 4 件，共 {len(rows)} 件")
    await page.get_by_role("link", name="返回列表").click()
    await page.wait_for_url(f"{board}{WATER}#case-{rows[3]}")
    await expect(page.locator(f'[id="case-{rows[3]}"]')).to_be_focused()


@pytest.mark.parametrize("javascript", [True, False])
async def test_picked_rows_are_completed_together(visit: Open, own_city: City, javascript: bool) -> None:
    cases = [own_city.case(name) for name in ("overdue", "due-tomorrow", "due-soon")]
    async with own_city.served() as origin:
        page = await signed_in(own_city, await visit(origin, javascript=javascript))
        await page.goto(f"{origin}/cases")
        for case in cases:
            box = page.locator(f'[name="pick:{case}"]')
            if javascript:
                await page.locator(f'[id="case-{case}"]').focus()
                await page.keyboard.press("x")
                await expect(box).to_be_checked()
            else:
                await box.check()
        if javascript:
            await expect(page.locator("#picked")).to_have_text("3")
        heads = [own_city.store.head(case) for case in cases]
        await page.get_by_role("button", name="办结环节").click()
        await expect(page.locator("main tbody tr")).to_have_count(3)
        assert [own_city.store.head(case) for case in cases] == heads
        await page.locator("button[value=do]").click()
        await expect(page.get_by_role("status").filter(has_text="已办 3 项，未办 0 项")).to_be_visible()
        assert [own_city.store.head(case).seq for case in cases] == [head.seq + 1 for head in heads]
        await page.get_by_role("link", name="返回列表").first.click()
        assert page.url == f"{origin}/cases"
        await page.goto("about:blank")  # before the server goes away
