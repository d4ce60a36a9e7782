"""What a past case comes to, by walking: whole days with the walker of `sla`'s tests, times of day window by window.

Shares no code with what it judges: times are those that clocks show, without a zone; hours day and night those of UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from tests.api.logs.zones import instant, wall
from tests.sla.walker import CHINA, History, OffTheMapError, Stretch, final_days, walk

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
IN_HOURS = ("hour", "workhour")
FIRST, LAST = date(2003, 1, 1), date(2032, 12, 31)
MORNING, AFTERNOON = (time(8, 30), time(12)), (time(13), time(17, 30))


class RuleWalked(NamedTuple):
    unit: str
    limit: float
    calendar: str
    zone: str
    by_day: bool
    close: time | None  # None: 24:00, or none at all where `exact`
    exact: bool
    cutoff: time
    roll: bool
    roll_end: bool
    count_start: bool
    off: frozenset[date] = frozenset()


class CaseWalked(NamedTuple):
    """Times as the zone's clocks show them."""

    start: datetime | None
    end: datetime | None
    halts: tuple[tuple[datetime, datetime | None], ...]
    now: datetime | None


class Walked(NamedTuple):
    verdict: str
    due_day: date | None = None
    used: float | None = None


def works_of(rule: RuleWalked) -> dict[date, bool]:
    return final_days() if rule.calendar == "CN" else _plain(rule.calendar, rule.off)


@cache
def _plain(calendar: str, off: frozenset[date]) -> dict[date, bool]:
    days = {FIRST + n * DAY for n in range((LAST - FIRST).days + 1)}
    return {day: calendar == "none" or (day.isoweekday() <= 5 and day not in off) for day in sorted(days)}


def walked(case: CaseWalked, rule: RuleWalked) -> Walked:
    if case.start is None:
        return Walked("no-start")
    if case.end is not None:
        before = case.end.date() < case.start.date() if rule.by_day else case.end < case.start
        if before:
            return Walked("ends-before-start")
    end = case.end or case.now
    if end is None:
        return Walked("open")
    halts = tuple(halt for halt in case.halts if case.end is None or halt[0] < case.end)
    if rule.unit == "hour":
        due, used = _by_real_time(case.start, end, halts, rule)
    elif rule.exact or rule.unit == "workhour":
        due, used = _by_windows(case.start, end, halts, rule)
    else:
        due, used = _by_days(case.start, end, halts, rule)
    late = due is not None and _late(end, due, rule)
    if case.end is not None:
        return Walked("missed" if late else "met", due and _day(due, rule), used)
    if late:
        return Walked("overdue", due and _day(due, rule), used)
    halted = any(begin <= end and (until is None or end < until) for begin, until in halts)
    return Walked("suspended" if halted else "on-time", due and _day(due, rule), used)


def _day(due: datetime, rule: RuleWalked) -> date:
    """Of a due instant; one that is the end of a day belongs to it, unless it is to the second."""
    whole = not rule.exact and rule.unit not in IN_HOURS and due.time() == time(0)
    return due.date() - DAY if whole else due.date()


def _late(end: datetime, due: datetime, rule: RuleWalked) -> bool:
    if rule.by_day:
        return end.date() > _day(due, rule)
    return instant(rule.zone, end) > instant(rule.zone, due)


# --- whole days -------------------------------------------------------------------------------------------------------


def _by_days(
    start: datetime, end: datetime, halts: tuple[tuple[datetime, datetime | None], ...], rule: RuleWalked
) -> tuple[datetime | None, float]:
    works = works_of(rule)
    days = int(rule.limit)
    begin = start.date()
    if rule.unit == "month":
        if rule.roll and (start.time() > rule.cutoff or not works[begin]):
            begin += DAY
            while not works[begin]:
                begin += DAY
        days = (_months_later(begin, int(rule.limit)) - begin).days
    history = History(
        calendar_days=rule.unit != "workday",
        limit=days,
        start=_in_china(start),
        now=_in_china(end),
        as_of=LAST,
        suspensions=tuple(Stretch(_in_china(a), None if b is None else _in_china(b)) for a, b in halts),
        roll_accept=rule.roll,
        roll_resume=rule.roll,
        count_start_day=rule.count_start,
        close=None if rule.by_day else rule.close,
        cutoff=rule.cutoff,
        moves_end=rule.roll_end,
        works=works,
    )
    outcome = walk(history)
    used = _in_months(begin, outcome.used) if rule.unit == "month" else outcome.used
    if outcome.due_at is None:
        return None, used
    return outcome.due_at.replace(tzinfo=None), used


def _in_china(at: datetime) -> datetime:
    return at.replace(tzinfo=CHINA)


def _months_later(day: date, months: int) -> date:
    month = day.month
    year = day.year
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    number = day.day
    while True:
        try:
            return date(year, month, number)
        except ValueError:
            number -= 1


def _in_months(begin: date, days: int) -> float:
    """Whole months, and the share of the next one to a hundredth, rounded down."""
    reached, whole = begin + days * DAY, 0
    while _months_later(begin, whole + 1) <= reached:
        whole += 1
    this, following = _months_later(begin, whole), _months_later(begin, whole + 1)
    return whole + (100 * (reached - this).days // (following - this).days) / 100


# --- times of day -----------------------------------------------------------------------------------------------------


def _windows(day: date, rule: RuleWalked) -> Iterator[tuple[datetime, datetime]]:
    """When on a day time counts."""
    counts = rule.unit in ("day", "hour", "month") or works_of(rule)[day]
    if not counts:
        return
    midnight = datetime.combine(day, time(0))
    if rule.unit == "workhour":
        for begin, end in (MORNING, AFTERNOON):
            yield datetime.combine(day, begin), datetime.combine(day, end)
    else:
        yield midnight, midnight + DAY


def _by_real_time(
    start: datetime, end: datetime, halts: tuple[tuple[datetime, datetime | None], ...], rule: RuleWalked
) -> tuple[datetime | None, float]:
    def real(shown: datetime) -> datetime:
        return instant(rule.zone, shown).replace(tzinfo=None)

    begun = tuple((real(at), None if until is None else real(until)) for at, until in halts)
    due, used = _by_windows(real(start), real(end), begun, rule)
    return None if due is None else wall(rule.zone, due.replace(tzinfo=UTC)), used


def _by_windows(
    start: datetime, end: datetime, halts: tuple[tuple[datetime, datetime | None], ...], rule: RuleWalked
) -> tuple[datetime | None, float]:
    begin = _rolled(start, rule, roll=rule.roll or rule.limit < 1)
    if rule.unit in IN_HOURS:
        length = timedelta(hours=rule.limit)
    elif rule.unit == "month":
        length = _months_later(begin.date(), int(rule.limit)) - begin.date()
    else:
        length = timedelta(days=rule.limit)
    gaps = [(a, None if b is None else _rolled(b, rule, roll=rule.roll)) for a, b in halts]
    used = _used(begin, end, gaps, rule)
    return _due(start, begin, length, halts, gaps, rule), _in_unit(begin, used, rule)


def _rolled(at: datetime, rule: RuleWalked, *, roll: bool) -> datetime:
    works = works_of(rule)
    if rule.unit in IN_HOURS or not roll or (works[at.date()] and at.time() <= rule.cutoff):
        return at
    day = at.date() + DAY
    while not works[day]:
        day += DAY
    return datetime.combine(day, time(0))


def _used(begin: datetime, end: datetime, gaps: list[tuple[datetime, datetime | None]], rule: RuleWalked) -> timedelta:
    total, day = timedelta(0), begin.date()
    while day <= end.date():
        for opens, closes in _windows(day, rule):
            total += _free(max(opens, begin), min(closes, end), gaps)
        day += DAY
    return total


def _free(opens: datetime, closes: datetime, gaps: list[tuple[datetime, datetime | None]]) -> timedelta:
    """What of a stretch no gap covers."""
    if closes <= opens:
        return timedelta(0)
    gaps = [(a, b) for a, b in gaps if a < closes and (b is None or b > opens)]
    if not gaps:
        return closes - opens
    marks = {opens, closes}
    for a, b in gaps:
        marks |= {at for at in (a, b) if at is not None and opens < at < closes}
    ordered = sorted(marks)
    return sum(
        (y - x for x, y in pairwise(ordered) if not any(a <= x and (b is None or b >= y) for a, b in gaps)),
        timedelta(0),
    )


def _due(
    start: datetime,
    begin: datetime,
    length: timedelta,
    halts: tuple[tuple[datetime, datetime | None], ...],
    gaps: list[tuple[datetime, datetime | None]],
    rule: RuleWalked,
) -> datetime | None:
    """Facts in order, as long as each begins in time."""
    taken: list[tuple[datetime, datetime | None]] = []
    not_before = start
    for (at, until), gap in sorted(zip(halts, gaps, strict=True), key=lambda pair: pair[0][0]):
        if at > not_before:
            due = _reached(begin, length, taken, not_before, rule)
            if at > due or at.date() > due.date():
                break
        if until is None:
            return None
        taken.append(gap)
        not_before = max(not_before, until)
    return _reached(begin, length, taken, not_before, rule)


def _reached(
    begin: datetime,
    length: timedelta,
    gaps: list[tuple[datetime, datetime | None]],
    not_before: datetime,
    rule: RuleWalked,
) -> datetime:
    """The first instant at which the length is used, not before the last gap is over."""
    left, day = length, begin.date()
    found: datetime | None = None
    if left == timedelta(0):
        found = _last_counted(begin, rule)
    while found is None:
        for opens, closes in _windows(day, rule):
            first = max(opens, begin)
            free = _free(first, closes, gaps)
            if left <= free:
                found = _within(first, closes, left, gaps)
                break
            left -= free
        day += DAY
    covered = [b for _, b in gaps if b is not None and b > begin]
    if covered:
        found = max(found, _last_counted(max(covered), rule))
    found = max(found, not_before)
    works = works_of(rule)
    if rule.unit in ("day", "month") and rule.roll_end and not works[found.date()]:
        day = found.date()
        while not works[day]:
            day += DAY
        found = datetime.combine(day, found.time())
    return found


def _last_counted(at: datetime, rule: RuleWalked) -> datetime:
    """The instant itself where time counts then, else the last one before it at which it did."""
    day = at.date()
    while True:
        for opens, closes in reversed(list(_windows(day, rule))):
            if opens < at:
                return min(at, closes)
        day -= DAY


def _within(
    first: datetime, closes: datetime, left: timedelta, gaps: list[tuple[datetime, datetime | None]]
) -> datetime:
    low, high = 0, (closes - first) // MICROSECOND
    while low < high:  # the first microsecond by which enough is free
        middle = (low + high) // 2
        if _free(first, first + middle * MICROSECOND, gaps) >= left:
            high = middle
        else:
            low = middle + 1
    return first + low * MICROSECOND


def _in_unit(begin: datetime, used: timedelta, rule: RuleWalked) -> float:
    if rule.unit == "workhour":
        return (used // timedelta(minutes=1)) / 60
    if rule.unit == "hour":
        return used / timedelta(hours=1)
    if rule.unit == "month":
        return _in_months(begin.date(), used.days)
    return used / DAY


def utc(zone: str, shown: datetime) -> datetime:
    """The instant of a time that clocks show, for a log."""
    return instant(zone, shown).astimezone(UTC)


__all__ = ["CaseWalked", "OffTheMapError", "RuleWalked", "Walked", "utc", "walked", "works_of"]
