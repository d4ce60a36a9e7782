"""Who was told of what, over which channel, and whether it arrived; no address is among it."""

from datetime import datetime

from activities.store.notices import Delivery, ToldAlert
from sla.departments import DEPARTMENTS
from sla.model import Model


class AlertTold(Model):
    """An alert of a case as a receiver was told of it; instants are real ones.

    `kind`: raised or withdrawn. `named`: by itself, not only in a number of further ones. `reason`: of a withdrawal.
    """

    number: int
    at: datetime
    receiver: str
    channel: str
    kind: str
    alertname: str
    severity: str
    step: str | None
    named: bool
    reason: str | None
    delivery: Delivery


class CaseTold(Model):
    """Who was told of a case, the newest first. `next` goes on where this page ends."""

    told: tuple[AlertTold, ...]
    next: str | None


def alert_told(one: ToldAlert) -> AlertTold:
    """Return an alert as it was told."""
    alert = one.alert
    return AlertTold(
        number=one.number,
        at=one.at,
        receiver=one.receiver,
        channel=one.channel,
        kind=one.kind,
        alertname=alert.alertname,
        severity=alert.severity,
        step=alert.step,
        named=alert.named,
        reason=alert.reason,
        delivery=one.delivery,
    )


def receivers_of(owners: tuple[str, ...]) -> list[str]:
    """Return the receivers that owners of steps are."""
    return [one.id for one in DEPARTMENTS.values() if one.title_zh in owners]
