"""What averages are made of: promises that were judged, and those that still run."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, case, literal_column, or_, select

from activities.record import ClockPicture
from activities.store import tables
from activities.store.database import Database
from activities.store.instants import micros
from sla.almanac import Almanac
from sla.axis import end_of, local_day
from sla.clock import Standing

CASE, CLOCK, HEAD = tables.case.c, tables.clock.c, tables.head.c
JUDGED = (Standing.MET.value, Standing.MISSED.value)
PAGE = 500  # clocks of one statement


class Judged(NamedTuple):
    """A promise that was judged. It counts in the cohort of its commitment, and in each of `also`."""

    case: str
    jurisdiction: str
    owner: str
    commitment: str
    also: tuple[str, ...]
    used: Decimal
    stopped_on: date
    met: bool
    told_late: bool
    ramp_up: bool
    provisional: bool  # its due date was not known for sure
    begun: bool  # it has a day on which it started
    calendar: str  # version of its verdict
    picture: ClockPicture | None  # where it was missed and is in other cohorts too

    def uncounted(self, almanac: Almanac) -> bool:
        """Tell whether it ran out of the published calendar: `used` is not all."""
        return not self.begun or self.stopped_on > almanac.calendar_as_corrected(self.calendar).known_until


class Place(NamedTuple):
    """A clock's row, and the event up to which it is written: the same again means the same facts."""

    case: str
    pos: int
    seq: int


class Running(NamedTuple):
    """A promise that is not judged yet, or was not at the instant that is asked about."""

    jurisdiction: str
    picture: ClockPicture


class History(NamedTuple):
    """Promises of one snapshot: those judged in a time, those that run, those that stopped after an instant."""

    judged: list[Judged]
    running: dict[Place, Running]
    stopped: list[Running]


class CohortReads(Database):
    """Promises by commitment. The statutory limit and planning targets are in no cohort, nor is what is void."""

    def judged(self, first: date, last: date, commitment: str | None = None) -> list[Judged]:
        """Read promises whose clock stopped on a day of [first, last], by that day; ramp-up is told apart."""
        with self.reading() as connection:
            return _judged(connection, first, last, commitment)

    def cohorts(
        self, first: date, last: date, commitment: str | None = None, known: Mapping[Place, Running] | None = None
    ) -> tuple[list[Judged], dict[Place, Running]]:
        """Read as `judged`, and the promises that run, without ramp-up, in one snapshot; not again what is `known`."""
        with self.reading() as connection:
            return _judged(connection, first, last, commitment), _running(connection, commitment, known or {})

    def history(self, first: date, last: date, after: datetime) -> History:
        """Return what `cohorts` does, and what stopped after an instant and had been received by the last day, without ramp-up and void."""
        with self.reading() as connection:
            return History(
                judged=_judged(connection, first, last, None),
                running=_running(connection, None, {}),
                stopped=_stopped(connection, after, last),
            )


def _judged(connection: Connection, first: date, last: date, commitment: str | None) -> list[Judged]:
    recount = CLOCK.also.is_not(None) & (CLOCK.standing == Standing.MISSED.value)
    query = (
        select(
            CLOCK.case,
            CASE.jurisdiction,
            CLOCK.owner,
            CLOCK.commitment,
            CLOCK.also,
            CLOCK.used,
            CLOCK.stopped_on,
            CLOCK.standing,
            CLOCK.told_late,
            CLOCK.ramp_up,
            CLOCK.provisional,
            CLOCK.start_day,
            CLOCK.calendar,
            case((recount, CLOCK.picture)).label("picture"),
        )
        .join(tables.case, CASE.case == CLOCK.case)
        .where(
            CLOCK.stopped_on.between(first.isoformat(), last.isoformat()),
            CLOCK.standing.in_(JUDGED),
            ~CLOCK.void,
            or_(CLOCK.start_day.is_not(None), CLOCK.horizon.is_not(None)),  # else it was never accepted
            _measured_by(commitment),
        )
        .order_by(CLOCK.stopped_on, CLOCK.case, CLOCK.pos)
    )
    rows: Iterable[Sequence[Any]] = connection.execute(query)
    return [_as_judged(*row) for row in rows]


def _running(connection: Connection, commitment: str | None, known: Mapping[Place, Running]) -> dict[Place, Running]:
    query = (
        select(CLOCK.case, CLOCK.pos, HEAD.seq)
        .join(tables.head, HEAD.case == CLOCK.case)
        .where(CLOCK.live, CLOCK.role == literal_column("'promise'"), ~CLOCK.ramp_up, _measured_by(commitment))
    )
    places = [Place(*row) for row in connection.execute(query)]
    read = dict(_read(connection, [place for place in places if place not in known]))
    return {place: known[place] if place in known else read[place] for place in places}


def _stopped(connection: Connection, after: datetime, last: date) -> list[Running]:
    query = (
        select(CASE.jurisdiction, CLOCK.picture)
        .join(tables.case, CASE.case == CLOCK.case)
        .where(
            CLOCK.stopped_on >= local_day(after).isoformat(),  # by the index
            CLOCK.stopped_at > micros(after),
            CASE.received_at < micros(end_of(last)),
            CLOCK.standing.in_(JUDGED),
            ~CLOCK.void,
            ~CLOCK.ramp_up,
            CLOCK.commitment.is_not(None),
        )
        .order_by(CLOCK.stopped_on, CLOCK.case, CLOCK.pos)
    )
    return [
        Running(row.jurisdiction, ClockPicture.model_validate_json(row.picture)) for row in connection.execute(query)
    ]


def _read(connection: Connection, places: list[Place]) -> Iterator[tuple[Place, Running]]:
    for begin in range(0, len(places), PAGE):
        page = {(place.case, place.pos): place for place in places[begin : begin + PAGE]}
        query = (
            select(CLOCK.case, CLOCK.pos, CASE.jurisdiction, CLOCK.picture)
            .join(tables.case, CASE.case == CLOCK.case)
            .where(CLOCK.case.in_({place.case for place in page.values()}), CLOCK.commitment.is_not(None))
        )
        for row in connection.execute(query):
            if place := page.get((row.case, row.pos)):
                yield place, Running(row.jurisdiction, ClockPicture.model_validate_json(row.picture))


def _measured_by(commitment: str | None) -> ColumnElement[bool]:
    promise = CLOCK.commitment.is_not(None)  # said in any case: the index holds no other clock
    if commitment is None:
        return promise
    named = CLOCK.also.contains(json.dumps(commitment), autoescape=True)
    return and_(promise, or_(CLOCK.commitment == commitment, named))


def _as_judged(  # one parameter for each column
    case: str,
    jurisdiction: str,
    owner: str,
    commitment: str,
    also: str | None,
    used: str,
    stopped_on: str,
    standing: str,
    told_late: bool,  # noqa: FBT001
    ramp_up: bool,  # noqa: FBT001
    provisional: bool,  # noqa: FBT001
    start_day: str | None,
    calendar: str,
    picture: str | None,
) -> Judged:
    return Judged(
        case=case,
        jurisdiction=jurisdiction,
        owner=owner,
        commitment=commitment,
        also=tuple(json.loads(also)) if also else (),
        used=Decimal(used),
        stopped_on=date.fromisoformat(stopped_on),
        met=standing == Standing.MET.value,
        told_late=told_late,
        ramp_up=ramp_up,
        provisional=provisional,
        begun=start_day is not None,
        calendar=calendar,
        picture=None if picture is None else ClockPicture.model_validate_json(picture),
    )
