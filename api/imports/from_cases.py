"""Files in which a row is a case."""

from collections.abc import Iterator
from dataclasses import replace

from api.imports.cells import ToldInstant
from api.imports.faults import CellRule, ImportFault
from api.imports.import_map import MOST_MONTHS, MOST_WORKDAYS, ExtensionColumns, StepColumns, SuspensionColumns
from api.imports.plans import PlannedFact, arranged, first_outcome
from api.imports.reading import ReadCase, RowReader, free_text
from api.imports.rows import ImportRow, Item
from workflows.procedure import Effect, Procedure
from workflows.state import CORRECTION

EXTENDED = "接管前已批准 granted before the take-over"


def cases_of(file: str, rows: Iterator[Item], reader: RowReader, seen: set[str]) -> Iterator[ReadCase | ImportFault]:
    """Read each row's case; a number that an earlier row has, of whatever file, is a fault."""
    for row in rows:
        if isinstance(row, ImportFault):
            yield row
            continue
        for read in reader.guarded(file, row, lambda row=row: _read(file, row, reader)):  # type: ignore[misc]
            if isinstance(read, ReadCase) and read.plan.case in seen:
                yield ImportFault(file, row.line, reader.wanted.columns.case, "case-twice", read.plan.case)
                continue
            if isinstance(read, ReadCase):
                seen.add(read.plan.case)
            yield read


def _read(file: str, row: ImportRow, reader: RowReader) -> ReadCase:
    wanted, columns = reader.wanted, reader.wanted.columns
    plan, procedure = reader.begun(row, file)
    received = reader.told(row, columns.received)
    if received is None:
        raise CellRule("missing", columns.received or "")
    facts = [reader.fact("open", received, row, columns.received, {})]
    facts += _whole(row, reader)
    for key, step in wanted.steps.items():
        facts += _step(row, reader, procedure, key, step)
    for number, halt in enumerate(wanted.suspensions, 1):
        facts += _halt(row, reader, halt, f"takeover-{number}")
    for extension in wanted.extensions:
        facts += _extension(row, reader, extension)
    for fact in facts:
        if fact.at < received.at and not (fact.day_only and fact.at.date() >= received.at.date()):
            raise CellRule("before-case", fact.column)
    ready = arranged(replace(plan, facts=tuple(facts)), procedure, fill=wanted.fill_steps)
    return ReadCase(ready, procedure)


def _whole(row: ImportRow, reader: RowReader) -> Iterator[PlannedFact]:
    """What happened to the case as a whole."""
    columns = reader.wanted.columns
    missing = reader.tolerance(row)
    if accepted := reader.told(row, columns.accepted):
        yield reader.fact("accept", accepted, row, columns.accepted, {"tolerance": missing and missing.content})
        if missing is not None:
            yield from reader.supplied(missing, accepted, row.line)
    elif missing is not None:
        raise CellRule("missing", columns.accepted or "")
    if decided := reader.told(row, columns.decided):
        word = reader.text(row, columns.outcome)
        outcome = "approved"
        if word:
            try:
                outcome = reader.words.outcome(word)
            except CellRule as rule:
                raise CellRule(rule.rule, columns.outcome or "") from None
        yield reader.fact("decide", decided, row, columns.decided, {"outcome": outcome})
    if withdrawn := reader.told(row, columns.withdrawn):
        yield reader.fact("withdraw", withdrawn, row, columns.withdrawn, {})


def _step(
    row: ImportRow, reader: RowReader, procedure: Procedure, key: str, columns: StepColumns
) -> Iterator[PlannedFact]:
    done, started = reader.told(row, columns.done), reader.told(row, columns.started)
    if done is None and started is None:
        return
    step = next((one for one in procedure.steps if one.key == key), None)
    if step is None:
        raise CellRule("unknown-step", columns.done, "此情形无此环节 cases of this kind have no such step")
    if started is not None:
        yield reader.fact("start", started, row, columns.started, {"step": key})
    if done is None:
        return
    word = reader.text(row, columns.outcome)
    try:
        outcome = reader.words.step_outcome(word, key, procedure) if word else first_outcome(step, Effect.PROCEED)
    except CellRule as rule:
        raise CellRule(rule.rule, columns.outcome or "") from None
    yield reader.fact("complete", done, row, columns.done, {"step": key, "outcome": outcome})


def _halt(row: ImportRow, reader: RowReader, columns: SuspensionColumns, name: str) -> Iterator[PlannedFact]:
    since, until = reader.told(row, columns.since), reader.told(row, columns.until)
    if since is None:
        if until is not None:
            raise CellRule("missing-end", columns.since)
        return
    corrects = columns.ground == CORRECTION
    begin = {"reason": "补正"} if corrects else {"suspension": name, "ground": columns.ground}
    yield reader.fact("return" if corrects else "suspend", since, row, columns.since, begin)
    if until is not None:
        _in_order(since, until, columns)
        end = {} if corrects else {"suspension": name}
        yield reader.fact("resubmit" if corrects else "resume", until, row, columns.until, end)


def _extension(row: ImportRow, reader: RowReader, columns: ExtensionColumns) -> Iterator[PlannedFact]:
    granted, workdays = reader.told(row, columns.granted), reader.count(row, columns.workdays, MOST_WORKDAYS)
    months = reader.count(row, columns.months, MOST_MONTHS)
    approved_by, reason = (reader.checked(row, name, free_text) for name in (columns.approved_by, columns.reason))
    amount = columns.workdays or columns.months or ""
    needed = {columns.granted: granted, amount: workdays or months, columns.approved_by: approved_by}
    if not any(needed.values()):
        return
    for column, said in needed.items():
        if not said:
            raise CellRule("missing", column)
    assert granted is not None  # noqa: S101  # it was needed
    content = {"clock": columns.clock, "workdays": workdays, "months": months}
    content |= {"approved_by": approved_by, "reason": reason or EXTENDED}
    yield reader.fact("extend", granted, row, columns.granted, content)


def _in_order(since: ToldInstant, until: ToldInstant, columns: SuspensionColumns) -> None:
    if until.at < since.at:
        raise CellRule("before-suspension", columns.until or "", "早于其开始 before it began")
