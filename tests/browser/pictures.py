"""The pictures of README: `make pictures` plays the demo's city, and takes Today and a case that was suspended."""

import asyncio
import os
from pathlib import Path

from rich.console import Console

from api.demo.morning import NAME, TITLE, morning
from api.demo.players import SUPERVISOR
from api.demo.progress import RehearsalProgress
from api.demo.stories import case_of, stories
from tests.browser.browsing import browsing
from tests.browser.chromium import find_chromium

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
LARGEST = 300_000  # bytes
TALLEST = 1_100  # px


async def take(url: str, key: str) -> list[Path]:
    """Take the pictures as somebody who signs in with a key."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    shown = {"today": "/today", "case": f"/cases/{case_of('suspended-and-resumed')}"}
    chromium = find_chromium()
    async with browsing(chromium, dict(os.environ)) as browser, browser.visit(url) as seen:
        page = await seen.go("/sign-in")
        await page.locator("[name=key]").fill(key)
        await page.keyboard.press("Enter")
        await page.wait_for_url(lambda there: "/sign-in" not in there)
        taken = []
        for name, path in shown.items():
            page = await seen.go(path)
            height = min(TALLEST, await page.evaluate("document.documentElement.scrollHeight"))
            taken.append(PICTURES / f"{name}.png")
            clip = {"x": 0, "y": 0, "width": 1366, "height": height}
            await page.screenshot(path=taken[-1], clip=clip, full_page=True)  # type: ignore[arg-type]
    return taken


def main() -> None:
    """Play the city, take the pictures, and say how large they are."""
    said = Console(stderr=True)
    folder = ROOT / "build" / "demo" / NAME
    with RehearsalProgress(said, TITLE, len(stories())) as progress, morning(folder, progress) as (stack, keys):
        for picture in asyncio.run(take(stack.url, keys[SUPERVISOR])):
            size = picture.stat().st_size
            said.print(f"{picture.relative_to(ROOT)}: {size / 1000:.0f} kB")
            assert size < LARGEST, f"{picture.name} is larger than {LARGEST} bytes"


if __name__ == "__main__":
    main()
