"""The rows of a file: CSV, JSON lines or a spreadsheet, each with its line and its cells by column."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from api.imports.cells import Cell
from api.imports.faults import ImportFault, ImportRefused
from api.imports.import_map import ImportMap
from api.imports.spreadsheets import is_spreadsheet, sheet_rows
from api.logs.faults import LogRefused
from api.logs.source import lines, looked_at
from api.logs.tables import delimiter_of, table_rows

MOST_ROWS = 500_000


class ImportRow(NamedTuple):
    """A row; `wrong` names the rules that cells break by themselves, by column."""

    line: int
    cells: Mapping[str, Cell]
    wrong: Mapping[str, str] = MappingProxyType({})


Item = ImportRow | ImportFault


def rows_of(path: Path, wanted: ImportMap) -> Iterator[Item]:
    """Read a file's rows; what is wrong with one stands in its place. ImportRefused where the file cannot be read."""
    try:
        for number, item in enumerate(_read(path, wanted), 1):
            if number > MOST_ROWS:
                raise ImportRefused(ImportFault(path.name, MOST_ROWS + wanted.head, "", "too-many-rows"))
            yield item
    except LogRefused as refused:
        raise ImportRefused(ImportFault(*refused.fault)) from None


def _read(path: Path, wanted: ImportMap) -> Iterator[Item]:
    if is_spreadsheet(path):
        return _of_sheet(path, wanted)
    encoding = looked_at(path, wanted.encoding).encoding
    if path.suffix.casefold() in {".jsonl", ".ndjson", ".json"}:
        return _of_json(path, encoding)
    return _of_csv(path, encoding, wanted)


def _of_csv(path: Path, encoding: str, wanted: ImportMap) -> Iterator[Item]:
    first = ""
    for number, text in enumerate(lines(path, encoding), 1):
        if number == wanted.head:
            first = text
            break
    if not first.strip():
        raise ImportRefused(ImportFault(path.name, wanted.head, "", "empty"))
    head: list[str] | None = None
    for line, row in table_rows(path, encoding, wanted.delimiter or delimiter_of(path, first)):
        if line < wanted.head:
            continue
        if head is None:
            head = head_of(path.name, line, row, wanted)
            continue
        if not any(cell.strip() for cell in row):
            continue
        if (len(row) != len(head) and any(cell.strip() for cell in row[len(head) :])) or len(row) < len(head):
            yield ImportFault(path.name, line, "", "columns")
            continue
        yield ImportRow(line, dict(zip(head, row, strict=False)))


def _of_sheet(path: Path, wanted: ImportMap) -> Iterator[Item]:
    head: list[str] | None = None
    for line, row, wrong in sheet_rows(path, wanted.sheet, wanted.head):
        if line < wanted.head:
            continue
        if head is None:
            head = head_of(path.name, line, ["" if cell is None else str(cell) for cell in row], wanted)
            continue
        if not wrong and not any(cell not in (None, "") for cell in row):
            continue
        if any(cell not in (None, "") for cell in row[len(head) :]):
            yield ImportFault(path.name, line, "", "columns")
            continue
        named = {head[place]: rule for place, rule in wrong.items() if place < len(head)}
        yield ImportRow(line, dict(zip(head, row, strict=False)), named)
    if head is None:
        raise ImportRefused(ImportFault(path.name, wanted.head, "", "empty"))


def head_of(file: str, line: int, row: list[str], wanted: ImportMap) -> list[str]:
    """Return the names of the columns; ImportRefused where one that the map names is not there, or twice."""
    head = [name.strip() for name in row]
    while head and not head[-1]:
        head.pop()
    if "" in head:
        raise ImportRefused(ImportFault(file, line, "", "empty-head"))
    for name in wanted.named:
        number = head.count(name)
        if number != 1:
            raise ImportRefused(ImportFault(file, line, name, "duplicate-column" if number else "missing-column"))
    return head


def _of_json(path: Path, encoding: str) -> Iterator[Item]:
    for number, line in enumerate(lines(path, encoding), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line, object_pairs_hook=_once, parse_constant=_no_number)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or any(isinstance(one, dict | list) for one in found.values()):
            yield ImportFault(path.name, number, "", "not-json")
            continue
        yield ImportRow(number, found)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_number(_: str) -> float:
    raise ValueError
