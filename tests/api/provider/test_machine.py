"""A machine with a certified provider: it signs for itself, gets a token, and posts a batch (RFC 7523, RFC 9068)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import httpx2
import pytest

from api.access import provider_keys
from api.access.api_keys import CallerRole
from api.access.machines import new_machine
from api.app import create_app
from api.real_clock import real_now
from tests.api.office import Office, Person, problem
from tests.api.provider.conftest import AUDIENCE
from tests.api.provider.running import Provider
from tests.waiting import WITHIN

BATCH = "/v1/completions:batch"


@pytest.fixture
async def door(
    office: Office, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx2.AsyncClient]:
    """The office's API, where it takes the provider's tokens and knows its machine."""
    monkeypatch.setattr(provider_keys, "PATIENCE", WITHIN)
    named = {"machine_issuer": provider.issuer, "machine_audience": AUDIENCE, "machine_keys_url": provider.keys_url}
    app = create_app(replace(office.services, settings=office.settings.model_copy(update=named)))
    machine = new_machine(
        issuer=provider.issuer,
        client=provider.client,
        actor="water-posting",
        role=CallerRole.UTILITY,
        company="suzhou-water",
        now=real_now(),
    )
    office.store.add_machine(machine)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://door", timeout=WITHIN
    ) as http:
        yield http
    assert office.store.end_machine(machine.id, real_now())
    app.state.pool.shutdown()


async def test_a_machine_signs_for_a_token_and_posts_a_batch(
    office: Office, provider: Provider, door: httpx2.AsyncClient
) -> None:
    cases = [await office.accepted() for _ in range(3)]
    water = Person(door, provider.token(real_now().timestamp()), "water-posting")
    items = [{"key": uuid4().hex, "case": case, "step": "joint-site-survey", "outcome": "done"} for case in cases]
    answer = await water.post(BATCH, {"items": items})
    assert [one["status"] for one in answer.json()["items"]] == [201] * 3
    [event] = [event for event in office.store.events(cases[0]) if event.kind == "completed"]
    assert event.actor == "water-posting"
    assert event.request_id == f"suzhou-water:{items[0]['key']}"
    by_key = await office.water.post(BATCH, {"items": items})
    assert [one["status"] for one in by_key.json()["items"]] == [200] * 3, "a company is one, whatever it comes with"


async def test_a_token_for_somebody_else_opens_nothing(provider: Provider, door: httpx2.AsyncClient) -> None:
    now = real_now().timestamp()
    good = Person(door, provider.token(now), "water")
    foreign = Person(door, provider.token(now, audience="https://elsewhere.example"), "water")
    assert (await good.get("/v1/commitments")).status_code == 200
    answer = await foreign.get("/v1/commitments")
    assert (answer.status_code, problem(answer)) == (401, "unauthenticated")
