"""A dry run of files: every fault, what would be opened, and the other system's due date beside ours."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from activities.record import Role, TakenOver
from activities.store.rows import CaseRows, ClockRow, main_clock
from api.imports.differences import CountedDue, DueReason, Explanation, explained
from api.imports.faults import ImportFault, ImportRefused
from api.imports.from_cases import cases_of
from api.imports.from_events import EventFiles
from api.imports.import_map import ImportMap
from api.imports.plans import CasePlan
from api.imports.reading import ReadCase, RowReader
from api.imports.rows import Item, rows_of
from api.imports.trials import ImportWorld, tried

MOST_FAULTS = 10_000  # that are kept to be shown; all are counted
MOST_DIFFERENCES = 10_000
BLOCK = 1 << 20


class ImportFile(NamedTuple):
    """A file, as it stands on what is taken over of it."""

    name: str
    digest: str


class DueDifference(NamedTuple):
    """A due date that is another there than here."""

    case: str
    file: str
    line: int
    column: str
    theirs: date
    ours: date | None
    why: tuple[Explanation, ...]  # each by itself explains it; none: unexplained


class FellDue(NamedTuple):
    """A clock that was over before the take-over: nobody is alarmed, it is listed."""

    case: str
    clock: str
    due: date


@dataclass(slots=True)
class ImportTotals:
    """What a dry run comes to."""

    files: list[ImportFile] = field(default_factory=list)
    rows: int = 0
    bad_rows: int = 0
    cases: int = 0
    unnamed: int = 0  # bad rows whose case is not known
    bad: set[str] = field(default_factory=set)  # cases of which something is wrong
    fault_count: int = 0
    faults: list[ImportFault] = field(default_factory=list)
    opened: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # procedure, variant, status
    facts: int = 0
    due_same: int = 0
    due_different: int = 0
    differences: list[DueDifference] = field(default_factory=list)
    reasons: Counter[tuple[DueReason, ...]] = field(default_factory=Counter)  # how many each would explain
    unexplained: int = 0
    fell_due: list[FellDue] = field(default_factory=list)

    def fault(self, fault: ImportFault) -> None:
        """Count a fault; the first ones are kept."""
        self.fault_count += 1
        self.bad_rows += fault.line > 0
        if fault.case:
            self.bad.add(fault.case)
        else:
            self.unnamed += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)


class ReadFiles:
    """Reads files by a map, case by case; `totals` grows as it goes."""

    def __init__(self, paths: Sequence[Path], wanted: ImportMap, world: ImportWorld) -> None:
        self.totals = ImportTotals()
        self._paths, self._wanted, self._world = paths, wanted, world
        self._digests: dict[str, str] = {}

    def cases(self) -> Iterator[ReadCase]:
        """Read every case whose rows are good; ImportRefused where a file cannot be read."""
        for path in self._paths:
            if path.name in self._digests:
                raise ImportRefused(ImportFault(path.name, 0, "", "file-twice"))
            digest = digest_of(path)
            self._digests[path.name] = digest
            self.totals.files.append(ImportFile(path.name, digest))
        reader = RowReader(self._wanted, self._world.now.business, self._world.procedure)
        for found in self._found(reader):
            if isinstance(found, ImportFault):
                self.totals.fault(found)
            else:
                yield found

    def taken_over(self, plan: CasePlan) -> TakenOver:
        """Say where a case is taken over from."""
        return TakenOver(source=f"{self._wanted.source} / {plan.file}", digest=self._digests[plan.file])

    def _found(self, reader: RowReader) -> Iterator[ReadCase | ImportFault]:
        if self._wanted.shape == "cases":
            seen: set[str] = set()
            for path in self._paths:
                yield from cases_of(path.name, self._rows(path), reader, seen)
            return
        events = EventFiles(reader)
        for path in self._paths:
            yield from events.read(path.name, self._rows(path))
        yield from events.cases()

    def _rows(self, path: Path) -> Iterator[Item]:
        for row in rows_of(path, self._wanted):
            self.totals.rows += 1
            yield row


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.update(block)
    return found.hexdigest()


def dry_run(files: ReadFiles, world: ImportWorld) -> Iterator[CasePlan]:
    """Try every case; yields the plans that would be carried out, and fills the totals of `files`."""
    totals = files.totals
    for plan, procedure in files.cases():
        view = tried(plan, procedure, world, files.taken_over(plan))
        if isinstance(view, ImportFault):
            totals.fault(view)
            continue
        totals.cases += 1
        totals.facts += len(plan.facts)
        totals.opened[plan.procedure, plan.variant, view.case.status] += 1
        totals.fell_due.extend(_fell_due(view, world))
        _compare(totals, plan, view, world)
        yield plan


def _fell_due(view: CaseRows, world: ImportWorld) -> Iterable[FellDue]:
    for row in view.clocks:
        clock = row.picture.clock
        if row.picture.void or row.due_at is None or row.due_date is None or row.picture.role is Role.STEP:
            continue
        if (clock.stop or world.now.business) > row.due_at:
            yield FellDue(view.case.case, clock.key, row.due_date)


def _compare(totals: ImportTotals, plan: CasePlan, view: CaseRows, world: ImportWorld) -> None:
    if plan.due is None:
        return
    row = main_clock(view)
    ours = None if row is None else row.due_date
    if ours == plan.due.day:
        totals.due_same += 1
        return
    totals.due_different += 1
    why = () if row is None or ours is None else _why(plan, row, view, world)
    totals.reasons.update(one.reasons for one in why)
    totals.unexplained += not why
    if len(totals.differences) < MOST_DIFFERENCES:
        totals.differences.append(
            DueDifference(plan.case, plan.file, plan.due.line, plan.due.column, plan.due.day, ours, why)
        )


def _why(plan: CasePlan, row: ClockRow, view: CaseRows, world: ImportWorld) -> tuple[Explanation, ...]:
    assert plan.due is not None  # noqa: S101  # it was compared
    received = plan.facts[0].at if plan.facts else None
    ours = CountedDue(row.picture.clock, world.now.calendar(view.case.jurisdiction))
    return explained(ours, received, plan.due.day)
