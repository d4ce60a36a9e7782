"""A door between the parts of one house: whoever knows the token of a file may pass."""

import secrets
from collections.abc import Callable
from typing import TypeAlias

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency

from api.http.problems import Problem

Tokens: TypeAlias = Callable[[], tuple[bytes, ...]]


def bearer(request: Request) -> str:
    """Return what follows `Authorization: Bearer`, empty where it stands not once."""
    found = request.headers.getlist("authorization")
    scheme, _, text = (found[0] if len(found) == 1 else "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


def carries(request: Request, tokens: Tokens | None) -> bool:
    """Tell whether a request carries one of the tokens, in a time that says nothing of them."""
    told = bearer(request).encode(errors="replace")
    known = () if tokens is None or not told else tokens()
    return any(secrets.compare_digest(told, one) for one in known)


def only_bearers(tokens: Tokens | None) -> list[Dependency]:
    """Return what a route depends on that is open to bearers of a token alone; without tokens it is open to all."""

    async def check(request: Request) -> None:
        if not carries(request, tokens):
            raise unauthenticated()

    return [] if tokens is None else [Depends(check)]


def unauthenticated() -> Problem:
    """Return the problem of a request without a token that is known."""
    return Problem("unauthenticated", headers={"WWW-Authenticate": "Bearer"})
