"""Reading the read model."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select, tuple_

from activities.record import StepPicture
from activities.store import tables
from activities.store.columns import case_line, case_view, clock_row
from activities.store.database import Database
from activities.store.instants import micros
from activities.store.rows import CaseClock, CaseFilter, CaseLine, CaseStep, CaseView
from sla.clock import Standing

CASE, STEP, CLOCK = tables.case.c, tables.step.c, tables.clock.c
ON_DESK = ("open", "running", "suspended")
NO_GRACE = timedelta(0)


class Cases(Database):
    """What the read model says, each answer from one snapshot."""

    def case(self, case: str, owner_in: Collection[str] | None = None) -> CaseView | None:
        """Read a whole case; with `owner_in` only steps and clocks of these owners, and None where they have none."""
        with self.reading() as connection:
            found = connection.execute(_with_head().where(CASE.case == case)).mappings().first()
            if found is None:
                return None
            of_steps = select(STEP.key, STEP.picture).where(STEP.case == case).order_by(STEP.pos)
            of_clocks = select(tables.clock).where(CLOCK.case == case).order_by(CLOCK.pos)
            if owner_in is not None:
                of_steps = of_steps.where(STEP.owner.in_(owner_in))
            steps = connection.execute(of_steps).all()
            if owner_in is not None:
                if not steps:
                    return None
                theirs = or_(CLOCK.owner.in_(owner_in), CLOCK.step.in_({step.key for step in steps}))
                of_clocks = of_clocks.where(theirs)
            clocks = connection.execute(of_clocks).mappings().all()
        return case_view(found, [step.picture for step in steps], clocks, (found["seq"], found["hash"]))

    def cases(
        self,
        wanted: CaseFilter,
        *,
        now: datetime,
        grace: timedelta = NO_GRACE,
        after: tuple[int, str] | None = None,
        limit: int = 50,
    ) -> list[CaseLine]:
        """Read cases by due instant (those without one last), then by number; `after`: the cursor of the last line."""
        standing = _standing(now, grace)
        query = select(
            CASE.case,
            CASE.main,
            CASE.due_at,
            CASE.due_soon_at,
            CASE.due_order,
            CASE.picture,
            standing.label("standing"),
        )
        query = query.where(*_conditions(wanted, standing, now - grace))
        if after is not None:
            query = query.where(tuple_(CASE.due_order, CASE.case) > tuple_(*after))
        with self.reading() as connection:
            found = connection.execute(query.order_by(CASE.due_order, CASE.case).limit(limit)).mappings().all()
        return [case_line(row) for row in found]

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

    def told_late(self, after: str = "", limit: int = 1000) -> list[CaseClock]:
        """Read clocks with a breach that a late posting disproved, of cases after one: an officer looks at them."""
        return self._clocks(and_(tables.TOLD_LATE, CLOCK.case > after), limit)

    def pending_confirmations(self, after: str = "", limit: int = 1000) -> list[CaseStep]:
        """Read completions told too late to count until an officer confirms them, of cases after one."""
        query = select(STEP.case, STEP.picture).where(tables.PENDING, STEP.case > after)
        with self.reading() as connection:
            found = connection.execute(query.order_by(STEP.case, STEP.pos).limit(limit)).all()
        return [CaseStep(case=row[0], step=StepPicture.model_validate_json(row[1])) for row in found]

    def _clocks(self, condition: ColumnElement[bool], limit: int | None = None) -> list[CaseClock]:
        query = select(tables.clock).where(condition).order_by(CLOCK.case, CLOCK.pos).limit(limit)
        with self.reading() as connection:
            found = connection.execute(query).mappings().all()
        return [CaseClock(case=row["case"], clock=clock_row(row)) for row in found]


def _with_head() -> Select[Any]:
    head = tables.head.c
    return select(tables.case, head.seq, head.hash).join(tables.head, head.case == CASE.case)


def _standing(now: datetime, grace: timedelta) -> ColumnElement[str | None]:
    return case(
        (CASE.standing.is_not(None), CASE.standing),
        (CASE.main.is_(None), None),
        (CASE.due_at < micros(now - grace), Standing.OVERDUE.value),
        (CASE.due_soon_at <= micros(now), Standing.DUE_SOON.value),
        else_=Standing.ON_TIME.value,
    )


def _conditions(
    wanted: CaseFilter, standing: ColumnElement[str | None], overdue_before: datetime
) -> list[ColumnElement[bool]]:
    conditions = [
        CASE[name] == value
        for name in ("procedure", "jurisdiction", "open", "survey", "parent")
        if (value := getattr(wanted, name)) is not None
    ]
    if wanted.standing is not None:
        conditions.append(standing == wanted.standing.value)
        if wanted.standing is Standing.OVERDUE:
            conditions.append(CASE.due_order < micros(overdue_before))  # said again for the index
    if wanted.owner is not None:
        conditions.append(
            or_(CASE.owner == wanted.owner, _has_step(STEP.owner == wanted.owner, STEP.status.in_(ON_DESK)))
        )
    if wanted.owner_in is not None:
        conditions.append(_has_step(STEP.owner.in_(wanted.owner_in)) if wanted.owner_in else false())
    if wanted.q:
        conditions.append(func.lower(CASE.case).contains(wanted.q.lower(), autoescape=True))
    return conditions


def _has_step(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(STEP.case == CASE.case, *conditions)
