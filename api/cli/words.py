"""Words of the command line: what people read, Chinese first and English beside it."""

from collections.abc import Mapping
from datetime import datetime

from activities.store.groups import CaseGroup, Mark
from sla.axis import local
from sla.calendar import DayKind
from sla.clock import Standing, Unit
from sla.days import DayUse
from sla.past import PastUnit

STANDINGS: Mapping[str, str] = {
    Standing.NOT_STARTED: "未开始 not started",
    Standing.ON_TIME: "正常 on time",
    Standing.DUE_SOON: "临期 due soon",
    Standing.OVERDUE: "超期 overdue",
    Standing.SUSPENDED: "中止 suspended",
    Standing.MET: "按时 met",
    Standing.MISSED: "超时 missed",
}
GROUPS: Mapping[str, str] = {
    CaseGroup.OVERDUE: "超期 overdue",
    CaseGroup.DATED: "有到期日 with a due date",
    CaseGroup.SUSPENDED: "中止计时 suspended",
    CaseGroup.BEYOND: "超出日历 beyond the calendar",
    CaseGroup.NOT_STARTED: "未开始 not started",
    CaseGroup.JUDGED: "承诺已判定 judged, goes on",
    CaseGroup.CLOSED: "已办结 closed",
}
MARKS: Mapping[str, str] = {
    Mark.STEP_YELLOW: "环节超时·黄牌 step over: yellow card",
    Mark.STEP_RED: "环节超时·红牌 step over: red card",
    Mark.TOLD_LATE: "补录 told late",
    Mark.SUPPLEMENT: "补正 correction",
    Mark.AVERAGE: "均值承诺 average",
    Mark.RAMP_UP: "生效前 ramp-up",
    Mark.PROVISIONAL: "暂定 provisional",
    Mark.NEXT_DAY: "次日受理 next day",
    Mark.SURVEY: "联合踏勘 joint survey",
    Mark.EXCLUDED: "无承诺 no promise",
    Mark.FEE: "费用 fee",
    Mark.NOTED: "告知前已超期 over before it was told",
    Mark.LACKING: "容缺 something is missing",
    Mark.TAKEN_OVER: "接管 taken over",
}
CHARGED: Mapping[str, str] = {Standing.MET: "未超 met", Standing.MISSED: "超收 missed"}
UNITS: Mapping[str, str] = {
    Unit.WORKDAY: "工作日 working days",
    Unit.WORKHOUR: "工作小时 working hours",
    Unit.DAY: "自然日 calendar days",
    Unit.MONTH: "月 months",
}
PAST_UNITS: Mapping[str, str] = {**UNITS, PastUnit.HOUR: "自然小时 hours, day and night"}
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
