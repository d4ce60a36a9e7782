"""What both shapes have in common: the case's number, what kind of case it is, and the other system's due date."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from api.http.fields import CASE_NUMBER, CaseNumber, Text
from api.http.names import NAMES
from api.http.subject_bodies import SubjectBody
from api.http.validation import flaws_of
from api.imports.cells import ToldInstant, text_of, told_day, told_instant
from api.imports.faults import CellRule, ImportFault
from api.imports.import_map import MOST_WORKDAYS, ImportMap
from api.imports.plans import CasePlan, PlannedFact, TheirDue
from api.imports.rows import ImportRow
from api.imports.words import ImportWords
from workflows.errors import ProcedureError
from workflows.procedure import Procedure

T = TypeVar("T")
Resolve = Callable[[str, str, str, Mapping[str, bool | str]], Procedure]
TEXT, NUMBER = TypeAdapter(Text), TypeAdapter(CaseNumber)
KIND = ("procedure", "jurisdiction", "variant")


class ReadCase(NamedTuple):
    """A plan, and the procedure that it was read by."""

    plan: CasePlan
    procedure: Procedure


class TolerancePlan(NamedTuple):
    """What was missing at acceptance, and when it was brought."""

    content: Mapping[str, Any]
    supplied: ToldInstant | None


class RowReader:
    """Reads rows by a map; `now` bounds every instant, `resolve` says which procedure a case follows."""

    def __init__(self, wanted: ImportMap, now: datetime, resolve: Resolve) -> None:
        self.wanted, self.now, self.words = wanted, now, ImportWords(wanted)
        self._resolve = resolve
        self._resolved: dict[Any, Procedure] = {}

    def text(self, row: ImportRow, column: str | None) -> str:
        """Return a cell's text; CellRule with its column."""
        return self._in(column, lambda: self._text(row, column))

    def checked(self, row: ImportRow, column: str | None, check: Callable[[str], str]) -> str:
        """Return a cell's text as a check returns it; CellRule with its column."""
        return self._in(column, lambda: check(self._text(row, column)))

    def told(self, row: ImportRow, column: str | None) -> ToldInstant | None:
        """Return the instant of a cell; None where it is empty. CellRule with its column."""

        def read() -> ToldInstant | None:
            self._plain(row, column)
            told = told_instant(row.cells.get(column or ""), self.wanted.time_of_day)
            if told is not None and told.at > self.now:  # not moved to now: another run would say another instant
                raise CellRule("in-future")
            return told

        return None if column is None else self._in(column, read)

    def case(self, row: ImportRow) -> str:
        """Return the case's number. CellRule: missing, bad-case-number."""

        def read() -> str:
            text = self._text(row, self.wanted.columns.case)
            if not text:
                raise CellRule("missing")
            if not CASE_NUMBER.fullmatch(text):
                raise CellRule("bad-case-number")
            _of_the_api(NUMBER, text)
            return text

        return self._in(self.wanted.columns.case, read)

    def begun(self, row: ImportRow, file: str) -> tuple[CasePlan, Procedure]:
        """Return a plan without facts, and its procedure. CellRule with the column that is wrong."""
        columns, constants, words = self.wanted.columns, self.wanted.constants, self.words
        case = self.case(row)

        def one(what: str, read: Callable[[str], str]) -> str:
            column = getattr(columns, what)
            return self._in(column, lambda: read(getattr(constants, what) or self._text(row, column)))

        procedure = one("procedure", words.procedure)
        jurisdiction = one("jurisdiction", words.jurisdiction)
        variant = one("variant", lambda word: words.variant(word, procedure))
        chosen: dict[str, bool | str] = {}
        for key, column in self.wanted.facts.items():
            if text := self.text(row, column):
                told = self._in(column, lambda key=key, text=text: words.fact(key, text, procedure))  # type: ignore[misc]
                if told is not False or words.has_fact(key, procedure, variant):
                    chosen[key] = told
        places = {what: column for what in KIND if (column := getattr(columns, what)) is not None}
        plan = CasePlan(
            case, file, row.line, procedure, jurisdiction, variant, chosen, places | dict(self.wanted.facts),
            due=self._due(row), subjects=tuple(self._subjects(row)),
        )  # fmt: skip
        return plan, self.procedure(plan)

    def _subjects(self, row: ImportRow) -> Iterator[Mapping[str, str]]:
        """Whom the case is about. An applicant with a credit code is an organisation, any other a person."""
        columns = self.wanted.columns
        project = {"name": columns.project_name, "code": columns.project_code}
        if said := self._subject(row, {"part": "project", "kind": "project"}, project):
            yield said
        firm = bool(self.text(row, columns.credit_code))
        more = {"code": columns.credit_code} if firm else {"contact": columns.contact}
        kind = {"part": "applicant", "kind": "organisation" if firm else "person"}
        if said := self._subject(row, kind, {"name": columns.applicant, **more}):
            yield said

    def _subject(
        self, row: ImportRow, kind: Mapping[str, str], columns: Mapping[str, str | None]
    ) -> Mapping[str, str] | None:
        told = {name: text for name, column in columns.items() if (text := self.text(row, column))}
        if not told:
            return None
        try:
            SubjectBody.model_validate({**kind, **told})
        except ValidationError as error:
            [flaw, *_] = flaws_of(error.errors(include_url=False, include_input=False), NAMES)
            raise CellRule(flaw.code, columns.get(flaw.pointer.rpartition("/")[2]) or "") from None
        return {**kind, **told}

    def procedure(self, plan: CasePlan) -> Procedure:
        """Return the procedure that a plan follows. CellRule with the column of what cannot be chosen."""
        kind = (plan.procedure, plan.jurisdiction, plan.variant, tuple(sorted(plan.chosen.items())))
        if kind not in self._resolved:
            try:
                self._resolved[kind] = self._resolve(plan.procedure, plan.jurisdiction, plan.variant, plan.chosen)
            except ProcedureError as error:
                field = error.field.removeprefix("facts.")
                raise CellRule(error.rule, plan.places.get(field, ""), error.message) from None
        return self._resolved[kind]

    def count(self, row: ImportRow, column: str | None, most: int) -> int | None:
        """Return the number of days or months of a cell; None where it is empty. CellRule: not-a-count."""

        def read() -> int | None:
            text = self._text(row, column)
            if text and not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
                raise CellRule("not-a-count")
            return int(text) if text else None

        return self._in(column, read)

    def tolerance(self, row: ImportRow) -> TolerancePlan | None:
        """Return what was missing at acceptance; None where nothing was. CellRule: missing."""
        columns = self.wanted.tolerance
        if columns is None:
            return None
        lacking, supplied = self.checked(row, columns.lacking, free_text), self.told(row, columns.supplied)
        if not lacking:
            if supplied is not None:
                raise CellRule("missing", columns.lacking)
            return None
        days = columns.workdays
        told = days if isinstance(days, int) else self.count(row, days, MOST_WORKDAYS)
        if told is None:
            raise CellRule("missing", str(days))
        return TolerancePlan({"lacking": lacking, "workdays": told, "rule": columns.rule}, supplied)

    def supplied(self, missing: TolerancePlan, accepted: ToldInstant, line: int) -> Iterator[PlannedFact]:
        """Yield that what was missing was brought, where it was. CellRule: before-acceptance."""
        told, columns = missing.supplied, self.wanted.tolerance
        if told is None or columns is None:
            return
        if told.at < accepted.at and not (told.day_only and told.at.date() == accepted.at.date()):
            raise CellRule("before-acceptance", columns.supplied or "", line=line)
        yield self.fact("supply", told, ImportRow(line, {}), columns.supplied, {})

    def fact(
        self, kind: str, told: ToldInstant, row: ImportRow, column: str | None, content: Mapping[str, Any]
    ) -> PlannedFact:
        """Return a fact; what is None is left out of its content."""
        said = {name: value for name, value in content.items() if value not in (None, "")}
        return PlannedFact(kind, told.at, said, row.line, column or "", told.day_only)

    def guarded(self, file: str, row: ImportRow, read: Callable[[], T]) -> Iterator[T | ImportFault]:
        """Yield what a reading comes to, or the fault that names where it fails."""
        try:
            yield read()
        except CellRule as rule:
            try:
                case = self.case(row)
            except CellRule:
                case = ""
            yield ImportFault(file, rule.line or row.line, rule.column, rule.rule, case, rule.said)

    def _due(self, row: ImportRow) -> TheirDue | None:
        column = self.wanted.columns.due
        if column is None:
            return None
        self._in(column, lambda: self._plain(row, column))
        day = self._in(column, lambda: told_day(row.cells.get(column), self.wanted.time_of_day))
        return None if day is None else TheirDue(day, row.line, column)

    def _text(self, row: ImportRow, column: str | None) -> str:
        self._plain(row, column)
        return text_of(row.cells.get(column)) if column is not None else ""

    def _plain(self, row: ImportRow, column: str | None) -> None:
        if rule := row.wrong.get(column or ""):
            raise CellRule(rule)

    def _in(self, column: str | None, read: Callable[[], T]) -> T:
        try:
            return read()
        except CellRule as rule:
            if rule.column or column is None:
                raise
            raise CellRule(rule.rule, column, rule.said, rule.line) from None


def free_text(text: str) -> str:
    """Return a text as the API takes it; CellRule where it would not: numbers of persons, control characters."""
    return _of_the_api(TEXT, text) if text else ""


def _of_the_api(kind: TypeAdapter[str], text: str) -> str:
    try:
        return kind.validate_python(text)
    except ValidationError as error:
        raise CellRule("personal-data" if "personal-data" in str(error) else "control-character") from None
