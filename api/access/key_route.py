"""How the API is entered: with a key, and with a body that is read strictly before anything is made of it.

A router says so with `route_class=KeyRoute`. Other doors, such as pages with sessions and forms, are route classes of
their own: who asks, where the request comes from and how a body is read is theirs, and the envelope stays as it is.
"""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from http import HTTPStatus
from time import monotonic
from typing import Annotated, Any, ParamSpec, TypeVar

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from api.access.administrators import reaches
from api.access.allowances import Allowances, AskedRoute
from api.access.api_keys import Caller
from api.access.auditing import BODILESS, address_of, audit_read, audit_refusal
from api.access.callers import Callers
from api.http import strict_json
from api.http.bearer import bearer
from api.http.json_body import json_body
from api.http.names import NAMES
from api.http.problems import Problem

P = ParamSpec("P")
T = TypeVar("T")

BODY = 65_536  # bytes
BEARER = Depends(HTTPBearer(scheme_name="key", auto_error=False))  # for the description: what it reads is not used


async def caller_by_key(request: Request, _: Annotated[object, BEARER] = None) -> Caller:
    """Find out whose API key or access token the request carries, once for a request; raises a Problem where it carries none."""
    known: Caller | None = getattr(request.state, "caller", None)
    if known is None:
        callers: Callers = request.app.state.callers
        arrived, address = request.state.arrived, address_of(request)
        try:
            known = await in_pool(request, callers.caller, bearer(request), arrived, address=address)
        except Problem as problem:
            if problem.status == HTTPStatus.UNAUTHORIZED:
                allowances_of(request).refused(address, monotonic())
            raise
        take_allowance(request, known)
        request.state.caller = known
        if not reaches(known.role, getattr(request.scope.get("route"), "path", "")):
            raise Problem("forbidden")
    return known


def take_allowance(request: Request, caller: Caller) -> None:
    """Count a request of somebody who is let in; a Problem where it is one too many."""
    route = getattr(request.scope.get("route"), "path", "")
    tables = {"format"} if "text/csv" in request.headers.get("accept", "") else set[str]()
    asked = AskedRoute(request.method, route, frozenset(request.query_params) | tables)
    allowances_of(request).take(caller.credential, asked, monotonic())


def allowances_of(request: Request) -> Allowances:
    """Return what is counted of all callers."""
    allowances: Allowances = request.app.state.allowances
    return allowances


async def in_pool(request: Request, question: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Return the answer of something that blocks, from a thread of the application's."""
    return await asyncio.get_running_loop().run_in_executor(request.app.state.pool, partial(question, *args, **named))


class KeyRoute(APIRoute):
    """A route of the API: nobody without a key has a body read, and no body is used that is not strict JSON.

    Who was refused what is on record before it is answered, and so is what people look at.
    """

    largest = BODY  # bytes of a body

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Put the checks before what the framework makes of the route."""
        handle = super().get_route_handler()

        async def read(request: Request) -> Response:
            await caller_by_key(request)
            if request.method in BODILESS:
                return await handle(request)
            body = await json_body(request, self.largest)
            if body:
                strict_json.read(body, NAMES)
            return await handle(ReadRequest(request, body))

        async def enter(request: Request) -> Response:
            try:
                response = await read(request)
            except (Problem, RequestValidationError) as refused:
                await audit_refusal(request, getattr(request.state, "caller", None), refused)
                raise
            await audit_read(request, request.state.caller, response)
            return response

        return enter


class ReadRequest(Request):
    """A request whose body has been read."""

    def __init__(self, request: Request, body: bytes) -> None:
        super().__init__(request.scope, request.receive)
        self._read = body

    async def body(self) -> bytes:
        """Return what was read."""
        return self._read
