"""What the database sums is what is summed case by case: every figure, on both databases, for any day and place."""

from datetime import date, timedelta
from random import Random

import pytest

from activities.store.store import Store
from api.figures.averages import LISTED, Asked, FigureScope, figures
from api.figures.front import Verdict
from api.figures.month import report
from api.figures.tallies import AVERAGES, PromiseTally, progress_of, promise_board, steady_wanted
from sla.axis import local_day
from sla.cohort import TakenOverCases, Window
from sla.commitments.register import REGISTER
from tests.api.figures.averages_cases import Settled
from tests.api.figures.conftest import LAST
from tests.api.figures.filling import Drawn, fill, instant
from tests.desk import at

ASKED = (
    Asked(),
    Asked(jurisdiction="taicang"),
    Asked(jurisdiction="suzhou"),
    Asked(department="sz-power"),
    Asked(jurisdiction="taicang", department="tc-reform"),
    Asked(commitment="sz-22-power-low"),
    Asked(taken_over=TakenOverCases.LEFT_OUT),
    Asked(jurisdiction="taicang", taken_over=TakenOverCases.LEFT_OUT),
)


def compared(store: Store, now: object, asked: Asked, until: date | None) -> list[PromiseTally]:
    """Holds every figure of the year and of the month against the cases, one by one."""
    at_ = instant(now)  # type: ignore[arg-type]
    last = until or local_day(now)  # type: ignore[arg-type]
    shown = promise_board(store, at_, asked, last).promises
    by_case = {(one.scope, one.window): one for one in figures(store, at_, asked, last)}
    wholes = {name: FigureScope(name, asked.jurisdiction, asked.department) for name in LISTED}
    names = [name for name in LISTED if (wholes[name], Window.YEAR) in by_case]
    assert [one.commitment.id for one in shown if one.commitment.id in names] == names
    assert [one for one in shown if one.commitment.id not in names and (one.year.n or one.open)] == []
    for tally in (one for one in shown if one.commitment.id in names):
        year, month = (by_case[wholes[tally.commitment.id], window] for window in (Window.YEAR, Window.MONTH))
        for mine, theirs in ((tally.year, year.cohort), (tally.months[-1].cases, month.cohort)):
            for name in ("n", "total", "limit", "p90", "maximum", "longest"):
                assert getattr(mine, name) == getattr(theirs, name)
            if not tally.average:
                assert (mine.on_time, mine.on_time_as_told) == (theirs.on_time, theirs.on_time_as_told)
        assert (tally.ramp_up, tally.provisional, tally.uncounted) == (year.ramp_up.n, year.provisional, year.uncounted)
        assert (tally.taken_over, tally.open_taken_over or 0) == (year.taken_over.n, year.open_taken_over)
        assert dict(tally.forecast) == (dict(year.forecast) if tally.average else {})
        assert tally.open == (year.open if year.forecast else None)
        assert not tally.average or tally.judged is year.judged or asked.commitment is not None
    return list(shown)


@pytest.mark.parametrize("asked", ASKED, ids=str)
@pytest.mark.parametrize("until", [None, date(2021, 2, 28), date(2021, 3, 17), date(2021, 6, 1), date(2020, 12, 31)])
def test_sums_of_the_database_are_those_of_the_cases(small: Store, asked: Asked, until: date | None) -> None:
    found = compared(small, LAST, asked, until)
    assert found


def test_what_is_open_and_overdue_is_what_the_month_s_report_says(small: Store) -> None:
    told = {one.commitment: one.now for one in report(small, instant(LAST), "2021-03", "s").front.promises}
    found = promise_board(small, instant(LAST), Asked(), local_day(LAST)).promises
    assert {one.commitment.id: one.overdue for one in found if not one.average} == {
        name: state.overdue for name, state in told.items() if state.overdue is not None
    }
    assert any(one.overdue for one in found)
    assert {one.commitment.id: one.open for one in found} == {name: state.open for name, state in told.items()}


def test_bars_are_the_bars_of_the_month_s_report(small: Store) -> None:
    trends = report(small, instant(LAST), "2021-03", "s").front.trends
    found = promise_board(small, instant(LAST), Asked(), local_day(LAST)).averages
    assert tuple(one.trend for one in found) == trends


def test_settled_cases_and_a_calendar_that_ends_come_to_the_same(store: Store) -> None:
    random = Random(7)  # noqa: S311  # to draw cases
    for number in range(20):
        begins = date(2020, 10, 1) + timedelta(days=random.randrange(170))
        Settled(random, f"S-{number:03}", begins, LAST, store).play()
    fill(store, 40, Drawn(3, date(2026, 10, 8), 85, at("2027-01-20 12:00")))
    for now in (LAST, at("2026-12-30 12:00"), at("2027-01-20 12:00")):
        for asked in (*ASKED[:3], ASKED[-1]):
            compared(store, now, asked, None)


def test_what_is_known_of_open_cases_is_not_read_again_and_changes_nothing(small: Store) -> None:
    first = promise_board(small, instant(LAST), Asked(), local_day(LAST))
    again = promise_board(small, instant(LAST), Asked(), local_day(LAST), first.rows)
    assert again.promises == first.promises
    assert all(again.rows.running[place] is one for place, one in first.rows.running.items())
    assert again.rows.counted.keys() == first.rows.counted.keys() != set()


def test_an_average_s_open_cases_are_read_in_groups_on_any_day(small: Store) -> None:
    """On a day off, behind it, and where only some of them were left alone since a working day began."""
    grouped, alone = 0, 0
    for days in range(-45, 1):
        now = LAST + timedelta(days=days)
        compared(small, now, Asked(), None)
        wanted = steady_wanted(instant(now))
        found = small.tallied(now.date().replace(day=1), local_day(now), now, AVERAGES, wanted)
        grouped += sum(one.n for one in found.steady)
        alone += sum(one.picture.commitment in AVERAGES for one in found.running.values())
        assert all(one.used < one.when_due for one in (progress_of(each, instant(now)) for each in found.steady))
    assert grouped > 20
    assert alone > 0


def test_every_promise_is_counted_in_one_verdict(small: Store) -> None:
    found = promise_board(small, instant(LAST), Asked(), local_day(LAST))
    assert sum(found.count(verdict) for verdict in Verdict) == len(LISTED) + 1
    part = promise_board(small, instant(LAST), Asked(jurisdiction="taicang"), local_day(LAST))
    assert all(one.verdict is None for one in part.averages)
    assert {REGISTER[one.commitment.id].measure for one in part.averages} == {"average-max"}
