"""A route between the parts of a house is open to bearers of its token alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from api.http.bare_app import bare_app
from api.http.bearer import Tokens, carries, only_bearers

FIRST, SECOND = "f" * 43, "s" * 43


def known() -> tuple[bytes, ...]:
    return FIRST.encode(), SECOND.encode()


@asynccontextmanager
async def served(tokens: Tokens | None) -> AsyncIterator[httpx2.AsyncClient]:
    app = bare_app()

    @app.post("/alerts", dependencies=only_bearers(tokens))
    async def alerts() -> dict[str, str]:
        return {}

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://relay") as http:
        yield http


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "")],
        [("Authorization", "Bearer")],
        [("Authorization", f"Bearer {FIRST[:-1]}")],
        [("Authorization", f"Bearer {FIRST}{SECOND}")],
        [("Authorization", f"Basic {FIRST}")],
        [("Authorization", FIRST)],
        [("Authorization", f"Bearer {FIRST}"), ("Authorization", f"Bearer {SECOND}")],
    ],
)
async def test_without_the_token_it_is_401_as_a_problem(headers: list[tuple[str, str]]) -> None:
    async with served(known) as http:
        answer = await http.post("/alerts", headers=headers)
    shown: dict[str, Any] = answer.json()
    assert (answer.status_code, shown["type"]) == (401, "urn:shixian:problem:unauthenticated")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("token", [f"Bearer {FIRST}", f"bearer {SECOND}", f"Bearer   {FIRST}"])
async def test_each_token_of_the_file_opens_it(token: str) -> None:
    async with served(known) as http:
        assert (await http.post("/alerts", headers={"Authorization": token})).status_code == 200


async def test_without_tokens_it_is_open_and_it_lives_for_everybody() -> None:
    async with served(None) as http:
        assert (await http.post("/alerts")).status_code == 200
    async with served(known) as http:
        assert (await http.get("/livez")).status_code == 200


@given(st.binary(max_size=60))
def test_whatever_a_header_holds_it_opens_nothing_by_chance(sent: bytes) -> None:
    request = Request({"type": "http", "headers": [(b"authorization", b"Bearer " + sent)]})
    assert not carries(request, known)
