"""The list of cases: which, the most urgent first; nothing open is hidden, and every number is a list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import NamedTuple

from fastapi import APIRouter, Depends, Response

from activities.store.groups import CaseGroup
from activities.store.lines import CaseLine, CaseTally, Instants, Sort
from activities.store.listing import MOST, sorts_closed
from api.access.api_keys import CallerRole
from api.figures.month import Format
from api.intake.subjects import names_of
from api.pages.answers import see_other
from api.pages.case_row import CaseRow, case_row
from api.pages.frame import PageVisit, page
from api.pages.list_conditions import CHIP_TITLES, GROUP_TITLES, condition_words, filters_of
from api.pages.list_query import CHIPS, LIMITS, OF_CHIPS, OF_CLOSED, ListAsked, asked_of, chip_link, chip_of
from api.pages.page_route import PageRoute, PageVisiting, of_menu
from api.pages.parameters import day_of, one_of
from api.pages.place_in_list import kept_list
from api.pages.words import PageWords, message
from api.routes.case_lists import USED, case_table, cases_from
from api.views.case_query import SortBy
from sla.almanac import NATION
from sla.axis import local_day

router = APIRouter(route_class=PageRoute, include_in_schema=False)

ORDERS: Mapping[SortBy, str] = {
    SortBy.LEFT: message("by working time left, the overdue first"),
    SortBy.DUE: message("by due date"),
    SortBy.ACCEPTED: message("by acceptance"),
    SortBy.USED: message("by the share of the limit that is used"),
    SortBy.CASE: message("by number"),
}
NO_DUE_DATE = message("No due date")


class CaseChip(NamedTuple):
    """A list that is one click away, and how long it is."""

    key: str
    title: str
    number: int
    href: str
    here: bool


class SortHead(NamedTuple):
    """A column by which a list may be sorted; `href` empty where it may not."""

    href: str
    state: str  # of aria-sort


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows under one head; one without a title has no head."""

    title: str
    count: int | None
    note: str
    rows: tuple[CaseRow, ...]


class ListNumbers(NamedTuple):
    """Numbers of a list: of the chips, of its open groups, of its closed cases and of all (None: not to be counted)."""

    chips: CaseTally
    groups: CaseTally
    closed: int | None
    total: int | None


@router.get("/cases", dependencies=[Depends(of_menu("/cases"))])
async def list_cases(at: PageVisiting) -> Response:
    """Show the cases that the address asks for, or write them as a table."""
    asked = asked_of(at.request, at.caller.owners)
    if (form := _of_form(at, asked)) is not None:
        return see_other(form)
    query, wanted = asked.query, asked.wanted
    if one_of(at.request, "format", (Format.CSV,)):
        return await case_table(at.visit, wanted, query.sort, descending=query.descending)
    days = at.visit.instants()
    lines, following = await cases_from(
        at.visit, wanted, query.belongs(at.caller.owners), query.after, query.limit, query.sort,
        descending=query.descending,
    )  # fmt: skip
    counts = await at.visit.read(_counts, at, asked, days)
    place = await kept_list(at, asked.text)
    names = await at.visit.read(names_of, at.visit, [line.case.case for line in lines])
    whole = at.caller.owners is None
    return page(
        at,
        "cases.html",
        groups=list(
            _groups(
                at,
                asked,
                [(line, case_row(at, days, line, place, names.get(line.case.case))) for line in lines],
                counts,
            )
        ),
        chips=_chips(asked, counts.chips) if whole else [],
        total=counted(at.words, counts.total),
        counted=partial(counted, at.words),
        order=_order(at.words, asked),
        conditions=condition_words(at.words, asked),
        filters=filters_of(at.words, asked),
        sorts={sort.value: _sort_head(asked, sort, counts.total) for sort in SortBy},
        asked=asked,
        limits=LIMITS,
        chip=chip_of(asked),
        more=None if following is None else _more(asked, following),
        csv=asked.link(*(("sort", "dir") if query.sort is SortBy.USED else ()), format="csv"),
        saved=await at.visit.read(at.visit.services.store.saved_views, at.caller.actor),
        officer=at.caller.role is CallerRole.OFFICER,
        bulk=at.caller.role is CallerRole.OFFICER and query.open is not False,
        whole=whole,
    )


def counted(words: PageWords, number: int | None) -> str:
    """Write how long a list is, as far as it is counted."""
    if number is None:
        return "—"
    return words.number(number) if number < MOST else f"{words.number(MOST - 1)}+"


def _of_form(at: PageVisit, asked: ListAsked) -> str | None:
    """The address of what a form asks for that has a beginning and an end of its own for the due date."""
    given = at.request.query_params
    if "from" not in given and "to" not in given:
        return None
    first, last = day_of(at.request, "from"), day_of(at.request, "to")
    due = f"{first or ''}..{last or ''}" if first or last else asked.given("due")
    return asked.link(due=due)


def _more(asked: ListAsked, following: str) -> str:
    link = asked.link()
    return f"{link}{'&' if '?' in link else '?'}after={following}"


def _counts(at: PageVisit, asked: ListAsked, days: Instants) -> ListNumbers:
    store, wanted = at.visit.services.store, asked.wanted
    if at.caller.owners is not None:
        return ListNumbers(CaseTally(), CaseTally(), None, store.number(wanted, days))
    plain = wanted.model_copy(
        update={"standing": (), "group": (), "due": None, "step": None, "closed": None, "status": ()}
    )
    narrowed = any(asked.given(name) for name in (*OF_CHIPS, *OF_CLOSED))
    counted_of = (plain, wanted) if narrowed else (plain,)
    tallies = [CaseTally.total(one.values()) for one in store.tallies_of(counted_of, days)]
    chips, groups = tallies[0], tallies[-1]
    if asked.query.open is True:
        return ListNumbers(chips, groups, 0, groups.open)
    closed = store.number(wanted.model_copy(update={"open": False}), days)
    if asked.query.open is False:
        return ListNumbers(chips, groups, closed, closed)
    if groups.open >= MOST:
        return ListNumbers(chips, groups, closed, MOST)
    return ListNumbers(chips, groups, closed, None if closed is None else min(groups.open + closed, MOST))


def _chips(asked: ListAsked, tally: CaseTally) -> list[CaseChip]:
    counts = {
        "all": tally.open,
        "overdue": tally.overdue,
        "due-today": tally.due_today,
        "due-soon": tally.due_soon,
        "on-time": tally.on_time,
        "suspended": tally.suspended,
        "none": tally.undated,
        "step-over": tally.step_over,
        "long": tally.long,
    }
    here = chip_of(asked)
    return [
        CaseChip(key, CHIP_TITLES[key], counts[key], chip_link(asked, key), key == here)
        for key in CHIPS
        if key != "long" or counts[key] or key == here
    ]


def _order(words: PageWords, asked: ListAsked) -> str:
    urgent = asked.ranked and asked.owners is not None  # nothing is said of others' clocks
    said = [words.say("the most urgent first") if urgent else words.say(ORDERS[asked.query.sort])]
    if asked.query.descending and not asked.ranked:
        said.append(words.say("the largest first"))
    return ("，" if words.zh else ", ").join(said)


def _sort_head(asked: ListAsked, sort: SortBy, total: int | None) -> SortHead:
    query = asked.query
    here = query.sort is sort
    state = ("descending" if query.descending and sort is not SortBy.LEFT else "ascending") if here else "none"
    if sort is SortBy.USED:
        able = query.open is True and total is not None and total <= USED
    else:
        able = sorts_closed(asked.wanted, Sort(sort.value))
    if not able or (here and sort is SortBy.LEFT):
        return SortHead("", state)
    if sort is SortBy.LEFT:
        return SortHead(asked.link("sort", "dir"), state)
    return SortHead(asked.link(sort=sort.value, dir="desc" if here and not query.descending else ""), state)


def _groups(
    at: PageVisit, asked: ListAsked, lines: Iterable[tuple[CaseLine, CaseRow]], counts: ListNumbers
) -> Iterable[RowGroup]:
    whole = at.caller.owners is None
    for head, found in groupby(lines, key=lambda one: _head(asked, one[0]) if whole else None):
        rows = tuple(row for _, row in found)
        if head is None:
            yield RowGroup("", None, "", rows)
        elif head == NO_DUE_DATE:
            yield RowGroup(NO_DUE_DATE, _undated(counts.groups), "", rows)
        else:
            group = CaseGroup(head)
            count = _in_group(group, counts)
            yield RowGroup(GROUP_TITLES[group], count, _note(at, group, count, len(rows), asked), rows)


def _head(asked: ListAsked, line: CaseLine) -> str | None:
    """Under which head a line stands; in other orders than by what is left only those have one that have no due date."""
    if asked.ranked:
        return line.group.value
    if asked.query.sort is not SortBy.DUE or line.group in (CaseGroup.OVERDUE, CaseGroup.DATED, CaseGroup.CLOSED):
        return None
    return line.group.value if line.group is CaseGroup.JUDGED else NO_DUE_DATE


def _in_group(group: CaseGroup, counts: ListNumbers) -> int | None:
    """How many are in a group of the list."""
    tally = counts.groups
    if group is CaseGroup.CLOSED:
        return counts.closed
    return {
        CaseGroup.OVERDUE: tally.overdue,
        CaseGroup.DATED: _dated(tally),
        CaseGroup.SUSPENDED: tally.suspended,
        CaseGroup.BEYOND: tally.beyond,
        CaseGroup.NOT_STARTED: tally.not_started,
        CaseGroup.JUDGED: tally.judged,
    }[group]


def _dated(tally: CaseTally) -> int:
    return tally.open - tally.overdue - _undated(tally) - tally.judged


def _undated(tally: CaseTally) -> int:
    return tally.suspended + tally.beyond + tally.not_started


def _note(at: PageVisit, group: CaseGroup, count: int | None, shown: int, asked: ListAsked) -> str:
    words = at.words
    if group is CaseGroup.SUSPENDED:
        return words.say("no due date; left is what was left when it was suspended")
    if group is CaseGroup.BEYOND:
        calendar = at.visit.services.almanac.calendar_for(NATION, local_day(at.now))
        return words.say("calendar published until %(day)s; nothing is assumed", day=words.day(calendar.known_until))
    if count is not None and shown < count and asked.query.after is None:
        return words.say("the first %(n)s of them here", n=shown)
    return ""
