"""A dry run names exactly what is wrong, and compares due dates."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from api.imports.differences import DueReason
from sla.calendar import DayKind
from sla.commitments.register import Readings
from sla.release import RELEASE
from tests.api.imports.files import (
    CALENDAR,
    EVENTS_MAP,
    NOW,
    Row,
    case_rows,
    dry,
    event_rows,
    import_map,
    planted,
    write_csv,
    write_lines,
)
from tests.api.imports.sheets import DatedSerial, write_sheet

at = datetime.fromisoformat


@pytest.mark.parametrize(("cases", "faults"), [(150, 42), pytest.param(5000, 200, marks=pytest.mark.nightly)])
def test_planted_faults_are_named_exactly(tmp_path: Path, cases: int, faults: int) -> None:
    rows = case_rows(cases)
    wanted = planted(rows, faults)
    totals = dry(write_csv(tmp_path / "a.csv", rows))
    assert [(fault.line, fault.column, fault.rule) for fault in totals.faults] == wanted
    assert (totals.cases, totals.rows, totals.fault_count) == (cases - faults, cases, faults)
    assert (totals.due_same, totals.due_different) == (totals.cases, 0)


def test_both_shapes_and_all_forms_come_to_the_same(tmp_path: Path) -> None:
    rows = case_rows(40)
    events = event_rows(rows)
    random.Random(5).shuffle(events)  # noqa: S311  # rows of a case need not stand together, nor in order
    sheet = [list(rows[0]), *(list(row.values()) for row in rows)]
    by_events = import_map(EVENTS_MAP)
    found = [
        dry(write_csv(tmp_path / "a.csv", rows)),
        dry(write_csv(tmp_path / "mark.csv", rows, "utf-8-sig")),
        dry(write_csv(tmp_path / "old.csv", rows, "gb18030")),
        dry(write_lines(tmp_path / "a.jsonl", rows)),
        dry(write_sheet(tmp_path / "a.xlsx", sheet)),
        dry(write_csv(tmp_path / "e.csv", events), by_events),
        dry(write_lines(tmp_path / "e.jsonl", events), by_events),
    ]
    assert [one.faults for one in found] == [[]] * len(found)
    assert {(tuple(sorted(one.opened.items())), one.facts, one.due_same) for one in found} == {
        (tuple(sorted(found[0].opened.items())), found[0].facts, 40)
    }


def test_a_sheet_may_begin_below_and_hold_serial_numbers(tmp_path: Path) -> None:
    head = ["办件编号", "情形", "到期", "接件", "受理", "办结", "结果", "踏勘", "验收", "通水", "听证始", "听证止"]
    row = ["A-1", "无增设管线", "2026年3月6日", DatedSerial(46083.5), 46083.55, *[""] * 7]
    path = write_sheet(tmp_path / "a.xlsx", [["接管清单"], [], head, row], first=3)
    totals = dry(path, import_map(head=5))
    assert (totals.faults, totals.cases, totals.due_same) == ([], 1, 1)


def _accepted(row: Row, when: datetime, theirs: date) -> None:
    for column in ("踏勘", "验收", "通水", "办结", "结果"):
        row[column] = ""
    row["接件"] = row["受理"] = f"{when:%Y-%m-%d %H:%M}"
    row["到期"] = f"{theirs:%Y-%m-%d}"


def test_every_difference_has_its_reason(tmp_path: Path) -> None:
    rows = case_rows(4)
    late = at("2026-03-02 18:10")
    _accepted(rows[0], late, date(2026, 3, 6))
    _accepted(rows[1], at("2026-02-13 10:00"), date(2026, 2, 27))  # 14 February is a make-up day
    _accepted(rows[2], at("2026-03-06 10:00"), date(2026, 3, 10))
    _accepted(rows[3], at("2026-03-06 10:00"), date(2026, 9, 1))
    totals = dry(write_csv(tmp_path / "a.csv", rows))
    why = [[one.reasons for one in difference.why] for difference in totals.differences]
    assert CALENDAR.kind(date(2026, 2, 14)) is DayKind.MAKE_UP
    assert (DueReason.AFTER_HOURS_NOT_ROLLED,) in why[0]
    assert (DueReason.MAKE_UP_DAY_MISSING,) in why[1]
    assert (DueReason.CALENDAR_DAYS,) in why[2]
    assert why[3] == []
    assert [one.line for one in totals.differences] == [2, 3, 4, 5]


def test_what_fell_due_before_the_take_over_is_listed(tmp_path: Path) -> None:
    rows = case_rows(1)
    _accepted(rows[0], at("2026-03-02 10:00"), date(2026, 3, 6))
    totals = dry(write_csv(tmp_path / "a.csv", rows))
    assert [(one.case, one.due) for one in totals.fell_due] == [("A-00001", date(2026, 3, 6))]


def test_steps_that_the_file_lacks_are_a_fault_or_filled_in(tmp_path: Path) -> None:
    rows = case_rows(30)
    rows = [row | {"踏勘": ""} for row in rows if row["办结"]]
    path = write_csv(tmp_path / "a.csv", rows)
    assert {(fault.column, fault.rule) for fault in dry(path).faults} == {("验收", "step-not-open")}
    filled = dry(path, import_map(fill_steps=True))
    assert (filled.faults, filled.cases) == ([], len(rows))


def test_readings_and_policy_are_the_installations() -> None:
    assert Readings().external_works_count
    assert RELEASE.calendar_for("suzhou", NOW.date()).version == CALENDAR.version


def test_a_day_alone_is_never_before_the_receipt_of_that_day(tmp_path: Path) -> None:
    rows = case_rows(1)
    _accepted(rows[0], at("2026-03-02 16:40"), date(2026, 3, 6))
    rows[0]["受理"] = "2026/3/2"
    totals = dry(write_csv(tmp_path / "a.csv", rows))
    assert (totals.faults, totals.due_same) == ([], 1)


EVENT = {"办件编号": "B-1", "状态": 1, "时间": "2026-03-02 10:00", "环节": "", "实例": "", "意见": "", "到期": ""}


def _events(*told: tuple[object, int, str, str]) -> list[Row]:
    """State, hours since receipt, step and instance of each row."""
    start = at("2026-03-02 10:00")
    return [
        EVENT
        | {"状态": state, "时间": f"{start + timedelta(hours=hours):%Y-%m-%d %H:%M}", "环节": step, "实例": instance}
        for state, hours, step, instance in told
    ]


OPENED = ((1, 0, "", ""), (3, 1, "", ""))


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ((*OPENED, (9, 2, "", "x"), (10, 30, "", "x"), (9, 31, "", "y"), (10, 50, "", "y")), None),
        ((*OPENED, (9, 2, "", "x"), (9, 3, "", "y"), (10, 30, "", "x"), (10, 50, "", "y")), None),
        ((*OPENED, (9, 2, "", ""), (10, 30, "", ""), (9, 31, "", "")), None),
        ((*OPENED, ("6 补正开始", 2, "", ""), ("补正结束", 30, "", "")), None),
        (((1, 0, "", ""), (6, 1, "受理", ""), (7, 30, "", ""), (3, 31, "", "")), None),
        ((*OPENED, (9, 2, "", ""), (9, 3, "", ""), (10, 30, "", "")), (6, "状态", "pairing-ambiguous")),
        ((*OPENED, (10, 30, "", "")), (4, "状态", "not-paired")),
        ((*OPENED, (9, 2, "", "x"), (10, 30, "", "y")), (5, "实例", "not-paired")),
        ((*OPENED, (9, 2, "", "x"), (10, 3, "", "x"), (9, 5, "", "x")), (6, "实例", "instance-reused")),
        ((*OPENED, (6, 2, "", "x"), (10, 30, "", "x")), (5, "实例", "not-paired")),
        (((3, 1, "", ""),), (2, "状态", "not-received")),
        ((*OPENED, (1, 5, "", "")), (4, "状态", "received-twice")),
        ((*OPENED, (16, 5, "", "")), (4, "状态", "not-a-state")),
        ((*OPENED, (3, -5, "", "")), (4, "时间", "before-case")),
        ((*OPENED, (11, 5, "点火", "")), (4, "环节", "not-a-choice")),
        ((*OPENED, (11, 5, "", "")), (4, "状态", "steps-missing")),
        ((*OPENED, (2, 5, "", "")), None),
        ((*OPENED, (14, 5, "", "")), None),
        (((1, 0, "", ""), (5, 5, "", "")), None),
        (((1, 0, "", ""), (4, 5, "", "")), None),
        ((*OPENED, (15, 5, "", "")), (4, "状态", "not-decided")),
    ],
)
def test_states_are_paired_by_instance(
    tmp_path: Path, told: tuple[tuple[object, int, str, str], ...], fault: tuple[int, str, str] | None
) -> None:
    totals = dry(write_csv(tmp_path / "e.csv", _events(*told)), import_map(EVENTS_MAP))
    assert [(one.line, one.column, one.rule) for one in totals.faults] == ([] if fault is None else [fault])
    assert totals.cases == (fault is None)
