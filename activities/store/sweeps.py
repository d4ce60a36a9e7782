"""How far a changed calendar has come among the open cases; several workers may sweep at once, or one after another."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, distinct, func, insert, select, update

from activities.store import tables
from activities.store.database import Database
from sla.model import Model

SWEEP = "sweep"
CLOCK, SETTING = tables.clock.c, tables.setting.c


class CalendarSweep(Model):
    """One changed calendar, by its versions. Instants are of business time; `cases` have a live clock that has begun."""

    versions: tuple[str, ...]
    begun: datetime
    ended: datetime | None = None
    cases: int  # when it began
    seen: int = 0
    moved: int = 0


class Sweeps(Database):
    """What the last sweep came to."""

    def last_sweep(self) -> CalendarSweep | None:
        """Read how far the last sweep is; None before the first one."""
        with self.reading() as connection:
            return _known(connection)

    def sweep_went(
        self, versions: Collection[str], at: datetime, *, seen: int = 0, moved: int = 0, ended: bool = False
    ) -> None:
        """Record how many cases the sweep of some calendars has `seen` in all, and how many more it has `moved`."""
        named = tuple(sorted(versions))
        with self.writing() as connection:
            if not self.sqlite:
                connection.exec_driver_sql("LOCK TABLE setting IN EXCLUSIVE MODE")
            known = _known(connection)
            if known is None or known.versions != named:
                known, fresh = CalendarSweep(versions=named, begun=at, cases=_cases(connection)), known is None
            else:
                fresh = False
                if known.ended is not None and moved == 0:
                    return  # a worker that begins after the end finds nothing
            went = known.model_copy(update={"seen": seen, "moved": known.moved + moved, "ended": at if ended else None})
            value = {"value": went.model_dump_json()}
            if fresh:
                connection.execute(insert(tables.setting), {"key": SWEEP, **value})
            else:
                connection.execute(update(tables.setting).where(SETTING.key == SWEEP).values(value))


def _known(connection: Connection) -> CalendarSweep | None:
    found = connection.scalar(select(SETTING.value).where(SETTING.key == SWEEP))
    return None if found is None else CalendarSweep.model_validate_json(found)


def _cases(connection: Connection) -> int:
    counted = select(func.count(distinct(CLOCK.case))).where(CLOCK.live, CLOCK.since.is_not(None))
    return connection.scalar(counted) or 0
