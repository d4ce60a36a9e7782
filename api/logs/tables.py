"""Logs as tables: a row each event, or a row each case."""

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from api.logs.choice import KNOWN, LogChoice
from api.logs.events import LogEvent
from api.logs.faults import LogFault, LogRefused, LogRule
from api.logs.moments import Moments
from api.logs.source import TextLook, lines

DELIMITERS = (",", ";", "\t")
QUOTED = re.compile('"[^"]*"')
UNFINISHED = "unexpected end of data"


class LogTable(NamedTuple):
    """A table that was looked at: its head, and where in a row each thing stands that is asked for."""

    path: Path
    look: TextLook
    delimiter: str
    head: tuple[str, ...]
    places: Mapping[str, int]  # of `KNOWN`
    more: Mapping[str, int]  # by a column's name


def table_of(path: Path, look: TextLook, choice: LogChoice, delimiter: str | None = None) -> LogTable:
    """Read a table's head; LogRefused where a column is not there, or not certain."""
    first = next(lines(path, look.encoding), "")
    if not first.strip():
        raise LogRefused(LogFault(path.name, 1, "", "empty"))
    delimiter = delimiter or delimiter_of(path, first)
    _, row = next(table_rows(path, look.encoding, delimiter))
    head = tuple(name.strip() for name in row)
    needed = {"case"} if choice.row_by_row else {"case", "at", *(("activity",) if _by_activity(choice) else ())}
    places = {}
    for what in ("case",) if choice.row_by_row else KNOWN:
        name = choice.names.get(what)
        place = _named(path, head, name) if name else _known(path, head, what, needed=what in needed)
        if place is not None:
            places[what] = place
    return LogTable(path, look, delimiter, head, places, {name: _named(path, head, name) for name in choice.attributes})


def events_of(table: LogTable, moments: Moments) -> Iterator[LogEvent | LogFault]:
    """Read a table's rows as events, each with the other columns that are asked for; what is wrong stands in its place."""
    width, file = len(table.head), table.path.name
    case, at, activity, transition, instance = (table.places.get(what, -1) for what in PLACED)
    more = tuple(table.more.items())
    rows = table_rows(table.path, table.look.encoding, table.delimiter)
    next(rows)
    for line, row in rows:
        while len(row) > width and not row[-1].strip():
            row.pop()
        number = row[case].strip() if case < len(row) else ""
        if len(row) != width:
            yield LogFault(file, line, "", "columns", number)
            continue
        if not number:
            yield LogFault(file, line, table.head[case], "missing")
            continue
        moment, fault = None, None
        if at >= 0 and (text := row[at].strip()):
            try:
                moment = moments.instant(text)
            except LogRule as rule:
                fault = LogFault(file, line, table.head[at], str(rule), number)
        yield LogEvent(
            number,
            line,
            row[activity].strip() if activity >= 0 else "",
            row[transition].strip() if transition >= 0 else "",
            row[instance].strip() if instance >= 0 else "",
            "",
            moment,
            {name: row[place].strip() for name, place in more},
            fault,
        )


PLACED = ("case", "at", "activity", "transition", "instance")


def table_rows(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Read rows in which something stands, each with its first line; LogRefused where it is no table."""
    reader = csv.reader(lines(path, encoding), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cut, long = UNFINISHED in str(error), "larger than field limit" in str(error)
            rule = "cut-short" if cut else "too-long" if long else "not-csv"
            raise LogRefused(LogFault(path.name, line, "", rule)) from None
        if any(map(str.strip, row)):
            yield line, row


def _by_activity(choice: LogChoice) -> bool:
    return bool(choice.starts or choice.ends or choice.halts)


def delimiter_of(path: Path, first: str) -> str:
    """Return what parts the head of a table; LogRefused where that is not certain."""
    bare = QUOTED.sub("", first)
    found = [one for one in DELIMITERS if one in bare]
    if len(found) > 1:
        raise LogRefused(LogFault(path.name, 1, "", "ambiguous-delimiter"))
    return found[0] if found else DELIMITERS[0]


def _named(path: Path, head: tuple[str, ...], name: str) -> int:
    number = head.count(name)
    if number != 1:
        raise LogRefused(LogFault(path.name, 1, name, "duplicate-column" if number else "missing-column"))
    return head.index(name)


def _known(path: Path, head: tuple[str, ...], what: str, *, needed: bool) -> int | None:
    found = [place for place, name in enumerate(head) if name.casefold() in KNOWN[what]]
    if len(found) == 1:
        return found[0]
    if not needed:
        return None
    raise LogRefused(LogFault(path.name, 1, f"--{what}", "ambiguous-column" if found else "missing-column"))
