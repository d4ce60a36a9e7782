"""The texts that the State Council published, and the same words for any notice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from sla.notices.amendments import AMENDMENTS
from sla.notices.national import NOTICES
from sla.notices.notice import Change, Notice, Period

TEXTS = Path(__file__).resolve().parents[2] / "data" / "notices"
FIRST_YEAR = 2006  # before it no wording is known
YEARS = tuple(notice.year for notice in NOTICES if notice.year >= FIRST_YEAR)
ITEMISED = range(2006, 2010)  # these tell of each day of a period what it is
NUMERALS = "一二三四五六七八九"
ADDRESSEES = "各省、自治区、直辖市人民政府，国务院各部委、各直属机构："
CLOSING = (
    "节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作，遇有重大突发事件，要按规定及时报告并妥善处置，"
    "确保人民群众祥和平安度过节日假期。"
)


def notice_of(year: int) -> Notice:
    """The notice of the table; that of 2006, of which no day of publication is on record, as published on its date."""
    found = next(notice for notice in NOTICES if notice.year == year)
    return found if found.published else found.model_copy(update={"published": found.dated})


def amendment_of(identifier: str) -> tuple[Change, tuple[Change, ...]]:
    """The amendment of the table, and those before it."""
    place = [each.id for each in AMENDMENTS].index(identifier)
    return AMENDMENTS[place], AMENDMENTS[:place]


@cache
def text_of(name: int | str) -> str:
    """What was published: a year's notice, or an amendment by its identifier."""
    return (TEXTS / f"{str(name).removeprefix('CN-')}.txt").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Style:
    """How a notice is worded where the wording was not always the same."""

    weekday: str = "周"
    beside_periods: bool = True
    to: str = "至"
    off: str = "放假调休"
    whole_new_year: bool = False
    chinese_date: bool = False


def render_notice(notice: Notice, style: Style = Style()) -> str:
    """A notice in the official wording; each make-up day with the holiday that it is nearest to."""
    groups = groups_of(notice)
    worked = [owner_of(day, groups, notice.year) for day in notice.work_days]
    lines = [f"国务院办公厅关于{notice.year}年", "部分节假日安排的通知", *([notice.number] if notice.number else [])]
    lines += [ADDRESSEES, f"经国务院批准，现将{notice.year}年{_listed(groups)}放假调休日期的具体安排通知如下。"]
    for place, group in enumerate(groups):
        days = [day for day, owner in zip(notice.work_days, worked, strict=True) if owner == place]
        year = None if style.whole_new_year and place == 0 else notice.year
        lines.append(f"{NUMERALS[place]}、{group[0].name}：{_arranged(group, days, style, year)}")
    lines += [CLOSING, "国务院办公厅"]
    if notice.dated:
        lines.append(_signed(notice.dated, chinese=style.chinese_date))
    return "\n".join(lines) + "\n"


def groups_of(notice: Notice) -> list[list[Period]]:
    """The periods holiday by holiday: two for one that has another day off for it."""
    groups: list[list[Period]] = []
    for period in notice.periods:
        if groups and groups[-1][0].name == period.name:
            groups[-1].append(period)
        else:
            groups.append([period])
    return groups


def owner_of(day: date, groups: Sequence[Sequence[Period]], year: int) -> int:
    """The place of the holiday that a make-up day is for."""
    if day.year < year:
        return 0
    return min(range(len(groups)), key=lambda place: min(_distance(day, period) for period in groups[place]))


def _distance(day: date, period: Period) -> timedelta:
    return min(abs(day - period.first), abs(day - period.last))


def _listed(groups: Iterable[Sequence[Period]]) -> str:
    names = [name for group in groups for name in group[0].name.split("、")]
    return "、".join(names[:-1]) + "和" + names[-1]


def _arranged(group: Sequence[Period], days: Sequence[date], style: Style, year: int | None) -> str:
    first, last = group[0].first, group[0].last
    begins = _day(first, style, year, beside=style.beside_periods)
    if len(group) > 1:
        said = f"{begins}放假，{_day(group[1].first, style, year)}补休。"
    elif first == last:
        said = f"{begins}放假1天。"
    else:
        ends = _day(last, style, year, beside=style.beside_periods)
        if first.month == last.month and year is not None:
            ends = ends.partition("月")[2]
        said = f"{begins}{style.to}{ends}{style.off}，共{(last - first).days + 1}天。"
    worked = "、".join(_day(day, style, year) for day in days)
    return said + (f"{worked}上班。" if worked else "")


def _day(day: date, style: Style, year: int | None, *, beside: bool = True) -> str:
    said = f"{day.month}月{day.day}日"
    if day.year != year:
        said = f"{day.year}年{said}"
    return said + (f"（{style.weekday}{'一二三四五六日'[day.weekday()]}）" if beside else "")


def _signed(day: date, *, chinese: bool) -> str:
    if not chinese:
        return f"{day.year}年{day.month}月{day.day}日"
    year = "".join("〇一二三四五六七八九"[int(sign)] for sign in str(day.year))
    return f"{year}年{chinese_number(day.month)}月{chinese_number(day.day)}日"


def chinese_number(value: int) -> str:
    """A whole number below a hundred in Chinese numerals."""
    tens, ones = divmod(value, 10)
    return ("" if tens < 2 else NUMERALS[tens - 1]) + ("十" if tens else "") + ("" if not ones else NUMERALS[ones - 1])
