"""With Temporal, the worker or the database away: 503 in time, nothing half done, and the same key succeeds later."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from activities.store.store import Store
from api.app import create_app
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from api.services import Services
from sla.release import RELEASE
from tests.api.office import PATIENT, WATER, Office, file_store, local, problem
from tests.api.routes.test_completions import BATCH, item
from tests.waiting import PROMPT, eventually
from workflows.dispatch import Dispatcher
from workflows.worker import connect

HASTY = PATIENT.model_copy(update={"request_deadline": timedelta(seconds=1.5), "least_disk_free": 0.0})


@pytest.fixture
async def closed(temporal_server: DevServer, tmp_path: Path) -> AsyncIterator[Office]:
    """An office of its own, whose worker a test may let in or send away."""
    store = file_store(tmp_path)
    client = await connect(temporal_server.address, temporal_server.namespace)
    office = Office(client, store, HASTY)
    yield office
    await office.close()
    store.close()


def unknown(answer: httpx2.Response, code: str = "outcome-unknown") -> None:
    assert (answer.status_code, problem(answer)) == (503, code)
    assert int(answer.headers["Retry-After"]) > 0


async def test_without_a_worker_the_outcome_is_unknown_and_the_same_key_succeeds_later(closed: Office) -> None:
    opened = await closed.officer.post("/v1/cases", {**WATER, "case": "w-1"}, key="k")
    unknown(opened)
    async with closed.working():
        again = await closed.officer.insist("/v1/cases", {**WATER, "case": "w-1"}, key="k")
        assert again.status_code in {200, 201}
        assert len([e for e in closed.store.events("w-1") if e.kind == "opened"]) == 1


async def test_a_batch_is_answered_within_one_deadline_whatever_is_away(closed: Office) -> None:
    async with closed.working():
        cases = [await closed.accepted() for _ in range(3)]
        await eventually(partial(_all_done, closed, [item(cases[0], key="done")]))
    items = [item(cases[0], key="done"), *(item(case, key=f"k-{case}") for case in cases[1:] for _ in range(40))]
    began = monotonic()
    answer = await closed.water.post(BATCH, {"items": items})
    assert monotonic() - began < PROMPT < len(items) * HASTY.request_deadline.total_seconds()
    assert answer.status_code == 207
    assert [one["status"] for one in answer.json()["items"]] == [200] + [503] * 80
    async with closed.working():
        await eventually(partial(_all_done, closed, items))


async def _all_done(office: Office, items: list[Any]) -> bool:
    answer = await office.water.post(BATCH, {"items": items})
    return {one["status"] for one in answer.json()["items"]} <= {200, 201}


async def test_what_is_on_record_is_answered_again_while_temporal_is_away(closed: Office) -> None:
    async with closed.working():
        case = await closed.accepted()
        path = f"/v1/cases/{case}/steps/joint-site-survey/completions"
        first = await closed.water.insist(path, {"outcome": "done"}, key="k")
    away = await connect(f"127.0.0.1:{free_port()}", lazy=True)
    services = Services(closed.store, Dispatcher(away), closed.timeline, HASTY, RELEASE, real_now)
    app = create_app(services)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://away") as http:
        headers = {**closed.water.headers, "Idempotency-Key": "k"}
        again = await http.post(path, json={"outcome": "done"}, headers=headers)
        assert (again.status_code, again.content) == (200, first.content)
        other = await http.post(path, json={"outcome": "done", "note": "x"}, headers=headers)
        assert (other.status_code, problem(other)) == (422, "request-reused")
        new = await http.post(path, json={"outcome": "done"}, headers={**headers, "Idempotency-Key": "other"})
        unknown(new)
        assert (await http.get(f"/v1/cases/{case}", headers=closed.officer.headers)).status_code == 200
        ready = await http.get("/readyz")
        assert ready.status_code == 503
        parts = {"database": "ok", "temporal": "away", "worker": "away", "disk": "ok", "clock": "ok"}
        assert ready.json() == {
            "status": "away",
            **parts,
            "reasons": ["temporal does not answer", "worker does not answer"],
        }
        assert (await http.get("/livez")).status_code == 200
    app.state.pool.shutdown()


async def _readiness(office: Office) -> httpx2.Response | None:
    """What is ready; None where a busy machine did not answer within the deadline."""
    answer = await office.http.get("/readyz")
    return answer if "worker" in answer.json() else None


async def test_c_33_a_process_is_ready_with_a_database_temporal_and_a_worker_that_beats(closed: Office) -> None:
    closed.store.heartbeat("worker", real_now() - timedelta(seconds=61))
    late = await eventually(partial(_readiness, closed))
    assert (late.status_code, late.json()["worker"]) == (503, "away")
    closed.store.heartbeat("worker", real_now())
    ready = await eventually(partial(_readiness, closed))
    assert (ready.status_code, ready.json()) == (
        200,
        {**dict.fromkeys(("status", "database", "temporal", "worker", "disk", "clock"), "ok"), "reasons": []},
    )


async def test_c_33_with_the_database_gone_every_answer_is_a_problem_and_no_error(
    closed: Office, tmp_path: Path
) -> None:
    async with closed.working():
        case = await closed.accepted()
    file = tmp_path / "ledger.sqlite"
    closed.store.close()
    file.rename(tmp_path / "kept")
    for name in ("ledger.sqlite-wal", "ledger.sqlite-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    file.mkdir()  # nothing that can be opened
    await asyncio.sleep(2.1)  # until no key is believed any more
    for answer in (
        await closed.officer.get(f"/v1/cases/{case}"),
        await closed.officer.get("/v1/cases"),
        await closed.officer.post(f"/v1/cases/{case}/fees", {"fen": 1, "reason": "x"}, key="fee"),
        await closed.officer.post("/v1/cases", WATER),
    ):
        unknown(answer, "store-unavailable")
        assert "sqlite" not in answer.text.lower()
    assert (await closed.http.get("/readyz")).json()["database"] == "away"
    file.rmdir()
    (tmp_path / "kept").rename(file)
    async with closed.working():
        again = await closed.officer.insist(f"/v1/cases/{case}/fees", {"fen": 1, "reason": "x"}, key="fee")
        assert again.status_code in {200, 201}, again.text


async def test_a_database_that_does_not_answer_costs_no_more_than_the_deadline(
    closed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with closed.working():
        case = await closed.opened(at=local("2021-03-02 09:00"))
    assert (await closed.officer.get(f"/v1/cases/{case}")).status_code == 200
    held = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hangs(*_: object, **__: object) -> None:
        asyncio.run_coroutine_threadsafe(held.wait(), loop).result()

    monkeypatch.setattr(Store, "case", hangs)
    answers = await asyncio.gather(*(closed.officer.get(f"/v1/cases/{case}") for _ in range(5)))
    live = await closed.http.get("/livez")
    assert live.status_code == 200
    for answer in answers:
        unknown(answer)
    held.set()


async def test_a_writer_that_holds_the_database_makes_a_command_wait_and_not_fail(
    closed: Office, tmp_path: Path
) -> None:
    async with closed.working():
        case = await closed.accepted()
        other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        key = uuid4().hex
        first = await closed.officer.post(f"/v1/cases/{case}/fees", {"fen": 1, "reason": "x"}, key=key)
        unknown(first)
        other.execute("ROLLBACK")
        other.close()
        again = await closed.officer.insist(f"/v1/cases/{case}/fees", {"fen": 1, "reason": "x"}, key=key)
        assert again.status_code in {200, 201}
        assert [e.body["fen"] for e in closed.store.events(case) if e.kind == "fee-recorded"] == [1]
