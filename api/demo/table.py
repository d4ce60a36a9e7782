"""What came of the rehearsals, as tables for people and as JSON for programs."""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.demo.alarms import RAISED
from api.demo.arrivals import AlarmRow, Heard
from api.demo.judging import Check, MeanRow, Row
from api.demo.perform import Played
from api.processes.receiver import KINDS, SEVERITIES
from sla.commitments.commitment import Commitment
from sla.commitments.register import REGISTER

RIGHT, WRONG = "✓", "✗"
CASE_COLUMNS = ("", "case", "what", "used/limit", "due", "ended", "verdict", "expected")
MEAN_COLUMNS = ("", "month", "cohort", "n", "mean/limit", "verdict", "expected")
ALARM_COLUMNS = ("", "alert", "what", "about", "due", "fired", "told", "to whom")
CHECK_COLUMNS = ("", "what", "got", "expected")


def show(console: Console, played: Played) -> None:
    """Print every table of a rehearsal."""
    console.rule(played.programme.title)
    order = list(REGISTER)
    rows = sorted(played.rows, key=lambda row: order.index(row.commitment))
    for commitment, group in groupby(rows, key=lambda row: row.commitment):
        means = [mean for mean in played.means if mean.commitment == commitment]
        _commitment(console, REGISTER[commitment], list(group), means)
    for topic, checks in groupby(played.checks, key=lambda check: check.topic):
        _checks(console, topic, list(checks))
    if played.alarms:
        _alarms(console, played.alarms, played.surprises)


def as_json(rehearsals: Sequence[Played]) -> dict[str, Any]:
    """Return the same for programs."""
    return {
        "right": not any(played.wrong for played in rehearsals),
        "wrong": [line for played in rehearsals for line in played.wrong],
        "rehearsals": [_as_json(played) for played in rehearsals],
    }


def summary(rehearsals: Sequence[Played]) -> str:
    """Say what was played and how much of it came out as expected, in one line."""
    verdicts = sum(len(played.rows) + len(played.means) for played in rehearsals)
    checks = sum(len(played.checks) for played in rehearsals)
    alerts = sum(row.of for played in rehearsals for row in played.alarms)
    cases = sum(len(played.programme.scripts) for played in rehearsals)
    wrong = sum(len(played.wrong) for played in rehearsals)
    requests = sum(played.tally.requests for played in rehearsals)
    seconds = sum(played.seconds for played in rehearsals)
    return (
        f"{cases} cases, {verdicts} verdicts, {checks} checks, {alerts} alerts, {requests} requests in {seconds:.0f} s: "
        f"{wrong or 'none'} not as expected"
    )


def _commitment(console: Console, commitment: Commitment, rows: list[Row], means: list[MeanRow]) -> None:
    console.print()
    console.print(Text(f"{commitment.id}  {commitment.title_zh}  {commitment.title_en}", style="bold"), soft_wrap=True)
    console.print(Text(f"「{commitment.citation.quote}」", style="italic"), soft_wrap=True)
    table = _table(CASE_COLUMNS)
    for row in rows:
        used = f"{row.used}/{row.limit}"
        cells = (row.case, row.what, used, row.due, row.ended, row.verdict, row.expected)
        table.add_row(_mark(row.wrong), *cells)
    console.print(table)
    if means:
        table = _table(MEAN_COLUMNS)
        for mean in means:
            shown = f"{'none' if mean.mean is None else f'{mean.mean:.2f}'}/{mean.limit}"
            table.add_row(_mark(mean.wrong), mean.month, mean.what, str(mean.n), shown, mean.verdict, mean.expected)
        console.print(table)


def _checks(console: Console, topic: str, checks: list[Check]) -> None:
    console.print()
    console.print(Text(topic, style="bold"))
    table = _table(CHECK_COLUMNS)
    for check in checks:
        table.add_row(_mark(check.wrong), check.what, check.got, check.expected)
    console.print(table)


def _alarms(console: Console, alarms: list[AlarmRow], surprises: list[str]) -> None:
    """When each alert fired and when it was told, in real seconds after what it is about fell due."""
    console.print()
    title = "告警 Alerts through Prometheus, Alertmanager and the relay: seconds on the wall after the due instant"
    console.print(Text(title, style="bold"), soft_wrap=True)
    table = _table(ALARM_COLUMNS)
    for row in alarms:
        fired = "" if row.fired_after is None else f"+{row.fired_after:.1f} s"
        told = "never" if row.told_after is None else f"+{row.told_after:.1f} s"
        name = row.alert.removeprefix("Shixian")
        alert = f"{name} {SEVERITIES[row.severity]}" if row.kind == RAISED else f"{name} {KINDS[row.kind]}"
        what = row.what if row.wrong else row.reason or row.what
        table.add_row(_mark(row.wrong), alert, what, row.about, row.due, fired, told, row.receiver)
    console.print(table)
    for line in surprises:
        console.print(Text.assemble(_mark(line), f" not expected: {line}"), soft_wrap=True)


def _table(columns: Sequence[str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _mark(wrong: str) -> Text:
    return Text(WRONG, style="bold red") if wrong else Text(RIGHT, style="green")


def _as_json(played: Played) -> dict[str, Any]:
    programme = played.programme
    return {
        "name": programme.name,
        "title": programme.title,
        "rate": programme.rate,
        "seconds": round(played.seconds, 1),
        "requests": played.tally.requests,
        "sent_again": played.tally.again,
        "confirmed_for_slowness": played.tally.confirmed,
        "slowest_answer_seconds": round(played.tally.slowest.total_seconds(), 3),
        "commitments": {one: _sentence(REGISTER[one]) for one in dict.fromkeys(row.commitment for row in played.rows)},
        "cases": [asdict(row) for row in played.rows],
        "averages": [asdict(mean) for mean in played.means],
        "checks": [asdict(check) | {"wrong": check.wrong} for check in played.checks],
        "alerts": [asdict(row) for row in played.alarms],
        "told": [_told(one) for one in played.arrived],
    }


def _told(one: Heard) -> dict[str, Any]:
    """Whatever arrived, reminders too."""
    about, step = one.subject
    shown = {"at": one.at.isoformat(), "receiver": one.receiver, "kind": one.kind, "alert": one.alert}
    return {**shown, "severity": one.severity, "about": about, "step": step, "reason": one.reason}


def _sentence(commitment: Commitment) -> dict[str, str]:
    citation = commitment.citation
    return {
        "title_zh": commitment.title_zh,
        "title_en": commitment.title_en,
        "document": citation.document.key,
        "item": citation.item,
        "quote": citation.quote,
    }
