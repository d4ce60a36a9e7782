"""Files that are broken, or made to do harm: each is a clear error, and no value is repeated."""

import gzip
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from api.logs.gathering import MOST_TOLD
from api.logs.source import MOST
from tests.api.logs.auditing import DUTCH, HEAD, audited, text, trace, xes
from tests.api.serving import CommandLine

PERSONAL = "320501199001011234"
GOOD = "1,Receive,2014-03-01 10:00\n1,Decide,2014-03-05 10:00\n"
BOMB = '<!DOCTYPE log [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>\n"  # fmt: skip
OUTSIDE = '<!DOCTYPE log [<!ENTITY f SYSTEM "file:///etc/hostname">]>\n'
MEMORY = 100 * 1024  # KiB
ROWS_USUAL, ROWS_NIGHTLY = 14_000, 1_000_000  # the former are parted into two files


@pytest.fixture
def shixian(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


def _bytes(folder: Path, content: bytes, name: str = "log.csv") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def _zip(folder: Path) -> Path:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("log.csv", HEAD + GOOD)
    return _bytes(folder, packed.getvalue(), "log.xlsx")


def _bomb(folder: Path) -> Path:
    with gzip.open(folder / "bomb.xes.gz", "wb") as file:
        file.write(b"<log>")
        for _ in range(200):
            file.write(b"<trace></trace>" + b" " * 100_000)
    return folder / "bomb.xes.gz"


CASE = trace(("Receive", "2014-03-01T10:00:00Z"), ("Decide", "2014-03-05T10:00:00Z"))
REFUSED: dict[str, tuple[str, int, Callable[[Path], Path]]] = {
    # rule, line, file
    "an entity bomb": ("xml-dtd", 1, lambda f: xes(f, CASE, head=BOMB)),
    "an entity from outside": ("xml-dtd", 1, lambda f: xes(f, CASE, head=OUTSIDE)),
    "a gzip bomb": ("bomb", 0, _bomb),
    "gzip cut short": ("cut-short", 0, lambda f: _bytes(f, gzip.compress((HEAD + GOOD * 99).encode())[:-9])),
    "a spreadsheet": ("not-unpacked", 0, _zip),
    "XES cut short": ("cut-short", 7, lambda f: text(f, xes(f, CASE).read_text()[:-7], "cut.xes")),
    "XML that is none": ("not-xml", 2, lambda f: text(f, f"<log>\n<trace & {PERSONAL}></log>")),
    "another kind of XML": ("not-xes", 1, lambda f: text(f, f"<html><p>{PERSONAL}</p></html>")),
    "an element that XES has not": ("not-xes", 1, lambda f: text(f, "<log><trace><row/></trace></log>")),
    "an attribute without a value": ("not-xes", 1, lambda f: text(f, '<log><trace><string key="concept:name"/></trace></log>')),
    "an attribute without a key": ("not-xes", 1, lambda f: text(f, '<log><trace><string value="x"/></trace></log>')),
    "a log within a log": ("not-xes", 1, lambda f: text(f, "<log><log/></log>")),
    "elements a thousand deep": ("too-deep", 1, lambda f: text(f, "<log><trace>" + '<list key="a">' * 1000)),
    "a value without an end": ("too-long", 1, lambda f: text(f, '<log><trace><string key="' + "a" * 5_000_000)),
    "XML in an encoding nobody knows": ("wrong-encoding", 1, lambda f: text(f, '<?xml version="1.0" encoding="x-none"?><log/>')),
    "XML in bytes of another encoding": (
        "not-xml", 1, lambda f: _bytes(f, '<log><string key="a" value="苏州"/></log>'.encode("gb18030"))
    ),
    "nothing": ("empty", 1, lambda f: text(f, "")),
    "a blank first line": ("empty", 1, lambda f: text(f, "\n" + HEAD + GOOD)),
    "UTF-16": ("wrong-encoding", 0, lambda f: _bytes(f, (HEAD + GOOD).encode("utf-16"))),
    "Latin-1": ("wrong-encoding", 2, lambda f: _bytes(f, (HEAD + "Café A,Receive,2014-03-01\n").encode("latin-1"))),
    "Latin-1 that might be Chinese": (
        "ambiguous-encoding", 0, lambda f: _bytes(f, (HEAD + "Caféa,Receive,2014-03-01\n").encode("latin-1"))
    ),
    "bytes of no encoding": ("wrong-encoding", 3, lambda f: _bytes(f, (HEAD + GOOD).encode()[:-40] + b"\n\xff\xff\xff\n")),
    "a character NUL": ("null", 4, lambda f: text(f, HEAD + GOOD + "1,\0,2014-03-01 10:00\n")),
    "a quote that does not end": ("cut-short", 4, lambda f: text(f, f'{HEAD}{GOOD}1,"Receive,2014-03-01 10:00\n')),
    "a quote where none can be": ("not-csv", 4, lambda f: text(f, f'{HEAD}{GOOD}1,"Receive"d,2014-03-01 10:00\n')),
    "a cell of a megabyte": ("too-long", 4, lambda f: text(f, f"{HEAD}{GOOD}1,{'a' * 500_000},2014-03-01\n")),
    "a line of megabytes": ("too-long", 1, lambda f: text(f, "a," * 1_000_000)),
    "a column twice": ("ambiguous-column", 1, lambda f: text(f, "case,activity,timestamp,timestamp\n")),
    "two columns that could be it": ("ambiguous-column", 1, lambda f: text(f, "case,activity,timestamp,时间\n")),
    "no such column": ("missing-column", 1, lambda f: text(f, "case,activity,begun\n")),
    "a head with two delimiters": ("ambiguous-delimiter", 1, lambda f: text(f, "case;activity,timestamp\n")),
    "a title above the head": ("missing-column", 1, lambda f: text(f, f"办件汇总,,\n{HEAD}{GOOD}")),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_log_that_cannot_be_read_is_refused_by_file_line_and_rule(
    shixian: CommandLine, tmp_path: Path, what: str
) -> None:
    rule, line, make = REFUSED[what]
    file = make(tmp_path)
    said = shixian("audit", str(file), "--limit", "56", *DUTCH)
    assert (said.code, said.out) == (1, "")
    assert said.err.count("\n") == 1
    assert f"[{rule}]" in said.err
    assert said.err.startswith(f"{file.name}:{line}" if line else f"{file.name}:")
    assert PERSONAL not in said.err
    assert str(tmp_path) not in said.err


def test_a_row_of_no_case_is_listed_and_the_others_are_judged(shixian: CommandLine, tmp_path: Path) -> None:
    file = text(tmp_path, f"{HEAD},Receive,2014-03-01 10:00\n{GOOD},Rec\n")
    found = audited(shixian, file, "--limit", "56", *DUTCH)
    assert (found.said.code, found.verdicts, found.said.json["strays"]) == (1, {"1": "met"}, 2)
    assert [(fault["line"], fault["column"], fault["rule"]) for fault in found.said.json["faults"]] == [
        (2, "case", "missing"),
        (5, "", "columns"),
    ]


def test_half_a_row_sets_its_case_apart(shixian: CommandLine, tmp_path: Path) -> None:
    file = text(tmp_path, f"{HEAD}{GOOD}2,Receive,2014-03-01 10:00\n2,Dec")
    found = audited(shixian, file, "--limit", "56", *DUTCH)
    assert (found.said.code, found.verdicts) == (1, {"1": "met", "2": "unreadable"})
    assert "log.csv:5: " in found.said.err


def test_a_formula_is_neither_a_time_nor_run_by_whoever_opens_the_result(shixian: CommandLine, tmp_path: Path) -> None:
    formula = "=HYPERLINK(A1)"
    file = text(tmp_path, f"{HEAD}{formula},Receive,2014-03-01 10:00\n{formula},Decide,=NOW()\n")
    said = shixian("audit", str(file), "--limit", "56", *DUTCH, "--csv")
    assert said.code == 1
    assert f"\n'{formula},unreadable" in said.out.replace("\r", "")
    assert "NOW" not in said.out + said.err


def test_many_faults_are_counted_and_the_first_ones_shown(shixian: CommandLine, tmp_path: Path) -> None:
    file = text(tmp_path, HEAD + "".join(f"{number},Receive,soon\n" for number in range(1500)))
    found = audited(shixian, file, "--limit", "56", *DUTCH)
    assert (found.said.json["fault_count"], len(found.said.json["faults"])) == (1500, 1000)
    assert found.said.err.count("not-an-instant") == 20
    assert "1500" in found.said.err


def test_a_case_that_is_told_without_end_is_refused(
    shixian: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_TOLD == 100_000
    monkeypatch.setattr("api.logs.gathering.MOST_TOLD", 1000)
    file = text(tmp_path, HEAD + "1,Decide,2014-03-01 10:00\n" * 1001)
    said = shixian("audit", str(file), "--limit", "56", *DUTCH)
    assert (said.code, "too-long" in said.err) == (1, True)
    events = "".join(
        '<event><string key="concept:name" value="Decide"/><date key="time:timestamp" value="2014-03-01T10:00:00Z"/></event>\n'
        for _ in range(1001)
    )
    said = shixian("audit", str(text(tmp_path, f"<log><trace>{events}</trace></log>")), "--limit", "56", *DUTCH)
    assert (said.code, "too-long" in said.err) == (1, True)


def test_a_log_beyond_all_bounds_is_refused_before_it_is_read_whole(
    shixian: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST == 1 << 30
    monkeypatch.setattr("api.logs.source.MOST", 10_000)
    plain = text(tmp_path, HEAD + GOOD * 500)
    for file in (plain, _bytes(tmp_path, gzip.compress(plain.read_bytes()), "log.csv.gz")):
        said = shixian("audit", str(file), "--limit", "56", *DUTCH)
        assert (said.code, "[too-large]" in said.err) == (1, True)


@pytest.fixture
def many_rows(nightly: bool, tmp_path: Path) -> tuple[Path, int]:
    """Rows of as many cases, each told in two rows far apart."""
    rows = ROWS_NIGHTLY if nightly else ROWS_USUAL
    with (tmp_path / "many.csv").open("w", encoding="utf-8") as file:
        file.write("case,activity,timestamp,remark\n")
        for activity, month in (("Receive", 3), ("Decide", 4)):
            for number in range(rows // 2):
                at = f"2014-{month:02}-{1 + number % 28:02} {number % 24:02}:00"
                file.write(f"2014-{number:09},{activity},{at},{'x' * 40}\n")
    return tmp_path / "many.csv", rows


@pytest.fixture
def long_trace(nightly: bool, tmp_path: Path) -> Path:
    with (tmp_path / "long.xes").open("w", encoding="utf-8") as file:
        file.write("<log><trace>")
        for number in range((ROWS_NIGHTLY if nightly else ROWS_USUAL) // 4):
            at = f"2014-{1 + number % 12:02}-01T10:00:00Z"
            file.write(
                f'<event><string key="concept:name" value="Note {number}"/><date key="time:timestamp" value="{at}"/></event>\n'
            )
        file.write("</trace></log>")
    return tmp_path / "long.xes"


def _peaks(*files: Path) -> list[int]:
    """The most memory that one process of ours has held after each audit, in KiB; what it prints is beside the file."""
    look = (
        "import contextlib, sys\n"
        "from api.cli import main\n"
        "for file in sys.argv[1:]:\n"
        "    with open(file + '.out', 'w') as out, contextlib.redirect_stdout(out):\n"
        f"        main(['audit', file, '--limit', '31', *{DUTCH}, '--csv'])\n"
        "    print(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0])\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", look, *map(str, files)], capture_output=True, text=True, check=True, env=os.environ
    )
    return [int(number) for number in said.stdout.split()]


def test_a_large_log_takes_hardly_more_memory_than_a_small_one(
    many_rows: tuple[Path, int], long_trace: Path, tmp_path: Path
) -> None:
    """A million rows in any order, and a trace of a quarter of a million events."""
    file, rows = many_rows
    small = text(tmp_path, HEAD + GOOD, "small.csv")
    least, table, trace_ = _peaks(small, file, long_trace)
    assert max(table, trace_) < 1.3 * least
    assert max(table, trace_) < MEMORY
    with (tmp_path / "many.csv.out").open(encoding="utf-8-sig") as result:
        next(result)
        numbers = [line.partition(",")[0] for line in result]
    assert numbers == [f"2014-{number:09}" for number in range(rows // 2)]
