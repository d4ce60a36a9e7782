"""Decided cases by what was decided: how many were approved, and which had their promise extended."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from activities.store import tables
from activities.store.cohorts import Running, running
from activities.store.database import Database
from activities.store.instants import micros
from sla.clock import Standing

CASE, CLOCK = tables.case.c, tables.clock.c


class Approved(NamedTuple):
    """Numbers of approved cases by variant, before an instant and from it on."""

    before: Mapping[str, int]
    after: Mapping[str, int]


class DecidedCounts(Database):
    """Approved cases, and extended ones."""

    def approved(self, procedure: str, jurisdiction: str, since: datetime, before: datetime, at: datetime) -> Approved:
        """Count the cases of a place that were approved within [since, before), by variant: before an instant, and from it on."""
        later = (CASE.approved_at >= micros(at)).label("later")
        query = (
            select(CASE.variant, later, func.count().label("number"))
            .where(CASE.procedure == procedure, CASE.jurisdiction == jurisdiction, CASE.approved_at.is_not(None))
            .where(CASE.approved_at >= micros(since), CASE.approved_at < micros(before))
            .group_by(CASE.variant, later)
        )
        with self.reading() as connection:
            rows = connection.execute(query).all()
        earlier, afterwards = (
            {row.variant: row.number for row in rows if bool(row.later) is late} for late in (False, True)
        )
        return Approved(earlier, afterwards)

    def extended(self, commitments: Sequence[str], first: date, last: date) -> list[Running]:
        """Read the promises among these that were met on a day of [first, last] and had been extended; without ramp-up."""
        query = (
            select(CASE.jurisdiction, CLOCK.picture, CLOCK.taken_over)
            .join(tables.case, CASE.case == CLOCK.case)
            .where(
                CLOCK.commitment.is_not(None),  # by the index
                CLOCK.commitment.in_(commitments),
                CLOCK.stopped_on.between(first.isoformat(), last.isoformat()),
                CLOCK.standing == Standing.MET.value,
                ~CLOCK.void,
                ~CLOCK.ramp_up,
            )
        )
        with self.reading() as connection:
            found = [running(row) for row in connection.execute(query)]
        return [one for one in found if one.picture.clock.extensions]
