"""The files by which Prometheus, Alertmanager and the relay know what to watch, where, and who is told."""

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import yaml

from api.access.api_keys import LONGEST_DAYS, CallerRole, hashed, new_key
from api.alerting import prometheus, recipients
from api.alerting.alertmanager import FAST, SHIPPED, render
from api.processes.embedded import open_store
from api.settings import Settings
from sla.almanac import Almanac
from sla.axis import local_day
from sla.timeline import Timeline

INTERVAL, QUICK_INTERVAL = "5s", "1s"  # between scrapes; a rehearsal is in a hurry
RECEIVER = "receiver"
RENEWED = timedelta(days=30)  # before its end


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything is, as host:port."""

    api: str
    exporter: str
    relay: str
    prometheus: str
    alertmanager: str
    receiver: str
    worker: str  # empty: it shows none

    @property
    def watched(self) -> list[str]:
        """What answers 200 once the parts that Prometheus asks, or tells, are up."""
        return [*(f"http://{one}/livez" for one in (self.exporter, self.relay)), f"http://{self.alertmanager}/-/ready"]

    @property
    def watching(self) -> list[str]:
        """What answers 200 once Prometheus is up."""
        return [f"http://{self.prometheus}/-/ready"]


def configure(folder: Path, settings: Settings, where: Addresses, timeline: Timeline, now: datetime) -> None:
    """Write Prometheus' rules and configuration. A rehearsal's durations shrink with its time."""
    real = timeline.identity
    rules_file = folder / "rules.yml"
    rules_file.write_text(
        prometheus.render(timeline.rate, settings.red_cards, runbooks=settings.runbooks_url), encoding="utf-8"
    )
    targets = {"shixian": where.exporter, "shixian-relay": where.relay, "shixian-api": where.api}
    if where.worker:
        targets["shixian-worker"] = where.worker
    configured = prometheus.prometheus_config(
        rules=str(rules_file),
        targets={**targets, "prometheus": where.prometheus, "alertmanager": where.alertmanager},
        alertmanager=where.alertmanager,
        interval=INTERVAL if real else QUICK_INTERVAL,
        keys={"shixian-api": str(_key(folder / "api.key", settings, now))},
        series=settings.metrics_series,
    )
    (folder / "prometheus.yml").write_text(configured, encoding="utf-8")


def tell(
    folder: Path, settings: Settings, where: Addresses, timeline: Timeline, now: datetime, almanac: Almanac
) -> None:
    """Write for Alertmanager who is told, and in which hours; a rehearsal keeps none."""
    real = timeline.identity
    told = render(
        recipients.chosen(settings.recipients_file),
        f"http://{where.relay}",
        today=local_day(timeline.business(now)),
        almanac=almanac,
        timing=SHIPPED if real else FAST,
        office_hours=real,
        policy=settings.policy,
    )
    written = folder / "alertmanager.yml.new"  # so that nobody reads half of it
    written.write_text(told, encoding="utf-8")
    written.replace(folder / "alertmanager.yml")


def told_to(url: str, link: str, file: Path) -> None:
    """Write a file of recipients in which one address receives every alert; the dead man's switch is only logged."""
    channels = {RECEIVER: {"kind": "webhook", "url": url}, "log": {"kind": "log"}}
    everybody = {"operators": [RECEIVER], "supervisors": [RECEIVER], "departments": {"default": [RECEIVER]}}
    text = yaml.safe_dump({"link": link, "channels": channels, "dead_man": ["log"], **everybody}, sort_keys=False)
    file.write_text(text, encoding="utf-8")


def _key(file: Path, settings: Settings, now: datetime) -> Path:
    """The file of the key with which Prometheus reads the API's metrics; a new one in the last month of the old one."""
    with closing(open_store(settings)) as store:
        known = store.key_by_hash(hashed(file.read_text())) if file.exists() else None
        if known is None or known.revoked or (known.expires and known.expires - now < RENEWED):
            text, kept = new_key(actor="prometheus", role=CallerRole.AUDITOR, now=now, days=LONGEST_DAYS)
            store.add_key(kept)
            file.touch(mode=0o600)
            file.write_text(text)
    return file
