"""Somebody signs in in a real browser, and what the city holds is there."""

import pytest

from tests.browser.city import City
from tests.browser.conftest import Open
from tests.browser.looks import axe, sideways
from tests.browser.signing_in import sign_in

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("javascript", [True, False])
async def test_an_officer_signs_in_and_finds_a_case_with_and_without_script(
    visit: Open, board: str, city: City, javascript: bool
) -> None:
    page = await sign_in(await visit(board, javascript=javascript), city.keys["officer"])
    case = city.case("overdue")
    await page.goto(f"{board}/cases?q={case}")
    await page.click(f'main a[href*="/cases/{case}"] >> nth=0')
    assert case in await page.inner_text("h1")


async def test_a_wrong_key_opens_nothing(visit: Open, board: str) -> None:
    visited = await visit(board)
    page = await visited.go("/sign-in")
    await page.fill("#key", "sx_live_wrong")
    await page.click("main button")
    assert await page.get_by_role("alert").is_visible()
    assert [one for one in visited.errors if "403" in one]
    visited.errors.clear()  # the browser notes every refusal
    assert await page.context.cookies() == []


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_nobody_is_kept_from_signing_in(visit: Open, board: str, lang: str) -> None:
    page = await (await visit(board, lang=lang, width=320)).go("/sign-in")
    assert await axe(page) == []
    assert await sideways(page) == []
