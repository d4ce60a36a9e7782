"""Webhooks as Alertmanager sends them, a clock that is set by hand, and cases settled without a server."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.record import Event, Head, Picture, changes
from activities.settle import Settle, Settler, as_settled
from activities.store.store import Store
from activities.store.tellings import Telling, TellingFilter
from api.alerting.recipients import Channel, ChannelKind, Recipients
from api.relay.notifier import Desk as RelayDesk
from api.relay.webhook import Webhook, read
from sla.clock import Policy
from sla.release import RELEASE
from sla.timeline import REAL_TIME, Timeline
from tests.desk import at
from workflows.answers import Decision
from workflows.decide import decide
from workflows.fold import fold
from workflows.messages import Message
from workflows.picture import picture
from workflows.state import CaseState

GRACE = timedelta(seconds=5)
NOBODY = "0001-01-01T00:00:00Z"
LOG = Channel(name="log", kind=ChannelKind.LOG)
RECEIVERS = ("sz-water", "sz-approval", "operators", "supervisors", "dead-man")


class Hand:
    """A clock set by hand; business time is real time."""

    def __init__(self, text: str = "2021-03-01 09:00") -> None:
        self.at = at(text)

    def __call__(self) -> datetime:
        return self.at.astimezone(UTC)

    def set(self, text: str) -> None:
        self.at = at(text)


class LiveCase:
    """A case whose commands are decided, folded and settled as the workflow does it."""

    def __init__(self, store: Store, hand: Hand, case: str = "SZ-1") -> None:
        self.case = case
        self._hand = hand
        self._settler = Settler(store, REAL_TIME, GRACE, hand, RELEASE)
        self._state: CaseState | None = None
        self._drawn: Picture | None = None
        self._head = Head()
        self._due: Mapping[str, datetime | None] = {}

    def take(self, *commands: Message) -> None:
        """Each command when it was told."""
        for command in commands:
            self._hand.at = command.told
            answer = decide(self._state, command, self._due)
            assert isinstance(answer, Decision)
            self._settle(answer)

    def ring(self, text: str) -> None:
        """An alarm at an instant."""
        self._hand.set(text)
        self._settle(None)

    def _settle(self, decision: Decision | None) -> None:
        events = () if decision is None else (decision.event,)
        numbered = [
            Event.model_construct(**dict(event), seq=self._head.seq + 1, calendar="", hash="") for event in events
        ]
        state = fold(self._state, numbered, self.case) if numbered else self._state
        assert state is not None
        after = picture(state)
        known = self._state
        settled = self._settler.settle(
            Settle.model_construct(
                case=self.case,
                expected=self._head,
                events=events,
                changes=changes(self._drawn, after),
                as_of=known.as_of if known else None,
                calendar=known.events[-1].calendar if known else None,
            )
        )
        news = [
            Event.model_construct(**dict(event), seq=self._head.seq + 1, calendar=settled.calendar, hash=hashed)
            for event, hashed in zip(events, settled.hashes, strict=True)
        ]
        for event in (*news, *settled.found):
            self._state = fold(self._state, [event], self.case)
            self._head = Head(seq=event.seq, hash=event.hash)
        self._drawn = as_settled(after, settled)
        self._due = settled.due


def alert(
    name: str = "ShixianStepOverdue",
    *,
    case: str | None = "SZ-1",
    step: str | None = "joint-site-survey",
    severity: str = "warning",
    scope: str = "step",
    firing: bool = True,
    since: datetime | str = "2021-03-04 17:31",
    **labels: str,
) -> dict[str, Any]:
    """An alert of a group."""
    named = {"alertname": name, "severity": severity, "scope": scope, **labels}
    if case is not None:
        named["case_id"] = case
    if step is not None:
        named["step"] = step
    began = at(since) if isinstance(since, str) else since
    fingerprint = hashlib.sha256(json.dumps(sorted(named.items())).encode()).hexdigest()[:16]
    return {
        "status": "firing" if firing else "resolved",
        "labels": named,
        "annotations": {
            "summary_zh": f"【黄牌】案件 {case} 环节逾期",
            "summary": f"Yellow card: case {case} is overdue",
            "description_zh": "处置：立即办结并登记。",
            "description": "To do: complete the step now.",
            "runbook_url": f"docs/runbooks/{name}.md",
        },
        "startsAt": began.isoformat(),
        "endsAt": NOBODY if firing else (began + timedelta(hours=1)).isoformat(),
        "generatorURL": "http://prometheus/graph",
        "fingerprint": fingerprint,
    }


def beat(relay: RelayDesk, hand: Hand, number: int = 1) -> None:
    """The watchdog is heard so many times, a minute apart."""
    for _ in range(number):
        hand.at += timedelta(minutes=1)
        relay.accept("dead-man", webhook(alert("Watchdog", case=None, step=None, scope="platform", severity="none")))


def body(*alerts: dict[str, Any], receiver: str = "sz-water") -> dict[str, Any]:
    """What Alertmanager posts."""
    firing = any(one["status"] == "firing" for one in alerts)
    return {
        "version": "4",
        "groupKey": '{}/{department="sz-water"}:{alertname="ShixianStepOverdue"}',
        "truncatedAlerts": 0,
        "status": "firing" if firing else "resolved",
        "receiver": receiver,
        "groupLabels": {"alertname": "ShixianStepOverdue"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager",
        "alerts": list(alerts),
    }


def webhook(*alerts: dict[str, Any]) -> Webhook:
    """The same, read."""
    return read(json.dumps(body(*alerts)).encode())


def recipients(**channels: Channel) -> Recipients:
    """Every receiver is told by every channel; by the log alone where none is named."""
    ways = channels or {"log": LOG}
    return Recipients(link="http://shixian", receivers=dict.fromkeys(RECEIVERS, tuple(ways)), channels=ways)


def desk(store: Store, hand: Hand, told: Recipients | None = None, *, timeline: Timeline | None = None) -> RelayDesk:
    """The relay's desk."""
    return RelayDesk(
        store,
        told or recipients(),
        link="",
        timeline=timeline or store.timeline(),
        alarm_grace=GRACE,
        policy=Policy(),
        now=hand,
        almanac=RELEASE,
    )


def tellings(store: Store, receiver: str = "sz-water", **wanted: Any) -> list[Telling]:
    """What a receiver was told."""
    return store.tellings(TellingFilter(receiver=receiver, **wanted))


def said(store: Store, receiver: str = "sz-water") -> list[tuple[str, str | None, str, str | None]]:
    """Each alert told: kind of notice, case, severity, reason."""
    return [(one.kind, a.case, a.severity, a.reason) for one in tellings(store, receiver) for a in one.alerts]
