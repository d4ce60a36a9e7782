"""How the pages are entered: with a session, and with forms that only our own pages can have sent.

A router of pages says so with `route_class=PageRoute`. What goes wrong behind it is shown as a page.
"""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import parse_qsl, quote

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from activities.store.errors import StoreUnavailable
from activities.store.sessions import Session
from api.access.administrators import reaches
from api.access.api_keys import Caller, CallerRole, caller_of
from api.access.auditing import REFRESH, audit_read, audit_refusal, record_refusal, who_of
from api.access.key_route import in_pool, take_allowance
from api.access.request_context import visit_of
from api.access.sessions import current, form_token
from api.http.problems import Flaw, Problem, outcome_unknown, store_unavailable
from api.pages.answers import see_other
from api.pages.errors import error_page
from api.pages.frame import MENU, MOST_COUNTED, PageVisit
from api.pages.languages import with_language, words_of
from workflows.dispatch import OutcomeUnknownError

LARGEST = 262_144  # bytes of a form: a hundred steps of a desk fit in
FIELDS = 2_000
FORM = "application/x-www-form-urlencoded"
SIGN_IN = "/sign-in"
LATE = "/told-late"
DESK = "/desk"
REQUESTS = "/requests"


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class SignInNeeded(Exception):
    """Nobody has signed in, or the session is over."""


class PageRoute(APIRoute):
    """A route of the pages: a form is read only where it comes from one of ours, and every refusal is a page."""

    async def form_of(self, request: Request) -> dict[str, str]:
        """Read what a form says."""
        return await read_form(request)

    async def _pass(self, request: Request, handle: Handler) -> Response:
        """Pass a request on; whatever has to be on record is there before it is answered."""
        try:
            if request.method == "POST":
                from_our_page(request)
                request.state.form = await self.form_of(request)
            response = await handle(request)
        except (Problem, RequestValidationError) as refused:
            await audit_refusal(request, _caller(request), refused)
            raise
        at: PageVisit | None = getattr(request.state, "page_visit", None)
        if at is not None:
            await audit_read(request, at.caller, response, at.session.hash)
        return response

    def get_route_handler(self) -> Handler:
        """Put the checks before what the framework makes of the route."""
        handle = super().get_route_handler()

        async def enter(request: Request) -> Response:
            try:
                response = await self._pass(request, handle)
            except SignInNeeded:
                if request.headers.get(REFRESH):
                    return Response(status_code=401)
                response = see_other(f"{SIGN_IN}?next={quote(_wanted(request), safe='')}")
            except Problem as problem:
                response = error_page(request, problem)
            except StoreUnavailable:
                response = error_page(request, store_unavailable())
            except OutcomeUnknownError:
                response = error_page(request, outcome_unknown())
            except RequestValidationError as error:
                response = error_page(request, Problem("bad-parameter", flaws=_flaws(error)))
            return with_language(request, response)

        return enter


def _caller(request: Request) -> Caller | None:
    at: PageVisit | None = getattr(request.state, "page_visit", None)
    return None if at is None else at.caller


def _flaws(error: RequestValidationError) -> list[Flaw]:
    return [Flaw("/".join(str(part) for part in one["loc"]), one["type"]) for one in error.errors()]


def _wanted(request: Request) -> str:
    """Where to go on after signing in: the page itself, or where a form was sent from its page."""
    if request.method != "GET":
        return request.url.path if "/do/" in request.url.path else "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def from_our_page(request: Request) -> None:
    """Refuse a form that another site sent."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    ours = f"{request.url.scheme}://{request.headers.get('host', '')}"
    if (site is not None and site != "same-origin") or (origin is not None and origin != ours):
        raise Problem("foreign-form")
    if site is None and origin is None:
        raise Problem("foreign-form")


async def read_form(request: Request) -> dict[str, str]:
    """Read a form strictly: its type, its size, each name once."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise Problem("not-a-form")
    body = await form_body(request)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=FIELDS,
        )
    except (ValueError, UnicodeDecodeError):
        raise Problem("not-a-form") from None
    fields = dict(pairs)
    if len(fields) != len(pairs) or any("\x00" in text for pair in pairs for text in pair):
        raise Problem("not-a-form")
    return fields


async def form_body(request: Request) -> bytes:
    """Read the bytes of a form, which are not too many."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise Problem("too-large")
    return bytes(body)


def cookie_name(request: Request) -> str:
    """Name the session's cookie: bound to the host where there is TLS, to the port where there is none."""
    if request.url.scheme == "https":
        return "__Host-shixian"
    return f"shixian-{request.url.port or 80}"


def safe_place(request: Request) -> bool:
    """Tell whether a key may be typed in here: over TLS, or on the machine itself."""
    if request.url.scheme == "https":
        return True
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def page_visit(request: Request) -> PageVisit:
    """Find out who has signed in; raises SignInNeeded, or a Problem where the form is not of their session."""
    text = request.cookies.get(cookie_name(request), "")
    session = await _session(request, text) if text else None
    if session is None:
        if text and not request.headers.get(REFRESH):
            over = Problem("unauthenticated")
            await record_refusal(request.app.state.audit, who_of(request, None), "use-session", request.url.path, over)
        raise SignInNeeded
    if request.method == "POST" and request.state.form.get("token") != form_token(text):
        raise Problem("foreign-form")
    caller = caller_of(session)
    take_allowance(request, caller)
    route = request.scope.get("route")  # none where there is no such address
    found = PageVisit(await visit_of(request, caller), session, text, words_of(request), request)
    counts = await found.visit.read(found.visit.services.store.badges, found.now, MOST_COUNTED, found.owned)
    found = replace(found, badges={LATE: counts.waiting, DESK: counts.over, REQUESTS: counts.requests})
    request.state.page_visit = found
    if route is not None and not reaches(caller.role, route.path):
        raise Problem("not-found")
    return found


async def _session(request: Request, text: str) -> Session | None:
    store = request.app.state.services.store
    return await in_pool(request, current, store, text, request.state.arrived, used=not request.headers.get(REFRESH))


PageVisiting = Annotated[PageVisit, Depends(page_visit)]


def of_menu(path: str) -> Callable[[PageVisit], Coroutine[Any, Any, None]]:
    """Return a dependency: a page that is not in somebody's menu is not there for them."""
    return only_for(*roles_of(path))


def roles_of(path: str) -> tuple[CallerRole, ...]:
    """Return whose menu has a page."""
    return next(roles for where, _, _, roles in MENU if where == path)


def only_for(*roles: CallerRole) -> Callable[[PageVisit], Coroutine[Any, Any, None]]:
    """Return a dependency that lets these roles pass; for others there is no such page."""

    async def check(at: PageVisiting) -> None:
        if at.caller.role not in roles:
            raise Problem("not-found")

    return check
