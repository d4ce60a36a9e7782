"""What averages are made of: promises that were judged, and those that still run."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, and_, literal_column, or_, select

from activities.record import ClockPicture
from activities.store import tables
from activities.store.database import Database
from activities.store.instants import micros
from activities.store.judged_groups import JUDGED, JudgedGroup, judged_groups, measured_by, names_of
from sla.almanac import Almanac
from sla.axis import DAY_LENGTH, end_of, local_day
from sla.clock import Standing

CASE, CLOCK, HEAD = tables.case.c, tables.clock.c, tables.head.c
_ANEW = and_(CLOCK.also.is_not(None), CLOCK.standing == Standing.MISSED.value)
PAGE = 500  # clocks of one statement


class Judged(NamedTuple):
    """Promises of one month that were judged and are alike. They count in the cohort of their commitment, and in each of `also`.

    `case` and `stopped_on` are of the one that stopped first; of those without a day on which they started there is none.
    """

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
    taken_over: bool  # their cases ran elsewhere before
    provisional: bool  # its due date was not known for sure
    begun: bool  # it has a day on which it started
    calendar: str  # version of its verdict
    n: int = 1
    picture: ClockPicture | None = None  # of one that was missed and is in other cohorts too

    def uncounted(self, almanac: Almanac) -> bool:
        """Tell whether they ran out of the published calendar, which ends with a year: `used` is not all."""
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
    taken_over: bool  # its case ran elsewhere before


class History(NamedTuple):
    """Promises of one snapshot: those judged in a time, those that run, those that stopped after an instant."""

    judged: list[Judged]
    running: dict[Place, Running]
    stopped: list[Running]


class CohortReads(Database):
    """Promises by commitment. The statutory limit and planning targets are in no cohort, nor is what is void."""

    def judged(
        self, first: date, last: date, commitment: str | None = None, *, since: date | None = None
    ) -> list[Judged]:
        """Read promises whose clock stopped on a day of [first, last], by that day; ramp-up is told apart.

        Those that stopped from the day `since` on are told apart from those of its month before it.
        """
        with self.reading() as connection:
            return _judged(connection, first, last, since, commitment, sqlite=self.sqlite)

    def cohorts(
        self,
        first: date,
        last: date,
        commitment: str | None = None,
        known: Mapping[Place, Running] | None = None,
        *,
        since: date | None = None,
    ) -> tuple[list[Judged], dict[Place, Running]]:
        """Read as `judged`, and the promises that run, without ramp-up, in one snapshot; not again what is `known`."""
        with self.reading() as connection:
            decided = _judged(connection, first, last, since, commitment, sqlite=self.sqlite)
            return decided, read_running(connection, commitment, known or {})

    def history(self, first: date, last: date, after: datetime, *, since: date | None = None) -> History:
        """Return what `cohorts` does, and what stopped after an instant and had been received by the last day, without ramp-up and void."""
        with self.reading() as connection:
            return History(
                judged=_judged(connection, first, last, since, None, sqlite=self.sqlite),
                running=read_running(connection, None, {}),
                stopped=_stopped(connection, after, last),
            )


def _judged(
    connection: Connection, first: date, last: date, since: date | None, commitment: str | None, *, sqlite: bool
) -> list[Judged]:
    apart = [(first, last)] if since is None else [(first, min(last, since - DAY_LENGTH)), (max(first, since), last)]
    found: list[Judged] = []
    for begin, end in apart:
        if begin <= end:
            groups = judged_groups(connection, begin, end, commitment, sqlite=sqlite, but=_ANEW)
            found += [one for group in groups for one in _of_group(group, begin)]
    return sorted([*found, *_anew(connection, first, last, commitment)], key=lambda one: (one.stopped_on, one.case))


def _of_group(group: JudgedGroup, begin: date) -> Iterator[Judged]:
    one = Judged(
        case="",
        jurisdiction=group.jurisdiction,
        owner=group.owner,
        commitment=group.commitment,
        also=group.also,
        used=group.used,
        stopped_on=max(begin, date.fromisoformat(f"{group.month}-01")),
        met=group.met,
        told_late=group.told_late,
        ramp_up=group.ramp_up,
        taken_over=group.taken_over,
        provisional=group.provisional,
        begun=False,
        calendar=group.calendar,
        n=group.unbegun,
    )
    if group.first is not None:
        day, number = group.first
        yield one._replace(case=number, stopped_on=date.fromisoformat(day), begun=True, n=group.n)
    if group.unbegun:
        yield one


def _anew(connection: Connection, first: date, last: date, commitment: str | None) -> list[Judged]:
    """Those that are counted anew for another cohort, each with its facts."""
    query = select(
        CLOCK.case, CLOCK.jurisdiction, CLOCK.owner, CLOCK.commitment, CLOCK.also, CLOCK.used, CLOCK.stopped_on,
        CLOCK.told_late, CLOCK.ramp_up, CLOCK.taken_over, CLOCK.provisional, CLOCK.start_day, CLOCK.calendar, CLOCK.picture,
    ).where(
        CLOCK.stopped_on.between(first.isoformat(), last.isoformat()),
        _ANEW,
        ~CLOCK.void,
        or_(CLOCK.start_day.is_not(None), CLOCK.horizon.is_not(None)),  # else it was never accepted
        measured_by(commitment),
    )  # fmt: skip
    return [
        Judged(
            case=row.case,
            jurisdiction=row.jurisdiction,
            owner=row.owner,
            commitment=row.commitment,
            also=names_of(row.also),
            used=Decimal(row.used),
            stopped_on=date.fromisoformat(row.stopped_on),
            met=False,
            told_late=row.told_late,
            ramp_up=row.ramp_up,
            taken_over=row.taken_over,
            provisional=row.provisional,
            begun=row.start_day is not None,
            calendar=row.calendar,
            picture=ClockPicture.model_validate_json(row.picture),
        )
        for row in connection.execute(query)
    ]


def read_running(
    connection: Connection,
    commitment: str | None,
    known: Mapping[Place, Running],
    *,
    but: ColumnElement[bool] | None = None,
) -> dict[Place, Running]:
    """Read the promises that run, without ramp-up and those of a kind; not again what is known."""
    query = (
        select(CLOCK.case, CLOCK.pos, HEAD.seq)
        .join(tables.head, HEAD.case == CLOCK.case)
        .where(CLOCK.live, CLOCK.role == literal_column("'promise'"), ~CLOCK.ramp_up, measured_by(commitment))
    )
    if but is not None:
        query = query.where(~but)
    places = [Place(*row) for row in connection.execute(query)]
    read = dict(_read(connection, [place for place in places if place not in known]))
    return {place: known[place] if place in known else read[place] for place in places}


def _stopped(connection: Connection, after: datetime, last: date) -> list[Running]:
    query = (
        select(CASE.jurisdiction, CLOCK.picture, CLOCK.taken_over)
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
    return [running(row) for row in connection.execute(query)]


def running(row: Row[*tuple[Any, ...]]) -> Running:
    """Return a promise from a row that has what is needed of it."""
    return Running(row.jurisdiction, ClockPicture.model_validate_json(row.picture), row.taken_over)


def _read(connection: Connection, places: list[Place]) -> Iterator[tuple[Place, Running]]:
    for begin in range(0, len(places), PAGE):
        page = {(place.case, place.pos): place for place in places[begin : begin + PAGE]}
        query = (
            select(CLOCK.case, CLOCK.pos, CASE.jurisdiction, CLOCK.picture, CLOCK.taken_over)
            .join(tables.case, CASE.case == CLOCK.case)
            .where(CLOCK.case.in_({place.case for place in page.values()}), CLOCK.commitment.is_not(None))
        )
        for row in connection.execute(query):
            if place := page.get((row.case, row.pos)):
                yield place, running(row)
