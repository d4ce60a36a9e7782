"""Both workers are killed around a request and its grant: it stands once, it is granted once, and one key has one answer."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from temporalio.client import Client

from activities.store.audit_log import AuditFilter
from activities.store.store import Store
from tests.bench.cases import WATER
from tests.bench.stand import until_answers
from tests.faults import evidence
from tests.faults.checker import compared
from tests.faults.city import City, dev_server
from tests.waiting import until

WORKERS = ("worker-1", "worker-2")
GRANTER = "window-2"
DONE = {200, 201, 202}


class Said(NamedTuple):
    """A command as it is sent, however often."""

    path: str
    body: dict[str, Any]
    key: str
    by: str


@pytest.fixture
def city(temporal_binary: Path, tmp_path: Path) -> Iterator[City]:
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    server = dev_server(temporal_binary, tmp_path / "temporal")
    with City(server, tmp_path / "city", url, SHIXIAN_FOUR_EYES_FOR='["withdraw"]') as made:
        until_answers(f"{made.url}/livez")
        yield made


@pytest.fixture
def http(city: City) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=city.url, timeout=10, trust_env=False) as client:
        yield client


def insisted(http: httpx2.Client, said: Said) -> httpx2.Response:
    """Its answer, once there is one."""

    def known() -> httpx2.Response | None:
        headers = {"Authorization": f"Bearer {said.by}", "Idempotency-Key": said.key}
        try:
            answer = http.post(said.path, json=said.body, headers=headers)
        except httpx2.TransportError:
            return None
        return None if answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE else answer

    answer: httpx2.Response = until(known)
    assert answer.status_code in DONE, answer.text
    return answer


def kill_after(city: City, seconds: float) -> None:
    time.sleep(seconds)
    for name in WORKERS:
        city.kill(name)


def start_again(city: City) -> None:
    for name in WORKERS:
        city.start(name)


def around(city: City, send: Callable[[], httpx2.Response], *, after: float | None) -> httpx2.Response:
    """The answer to what is sent while the workers are dead, or so long before they die."""
    with ThreadPoolExecutor(1) as sender:
        sent: Future[httpx2.Response]
        if after is None:
            kill_after(city, 0)
            sent = sender.submit(send)
            time.sleep(0.3)
        else:
            sent = sender.submit(send)
            kill_after(city, after)
        start_again(city)
        return sent.result()


def test_f_02_a_worker_killed_between_asking_and_granting_loses_nothing_and_does_nothing_twice(
    city: City, http: httpx2.Client
) -> None:
    cases = ["between", "while-asked", "while-granted"]
    for case in cases:
        insisted(http, Said("/v1/cases", {"case": case, **WATER}, f"open-{case}", city.officer))
    for case in cases:
        ask = Said(f"/v1/cases/{case}/withdraw", {"reason": "moved away"}, f"ask-{case}", city.officer)
        after = 0.02 if case == "while-asked" else None
        asked = around(city, partial(insisted, http, ask), after=after) if after else insisted(http, ask)
        number = asked.json()["number"]
        grant = Said(f"/v1/cases/{case}/requests/{number}/grant", {}, f"grant-{case}", city.colleague)
        after = 0.02 if case == "while-granted" else None
        granted = around(city, partial(insisted, http, grant), after=after)
        assert insisted(http, ask).json()["number"] == number
        assert insisted(http, grant).content == granted.content
        _check(city, case, number, granted.json())


def _check(city: City, case: str, number: int, receipt: dict[str, Any]) -> None:
    facts = evidence.ledger_of(city.database_url, case)
    assert [fact.kind for fact in facts if not fact.kind.startswith("rung-")] == [
        "opened",
        "request-asked",
        "withdrawn",
    ]
    [withdrawn] = [fact for fact in facts if fact.kind == "withdrawn"]
    assert (withdrawn.actor, withdrawn.content["request"], withdrawn.hash) == (GRANTER, number, receipt["hash"])
    heads = evidence.heads(city.database_url)
    assert evidence.broken_chains({case: facts}, {case: heads[case]}) == []
    with closing(Store.open(city.database_url)) as store:
        rows = [row.action for row in store.audit_rows(AuditFilter(object=case))]
    assert sorted(rows) == ["ask-withdraw", "grant", "open"]

    async def unlike() -> list[str]:
        client = await Client.connect(city.temporal.address, namespace=city.temporal.namespace)
        return await compared(client, city.database_url, case)

    assert asyncio.run(unlike()) == []
