"""Sums of judged promises that the database keeps are those of the rows, whatever was written and in whatever order."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import delete, select, update

from activities.record import Rung, RungKind
from activities.store import tables
from activities.store.judged_groups import judged_groups, kept_groups
from activities.store.rows import CaseRows
from activities.store.store import Store
from activities.store.sum_tables import KEY, judged_sum
from sla.clock import Horizon, Standing
from tests.activities.store.build import T, a_case, a_clock, a_row, decided, put

LATE = Rung(kind=RungKind.OVERDUE, due_at=T, raising=1, seq=7, at=T, told_late=True, withdrawn="told-late")
BEYOND = Horizon(known_until=date(2020, 12, 31), counted=Decimal(2), missing=Decimal(2))
SPANS = ((date(2021, 1, 1), date(2021, 4, 30)), (date(2021, 2, 1), date(2021, 3, 17)))
PROMISES = ("tc-water", "sz-water", "tc-gas")


def drawn(random: Random, case: str) -> CaseRows:
    """A case with some promises: running, judged, void, never accepted, out of the calendar."""
    clocks = []
    for number in range(random.randint(0, 3)):
        key, name = f"promise/{number}", random.choice(PROMISES)
        if random.random() < 0.2:
            clocks.append(a_row(a_clock(key, commitment=name)))
            continue
        row = decided(
            name,
            date(2021, 1, 1) + timedelta(days=random.randrange(120)),
            random.choice((Standing.MET, Standing.MISSED)),
            random.choice(("3", "4", "5.5")),
            also=random.choice(((), ("sz-water",))),
            void=random.random() < 0.1,
            ramp_up=random.random() < 0.1,
            rungs=random.choice(((), (LATE,))),
        )
        start, horizon = random.choice(((T.date(), None), (T.date(), None), (None, BEYOND), (None, None)))
        clock = row.picture.clock.model_copy(update={"key": key})
        picture = row.picture.model_copy(update={"clock": clock})
        clocks.append(row.model_copy(update={"picture": picture, "start_day": start, "horizon": horizon}))
    return a_case(case, *clocks, jurisdiction="suzhou" if case < "c4" else "taicang")


def holds(store: Store) -> None:
    with store.reading() as connection:
        rows = connection.execute(select(tables.clock)).mappings().all()
        kept = {tuple(row[:-3]): tuple(row[-3:]) for row in connection.execute(select(judged_sum)) if any(row[-3:])}
        wanted = Counter[tuple[object, ...]]()
        begun, beyond = Counter[tuple[object, ...]](), Counter[tuple[object, ...]]()
        for row in rows:
            judged = row["standing"] in (Standing.MET.value, Standing.MISSED.value)
            if row["commitment"] and row["stopped_on"] and judged and not row["void"]:
                key = tuple("" if row[column.name] is None else row[column.name] for column in KEY)
                wanted[key] += 1
                begun[key] += row["start_day"] is not None
                beyond[key] += row["start_day"] is None and row["horizon"] is not None
        assert kept == {key: (n, begun[key], beyond[key]) for key, n in wanted.items()}
        for first, last in SPANS:
            for name in (None, *PROMISES):
                direct = judged_groups(connection, first, last, name, sqlite=store.sqlite)
                summed = kept_groups(connection, first, last, name, sqlite=store.sqlite)
                assert sorted(summed, key=repr) == sorted(direct, key=repr)


@pytest.mark.parametrize("seed", range(3))
def test_kept_sums_are_those_of_the_rows_after_any_writing(store: Store, seed: int) -> None:
    random = Random(seed)  # noqa: S311  # to draw cases
    for turn in range(60):
        case = f"c{random.randrange(8)}"
        if random.random() < 0.1:
            store.drop_rows(case)
        else:
            put(store, drawn(random, case))
        if turn % 6 == 0:
            holds(store)
    holds(store)
    assert store.judged_sums_hold()
    store.drop_rows()
    holds(store)


def test_no_increment_is_lost_where_many_close_the_same_and_none_waits_for_ever(store: Store) -> None:
    def close(worker: int) -> None:
        for number in range(12):
            names = [f"w{worker}-{number}-{place}" for place in range(2)]
            with store.append_together(names) as group:
                some = [decided(name, date(2021, 3, 31), Standing.MET) for name in PROMISES[:2]]
                for place, name in enumerate(names):
                    group.ledgers[name].put(a_case(name, some[(place + worker) % 2]))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(close, range(4)))
    holds(store)
    with store.reading() as connection:
        assert list(connection.scalars(select(judged_sum.c.n))) == [48, 48]


def test_damaged_sums_are_found_and_made_anew(store: Store) -> None:
    put(store, a_case("c1", decided("tc-water", date(2021, 3, 31), Standing.MET)))
    for damage in (update(judged_sum).values(n=7), delete(judged_sum)):
        with store.writing() as connection:
            connection.execute(damage)
        assert not store.judged_sums_hold()
        store.recount_judged()
        assert store.judged_sums_hold()
        holds(store)
