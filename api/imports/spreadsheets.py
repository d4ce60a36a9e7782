"""Spreadsheets (XLSX): bounded before they are unpacked, and strict about formulas and merged heads."""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from python_calamine import CalamineError, CalamineWorkbook

from api.imports.cells import Cell
from api.imports.faults import ImportFault, ImportRefused
from api.logs.source import CHUNK, FREE, RATIO, ZIP

MOST_UNPACKED = 400 << 20  # bytes of all parts together: a million rows fit
MOST_PARTS = 10_000
MOST_COLUMNS = 16_384  # of a sheet
LOCAL_HEADER = 30  # bytes before the name of a part
FORMULA = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d+)"[^>]*>\s*<(?:\w+:)?f[\s>/]')
MARKUP, DOCTYPE = (".xml", ".rels"), b"<!DOCTYPE"
OVERLAP = 4096  # bytes in which a cell's beginning and its formula stand
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
Formulas = Mapping[int, frozenset[int]]


class SheetRow(NamedTuple):
    """A row of a sheet: its number, its cells, and the rules that some of them break, by their places."""

    line: int
    cells: list[Cell]
    wrong: Mapping[int, str]


def is_spreadsheet(path: Path) -> bool:
    """Tell whether a file begins as XLSX does."""
    with path.open("rb") as file:
        return file.read(len(ZIP)) == ZIP


def sheet_rows(path: Path, sheet: str | None, head: int) -> Iterator[SheetRow]:
    """Read a sheet's rows, the first one where none is named; ImportRefused where the file cannot be read whole."""
    formulas = _checked(path, sheet)
    try:
        book = CalamineWorkbook.from_path(path)
        if sheet is not None and sheet not in book.sheet_names:
            raise _refused(path, "sheet-missing")
        read = book.get_sheet_by_name(sheet) if sheet is not None else book.get_sheet_by_index(0)
        merged = _Merged(read.merged_cell_ranges or ())
        if merged.at(head):
            raise ImportRefused(ImportFault(path.name, head, "", "merged-head"))
        before = read.start[1] if read.start else 0
        for line, row in enumerate(read.iter_rows(), 1):  # from the sheet's first row, whether or not it is used
            cells = [None] * before + list(row)
            wrong = dict.fromkeys(formulas.get(line, ()), "formula")
            for first, last in merged.at(line):
                # the first cell has the value, which the others are shown with and do not have
                own = first.column + (line == first.row)
                wrong |= dict.fromkeys(range(own, min(last.column, MOST_COLUMNS) + 1), "merged")
            yield SheetRow(line, cells, wrong)
    except (CalamineError, IndexError, BadZipFile):
        raise _refused(path, "unreadable") from None


def _refused(path: Path, rule: str) -> ImportRefused:
    return ImportRefused(ImportFault(path.name, 0, "", rule))


def _checked(path: Path, sheet: str | None) -> Formulas:
    """Unpack every part once in bounded memory; returns where the sheet's formulas stand: places by line."""
    try:
        with ZipFile(path) as packed, path.open("rb") as raw:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS:
                raise _refused(path, "bomb")
            wanted = _part_of(packed, sheet)
            left, found = MOST_UNPACKED, {}
            for part in parts:
                scan = _Scan(formulas=part.filename == wanted) if part.filename.endswith(MARKUP) else None
                left -= _unpacked(path, raw, part, left, scan)
                if part.filename == wanted and scan is not None:
                    found = scan.found
    except (BadZipFile, KeyError, ParseError, DefusedXmlException, zlib.error, OSError, NotImplementedError):
        raise _refused(path, "unreadable") from None
    return {line: frozenset(places) for line, places in found.items()}


def _part_of(packed: ZipFile, sheet: str | None) -> str:
    """Name the part that holds a sheet."""
    if any(packed.getinfo(name).file_size > FREE for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")):
        raise BadZipFile
    book = fromstring(packed.read("xl/workbook.xml"), forbid_dtd=True)
    ids = {one.get("name"): one.get(RELATION) for one in book.iter() if one.tag.rpartition("}")[2] == "sheet"}
    wanted = ids.get(sheet) if sheet is not None else next(iter(ids.values()), None)
    relations = fromstring(packed.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    target = next((one.get("Target", "") for one in relations if one.get("Id") == wanted), "")
    return target.removeprefix("/") if target.startswith("/xl/") else f"xl/{target}"


def _unpacked(path: Path, raw: BinaryIO, part: ZipInfo, left: int, scan: "_Scan | None") -> int:
    """Unpack a part, whatever size it claims; returns the size it has."""
    raw.seek(part.header_offset)
    header = raw.read(LOCAL_HEADER)
    raw.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    if part.flag_bits & 1 or part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise _refused(path, "unreadable")
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if part.compress_type == ZIP_DEFLATED else None
    total, packed = 0, part.compress_size
    while packed > 0 and (chunk := raw.read(min(CHUNK, packed))):
        packed -= len(chunk)
        while chunk:
            data = chunk if inflate is None else inflate.decompress(chunk, CHUNK)
            chunk = b"" if inflate is None else inflate.unconsumed_tail
            total += len(data)
            read = part.compress_size - packed
            if total > left or total > part.file_size or (total > FREE and total > RATIO * read):
                raise _refused(path, "bomb")
            if scan is not None:
                scan.take(data)
            if inflate is not None and not data:
                break
    if total != part.file_size:
        raise _refused(path, "cut-short")
    return total


class _Corner(NamedTuple):
    """A cell by its line, from 1 on, and its place."""

    row: int
    column: int


class _Merged:
    """Cells that are shown as one, asked for line by line downwards."""

    def __init__(self, ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        corners = ((_Corner(a[0] + 1, a[1]), _Corner(b[0] + 1, b[1])) for a, b in ranges)
        self._coming = sorted(corners, reverse=True)
        self._here: list[tuple[_Corner, _Corner]] = []

    def at(self, line: int) -> list[tuple[_Corner, _Corner]]:
        """Return the ranges that a line has a part of."""
        while self._coming and self._coming[-1][0].row <= line:
            self._here.append(self._coming.pop())
        if self._here:
            self._here = [one for one in self._here if one[1].row >= line]
        if len(self._here) > MOST_COLUMNS:  # they overlap, which no program writes
            raise BadZipFile
        return self._here


class _Scan:
    """Looks for a document type, which no spreadsheet has and entities need, and for formulas, while a part goes by."""

    def __init__(self, *, formulas: bool) -> None:
        self.found: dict[int, set[int]] = {}
        self._formulas = formulas
        self._kept = b""

    def take(self, data: bytes) -> None:
        """Look at the next bytes; a cell may lie across two calls."""
        text = self._kept + data
        if DOCTYPE in text:
            raise BadZipFile
        for match in FORMULA.finditer(text) if self._formulas else ():
            place = 0
            for letter in match[1]:
                place = place * 26 + letter - ord("A") + 1
            self.found.setdefault(int(match[2]), set()).add(place - 1)
        self._kept = text[-OVERLAP:]
