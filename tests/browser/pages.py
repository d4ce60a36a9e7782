"""Every page of the board with who opens it, so that what holds of pages is tried on each."""

import itertools
from collections.abc import Mapping
from typing import NamedTuple

import pytest
from playwright.async_api import Locator, Page

from api.access.look_up import LookUpCodes
from api.pages.actions import ACTIONS
from tests.browser.browsing import Visit
from tests.browser.city import City
from tests.browser.looks import axe, focus_order, overlaps, screenshot, sideways, targets
from tests.browser.observations import SHARE
from tests.browser.staff import LONG_SUBJECT

NOBODY, OFFICER, SUPERVISOR, AUDITOR, UTILITY = "", "officer", "supervisor", "auditor", "suzhou-water"
SECADMIN, SYSADMIN = "secadmin", "sysadmin"
NEW_KEY = "water-posting"  # whose it is
BUTTON, PREVIEW = "main form button", "button[value=preview]"
STORIES = ("overdue", "suspended", "beyond-the-calendar", "told-late-confirmed", "met", "received", "same-day")


STATES = ("red-card", "yellow-card", "four-permits", "twenty-months", "no-promise", "suspended-one-step", "fee-charged",
          "parent", "extended", "told-late-waiting", "ramp-up", "missed", "correction-before-acceptance")  # fmt: skip
LOOKED_UP = ("suspended", "beyond-the-calendar", "received", "met")
DAYS = ("four-permits", "suspended", "twenty-months", "working-hours", "beyond-the-calendar")
USUAL = [(1366, "light", "zh"), (320, "dark", "en")]
EVERY = list(itertools.product((1366, 320), ("light", "dark"), ("zh", "en")))
# a width, a scheme and a language: two usually, which differ in all three, and all eight at night
each_way = pytest.mark.parametrize(
    ("width", "scheme", "lang"),
    [pytest.param(*one, marks=() if one in USUAL else pytest.mark.nightly) for one in EVERY],
)


class Shown(NamedTuple):
    """A page: a name, who opens it, its address; where it answers a form, what is filled in there and pressed.

    `fill` is by selector: a tick has no value, a choice without one is the first. `press` empty: Enter.
    """

    name: str
    who: str
    path: str
    fill: Mapping[str, str] = {}
    press: str = ""


def pages(city: City) -> list[Shown]:
    """Return every page, those of one person together."""
    return [
        *_of_nobody(city),
        *_of_officers(city),
        *_of_supervisors(city),
        *_of_administrators(city),
        *_of_companies(city),
    ]


def _of_nobody(city: City) -> list[Shown]:
    return [
        Shown("sign-in", NOBODY, "/sign-in"),
        Shown("sign-in-refused", NOBODY, "/sign-in", {"#key": "sx_live_mistyped"}),
        Shown("sign-in-over", NOBODY, "/sign-in/back?code=1&state=1"),
        Shown("signed-out", NOBODY, "/signed-out"),
        Shown("look-up", NOBODY, "/look-up"),
        Shown("look-up-found", NOBODY, "/look-up", _looked_up(city, "overdue")),
        Shown("look-up-refused", NOBODY, "/look-up", {"#case": "SZ-1", "#code": "ABCD-EFGH-JKLM"}),
        Shown("keyboard", NOBODY, "/keyboard"),
        Shown("accessibility", NOBODY, "/accessibility"),
        Shown("docs", NOBODY, "/docs"),
        Shown("docs-operation", NOBODY, "/docs/complete"),
    ]


def _of_officers(city: City) -> list[Shown]:
    late, over = city.case("told-late-waiting"), city.case("overdue")
    form = "/open?procedure=water-connection&jurisdiction=suzhou&variant=no-new-pipe"
    [own] = _numbers(city, "five-at-once")
    return [
        Shown("today", OFFICER, "/today"),
        Shown("cases", OFFICER, "/cases"),
        Shown("cases-closed", OFFICER, "/cases?open=false"),
        Shown("cases-none", OFFICER, "/cases?q=no-such-number"),
        Shown("cases-of-somebody", OFFICER, "/cases", {".find [name=q]": "苏州金鸡湖"}),
        *(Shown(f"case-{story}", OFFICER, f"/cases/{city.case(story)}") for story in STORIES),
        Shown("case-asked-for", OFFICER, f"/cases/{city.case('five-at-once')}"),
        Shown("days", OFFICER, f"/cases/{city.case('suspended')}/days"),
        Shown("receipt", OFFICER, f"/cases/{over}/receipt"),
        Shown("subjects", OFFICER, f"/cases/{over}/subjects"),
        Shown("subjects-wrong", OFFICER, f"/cases/{over}/subjects", {"#project-code": "1"}, BUTTON),
        Shown("do-suspend", OFFICER, f"/cases/{over}/do/suspend"),
        Shown(
            "do-suspend-preview",
            OFFICER,
            f"/cases/{city.case('on-time')}/do/suspend",
            {"#ground": ""},
            PREVIEW,
        ),
        Shown(
            "do-extend-refused",
            OFFICER,
            f"/cases/{city.case('on-time')}/do/extend",
            {"#clock": "", "#workdays": "0", "#approved_by": "x", "#reason": "x"},
            PREVIEW,
        ),
        Shown("do-confirm", OFFICER, f"/cases/{late}/do/confirm"),
        Shown("desks", OFFICER, "/desk"),
        Shown("desk", OFFICER, "/desk/sz-water"),
        Shown("batch", OFFICER, "/desk/sz-water", {"[data-pick] >> nth=0": "", "[data-pick] >> nth=1": ""}, BUTTON),
        Shown("told-late", OFFICER, "/told-late"),
        Shown("requests", OFFICER, "/requests"),
        Shown("request-own", OFFICER, f"/cases/{city.case('five-at-once')}/requests/{own}"),
        Shown("told", OFFICER, "/told"),
        Shown("companies", OFFICER, "/companies"),
        Shown("calendar", OFFICER, "/calendar/2026"),
        Shown("notices", OFFICER, "/calendar/notices"),
        Shown("notice-new", OFFICER, "/calendar/notices/new"),
        Shown("notice", OFFICER, "/calendar/notices/1"),
        Shown("open", OFFICER, "/open"),
        Shown("open-form", OFFICER, form),
        Shown("open-preview", OFFICER, form, {}, PREVIEW),
        Shown("observation-new", OFFICER, f"/promises/{SHARE}/observations/new"),
        Shown("observation-correct", OFFICER, f"/promises/{SHARE}/observations/3/correct"),
        Shown("not-found", OFFICER, "/no-such-page"),
        Shown("bad-parameter", OFFICER, "/cases?standing=unheard-of"),
    ]


def _of_supervisors(city: City) -> list[Shown]:
    [late], [asked] = _numbers(city, "overdue"), _numbers(city, "five-at-once")
    new = {"#actor": NEW_KEY, "#role": "utility", "#company": "suzhou-water"}
    return [
        Shown("promises", SUPERVISOR, "/promises"),
        Shown("promise", SUPERVISOR, "/promises/sz-22-water-no-pipe"),
        Shown("promise-average", SUPERVISOR, "/promises/sz-22-power-low"),
        Shown("promise-observed", SUPERVISOR, f"/promises/{SHARE}"),
        Shown("observation", SUPERVISOR, f"/promises/{SHARE}/observations/5"),
        Shown("report", SUPERVISOR, "/reports/2026-11"),
        Shown("request", SUPERVISOR, f"/cases/{city.case('five-at-once')}/requests/{asked}"),
        Shown("request-late", SUPERVISOR, f"/cases/{city.case('overdue')}/requests/{late}"),
        Shown("keys", SUPERVISOR, "/keys"),
        Shown("key-new", SUPERVISOR, "/keys/new"),
        Shown("key-wrong", SUPERVISOR, "/keys/new", {"#actor": "两个 字"}, PREVIEW),
        Shown("key-preview", SUPERVISOR, "/keys/new", new, PREVIEW),
        Shown("key-revoke", SUPERVISOR, f"/keys/{_key_of(city, UTILITY)}/revoke"),
    ]


def _of_administrators(city: City) -> list[Shown]:
    people = {person.actor: f"/people/{person.id}" for person in city.store.people()}
    return [
        Shown("audit-log", AUDITOR, "/audit-log"),
        Shown("audit-log-none", AUDITOR, "/audit-log?actor=nobody-of-that-name"),
        Shown("people", SECADMIN, "/people"),
        Shown("person", SECADMIN, people["clerk-01"]),
        *(
            Shown(f"person-{state}", SECADMIN, people[f"{state}-01"])
            for state in ("locked", "locked-for-a-while", "disused", LONG_SUBJECT)
        ),
        Shown("person-new", SECADMIN, "/people/new"),
        Shown("person-wrong", SECADMIN, "/people/new", {"#subject": "有 空格", "#actor": "王 小明"}, BUTTON),
        Shown("person-again", SECADMIN, "/people/new", {"#subject": "1", "#actor": "clerk-01"}, BUTTON),
        Shown("keys-of-administrator", SECADMIN, "/keys"),
        Shown("companies-of-administrator", SYSADMIN, "/companies"),
        Shown("calendar-of-administrator", SYSADMIN, "/calendar/2026"),
    ]


def _of_companies(city: City) -> list[Shown]:
    return [
        Shown("desk-own", UTILITY, "/desk"),
        Shown("cases-own", UTILITY, "/cases"),
        Shown("case-own", UTILITY, f"/cases/{city.case('overdue')}"),
        Shown("told-late-own", UTILITY, "/told-late"),
    ]


def _looked_up(city: City, story: str) -> Mapping[str, str]:
    case = city.case(story)
    return {"#case": case, "#code": LookUpCodes(city.store.secret).code(case)}


def _key_of(city: City, who: str) -> str:
    return next(key.id for key in city.store.keys(limit=100) if key.actor == who)


def _numbers(city: City, story: str) -> list[int]:
    """The requests of a story's case."""
    found = city.store.case(city.case(story))
    assert found is not None
    return [one.number for one in found.case.requests]


def further(city: City) -> list[Shown]:
    """Return more of the same pages, in every state that they can be in."""
    return [
        *(Shown(f"look-up-{story}", NOBODY, "/look-up", _looked_up(city, story)) for story in LOOKED_UP),
        Shown("case-in-list", OFFICER, "/cases", {}, "main [data-row]"),
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
        page = await self.seen.go(shown.path)
        for selector, value in shown.fill.items():
            await _filled(page.locator(selector), value)
        if shown.press or shown.fill:
            async with page.expect_navigation():
                await (page.locator(shown.press).first.click() if shown.press else page.keyboard.press("Enter"))
        return page


async def _filled(field: Locator, value: str) -> None:
    kind, tag = await field.get_attribute("type"), await field.evaluate("one => one.localName")
    if kind == "checkbox":
        await field.check()
    elif tag == "select":
        await field.select_option(value or None, index=None if value else 1)
    else:
        await field.fill(value)
        await field.focus()
