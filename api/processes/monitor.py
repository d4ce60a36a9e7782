"""What watches the cases, beside `serve` over the same data: exporter, Prometheus, Alertmanager, relay, and a receiver."""

import contextlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from activities.almanacs import AlmanacHolder
from api.private_files import private_folder
from api.process_notes import Say, bracketed, say_json
from api.processes.binaries import ALERTMANAGER, PROMETHEUS
from api.processes.children import Child, Children, of_shixian
from api.processes.claims import claim, free_port
from api.processes.embedded import LOOPBACK, environment, keep_private, located, open_store, with_secrets
from api.processes.monitor_config import Addresses, configure, tell, told_to
from api.processes.office_hours_keeper import OfficeHoursKeeper
from api.processes.run_tethered import foreign_environment
from api.real_clock import real_now
from api.settings import Settings
from sla.release import RELEASE
from sla.timeline import Timeline

KILL_AFTER = 7.5  # seconds, of the ten within which all has ended
RETENTION = "15d"
# To Alertmanager, which forgets what fires when it ends itself, and holds it for over after four times without a repeat.
REPEATED, QUICKLY_REPEATED = "1m", "5s"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the parts listen on loopback that are not settings; 0 is any free one."""

    prometheus: int = 9090
    alertmanager: int = 9093
    receiver: int = 8083


@dataclass(frozen=True, slots=True)
class Monitor:
    """The watching processes while they run."""

    addresses: Addresses
    parts: Sequence[Children]  # in the order in which they start
    hours: OfficeHoursKeeper

    @property
    def pids(self) -> dict[str, int | None]:
        """The processes by name; of a server that is not ours the one that holds its leash."""
        return {name: pid for part in self.parts for name, pid in part.pids.items()}

    def tend(self) -> None:
        """Look once: what ended is started again."""
        for part in self.parts:
            part.tend()
        self.hours.tend()

    def stop(self) -> None:
        """End everything within ten seconds."""
        until = time.monotonic() + KILL_AFTER
        for part in self.parts:
            part.ask_to_end()
        for part in self.parts:
            part.wait(until)


@contextlib.contextmanager
def monitoring(settings: Settings, timeline: Timeline, said: Say, *, ports: Ports = Ports()) -> Iterator[Monitor]:
    """Run what watches a data folder whose tables are there, from entering until at most 10 s after leaving.

    Its configuration is written in the folder `monitor/`. Where the settings name no file of recipients, everything is
    told to a receiver that prints it.
    """
    keep_private(settings, said)
    folder = settings.data_dir.absolute() / "monitor"
    private_folder(folder)
    with contextlib.ExitStack() as running_parts:
        running_parts.enter_context(contextlib.closing(claim(folder / "monitor.lock")))
        settings = with_secrets(settings, "relay_token_file", "scrape_token_file").model_copy(
            update={
                "metrics_port": settings.metrics_port or free_port(),
                "relay_port": settings.relay_port or free_port(),
            }
        )
        where = _addresses(settings, ports)
        printing = settings.recipients_file is None
        if printing:
            file = folder / "recipients.yml"
            told_to(f"http://{where.receiver}/", settings.public_url or f"http://{where.api}", file)
            settings = settings.model_copy(update={"recipients_file": file})
        store = running_parts.enter_context(contextlib.closing(open_store(settings)))
        holder = AlmanacHolder(store, RELEASE)
        configure(folder, settings, where, timeline)
        hours = OfficeHoursKeeper(
            holder.renew,
            lambda almanac: tell(folder, settings, where, timeline, real_now(), almanac),
            where.alertmanager,
            said,
        )
        options = ["--json"] if said is say_json else []
        env = environment(settings)
        watched = [
            *([_receiver(where.receiver, options)] if printing else []),
            of_shixian("relay", options, env),
            of_shixian("metrics", options, env),
            _leashed(folder, "alertmanager", located(ALERTMANAGER, said), _alertmanager(folder, where)),
        ]
        # Last, so that it finds none of them missing.
        prometheus = _leashed(folder, "prometheus", located(PROMETHEUS, said), _prometheus(folder, where, timeline))
        running = Monitor(
            where, (Children(watched, where.watched, said), Children([prometheus], where.watching, said)), hours
        )
        try:
            for part in running.parts:
                part.start()
            yield running
        finally:
            running.stop()


def _addresses(settings: Settings, ports: Ports) -> Addresses:
    return Addresses(
        api=f"{bracketed(settings.host)}:{settings.port}",
        exporter=f"{bracketed(settings.metrics_host)}:{settings.metrics_port}",
        relay=f"{bracketed(settings.relay_host)}:{settings.relay_port}",
        prometheus=f"{LOOPBACK}:{ports.prometheus or free_port()}",
        alertmanager=f"{LOOPBACK}:{ports.alertmanager or free_port()}",
        receiver=f"{LOOPBACK}:{ports.receiver or free_port()}",
        worker=settings.worker_metrics,
    )


def _prometheus(folder: Path, where: Addresses, timeline: Timeline) -> dict[str, str]:
    return {
        "--config.file": str(folder / "prometheus.yml"),
        "--storage.tsdb.path": str(folder / "prometheus"),
        "--storage.tsdb.retention.time": RETENTION,
        "--rules.alert.resend-delay": REPEATED if timeline.identity else QUICKLY_REPEATED,
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
    leash = [
        sys.executable,
        "-P",
        "-m",
        "api.processes.run_tethered",
        str(folder / f"{name}.pid"),
        options["--config.file"],
    ]
    given = [part for option in options.items() for part in option]
    return Child(name, [*leash, str(binary), *given], foreign_environment(), log=folder / f"{name}.log")


def _receiver(address: str, options: list[str]) -> Child:
    host, _, port = address.rpartition(":")
    return of_shixian("receiver", ["--host", host, "--port", port, *options], {})
