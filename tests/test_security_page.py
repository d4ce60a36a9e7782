"""The page of security has every line of the checklist, and each test that it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROWS = re.findall(r"(?m)^\| C-(\d\d) \| (.+) \| (.+) \|$", (ROOT / "docs" / "security.md").read_text(encoding="utf-8"))


def test_every_line_of_the_checklist_is_there_once_and_says_who_holds_it() -> None:
    assert [int(number) for number, _says, _held in ROWS] == list(range(1, 49))
    assert [row for row in ROWS if not re.search(r"`tests/|not yet|the operator", row[2])] == []


# What a release must show by tests named after the line, and of these what nothing shows yet.
SHOWN = {*range(1, 28), 30, 32, 33, 35, 36, 38, 48}
NOT_YET = {48}


def test_a_line_that_must_be_shown_is_shown_by_tests_that_are_named_after_it() -> None:
    named = {
        int(number): re.findall(rf"::test_c_{number}_\w+", held) for number, _says, held in ROWS if int(number) in SHOWN
    }
    assert {number for number, tests in named.items() if not tests} == NOT_YET
    assert {int(number) for number, _says, held in ROWS if held == "not yet"} & SHOWN == NOT_YET


def test_every_test_that_the_page_names_is_there() -> None:
    named = [name for row in ROWS for name in re.findall(r"`(tests/[^`]+)`", row[2])]
    assert len(named) > 30
    for name in named:
        path, _, function = name.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not function or re.search(rf"(?m)^(?:async )?def {function}\(", text), name
