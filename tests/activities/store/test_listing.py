"""Lists of cases and steps, and their numbers."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.record import FeePicture
from activities.store import listing
from activities.store.columns import shown
from activities.store.groups import CaseGroup, Mark
from activities.store.lines import CaseFilter, CaseLine, Cursor, DueSpan, Instants, Sort
from activities.store.rows import CaseRows, ChangedRows, ClockRow
from activities.store.store import Store
from sla.clock import Standing
from tests.activities.store.build import DAY, T, a_case, a_clock, a_row, a_step, put

SECOND = timedelta(seconds=1)


def numbers(lines: list[CaseLine]) -> list[str]:
    return [line.case.case for line in lines]


def test_a_list_is_by_due_instant_and_cases_without_one_come_last(store: Store) -> None:
    put(store, a_case("c1", a_row(due_at=None, standing=Standing.SUSPENDED)))
    put(store, a_case("c2", a_row(due_at=T + 3 * DAY)))
    put(store, a_case("c3"))
    put(store, a_case("c4", a_row(due_at=T + 2 * DAY)))
    lines = store.grouped(CaseFilter(), Instants(now=T))
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
        (T + 5 * DAY + timedelta(microseconds=1), Standing.OVERDUE),
    ],
)
def test_a_standing_is_a_comparison_with_now(store: Store, now: datetime, standing: Standing) -> None:
    put(store, a_case("c1", a_row(due_at=T + 5 * DAY)))
    put(store, a_case("c2", a_row(a_clock(stop=T), due_at=T + 5 * DAY, standing=Standing.MET)))
    [line, decided_line] = store.grouped(CaseFilter(), Instants(now=now))
    assert (line.standing, decided_line.standing) == (standing, Standing.MET)
    for asked in Standing:
        wanted = {standing: ["c1"], Standing.MET: ["c2"]}.get(asked, [])
        assert numbers(store.grouped(CaseFilter(standing=(asked,)), Instants(now=now))) == wanted


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
        (CaseFilter(owner=("gas-group",)), ["TC-1", "TC-2"]),
        (CaseFilter(owner=("bureau",)), []),
        (CaseFilter(owner_in=("gas-group",)), ["TC-1"]),
        (CaseFilter(owner_in=("gas-group", "bureau")), ["SZ_3", "TC-1"]),
        (CaseFilter(owner_in=()), []),
        (CaseFilter(q="tc-"), ["TC-1", "TC-2"]),
        (CaseFilter(q="_"), []),
        (CaseFilter(q="sz_"), ["SZ_3"]),
        (CaseFilter(q="Z_3"), ["SZ_3"]),
        (CaseFilter(q="c-", open=True), ["TC-1", "TC-2"]),
        (CaseFilter(q="%"), []),
        (CaseFilter(q="tc", procedure="water-connection", open=True), ["TC-1"]),
    ],
)
def test_a_filter_keeps_what_it_names(varied: Store, wanted: CaseFilter, found: list[str]) -> None:
    assert sorted(numbers(varied.grouped(wanted, Instants(now=T)))) == found
    assert varied.number(wanted, Instants(now=T)) == len(found)


def pages(store: Store, wanted: CaseFilter, limit: int, between: list[CaseRows]) -> list[str]:
    """All pages of a list, while one case is put after each."""
    seen: list[str] = []
    after: Cursor | None = None
    while page := store.grouped(wanted, Instants(now=T), after=after, limit=limit):
        seen += numbers(page)
        after = page[-1].cursor
        if between:
            put(store, between.pop())
    return seen


def test_c_08_pages_hold_every_case_once_while_others_are_inserted(store: Store, nightly: bool) -> None:
    def a_numbered(number: int, prefix: str) -> CaseRows:
        due = None if number % 10 == 0 else T + timedelta(hours=number % 97)
        return a_case(f"{prefix}{number:05}", a_row(due_at=due), open=number % 3 != 0)

    amount = 10_000 if nightly else 2_000
    with store.append("many") as appending:
        for number in range(amount):
            appending.case = f"a{number:05}"
            appending.put(a_numbered(number, "a"))
    more = [a_numbered(number, "b") for number in range(40)]
    seen = pages(store, CaseFilter(), amount // 50, more)
    assert len(seen) == len(set(seen))
    assert {case for case in seen if case.startswith("a")} == {f"a{number:05}" for number in range(amount)}
    only_open = pages(store, CaseFilter(open=True, q="a"), 200, [])
    assert len(only_open) == sum(1 for number in range(amount) if number % 3)
    assert numbers(store.grouped(CaseFilter(), Instants(now=T), limit=3))[0] == "a00097"
    assert store.open_cases(limit=3) == ["a00001", "a00002", "a00004"]
    assert store.open_cases(after="a00002", limit=1) == ["a00004"]


def clock_that(**more: Any) -> ClockRow:
    return a_row(a_clock(**more.pop("clock", {})), **more)


PLACED: list[tuple[str, CaseGroup, CaseRows]] = [
    ("judged and late", CaseGroup.OVERDUE, a_case("c", clock_that(due_at=T - DAY))),
    ("due just now", CaseGroup.DATED, a_case("c", clock_that(due_at=T))),
    ("an average's long case", CaseGroup.DATED, a_case("c", clock_that(due_at=T - DAY, clock={"judged": False}))),
    ("ramp-up past its day", CaseGroup.DATED, a_case("c", clock_that(due_at=T - DAY, clock={"ramp_up": True}))),
    ("suspended", CaseGroup.SUSPENDED, a_case("c", clock_that(due_at=None, standing=Standing.SUSPENDED))),
    ("overdue before its suspension", CaseGroup.OVERDUE, a_case("c", clock_that(due_at=T - DAY, left_order=None))),
    ("beyond the calendar", CaseGroup.BEYOND, a_case("c", clock_that(due_at=None))),
    ("not started", CaseGroup.NOT_STARTED, a_case("c", clock_that(due_at=None, standing=Standing.NOT_STARTED))),
    ("without a clock", CaseGroup.NOT_STARTED, a_case("c")),
    ("all clocks void", CaseGroup.NOT_STARTED, a_case("c", clock_that(due_at=T - DAY, clock={"void": True}))),
    ("judged late, goes on", CaseGroup.JUDGED, a_case("c", clock_that(standing=Standing.MISSED, clock={"stop": T}))),
    ("closed late", CaseGroup.CLOSED, a_case("c", clock_that(standing=Standing.MISSED, clock={"stop": T}), open=False)),
    ("withdrawn past its day", CaseGroup.CLOSED, a_case("c", clock_that(due_at=T - DAY), open=False)),
]


@pytest.mark.parametrize(("group", "rows"), [one[1:] for one in PLACED], ids=[one[0] for one in PLACED])
def test_where_a_case_stands_decides_its_group(store: Store, group: CaseGroup, rows: CaseRows) -> None:
    put(store, rows)
    [line] = store.grouped(CaseFilter(), Instants(now=T))
    assert line.group is group
    assert [one.value for one in CaseGroup if store.grouped(CaseFilter(group=(one,)), Instants(now=T))] == [group.value]


@pytest.mark.parametrize(
    ("mark", "rows"),
    [
        (Mark.AVERAGE, a_case("c", clock_that(clock={"measure": "average", "judged": False}))),
        (Mark.RAMP_UP, a_case("c", clock_that(clock={"ramp_up": True}))),
        (Mark.PROVISIONAL, a_case("c", clock_that(provisional=True))),
        (Mark.NEXT_DAY, a_case("c", clock_that(start_day=T.date() + DAY))),
        (Mark.SURVEY, a_case("c", survey="K-1")),
        (Mark.EXCLUDED, a_case("c", excluded="重大项目")),
        (Mark.FEE, a_case("c", fees=(FeePicture(commitment="f", limit_fen=0, charged_fen=1, verdict="missed"),))),
        (Mark.SUPPLEMENT, a_case("c", status="correction")),
    ],
)
def test_a_mark_is_said_and_found(store: Store, mark: Mark, rows: CaseRows) -> None:
    put(store, rows)
    [line] = store.grouped(CaseFilter(flag=(mark,)), Instants(now=T))
    assert mark in line.marks
    [again] = store.grouped(CaseFilter(flag=(mark, Mark.STEP_RED)), Instants(now=T))
    assert again == line
    others = [one for one in Mark if one not in line.marks]
    assert store.grouped(CaseFilter(flag=tuple(others)), Instants(now=T)) == []


def test_a_fee_that_does_not_bind_yet_is_no_mark(store: Store) -> None:
    fee = FeePicture(commitment="f", limit_fen=0, charged_fen=1, ramp_up=True, verdict="missed")
    put(store, a_case("c", fees=(fee,)))
    assert store.grouped(CaseFilter(flag=(Mark.FEE,)), Instants(now=T)) == []


def test_what_a_closed_case_left_undone_is_on_no_desk_and_is_again_once_it_is_open(store: Store) -> None:
    running, of_applicant = a_step(status="running"), a_step("pay", owner="applicant", status="open")
    ours = running, of_applicant.model_copy(update={"party": "applicant"})
    put(store, a_case("c", steps=ours))
    now = Instants(now=T)

    def on_desks() -> tuple[int, int]:
        steps = store.desks(now)
        return sum(desk.steps.open for desk in steps), len(store.desk_steps(["water-group", "applicant"], now))

    assert on_desks() == (1, 2)
    # what did not change is not written again
    closing = ChangedRows(case=a_case("c", open=False).case, steps=(None, None))
    with store.append("c") as appending:
        appending.write([], shown(closing))
    assert on_desks() == (0, 0)
    assert store.grouped(CaseFilter(step="acceptance"), now) == []
    with store.append("c") as appending:
        appending.write([], shown(ChangedRows(case=a_case("c").case, steps=(None, None))))
    assert on_desks() == (1, 2)


def test_a_window_of_closed_cases_ends_a_page_but_not_the_list(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "WINDOW", 3)
    for number in range(10):
        met = Standing.MISSED if number in (0, 9) else Standing.MET
        stop = T + number * DAY
        row = a_row(a_clock(stop=stop), standing=met)
        put(store, a_case(f"c{number}", row, open=False, closed_at=stop, decided_at=stop))
    wanted = CaseFilter(open=False, standing=(Standing.MISSED,))
    found: list[list[str]] = []
    after: Cursor | None = None
    while True:
        page = store.case_page(wanted, Instants(now=T), after=after)
        found.append(numbers(list(page.lines)))
        after = page.following
        if after is None:
            break
    assert found == [["c9"], [], [], ["c0"]]
    assert store.number(wanted, Instants(now=T)) is None
    monkeypatch.setattr(listing, "WINDOW", 11)
    assert store.number(wanted, Instants(now=T)) == 2


def test_closed_cases_are_found_by_when_they_were_closed_and_how(store: Store) -> None:
    statuses = ("decided", "withdrawn", "decided", "refused")
    for number, ended in enumerate(statuses):
        put(store, a_case(f"c{number}", a_row(), open=False, status=ended, closed_at=T + number * DAY))
    put(store, a_case("still", a_row(), status="decided"))
    now = Instants(now=T)
    for first, last, status, found in (
        (T, T + 9 * DAY, (), ["c3", "c2", "c1", "c0"]),
        (T + DAY, T + 2 * DAY, (), ["c2", "c1"]),
        (T + DAY, T + 2 * DAY, ("decided",), ["c2"]),
        (T, T + 9 * DAY, ("withdrawn", "refused"), ["c3", "c1"]),
        (T + DAY + SECOND, T + 2 * DAY - SECOND, (), []),
    ):
        for more in ({}, {"open": False}, {"procedure": "water-connection"}, {"q": "c"}):
            wanted = CaseFilter(closed=DueSpan(first=first, last=last), status=status, **more)
            assert sorted(numbers(store.grouped(wanted, now))) == sorted(found), (wanted, found)
            assert store.number(wanted, now) == len(found)
            assert sorted(store.sequence(wanted, now)) == sorted(found)
        assert store.grouped(wanted.model_copy(update={"open": True}), now) == []
    assert numbers(store.grouped(CaseFilter(status=("decided",), open=True), now)) == ["still"]


def test_an_order_that_no_index_has_is_refused_for_closed_cases(store: Store) -> None:
    for wanted, sort in (
        (CaseFilter(), Sort.ACCEPTED),
        (CaseFilter(open=False), Sort.ACCEPTED),
        (CaseFilter(), Sort.DUE),
        (CaseFilter(q="1"), Sort.CASE),
    ):
        with pytest.raises(ValueError, match="not sorted"):
            store.grouped(wanted, Instants(now=T), sort=sort)
