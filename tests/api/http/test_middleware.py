"""What the envelope does for every router, and what it leaves to each."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Request, Response

from api.access.key_route import BODY
from api.http.bare_app import bare_app
from api.http.middleware import HEADERS, Envelope
from tests.api.office import Office, problem

PAGE = "default-src 'self'; form-action 'self'"
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)

pages = APIRouter()
counted: list[tuple[str, str | None, int]] = []


@pages.get("/page")
async def show(request: Request) -> Response:
    return Response(str(request.state.arrived), headers={"content-security-policy": PAGE, "Cache-Control": "no-cache"})


@pages.post("/form")
async def post(request: Request) -> Response:
    return Response(await request.body())


@pages.get("/broken")
async def broken() -> Response:
    raise ValueError("a secret")


@pytest.fixture
def app() -> FastAPI:
    counted.clear()
    app = bare_app()
    app.include_router(pages)
    app.add_middleware(
        Envelope,
        now=lambda: NOON,
        deadline=timedelta(seconds=30),
        answered=lambda method, route, status, seconds: counted.append((method, route, status)),
    )
    return app


def client(app: FastAPI) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://page")


async def test_a_router_whose_answers_a_browser_shows_brings_its_own_headers(app: FastAPI) -> None:
    async with client(app) as http:
        answer = await http.get("/page")
    own = {"Content-Security-Policy": PAGE, "Cache-Control": "no-cache"}
    for name, value in {**HEADERS, **own}.items():
        assert answer.headers.get_list(name) == [value]


async def test_a_body_is_its_router_s_to_read(app: FastAPI) -> None:
    async with client(app) as http:
        answer = await http.post("/form", data={"case": "一"})
    assert (answer.status_code, answer.content) == (200, b"case=%E4%B8%80")


async def test_no_two_requests_arrive_at_the_same_instant(app: FastAPI) -> None:
    async with client(app) as http:
        times = [(await http.get("/page")).text for _ in range(3)]
    assert sorted(set(times)) == times


async def test_whatever_fails_inside_any_router_is_a_problem_that_tells_nothing_and_is_counted(app: FastAPI) -> None:
    async with client(app) as http:
        answer = await http.get("/broken")
    assert (answer.status_code, problem(answer)) == (500, "internal")
    assert "secret" not in answer.text
    assert counted == [("GET", "/broken", 500)]


@pytest.mark.parametrize("body", [b"{", b" " * (BODY + 1), b'{"fen": NaN}'])
async def test_a_body_is_read_for_nobody_without_a_key(office: Office, body: bytes) -> None:
    answer = await office.stranger.post("/v1/cases", body)
    assert (answer.status_code, problem(answer)) == (401, "unauthenticated")
