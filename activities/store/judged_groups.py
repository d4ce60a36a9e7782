"""Judged promises that are alike, put together by the database: as many rows as there are kinds of them, whatever their number."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, collate, func, or_, select

from activities.store import tables
from sla.clock import Standing

CLOCK = tables.clock.c
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
    named = CLOCK.stopped_on + " " + CLOCK.case
    begun = case((CLOCK.start_day.is_not(None), named if sqlite else collate(named, "C")))
    query = (
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
    if but is not None:
        query = query.where(~but)
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


def measured_by(commitment: str | None) -> ColumnElement[bool]:
    """Return the condition that a clock counts in a commitment's cohort, or in any."""
    promise = CLOCK.commitment.is_not(None)  # said in any case: the index holds no other clock
    if commitment is None:
        return promise
    named = CLOCK.also.contains(json.dumps(commitment), autoescape=True)
    return and_(promise, or_(CLOCK.commitment == commitment, named))


def names_of(also: str | None) -> tuple[str, ...]:
    return tuple(json.loads(also)) if also else ()
