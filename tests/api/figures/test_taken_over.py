"""Cases that ran in another system before: counted and told apart, or in no figure at all."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from activities.record import TakenOver
from activities.store.rows import CaseRows
from activities.store.store import Store
from api.figures.averages import Asked, Figure, FigureScope, figures
from api.figures.month import report
from api.figures.promise_standings import StandingRules, standings
from api.figures.tallies import promise_board
from api.relay.aggregate_checks import Cohorts
from sla.clock import Standing
from sla.cohort import CohortSum, TakenOverCases, Window
from sla.forecast import Basis
from tests.activities.store.build import a_case, a_clock, a_row, decided, put
from tests.api.figures.conftest import LAST
from tests.api.figures.filling import Drawn, instant
from tests.desk import CALENDAR, at

LEFT_OUT = TakenOverCases.LEFT_OUT
OLD = TakenOver(source="s / a.csv", digest="0" * 64)
AVERAGE = "sz-22-power-low"  # 7 working days on average
NONE = CohortSum(n=0, total=Decimal(0), on_time=0, on_time_as_told=0)
RULES = StandingRules(taken_over=LEFT_OUT)


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The ledger `small` as it would be had nothing been taken over."""
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('without') / 'ledger.db'}", durable=False)
    store.migrate()
    drawn = Drawn(11, date(2021, 1, 4), 60, LAST)
    for number in range(80):
        events, rows = drawn.play(number)
        if rows.case.taken_over is None:
            with store.append(rows.case.case) as ledger:
                ledger.add(events)
                ledger.put(rows)
    yield store
    store.close()


def bare(found: list[Figure]) -> dict[Any, Figure]:
    """Figures with any case, without what is told beside them of cases that were taken over."""
    plain = (one.model_copy(update={"taken_over": NONE, "open_taken_over": 0}) for one in found)
    return {(one.scope, one.window): one for one in plain if one.cohort.n or one.ramp_up.n or one.open}


@pytest.mark.parametrize("until", [None, date(2021, 2, 28)])
def test_left_out_all_is_as_if_they_had_never_come(small: Store, without: Store, until: date | None) -> None:
    asked = Asked(taken_over=LEFT_OUT)
    found = bare(figures(small, instant(LAST), asked, until))
    # ramp-up, and what ran out of the calendar, is told apart whatever its origin
    for key, one in bare(figures(without, instant(LAST), until=until)).items():
        assert found[key].model_copy(update={"ramp_up": one.ramp_up, "uncounted": one.uncounted}) == one
    day = until or LAST.date()
    mine, theirs = promise_board(small, instant(LAST), asked, day), promise_board(without, instant(LAST), Asked(), day)
    tallies = {one.commitment.id: one for one in mine.promises}
    for other in theirs.promises:
        tally = tallies[other.commitment.id]
        assert (tally.year, tally.months, tally.open, tally.overdue) == (
            other.year,
            other.months,
            other.open,
            other.overdue,
        )
        assert (tally.verdict, tally.forecast) == (other.verdict, other.forecast)


def test_the_month_s_first_page_and_all_standings_leave_them_out_too(small: Store, without: Store) -> None:
    now, day = instant(LAST), LAST.date()
    for month in ("2021-02", "2021-03"):
        assert report(small, now, month, "s", RULES).front == report(without, now, month, "s").front
        assert report(small, now, month, "s").front != report(without, now, month, "s").front
    left_out, never_there = standings(small, now, day, RULES), standings(without, now, day, StandingRules())
    assert [one.standing for one in left_out.all] == [one.standing for one in never_there.all]


def over(case: str, used: str, taken_over: TakenOver | None) -> CaseRows:
    """A case of an average that has its verdict."""
    verdict = Standing.MISSED if int(used) > 7 else Standing.MET
    row = decided(AVERAGE, date(2021, 3, 1), verdict, used).model_copy(update={"calendar": CALENDAR})
    return a_case(case, row, jurisdiction="suzhou", open=False, taken_over=taken_over)


def test_what_was_taken_over_is_counted_and_told_apart(store: Store) -> None:
    for case, used, origin in (("own", "5", None), ("old-1", "9", OLD), ("old-2", "13", OLD)):
        put(store, over(case, used, origin))
    going = a_row(a_clock(commitment=AVERAGE, measure="average-max"), calendar=CALENDAR)
    put(store, a_case("old-3", going, jurisdiction="suzhou", taken_over=OLD))
    now = instant(at("2021-03-05 09:00"))
    counted, apart = (
        next(
            one
            for one in figures(store, now, Asked(AVERAGE, taken_over=rule))
            if one.scope == FigureScope(AVERAGE) and one.window is Window.YEAR
        )
        for rule in TakenOverCases
    )
    assert (counted.cohort.mean, counted.kept, counted.open) == (Decimal(9), False, 1)
    assert (apart.cohort.mean, apart.kept, apart.open) == (Decimal(5), True, 0)
    assert counted.taken_over == apart.taken_over
    assert (apart.taken_over.n, apart.taken_over.mean) == (2, Decimal(11))
    assert (apart.open_taken_over, counted.open_taken_over) == (1, 1)
    assert (counted.forecast[Basis.DUE].n, apart.forecast[Basis.DUE].n) == (4, 1)
    assert Cohorts(store, now).decided([AVERAGE]) == {AVERAGE: 3}
    assert Cohorts(store, now, LEFT_OUT).decided([AVERAGE]) == {AVERAGE: 1}
