"""Averages, shares and forecasts equal a recount of the ledger's events, on both databases."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from random import Random

import pytest
from sqlalchemy import insert, select, update

from activities.store import tables
from activities.store.store import Store
from api.exporter.catalogue import CATALOGUE
from api.exporter.commitment_series import families
from api.figures.averages import IN_WORKDAYS, LISTED, Asked, FigureScope, figures, load, recompute
from sla.cohort import Window
from sla.forecast import Basis
from sla.release import RELEASE
from tests.api.figures.averages_cases import Settled
from tests.api.figures.averages_oracle import differences
from tests.api.figures.conftest import LAST
from tests.api.figures.filling import Drawn, fill, instant
from tests.databases import PostgreSQL
from tests.desk import at

CASES, CASES_NIGHTLY = 1_000, 10_000
FIRST = date(2019, 11, 25)
SERIES = tuple(f"shixian_commitment_{part}_" for part in ("completed", "taken_over", "forecast"))
COPIED = (tables.head, tables.event, tables.case, tables.step, tables.clock)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, nightly: bool) -> Iterator[tuple[Store, str]]:
    """A ledger of a year and a half on SQLite, which some cases leave open."""
    url = f"sqlite:///{tmp_path_factory.mktemp('averages') / 'ledger.db'}"
    store = Store.open(url, durable=False)
    store.migrate()
    fill(store, CASES_NIGHTLY if nightly else CASES, Drawn(1, FIRST, 480, LAST))
    yield store, url
    store.close()


@pytest.mark.slow
def test_figures_equal_a_recount_over_a_thousand_random_cases(filled: tuple[Store, str]) -> None:
    store, url = filled
    found = figures(store, instant(LAST))
    whole = [one for one in found if one.scope == FigureScope(one.scope.commitment) and one.window is Window.YEAR]
    assert {one.scope.commitment for one in whole} == set(LISTED)
    assert sum(one.cohort.n for one in whole) > CASES / 10
    assert sum(one.open for one in whole) > CASES / 100
    assert any(one.ramp_up.n for one in whole)
    assert sum(one.taken_over.n for one in whole) > CASES / 50
    assert any(one.open_taken_over for one in whole)
    assert differences(url, LAST) == []


@pytest.mark.slow
def test_figures_are_the_same_on_both_databases(filled: tuple[Store, str], postgresql: PostgreSQL) -> None:
    store, _ = filled
    url = postgresql.create()
    other = Store.open(url, durable=False)
    with store.reading() as source, other.writing() as target:
        for table in COPIED:
            rows = source.execute(select(table)).mappings()
            for page in rows.partitions(2000):
                target.execute(insert(table), [dict(row) for row in page])
    for until in (None, date(2020, 2, 29), date(2020, 12, 31), date(2021, 2, 28)):
        assert figures(other, instant(LAST), until=until) == figures(store, instant(LAST), until=until)
    other.close()
    postgresql.drop(url)


def test_figures_equal_a_recount_of_cases_that_were_settled(store: Store, url: str) -> None:
    random, last = Random(7), at("2021-03-31 20:00")  # noqa: S311  # to draw cases
    for number in range(45):
        begins = date(2020, 10, 1) + timedelta(days=random.randrange(170))
        Settled(random, f"S-{number:03}", begins, last, store).play()
    assert differences(url, last) == []
    told_late = sum(one.cohort.on_time - one.cohort.on_time_as_told for one in figures(store, instant(last)))
    assert told_late > 0


def test_figures_equal_a_recount_beyond_the_published_calendar(store: Store, url: str) -> None:
    last = at("2027-01-20 12:00")
    fill(store, 60, Drawn(3, date(2026, 10, 8), 85, last))
    assert differences(url, last) == []
    found = figures(store, instant(last))
    assert sum(one.uncounted for one in found) > 0
    assert sum(one.open_uncounted for one in found) == sum(one.open for one in found) > 0
    before = figures(store, instant(at("2026-12-30 12:00")))
    assert sum(one.open_provisional for one in before) > 0


def test_the_recount_finds_what_is_wrong(store: Store, url: str) -> None:
    fill(store, 20, Drawn(5, date(2021, 1, 4), 30, LAST))
    assert differences(url, LAST) == []
    clock = tables.clock.c
    judged = clock.commitment.is_not(None) & clock.start_day.is_not(None) & clock.standing.in_(["met", "missed"])
    with store.writing() as connection:
        connection.execute(update(tables.clock).where(judged, ~clock.void).values(used="1234"))
    assert differences(url, LAST)


def test_places_come_to_the_whole(small: Store) -> None:
    found = figures(small, instant(LAST))
    for (commitment, window), group in groupby(
        sorted(found, key=lambda one: (one.scope.commitment, one.window)), key=lambda o: (o.scope.commitment, o.window)
    ):
        own = list(group)
        [whole] = [one for one in own if one.scope == FigureScope(commitment)]
        by_jurisdiction = [one for one in own if one.scope.jurisdiction and not one.scope.department]
        by_department = [one for one in own if one.scope.department]
        for parts in (by_jurisdiction, by_department):
            assert sum(one.cohort.n for one in parts) == whole.cohort.n, (commitment, window)
            assert sum(one.cohort.total for one in parts) == whole.cohort.total
            assert sum(one.open for one in parts) == whole.open


def test_asking_for_a_place_leaves_out_the_others(small: Store) -> None:
    every = figures(small, instant(LAST))
    taicang = figures(small, instant(LAST), Asked(jurisdiction="taicang"))
    assert {one.scope.jurisdiction for one in taicang} == {"taicang"}
    wanted = {(one.scope, one.window): one.cohort for one in every if one.scope.jurisdiction == "taicang"}
    assert wanted.items() <= {(one.scope, one.window): one.cohort for one in taicang}.items()
    department = next(one.scope for one in every if one.scope.department and one.cohort.n)
    asked = figures(small, instant(LAST), Asked(*department))
    assert [one.scope for one in asked] == [department] * len(Window)
    assert [one.cohort for one in asked] == [one.cohort for one in every if one.scope == department]


def test_a_window_that_has_ended_has_no_forecast(small: Store) -> None:
    assert all(one.forecast.keys() == set(Basis) for one in figures(small, instant(LAST)))
    past = figures(small, instant(LAST), until=date(2021, 2, 28))
    assert not any(one.forecast or one.open for one in past)


def test_what_was_read_before_is_not_read_again_and_comes_to_the_same(small: Store) -> None:
    day = LAST.date()
    first = load(small, RELEASE, day)
    recompute(first, instant(LAST))
    again = load(small, RELEASE, day, before=first)
    assert all(again.running[place] is first.running[place] for place in first.running)
    assert again.counted == first.counted
    assert recompute(again, instant(LAST)) == figures(small, instant(LAST))
    later = LAST + timedelta(days=9)
    assert recompute(again, instant(later)) == figures(small, instant(later))


def test_the_metrics_are_the_figures_by_department(small: Store) -> None:
    found = figures(small, instant(LAST))
    apart = recompute(load(small, RELEASE, LAST.date()), instant(LAST), apart=True)
    samples = {
        (sample.name, *sample.labels.values()): sample.value for family in families(apart) for sample in family.samples
    }
    assert {name for name, *_ in samples} == {name for name in CATALOGUE if name.startswith(SERIES)}
    for one in found:
        if one.scope.department is None:
            continue
        labels = one.scope.commitment, one.scope.department, one.window.value
        assert samples["shixian_commitment_completed_cases", *labels] == one.cohort.n
        assert samples["shixian_commitment_completed_workdays", *labels] == one.cohort.total
        assert samples["shixian_commitment_completed_on_time_cases", *labels] == one.cohort.on_time
        assert samples["shixian_commitment_taken_over_cases", *labels] == one.taken_over.n
        assert samples["shixian_commitment_taken_over_workdays", *labels] == one.taken_over.total
        for basis, expected in one.forecast.items():
            assert samples["shixian_commitment_forecast_cases", *labels, basis.value] == expected.n
            assert samples["shixian_commitment_forecast_workdays", *labels, basis.value] == expected.total


def test_a_commitment_without_a_case_has_a_series_all_the_same(store: Store) -> None:
    rows = load(store, RELEASE, LAST.date())
    assert recompute(rows, instant(LAST), apart=True) == []
    samples = [sample for family in families([]) for sample in family.samples]
    assert {sample.labels["commitment"] for sample in samples} == set(IN_WORKDAYS), "figures in working days"
    assert {sample.value for sample in samples} == {0}
