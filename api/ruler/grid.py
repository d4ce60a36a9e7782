"""The weeks of a clock, for narrow screens: a cell a day, weeks in which nothing counts in one row."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from api.ruler.account import OFF, Account, Cell, CellKind
from api.ruler.sheet import text_width
from api.ruler.words import day_text, say

WEEK = 7
ROOM, SIZE = 38, 12  # px
QUIET = (*OFF, CellKind.IDLE, CellKind.AFTER)


class Square(NamedTuple):
    """A day of a week; `kind` is empty outside the clock."""

    date: date
    kind: str
    day: str
    word: str
    make_up: bool = False
    today: bool = False
    due: bool = False


class Week(NamedTuple):
    """Seven squares, or one line about weeks in which nothing counts."""

    squares: tuple[Square, ...] = ()
    line: str = ""
    days: tuple[date, ...] = ()  # that the line stands for


def weeks_of(account: Account) -> tuple[Week, ...]:
    """Return a clock's days by weeks from Monday to Sunday."""
    if not account.cells:
        return ()
    return tuple(_weeks(account))


def _weeks(account: Account) -> Iterator[Week]:
    known = {cell.date: cell for cell in account.cells}
    first = account.cells[0].date - timedelta(days=account.cells[0].date.weekday())
    mondays = [first + timedelta(days=offset) for offset in range(0, (account.cells[-1].date - first).days + 1, WEEK)]
    weeks = [[monday + timedelta(days=offset) for offset in range(WEEK)] for monday in mondays]
    for quiet, run in groupby(weeks, key=lambda week: _quiet(week, known, account)):
        if quiet:
            days = [day for week in run for day in week if day in known]
            yield Week(line=_line([known[day] for day in days], account), days=tuple(days))
        else:
            for week in run:
                yield Week(squares=tuple(_square(day, known.get(day), first, account) for day in week))


def _quiet(week: list[date], known: dict[date, Cell], account: Account) -> bool:
    pointed = {account.today, account.due, account.was_due}
    return all(day not in known or (known[day].kind in QUIET and day not in pointed) for day in week)


def _line(cells: list[Cell], account: Account) -> str:
    lang = account.lang
    idle = [cell.reason for cell in cells if cell.kind is CellKind.IDLE]
    named = [cell.reason for cell in cells if cell.kind is CellKind.HOLIDAY]
    ends = {"first": day_text(cells[0].date, lang), "last": day_text(cells[-1].date, lang)}
    if idle:
        return say("idle-week", lang, what="、".join(dict.fromkeys(idle)), n=len(idle), **ends)
    after = any(cell.kind is CellKind.AFTER for cell in cells)
    what = say("after", lang) if after else "、".join(dict.fromkeys(named)) or say("weekend", lang)
    return say("rest-week", lang, what=what, **ends)


def _square(day: date, cell: Cell | None, first: date, account: Account) -> Square:
    written = f"{day.month}/{day.day}" if day.day == 1 or day == first else str(day.day)
    if cell is None:
        return Square(day, "", written, "")
    today, due = day == account.today, day == account.due
    word = cell.number or _word(cell, account)
    kind = account.tone.value if cell.kind is CellKind.OVERDUE else cell.kind.value
    if cell.kind is CellKind.START:
        written = f"{day.month}/{day.day}"
    return Square(day, kind, written, word, make_up=cell.make_up, today=today and not account.stopped, due=due)


def _word(cell: Cell, account: Account) -> str:
    """A word that fits; a mark where none does."""
    lang = account.lang
    if cell.kind is CellKind.START:
        return say("grid-start", lang)
    if cell.kind is CellKind.HOLIDAY:
        return next((text for text in (cell.reason.removesuffix("节"), say("rest", lang)) if _fits(text)), "")
    if cell.kind in (CellKind.SUSPENDED, CellKind.IDLE):
        return next((text for text in (cell.reason, "停" if lang == "zh" else "stop") if _fits(text)), "")
    return ""


def _fits(text: str) -> bool:
    return text_width(text, SIZE) <= ROOM - 2
