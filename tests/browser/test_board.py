"""The board as people see it: wide and narrow, by day and by night, in Chinese and in English."""

import re

import pytest

from api.access.look_up import LookUpCodes
from tests.browser.browsing import Scheme
from tests.browser.city import City
from tests.browser.conftest import Open
from tests.browser.hostile import PAYLOADS, RAN
from tests.browser.pages import each_way, looked_at, signed_in

pytestmark = pytest.mark.slow


@each_way
async def test_nobody_is_kept_from_checking_what_a_command_comes_to(
    visit: Open, city: City, board: str, width: int, scheme: Scheme, lang: str
) -> None:
    seen = await visit(board, width=width, scheme=scheme, lang=lang)
    await signed_in(city, seen)
    page = await seen.go(f"/cases/{city.case('overdue')}/do/suspend")
    await page.locator("#ground").select_option(index=1)
    await page.locator("button[name=go]").click()
    await page.locator("button[value=do]").wait_for()
    assert await looked_at(page, f"preview-{lang}-{width}-{scheme}") == []


@each_way
async def test_nobody_is_kept_from_looking_a_case_up(
    visit: Open, city: City, width: int, scheme: Scheme, lang: str
) -> None:
    tail = f"{lang}-{width}-{scheme}"
    async with city.served() as origin:  # of its own: one address may try only so many codes in a minute
        seen = await visit(origin, width=width, scheme=scheme, lang=lang)
        page = await seen.go("/look-up")
        found = await looked_at(page, f"look-up-{tail}")
        for story in ("overdue", "suspended", "beyond-the-calendar"):
            await seen.go("/look-up")
            await page.locator("#case").fill(city.case(story))
            await page.locator("#code").fill(LookUpCodes(city.store.secret).code(city.case(story)))
            await page.keyboard.press("Enter")
            await page.locator(".look-up-state").wait_for()
            found += await looked_at(page, f"look-up-{story}-{tail}")
    assert found == [], "\n".join(found)


@each_way
async def test_nobody_is_kept_from_managing_keys_and_reading_of_the_offices(
    visit: Open, own_city: City, width: int, scheme: Scheme, lang: str
) -> None:
    tail = f"{lang}-{width}-{scheme}"
    async with own_city.served() as origin:
        seen = await visit(origin, width=width, scheme=scheme, lang=lang)
        page = await signed_in(own_city, seen, "supervisor")
        found = await looked_at(await seen.go("/companies"), f"companies-{tail}")
        found += await looked_at(await seen.go("/keys"), f"keys-{tail}")
        found += await looked_at(await seen.go("/keys/new"), f"keys-new-{tail}")
        await page.locator("#actor").fill("water-desk-2")
        await page.locator("#company").select_option("suzhou-water")
        await page.locator("button[value=preview]").click()
        await page.locator("button[value=do]").wait_for()
        found += await looked_at(page, f"keys-preview-{tail}")
        await page.locator("input[name=checked]").check()
        await page.locator("button[value=do]").click()
        await page.locator(".key-text").wait_for()
        found += await looked_at(page, f"keys-made-{tail}")
        await seen.go("/keys")
        await page.locator("tr", has_text="water-desk-2").get_by_role("link").click()
        await page.locator("#name").wait_for()
        found += await looked_at(page, f"keys-revoke-{tail}")
        await page.locator("#name").fill("water-desk-2")
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
