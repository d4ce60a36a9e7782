"""A case's place in the list from which somebody came: the way back, the case before and the one after it."""

from typing import NamedTuple
from urllib.parse import quote, urlencode

from activities.store.lines import Sort
from activities.store.listing import MOST
from api.http.problems import Problem
from api.pages.frame import PageVisit
from api.pages.list_query import ListAsked, asked_again
from api.routes.case_lists import USED, cases_from
from api.views.case_query import SortBy

LIST = "l"  # the parameter that names it


class PlaceInList(NamedTuple):
    """Where a case stands in a list. `number` None: it is not in it any more, or beyond what is counted."""

    back: str
    number: int | None
    of: int
    more: bool  # the list is longer than `of`
    before: str
    after: str


async def kept_list(at: PageVisit, query: str) -> int:
    """Return the number of a list in the session, which remembers what it asked for."""
    known = next((number for number, asked in at.session.lists if asked == query), None)
    if known is not None:
        return known
    return await at.visit.read(at.visit.services.store.keep_list, at.session.hash, query)


def list_named(at: PageVisit) -> dict[str, str]:
    """Return the parameter by which an address names a list that the session remembers; empty where it names none."""
    number = at.request.query_params.get(LIST, "")
    return {LIST: number} if any(str(known) == number for known, _ in at.session.lists) else {}


def case_address(at: PageVisit, case: str, **more: str) -> str:
    """Return the address of a case's page, in the list from which somebody came."""
    query = urlencode(list_named(at) | more)
    return f"/cases/{quote(case)}" + (f"?{query}" if query else "")


async def place_in_list(at: PageVisit, case: str) -> PlaceInList | None:
    """Return the place of a case in the list that its address names; None where the session does not remember it."""
    number = at.request.query_params.get(LIST, "")
    query = next((asked for known, asked in at.session.lists if str(known) == number), None)
    if query is None:
        return None
    try:
        asked = asked_again(query, at.caller.owners)
        numbers = await _numbers(at, asked)
    except Problem:  # the list cannot be had so any more: it was too short, or open
        return None
    back = f"/cases?{query}" if query else "/cases"
    place = numbers.index(case) if case in numbers else None
    return PlaceInList(
        back=f"{back}#case-{case}",
        number=None if place is None else place + 1,
        of=min(len(numbers), MOST - 1),
        more=len(numbers) >= MOST,
        before=_link(numbers, None if place is None or place == 0 else place - 1, number),
        after=_link(numbers, None if place is None or place + 1 >= len(numbers) else place + 1, number),
    )


async def _numbers(at: PageVisit, asked: ListAsked) -> list[str]:
    query = asked.query
    if query.sort is SortBy.USED:
        lines, _ = await cases_from(at.visit, asked.wanted, {}, None, USED, query.sort, descending=query.descending)
        return [line.case.case for line in lines]
    days = at.visit.instants()
    return await at.visit.read(
        at.visit.services.store.sequence,
        asked.wanted,
        days,
        sort=Sort(query.sort.value),
        descending=query.descending,
    )


def _link(numbers: list[str], place: int | None, of_list: str) -> str:
    return "" if place is None else f"/cases/{numbers[place]}?{LIST}={of_list}"
