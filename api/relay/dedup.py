"""What a receiver was told, and what of a webhook is new to it. Pure: the transaction round it is the store's."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from activities.store.tellings import Firing, State, Told
from api.alerting.model import WATCHDOG, Severity
from api.relay.webhook import CONFIRMED, PostedAlert

SEVERITIES = tuple(Severity)  # the least first


class Known(NamedTuple):
    """What the read model says of an alert's case or step: whether it holds (None: it cannot say), and what is due when."""

    holds: bool | None
    due_at: datetime | None


class Taken(NamedTuple):
    """What a webhook comes to for one receiver."""

    remembered: tuple[Told, ...]  # what has changed
    news: tuple[Told, ...]  # of these, what is to be told
    alive: tuple[PostedAlert, ...]  # what is told each time, being there only to say that all is alive


def take(
    receiver: str,
    known: Mapping[str, Told],
    alerts: Iterable[PostedAlert],
    now: datetime,
    of: Callable[[PostedAlert], Known],
) -> Taken:
    """Fold a webhook's alerts into what the receiver was told. `of` asks the read model about an alert."""
    found = sorted(alerts, key=lambda alert: not alert.firing)  # what is less grave now goes on, it does not end
    listed = {alert.fingerprint for alert in found if alert.firing}
    changed: dict[str, Told] = {}
    news: dict[str, Told] = {}
    for alert in found:
        if alert.name == WATCHDOG:
            continue
        before = changed.get(alert.subject) or known.get(alert.subject)
        if not alert.firing:
            after = _resolved(before, alert, now, listed)
        elif _is_news(before, alert, holding := of(alert)):
            after = news[alert.subject] = _raised(receiver, before, alert, now, holding)
        else:
            after = _still(before, alert, now, holding)
        if after is not None:
            changed[alert.subject] = after
    alive = tuple(alert for alert in found if alert.name == WATCHDOG and alert.firing)
    return Taken(tuple(changed.values()), tuple(news.values()), alive)


def withdrawn(told: Told, now: datetime) -> Told:
    """Return the subject once its resolution is confirmed."""
    return told.model_copy(update={"state": State.WITHDRAWN, "since": now})


def alive(receiver: str, alert: PostedAlert, now: datetime) -> Told:
    """Say what is told of an alert that is not remembered."""
    return _raised(receiver, None, alert, now, Known(holds=True, due_at=None))


def rank(severity: str) -> int:
    """Say how severe, as a number; a word of others' counts as the least that is told."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else 1


def _is_news(before: Told | None, alert: PostedAlert, known: Known) -> bool:
    if before is None:
        return True
    same = before.firing.get(alert.fingerprint) == _fires(alert)
    if before.state is State.WITHDRAWN:
        # an alert lives on a while after its case has ended, or comes again where Prometheus was started again
        old = known.holds is False or same or alert.starts_at <= before.since
        return alert.scope not in CONFIRMED or known.holds is True or not old
    return rank(alert.severity) > rank(before.severity) or (not same and _is_another(before, alert, known))


def _is_another(before: Told, alert: PostedAlert, known: Known) -> bool:
    """Whether what begins to fire is not what was told, the end of which never came here (it fell into closed hours).

    Of a case or step the due instant tells; of all else, that it was not said to have ended.
    """
    if alert.scope in CONFIRMED:
        moved = None not in (known.due_at, before.due_at) and known.due_at != before.due_at
        return moved and known.holds is not False
    return before.state is State.TOLD and alert.fingerprint in before.firing


def _fires(alert: PostedAlert) -> Firing:
    return Firing(severity=alert.severity, started_at=alert.starts_at)


def _raised(receiver: str, before: Told | None, alert: PostedAlert, now: datetime, known: Known) -> Told:
    others = before.firing if before is not None and before.state is State.TOLD else {}
    return Told(
        receiver=receiver,
        subject=alert.subject,
        state=State.TOLD,
        since=now,
        case=alert.labels.get("case_id"),
        severity=alert.severity,
        scope=alert.scope,
        labels=alert.labels,
        annotations=alert.annotations,
        started_at=alert.starts_at,
        again=before is not None and before.state is State.WITHDRAWN,
        due_at=known.due_at,
        firing={**others, alert.fingerprint: _fires(alert)},
    )


def _still(before: Told | None, alert: PostedAlert, now: datetime, known: Known) -> Told | None:
    """It fires on, or again after a resolution that was none; None where nothing is to be noted."""
    if before is None or before.state is State.WITHDRAWN:
        return None
    if before.state is State.HELD:
        if alert.scope in CONFIRMED and known.holds is False:
            return None  # a resolution that is true; Prometheus, started again, sees for five minutes what was before
        change = {"state": State.TOLD, "since": now, "ended_at": None, "firing": {alert.fingerprint: _fires(alert)}}
        return before.model_copy(update=change)
    if before.firing.get(alert.fingerprint) == _fires(alert):
        return None
    return before.model_copy(update={"firing": {**before.firing, alert.fingerprint: _fires(alert)}})


def _resolved(before: Told | None, alert: PostedAlert, now: datetime, listed: set[str]) -> Told | None:
    """Held until it is confirmed. Who was never told of it need not hear that it is over."""
    if before is None or before.state is not State.TOLD or alert.fingerprint not in before.firing:
        return None
    # Another severity of it that was inhibited may have ended unsaid: of cases and steps the read model knows better.
    rest = {
        fingerprint: fires
        for fingerprint, fires in before.firing.items()
        if fingerprint != alert.fingerprint and (fingerprint in listed or before.scope not in CONFIRMED)
    }
    if rest and before.scope in CONFIRMED:
        return before.model_copy(update={"firing": rest})
    if rest:  # graver again later is news again
        least = max((fires.severity for fires in rest.values()), key=rank)
        return before.model_copy(update={"firing": rest, "severity": least})
    return before.model_copy(update={"state": State.HELD, "since": now, "ended_at": alert.ends_at})
