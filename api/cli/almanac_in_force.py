"""The almanac that commands count by: the release's notices under what operators approved, where there is a database."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from activities.almanacs import AlmanacHolder
from activities.store.errors import StoreUnavailable, TablesMissing
from activities.store.store import Store
from activities.store.sweeps import CalendarSweep
from api.cli.output import warn
from api.processes.embedded import FILE
from api.settings import Settings
from sla.almanac import Almanac
from sla.release import RELEASE

T = TypeVar("T")


def almanac_of(store: Store) -> Almanac:
    """Return the almanac of a store that has to be there."""
    return AlmanacHolder(store, RELEASE).renew()


def almanac_in_force(settings: Settings) -> Almanac:
    """Return the almanac of the database of the settings; the release's own where there is none, or it does not answer.

    That a database is there and does not answer is said: a notice in it may be missing.
    """
    return _read(settings, almanac_of, RELEASE)


def almanac_and_sweep(settings: Settings) -> tuple[Almanac, CalendarSweep | None]:
    """Return the same, and how far the last changed calendar is among the open cases; None where no database says."""

    def both(store: Store) -> tuple[Almanac, CalendarSweep | None]:
        return almanac_of(store), store.last_sweep()

    neither: tuple[Almanac, CalendarSweep | None] = (RELEASE, None)
    return _read(settings, both, neither)


def _read(settings: Settings, read: Callable[[Store], T], otherwise: T) -> T:
    url = settings.database
    if url.startswith(FILE) and not Path(url.removeprefix(FILE)).exists():
        return otherwise
    with closing(Store.open(url, read_only=True)) as store:
        try:
            return read(store)
        except TablesMissing:
            return otherwise
        except StoreUnavailable:
            warn(
                "数据库没有应答，只按本版自带的放假通知计算 The database does not answer: the release's notices alone are counted by."
            )
            return otherwise
