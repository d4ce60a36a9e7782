"""Figures of the exporter: a scrape with many steps open, against the bare client with as many series."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median, quantiles

import httpx2

from activities.store.store import Store
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from sla.timeline import Timeline
from tests.bench.figures import Sheet
from tests.bench.memory import resident
from tests.bench.stand import process, settings, until_answers
from tests.crowd import crowd
from tests.desk import at

TODAY = "2021-03-10 09:00"  # when many of the crowd are overdue
AS_PROMETHEUS = {
    "Accept": "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
    "Accept-Encoding": "gzip",
    "X-Prometheus-Scrape-Timeout-Seconds": "10",
}
PAUSE = 0.25  # seconds between scrapes, of which the one after the other is the bare client's
WITHIN = 600.0  # seconds in which everything is read for the first time
READY = 0.05  # seconds between questions whether the API is ready


def measure(sheet: Sheet, server: DevServer, home: Path, steps: int, scrapes: int) -> None:
    """Scrapes as Prometheus does, ours and the bare client in turn, while an API process over the same ledger is asked."""
    url = _ledger(home, steps)
    port, api = free_port(), free_port()
    told = {**settings(server, url, api), "SHIXIAN_METRICS_PORT": str(port)}
    with process("metrics", told) as pid, process("api", told), httpx2.Client(trust_env=False, timeout=60) as http:
        until_answers(f"http://127.0.0.1:{port}/livez")
        until_answers(f"http://127.0.0.1:{api}/livez")
        text = _warm(http, port)
        with _bare(text) as bare, _asked(f"http://127.0.0.1:{api}/readyz") as answered:
            took = _scrapes(http, {"ours": port, "bare": bare}, scrapes)
        _state(sheet, steps, text, took, resident(pid), answered)


def _ledger(home: Path, steps: int) -> str:
    url = f"sqlite:///{home}/scrape-{steps}.sqlite"
    with closing(Store.open(url, durable=False)) as store:
        store.migrate()
        store.set_timeline_once(Timeline(anchor_real=real_now(), anchor_business=at(TODAY)))
        crowd(store, steps)
    return url


def _state(
    sheet: Sheet, steps: int, text: str, took: Mapping[str, list[float]], memory: float, answered: list[float]
) -> None:
    name = f"scrape.{steps}_open_steps"
    ours, bare = took["ours"], took["bare"]
    series = sum(not line.startswith("#") for line in text.splitlines())
    against = f"p99 of {len(ours)} scrapes with {series} series, the bare client's is {_p99(bare) * 1000:.0f} ms"
    sheet.add(f"{name}.p99_vs_bare", _p99(ours) / _p99(bare), "ratio", f"{against}; at most 1.5")
    sheet.add(f"{name}.p50_vs_bare", median(ours) / median(bare), "ratio", "medians of the same")
    sheet.add(f"{name}.p99", _p99(ours) * 1000, "ms", "of the same, with gzip, over HTTP; at most 500 with 100000")
    sheet.add(f"{name}.memory", memory, "MiB", "resident memory of the exporter after them")
    asked = f"p99 of {len(answered)} answers of an API process over the same ledger meanwhile; at most 100"
    sheet.add(f"{name}.readyz_p99", _p99(answered) * 1000, "ms", asked)


def _p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[-1]


def _warm(http: httpx2.Client, port: int) -> str:
    """What it shows once everything was read."""
    deadline = time.monotonic() + WITHIN
    while True:
        text = http.get(f"http://127.0.0.1:{port}/metrics", headers={**AS_PROMETHEUS, "Accept": ""}).text
        if "shixian_steps_completed_total{" in text and "_success" in text and not _failing(text):
            return text
        if time.monotonic() > deadline:
            raise TimeoutError(f"not everything was read within {WITHIN:.0f} s")
        time.sleep(1)


def _failing(text: str) -> bool:
    return any(
        line.startswith("shixian_scrape_collector_success{") and line.endswith(" 0.0") for line in text.splitlines()
    )


@contextmanager
def _bare(text: str) -> Iterator[int]:
    """The port of a process that shows as many series with the bare client."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.bare_page", str(port), str(len(text))]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert started.stdin is not None
    assert started.stdout is not None
    try:
        started.stdin.write(text)
        started.stdin.flush()
        started.stdout.readline()
        yield port
    finally:
        started.stdin.close()
        started.wait(10)
        started.stdout.close()


@contextmanager
def _asked(url: str) -> Iterator[list[float]]:
    """How long each answer took of a URL that is asked all the time."""
    took: list[float] = []
    stop = threading.Event()

    def ask() -> None:
        with httpx2.Client(trust_env=False, timeout=30) as http:
            http.get(url)  # the first opens connections
            while not stop.wait(READY):
                begun = time.perf_counter()
                http.get(url)
                took.append(time.perf_counter() - begun)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield took
    finally:
        stop.set()
        thread.join()


def _scrapes(http: httpx2.Client, ports: Mapping[str, int], number: int) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {name: [] for name in ports}
    for _ in range(number):
        for name, port in ports.items():
            begun = time.perf_counter()
            with http.stream("GET", f"http://127.0.0.1:{port}/metrics", headers=AS_PROMETHEUS) as answer:
                answer.raise_for_status()
                for _ in answer.iter_raw():
                    pass
            took[name].append(time.perf_counter() - begun)
            time.sleep(PAUSE)
    return took
