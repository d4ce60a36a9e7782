"""Counting what has happened: the same whenever the counting began, and never less than before."""

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from activities.store.instants import instant, micros
from activities.store.store import Store
from activities.store.watch import Milestone
from api.exporter.counters import AGAIN, LATELY, Tally, happened
from api.exporter.inventory import known
from tests.api.exporter.city import Clock, Driven
from tests.crowd import crowd
from tests.desk import Desk, at, water

KNOWN = known()
T = at("2021-03-01 09:00")
SURVEY = "step/joint-site-survey#1"
LATE = ("steps_completed_late_total", "sz-water", "water-connection", "joint-site-survey")
HOURS, MAYBE = st.integers(0, 8), st.booleans()


def tally(store: Store, clock: Clock) -> Tally:
    return Tally(store, clock.timeline, KNOWN, clock, rest=lambda _: None)


def milestone(seq: int, kind: str, hour: int, told: int, **body: Any) -> Milestone:
    when, heard = T + timedelta(hours=hour), T + timedelta(hours=told)
    place = ("suzhou", "water-connection", "市水务局", "promise/p")
    return Milestone("1", seq, kind, micros(when), micros(heard), *place, body)


@st.composite
def courses(draw: st.DrawFn) -> list[Milestone]:
    """Breaches raised and withdrawn in any order, and one completion among them."""
    events: list[Milestone] = []
    raised: list[int] = []
    place = draw(st.integers(0, 5))
    for number in range(6):
        seq, hour = len(events) + 1, draw(HOURS)
        if number == place:
            body: dict[str, Any] = {"step": "joint-site-survey", "occurrence": 1, "backdated": draw(MAYBE)}
            events.append(milestone(seq, "completed", hour, hour + draw(HOURS), **body))
        elif draw(MAYBE) and raised:
            events.append(milestone(seq, "rung-withdrawn", hour, hour, raised=raised.pop(), clock=SURVEY))
        else:
            due_at = (T + timedelta(hours=hour)).isoformat()
            kind = draw(st.sampled_from(["overdue", "overdue", "due-soon"]))
            events.append(milestone(seq, "rung-raised", hour, hour, clock=SURVEY, rung=kind, due_at=due_at))
            raised.append(seq)
    return events


def counts(events: list[Milestone]) -> Counter[tuple[str, ...]]:
    return Counter(key for key, _ in happened(events, KNOWN))


@settings(deadline=None)
@given(courses())
def test_a_completion_is_late_where_a_breach_stood_that_it_does_not_disprove(events: list[Milestone]) -> None:
    [done] = [event for event in events if event.kind == "completed"]
    day = instant(done.told if done.body["backdated"] else done.at)
    standing = set()
    for event in events:
        if event.kind == "rung-raised" and event.body["rung"] == "overdue":
            standing.add(event.seq)
        if event.kind == "rung-withdrawn" and event.seq < done.seq:
            standing.discard(event.body["raised"])
    late = any(event.seq in standing and T.fromisoformat(event.body["due_at"]) < day for event in events)
    assert counts(events)[LATE] == late


@settings(deadline=None)
@given(courses())
def test_no_event_makes_a_count_smaller(events: list[Milestone]) -> None:
    before: Counter[tuple[str, ...]] = Counter()
    for number in range(len(events) + 1):
        now = counts(events[:number])
        assert now >= before
        before = now


def test_whenever_counting_begins_it_comes_to_the_same(store: Store) -> None:
    clock = Clock("2021-03-01 08:00")
    first = tally(store, clock)
    assert first.look() == {}
    crowd(store, 60)  # many of them told long before the first look: these wait until all is counted again
    lately = first.look()
    desk, case = Desk(), Driven("W-1", store, clock)
    case.take(desk.open(at("2021-03-01 08:02"), water()), desk.accept(at("2021-03-01 08:04")))
    seen = dict(first.look())
    assert sum(seen.values()) == lately.total() + 2  # a case accepted, and by that a step completed
    case.take(desk.complete(at("2021-03-01 08:06"), "joint-site-survey"))
    again = first.look()
    assert all(again[key] >= number for key, number in seen.items())
    clock.real += AGAIN
    assert first.look() == tally(store, clock).look()
    assert first.look().total() > again.total()


def test_what_is_appended_late_is_counted_in_the_end_and_nothing_twice(store: Store) -> None:
    clock = Clock("2021-03-01 08:00")
    desk, case = Desk(), Driven("W-1", store, clock)
    case.take(desk.open(at("2021-03-01 08:30"), water()), desk.accept(at("2021-03-01 08:40")))
    clock.set(at("2021-03-01 09:30"))
    counting = tally(store, clock)
    before = counting.look()
    told = clock.timeline.business(clock() - LATELY) - timedelta(minutes=5)
    stuck = clock()
    case.take(desk.complete(told, "joint-site-survey"))  # it waited for a worker, say
    clock.real = stuck
    assert counting.look() == before
    clock.real += AGAIN
    after = counting.look()
    assert after.total() == before.total() + 1
    clock.real += AGAIN
    assert counting.look() == after
