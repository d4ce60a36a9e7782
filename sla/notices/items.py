"""One holiday of a notice as its sentences arrange it: when it is, which days are worked for it, and whether that fits."""

import re
from datetime import date, timedelta
from typing import NamedTuple

from sla.errors import UnreadableNoticeError
from sla.notices.dating import Reckoner, SaidDay
from sla.notices.holidays import NAME, NEW_YEAR, shares
from sla.notices.notice import Period
from sla.notices.numerals import DAY_NAMES, NUMBER, number
from sla.notices.paper import Paper, Passage
from sla.notices.rules import NoticeRule
from sla.notices.table import is_weekday

DAY = timedelta(days=1)
FRIDAY = 4
TO = re.compile("至|到|-{1,3}")
OFF = re.compile("放假调休|放假公休|调休放假|放假")
STOP = re.compile("[,;。]")
DAYS_OFF = re.compile(f"({NUMBER})天")
TOTAL = re.compile(f"共({NUMBER})天")
NO_EXCHANGE = re.compile("不调休")
WITH_WEEKEND = re.compile("与周末连休")
OF_THEM = re.compile("其中[,:]?")
MOVING = re.compile("将")
LEGAL = re.compile(f",?为{NAME}?法定节?假日")
REST = re.compile(",?为公休日|照常公休")
MOVED = re.compile(f"(?:(?P<number>{NUMBER})个)?公休日(?P<feast>及{NAME})?(?:分别)?调(?:休)?至")
WORKED = re.compile("(?:正常|照常)?上班")
INSTEAD = re.compile("补休")
EVE = re.compile(r"鼓励各单位结合带薪年休假等制度落实,安排职工在除夕\(")
EVE_END = re.compile(r"\)休息")


class HolidayItem(NamedTuple):
    """A holiday, or two at once, with its periods and its make-up days."""

    names: tuple[str, ...]
    title: str  # the names as the almanac writes them
    mark: Passage
    periods: tuple[Period, ...]
    make_ups: tuple[SaidDay, ...]


class MovedRest(NamedTuple):
    """Days of rest that are moved: from where, to where, and whether a feast day is moved with them."""

    sources: tuple[SaidDay, ...]
    targets: tuple[SaidDay, ...]
    feasts: int


class ItemReader:
    """Reads the sentences of one item, after its name."""

    def __init__(self, paper: Paper, year: int, names: tuple[str, ...]) -> None:
        self.paper = paper
        self.year = year
        self.names = names
        self.days = Reckoner(paper, year, new_year=NEW_YEAR in names)
        self.make_ups: list[SaidDay] = []
        self.legal: list[SaidDay] = []
        self.rest: list[SaidDay] = []
        self.moved: list[MovedRest] = []
        self.instead: SaidDay | None = None
        self._counted = False
        self._exchanged = True

    def read(self) -> HolidayItem:
        """Read up to the last sentence that is about days, and check what they say of each other."""
        self._read_span()
        while True:
            stop = self.paper.take(STOP)
            if stop is None:
                raise self.paper.not_understood()
            if not self._clause():
                if stop[0] != "。":
                    raise self.paper.not_understood()
                break
        self._check()
        title = "、".join(self.names)
        return HolidayItem(self.names, title, self.mark, self._periods(title), tuple(self.make_ups))

    @property
    def span(self) -> tuple[date, ...]:
        """The days of the period, in order."""
        length = (self.last.day - self.first.day).days + 1
        return tuple(self.first.day + DAY * offset for offset in range(length))

    def _read_span(self) -> None:
        begun = self.paper.pos
        first = last = self.days.day()
        if self.paper.take(TO):
            last = self.days.day()
        if first is None or last is None or not self.paper.take(OFF):
            raise self.paper.not_understood(begun)
        self.mark = first.mark
        if last.day < first.day:
            raise self.mark.fault(
                NoticeRule.SPAN, f"止于 {last.day}，却起于 {first.day}：it ends on {last.day} and begins on {first.day}"
            )
        self.first, self.last = first, last
        self.days.period = (first.day, last.day)
        if found := self.paper.take(DAYS_OFF):
            self._count(found)

    def _clause(self) -> bool:
        paper = self.paper
        if found := paper.take(TOTAL):
            self._count(found)
        elif paper.take(NO_EXCHANGE):
            self._exchanged = False
        elif paper.take(WITH_WEEKEND):
            if self.first.day.weekday() != 0 and self.last.day.weekday() != FRIDAY:
                day = DAY_NAMES[self.first.day.weekday()]
                raise self.mark.fault(
                    NoticeRule.WEEKEND,
                    f"{self.first.day} 不与周末相连：{self.first.day} is a {day} and joins no weekend",
                )
        elif paper.take(EVE):
            self._eve()
        else:
            return self._day_clause()
        return True

    def _day_clause(self) -> bool:
        begun = self.paper.pos
        opened = bool(self.paper.take(OF_THEM))
        opened = bool(self.paper.take(MOVING)) or opened
        days = self.days.days()
        if not days and not opened:
            return False
        if not days or not self.verb(days):
            raise self.paper.not_understood(begun)
        return True

    def verb(self, days: tuple[SaidDay, ...]) -> bool:
        """Read what is said of the days; False where that is not understood."""
        paper = self.paper
        if paper.take(LEGAL):
            self.legal += days
        elif paper.take(REST):
            self.rest += days
        elif found := paper.take(MOVED):
            if found["number"] and number(found["number"]) != len(days):
                raise days[0].mark.fault(NoticeRule.COUNT, f"写出的是 {len(days)} 天：{len(days)} days are named")
            self.moved.append(MovedRest(days, self.days.days(), bool(found["feast"])))
        elif paper.take(WORKED):
            self.make_ups += days
        elif paper.take(INSTEAD) and self.instead is None and len(days) == 1:
            self.instead = days[0]
        else:
            return False
        return True

    def _eve(self) -> None:
        eve = self.days.day()
        if eve is None or not self.paper.take(EVE_END):
            raise self.paper.not_understood()
        if eve.day != self.first.day - DAY:
            raise eve.mark.fault(
                NoticeRule.SPAN,
                f"{eve.day} 不是 {self.first.day} 的前一天：{eve.day} is not the day before {self.first.day}",
            )

    def _count(self, found: re.Match[str]) -> None:
        self._counted = True
        if number(found[1]) != len(self.span):
            detail = f"{self.first.day} 至 {self.last.day} 为 {len(self.span)} 天：from {self.first.day} to {self.last.day} are {len(self.span)} days"
            raise self.paper.fault(NoticeRule.COUNT, detail, found.start())

    def _check(self) -> None:
        if not self._counted and len(self.span) > 1:
            raise self.mark.fault(NoticeRule.COUNT, "没有说明共几天：it does not say how many days that are")
        if not self._exchanged and self.make_ups:
            raise self.make_ups[0].mark.fault(
                NoticeRule.MAKE_UP, "不调休却有调休上班日：a make-up day where no day is exchanged"
            )
        if self.instead is not None:
            check_substitute(self.last.day, self.instead)
        if self.legal or self.rest or self.moved:
            self.check_account()

    def check_account(self) -> None:
        """Raise unless it is told of every day of the period, once, what it is, and days moved and worked agree."""
        targets = [one for each in self.moved for one in each.targets]
        sources = [one for each in self.moved for one in each.sources]
        feasts = sum(each.feasts for each in self.moved)
        told = [one.day for one in (*self.legal, *self.rest, *targets)]
        if sorted(told) != list(self.span):
            raise self._unaccounted(
                "各日没有逐一说明是法定节假日、公休日还是调来的公休日：its days are not each named once as holiday, day of rest or day moved to it"
            )
        if len(self.legal) + feasts != sum(shares(self.year)[name] for name in self.names):
            raise self._unaccounted("法定节假日的天数与法定的不符：its statutory days are not those of the statute")
        if any(map(is_weekday, (one.day for one in (*self.rest, *sources)))) or not all(
            is_weekday(one.day) for one in targets
        ):
            raise self._unaccounted(
                "公休日不在周六、周日，或者调到了周六、周日：a day of rest is no Saturday or Sunday, or one is moved to such a day"
            )
        if len(sources) + feasts != len(targets):
            raise self._unaccounted(
                "调来的公休日与调出的天数不符：as many days of rest are not moved to it as from elsewhere"
            )
        outside = {one.day for one in sources} - {one.day for one in self.legal}
        if outside != {one.day for one in self.make_ups}:
            raise self._unaccounted(
                "被调的公休日与调休上班的日子不符：the days that rest is moved from are not those that are worked"
            )

    def _unaccounted(self, detail: str) -> UnreadableNoticeError:
        return self.mark.fault(NoticeRule.ACCOUNT, detail)

    def _periods(self, title: str) -> tuple[Period, ...]:
        period = Period(name=title, first=self.first.day, last=self.last.day)
        if self.instead is None:
            return (period,)
        return with_substitute(period, self.instead.day)


def check_substitute(holiday: date, instead: SaidDay) -> None:
    """Raise unless a holiday at a weekend has the next weekday off for it."""
    expected = holiday + DAY
    while not is_weekday(expected):
        expected += DAY
    if is_weekday(holiday) or instead.day != expected:
        detail = (
            f"{instead.day} 不是逢周末节日之后的工作日：{instead.day} is not the weekday after a holiday at a weekend"
        )
        raise instead.mark.fault(NoticeRule.SUBSTITUTE, detail)


def with_substitute(period: Period, instead: date) -> tuple[Period, ...]:
    """Return the period and the day off for it: one period where they follow each other, two else."""
    if instead == period.last + DAY:
        return (period.model_copy(update={"last": instead}),)
    return (period, Period(name=period.name, first=instead, last=instead))
