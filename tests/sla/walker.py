"""Counting by walking from day to day: slow, plain, and without a line of the code under test.

Its working days come from a calendar library; which of them were known when is listed here by hand.
"""

from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from typing import NamedTuple

import chinese_calendar

FAR = timedelta(days=120)  # later than all else in a history
CHINA = timezone(timedelta(hours=8))
FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
# Days on which the library is wrong, with the reason.
WRONG_IN_CHINESECALENDAR = {
    date(2005, 12, 31): "a make-up day for January 2006, ordered by the notice for 2006; the library lost it",
}
# Since when each year was known.
YEAR_KNOWN = {
    2006: date(2005, 12, 16),
    2007: date(2006, 12, 18),
    2008: date(2007, 12, 18),
    2009: date(2008, 12, 10),
    2010: date(2009, 12, 8),
    2011: date(2010, 12, 10),
    2012: date(2011, 12, 6),
    2013: date(2012, 12, 10),
    2014: date(2013, 12, 11),
    2015: date(2014, 12, 16),
    2016: date(2015, 12, 10),
    2017: date(2016, 12, 1),
    2018: date(2017, 11, 30),
    2019: date(2018, 12, 6),
    2020: date(2019, 11, 21),
    2021: date(2020, 11, 25),
    2022: date(2021, 10, 25),
    2023: date(2022, 12, 8),
    2024: date(2023, 10, 25),
    2025: date(2024, 11, 12),
    2026: date(2025, 11, 4),
}
# Days that turned from working to free or back on the day a notice became known.
TURNED = {
    date(2005, 12, 16): ["2005-12-31"],
    date(2006, 12, 18): ["2006-12-30", "2006-12-31"],
    date(2007, 12, 18): ["2007-12-29", "2007-12-31"],
    date(2011, 12, 6): ["2011-12-31"],
    date(2015, 5, 13): ["2015-09-03", "2015-09-04", "2015-09-06"],
    date(2018, 12, 6): ["2018-12-29", "2018-12-31"],
    date(2019, 3, 22): ["2019-04-28", "2019-05-02", "2019-05-03", "2019-05-05"],
    date(2020, 1, 27): ["2020-01-31", "2020-02-01"],
}


@cache
def final_days() -> dict[date, bool]:
    days = {}
    day = FIRST
    while day <= LAST:
        days[day] = chinese_calendar.is_workday(day) != (day in WRONG_IN_CHINESECALENDAR)
        day += timedelta(days=1)
    return days


def days_known(as_of: date) -> dict[date, bool]:
    """The days known on a day, and whether they work."""
    return _days_known(max((known for known in (*YEAR_KNOWN.values(), *TURNED) if known <= as_of), default=FIRST))


@cache
def _days_known(as_of: date) -> dict[date, bool]:
    years = {2004, 2005} | {year for year, known in YEAR_KNOWN.items() if known <= as_of}
    days = {day: works for day, works in final_days().items() if day.year in years}
    for known, turned in TURNED.items():
        if known > as_of:
            for text in turned:
                day = date.fromisoformat(text)
                if day in days:
                    days[day] = not days[day]
    return days


class Stretch(NamedTuple):
    start: datetime
    end: datetime | None


class History(NamedTuple):
    """One clock in working or calendar days, as plain values."""

    calendar_days: bool
    limit: int
    start: datetime
    now: datetime
    as_of: date
    stop: datetime | None = None
    suspensions: tuple[Stretch, ...] = ()
    running: tuple[Stretch, ...] | None = None
    added: bool = False
    extensions: tuple[tuple[int, datetime], ...] = ()
    roll_accept: bool = True
    roll_resume: bool = True
    count_start_day: bool = False
    close: time | None = time(17, 30)
    cutoff: time = time(17, 30)
    moves_end: bool = True  # a last calendar day without work gives way to the next working day
    works: dict[date, bool] | None = None  # in place of China's days as known on `as_of`


class Outcome(NamedTuple):
    used: int
    suspended: int
    limit: int
    due: date | None
    due_at: datetime | None
    overdue: bool
    beyond: tuple[int, int] | None  # counted and missing where the calendar ends before the due day


class OffTheMapError(Exception):
    """The walk has left the days that are known."""


def walk(history: History) -> Outcome:
    walker = _Walker(history)
    end = history.stop or history.now
    if end.date() > walker.end_of_map:
        raise OffTheMapError
    used = suspended = 0
    for day in walker.days_to(end.date()):
        if day in walker.excluded:
            suspended += 1
        else:
            used += walker.weight(day)
    limit, due, beyond = walker.expiry()
    due_at = None if due is None else walker.closing(due)
    overdue = due_at is not None and end > due_at
    return Outcome(used, suspended, limit, due, due_at, overdue, beyond)


class _Walker:
    def __init__(self, history: History) -> None:
        self.history = history
        self.works = days_known(history.as_of) if history.works is None else history.works
        self.end_of_map = next(reversed(self.works))
        same_day = history.limit == 0
        self.start_day = self.effective(history.start, roll=history.roll_accept or same_day)
        self.counts_start = history.count_start_day and not same_day and self.counts(self.start_day)
        self.stretches = sorted(history.suspensions + self.gaps(), key=lambda stretch: stretch.start)
        if history.stop is not None:
            self.stretches = [stretch for stretch in self.stretches if stretch.start < history.stop]
        self.left_out = {stretch: self.days_of(stretch) for stretch in self.stretches}
        self.excluded: set[date] = set().union(*self.left_out.values())
        self.held = self.held_days() if history.added else []

    def counts(self, day: date) -> bool:
        return self.history.calendar_days or self.works.get(day, False)

    def effective(self, at: datetime, *, roll: bool) -> date:
        day = at.date()
        if roll and (at.time() > self.history.cutoff or not self.works_on(day)):
            day += timedelta(days=1)
            while not self.works_on(day):
                day += timedelta(days=1)
        return day

    def works_on(self, day: date) -> bool:
        if day not in self.works:
            raise OffTheMapError
        return self.works[day]

    def gaps(self) -> tuple[Stretch, ...]:
        """Times from the start on at which no interval runs, looked at between all instants that matter."""
        running = self.history.running
        if running is None:
            return ()
        instants = sorted(
            {self.history.start}
            | {each.start for each in running if each.start > self.history.start}
            | {each.end for each in running if each.end is not None and each.end > self.history.start}
        )
        gaps: list[Stretch] = []
        for index, at in enumerate(instants):
            until = instants[index + 1] if index + 1 < len(instants) else None
            if any(each.start <= at and (each.end is None or each.end > at) for each in running):
                continue
            if gaps and gaps[-1].end == at:
                gaps[-1] = Stretch(gaps[-1].start, until)
            else:
                gaps.append(Stretch(at, until))
        return tuple(gaps)

    def days_of(self, stretch: Stretch) -> set[date]:
        """The days after its begin up to the day on which it ends in effect."""
        last = max(stretch.start + FAR, self.history.now).date()
        if stretch.end is not None:
            try:
                last = self.effective(stretch.end, roll=self.history.roll_resume)
            except OffTheMapError:
                last = self.end_of_map
        days = set()
        day = stretch.start.date() + timedelta(days=1)
        while day <= last:
            days.add(day)
            day += timedelta(days=1)
        return days

    def days_to(self, last: date) -> list[date]:
        """The days that count, suspended or not, up to a day."""
        days = [self.start_day] if self.counts_start and self.start_day <= last else []
        day = self.start_day + timedelta(days=1)
        while day <= last:
            if self.counts(day):
                days.append(day)
            day += timedelta(days=1)
        return days

    def weight(self, day: date) -> int:
        """How many of the intervals hold a day that counts; one at least, and one on the day of the start."""
        if not self.history.added or day == self.start_day:
            return 1
        return max(1, sum(begin < day <= end for begin, end in self.held))

    def held_days(self) -> list[tuple[date, date]]:
        """Of each interval the day on which it begins in effect, and its last."""
        days = []
        for each in self.history.running or ():
            try:
                begin = self.effective(each.start, roll=self.history.roll_resume)
            except OffTheMapError:
                continue
            days.append((begin, date.max if each.end is None else each.end.date()))
        return days

    def closing(self, day: date) -> datetime:
        if self.history.close is None:
            return datetime.combine(day + timedelta(days=1), time(0), CHINA)
        return datetime.combine(day, self.history.close, CHINA)

    def last_day(self, limit: int, taken: list[Stretch]) -> date:
        """The last working day on which no more than the limit is used, with these stretches left out."""
        excluded: set[date] = set()
        resumed = self.start_day
        for stretch in taken:
            excluded |= self.left_out[stretch]
            assert stretch.end is not None
            resumed = max(resumed, self.effective(stretch.end, roll=self.history.roll_resume))
        used = int(self.counts_start and self.start_day not in excluded)
        last = self.start_day if self.counts(self.start_day) else self.working_day_before(self.start_day)
        if used > limit:
            raise AssertionError("the start day alone is too long")
        day = self.start_day
        while True:
            day += timedelta(days=1)
            if day > self.end_of_map and used + self.weight(day) > limit and resumed <= self.end_of_map:
                break
            if day > self.end_of_map:
                raise OffTheMapError
            if not self.counts(day):
                continue
            used += 0 if day in excluded else self.weight(day)
            if used > limit:
                break
            last = day
        if not self.history.calendar_days:
            return last
        last = max(last, resumed)
        while self.history.moves_end and not self.works_on(last):
            last += timedelta(days=1)
        return last

    def working_day_before(self, day: date) -> date:
        while not self.works[day]:
            day -= timedelta(days=1)
        return day

    def expiry(self) -> tuple[int, date | None, tuple[int, int] | None]:
        """The limit with its valid extensions, the due day, and what is counted and missing beyond the calendar."""
        limit, taken = self.history.limit, list[Stretch]()
        standing_until, open_since = self.history.start, False
        facts: list[tuple[datetime, Stretch | int]] = [(each.start, each) for each in self.stretches]
        facts += [(at, days) for days, at in self.history.extensions]
        for at, fact in sorted(facts, key=lambda each: each[0]):
            if not open_since and at > standing_until:
                due = self.due_or_none(limit, taken)
                if due is not None and (at > self.closing(due) or at.date() > due):
                    break
            if isinstance(fact, int):
                limit += fact
            elif fact.end is None:
                open_since = True
            else:
                taken.append(fact)
                standing_until = max(standing_until, fact.end)
        if open_since:
            return limit, None, None
        due = self.due_or_none(limit, taken)
        if due is not None:
            return limit, due, None
        counted = sum(self.weight(day) for day in self.days_to(self.end_of_map) if day not in self.excluded)
        return limit, None, (counted, max(0, limit - counted))

    def due_or_none(self, limit: int, taken: list[Stretch]) -> date | None:
        try:
            return self.last_day(limit, taken)
        except OffTheMapError:
            return None
