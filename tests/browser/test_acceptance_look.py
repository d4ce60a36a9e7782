"""Nobody is kept from reading a page: not by a small window, the night, a printer without colours, or a browser without script.

Each test bears the number of the line of the board's acceptance that it holds.
"""

import re
from typing import Any

import pytest
from playwright.async_api import Page

from tests.api.access.matrix import FOR_EVERYBODY, PAGES
from tests.browser.city import City
from tests.browser.conftest import Open
from tests.browser.looks import overlaps, screenshot, sideways
from tests.browser.pages import EVERY, OFFICER, Shown, Walk, further, looked_at, pages

pytestmark = pytest.mark.slow
WIDE = 1366
# what leads on, or is no page
NO_PAGES = {"/", "/pulse", "/calendar", "/sign-in/account", "/openapi.json", "/static/{name}"}
OF_ITS_OWN = ("audit-log",)  # pages on which whoever reads them is a row
NOT_THERE, OF_REFUSALS = ("not-found", "bad-parameter"), re.compile("请求编号|Request number")
REQUEST_ID = re.compile("[0-9a-f]{16}")
REFUSED = re.compile("the server responded with a status of 4[0-9][0-9]")
# what only the script can do, or says of it: without one it is not there
OF_THE_SCRIPT = "#keys-state, [data-print], [data-pick-all], [data-picked]"
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""  # as WCAG 1.4.12 has it


def test_every_page_that_there_is_is_looked_at(city: City) -> None:
    gets = {path for method, path in {*PAGES, *FOR_EVERYBODY} if method == "get"} - NO_PAGES
    shown = {path.partition("?")[0] for _, _, path, *_ in (*pages(city), *further(city))}
    routes = {path: re.compile(re.sub(r"\{\w+\}", "[^/]+", path)) for path in gets}
    assert [path for path, route in routes.items() if not any(map(route.fullmatch, shown))] == []


@pytest.mark.parametrize("turn", range(len(EVERY)))
async def test_18_19_21_23_27_no_page_needs_script_or_hides_anything(
    visit: Open, city: City, board: str, nightly: bool, turn: int
) -> None:
    width, scheme, lang = EVERY[turn]
    ways = [await visit(board, width=width, scheme=scheme, lang=lang, javascript=script) for script in (True, False)]
    walk, without = [Walk(city, seen) for seen in ways]
    wrong = []
    # usually each page in one of the ways, in turn
    for shown in (*pages(city), *further(city)) if nightly else pages(city)[turn :: len(EVERY)]:
        page, bare = await walk.to(shown), await without.to(shown)
        wrong += await looked_at(page, f"{shown.name}-{lang}-{width}-{scheme}")
        if (await page.get_by_text(OF_REFUSALS).count() > 0) is not (shown.name in NOT_THERE):
            wrong.append(f"{shown.name}: answers otherwise than is looked for")
        for one in (page, bare):
            await one.locator(OF_THE_SCRIPT).evaluate_all("all => all.forEach(one => one.remove())")
        if shown.name not in OF_ITS_OWN and await said(page) != await said(bare):
            wrong.append(f"{shown.name}-{lang}: reads otherwise without script")
    for seen in ways:
        seen.errors = unexpected(seen.errors)
    assert wrong == [], "\n".join(wrong)


def unexpected(errors: list[str]) -> list[str]:
    """What a browser's console says, but for pages that answer that something is wrong with what was asked."""
    return [one for one in errors if REFUSED.search(one) is None]


async def said(page: Page) -> str:
    """What a page says that everybody reads alike: a request has a number of its own."""
    return REQUEST_ID.sub("", await words_of(page))


async def words_of(page: Page) -> str:
    """All that can be read in the page's middle."""
    text: str = await page.locator("main").inner_text()
    return "".join(text.split())


@pytest.mark.nightly
@pytest.mark.parametrize("how", ["doubled", "spaced", "forced-colours"])
async def test_25_nothing_is_lost_at_200_percent_with_wide_spacing_or_in_forced_colours(
    visit: Open, city: City, board: str, how: str
) -> None:
    usual = Walk(city, await visit(board))
    ways: dict[str, dict[str, Any]] = {
        "doubled": {"width": WIDE // 2, "device_scale_factor": 2},
        "spaced": {"bypass_csp": True},
        "forced-colours": {"forced_colors": "active"},
    }
    seen = await visit(board, **ways[how])
    walk, wrong = Walk(city, seen), list[str]()
    for shown in pages(city):
        page = await walk.to(shown)
        if how == "spaced":
            await page.add_style_tag(content=SPACED)
        if how == "doubled":
            await page.locator("details.menu > summary").evaluate_all("all => all.forEach(one => one.click())")
        found = [*await overlaps(page), *await sideways(page)]
        read, expected = await said(page), await said(await usual.to(shown))
        # at 200 % tables stand as lists, with their heads in each line
        if how != "doubled" and shown.name not in OF_ITS_OWN and read != expected:
            found.append("reads otherwise")
        await screenshot(page, f"{shown.name}-{how}")
        wrong += [f"{shown.name}: {one}" for one in found]
    for one in (seen, usual.seen):
        one.errors = unexpected(one.errors)
    assert wrong == [], "\n".join(wrong)


async def test_26_on_grey_paper_standings_and_cards_are_told_apart_and_heads_repeat(
    visit: Open, city: City, board: str
) -> None:
    walk = Walk(city, await visit(board))
    page = await walk.to(Shown("cases", OFFICER, "/cases?open=any"))
    await page.emulate_media(media="print")
    chips = page.locator("main .chip:visible")
    signs = {
        (await chip.inner_text(), await chip.locator("svg").first.inner_html())
        for chip in await chips.all()
        if await chip.locator("svg").count()
    }
    assert len(signs) >= 5
    assert len({text for text, _ in signs}) == len(signs), "a standing has one sign and one word"
    assert (
        await page.locator("main thead").first.evaluate("one => getComputedStyle(one).display") == "table-header-group"
    )
    for text in ("数据截至", OFFICER):
        assert await page.get_by_text(text).first.is_visible()
    assert not await page.locator(".filters").first.is_visible()
    assert (await page.pdf(prefer_css_page_size=True)).startswith(b"%PDF")
