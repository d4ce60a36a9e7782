"""What waits goes out in order; what fails is tried beside it after a while; what is refused is set aside."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.store.outbox import HOLD, Attempt
from activities.store.store import Store
from activities.store.tellings import TellingFilter
from tests.activities.store.build import DAY, T
from tests.activities.store.test_tellings import ALL, deliver, tell

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SET_ASIDE = TellingFilter(set_aside=True, reminders=True)
FATES = st.sampled_from(["delivered", "delivered", "delivered", "handed-over", "failed", "failed", "refused"])


def tried(store: Store, number: int, nth: int, outcome: str, at: datetime, again_at: datetime | None = None) -> None:
    store.attempted(number, Attempt(nth=nth, at=at, outcome=outcome, error="why"), again_at)


def waiting(store: Store, now: datetime) -> int | None:
    found = store.pending("post", now)
    return None if found is None else found.number


def test_a_refusal_holds_up_nobody_and_stays_on_record_with_its_reason(store: Store) -> None:
    first, second = tell(store, 1), tell(store, 2)
    tried(store, first, 1, "refused", T + MINUTE)
    assert waiting(store, T + MINUTE) == second
    assert store.set_aside(T) == 1
    [found] = store.tellings(SET_ASIDE)
    assert (found.number, found.attempts[-1].outcome, found.attempts[-1].error) == (first, "refused", "why")
    assert store.undelivered()[0] == 1


def test_a_failure_holds_up_its_receiver_for_a_quarter_of_an_hour_and_is_then_tried_beside_the_others(
    store: Store,
) -> None:
    first, second, third = (tell(store, number) for number in (1, 2, 3))
    began = T + MINUTE
    tried(store, first, 1, "failed", began, began + 5 * MINUTE)
    assert waiting(store, began + HOLD - SECOND) == first
    tried(store, first, 2, "failed", began + 10 * MINUTE, began + HOLD + 5 * MINUTE)
    assert waiting(store, began + HOLD - SECOND) is None
    assert waiting(store, began + HOLD) == second
    deliver(store, second)
    assert waiting(store, began + HOLD) == third
    deliver(store, third)
    assert waiting(store, began + HOLD + 5 * MINUTE) == first


def test_what_was_set_aside_is_sent_again_with_the_same_id_and_counts_no_more(store: Store) -> None:
    first = tell(store, 1)
    tried(store, first, 1, "refused", T + MINUTE)
    assert store.send_again([first, 77], T + DAY) == [first]
    assert store.send_again([first], T + DAY) == []
    assert store.set_aside(T) == 0
    assert store.tellings(SET_ASIDE) == []
    again = store.pending("post", T + DAY)
    assert again is not None
    assert (again.number, again.id, again.attempts) == (first, "id-1", 1)
    tried(store, first, 2, "delivered", T + DAY)
    assert store.set_aside(T) == 0
    assert store.send_again([first], T + 2 * DAY) == []
    assert [a.outcome for a in store.tellings(ALL)[0].attempts] == ["refused", "delivered"]


def test_what_was_refused_a_second_time_can_be_sent_again_a_second_time(store: Store) -> None:
    number = tell(store, 1)
    for nth in (1, 2):
        tried(store, number, nth, "refused", T + nth * MINUTE)
        assert store.set_aside(T) == 1
        assert store.send_again([number], T + nth * MINUTE) == [number]


def test_what_was_given_up_is_set_aside_too(store: Store) -> None:
    number = tell(store, 1)
    store.give_up(T + MINUTE, T + DAY)
    assert store.set_aside(T) == 1
    assert [one.number for one in store.tellings(SET_ASIDE)] == [number]
    assert store.send_again([number], T + DAY) == [number]


def test_only_what_was_set_aside_since_an_instant_is_counted(store: Store) -> None:
    for number in (1, 2):
        tried(store, tell(store, number), 1, "refused", T + number * DAY)
    assert [store.set_aside(T + day * DAY) for day in (0, 2, 3)] == [2, 1, 0]


@pytest.fixture
def numbers() -> Iterator[int]:
    """Numbers of notices: a store lives as long as a test, with all its examples."""
    return iter(range(1, 1_000_000))


# the store is shared by all examples, which look only at notices of their own
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["water", "gas"]), st.lists(FATES, max_size=6)), min_size=1, max_size=8))
def test_nothing_is_lost_or_held_for_long_and_order_is_kept_but_for_what_was_set_aside(
    store: Store, numbers: Iterator[int], script: list[tuple[str, list[str]]]
) -> None:
    """A sender's day, played: every notice has its fates, and is taken once these are used up."""
    fates: dict[int, list[str]] = {}
    receiver_of: dict[int, str] = {}
    for receiver, own in script:
        number = tell(store, next(numbers), receiver)
        fates[number], receiver_of[number] = list(own), receiver
    now = T + 2 * DAY  # after all of them were told
    tries: dict[int, int] = defaultdict(int)
    failing: dict[int, datetime] = {}
    done: dict[int, tuple[datetime, str]] = {}
    order: dict[str, list[int]] = defaultdict(list)
    while store.undelivered()[0]:
        pending = store.pending("post", now)
        if pending is None:
            now += 5 * SECOND
            continue
        number = pending.number
        ahead = [n for n in fates if n < number and receiver_of[n] == receiver_of[number] and n not in done]
        assert all(n in failing and now - failing[n] >= HOLD for n in ahead)
        tries[number] += 1
        fate = fates[number].pop(0) if fates[number] else "delivered"
        if fate == "failed":
            failing.setdefault(number, now)
            tried(store, number, tries[number], fate, now, now + min(5 * MINUTE, SECOND * 2 ** tries[number]))
        else:
            done[number] = now, fate
            order[receiver_of[number]].append(number)
            tried(store, number, tries[number], fate, now)
        now += SECOND
    assert done.keys() == fates.keys()
    held = {number for number, since in failing.items() if done[number][0] - since >= HOLD}
    for told in order.values():
        assert all(a < b for a, b in pairwise([number for number in told if number not in held]))
    outcomes = {one.number: [a.outcome for a in one.attempts] for one in store.tellings(ALL) if one.number in fates}
    assert all(
        kept[-1] == done[number][1] and kept[:-1] == ["failed"] * (tries[number] - 1)
        for number, kept in outcomes.items()
    )
    assert {one.number for one in store.tellings(SET_ASIDE)} >= {
        n for n, (_, fate) in done.items() if fate == "refused"
    }
