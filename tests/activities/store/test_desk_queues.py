"""Desks and what is beside them: each place has its own, in order, and no more than is asked for."""

from datetime import timedelta

import pytest

from activities.record import Role
from activities.store.desk_queues import OfDesk, Queue
from activities.store.late import Owned
from activities.store.lines import Instants
from activities.store.rows import CaseRows
from activities.store.store import Store
from tests.activities.store.build import DAY, T, a_case, a_clock, a_row, a_step, put

ARCHIVE = "archive"
NOW = Instants(now=T)


def with_steps(case: str, jurisdiction: str, owner: str = ARCHIVE, **more: object) -> CaseRows:
    """A case with a step on its owner's desk, one that comes there next, and one that waits for an officer."""
    steps = (
        a_step("survey", owner=owner, status="running"),
        a_step("meter", owner=owner, status="waiting", coming=True),
        a_step("plan", owner=owner, status="done", pending=True, claimed_at=T),
        a_step("later", owner=owner, status="waiting"),
    )
    target = a_row(a_clock("step/survey#1", Role.STEP, owner, step="survey"), due_at=T + DAY)
    return a_case(case, target, steps=steps, jurisdiction=jurisdiction, **more)


@pytest.fixture
def two_places(store: Store) -> Store:
    for case, jurisdiction in (("c3", "suzhou"), ("c1", "suzhou"), ("c2", "taicang")):
        put(store, with_steps(case, jurisdiction))
    put(store, with_steps("c4", "suzhou", "bureau"))
    return store


def test_two_places_with_an_owner_of_one_name_have_two_desks(two_places: Store) -> None:
    desks = [(one.jurisdiction, one.owner, one.steps.open) for one in two_places.desks(NOW)]
    assert desks == [("suzhou", ARCHIVE, 2), ("suzhou", "bureau", 1), ("taicang", ARCHIVE, 1)]
    for place, cases in {"suzhou": ["c1", "c3"], "taicang": ["c2"]}.items():
        lines = two_places.desk_steps((ARCHIVE,), NOW, jurisdiction=place)
        assert [line.case.case for line in lines] == cases


@pytest.mark.parametrize(("queue", "key"), [(Queue.COMING, "meter"), (Queue.UNCONFIRMED, "plan")])
def test_a_queue_holds_what_is_of_the_desk_and_its_place(two_places: Store, queue: Queue, key: str) -> None:
    suzhou = OfDesk("suzhou", (ARCHIVE,))
    found = two_places.queued(queue, suzhou)
    assert [(one.case.case, one.step.key) for one in found] == [("c1", key), ("c3", key)]
    assert two_places.queue_sizes(suzhou) == {Queue.COMING: 2, Queue.UNCONFIRMED: 2}
    assert two_places.queue_sizes(suzhou, most=1) == {Queue.COMING: 1, Queue.UNCONFIRMED: 1}
    first = two_places.queued(queue, suzhou, limit=1)
    assert first == found[:1]
    assert two_places.queued(queue, suzhou, first[0].cursor) == found[1:]
    assert two_places.queued(queue, suzhou._replace(keys=("other",))) == []
    assert two_places.queued(queue, suzhou._replace(keys=(key,))) == found


def test_the_cases_of_a_survey_are_counted_and_listed_of_whom_it_is_asked(store: Store) -> None:
    put(store, with_steps("c1", "suzhou", "water", survey="K-1"))
    put(store, with_steps("c2", "suzhou", "gas", survey="K-1"))
    put(store, with_steps("c3", "suzhou", "gas", survey="K-2"))
    put(store, with_steps("c4", "suzhou", "gas"))
    assert store.surveyed({"K-1", "K-2", "K-3"}, "survey", None) == {"K-1": 2, "K-2": 1}
    assert store.surveyed({"K-1"}, "survey", ("gas",)) == {"K-1": 1}
    assert store.surveyed({"K-1"}, "meter", None) == {}
    listed = store.desk_steps(None, NOW, survey="K-1", keys=("survey",))
    assert [line.case.case for line in listed] == ["c1", "c2"]


def test_what_is_past_its_target_is_counted_as_on_the_desks(two_places: Store) -> None:
    for now in (T + DAY, T + DAY + timedelta(seconds=1)):
        sums = [one.steps.over for one in two_places.desks(Instants(now=now))]
        assert two_places.badges(now, 100).over == sum(sums)
    assert two_places.badges(T + 2 * DAY, 100).over == 4
    assert two_places.badges(T + 2 * DAY, 2).over == 2
    assert two_places.badges(T + 2 * DAY, 100, Owned(("bureau",))).over == 1
    assert two_places.badges(T + 2 * DAY, 100, Owned(("bureau",), ("meter",))).over == 0
