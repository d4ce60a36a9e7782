"""Words of the ruler, Chinese and English, and how days and numbers are written in either."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from sla.axis import local
from sla.clock import Unit

Lang = Literal["zh", "en"]

TEXTS: Mapping[str, tuple[str, str]] = {
    # kinds of days, as the legend and the table name them
    "start": ("起始日，不计", "start day, not counted"),
    "counted": ("已计", "counted"),
    "left": ("剩余", "left"),
    "weekend": ("周末", "weekend"),
    "holiday": ("节假日", "holiday"),
    "day-off": ("周末、节假日", "day off"),
    "make-up": ("调休上班，计入", "make-up day, counted"),
    "suspended": ("中止计时", "suspended"),
    "idle": ("无计时单位经办", "no counted party"),
    "binding": ("承诺生效前", "before the promise binds"),
    "overdue": ("超期", "overdue"),
    "over-target": ("超内控", "past the planning target"),
    "over-average": ("超均值", "longer than the average"),
    "assumed": ("暂定推算", "provisional"),
    "after": ("其后", "afterwards"),
    "applicant": ("申请人用时、不计", "applicant, not counted"),
    "target": ("内控时限", "planning target"),
    "happened": ("发生◆ 报送◇", "happened ◆ told ◇"),
    "fold": ("折叠", "folded"),
    # flags and rows
    "today": ("今日 {day}", "Today {day}"),
    "done": ("办结 {day}", "Done {day}"),
    "ended": ("终止 {day}", "Ended {day}"),
    "due": ("到期 {day} {time}", "Due {day} {time}"),
    "target-due": ("内控到期 {day} {time}", "Target {day} {time}"),
    "assumed-due": ("暂定到期 {day}", "Provisional {day}"),
    "was-due": ("原到期 {day}", "was due {day}"),
    "known-until": ("日历公布至 {day}", "calendar until {day}"),
    "clock": ("计时", "Clock"),
    "used-of": ("已用 {used}／时限 {limit}", "used {used} / limit {limit}"),
    "target-used-of": ("已用 {used}／内控 {limit}", "used {used} / target {limit}"),
    "left-short": ("余 {n}", "{n} left"),
    "run": ("{reason} {n} 日不计", "{reason}: {n} not counted"),
    "run-short": ("{reason} {n}", "{reason} {n}"),
    "fold-days": ("{n}天", "{n} days"),
    "fold-not": ("不计", "not counted"),
    "waiting-applicant": ("等待申请人", "waiting for the applicant"),
    "waiting-owner": ("等待{owner}", "waiting for {owner}"),
    "applicant-party": ("申请人", "applicant"),
    "told-late": ("{day}补录", "told {day}"),
    "past-target": ("超内控 {n}", "{n} past target"),
    "not-begun": ("未开始", "not begun"),
    "target-of": ("内控 {limit}", "target {limit}"),
    "use": ("{used}／{limit}", "{used} / {limit}"),
    "uncounted-steps": ("不计时环节", "Steps not counted"),
    "union": ("合计 {sum} 日，并行只计一次，故计 {union}", "{sum} together; parallel days count once: {union}"),
    # the table and the grid
    "dates": ("日期", "Dates"),
    "what": ("是什么", "What"),
    "days": ("天数", "Days"),
    "counts": ("计入", "Counted"),
    "total": ("累计", "Total"),
    "basis": ("依据", "Because"),
    "table": ("逐日表", "Day by day"),
    "to": ("{first}至{last}", "{first} to {last}"),
    "idle-week": ("{first}至{last}　{what}，{n} 个工作日不计", "{first} to {last}: {what}, {n} working days not counted"),
    "rest-week": ("{first}至{last}　{what}", "{first} to {last}: {what}"),
    "grid-start": ("起始", "start"),
    "grid-today": ("今日", "today"),
    "grid-due": ("到期", "due"),
    "grid-make-up": ("班", "work"),
    "rest": ("休", "off"),
    "mini": ("已用 {used}／时限 {limit}", "used {used} of {limit}"),
    "not-started": ("尚未开始计时。", "Not started."),
}  # fmt: skip
WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HOLIDAYS = (
    ("元旦", "New Year"), ("春节", "Spring Festival"), ("清明", "Qingming"), ("劳动", "Labour Day"),
    ("端午", "Dragon Boat"), ("中秋", "Mid-Autumn"), ("国庆", "National Day"),
)  # fmt: skip
UNITS: Mapping[Unit, tuple[str, str]] = {
    Unit.WORKDAY: ("个工作日", "working days"),
    Unit.WORKHOUR: ("小时", "working hours"),
    Unit.DAY: ("天", "days"),
    Unit.MONTH: ("个月", "months"),
}
SHORT_UNITS: Mapping[Unit, tuple[str, str]] = {
    Unit.WORKDAY: ("日", "d"),
    Unit.WORKHOUR: ("时", "h"),
    Unit.DAY: ("天", "d"),
    Unit.MONTH: ("月", "mo"),
}


def say(key: str, lang: Lang, **values: object) -> str:
    """Return a text in a language, with its values."""
    return TEXTS[key][lang == "en"].format(**values)


def number(amount: Decimal) -> str:
    """Return an amount without trailing zeros."""
    return f"{amount.normalize():f}"


def amount_of(amount: Decimal, unit: Unit, lang: Lang) -> str:
    """Return an amount with its unit in full."""
    name = UNITS[unit][lang == "en"]
    return f"{number(amount)} {name.removesuffix('s') if lang == 'en' and amount == 1 else name}"


def short_amount(amount: Decimal, unit: Unit, lang: Lang) -> str:
    """Return an amount with its unit in short."""
    return f"{number(amount)} {SHORT_UNITS[unit][lang == 'en']}"


def day_text(day: date, lang: Lang, *, year: bool = False) -> str:
    """Return a day: `11月30日`, `30 Nov`."""
    if lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日" if year else f"{day.month}月{day.day}日"
    short = f"{day.day} {MONTHS[day.month - 1]}"
    return f"{short} {day.year}" if year else short


def full_day(day: date, lang: Lang, *, year: bool = False) -> str:
    """Return a day with its weekday: `11月30日（周一）`, `Mon 30 Nov`."""
    name = WEEKDAYS[lang][day.weekday()]
    return (
        f"{day_text(day, lang, year=year)}（周{name}）" if lang == "zh" else f"{name} {day_text(day, lang, year=year)}"
    )


def month_text(day: date, lang: Lang, *, year: bool) -> str:
    """Return a month: `2026年9月`, `10月`; `Sep 2026`, `Oct`."""
    if lang == "zh":
        return f"{day.year}年{day.month}月" if year else f"{day.month}月"
    return f"{MONTHS[day.month - 1]} {day.year}" if year else MONTHS[day.month - 1]


def clock_time(at: datetime) -> str:
    """Return a time of day in China, to the minute."""
    return local(at).strftime("%H:%M")


def holiday_name(name: str, lang: Lang) -> str:
    """Return a holiday's name; in English where it is one of the seven."""
    if lang == "zh":
        return name
    known = [english for part, english in HOLIDAYS if part in name]
    return " and ".join(known) or name


def joined(parts: list[str], lang: Lang) -> str:
    """Return a list in words."""
    return ("、" if lang == "zh" else ", ").join(parts)
