"""What every HTTP server of Shixian begins as: it says that it lives, and whatever it refuses is a problem."""

import secrets
from typing import Any, Literal

from fastapi import FastAPI, Request, Response

from activities.store.errors import StoreUnavailable
from api.http.problems import Problem, problem_response, store_unavailable
from api.http.responses import answer
from sla.model import Model

BY_STATUS = {  # of the framework's own refusals
    400: "malformed",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "not-json",
}
NO_STORE = {"Cache-Control": "no-store"}


class Live(Model):
    """The process answers."""

    status: Literal["ok"] = "ok"


def bare_app(**described: Any) -> FastAPI:  # noqa: ANN401  # what FastAPI takes
    """Make an application with `/livez` alone; `described` goes to FastAPI."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, **described)
    app.add_api_route("/livez", livez, response_model=Live, tags=["health"])
    for status in BY_STATUS:
        app.add_exception_handler(status, _of_the_framework)
    app.add_exception_handler(Problem, refused)
    app.add_exception_handler(StoreUnavailable, _away)
    return app


async def livez() -> Response:
    """Say that the process answers."""
    return answer(Live(), headers=NO_STORE)


async def refused(request: Request, error: Exception) -> Response:
    """Answer a Problem, under the request's id where it was given one."""
    assert isinstance(error, Problem)  # noqa: S101  # it is registered for no other
    return problem_response(error, getattr(request.state, "request_id", None) or secrets.token_hex(8))


async def _of_the_framework(request: Request, error: Exception) -> Response:
    """No such route, no such method: the framework's own refusals in the one shape."""
    status: int = getattr(error, "status_code", 0)
    headers: dict[str, str] | None = getattr(error, "headers", None)
    return await refused(request, Problem(BY_STATUS[status], headers=headers))


async def _away(request: Request, error: Exception) -> Response:
    return await refused(request, store_unavailable())
