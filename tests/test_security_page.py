"""The pages of security have every line of the checklist and of ASVS, and each test that they name is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"(?m)^\| C-(\d\d) \| (.+) \| (.+) \|$", PAGE)
FAULTS = re.findall(r"(?m)^\| F(\d+) \| (.+) \| (.+) \|$", PAGE)


def test_every_line_of_the_checklist_is_there_once_and_says_who_holds_it() -> None:
    assert [int(number) for number, _says, _held in ROWS] == list(range(1, 49))
    assert [row for row in ROWS if not re.search(r"`tests/|not yet|the operator", row[2])] == []


# What a release must show by tests named after the line, and of these what nothing shows yet.
SHOWN = {*range(1, 29), 30, 32, 33, 35, 36, 38, 48}
NOT_YET: set[int] = set()

HELD = re.compile(r"`tests/|\]\(\w+\.md\)|`make check`|the operator|does not apply|not yet")
ASVS_ROWS = re.findall(
    r"(?m)^\| (\d[\d.]*) \| ([12]) \| (.*) \| (.*) \|$", (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
)


def test_a_line_that_must_be_shown_is_shown_by_tests_that_are_named_after_it() -> None:
    named = {
        int(number): re.findall(rf"::test_c_{number}_\w+", held) for number, _says, held in ROWS if int(number) in SHOWN
    }
    assert {number for number, tests in named.items() if not tests} == NOT_YET
    assert {int(number) for number, _says, held in ROWS if held == "not yet"} & SHOWN == NOT_YET


def test_c_28_every_fault_is_there_once_and_a_test_holds_it() -> None:
    assert [int(number) for number, _done, _held in FAULTS] == list(range(1, 22))
    assert [row for row in FAULTS if not re.search(r"`tests/[^`]+::test_", row[2])] == []


def test_every_test_that_the_page_names_is_there() -> None:
    named = [name for *_, held in (*ROWS, *FAULTS, *ASVS_ROWS) for name in re.findall(r"`(tests/[^`]+)`", held)]
    assert len(named) > 200
    for name in named:
        path, _, function = name.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not function or re.search(rf"(?m)^(?:async )?def {function}\(", text), name


def test_c_48_every_requirement_of_asvs_has_one_line_that_says_what_holds_it() -> None:
    text = (ROOT / "tests" / "data" / "asvs-5.0.0.csv").read_text(encoding="utf-8")
    wanted = [tuple(line.split(",")) for line in text.splitlines() if re.match(r"\d", line)]
    assert len(wanted) == 253
    assert [(number, level) for number, level, _about, _held in ASVS_ROWS] == wanted
    assert [row for row in ASVS_ROWS if not row[2].strip() or not HELD.search(row[3])] == []
