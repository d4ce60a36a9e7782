"""A list as a table for spreadsheets: raw numbers, ISO 8601, one row a line, as of one instant."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from api.views.cells import MARK, table

T = TypeVar("T")

ROWS = 100_000  # at most
OF_EACH = ("截至 counted_at", "演练倍率 rehearsal_rate")


def list_head(columns: Iterable[str]) -> str:
    """Return the beginning of the file, with the heading of each column."""
    return MARK + table([[*columns, *OF_EACH]])


def list_rows(columns: Mapping[str, Callable[[T], object]], lines: Iterable[T], counted_at: datetime, rate: int) -> str:
    """Return a row for each line."""
    return table([*(value(line) for value in columns.values()), counted_at, rate] for line in lines)


def list_cut() -> str:
    """Return the last row of a list that is longer: nothing is left out without a word."""
    return table([[f"只列前 {ROWS} 行，其余未列 only the first {ROWS} rows; narrow the list"]])
