"""Open promises whose use of time their rows tell: nothing has happened to them lately, so each working day counts until they are due."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, literal_column, or_, select

from activities.store import tables
from activities.store.instants import micros
from activities.store.judged_groups import measured_by, names_of

CLOCK, EVENT = tables.clock.c, tables.event.c
NO_FACTS = ("rung-raised", "rung-withdrawn")  # they say how a clock stands, and move none


class SteadyPlace(NamedTuple):
    """What a place's calendar says of a day: its version, and when the last working day up to that day began."""

    calendar: str
    since: datetime


class SteadyWanted(NamedTuple):
    """Of which commitments, all with limits in working days and no time added up, on which day, in which places."""

    commitments: Collection[str]
    today: date
    places: Mapping[str, SteadyPlace]


class SteadyPromises(NamedTuple):
    """Open promises that are alike, without ramp-up; they have used their limit less the working days until they are due."""

    commitment: str
    also: tuple[str, ...]
    jurisdiction: str
    owner: str
    limit: Decimal  # with the extensions granted in time
    due_date: date
    provisional: bool
    taken_over: bool  # their cases ran elsewhere before
    n: int


def is_steady(wanted: SteadyWanted) -> ColumnElement[bool]:
    """Tell whether a promise runs, was counted in today's calendar, is due after today, and was left alone since a working day began.

    What happened before that day, a resumption after hours among it, counts at the latest from that day on.
    """
    here = [
        and_(
            CLOCK.jurisdiction == name,
            CLOCK.calendar == place.calendar,
            CLOCK.case.not_in(_moved_since(place.since)),
        )
        for name, place in wanted.places.items()
    ]
    today = wanted.today.isoformat()
    return and_(
        CLOCK.commitment.in_(wanted.commitments),
        CLOCK.standing.is_(None),
        CLOCK.start_day.is_not(None),
        CLOCK.start_day <= today,
        CLOCK.due_date.is_not(None),
        CLOCK.due_date > today,
        CLOCK.jurisdiction.is_not(None),
        or_(false(), *here),
    )


def _moved_since(since: datetime) -> Select[str]:
    """Cases of which a fact was told since then."""
    return select(EVENT.case).where(EVENT.told >= micros(since), EVENT.kind.not_in(NO_FACTS)).correlate(None)


def steady_promises(connection: Connection, wanted: SteadyWanted, commitment: str | None) -> list[SteadyPromises]:
    """Read them in groups: as many as there are due dates, whatever their number."""
    alike = (CLOCK.commitment, CLOCK.also, CLOCK.jurisdiction, CLOCK.owner, CLOCK.limit, CLOCK.due_date)
    live = and_(CLOCK.live, CLOCK.role == literal_column("'promise'"), ~CLOCK.ramp_up, measured_by(commitment))
    marks = (CLOCK.provisional, CLOCK.taken_over)
    query = select(*alike, *marks, func.count()).where(live, is_steady(wanted))
    rows: Iterable[Sequence[Any]] = connection.execute(query.group_by(*alike, *marks))
    return [
        SteadyPromises(name, names_of(also), place, owner, Decimal(limit), date.fromisoformat(due), *more)
        for name, also, place, owner, limit, due, *more in rows
    ]
