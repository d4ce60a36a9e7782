"""What surrounds every page: who is there, the menu, the day, how fresh the data are, and how to turn the language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import version
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from jinja2 import Environment

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
    ("/cases", message("Cases"), "c", (*OVERSEEING, CallerRole.UTILITY)),
)
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
}


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry of the menu; `key` follows g on the keyboard."""

    path: str
    title: str
    key: str
    here: bool


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

    @property
    def caller(self) -> Caller:
        """Who is there."""
        return self.visit.caller

    @property
    def now(self) -> datetime:
        """The business instant of the page."""
        return self.visit.told

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
        MenuItem(where, title, key, here=path == where or path.startswith(f"{where}/"))
        for where, title, key, roles in MENU
        if at.caller.role in roles
    ]


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
