"""A changed calendar that a worker applies: how far it is stands on record, from when until when."""

from collections.abc import Iterable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from activities.rungs import Instant
from activities.store.store import Store
from activities.sweep import applied_to
from api.processes.calendar_keeper import CalendarKeeper
from sla.release import RELEASE
from tests.api.office import file_store
from tests.desk import Desk, at, promised, water
from tests.driven import GRACE, IDENTITY, Driven

BEFORE, AFTER = at("2020-01-26 12:00"), at("2020-01-27 09:00")  # the festival was prolonged in between


class ToldRuns:
    """In place of the keeper of runs: which open cases it was told to expect."""

    def __init__(self) -> None:
        self.live: list[str] = []

    def expect(self, live: Iterable[str]) -> None:
        self.live += live


async def test_how_far_a_calendar_has_come_is_kept_and_a_worker_that_starts_later_leaves_it(tmp_path: Path) -> None:
    store, desk = file_store(tmp_path), Desk()
    for case, accepted in (("moves", "2020-01-23 10:00"), ("stays", "2020-01-03 10:00")):
        driven = Driven(store, case)
        driven.wake(at(accepted))
        driven.take(desk.open(at(accepted), water(), promises=promised(9)))
        driven.take(desk.accept(at(accepted), promises=promised(9)))
    now, runs = [BEFORE], ToldRuns()

    def instant() -> Instant:
        return Instant(now[0], IDENTITY, GRACE, RELEASE)

    def keeper() -> CalendarKeeper:
        keeping: Any = runs
        return CalendarKeeper(
            store, keeping, instant, lambda note: None, lambda: nullcontext(partial(applied_to, store, now=instant))
        )

    first = keeper()
    await first.keep()
    quiet = store.last_sweep()
    assert quiet is not None
    assert (quiet.cases, quiet.seen, quiet.moved, quiet.begun, quiet.ended) == (2, 2, 0, BEFORE, BEFORE)
    now[0] = AFTER
    await first.keep()
    swept = store.last_sweep()
    assert swept is not None
    assert swept.versions != quiet.versions
    assert (swept.cases, swept.seen, swept.moved, swept.begun, swept.ended) == (2, 2, _moved(store), AFTER, AFTER)
    assert swept.moved > 0
    now[0] = at("2020-01-28 09:00")
    await keeper().keep()
    assert store.last_sweep() == swept
    assert set(runs.live) == {"moves", "stays"}
    store.close()


def _moved(store: Store) -> int:
    return sum("calendar-applied" in {event.kind for event in store.events(case)} for case in ("moves", "stays"))
