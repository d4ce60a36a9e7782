"""Which live clocks another calendar touches: looked for by their spans, thousands at a time, without reading a clock."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import NamedTuple

from activities.store.live_clocks import ClockSpan
from activities.store.store import Store
from sla.almanac import NATION, Almanac
from sla.calendar import Calendar

LAST_DAY = "9999-12-31"

CalendarOf = Callable[[str], Calendar]


class TouchedCase(NamedTuple):
    """A case with a live clock, where its ledger stands, and which clocks the calendar touches."""

    case: str
    seq: int
    touched: tuple[int, ...]  # places of the clocks that the calendar touches


class Touch:
    """Answers for one almanac and the calendars of one day."""

    def __init__(self, almanac: Almanac, calendar_of: CalendarOf) -> None:
        self._almanac = almanac
        self._calendar_of = calendar_of
        self._changed: dict[tuple[str, str | None], tuple[str, ...] | None] = {}

    def touches(self, span: ClockSpan) -> bool:
        """Tell whether the calendar differs, on a day of a clock's span, from the one it was last counted under."""
        key = (span.calendar, span.jurisdiction)
        if key not in self._changed:
            self._changed[key] = self._days(*key)
        changed = self._changed[key]
        if changed is None:
            return True
        if not changed:
            return False
        if span.provisional and span.due_date is not None:
            return True
        place = bisect_left(changed, span.since)
        return place < len(changed) and changed[place] <= (span.due_date or LAST_DAY)

    def _days(self, version: str, jurisdiction: str | None) -> tuple[str, ...] | None:
        """The days that differ, as ISO text; None where nothing is known of what was."""
        new = self._calendar_of(jurisdiction or NATION).version
        if new == version:
            return ()
        days = self._almanac.changed_days(version, new)
        return None if days is None else tuple(day.isoformat() for day in days)


def live_cases(store: Store, touch: Callable[[], Touch]) -> Iterator[list[TouchedCase]]:
    """Read all cases with a live clock that has begun, some at a time; `touch` is asked for with each page."""
    after = ""
    while found := store.live_spans(after):
        here = touch()
        yield [_case(case, list(spans), here) for case, spans in groupby(found, lambda span: span.case)]
        after = found[-1].case


def _case(case: str, spans: list[ClockSpan], touch: Touch) -> TouchedCase:
    return TouchedCase(case, spans[0].seq, tuple(span.pos for span in spans if touch.touches(span)))
