"""Files that are cut, merged, computed or made to harm: each a clear error, and nothing of it is taken."""

import gzip
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from api.failures import Failure
from api.imports import rows
from api.imports.faults import RULES, ImportRefused
from api.imports.import_map import read_map
from tests.api.imports.files import CASES_MAP, EVENTS_MAP, case_rows, dry, event_rows, import_map, write_csv
from tests.api.imports.sheets import Formula, write_sheet

HEAD = list(case_rows(1)[0])


def _lines(count: int = 3) -> list[list[object]]:
    return [list(row.values()) for row in case_rows(count)]


def _text(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _zip(path: Path, parts: dict[str, bytes], method: int = ZIP_DEFLATED) -> Path:
    with ZipFile(path, "w", method) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


def _with_part(path: Path, content: bytes) -> Path:
    write_sheet(path, [HEAD, *_lines()])
    with ZipFile(path, "a", ZIP_DEFLATED) as packed:
        packed.writestr("xl/more.xml", content)
    return path


def _lying(path: Path) -> Path:
    """A part whose header claims to be small."""
    _with_part(path, b"0" * (8 << 20))
    packed = path.read_bytes()
    return _text(path, packed.replace((8 << 20).to_bytes(4, "little"), (1000).to_bytes(4, "little")))


REFUSED: list[tuple[str, Callable[[Path], Path]]] = [
    ("empty", lambda p: _text(p / "a.csv", "")),
    ("missing-column", lambda p: _text(p / "a.csv", "编号,情形\nA-1,no-new-pipe\n")),
    ("duplicate-column", lambda p: _text(p / "a.csv", ",".join([*HEAD, "接件"]) + "\n")),
    ("empty-head", lambda p: _text(p / "a.csv", ",".join(["接管清单", "", "", *HEAD]) + "\n")),
    ("cut-short", lambda p: _text(p / "a.csv", ",".join(HEAD) + '\n"A-1,no')),
    ("not-csv", lambda p: _text(p / "a.csv", ",".join(HEAD) + '\n"A"1,no\n')),
    ("null", lambda p: _text(p / "a.csv", ",".join(HEAD) + "\nA\0\n")),
    ("wrong-encoding", lambda p: _text(p / "a.csv", ",".join(HEAD).encode("utf-16"))),
    ("wrong-encoding", lambda p: _text(p / "a.csv", ",".join(HEAD).encode() + b"\n\xff\xff\xff")),
    ("ambiguous-encoding", lambda p: _text(p / "a.csv", "丂丄,丅丆\n".encode("gb18030"))),
    ("unreadable", lambda p: _text(p / "a.xlsx", b"PK\x03\x04 nothing more")),
    ("unreadable", lambda p: _zip(p / "a.xlsx", {"a.csv": b"1,2"})),
    ("unreadable", lambda p: _zip(p / "a.xlsx", {"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
                                                "xl/_rels/workbook.xml.rels": b"<a/>"})),
    ("bomb", lambda p: _with_part(p / "a.xlsx", b"0" * (64 << 20))),
    ("bomb", lambda p: _lying(p / "a.xlsx")),
    ("merged-head", lambda p: write_sheet(p / "a.xlsx", [HEAD, *_lines()], merged="A1:B1")),
    ("missing-column", lambda p: write_sheet(p / "a.xlsx", [["a", "b"], *_lines()])),
]  # fmt: skip


LAUGHS = (
    b'<!DOCTYPE a [<!ENTITY l0 "ha">'
    + b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]>"
)


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/styles.xml"]
)
@pytest.mark.parametrize("entities", [LAUGHS, b'<!DOCTYPE a [<!ENTITY l9 SYSTEM "file:///etc/hostname">]>'])
def test_a_spreadsheet_with_entities_is_refused(tmp_path: Path, part: str, entities: bytes) -> None:
    write_sheet(tmp_path / "whole.xlsx", [HEAD, *_lines()])
    with ZipFile(tmp_path / "whole.xlsx") as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    parts[part] = entities + parts[part].replace(b"A-00002", b"A-&l9;").replace("办件".encode(), b"&l9;")
    with pytest.raises(ImportRefused, match="unreadable"):
        dry(_zip(tmp_path / "a.xlsx", parts))


def test_a_packed_table_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    with gzip.open(path, "wb") as file:
        file.write(",".join(HEAD).encode() + b"\n")
        file.write(b"0" * (64 << 20))
    with pytest.raises(ImportRefused, match="bomb"):
        dry(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ImportRefused):
        dry(path)


def test_cells_that_are_merged_are_named_and_the_first_one_is_read(tmp_path: Path) -> None:
    accepted = chr(ord("A") + HEAD.index("受理"))
    path = write_sheet(tmp_path / "a.xlsx", [HEAD, *_lines(4)], merged=f"{accepted}2:{accepted}4")
    assert [(one.line, one.column, one.rule) for one in dry(path).faults] == [
        (3, "受理", "merged"),
        (4, "受理", "merged"),
    ]
    whole = write_sheet(tmp_path / "b.xlsx", [HEAD, *_lines(2)], merged="A2:XFD1048576")
    assert [(one.line, one.rule) for one in dry(whole).faults] == [(2, "merged"), (3, "merged")]
    below = write_sheet(tmp_path / "c.xlsx", [["接管清单"], [], HEAD, *_lines()], first=3, merged="A3:F3")
    assert dry(below, import_map(head=5)).faults == []  # a title above the head
    head = write_sheet(tmp_path / "d.xlsx", [["接管清单"], [], HEAD, *_lines()], first=3, merged="C5:D6")
    with pytest.raises(ImportRefused, match="merged-head"):
        dry(head, import_map(head=5))


@pytest.mark.parametrize(("rule", "make"), REFUSED)
def test_a_file_that_cannot_be_read_whole_is_refused(tmp_path: Path, rule: str, make: Callable[[Path], Path]) -> None:
    with pytest.raises(ImportRefused) as caught:
        dry(make(tmp_path))
    assert caught.value.fault.rule == rule
    assert str(caught.value).startswith("a.")


def test_a_cut_spreadsheet_is_refused(tmp_path: Path) -> None:
    whole = write_sheet(tmp_path / "a.xlsx", [HEAD, *_lines()]).read_bytes()
    for end in range(4, len(whole), 97):
        with pytest.raises(ImportRefused):
            dry(_text(tmp_path / "b.xlsx", whole[:end]))


def test_a_sheet_that_is_not_there_and_a_second_file_of_one_name_are_refused(tmp_path: Path) -> None:
    path = write_sheet(tmp_path / "a.xlsx", [HEAD, *_lines()])
    (tmp_path / "b").mkdir()
    other = write_sheet(tmp_path / "b" / "a.xlsx", [HEAD, *_lines()])
    with pytest.raises(ImportRefused, match="sheet-missing"):
        dry(path, import_map(sheet="别的"))
    with pytest.raises(ImportRefused, match="file-twice"):
        dry([path, other])
    assert dry(path, import_map(sheet="办件")).faults == []


def test_a_formula_is_named_by_line_and_column(tmp_path: Path) -> None:
    lines = _lines()
    lines[1][HEAD.index("受理")] = Formula("F2+1")
    path = write_sheet(tmp_path / "a.xlsx", [[*HEAD, "合计"], *([*line, Formula("1+1")] for line in lines)])
    [fault] = dry(path).faults
    assert (fault.line, fault.column, fault.rule) == (3, "受理", "formula")  # one that is not read does no harm


def test_half_a_row_is_a_fault_of_its_own(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", case_rows(3))
    text = path.read_text(encoding="utf-8").splitlines()
    text[2] = text[2][: len(text[2]) // 2].rsplit(",", 1)[0]
    text[3] += ",,one more"
    totals = dry(_text(path, "\n".join(text)))
    assert [(fault.line, fault.rule) for fault in totals.faults] == [(3, "columns"), (4, "columns")]
    assert totals.cases == 1


def test_lines_that_are_no_json_are_faults(tmp_path: Path) -> None:
    bad = ['{"办件编号": "A-1"', "[]", '{"a": {}}', '{"a": 1, "a": 2}', '{"a": NaN}', "[" * 100_000]
    totals = dry(_text(tmp_path / "a.jsonl", "\n".join(["", *bad])))
    assert [(fault.line, fault.rule) for fault in totals.faults] == [(line, "not-json") for line in range(2, 8)]


@pytest.mark.parametrize("shape", ["cases", "events", "sheet"])
def test_more_rows_than_are_taken_at_once_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    monkeypatch.setattr(rows, "MOST_ROWS", 50)
    told = event_rows(case_rows(20)) if shape == "events" else case_rows(51)
    sheet = [HEAD, *(list(row.values()) for row in told)]
    path = write_sheet(tmp_path / "a.xlsx", sheet) if shape == "sheet" else write_csv(tmp_path / "a.csv", told)
    with pytest.raises(ImportRefused, match="too-many-rows"):
        dry(path, import_map(EVENTS_MAP if shape == "events" else CASES_MAP))


@pytest.mark.nightly
def test_a_million_rows_are_refused_in_bounded_time(tmp_path: Path) -> None:
    line = ",".join(map(str, _lines(1)[0]))
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEAD) + "\n")
        file.writelines(f"A{number}{line[7:]}\n" for number in range(1_000_000))
    with pytest.raises(ImportRefused, match="too-many-rows"):
        for _ in rows.rows_of(path, import_map()):
            pass


def test_no_fault_repeats_a_value(tmp_path: Path) -> None:
    personal = "张三身份证"
    told = case_rows(12)
    for place, column in enumerate(HEAD):
        told[place][column] = personal
    faults = dry(write_csv(tmp_path / "a.csv", told)).faults
    assert faults
    assert not any(personal in str(fault) for fault in faults)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a: [", "not-yaml"), ("- a", "not-a-map"), ("source: a\nsource: b", "not-yaml"),
        ("a: &x [1]\nb: *x", "alias"), ("a: !!python/object:os.system {}", "not-yaml"), ("", "not-a-map"),
        ("source: 张三", "bad-map"), ("\x00", "not-yaml"),
    ],
)  # fmt: skip
def test_a_map_is_strict(tmp_path: Path, text: str, rule: str) -> None:
    with pytest.raises(Failure) as caught:
        read_map(_text(tmp_path / "m.yml", text))
    assert f"[{rule}]" in str(caught.value)
    assert "张三" not in str(caught.value)


def test_every_rule_has_its_words() -> None:
    assert all(words.strip() for words in RULES.values())
