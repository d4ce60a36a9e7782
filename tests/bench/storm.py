"""Figures of a storm: what watching costs while thousands of alerts fire, and how soon all are told that begin at once."""

import os
import re
import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import httpx2
import yaml
from sqlalchemy import update

from activities.store import tables
from activities.store.instants import micros
from activities.store.store import Store
from activities.store.tellings import Telling, TellingFilter
from api.alerting import recipients
from api.alerting.alertmanager import render
from api.processes.claims import free_port
from api.processes.embedded import LOOPBACK, secret
from api.processes.monitor import Monitor, Ports, monitoring
from api.processes.receiver import Arrival, Receiver
from api.real_clock import real_now
from api.settings import Settings
from sla.release import RELEASE
from sla.timeline import REAL_TIME, Timeline
from tests.bench.figures import Sheet
from tests.bench.memory import spent
from tests.crowd import crowd
from tests.desk import at

T = TypeVar("T")

TODAY = "2021-06-30 10:00"  # when all of the crowd is overdue
ROOM = 50  # more series than steps, as a crowd may have a few more of them
LATER = timedelta(days=30)
LEAD = timedelta(seconds=20)  # in which the exporter reads when the steps are due
WITHIN = 300.0  # seconds in which everything fires, and in which everything is told
LOOK = 2.0
MOST = {500: 0.15, 5000: 0.6}  # of a core, that Prometheus may take with so many series of each kind
SERVERS = ("prometheus", "alertmanager")
STEP_OVERDUE, YELLOW = "ShixianStepOverdue", "warning"
FIRING = 'count(ALERTS{alertstate="firing"})'
DATED = "count(shixian_case_step_due_timestamp_seconds)"


class Sizes(NamedTuple):
    """Series of steps, and of cases, that all fire; steps open in that city; how long it is watched; steps due at one instant."""

    storms: list[int]
    open_steps: int
    seconds: int
    at_once: int


class Load(NamedTuple):
    """What the parts had used when they were looked at: seconds of a processor by name, evaluations missed."""

    at: float
    spent: Mapping[str, float]
    missed: float


class Watch:
    """A monitor over a ledger of its own, as `shixian monitor` runs it, but that its office never closes."""

    def __init__(self, folder: Path, series: int) -> None:
        self.arrivals: list[Arrival] = []
        self.url = f"sqlite:///{folder}/ledger.sqlite"
        self._folder = folder
        self._running: Monitor | None = None
        self.settings = Settings(
            data_dir=folder,
            database_url=self.url,
            metrics_port=free_port(),
            relay_port=free_port(),
            metrics_series=series,
            recipients_file=folder / "recipients.yml",
        )

    def fill(self, steps: int) -> Timeline:
        """Writes a crowd of which everything is overdue; its timeline."""
        self._folder.mkdir()
        timeline = Timeline(anchor_real=real_now(), anchor_business=at(TODAY))
        with closing(Store.open(self.url, durable=False)) as store:
            store.migrate()
            store.set_timeline_once(timeline)
            crowd(store, steps, events=False)
        return timeline

    def fall_due(self, due: datetime) -> int:
        """Has every open step fall due at an instant; how many they are."""
        clock = tables.clock.c
        moved = update(tables.clock).where(clock.live, clock.role == "step", clock.due_at.is_not(None))
        with closing(Store.open(self.url)) as store, store.writing() as connection:
            return int(connection.execute(moved.values(due_at=micros(due))).rowcount)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Everything runs."""
        with Receiver(LOOPBACK, 0, self.arrivals.append) as people:
            self._tell(people.url)
            # machines live in real time, with the intervals and waits that are shipped
            with monitoring(self.settings, REAL_TIME, lambda _: None, ports=Ports(0, 0, 0)) as self._running:
                self._open_always()
                yield

    def asked(self, query: str) -> float:
        """What Prometheus answers to a query; 0 where that is nothing."""
        found = httpx2.get(f"{self._prometheus}/api/v1/query", params={"query": query}, trust_env=False, timeout=WITHIN)
        result = found.json()["data"]["result"]
        return float(result[0]["value"][1]) if result else 0.0

    def load(self) -> Load:
        """One look."""
        missed = sum(self._said("prometheus_rule_group_iterations_missed_total"))
        used = {part: spent(self._server(part)) for part in SERVERS}
        used |= {"exporter": spent(_pid(self._monitor, "metrics")), "relay": spent(_pid(self._monitor, "relay"))}
        return Load(time.monotonic(), used, missed)

    def longest_group(self) -> float:
        """How long the longest group of rules took, the last time; seconds."""
        return max(self._said("prometheus_rule_group_last_duration_seconds"))

    def tellings(self) -> list[Telling]:
        """The log."""
        with closing(Store.open(self.url)) as store:
            return store.tellings(TellingFilter())

    @property
    def _monitor(self) -> Monitor:
        assert self._running is not None
        return self._running

    @property
    def _prometheus(self) -> str:
        return f"http://{self._monitor.addresses.prometheus}"

    def _server(self, name: str) -> int:
        """The process of a server that is at the end of a leash."""
        return int((self._folder / "monitor" / f"{name}.pid").read_text())

    def _said(self, name: str) -> list[float]:
        """The values of every series of a name that Prometheus shows of itself."""
        text = httpx2.get(f"{self._prometheus}/metrics", trust_env=False, timeout=WITHIN).text
        found = re.findall(rf"^{name}(?:\{{.*\}})? (\S+)$", text, re.MULTILINE)
        return [float(value) for value in found]

    def _tell(self, url: str) -> None:
        here = ["here"]
        everybody = {"dead_man": here, "operators": here, "supervisors": here, "departments": {"default": here}}
        document = {"channels": {"here": {"kind": "webhook", "url": url}}, **everybody}
        (self._folder / "recipients.yml").write_text(yaml.safe_dump(document), encoding="utf-8")

    def _open_always(self) -> None:
        told = recipients.chosen(self.settings.recipients_file)
        where, today = f"http://{self._monitor.addresses.relay}", at(TODAY).date()
        token = str(secret(self.settings, "relay_token_file"))
        text = render(told, where, today=today, almanac=RELEASE, office_hours=False, token_file=token)
        (self._folder / "monitor" / "alertmanager.yml").write_text(text, encoding="utf-8")
        os.kill(self._server("alertmanager"), signal.SIGHUP)


def measure(sheet: Sheet, home: Path, sizes: Sizes) -> None:
    """Watches a city of which everything is overdue; then one in which many steps fall due at once."""
    for series in sizes.storms:
        watch = Watch(home / f"storm-{series}", series)
        watch.fill(sizes.open_steps)
        _cost(sheet, watch, series, sizes.seconds)
    _told(sheet, Watch(home / "storm-at-once", sizes.at_once + ROOM), sizes.at_once)


# --- what it costs ----------------------------------------------------------------------------------------------------


def _cost(sheet: Sheet, watch: Watch, series: int, seconds: int) -> None:
    """While it fires, for so many seconds."""
    with watch.watching():
        # of all steps both cards, and of each case one alert
        _until(lambda: watch.asked(FIRING) >= 3 * series, f"{3 * series} alerts fire")
        firing = watch.asked(FIRING)
        before, longest = watch.load(), list[float]()
        while time.monotonic() < before.at + seconds:
            time.sleep(LOOK)
            longest.append(watch.longest_group())
        after = watch.load()
    took = after.at - before.at
    against = f"{firing:.0f} alerts of {series} steps and {series} cases firing, {took:.0f} s"
    for part, used in after.spent.items():
        most = f"; at most {MOST[series]}" if part == "prometheus" and series in MOST else ""
        sheet.add(f"storm.{series}.{part}", (used - before.spent[part]) / took, "cores", f"{against}{most}")
    groups = f"the longest of all evaluations, {statistics.median(longest):.2f} in the median, {against}"
    sheet.add(f"storm.{series}.rule_group", max(longest), "s", f"{groups}; at most 0.5 with 500")
    sheet.add(f"storm.{series}.missed", after.missed - before.missed, "evaluations", f"{against}; none")


# --- how soon all are told --------------------------------------------------------------------------------------------


def _told(sheet: Sheet, watch: Watch, steps: int) -> None:
    """So many steps fall due at one instant, while all their cases are overdue."""
    timeline = watch.fill(steps)
    number = watch.fall_due(at(TODAY) + LATER)
    with watch.watching():
        _until(lambda: watch.asked(DATED) >= steps, f"{steps} steps are seen")
        instant = real_now() + LEAD
        watch.fall_due(timeline.business(instant))
        told = _until(partial(_all_told, watch, number), f"{number} steps are told")
    took = max((when - instant).total_seconds() for when in told.values())
    against = f"{number} steps due at one instant"
    sheet.add("storm.told.last", took, "s", f"from then to the last that a webhook took, {against}; at most 60")
    got = Counter(one.notice["receiver"] for one in watch.arrivals if _is_card(one) and not one.again)
    offices = f"the most that one of {len(got)} offices got, about {against}"
    sheet.add("storm.told.messages", max(got.values()), "messages", offices)


def _all_told(watch: Watch, number: int) -> dict[tuple[str, str | None], datetime] | None:
    """When each step was first told, once all are."""
    arrived = {one.notice["id"]: one.at for one in reversed(watch.arrivals)}
    found: dict[tuple[str, str | None], datetime] = {}
    for telling in watch.tellings():
        for line in telling.alerts if telling.id in arrived else ():
            if (line.alertname, line.severity) == (STEP_OVERDUE, YELLOW) and line.case is not None:
                found.setdefault((line.case, line.step), arrived[telling.id])
    return found if len(found) >= number else None


def _is_card(arrival: Arrival) -> bool:
    first = arrival.notice["alerts"][0]
    return (first["alertname"], first["severity"]) == (STEP_OVERDUE, YELLOW)


def _pid(monitor: Monitor, part: str) -> int:
    pid = monitor.pids[part]
    assert pid is not None, f"{part} does not run"
    return pid


def _until(holds: Callable[[], T | None], what: str) -> T:
    """What it answers once that is something. It is seldom asked, since all that is measured shares the machine."""
    end = time.monotonic() + WITHIN
    while not (answer := holds()):
        if time.monotonic() > end:
            raise TimeoutError(f"not within {WITHIN:.0f} s: {what}")
        time.sleep(LOOK)
    return answer
