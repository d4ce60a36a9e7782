"""A clock's facts on the axis of its unit: where counting begins, what it leaves out, and where the limit ends."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sla.added import Load, first_with, legs, used
from sla.axis import Axis, Due


class Exclusion(NamedTuple):
    """A stretch that a clock does not count: a suspension, or a gap in which nobody counted held the case."""

    at: datetime
    until: datetime | None
    first: int  # the mark after which time is excluded
    last: int | None  # the mark up to which it is; None while it is open
    ground: str | None  # None for a gap


class Course(NamedTuple):
    """A clock's facts on the axis of its unit, and where its limit ends."""

    axis: Axis
    start: datetime
    start_day: date
    base: int  # the mark at which counting begins
    exclusions: tuple[Exclusion, ...]
    amount: Decimal  # the limit with the extensions that were granted in time
    end: int  # the mark on which the limit ends
    not_before: datetime  # the start, or the last end of an exclusion that began in time
    halted: bool = False  # an exclusion that began in time is open: there is no due date
    loads: tuple[Load, ...] = ()  # where parallel steps are added up instead of counting once

    def excluded_at(self, mark: int) -> int:
        """Return the marks excluded up to a mark; overlaps count once."""
        total, covered = 0, self.base
        for _, _, first, last, _ in self.exclusions:
            begin = max(first, covered)
            until = mark if last is None else min(last, mark)
            if until > begin:
                total += until - begin
                covered = until
        return total

    def held_at(self, mark: int) -> int:
        """Return the marks up to a mark that are not excluded."""
        return max(mark - self.base, 0) - self.excluded_at(mark)

    def used_at(self, mark: int) -> int:
        """Return the marks used up to a mark."""
        if self.loads:
            return used(legs(self.base, self.exclusions, self.loads), mark)
        return self.held_at(mark)

    def reached(self, wanted: int) -> int:
        """Return the first mark up to which `wanted` are used, unless an open exclusion comes before; at most the end."""
        if self.loads:
            mark = first_with(legs(self.base, self.exclusions, self.loads), wanted)
            return self.end if mark is None else min(mark, self.end)
        excluded, covered = 0, self.base
        for _, _, first, last, _ in self.exclusions:
            if last is None or first - self.base - excluded >= wanted:
                break
            excluded += max(0, last - max(first, covered))
            covered = max(covered, last)
        return self.base + excluded + wanted

    def due(self) -> Due | None:
        """Say when the limit ends; None while the clock is halted, and beyond the calendar."""
        return None if self.halted else self.axis.due(self.end, self.not_before)

    def units(self, marks: int) -> Decimal:
        """Return marks in the limit's unit."""
        return self.axis.units(self.start_day, marks)


def gaps(held: list[tuple[datetime, datetime | None]], start: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """Return the stretches from the start on in which no interval runs; the last one is open."""
    cursor = start
    for begin, end in sorted(held, key=lambda interval: interval[0]):
        if begin == end:
            continue
        if begin > cursor:
            yield cursor, begin
        if end is None:
            return
        cursor = max(cursor, end)
    yield cursor, None
