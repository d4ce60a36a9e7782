"""The board as people see it: wide and narrow, by day and by night, in Chinese and in English."""

import re

import pytest
from playwright.async_api import Page

from tests.browser.browsing import Scheme, Visit
from tests.browser.city import City
from tests.browser.conftest import Open
from tests.browser.hostile import PAYLOADS, RAN
from tests.browser.looks import axe, focus_order, overlaps, screenshot, sideways, targets

pytestmark = pytest.mark.slow
STORIES = ("overdue", "suspended", "beyond-the-calendar", "told-late-confirmed", "met", "received", "same-day")


async def signed_in(city: City, seen: Visit, who: str = "officer") -> Page:
    """Signs in with the keyboard alone."""
    page = await seen.go("/sign-in")
    await page.get_by_label(re.compile("密钥|Key")).fill(city.keys[who])
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/cases")
    return page


async def looked_at(page: Page, name: str) -> list[str]:
    """What keeps somebody from reading a page; its picture is taken."""
    await screenshot(page, name)
    found = [*await axe(page), *await overlaps(page), *await sideways(page), *await targets(page)]
    found += [f"focus: {stop}" for stop in await focus_order(page) if not stop.visible or stop.covered]
    return [f"{name}: {one}" for one in found]


@pytest.mark.parametrize(
    ("width", "scheme", "lang"),
    [(1366, "light", "zh"), (1366, "dark", "en"), (320, "light", "en"), (320, "dark", "zh")],
)
async def test_nobody_is_kept_from_reading_the_board(
    visit: Open, city: City, board: str, width: int, scheme: Scheme, lang: str
) -> None:
    seen = await visit(board, width=width, scheme=scheme, lang=lang)
    tail = f"{lang}-{width}-{scheme}"
    found = await looked_at(await seen.go("/sign-in"), f"sign-in-{tail}")
    page = await signed_in(city, seen)
    found += await looked_at(page, f"cases-{tail}")
    for story in STORIES:
        found += await looked_at(await seen.go(f"/cases/{city.case(story)}"), f"case-{story}-{tail}")
    page = await seen.go(f"/cases/{city.case('overdue')}/do/suspend")
    found += await looked_at(page, f"do-{tail}")
    await page.locator("#ground").select_option(index=1)
    await page.locator("button[name=go]").click()
    await page.locator("button[value=do]").wait_for()
    found += await looked_at(page, f"preview-{tail}")
    assert found == [], "\n".join(found)


async def test_without_script_a_case_is_found_and_read(visit: Open, city: City, board: str) -> None:
    seen = await visit(board, javascript=False)
    page = await signed_in(city, seen)
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
