"""Lists, and what sweeps and averages read."""

from datetime import date, datetime, timedelta

import pytest

from activities.record import Role, Rung, RungKind
from activities.store.rows import CaseFilter, CaseLine, CaseRows, ClockRow
from activities.store.store import Store
from sla.clock import ApplicationReceipt, Standing
from tests.activities.store.build import DAY, T, a_case, a_clock, a_row, a_step, append, new, put

SECOND = timedelta(seconds=1)
RUNG = Rung(kind=RungKind.OVERDUE, due_at=T, raising=1, seq=7, at=T)


def numbers(lines: list[CaseLine]) -> list[str]:
    return [line.case.case for line in lines]


def test_a_list_is_by_due_instant_and_cases_without_one_come_last(store: Store) -> None:
    put(store, a_case("c1", a_row(due_at=None, standing=Standing.SUSPENDED)))
    put(store, a_case("c2", a_row(due_at=T + 3 * DAY)))
    put(store, a_case("c3"))
    put(store, a_case("c4", a_row(due_at=T + 2 * DAY)))
    lines = store.cases(CaseFilter(), now=T)
    assert numbers(lines) == ["c4", "c2", "c1", "c3"]
    assert [line.standing for line in lines] == [Standing.ON_TIME, Standing.ON_TIME, Standing.SUSPENDED, None]
    assert lines[0].due_at == T + 2 * DAY
    assert lines[0].case == a_case("c4").case


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        (T + 4 * DAY - SECOND, Standing.ON_TIME),
        (T + 4 * DAY, Standing.DUE_SOON),
        (T + 5 * DAY, Standing.DUE_SOON),
        (T + 5 * DAY + 5 * SECOND, Standing.DUE_SOON),
        (T + 5 * DAY + 5 * SECOND + timedelta(microseconds=1), Standing.OVERDUE),
    ],
)
def test_a_standing_is_a_comparison_with_now(store: Store, now: datetime, standing: Standing) -> None:
    put(store, a_case("c1", a_row(due_at=T + 5 * DAY)))
    put(store, a_case("c2", a_row(a_clock(stop=T), due_at=T + 5 * DAY, standing=Standing.MET)))
    [line, decided_line] = store.cases(CaseFilter(), now=now, grace=5 * SECOND)
    assert (line.standing, decided_line.standing) == (standing, Standing.MET)
    for asked in Standing:
        wanted = {standing: ["c1"], Standing.MET: ["c2"]}.get(asked, [])
        assert numbers(store.cases(CaseFilter(standing=asked), now=now, grace=5 * SECOND)) == wanted


@pytest.fixture
def varied(store: Store) -> Store:
    put(store, a_case("TC-1", a_row(), steps=(a_step(owner="gas-group"),)))
    put(store, a_case("TC-2", a_row(), procedure="gas-connection", owner="gas-group", survey="s1", parent="TC-1"))
    put(
        store,
        a_case("SZ_3", a_row(), jurisdiction="suzhou", open=False, steps=(a_step(owner="bureau", status="done"),)),
    )
    return store


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (CaseFilter(), ["SZ_3", "TC-1", "TC-2"]),
        (CaseFilter(procedure="gas-connection"), ["TC-2"]),
        (CaseFilter(jurisdiction="suzhou"), ["SZ_3"]),
        (CaseFilter(open=True), ["TC-1", "TC-2"]),
        (CaseFilter(open=False), ["SZ_3"]),
        (CaseFilter(survey="s1"), ["TC-2"]),
        (CaseFilter(parent="TC-1"), ["TC-2"]),
        (CaseFilter(owner="gas-group"), ["TC-1", "TC-2"]),
        (CaseFilter(owner="bureau"), []),
        (CaseFilter(owner_in=("gas-group",)), ["TC-1"]),
        (CaseFilter(owner_in=("gas-group", "bureau")), ["SZ_3", "TC-1"]),
        (CaseFilter(owner_in=()), []),
        (CaseFilter(q="tc-"), ["TC-1", "TC-2"]),
        (CaseFilter(q="_"), ["SZ_3"]),
        (CaseFilter(q="%"), []),
        (CaseFilter(q="tc", procedure="water-connection", open=True), ["TC-1"]),
    ],
)
def test_a_filter_keeps_what_it_names(varied: Store, wanted: CaseFilter, found: list[str]) -> None:
    assert sorted(numbers(varied.cases(wanted, now=T))) == found


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


def pages(store: Store, wanted: CaseFilter, limit: int, between: list[CaseRows]) -> list[str]:
    """All pages of a list, while one case is put after each."""
    seen: list[str] = []
    after: tuple[int, str] | None = None
    while page := store.cases(wanted, now=T, after=after, limit=limit):
        seen += numbers(page)
        after = page[-1].cursor
        if between:
            put(store, between.pop())
    return seen


def test_pages_hold_every_case_once_while_others_are_inserted(store: Store) -> None:
    def a_numbered(number: int, prefix: str) -> CaseRows:
        due = None if number % 10 == 0 else T + timedelta(hours=number % 97)
        return a_case(f"{prefix}{number:05}", a_row(due_at=due), open=number % 3 != 0)

    amount = 10_000
    with store.append("many") as appending:
        for number in range(amount):
            appending.case = f"a{number:05}"
            appending.put(a_numbered(number, "a"))
    more = [a_numbered(number, "b") for number in range(40)]
    seen = pages(store, CaseFilter(), 200, more)
    assert len(seen) == len(set(seen))
    assert {case for case in seen if case.startswith("a")} == {f"a{number:05}" for number in range(amount)}
    only_open = pages(store, CaseFilter(open=True, q="a"), 200, [])
    assert len(only_open) == sum(1 for number in range(amount) if number % 3)
    assert numbers(store.cases(CaseFilter(), now=T, limit=3))[0] == "a00097"
    assert store.open_cases(limit=3) == ["a00001", "a00002", "a00004"]
    assert store.open_cases(after="a00002", limit=1) == ["a00004"]


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


def test_breaches_unmade_by_late_postings_are_listed(store: Store) -> None:
    late = RUNG.model_copy(update={"withdrawn": "completed in time", "told_late": True})
    put(store, a_case("c1", a_row(a_clock(rungs=(RUNG,)))))
    put(store, a_case("c2", a_row(), a_row(a_clock("statutory", Role.STATUTORY, rungs=(late,)))))
    assert [(found.case, found.clock.picture.rungs) for found in store.told_late()] == [("c2", (late,))]
    assert store.told_late(after="c2") == []


def test_completions_that_wait_for_an_officer_are_listed(store: Store) -> None:
    pending = a_step("survey", pending=True, claimed_at=T)
    put(store, a_case("c1", steps=(a_step(), pending)))
    put(store, a_case("c2", steps=(a_step(),)))
    assert [(found.case, found.step) for found in store.pending_confirmations()] == [("c1", pending)]
    assert store.pending_confirmations(after="c1") == []
