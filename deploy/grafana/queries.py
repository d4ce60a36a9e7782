"""Expressions that several pages share. Replicas read one database, so they are met with max, never with sum."""

from api.exporter.catalogue import Light

JOB = 'job=~"$job"'
HERE = ('department=~"$department"', 'procedure=~"$procedure"')
OVERDUE = f'standing="{Light.OVERDUE}"'
_FIRING = ('alertstate="firing"', 'alertname=~"Shixian.+"')


def of(name: str, *matchers: str) -> str:
    """Return a record, or a metric of one process, of the chosen jobs."""
    return f"{name}{{{', '.join((JOB, *matchers))}}}"


def one(name: str, *matchers: str) -> str:
    """Return a metric of the exporter, whichever replica says it."""
    return f"max without (instance, pod) ({of(name, *matchers)})"


def firing(*matchers: str) -> str:
    """Select alerts that fire. One that is made from several jobs, or from none, has no job label."""
    return f"ALERTS{{{', '.join((*_FIRING, *matchers))}}}"


def milliseconds(expr: str) -> str:
    """Return a timestamp as Grafana wants it."""
    return f"({expr}) * 1000"


def business_now() -> str:
    """Now in business time, for each job."""
    return f"max by (job) ({of('shixian_business_timestamp_seconds')})"


def to_come(expr: str) -> str:
    """Keep those due after the present business time."""
    return f"{expr} > on (job) group_left () {business_now()}"


def left(expr: str) -> str:
    """Say how long it still is in business time."""
    return f"{expr} - on (job) group_left () {business_now()}"


def since(expr: str) -> str:
    """Say how long it has been in real time."""
    return f"time() - {expr}"


def since_business(expr: str) -> str:
    """Say how long ago a date was in business time."""
    return f"-1 * ({left(expr)})"


def titled(expr: str, *labels: str) -> str:
    """Add Chinese titles as further labels; `labels` tell the rows apart. A row whose titles are unknown stays."""
    joins = " ".join(_join(label) for label in labels if label in _TITLES)
    return f"(({expr}) {joins}) or on (job, {', '.join(labels)}) ({expr})"


def _join(label: str) -> str:
    keys, title = _TITLES[label]
    named = f'label_replace({of(f"shixian_{label}_info")}, "{title}", "$1", "title_zh", "(.+)")'
    return f"* on ({keys}) group_left ({title}) max by ({keys}, {title}) ({named})"


_TITLES = {
    "department": ("department", "owner"),
    "procedure": ("procedure", "matter"),
    "step": ("procedure, step", "task"),
    "commitment": ("commitment", "promise"),
}
