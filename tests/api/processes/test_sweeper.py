"""A changed calendar is applied by a process of its own, which may be killed over it."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from activities.store.errors import StoreUnavailable
from activities.store.store import Store
from api.processes.sweeper import Sweeper
from tests.api.office import file_store
from tests.desk import Desk, at, promised, water
from tests.driven import GRACE, Driven
from tests.workflows.bench import standing_at

BEFORE, AFTER = "2020-01-23 10:00", "2020-01-28 09:00"  # the festival was prolonged in between
CASES = ("one", "three", "two")


@pytest.fixture
def january(tmp_path: Path) -> Iterator[Store]:
    """Open cases of before, in a ledger in which it is after."""
    with closing(file_store(tmp_path)) as store:
        store.set_timeline_once(standing_at(AFTER))
        for case in CASES:
            driven, desk = Driven(store, case), Desk(case)
            driven.wake(at(BEFORE))
            driven.take(desk.open(at(BEFORE), water(), promises=promised(9)))
            driven.take(desk.accept(at(BEFORE), promises=promised(9)))
        yield store


def moved(store: Store) -> list[str]:
    return [case for case in CASES if "calendar-applied" in [event.kind for event in store.events(case)]]


def test_it_applies_the_calendar_of_the_day_to_those_that_it_is_told(january: Store) -> None:
    with Sweeper(january, GRACE) as sweeper:
        assert sweeper(["one", "three"]).applied == ("one", "three")
        assert moved(january) == ["one", "three"]
        assert sweeper(CASES).applied == ("two",)
        process = sweeper.pid
    assert process is not None
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_one_that_is_killed_has_done_nothing_by_half_and_another_goes_on(january: Store) -> None:
    with Sweeper(january, GRACE) as sweeper:
        sweeper(["one"])
        assert sweeper.pid is not None
        os.kill(sweeper.pid, signal.SIGKILL)
        with pytest.raises(StoreUnavailable):
            sweeper(["two", "three"])
    assert moved(january) == ["one"]
    with Sweeper(january, GRACE) as another:
        assert another(["three", "two"]).applied == ("three", "two")


def test_a_database_that_is_away_is_said_and_may_be_asked_again(january: Store) -> None:
    with Sweeper(january, GRACE) as sweeper:
        sweeper(["one"])
        with january.writing(), pytest.raises(StoreUnavailable):  # nobody else writes meanwhile
            sweeper(["two"])
        assert sweeper(["two"]).applied == ("two",)
