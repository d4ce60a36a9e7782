"""Cells as offices fill them: full-width digits, dates in several forms and serial numbers of spreadsheets."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from api.imports.faults import CellRule
from api.logs.faults import LogRule
from api.logs.moments import Moments
from sla.axis import SHANGHAI
from workflows.messages import FIRST_YEAR, LAST_YEAR

Cell = str | int | float | bool | datetime | date | time | timedelta | None

SERIAL = re.compile(r"\d{5,6}(\.\d+)?", re.ASCII)
SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  # spreadsheets know no zone
FIRST_SERIAL, LAST_SERIAL = 18264, 109208  # 1950 to 2198
CLOCK = re.compile(r"\s*(\d{1,2})\s*[时点]\s*(?:(\d{1,2})\s*分?)?\s*(?:(\d{1,2})\s*秒)?\s*$", re.ASCII)
YES = {"是", "有", "需要", "真", "y", "yes", "true", "1", "√"}
NO = {"否", "无", "不需要", "假", "n", "no", "false", "0", "×"}
MOMENTS = Moments(SHANGHAI)


class ToldInstant(NamedTuple):
    """An instant as it was told; `day_only`: the time of day is the map's."""

    at: datetime
    day_only: bool


def text_of(cell: Cell) -> str:
    """Return a cell as text: full-width signs as plain ones, whole numbers without a point. CellRule: formula."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = unicodedata.normalize("NFKC", str(cell)).strip()
    if text.startswith("=") and len(text) > 1:
        raise CellRule("formula")
    return text


def told_instant(cell: Cell, time_of_day: time) -> ToldInstant | None:
    """Read an instant; None where the cell is empty. CellRule: not-an-instant, not-plausible, formula."""
    if isinstance(cell, bool | time | timedelta):
        raise CellRule("not-an-instant")
    if isinstance(cell, int | float):
        return _plausible(_of_serial(float(cell)), time_of_day)
    if isinstance(cell, date):
        return _plausible(cell, time_of_day)
    text = text_of(cell)
    if not text:
        return None
    if SERIAL.fullmatch(text):
        return _plausible(_of_serial(float(text)), time_of_day)
    try:
        return _plausible(MOMENTS.day_or_instant(_with_colons(text)), time_of_day)
    except LogRule as rule:
        raise CellRule(str(rule)) from None


def told_day(cell: Cell, time_of_day: time) -> date | None:
    """Read a day; a time of day beside it is left out. None where the cell is empty."""
    told = told_instant(cell, time_of_day)
    return None if told is None else told.at.date()


def yes_or_no(text: str) -> bool:
    """Read a truth. CellRule: not-a-boolean."""
    small = text.casefold()
    if small in YES or small in NO:
        return small in YES
    raise CellRule("not-a-boolean")


def _with_colons(text: str) -> str:
    """Return a text in which 14时30分 is 14:30."""
    day, mark, clock = text.partition("日")
    found = CLOCK.fullmatch(clock) if mark else None
    if found is None:
        return text
    hour, minute, second = (int(part or 0) for part in found.groups())
    return f"{day}日 {hour}:{minute:02}:{second:02}"


def _of_serial(number: float) -> date | datetime:
    if not FIRST_SERIAL <= number <= LAST_SERIAL:
        raise CellRule("not-an-instant")
    at = SERIAL_ZERO + timedelta(seconds=round(number * 86400))
    return at.date() if number.is_integer() else at


def _plausible(read: date | datetime, time_of_day: time) -> ToldInstant:
    if not FIRST_YEAR < read.year < LAST_YEAR:
        raise CellRule("not-plausible")
    if not isinstance(read, datetime):
        return ToldInstant(datetime.combine(read, time_of_day, SHANGHAI), day_only=True)
    if read.tzinfo is None:
        read = read.replace(tzinfo=SHANGHAI)
    return ToldInstant(read.astimezone(SHANGHAI), day_only=False)
