"""Words of the command line: what people read, Chinese first and English beside it."""

from collections.abc import Mapping
from datetime import datetime

from sla.axis import local
from sla.calendar import DayKind
from sla.clock import Standing, Unit
from sla.days import DayUse

STANDINGS: Mapping[str, str] = {
    Standing.NOT_STARTED: "未开始 not started",
    Standing.ON_TIME: "正常 on time",
    Standing.DUE_SOON: "临期 due soon",
    Standing.OVERDUE: "超期 overdue",
    Standing.SUSPENDED: "中止 suspended",
    Standing.MET: "按时 met",
    Standing.MISSED: "超时 missed",
}
CHARGED: Mapping[str, str] = {Standing.MET: "未超 met", Standing.MISSED: "超收 missed"}
UNITS: Mapping[str, str] = {
    Unit.WORKDAY: "工作日 working days",
    Unit.WORKHOUR: "工作小时 working hours",
    Unit.DAY: "自然日 calendar days",
    Unit.MONTH: "月 months",
}
USES: Mapping[str, str] = {
    DayUse.START: "起始日 start",
    DayUse.COUNTED: "计入 counted",
    DayUse.WEEKEND: "周末 weekend",
    DayUse.HOLIDAY: "假日 holiday",
    DayUse.SUSPENDED: "中止 suspended",
    DayUse.IDLE: "停表 idle",
}
KINDS: Mapping[str, str] = {
    DayKind.WORKING: "工作日 working",
    DayKind.MAKE_UP: "调休上班 make-up",
    DayKind.WEEKEND: "周末 weekend",
    DayKind.HOLIDAY: "放假 holiday",
}
WEEKDAYS = ("周一 Mon", "周二 Tue", "周三 Wed", "周四 Thu", "周五 Fri", "周六 Sat", "周日 Sun")


def when(at: datetime | str | None) -> str | None:
    """Return an instant in China's time, to the minute (seconds where there are any)."""
    if at is None:
        return None
    read = local(datetime.fromisoformat(at) if isinstance(at, str) else at)
    exact = "%Y-%m-%d %H:%M" if not (read.second or read.microsecond) else "%Y-%m-%d %H:%M:%S"
    return read.strftime(exact)


def standing(value: str | None) -> str | None:
    """Return a standing in words."""
    return None if value is None else STANDINGS.get(value, value)
