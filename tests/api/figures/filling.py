"""Ledgers filled with cases drawn by chance."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from random import Random
from typing import NamedTuple

from activities.record import Event
from activities.rungs import Instant
from activities.store.rows import CaseRows
from activities.store.store import Store
from sla.release import RELEASE
from tests.api.figures.averages_cases import IDENTITY, Player
from workflows.rebuild import rows_of

MANY = 100


def instant(now: datetime) -> Instant:
    """A business instant that is the real one."""
    return Instant(now, IDENTITY, timedelta(0), RELEASE)


class Drawn(NamedTuple):
    """Cases that are drawn by chance: they begin within so many days, and what they come to by the last instant counts."""

    seed: int
    first: date
    days: int
    last: datetime

    def play(self, number: int) -> tuple[list[Event], CaseRows]:
        """One of them, whatever the others are."""
        random = Random(f"{self.seed}-{number}")  # noqa: S311  # to draw cases
        case = f"R-{number:05}"
        events = Player(random, case, self.first + timedelta(days=random.randrange(self.days)), self.last).play()
        rows = rows_of(case, events, RELEASE)
        assert rows is not None
        return events, rows


def fill(store: Store, cases: int, drawn: Drawn) -> None:
    """Cases as a rebuild of the read model writes them; many are played on all processors."""
    with ExitStack() as left:
        played: Iterable[tuple[list[Event], CaseRows]] = map(drawn.play, range(cases))
        if cases > MANY:
            pool = left.enter_context(ProcessPoolExecutor(mp_context=get_context("spawn")))
            played = pool.map(drawn.play, range(cases), chunksize=MANY)
        for events, rows in played:
            with store.append(rows.case.case) as ledger:
                ledger.add(events)
                ledger.put(rows)
