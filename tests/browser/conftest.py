"""A browser a test process, and visits that must end with nothing wrong."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from tests.browser.browsing import Browsing, Visit, browsing
from tests.browser.chromium import Chromium, find_chromium

Open = Callable[..., Awaitable[Visit]]


@pytest.fixture(scope="session")
def chromium() -> Chromium:
    return find_chromium()


@pytest.fixture(scope="session")
async def browser(chromium: Chromium) -> AsyncIterator[Browsing]:
    async with browsing(chromium, dict(os.environ)) as opened:
        yield opened


@pytest.fixture
async def visit(browser: Browsing) -> AsyncIterator[Open]:
    """Begins visits as `Browsing.visit` does. After the test none may have broken a policy, asked elsewhere or met an error."""
    begun: list[Visit] = []
    async with AsyncExitStack() as stack:

        async def begin(origin: str, **more: object) -> Visit:
            begun.append(await stack.enter_async_context(browser.visit(origin, **more)))  # type: ignore[arg-type]
            return begun[-1]

        yield begin
    assert [wrong for one in begun for wrong in one.wrong] == []
