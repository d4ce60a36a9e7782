"""The days of a clock as a table by runs, for everybody who would rather read than count."""

from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from api.ruler.account import Account, Cell, CellKind
from api.ruler.words import full_day, number, say


class Run(NamedTuple):
    """Days after one another of which one thing is to be said."""

    first: date
    last: date
    dates: str
    what: str
    days: int
    counted: Decimal
    total: Decimal
    basis: str
    marks: str  # 今日, 到期, 原到期

    @property
    def counted_text(self) -> str:
        """What of it counts."""
        return number(self.counted)

    @property
    def total_text(self) -> str:
        """What is counted by its end."""
        return number(self.total)


def runs_of(account: Account) -> tuple[Run, ...]:
    """Return the days of a clock by runs; today, the due day and the former one begin or end theirs."""
    runs: list[Run] = []
    for _, days in groupby(account.cells, key=lambda cell: _key(cell, account)):
        runs.append(_run(tuple(days), account, runs[-1].total if runs else Decimal(0)))
    return tuple(runs)


def _key(cell: Cell, account: Account) -> tuple[object, ...]:
    pointed = tuple(cell.date == day for day in (account.today, account.due, account.was_due))
    return (
        cell.kind,
        cell.number if cell.kind is CellKind.OVERDUE else "",
        cell.reason,
        cell.basis,
        cell.make_up,
        cell.provisional,
        pointed,
        any(pointed) and cell.date,
    )


def _run(cells: tuple[Cell, ...], account: Account, before: Decimal) -> Run:
    lang, first, last = account.lang, cells[0], cells[-1]
    year = account.cells[0].date.year != account.cells[-1].date.year
    ends = [full_day(cell.date, lang, year=year) for cell in (first, last)]
    dates = ends[0] if len(cells) == 1 else say("to", lang, first=ends[0], last=ends[1])
    what = what_of(first, account)
    return Run(
        first=first.date,
        last=last.date,
        dates=dates,
        what=f"{what}（{say('assumed', lang)}）" if first.provisional and first.kind is not CellKind.ASSUMED else what,
        days=len(cells),
        counted=sum((cell.used for cell in cells), Decimal(0)),
        total=max(before, last.total),
        basis=first.basis,
        marks=marks_of(first.date, account),
    )


def what_of(cell: Cell, account: Account) -> str:
    """Say what a day is."""
    lang = account.lang
    if cell.kind is CellKind.OVERDUE:
        return say(account.tone.value, lang) + f" {cell.number}"
    word = say(cell.kind.value, lang)
    if not cell.reason:
        return word
    return f"{word}：{cell.reason}" if lang == "zh" else f"{word}: {cell.reason}"


def marks_of(day: date, account: Account) -> str:
    """Return what a day is beside: today, the due day, or the former one."""
    lang = account.lang
    words = [
        say("grid-today", lang) if day == account.today and not account.stopped else "",
        say("grid-due", lang) if day == account.due else "",
        say("was-due", lang, day="").strip() if day == account.was_due else "",
    ]
    return "、".join(word for word in words if word)
