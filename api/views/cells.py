"""Cells of tables for spreadsheets: UTF-8 with the mark that they read Chinese by, raw values, no formulas."""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from sla.axis import local

MARK = "\ufeff"
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # how a cell begins that a spreadsheet program may run


def table(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as spreadsheets read them, without the mark that a file begins with."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: object) -> str:
    """Return text that is no formula: a cell that could be one begins with an apostrophe, which spreadsheets do not show."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return local(value).isoformat(timespec="seconds")
    if isinstance(value, date | int):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
