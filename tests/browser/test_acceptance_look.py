"""Nobody is kept from reading a page: not by a small window, the night, a printer without colours, or a browser without script.

Each test bears the number of the line of the board's acceptance that it holds.
"""

from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.browsing import Language, Scheme
from tests.browser.city import City
from tests.browser.conftest import Open
from tests.browser.looks import overlaps, screenshot, sideways
from tests.browser.pages import OFFICER, Shown, Walk, each_way, further, looked_at, pages

pytestmark = pytest.mark.slow
WIDE = 1366
# what only the script can do, or says of it: without one it is not there
OF_THE_SCRIPT = "#keys-state, [data-print], [data-pick-all], [data-picked]"
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""  # as WCAG 1.4.12 has it


@each_way
async def test_21_axe_finds_nothing_on_any_page_and_18_19_23_nothing_is_cut_or_covered_or_too_small(
    visit: Open, city: City, board: str, nightly: bool, width: int, scheme: Scheme, lang: Language
) -> None:
    seen = await visit(board, width=width, scheme=scheme, lang=lang)
    walk, wrong = Walk(city, seen), list[str]()
    # usually each page in one of the two ways, in turn
    turn = pages(city)[width == WIDE :: 2]
    for shown in (*pages(city), *further(city)) if nightly else turn:
        wrong += await looked_at(await walk.to(shown), f"{shown.name}-{lang}-{width}-{scheme}")
    seen.errors = [one for one in seen.errors if "404" not in one]  # of the page that there is not
    assert wrong == [], "\n".join(wrong)


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
        read, expected = await words_of(page), await words_of(await usual.to(shown))
        if (
            how != "doubled" and shown.name != "not-found" and read != expected
        ):  # at 200 % tables stand as lists, with their heads in each line
            found.append("reads otherwise")
        await screenshot(page, f"{shown.name}-{how}")
        wrong += [f"{shown.name}: {one}" for one in found]
    for one in (seen, usual.seen):
        one.errors = [error for error in one.errors if "404" not in error]
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


async def test_27_every_page_is_the_same_without_script(visit: Open, city: City, board: str) -> None:
    with_script, without = Walk(city, await visit(board)), Walk(city, await visit(board, javascript=False))
    for shown in pages(city):
        if shown.name == "not-found":
            continue
        bare, whole = await without.to(shown), await with_script.to(shown)
        for page in (bare, whole):
            await page.locator(OF_THE_SCRIPT).evaluate_all("all => all.forEach(one => one.remove())")
        assert await bare.locator("h1").inner_text() == await whole.locator("h1").inner_text()
        assert await words_of(bare) == await words_of(whole), shown.name
