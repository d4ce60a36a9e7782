"""Signing in with a key, which becomes a session and never comes back; signing out."""

from collections.abc import Mapping
from time import monotonic
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from activities.store.audit_log import Who, acting
from activities.store.keys import ApiKey
from activities.store.sessions import Session, Sessions
from api.access.api_keys import CallerRole, caller_of, valid_key
from api.access.auditing import address_of, record_refusal, who_of
from api.access.key_route import allowances_of, in_pool
from api.access.sessions import REMEMBERED, begin
from api.http.problems import Problem
from api.pages.answers import html, see_other
from api.pages.frame import PageVisit, bare_page, has_pages, home_of
from api.pages.page_route import SIGN_IN, PageRoute, PageVisiting, cookie_name, safe_place
from api.pages.words import message

router = APIRouter(route_class=PageRoute, include_in_schema=False)

REFUSED = message("That key opens nothing here: it may be mistyped, revoked or out of date.")
WRONG_KIND = {
    "sandbox-key": message(
        "That is a key for rehearsals (sx_test_). Here real cases run: it takes a key that begins with sx_live_."
    ),
    "live-key": message(
        "This is a rehearsal: it takes a key that begins with sx_test_. A live key stays with the real cases."
    ),
}
# why an account does not sign in, by code
SAID_OF_ACCOUNTS: Mapping[str, str] = {
    "unknown-account": message("The bureau knows you, but you have no access here: ask the security administrator."),
    "account-locked": message("This account is locked: wait a quarter of an hour, or ask the security administrator."),
    "account-disused": message("This account was not used for 90 days: the security administrator unlocks it."),
    "factor-missing": message("Your role needs a second factor: sign in again, and prove it to your bureau."),
    "sign-in-over": message("That sign-in was not begun in this browser, took too long, or was used: begin again."),
    "sign-in-given-up": message("The sign-in was given up: begin again."),
    "provider-unavailable": message("The bureau's accounts cannot be reached right now: try again in a minute."),
}


@router.get("/")
async def first_page(at: PageVisiting) -> Response:
    """Lead to where somebody begins."""
    return see_other(home_of(at.caller.role))


@router.get(SIGN_IN)
async def ask_for_key(request: Request, next: str = "/") -> Response:  # the parameter's name
    """Show the form."""
    return sign_in_form(request, next)


@router.post(SIGN_IN)
async def sign_in(request: Request) -> Response:
    """Begin a session with a key; whatever is wrong with the key, the answer is the same."""
    form: dict[str, str] = request.state.form
    where = ours(form.get("next", "/"))
    if not safe_place(request):
        raise Problem("unsafe-place")
    store, now = request.app.state.services.store, request.state.arrived
    try:
        text, address = form.get("key", "").strip(), address_of(request)
        sandbox = request.app.state.services.rehearsal
        key = await in_pool(request, valid_key, text, store.key_by_hash, now, address=address, sandbox=sandbox)
    except Problem as problem:
        allowances_of(request).refused(address, monotonic())
        return await _refused(request, where, None, problem.code)
    if not has_pages(CallerRole(key.role)) or not _taken_here(request, CallerRole(key.role)):
        return await _refused(request, where, key)
    cookie, session = begin(key, now)
    await in_pool(request, _keep, store, session, who_of(request, caller_of(session)))
    await in_pool(request, request.app.state.keyring.used, key, now)
    response = see_other(home_of(CallerRole(session.role)) if where == "/" else where)
    set_session(request, response, cookie)
    return response


def _taken_here(request: Request, role: CallerRole) -> bool:
    """Tell whether a key of a role begins a session; where people have accounts, theirs may not."""
    who = request.app.state.services.settings.key_sign_in
    return who == "on" or (who == "companies" and role is CallerRole.UTILITY)


def set_session(request: Request, response: Response, cookie: str) -> None:
    """Give a browser the cookie of its session."""
    secure = request.url.scheme == "https"
    response.set_cookie(cookie_name(request), cookie, path="/", secure=secure, httponly=True, samesite="lax")


def _keep(store: Sessions, session: Session, who: Who) -> None:
    with acting(who):
        store.add_session(session, who.at - REMEMBERED)


async def _refused(request: Request, where: str, key: ApiKey | None, code: str = "") -> Response:
    who = who_of(request, None if key is None else caller_of(key))
    about = "no-key" if key is None else f"key/{key.id}"
    await record_refusal(request.app.state.audit, who, "sign-in", about, Problem("sign-in-refused"))
    return sign_in_form(request, where, refused=WRONG_KIND.get(code, REFUSED))


@router.post("/sign-out")
async def sign_out(at: PageVisiting) -> Response:
    """End the session at once, everywhere."""
    visit = at.visit
    await visit.read(visit.services.store.end_session, at.session.hash, visit.arrived)
    return end_cookie(at)


def end_cookie(at: PageVisit) -> Response:
    """Lead somebody who has signed out to where they are told so, without cookie and without what the browser kept."""
    provided = at.session.person is not None and at.request.app.state.people is not None
    response = see_other("/signed-out" if provided else SIGN_IN)
    response.delete_cookie(cookie_name(at.request), path="/", secure=at.request.url.scheme == "https", httponly=True)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def sign_in_form(request: Request, where: str, *, refused: str = "", problem: Problem | None = None) -> Response:
    """Return the page to sign in at; `refused`: why a key was, `problem`: why an account was."""
    text = bare_page(
        request,
        "sign_in.html",
        next=ours(where),
        refused=refused,
        safe=safe_place(request),
        accounts=request.app.state.people is not None,
        keys=request.app.state.services.settings.key_sign_in != "off",
        account_said=None if problem is None else SAID_OF_ACCOUNTS.get(problem.code, problem.title),
        factor_missing=problem is not None and problem.code == "factor-missing",
    )
    response = html(request, text, 403 if refused else 200 if problem is None else problem.status)
    response.headers.update({} if problem is None else problem.headers)
    return response


def ours(where: str) -> str:
    """Return an address where it is one of ours, else that of the first page."""
    parts = urlsplit(where)
    plain = not parts.scheme and not parts.netloc and where.startswith("/") and not where.startswith(("//", "/\\"))
    return where if plain and parts.path != SIGN_IN and where.isprintable() else "/"
