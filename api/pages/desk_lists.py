"""What a desk is asked for by its address, and the steps that this is answered with."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from fastapi import Response
from fastapi.responses import StreamingResponse

from activities.store.desk_queues import OfDesk, Queue
from activities.store.lines import DueDay, Instants, StepTally
from api.figures.list_table import ROWS, list_cut, list_head, list_rows
from api.figures.month import TYPES, Format
from api.figures.step_table import STEP_COLUMNS, StepHere
from api.pages.frame import PageVisit
from api.pages.words import message
from api.routes.completions import SURVEY_STEP
from api.views.lines import line_clock
from sla.axis import local_day
from sla.clock import Standing
from sla.departments import Department

CHUNK = 500  # rows of a table that are read at once
OVER, TODAY, TOMORROW, SUSPENDED = "over", "today", "tomorrow", "suspended"
LISTS: Mapping[str, str] = {  # of one desk, by their name in the address
    "": message("On this desk"),
    OVER: message("Step over"),
    TODAY: message("Due today"),
    TOMORROW: message("Due tomorrow"),
    SUSPENDED: message("Suspended"),
    Queue.COMING.value: message("Coming next"),
    Queue.UNCONFIRMED.value: message("Told late, to be confirmed"),
}
STANDING = {OVER: (Standing.OVERDUE,), SUSPENDED: (Standing.SUSPENDED,)}
DUE = {TODAY: DueDay.TODAY, TOMORROW: DueDay.TOMORROW}


@dataclass(frozen=True, slots=True)
class AskedDesk:
    """A list of a desk. `keys`: the reader's own steps where these are not all; `survey`: the steps of a joint survey instead."""

    department: Department
    show: str
    survey: str | None
    owners: Collection[str] | None  # of the survey's steps; None: all
    keys: Collection[str] | None

    @property
    def desk(self) -> OfDesk:
        """Whose desk it is."""
        return OfDesk(self.department.jurisdiction, (self.department.title_zh,), self.keys)

    @property
    def queue(self) -> Queue | None:
        """The queue beside the desk, where it is one that is asked for."""
        return Queue(self.show) if self.show in {*Queue} else None

    @property
    def belongs(self) -> Mapping[str, Any]:
        """What a cursor of the list belongs to."""
        return {
            "desk": self.department.id,
            "show": self.show,
            "survey": self.survey,
            "owners": None if self.owners is None else sorted(self.owners),
            "keys": None if self.keys is None else sorted(self.keys),
        }


class FoundSteps(NamedTuple):
    """A part of a list, and where it goes on; None where it ends."""

    steps: list[StepHere]
    following: tuple[Any, ...] | None


class DeskNumbers(NamedTuple):
    """How long the lists of a desk are, and how many cases each joint survey has for the reader."""

    lists: Mapping[str, int]
    surveys: Mapping[str, int]


def begun_at(at: PageVisit, asked: AskedDesk, after: str | None) -> tuple[Any, ...] | None:
    """Return the place that a cursor of the list names."""
    kinds: tuple[type, ...] = (int, int, str, int) if asked.queue is None else (str, int)
    return at.visit.cursors.place(after, asked.belongs, *kinds)


def going_on(at: PageVisit, asked: AskedDesk, found: FoundSteps) -> str | None:
    """Return the cursor of the next part."""
    return None if found.following is None else at.visit.cursors.cursor(found.following, asked.belongs)


def read_steps(
    at: PageVisit, asked: AskedDesk, days: Instants, after: tuple[Any, ...] | None, limit: int
) -> FoundSteps:
    """Read a part of a list; blocks."""
    store, almanac = at.visit.services.store, at.visit.services.almanac
    if asked.queue is not None:
        begin = None if after is None else (after[0], after[1])
        waiting = store.queued(asked.queue, asked.desk, begin, limit + 1)
        steps = [StepHere(line.step, line.case, None, None, None) for line in waiting[:limit]]
        return FoundSteps(steps, waiting[limit - 1].cursor if len(waiting) > limit else None)
    surveyed = asked.survey is not None
    lines = store.desk_steps(
        asked.owners if surveyed else asked.desk.owners,
        days,
        jurisdiction=None if surveyed else asked.department.jurisdiction,
        survey=asked.survey,
        standing=STANDING.get(asked.show, ()),
        due=DUE.get(asked.show),
        keys=_surveying(asked) if surveyed else asked.keys,
        after=None if after is None else (after[0], after[1], after[2], after[3]),
        limit=limit + 1,
    )
    steps = [
        StepHere(line.step, line.case, line.standing, line.card, line_clock(line, almanac, at.now))
        for line in lines[:limit]
    ]
    return FoundSteps(steps, lines[limit - 1].cursor if len(lines) > limit else None)


def _surveying(asked: AskedDesk) -> Collection[str]:
    return {SURVEY_STEP} if asked.keys is None else {SURVEY_STEP}.intersection(asked.keys)


def read_numbers(at: PageVisit, asked: AskedDesk, days: Instants, steps: Collection[StepHere]) -> DeskNumbers:
    """Count the lists of a desk, and the surveys of some steps; blocks."""
    store = at.visit.services.store
    desks = store.desks(days, asked.desk.owners, asked.keys)
    place_of = asked.department.jurisdiction
    tally = next((one.steps for one in desks if one.jurisdiction == place_of), StepTally())
    queues = store.queue_sizes(asked.desk)
    surveys = {one.case.survey for one in steps if one.case.survey is not None and one.step.key == SURVEY_STEP}
    surveys |= {asked.survey} if asked.survey is not None else set()
    lists = {
        "": tally.open,
        OVER: tally.over,
        TODAY: tally.due_today,
        TOMORROW: tally.due_tomorrow,
        SUSPENDED: tally.suspended,
        **{queue.value: size for queue, size in queues.items()},
    }
    own = at.caller.owners
    return DeskNumbers(lists, store.surveyed(surveys, SURVEY_STEP, own) if surveys else {})


async def step_table(at: PageVisit, asked: AskedDesk, days: Instants) -> Response:
    """Write a list as CSV, all of it as of one instant."""
    first = await at.visit.read(
        read_steps, at, asked, days, None, CHUNK
    )  # what is wrong shows before the answer begins
    name = f"shixian-desk-{asked.department.id}-{local_day(at.now)}.csv"
    return StreamingResponse(
        _written(at, asked, days, first),
        media_type=f"{TYPES[Format.CSV]}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"},
    )


async def _written(at: PageVisit, asked: AskedDesk, days: Instants, found: FoundSteps) -> AsyncIterator[bytes]:
    yield list_head(STEP_COLUMNS).encode()
    left = ROWS
    while True:
        steps = found.steps[:left]
        left -= len(steps)
        yield list_rows(STEP_COLUMNS, steps, at.now, at.visit.services.timeline.rate).encode()
        if found.following is None:
            return
        if left == 0:
            yield list_cut().encode()
            return
        found = await at.visit.read(read_steps, at, asked, days, found.following, CHUNK)
