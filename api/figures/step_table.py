"""The columns of a list of a desk's steps as a table, nothing of the whole case's limits; see `list_table`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from activities.record import CasePicture, StepPicture
from activities.store.lines import Card
from api.views.case import ClockShown
from sla.clock import Standing


class StepHere(NamedTuple):
    """A step of a desk with its case, and its planning target's clock where that runs."""

    step: StepPicture
    case: CasePicture
    standing: Standing | None
    card: Card | None
    clock: ClockShown | None


Column = Callable[[StepHere], object]


def _step(name: str) -> Column:
    return lambda line: getattr(line.step, name)


def _case(name: str) -> Column:
    return lambda line: getattr(line.case, name)


def _clock(value: Callable[[ClockShown], object]) -> Column:
    return lambda line: None if line.clock is None else value(line.clock)


STEP_COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "状态 standing": lambda line: line.standing,
        "牌 card": lambda line: line.card,
        "环节 step": _step("key"),
        "环节名称 title_zh": _step("title_zh"),
        "title_en": _step("title_en"),
        "第几次 occurrence": _step("occurrence"),
        "办理主体 owner": _step("owner"),
        "状况 status": _step("status"),
        "办件编号 case": _case("case"),
        "事项 procedure": _case("procedure"),
        "情形 variant": _case("variant"),
        "地区 jurisdiction": _case("jurisdiction"),
        "联合踏勘 survey": _case("survey"),
        "到手 opened_at": _step("opened_at"),
        "开始 started_at": _step("started_at"),
        "内控到期 target_due_at": _clock(lambda clock: clock.due_at),
        "已用 used": _clock(lambda clock: clock.used),
        "内控 target": _clock(lambda clock: clock.limit.amount),
        "剩余 left": _clock(lambda clock: clock.remaining),
        "超出 overdue_by": _clock(lambda clock: clock.overdue_by),
        "单位 unit": _clock(lambda clock: clock.limit.unit),
        "不计 suspended": _clock(lambda clock: clock.suspended),
        "称办结于 claimed_at": _step("claimed_at"),
        "报送于 told_at": _step("told_at"),
    }
)
