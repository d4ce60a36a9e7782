"""Signing in as a person does, with a key typed into the form."""

from playwright.async_api import Page

from tests.browser.browsing import Visit


async def sign_in(visit: Visit, key: str) -> Page:
    """Type a key and press the button; the page that follows."""
    page = await visit.go("/sign-in")
    await page.fill("#key", key)
    await page.click("main button")
    await page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    return page
