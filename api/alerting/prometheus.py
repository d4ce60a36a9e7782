"""Prometheus's files, rendered: the rules, and a configuration that scrapes, evaluates and tells."""

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import yaml

from api.alerting.model import NONE, RUNBOOKS, VALUE, Alert, Group, Record, Scope
from api.alerting.platform_alerts import PLATFORM
from api.alerting.promise_alerts import CASES, COMMITMENTS, COMMON, DEPARTMENTS, STEPS, red_cards
from api.alerting.records import RECORDS

INTERVAL = "5s"
SERIES = 5000  # steps, and cases, that the exporter shows by themselves where no setting says otherwise
RULES = "rules/shixian.yml"  # beside the configuration
ALERTMANAGER = "127.0.0.1:9093"
# Where the processes of one machine listen when nothing else is said. API and worker are added with a key and an address.
TARGETS: Mapping[str, str] = MappingProxyType(
    {
        "shixian": "127.0.0.1:8081",
        "shixian-relay": "127.0.0.1:8082",
        "prometheus": "127.0.0.1:9090",
        "alertmanager": ALERTMANAGER,
    }
)
ROOM = timedelta(seconds=10)  # two scrapes, which a scaled duration leaves to machines
_UNITS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
# Fuses: a target that exports more than this is taken for broken, and counts as down.
_SAMPLES = 10_000
_SAMPLES_OF_EXPORTER, _SAMPLES_OF_ONE = 30_000, 6  # without single steps and cases, and of a step with a case
_LABELS = 30
# Thousands of these may fire. Each label of a rule is a template, read anew for each of them at each evaluation, which costs
# a hundred times what it costs to have the expression bring it. Severity stays: promtool tells two rules of one name by it.
_MANY = (Scope.STEP, Scope.CASE)


def groups(red_card: Mapping[str, int] = COMMON) -> tuple[Group, ...]:
    """Return every rule there is; `red_card`: working days until the red card where it is not the common number, by procedure."""
    records = Group(name="shixian-records", records=RECORDS)
    return (records, STEPS, red_cards(red_card), CASES, DEPARTMENTS, COMMITMENTS, PLATFORM)


def render(scale: float = 1, red_card: Mapping[str, int] = COMMON, *, runbooks: str = RUNBOOKS) -> str:
    """Return the file of rules. A rehearsal that runs `scale` times as fast has durations that much shorter, and nothing else.

    What bridges the absence of a machine stays two scrapes long: machines live in real time.
    """
    if scale <= 0:
        msg = f"a scale must be positive, not {scale}"
        raise ValueError(msg)
    found = [
        {
            "name": group.name,
            "rules": [
                *(_record(record) for record in group.records),
                *(_alert(alert, scale, runbooks) for alert in group.alerts),
            ],
        }
        for group in groups(red_card)
    ]
    return _yaml({"groups": found})


def prometheus_config(
    *,
    rules: str = RULES,
    targets: Mapping[str, str] = TARGETS,
    alertmanager: str = ALERTMANAGER,
    interval: str = INTERVAL,
    keys: Mapping[str, str] = MappingProxyType({}),
    series: int = SERIES,
) -> str:
    """Return prometheus's configuration. `targets`: host and port by job; `keys`: the file of a job's bearer token.

    `series`: steps, and cases, that the exporter may show by themselves before it is taken for broken.
    """
    fuses = {"shixian": _SAMPLES_OF_EXPORTER + _SAMPLES_OF_ONE * series}
    return _yaml(
        {
            "global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval},
            "rule_files": [rules],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
            "scrape_configs": [
                _scraped(job, target, keys.get(job), fuses.get(job, _SAMPLES)) for job, target in targets.items()
            ],
        }
    )


def duration(length: timedelta) -> str:
    """Write a duration as Prometheus does; never less than a millisecond."""
    left, written = max(1, round(length / timedelta(milliseconds=1))), ""
    for unit, size in _UNITS.items():
        count, left = divmod(left, size)
        written += f"{count}{unit}" if count else ""
    return written


def _record(record: Record) -> dict[str, Any]:
    return {"record": record.name, "expr": record.expression}


def _alert(alert: Alert, scale: float, runbooks: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"alert": alert.name, "expr": _expression(alert, scale)}
    if alert.hold:
        bridging = alert.scope is Scope.PLATFORM
        rule["for"] = duration(_scaled(alert.hold, scale, ROOM if bridging else NONE))
    if alert.keep:
        rule["keep_firing_for"] = duration(_scaled(alert.keep, scale, ROOM))
    rule["labels"] = {"severity": alert.severity.value, "scope": alert.scope.value}
    if alert.scope in _MANY:
        del rule["labels"]["scope"]  # which its expression brings
    rule["annotations"] = {"summary": _line(alert), VALUE: "{{ $value }}", "runbook_url": f"{runbooks}/{alert.name}.md"}
    return rule


def _line(alert: Alert) -> str:
    """For Prometheus and Alertmanager alone: at each evaluation it is made anew for every alert, so it asks nothing."""
    return " ".join([alert.name, *(f"{{{{ $labels.{label} }}}}" for label in alert.about)])


def _expression(alert: Alert, scale: float) -> str:
    expression = alert.expression.replace("$offset", f"offset {duration(alert.offset / scale)}")
    if alert.scope not in _MANY:
        return expression
    return f'label_replace(\n{expression},\n"scope", "{alert.scope}", "", "")'


def _scaled(length: timedelta, scale: float, least: timedelta) -> timedelta:
    return max(length / scale, min(length, least))


def _scraped(job: str, target: str, key: str | None, samples: int) -> dict[str, Any]:
    secret = {} if key is None else {"authorization": {"credentials_file": key}}
    return {
        "job_name": job,
        **secret,
        "sample_limit": samples,
        "label_limit": _LABELS,
        "static_configs": [{"targets": [target]}],
    }


class _Dumper(yaml.SafeDumper):
    """Texts of several lines, or with marks that YAML would escape, stand as blocks."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    block = "\n" in text or re.search(r"[{}`'\"#]", text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if block else None)


_Dumper.add_representer(str, _text)


def _yaml(document: object) -> str:
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
