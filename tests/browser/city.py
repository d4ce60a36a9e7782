"""A city whose ledger holds a case for every state that a page can show, on a day that stands still."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta
from operator import itemgetter

import httpx2
import uvicorn
from fastapi import FastAPI

from activities.proposals import Doer, NoticeSource, ProposalBoard
from activities.store.store import Store
from api.access.api_keys import CallerRole, new_key
from api.app import create_app
from api.demo.players import PATHS, doer
from api.demo.script import Act, Script
from api.demo.stories import NOW, Story, last_instant
from api.processes.claims import free_port
from api.services import Services
from api.settings import Settings
from sla.axis import SHANGHAI, local_day
from sla.companies import COMPANIES
from sla.notices.amendments import AMENDMENTS
from sla.notices.national import NOTICES
from sla.release import RELEASE
from tests.api.exporter.city import Clock
from tests.api.office import PATIENT, Person
from tests.browser import notices
from tests.browser.direct import DirectDispatcher
from tests.browser.observations import observe
from tests.browser.stories import stories
from tests.notices import invented
from tests.waiting import WITHIN, eventually

LOOKS_IN = timedelta(days=60)
KEY_DAYS = 365
WORKER_LOOKS = time(6)  # when a changed calendar is applied, on the day of its publication
ROLES = (CallerRole.OFFICER, CallerRole.SUPERVISOR, CallerRole.AUDITOR)


@asynccontextmanager
async def served_at(app: FastAPI, port: int) -> AsyncIterator[str]:
    """An application on a port: its origin."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    serving = asyncio.create_task(server.serve())
    try:
        await eventually(lambda: server.started or serving.done())
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving


class City:
    """The city's ledger, its time, the keys of its people by role or company, and its cases by the names of their stories."""

    def __init__(self, store: Store, like: "City | None" = None, settings: Settings = PATIENT) -> None:
        """`like`: the city of whose ledger the store has a copy; its keys, numbers and settings hold here too."""
        self.clock = Clock(NOW)
        self.store = store
        self.dispatcher = DirectDispatcher(store, self.clock)
        if like is not None:
            settings = like.services.settings
        self.services: Services = Services(store, self.dispatcher, self.clock.timeline, settings, RELEASE, self.clock)
        self.keys: Mapping[str, str] = self._new_keys() if like is None else like.keys
        self.cases: dict[str, str] = {} if like is None else dict(like.cases)

    def case(self, name: str) -> str:
        """The number of a story's case."""
        return self.cases[name]

    @property
    def open_cases(self) -> list[str]:
        """The numbers of all cases that are open."""
        return sorted(case for case in self.cases.values() if (found := self.store.case(case)) and found.case.open)

    @asynccontextmanager
    async def person(self, who: str, **named: object) -> AsyncIterator[Person]:
        """Somebody with a key, at the API in this process; `named` are other settings of it."""
        app = create_app(replace(self.services, settings=self.services.settings.model_copy(update=named)))
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://city", timeout=WITHIN) as http:
            yield Person(http, self.keys[who], who)
        app.state.pool.shutdown()

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """With the API and its pages on a port: their origin."""
        async with served_at(create_app(self.services), free_port()) as origin:
            yield origin

    async def fill(self, told: Sequence[Story]) -> None:
        """Play stories in the order of their acts, each command through the API at the instant at which it was told."""
        self.cases |= {story.name: story.case for story in told}
        moments = [(act.sent, number, act) for number, story in enumerate(told) for act in story.acts]
        moments.sort(key=itemgetter(0))  # of one instant as they were told
        changes = [when for when in _calendar_changes() if when >= moments[0][0]]
        looks = _looks_in(moments[0][0], moments[-1][0])
        scripts = [_script(story) for story in told]
        self.clock.set(moments[0][0])
        async with AsyncExitStack() as stack:
            people = {who: await stack.enter_async_context(self.person(who)) for who in self.keys}
            seqs: dict[tuple[int, str], int] = {}
            for sent, number, act in moments:
                while looks and looks[0] <= sent:
                    self.clock.set(looks.pop(0))
                    for one in people.values():
                        assert (await one.get("/v1/commitments")).status_code == httpx2.codes.OK
                while changes and changes[0] <= sent:
                    self.dispatcher.move(changes.pop(0))
                    self.dispatcher.sweep()
                self.dispatcher.move(sent)
                seqs[number, act.kind] = await _play(people, scripts[number], act, seqs.get((number, act.of or "")))
        self.dispatcher.move(last_instant())

    def admit(self, role: CallerRole) -> None:
        """Make a key for somebody who does nothing with cases."""
        self.keys = {**self.keys, role.value: self._key(role)}

    def _new_keys(self) -> dict[str, str]:
        roles = {role.value: self._key(role) for role in ROLES}
        return roles | {company: self._key(CallerRole.UTILITY, company) for company in COMPANIES}

    def _key(self, role: CallerRole, company: str | None = None) -> str:
        text, kept = new_key(
            actor=company or role.value,
            role=role,
            now=self.clock(),
            company=company,
            days=KEY_DAYS,
            sandbox=self.services.rehearsal,
        )
        self.store.add_key(kept)
        return text


def _calendar_changes() -> list[datetime]:
    """When workers apply a notice: on the morning of its publication."""
    days = (*(one.published for one in NOTICES), *(one.published for one in AMENDMENTS))
    return sorted(datetime.combine(day, WORKER_LOOKS, SHANGHAI) for day in days if day is not None)


def _looks_in(first: datetime, last: datetime) -> list[datetime]:
    """When everybody uses a key, so that none is out of use however long a story has nothing for somebody to do."""
    return [first + LOOKS_IN * number for number in range(1, (last - first) // LOOKS_IN + 1)]


def _script(story: Story) -> Script:
    return Script(case=story.case, what=story.name, procedure=story.kind.resolved(), acts=story.acts, expected=())


async def _play(people: Mapping[str, Person], script: Script, act: Act, corrected: int | None) -> int:
    """The number of the event that an act became."""
    path = PATHS[act.kind].format(case=script.case, about=act.about)
    body = {**act.body, "at": act.at.isoformat()}
    if act.kind == "open":
        body["case"] = script.case
    if act.of is not None:
        body["seq"] = corrected
    answer = await people[doer(script, act)].post(path, body)
    assert answer.status_code == httpx2.codes.CREATED, f"{script.case} {act.kind} {act.about} {act.at}: {answer.text}"
    return int(answer.json()["seq"])


async def full_city(store: Store, settings: Settings = PATIENT) -> City:
    """A city with all its stories, over a store that has the tables and nothing else."""
    city = City(store, settings=settings)
    await city.fill(stories())
    async with city.person("officer") as officer, city.person("supervisor") as supervisor:
        await observe(officer, supervisor)
    notices.write(store, city.cases, city.clock())
    bring_next_year(store, city.services.timeline.business(city.clock()))
    return city


def bring_next_year(store: Store, now: datetime) -> None:
    """An invented notice that waits for an approval."""
    entry = invented(published=local_day(now))
    ProposalBoard(store, RELEASE).propose(entry, Doer("window-9", now), source=NoticeSource.FILE)
