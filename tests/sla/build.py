"""Short ways to write clocks in tests."""

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from sla.calendar import Calendar
from sla.clock import Clock, Extension, Interval, Limit, Suspension, Unit, count
from sla.release import RELEASE

CHINA = timezone(timedelta(hours=8))
ALL = date(2026, 11, 22)  # a day on which all the notices in the project are known


def at(text: str) -> datetime:
    """An instant in Shanghai: `2026-03-02 10:00`, or `2026-03-02` for ten in the morning."""
    day, _, clock = text.partition(" ")
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock or "10:00"), CHINA)


def day(text: str) -> date:
    return date.fromisoformat(text)


def national(as_of: date = ALL) -> Calendar:
    return RELEASE.calendar_for("CN", as_of)


def clock(start: str | None, amount: float, unit: Unit = Unit.WORKDAY, **facts: Any) -> Clock:
    limit = Limit(amount=Decimal(str(amount)), unit=unit)
    return Clock(key="test", limit=limit, start=None if start is None else at(start), **facts)


def suspension(start: str, end: str | None = None, ground: str = "hearing") -> Suspension:
    return Suspension(id=f"{ground} {start}", ground=ground, start=at(start), end=None if end is None else at(end))


def interval(start: str, end: str | None = None) -> Interval:
    return Interval(start=at(start), end=None if end is None else at(end))


def extension(amount: int, when: str) -> Extension:
    return Extension(id=when, amount=Decimal(amount), at=at(when))


def read(facts: Clock, now: str, as_of: date = ALL) -> Any:
    """The reading; untyped, for tests compare its decimals with whole numbers."""
    return count(facts, national(as_of), at(now))
