"""The whole API over a real worker and a real ledger, and people with keys who use it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from temporalio.client import Client

from activities.settle import Settler
from activities.store.store import Store
from api.access.api_keys import CallerRole, new_key
from api.app import create_app
from api.real_clock import real_now
from api.services import Services
from api.settings import Settings
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.api.declared import declared
from tests.desk import at
from tests.driven import Driven
from tests.waiting import WITHIN, eventually
from workflows.dispatch import Dispatcher
from workflows.messages import Message
from workflows.worker import worker

# A machine may be busy with other things, and one person of the tests does the work of many.
PATIENT = Settings(request_deadline=timedelta(seconds=WITHIN), requests_per_second=0, expensive_per_second=0)
TODAY = "2021-03-04 12:00"  # a Thursday
WATER = {"procedure": "water-connection", "jurisdiction": "suzhou", "variant": "no-new-pipe"}


def local(text: str) -> str:
    """A local instant as a client writes it: `2021-03-02 09:00`."""
    return at(text).isoformat()


class Person:
    """Someone with a key."""

    def __init__(self, http: httpx2.AsyncClient, key: str | None, actor: str) -> None:
        self.http = http
        self.actor = actor
        self.headers = {} if key is None else {"Authorization": f"Bearer {key}"}

    async def get(self, path: str, **params: Any) -> httpx2.Response:
        """Reads."""
        return await self.http.get(path, params=params, headers=self.headers)

    async def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> httpx2.Response:
        """Sends a command, with an idempotency key of its own unless one is given."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        every = {**self.headers, "Idempotency-Key": key or uuid4().hex, **named}
        if isinstance(body, bytes):
            return await self.http.post(path, content=body, headers={"Content-Type": "application/json", **every})
        return await self.http.post(path, json={} if body is None else body, headers=every)

    async def insist(self, path: str, body: Any, *, key: str | None = None) -> httpx2.Response:
        """Sends a command as `post` does, again under its key while the outcome is unknown."""
        key = key or uuid4().hex

        async def known() -> httpx2.Response | None:
            answer = await self.post(path, body, key=key)
            return None if answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE else answer

        answer: httpx2.Response = await eventually(known)
        return answer


class Office:
    """The API with the people of Suzhou's water; business time runs from a Thursday noon."""

    def __init__(self, client: Client, store: Store, settings: Settings, timeline: Timeline | None = None) -> None:
        self.client, self.store, self.settings = client, store, settings
        self.timeline = timeline or Timeline(anchor_real=real_now(), anchor_business=at(TODAY))
        self.queue = f"cases-{uuid4().hex[:8]}"
        self.dispatcher = Dispatcher(client, task_queue=self.queue)
        self.services = Services(store, self.dispatcher, self.timeline, settings, RELEASE, real_now)
        self.app = create_app(self.services)
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app), base_url="http://office", timeout=WITHIN,
            event_hooks={"response": [declared]},
        )  # fmt: skip
        self.officer = self.person(CallerRole.OFFICER)
        self.supervisor = self.person(CallerRole.SUPERVISOR)
        self.auditor = self.person(CallerRole.AUDITOR)
        self.importer = self.person(CallerRole.IMPORTER)
        self.sysadmin = self.person(CallerRole.SYSADMIN)
        self.secadmin = self.person(CallerRole.SECADMIN)
        self.water = self.person(CallerRole.UTILITY, "suzhou-water")
        self.gas = self.person(CallerRole.UTILITY, "suzhou-gas")
        self.stranger = Person(self.http, None, "stranger")

    def person(self, role: CallerRole, company: str | None = None, **more: Any) -> Person:
        """Someone with a new key."""
        actor = f"{role}-{uuid4().hex[:6]}"
        text, kept = new_key(
            actor=actor, role=role, now=real_now(), company=company, sandbox=self.services.rehearsal, **more
        )
        self.store.add_key(kept)
        return Person(self.http, text, actor)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """With a worker."""
        settler = Settler(self.store, self.timeline, timedelta(milliseconds=200), real_now, RELEASE)
        async with worker(self.client, settler, grace=timedelta(seconds=1), task_queue=self.queue):
            yield

    async def opened(self, **more: Any) -> str:
        """The number of a new water case, received two days ago."""
        answer = await self.officer.insist("/v1/cases", {**WATER, "at": local("2021-03-02 09:00"), **more})
        assert answer.status_code in {200, 201}, answer.text
        return str(answer.json()["case"])

    def told_in_time(self, case: str, *facts: Message) -> None:
        """Lets facts stand in the ledger of a new case as they were told when they happened, and what fell due since then."""
        driven = Driven(self.store, case)
        for fact in facts:
            driven.wake(fact.told)
            driven.take(fact)
        driven.wake(at(TODAY) - timedelta(days=1))
        driven.take()

    async def accepted(self, **more: Any) -> str:
        """The number of a new water case whose first step, the survey, is open."""
        case = await self.opened(**more)
        answer = await self.officer.insist(f"/v1/cases/{case}/accept", {"at": local("2021-03-02 10:00")})
        assert answer.status_code in {200, 201}, answer.text
        return case

    async def close(self) -> None:
        """Ends what the office made."""
        await self.http.aclose()
        pools = [self.app.state.pool]
        if self.app.state.people is not None:
            pools.append(self.app.state.people.threads)
        for pool in pools:  # in a thread: what they still wait for may come by way of this loop
            await asyncio.to_thread(pool.shutdown)


def file_store(folder: Path) -> Store:
    """A migrated ledger in a folder."""
    store = Store.open(f"sqlite:///{folder}/ledger.sqlite", durable=False)
    store.migrate()
    return store


def codes(answer: httpx2.Response) -> list[tuple[str, str]]:
    """What a problem says is wrong, and where."""
    return [(one["pointer"], one["code"]) for one in answer.json()["errors"]]


def problem(answer: httpx2.Response) -> str:
    """The code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert {"type", "title", "status", "detail", "instance", "errors", "request_id"} == set(body)
    return str(body["type"]).removeprefix("urn:shixian:problem:")
