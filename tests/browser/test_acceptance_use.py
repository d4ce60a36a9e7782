"""The board in people's hands: by keyboard alone, without script, in two windows at once, left alone and come back to.

Each test bears the number of the line of the board's acceptance that it holds.
"""

from datetime import timedelta

import pytest
from playwright.async_api import Page, Request, expect

from api.routes.health import WORKER
from tests.browser.city import City
from tests.browser.conftest import Open
from tests.browser.pages import signed_in
from tests.waiting import eventually

pytestmark = pytest.mark.slow


async def tabbed_to(page: Page, name: str, tag: str = "") -> None:
    """Moves the focus by Tab alone until it is on what bears a name, and is such an element."""
    for _ in range(200):
        await page.keyboard.press("Tab")
        found = await page.evaluate(
            "() => { const one = document.activeElement;"
            "return [one.labels?.[0]?.innerText || one.innerText || '', one.tagName] }"
        )
        if found[0].strip().startswith(name) and found[1].startswith(tag):
            return
    raise AssertionError(f"the focus never comes to {name}")


async def pressed(page: Page, name: str) -> None:
    """Goes to a link or button by Tab, and presses it."""
    await tabbed_to(page, name)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


def kinds(city: City, case: str) -> list[str]:
    return [event.kind for event in city.store.events(case)]


async def test_22_from_sign_in_to_a_confirmed_extension_by_keyboard_alone(
    visit: Open, own_city: City, own_board: str
) -> None:
    case = own_city.case("on-time")
    seen = await visit(own_board)
    page = await signed_in(own_city, seen)
    await page.keyboard.press("/")
    await page.keyboard.type(case)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await page.keyboard.press("j")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await tabbed_to(page, "更多")
    await page.keyboard.press("Enter")
    await pressed(page, "延长期限")
    await tabbed_to(page, "时限", tag="SELECT")
    await page.keyboard.press("ArrowDown")
    await tabbed_to(page, "工作日数")
    await page.keyboard.type("2")
    await tabbed_to(page, "批准单位")
    await page.keyboard.type("市水务局")
    await tabbed_to(page, "理由")
    await page.keyboard.type("管线复杂")
    await pressed(page, "核对")
    await tabbed_to(page, "已核对上述变化")
    await page.keyboard.press("Space")
    await pressed(page, "确认")
    await expect(page.get_by_role("status").filter(has_text="已办理")).to_be_visible()
    assert kinds(own_city, case).count("extended") == 1


async def test_24_keys_are_off_by_setting_and_inert_in_fields(visit: Open, city: City, board: str) -> None:
    page = await signed_in(city, await visit(board))
    await page.goto(f"{board}/cases")
    await page.locator(".filters [name=q]").focus()
    await page.keyboard.type("gc/j")
    assert await page.locator(".filters [name=q]").input_value() == "gc/j"
    assert page.url == f"{board}/cases"
    await page.goto(f"{board}/cases?keys=0")
    await page.keyboard.press("/")
    await page.keyboard.press("j")
    assert await page.evaluate("document.activeElement.matches('input, main a')") is False
    await page.goto(f"{board}/cases?keys=1")
    await page.keyboard.press("j")
    assert await page.evaluate("document.activeElement.matches('main [data-row]')") is True


async def test_27_without_script_a_case_is_suspended_and_resumed(visit: Open, own_city: City, own_board: str) -> None:
    case = own_city.case("on-time")
    seen = await visit(own_board, javascript=False)
    page = await signed_in(own_city, seen)
    for name, choose in (("suspend", "#ground"), ("resume", "#suspension")):
        await page.goto(f"{own_board}/cases/{case}/do/{name}")
        await page.locator(choose).select_option(index=1)
        await page.locator("button[value=preview]").click()
        tick = page.locator("[name=checked]")
        if await tick.count():
            await tick.check()
        await page.locator("button[value=do]").click()
        await expect(page.get_by_role("status").filter(has_text="已办理")).to_be_visible()
    assert kinds(own_city, case)[-2:] == ["suspended", "resumed"]


async def test_31_a_form_sent_twice_and_a_reload_make_one_event(visit: Open, own_city: City, own_board: str) -> None:
    case = own_city.case("on-time")
    page = await signed_in(own_city, await visit(own_board))
    await page.goto(f"{own_board}/cases/{case}/do/suspend")
    await page.locator("#ground").select_option(index=1)
    await page.locator("button[value=preview]").click()
    await page.locator("button[value=do]").dblclick()
    await page.wait_for_url("**?done=*")
    await page.reload()
    await page.go_back()
    await page.locator("button[value=do]").click()
    await page.wait_for_url("**?done=*")
    assert kinds(own_city, case).count("suspended") == 1


async def test_32_a_second_tab_is_told_that_the_case_moved_on_and_keeps_its_text(
    visit: Open, own_city: City, own_board: str
) -> None:
    case = own_city.case("on-time")
    seen = await visit(own_board)
    page = await signed_in(own_city, seen)
    await page.goto(f"{own_board}/cases/{case}/do/suspend")
    await page.locator("#ground").select_option(index=1)
    await page.locator("#reason").fill("管网鉴定")
    second = await page.context.new_page()
    await second.goto(f"{own_board}/cases/{case}/do/recalculate")
    await second.locator("button[value=preview]").click()
    await second.locator("button[value=do]").click()
    await second.wait_for_url("**?done=*")
    await page.locator("button[value=preview]").click()
    await expect(page.get_by_role("alert")).to_contain_text("办件已有变动，请重新核对")
    await expect(page.locator("#reason")).to_have_value("管网鉴定")
    seen.errors.clear()  # the browser says of every 412 that it failed
    assert "suspended" not in kinds(own_city, case)


async def test_34_a_session_that_was_ended_elsewhere_is_out_at_once(visit: Open, city: City, board: str) -> None:
    seen = await visit(board)
    page = await signed_in(city, seen)
    second = await page.context.new_page()
    await second.goto(f"{board}/cases")
    await second.get_by_role("button", name="退出").click()
    await second.wait_for_url("**/sign-in")
    await page.reload()
    assert page.url.startswith(f"{board}/sign-in?next=")


async def test_35_a_pause_holds_and_a_field_in_use_is_not_swapped(visit: Open, own_city: City, own_board: str) -> None:
    seen = await visit(own_board)
    page = await seen.go("/sign-in")
    await page.clock.install()
    await signed_in(own_city, seen)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.headers.get("x-shixian-refresh") else None)

    async def refreshed() -> int:
        """How often the page itself was asked for in the next two minutes."""
        asked.clear()
        await page.clock.run_for(125_000)
        await page.wait_for_load_state("networkidle")
        return sum("/pulse" not in url for url in asked)

    await page.goto(f"{own_board}/cases")
    assert await refreshed() >= 1
    await page.locator(".filters [name=q]").fill("SZ")
    assert await refreshed() == 0
    assert await page.locator(".filters [name=q]").input_value() == "SZ"
    await page.locator(".filters [name=q]").blur()
    await page.locator(".filters [name=procedure]").select_option("water-connection")
    await page.locator(".filters [name=procedure]").blur()
    number = page.locator('[data-count="全部"]')
    before = int(await number.inner_text())
    async with own_city.person("officer") as person:
        gone = await person.post(f"/v1/cases/{own_city.case('overdue')}/withdraw", {})
    assert gone.status_code == 201, gone.text
    assert await refreshed() >= 1
    await expect(number).to_have_text(str(before - 1))
    assert await page.locator(".filters [name=q]").input_value() == "SZ", "what was entered is whose it is"
    assert await page.locator(".filters [name=procedure]").input_value() == "water-connection"
    await page.locator("#pause").click()
    assert await refreshed() == 0


async def test_36_a_page_says_within_20_seconds_that_no_worker_is_alive(
    visit: Open, own_city: City, own_board: str
) -> None:
    own_city.store.heartbeat(WORKER, own_city.clock())
    seen = await visit(own_board)
    page = await seen.go("/sign-in")
    await page.clock.install()
    await signed_in(own_city, seen)
    under_way: set[Request] = set()
    page.on("request", lambda one: under_way.add(one))  # noqa: PLW0108  # it keeps a mark on what it calls
    for ended in ("requestfinished", "requestfailed"):
        page.on(ended, lambda one: under_way.discard(one))  # noqa: PLW0108

    async def shown(seconds: int) -> str:
        """What the strip says once so much time of the page has passed, in which each question was answered at once."""
        for _ in range(seconds):
            await page.clock.run_for(1_000)
            await eventually(lambda: not under_way)
        return await page.locator("#stale").inner_text()

    assert await shown(60) == ""
    own_city.clock.real += timedelta(minutes=1)
    assert "请勿据此办理" in await shown(20)
