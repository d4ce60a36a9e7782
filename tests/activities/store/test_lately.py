"""When each office was last heard of and last told: as a look through everything says, and without one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from activities.store import lately
from activities.store.lately import LastDelivery, Owner
from activities.store.outbox import Attempt
from activities.store.store import Store
from activities.store.tellings import RAISED, NewTelling
from tests.activities.store.build import DAY, T, a_case, a_step, put

SUZHOU, TAICANG = "suzhou", "taicang"
ARCHIVES = (Owner(SUZHOU, "archive"), Owner(TAICANG, "archive"))  # two offices of one name
OFFICES = (*ARCHIVES, Owner(SUZHOU, "water"), Owner(TAICANG, "gas"), Owner(TAICANG, "nobody"))
POSTINGS = st.lists(st.tuples(st.sampled_from(OFFICES[:-1]), st.integers(0, 400)), max_size=12)


@contextmanager
def asked(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """The statements that the database is asked meanwhile, with their values."""
    found: list[tuple[str, Any]] = []

    def note(*about: Any) -> None:
        found.append((str(about[2]), about[3]))

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def tell(store: Store, receiver: str, number: int, at: datetime, outcome: str) -> None:
    told = NewTelling(id=f"n{number}", receiver=receiver, channel="duty", kind=RAISED, at=at, body="{}", alerts=())
    with store.remembering(receiver) as memory:
        memory.tell(told)
    waiting = store.pending("duty", at)
    assert waiting is not None
    store.attempted(waiting.number, Attempt(nth=1, at=at, outcome=outcome), None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(postings=POSTINGS, nth=st.integers(0, 10**9))
def test_the_last_posting_of_each_office_is_the_latest_of_all(
    store: Store, postings: list[tuple[Owner, int]], nth: int
) -> None:
    store.drop_rows()
    for number, (office, hour) in enumerate(postings):
        step = a_step(owner=office.owner, status="done", told_at=T + hour * DAY / 24)
        never = a_step("later", owner=office.owner)
        put(store, a_case(f"C-{nth}-{number}", jurisdiction=office.jurisdiction, steps=(step, never)))
    latest = {office: max(hour for one, hour in postings if one == office) for office, _ in postings}
    assert store.last_postings(OFFICES) == {office: T + hour * DAY / 24 for office, hour in latest.items()}


def test_of_a_name_that_two_cities_have_only_so_many_postings_are_looked_through(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lately, "NEWEST", 3)
    for number, office in enumerate((ARCHIVES[0], *(ARCHIVES[1],) * 3)):
        step = a_step(owner=office.owner, status="done", told_at=T + number * DAY)
        put(store, a_case(f"C-{number}", jurisdiction=office.jurisdiction, steps=(step,)))
    assert store.last_postings(ARCHIVES) == {ARCHIVES[1]: T + 3 * DAY}


def test_the_last_delivery_is_of_what_arrived_and_says_where_that_is_not_known(store: Store) -> None:
    outcomes = (("gas", "delivered"), ("gas", "refused"), ("water", "delivered"), ("water", "handed-over"))
    for number, (receiver, outcome) in enumerate(outcomes):
        tell(store, receiver, number, T + number * DAY, outcome)
    assert store.last_deliveries(["gas", "water", "parks"]) == {
        "gas": LastDelivery(T, "delivered"),
        "water": LastDelivery(T + 3 * DAY, "handed-over"),
    }
    assert store.last_deliveries([]) == {}
    assert store.last_postings([]) == {}


def test_each_is_one_question_that_reads_no_table_from_end_to_end(store: Store) -> None:
    with asked(store) as statements:
        store.last_postings(OFFICES)
        store.last_deliveries(["gas", "water"])
    questions = [(said, values) for said, values in statements if said.startswith(("SELECT", "(SELECT"))]
    assert len(questions) == 2
    if store.sqlite:
        for said, values in questions:
            with store.engine.connect() as connection:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values).all()
            read = [str(line[3]) for line in plan]
            assert any("INDEX step_told" in line or "INDEX telling_receiver" in line for line in read)
            assert not [
                line
                for line in read
                if line.startswith("SCAN") and line.split()[1] in {"step", "telling", "delivery", "case_"}
            ]
