"""A provider that is slow, or away: whoever signs in is told so in time by a page, and nobody else notices."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import cast
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from temporalio.client import Client

from api.access import provider_keys
from api.access.api_keys import CallerRole
from api.access.people import PersonRole, new_person
from api.processes.claims import free_port
from api.real_clock import real_now
from api.settings import Settings
from tests.api.office import PATIENT, Office, file_store
from tests.api.pages.visitor import Visitor
from tests.api.provider.account import AccountHolder
from tests.api.provider.conftest import BOARD, SECRET
from tests.api.provider.running import Provider
from tests.waiting import PROMPT, WITHIN

MANY = 30  # more than there are threads
UNREACHED = "暂时无法连接单位账号平台"


@asynccontextmanager
async def office_of(folder: Path, issuer: str) -> AsyncIterator[Office]:
    """An office whose people sign in with accounts, and whose requests have the usual time."""
    (folder / "secret").write_text(f"{SECRET}\n")
    named = {
        "people_issuer": issuer,
        "people_client": BOARD,
        "people_secret_file": folder / "secret",
        "data_dir": folder,
        "request_deadline": Settings().request_deadline,
    }
    store = file_store(folder)
    office = Office(cast("Client", None), store, PATIENT.model_copy(update=named))
    yield office
    await office.close()
    store.close()


@pytest.fixture
def hanging(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider that a test may tell to be slow. What a question to it may take is not what saves anybody here."""
    monkeypatch.setattr(provider_keys, "PATIENCE", 6.0)
    yield provider
    provider.house.tell(wait=0)


async def is_told(office: Office, path: str) -> None:
    """Gets a page that says so, in time."""
    begun = monotonic()
    answer = await Visitor(office.app, "").get(path)
    assert (answer.status_code, UNREACHED in answer.text) == (503, True), answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert monotonic() - begun < PROMPT


async def test_a_provider_that_is_slow_holds_up_nobody_but_whoever_signs_in(hanging: Provider, tmp_path: Path) -> None:
    async with office_of(tmp_path, hanging.issuer) as office:
        person = new_person(issuer=hanging.issuer, subject="chen", actor="chen", role=PersonRole.CLERK, now=real_now())
        office.store.add_person(person)
        chen = AccountHolder(office.app, "chen")
        assert (await chen.sign_in_by_account()).status_code == 303
        waiting = [AccountHolder(office.app, "chen") for _ in range(MANY)]
        states = [parse_qs(urlsplit(await one.begin()).query)["state"][0] for one in waiting]
        hanging.house.tell(wait=WITHIN * 1000)
        asked = [
            asyncio.create_task(
                one.get(f"/sign-in/back?{urlencode({'state': state, 'code': 'x' * 43, 'iss': hanging.issuer})}")
            )
            for one, state in zip(waiting, states, strict=True)
        ]
        await asyncio.sleep(0.5)  # until all of them wait for the provider
        assert not any(one.done() for one in asked)
        by_key, by_session, live = await asyncio.gather(
            office.officer.get("/v1/commitments"), chen.get("/cases"), office.http.get("/livez")
        )
        assert [one.status_code for one in (by_key, by_session, live)] == [200, 200, 200]
        assert not any(one.done() for one in asked), "they were answered while the others still waited"
        begun = monotonic()
        for answer in await asyncio.gather(*asked):
            assert (answer.status_code, UNREACHED in answer.text) == (503, True), answer.text
            assert answer.headers["content-type"].startswith("text/html")
        assert monotonic() - begun < PROMPT
        hanging.house.tell(wait=0)


async def test_a_provider_that_is_away_is_told_of_and_keys_open_as_before(tmp_path: Path) -> None:
    async with office_of(tmp_path, f"http://127.0.0.1:{free_port()}") as office:
        await is_told(office, "/sign-in/account?next=/cases")
        officer = office.person(CallerRole.OFFICER)
        assert (await officer.get("/v1/commitments")).status_code == 200
        out = await Visitor(office.app, "").get("/signed-out")
        assert (out.status_code, "refresh" in out.headers) == (200, False)


async def test_one_who_cannot_yet_be_known_is_sent_nowhere_by_a_provider_that_hangs(
    hanging: Provider, tmp_path: Path
) -> None:
    hanging.house.tell(wait=WITHIN * 1000)
    async with office_of(tmp_path, hanging.issuer) as office:
        await is_told(office, "/sign-in/account?next=/cases")
