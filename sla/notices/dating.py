"""The dates of one item of a notice: a year or a month that is not said is that of the date before it."""

import re
from datetime import date
from typing import NamedTuple

from sla.notices.numerals import DAY_NAMES, NUMBER, WEEK_NAMES, YEAR, is_festival, number, weekday, year_number
from sla.notices.paper import Paper, Passage
from sla.notices.rules import NoticeRule

DECEMBER = 12
DAY = re.compile(
    rf"(?:(?:(?P<year>{YEAR})年)?(?P<month>{NUMBER})月)?(?P<day>{NUMBER})日(?:\((?P<beside>[^()]{{1,30}})\))?"
)
_AND = re.compile("[、和及]")


class SaidDay(NamedTuple):
    """A day, and where it is said."""

    day: date
    mark: Passage


class Reckoner:
    """Reads dates of a year's notice. Of the year before it takes days in December, where they are of the new year's holiday."""

    def __init__(self, paper: Paper, year: int, *, new_year: bool) -> None:
        self._paper = paper
        self._year = year
        self._new_year = new_year
        self.period: tuple[date, date] | None = None  # of the item; a list that begins without a month is of its
        self._last: date | None = None

    def day(self) -> SaidDay | None:
        """Read a date with what stands in brackets beside it; None where there is none."""
        pos = self._paper.pos
        found = self._paper.take(DAY)
        if found is None:
            return None
        day = self._reckoned(found, pos)
        self._check_beside(found, day, pos)
        self._last = day
        return SaidDay(day, self._paper.mark(pos))

    def days(self) -> tuple[SaidDay, ...]:
        """Read dates one after another; none where there is none."""
        self._last = None
        found, after = [], self._paper.pos
        while (one := self.day()) is not None:
            found.append(one)
            after = self._paper.pos
            if not self._paper.take(_AND):
                break
        self._paper.pos = after
        return tuple(found)

    def _reckoned(self, found: re.Match[str], pos: int) -> date:
        if found["month"]:
            year, month = self._year, number(found["month"])
            if found["year"]:
                year = year_number(found["year"])
            elif self._new_year and month == DECEMBER:
                year -= 1
        else:
            year, month = self._month_before(number(found["day"]), pos)
        try:
            day = date(year, month, number(found["day"]))
        except ValueError:
            raise self._paper.fault(NoticeRule.DATE, "没有这一天：there is no such day", pos) from None
        check_year(day, self._year, self._paper.mark(pos), new_year=self._new_year)
        return day

    def _month_before(self, day: int, pos: int) -> tuple[int, int]:
        if self._last is not None:
            return self._last.year, self._last.month
        if self.period is not None:
            first, last = self.period
            if first.month == last.month or day >= first.day:
                return first.year, first.month
        raise self._paper.fault(NoticeRule.DATE, "日期没有月份：a date without its month", pos)

    def _check_beside(self, found: re.Match[str], day: date, pos: int) -> None:
        if found["beside"] is None:
            return
        for words in re.split("[、,]", found["beside"]):
            said = weekday(words)
            if said is None and not is_festival(words):
                raise self._paper.fault(
                    NoticeRule.UNKNOWN, "日期旁的文字读不懂：the words beside a date are not understood", pos
                )
            if said not in (None, day.weekday()):
                raise self._paper.fault(
                    NoticeRule.WEEKDAY,
                    f"{day} 是{WEEK_NAMES[day.weekday()]}：{day} is a {DAY_NAMES[day.weekday()]}",
                    pos,
                )


def check_year(day: date, year: int, mark: Passage, *, new_year: bool) -> None:
    """Raise unless the day is of the year, or for the new year's holiday in the December before it."""
    if day.year == year or (new_year and (day.year, day.month) == (year - 1, DECEMBER)):
        return
    raise mark.fault(NoticeRule.YEAR, f"{day} 不是 {year} 年的日子：{day} is no day of {year}")


def whole_date(paper: Paper, parts: tuple[int, int, int], pos: int) -> date:
    """Return the day of a whole date that was read."""
    try:
        return date(*parts)
    except ValueError:
        raise paper.fault(NoticeRule.DATE, "没有这一天：there is no such day", pos) from None
