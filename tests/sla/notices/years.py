"""Years that nobody has arranged yet, as the State Council might: every one of them is a valid notice."""

from datetime import date, timedelta

from hypothesis import strategies as st

from sla.notices.holidays import FIXED, NEW_YEAR, SPRING, TOMBS, shares
from sla.notices.notice import Notice, Period
from sla.notices.table import weekdays

DAY = timedelta(days=1)
REACH = 14
SINCE, UNTIL = 2027, 2060


def off_in(period: Period) -> int:
    return sum(day.weekday() < 5 for day in days(period))


def days(period: Period) -> list[date]:
    return [period.first + DAY * offset for offset in range((period.last - period.first).days + 1)]


@st.composite
def notices(draw: st.DrawFn, last_year: int = UNTIL) -> Notice:
    """A notice of a year to come: holidays prolonged by days worked for them, in December before it as well."""
    year = draw(st.integers(SINCE, last_year))
    periods = [_period(draw, name, core, count) for name, core, count in _cores(draw, year)]
    taken = {day for period, _ in periods for day in days(period)}
    worked: list[date] = []
    for period, share in periods:
        free = [
            day for day in _around(period) if day not in taken and day not in worked and _belongs(day, period, year)
        ]
        worked += draw(st.permutations(free))[: off_in(period) - share]
    off = sorted(day for period, _ in periods for day in days(period) if day.weekday() < 5)
    dated = date(year - 1, 10, 20) + DAY * draw(st.integers(0, 30))
    serial = draw(st.integers(1, 60))
    return Notice(
        year=year,
        number=draw(st.sampled_from([None, f"国办发明电〔{year - 1}〕{serial}号"])),
        dated=dated,
        published=dated + DAY * draw(st.integers(0, 5)),
        periods=tuple(period for period, _ in periods),
        off_days=tuple(off),
        work_days=tuple(sorted(worked)),
        working_days=weekdays(year) - sum(day.year == year for day in off) + sum(day.year == year for day in worked),
    )


def _cores(draw: st.DrawFn, year: int) -> list[tuple[str, tuple[date, date], int]]:
    """Each holiday's own days, from the first to the last, and how many days off it has."""
    own = shares(year)
    cores: list[tuple[str, tuple[date, date], int]] = []
    for name, share in own.items():
        if name in FIXED:
            first = date(year, *FIXED[name])
        elif name == SPRING:
            first = date(year, 1, 21) + DAY * draw(st.integers(0, 26))
        elif name == TOMBS:
            first = date(year, 4, draw(st.integers(4, 5)))
        else:
            first = date(year, *{"端午节": (5, 28), "中秋节": (9, 8)}[name]) + DAY * draw(st.integers(0, 28))
        cores.append((name, (first, first + DAY * (share - 1)), share))
    (*before, (moon, (feast, _), one), (nation, (first, last), three)) = cores
    if feast >= date(year, 9, 23):
        joined = draw(st.sampled_from([f"{moon}、{nation}", f"{nation}、{moon}"]))
        return [*before, (joined, (min(feast, first), max(feast, last)), one + three)]
    return cores


def _period(draw: st.DrawFn, name: str, core: tuple[date, date], share: int) -> tuple[Period, int]:
    first, last = core
    period = Period(name=name, first=first - DAY * draw(st.integers(0, 2)), last=last + DAY * draw(st.integers(0, 3)))
    while off_in(period) < share:
        period = period.model_copy(update={"last": period.last + DAY})
    return period, share


def _around(period: Period) -> list[date]:
    near = [period.first - DAY * offset for offset in range(1, REACH + 1)]
    near += [period.last + DAY * offset for offset in range(1, REACH + 1)]
    return [day for day in near if day.weekday() >= 5]


def _belongs(day: date, period: Period, year: int) -> bool:
    return day.year == year or (day.year == year - 1 and period.name == NEW_YEAR)
