"""Reading what was told late: what waits for a confirmation, and breaches that a late posting disproved."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, literal, select, true, tuple_

from activities.record import CasePicture, Event, Role, StepPicture
from activities.store import tables
from activities.store.columns import clock_row
from activities.store.database import Database
from activities.store.instants import micros
from activities.store.ledger import EVENT, event_of
from activities.store.request_tables import IS_OPEN, request
from activities.store.rows import CaseStep, LateClock

CASE, STEP, CLOCK = tables.case.c, tables.step.c, tables.clock.c
BEGIN = ("", -1)  # before every place
AFTER_CASE = 2**31 - 1  # after every place of a case


class Owned(NamedTuple):
    """Whose steps a list is of; `steps`: only these, all where there are none."""

    owners: Collection[str]
    steps: Collection[str] = ()


class Badges(NamedTuple):
    """How much asks for somebody: completions that wait for a confirmation, steps past their planning targets, requests.

    Requests are no company's.
    """

    waiting: int
    over: int
    requests: int


class LatePostings(Database):
    """What was told late, by case and place, so that a list goes on where it was cut."""

    def told_late(
        self, after: tuple[str, int] = BEGIN, limit: int = 1000, owned: Owned | None = None
    ) -> list[LateClock]:
        """Read clocks with a breach that a late posting disproved, after a place; with `owned` planning targets of theirs."""
        title = and_(STEP.case == CLOCK.case, STEP.key == CLOCK.step, CLOCK.role == Role.STEP.value)
        query = (
            select(tables.clock, CASE.picture.label("of_case"), STEP.picture.label("of_step"))
            .join(tables.case, CASE.case == CLOCK.case)
            .join(tables.step, title, isouter=True)
            .where(tables.TOLD_LATE, tuple_(CLOCK.case, CLOCK.pos) > tuple_(*map(literal, after)))
            .order_by(CLOCK.case, CLOCK.pos)
            .limit(limit)
        )
        if owned is not None:
            query = query.where(CLOCK.role == Role.STEP.value, *_whose(CLOCK.owner, CLOCK.step, owned))
        with self.reading() as connection:
            return [_late(row) for row in connection.execute(query).mappings()]

    def pending_confirmations(
        self, after: tuple[str, int] = BEGIN, limit: int = 1000, owned: Owned | None = None
    ) -> list[CaseStep]:
        """Read completions told too late to count until an officer confirms them, after a place."""
        query = select(STEP.case, STEP.pos, STEP.picture).where(
            tables.PENDING, tuple_(STEP.case, STEP.pos) > tuple_(*map(literal, after)), *_of_steps(owned)
        )
        with self.reading() as connection:
            found = connection.execute(query.order_by(STEP.case, STEP.pos).limit(limit)).all()
        return [CaseStep(case=row[0], pos=row[1], step=StepPicture.model_validate_json(row[2])) for row in found]

    def badges(self, now: datetime, most: int, owned: Owned | None = None) -> Badges:
        """Count what asks for somebody at an instant, each up to a number."""
        waiting = select(STEP.case).where(tables.PENDING, *_of_steps(owned))
        target = and_(tables.LIVE_STEP, CLOCK.standing.is_(None), CLOCK.due_at < micros(now))
        whose = [] if owned is None else _whose(CLOCK.owner, CLOCK.step, owned)
        over = select(CLOCK.case).where(target, *whose)
        asked = select(request.c.case).where(IS_OPEN, true() if owned is None else false())
        each = (select(func.count()).select_from(some.limit(most).subquery()) for some in (waiting, over, asked))
        with self.reading() as connection:
            return Badges(*connection.execute(select(*(one.scalar_subquery() for one in each))).one())

    def events_of(self, cases: Collection[str]) -> dict[str, list[Event]]:
        """Read all events of some cases, each case's oldest first."""
        event = tables.event.c
        query = select(*EVENT).where(event.case.in_(cases)).order_by(event.case, event.seq)
        found: dict[str, list[Event]] = {case: [] for case in cases}
        with self.reading() as connection:
            for row in connection.execute(query):
                found[row.case].append(event_of(row))
        return found


def _whose(owner: ColumnElement[Any], step: ColumnElement[Any], owned: Owned) -> list[ColumnElement[bool]]:
    return [owner.in_(owned.owners), *([step.in_(owned.steps)] if owned.steps else [])]


def _of_steps(owned: Owned | None) -> list[ColumnElement[bool]]:
    return [] if owned is None else _whose(STEP.owner, STEP.key, owned)


def _late(row: Mapping[Any, Any]) -> LateClock:
    step = row["of_step"]
    return LateClock(
        case=row["case"],
        pos=row["pos"],
        clock=clock_row(row),
        picture=CasePicture.model_validate_json(row["of_case"]),
        step=None if step is None else StepPicture.model_validate_json(step),
    )
