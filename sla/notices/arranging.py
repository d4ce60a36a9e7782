"""A year's notice made of its holidays, from a text or from a file: checked against itself and against the statute."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from sla.errors import WrongTableError
from sla.notices.dating import SaidDay, check_year
from sla.notices.heading import Heading
from sla.notices.holidays import FIRST_YEAR, LAST_YEAR, NEW_YEAR, missed, shares
from sla.notices.items import HolidayItem
from sla.notices.notice import Notice, Period
from sla.notices.numerals import DAY_NAMES, WEEK_NAMES
from sla.notices.paper import Passage
from sla.notices.rules import NoticeRule
from sla.notices.table import check, is_weekday, statutory, weekdays

NEAR = timedelta(
    days=14
)  # between a make-up day and its holiday; of all that were ordered one was eleven away, none other seven


def arrange(year: int, items: Sequence[HolidayItem], heading: Heading) -> Notice:
    """Return the notice of a year; UnreadableNoticeError names the first rule that its holidays break."""
    check_year_kept(year, heading.mark)
    _check_names(year, items, heading.mark)
    periods = [(period, item.mark) for item in items for period in item.periods]
    _check_periods(year, items, periods)
    _check_make_ups(year, items, [period for period, _ in periods])
    off_days = tuple(sorted(day for period, _ in periods for day in days_of(period) if is_weekday(day)))
    work_days = tuple(sorted(one.day for item in items for one in item.make_ups))
    if len(off_days) - len(work_days) != statutory(year):
        detail = f"放假 {len(off_days)} 天减去调休上班 {len(work_days)} 天，不等于法定的 {statutory(year)} 天：{len(off_days)} days off less {len(work_days)} make-up days are not the statute's {statutory(year)}"
        raise heading.mark.fault(NoticeRule.STATUTE, detail)
    heading.check(min((*off_days, *work_days)))
    notice = Notice(
        year=year,
        number=heading.number,
        dated=heading.dated,
        published=heading.published,
        periods=tuple(period for period, _ in periods),
        off_days=off_days,
        work_days=work_days,
        working_days=_of_year(year, work_days) + weekdays(year) - _of_year(year, off_days),
        url=heading.url,
    )
    try:
        check((notice,), ())
    except WrongTableError as error:
        raise heading.mark.fault(NoticeRule.STATUTE, f"不合法定：{error}") from None
    return notice


def check_year_kept(year: int, mark: Passage) -> None:
    """Raise where the project knows no statute for the year, or the year is far off."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise mark.fault(
            NoticeRule.YEAR,
            f"只收 {FIRST_YEAR} 至 {LAST_YEAR} 年的通知：notices are kept from {FIRST_YEAR} to {LAST_YEAR}",
        )


def check_make_up(one: SaidDay, periods: Sequence[Period], own: Sequence[Period]) -> None:
    """Raise unless a make-up day is a Saturday or Sunday outside all periods and near its own."""
    day, mark = one
    if is_weekday(day):
        raise mark.fault(
            NoticeRule.MAKE_UP,
            f"调休上班日 {day} 是{WEEK_NAMES[day.weekday()]}：the make-up day {day} is a {DAY_NAMES[day.weekday()]}",
        )
    if any(period.first <= day <= period.last for period in periods):
        raise mark.fault(NoticeRule.MAKE_UP, f"调休上班日 {day} 在放假时段内：the make-up day {day} lies in a holiday")
    if min(min(abs(day - period.first), abs(day - period.last)) for period in own) > NEAR:
        raise mark.fault(
            NoticeRule.MAKE_UP,
            f"调休上班日 {day} 距其节日超过 {NEAR.days} 天：the make-up day {day} is more than {NEAR.days} days from its holiday",
        )


def days_of(period: Period) -> Iterator[date]:
    """Yield the days of a period, weekends included."""
    for offset in range((period.last - period.first).days + 1):
        yield period.first + timedelta(days=offset)


def _check_names(year: int, items: Sequence[HolidayItem], mark: Passage) -> None:
    expected = shares(year)
    named = Counter(name for item in items for name in item.names)
    for item in items:
        for name in item.names:
            if named[name] > 1:
                raise item.mark.fault(NoticeRule.HOLIDAY, f"{name}安排了两次：{name} is arranged twice")
            if name not in expected:
                raise item.mark.fault(
                    NoticeRule.HOLIDAY, f"{name}不是 {year} 年的法定节日：{name} is no holiday of {year}"
                )
    if lost := [name for name in expected if name not in named]:
        raise mark.fault(NoticeRule.HOLIDAY, f"没有安排{lost[0]}：{lost[0]} is not arranged")


def _check_periods(year: int, items: Sequence[HolidayItem], periods: Sequence[tuple[Period, Passage]]) -> None:
    for period, mark in periods:
        for day in (period.first, period.last):
            check_year(day, year, mark, new_year=NEW_YEAR in period.name)
    for (before, _), (after, mark) in pairwise(periods):
        if after.first <= before.last:
            raise mark.fault(
                NoticeRule.SPAN,
                f"起于 {after.first}，而{before.name}尚未结束：it begins on {after.first}, before {before.name} has ended",
            )
    for item in items:
        for name in item.names:
            if lost := missed(name, year, item.periods):
                raise item.mark.fault(NoticeRule.SEASON, f"{name}没有包括应放的日子：{name} is without {lost}")


def _check_make_ups(year: int, items: Sequence[HolidayItem], periods: Sequence[Period]) -> None:
    seen: set[date] = set()
    for item in items:
        for one in item.make_ups:
            check_year(one.day, year, one.mark, new_year=NEW_YEAR in item.names)
            check_make_up(one, periods, item.periods)
            if one.day in seen:
                raise one.mark.fault(
                    NoticeRule.MAKE_UP, f"调休上班日 {one.day} 写了两次：the make-up day {one.day} is named twice"
                )
            seen.add(one.day)


def _of_year(year: int, days: Sequence[date]) -> int:
    return sum(day.year == year for day in days)
