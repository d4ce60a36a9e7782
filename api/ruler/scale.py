"""Where a day lies across the ruler: the width of a day by their number, idle stretches folded, office hours for short limits."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from api.ruler.account import OFF, Account, Cell, CellKind
from sla.axis import local
from sla.clock import Policy, Unit

WIDTH, GUTTER, MARGIN = 1318, 236, 150
PLOT = WIDTH - GUTTER - MARGIN
LARGE, MEDIUM, LEAST, WIDEST = 26.0, 12.0, 5.0, 44.0  # px of a day
FOLD_DAYS, FOLD = 12, 54.0
HALF_HOUR, LEAST_HALF_HOUR, NIGHT = 24.0, 12.0, 24.0
SHORT_WORKDAYS, HOURLY_DAYS = 2, 4
ALWAYS_SEEN = (CellKind.COUNTED, CellKind.SUSPENDED, CellKind.LEFT, CellKind.OVERDUE, CellKind.BINDING, CellKind.ASSUMED,
               CellKind.START)  # fmt: skip
HALF = timedelta(minutes=30)


class Size(StrEnum):
    """How much room a day has; HOURS: half hours are drawn."""

    LARGE = "L"
    MEDIUM = "M"
    SMALL = "S"
    HOURS = "W"


class Column(NamedTuple):
    """A day, or folded days, from `x` on."""

    cells: tuple[Cell, ...]
    x: float
    width: float

    @property
    def folded(self) -> bool:
        """Whether it holds more than a day."""
        return len(self.cells) > 1

    @property
    def first(self) -> date:
        """Its first day."""
        return self.cells[0].date

    @property
    def last(self) -> date:
        """Its last day."""
        return self.cells[-1].date

    @property
    def end(self) -> float:
        """Where it ends."""
        return self.x + self.width


class Scale(NamedTuple):
    """The columns of a ruler, and the office hours within a day."""

    size: Size
    columns: tuple[Column, ...]
    opens: time
    closes: time
    day: float  # px of an unfolded day
    width: float  # of the whole picture

    def at(self, when: datetime) -> float:
        """Return where an instant lies; before and after the ruler at its ends."""
        here = local(when)
        column = self.column(here.date())
        if column is None:
            return self.columns[0].x if here.date() < self.columns[0].first else self.columns[-1].end
        days = (here.date() - column.first).days + self._part(here.time())
        return column.x + column.width * days / len(column.cells)

    def column(self, day: date) -> Column | None:
        """Return the column of a day."""
        return next((one for one in self.columns if one.first <= day <= one.last), None)

    def end_of(self, day: date) -> float:
        """Return where a day ends."""
        column = self.column(day)
        if column is None:
            return self.columns[0].x if day < self.columns[0].first else self.columns[-1].end
        return column.x + column.width * ((day - column.first).days + 1) / len(column.cells)

    def _part(self, at: time) -> float:
        """How much of a day's office hours are over."""
        opens, closes = _minutes(self.opens), _minutes(self.closes)
        return min(1.0, max(0.0, (_minutes(at) - opens) / (closes - opens)))


def scale_of(account: Account, policy: Policy, *, fold: bool) -> Scale:
    """Choose the widths of the days of a ruler; it is wider than the page where they are too many."""
    opens, closes = policy.morning[0], policy.afternoon[1]
    working = sum(cell.kind not in OFF for cell in account.cells)
    if _short(account) and working <= HOURLY_DAYS:
        return _hourly(account.cells, opens, closes)
    seen = {account.today, account.due, account.was_due}
    groups = _groups(account.cells, seen) if fold else [(cell,) for cell in account.cells]
    folds = sum(len(group) > 1 for group in groups)
    day = min(WIDEST, max(LEAST, (PLOT - FOLD * folds) / max(1, len(groups) - folds)))
    columns = _placed([(group, FOLD if len(group) > 1 else day) for group in groups])
    size = Size.LARGE if day >= LARGE else Size.MEDIUM if day >= MEDIUM else Size.SMALL
    return Scale(size, columns, opens, closes, day, max(WIDTH, columns[-1].end + MARGIN))


def _short(account: Account) -> bool:
    limit = account.shown.limit
    return limit.unit is Unit.WORKHOUR or (limit.unit is Unit.WORKDAY and limit.amount <= SHORT_WORKDAYS)


def _hourly(cells: Sequence[Cell], opens: time, closes: time) -> Scale:
    halves = (_minutes(closes) - _minutes(opens)) / 30
    working = sum(cell.kind not in OFF for cell in cells)
    half = min(HALF_HOUR, max(LEAST_HALF_HOUR, (PLOT - NIGHT * (len(cells) - working)) / (halves * working)))
    columns = _placed([((cell,), NIGHT if cell.kind in OFF else half * halves) for cell in cells])
    return Scale(Size.HOURS, columns, opens, closes, half * halves, max(WIDTH, columns[-1].end + MARGIN))


def _placed(widths: Sequence[tuple[tuple[Cell, ...], float]]) -> tuple[Column, ...]:
    x, columns = float(GUTTER), []
    for cells, width in widths:
        columns.append(Column(cells, x, width))
        x += width
    return tuple(columns)


def _groups(cells: Sequence[Cell], seen: set[date | None]) -> list[tuple[Cell, ...]]:
    """Days by themselves, and runs of at least twelve in which nothing was counted, suspended or is to be pointed at."""
    groups: list[tuple[Cell, ...]] = []
    for hidden, run in groupby(cells, key=lambda cell: cell.kind not in ALWAYS_SEEN and cell.date not in seen):
        days = tuple(run)
        groups += [days] if hidden and len(days) >= FOLD_DAYS else [(cell,) for cell in days]
    return groups


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
