"""How often a credential may ask: so much at once, so much a second, and it is told how long to wait."""

from collections.abc import AsyncIterator
from math import floor
from pathlib import Path
from typing import cast

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.routing import BaseRoute, Route
from temporalio.client import Client

from api.access import allowances
from api.access.allowances import EXPENSIVE, UNCOUNTED, Allowance, Allowances, AskedRoute, AskingRate
from api.access.api_keys import CallerRole
from api.cli import client
from api.http.problems import Problem
from tests.api.office import PATIENT, Office, Person, file_store, problem

ASKED = "/v1/faults"
PAUSES = st.lists(st.floats(0, 3), min_size=1, max_size=300)


@given(rate=st.floats(0.1, 100), burst=st.integers(1, 50), pauses=PAUSES)
def test_nobody_gets_more_than_a_burst_and_the_rate_and_nobody_less(
    rate: float, burst: int, pauses: list[float]
) -> None:
    allowance, now, tokens = Allowance(AskingRate(rate, burst)), 0.0, float(burst)
    for pause in pauses:
        now += pause
        tokens = min(burst, tokens + pause * rate)  # a bucket, as one would draw it
        wait = allowance.spend("one", 1, now)
        if abs(tokens - 1) > 1e-6:
            assert (wait == 0) is (tokens > 1)
        if wait == 0:
            tokens -= 1
        else:
            assert wait == pytest.approx((1 - tokens) / rate, abs=1e-6)


@given(rate=st.floats(0.1, 100), burst=st.integers(1, 50), cost=st.integers(1, 60))
def test_whoever_waits_as_long_as_it_is_told_is_let_in_even_for_more_than_a_burst(
    rate: float, burst: int, cost: int
) -> None:
    allowance, now = Allowance(AskingRate(rate, burst)), 0.0
    for _ in range(20):
        wait = allowance.spend("one", cost, now)
        now += wait + 1e-6
        if wait > 0:
            assert allowance.spend("one", cost, now) == 0


def test_a_refusal_takes_nothing() -> None:
    allowance = Allowance(AskingRate(1, 2))
    assert [allowance.spend("one", 1, 0) for _ in range(2)] == [0, 0]
    assert [allowance.spend("one", 1, 0.5) for _ in range(100)] == [pytest.approx(0.5)] * 100
    assert allowance.spend("one", 1, 1) == 0
    assert allowance.spend("another", 1, 0) == 0


def test_without_a_rate_nobody_waits() -> None:
    allowance = Allowance(AskingRate(0, 1))
    assert {allowance.spend("one", 1000, 0) for _ in range(1000)} == {0.0}


def test_whoever_has_a_whole_allowance_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowances, "MOST", 100)
    allowance = Allowance(AskingRate(1, 1))
    for second in range(1000):
        assert allowance.spend(f"address-{second}", 1, second / 10) == 0
    assert len(allowance._whole) <= 101


def test_an_expensive_question_takes_of_two_allowances() -> None:
    limits = Allowances(AskingRate(100, 100), AskingRate(1, 5))
    report = AskedRoute("GET", "/v1/reports/{month}")
    limits.take("one", report, 0)
    with pytest.raises(Problem) as raised:
        limits.take("one", report, 0)
    assert (raised.value.status, raised.value.headers["Retry-After"]) == (429, "5")
    limits.take("one", AskedRoute("GET", "/v1/cases"), 0)
    with pytest.raises(Problem):
        limits.take("one", AskedRoute("GET", "/v1/cases", frozenset({"q", "limit"})), 0)
    limits.take("one", report, 5)


def test_whoever_takes_cases_over_is_not_counted() -> None:
    limits = Allowances(AskingRate(1, 1), AskingRate(1, 1))
    for _ in range(100):
        limits.take("one", AskedRoute("POST", "/v1/imports/cases"), 0)


def test_refusals_are_counted_by_address_and_a_household_of_ipv6_is_one() -> None:
    limits = Allowances(AskingRate(1, 2), AskingRate(1, 1))
    for address in ("2001:db8::1", "2001:db8::ffff:1"):
        limits.refused(address, 0)
    with pytest.raises(Problem):
        limits.refused("2001:db8::2", 0)
    limits.refused("2001:db8:0:1::1", 0)
    limits.refused(None, 0)


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[Office]:
    """An office that lets a credential ask ten times at once."""
    store = file_store(tmp_path)
    rates = {"requests_per_second": 0.5, "requests_at_once": 10, "expensive_per_second": 0.1, "expensive_at_once": 4}
    office = Office(cast("Client", None), store, PATIENT.model_copy(update=rates))
    yield office
    await office.close()
    store.close()


def test_every_route_that_costs_more_is_one(quiet_office: Office) -> None:
    known: set[tuple[str, str]] = set()

    def look(routes: list[BaseRoute]) -> None:
        for route in routes:
            inner = getattr(route, "original_router", None)
            if isinstance(route, Route):
                known.update((method, route.path) for method in route.methods or ())
            elif inner is not None:
                look(inner.routes)

    look(quiet_office.app.routes)
    assert {(method, path) for method, path, _ in EXPENSIVE} | UNCOUNTED <= known


async def asked_until_refused(person: Person) -> list[httpx2.Response]:
    """The answers up to the first refusal: on a busy machine new requests are allowed meanwhile."""
    answers = [await person.get(ASKED)]
    while answers[-1].status_code != httpx2.codes.TOO_MANY_REQUESTS and len(answers) < 1000:
        answers.append(await person.get(ASKED))
    return answers


async def test_a_credential_that_asks_too_much_is_told_when_to_ask_again_and_others_are_not(strict: Office) -> None:
    answers = await asked_until_refused(strict.auditor)
    assert [answer.status_code for answer in answers][:10] == [200] * 10
    last = answers[-1]
    assert (last.status_code, problem(last)) == (429, "too-many-requests")
    assert 1 <= int(last.headers["retry-after"]) <= floor(1 / 0.5)
    assert last.headers["x-content-type-options"] == "nosniff"
    assert (await strict.person(CallerRole.AUDITOR).get(ASKED)).status_code == 200


async def test_whoever_brings_nothing_is_counted_by_address_and_keys_there_go_on(strict: Office) -> None:
    statuses = [answer.status_code for answer in await asked_until_refused(strict.stranger)]
    assert statuses[:10] == [401] * 10
    assert statuses[-1] == 429
    assert (await strict.auditor.get(ASKED)).status_code == 200


async def test_a_whole_table_is_the_same_however_it_is_asked_for(strict: Office) -> None:
    """Cost 5 of 4 at once: one, and then none for long."""
    assert (await strict.auditor.get("/v1/cases", format="csv")).status_code == 200
    headers = {**strict.auditor.headers, "Accept": "text/csv"}
    by_header = await strict.http.get("/v1/cases", headers=headers)
    assert (by_header.status_code, problem(by_header)) == (429, "too-many-requests")


def test_the_command_line_waits_as_long_as_it_is_told() -> None:
    assert client.LONGEST_PAUSE >= 20  # of the dearest question by the usual settings, and more
