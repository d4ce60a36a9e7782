"""Audits of generated logs against a walk from day to day, in every unit, zone and way of judging."""

import csv
import random
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.logs.auditing import Audit, LogReading, audit
from api.logs.choice import Halt, LogChoice
from api.logs.events import LogEvent
from api.logs.rules import RuleWishes, past_rule
from api.logs.xes_writing import XesWriter
from sla.past import Judging, PastUnit
from sla.release import RELEASE
from tests.api.logs.oracle import IN_HOURS, CaseWalked, OffTheMapError, RuleWalked, Walked, utc, walked
from tests.api.logs.zones import RULES, wall

AS_OF = date(2026, 11, 22)
BATCHES = 4
RULES_USUAL, CASES_USUAL = 10, 60  # of a batch, and of a rule
RULES_NIGHTLY, CASES_NIGHTLY = 100, 250
LIMITS: dict[str, list[float]] = {"month": [1, 2, 3], "workhour": [0, 0.5, 4, 8, 20], "hour": [0, 1.5, 24, 72, 720]}
EASTER = frozenset(date(year, 4, 27) for year in range(2008, 2026)) | {date(2015, 12, 25), date(2019, 12, 25)}
HOURS = [time(0), time(8, 29), time(9), time(12, 30), time(17, 30), time(17, 30, 1), time(18), time(23, 59, 59)]
FIRST_DAY = date(2008, 6, 1)
NOON_2026 = datetime(2026, 1, 15, 12)  # noqa: DTZ001  # as clocks show it, like all times here


@dataclass
class GeneratedLog:
    """A log with what a walk makes of each of its cases."""

    path: Path
    rule: RuleWalked
    cases: dict[str, Walked]
    facts: dict[str, CaseWalked]


@pytest.mark.parametrize("seed", range(BATCHES))
def test_generated_logs_come_out_as_a_walk_does(seed: int, nightly: bool, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311  # the same logs each time
    judged, verdicts, differences = 0, set(), []
    for number in range(RULES_NIGHTLY if nightly else RULES_USUAL):
        log = _generated(chance, tmp_path / f"log-{number}", CASES_NIGHTLY if nightly else CASES_USUAL)
        with ExitStack() as stack:
            audited = _audited(log, stack)
            for line in audited.lines:
                expected = log.cases[line.case]
                got = Walked(line.verdict, None if line.due_day is None else date.fromisoformat(line.due_day))
                used = None if line.used is None else Decimal(line.used)
                judged += 1
                verdicts.add(line.verdict)
                if got != expected._replace(used=None) or not _same(used, expected):
                    differences.append((log.rule, line, expected))
        assert audited.totals.cases == len(log.cases)
    assert differences[:1] == []
    assert judged >= 600
    assert {"met", "missed", "overdue", "on-time", "suspended", "no-start", "ends-before-start"} <= verdicts


def _same(used: Decimal | None, expected: Walked) -> bool:
    if expected.used is None or used is None:
        return expected.used is None and used is None
    return abs(float(used) - expected.used) < 0.005 + 1e-9


def _audited(log: GeneratedLog, stack: ExitStack) -> Audit:
    rule = log.rule
    wishes = RuleWishes(
        unit=PastUnit(rule.unit),
        limit=Decimal(str(rule.limit)),
        calendar=rule.calendar,
        as_of=AS_OF,
        days_off=rule.off,
        zone=ZoneInfo(rule.zone),
        judging=Judging.DATE if rule.by_day else Judging.INSTANT,
        close=None if rule.exact or rule.by_day else rule.close,
        until_midnight=not (rule.exact or rule.by_day) and rule.close is None,
        cutoff=None if rule.cutoff == time.max else rule.cutoff,
        roll=rule.roll,
        roll_end=rule.roll_end,
        count_start=rule.count_start,
    )
    assert wishes.exact == rule.exact
    choice = LogChoice(
        starts=("receive",), ends=("decide",), halts=(Halt("ask", "answer"), Halt("inspect", "inspected"))
    )
    now = utc(rule.zone, NOON_2026)
    return audit(log.path, LogReading(choice=choice), past_rule(wishes, RELEASE), now, stack)


def _generated(chance: random.Random, path: Path, size: int) -> GeneratedLog:
    rule = _rule(chance)
    events: list[LogEvent] = []
    cases: dict[str, Walked] = {}
    facts: dict[str, CaseWalked] = {}
    while len(cases) < size:
        number = f"case-{len(cases)}"
        case = _case(chance)
        if case.start is not None and len(cases) == 1:
            case = case._replace(end=case.start - timedelta(days=2))
        try:
            cases[number], facts[number] = walked(case, rule), case
        except OffTheMapError:
            continue
        events += _events(number, case, rule.zone)
    if chance.random() < 0.5:
        chance.shuffle(events)
        _write_csv(path, events, ZoneInfo(rule.zone), chance)
    else:
        _write_xes(path, events, list(cases))
    return GeneratedLog(path, rule, cases, facts)


def _rule(chance: random.Random) -> RuleWalked:
    unit = chance.choice(["day", "day", "workday", "workday", "workhour", "hour", "month"])
    calendar = chance.choice(["CN", "weekdays", "weekdays"] + ["none"] * (unit != "workday"))
    calendar = "none" if unit == "hour" else calendar
    by_day = chance.random() < 0.5
    offices = calendar == "CN"
    close = time(17, 30) if offices else chance.choice([None, time(16), time(17, 30)])
    exact = not by_day and not offices and unit not in IN_HOURS and chance.random() < 0.7
    if not by_day and not offices and not exact and close is None and unit in IN_HOURS:
        close = time(17, 30)
    return RuleWalked(
        unit=unit,
        limit=chance.choice(LIMITS.get(unit, [0, 0.5, 1, 3, 5, 7.5, 10, 28, 56])),
        calendar=calendar,
        zone=chance.choice(list(RULES)),
        by_day=by_day,
        close=None if exact else close,
        exact=exact,
        cutoff=time(17, 30) if offices or chance.random() < 0.3 else time.max,
        roll=chance.random() < 0.6,
        roll_end=chance.random() < 0.6,
        count_start=not exact and chance.random() < 0.2,
        off=EASTER if calendar == "weekdays" and chance.random() < 0.7 else frozenset(),
    )


def _case(chance: random.Random) -> CaseWalked:
    lately = chance.random() < 0.15
    first = NOON_2026.date() - timedelta(days=chance.randrange(40)) if lately else FIRST_DAY
    first += timedelta(days=0 if lately else chance.randrange(17 * 365))
    start = None if chance.random() < 0.04 else _shown(chance, first, 0)
    begins = [_shown(chance, first, chance.choice([5, 40])) for _ in range(chance.choice([0, 0, 1, 1, 2]))]
    pairs = {}
    for number, begin in enumerate(begins):
        open_ = chance.random() < 0.1
        until = (
            None if open_ else begin + timedelta(days=chance.choice([0, 1, 2, 3, 9]), hours=chance.choice([0, 0, 3]))
        )
        pairs[number] = (begin, None if until is None else _settled(until))
    end = None
    if chance.random() < (0.4 if lately else 0.85):
        end = _shown(chance, first, chance.choice([3, 12, 70]))
        if start is not None and chance.random() > 0.1 and end < start:
            end = start + timedelta(hours=1)
    return CaseWalked(start, end, tuple(pairs.values()), NOON_2026)


def _shown(chance: random.Random, first: date, span: int) -> datetime:
    return datetime.combine(first + timedelta(days=chance.randrange(span + 1)), chance.choice(HOURS))


def _settled(shown: datetime) -> datetime:
    """Clear of the hours that clocks skip or show twice."""
    return shown.replace(hour=4) if shown.hour in (1, 2, 3) else shown


def _events(case: str, facts: CaseWalked, zone: str) -> list[LogEvent]:
    told = [("receive", facts.start), ("decide", facts.end)]
    for (begins, ends), (at, until) in zip((("ask", "answer"), ("inspect", "inspected")), facts.halts, strict=False):
        told += [(begins, at), (ends, until)]
    found = [LogEvent(case, 0, activity, "complete", at=utc(zone, at)) for activity, at in told if at is not None]
    noise = facts.start or facts.end or NOON_2026
    return [*found, LogEvent(case, 0, "note", "complete", at=utc(zone, noise))]


def _write_csv(path: Path, events: list[LogEvent], zone: ZoneInfo, chance: random.Random) -> None:
    local = chance.random() < 0.5
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["case", "activity", "timestamp", "remark"])
        for event in events:
            assert event.at is not None
            at = event.at.astimezone(zone).replace(tzinfo=None) if local else event.at
            rows.writerow([event.case, event.activity, at.isoformat(sep=" "), 'said "so", and\nmore'])


def _write_xes(path: Path, events: list[LogEvent], cases: list[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        writer = XesWriter(file, "generated")
        for case in cases:
            writer.trace(case, {}, [event for event in events if event.case == case])
        writer.end()


@pytest.mark.parametrize("zone", RULES)
def test_the_clocks_of_a_zone_are_those_of_its_table(zone: str) -> None:
    at = datetime(2008, 1, 1, tzinfo=ZoneInfo("UTC"))
    while at.year < 2027:
        assert wall(zone, at) == at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        at += timedelta(hours=7)
