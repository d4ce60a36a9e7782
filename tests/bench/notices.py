"""Figures of notices: what a preview and its application take over a city of open cases, and what commands feel of it."""

import asyncio
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from activities.preview import CalendarPreview
from activities.proposals import Doer, NoticeSource, ProposalBoard
from activities.store.store import Store
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from sla.almanac import PLACES
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.activities.test_sweep import Run
from tests.bench.copies import add_open, numbers, settle
from tests.bench.figures import Sheet
from tests.bench.stand import postgresql
from tests.desk import Desk, at, promised, water
from tests.notices import invented
from workflows.dispatch import Dispatcher
from workflows.messages import Command
from workflows.worker import connect

NOW = at("2026-11-10 10:00")
TODAY = date(2026, 11, 10)
TEMPLATES = 24
LIMITS = (38, 45, 60, 80)  # working days; the calendar ends before any of them
PACE = 0.1  # seconds between the commands of a client
QUIET = 15.0  # seconds in which commands are timed without a notice
PATIENCE = 1200.0  # seconds for an application


def measure(sheet: Sheet, home: Path, server: DevServer, cases: int) -> None:
    """Over both databases."""
    _on(sheet, "sqlite", _november(f"sqlite:///{home}/notices.sqlite"), server, cases)
    with postgresql(home / "pgn") as url:
        _on(sheet, "postgresql", _november(url), server, cases)


def _november(url: str) -> str:
    """A ledger in which it is November 2026."""
    with closing(Store.open(url)) as store:
        store.migrate()
        store.set_timeline_once(Timeline(anchor_real=real_now(), anchor_business=NOW, rate=1))
    return url


def _on(sheet: Sheet, name: str, url: str, server: DevServer, cases: int) -> None:
    with closing(Store.open(url)) as store:
        _fill(store, cases)
        board = ProposalBoard(store, RELEASE)
        number = board.propose(invented(), Doer("one", NOW), source=NoticeSource.FILE).number
        led = board.after(number)
        preview = CalendarPreview(led.almanac, TODAY, revision=led.revision, places=tuple(PLACES))
        took = _timed(lambda: preview.refresh(store, NOW))
        seen = preview.numbers(NOW)
        over = f"{preview.live_cases} open cases, {seen.dated} of them beyond the calendar"
        sheet.add(f"notice.{name}.preview", took, "s", f"{over}; at most 30 for 100000")
        again = _timed(lambda: preview.refresh(store, NOW))
        sheet.add(f"notice.{name}.preview_again", again, "s", f"{over}, none of which has moved on")

        def approve() -> None:
            board.approve(number, Doer("two", NOW), {}, revision=led.revision, alone=False)

        with _working(server, url) as said:
            quiet, busy, took = asyncio.run(_commands(server, approve, said))
        sheet.add(f"notice.{name}.applied", took, "s", f"{over}; from the approval on, at most 600 for 100000")
        sheet.add(f"notice.{name}.applied_share", took / max(seen.dated, 1) * 1000, "ms", "of that for one case")
        p99 = [statistics.quantiles(some, n=100)[98] for some in (quiet, busy)]
        against = f"p99 of commands meanwhile against {p99[0] * 1e3:.0f} ms without a notice; at most 2"
        sheet.add(f"notice.{name}.p99_meanwhile", p99[1] / p99[0], "ratio", against)


def _timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def _fill(store: Store, cases: int) -> None:
    """Cases accepted in the days before, beyond the calendar all of them; copied by the database itself."""
    for number in range(TEMPLATES):
        run, desk = Run(store, f"t{number:02}"), Desk(f"t{number:02}")
        when, promises = at(f"2026-11-{2 + number % 5:02} 1{number % 5}:1{number % 6}"), promised(LIMITS[number % 4])
        run.play(desk.open(when, water(), promises=promises), desk.accept(when, promises=promises))
    add_open(store, numbers(store, opened=True), cases)
    settle(store)


@contextmanager
def _working(server: DevServer, url: str) -> Iterator[list[str]]:
    """A worker process, and what it says."""
    command = [sys.executable, "-m", "tests.bench.notice_work", server.address, url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    said: list[str] = []

    def hear() -> None:
        said.extend(line.strip() for line in process.stdout or ())  # each as soon as it is there

    threading.Thread(target=hear, daemon=True).start()
    try:
        while "ready" not in said:
            time.sleep(0.05)
        yield said
    finally:
        process.terminate()
        process.wait()


async def _commands(
    server: DevServer, approve: Callable[[], None], said: list[str]
) -> tuple[list[float], list[float], float]:
    """How long commands take without a notice and while one is applied, and how long that takes, in seconds."""
    dispatcher = Dispatcher(await connect(server.address))
    quiet: list[float] = []
    busy: list[float] = []
    into = quiet
    ended = asyncio.Event()

    async def client(number: int) -> None:
        count = 0
        while not ended.is_set():
            count += 1
            for command in _case():
                begun = time.perf_counter()
                await dispatcher.send(f"live-{number}-{count}-{id(said)}", command)
                into.append(time.perf_counter() - begun)
                await asyncio.sleep(PACE)

    clients = [asyncio.create_task(client(number)) for number in range(4)]
    await asyncio.sleep(QUIET)
    await asyncio.to_thread(approve)
    into, begun = busy, time.perf_counter()
    await asyncio.to_thread(_heard, said, begun + PATIENCE)
    took = time.perf_counter() - begun
    ended.set()
    await asyncio.gather(*clients)
    return quiet, busy, took


def _heard(said: list[str], until: float) -> None:
    while "calendar-applied" not in said and time.perf_counter() < until:
        time.sleep(0.1)


def _case() -> Iterator[Command]:
    desk, when = Desk(), at("2026-11-10 09:00")
    yield desk.open(when, water(), promises=promised(4))
    yield desk.accept(when, promises=promised(4))
    for step in ("joint-site-survey", "inspection-and-meter"):
        yield desk.complete(when, step)
