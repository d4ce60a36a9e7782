"""What watches the cases, beside `serve` over the same data: exporter, Prometheus, Alertmanager, relay, and a receiver."""

import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import yaml

from activities.settle import today
from api.alerting import recipients, rules
from api.alerting.alertmanager import FAST, SHIPPED, render
from api.children import Child, Children, of_shixian
from api.embedded import LOOPBACK, environment, located
from api.leash import foreign_environment
from api.notes import Say, say_json
from api.processes import KILL_AFTER, bracketed
from api.programs import ALERTMANAGER, PROMETHEUS
from api.settings import Settings
from api.temporal_server import claimed, free_port
from sla.timeline import Timeline

RETENTION = "15d"
INTERVAL, QUICK_INTERVAL = "5s", "1s"  # between scrapes; a rehearsal is in a hurry
RECEIVER = "receiver"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts listen on loopback that are not settings; 0 is any free one."""

    prometheus: int = 9090
    alertmanager: int = 9093
    receiver: int = 8083


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything is, as host:port."""

    exporter: str
    relay: str
    prometheus: str
    alertmanager: str
    receiver: str

    @property
    def ready(self) -> list[str]:
        """What answers 200 once a part is up."""
        live = [f"http://{one}/livez" for one in (self.exporter, self.relay)]
        return [*live, *(f"http://{one}/-/ready" for one in (self.prometheus, self.alertmanager))]


class Monitor:
    """The watching processes: `with` starts them and ends them, `tend` keeps them alive. The tables are there before."""

    def __init__(self, folder: Path, addresses: Addresses, children: Children) -> None:
        self.addresses = addresses
        self._folder = folder
        self._children = children
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        self._lock = claimed(self._folder / "monitor.lock")
        try:
            self._children.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pids(self) -> dict[str, int | None]:
        """The processes by name; of a server that is not ours the one that holds its leash."""
        return self._children.pids

    def tend(self) -> None:
        """One look: what ended is started again."""
        self._children.tend()

    def stop(self) -> None:
        """Ends everything within ten seconds."""
        self._children.stop(time.monotonic() + KILL_AFTER)
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def monitor(
    settings: Settings,
    timeline: Timeline,
    said: Say,
    *,
    now: datetime,
    ports: Ports = Ports(),
) -> Monitor:
    """The monitor of a data folder, ready to start. Its configuration is written there, in `monitor/`.

    Where the settings name no file of recipients, everything is told to a receiver that prints it.
    """
    folder = settings.data_dir.absolute() / "monitor"
    folder.mkdir(parents=True, exist_ok=True)
    settings = settings.model_copy(
        update={"metrics_port": settings.metrics_port or free_port(), "relay_port": settings.relay_port or free_port()}
    )
    where = Addresses(
        exporter=f"{bracketed(settings.metrics_host)}:{settings.metrics_port}",
        relay=f"{bracketed(settings.relay_host)}:{settings.relay_port}",
        prometheus=f"{LOOPBACK}:{ports.prometheus or free_port()}",
        alertmanager=f"{LOOPBACK}:{ports.alertmanager or free_port()}",
        receiver=f"{LOOPBACK}:{ports.receiver or free_port()}",
    )
    printing = settings.recipients_file is None
    if printing:
        settings = settings.model_copy(update={"recipients_file": folder / "recipients.yml"})
        told_to(f"http://{where.receiver}/", _link(settings), folder / "recipients.yml")
    _configure(folder, settings, where, timeline, now)
    options = ["--json"] if said is say_json else []
    env = environment(settings)
    children = [
        *([_receiver(where.receiver, options)] if printing else []),
        of_shixian("relay", options, env),
        of_shixian("metrics", options, env),
        _leashed(folder, "alertmanager", located(ALERTMANAGER, said), _alertmanager(folder, where)),
        _leashed(folder, "prometheus", located(PROMETHEUS, said), _prometheus(folder, where)),
    ]
    return Monitor(folder, where, Children(children, where.ready, said))


def told_to(url: str, link: str, file: Path) -> None:
    """Writes a file of recipients in which one address receives every alert; the dead man's switch is only logged."""
    channels = {RECEIVER: {"kind": "webhook", "url": url}, "log": {"kind": "log"}}
    everybody = {"operators": [RECEIVER], "supervisors": [RECEIVER], "departments": {"default": [RECEIVER]}}
    text = yaml.safe_dump({"link": link, "channels": channels, "dead_man": ["log"], **everybody}, sort_keys=False)
    file.write_text(text, encoding="utf-8")


def _link(settings: Settings) -> str:
    return settings.public_url or f"http://{bracketed(settings.host)}:{settings.port}"


def _configure(folder: Path, settings: Settings, where: Addresses, timeline: Timeline, now: datetime) -> None:
    """Rules and configuration. A rehearsal's durations shrink with its time; it keeps no office hours."""
    real = timeline.identity
    rules_file = folder / "rules.yml"
    rules_file.write_text(rules.render(scale=timeline.rate), encoding="utf-8")
    configured = rules.prometheus_config(
        rules=str(rules_file),
        targets={"shixian": where.exporter, "shixian-relay": where.relay},
        alertmanager=where.alertmanager,
        interval=INTERVAL if real else QUICK_INTERVAL,
    )
    (folder / "prometheus.yml").write_text(configured, encoding="utf-8")
    named = settings.recipients_file
    told = render(
        recipients.load(named) if named is not None else recipients.default(),
        f"http://{where.relay}",
        today=today(timeline.business(now)),
        timing=SHIPPED if real else FAST,
        office_hours=real,
    )
    (folder / "alertmanager.yml").write_text(told, encoding="utf-8")


def _prometheus(folder: Path, where: Addresses) -> dict[str, str]:
    return {
        "--config.file": str(folder / "prometheus.yml"),
        "--storage.tsdb.path": str(folder / "prometheus"),
        "--storage.tsdb.retention.time": RETENTION,
        "--web.listen-address": where.prometheus,
        "--log.level": "warn",
    }


def _alertmanager(folder: Path, where: Addresses) -> dict[str, str]:
    return {
        "--config.file": str(folder / "alertmanager.yml"),
        "--storage.path": str(folder / "alertmanager"),
        "--web.listen-address": where.alertmanager,
        "--web.external-url": f"http://{where.alertmanager}/",
        "--cluster.listen-address": "",
        "--log.level": "warn",
    }


def _leashed(folder: Path, name: str, binary: Path, options: dict[str, str]) -> Child:
    """A server that is not ours: one line of parents down to it, and its configuration is what tells it from others."""
    leash = [sys.executable, "-P", "-m", "api.leash", str(folder / f"{name}.pid"), options["--config.file"]]
    given = [part for option in options.items() for part in option]
    return Child(name, [*leash, str(binary), *given], foreign_environment(), log=folder / f"{name}.log")


def _receiver(address: str, options: list[str]) -> Child:
    host, _, port = address.rpartition(":")
    return of_shixian("receiver", ["--host", host, "--port", port, *options], {})
