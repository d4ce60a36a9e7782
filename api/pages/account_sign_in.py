"""Signing in with an account of the provider of identities, and out of it again.

What fits to a sign-in that began here is kept in its row; the browser has a cookie whose text finds it, for ten minutes and
once. No token reaches a browser.
"""

import asyncio
import secrets
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import ParamSpec, TypeVar

from fastapi import APIRouter, Request, Response

from activities.store.audit_log import Who, acting
from activities.store.people import PersonAccount
from activities.store.sessions import Session
from activities.store.sign_ins import LONGEST, BegunSignIn
from activities.store.store import Store
from api.access.auditing import address_of, record_refusal, who_of
from api.access.key_route import allowances_of, in_pool
from api.access.openid_provider import BadAnswer, OpenIDProvider, Vouched
from api.access.people import PersonRole, caller_role
from api.access.sessions import BITS, REMEMBERED, begin_of_person, hashed
from api.http.problems import Problem
from api.pages.answers import html, see_other
from api.pages.frame import bare_page, home_of
from api.pages.page_route import PageRoute, PageVisiting, cookie_name, safe_place
from api.pages.sign_in import end_cookie, ours, set_session, sign_in_form

BEGIN, BACK, OUT = "/sign-in/account", "/sign-in/back", "/signed-out"
WRITING = 1.0  # seconds of a request's time that are kept for the page
LONGEST_PART = 4096  # characters of what the provider sends back
P = ParamSpec("P")
T = TypeVar("T")

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get(BEGIN)
async def begin_sign_in(request: Request, next: str = "/", again: str = "") -> Response:  # the parameters' names
    """Send a browser to the provider; `again`: to prove more than the last time."""
    provider, store = _provider(request), request.app.state.services.store
    if not safe_place(request):
        raise Problem("unsafe-place")
    # a stranger's rows are bounded as their errors are
    allowances_of(request).refused(address_of(request), monotonic())
    text, state = secrets.token_urlsafe(BITS), secrets.token_urlsafe(BITS)
    begun = BegunSignIn(
        hash=hashed(text),
        state=hashed(state),
        nonce=secrets.token_urlsafe(BITS),
        verifier=secrets.token_urlsafe(BITS + BITS // 2),
        place=ours(next),
        began=request.state.arrived,
    )
    factors = request.app.state.services.settings.people_factors.values() if again else ()
    wanted = tuple(dict.fromkeys(acr for rule in factors for acr in rule.acr))
    try:
        where = await _asked(request, provider.sign_in_address, begun, state, _back(request, BACK), wanted)
    except Problem as problem:
        return sign_in_form(request, next, problem=problem)
    await in_pool(request, store.begin_sign_in, begun)
    response = see_other(where)
    secure, age = request.url.scheme == "https", int(LONGEST.total_seconds())
    response.set_cookie(_cookie(request), text, max_age=age, path="/", secure=secure, httponly=True, samesite="lax")
    return response


@router.get(BACK)
async def come_back(request: Request) -> Response:
    """Take the provider's answer, and begin a session where it vouches for somebody who may sign in."""
    store: Store = request.app.state.services.store
    person: PersonAccount | None = None
    try:
        begun, vouched = await _vouched(request)
        person = await in_pool(request, store.person, _provider(request).issuer, vouched.subject)
        person = await _let_in(request, person, vouched)
        cookie, session = begin_of_person(person, request.state.arrived)
        if not await in_pool(request, _keep, store, session, person, _who(request, person)):
            raise Problem("account-locked")
    except Problem as problem:
        about = "no-person" if person is None else f"person/{person.id}"
        await record_refusal(request.app.state.audit, _who(request, person), "sign-in", about, problem)
        response = sign_in_form(request, "/", problem=problem)
    else:
        response = see_other(home_of(caller_role(PersonRole(person.role))) if begun.place == "/" else begun.place)
        set_session(request, response, cookie)
    response.delete_cookie(_cookie(request), path="/", secure=request.url.scheme == "https", httponly=True)
    return response


async def _vouched(request: Request) -> tuple[BegunSignIn, Vouched]:
    """The person that the provider vouches for, in answer to a sign-in that this browser began."""
    provider, store, now = _provider(request), request.app.state.services.store, request.state.arrived
    said = {name: request.query_params.getlist(name) for name in ("state", "code", "iss", "error")}
    if any(len(parts) > 1 or len(part) > LONGEST_PART for parts in said.values() for part in parts):
        raise Problem("sign-in-over")
    state, code, sender, error = (next(iter(parts), None) for parts in said.values())
    text = request.cookies.get(_cookie(request), "")
    begun = await in_pool(request, store.take_sign_in, hashed(text), hashed(state or ""), now) if text else None
    if begun is None:
        allowances_of(request).refused(address_of(request), monotonic())
        raise Problem("sign-in-over")
    try:
        await _asked(request, provider.check_sender, sender)
        if error is not None or not code:
            raise Problem("sign-in-given-up" if error == "access_denied" else "sign-in-over")
        back, seconds = _back(request, BACK), now.timestamp()
        return begun, await _asked(request, provider.vouched, begun, code, back, seconds)
    except BadAnswer:
        raise Problem("sign-in-over") from None


async def _let_in(request: Request, person: PersonAccount | None, vouched: Vouched) -> PersonAccount:
    """Return who may sign in; a Problem for everybody else."""
    services, now = request.app.state.services, request.state.arrived
    if person is None:
        raise Problem("unknown-account")
    if person.is_locked(now):
        raise Problem("account-locked")
    if person.is_disused(now):
        raise Problem("account-disused")
    rule = services.settings.people_factors.get(person.role)
    if rule is not None and not rule.is_met(vouched.acr, vouched.amr):
        locks = await in_pool(request, _count_failure, services.store, person, _who(request, person))
        raise Problem("account-locked" if locks else "factor-missing")
    return person


def _count_failure(store: Store, person: PersonAccount, who: Who) -> bool:
    with acting(who):
        return store.count_failure(person.id, who.at)


def _keep(store: Store, session: Session, person: PersonAccount, who: Who) -> bool:
    with acting(who):
        return store.sign_in_person(session, person, who.at - REMEMBERED)


@router.post("/sign-out/everywhere")
async def sign_out_everywhere(at: PageVisiting) -> Response:
    """End every session of whoever is there, at once."""
    visit, store = at.visit, at.visit.services.store
    if at.session.person is None:
        await visit.read(store.end_session, at.session.hash, visit.arrived)
    else:
        await visit.read(store.end_sessions, at.session.person, visit.arrived)
    return end_cookie(at)


@router.get(OUT)
async def signed_out(request: Request) -> Response:
    """Say that somebody has signed out here, and lead on to the provider, which may know them still."""
    provider = _provider(request)
    try:
        where = await _asked(request, provider.sign_out_address, _back(request, "/sign-in"))
    except Problem:
        where = None
    response = html(request, bare_page(request, "signed_out.html", where=where))
    if where is not None:
        response.headers["Refresh"] = f"0; url={where}"
    return response


async def _asked(request: Request, question: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Return what the provider is asked for; a Problem where it is so slow that only the page that says so can still be written."""
    loop = asyncio.get_running_loop()
    asking = loop.run_in_executor(_provider(request).threads, partial(question, *args, **named))
    try:
        return await asyncio.wait_for(asking, max(request.state.deadline - WRITING - loop.time(), 0))
    except TimeoutError:
        raise Problem("provider-unavailable") from None


def _provider(request: Request) -> OpenIDProvider:
    provider: OpenIDProvider | None = request.app.state.people
    if provider is None:
        raise Problem("not-found")
    return provider


def _who(request: Request, person: PersonAccount | None) -> Who:
    who = who_of(request, None)
    return who if person is None else who._replace(actor=person.actor, role=caller_role(PersonRole(person.role)).value)


def _back(request: Request, path: str) -> str:
    """Return one of our addresses as the provider knows it; it takes no other."""
    base: str = request.app.state.services.settings.public_url or str(request.base_url)
    return base.rstrip("/") + path


def _cookie(request: Request) -> str:
    return f"{cookie_name(request)}-sign-in"
