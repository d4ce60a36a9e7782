"""Where a rehearsal is played: a fresh folder, a time that begins in a moment, keys for the players, all processes."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from api.access.api_keys import CallerRole, new_key
from api.demo.players import AUDITOR, OFFICER, SUPERVISOR
from api.process_notes import Note, say_line
from api.processes.binaries import ALL
from api.processes.children import StartFailed
from api.processes.claims import free_port
from api.processes.embedded import LOOPBACK, embedded, open_store
from api.processes.monitor import Monitor, Ports, monitoring
from api.processes.monitor_config import told_to
from api.processes.receiver import Arrival, Receiver
from api.processes.stack import Stack
from api.real_clock import real_now
from api.settings import Settings, read_settings
from sla.commitments.register import Readings
from sla.companies import COMPANIES
from sla.timeline import Timeline

LEAD = 8.0  # seconds for worker and API to start before business time reaches the first day
MONITOR_LEAD = 8.0  # as many more for what watches
SHORT_GRACE = timedelta(seconds=2)  # of a rehearsal whose alerts are awaited
ATTEMPTS = 3  # each but the first with more time than the one before it took
OWN = "SHIXIAN_"
TAICANG_START = date(2020, 1, 1)  # the operator says it: the document has no date
TAKEN_OVER = frozenset(program.setting for program in ALL)  # where the servers' commands are
WORTH_SAYING = frozenset({"process-ended", "process-failed", "process-killed", "worker-interrupted"})


@dataclass(frozen=True, slots=True)
class House:
    """A rehearsal's processes, its time and its keys; where it is watched also the monitor, and what it has told so far."""

    stack: Stack
    timeline: Timeline
    keys: dict[str, str]
    monitor: Monitor | None = None
    arrivals: list[Arrival] = field(default_factory=list)

    def tend(self) -> None:
        """Look once: what ended is started again."""
        self.stack.tend()
        if self.monitor is not None:
            self.monitor.tend()


def forget_settings() -> None:
    """Forget the environment's own settings: none may lead the demo to another database, or to other readings."""
    for name in [name for name in os.environ if name.startswith(OWN) and name not in TAKEN_OVER]:
        del os.environ[name]


@contextlib.contextmanager
def opened(folder: Path, begins: datetime, rate: int, *, watched: bool = False) -> Iterator[House]:
    """Run a rehearsal in a fresh folder, come up before it begins; ended on leaving. `watched`: with the monitor."""
    lead = LEAD + (MONITOR_LEAD if watched else 0)
    for _ in range(ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        settings = settings_of(folder, alarm_grace=SHORT_GRACE if watched else None)
        keys = _keys(settings)
        sooner = begins - timedelta(seconds=lead) * rate
        with (
            embedded(settings, _heard, begins=sooner, rate=rate, temporal_port=0) as stack,
            _house(settings, stack, keys, watched=watched) as house,
        ):
            late = (real_now() - house.timeline.real(begins)).total_seconds()
            if late < 0:
                yield house
                return
        lead = 2 * (lead + late) + LEAD
    raise StartFailed(f"{StartFailed.__doc__} This machine is too slow for a rehearsal at this rate.")


@contextlib.contextmanager
def _house(settings: Settings, stack: Stack, keys: dict[str, str], *, watched: bool) -> Iterator[House]:
    timeline = _timeline(settings)
    if not watched:
        yield House(stack, timeline, keys)
        return
    arrivals: list[Arrival] = []
    recipients = settings.data_dir / "recipients.yml"
    with Receiver(LOOPBACK, 0, arrivals.append) as receiver:
        told_to(receiver.url, stack.url, recipients)
        anywhere = {"metrics_port": 0, "relay_port": 0, "recipients_file": recipients}
        settings = settings.model_copy(update=anywhere)
        with monitoring(settings, timeline, _heard, ports=Ports(0, 0, 0)) as monitor:
            yield House(stack, timeline, keys, monitor, arrivals)


@contextlib.contextmanager
def reopened(folder: Path, begins: datetime, rate: int, **more: object) -> Iterator[tuple[Stack, Timeline]]:
    """Return a rehearsal that was played, going on from an instant at another rate, and its time. `more`: settings of it."""
    settings = settings_of(folder).model_copy(update=more)
    with closing(open_store(settings)) as store:
        timeline = store.go_on(begins, real_now(), rate)
    with embedded(settings, _heard, temporal_port=0) as stack:
        yield stack, timeline


def settings_of(folder: Path, *, alarm_grace: timedelta | None = None) -> Settings:
    """Return the settings of a rehearsal, in which a few keys do the work of a city."""
    database = f"sqlite:///{(folder / 'ledger.sqlite').absolute()}"
    readings = Readings(taicang_start=TAICANG_START)
    return read_settings(
        data_dir=folder,
        database_url=database,
        port=free_port(),
        alarm_grace=alarm_grace,
        readings=readings,
        requests_per_second=0,
        expensive_per_second=0,
    )


def _keys(settings: Settings) -> dict[str, str]:
    now = real_now()
    keys: dict[str, str] = {}
    players: list[tuple[str, CallerRole, str | None]] = [
        (OFFICER, CallerRole.OFFICER, None),
        (SUPERVISOR, CallerRole.SUPERVISOR, None),
        (AUDITOR, CallerRole.AUDITOR, None),
    ]
    players += [(company, CallerRole.UTILITY, company) for company in COMPANIES]
    with closing(open_store(settings)) as store:
        store.migrate()
        for name, role, company in players:
            keys[name], kept = new_key(actor=f"demo-{name}", role=role, company=company, now=now, sandbox=True)
            store.add_key(kept)
    return keys


def _timeline(settings: Settings) -> Timeline:
    with closing(open_store(settings)) as store:
        return store.timeline()


def _heard(said: Note) -> None:
    """Of what the processes say only that something went wrong is of interest here."""
    if said.event in WORTH_SAYING:
        say_line(said)
