"""A notice: what is told to one receiver at once. The gravest ten by name, the rest by number and a link."""

from collections.abc import Iterable
from datetime import UTC, datetime

from activities.store.tellings import AlertLine, Told
from api.relay.dedup import rank
from api.relay.resolution import Reason
from sla.departments import DEPARTMENTS
from sla.model import Model

NAMED = 10
LATEST = datetime.max.replace(tzinfo=UTC)
TITLES = {"dead-man": "值守开关 dead-man's switch", "operators": "运维 operators", "supervisors": "督查 supervisors"}

Subjects = Iterable[tuple[Told, Reason | None]]


class AlertShown(Model):
    """An alert as a notice names it; real instants."""

    alertname: str
    severity: str
    scope: str
    labels: dict[str, str]
    summary_zh: str = ""
    summary: str = ""
    description_zh: str = ""
    description: str = ""
    again: bool = False  # it was withdrawn before, and has come back
    started_at: datetime
    ended_at: datetime | None = None
    reason: str | None = None
    reason_zh: str | None = None
    link: str = ""
    runbook_url: str = ""


class Notification(Model):
    """What is told at once. `kind`: raised, withdrawn or reminder."""

    receiver: str
    recipient: str
    kind: str
    alerts: tuple[AlertShown, ...]
    more: int = 0
    link: str = ""


def notice(receiver: str, kind: str, subjects: Subjects, link: str) -> Notification:
    """Return the notice of these subjects."""
    ordered = _by_gravity(subjects)
    return Notification(
        receiver=receiver,
        recipient=TITLES.get(receiver) or (DEPARTMENTS[receiver].title_zh if receiver in DEPARTMENTS else receiver),
        kind=kind,
        alerts=tuple(_shown(told, why, link) for told, why in ordered[:NAMED]),
        more=max(0, len(ordered) - NAMED),
        link=link,
    )


def lines(subjects: Subjects) -> tuple[AlertLine, ...]:
    """Return all of them, as evidence."""
    return tuple(
        AlertLine(
            alertname=told.labels["alertname"],
            severity=told.severity,
            case=told.case,
            step=told.labels.get("step"),
            named=pos < NAMED,
            reason=None if why is None else why.code,
        )
        for pos, (told, why) in enumerate(_by_gravity(subjects))
    )


def _by_gravity(subjects: Subjects) -> list[tuple[Told, Reason | None]]:
    """The most severe first; of these the one that is overdue longest."""
    return sorted(subjects, key=lambda one: (-rank(one[0].severity), one[0].due_at or LATEST, one[0].started_at))


def _shown(told: Told, why: Reason | None, link: str) -> AlertShown:
    said = told.annotations
    return AlertShown(
        alertname=told.labels["alertname"],
        severity=told.severity,
        scope=told.scope,
        labels=dict(told.labels),
        summary_zh=said.get("summary_zh", ""),
        summary=said.get("summary", ""),
        description_zh=said.get("description_zh", ""),
        description=said.get("description", ""),
        again=told.again and why is None,
        started_at=told.started_at,
        ended_at=told.ended_at if why is not None else None,
        reason=None if why is None else why.en,
        reason_zh=None if why is None else why.zh,
        link=f"{link}/cases/{told.case}" if link and told.case else link,
        runbook_url=said.get("runbook_url", ""),
    )
