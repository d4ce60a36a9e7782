"""Figures of the calendar: adding working days, against numpy and against walking from day to day."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, TypeVar

import chinese_calendar
import numpy

from sla.calendar import Calendar
from sla.release import RELEASE
from tests.bench.figures import Sheet

SEED = 20210301
FIRST, DAYS = date(2010, 1, 4), 5000  # starts, all within both calendars
LIMITS = (1, 80)  # working days: the least and the most that a case is promised
ONE_DAY = timedelta(days=1)

D = TypeVar("D")


def tasks(number: int) -> list[tuple[date, int]]:
    """Days to start from and working days to add."""
    chance = random.Random(SEED)  # noqa: S311  # a benchmark, always the same
    return [(FIRST + timedelta(days=chance.randrange(DAYS)), chance.randint(*LIMITS)) for _ in range(number)]


def compare(sheet: Sheet, number: int) -> None:
    """Time of one addition; the other answers are held against ours first."""
    calendar = RELEASE.calendar_for("suzhou", date(2025, 12, 31))
    every = tasks(number)
    few = every[: max(1, number // 20)]
    ours = _each(calendar.add, every)
    span = f"{LIMITS[0]} to {LIMITS[1]} working days"
    sheet.add("calendar.add", ours * 1e9, "ns", f"one addition of {span}")

    busy = busy_days(calendar)
    as_numpy: list[tuple[Any, int]] = [
        (numpy.datetime64(day), limit) for day, limit in every
    ]  # converted beforehand: numpy at its best

    def of_numpy(day: Any, limit: int) -> Any:
        return numpy.busday_offset(day, limit, roll="backward", busdaycal=busy)

    for (day, limit), (same, _) in zip(few, as_numpy, strict=False):
        assert of_numpy(same, limit).astype(object) == calendar.add(day, limit)
    against = f"numpy.busday_offset, one date at a time, against Calendar.add, {span}; at least 10"
    sheet.add("calendar.add_vs_numpy", _each(of_numpy, as_numpy) / ours, "ratio", against)

    for day, limit in few:
        assert walked(day, limit) == calendar.add(day, limit)
    against = f"walking day by day with chinese_calendar.is_workday against Calendar.add, {span}; at least 1000"
    sheet.add("calendar.add_vs_chinesecalendar", _each(walked, few) / ours, "ratio", against)


def busy_days(calendar: Calendar) -> numpy.busdaycalendar:
    """Our calendar in numpy's terms: every weekday may work, and each day off is listed."""
    days = (FIRST + timedelta(days=n) for n in range(DAYS + 400))
    return numpy.busdaycalendar("1111111", [day for day in days if not calendar.is_working(day)])


def walked(day: date, limit: int) -> date:
    """The working day so many after the day, asking of each day."""
    while limit:
        day += ONE_DAY
        limit -= chinese_calendar.is_workday(day)
    return day


def _each(add: Callable[[D, int], D], every: Sequence[tuple[D, int]]) -> float:
    """Seconds for one addition: the best of five rounds, each through all tasks."""
    best = float("inf")
    for _ in range(5):
        begun = time.perf_counter()
        for day, limit in every:
            add(day, limit)
        best = min(best, time.perf_counter() - begun)
    return best / len(every)
