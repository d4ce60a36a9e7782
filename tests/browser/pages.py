"""Every page of the board with who opens it, so that what holds of pages is tried on each."""

import itertools
from typing import NamedTuple

import pytest
from playwright.async_api import Page

from api.pages.actions import ACTIONS
from tests.browser.browsing import Visit
from tests.browser.city import City
from tests.browser.looks import axe, focus_order, overlaps, screenshot, sideways, targets
from tests.browser.observations import SHARE

NOBODY, OFFICER, SUPERVISOR, UTILITY = "", "officer", "supervisor", "suzhou-water"
STORIES = ("overdue", "suspended", "beyond-the-calendar", "told-late-confirmed", "met", "received", "same-day")


STATES = ("red-card", "yellow-card", "four-permits", "twenty-months", "no-promise", "suspended-one-step", "fee-charged",
          "parent", "extended", "told-late-waiting", "ramp-up", "missed", "correction-before-acceptance")  # fmt: skip
DAYS = ("four-permits", "suspended", "twenty-months", "working-hours", "beyond-the-calendar")
USUAL = [(1366, "light", "zh"), (320, "dark", "en")]
EVERY = list(itertools.product((1366, 320), ("light", "dark"), ("zh", "en")))
# a width, a scheme and a language: two usually, which differ in all three, and all eight at night
each_way = pytest.mark.parametrize(
    ("width", "scheme", "lang"),
    [pytest.param(*one, marks=() if one in USUAL else pytest.mark.nightly) for one in EVERY],
)


class Shown(NamedTuple):
    """A page: a name, who opens it, and its address."""

    name: str
    who: str
    path: str


def pages(city: City) -> list[Shown]:
    """Return every page, those of one person together."""
    late = city.case("told-late-waiting")
    return [
        Shown("sign-in", NOBODY, "/sign-in"),
        Shown("look-up", NOBODY, "/look-up"),
        Shown("keyboard", NOBODY, "/keyboard"),
        Shown("accessibility", NOBODY, "/accessibility"),
        Shown("docs", NOBODY, "/docs"),
        Shown("docs-operation", NOBODY, "/docs/complete"),
        Shown("today", OFFICER, "/today"),
        Shown("cases", OFFICER, "/cases"),
        Shown("cases-closed", OFFICER, "/cases?open=false"),
        Shown("cases-none", OFFICER, "/cases?q=no-such-number"),
        *(Shown(f"case-{story}", OFFICER, f"/cases/{city.case(story)}") for story in STORIES),
        Shown("days", OFFICER, f"/cases/{city.case('suspended')}/days"),
        Shown("do-suspend", OFFICER, f"/cases/{city.case('overdue')}/do/suspend"),
        Shown("do-confirm", OFFICER, f"/cases/{late}/do/confirm"),
        Shown("desks", OFFICER, "/desk"),
        Shown("desk", OFFICER, "/desk/sz-water"),
        Shown("told-late", OFFICER, "/told-late"),
        Shown("requests", OFFICER, "/requests"),
        Shown("told", OFFICER, "/told"),
        Shown("companies", OFFICER, "/companies"),
        Shown("calendar", OFFICER, "/calendar/2026"),
        Shown("notices", OFFICER, "/calendar/notices"),
        Shown("notice-new", OFFICER, "/calendar/notices/new"),
        Shown("notice", OFFICER, "/calendar/notices/1"),
        Shown("open", OFFICER, "/open"),
        Shown("open-form", OFFICER, "/open?procedure=water-connection&jurisdiction=suzhou&variant=no-new-pipe"),
        Shown("not-found", OFFICER, "/no-such-page"),
        Shown("promises", SUPERVISOR, "/promises"),
        Shown("promise", SUPERVISOR, "/promises/sz-22-water-no-pipe"),
        Shown("promise-average", SUPERVISOR, "/promises/sz-22-power-low"),
        Shown("promise-observed", OFFICER, f"/promises/{SHARE}"),
        Shown("observation-new", OFFICER, f"/promises/{SHARE}/observations/new"),
        Shown("observation", SUPERVISOR, f"/promises/{SHARE}/observations/5"),
        Shown("report", SUPERVISOR, "/reports/2026-11"),
        Shown("keys", SUPERVISOR, "/keys"),
        Shown("desk-own", UTILITY, "/desk"),
        Shown("case-own", UTILITY, f"/cases/{city.case('overdue')}"),
    ]


def further(city: City) -> list[Shown]:
    """Return more of the same pages, in every state that they can be in."""
    return [
        Shown("cases-due", OFFICER, "/cases?sort=due&dir=desc&procedure=water-connection"),
        *(Shown(f"case-{story}", OFFICER, f"/cases/{city.case(story)}?events=all") for story in STATES),
        *(Shown(f"days-{story}", OFFICER, f"/cases/{city.case(story)}/days?projected=1") for story in DAYS),
        *(Shown(f"do-{name}", OFFICER, f"/cases/{city.case('four-permits')}/do/{name}") for name in ACTIONS),
        Shown("do-accept-received", OFFICER, f"/cases/{city.case('received')}/do/accept"),
        Shown("desk-over", OFFICER, "/desk/sz-gas?show=over"),
        Shown("desk-halted", OFFICER, "/desk/sz-property?show=suspended"),
        Shown("desk-coming", OFFICER, "/desk/sz-water?show=coming"),
        Shown("desk-unconfirmed", OFFICER, "/desk/sz-water?show=unconfirmed"),
        Shown("desk-survey", OFFICER, "/desk/sz-water?survey=K-2026-118"),
        Shown("desk-none", OFFICER, "/desk/tc-parks"),
        Shown("calendar-2020", OFFICER, "/calendar/2020"),
        Shown("promise-hostile", SUPERVISOR, "/promises/sz-24-anytime"),
        Shown("promise-fee", SUPERVISOR, "/promises/tc-56-company-setup-fee"),
    ]


async def looked_at(page: Page, name: str) -> list[str]:
    """What keeps somebody from reading a page, its name before each; its picture is taken."""
    await screenshot(page, name)
    found = [*await axe(page), *await overlaps(page), *await sideways(page), *await targets(page)]
    found += [f"focus: {stop}" for stop in await focus_order(page) if not stop.visible or stop.covered]
    return [f"{name}: {one}" for one in found]


async def signed_in(city: City, seen: Visit, who: str = OFFICER) -> Page:
    """Signs in with the keyboard alone."""
    page = await seen.go("/sign-in")
    await page.locator("[name=key]").fill(city.keys[who])
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    return page


class Walk:
    """Somebody who opens page after page, as whoever may open it."""

    def __init__(self, city: City, seen: Visit) -> None:
        self.city, self.seen, self.who = city, seen, NOBODY

    async def to(self, shown: Shown) -> Page:
        """Opens a page."""
        if shown.who != self.who:
            await self.seen.page.context.clear_cookies()
            if shown.who != NOBODY:
                await signed_in(self.city, self.seen, shown.who)
            self.who = shown.who
        return await self.seen.go(shown.path)
