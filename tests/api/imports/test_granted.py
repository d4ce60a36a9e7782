"""Acceptances while something was missing, and extensions, as files tell them."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from api.failures import Failure
from api.imports.differences import DueReason
from api.imports.import_map import ImportMap, read_map
from tests.api.imports.files import CASES_MAP, EVENTS_MAP, Row, case_rows, dry, event_rows, import_map, write_csv
from tests.api.imports.test_taking_over import events, planned, rows_of, sender
from tests.api.office import Office
from workflows.rebuild import all_events

MISSING = {"lacking": "缺", "workdays": "期", "supplied": "补", "rule": "退回"}
EXTENDED = {"clock": "promise/sz-22-water-no-pipe", "granted": "延批", "workdays": "延", "approved_by": "批准"}
GRANTED: dict[str, Any] = {"tolerance": MISSING, "extensions": [EXTENDED]}
BLANK = dict.fromkeys(("缺", "期", "补", "延批", "延", "批准"), "")


def wanted(**more: Any) -> ImportMap:
    return import_map(CASES_MAP, **{**GRANTED, **more})


def accepted(**cells: str) -> Row:
    """A row of Monday, 2 March 2026, accepted at ten and nothing more; due on Friday."""
    [row] = case_rows(1)
    for column in ("踏勘", "验收", "通水", "办结", "结果"):
        row[column] = ""
    return row | {"接件": "2026-03-02 09:00", "受理": "2026-03-02 10:00", "到期": "2026-03-06"} | BLANK | cells


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({}, None),
        ({"缺": "图纸", "期": "5"}, None),
        ({"缺": "图纸", "期": "5", "补": "2026-03-03 09:00"}, None),
        ({"缺": "图纸"}, ("期", "missing")),
        ({"缺": "图纸", "期": "0"}, ("期", "not-a-count")),
        ({"缺": "图纸", "期": "61"}, ("期", "not-a-count")),
        ({"缺": "图纸", "期": "5.5"}, ("期", "not-a-count")),
        ({"缺": "图纸", "期": "5", "补": "2026-03-02 09:30"}, ("补", "before-acceptance")),
        ({"补": "2026-03-03 09:00"}, ("缺", "missing")),
        ({"缺": "图纸", "期": "5", "受理": ""}, ("受理", "missing")),
        ({"缺": "=B1", "期": "5"}, ("缺", "formula")),
        ({"延批": "2026-03-04 10:00", "延": "3", "批准": "局长", "到期": "2026-03-11"}, None),
        ({"延批": "2026-03-04 10:00", "延": "3"}, ("批准", "missing")),
        ({"延批": "2026-03-04 10:00", "批准": "局长"}, ("延", "missing")),
        ({"延": "3", "批准": "局长"}, ("延批", "missing")),
        ({"延批": "2026-03-04 10:00", "延": "三", "批准": "局长"}, ("延", "not-a-count")),
        ({"延批": "2026-03-09 10:00", "延": "3", "批准": "局长"}, ("延批", "expired")),
        ({"延批": "2026-03-01 10:00", "延": "3", "批准": "局长"}, ("延批", "before-case")),
    ],
)  # fmt: skip
def test_columns_of_both_are_read_or_named(
    tmp_path: Path, cells: dict[str, str], fault: tuple[str, str] | None
) -> None:
    totals = dry(write_csv(tmp_path / "a.csv", [accepted(**cells)]), wanted())
    assert [(one.line, one.column, one.rule) for one in totals.faults] == ([] if fault is None else [(2, *fault)])
    assert (totals.cases, totals.due_same) == ((1, 1) if fault is None else (0, 0))


def test_the_law_allows_no_more_than_it_says_and_an_unknown_clock_is_named(tmp_path: Path) -> None:
    cells = {"延批": "2026-03-04 10:00", "延": "60", "批准": "局长"}
    path = write_csv(tmp_path / "a.csv", [accepted(**cells)])
    statutory = [{**EXTENDED, "clock": "statutory"}]
    assert [one.rule for one in dry(path, wanted(extensions=statutory)).faults] == ["unknown-clock"]
    other = [{**EXTENDED, "clock": "promise/tc-gas"}]
    assert [(one.column, one.rule) for one in dry(path, wanted(extensions=other)).faults] == [("延批", "unknown-clock")]
    months = [{**{k: v for k, v in EXTENDED.items() if k != "workdays"}, "months": "延"}]
    path = write_csv(tmp_path / "a.csv", [accepted(**cells | {"延": "2"})])
    assert [one.rule for one in dry(path, wanted(extensions=months)).faults] == ["extension-unit"]


def test_who_does_not_count_an_extension_is_found_out(tmp_path: Path) -> None:
    cells = {"延批": "2026-03-04 10:00", "延": "3", "批准": "局长"}
    [difference] = dry(write_csv(tmp_path / "a.csv", [accepted(**cells)]), wanted()).differences
    assert (difference.theirs, difference.ours) == (date(2026, 3, 6), date(2026, 3, 11))
    assert (DueReason.EXTENSION_NOT_COUNTED,) in [one.reasons for one in difference.why]


@pytest.mark.parametrize(
    ("supplied", "outcome", "rule"),
    [
        ("", "容缺通过", None),
        ("", "通过", "something-lacking"),
        ("2026-03-03 09:00", "通过", None),
        ("2026-03-03 09:00", "容缺通过", "nothing-lacking"),
        ("", "不通过", None),
    ],
)
def test_a_decision_says_whether_it_was_brought(tmp_path: Path, supplied: str, outcome: str, rule: str | None) -> None:
    row = accepted(缺="图纸", 期="5", 补=supplied)
    row |= dict.fromkeys(("踏勘", "验收", "通水"), "2026-03-03 15:00") | {"办结": "2026-03-04 17:00", "结果": outcome}
    totals = dry(write_csv(tmp_path / "a.csv", [row]), wanted())
    assert [(one.column, one.rule) for one in totals.faults] == ([] if rule is None else [("办结", rule)])


def test_rows_of_events_tell_what_was_missing_beside_state_3(tmp_path: Path) -> None:
    told = [row | {"缺": "", "补": ""} for row in event_rows([accepted()])]
    told[1] |= {"缺": "图纸", "补": "2026-03-03 09:00"}
    by_events = import_map(EVENTS_MAP, tolerance={**MISSING, "workdays": 5})
    totals = dry(write_csv(tmp_path / "a.csv", told), by_events)
    assert (totals.faults, totals.facts) == ([], 3)
    told[1]["补"] = "2026-03-02 09:30"
    [fault] = dry(write_csv(tmp_path / "a.csv", told), by_events).faults
    assert (fault.line, fault.column, fault.rule) == (3, "补", "before-acceptance")
    told[0]["缺"] = "图纸"
    [fault] = dry(write_csv(tmp_path / "a.csv", told), by_events).faults
    assert (fault.line, fault.column, fault.rule) == (2, "缺", "not-of-acceptance")


@pytest.mark.parametrize(
    ("shape", "more", "said"),
    [
        ("cases", "extensions: [{clock: statutory, granted: a, approved_by: b}]", "either workdays or months"),
        ("cases", "extensions: [{clock: delivery, granted: a, approved_by: b, months: c}]", "extensions.0.clock"),
        ("events", "extensions: [{clock: statutory, granted: a, approved_by: b, months: c}]", "of the shape cases"),
        ("cases", "tolerance: {lacking: a, workdays: 61, rule: b}", "tolerance.workdays"),
        ("cases", "tolerance: {lacking: a, workdays: 5}", "tolerance.rule"),
    ],
)
def test_a_map_says_both_whole_or_is_refused(tmp_path: Path, shape: str, more: str, said: str) -> None:
    path = tmp_path / "m.yml"
    told = "received: b" if shape == "cases" else "state: b, at: c"
    kind = "constants: {procedure: a, variant: a, jurisdiction: a}"
    path.write_text(f"source: a\nshape: {shape}\n{kind}\ncolumns: {{case: a, {told}}}\n{more}\n", encoding="utf-8")
    with pytest.raises(Failure) as caught:
        read_map(path)
    assert said in str(caught.value)


async def test_both_are_taken_over_with_the_case(office: Office, tmp_path: Path) -> None:
    [row] = rows_of("TG", 1)
    row |= BLANK | dict.fromkeys(("踏勘", "验收", "通水", "办结", "结果"), "")
    row |= {"接件": "2021-03-03 09:10", "受理": "2021-03-03 09:30", "缺": "图纸", "期": "5"}
    row |= {"延批": "2021-03-03 16:00", "延": "3", "批准": "局长"}
    [one] = planned(write_csv(tmp_path / "a.csv", [row]), {**CASES_MAP, **GRANTED})
    first, again = sender(office), sender(office)
    await first.send(iter([one]))
    await again.send(iter([one]))
    assert (first.run.taken, first.run.refused, again.run.repeated) == (1, [], 1)
    kinds = [event.kind for event in events(office, one.plan.case)]
    assert kinds[:3] == ["opened", "accepted", "extended"]
    view = office.store.case(one.plan.case)
    assert view is not None
    assert view.case.tolerance is not None
    [clock] = [row for row in view.clocks if row.picture.clock.key == EXTENDED["clock"]]
    assert clock.limit == clock.picture.clock.limit.amount + Decimal(3)
    assert all_events(office.store, one.plan.case)[2].body["approved_by"] == "局长"
