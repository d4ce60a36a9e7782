"""All pages, put together."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from activities.store.errors import StoreUnavailable
from api.http.problems import Problem
from api.pages import (
    account_sign_in,
    audit_log,
    batch,
    calendar,
    case,
    case_days,
    cases,
    companies,
    desk,
    do_command,
    docs,
    files,
    find,
    keys,
    look_up,
    notes,
    notices,
    observing,
    open_case,
    people,
    promises,
    receipt,
    requests,
    saved_views,
    sign_in,
    subjects,
    today,
    told,
    told_late,
)
from api.pages.errors import error_page
from api.pages.page_route import SignInNeeded, page_visit

Handler = Callable[[Request, Any], Awaitable[Response]]
MACHINES = ("/v1", "/livez", "/readyz", "/metrics")

PARTS: tuple[APIRouter, ...] = (
    sign_in.router,
    account_sign_in.router,
    today.router,
    cases.router,
    find.router,
    saved_views.router,
    case.router,
    case_days.router,
    receipt.router,
    subjects.router,
    desk.router,
    do_command.router,
    batch.router,
    open_case.router,
    told_late.router,
    requests.router,
    told.router,
    audit_log.router,
    look_up.router,
    keys.router,
    people.router,
    companies.router,
    observing.router,
    promises.router,
    notices.uploads,
    notices.router,
    calendar.router,
    notes.router,
    docs.router,
    files.router,
)


def add_pages(app: FastAPI) -> None:
    """Add the pages to the API's application. Who asks for an address that there is not with a browser is shown a page."""
    for part in PARTS:
        app.include_router(part)
    for status, code in ((404, "not-found"), (405, "method-not-allowed")):
        app.add_exception_handler(status, _browsers(code, app.exception_handlers[status]))


def _browsers(code: str, other: Callable[[Request, Any], Any]) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        if request.url.path.startswith(MACHINES) or "text/html" not in request.headers.get("accept", ""):
            answer: Response = await other(request, error)
            return answer
        with suppress(SignInNeeded, StoreUnavailable, Problem):
            await page_visit(request)
        return error_page(request, Problem(code))

    return handle
