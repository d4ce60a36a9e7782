"""Notices of the city, as the relay would have written them: some arrived, some did not."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from activities.store.outbox import Attempt
from activities.store.store import Store
from activities.store.tellings import AlertLine, NewTelling, TellingFilter

WATER = {"department": "sz-water", "procedure": "water-connection"}
ADDRESS = "https://hall.example/robot?key=s3cret"  # which no page shows


class Told(NamedTuple):
    """A notice, how many hours ago it was written, and how its attempts ended; without `last` it waits on."""

    receiver: str
    lines: tuple[AlertLine, ...]
    hours: float
    outcomes: tuple[tuple[str, str | None], ...] = ()
    last: bool = True
    kind: str = "raised"
    channel: str = "wecom-hall"
    labels: Mapping[str, str] = WATER


def notices(cases: Mapping[str, str]) -> tuple[Told, ...]:
    """Return one of every kind of arrival, of steps, cases and a promise."""
    over = "ShixianStepOverdue"
    crowd = (_line(over, "warning", f"SZ-WC-crowd-{number}", "water-on", named=number < 9) for number in range(14))
    return (
        Told(
            "sz-water",
            (_line(over, "warning", cases["yellow-card"], "joint-site-survey"), *crowd),
            30,
            (("delivered", None),),
        ),
        Told(
            "supervisors",
            (_line("ShixianCaseOverdue", "critical", cases["overdue"]),),
            20,
            (("handed-over", None),),
            channel="mail",
            labels=WATER | {"department": "sz-water-both"},
        ),
        Told(
            "sz-water",
            (_line(over, "critical", cases["overdue"], "inspection-and-meter"),),
            2,
            (("failed", "timeout"),) * 4,
            last=False,
        ),
        Told(
            "sz-water",
            (_line("ShixianCaseOverdue", "critical", cases["told-late-withdrawn"], reason="told-late"),),
            1,
            (("refused", "errcode-93000"),),
            kind="withdrawn",
        ),
        Told(
            "supervisors",
            (_line("ShixianAverageCommitmentExceeded", "critical"),),
            0.5,
            labels={"commitment": "sz-22-power-low"},
        ),
        Told(
            "sz-gas",
            (_line("ShixianStepDueSoon", "info", cases["due-soon"], "inspection-and-meter"),),
            40,
            (("failed", "no-connection"), ("given-up", None)),
            labels={"department": "sz-gas", "procedure": "gas-connection"},
        ),
    )


def write(store: Store, cases: Mapping[str, str], now: datetime) -> None:
    """Write them into the log, as of a real instant."""
    for number, one in enumerate(notices(cases)):
        at = now - timedelta(hours=one.hours)
        body = json.dumps({"link": ADDRESS, "alerts": [_said(line, one.labels) for line in one.lines if line.named]})
        with store.remembering(one.receiver) as memory:
            memory.tell(
                NewTelling(
                    id=f"notice-{number}",
                    receiver=one.receiver,
                    channel=one.channel,
                    kind=one.kind,
                    at=at,
                    body=body,
                    alerts=one.lines,
                )
            )
        of = store.tellings(TellingFilter())[-1].number
        for nth, (outcome, error) in enumerate(one.outcomes, 1):
            ended = one.last and nth == len(one.outcomes)
            again = None if ended else at + timedelta(hours=one.hours, minutes=4)
            store.attempted(of, Attempt(nth=nth, at=at, outcome=outcome, error=error), again)


def _line(
    name: str,
    severity: str,
    case: str | None = None,
    step: str | None = None,
    *,
    named: bool = True,
    reason: str | None = None,
) -> AlertLine:
    return AlertLine(alertname=name, severity=severity, case=case, step=step, named=named, reason=reason)


def _said(line: AlertLine, labels: Mapping[str, str]) -> dict[str, object]:
    about = {"case_id": line.case, "step": line.step}
    own = {name: value for name, value in about.items() if value is not None}
    return {
        "labels": {**labels, "alertname": line.alertname, **own},
        "link": ADDRESS,
        "summary_zh": "均值承诺平均用时超过承诺",
        "summary": "the average is above its promise",
    }
