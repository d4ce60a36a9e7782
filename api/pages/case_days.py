"""The days of a clock 逐日: each with what it is, what of it counts, and on what that rests, so that it can be checked by hand."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from fastapi import APIRouter, Response

from activities.store.rows import CaseView, ClockRow
from api.http.problems import Flaw, Problem
from api.pages.case_words import ROLES, CaseNames, procedure_of
from api.pages.frame import PageVisit, page
from api.pages.page_route import PageRoute, PageVisiting
from api.pages.parameters import one_of, only_known
from api.pages.place_in_list import LIST, case_address, list_named
from api.pages.spreadsheet import spreadsheet
from api.pages.words import PageWords
from api.ruler.account import Account, Cell, CellKind, account_of, was_due
from api.ruler.sentence import sentence_of
from api.ruler.table import marks_of, what_of
from api.ruler.words import Lang
from sla.almanac import Almanac
from sla.clock import Unit
from sla.notices.notice import Change, Notice
from workflows.rebuild import all_events

router = APIRouter(route_class=PageRoute, include_in_schema=False)

COLUMNS = ("日期 date", "是什么 what", "计入 counted", "累计 total", "依据 basis", "标记 marks")
ORDERED = (CellKind.HOLIDAY,)  # days that a notice makes what they are; so are make-up days


class DayRow(NamedTuple):
    """A civil day of a clock."""

    day: date
    what: str
    kind: str
    counted: Decimal
    total: Decimal
    basis: str
    marks: str


class Sums(NamedTuple):
    """How many days there are up to now or the stop, and behind it; `counted` in the limit's unit."""

    counted: Decimal
    counting: int  # days of which something counts
    standing: int  # days of which nothing does
    ahead: int  # days that are still to come

    @property
    def days(self) -> int:
        """All civil days up to now."""
        return self.counting + self.standing


class DaysPage(NamedTuple):
    """What is read of a clock for its days."""

    names: CaseNames
    row: ClockRow
    account: Account
    sentence: str
    rows: tuple[DayRow, ...]


@router.get("/cases/{case}/days")
async def show_days(at: PageVisiting, case: str) -> Response:
    """Show every civil day of a clock; of the one that lists show unless another is named."""
    only_known(at.request, "clock", "projected", "format", LIST)
    table = one_of(at.request, "format", ("csv",))
    projected = one_of(at.request, "projected", ("1",)) is not None
    found = await at.visit.read(_read, at, case, at.request.query_params.get("clock"), projected=projected)
    key = found.row.picture.clock.key
    if table is not None:
        lines = ((one.day, one.what, one.counted, one.total, one.basis, one.marks) for one in found.rows)
        return spreadsheet(f"{case} {key}".replace("/", "-"), COLUMNS, lines)
    return page(
        at,
        "case_days.html",
        case=found.names.view.case,
        back=case_address(at, case, clock=key),
        in_list=list_named(at).get(LIST),
        clock=found.account.shown,
        name=found.names.clock(key),
        kind=ROLES[found.row.picture.role],
        sentence=found.sentence,
        rows=found.rows,
        sums=sums_of(found.account),
        projected=projected,
        clocks=[(row.picture.clock.key, found.names.clock(row.picture.clock.key)) for row in found.names.view.clocks],
    )


def _read(at: PageVisit, case: str, key: str | None, *, projected: bool) -> DaysPage:
    view, store, almanac = at.case(case), at.visit.services.store, at.visit.services.almanac
    row = clock_asked(view, key)
    if row is None:
        raise Problem("unknown-clock", flaws=[Flaw("query/clock", "unknown-clock")])
    events = all_events(store, case, view.head.seq)
    lang: Lang = "zh" if at.words.zh else "en"
    counted = account_of(view, row, almanac, at.now, lang=lang, projected=projected)
    account = counted._replace(was_due=was_due(events, row.picture.clock.key, counted.due) or counted.was_due)
    names = CaseNames(at.words, view, procedure_of(events))
    sentence = sentence_of(account, row.picture.clock.policy)
    return DaysPage(names, row, account, sentence, tuple(day_rows(at.words, account, almanac, view)))


def clock_asked(view: CaseView, key: str | None) -> ClockRow | None:
    """Return the clock that an address names, else the one that lists show, else the first; None where there is none."""
    if key is None:
        named = next((row for row in view.clocks if row.picture.clock.key == view.main), None)
        return named or next(iter(view.clocks), None)
    return next((row for row in view.clocks if row.picture.clock.key == key), None)


def day_rows(words: PageWords, account: Account, almanac: Almanac, view: CaseView) -> Iterator[DayRow]:
    """Return the days of a clock, each with what it rests on."""
    entries = _entries(almanac, account.shown.calendar, view.case.jurisdiction)
    for cell in account.cells:
        basis = [cell.basis] if cell.basis else []
        if (cell.kind in ORDERED or cell.make_up) and (number := _ordered_by(entries, cell.date)):
            basis.append(number)
        later = _later_today(cell, account)
        if later:
            basis.append(words.say("%(n)s more by the end of the day", n=words.number(later)))
        yield DayRow(
            day=cell.date,
            what=what_of(cell, account),
            kind=cell.kind,
            counted=cell.used - later,
            total=cell.total - later,
            basis=words.listed(basis),
            marks=marks_of(cell.date, account),
        )


def _later_today(cell: Cell, account: Account) -> Decimal:
    """What of today is still to be counted: the ledger has today up to its end, and hours pass."""
    stopped = account.shown.stopped_at is not None
    if stopped or cell.date != account.today or account.shown.limit.unit is not Unit.WORKHOUR:
        return Decimal(0)
    return max(Decimal(0), cell.total - account.shown.used)


def sums_of(account: Account) -> Sums:
    """Return the sums of a clock's days."""
    passed = [cell for cell in account.cells if cell.date <= account.today]
    counting = sum(_counts(cell) for cell in passed)
    return Sums(
        counted=account.shown.used,
        counting=counting,
        standing=len(passed) - counting,
        ahead=len(account.cells) - len(passed),
    )


def _counts(cell: Cell) -> bool:
    return cell.used > 0


def _entries(almanac: Almanac, version: str, jurisdiction: str) -> tuple[Notice | Change, ...]:
    """What the calendar of a version was made from, the earliest first."""
    day = version.partition(":")[2].partition(":")[0]
    try:
        known = date.fromisoformat(day)
    except ValueError:
        known = date.min
    return tuple(almanac.entries(jurisdiction, known))


def _ordered_by(entries: Iterable[Notice | Change], day: date) -> str | None:
    """The number of the notice that made a day what it is: the last that speaks of it."""
    number = None
    for one in entries:
        days = (*one.off_days, *one.work_days) if isinstance(one, Notice) else one.days
        if day in days or any(period.first <= day <= period.last for period in one.periods):
            number = one.number or number
    return number
