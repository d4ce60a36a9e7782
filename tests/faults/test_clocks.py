"""A worker's clock is wrong, and right again: what it raised too early is taken back, and no time of a case is another."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.record import Rung
from activities.store.rows import ClockRow
from activities.store.store import Store
from tests.desk import Desk, at, water
from tests.driven import GRACE, Driven
from tests.faults import evidence, oracle

START = at("2021-03-01 09:00")
LATEST = at("2021-03-15 18:00")  # after everything has fallen due
HOUR = timedelta(hours=1)
WRONG = (2 * HOUR, -2 * HOUR, -24 * HOUR, 0 * HOUR)
STEPS = ("joint-site-survey", "inspection-and-meter", "water-on")

Plan = list[tuple[int, timedelta]]  # hours since the start, and how wrong the clock is then


class Played(NamedTuple):
    """A ledger that is shared by all examples, each with cases of its own."""

    url: str
    store: Store
    names: Iterator[str]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Played]:
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    store = Store.open(url, durable=False)
    store.migrate()
    yield Played(url, store, (f"c-{number}" for number in range(10**6)))
    store.close()


def driven(ledger: Played, done: Plan, looks: Plan) -> tuple[list[evidence.Fact], dict[str, ClockRow]]:
    """Events and clocks of a case that settles at these instants, of which the worker thinks that they are others."""
    desk, name = Desk(), next(ledger.names)
    case = Driven(ledger.store, name)
    begin = [
        (0, timedelta(0), desk.open(START, water())),
        (0, timedelta(0), desk.accept(START + HOUR)),
    ]
    steps = [
        (hours, wrong, desk.complete(START + hours * HOUR, step))
        for (hours, wrong), step in zip(sorted(done, key=lambda one: one[0]), STEPS, strict=False)
    ]
    passes = [(hours, wrong, None) for hours, wrong in looks]
    for hours, wrong, command in (*begin, *sorted([*steps, *passes], key=lambda one: one[0])):
        case.wake(START + hours * HOUR + wrong)
        case.take(*[] if command is None else [command])
    case.wake(LATEST)
    case.take()
    view = ledger.store.case(name)
    assert view is not None
    return evidence.ledger_of(ledger.url, name), {row.picture.clock.key: row for row in view.clocks}


WHEN = st.tuples(st.integers(2, 200), st.sampled_from(WRONG))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(done=st.lists(WHEN, max_size=3), looks=st.lists(WHEN, max_size=10))
def test_f_10_whatever_a_clock_has_shown_what_stands_at_the_end_is_what_was_due(
    ledger: Played, done: Plan, looks: Plan
) -> None:
    facts, clocks = driven(ledger, done, looks)
    assert oracle.misraised("c", facts, LATEST, GRACE, timedelta(0)) == []
    _, right = driven(ledger, [(hours, 0 * HOUR) for hours, _ in done], [])
    assert {key: without_rungs(row) for key, row in clocks.items()} == {
        key: without_rungs(row) for key, row in right.items()
    }


def test_f_10_what_a_fast_clock_raised_is_taken_back_by_the_next_look_of_a_right_one(ledger: Played) -> None:
    early = 4 * 24 + 7  # four in the afternoon of the last day, and the clock shows six
    facts, clocks = driven(ledger, [(early + 1, 0 * HOUR)] * 3, [(early, 2 * HOUR)])
    rungs: list[Rung] = [one for one in clocks[oracle.PROMISE].picture.rungs if one.kind == "overdue"]
    assert [one.withdrawn is not None for one in rungs] == [True]
    assert oracle.misraised("c", facts, LATEST, GRACE, timedelta(0)) == []


def without_rungs(row: ClockRow) -> ClockRow:
    """What a clock comes to, whatever was said of it meanwhile."""
    return row.model_copy(update={"picture": row.picture.model_copy(update={"rungs": ()})})
