"""What has happened since an instant, and since the last close of each place; all of a page of numbers is of one snapshot."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from activities.record import NewEvent
from activities.store.hashing import chain
from activities.store.instants import micros
from activities.store.lines import CaseFilter, CaseTally, DueSpan, Instants, PlaceDays, Sort
from activities.store.store import Store
from tests.activities.store.build import DAY, T, a_case, a_row, append, put

HOUR = timedelta(hours=1)
SUZHOU, TAICANG = T - 2 * HOUR, T - 3 * DAY


def days(since: datetime) -> PlaceDays:
    whole = DueSpan(first=T, last=T + DAY)
    return PlaceDays(today=whole, tomorrow=None, since=since, red=T, red_before=T)


AT = Instants(now=T, places={"suzhou": days(SUZHOU), "taicang": days(TAICANG)})


def told(hours: int, kind: str, **body: str) -> NewEvent:
    return NewEvent(kind=kind, at=T, told=T + hours * HOUR, actor="shixian", body=body)


def test_events_come_by_when_they_were_told_and_only_those_worth_a_look(store: Store) -> None:
    raised = told(1, "rung-raised", clock="promise", rung="overdue", due_at="2021-03-01", raising="1")
    append(store, "b", told(0, "opened"), raised, told(5, "rung-withdrawn", reason="done"))
    append(store, "a", told(1, "decided"), told(3, "noted"), told(4, "calendar-applied"))
    for case in ("a", "b"):
        put(store, a_case(case))
    found = store.happened(T)
    assert [(one.case, one.event.kind) for one in found] == [
        ("a", "decided"),
        ("b", "rung-raised"),
        ("a", "calendar-applied"),
        ("b", "rung-withdrawn"),
    ]
    assert {one.jurisdiction for one in found} == {"taicang"}
    assert found[0].cursor == (micros(T + HOUR), "a", 1)
    assert store.happened(T, after=found[0].cursor, limit=2) == found[1:3]
    assert store.happened(T + 4 * HOUR) == found[2:]
    assert store.happened(T, kinds=("decided", "rung-raised")) == found[:2]


def moved(store: Store, case: str, told: datetime, **clocks: Any) -> None:
    event = NewEvent(kind="calendar-applied", at=told, told=told, actor="shixian", body={"moved": clocks})
    with store.append(case) as appending:
        appending.add(chain(case, appending.head, [event], "CN:base"))


@pytest.mark.parametrize(
    ("place", "told", "clocks", "counted"),
    [
        ("suzhou", SUZHOU, {"promise": ["2021-03-05", "2021-03-08"]}, 1),
        ("suzhou", SUZHOU - timedelta(microseconds=1), {"promise": ["2021-03-05", "2021-03-08"]}, 0),
        ("taicang", SUZHOU - DAY, {"promise": ["2021-03-05", "2021-03-08"], "step": ["2021-03-02", "2021-03-03"]}, 1),
        ("taicang", T, {"promise": [None, "2021-03-08"]}, 0),
        ("taicang", T, {"promise": [None, "2021-03-08"], "step": ["2021-03-02", None]}, 1),
        ("taicang", T, {}, 0),
        ("elsewhere", T, {"promise": ["2021-03-05", "2021-03-08"]}, 1),
    ],
)
def test_a_case_is_moved_where_a_calendar_moved_a_due_date_that_it_had(
    store: Store, place: str, told: datetime, clocks: dict[str, Any], counted: int
) -> None:
    put(store, a_case("c1", a_row(), jurisdiction=place))
    moved(store, "c1", told, **clocks)
    assert store.recent(AT).moved == counted
    moved(store, "c1", told, **clocks)
    assert store.recent(AT).moved == counted, "a case that was moved twice is one"


def test_nothing_has_happened_in_an_empty_ledger(store: Store) -> None:
    found = store.recent(AT)
    assert (found.decided, found.cases_withdrawn, found.steps_withdrawn, found.moved) == (0, {}, {}, 0)
    assert (found.waiting, found.waiting_since) == (0, None)
    assert store.recent(Instants(now=T)) == found


def test_all_that_is_read_within_a_snapshot_is_of_one_instant(store: Store, url: str) -> None:
    other = Store.open(url, durable=False)
    everything = CaseFilter(open=True)
    put(store, a_case("c1", a_row()))
    with store.snapshot():
        before = CaseTally.total(store.case_tallies(everything, AT).values()).open
        put(other, a_case("c2", a_row()))
        with store.snapshot():
            assert len(store.first_cases(everything, AT, 12)) == before == 1
        assert store.number(everything, AT) == 1
    assert store.number(everything, AT) == 2
    other.close()


def test_a_snapshot_ends_where_what_is_read_within_it_fails(store: Store) -> None:
    put(store, a_case("c1", a_row()))
    with pytest.raises(ValueError, match="not sorted"), store.snapshot():
        store.grouped(CaseFilter(), AT, sort=Sort.ACCEPTED)
    put(store, a_case("c2", a_row()))
    assert store.number(CaseFilter(open=True), AT) == 2
