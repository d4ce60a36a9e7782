"""A whole alert path on real processes: cases, exporter, Prometheus, Alertmanager, relay; the receiver is the test itself."""

import contextlib
import os
import re
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import httpx2
import yaml

from activities.store.store import Store
from api.access.api_keys import CallerRole, new_key
from api.alerting import prometheus, recipients
from api.alerting.alertmanager import Timing, render
from api.process_notes import Note
from api.processes.children import answers
from api.processes.claims import free_port
from api.processes.embedded import FIRST_OFFICER, LOOPBACK, embedded, secret
from api.processes.monitor import Monitor, Ports, monitoring
from api.processes.receiver import Arrival, Receiver
from api.processes.stack import Stack
from api.real_clock import real_now
from api.settings import Settings
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.waiting import WITHIN, until

GRACE = timedelta(seconds=0.5)  # real
OFFICER, WATER = "officer", "water"  # who sends commands
SERVERS = ("prometheus", "alertmanager")  # not ours: at the end of a leash
NAMES = {"exporter": "metrics"}  # as the monitor calls it
LOOK = 0.1
COMPANY = "suzhou-water"


class Plan(NamedTuple):
    """How a house is to be: when business time begins, how fast it goes, with which grace, over which database."""

    begins: datetime
    rate: int
    grace: timedelta = GRACE
    database: str = ""


class Killed(NamedTuple):
    """A part that was killed, and when; real time."""

    part: str
    pid: int
    at: datetime


class House:
    """All processes of `serve` and of `monitor` over one folder. `with` starts and ends them; what ends is started again."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        self.plan = plan
        self.arrivals: list[Arrival] = []
        self.said: list[Note] = []
        self.away: set[str] = set()  # parts that nobody starts again now
        self.timeline = Timeline(anchor_real=real_now(), anchor_business=plan.begins, rate=plan.rate)
        self.keys: dict[str, str] = {}
        self.actors = {OFFICER: FIRST_OFFICER, WATER: COMPANY}
        self.settings = Settings(
            data_dir=folder / "data",
            database_url=plan.database,
            port=free_port(),
            metrics_port=free_port(),
            relay_port=free_port(),
            recipients_file=folder / "recipients.yml",
            alarm_grace=plan.grace,
            requests_per_second=0,  # a few keys do the work of a city
            expensive_per_second=0,
        )
        self._stack: Stack | None = None
        self._monitor: Monitor | None = None
        self._left = contextlib.ExitStack()
        self._ended = threading.Event()
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        self.folder.mkdir(exist_ok=True)
        with self._left as left:
            receiver = left.enter_context(Receiver(LOOPBACK, 0, self.arrivals.append))
            self._write_recipients(receiver.url)
            self._stack = left.enter_context(
                embedded(
                    self.settings,
                    self.said.append,
                    begins=self.plan.begins,
                    rate=self.plan.rate,
                    temporal_port=0,
                    first_key=lambda key: self.keys.update({OFFICER: key}),
                )
            )
            self._know()
            self._monitor = left.enter_context(
                monitoring(self.settings, self.timeline, self.said.append, ports=Ports(0, 0, 0))
            )
            tending = threading.Thread(target=self._tend, daemon=True)
            left.callback(tending.join)
            left.callback(self._ended.set)
            tending.start()
            self._left = left.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._left.close()

    # --- business ----------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http://{LOOPBACK}:{self.settings.port}"

    @property
    def now(self) -> datetime:
        """Now in business time."""
        return self.timeline.business(real_now())

    def send(self, path: str, key: str, *, who: str = OFFICER, **body: Any) -> Any:
        """What the API answers to a command, which must succeed; it is sent again until its outcome is known."""
        end = time.monotonic() + WITHIN
        headers = {"Authorization": f"Bearer {self.keys[who]}", "Idempotency-Key": key}
        while True:
            with contextlib.suppress(httpx2.TransportError):
                url = f"{self.url}/v1/{path}"
                answer = httpx2.post(url, json=body, headers=headers, timeout=15, trust_env=False)
                if answer.status_code != httpx2.codes.SERVICE_UNAVAILABLE:
                    assert answer.is_success, answer.text
                    return answer.json()
            assert time.monotonic() < end, f"{path} was not answered"
            time.sleep(0.3)

    def open(self, case: str, at: datetime) -> None:
        """A water case received and accepted at an instant."""
        of = {"procedure": "water-connection", "jurisdiction": "suzhou", "variant": "no-new-pipe"}
        self.send("cases", f"{case}-open", case=case, at=at.isoformat(), **of)
        self.send(f"cases/{case}/accept", f"{case}-accept", at=at.isoformat())

    # --- parts -------------------------------------------------------------------------------------------------------

    @property
    def prometheus(self) -> str:
        """Where Prometheus is."""
        return f"http://{self._running.addresses.prometheus}"

    def firing(self) -> list[dict[str, str]]:
        """The labels of every alert that fires in Prometheus."""
        found = httpx2.get(f"{self.prometheus}/api/v1/alerts", trust_env=False).json()["data"]["alerts"]
        return [one["labels"] for one in found if one["state"] == "firing"]

    def kill(self, part: str, *, again: bool = True) -> "Killed":
        """Kills a part, which is started again unless it is to stay away."""
        with self._turn:
            if not again:
                self.away.add(part)
            killed = Killed(part, self._pid(part), real_now())
            os.kill(killed.pid, signal.SIGKILL)
            return killed

    def bring_back(self, part: str) -> None:
        """Has a part started again that stayed away."""
        self.away.discard(part)

    def until_back(self, killed: "Killed") -> datetime:
        """Waits until a part answers again; when that was, in real time."""
        until(lambda: self._is_another(killed) and self._answers(killed.part), f"{killed.part} is back")
        return real_now()

    def configure(self, *, timing: Timing, scale: float | None = None, interval: str | None = None) -> None:
        """Gives Prometheus and Alertmanager other durations than a rehearsal has."""
        folder, where = self.settings.data_dir / "monitor", self._running.addresses
        told = render(
            recipients.chosen(self.settings.recipients_file),
            f"http://{where.relay}",
            today=self.plan.begins.date(),
            almanac=RELEASE,
            timing=timing,
            office_hours=False,
            token_file=str(secret(self.settings, "relay_token_file")),
        )
        (folder / "alertmanager.yml").write_text(told, encoding="utf-8")
        if scale is not None:
            (folder / "rules.yml").write_text(prometheus.render(scale), encoding="utf-8")
        if interval is not None:
            file = folder / "prometheus.yml"
            configured = yaml.safe_load(file.read_text(encoding="utf-8"))
            kinds = ("scrape_interval", "scrape_timeout", "evaluation_interval")
            configured["global"] = dict.fromkeys(kinds, interval)
            file.write_text(yaml.safe_dump(configured), encoding="utf-8")
        for server in SERVERS:
            before = self._reloaded(server)
            os.kill(self._pid(server), signal.SIGHUP)
            until(partial(self._is_reloaded, server, before), f"{server} is reloaded")

    @property
    def _running(self) -> Monitor:
        assert self._monitor is not None
        return self._monitor

    def _pid(self, part: str) -> int:
        if part in SERVERS:
            return int((self.settings.data_dir / "monitor" / f"{part}.pid").read_text())
        assert self._stack is not None
        pid = {**self._stack.pids, **self._running.pids}[NAMES.get(part, part)]
        assert pid is not None, f"{part} does not run"
        return pid

    def _is_another(self, killed: "Killed") -> bool:
        """Whether a part has a process again."""
        try:
            return self._pid(killed.part) != killed.pid
        except (AssertionError, OSError, ValueError):
            return False

    def _answers(self, part: str) -> bool:
        where = self._running.addresses
        ready = {
            "api": f"{self.url}/readyz",
            "exporter": f"http://{where.exporter}/livez",
            "relay": f"http://{where.relay}/livez",
            "prometheus": f"http://{where.prometheus}/-/ready",
            "alertmanager": f"http://{where.alertmanager}/-/ready",
        }
        return part not in ready or answers(ready[part])

    def _is_reloaded(self, server: str, before: float) -> bool:
        return self._reloaded(server) > before

    def _reloaded(self, server: str) -> float:
        """When a server last read its configuration, as it says."""
        where = self._running.addresses
        address = {"prometheus": where.prometheus, "alertmanager": where.alertmanager}[server]
        said = httpx2.get(f"http://{address}/metrics", trust_env=False).text
        found = re.search(rf"^{server}_config_last_reload_success_timestamp_seconds (\S+)$", said, re.MULTILINE)
        assert found is not None
        return float(found[1])

    def _tend(self) -> None:
        while not self._ended.wait(LOOK):
            with self._turn:
                assert self._stack is not None
                if not self.away & {"worker", "api", "temporal"}:
                    self._stack.tend()
                if not self.away - {"worker", "api", "temporal"}:
                    self._running.tend()

    def _know(self) -> None:
        """The timeline that was set, and a key for the company."""
        store = Store.open(self.settings.database)
        try:
            stored = store.timeline()
            assert stored is not None
            self.timeline = stored
            self.keys[WATER], kept = new_key(
                actor=self.actors[WATER],
                role=CallerRole.UTILITY,
                company=COMPANY,
                now=real_now(),
                sandbox=not stored.identity,
            )
            store.add_key(kept)
        finally:
            store.close()

    def _write_recipients(self, url: str) -> None:
        here = ["here"]
        everybody = {"dead_man": here, "operators": here, "supervisors": here, "departments": {"default": here}}
        document = {"channels": {"here": {"kind": "webhook", "url": url}}, **everybody}
        (self.folder / "recipients.yml").write_text(yaml.safe_dump(document), encoding="utf-8")


class Heard(NamedTuple):
    """One alert that a notice named."""

    at: datetime  # real time
    receiver: str
    kind: str
    alert: str
    severity: str
    labels: Mapping[str, str]


def heard(arrivals: list[Arrival]) -> Iterator[Heard]:
    """Every alert that was named, once."""
    for arrival in list(arrivals):
        for one in arrival.notice["alerts"] if not arrival.again else ():
            said = arrival.notice
            yield Heard(arrival.at, said["receiver"], said["kind"], one["alertname"], one["severity"], one["labels"])
