"""The columns of a list of cases as a table; see `list_table`."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from api.views.lines import CaseLineShown, TimeShown
from sla.axis import local

Column = Callable[[CaseLineShown], object]


def _case(name: str) -> Column:
    return lambda line: getattr(line, name)


def _time(value: Callable[[TimeShown], object]) -> Column:
    return lambda line: None if line.time is None else value(line.time)


def _steps(name: str) -> Column:
    return lambda line: "、".join(str(getattr(step, name) or "") for step in line.steps)


CASE_COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "办件编号 case": _case("case"),
        "事项 procedure": _case("procedure"),
        "事项名称 title_zh": _case("title_zh"),
        "title_en": _case("title_en"),
        "情形 variant": _case("variant"),
        "地区 jurisdiction": _case("jurisdiction"),
        "责任单位 owner": _case("owner"),
        "组 group": _case("group"),
        "状态 standing": _case("standing"),
        "单件判定 judged": _case("judged"),
        "生效前 ramp_up": _case("ramp_up"),
        "收件 received_at": _case("received_at"),
        "受理 accepted_at": _case("accepted_at"),
        "到期 due_at": _case("due_at"),
        "已用 used": _time(lambda time: time.used),
        "时限 limit": _time(lambda time: time.limit.amount),
        "剩余 left": _time(lambda time: time.left),
        "超出 overdue_by": _time(lambda time: time.overdue_by),
        "单位 unit": _time(lambda time: time.limit.unit),
        "不计 suspended": _time(lambda time: time.suspended),
        "其中补正 supplement": _case("supplement"),
        "当前环节 steps": _steps("key"),
        "当前环节名称 step_titles": _steps("title_zh"),
        "办理主体 step_owners": _steps("owner"),
        "环节到期 step_due": lambda line: "、".join(_instant(step.due_at) for step in line.steps),
        "环节牌 cards": _steps("card"),
        "标记 marks": lambda line: "、".join(line.marks),
        "状况 status": _case("status"),
        "办结 closed_at": _case("closed_at"),
        "联合踏勘 survey": _case("survey"),
        "主项目 parent": _case("parent"),
    }
)


def _instant(at: datetime | None) -> str:
    return "" if at is None else local(at).isoformat(timespec="seconds")
