"""The files by which Prometheus, Alertmanager and the relay know what to watch, where, and who is told."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

from api.alerting import prometheus, recipients
from api.alerting.alertmanager import FAST, SHIPPED, render
from api.processes.embedded import secret
from api.settings import Settings
from sla.almanac import Almanac
from sla.axis import local_day
from sla.timeline import Timeline

INTERVAL, QUICK_INTERVAL = "5s", "1s"  # between scrapes; a rehearsal is in a hurry
RECEIVER = "receiver"


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


def configure(folder: Path, settings: Settings, where: Addresses, timeline: Timeline) -> None:
    """Write Prometheus' rules and configuration. A rehearsal's durations shrink with its time."""
    real = timeline.identity
    rules_file = folder / "rules.yml"
    rules_file.write_text(
        prometheus.render(timeline.rate, settings.red_cards, runbooks=settings.runbooks_url), encoding="utf-8"
    )
    targets = {"shixian": where.exporter, "shixian-relay": where.relay, "shixian-api": where.api}
    if where.worker:
        targets["shixian-worker"] = where.worker
    scraped = str(secret(settings, "scrape_token_file"))
    configured = prometheus.prometheus_config(
        rules=str(rules_file),
        targets={**targets, "prometheus": where.prometheus, "alertmanager": where.alertmanager},
        alertmanager=where.alertmanager,
        interval=INTERVAL if real else QUICK_INTERVAL,
        keys=dict.fromkeys(("shixian", "shixian-relay", "shixian-api"), scraped),
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
        token_file=str(secret(settings, "relay_token_file")),
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
