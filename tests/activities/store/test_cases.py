"""Single cases, and what sweeps and averages read."""

from datetime import date, datetime, timedelta

import pytest

from activities.record import Role, Rung, RungKind
from activities.store.rows import ClockRow
from activities.store.store import Store
from sla.clock import ApplicationReceipt, Standing
from tests.activities.store.build import DAY, T, a_case, a_clock, a_row, a_step, append, new, put

SECOND = timedelta(seconds=1)
RUNG = Rung(kind=RungKind.OVERDUE, due_at=T, raising=1, seq=7, at=T)


def test_a_company_sees_only_its_steps_and_their_clocks(store: Store) -> None:
    theirs, others = a_step("gas", owner="gas-group"), a_step("water", owner="water-group")
    of_step = a_row(a_clock("step:gas", Role.STEP, "bureau", step="gas"))
    promise, of_other = a_row(), a_row(a_clock("step:water", Role.STEP, "water-group", step="water"))
    put(store, a_case("c1", promise, of_step, of_other, steps=(theirs, others)))
    view = store.case("c1", owner_in={"gas-group"})
    assert view is not None
    assert (view.steps, view.clocks) == ((theirs,), (of_step,))
    assert store.case("c1", owner_in={"power-company"}) is None
    assert store.case("c1", owner_in=set()) is None


def test_ledgers_are_the_cases_that_have_events(store: Store) -> None:
    append(store, "c2", new())
    append(store, "c1", new())
    with store.append("c3"):
        pass
    assert store.ledgers() == ["c1", "c2"]
    assert store.ledgers(after="c1", limit=5) == ["c2"]


def spans() -> dict[str, ClockRow]:
    day = date(2020, 1, 20)
    start = datetime.fromisoformat("2020-01-20T01:30:00Z")
    due = datetime.fromisoformat("2020-01-31T09:30:00Z")
    clock = a_clock().clock.model_copy(update={"start": start})
    running = a_clock().model_copy(update={"clock": clock})
    stopped = running.model_copy(update={"clock": clock.model_copy(update={"stop": due})})
    receipt = clock.model_copy(update={"start": None, "receipt": ApplicationReceipt(received=start)})
    unstarted = running.model_copy(update={"clock": clock.model_copy(update={"start": None})})
    return {
        "c1-due": a_row(running, due, start_day=day),
        "c2-suspended": a_row(running, None, start_day=day, standing=Standing.SUSPENDED),
        "c3-stopped": a_row(stopped, due, start_day=day, standing=Standing.MET),
        "c4-void": a_row(running.model_copy(update={"void": True}), due, start_day=day),
        "c5-received": a_row(running.model_copy(update={"clock": receipt}), None, start_day=None),
        "c6-unstarted": a_row(unstarted, None, start_day=None),
        "c7-rolled": a_row(running, due, start_day=date(2020, 2, 3)),
    }


@pytest.mark.parametrize(
    ("first", "last", "touched"),
    [
        (date(2020, 1, 31), date(2020, 2, 1), ["c1-due", "c2-suspended", "c5-received", "c7-rolled"]),
        (date(2020, 2, 1), date(2020, 2, 9), ["c2-suspended", "c5-received"]),
        (date(2020, 1, 1), date(2020, 1, 19), []),
        (date(2020, 1, 1), date(2020, 1, 20), ["c1-due", "c2-suspended", "c5-received", "c7-rolled"]),
    ],
)
def test_a_changed_day_touches_the_live_clocks_whose_span_holds_it(
    store: Store, first: date, last: date, touched: list[str]
) -> None:
    for case, row in spans().items():
        put(store, a_case(case, row))
    assert [clock.case for clock in store.open_clocks_touching(first, last)] == touched
    if touched:
        [one] = store.open_clocks_touching(first, last, after=touched[0], cases=1)
        assert (one.case, one.clock) == (touched[1], spans()[touched[1]])


def test_overdue_clocks_need_no_worker(store: Store) -> None:
    put(store, a_case("c1", a_row(due_at=T), a_row(a_clock("step", Role.STEP), due_at=T + DAY)))
    put(store, a_case("c2", a_row(a_clock(rungs=(RUNG,)), due_at=T)))
    put(store, a_case("c3", a_row(a_clock(rungs=(RUNG.model_copy(update={"withdrawn": "extended"}),)), due_at=T)))
    put(store, a_case("c4", a_row(a_clock(stop=T), due_at=T, standing=Standing.MISSED)))
    now = T + 5 * SECOND
    assert store.overdue_clocks(now, 5 * SECOND) == []
    found = store.overdue_clocks(now + SECOND, 5 * SECOND)
    assert [(clock.case, clock.clock.picture.clock.key) for clock in found] == [
        ("c1", "promise"),
        ("c2", "promise"),
        ("c3", "promise"),
    ]
    assert [clock.case for clock in store.overdue_clocks(now + SECOND, 5 * SECOND, unraised=True)] == ["c1", "c3"]
    assert [clock.case for clock in store.overdue_clocks(now + SECOND, after="c1", limit=1)] == ["c2"]
