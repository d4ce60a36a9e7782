"""Time of several authorities: what a stage or a project used, counted once, and what it cost them together."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from sla.axis import Axis, local
from sla.calendar import Calendar
from sla.clock import AXES, Interval, Policy, Suspension, Unit, hours_of
from sla.errors import CalendarHorizonError, LimitError
from sla.model import Model

Stretch = tuple[int, int]  # from a mark, up to a mark


class Holding(Model):
    """A step as one authority held it; its suspensions stop this step only."""

    authority: str
    intervals: tuple[Interval, ...]
    suspensions: tuple[Suspension, ...] = ()


class HeldTime(Model):
    """What holdings come to. `union` is what a limit governs; the others stand beside it."""

    calendar: str
    union: Decimal
    workload: Decimal  # the sum over the holdings: parallel time counts for each of them
    span: Decimal  # from the first start to the last end
    idle: Decimal  # of the span: nobody held the case, or all who did were suspended
    by_authority: dict[str, Decimal]


def total(
    holdings: Sequence[Holding],
    calendar: Calendar,
    now: datetime,
    policy: Policy | None = None,
    suspensions: Iterable[Suspension] = (),
    unit: Unit = Unit.WORKDAY,
) -> HeldTime:
    """Say what the holdings come to at `now`, less suspensions of the whole case; in any unit but months."""
    if unit is Unit.MONTH:
        raise LimitError("time of several authorities is not added up in months")
    policy = policy or Policy()
    marks = _Marks(AXES[unit](calendar, hours_of(policy)), calendar, local(now), policy)
    stops = [marks.stop(suspension) for suspension in suspensions]
    spent: list[Stretch] = []
    held: list[Stretch] = []
    by_authority: dict[str, int] = {}
    for holding in holdings:
        runs = merged([marks.run(interval) for interval in holding.intervals])
        counted = without(runs, merged([*stops, *map(marks.stop, holding.suspensions)]))
        held += runs
        spent += counted
        by_authority[holding.authority] = by_authority.get(holding.authority, 0) + size(counted)
    union = size(merged(spent))
    span = max(last for _, last in held) - min(first for first, _ in held) if held else 0
    first_day = calendar.known_from

    def units(value: int) -> Decimal:
        return marks.axis.units(first_day, value)

    return HeldTime(
        calendar=calendar.version,
        union=units(union),
        workload=units(sum(by_authority.values())),
        span=units(span),
        idle=units(span) - units(union),
        by_authority={authority: units(value) for authority, value in by_authority.items()},
    )


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return the union of stretches, in order and apart; empty ones are dropped."""
    result: list[Stretch] = []
    for first, last in sorted(stretch for stretch in stretches if stretch[1] > stretch[0]):
        if result and first <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], last))
        else:
            result.append((first, last))
    return result


def without(stretches: Iterable[Stretch], excluded: Iterable[Stretch]) -> list[Stretch]:
    """Take others from stretches; both are merged."""
    result = list(stretches)
    for begin, end in excluded:
        parts = [((first, min(last, begin)), (max(first, end), last)) for first, last in result]
        result = [part for pair in parts for part in pair if part[1] > part[0]]
    return result


def size(stretches: Iterable[Stretch]) -> int:
    """Return the marks that stretches apart come to."""
    return sum(last - first for first, last in stretches)


class _Marks:
    """Intervals on an axis; an open one lasts until now."""

    def __init__(self, axis: Axis, calendar: Calendar, now: datetime, policy: Policy) -> None:
        self.axis = axis
        self.calendar = calendar
        self.now = now
        self.policy = policy

    def run(self, interval: Interval) -> Stretch:
        """Return the stretch from the day after the start, rolled as an acceptance, to the end."""
        first = self.axis.enter(self._known(interval.start), roll=self.policy.roll_accept)
        return first, self.axis.leave(self._known(interval.end or self.now))

    def stop(self, suspension: Suspension) -> Stretch:
        """Return the stretch from the day after the begin to the resumption, rolled."""
        first = self.axis.leave(self._known(suspension.start))
        if suspension.end is None:
            return first, self.axis.leave(self._known(self.now))
        return first, self.axis.enter(self._known(suspension.end), roll=self.policy.roll_resume)

    def _known(self, at: datetime) -> datetime:
        """The instant in local time; an error where its day is not in the calendar."""
        at = local(at)
        day: date = at.date()
        if day < self.calendar.known_from:
            raise self.calendar.too_early()
        if day > self.calendar.known_until:
            raise CalendarHorizonError(self.calendar.known_until)
        return at
