"""The options of `audit`, and how what is typed is read."""

from datetime import date, time, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from api.cli.words import PAST_UNITS
from api.logs.choice import Halt
from api.logs.rules import NONE, Window
from sla.almanac import NATION
from sla.past import Judging, PastUnit

CHINA = "Asia/Shanghai"


class YesNo(StrEnum):
    """A choice of two."""

    YES = "yes"
    NO = "no"


class TableEncoding(StrEnum):
    """How the text of a table is encoded."""

    UTF_8 = "utf-8"
    GB18030 = "gb18030"
    UTF_16 = "utf-16"
    WINDOWS_1252 = "windows-1252"


File = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, metavar="FILE", help="日志 · the log: CSV, or XES; also packed by gzip"
    ),
]
LimitText = Annotated[str | None, typer.Option("--limit", help="时限 · the limit, in its unit")]
LimitFrom = Annotated[str | None, typer.Option(help="时限列 · the column or attribute with each case's limit")]
DueFrom = Annotated[str | None, typer.Option(help="到期列 · with each case's due date, in place of a limit")]
UnitAsked = Annotated[
    str, typer.Option("--unit", metavar="|".join(PastUnit), help="单位 · of the limit: hour counts day and night")
]
CalendarName = Annotated[
    str | None,
    typer.Option("--calendar", help="日历 · CN, suzhou ..., weekdays, none; left out: CN in China's time, else none"),
]
Notices = Annotated[
    list[Path] | None,
    typer.Option(
        "--notice",
        exists=True,
        dir_okay=False,
        help="放假通知，可多次 · a notice to count by beside the release's: its text, or an arrangement in YAML or JSON",
    ),
]
Published = Annotated[str | None, typer.Option(help="公布日期 · the day on which such a text was published")]
DataDir = Annotated[
    Path | None,
    typer.Option(file_okay=False, help="数据目录 · an installation's: count by the notices that it approved"),
]
DaysOff = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="休息日 · a file of days off, a date each line: for weekdays"),
]
AsOf = Annotated[str | None, typer.Option(help="日历版本日期 · the calendar as published on that day")]
Zone = Annotated[str, typer.Option(help="时区 · whose clocks count, such as Europe/Amsterdam")]
Judge = Annotated[
    Judging, typer.Option(help="判定 · by the instant at which a case is due, or by the day on which it is")
]
Close = Annotated[
    str | None, typer.Option(help="截止时刻 · a due day lasts until 17:30, 24:00 ...; the calendar's where left out")
]
Cutoff = Annotated[str | None, typer.Option(help="受理截止 · a start later than that is the next working day's")]
OfficeHours = Annotated[str | None, typer.Option("--hours", help="办公时间 · 08:30-12:00,13:00-17:30")]
Roll = Annotated[
    YesNo, typer.Option(help="起算顺延 · a start or resumption after hours or on a day off is the next working day's")
]
RollEnd = Annotated[YesNo, typer.Option(help="末日顺延 · a last day without work gives way to the next working day")]
CountStart = Annotated[YesNo, typer.Option(help="当日计入 · the day of the start counts")]
Starts = Annotated[
    list[str] | None,
    typer.Option("--from", help="起算活动，可多次 · activities that start a case; left out: its first event"),
]
Ends = Annotated[
    list[str] | None, typer.Option("--to", help="办结活动，可多次 · activities that end it; left out: its last event")
]
Last = Annotated[
    bool, typer.Option("--last", help="取最后一次 · the last event that ends a case, not the first after its start")
]
Suspended = Annotated[
    list[str] | None,
    typer.Option(help="中止，可多次 · 'FROM=TO', activities between which a case stands still, or columns of a row"),
]
StartOf = Annotated[str | None, typer.Option(help="起算列 · the column or attribute with a case's start")]
EndOf = Annotated[str | None, typer.Option(help="办结列 · with its end")]
CaseName = Annotated[str | None, typer.Option(help="编号列 · with the case number")]
ActivityName = Annotated[str | None, typer.Option(help="活动列 · with the activity")]
AtName = Annotated[str | None, typer.Option(help="时间列 · with the time of an event")]
TransitionName = Annotated[str | None, typer.Option(help="转换列 · with start, complete ... of an activity")]
Where = Annotated[list[str] | None, typer.Option(help="仅限，可多次 · 'COLUMN=VALUE': only events that have it")]
Now = Annotated[str | None, typer.Option(help="计算时点 · open cases are judged then; left out: they are said open")]
TimeFormat = Annotated[
    list[str] | None,
    typer.Option(help="时间格式，可多次 · of the log's times, such as '%d-%m-%Y %H:%M'; the first that fits is taken"),
]
Delimiter = Annotated[str | None, typer.Option(help="分隔符 · of a CSV")]
EncodingAsked = Annotated[TableEncoding | None, typer.Option("--encoding", help="编码 · of a CSV")]
Show = Annotated[int, typer.Option(min=0, max=1000, help="列出条数 · cases of each kind that are listed")]
AsCsv = Annotated[bool, typer.Option("--csv", help="以 CSV 输出全部办件 · print all cases as CSV")]


def unit_of(text: str) -> PastUnit:
    """Read a unit."""
    try:
        return PastUnit(text.strip().lower())
    except ValueError:
        known = ", ".join(f"{unit} {PAST_UNITS[unit]}" for unit in PastUnit)
        raise typer.BadParameter(f"单位须为 a unit is one of: {known} [unknown-unit]", param_hint="--unit") from None


def calendar_of(name: str | None, zone: str, unit: PastUnit) -> str:
    """Say which days work: what is told, else China's calendar in China's time; hours day and night need none."""
    if name is None and unit is PastUnit.WORKHOUR and zone != CHINA:
        raise typer.BadParameter(
            "工作小时须有日历 working hours need one: weekdays, CN ...; none: every day works [missing]",
            param_hint="--calendar",
        )
    return name or (NATION if zone == CHINA and unit is not PastUnit.HOUR else NONE)


def zone_of(text: str) -> tzinfo:
    """Read the name of a zone."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise typer.BadParameter(
            "a zone such as 'Asia/Shanghai' or 'Europe/Amsterdam' [unknown-zone]", param_hint="--zone"
        ) from None


def time_of_day(text: str | None, option: str) -> tuple[time | None, bool]:
    """Read a time of day, and whether it is 24:00; neither where it is left out."""
    if text is None or text.strip() == "24:00":
        return None, text is not None
    try:
        read = time.fromisoformat(text.strip())
    except ValueError:
        read = None
    if read is None or read.tzinfo is not None:
        raise typer.BadParameter("a time of day such as '17:30', or '24:00' [bad-time]", param_hint=option)
    return read, False


def office_hours(text: str | None) -> tuple[Window, Window] | None:
    """Read two windows of office time, in order."""
    if text is None:
        return None
    try:
        morning, afternoon = (tuple(map(time.fromisoformat, each.split("-"))) for each in text.split(","))
        times = (*morning, *afternoon)
    except ValueError:
        times = ()
    if len(times) != len("ab,cd") - 1 or list(times) != sorted(set(times)):
        raise typer.BadParameter("hours such as '08:30-12:00,13:00-17:30' [bad-hours]", param_hint="--hours")
    return (times[0], times[1]), (times[2], times[3])


def days_of(file: Path | None) -> frozenset[date]:
    """Read a file of days, a date each line; what follows a # is a remark."""
    days = set()
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines() if file else (), 1):
        text = line.partition("#")[0].strip()
        try:
            days.update([date.fromisoformat(text)] if text else [])
        except ValueError:
            where = f"line {number}"
            raise typer.BadParameter(
                f"{where}: a date such as '2026-03-02' [bad-date]", param_hint="--days-off"
            ) from None
    return frozenset(days)


def halts_of(texts: list[str] | None) -> tuple[Halt, ...]:
    """Read `FROM=TO`, each."""
    return tuple(Halt(*_two(text, "--suspended", "'FROM=TO'")) for text in texts or ())


def wheres_of(texts: list[str] | None) -> tuple[tuple[str, str], ...]:
    """Read `COLUMN=VALUE`, each."""
    return tuple(_two(text, "--where", "'COLUMN=VALUE'") for text in texts or ())


def _two(text: str, option: str, form: str) -> tuple[str, str]:
    first, mark, second = text.partition("=")
    if not mark or not first.strip() or (option == "--suspended" and not second.strip()):
        raise typer.BadParameter(f"{form} [bad-pair]", param_hint=option)
    return first.strip(), second.strip()
