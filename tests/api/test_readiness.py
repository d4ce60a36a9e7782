"""Ready is whoever has room on the disk and the right time; whoever is not says why, and goes on."""

import asyncio
from collections import namedtuple
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.store.store import Store
from api.app import create_app
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from api.routes import health
from api.routes.health import distance
from api.settings import Settings
from tests.api.office import PATIENT, Office, file_store
from tests.databases import PostgreSQL, postgresql
from tests.waiting import eventually
from workflows.worker import connect

__all__ = ["postgresql"]

Usage = namedtuple("Usage", ["total", "used", "free"])
UP = {"database": "ok", "temporal": "ok", "worker": "ok"}


@asynccontextmanager
async def office_over(store: Store, server: DevServer, **settings: Any) -> AsyncIterator[Office]:
    named = {"request_deadline": timedelta(seconds=4.5), "least_disk_free": 0.0, **settings}
    office = Office(await connect(server.address, server.namespace), store, PATIENT.model_copy(update=named))
    yield office
    await office.close()
    store.close()


async def ready(office: Office, *, off: timedelta = timedelta(0)) -> httpx2.Response:
    """What a process says whose clock is so far from ours, once all parts answer and a worker has just beaten."""
    app = create_app(replace(office.services, now=lambda: real_now() + off))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://office") as http:

        async def told() -> httpx2.Response | None:
            office.store.heartbeat("worker", real_now())
            answer = await http.get("/readyz")
            return answer if UP.items() <= answer.json().items() else None

        answer: httpx2.Response = await eventually(told)
    app.state.pool.shutdown()
    return answer


@pytest.mark.parametrize(("free", "state"), [(0.099, "low"), (0.1, "ok"), (0.9, "ok")])
async def test_c_33_a_process_whose_disk_is_nearly_full_is_not_ready_and_takes_everything(
    temporal_server: DevServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, state: str
) -> None:
    looked: list[Path] = []

    def usage(folder: Path) -> Usage:
        looked.append(folder)
        return Usage(1000, round(1000 * (1 - free)), round(1000 * free))

    monkeypatch.setattr("api.routes.health.shutil.disk_usage", usage)
    settings = {"least_disk_free": Settings().least_disk_free, "database_url": f"sqlite:///{tmp_path}/not/yet.sqlite"}
    async with office_over(file_store(tmp_path), temporal_server, **settings) as office:
        answer = await ready(office)
        said = answer.json()
        assert looked[-1] == tmp_path, "the nearest folder that there is"
        assert said["disk"] == state
        if state == "ok":
            assert (answer.status_code, said["status"], said["reasons"]) == (200, "ok", [])
            return
        assert (answer.status_code, said["status"]) == (503, "degraded")
        assert said["reasons"] == ["disk: 9.9% of it is free, less than 10.0%"]
        assert int(answer.headers["Retry-After"]) > 0
        async with office.working():
            assert (await office.officer.get(f"/v1/cases/{await office.accepted()}")).status_code == 200


@pytest.mark.parametrize(
    ("off", "state"),
    [(timedelta(seconds=seconds), "wrong") for seconds in (-3600, -60, 60, 3600)] + [(timedelta(0), "ok")],
)
async def test_c_33_a_process_whose_clock_is_not_the_database_s_is_not_ready(
    temporal_server: DevServer, postgresql: PostgreSQL, off: timedelta, state: str
) -> None:
    store = await asyncio.to_thread(Store.open, postgresql.create())
    async with office_over(store, temporal_server) as office:
        # a beat is as old as its process's clock says: what is asked here is the clock alone
        answer = await ready(office, off=off) if abs(off) < health.OLDEST_BEAT else await asked(office, off)
        said = answer.json()
        assert (said["clock"], answer.status_code) == (state, 200 if state == "ok" else 503), said
        assert any("from the database's, more than 2 s" in one for one in said["reasons"]) is (state == "wrong")


async def asked(office: Office, off: timedelta) -> httpx2.Response:
    """What a process says that far away, however old the beats are for it."""
    app = create_app(replace(office.services, now=lambda: real_now() + off))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://office") as http:

        async def told() -> httpx2.Response | None:
            answer = await http.get("/readyz")
            return answer if answer.json()["database"] == "ok" else None

        answer: httpx2.Response = await eventually(told)
    app.state.pool.shutdown()
    return answer


async def test_c_33_a_process_that_a_worker_is_ahead_of_is_not_ready(
    temporal_server: DevServer, tmp_path: Path
) -> None:
    async with office_over(file_store(tmp_path), temporal_server) as office:
        answer = await ready(office, off=timedelta(seconds=-30))
        assert (answer.status_code, answer.json()["status"]) == (503, "degraded")
        [reason] = answer.json()["reasons"]
        assert reason.startswith("clock: ")
        assert "behind a worker's, more than 2 s" in reason


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31))  # noqa: DTZ001  # the zone does not matter


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(seconds=5)), st.timedeltas(timedelta(-9), timedelta(9)))
def test_a_clock_that_answers_slowly_is_not_said_to_be_wrong_and_a_wrong_one_is(
    before: datetime, took: timedelta, off: timedelta
) -> None:
    """Wherever within its answer the other clock was read: what is said is never more than it is off, and less by `took` at most."""
    for read in (before, before + took / 2, before + took):
        said = distance(before, read + off, before + took)
        assert abs(off) - took <= said <= abs(off)
