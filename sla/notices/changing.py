"""An amendment made of what a text says, against what was arranged before it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from sla.notices.arranging import NEAR, check_make_up, days_of
from sla.notices.dating import SaidDay
from sla.notices.heading import Heading
from sla.notices.items import HolidayItem
from sla.notices.joining import NATION
from sla.notices.notice import Change, Notice, Period
from sla.notices.paper import Passage
from sla.notices.rules import NoticeRule
from sla.notices.table import tabulate

DAY = timedelta(days=1)
CHECKED = "wording of the notice"


class Arranged:
    """The days of a year as notices and earlier amendments arranged them."""

    def __init__(self, year: int, notices: Sequence[Notice], amendments: Sequence[Change], mark: Passage) -> None:
        notice = next((each for each in notices if each.year == year), None)
        if notice is None:
            raise mark.fault(NoticeRule.KNOWN, f"没有 {year} 年的通知：there is no notice for {year}")
        self.table = tabulate(notices, amendments)
        self.periods = (*notice.periods, *(period for each in amendments for period in each.periods))

    def check_arranged(self, names: Iterable[str], mark: Passage) -> None:
        """Raise unless each of the holidays was arranged."""
        for name in names:
            if not self.of([name]):
                raise mark.fault(NoticeRule.HOLIDAY, f"原先没有安排{name}：{name} was not arranged")

    def of(self, names: Iterable[str]) -> tuple[Period, ...]:
        """Return the periods of holidays, also where one is arranged together with another."""
        return tuple(period for period in self.periods if set(names) & set(period.name.split("、")))

    def others(self, names: Iterable[str]) -> tuple[Period, ...]:
        """Return the periods of all other holidays."""
        own = self.of(names)
        return tuple(period for period in self.periods if period not in own)

    def working(self, periods: Iterable[Period]) -> tuple[date, ...]:
        """Return the days of the periods that are working days so far, in order."""
        return tuple(day for period in periods for day in days_of(period) if self.table.works(day))


def adjusted(before: Arranged, item: HolidayItem) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """Return the days that a holiday arranged anew takes off, and those that it makes work; as many as each other."""
    own = before.of(item.names)
    new = {day for period in item.periods for day in days_of(period)}
    if lost := [day for period in own for day in days_of(period) if day not in new]:
        detail = f"{lost[0]} 将不再放假，此类调整请以文件载入：{lost[0]} would not be off any more: bring such an amendment as a file"
        raise item.mark.fault(NoticeRule.SPAN, detail)
    mentioned = {one.day for one in item.make_ups} | new
    if lost := [day for day in _worked_for(before, item.names) if day not in mentioned]:
        detail = f"未说明调休上班日 {lost[0]} 是否仍上班，此类调整请以文件载入：whether the make-up day {lost[0]} still works is not said: bring such an amendment as a file"
        raise item.mark.fault(NoticeRule.MAKE_UP, detail)
    to_off, to_work = exchanged(before, item, before.others(item.names))
    if len(to_off) != len(to_work):
        detail = f"多放 {len(to_off)} 天，调休上班 {len(to_work)} 天：{len(to_off)} days are taken off and {len(to_work)} worked for them"
        raise item.mark.fault(NoticeRule.STATUTE, detail)
    return to_off, to_work


def occasional(before: Arranged, item: HolidayItem, given: int) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """Return the days that a holiday of one year takes off, and those that it makes work: the days given are more."""
    to_off, to_work = exchanged(before, item, before.periods)
    if len(to_off) - len(to_work) != given:
        detail = f"多放 {len(to_off)} 天，调休上班 {len(to_work)} 天，另放 {given} 天：{len(to_off)} days are taken off, {len(to_work)} worked for them, and {given} given"
        raise item.mark.fault(NoticeRule.STATUTE, detail)
    return to_off, to_work


def prolonged(before: Arranged, name: str, until: SaidDay, back: SaidDay) -> Period:
    """Return the days by which a holiday is prolonged, up to the last one said; work begins on the day said next."""
    ended = max(period.last for period in before.of([name]))
    if until.day <= ended:
        raise until.mark.fault(NoticeRule.SPAN, f"{name}原本就到 {ended}：{name} lasts until {ended} as it is")
    period = Period(name=name, first=ended + DAY, last=until.day)
    _check_apart([period], before.others([name]), until.mark)
    between = [until.day + DAY * offset for offset in range(1, (back.day - until.day).days)]
    if back.day <= until.day or any(map(before.table.works, between)) or not before.table.works(back.day):
        raise back.mark.fault(
            NoticeRule.ACCOUNT,
            f"{back.day} 不是 {until.day} 之后的第一个工作日：{back.day} is not the first working day after {until.day}",
        )
    return period


def exchanged(
    before: Arranged, item: HolidayItem, others: Sequence[Period]
) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """Return the working days of the item's periods and the days of rest that it makes work."""
    _check_apart(item.periods, others, item.mark)
    for one in item.make_ups:
        check_make_up(one, (*others, *item.periods), item.periods)
    worked = sorted(one.day for one in item.make_ups)
    return before.working(item.periods), tuple(day for day in worked if not before.table.works(day))


def change(
    heading: Heading, periods: tuple[Period, ...], to_off: Sequence[date], to_work: Sequence[date], reason: str
) -> Change:
    """Return the change, dated and published before the first day that it rules."""
    if not to_off:
        raise heading.mark.fault(NoticeRule.KNOWN, "没有把任何工作日改为放假：it takes no working day off")
    heading.check(min((*to_off, *to_work)))
    return Change(
        id=f"{NATION}-{periods[0].first}",
        jurisdiction=NATION,
        number=heading.number,
        dated=heading.dated,
        published=heading.published,
        reason=reason,
        periods=periods,
        to_off=tuple(to_off),
        to_work=tuple(to_work),
        checked=CHECKED,
        url=heading.url,
    )


def _check_apart(periods: Iterable[Period], others: Iterable[Period], mark: Passage) -> None:
    for period in periods:
        for other in others:
            if period.first <= other.last and other.first <= period.last:
                raise mark.fault(NoticeRule.SPAN, f"与{other.name}重叠：it overlaps {other.name}")


def _worked_for(before: Arranged, names: Sequence[str]) -> Iterator[date]:
    """Yield make-up days that may have been worked for the holidays: near to them, and no nearer to another."""
    own, others = before.of(names), before.others(names)
    for day in sorted(before.table.work):
        near = min(_distance(day, period) for period in own)
        if near <= NEAR and near <= min((_distance(day, period) for period in others), default=NEAR):
            yield day


def _distance(day: date, period: Period) -> timedelta:
    return min(abs(day - period.first), abs(day - period.last))
