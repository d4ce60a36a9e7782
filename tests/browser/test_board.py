"""The board as people see it: wide and narrow, by day and by night, in Chinese and in English."""

import re

import pytest

from tests.browser.browsing import Scheme
from tests.browser.city import City
from tests.browser.conftest import Open
from tests.browser.hostile import PAYLOADS, RAN
from tests.browser.pages import NEW_KEY, SUPERVISOR, Shown, Walk, each_way, looked_at, pages, signed_in

pytestmark = pytest.mark.slow


@each_way
async def test_nobody_is_kept_from_reading_what_was_done(
    visit: Open, own_city: City, own_board: str, width: int, scheme: Scheme, lang: str
) -> None:
    """The pages that only a form leads to which changes something; the others are in the list of all pages."""
    tail = f"{lang}-{width}-{scheme}"
    walk = Walk(own_city, await visit(own_board, width=width, scheme=scheme, lang=lang))
    found = []
    for name, before in (("keys-made", "key-preview"), ("batch-done", "batch"), ("do-done", "do-suspend-preview")):
        page = await walk.to(next(one for one in pages(own_city) if one.name == before))
        for tick in await page.locator("input[name=checked]").all():
            await tick.check()
        async with page.expect_navigation():
            await page.locator("button[value=do]").click()
        found += await looked_at(page, f"{name}-{tail}")
        assert await page.locator(".key-text, [role=status]").count(), name
    page = await walk.to(Shown("keys", SUPERVISOR, "/keys"))
    await page.locator("tr", has_text=NEW_KEY).get_by_role("link").click()
    await page.locator("#name").fill(NEW_KEY)
    await page.keyboard.press("Enter")
    await page.locator(".done").wait_for()
    found += await looked_at(page, f"keys-revoked-{tail}")
    assert found == [], "\n".join(found)


async def test_a_late_posting_is_found_read_both_ways_and_confirmed_without_script(visit: Open, own_city: City) -> None:
    async with own_city.served() as origin:
        seen = await visit(origin, javascript=False)
        page = await signed_in(own_city, seen, "supervisor")
        await page.get_by_role("link", name=re.compile("^补录确认")).click()
        await page.get_by_role("link", name=re.compile("^核对…")).first.click()
        told, confirmed = await page.locator("tr", has_text="计为办结于").locator("td").all_inner_texts()
        assert "11月25日" in told
        assert "11月19日" in confirmed
        await page.get_by_label("已核对上述变化").check()
        await page.locator("button[value=do]").click()
        await page.get_by_role("status").wait_for()
        page = await seen.go("/told-late")
        assert "没有待确认的补录" in await page.locator("main").inner_text()


async def test_without_script_a_case_is_found_and_read(visit: Open, city: City, board: str) -> None:
    seen = await visit(board, javascript=False)
    page = await signed_in(city, seen)
    await page.goto(f"{board}/cases")
    await page.get_by_label("编号含").fill(city.case("overdue"))
    await page.get_by_role("button", name="筛选").click()
    await page.get_by_role("link", name=city.case("overdue"), exact=True).click()
    assert "超" in await page.locator(".case-head .left").inner_text()
    assert await page.locator("svg.ruler").count() == 1


async def test_a_slash_leads_to_the_search(visit: Open, city: City, board: str) -> None:
    page = await signed_in(city, await visit(board))
    await page.keyboard.press("/")
    await page.keyboard.type("overdue-taicang")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name=city.case("overdue-taicang"), exact=True).wait_for()


async def test_hostile_texts_are_texts_on_every_page(visit: Open, city: City, board: str) -> None:
    seen = await visit(board)
    page = await signed_in(city, seen)
    shown = ""
    for name, case in city.cases.items():
        if "hostile" in name:
            await seen.go(f"/cases/{case}")
            shown += await page.locator("main").inner_text()
            assert await page.evaluate(f"window.{RAN}") is None
    assert sum(payload in shown for payload in PAYLOADS) >= 20, "they are there to be read"


async def test_signing_out_leads_back_and_the_session_is_over(visit: Open, city: City, board: str) -> None:
    seen = await visit(board)
    page = await signed_in(city, seen)
    await page.get_by_role("button", name="退出").click()
    await page.wait_for_url("**/sign-in")
    await page.goto(f"{board}/cases")
    assert page.url.startswith(f"{board}/sign-in?next=")


async def test_keys_lead_to_pages_are_inert_in_fields_and_can_be_turned_off(
    visit: Open, city: City, board: str
) -> None:
    page = await signed_in(city, await visit(board), "supervisor")
    await page.keyboard.press("?")
    await page.wait_for_url("**/keyboard")
    assert "已启用" in await page.locator("#keys-state").inner_text()
    await page.keyboard.press("g")
    await page.keyboard.press("p")
    await page.wait_for_url("**/promises")
    await page.get_by_label("截至").focus()
    await page.keyboard.type("?gc")
    assert page.url.endswith("/promises")
    await page.goto(f"{board}/promises?keys=0")
    await page.locator("h1").click()
    for key in ("g", "c", "?", "/"):
        await page.keyboard.press(key)
    assert page.url.endswith("/promises?keys=0")
    assert await page.evaluate("document.activeElement.tagName") != "INPUT"
    await page.get_by_role("button", name="退出").click()
    await page.wait_for_url("**/sign-in")
    await page.goto(f"{board}/keyboard")
    assert "已停用" in await page.locator("#keys-state").inner_text(), "signing out does not turn the keys on"
