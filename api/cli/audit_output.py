"""How an audit is shown: totals and the worst cases as tables, all cases as CSV or JSON, faults on standard error."""

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from heapq import nlargest
from itertools import islice
from typing import Any

import typer

from api.cli.output import plain, print_facts, print_table, say, warn
from api.cli.words import PAST_UNITS
from api.logs.auditing import Audit, AuditTotals, number
from api.logs.gathering import AuditLine
from api.logs.rules import RuleWishes
from api.logs.shown import COLUMNS, row_of, rule_shown
from api.views.cells import MARK, table
from sla.past import DECIDED, STILL_OPEN, PastVerdict

MANY = 1000  # rows printed at once
FAULTS_SHOWN = 20
LATE = (PastVerdict.MISSED, PastVerdict.OVERDUE)
VERDICTS: Mapping[PastVerdict, str] = {
    PastVerdict.MET: "按时 met",
    PastVerdict.MISSED: "超时 missed",
    PastVerdict.ON_TIME: "在办，未超期 open, on time",
    PastVerdict.OVERDUE: "在办，超期 open, overdue",
    PastVerdict.SUSPENDED: "在办，中止 open, suspended",
    PastVerdict.OPEN: "在办 open, not judged",
    PastVerdict.NO_START: "无起算 no start",
    PastVerdict.NO_LIMIT: "无时限 no limit",
    PastVerdict.ENDS_FIRST: "办结早于起算 ends before it starts",
    PastVerdict.BEYOND: "超出日历 beyond the calendar",
    PastVerdict.TWICE: "重复 told more than once",
    PastVerdict.UNREADABLE: "无法读取 unreadable",
}


def show_table(audited: Audit, wishes: RuleWishes, most: int) -> None:
    """Print the rule, the totals, the cases that are latest, and those that are not judged."""
    totals = audited.totals
    print_facts(audited.file, _rule_facts(wishes, audited))
    say()
    print_facts("", _average_facts(audited))
    say()
    rows: list[tuple[object, ...]] = [
        (VERDICTS[v], v, n, _share(v, n, totals)) for v in PastVerdict if (n := totals.verdicts[v])
    ]
    rows.append(("合计 all", "", totals.cases, ""))
    print_table("结论 verdicts", ("结论 verdict", "", "办件 cases", "占已办结 of decided"), rows)
    late = nlargest(most, _lines(audited, LATE), key=lambda line: Decimal(line.over or 0))
    _print_lines(f"超时最多 latest（{len(late)}）", late)
    judged = {*DECIDED, *STILL_OPEN}
    apart = list(islice(_lines(audited, [v for v in PastVerdict if v not in judged]), most))
    _print_lines(f"未判定 not judged（{len(apart)}）", apart)


def show_csv(audited: Audit) -> None:
    """Print all cases as CSV, in the order of the log."""
    typer.echo(MARK + table([COLUMNS]), nl=False)
    unit = audited.rule.unit
    for some in _batches(audited.lines):
        typer.echo(table(row_of(line, unit).values() for line in some), nl=False)


def show_json(audited: Audit, wishes: RuleWishes) -> None:
    """Print everything as one JSON document, the cases last, one a line."""
    totals = audited.totals
    average = totals.average(audited.rule.limit)
    head: dict[str, Any] = {
        "file": audited.file,
        "rule": rule_shown(wishes, audited.rule, audited.now),
        "cases_count": totals.cases,
        "verdicts": {str(verdict): totals.verdicts[verdict] for verdict in PastVerdict},
        "decided": {
            "n": average.n,
            "mean": None if average.exact_mean is None else str(round(average.total / average.n, 2)),
            "maximum": number(totals.longest),
            "longest": totals.longest_case,
        },
        "days_alone": totals.days_alone,
        "strays": totals.strays,
        "fault_count": totals.fault_count,
        "faults": [{"line": f.line, "column": f.column, "rule": f.rule, "case": f.case or None} for f in totals.faults],
    }
    text = json.dumps(plain(head), ensure_ascii=False, indent=2)
    say(text.removesuffix("\n}") + ',\n  "cases": [')
    unit, mark = audited.rule.unit, ""
    for some in _batches(audited.lines):
        rows = (json.dumps(row_of(line, unit), ensure_ascii=False) for line in some)
        say(mark + ",\n".join(f"    {row}" for row in rows))
        mark = "    ,"
    say("  ]\n}")


def show_faults(totals: AuditTotals) -> None:
    """Say on standard error what could not be read."""
    for fault in totals.faults[:FAULTS_SHOWN]:
        warn(str(fault))
    if totals.fault_count > FAULTS_SHOWN:
        warn(f"… 共 {totals.fault_count} 处 {totals.fault_count} faults in all")
    if totals.days_alone:
        warn(
            f"{totals.days_alone} 个时间无时刻，按 00:00 计 {totals.days_alone} times without a time of day: 00:00 is taken"
        )
    if totals.strays:
        warn(
            f"{totals.strays} 个事件（行）不属于任何办件，未计入 {totals.strays} events or rows of no case are left out"
        )


def _rule_facts(wishes: RuleWishes, audited: Audit) -> Iterator[tuple[str, object]]:
    rule = rule_shown(wishes, audited.rule, audited.now)
    yield "时限 limit", f"{rule['limit'] or '每件自带 each case its own'} {PAST_UNITS[audited.rule.unit]}"
    yield "时区 zone", rule["zone"]
    yield "日历 calendar", rule["calendar"]
    exact = "自起算时刻起，到秒 from the instant of the start, to the second"
    by_instant = exact if rule["exact"] else f"到期日至 the due day lasts until {rule['close']}"
    yield "判定 judged", "按日 by the day" if rule["judge"] == "date" else f"按时刻 by the instant：{by_instant}"
    yield "起算顺延 roll", wishes.roll
    yield "末日顺延 roll end", wishes.roll_end
    yield "计算时点 now", rule["now"]


def _average_facts(audited: Audit) -> Iterator[tuple[str, object]]:
    totals = audited.totals
    average = totals.average(audited.rule.limit)
    yield "已办结 decided", average.n
    yield "平均已用 mean used", None if average.n == 0 else round(average.total / average.n, 2)
    yield "最长 longest", totals.longest and f"{number(totals.longest)} {totals.longest_case}"


def _share(verdict: PastVerdict, cases: int, totals: AuditTotals) -> str | None:
    if verdict not in DECIDED:
        return None
    return f"{cases / sum(totals.verdicts[one] for one in DECIDED):.1%}"


def _lines(audited: Audit, verdicts: Iterable[PastVerdict]) -> Iterator[AuditLine]:
    wanted = {str(verdict) for verdict in verdicts}
    return (line for line in audited.lines if line.verdict in wanted)


def _print_lines(title: str, lines: list[AuditLine]) -> None:
    if not lines:
        return
    say()
    columns = (
        "编号 case",
        "结论 verdict",
        "起算 start",
        "办结 end",
        "到期 due",
        "已用 used",
        "超出 over",
        "备注 remarks",
        "行 line",
    )
    rows = [(o.case, o.verdict, o.start, o.end, o.due, o.used, o.over, " ".join(o.remarks), o.line) for o in lines]
    print_table(title, columns, rows)


def _batches(lines: Iterable[AuditLine]) -> Iterator[list[AuditLine]]:
    following = iter(lines)
    while some := list(islice(following, MANY)):
        yield some
