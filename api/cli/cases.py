"""Looking at cases over HTTP: one, a clock day by day; what was told late, faults."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any

import typer

from api.cli.client import get, path
from api.cli.commands import CaseNumber
from api.cli.output import Json, print_facts, print_json, print_table, say
from api.cli.words import CHARGED, STANDINGS, UNITS, USES, WEEKDAYS, when
from api.failures import Failure

Fields = Mapping[str, Any]


def case(
    case: CaseNumber,
    projected: Annotated[
        bool,
        typer.Option("--project", help="推算（暂定） · also a provisional due date beyond the published calendar"),
    ] = False,
    json: Json = False,
) -> None:
    """看一个办件 · Show a case: its steps, and every clock counted now."""
    found = get(path("cases", case), {"projection": True} if projected else None, json=json)
    if json:
        print_json(found)
        return
    _heading(found)
    _steps(found["steps"])
    _clocks(found["clocks"], found["main"])
    _fees(found["fees"])


def look_up_code(case: CaseNumber, json: Json = False) -> None:
    """查询码 · Show with which code the applicant looks a case up."""
    found = get(path("cases", case, "look-up-code"), json=json)
    if json:
        print_json(found)
    else:
        say(found["code"])


def explain(
    case: CaseNumber,
    clock: Annotated[
        str | None, typer.Option(help="时钟 · which clock; the one that lists show where left out")
    ] = None,
    json: Json = False,
) -> None:
    """逐日说明 · Explain a clock day by day: why it is due on that day."""
    if clock is None:
        shown = get(path("cases", case), json=json)
        clock = shown["main"] or next((c["key"] for c in shown["clocks"]), None)
        if clock is None:
            raise Failure("CASE: 没有时钟 no clock runs in this case. [unknown-clock]")
    found = get(f"{path('cases', case, 'clocks')}/{clock}/days", json=json)
    if json:
        print_json(found)
        return
    _clock(found["clock"])
    columns = ("日期 date", "星期", "用途 what became of it", "说明 why", "计 used", "累计 total")
    rows = [_day(one) for one in found["days"]]
    print_table("逐日 day by day", columns, rows)


def told_late(
    after: Annotated[str | None, typer.Option(help="下一页 · `next` of the page before")] = None, json: Json = False
) -> None:
    """迟报 · List breaches that a late posting disproved, and completions that wait for a confirmation."""
    found = get(path("told-late"), {"after": after}, json=json)
    if json:
        print_json(found)
        return
    rows = [
        (t["case"], t["clock"], t["owner"], when(t["due_at"]), when(t["stopped_at"]), t["verdict"])
        for t in found["told_late"]
    ]
    print_table(
        "迟报改判 told late",
        ("编号 case", "时钟 clock", "责任 owner", "到期 due", "办结 stopped", "结论 verdict"),
        rows,
    )
    waiting = [
        (w["case"], s["event"], s["key"], s["owner"], when(s["claimed_at"]), when(s["told_at"]))
        for w in found["waiting"]
        for s in [w["step"]]
    ]
    print_table(
        "待确认 waiting",
        ("编号 case", "事件号 event", "环节 step", "责任 owner", "自报 claimed", "告知 told"),
        waiting,
    )
    next_page(found)


def faults(
    resolved: Annotated[bool, typer.Option("--resolved", help="含已消除 · resolved ones as well")] = False,
    json: Json = False,
) -> None:
    """故障 · List faults: a ledger that disagrees with its history is never written over."""
    found = get(path("faults"), {"resolved": resolved}, json=json)
    if json:
        print_json(found)
        return
    rows = [(f["case"], f["kind"], f["detail"], when(f["at"]), when(f["resolved_at"])) for f in found["faults"]]
    print_table("故障 faults", ("编号 case", "种类 kind", "说明 detail", "时间 at", "消除 resolved"), rows)


def next_page(found: Fields) -> None:
    """Say how the next page is asked for."""
    if found["next"]:
        print_facts("", [("下一页 next page", f"--after {found['next']}")])


def _heading(found: Fields) -> None:
    print_facts(
        f"{found['case']}  {found['title_zh']} {found['title_en']}（{found['variant']}，{found['jurisdiction']}）",
        [
            ("状态 status", f"{found['status']}（{found['national_state']}）" if found["status"] else None),
            ("责任 owner", found["owner"]),
            ("接件 received", when(found["received_at"])),
            ("受理 accepted", when(found["accepted_at"])),
            ("办结 decided", when(found["decided_at"])),
            ("决定 outcome", found["outcome"]),
            ("容缺 accepted without", _tolerance(found["tolerance"])),
            ("接管自 taken over from", (found["taken_over"] or {}).get("source")),
            ("改类次数 reclassified", found["reclassified"] or None),
            ("不适用 excluded", found["excluded"]),
            ("主项目 parent", found["parent"]),
            ("子办件 children", "、".join(found["children"]) or None),
            ("计算至 counted at", when(found["counted_at"])),
            ("演练 rehearsal", f"× {found['rehearsal_rate']}" if found["rehearsal_rate"] != 1 else None),
        ],
    )


def _tolerance(found: Fields | None) -> str | None:
    if found is None:
        return None
    brought = found["supplied_at"]
    end = f"已补齐 brought {when(brought)}" if brought else found["rule"]
    return f"{found['lacking']}，{found['workdays']} 个工作日 working days：{end}"


def _steps(steps: list[Fields]) -> None:
    columns = ("环节 step", "", "责任 owner", "状态 status", "开始 started", "完成 completed", "结果 outcome")
    rows = [
        (
            s["key"],
            s["title_zh"],
            s["owner"],
            f"{s['status']}{'（待确认 pending）' if s['pending'] else ''}{'（已改类 not of this kind）' if s['fell_away_at'] else ''}",
            when(s["started_at"]),
            when(s["completed_at"]),
            s["outcome"],
        )
        for s in steps
    ]
    print_table("环节 steps", columns, rows)


def _clocks(clocks: list[Fields], main: str | None) -> None:
    columns = (
        "时钟 clock",
        "状态 standing",
        "到期 due",
        "已用/时限 used/limit",
        "中止 susp.",
        "责任 owner",
        "告警 rungs",
    )
    rows = [
        (
            f"{'* ' if c['key'] == main else ''}{c['key']}",
            f"{STANDINGS[c['standing']]}{_remark(c)}",
            f"{when(c['due_at']) or ''}{'（暂定）' if c['provisional'] else ''}{_beyond(c)}",
            f"{c['used']}/{c['limit']['amount']} {c['limit']['unit']}",
            c["suspended"] or None,
            c["owner"],
            "、".join(_rung(r) for r in c["rungs"]),
        )
        for c in clocks
    ]
    print_table("时钟 clocks", columns, rows)


def _fees(fees: list[Fields]) -> None:
    if fees:
        columns = ("收费承诺 fee", "已收/上限（分） charged/limit (fen)", "结论 verdict")
        rows = [
            (f["commitment"], f"{f['charged_fen']}/{f['limit_fen']}", f"{CHARGED.get(f['verdict'], '')}{_ramp_up(f)}")
            for f in fees
        ]
        print_table("收费 fees", columns, rows)


def _clock(clock: Fields) -> None:
    limit = clock["limit"]
    print_facts(
        clock["key"],
        [
            (
                "到期 due",
                f"{when(clock['due_at'])}{'（暂定 provisional）' if clock['provisional'] else ''}"
                if clock["due_at"]
                else None,
            ),
            ("状态 standing", f"{STANDINGS[clock['standing']]}{_remark(clock)}"),
            ("已用/时限 used/limit", f"{clock['used']}/{limit['amount']} {UNITS[limit['unit']]}"),
            ("中止 suspended", clock["suspended"] or None),
            ("超出 overdue by", clock["overdue_by"] or None),
            ("起始日 start day", f"{clock['start_day']}{'（推定受理 presumed）' if clock['presumed'] else ''}"),
            ("责任 owner", clock["owner"]),
            ("日历 calendar", clock["calendar"]),
            ("日历止于 known until", _beyond(clock) or None),
        ],
    )
    sentence(clock["citation"])


def sentence(citation: Fields | None) -> None:
    """Return the sentence behind a promise."""
    if citation is not None:
        print_facts(
            "",
            [("依据 promised in", f"《{citation['title']}》{citation['item']}"), ("原文 sentence", citation["quote"])],
        )


def _remark(clock: Fields) -> str:
    if clock["void"]:
        return "（无结论 no verdict）"
    return _ramp_up(clock) or ("" if clock["judged"] else "（按均值 judged by the average）")


def _ramp_up(promise: Fields) -> str:
    return "（生效前 ramp-up）" if promise["ramp_up"] else ""


def _beyond(clock: Fields) -> str:
    horizon = clock["horizon"]
    if horizon is None:
        return ""
    known = f"日历止于 {horizon['known_until']}，已计 counted {horizon['counted']}，缺 missing {horizon['missing']}"
    projection = clock.get("projection")
    return known if projection is None else f"{known}；推算 {projection['due_date']}（暂定 provisional）"


def _rung(rung: Fields) -> str:
    withdrawn = rung["withdrawn"]
    kind = f"{rung['kind']}{'（告知前已到 before it was told）' if rung['noted'] else ''}"
    return f"{kind}（撤回 withdrawn: {withdrawn}）" if withdrawn else kind


def _day(one: Fields) -> tuple[object, ...]:
    day = date.fromisoformat(one["date"])
    why = "、".join(filter(None, _reasons(one)))
    return day, WEEKDAYS[day.weekday()], USES[one["kind"]], why, one["used"], one["total"]


def _reasons(one: Fields) -> Iterator[str | None]:
    yield "调休 make-up day" if one["make_up"] else None
    yield one["holiday"]
    yield one["ground"]
    for step in one["open_steps"]:
        yield f"等待{'申请人' if step['party'] == 'applicant' else step['owner']}：{step['title_zh']} {step['title_en']}"
    yield "承诺生效前 before binding" if one["before_binding"] else None
    yield f"超期 overdue +{one['overdue']}" if one["overdue"] is not None else None
