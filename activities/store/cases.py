"""Reading the read model."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from activities.record import Event
from activities.store import tables
from activities.store.columns import case_view, clock_row
from activities.store.database import Database
from activities.store.instants import micros
from activities.store.ledger import EVENT, event_of
from activities.store.rows import CaseClock, CaseView

CASE, STEP, CLOCK, E = tables.case.c, tables.step.c, tables.clock.c, tables.event.c
NO_GRACE = timedelta(0)


class Cases(Database):
    """What the read model says, each answer from one snapshot."""

    def case(self, case: str, owner_in: Collection[str] | None = None) -> CaseView | None:
        """Read a whole case; with `owner_in` only steps and clocks of these owners, and None where they have none."""
        of_steps = select(STEP.key, STEP.picture).where(STEP.case == case).order_by(STEP.pos)
        of_clocks = select(tables.clock).where(CLOCK.case == case).order_by(CLOCK.pos)
        if owner_in is not None:
            of_steps = of_steps.where(STEP.owner.in_(owner_in))
        with self.reading() as connection:
            steps = connection.execute(of_steps).all()
            if owner_in is not None and not steps:
                return None  # before the case is looked for: another's takes as long as one that there is not
            found = connection.execute(_with_head().where(CASE.case == case)).mappings().first()
            if found is None:
                return None
            if owner_in is not None:
                theirs = or_(CLOCK.owner.in_(owner_in), CLOCK.step.in_({step.key for step in steps}))
                of_clocks = of_clocks.where(theirs)
            clocks = connection.execute(of_clocks).mappings().all()
        return case_view(found, [step.picture for step in steps], clocks, (found["seq"], found["hash"]))

    def kind_of(self, case: str) -> Event | None:
        """Read the event that says what kind a case is: its opening, or its last reclassification."""
        return self.kinds_of([case]).get(case)

    def kinds_of(self, cases: Collection[str]) -> dict[str, Event]:
        """Read the same of some cases."""
        query = select(*EVENT).where(E.case.in_(cases), E.kind.in_(("opened", "reclassified"))).order_by(E.case, E.seq)
        with self.reading() as connection:
            return {row.case: event_of(row) for row in connection.execute(query)}

    def open_cases(self, after: str = "", limit: int = 1000) -> list[str]:
        """Read the numbers of open cases, in order, after one."""
        query = select(CASE.case).where(CASE.open, CASE.case > after).order_by(CASE.case).limit(limit)
        with self.reading() as connection:
            return list(connection.scalars(query))

    def ledgers(self, after: str = "", limit: int = 1000) -> list[str]:
        """Read the numbers of all cases that have an event, in order, after one."""
        head = tables.head.c
        query = select(head.case).where(head.seq > 0, head.case > after).order_by(head.case).limit(limit)
        with self.reading() as connection:
            return list(connection.scalars(query))

    def open_clocks_touching(self, first: date, last: date, after: str = "", cases: int = 200) -> list[CaseClock]:
        """Live clocks whose span holds a day of [first, last], of the next `cases` cases after one; a case is never cut."""
        touched = and_(
            CLOCK.live,
            CLOCK.since <= last.isoformat(),
            or_(CLOCK.due_date.is_(None), CLOCK.due_date >= first.isoformat()),
        )
        numbers = select(CLOCK.case).where(touched, CLOCK.case > after).distinct().order_by(CLOCK.case).limit(cases)
        return self._clocks(and_(touched, CLOCK.case.in_(numbers)))

    def overdue_clocks(
        self, now: datetime, grace: timedelta = NO_GRACE, *, unraised: bool = False, after: str = "", limit: int = 1000
    ) -> list[CaseClock]:
        """Live clocks past their due instant, of cases after one; only those without a raised rung where `unraised`."""
        overdue = and_(CLOCK.live, CLOCK.due_at < micros(now - grace), CLOCK.case > after)
        return self._clocks(and_(overdue, CLOCK.overdue_seq.is_(None)) if unraised else overdue, limit)

    def _clocks(self, condition: ColumnElement[bool], limit: int | None = None) -> list[CaseClock]:
        query = select(tables.clock).where(condition).order_by(CLOCK.case, CLOCK.pos).limit(limit)
        with self.reading() as connection:
            found = connection.execute(query).mappings().all()
        return [CaseClock(case=row["case"], clock=clock_row(row)) for row in found]


def _with_head() -> Select[Any]:
    head, fault = tables.head.c, tables.fault.c
    faulty = exists().where(fault.case == CASE.case, fault.resolved_at.is_(None)).label("faulty")
    return select(tables.case, head.seq, head.hash, faulty).join(tables.head, head.case == CASE.case)
