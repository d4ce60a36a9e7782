"""The runner of test vectors: what it prints, what it refuses, and vectors of our own."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.cli.vector_files import run
from tests.reference import DATA, reference

Vector = dict[str, Any]
START = {"type": "accept", "at": "2026-03-02T10:00:00"}
PLAIN: Vector = {"id": "P", "title": "plain", "limit": 5, "events": [START], "expected": {"due_date": "2026-03-09"}}


def _run(folder: Path, *vectors: object) -> tuple[bool, list[str]]:
    file = folder / "vectors.json"
    file.write_text(json.dumps({"vectors": vectors}), encoding="utf-8")
    lines: list[str] = []
    return run([file], lines.append), lines


def _fault(folder: Path, **changes: object) -> str:
    passed, lines = _run(folder, PLAIN | changes)
    assert not passed
    assert lines[-1] == "0 passed, 1 failed"
    return lines[0]


def _events(*events: tuple[str, str]) -> list[Vector]:
    return [{"type": kind, "at": at} for kind, at in events]


def test_the_vectors_of_the_reference_notes_all_pass():
    count = len(reference("vectors.json")["vectors"])
    lines: list[str] = []
    assert run([DATA / "vectors.json"], lines.append)
    assert lines[0] == "ok V01 Plain week, start day excluded"
    assert lines[-1] == f"{count} passed, 0 failed"


def test_a_failure_names_vector_field_and_both_values(tmp_path: Path):
    fault = _fault(tmp_path, expected={"due_date": "2026-03-10", "used": 0})
    assert fault == "FAIL P due_date: expected 2026-03-10, got 2026-03-09"


def test_several_files_are_added_up(tmp_path: Path):
    _run(tmp_path, PLAIN)
    lines: list[str] = []
    assert not run([tmp_path / "vectors.json", tmp_path / "none.json", tmp_path / "vectors.json"], lines.append)
    assert lines[1].startswith(f"FAIL {tmp_path / 'none.json'}")
    assert lines[-1] == "2 passed, 1 failed"


@pytest.mark.parametrize("content", ["[]", "{}", '{"vectors": 3}', "nothing"])
def test_a_file_without_vectors_fails(tmp_path: Path, content: str):
    file = tmp_path / "odd.json"
    file.write_text(content, encoding="utf-8")
    lines: list[str] = []
    assert not run([file], lines.append)
    assert lines[-1] == "0 passed, 1 failed"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weather": "fine"}, "field weather: unknown"),
        ({"kind": "double"}, "kind: 'double' is unknown"),
        ({"policy": {"roll_everything": True}}, "policy field roll_everything: unknown"),
        ({"expected": {"mood": "good"}}, "expected field mood: unknown"),
        ({"expected": {}}, "expected: nothing to compare"),
        ({"events": [START, {"type": "sleep", "at": "2026-03-03"}]}, "event 'sleep' is unknown"),
        ({"events": [START | {"why": "so"}]}, "event field why: unknown"),
        ({"events": [START, START]}, "events: a second accept"),
        ({"events": _events(("stop", "2026-03-03"))}, "events: no accept"),
        ({"events": [START, *_events(("resume", "2026-03-03"))]}, "resume at 2026-03-03: no such pause is open"),
        ({"events": [{"type": "accept"}]}, "at: missing"),
        ({"events": [{"type": "accept", "at": "soon"}]}, "Invalid isoformat string: 'soon'"),
        ({"calendar": "CN-XX"}, "no calendar is kept for 'CN-XX'"),
        ({"counted_days": ["2026-03-03"]}, "counted_days: expected ['2026-03-03'], got ['2026-03-03', '2026-03-04'"),
        ({"expected": {"due_date": None}}, "due_date: expected None, got 2026-03-09"),
        ({"expected": {"overdue": 0}}, "overdue: expected 0, got False"),
        ({"expected": {"error": "CalendarHorizonError"}}, "error: expected CalendarHorizonError, got None"),
        ({"limit": 300, "expected": {"due_date": None}}, "error: expected None, got CalendarHorizonError"),
    ],
)
def test_what_is_not_understood_or_not_so_fails(tmp_path: Path, changes: Vector, message: str):
    assert message in _fault(tmp_path, **changes)


@pytest.mark.parametrize("odd", [3, None, {"id": "Q", "kind": "single"}, PLAIN | {"limit": {}}, PLAIN | {"events": 3}])
def test_an_odd_vector_fails_and_the_others_run_on(tmp_path: Path, odd: object):
    passed, lines = _run(tmp_path, odd, PLAIN)
    assert not passed
    assert lines[-1] == "1 passed, 1 failed"


@pytest.mark.parametrize(
    "vector",
    [
        {"policy": {"roll_accept": False}, "events": _events(("accept", "2026-03-07T11:00:00")), "limit": 2}
        | {"expected": {"effective_accept": "2026-03-07", "due_date": "2026-03-10"}},
        {"policy": {"roll_accept": False}, "events": _events(("accept", "2026-03-07T11:00:00")), "limit": 0}
        | {"expected": {"effective_accept": "2026-03-09", "due_date": "2026-03-09"}},
        {"policy": {"cutoff": "12:00", "close": "16:00:00"}, "events": _events(("accept", "2026-03-02T12:00:01"))}
        | {"limit": 1, "expected": {"effective_accept": "2026-03-03", "due_at": "2026-03-04T16:00:00+08:00"}},
        {"policy": {"cutoff": "24:00", "close": "24:00"}, "events": _events(("accept", "2026-03-02T23:59:59"))}
        | {"limit": 1, "expected": {"due_date": "2026-03-03", "due_at": "2026-03-03T24:00:00+08:00"}},
        {"policy": {"close": None}, "expected": {"due_at": "2026-03-10T00:00:00+08:00"}},
        {
            "policy": {"yellow": 3, "cut_off": "17:00"},
            "now": "2026-03-04T10:00:00",
            "expected": {"state": "yellow", "remaining": 3},
        },
        {"now": "2026-03-01T10:00:00", "expected": {"state": "green", "used": 0, "remaining": 5, "overdue": False}},
        {"events": _events(("accept", "2026-10-09T20:00:00Z")), "expected": {"effective_accept": "2026-10-10"}},
        {"as_of": "2020-01-27", "events": _events(("accept", "2020-01-21T10:00:00"))}
        | {"expected": {"due_date": "2020-02-05"}, "by_hand": "1/22,1/23,2/3,2/4,2/5"},
        {"events": _events(("accept", "2003-12-30T10:00:00")), "expected": {"error": "CalendarHorizonError"}},
        {"events": _events(("accept", "2027-01-04T10:00:00"))}
        | {"expected": {"error": "CalendarHorizonError", "counted": 0, "missing": 5, "known_until": "2026-12-31"}},
        {"limit": 3, "events": [START, *_events(("pause", "2026-03-09T10:00:00"))], "now": "2026-03-12T10:00:00"}
        | {"expected": {"state": "red", "due_date": "2026-03-05", "used": 5, "paused": 3, "overdue_days": 2}},
        {"limit": 3, "events": [START, {"type": "extend", "days": 10, "at": "2026-03-06T10:00:00"}]}
        | {"expected": {"due_date": "2026-03-05", "overdue": True}},
        {"events": [START, *_events(("pause", "2026-03-03T10:00:00"), ("pause", "2026-03-04T10:00:00"))]}
        | {"now": "2026-03-06T10:00:00", "expected": {"due_date": None, "used": 1, "paused": 3, "state": "paused"}},
        {"unit": "day", "expected": {"due_date": "2026-03-09", "provisional": False}},
        {"limit": 1, "events": _events(("accept", "2026-12-29T10:00:00"))}
        | {"expected": {"due_date": "2026-12-30", "provisional": True}, "counted_days": ["2026-12-30"]},
        {"kind": "union", "steps": [{"authority": "A", "events": [START]}, {"authority": "B", "events": [START]}]}
        | {"now": "2026-03-04T10:00:00", "expected": {"sum": 4, "union": 2, "per_authority": {"A": 2, "B": 2}}},
    ],
)
def test_vectors_of_our_own_pass(tmp_path: Path, vector: Vector):
    base = {"id": "X"} if vector.get("kind") == "union" else PLAIN
    assert _run(tmp_path, base | vector)[1][-1] == "1 passed, 0 failed"


def test_pauses_without_names_are_paired_in_order_and_with_names_by_name(tmp_path: Path):
    events = [
        START,
        *_events(("pause", "2026-03-03"), ("resume", "2026-03-04"), ("pause", "2026-03-05"), ("resume", "2026-03-06")),
        {"type": "pause", "at": "2026-03-09", "id": "a"},
        {"type": "pause", "at": "2026-03-09", "id": "b"},
        {"type": "resume", "at": "2026-03-10", "id": "b"},
        {"type": "resume", "at": "2026-03-12", "id": "a"},
    ]
    expected = {"used": 3, "paused": 5, "due_date": "2026-03-16"}
    assert _run(tmp_path, PLAIN | {"events": events, "expected": expected})[1] == ["ok P plain", "1 passed, 0 failed"]


def test_a_union_takes_only_what_it_can_add_up(tmp_path: Path):
    step = {"authority": "A", "events": [START, {"type": "extend", "days": 1, "at": "2026-03-03"}]}
    union = {"id": "U", "kind": "union", "steps": [step], "expected": {"union": 1}}
    assert _run(tmp_path, union)[1][0] == "FAIL U step A: accept, pause, resume and stop only"
