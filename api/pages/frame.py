"""What surrounds every page: who is there, the menu, the day, how fresh the data are, and how to turn the language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from jinja2 import Environment

from activities.record import Role
from activities.store.late import Owned
from activities.store.rows import CaseView
from activities.store.sessions import Session
from api.access.api_keys import Caller, CallerRole
from api.access.request_context import Visit
from api.access.sessions import form_token
from api.pages.answers import html
from api.pages.environment import assets, environment
from api.pages.languages import words_of
from api.pages.words import Language, PageWords, message
from sla.almanac import NATION
from sla.axis import local_day
from sla.calendar import DayKind
from sla.clock import Standing

VERSION = version("shixian")
OVERSEEING = (CallerRole.OFFICER, CallerRole.SUPERVISOR, CallerRole.AUDITOR)
# path, words, key of the keyboard after g, roles; a page that is not in somebody's menu is not there for them
MENU: tuple[tuple[str, str, str, tuple[CallerRole, ...]], ...] = (
    ("/today", message("Today"), "t", OVERSEEING),
    ("/cases", message("Cases"), "c", (*OVERSEEING, CallerRole.UTILITY)),
    ("/desk", message("Desks"), "d", (*OVERSEEING, CallerRole.UTILITY)),
    ("/told-late", message("Told late"), "l", (CallerRole.OFFICER, CallerRole.SUPERVISOR, CallerRole.UTILITY)),
    ("/requests", message("Requests"), "r", OVERSEEING),
    ("/told", message("Alerts told"), "a", OVERSEEING),
    ("/companies", message("Companies"), "u", (*OVERSEEING, CallerRole.SYSADMIN)),
    ("/people", message("People"), "", (CallerRole.SECADMIN,)),
    ("/keys", message("Keys"), "k", (CallerRole.SUPERVISOR, CallerRole.SECADMIN)),
    ("/audit-log", message("Audit"), "", (CallerRole.AUDITOR,)),
    ("/promises", message("Promises"), "p", OVERSEEING),
    ("/calendar", message("Calendar"), "", (*OVERSEEING, CallerRole.UTILITY, CallerRole.SYSADMIN)),
)
HOMES = ("/today", "/desk", "/cases", "/people", "/companies")  # where somebody begins: the first that is in their menu
MOST_COUNTED = 100  # by a badge
STANDINGS: Mapping[str, str] = {
    Standing.NOT_STARTED: message("Not started"),
    Standing.ON_TIME: message("On time"),
    Standing.DUE_SOON: message("Due soon"),
    Standing.OVERDUE: message("Overdue"),
    Standing.SUSPENDED: message("Suspended"),
    Standing.MET: message("Met"),
    Standing.MISSED: message("Missed"),
    "none": message("No due date"),
}
ROLES: Mapping[CallerRole, str] = {
    CallerRole.OFFICER: message("officer"),
    CallerRole.SUPERVISOR: message("supervisor"),
    CallerRole.UTILITY: message("utility"),
    CallerRole.AUDITOR: message("auditor"),
    CallerRole.IMPORTER: message("importer"),
    CallerRole.SYSADMIN: message("system administrator"),
    CallerRole.SECADMIN: message("security administrator"),
}


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry of the menu; `key` follows g on the keyboard, `badge` is how many wait there."""

    path: str
    title: str
    key: str
    here: bool
    badge: str


@dataclass(frozen=True, slots=True)
class Today:
    """Today, in business time, and how far the calendar is published."""

    day: date
    kind: DayKind
    holiday: str | None
    known_until: date
    left: int  # working days until then


@dataclass(frozen=True, slots=True)
class PageVisit:
    """A visit of somebody who has signed in, in a language; what blocks is asked through `visit.read`."""

    visit: Visit
    session: Session
    token: str  # the cookie's text
    words: PageWords
    request: Request
    badges: Mapping[str, int] = field(default_factory=dict)  # by path of the menu

    @property
    def caller(self) -> Caller:
        """Who is there."""
        return self.visit.caller

    def case(self, case: str) -> CaseView:
        """Return a case as far as somebody's pages show it; blocks. A company's hold no promise, be it its own."""
        view = self.visit.case(case)
        if self.caller.owners is None:
            return view
        return view.model_copy(
            update={"clocks": tuple(row for row in view.clocks if row.picture.role is Role.STEP), "main": None}
        )

    @property
    def now(self) -> datetime:
        """The business instant of the page."""
        return self.visit.told

    @property
    def owned(self) -> Owned | None:
        """Whose steps somebody sees; None: all."""
        caller = self.caller
        return None if caller.owners is None else Owned(caller.owners, caller.steps)

    def form(self, name: str) -> str:
        """Return a field of the form that was sent; empty where it has none."""
        fields: Mapping[str, str] = getattr(self.request.state, "form", {})
        return fields.get(name, "")


def page(at: PageVisit, template: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401  # a template's
    """Render a page for somebody who has signed in."""
    return html(at.request, rendered(at, template, **values), status)


def rendered(at: PageVisit, template: str, **values: Any) -> str:  # noqa: ANN401  # a template's
    """Render a template for somebody who has signed in."""
    made = environment(at.words.language)
    person = {
        "menu": menu(at),
        "today": _today(at),
        "actor": at.caller.actor,
        "role": ROLES[at.caller.role],
        "oversees": at.caller.role in OVERSEEING,
        "person": at.session.person,
        "token_value": form_token(at.token),
    }
    return _framed(made, template, at.request, at.words, person | values)


def bare_page(request: Request, template: str, **values: Any) -> str:  # noqa: ANN401  # a template's
    """Render a page for somebody who has not signed in."""
    words = words_of(request)
    nobody = {"menu": (), "today": None, "actor": None, "oversees": False}
    return _framed(environment(words.language), template, request, words, nobody | values)


def _framed(made: Environment, template: str, request: Request, words: PageWords, values: Mapping[str, Any]) -> str:
    files, timeline = assets(), request.app.state.services.timeline
    return made.get_template(template).render(
        words=words,
        rate=timeline.rate,
        now=timeline.business(request.state.arrived),
        standings=STANDINGS,
        version=VERSION,
        both=words.both,
        lang=words.language,
        lang_tag=words.language.tag,
        other_language=_turned(request, words.language),
        here=str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""),
        style=f"/static/{files['css'].name}",
        script=f"/static/{files['js'].name}",
        **values,
    )


def _turned(request: Request, language: Language) -> str:
    """The address of the same page in the other language."""
    other = Language.EN if language is Language.ZH else Language.ZH
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"{request.url.path}?{urlencode([*query, ('lang', other.value)])}"


def menu(at: PageVisit) -> list[MenuItem]:
    """Return what somebody's role may open."""
    path = at.request.url.path
    return [
        MenuItem(where, title, key, path == where or path.startswith(f"{where}/"), counted(at.badges.get(where, 0)))
        for where, title, key, roles in MENU
        if at.caller.role in roles
    ]


def home_of(role: CallerRole) -> str:
    """Return where somebody begins."""
    within = {where for where, _, _, roles in MENU if role in roles}
    return next(where for where in HOMES if where in within)


def has_pages(role: CallerRole) -> bool:
    """Tell whether a role begins anywhere: an importer's key is for a program alone."""
    return any(role in roles for where, _, _, roles in MENU if where in HOMES)


def counted(number: int) -> str:
    """Write what a badge counts: nothing for none, and no more than is counted."""
    if number >= MOST_COUNTED:
        return f"{MOST_COUNTED - 1}+"
    return str(number or "")


def _today(at: PageVisit) -> Today:
    today = local_day(at.now)
    calendar = at.visit.services.almanac.calendar_for(NATION, today)
    inside = calendar.known_from <= today <= calendar.known_until
    return Today(
        day=today,
        kind=calendar.kind(today) if inside else DayKind.WORKING,
        holiday=calendar.holiday(today) if inside else None,
        known_until=calendar.known_until,
        left=calendar.between(today, calendar.known_until) if inside else 0,
    )
