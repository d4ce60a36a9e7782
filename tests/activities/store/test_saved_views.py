"""What people keep of lists: views under names, the lists of a session, and the numbers of a list in its order."""

from datetime import timedelta

import pytest

from activities.store.lines import CaseFilter, Instants, Sort
from activities.store.saved_views import SavedView
from activities.store.sessions import RING, Session
from activities.store.store import Store
from tests.activities.store.build import DAY, T, a_case, a_row, put


def test_a_view_replaces_one_of_its_name_and_there_are_no_more_than_may_be(store: Store) -> None:
    one, two, other = (SavedView(name=name, query=f"q={name}") for name in ("一", "二", "三"))
    assert store.save_view("desk-1", one, most=2)
    assert store.save_view("desk-1", two, most=2)
    assert not store.save_view("desk-1", other, most=2)
    assert store.save_view("desk-1", SavedView(name="一", query="open=any"), most=2)
    assert store.save_view("desk-2", other, most=2)
    assert {view.name: view.query for view in store.saved_views("desk-1")} == {"一": "open=any", "二": "q=二"}
    store.drop_view("desk-1", "一")
    store.drop_view("desk-1", "三")
    assert [view.name for view in store.saved_views("desk-1")] == ["二"]
    assert store.saved_views("desk-2") == [other]


def test_a_session_remembers_its_last_lists_by_numbers_that_never_come_again(store: Store) -> None:
    session = Session(hash="a" * 64, actor="desk-1", role="officer", began=T, seen=T)
    store.add_session(session, T - timedelta(days=1))
    asked = [f"q={number}" for number in range(RING + 3)]
    numbers = [store.keep_list(session.hash, query) for query in asked]
    assert numbers == list(range(1, RING + 4))
    assert store.keep_list(session.hash, asked[-1]) == numbers[-1]
    assert store.keep_list(session.hash, asked[0]) == numbers[-1] + 1
    found = store.session(session.hash, T)
    assert found is not None
    assert found.lists == (*zip(numbers, asked, strict=True), (numbers[-1] + 1, asked[0]))[-RING:]


@pytest.mark.parametrize(
    ("wanted", "sort", "descending"),
    [
        (CaseFilter(open=True), Sort.LEFT, False),
        (CaseFilter(open=True), Sort.DUE, True),
        (CaseFilter(open=True), Sort.ACCEPTED, False),
        (CaseFilter(), Sort.CASE, True),
        (CaseFilter(), Sort.LEFT, False),
        (CaseFilter(open=False), Sort.DUE, False),
        (CaseFilter(q="c1"), Sort.LEFT, False),
    ],
)
def test_the_sequence_of_a_list_is_the_list(store: Store, wanted: CaseFilter, sort: Sort, *, descending: bool) -> None:
    for number in range(30):
        due = None if number % 7 == 0 else T + (number % 5 - 2) * DAY
        put(store, a_case(f"c{number:02}", a_row(due_at=due), open=number % 3 != 0))
    at = Instants(now=T)
    lines = store.grouped(wanted, at, sort=sort, descending=descending, limit=100)
    assert lines
    assert store.sequence(wanted, at, sort=sort, descending=descending) == [line.case.case for line in lines]
