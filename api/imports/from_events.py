"""Files in which a row is something that happened to a case, by the national codes of states."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from sys import intern
from typing import Any, NamedTuple

from api.imports.cells import Cell, ToldInstant
from api.imports.faults import CellRule, ImportFault
from api.imports.import_map import SUBJECT_COLUMNS
from api.imports.plans import RANKS, PlannedFact, arranged, first_outcome
from api.imports.reading import ReadCase, RowReader, TolerancePlan, free_text
from api.imports.rows import ImportRow, Item
from workflows.procedure import Effect, Procedure
from workflows.state import CORRECTION

CODE = re.compile(r"(\d{1,2})(?!\d)\s*[-.、:]?\s*\D*", re.ASCII)
TITLES = (
    "已接件", "已撤件", "已受理", "不受理", "不予受理", "补正开始", "补正结束", "部门开始办理", "特别程序开始",
    "特别程序结束", "办结(通过)", "办结(容缺通过)", "办结(不通过)", "撤回", "撤销",
)  # fmt: skip
RECEIVED, ACCEPTED, RETURNED, RESUBMITTED, STARTED, HALTED, RESUMED = 1, 3, 6, 7, 8, 9, 10
PASSED, TOLERATED, REFUSED = 11, 12, 13
BEGINS = {RESUBMITTED: RETURNED, RESUMED: HALTED}
ENDS = {PASSED: "approved", TOLERATED: "approved-with-tolerance", REFUSED: "refused"}
KINDS = {
    1: "open", 2: "withdraw", 3: "accept", 4: "refuse", 5: "refuse", 6: "return", 7: "resubmit", 8: "start",
    9: "suspend", 10: "resume", 11: "complete", 12: "complete", 13: "complete", 14: "withdraw", 15: "revoke",
}  # fmt: skip
MOST_OF_ONE = 10_000  # rows of one case
REASON = 500  # characters


class ToldState(NamedTuple):
    """A row: a state, and what stands beside it."""

    line: int
    state: int
    at: datetime
    day_only: bool
    step: str
    instance: str
    said: str
    ground: str
    missing: TolerancePlan | None  # at acceptance


class _Gathered:
    """All that the rows of one case tell."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.kind: dict[str, Cell] = {}
        self.states: list[ToldState] = []
        self.wrong = False


class EventFiles:
    """Gathers rows by case, of all files; the cases stand in the order of their first rows."""

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader
        self._cases: dict[tuple[str, str], _Gathered] = {}
        self._files: dict[str, str] = {}
        columns = reader.wanted.columns
        told = (columns.procedure, columns.jurisdiction, columns.variant, columns.due, *reader.wanted.facts.values())
        told += tuple(getattr(columns, name) for name in SUBJECT_COLUMNS)
        self._kind = tuple(name for name in told if name is not None)

    def read(self, file: str, rows: Iterator[Item]) -> Iterator[ImportFault]:
        """Take in a file's rows; yields what is wrong with single ones."""
        for row in rows:
            if isinstance(row, ImportFault):
                yield row
                continue
            for read in self._reader.guarded(file, row, lambda row=row: self._take(file, row)):  # type: ignore[misc]
                if isinstance(read, ImportFault):
                    yield read
                    if read.case and (file, read.case) in self._cases:
                        self._cases[file, read.case].wrong = True

    def cases(self) -> Iterator[ReadCase | ImportFault]:
        """Make a plan of every case whose rows are all good."""
        for (file, case), told in self._cases.items():
            if told.wrong:
                continue
            cells = {**told.kind, self._reader.wanted.columns.case: case}
            yield from self._planned(file, ImportRow(told.line, cells), told)

    def _planned(self, file: str, row: ImportRow, told: _Gathered) -> Iterator[ReadCase | ImportFault]:
        return self._reader.guarded(file, row, lambda: self._read(file, row, told))

    def _take(self, file: str, row: ImportRow) -> None:
        reader, columns = self._reader, self._reader.wanted.columns
        case = reader.case(row)
        if self._files.setdefault(case, file) != file:
            raise CellRule("case-twice", columns.case)
        told = self._cases.get((file, case))
        if told is None:
            told = self._cases[file, case] = _Gathered(row.line)
        for column in self._kind:
            text = reader.text(row, column)
            if not text:
                continue
            if told.kind.setdefault(column, row.cells[column]) != row.cells[column]:
                raise CellRule("value-differs", column)
        if len(told.states) >= MOST_OF_ONE:
            raise CellRule("too-long", columns.case)
        told.states.append(self._state(row))

    def _state(self, row: ImportRow) -> ToldState:
        reader, columns = self._reader, self._reader.wanted.columns
        state = _code(reader.text(row, columns.state), columns.state or "")
        at = reader.told(row, columns.at)
        if at is None:
            raise CellRule("missing", columns.at or "")
        office, opinion = (reader.checked(row, column, free_text) for column in (columns.office, columns.opinion))
        missing = reader.tolerance(row)
        if missing is not None and state != ACCEPTED and reader.wanted.tolerance is not None:
            raise CellRule("not-of-acceptance", reader.wanted.tolerance.lacking)
        return ToldState(
            row.line, state, at.at, at.day_only, intern(reader.text(row, columns.step)),
            reader.text(row, columns.instance), "：".join(filter(None, (office, opinion)))[:REASON],
            intern(reader.text(row, columns.ground)), missing,
        )  # fmt: skip

    def _read(self, file: str, row: ImportRow, told: _Gathered) -> ReadCase:
        plan, procedure = self._reader.begun(row, file)
        facts = _Facts(self._reader, procedure, told.states).made()
        ready = arranged(replace(plan, facts=tuple(facts)), procedure, fill=self._reader.wanted.fill_steps)
        return ReadCase(ready, procedure)


def _once(states: list[ToldState]) -> list[ToldState]:
    """Without the end of a case that the step which ended it tells already."""
    ended = {one.at for one in states if one.state == REFUSED and one.step}
    return [one for one in states if one.state != REFUSED or one.step or one.at not in ended]


def _code(text: str, column: str) -> int:
    if not text:
        raise CellRule("missing", column)
    if text in TITLES:
        return TITLES.index(text) + 1
    found = CODE.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= len(TITLES):
        raise CellRule("not-a-state", column)
    return int(found[1])


class _Facts:
    """Makes the facts of one case from its states."""

    def __init__(self, reader: RowReader, procedure: Procedure, states: list[ToldState]) -> None:
        self._reader, self._procedure = reader, procedure
        self._states = sorted(_once(states), key=lambda one: (one.at, RANKS[KINDS[one.state]], one.line))
        self._open: dict[tuple[int, str], tuple[str | None, str]] = {}  # by code and instance: step, name
        self._begun: set[tuple[int, str]] = set()
        self._accepted = False

    def made(self) -> list[PlannedFact]:
        """Return the facts. Raises CellRule with the line of the row that is wrong."""
        columns = self._reader.wanted.columns
        received = [one for one in self._states if one.state == RECEIVED]
        if not received:
            raise CellRule("not-received", columns.state or "")
        if len(received) > 1:
            raise CellRule("received-twice", columns.state or "", line=received[1].line)
        for one in self._states:
            if one.at < received[0].at and not (one.day_only and one.at.date() == received[0].at.date()):
                raise CellRule("before-case", columns.at or "", line=one.line)
        return [*(self._fact(one) for one in self._states), *self._supplied()]

    def _fact(self, one: ToldState) -> PlannedFact:
        columns = self._reader.wanted.columns
        try:
            kind, content = self._command(one)
        except CellRule as rule:
            raise CellRule(rule.rule, rule.column or columns.state or "", rule.said, one.line) from None
        told = ToldInstant(one.at, one.day_only)
        return self._reader.fact(kind, told, ImportRow(one.line, {}), self._column(kind), content)

    def _supplied(self) -> Iterator[PlannedFact]:
        """What was missing at acceptance was brought."""
        for one in self._states:
            if one.missing is not None:
                yield from self._reader.supplied(one.missing, ToldInstant(one.at, one.day_only), one.line)

    def _column(self, kind: str) -> str | None:
        columns = self._reader.wanted.columns
        return columns.at if kind == "open" else columns.state

    def _command(self, one: ToldState) -> tuple[str, dict[str, Any]]:
        state, kind = one.state, KINDS[one.state]
        if state == ACCEPTED:
            self._accepted = True
            return kind, {"tolerance": one.missing and one.missing.content}
        if state in (PASSED, TOLERATED, REFUSED):
            return self._ending(one)
        if state == STARTED:
            return kind, {"step": self._step(one)}
        if state in (RETURNED, HALTED):
            return kind, self._begins(one)
        if state in BEGINS:
            step, name = self._pair(one)
            return kind, {"step": step} if state == RESUBMITTED else {"suspension": name}
        if kind in ("refuse", "revoke"):
            return kind, {"reason": one.said or TITLES[state - 1]}
        return kind, {"reason": one.said} if kind == "withdraw" else {}

    def _step(self, one: ToldState) -> str:
        column = self._reader.wanted.columns.step or ""
        try:
            return self._reader.words.step(one.step, self._procedure)
        except CellRule as rule:
            raise CellRule(rule.rule, column, rule.said) from None

    def _ending(self, one: ToldState) -> tuple[str, dict[str, Any]]:
        if not one.step:
            return "decide", {"outcome": ENDS[one.state], "reason": one.said}
        key = self._step(one)
        step = next(step for step in self._procedure.steps if step.key == key)
        effect = Effect.END if one.state == REFUSED else Effect.PROCEED
        outcome = first_outcome(step, effect)
        if outcome is None:
            raise CellRule("unknown-outcome", "", "此环节不能如此办结 no outcome of this step ends the case")
        if key == self._procedure.accepted_by and effect is Effect.PROCEED:
            self._accepted = True
        return "complete", {"step": key, "outcome": outcome, "note": one.said}

    def _begins(self, one: ToldState) -> dict[str, Any]:
        step = self._step(one) if one.step and self._accepted else None
        number = len(self._begun) + 1
        instance = one.instance or f"\0{one.line}"
        if (one.state, instance) in self._begun:
            raise CellRule("instance-reused", self._reader.wanted.columns.instance or "")
        self._begun.add((one.state, instance))
        name = f"takeover-{number}"
        self._open[one.state, instance] = (step, name)
        if one.state == RETURNED:
            return {"step": step, "reason": one.said or "补正"}
        word = one.ground or self._reader.wanted.ground or ""
        try:
            ground = self._reader.words.ground(word, self._procedure)
        except CellRule as rule:
            raise CellRule(rule.rule, self._reader.wanted.columns.ground or "") from None
        if ground == CORRECTION:  # that is 6
            raise CellRule("not-a-choice", self._reader.wanted.columns.ground or "")
        return {"suspension": name, "ground": ground, "step": step, "reason": one.said}

    def _pair(self, one: ToldState) -> tuple[str | None, str]:
        """What an end ends: by its instance, else the only one that is open."""
        code = BEGINS[one.state]
        if one.instance:
            found = self._open.pop((code, one.instance), None)
            if found is None:
                raise CellRule("not-paired", self._reader.wanted.columns.instance or "")
            return found
        step = self._step(one) if one.step and self._accepted else None
        fits = [key for key, (of, _) in self._open.items() if key[0] == code and (not one.step or of == step)]
        if len(fits) > 1:
            raise CellRule("pairing-ambiguous")
        if not fits:
            raise CellRule("not-paired")
        return self._open.pop(fits[0])
