"""Reading a list of cases page by page, or whole as a table; which order it may have."""

from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import Field

from activities.store.lines import CaseFilter, CaseLine, CaseLines, Cursor, Instants, Sort
from activities.store.listing import sorts_closed
from api.access.request_context import Visit
from api.figures.case_table import CASE_COLUMNS
from api.figures.list_table import ROWS, list_cut, list_head, list_rows
from api.figures.month import TYPES, Format, accepted
from api.http.problems import Flaw, Problem
from api.views.case_query import CaseQuery, Direction, SortBy
from api.views.lines import line_clock, line_shown
from sla.axis import local_day

LEAST, USUAL, MOST = 1, 50, 200
CHUNK = 500  # rows of a table that are read at once
USED = 500  # cases that are sorted by what they have used, which is counted for each

NOT_SORTED_FOR_COMPANIES = (SortBy.DUE, SortBy.USED)
LISTED: dict[int | str, dict[str, Any]] = {200: {"content": {TYPES[Format.CSV]: {"schema": {"type": "string"}}}}}


class ListFormat(StrEnum):
    """How a list is written."""

    JSON = "json"
    CSV = "csv"


class ListQuery(CaseQuery):
    """Which cases, in which order, from where on."""

    sort: Annotated[
        SortBy,
        Field(
            description=f"all but `left` and `case` are of open cases; `used` of at most {USED}; `due` of closed ones too"
        ),
    ] = SortBy.LEFT
    dir: Annotated[Direction, Field(description="of all but `left`")] = Direction.UP
    after: Annotated[str | None, Field(max_length=400, description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=LEAST, le=MOST)] = USUAL
    format: Annotated[
        ListFormat | None, Field(description=f"`csv`: all of it, up to {ROWS} rows; instead of an Accept header")
    ] = None

    @property
    def descending(self) -> bool:
        """Whether the largest come first."""
        return self.dir is Direction.DOWN

    def belongs(self, owners: tuple[str, ...] | None) -> dict[str, Any]:
        """Return what a cursor of the list belongs to."""
        return {**self.model_dump(exclude={"after", "limit", "format"}), "owners": owners}

    def writes_csv(self, accept: str | None) -> bool:
        """Tell whether a table is asked for."""
        return (self.format or accepted(accept)) == Format.CSV


async def cases_from(
    visit: Visit,
    wanted: CaseFilter,
    asked: Mapping[str, Any],
    after: str | None,
    limit: int,
    sort: SortBy = SortBy.LEFT,
    *,
    descending: bool = False,
) -> tuple[list[CaseLine], str | None]:
    """Read a page of a list from its cursor on, and the cursor of the next one; `asked` is what a cursor belongs to."""
    at = visit.instants()
    if sort is SortBy.USED:
        return await _by_used(visit, wanted, at, asked, after, limit, descending=descending)
    by = _sort(wanted, sort)
    begin = visit.cursors.place(after, asked, int, int, str)
    page = await _page(
        visit, wanted, at, by, None if begin is None else (begin[0], begin[1], begin[2]), limit, descending=descending
    )
    return list(page.lines), None if page.following is None else visit.cursors.cursor(page.following, asked)


async def case_table(visit: Visit, wanted: CaseFilter, sort: SortBy, *, descending: bool) -> Response:
    """Write a list as CSV, all of it as of one instant."""
    if sort is SortBy.USED:
        raise Problem("sort-needs-fewer", flaws=[Flaw("query/sort", "sort-needs-fewer")])
    at, by = visit.instants(), _sort(wanted, sort)
    first = await _page(
        visit, wanted, at, by, None, CHUNK, descending=descending
    )  # what is wrong shows before the answer begins
    name = f"shixian-cases-{local_day(visit.told)}.csv"
    return StreamingResponse(
        _written(visit, wanted, at, by, first, descending=descending),
        media_type=f"{TYPES[Format.CSV]}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept"},
    )


async def _written(
    visit: Visit, wanted: CaseFilter, at: Instants, by: Sort, page: CaseLines, *, descending: bool
) -> AsyncIterator[bytes]:
    yield list_head(CASE_COLUMNS).encode()
    left = ROWS
    while True:
        lines = page.lines[:left]
        left -= len(lines)
        yield (await visit.read(_rows, visit, lines)).encode()
        if page.following is None:
            return
        if left == 0:
            yield list_cut().encode()
            return
        page = await _page(visit, wanted, at, by, page.following, CHUNK, descending=descending)


def _rows(visit: Visit, lines: tuple[CaseLine, ...]) -> str:
    whole = visit.caller.owners is None
    shown = (line_shown(line, visit.services.almanac, visit.told, whole=whole) for line in lines)
    return list_rows(CASE_COLUMNS, shown, visit.told, visit.services.timeline.rate)


async def _page(
    visit: Visit, wanted: CaseFilter, at: Instants, by: Sort, after: Cursor | None, limit: int, *, descending: bool
) -> CaseLines:
    return await visit.read(
        visit.services.store.case_page, wanted, at, sort=by, descending=descending, after=after, limit=limit
    )


def _sort(wanted: CaseFilter, sort: SortBy) -> Sort:
    by = Sort(sort.value)
    if not sorts_closed(wanted, by):
        raise Problem("sort-needs-open", flaws=[Flaw("query/sort", "sort-needs-open")])
    return by


async def _by_used(
    visit: Visit,
    wanted: CaseFilter,
    at: Instants,
    asked: Mapping[str, Any],
    after: str | None,
    limit: int,
    *,
    descending: bool,
) -> tuple[list[CaseLine], str | None]:
    """By the share of the limit that is used, which no index knows; those without a clock last."""
    if wanted.open is not True:
        raise Problem("sort-needs-open", flaws=[Flaw("query/sort", "sort-needs-open")])
    begin = visit.cursors.place(after, asked, int, str, str)

    def ask() -> list[tuple[tuple[int, Decimal, str], CaseLine]]:
        found = visit.services.store.grouped(wanted, at, limit=USED + 1)
        if len(found) > USED:
            raise Problem("sort-needs-fewer", flaws=[Flaw("query/sort", "sort-needs-fewer")])
        keyed = [(_used_key(visit, line, descending=descending), line) for line in found]
        return sorted(keyed, key=lambda one: one[0])

    found = await visit.read(ask)
    if begin is not None:
        last = (begin[0], Decimal(begin[1]), begin[2])
        found = [one for one in found if one[0] > last]
    page = found[:limit]
    if len(found) <= limit:
        return [line for _, line in page], None
    rank, share, case = page[-1][0]
    return [line for _, line in page], visit.cursors.cursor((rank, str(share), case), asked)


def _used_key(visit: Visit, line: CaseLine, *, descending: bool) -> tuple[int, Decimal, str]:
    clock = line_clock(line, visit.services.almanac, visit.told)
    if clock is None:
        return 1, Decimal(0), line.case.case
    share = clock.used / clock.limit.amount if clock.limit.amount else Decimal(1)  # nothing to use is used up
    return 0, -share if descending else share, line.case.case
