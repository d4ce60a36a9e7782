"""Completions of steps by file: each row becomes an item of a batch, under a key that is made of what it says."""

import json
from collections.abc import Iterator, Mapping
from datetime import time
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from api.http.fields import CASE_NUMBER, KEY
from api.imports.cells import text_of, told_instant
from api.imports.faults import CellRule, ImportFault, ImportRefused
from api.logs.faults import LogRefused
from api.logs.source import lines, looked_at
from api.logs.tables import delimiter_of, table_rows

MOST_ROWS = 10_000
# The columns, each with its name in Chinese; the first three are needed.
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "case": "办件编号",
        "step": "环节",
        "outcome": "结果",
        "occurred_at": "发生时间",
        "occurrence": "次数",
        "note": "说明",
    }
)
NEEDED = ("case", "step", "outcome")
NAMED: Mapping[str, str] = MappingProxyType({name: name for name in COLUMNS} | {zh: en for en, zh in COLUMNS.items()})
MIDNIGHT = time(0)
FILE_KEY = "file-"


class PostingRow(NamedTuple):
    """A row that can be posted: its line, and what the API is told, without the key."""

    line: int
    said: Mapping[str, object]

    @property
    def item(self) -> dict[str, object]:
        """The item of a batch. Its key is of its content, so that the same row sent again is the same request."""
        text = json.dumps(self.said, ensure_ascii=False, sort_keys=True)
        return {**self.said, "key": FILE_KEY + sha256(text.encode()).hexdigest()[:40]}


def read_postings(path: Path) -> Iterator[PostingRow | ImportFault]:
    """Read a table (CSV, UTF-8 or GB18030); what is wrong with a row stands in its place. ImportRefused: not readable."""
    try:
        yield from _rows(path)
    except LogRefused as refused:
        raise ImportRefused(ImportFault(*refused.fault)) from None


def _rows(path: Path) -> Iterator[PostingRow | ImportFault]:
    encoding = looked_at(path, None).encoding
    first = next(lines(path, encoding), "")
    if not first.strip():
        raise ImportRefused(ImportFault(path.name, 1, "", "empty"))
    rows = table_rows(path, encoding, delimiter_of(path, first))
    line, names = next(rows)
    head = _head(path, line, names)
    for number, (line, row) in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise ImportRefused(ImportFault(path.name, line, "", "too-many-rows"))
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(head):
            yield ImportFault(path.name, line, "", "columns")
            continue
        cells = dict(zip(head, row, strict=True))
        try:
            yield PostingRow(line, _said(cells))
        except CellRule as rule:
            yield ImportFault(path.name, line, rule.column, rule.rule, _number_in(cells["case"]))


def _number_in(cell: str) -> str:
    """Return the number of a case, or nothing where the cell holds none."""
    return cell.strip() if CASE_NUMBER.fullmatch(cell.strip()) else ""


def _head(path: Path, line: int, row: list[str]) -> list[str]:
    found = [NAMED.get(name.strip()) for name in row]
    for name, column in zip(row, found, strict=True):
        if column is None:
            raise ImportRefused(ImportFault(path.name, line, name.strip()[:40], "unknown-column"))
        if found.count(column) > 1:
            raise ImportRefused(ImportFault(path.name, line, column, "duplicate-column"))
    for column in NEEDED:
        if column not in found:
            raise ImportRefused(ImportFault(path.name, line, column, "missing-column"))
    return [column for column in found if column is not None]


def _said(cells: Mapping[str, str]) -> dict[str, object]:
    said: dict[str, object] = {}
    for column, cell in cells.items():
        try:
            value = _value(column, cell)
        except CellRule as rule:
            raise CellRule(rule.rule, column) from None
        if value is not None:
            said["at" if column == "occurred_at" else column] = value
    return said


def _value(column: str, cell: str) -> object:
    text = text_of(cell)
    if not text:
        if column in NEEDED:
            raise CellRule("missing")
        return None
    if column == "occurred_at":
        told = told_instant(cell, MIDNIGHT)
        if told is not None and told.day_only:
            raise CellRule("no-time-of-day")
        return None if told is None else told.at.isoformat()
    if column == "occurrence":
        if not (text.isascii() and text.isdigit()):
            raise CellRule("not-a-count")
        return int(text)
    if column == "case" and not CASE_NUMBER.fullmatch(text):
        raise CellRule("bad-case-number")
    if column in {"step", "outcome"} and not KEY.fullmatch(text):
        raise CellRule("not-a-choice")
    return text
