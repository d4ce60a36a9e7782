"""The report's first page as data: it equals a recount of the events, and says what its definitions say."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.store.store import Store
from api.figures.averages import LISTED, Case, FigureScope
from api.figures.front import Front, MonthEnd, MonthState, OpenCase, PromiseChange, PromiseState, Verdict, front
from api.figures.month import days_of, report
from sla.axis import local_day
from sla.clock import Standing
from sla.forecast import Progress
from tests.api.figures.averages_ledger import Fact
from tests.api.figures.averages_oracle import _ledger
from tests.api.figures.conftest import LAST
from tests.api.figures.filling import Drawn, fill, instant
from tests.api.figures.front_oracle import Told, bars, told
from tests.desk import at

PLACES = Decimal("0.000001")


def differences(url: str, store: Store, month: str, now: datetime) -> list[str]:
    """Where the first page says something else than the events come to, of the month and of the month before."""
    ledger, found = _ledger(url), report(store, instant(now), month, "s").front
    days = days_of(month, local_day(now))
    assert days is not None
    first = days.first
    wrong = []
    for day, states in (
        (first, {one.commitment: one.now for one in found.promises}),
        (first - timedelta(days=1), {one.commitment: one.before for one in found.promises}),
    ):
        wanted = told(ledger, day, now)
        assert wanted.keys() <= states.keys() == LISTED.keys()
        wrong += [
            f"{name} {day:%Y-%m}: {_facts(state)}, the events come to {wanted.get(name)}"
            for name, state in states.items()
            if _facts(state) != _rounded(wanted.get(name, _nothing(state)))
        ]
    return wrong + _other_bars(ledger, found, now)


def _other_bars(ledger: dict[str, list[Fact]], found: Front, now: datetime) -> list[str]:
    wrong = []
    for trend in found.trends:
        wanted = bars(ledger, trend.commitment, now)
        for bar in trend.bars:
            n, mean = wanted.get(bar.month, (0, None))
            if (bar.n, bar.mean, bar.kept) != (n, _places(mean), None if mean is None else mean <= trend.limit):
                wrong.append(f"{trend.commitment} {bar}: the events come to {n}, {mean}")
    return wrong


def _facts(state: MonthState) -> dict[str, Any]:
    return {**state.model_dump(), "verdict": state.verdict.value}


def _nothing(state: MonthState) -> Told:
    """Of a commitment that no case is of."""
    zero = None if state.late is None else 0
    return Told("not-measured", 0, 0, zero, zero, zero)


def _rounded(one: Told) -> dict[str, Any]:
    means = {"mean": _places(one.mean), "year_mean": _places(one.year_mean)}
    return {**one._asdict(), **means, "expected_mean": _places(one.expected_mean)}


def _places(value: Fraction | None) -> Decimal | None:
    return None if value is None else (Decimal(value.numerator) / value.denominator).quantize(PLACES)


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    begins=st.dates(date(2020, 1, 6), date(2021, 4, 30)),
    days=st.integers(5, 75),
    hour=st.integers(0, 23),
)
def test_the_first_page_equals_a_recount_of_the_events(seed: int, begins: date, days: int, hour: int) -> None:
    last = at(f"{begins + timedelta(days=days)} {hour:02}:00")
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'ledger.db'}"
        store = Store.open(url, durable=False)
        store.migrate()
        fill(store, 40, Drawn(seed, begins, days, last))
        months = {f"{last - timedelta(days=back):%Y-%m}" for back in (0, 45)}
        assert [wrong for month in sorted(months) for wrong in differences(url, store, month, last)] == []
        store.close()


def test_the_first_page_is_the_same_on_both_databases(store: Store, url: str) -> None:
    fill(store, 80, Drawn(11, date(2021, 1, 4), 60, LAST))
    assert [wrong for month in ("2021-03", "2021-02") for wrong in differences(url, store, month, LAST)] == []


def test_a_month_is_told_the_same_later_where_nothing_of_it_was_told_later(small: Store) -> None:
    then = report(small, instant(LAST), "2021-02", "s").front
    later = report(small, instant(LAST + timedelta(days=200)), "2021-02", "s").front
    assert later == then


MARCH, FEBRUARY = date(2021, 3, 31), date(2021, 2, 28)
EACH, AVERAGE = "sz-22-water-no-pipe", "sz-22-power-low"  # 4 working days each, 7 on the average


def decided(commitment: str, day: str, used: int = 3, *, late: bool = False, **more: bool) -> Case:
    facts = {"ramp_up": False, "taken_over": False, "uncounted": False, **more}
    return Case(
        case=f"{day}-{used}", commitment=commitment, used=Decimal(used), stopped_on=date.fromisoformat(day),
        on_time=not late, on_time_as_told=not late, scope=FigureScope(commitment), provisional=False, **facts,
    )  # fmt: skip


def runs(commitment: str, standing: Standing, used: int = 1, when_due: int = 4) -> OpenCase:
    return OpenCase(commitment, standing, Progress(used=Decimal(used), when_due=Decimal(when_due)))


def shown(
    cases: Iterable[Case] = (), running: Iterable[OpenCase] = (), before: Iterable[OpenCase] = (), *, ended: bool = True
) -> Front:
    every = tuple(cases)
    return front(LAST, MonthEnd(MARCH, every, tuple(running)), MonthEnd(FEBRUARY, every, tuple(before)), ended=ended)


def of(found: Front, commitment: str) -> PromiseState:
    return next(one for one in found.promises if one.commitment == commitment)


@pytest.mark.parametrize(
    ("cases", "running", "verdict"),
    [
        ([], [], Verdict.NOT_MEASURED),
        ([], [runs(EACH, Standing.ON_TIME), runs(EACH, Standing.SUSPENDED)], Verdict.NOT_MEASURED),
        ([decided(EACH, "2021-03-01")], [runs(EACH, Standing.ON_TIME)], Verdict.KEPT),
        ([decided(EACH, "2021-03-01")], [runs(EACH, Standing.DUE_SOON)], Verdict.IN_DANGER),
        ([], [runs(EACH, Standing.DUE_SOON)], Verdict.IN_DANGER),
        ([decided(EACH, "2021-03-01")], [runs(EACH, Standing.OVERDUE)], Verdict.BROKEN),
        ([decided(EACH, "2021-03-31", late=True)], [], Verdict.BROKEN),
        ([decided(EACH, "2021-02-28", late=True)], [], Verdict.NOT_MEASURED),
        ([decided(EACH, "2021-04-01", late=True)], [], Verdict.NOT_MEASURED),
        ([decided(EACH, "2021-03-01", late=True, ramp_up=True)], [], Verdict.NOT_MEASURED),
        ([decided(EACH, "2021-03-01", late=True, uncounted=True)], [], Verdict.NOT_MEASURED),
        ([decided(AVERAGE, "2021-03-01", 7)], [], Verdict.KEPT),
        ([decided(AVERAGE, "2021-03-01", 7), decided(AVERAGE, "2021-03-02", 8)], [], Verdict.BROKEN),
        ([decided(AVERAGE, "2021-03-01", 9, late=True), decided(AVERAGE, "2021-03-02", 5)], [], Verdict.KEPT),
        ([decided(AVERAGE, "2021-03-01", 7), decided(AVERAGE, "2021-01-02", 8)], [], Verdict.IN_DANGER),
        ([decided(AVERAGE, "2021-03-01", 7), decided(AVERAGE, "2020-12-31", 8)], [], Verdict.KEPT),
        ([decided(AVERAGE, "2021-03-01", 7)], [runs(AVERAGE, Standing.ON_TIME, 1, 8)], Verdict.IN_DANGER),
        ([decided(AVERAGE, "2021-03-01", 7)], [runs(AVERAGE, Standing.OVERDUE, 8, 8)], Verdict.IN_DANGER),
        ([], [runs(AVERAGE, Standing.OVERDUE, 7, 7)], Verdict.NOT_MEASURED),
    ],
)
def test_a_promise_stands_as_it_is_defined(cases: list[Case], running: list[OpenCase], verdict: Verdict) -> None:
    name = next(iter([case.commitment for case in cases] + [one.commitment for one in running]), EACH)
    found = shown(cases, running)
    assert of(found, name).now.verdict is verdict
    others = [one.now.verdict for one in found.promises if one.commitment != name]
    assert set(others) == {Verdict.NOT_MEASURED}
    assert found.kept + found.broken + found.in_danger + found.not_measured == len(LISTED)


GOOD, BAD = decided(EACH, "2021-03-02"), decided(EACH, "2021-03-02", late=True)
GOOD_BEFORE, BAD_BEFORE = decided(EACH, "2021-02-02"), decided(EACH, "2021-02-02", late=True)
SOON = runs(EACH, Standing.DUE_SOON)


@pytest.mark.parametrize(
    ("cases", "running", "before", "change"),
    [
        ([GOOD, GOOD_BEFORE], [], [], None),
        ([BAD, BAD_BEFORE], [], [], None),
        ([], [], [], None),
        ([GOOD], [], [], None),
        ([GOOD_BEFORE], [], [], None),
        ([GOOD, GOOD_BEFORE], [], [SOON], None),
        ([BAD, GOOD_BEFORE], [], [], PromiseChange.BROKEN),
        ([BAD], [], [], PromiseChange.BROKEN),
        ([BAD], [], [SOON], PromiseChange.BROKEN),
        ([GOOD, BAD_BEFORE], [], [], PromiseChange.MENDED),
        ([GOOD, BAD_BEFORE], [SOON], [], PromiseChange.MENDED),
        ([BAD_BEFORE], [], [], PromiseChange.UNPROVEN),
        ([GOOD, GOOD_BEFORE], [SOON], [], PromiseChange.IN_DANGER),
        ([], [SOON], [], PromiseChange.IN_DANGER),
    ],
)
def test_what_changed_is_told_of_two_months(
    cases: list[Case], running: list[OpenCase], before: list[OpenCase], change: PromiseChange | None
) -> None:
    found = shown(cases, running, before)
    assert of(found, EACH).change is change
    assert [one.change for one in found.promises if one.commitment != EACH] == [None] * (len(LISTED) - 1)


def test_twelve_months_end_with_the_report_s_and_one_without_a_case_is_a_gap() -> None:
    cases = [decided(AVERAGE, "2020-04-01", 7), decided(AVERAGE, "2020-03-31", 50), decided(AVERAGE, "2021-03-02", 8)]
    for ended in (True, False):
        [bars_] = [one.bars for one in shown(cases, ended=ended).trends if one.commitment == AVERAGE]
        assert [bar.month for bar in bars_[:2]] == ["2020-04", "2020-05"]
        assert [bar.month for bar in bars_[-3:]] == ["2021-01", "2021-02", "2021-03"]
        assert [(bar.n, bar.mean, bar.kept) for bar in (bars_[0], bars_[1], bars_[-1])] == [
            (1, 7, True), (0, None, None), (1, 8, False),
        ]  # fmt: skip
        assert [bar.ended for bar in bars_] == [True] * 11 + [ended]
