"""What a list of cases is asked for in an address; the same names in the API, on the pages and in the command line."""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from activities.store.groups import CaseGroup, Mark
from activities.store.lines import CaseFilter, DueDay, DueSpan
from api.http.fields import CaseNumber, Key, Name, Rule, SubjectId, instant_of
from api.http.problems import Flaw, Problem
from api.views.instants import day_span
from sla.axis import SHANGHAI
from sla.clock import Standing
from sla.model import Model
from workflows.messages import FIRST_YEAR, LAST_YEAR
from workflows.state import Status

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
FIRST, LAST = datetime(FIRST_YEAR, 1, 1, tzinfo=SHANGHAI), datetime(LAST_YEAR, 1, 1, tzinfo=SHANGHAI)
# they tell of others' steps and clocks
NOT_FOR_COMPANIES = ("standing", "group", "due", "status", "step", "flag", "owner", "parent", "subject")


class SortBy(StrEnum):
    """By what a list is sorted."""

    LEFT = "left"
    DUE = "due"
    ACCEPTED = "accepted"
    USED = "used"
    CASE = "case"


class Direction(StrEnum):
    """Smallest or largest first; what has no value comes last either way."""

    UP = "asc"
    DOWN = "desc"


def due_of(text: str) -> DueDay | DueSpan:
    """Read `today`, `tomorrow`, a day, or two days or instants with `..` between them; one of the two may be left out."""
    return DueDay(text) if text in {*DueDay} else span_of(text)


def span_of(text: str) -> DueSpan:
    """Read a day, or two days or instants with `..` between them; one of the two may be left out."""
    first, dots, last = text.partition("..")
    if not (first or last):
        raise Rule("not-a-span")
    begin, end = _span(first), _span(last if dots else first)
    span = DueSpan(first=begin.first if begin else FIRST, last=end.last if end else LAST)
    if span.first > span.last:
        raise Rule("not-a-span")
    return span


def _span(text: str) -> DueSpan | None:
    if not text:
        return None
    if not DAY.fullmatch(text):
        at = instant_of(text)
        return DueSpan(first=at, last=at)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Rule("not-a-date") from None
    if not FIRST_YEAR < day.year < LAST_YEAR:
        raise Rule("not-plausible")
    return day_span(day, day)


def _due(text: str | None) -> str | None:
    if text is not None:
        due_of(text)
    return text


Due = Annotated[
    str | None,
    Field(
        max_length=80,
        description="`today`, `tomorrow` (the next working day), a date, or `2026-11-26..2026-11-30`, either end of "
        "which may be left out, or be an instant: of clocks that run, and of closed cases",
    ),
    AfterValidator(_due),
]


def _closed(text: str | None) -> str | None:
    if text is not None:
        span_of(text)
    return text


Closed = Annotated[
    str | None,
    Field(
        max_length=80,
        description="a date, or `2026-11-26..2026-11-30`, either end of which may be left out, or be an instant: when a "
        "case was closed; none that is open then",
    ),
    AfterValidator(_closed),
]


class CaseQuery(Model):
    """Which cases; of several values of one name any will do."""

    procedure: Key | None = None
    variant: Key | None = None
    jurisdiction: Key | None = None
    standing: Annotated[tuple[Standing, ...], Field(description="of the main clock")] = ()
    group: Annotated[
        tuple[CaseGroup, ...],
        Field(
            description="every case is in one: overdue (a promise or a statutory limit is broken), dated (averages past their "
            "measure and what does not bind yet are here), suspended, beyond-calendar, not-started (or without a clock), "
            "judged (the promise has its verdict, the case goes on), closed"
        ),
    ] = ()
    due: Due = None
    closed: Closed = None
    status: Annotated[tuple[Status, ...], Field(description="of the case: `decided`, `withdrawn` ...")] = ()
    step: Annotated[
        Key | None, Field(description="that is on a desk; `over`: any that is past its planning target")
    ] = None
    flag: tuple[Mark, ...] = ()
    owner: Annotated[tuple[Name, ...], Field(max_length=20, description="of the case, or of a step on its desk")] = ()
    open: bool | None = None
    survey: CaseNumber | None = None
    parent: CaseNumber | None = None
    subject: Annotated[
        tuple[SubjectId, ...],
        Field(max_length=50, description="id of whom a case is about; names are searched for at `/v1/subjects/search`"),
    ] = ()
    q: Annotated[
        Name | None,
        Field(
            description="a part of the number of open cases; of closed ones, which are many, its beginning or its end"
        ),
    ] = None

    def wanted(self, owners: tuple[str, ...] | None) -> CaseFilter:
        """Return the filter; `owners`: a company's own, which may not ask for what tells of others."""
        if owners is not None:
            hidden = [name for name in NOT_FOR_COMPANIES if getattr(self, name) not in (None, ())]
            if hidden:
                raise Problem("invalid", flaws=[Flaw(f"query/{name}", "filter-not-allowed") for name in hidden])
        asked: dict[str, Any] = {name: getattr(self, name) for name in CaseQuery.model_fields}
        due = None if self.due is None else due_of(self.due)
        closed = None if self.closed is None else span_of(self.closed)
        return CaseFilter(**asked | {"due": due, "closed": closed}, owner_in=owners)
