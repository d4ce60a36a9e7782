"""The rule that past cases are judged by, made of what is wished: which days work, until when a due day lasts, and more."""

from dataclasses import dataclass
from datetime import date, time, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any

from api.logs.moments import FIRST_YEAR, LAST_YEAR
from sla.almanac import Almanac
from sla.axis import UnmovedDays, UnmovedMonths
from sla.calendar import Calendar, every_day, weekdays
from sla.clock import AXES, Axes, Policy, Unit
from sla.elapsed import ElapsedDays, ElapsedHours, ElapsedMonths
from sla.past import CLOCK_UNITS, Judging, PastRule, PastUnit

NONE, WEEKDAYS = "none", "weekdays"  # calendars that no notice makes: nothing is known of office hours
FIRST, LAST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
Window = tuple[time, time]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWishes:
    """What a rule is made of. Times of day are None where they are left to the calendar."""

    unit: PastUnit = PastUnit.WORKDAY
    limit: Decimal | None = None
    calendar: str = "CN"
    as_of: date
    days_off: frozenset[date] = frozenset()
    zone: tzinfo
    judging: Judging = Judging.INSTANT
    close: time | None = None
    until_midnight: bool = False  # a due day lasts until 24:00, not until the close
    cutoff: time | None = None
    windows: tuple[Window, Window] | None = None  # office time
    roll: bool = True  # a start or a resumption after hours or on a day off counts as the next working day
    roll_end: bool = True  # a last day without work gives way to the next working day
    count_start: bool = False

    @property
    def offices(self) -> bool:
        """Tell whether the calendar is one of offices, whose hours are known."""
        return self.calendar not in (NONE, WEEKDAYS)

    @property
    def exact(self) -> bool:
        """Tell whether days run from instant to instant: where an instant decides and no office closes."""
        closes = self.offices or self.close is not None or self.until_midnight
        return self.judging is Judging.INSTANT and not closes and not self.in_hours

    @property
    def in_hours(self) -> bool:
        """Tell whether a limit ends at an instant of its own, whatever closes when."""
        return self.unit in (PastUnit.HOUR, PastUnit.WORKHOUR)


def past_rule(wishes: RuleWishes, almanac: Almanac) -> PastRule:
    """Return the rule. Raises UnknownJurisdictionError where no such calendar is kept."""
    calendar = _calendar(wishes, almanac)
    return PastRule(
        unit=wishes.unit,
        limit=wishes.limit,
        calendar=calendar,
        zone=wishes.zone,
        judging=wishes.judging,
        policy=_policy(wishes),
        axes=_axes(wishes, calendar),
    )


def _calendar(wishes: RuleWishes, almanac: Almanac) -> Calendar:
    if wishes.calendar == NONE:
        return _every_day(FIRST, LAST)
    if wishes.calendar == WEEKDAYS:
        return _weekdays(FIRST, LAST, wishes.days_off)
    return almanac.calendar_for(wishes.calendar, wishes.as_of)


def _policy(wishes: RuleWishes) -> Policy:
    usual = Policy()
    told: dict[str, Any] = {
        "roll_accept": wishes.roll,
        "roll_resume": wishes.roll,
        "count_start_day": wishes.count_start,
    }
    told["cutoff"] = wishes.cutoff or (usual.cutoff if wishes.offices else time.max)
    ends_with_day = wishes.judging is Judging.DATE or wishes.until_midnight
    told["close"] = None if ends_with_day else wishes.close or usual.close
    if wishes.windows is not None:
        told["morning"], told["afternoon"] = wishes.windows
    return Policy(**told)


def _axes(wishes: RuleWishes, calendar: Calendar) -> Axes:
    every, rolls = _every_day(calendar.known_from, calendar.known_until), wishes.roll_end
    if wishes.unit is PastUnit.HOUR:
        return {CLOCK_UNITS[wishes.unit]: lambda offices, hours: ElapsedHours(every, every, hours, rolls=False)}
    if wishes.exact:
        return {
            Unit.WORKDAY: lambda offices, hours: ElapsedDays(offices, offices, hours, rolls=False),
            Unit.DAY: lambda offices, hours: ElapsedDays(every, offices, hours, rolls=rolls),
            Unit.MONTH: lambda offices, hours: ElapsedMonths(every, offices, hours, rolls=rolls),
        }
    if not wishes.roll_end:
        return {**AXES, Unit.DAY: UnmovedDays, Unit.MONTH: UnmovedMonths}
    return AXES


_every_day = cache(every_day)
_weekdays = cache(weekdays)
