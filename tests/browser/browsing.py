"""Pages that are opened in a real Chromium, and what comes to light while they are."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Route, async_playwright

from tests.browser.chromium import Chromium

Language = Literal["zh", "en"]
Scheme = Literal["light", "dark"]
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
HEIGHT = 900
HERE = ("data", "blob", "about")  # schemes of addresses that leave no machine
ON_VIOLATION = """addEventListener("securitypolicyviolation", (event) =>
  shixianViolated(`${event.effectiveDirective}: ${event.blockedURI} in ${event.documentURI}`));"""


class Visit:
    """A browser's window at one origin, and what was wrong meanwhile: breaches of policy, requests to elsewhere, errors."""

    def __init__(self, origin: str, *beside: str) -> None:
        self.origin = origin
        self._beside = beside  # origins that it is led to and may ask as well
        self.violations: list[str] = []
        self.elsewhere: list[str] = []
        self.errors: list[str] = []
        self.page: Page

    @classmethod
    async def begin(cls, context: BrowserContext, origin: str, *beside: str) -> Self:
        """Open a window that asks nobody but the origin, and those beside it."""
        visit = cls(origin, *beside)
        await context.expose_function("shixianViolated", visit._violated)
        await context.add_init_script(ON_VIOLATION)
        await context.route("**/*", visit._only_there)
        context.on("console", visit._said)
        context.on("weberror", lambda error: visit.errors.append(str(error.error)))
        visit.page = await context.new_page()
        return visit

    async def go(self, path: str) -> Page:
        """Go to a path of the origin; the page once everything of it is there."""
        await self.page.goto(f"{self.origin}{path}", wait_until="load")
        return self.page

    @property
    def wrong(self) -> list[str]:
        """All that was wrong so far."""
        return [*self.violations, *self.elsewhere, *self.errors]

    def _violated(self, told: str) -> None:
        self.violations.append(told)

    async def _only_there(self, route: Route) -> None:
        """Let a request through to the origins alone."""
        url = route.request.url
        there = any(url.startswith(f"{origin}/") for origin in (self.origin, *self._beside))
        if there or urlsplit(url).scheme in HERE:
            await route.continue_()
            return
        self.elsewhere.append(url)
        await route.abort()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        if "Content Security Policy" in message.text or "Trusted" in message.text:
            self.violations.append(message.text)
        elif "net::ERR_FAILED" not in message.text:  # of a request that was not let through
            self.errors.append(message.text)


class Browsing:
    """A browser, one for a test process; every visit has cookies of its own."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    @asynccontextmanager
    async def visit(
        self,
        origin: str,
        *,
        lang: Language = "zh",
        width: int = 1366,
        scheme: Scheme = "light",
        javascript: bool = True,
        beside: Sequence[str] = (),
        **more: Any,
    ) -> AsyncIterator[Visit]:
        """A visit that asks for a language, in a window of a width; `more` is of Playwright's contexts."""
        context = await self.browser.new_context(
            locale=LOCALES[lang],
            viewport={"width": width, "height": HEIGHT},
            color_scheme=scheme,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            **more,
        )
        try:
            yield await Visit.begin(context, origin, *beside)
        finally:
            await context.close()


@asynccontextmanager
async def browsing(chromium: Chromium, env: dict[str, str | float | bool]) -> AsyncIterator[Browsing]:
    """With a browser; it is the test's own, sees nothing but the machine itself, and so needs no sandbox, which root has none of."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.path, env={**env, **chromium.env})
        try:
            yield Browsing(browser)
        finally:
            await browser.close()
