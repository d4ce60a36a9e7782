"""The exporter over HTTP: databases that are away, slow or broken, and scrapes that come together."""

import asyncio
import gzip
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from activities.store.store import Store
from activities.store.watch import Snapshot
from api.exporter.collector import TTL, Exporter
from api.exporter.server import create_app
from sla.release import RELEASE
from tests.api.exporter.city import GRACE, Clock, Driven, Series
from tests.crowd import crowd
from tests.databases import PostgreSQL
from tests.desk import Desk, at, water
from tests.waiting import WITHIN, eventually

TIMEOUT = "X-Prometheus-Scrape-Timeout-Seconds"


class Slow(Store):
    """A store whose looks are counted, and may take a while."""

    looks = 0
    pause = 0.0
    held: threading.Event

    def watch(self, series: int, unmarked_before: datetime) -> Snapshot:
        self.looks += 1
        time.sleep(self.pause)
        self.held.wait(WITHIN)
        return super().watch(series, unmarked_before)


@asynccontextmanager
async def served(store: Store, clock: Clock) -> AsyncIterator[httpx2.AsyncClient]:
    exporter = Exporter(store, clock.timeline, GRACE, series=500, now=clock, almanac=RELEASE)
    transport = httpx2.ASGITransport(app=create_app(exporter))
    async with httpx2.AsyncClient(transport=transport, base_url="http://exporter", timeout=30) as http:
        yield http
    await asyncio.to_thread(exporter.close)


async def scraped(http: httpx2.AsyncClient, seconds: float = 10) -> Series:
    answer = await http.get("/metrics", headers={TIMEOUT: f"{seconds}"})
    assert answer.status_code == 200, answer.text
    return Series(answer.text)


@pytest.fixture
def clock() -> Clock:
    return Clock("2021-03-03 08:00")


def a_case(store: Store, clock: Clock) -> Driven:
    case, desk = Driven("W-1", store, clock), Desk()
    case.take(desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
    return case


async def test_a_database_that_is_away_is_said_and_its_rows_still_turn_overdue_until_they_are_too_old(
    postgresql: PostgreSQL, clock: Clock
) -> None:
    url = postgresql.create()
    store = Store.open(url)
    a_case(store, clock)
    reader = Store.open(url, read_only=True)
    clocks = [found.clock for found in store.overdue_clocks(at("2021-12-31 00:00"))]
    survey = next(clock for clock in clocks if clock.picture.step == "joint-site-survey")
    assert survey.due_at is not None
    clock.set(survey.due_at - timedelta(minutes=1))
    async with served(reader, clock) as http:
        before = await scraped(http)
        assert before.value("scrape_collector_success", collector="read_model") == 1
        assert before.total("open_steps", standing="overdue") == 0
        snapshot = before.value("read_model_snapshot_timestamp_seconds")
        postgresql.stop()
        try:
            clock.real += timedelta(minutes=2)
            during = await scraped(http)
            assert during.value("scrape_collector_success", collector="read_model") == 0
            assert during.value("scrape_errors_total", collector="read_model", error="StoreUnavailable")
            assert during.value("read_model_snapshot_timestamp_seconds") == snapshot
            assert during.total("open_steps", standing="overdue") == 1
            clock.real += timedelta(minutes=10)
            after = await scraped(http)
            assert after.value("open_steps") is None
            assert after.all("open_steps") == after.all("case_due_timestamp_seconds") == {}
            assert after.value("scrape_collector_success", collector="read_model") == 0
            assert after.value("business_timestamp_seconds") is not None
            assert after.all("calendar_workday")
            assert after.all("commitment_info")
        finally:
            postgresql.start()
        again = await scraped(http)  # a failure is not kept: the next scrape asks again
        assert again.value("scrape_collector_success", collector="read_model") == 1
        assert again.total("open_steps") == before.total("open_steps")
    reader.close()
    store.close()
    postgresql.drop(url)


async def test_an_exporter_whose_database_was_never_there_answers(tmp_path: Path, clock: Clock) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/nothing.sqlite", read_only=True)
    async with served(store, clock) as http:
        found = await scraped(http)
        assert found.value("scrape_collector_success", collector="read_model") == 0
        assert found.all("open_steps") == {}
        assert (await http.get("/livez")).status_code == 200
    store.close()


@pytest.fixture
def slow(url: str) -> Iterator[Slow]:
    store = Slow.open(url, read_only=True)
    store.held = threading.Event()
    store.held.set()
    yield store
    store.close()


async def test_twenty_scrapes_at_once_look_once(slow: Slow, clock: Clock) -> None:
    slow.pause = 0.5
    exporter = Exporter(slow, clock.timeline, GRACE, series=500, now=clock, almanac=RELEASE)
    await asyncio.gather(*(asyncio.to_thread(exporter.look, 10) for _ in range(20)))
    assert slow.looks == 1
    exporter.close()
    slow.pause, slow.looks = 0.0, 0
    async with served(slow, clock) as http:
        begun = time.monotonic()
        found = await asyncio.gather(*(scraped(http) for _ in range(20)))
        assert slow.looks <= 1 + (time.monotonic() - begun) // TTL
    assert all(one.all("open_steps") for one in found)


async def test_a_scrape_that_cannot_be_answered_in_its_time_is_refused(
    slow: Slow, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(slow, clock) as http:
        await scraped(http)
        held = threading.Event()
        original = Exporter.collect

        def stuck(self: Exporter) -> Any:
            held.wait(WITHIN)
            return original(self)

        monkeypatch.setattr(Exporter, "collect", stuck)
        answers = await asyncio.gather(*(http.get("/metrics", headers={TIMEOUT: "1.0"}) for _ in range(3)))
        assert [answer.status_code for answer in answers] == [503] * 3
        assert (await http.get("/livez")).status_code == 200
        held.set()
        assert (await scraped(http)).value("open_steps") is None


async def test_rows_that_take_longer_than_a_scrape_has_leave_the_rest(slow: Slow, clock: Clock) -> None:
    slow.held.clear()
    async with served(slow, clock) as http:
        found = await scraped(http, seconds=1.5)
        assert found.all("open_steps") == {}
        assert found.value("scrape_collector_success", collector="read_model") == 0
        slow.held.set()

        async def read() -> bool:
            return bool((await scraped(http)).all("open_steps"))

        await eventually(read)


async def test_one_part_that_cannot_be_counted_leaves_the_others(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr("api.exporter.collector.calendars", broken)
    async with served(store, clock) as http:
        found = await scraped(http)
        assert found.value("scrape_collector_success", collector="calendar") == 0
        assert found.value("scrape_errors_total", collector="calendar", error="ArithmeticError") == 1
        assert found.value("scrape_collector_success", collector="read_model") == 1
        assert found.all("open_steps")


async def test_a_single_case_that_cannot_be_counted_leaves_the_sums(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_case(store, clock)
    async with served(store, clock) as http:
        await scraped(http)
        monkeypatch.setattr("api.exporter.case_series.Line.overdue_workdays", lambda *_: 1 / 0)
        found = await scraped(http)
        assert found.value("scrape_collector_success", collector="details") == 0
        assert found.value("scrape_errors_total", collector="details", error="ZeroDivisionError") == 1
        assert found.all("case_due_timestamp_seconds") == {}
        assert found.total("open_cases") == 1


async def test_prometheus_gets_the_format_and_the_encoding_that_it_asks_for(store: Store, clock: Clock) -> None:
    crowd(store, 50)
    async with served(store, clock) as http:
        plain = await http.get("/metrics", headers={"Accept": "text/plain;version=0.0.4", "Accept-Encoding": ""})
        assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "content-encoding" not in plain.headers
        more = await http.get("/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0"})
        assert more.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
        assert more.text.endswith("# EOF\n")
        async with http.stream("GET", "/metrics", headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["content-encoding"] == "gzip"
            packed = b"".join([part async for part in answer.aiter_raw()])
        assert Series(gzip.decompress(packed).decode()).all("open_steps")
        assert (await http.get("/metrics", headers={TIMEOUT: "soon"})).status_code == 200
        assert (await http.get("/metrics?name[]=x")).status_code == 200
        assert (await http.post("/metrics")).status_code == 405
        assert (await http.get("/")).status_code == 404


def test_who_may_only_read_cannot_write(url: str, clock: Clock) -> None:
    writer = Store.open(url)
    a_case(writer, clock)
    reader = Store.open(url, read_only=True)
    assert reader.head("W-1") == writer.head("W-1")
    attempts: list[Callable[[], object]] = [
        lambda: reader.heartbeat("x", clock()),
        lambda: reader.fault("W-1", "x", "x", clock()),
        lambda: reader.drop_rows("W-1"),
    ]
    for attempt in attempts:
        with pytest.raises(Exception, match=r"read-only|readonly|database does not answer") as refused:
            attempt()
        assert not isinstance(refused.value, sqlite3.ProgrammingError)
    assert writer.heartbeats() == {}
    assert writer.case("W-1") is not None
    reader.close()
    writer.close()
