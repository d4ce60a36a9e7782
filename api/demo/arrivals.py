"""What arrived at the receiver, beside what should have: when it fell due, when it was told, to whom."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from api.demo.alarms import CASE_OVERDUE, CROWDED, EXCEEDED, FORECAST, STEP_OVERDUE, Alarm
from api.processes.receiver import Arrival
from sla.axis import local
from sla.timeline import Timeline

LATEST = 30.0  # real seconds after the due instant: an alert waits for its grace, one that is over until it is sure
LOOK = 0.2  # seconds
WATCHED = frozenset({STEP_OVERDUE, CASE_OVERDUE, CROWDED, EXCEEDED, FORECAST})  # reminders are told too, and not listed
PLATFORM = "platform"


class Heard(NamedTuple):
    """One alert of a notice that arrived."""

    at: datetime  # real time
    receiver: str
    kind: str
    alert: str
    severity: str
    subject: tuple[str, str]  # the case, the commitment or the department, and the step
    fired: datetime  # real time
    scope: str
    reason: str
    again: bool

    def is_of(self, alarm: Alarm) -> bool:
        """Tell whether it is what that alarm stands for. A withdrawal is of an alert, whatever card it had."""
        same = (self.receiver, self.kind, self.alert) == (alarm.receiver, alarm.kind, alarm.alert)
        return same and self.subject in alarm.subjects and (self.kind != "raised" or self.severity == alarm.severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """An expected alert, and what came of it; seconds are real ones after the due instant."""

    alert: str
    severity: str
    kind: str
    what: str
    about: str
    due: str
    fired_after: float | None
    told_after: float | None  # the last of them
    receiver: str
    told: int
    of: int
    reason: str = ""
    wrong: str = ""


def heard(arrivals: Iterable[Arrival]) -> list[Heard]:
    """Return every alert of every notice."""
    return [
        Heard(
            at=arrival.at,
            receiver=arrival.notice["receiver"],
            kind=arrival.notice["kind"],
            alert=alert["alertname"],
            severity=alert["severity"],
            subject=_subject(alert["labels"]),
            fired=datetime.fromisoformat(alert["started_at"]),
            scope=alert["scope"],
            reason=alert["reason"] or "",
            again=arrival.again,
        )
        for arrival in arrivals
        for alert in arrival.notice["alerts"]
    ]


def alarm_rows(alarms: Sequence[Alarm], arrived: Sequence[Heard], timeline: Timeline) -> list[AlarmRow]:
    """Return a row for each alarm."""
    return [_row(alarm, [one for one in arrived if one.is_of(alarm)], timeline) for alarm in alarms]


def surprises(alarms: Sequence[Alarm], arrived: Sequence[Heard]) -> list[str]:
    """Say what was told though nobody expected it; reminders and withdrawals of what was expected may come."""
    found = [one for one in arrived if one.alert in WATCHED or one.scope == PLATFORM]
    return [
        f"{one.receiver} was told: {one.alert} {one.severity} {one.kind} {' '.join(one.subject).strip()}"
        for one in found
        if not any(one.is_of(alarm) for alarm in alarms) and (one.kind == "raised" or one.scope == PLATFORM)
    ]


async def all_told(alarms: Sequence[Alarm], arrivals: Sequence[Arrival], timeline: Timeline, now: datetime) -> None:
    """Return once everything has arrived, or could have; `now` is real time."""
    last = max(timeline.real(alarm.due) for alarm in alarms)
    loop = asyncio.get_running_loop()
    until = loop.time() + (last - now).total_seconds() + LATEST
    while loop.time() < until:
        if all(row.told == row.of for row in alarm_rows(alarms, heard(arrivals), timeline)):
            return
        await asyncio.sleep(LOOK)


def _subject(labels: dict[str, str]) -> tuple[str, str]:
    named = labels.get("case_id") or labels.get("commitment") or labels.get("department") or ""
    return named, labels.get("step", "")


def _row(alarm: Alarm, arrived: Sequence[Heard], timeline: Timeline) -> AlarmRow:
    due = timeline.real(alarm.due)
    first = {one.subject: one for one in reversed(arrived) if not one.again}
    told = [(one.at - due).total_seconds() for one in first.values()]
    fired = [(one.fired - due).total_seconds() for one in first.values() if alarm.kind == "raised"]
    return AlarmRow(
        alert=alarm.alert,
        severity=alarm.severity,
        kind=alarm.kind,
        what=alarm.what,
        about=_about(alarm),
        due=f"{local(alarm.due):%m-%d %H:%M}",
        fired_after=round(max(fired), 1) if fired else None,
        told_after=round(max(told), 1) if told else None,
        receiver=alarm.receiver,
        told=len(first),
        of=len(alarm.subjects),
        reason=next((one.reason for one in first.values()), ""),
        wrong=_wrong(alarm, arrived, told),
    )


def _about(alarm: Alarm) -> str:
    first, *others = alarm.about
    named = f"{first} and {len(others)} more" if others else first
    return f"{named}, {alarm.step}" if alarm.step else named


def _wrong(alarm: Alarm, arrived: Sequence[Heard], told: Sequence[float]) -> str:
    flaws = []
    if missing := len(alarm.subjects) - len(told):
        flaws.append(f"{missing} of {len(alarm.subjects)} missing")
    if told and min(told) < 0:
        flaws.append(f"told {-min(told):.1f} s before it was due")
    if told and max(told) > LATEST:
        flaws.append(f"told {max(told):.1f} s after it was due")
    flaws += [f"withdrawn because {one.reason or 'of nothing'}" for one in arrived if alarm.reason not in one.reason]
    if doubled := sum(not one.again for one in arrived) - len(told):
        flaws.append(f"{doubled} told twice")
    return "; ".join(flaws)
