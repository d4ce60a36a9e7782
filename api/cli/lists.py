"""Lists over HTTP: cases, the steps on a desk, what has happened since an instant."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from activities.store.groups import CaseGroup, Mark
from api.cli.cases import Fields, next_page
from api.cli.client import get, get_text, path
from api.cli.output import Json, print_json, print_table, say
from api.cli.words import GROUPS, MARKS, standing, when
from api.views.case_query import Direction, SortBy
from sla.clock import Standing
from workflows.state import Status

OneOrOther = Annotated[bool | None, typer.Option("--open/--closed", help="在办或已办 · open ones, or closed ones")]
After = Annotated[str | None, typer.Option(help="下一页 · `next` of the page before")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="条数 · how many")]
Due = Annotated[
    str | None,
    typer.Option(help="到期 · today, tomorrow, 2026-11-26 or 2026-11-26..2026-11-30, either end may be left out"),
]
Standings = Annotated[list[Standing] | None, typer.Option("--standing", help="状态，可多次 · may be given again")]
Owners = Annotated[
    list[str] | None, typer.Option("--owner", help="责任单位，可多次 · of the case, or of a step on its desk")
]


def cases(  # one parameter for each option
    procedure: Annotated[str | None, typer.Option(help="流程")] = None,
    variant: Annotated[str | None, typer.Option(help="情形")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="地区")] = None,
    standing_: Standings = None,
    group: Annotated[list[CaseGroup] | None, typer.Option(help="组，可多次 · may be given again")] = None,
    due: Due = None,
    closed: Annotated[str | None, typer.Option(help="关闭日或起止 · a date, or 2026-11-26..2026-11-30")] = None,
    status: Annotated[list[Status] | None, typer.Option(help="办理状态，可多次 · may be given again")] = None,
    step: Annotated[str | None, typer.Option(help="当前环节；over 为超时的 · on a desk; over: past its target")] = None,
    flag: Annotated[list[Mark] | None, typer.Option(help="标记，可多次 · may be given again")] = None,
    owner: Owners = None,
    open_: OneOrOther = None,
    survey: Annotated[str | None, typer.Option(help="联合踏勘")] = None,
    parent: Annotated[str | None, typer.Option(help="主项目")] = None,
    subject: Annotated[
        list[str] | None, typer.Option(help="主体编号 · id of whom it is about, as `shixian subjects find` shows it")
    ] = None,
    q: Annotated[
        str | None, typer.Option(help="编号片段 · a part of the number; of closed cases its beginning or end")
    ] = None,
    sort: Annotated[SortBy, typer.Option(help="排序")] = SortBy.LEFT,
    dir_: Annotated[Direction, typer.Option("--dir", help="升序或降序")] = Direction.UP,
    after: After = None,
    limit: Limit = 50,
    csv: Annotated[bool, typer.Option("--csv", help="以 CSV 输出全部 · print all of it as CSV")] = False,
    json: Json = False,
) -> None:
    """办件列表 · List cases, the most urgent first."""
    asked = {
        "procedure": procedure, "variant": variant, "jurisdiction": jurisdiction, "standing": standing_, "group": group,
        "due": due, "closed": closed, "status": status, "step": step, "flag": flag, "owner": owner, "open": open_,
        "survey": survey, "parent": parent, "subject": subject, "q": q, "sort": sort, "dir": dir_,
    }  # fmt: skip
    if csv:
        typer.echo(get_text(path("cases"), {**asked, "format": "csv"}), nl=False)
        return
    found = get(path("cases"), {**asked, "after": after, "limit": limit}, json=json)
    if json:
        print_json(found)
        return
    columns = (
        "编号 case",
        "流程 procedure",
        "地区",
        "状态 standing",
        "到期 due",
        "剩余 left",
        "已用/时限 used/limit",
        "当前环节 now with",
        "标记 marks",
    )
    print_table(f"办件 cases（{len(found['cases'])}）", columns, [_row(line) for line in found["cases"]])
    next_page(found)


def desk(
    owner: Owners = None,
    standing_: Standings = None,
    due: Due = None,
    after: After = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """环节台 · List the steps on a desk, the most urgent first; a company's own where no owner is named."""
    asked = {"owner": owner, "standing": standing_, "due": due, "after": after, "limit": limit}
    found = get(path("steps"), asked, json=json)
    if json:
        print_json(found)
        return
    columns = (
        "环节 step",
        "名称",
        "办件 case",
        "责任 owner",
        "状态 standing",
        "牌 card",
        "到手 since",
        "内控到期 target",
        "剩余 left",
    )
    rows = [
        (
            s["key"],
            s["title_zh"],
            s["case"]["case"],
            s["owner"],
            standing(s["standing"]),
            s["card"],
            when(s["opened_at"]),
            when(s["due_at"]),
            _left(s),
        )
        for s in found["steps"]
    ]
    print_table(f"环节 steps（{len(rows)}）", columns, rows)
    next_page(found)


def desks(json: Json = False) -> None:
    """各单位环节 · Count the steps on each desk."""
    found = get(path("desks"), json=json)
    if json:
        print_json(found)
        return
    columns = ("单位 owner", "在手 on desk", "超时 over", "红牌 red", "今日 today", "明日 tomorrow", "中止 suspended")
    names = ("open", "over", "red", "due_today", "due_tomorrow", "suspended")
    print_table("环节 steps", columns, [(d["owner"], *(d["steps"][name] for name in names)) for d in found["desks"]])
    say(f"截至 as of {when(found['counted_at'])}")


def events(
    since: Annotated[str, typer.Option(help="自何时 · told since then, such as 2026-11-25T17:30:00+08:00")],
    kind: Annotated[list[str] | None, typer.Option(help="种类，可多次 · may be given again")] = None,
    after: After = None,
    limit: Limit = 50,
    json: Json = False,
) -> None:
    """经过 · List what has happened since an instant: rungs raised and withdrawn, decisions, confirmations, moved due dates."""
    found = get(path("events"), {"since": since, "kind": kind, "after": after, "limit": limit}, json=json)
    if json:
        print_json(found)
        return
    columns = ("报送 told", "发生 happened", "编号 case", "种类 kind", "时钟 clock", "说明 what")
    rows = [
        (when(e["told"]), when(e["at"]), e["case"], e["kind"], e["body"].get("clock"), _what(e["body"]))
        for e in found["events"]
    ]
    print_table(f"经过 events（{len(rows)}）", columns, rows)
    next_page(found)


def _row(line: Fields) -> tuple[object, ...]:
    steps = "、".join(f"{step['title_zh']}（{step['owner']}）" for step in line["steps"])
    group = line["group"]
    long = line["standing"] == Standing.OVERDUE and group != CaseGroup.OVERDUE
    stands = "超均值或生效前 long, not judged" if long else standing(line["standing"])
    marks = "、".join(MARKS[mark] for mark in line["marks"])
    return (
        line["case"],
        f"{line['title_zh']}（{line['variant']}）",
        line["jurisdiction"],
        stands or (None if group is None else GROUPS[group]),
        when(line["due_at"]),
        _left(line),
        _used(line),
        steps,
        marks,
    )


def _left(line: Mapping[str, Any]) -> str | None:
    time = line["time"]
    if time is None:
        return None
    return f"超 over {time['overdue_by']}" if time["overdue_by"] else str(time["left"])


def _used(line: Mapping[str, Any]) -> str | None:
    time = line["time"]
    return None if time is None else f"{time['used']}/{time['limit']['amount']} {time['limit']['unit']}"


def _what(body: Mapping[str, Any]) -> str:
    said = [body.get(name) for name in ("rung", "reason", "outcome")]
    moved = body.get("moved")
    return "、".join([*(str(one) for one in said if one), *([f"{len(moved)} 个到期日 due dates"] if moved else [])])
