"""The words of the report: what people read, Chinese first and English beside it."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from api.figures.front import PromiseState
from api.figures.month import CalendarShown
from api.figures.places import PLACES
from api.figures.shown import FigureShown, PromiseShown
from sla.axis import local
from sla.clock import Unit
from sla.cohort import TakenOverCases, Window
from sla.commitments.commitment import Metric

Pair = tuple[str, str]  # Chinese, English

WINDOWS: Mapping[Window, Pair] = {
    Window.MONTH: ("本月", "month"),
    Window.YEAR: ("年初至今", "year to date"),
    Window.ROLLING: ("近90日", "rolling 90 days"),
}
MEASURES: Mapping[str, Pair] = {
    Metric.CASE: ("每件不超过", "each case at most"),
    Metric.CHAIN: ("每个项目四阶段合计不超过", "each project, its four stages together, at most"),
    Metric.AVERAGE: ("平均不超过", "on the average at most"),
    Metric.CASE_IN_PRINCIPLE: ("原则上每件不超过", "in principle each case at most"),
    Metric.IMMEDIATE: ("即办，每件不超过", "at once, each case at most"),
}
UNITS: Mapping[Unit, Pair] = {
    Unit.WORKDAY: ("个工作日", "working days"),
    Unit.WORKHOUR: ("个工作小时", "working hours"),
    Unit.DAY: ("天", "days"),
    Unit.MONTH: ("个月", "months"),
}
NO_LATER: Pair = ("当天办结", "on the day of acceptance")
KEPT: Mapping[bool, Pair] = {True: ("达标", "kept"), False: ("未达标", "broken")}
NO_AVERAGE: Pair = ("—", "no average promised")
EMPTY: Pair = ("无办结件", "no case decided")
CENT = Decimal("0.01")
TENTH = Decimal("0.1")
FIGURES: tuple[Pair, ...] = (
    ("件数", "n"),
    ("平均", "mean"),
    ("中位数", "median"),
    ("九成以内", "p90"),
    ("最长", "worst"),
    ("按时率", "on time"),
    ("如报按时率", "as told"),
    ("生效前（按时率）", "ramp-up (on time)"),
    ("接管（平均）", "taken over (mean)"),
)
JUDGED: Pair = ("均值", "average")
FORECASTS: tuple[Pair, ...] = (
    ("在办", "open"),
    ("按已用：件数", "if finished now: n"),
    ("平均", "mean"),
    ("均值", "average"),
    ("按到期：件数", "if finished when due: n"),
    ("平均", "mean"),
    ("均值", "average"),
)
READING: tuple[tuple[Pair, Pair], ...] = (
    (
        ("计入", "What counts"),
        (
            "按办结日计入期间；用时为有关单位办理的工作日，扣除中止，申请人的时间不计。撤回、不予受理、撤销的不计。",
            "By day of completion. Time is working days in which a counted party held the case, less suspensions; the "
            "applicant's time never counts. Withdrawn, refused and revoked cases have no verdict.",
        ),
    ),
    (
        ("九成以内", "p90"),
        (
            "最近序位法：至少九成办件不超过的最小用时。",
            "By nearest rank: the least time that at least 90 % of the cases kept to.",
        ),
    ),
    (
        ("按时率、如报按时率", "On time, as told"),
        (
            "按时以事实发生日为准；如报按时率不含因迟报而撤销的超期。",
            "On time by the day it happened; as told leaves out cases whose breach was unmade by a late posting.",
        ),
    ),
    (
        ("均值", "Average"),
        (
            "只有承诺平均用时的，才以全部办件的均值判定是否达标，部门不单独判定；按准确值比较，不按四舍五入后的数。",
            "Only where an average is promised is the mean judged, of the whole cohort and of no department: by its exact "
            "value, not by the rounded one.",
        ),
    ),
    (
        ("生效前", "Ramp-up"),
        (
            "承诺对其尚未生效的办件，另计，不入均值。",
            "Cases that the promise did not bind yet: told apart, in no average.",
        ),
    ),
    (
        ("两个市的均值", "Both cities"),
        (
            "太仓的用电等均值办件同时计入苏州市的均值。",
            "A Taicang case with a promised average counts in Suzhou's average as well.",
        ),
    ),
    (
        ("预测", "Forecast"),
        (
            "在办件按已用时间，或按到期日（已超期的按已用时间）办结计，连同已办结件。",
            "The decided cases together with the open ones, as if each was finished now, or on its due date (an "
            "overdue one now).",
        ),
    ),
)


TAKEN_OVER_CASES: Mapping[TakenOverCases, Pair] = {
    TakenOverCases.COUNTED: (
        "在其他系统开始、后由本系统接管的办件，计入均值、按时率和预测，并另列。",
        "Cases that began in another system and were taken over count in averages, shares and forecasts, and are told apart.",
    ),
    TakenOverCases.LEFT_OUT: (
        "在其他系统开始、后由本系统接管的办件，不计入均值、按时率和预测，只另列。",
        "Cases that began in another system and were taken over are in no average, share or forecast: they are told apart.",
    ),
}


def promised(promise: PromiseShown | PromiseState) -> Pair:
    """Say what a commitment promises, in words."""
    if promise.limit == 0:
        return NO_LATER
    measure, unit = MEASURES[promise.measure], UNITS[promise.unit]
    return f"{measure[0]} {number(promise.limit)} {unit[0]}", f"{measure[1]} {number(promise.limit)} {unit[1]}"


def place(jurisdiction: str) -> Pair:
    """Return the name of a jurisdiction."""
    return PLACES.get(jurisdiction, (jurisdiction, jurisdiction))


def place_of(figure: FigureShown) -> Pair:
    """Say whose cases a figure is of."""
    if figure.department is not None:
        return figure.department_zh or figure.department, figure.department_en or figure.department
    return PLACES.get(figure.jurisdiction or "", (figure.jurisdiction or "合计", figure.jurisdiction or "all"))


def kept(value: bool | None, n: int) -> Pair:  # noqa: FBT001  # as the cohort says it
    """Tell whether an average was kept."""
    if value is None:
        return NO_AVERAGE if n else EMPTY
    return KEPT[value]


def calendar(shown: CalendarShown) -> Pair:
    """Return the calendar that open cases are counted by."""
    zh, en = place(shown.jurisdiction)
    known, provisional = day(shown.known_until), day(shown.provisional_from)
    return (
        f"{zh} {shown.version}，公布至 {known}，自 {provisional} 起暂定",
        f"{en}: published until {known}, provisional from {provisional}",
    )


def remarks(figure: FigureShown) -> Pair | None:
    """Say what the reader has to know of a window's numbers."""
    window = WINDOWS[figure.window]
    said = [
        (number, zh, en)
        for number, zh, en in (
            (figure.provisional, "件到期日暂定", "with a provisional due date"),
            (figure.uncounted, "件超出已公布日历，未计入", "ran out of the published calendar and are not counted"),
            (figure.open_taken_over, "件在办为接管", "open, taken over from another system"),
            (figure.open_provisional, "件在办到期日暂定", "open with a provisional due date"),
            (figure.open_uncounted, "件在办超出已公布日历，未计入预测", "open beyond the calendar, in no forecast"),
        )
        if number
    ]
    if not said:
        return None
    zh, en = "；".join(f"{n} {text}" for n, text, _ in said), "; ".join(f"{n} {text}" for n, _, text in said)
    return f"{window[0]}：{zh}", f"{window[1]}: {en}"


def two_places(number: Decimal | None) -> str:
    """Return a number for people; nothing for nothing."""
    return "" if number is None else f"{number.quantize(CENT, ROUND_HALF_UP)}"


def number(value: Decimal | None) -> str:
    """Return a number as it is; nothing for nothing."""
    return "" if value is None else f"{value.normalize():f}"


def percent(share: Decimal | None) -> str:
    """Return a share for people, never rounded up to all or down to none."""
    if share is None:
        return ""
    shown = (share * 100).quantize(TENTH, ROUND_HALF_UP)
    if shown in {0, 100} and share not in {0, 1}:
        return "> 99.9 %" if shown else "< 0.1 %"
    return f"{shown} %"


def day(value: date) -> str:
    """Return a date."""
    return value.isoformat()


def instant(value: datetime) -> str:
    """Return an instant in China's time."""
    return f"{local(value):%Y-%m-%d %H:%M:%S} 北京时间 Beijing time"
