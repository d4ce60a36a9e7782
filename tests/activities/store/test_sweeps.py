"""How far a changed calendar has come among the open cases: told by workers, one after another or several at once."""

from activities.store.store import Store
from activities.store.sweeps import CalendarSweep
from tests.activities.store.build import DAY, T

VERSIONS = ("CN:2", "CN-JS:1")


def test_before_the_first_sweep_there_is_none(store: Store) -> None:
    assert store.last_sweep() is None


def test_workers_add_what_each_moved_and_the_first_beginning_stays(store: Store) -> None:
    store.sweep_went(VERSIONS, T)
    store.sweep_went(VERSIONS, T + DAY, seen=20, moved=15)
    store.sweep_went(VERSIONS, T + 2 * DAY, seen=10, moved=5)  # another worker, or the same after it was killed
    sweep = store.last_sweep()
    assert sweep == CalendarSweep(versions=("CN-JS:1", "CN:2"), begun=T, cases=0, seen=10, moved=20)
    store.sweep_went(VERSIONS, T + 3 * DAY, seen=30, moved=1, ended=True)
    assert store.last_sweep() == sweep.model_copy(update={"seen": 30, "moved": 21, "ended": T + 3 * DAY})


def test_a_worker_that_begins_after_the_end_and_moves_nothing_changes_nothing(store: Store) -> None:
    store.sweep_went(VERSIONS, T)
    store.sweep_went(VERSIONS, T + DAY, seen=30, moved=21, ended=True)
    done = store.last_sweep()
    store.sweep_went(VERSIONS, T + 2 * DAY)
    store.sweep_went(VERSIONS, T + 2 * DAY, seen=30, ended=True)
    assert store.last_sweep() == done


def test_another_calendar_begins_anew(store: Store) -> None:
    store.sweep_went(VERSIONS, T)
    store.sweep_went(VERSIONS, T + DAY, seen=30, moved=21, ended=True)
    store.sweep_went(("CN:3",), T + 2 * DAY)
    assert store.last_sweep() == CalendarSweep(versions=("CN:3",), begun=T + 2 * DAY, cases=0)
