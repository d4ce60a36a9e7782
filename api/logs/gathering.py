"""What a log tells of each case, gathered in bounded memory: a large table is parted into files on the way."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from heapq import merge
from tempfile import TemporaryFile
from typing import IO, NamedTuple
from zlib import crc32

PART = 1 << 20  # bytes of a table, about
MOST_PARTS = 256
MOST_TOLD = 100_000  # of one case

HaltTold = tuple[int, bool, str, int]  # number of the halt, whether it begins, instance, instant in microseconds


class LogTold(NamedTuple):
    """What a row or an event tells of its case; instants are microseconds of the epoch."""

    case: str
    line: int
    start: int | None = None
    end: int | None = None
    halts: tuple[HaltTold, ...] = ()
    limit: str | None = None
    due: str | None = None
    wrong: bool = False  # something of it could not be read


class LoggedCase:
    """All that a log tells of one case."""

    __slots__ = ("case", "contradicts", "due", "ends", "halts", "limit", "line", "start", "times", "wrong")

    def __init__(self, told: LogTold) -> None:
        self.case, self.line = told.case, told.line
        self.start: int | None = None  # the earliest
        self.ends: list[int] = []
        self.halts: list[HaltTold] = []
        self.limit: str | None = None
        self.due: str | None = None
        self.times = 0
        self.wrong = False
        self.contradicts = ""  # of what there are several values

    def add(self, told: LogTold, *, last_end: bool) -> None:
        """Add what is told; `last_end`: of several ends only the last one is asked for. OverflowError: too much of one case."""
        self.times += 1
        self.wrong |= told.wrong
        if told.start is not None and (self.start is None or told.start < self.start):
            self.start = told.start
        if told.end is not None and last_end and self.ends:
            self.ends[0] = max(self.ends[0], told.end)
        elif told.end is not None:
            self.ends.append(told.end)
        self.halts.extend(told.halts)
        if len(self.halts) + len(self.ends) > MOST_TOLD:
            raise OverflowError(self.case)
        for name in ("limit", "due"):
            value, known = getattr(told, name), getattr(self, name)
            if value is not None and known not in (None, value):
                self.contradicts = name
            elif value is not None:
                setattr(self, name, value)


class AuditLine(NamedTuple):
    """What a case came to, as it is written: numbers and instants are text, None is nothing."""

    line: int  # of the log, where the case is told first
    case: str
    verdict: str
    start: str | None = None
    end: str | None = None
    due: str | None = None
    due_day: str | None = None  # of which the due instant may be the end
    limit: str | None = None
    used: str | None = None
    suspended: str | None = None
    over: str | None = None
    remarks: tuple[str, ...] = ()


Judge = Callable[[LoggedCase], AuditLine]
_encoded = json.JSONEncoder(ensure_ascii=False).encode


def parts_of(size: int) -> int:
    """Say into how many files a table of a size is parted; one is none."""
    return min(MOST_PARTS, 1 + size // PART)


def judged_cases(told: Iterable[LogTold], judge: Judge, parts: int, *, last_end: bool) -> Iterator[AuditLine]:
    """Gather what is told by case, in any order, and judge each case; in the order in which cases are told first."""
    if parts == 1:
        yield from _judged(told, judge, last_end=last_end)
        return
    with ExitStack() as stack:
        files = [stack.enter_context(_file()) for _ in range(parts)]
        for one in told:
            _write(files[crc32(one.case.encode()) % parts], one)
        for number, file in enumerate(files):
            lines = stack.enter_context(_file())
            for line in _judged(map(_told, _read(file)), judge, last_end=last_end):
                _write(lines, line)
            file.close()
            files[number] = lines
        yield from merge(*(map(line_of, _read(file)) for file in files), key=lambda line: line.line)


def _judged(told: Iterable[LogTold], judge: Judge, *, last_end: bool) -> Iterator[AuditLine]:
    cases: dict[str, LoggedCase] = {}
    for one in told:
        case = cases.get(one.case)
        if case is None:
            case = cases[one.case] = LoggedCase(one)
        case.add(one, last_end=last_end)
    yield from map(judge, cases.values())


def line_of(values: list[object]) -> AuditLine:
    """Return a line that was kept as JSON."""
    *first, remarks = values
    return AuditLine(*first, tuple(remarks))  # type: ignore[arg-type,call-arg]  # as it was written


def _told(values: list[object]) -> LogTold:
    case, line, start, end, halts, limit, due, wrong = values
    return LogTold(case, line, start, end, tuple(map(tuple, halts)), limit, due, wrong)  # type: ignore[arg-type,call-overload]


def _file() -> IO[str]:
    return TemporaryFile("w+", encoding="utf-8")


def _write(file: IO[str], value: tuple[object, ...]) -> None:
    file.write(f"{_encoded(value)}\n")


def _read(file: IO[str]) -> Iterator[list[object]]:
    file.seek(0)
    for text in file:
        yield json.loads(text)


class LinesKept:
    """Lines set down in a file until all of them are known, to be read as often as wanted."""

    def __init__(self, stack: ExitStack) -> None:
        self._file = stack.enter_context(_file())

    def add(self, line: AuditLine) -> None:
        """Set a line down behind the others."""
        _write(self._file, line)

    def __iter__(self) -> Iterator[AuditLine]:
        """Read the lines."""
        return map(line_of, _read(self._file))
