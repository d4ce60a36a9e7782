"""Judged promises that are alike, put together by the database: as many rows as there are kinds of them, whatever their number."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Table,
    and_,
    case,
    collate,
    func,
    or_,
    select,
)

from activities.store import tables
from activities.store.sum_tables import EMPTY, KEY, judged_sum
from sla.axis import DAY_LENGTH
from sla.clock import Standing

CLOCK, SUM = tables.clock.c, judged_sum.c
JUDGED = (Standing.MET.value, Standing.MISSED.value)
ALIKE = (
    CLOCK.stopped_in,
    CLOCK.commitment,
    CLOCK.also,
    CLOCK.jurisdiction,
    CLOCK.owner,
    CLOCK.ramp_up,
    CLOCK.taken_over,
    CLOCK.provisional,
    CLOCK.standing,
    CLOCK.told_late,
    CLOCK.used,
    CLOCK.calendar,
)


class JudgedGroup(NamedTuple):
    """Judged promises that are alike, of one month. `n` have a day on which they started, `unbegun` have none."""

    month: str  # 2026-11
    commitment: str
    also: tuple[str, ...]
    jurisdiction: str
    owner: str
    ramp_up: bool
    taken_over: bool  # their cases ran elsewhere before
    provisional: bool
    met: bool
    told_late: bool
    used: Decimal
    calendar: str
    n: int
    unbegun: int
    first: tuple[str, str] | None  # day and number of the one of the n that stopped first


def judged_groups(
    connection: Connection,
    first: date,
    last: date,
    commitment: str | None,
    *,
    sqlite: bool,
    but: ColumnElement[bool] | None = None,
) -> list[JudgedGroup]:
    """Read what was judged on a day of [first, last], but those of a kind."""
    query = _alike(first, last, commitment, sqlite=sqlite)
    return _read(connection, query if but is None else query.where(~but))


def _alike(first: date, last: date, commitment: str | None, *, sqlite: bool) -> Select[Any]:
    named = CLOCK.stopped_on + " " + CLOCK.case
    begun = case((CLOCK.start_day.is_not(None), named if sqlite else collate(named, "C")))
    return (
        select(*ALIKE, func.count(), func.count(CLOCK.start_day), func.min(begun))
        .where(
            CLOCK.stopped_in.between(first.isoformat()[:7], last.isoformat()[:7]),
            # no condition for an index: that of the months is taken
            CLOCK.stopped_on.concat("").between(first.isoformat(), last.isoformat()),
            CLOCK.stopped_on.is_not(None),
            measured_by(commitment),
            CLOCK.standing.in_(JUDGED),
            ~CLOCK.void,
            or_(CLOCK.start_day.is_not(None), CLOCK.horizon.is_not(None)),  # else it was never accepted
        )
        .group_by(*ALIKE)
    )


def kept_groups(
    connection: Connection, first: date, last: date, commitment: str | None, *, sqlite: bool
) -> list[JudgedGroup]:
    """Read what `judged_groups` reads, from the first day of a month on: whole months from the sums that are kept of them."""
    whole = (last + DAY_LENGTH).day == 1
    months: ColumnElement[bool] = SUM.stopped_in.between(first.isoformat()[:7], last.isoformat()[:7])
    if not whole:
        months = and_(months, SUM.stopped_in < last.isoformat()[:7])
    key = [func.nullif(column, "") if column.name in EMPTY else column for column in KEY]
    kept = select(*key, SUM.begun + SUM.beyond, SUM.begun, _first_of_kept(sqlite=sqlite)).where(
        months, SUM.begun + SUM.beyond > 0, measured_by(commitment, judged_sum)
    )
    if whole:
        return _read(connection, kept)
    begins = max(first, last.replace(day=1))
    return _read(connection, kept.union_all(_alike(begins, last, commitment, sqlite=sqlite)))


def judged_from_clocks() -> Select[Any]:
    """Return what the kept sums are to be: as the triggers count."""
    key = [func.coalesce(CLOCK[column.name], "") if column.name in EMPTY else CLOCK[column.name] for column in KEY]
    beyond = case((and_(CLOCK.start_day.is_(None), CLOCK.horizon.is_not(None)), 1))
    return (
        select(*key, func.count(), func.count(CLOCK.start_day), func.count(beyond))
        .where(
            CLOCK.commitment.is_not(None),
            CLOCK.stopped_on.is_not(None),
            CLOCK.standing.in_(JUDGED),
            ~CLOCK.void,
            CLOCK.used.is_not(None),
        )
        .group_by(*key)
    )


def _of_kept(also: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a clock is one of a kept sum; `also` says it of other cohorts, for NULL is not found by comparison."""
    same = [CLOCK[column.name] == column for column in KEY if column.name != "also"]
    # a day sorts behind its month: it is there, which the index wants to be told, in words that no other index serves
    return and_(also, *same, CLOCK.stopped_on > SUM.stopped_in, ~CLOCK.void)


def _first_of_kept(*, sqlite: bool) -> ColumnElement[str | None]:
    """Day and number of the one that stopped first, by the index: of the first day, which has few."""
    number = CLOCK.case if sqlite else collate(CLOCK.case, "C")

    def first(also: ColumnElement[bool]) -> ColumnElement[str | None]:
        begun = (_of_kept(also), CLOCK.start_day.is_not(None))
        if sqlite:
            in_order = select(CLOCK.stopped_on + " " + number).where(*begun).order_by(CLOCK.stopped_on, CLOCK.case)
            return in_order.limit(1).correlate(judged_sum).scalar_subquery()
        # by other cohorts too, though all have the same: PostgreSQL takes the order of the index only where they are said
        days = select(CLOCK.stopped_on).where(*begun).order_by(CLOCK.also, CLOCK.stopped_on).limit(1)
        day = days.correlate(judged_sum).scalar_subquery()
        named = select(func.min(CLOCK.stopped_on + " " + number)).where(*begun, CLOCK.stopped_on == day)
        return named.correlate(judged_sum).scalar_subquery()

    return case((SUM.also == "", first(CLOCK.also.is_(None))), else_=first(CLOCK.also == SUM.also))


def _read(connection: Connection, query: Select[Any] | CompoundSelect[Any]) -> list[JudgedGroup]:
    rows: Iterable[Sequence[Any]] = connection.execute(query)
    return [_group(row) for row in rows]


def _group(row: Sequence[Any]) -> JudgedGroup:
    month, commitment, also, jurisdiction, owner, ramp_up, taken_over, provisional, standing, *rest = row
    late, used, calendar, n, begun, at = rest
    day, _, number = (at or "").partition(" ")
    return JudgedGroup(
        month=month,
        commitment=commitment,
        also=names_of(also),
        jurisdiction=jurisdiction,
        owner=owner,
        ramp_up=ramp_up,
        taken_over=taken_over,
        provisional=provisional,
        met=standing == Standing.MET.value,
        told_late=late,
        used=Decimal(used),
        calendar=calendar,
        n=begun,
        unbegun=n - begun,
        first=(day, number) if at else None,
    )


def measured_by(commitment: str | None, of: Table = tables.clock) -> ColumnElement[bool]:
    """Return the condition that a clock counts in a commitment's cohort, or in any."""
    promise = of.c.commitment.is_not(None)  # said in any case: the index holds no other clock
    if commitment is None:
        return promise
    named = of.c.also.contains(json.dumps(commitment), autoescape=True)
    return and_(promise, or_(of.c.commitment == commitment, named))


def names_of(also: str | None) -> tuple[str, ...]:
    return tuple(json.loads(also)) if also else ()
