"""Ledgers filled with cases drawn by chance."""

from datetime import date, datetime, timedelta
from random import Random

from activities.rungs import Instant
from activities.store.store import Store
from tests.api.averages_cases import IDENTITY, Player
from workflows.rebuild import rows_of


def instant(now: datetime) -> Instant:
    """A business instant that is the real one."""
    return Instant(now, IDENTITY, timedelta(0))


def fill(store: Store, seed: int, cases: int, first: date, days: int, last: datetime) -> None:
    """Cases as a rebuild of the read model writes them."""
    random = Random(seed)  # noqa: S311  # to draw cases
    for number in range(cases):
        player = Player(random, f"R-{number:05}", first + timedelta(days=random.randrange(days)), last)
        events = player.play()
        rows = rows_of(player.case, events)
        assert rows is not None
        with store.append(player.case) as ledger:
            ledger.add(events)
            ledger.put(rows)
