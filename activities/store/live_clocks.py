"""Live clocks of many cases at a time: what a changed calendar may touch, and the cases that it does."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, func, select

from activities.record import CasePicture, ClockPicture, Head
from activities.store import tables
from activities.store.database import Database
from activities.store.instants import instant, maybe_instant, micros

CASE, CLOCK, EVENT, HEAD = tables.case.c, tables.clock.c, tables.event.c, tables.head.c
WAKING = tables.waking.c


class ClockSpan(NamedTuple):
    """What a live clock depends on of a calendar; `seq` is where the ledger of its case stands."""

    case: str
    seq: int
    pos: int
    calendar: str  # version under which it was counted last
    jurisdiction: str | None
    since: str  # ISO dates
    due_date: str | None
    provisional: bool


class SpannedClock(NamedTuple):
    """A clock with what counting it needs."""

    case: str
    picture: ClockPicture
    calendar: str
    due_at: datetime | None


class CountedCase(NamedTuple):
    """A case with its clocks, the version of its last event, and when anything of it was told last."""

    case: CasePicture
    steps: int
    clocks: tuple[ClockPicture, ...]
    head: Head
    calendar: str
    as_of: datetime


class LiveClocks(Database):
    """Reads that take hundreds of cases at once."""

    def live_spans(self, after: str = "", rows: int = 4000) -> list[ClockSpan]:
        """Read the spans of live clocks that have begun, in order of the cases after one; a case is never cut."""
        columns = (CLOCK.calendar, CLOCK.jurisdiction, CLOCK.since, CLOCK.due_date, CLOCK.provisional)
        live = (CLOCK.live, CLOCK.since.is_not(None), CLOCK.case > after)
        query = (
            select(CLOCK.case, HEAD.seq, CLOCK.pos, *columns).join(tables.head, HEAD.case == CLOCK.case).where(*live)
        )
        with self.reading() as connection:
            found = [ClockSpan(*row) for row in connection.execute(query.order_by(CLOCK.case, CLOCK.pos).limit(rows))]
        if len(found) < rows:
            return found
        return [one for one in found if one.case != found[-1].case]

    def spanned_clocks(self, places: Collection[tuple[str, int]]) -> Iterator[SpannedClock]:
        """Read clocks by case and place, in that order."""
        wanted = set(places)
        columns = (CLOCK.case, CLOCK.pos, CLOCK.picture, CLOCK.calendar, CLOCK.due_at)
        # by case alone: for pairs SQLite would read the whole table
        query = select(*columns).where(CLOCK.case.in_({case for case, _ in wanted}), CLOCK.live)
        with self.reading() as connection:
            found = connection.execute(query.order_by(CLOCK.case, CLOCK.pos)).all()
        for case, pos, picture, calendar, due_at in found:
            if (case, pos) not in wanted:
                continue
            yield SpannedClock(case, ClockPicture.model_validate_json(picture), calendar, maybe_instant(due_at))

    def counted_cases(self, cases: Collection[str]) -> list[CountedCase]:
        """Read cases with their clocks, all in one snapshot; those that there are not are left out."""
        of_cases = select(CASE.case, CASE.picture, CASE.steps, HEAD.seq, HEAD.hash)
        of_cases = of_cases.join(tables.head, HEAD.case == CASE.case).where(CASE.case.in_(cases)).order_by(CASE.case)
        of_clocks = select(CLOCK.case, CLOCK.picture).where(CLOCK.case.in_(cases)).order_by(CLOCK.case, CLOCK.pos)
        told = select(EVENT.case, func.max(EVENT.told)).where(EVENT.case.in_(cases)).group_by(EVENT.case)
        clocks: dict[str, list[ClockPicture]] = defaultdict(list)
        with self.reading() as connection:
            rows = connection.execute(of_cases).all()
            last = select(EVENT.case, EVENT.calendar).join(
                tables.head, and_(HEAD.case == EVENT.case, HEAD.seq == EVENT.seq)
            )
            calendars = {row[0]: row[1] for row in connection.execute(last.where(EVENT.case.in_(cases)))}
            as_of = {case: instant(at) for case, at in connection.execute(told)}
            for case, picture in connection.execute(of_clocks):
                clocks[case].append(ClockPicture.model_validate_json(picture))
        return [
            CountedCase(
                CasePicture.model_validate_json(row.picture),
                row.steps,
                tuple(clocks[row.case]),
                Head(seq=row.seq, hash=row.hash),
                calendars[row.case],
                as_of[row.case],
            )
            for row in rows
        ]

    def to_wake(self, limit: int = 200) -> list[tuple[str, datetime]]:
        """Read the cases whose runs are to be told of an earlier alarm, the earliest first, with the alarm (real time)."""
        query = select(WAKING.case, WAKING.alarm).order_by(WAKING.alarm, WAKING.case).limit(limit)
        with self.reading() as connection:
            return [(case, instant(alarm)) for case, alarm in connection.execute(query)]

    def woken(self, some: Collection[tuple[str, datetime]]) -> None:
        """Forget cases whose runs were told; not where the alarm became another meanwhile."""
        if not some:
            return
        done = [{"of": case, "known": micros(alarm)} for case, alarm in some]
        one = delete(tables.waking).where(WAKING.case == bindparam("of"), WAKING.alarm == bindparam("known"))
        with self.writing() as connection:
            connection.execute(one, done)
