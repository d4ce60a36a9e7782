"""Judged promises summed by the database: as many rows as there are kinds of them, whatever their number."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Float,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
)

from activities.store import tables
from activities.store.cohorts import Place, Running, read_running
from activities.store.database import Database
from activities.store.instants import maybe_instant, micros
from activities.store.judged_groups import JUDGED, JudgedGroup, kept_groups, measured_by, names_of
from activities.store.steady import SteadyPromises, SteadyWanted, is_steady, steady_promises
from sla.axis import DAY_LENGTH, end_of, local_day
from sla.clock import Standing

CASE, CLOCK = tables.case.c, tables.clock.c


class OpenPromises(NamedTuple):
    """Open promises of one owner, without ramp-up. `begun`: those that began before today and are not read one by one."""

    commitment: str
    also: tuple[str, ...]
    jurisdiction: str
    owner: str
    taken_over: bool  # their cases ran elsewhere before
    begun: int
    overdue: int  # of all that are open


class FeeCount(NamedTuple):
    """Cases with a promise about money that were decided in a year or charged too much before that, and the latter."""

    judged: int
    missed: int


class Tallied(NamedTuple):
    """What a look at all promises needs, of one snapshot."""

    judged: list[JudgedGroup]
    running: Mapping[Place, Running]
    steady: list[SteadyPromises]
    open: list[OpenPromises]
    fees: FeeCount | None


class CohortWanted(NamedTuple):
    """Whose cases are asked for; None: everybody's."""

    commitment: str
    jurisdiction: str | None = None
    owner: str | None = None


class CohortCase(NamedTuple):
    """A case of a commitment; `used` and `stopped_on` where it was judged."""

    case: str
    jurisdiction: str
    standing: str
    ramp_up: bool
    taken_over: bool
    due_at: datetime | None
    used: Decimal | None
    stopped_on: date | None


class CohortCases(NamedTuple):
    """The first cases of a commitment: open ones by due instant; judged ones late first, then the longest."""

    open: list[CohortCase]
    judged: list[CohortCase]


class JudgedSums(Database):
    """Promises by commitment, summed. Ramp-up is told apart in what was judged, and is in nothing that is open."""

    def tallied(
        self,
        first: date,
        last: date,
        now: datetime,
        one_by_one: Collection[str],
        wanted: SteadyWanted,
        known: Mapping[Place, Running] | None = None,
        commitment: str | None = None,
    ) -> Tallied:
        """Sum the promises that were judged in the months from that of `first` up to the day `last`, and count the open ones.

        Those of one commitment where one is asked for; then money is left out.
        Open ones are read of the commitments `one_by_one`, and of the others where it takes the clock itself to say whether it
        has begun; but those that are `steady` in groups. What is `known` of one is not read again.
        """
        began = and_(CLOCK.start_day.is_not(None), CLOCK.start_day < local_day(now).isoformat())
        counted = and_(began, CLOCK.commitment.not_in(one_by_one), CLOCK.also.is_(None))
        with self.reading() as connection:
            opens, fees = _open_and_fees(connection, counted, last, now, commitment)
            return Tallied(
                judged=kept_groups(connection, first.replace(day=1), last, commitment, sqlite=self.sqlite),
                running=read_running(connection, commitment, known or {}, but=or_(counted, is_steady(wanted))),
                steady=steady_promises(connection, wanted, commitment),
                open=opens,
                fees=fees,
            )

    def cohort_cases(self, wanted: CohortWanted, first: date, last: date, now: datetime, limit: int) -> CohortCases:
        """Read the first cases of a commitment, ramp-up with them: those that run, and those that stopped in [first, last]."""
        whose = [measured_by(wanted.commitment), ~CLOCK.void]
        whose += [] if wanted.jurisdiction is None else [CLOCK.jurisdiction == wanted.jurisdiction]
        whose += [] if wanted.owner is None else [CLOCK.owner == wanted.owner]
        standing = case(
            (CLOCK.standing.is_not(None), CLOCK.standing),
            (CLOCK.due_at < micros(now), Standing.OVERDUE.value),
            (CLOCK.due_soon_at <= micros(now), Standing.DUE_SOON.value),
            else_=Standing.ON_TIME.value,
        )
        origin = (CLOCK.case, CLOCK.jurisdiction, standing, CLOCK.ramp_up, CLOCK.taken_over)
        columns = (*origin, CLOCK.due_at, CLOCK.used, CLOCK.stopped_on)
        live = and_(CLOCK.live, CLOCK.role == literal_column("'promise'"), *whose)
        by_due = (CLOCK.due_at.is_(None), CLOCK.due_at, CLOCK.case)
        months = CLOCK.stopped_in.between(first.isoformat()[:7], last.isoformat()[:7])
        days = CLOCK.stopped_on.concat("").between(first.isoformat(), last.isoformat())
        judged = and_(months, days, CLOCK.stopped_on.is_not(None), CLOCK.standing.in_(JUDGED), *whose)
        by_length = (CLOCK.standing != Standing.MISSED.value, cast(CLOCK.used, Float).desc(), CLOCK.case)
        # found in the index, which has all of this; then their rows alone are read
        longest = select(CLOCK.case).where(judged).order_by(*by_length).limit(limit).subquery()
        of_them = CLOCK.case.in_(select(longest.c.case))
        with self.reading() as connection:
            return CohortCases(
                open=[
                    _cohort_case(row)
                    for row in connection.execute(select(*columns).where(live).order_by(*by_due).limit(limit))
                ],
                judged=[
                    _cohort_case(row)
                    for row in connection.execute(
                        select(*columns).where(judged, of_them).order_by(*by_length).limit(limit)
                    )
                ],
            )

    def charged_more(self, last: date, now: datetime, limit: int) -> list[str]:
        """Read the first cases of a year up to a day in which more was charged than was promised."""
        query = select(CASE.case).where(_with_fee(last, now), CASE.fee == Standing.MISSED.value)
        with self.reading() as connection:
            return list(connection.scalars(query.order_by(CASE.case).limit(limit)))


def _cohort_case(row: Sequence[Any]) -> CohortCase:
    number, place, standing, ramp_up, taken_over, due_at, used, stopped_on = row
    return CohortCase(
        case=number,
        jurisdiction=place,
        standing=standing,
        ramp_up=ramp_up,
        taken_over=taken_over,
        due_at=maybe_instant(due_at),
        used=None if used is None else Decimal(used),
        stopped_on=None if stopped_on is None else date.fromisoformat(stopped_on),
    )


def _open_and_fees(
    connection: Connection, begun: ColumnElement[bool], last: date, now: datetime, commitment: str | None
) -> tuple[list[OpenPromises], FeeCount | None]:
    """Count open promises by whose they are, and cases with a verdict about money where no commitment is asked for."""
    whose = (CLOCK.commitment, CLOCK.also, CLOCK.jurisdiction, CLOCK.owner, CLOCK.taken_over)
    overdue = or_(CLOCK.standing == Standing.OVERDUE.value, and_(CLOCK.standing.is_(None), CLOCK.due_at < micros(now)))
    # said in these words for the index of live clocks
    live = and_(CLOCK.live, CLOCK.role == literal_column("'promise'"), ~CLOCK.ramp_up, measured_by(commitment))
    counted = (func.count(case((begun, 1))), func.count(case((overdue, 1))))
    of_promises = select(*whose, *counted).where(live).group_by(*whose)
    query: Select[Any] | CompoundSelect[Any] = of_promises
    if commitment is None:
        charged = func.count(case((CASE.fee == Standing.MISSED.value, 1)))
        of_no_promise = (null(),) * len(whose)
        query = of_promises.union_all(select(*of_no_promise, func.count(), charged).where(_with_fee(last, now)))
    rows = [tuple(row) for row in connection.execute(query)]
    opens = [OpenPromises(name, names_of(also), *rest) for name, also, *rest in rows if name is not None]
    return opens, next((FeeCount(*rest[-2:]) for name, *rest in rows if name is None), None)


def _with_fee(last: date, now: datetime) -> ColumnElement[bool]:
    """Cases with a verdict about money that were decided in the year up to a day, or are open if it is not over."""
    begin, end = end_of(last.replace(month=1, day=1) - DAY_LENGTH), end_of(last)
    decided = CASE.decided_at.between(micros(begin), micros(end) - 1)
    still = and_(CASE.decided_at.is_(None), CASE.open) if last >= local_day(now) else false()
    return and_(CASE.fee.is_not(None), or_(decided, still))
