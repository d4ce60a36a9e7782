"""A log judged: what each case comes to under a rule, and the totals; nothing is dropped."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from pathlib import Path

from api.logs.choice import LogChoice, names_in_xes
from api.logs.events import LogTrace
from api.logs.faults import LogFault, LogRefused
from api.logs.gathering import AuditLine, LinesKept, LoggedCase, judged_cases, parts_of
from api.logs.moments import Moments
from api.logs.past_cases import past_case
from api.logs.source import is_xml, looked_at
from api.logs.tables import events_of, table_of
from api.logs.telling import LogTelling
from api.logs.xes_reading import read_xes
from sla.cohort import Sum
from sla.past import DECIDED, Judging, PastCase, PastReading, PastRule, PastVerdict, judge

MOST_FAULTS = 1000  # that are kept to be shown


@dataclass(slots=True, kw_only=True)
class LogReading:
    """How a log is read: what of it is taken, how its times are written, and how its text is."""

    choice: LogChoice
    forms: tuple[str, ...] = ()  # of its times, as `strptime` has them
    delimiter: str | None = None
    encoding: str | None = None


@dataclass(slots=True)
class AuditTotals:
    """What a log's cases come to together."""

    cases: int = 0
    verdicts: Counter[PastVerdict] = field(default_factory=Counter)
    counted: int = 0  # decided cases of which it is known what they used
    used: Decimal = Decimal(0)
    longest: Decimal | None = None
    longest_case: str | None = None
    days_alone: int = 0  # values without a time of day
    strays: int = 0  # events or rows of no case
    fault_count: int = 0
    faults: list[LogFault] = field(default_factory=list)

    def fault(self, fault: LogFault) -> None:
        """Count a fault; the first ones are kept."""
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(fault)

    def add(self, line: AuditLine) -> None:
        """Count a case."""
        verdict = PastVerdict(line.verdict)
        self.cases += 1
        self.verdicts[verdict] += 1
        if line.used is None or verdict not in DECIDED:
            return
        used = Decimal(line.used)
        self.counted, self.used = self.counted + 1, self.used + used
        if self.longest is None or used > self.longest:
            self.longest, self.longest_case = used, line.case

    def average(self, limit: Decimal | None) -> Sum:
        """Return what decided cases used on average, against a limit that all of them have."""
        return Sum(n=self.counted, total=self.used, limit=limit)


class Audit:
    """One log under one rule; `lines` are its cases in the log's order."""

    def __init__(self, path: Path, reading: LogReading, rule: PastRule, now: datetime | None, lines: LinesKept) -> None:
        self.file = path.name
        self.rule = rule
        self.now = now
        self.totals = AuditTotals()
        self.lines = lines
        self._path = path
        self._reading = reading
        self._moments = Moments(rule.zone, reading.forms)
        self._xml = is_xml(path)
        rows = reading.choice.row_by_row and not self._xml
        self._telling = LogTelling(
            self.file, reading.choice, self._moments, rule.unit, self.totals.fault, rows_are_cases=rows
        )

    def run(self) -> None:
        """Read the log whole and judge its cases; LogRefused where it cannot be read."""
        try:
            for line in self._of_xes() if self._xml else self._of_table():
                self.lines.add(line)
                self.totals.add(line)
        except OverflowError:
            raise LogRefused(LogFault(self.file, 0, "", "too-long")) from None
        self.totals.days_alone, self.totals.strays = self._moments.days_alone, self._telling.strays

    def _of_table(self) -> Iterator[AuditLine]:
        reading = self._reading
        table = table_of(self._path, looked_at(self._path, reading.encoding), reading.choice, reading.delimiter)
        told = self._telling.told(events_of(table, self._moments))
        yield from judged_cases(told, self._judged, parts_of(table.look.size), last_end=self._telling.last_end)

    def _of_xes(self) -> Iterator[AuditLine]:
        """Traces are whole, one after another: each is judged as soon as it ends."""
        choice = self._reading.choice
        case: LoggedCase | None = None
        for item in read_xes(self._path, self._moments, {*choice.attributes}, names_in_xes(choice)):
            for told in self._telling.told([item]):
                case = case or LoggedCase(told)
                case.add(told, last_end=self._telling.last_end)
            if isinstance(item, LogTrace) and case is not None:
                case.case, case.line = item.case, item.line
                if not self._telling.leaves_out(item):
                    yield self._judged(case)
                case = None

    def _judged(self, told: LoggedCase) -> AuditLine:
        choice = self._reading.choice
        line = AuditLine(told.line, told.case, PastVerdict.UNREADABLE)
        if told.contradicts:
            column = choice.limit_of if told.contradicts == "limit" else choice.due_of
            self.totals.fault(LogFault(self.file, told.line, column or "", "several-values", told.case))
        if told.wrong or told.contradicts:
            return line
        if self._telling.rows_are_cases and told.times > 1:
            return line._replace(verdict=PastVerdict.TWICE)
        case, remarks = past_case(told)
        return written(line, case, judge(case, self.rule, self.now), self.rule)._replace(remarks=remarks)


def audit(path: Path, reading: LogReading, rule: PastRule, now: datetime | None, stack: ExitStack) -> Audit:
    """Judge every case of a log; `stack` holds what is set down on the way. LogRefused where it cannot be read."""
    audited = Audit(path, reading, rule, now, LinesKept(stack))
    audited.run()
    return audited


def written(line: AuditLine, case: PastCase, reading: PastReading, rule: PastRule) -> AuditLine:
    """Return a case's line with what it came to; instants are as the clocks of the rule's zone show them."""
    due = reading.due_date if rule.judging is Judging.DATE else reading.due_at
    return line._replace(
        verdict=str(reading.verdict),
        start=_instant(case.start, rule.zone),
        end=_instant(case.stop, rule.zone),
        due=due.isoformat() if due is not None and not isinstance(due, datetime) else _instant(due, rule.zone),
        due_day=None if reading.due_date is None else reading.due_date.isoformat(),
        limit=number(reading.limit),
        used=number(reading.used),
        suspended=number(reading.suspended),
        over=number(reading.over),
    )


def number(value: Decimal | None) -> str | None:
    """Return a number without an exponent or idle zeros."""
    return None if value is None else f"{value.normalize():f}"


def _instant(at: datetime | None, zone: tzinfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat()
