"""The clock against a walk from day to day that shares no code with it."""

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import holidays
import pytest

from sla.clock import Clock, Extension, Interval, Limit, Policy, Reading, Suspension, Unit, count
from sla.days import day_ledger
from sla.release import RELEASE
from tests.sla.build import national
from tests.sla.walker import (
    CHINA,
    FIRST,
    LAST,
    TURNED,
    WRONG_IN_CHINESECALENDAR,
    YEAR_KNOWN,
    History,
    OffTheMapError,
    Outcome,
    Stretch,
    days_known,
    final_days,
    walk,
)

HISTORIES, HISTORIES_NIGHTLY = 12_000, 100_000
BATCHES = 5
LONGEST = 120


def test_every_day_works_as_chinesecalendar_says_but_for_the_days_listed():
    calendar = national()
    ours = {day: calendar.is_working(day) for day in final_days()}
    assert ours == final_days()
    assert list(WRONG_IN_CHINESECALENDAR) == [date(2005, 12, 31)]


def test_every_day_works_as_holidays_says():
    calendar = national()
    theirs = holidays.country_holidays("CN", years=range(2004, 2027))
    assert [day for day in final_days() if calendar.is_working(day) != theirs.is_working_day(day)] == []


@pytest.mark.parametrize("as_of", sorted({*YEAR_KNOWN.values(), *TURNED}))
def test_a_calendar_knows_what_was_published_and_nothing_later(as_of: date):
    for day in (as_of - timedelta(days=1), as_of):
        calendar = RELEASE.calendar_for("CN", day)
        known = days_known(day)
        assert (calendar.known_from, calendar.known_until) == (FIRST, max(known))
        assert {each: calendar.is_working(each) for each in known} == known


def test_every_start_day_and_limit_is_due_where_a_walk_arrives():
    calendar, works = national(), final_days()
    days = list(works)
    differences = []
    for index, start in enumerate(days):
        effective = index
        while effective < len(days) and not works[days[effective]]:
            effective += 1
        limit, position = 0, effective
        while limit <= LONGEST and position < len(days):
            if works[days[position]]:
                if calendar.add(days[effective], limit) != days[position]:
                    differences.append((start, limit))
                limit += 1
            position += 1
    assert differences == []


@pytest.mark.parametrize("amount", [0, 1, 5, 20, 45, 120])
def test_a_clock_of_every_start_day_is_due_where_a_walk_arrives(amount: int):
    calendar = national()
    limit = Limit(amount=Decimal(amount))
    start, differences = FIRST, []
    while start < LAST:
        begin = datetime.combine(start, time(10), CHINA)
        try:
            expected = walk(History(False, amount, begin, begin, LAST)).due
        except OffTheMapError:
            expected = None
        if count(Clock(key="c", limit=limit, start=begin), calendar, begin).due_date != expected:
            differences.append(start)
        start += timedelta(days=3)
    assert differences == []


@pytest.mark.parametrize("seed", range(BATCHES))
def test_random_histories_come_out_as_a_walk_does(seed: int, nightly: bool):
    chance = random.Random(seed)  # noqa: S311 -- the same histories each time
    differences, walked = [], 0
    histories = (HISTORIES_NIGHTLY if nightly else HISTORIES) // BATCHES
    for _ in range(histories):
        history, expected = _walkable(chance)
        walked += 1
        reading = count(_clock(history), RELEASE.calendar_for("CN", history.as_of), history.now)
        got: tuple[object, ...] = (
            reading.used,
            reading.suspended,
            reading.limit,
            reading.due_date,
            reading.due_at,
            reading.overdue,
            None if reading.horizon is None else (reading.horizon.counted, reading.horizon.missing),
        )
        if got != tuple(expected):
            differences.append((history, expected, got))
    assert differences[:1] == []
    assert walked == histories


def test_the_day_ledger_of_random_histories_adds_up_to_the_reading():
    chance = random.Random(20201001)  # noqa: S311 -- the same histories each time
    for _ in range(HISTORIES // 50):
        history, _ = _walkable(chance)
        calendar, clock = RELEASE.calendar_for("CN", history.as_of), _clock(history)
        reading = count(clock, calendar, history.now)
        ledger = day_ledger(clock, calendar, history.now)
        end = (history.stop or history.now).date()
        upto = [day for day in ledger if day.date <= end]
        assert sum(day.used for day in upto) == reading.used
        assert (upto[-1].total if upto else 0) == reading.used
        assert [day.date for day in ledger] == sorted({day.date for day in ledger})
        _assert_reaches_the_due_day(reading, clock, ledger[-1].total if ledger else Decimal(0))


def _walkable(chance: random.Random) -> tuple[History, Outcome]:
    """A history whose start and end lie in the calendar known to it, and what a walk makes of it."""
    while True:
        history = _history(chance)
        try:
            return history, walk(history)
        except OffTheMapError:
            continue


def _assert_reaches_the_due_day(reading: Reading, clock: Clock, total: Decimal) -> None:
    if clock.stop is None and reading.due_date is not None and not reading.overdue:
        assert total == reading.limit or clock.limit.unit is Unit.DAY or clock.added


def _history(chance: random.Random) -> History:
    first = date(2005, 6, 1) + timedelta(days=chance.randrange(7800))
    start = _instant(chance, first, 0)
    as_of = chance.choice([first, first + timedelta(days=chance.randrange(60)), LAST])
    span = chance.choice([10, 30, 70])
    begins = [_instant(chance, first, span) for _ in range(chance.choice([0, 0, 1, 1, 2, 3]))]
    suspensions = tuple(Stretch(begin, _after(chance, begin)) for begin in begins)
    running = None
    if chance.random() < 0.4:
        run = [start if chance.random() < 0.7 else _instant(chance, first, 9)]
        run += [_instant(chance, first, span) for _ in range(chance.choice([0, 1, 2, 3]))]
        running = tuple(Stretch(begin, _after(chance, begin)) for begin in run if chance.random() < 0.95)
    extensions = tuple(
        (chance.choice([1, 3, 10]), _instant(chance, first, span)) for _ in range(chance.choice([0, 0, 0, 1, 2]))
    )
    stop = _instant(chance, first, span) if chance.random() < 0.4 else None
    return History(
        calendar_days=chance.random() < 0.2,
        limit=chance.choice([0, 1, 2, 3, 3, 5, 7, 9, 15, 20, 30]),
        start=start,
        now=_instant(chance, first, 90),
        as_of=as_of,
        stop=stop if stop is None or stop >= start else None,
        suspensions=suspensions,
        running=running,
        added=chance.random() < 0.4,
        extensions=extensions,
        roll_accept=chance.random() < 0.8,
        roll_resume=chance.random() < 0.8,
        count_start_day=chance.random() < 0.15,
        close=time(17, 30) if chance.random() < 0.85 else None,
    )


def _instant(chance: random.Random, first: date, span: int) -> datetime:
    hour = chance.choice([time(0), time(9), time(12), time(16), time(17, 30), time(17, 30, 1), time(18), time(23, 59)])
    return datetime.combine(first + timedelta(days=chance.randrange(span + 1)), hour, CHINA)


def _after(chance: random.Random, begin: datetime) -> datetime | None:
    if chance.random() < 0.12:
        return None
    length = chance.choice([0, 0, 1, 2, 3, 5, 8, 15])
    end = datetime.combine(begin.date() + timedelta(days=length), _instant(chance, begin.date(), 0).timetz())
    return max(end, begin)


def _clock(history: History) -> Clock:
    return Clock(
        key="random",
        limit=Limit(amount=Decimal(history.limit), unit=Unit.DAY if history.calendar_days else Unit.WORKDAY),
        start=history.start,
        running=None
        if history.running is None
        else tuple(Interval(start=each.start, end=each.end) for each in history.running),
        added=history.added,
        suspensions=tuple(
            Suspension(id=str(number), ground="g", start=each.start, end=each.end)
            for number, each in enumerate(history.suspensions)
        ),
        extensions=tuple(
            Extension(id=str(number), amount=Decimal(days), at=when)
            for number, (days, when) in enumerate(history.extensions)
        ),
        stop=history.stop,
        policy=Policy(
            roll_accept=history.roll_accept,
            roll_resume=history.roll_resume,
            count_start_day=history.count_start_day,
            close=history.close,
        ),
    )
