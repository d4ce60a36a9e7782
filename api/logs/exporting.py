"""The store's cases written as a log, one after another."""

import gzip
import io
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple, TextIO

from activities.store.lines import CaseFilter, Cursor, Instants, Sort
from activities.store.store import Store
from api.logs.exported import ExportedCase, exported
from api.logs.ocel_writing import OcelWriter
from api.logs.state_rows import StateWriter
from api.logs.xes_writing import XesWriter
from workflows.fold import fold
from workflows.rebuild import all_cases, all_events

PAGE = 200  # cases asked for at once
EVERYTHING = CaseFilter()


class LogForm(StrEnum):
    """How a log is written."""

    XES = "xes"
    OCEL = "ocel"
    STATES = "states"


class ExportSums(NamedTuple):
    """What was written."""

    cases: int
    events: int


def export(store: Store, wanted: CaseFilter, at: Instants, form: LogForm, file: Path) -> ExportSums:
    """Write the cases that are wanted to a file, in the order of their numbers; it is there once it is whole."""
    with _whole(file) as stream, ExitStack() as stack:
        write, end = _writer(form, stream, stack)
        cases = events = 0
        for number in numbers(store, wanted, at):
            with store.snapshot():
                one = exported_case(store, number)
            if one is not None:
                write(one)
                cases, events = cases + 1, events + len(one.events)
        end()
    return ExportSums(cases, events)


def numbers(store: Store, wanted: CaseFilter, at: Instants) -> Iterator[str]:
    """Return the numbers of the cases that are wanted, in order."""
    if wanted == EVERYTHING:
        yield from all_cases(store)
        return
    after: Cursor | None = None
    while True:
        page = store.case_page(wanted, at, sort=Sort.CASE, after=after, limit=PAGE)
        yield from (line.case.case for line in page.lines)
        after = page.following
        if after is None:
            return


def exported_case(store: Store, number: str) -> ExportedCase | None:
    """Return what is exported of a case; None where its ledger has no opening event."""
    state = fold(None, all_events(store, number), number)
    return None if state is None else exported(state, store.case(number))


def _writer(
    form: LogForm, stream: TextIO, stack: ExitStack
) -> tuple[Callable[[ExportedCase], None], Callable[[], None]]:
    if form is LogForm.XES:
        xes = XesWriter(stream, "shixian")
        return lambda one: xes.trace(one.case, one.values, one.events), xes.end
    if form is LogForm.OCEL:
        objects = stack.enter_context(TemporaryFile("w+", encoding="utf-8"))  # noqa: SIM115  # the stack is its manager
        ocel = OcelWriter(stream, objects)
        return ocel.case, ocel.end
    rows = StateWriter(stream)
    return rows.case, rows.end


@contextmanager
def _whole(file: Path) -> Iterator[TextIO]:
    """A file that takes its name once all of it is written."""
    part = file.with_name(f".{file.name}.part")
    try:
        with ExitStack() as stack:
            raw = stack.enter_context(part.open("wb"))
            packed = file.suffix == ".gz"
            binary = stack.enter_context(gzip.GzipFile("", "wb", fileobj=raw, mtime=0)) if packed else raw
            yield stack.enter_context(io.TextIOWrapper(binary, encoding="utf-8", newline=""))
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
