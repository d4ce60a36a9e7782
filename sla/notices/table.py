"""The days that a set of notices comes to, and the check that they add up."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from sla.errors import WrongTableError
from sla.notices.notice import Change, Notice, Period

SATURDAY = 5
DECEMBER = 12
# Days off by statute 全国年节及纪念日放假办法, by the first year of each version.
STATUTORY = ((2025, 13), (2008, 11), (2004, 10))
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
        return (day.weekday() < SATURDAY and day not in self.off) or day in self.work


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


def check(notices: Sequence[Notice], amendments: Sequence[Change]) -> None:
    """Raise unless national notices and amendments, as known on some day, add up year by year."""
    for before, after in pairwise(notices):
        if after.year != before.year + 1:
            raise WrongTableError(f"no notice between {before.year} and {after.year}")
    for notice in notices:
        _check_form(notice)
    check_changes(notices, amendments)
    table = tabulate(notices, amendments)
    last = notices[-1].year
    for notice in notices:
        _check_sum(notice, amendments, table, next_known=notice.year < last)


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
        if day.weekday() < SATURDAY:
            table.off.add(day)
    for day in change.to_work:
        table.off.discard(day)
        if day.weekday() >= SATURDAY:
            table.work.add(day)
    _name(table, change.periods)


def _name(table: Table, periods: Iterable[Period]) -> None:
    for period in periods:
        for offset in range((period.last - period.first).days + 1):
            table.names[period.first + timedelta(days=offset)] = period.name


def _check_form(notice: Notice) -> None:
    named = tabulate((notice,), ()).names
    for day in notice.off_days:
        if day.weekday() >= SATURDAY or day not in named:
            raise WrongTableError(f"notice {notice.year}: {day} is no weekday of a holiday")
    for day in notice.work_days:
        if day.weekday() < SATURDAY or day in named:
            raise WrongTableError(f"notice {notice.year}: {day} is no weekend day outside the holidays")
    for day in (*notice.off_days, *notice.work_days):
        if day.year != notice.year and (day.year, day.month) != (notice.year - 1, DECEMBER):
            raise WrongTableError(f"notice {notice.year}: {day} belongs to another year")


def _check_sum(notice: Notice, amendments: Iterable[Change], table: Table, *, next_known: bool) -> None:
    year = notice.year
    first = date(year, 1, 1)
    days = [first + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - first).days)]
    amended = [change for change in amendments if change.days[0].year == year]
    statutory = next(count for since, count in STATUTORY if year >= since)
    expected = sum(day.weekday() < SATURDAY for day in days) - statutory
    expected -= EXTRA.get(year, 0) if amended else 0
    expected += CARRY_OUT.get(year, 0) if next_known else 0
    expected -= CARRY_OUT.get(year - 1, 0)
    found = sum(map(table.works, days))
    if found != expected:
        raise WrongTableError(f"{year} has {found} working days, the statute gives {expected}")
    stated = notice.working_days + sum(len(change.to_work) - len(change.to_off) for change in amended)
    if next_known and found != stated:
        raise WrongTableError(f"{year} has {found} working days, its notices come to {stated}")
