"""The read model's rows: equal input leaves equal rows, on either database."""

from datetime import date, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.record import CasePicture, ClockPicture, Role, Rung, RungKind, StepPicture
from activities.store import tables
from activities.store.columns import shown
from activities.store.hashing import Stored
from activities.store.rows import CaseRows, ClockRow, counted, main_clock, model_text
from activities.store.store import Store
from sla.clock import Horizon, Reading, Standing
from tests.activities.store.build import DAY, T, a_case, a_clock, a_row, a_step, append, new, put

SHANGHAI = timezone(timedelta(hours=8))
RUNG = Rung(kind=RungKind.OVERDUE, due_at=T, raising=1, seq=7, at=T)
HORIZON = Horizon(known_until=date(2021, 12, 31), counted=Decimal("2.5"), missing=Decimal("1.5"))


def a_full_case(case: str = "c1") -> CaseRows:
    pending = a_step("survey", occurrence=2, pending=True, claimed_at=T, told_at=T + DAY, outcome="done")
    return a_case(
        case,
        a_row(a_clock(rungs=(RUNG,), also=("sz-average",), commitment="tc-water", measure="per-case")),
        a_row(
            a_clock("step:survey", Role.STEP, step="survey"), due_at=None, standing=Standing.SUSPENDED, horizon=HORIZON
        ),
        steps=(a_step(), pending),
        accepted_at=T,
        parent="c0",
        children=("c8", "c9"),
    )


def test_a_case_comes_back_as_it_was_put(store: Store) -> None:
    rows = a_full_case()
    [event] = append(store, "c1", new())
    put(store, rows)
    view = store.case("c1")
    assert view is not None
    assert (view.case, view.steps, view.clocks) == (rows.case, rows.steps, rows.clocks)
    assert (view.head.seq, view.head.hash, view.main) == (1, event.hash, "promise")
    assert store.case("c2") is None


def test_columns_stand_in_the_order_of_their_table() -> None:
    made = shown(a_full_case())
    for table, row in ((tables.case, made.case), (tables.step, made.steps[0]), (tables.clock, made.clocks[0])):
        assert list(row) == table.c.keys()
    assert list(Stored._fields) == tables.event.c.keys()


def test_a_case_with_more_rows_than_one_statement_takes_has_them_all(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.store.ledger.ROWS", 1)
    put(store, a_full_case())
    view = store.case("c1")
    assert view is not None
    assert (view.steps, view.clocks) == (a_full_case().steps, a_full_case().clocks)


def test_putting_a_case_again_leaves_the_same_rows(store: Store) -> None:
    put(store, a_full_case())
    put(store, a_full_case("c2"))
    before = store.dump_rows("c1"), store.dump_rows("c2")
    put(store, a_full_case())
    assert (store.dump_rows("c1"), store.dump_rows("c2")) == before
    assert [table for table, _ in before[0]] == ["case_", "step", "step", "clock", "clock"]


def test_rows_do_not_depend_on_offsets_or_on_the_order_of_facts(store: Store) -> None:
    put(store, a_full_case())
    before = store.dump_rows("c1")
    rows = a_full_case()
    facts = {"a": {"c": True, "d": [1, 2]}, "b": 1}
    case = rows.case.model_copy(update={"facts": facts, "received_at": T.astimezone(SHANGHAI)})
    clock = rows.clocks[0].picture.clock
    local = clock.model_copy(update={"start": T.astimezone(SHANGHAI)})
    picture = rows.clocks[0].picture.model_copy(update={"clock": local})
    first = rows.clocks[0].model_copy(update={"picture": picture, "limit": Decimal("4.0")})
    put(store, CaseRows(case=case, steps=rows.steps, clocks=(first, rows.clocks[1])))
    assert store.dump_rows("c1") == before


def test_rows_that_are_gone_are_removed(store: Store) -> None:
    put(store, a_full_case())
    fewer = a_case("c1", a_row())
    put(store, fewer)
    view = store.case("c1")
    assert view is not None
    assert (view.steps, view.clocks) == ((), fewer.clocks)
    put(store, a_full_case())
    assert len(store.dump_rows("c1")) == 5


def test_within_one_append_a_second_put_counts(store: Store) -> None:
    with store.append("c1") as appending:
        appending.put(a_full_case())
        appending.put(a_case("c1", a_row()))
    assert [table for table, _ in store.dump_rows("c1")] == ["case_", "clock"]


def test_dropped_rows_are_rebuilt_and_the_events_stay(store: Store) -> None:
    append(store, "c1", new())
    put(store, a_full_case())
    put(store, a_full_case("c2"))
    before = store.dump_rows("c1")
    store.drop_rows()
    assert (store.dump_rows("c1"), store.dump_rows("c2"), store.case("c1")) == ([], [], None)
    assert len(store.events("c1")) == 1
    put(store, a_full_case())
    assert store.dump_rows("c1") == before
    put(store, a_full_case("c2"))
    store.drop_rows("c1")
    assert store.case("c1") is None
    assert store.case("c2") is not None


@given(st.integers(-12, 14), st.integers(0, 999_999))
def test_a_pictures_text_is_the_same_in_every_offset(hours: int, micro: int) -> None:
    at = (T + timedelta(microseconds=micro)).astimezone(timezone(timedelta(hours=hours)))
    step = a_step(opened_at=at)
    clock = a_clock(rungs=(RUNG.model_copy(update={"due_at": at}),))
    utc = RUNG.model_copy(update={"due_at": T + timedelta(microseconds=micro)})
    assert model_text(step) == model_text(a_step(opened_at=T + timedelta(microseconds=micro)))
    assert model_text(clock) == model_text(a_clock(rungs=(utc,)))
    assert StepPicture.model_validate_json(model_text(step)) == step
    assert ClockPicture.model_validate_json(model_text(clock)) == clock


@given(st.integers(-12, 14), st.integers(0, 999_999))
def test_a_cases_text_does_not_depend_on_how_it_is_written(hours: int, micro: int) -> None:
    """One with facts is written member by member, and so was one without by earlier releases."""
    at = (T + timedelta(microseconds=micro)).astimezone(timezone(timedelta(hours=hours)))
    case = a_full_case().case.model_copy(update={"received_at": at, "facts": {}})
    factual = case.model_copy(update={"facts": {"fact": True}})
    assert model_text(case) == model_text(factual).replace('{"fact":true}', "{}")


def test_a_case_picture_comes_back_from_its_text() -> None:
    case = a_full_case().case
    assert CasePicture.model_validate_json(model_text(case)) == case


def a_reading(standing: Standing, **more: object) -> Reading:
    base = Reading(calendar="CN:base", limit=Decimal(4), remaining=Decimal(1), used=Decimal(3), standing=standing)
    return base.model_copy(update=more)


@pytest.mark.parametrize("standing", [Standing.ON_TIME, Standing.DUE_SOON, Standing.OVERDUE])
def test_what_now_changes_is_not_stored(standing: Standing) -> None:
    row = counted(a_clock(), a_reading(standing, due_at=T + DAY))
    assert (row.standing, row.used, row.suspended) == (None, None, None)
    assert row == ClockRow.model_validate(row.model_dump())


@pytest.mark.parametrize("standing", [Standing.NOT_STARTED, Standing.SUSPENDED])
def test_what_only_an_event_changes_is_stored(standing: Standing) -> None:
    assert counted(a_clock(), a_reading(standing)).standing is standing


def test_a_clock_that_will_start_has_a_standing_by_its_due_instant() -> None:
    assert counted(a_clock(), a_reading(Standing.NOT_STARTED, due_at=T + DAY)).standing is None


def test_what_a_stopped_clock_used_is_stored() -> None:
    row = counted(a_clock(stop=T + DAY), a_reading(Standing.MET))
    assert (row.standing, row.used, row.suspended) == (Standing.MET, Decimal(3), Decimal(0))


def test_the_main_clock_is_the_judged_promise_else_any_promise_else_the_statutory_limit() -> None:
    step = a_row(a_clock("step", Role.STEP))
    statutory = a_row(a_clock("statutory", Role.STATUTORY))
    average = a_row(a_clock("average", judged=False))
    judged = a_row(a_clock("judged"))
    assert main_clock(a_case("c", step, statutory, average, judged)) == judged
    assert main_clock(a_case("c", step, statutory, average)) == average
    assert main_clock(a_case("c", step, statutory)) == statutory
    assert main_clock(a_case("c", step)) is None
    assert main_clock(a_case("c", a_row(a_clock(void=True)), statutory)) == statutory
