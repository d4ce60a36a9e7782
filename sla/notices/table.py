"""The days that a set of notices comes to, and the check that they add up."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise, zip_longest
from typing import NamedTuple

from sla.errors import WrongTableError
from sla.notices.notice import Change, Notice, Period

SATURDAY = 5
DECEMBER = 12
# Days off by statute 全国年节及纪念日放假办法, by the first year of each version.
STATUTORY = ((2025, 13), (2008, 11), (2004, 10))
# Up to this year the two tables below are facts that notices are held against; for later years they follow from the
# notices and amendments themselves.
SETTLED = 2025
EXTRA = {2015: 1, 2020: 2}  # days off that amendments added beyond the statute
# Weekend days worked in December for weekdays off in the January after.
CARRY_OUT = {2005: 1, 2006: 2, 2011: 1}


class Table(NamedTuple):
    """Days that differ from Monday to Friday, and the holidays' names by day."""

    off: set[date]
    work: set[date]
    names: dict[date, str]

    def works(self, day: date) -> bool:
        """Tell whether the day is a working day 工作日."""
        return (is_weekday(day) and day not in self.off) or day in self.work


def tabulate(notices: Iterable[Notice], changes: Iterable[Change]) -> Table:
    """Return the table after the notices and then the changes, in the order given."""
    table = Table(set(), set(), {})
    for notice in notices:
        table.off.update(notice.off_days)
        table.work.update(notice.work_days)
        _name(table, notice.periods)
    for change in changes:
        _apply(table, change)
    return table


def statutory(year: int) -> int:
    """Return the days off that the statute gives a year; WrongTableError before the first version kept."""
    for since, count in STATUTORY:
        if year >= since:
            return count
    raise WrongTableError(f"no statute of {year} is kept")


def weekdays(year: int) -> int:
    """Return how many days of the year are Monday to Friday."""
    first = date(year, 1, 1)
    return sum(is_weekday(first + timedelta(days=offset)) for offset in range((date(year + 1, 1, 1) - first).days))


def is_weekday(day: date) -> bool:
    """Tell whether the day is Monday to Friday."""
    return day.weekday() < SATURDAY


def check(notices: Sequence[Notice], amendments: Sequence[Change]) -> None:
    """Raise unless national notices and amendments, as known on some day, add up year by year."""
    for before, after in pairwise(notices):
        if after.year == before.year:
            raise WrongTableError(f"two notices for {after.year}")
        if after.year != before.year + 1:
            raise WrongTableError(f"no notice between {before.year} and {after.year}")
    for notice in notices:
        _check_form(notice)
    check_changes(notices, amendments)
    table = tabulate(notices, amendments)
    for notice, following in zip_longest(notices, notices[1:]):
        _check_sum(notice, following, amendments, table)


def check_changes(notices: Iterable[Notice], changes: Iterable[Change]) -> None:
    """Raise unless each change, in the order given, really changes the days it names."""
    table = tabulate(notices, ())
    for change in changes:
        idle = [day for day in change.to_off if not table.works(day)]
        idle += [day for day in change.to_work if table.works(day)]
        if idle:
            raise WrongTableError(f"{change.id} changes nothing on {idle[0]}")
        _apply(table, change)


def _apply(table: Table, change: Change) -> None:
    for day in change.to_off:
        table.work.discard(day)
        if is_weekday(day):
            table.off.add(day)
    for day in change.to_work:
        table.off.discard(day)
        if not is_weekday(day):
            table.work.add(day)
    _name(table, change.periods)


def _name(table: Table, periods: Iterable[Period]) -> None:
    for period in periods:
        for offset in range((period.last - period.first).days + 1):
            table.names[period.first + timedelta(days=offset)] = period.name


def _check_form(notice: Notice) -> None:
    named = tabulate((notice,), ()).names
    for day in notice.off_days:
        if not is_weekday(day) or day not in named:
            raise WrongTableError(f"notice {notice.year}: {day} is no weekday of a holiday")
    for day in notice.work_days:
        if is_weekday(day) or day in named:
            raise WrongTableError(f"notice {notice.year}: {day} is no weekend day outside the holidays")
    for day in (*notice.off_days, *notice.work_days):
        if day.year != notice.year and (day.year, day.month) != (notice.year - 1, DECEMBER):
            raise WrongTableError(f"notice {notice.year}: {day} belongs to another year")


def _check_sum(notice: Notice, following: Notice | None, amendments: Iterable[Change], table: Table) -> None:
    year = notice.year
    first = date(year, 1, 1)
    found = sum(table.works(first + timedelta(days=offset)) for offset in range((date(year + 1, 1, 1) - first).days))
    carried_out = _carry_in(following) if following else 0
    net = sum((day.year == year) * (1 if day in change.to_off else -1) for change in amendments for day in change.days)
    amended = any(change.days[0].year == year for change in amendments)
    extra = net if year > SETTLED else EXTRA.get(year, 0) if amended else 0
    expected = weekdays(year) - statutory(year) - extra + carried_out - _carry_in(notice)
    if found != expected:
        raise WrongTableError(f"{year} has {found} working days, the statute gives {expected}")
    stated = notice.working_days + carried_out - net
    if found != stated:
        raise WrongTableError(f"{year} has {found} working days, its notices come to {stated}")


def _carry_in(notice: Notice) -> int:
    """Weekend days that the notice works in the December before its year, less the weekdays that it takes off there."""
    before = notice.year - 1
    if before <= SETTLED:
        return CARRY_OUT.get(before, 0)
    return sum(day.year == before for day in notice.work_days) - sum(day.year == before for day in notice.off_days)
