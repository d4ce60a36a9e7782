"""What a person, or a screen reader, would notice on a page: each check answers with what is wrong, readably."""

import itertools
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from playwright.async_api import FloatRect, Page

LOOKS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
PICTURES = Path(__file__).resolve().parents[2] / "build" / "pages"
TALLEST = 12_000  # px of a picture: of more than 16 384 Chromium cannot always take one
AT_ONCE = 10  # times that Tab is pressed before one looks
STOPS = 300  # more than any page has


class Stop(NamedTuple):
    """Where the focus stops: its name, whether one sees that it is there, whether something lies over it."""

    name: str
    visible: bool
    covered: bool


async def axe(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA and good practice: a line for each element."""
    await page.evaluate(AXE)  # a script element would break the page's policy
    options = {"runOnly": {"type": "tag", "values": list(RULES)}, "resultTypes": ["violations"]}
    result = await page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{found['impact']} {found['id']}: {found['help']} — {' '.join(map(str, node['target']))}: {node['html'][:120]}"
        for found in result["violations"]
        for node in found["nodes"]
    ]


async def overlaps(page: Page) -> list[str]:
    """Return which texts lie over one another, are cut off, or begin outside the page; in HTML as in SVG."""
    return list(await page.evaluate(f"{LOOKS}.overlaps()"))


async def sideways(page: Page) -> list[str]:
    """Return by what the page has to be scrolled sideways."""
    return list(await page.evaluate(f"{LOOKS}.sideways()"))


async def targets(page: Page) -> list[str]:
    """Return what can be pressed and is less than 24 px wide or high, links within sentences aside."""
    return list(await page.evaluate(f"{LOOKS}.targets()"))


async def focus_order(page: Page) -> list[Stop]:
    """Press Tab from the page's beginning until the focus leaves it; return where it stopped."""
    await page.evaluate(f"document.activeElement?.blur(); {LOOKS}.watchFocus()")
    stops: list[Stop] = []
    while len(stops) < STOPS:
        for _ in range(AT_ONCE):
            await page.keyboard.press("Tab")
        found = [None if one is None else Stop(**one) for one in await page.evaluate("shixianStops()")][1:]
        stops = [one for one in itertools.takewhile(lambda one: one is not None, found) if one is not None]
        if stops[0] in stops[1:]:  # it began anew
            return stops[: stops.index(stops[0], 1)]
        if len(stops) < len(found):
            break
    return stops


async def screenshot(page: Page, name: str) -> Path:
    """Write a picture of the page to build/pages, of a very long one its beginning."""
    path = PICTURES / f"{name}.png"
    width, height = await page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
    await page.screenshot(path=path, full_page=True, clip=clip)
    return path
