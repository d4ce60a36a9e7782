"""The command `import`: its example, its dry run, and that its page says what it does."""

import json
import re
import shlex
from pathlib import Path

import pytest

from api.cli.imports import example_map
from api.imports.differences import REASON_WORDS, DueReason
from api.imports.import_map import ImportColumns, ImportMap, read_map
from tests.api.imports.files import CASES_MAP, case_rows, planted, write_csv
from tests.api.serving import CommandLine

PAGE = Path(__file__).parents[3] / "docs" / "import.md"


@pytest.fixture
def shixian(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    monkeypatch.setenv("SHIXIAN_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return CommandLine(capsys)


def _map(tmp_path: Path) -> str:
    path = tmp_path / "map.yml"
    path.write_text(json.dumps(CASES_MAP, ensure_ascii=False), encoding="utf-8")  # JSON is YAML
    return str(path)


def test_the_example_is_a_map_and_names_every_field(shixian: CommandLine, tmp_path: Path) -> None:
    said = shixian("import", "--example")
    assert said.code == 0
    (tmp_path / "example.yml").write_text(said.out, encoding="utf-8")
    assert read_map(tmp_path / "example.yml").source == "市报装系统"
    names = [*ImportMap.model_fields, *ImportColumns.model_fields]
    assert [name for name in names if f"{name}:" not in example_map()] == []


def test_a_dry_run_names_faults_and_ends_with_1(shixian: CommandLine, tmp_path: Path) -> None:
    rows = case_rows(30)
    wanted = planted(rows, 4)
    path = write_csv(tmp_path / "a.csv", rows)
    said = shixian("import", str(path), "--map", _map(tmp_path), "--dry-run")
    assert said.code == 1
    for line, column, rule in wanted:
        assert any(f"a.csv:{line} {column}: " in one and f"[{rule}]" in one for one in said.out.splitlines())
    found = json.loads(shixian("import", str(path), "--map", _map(tmp_path), "--dry-run", "--json").out)
    assert [(one["line"], one["column"], one["rule"]) for one in found["faults"]] == wanted
    assert found["cases"]["good"] == 26


def test_a_dry_run_says_why_due_dates_differ(shixian: CommandLine, tmp_path: Path) -> None:
    rows = case_rows(3)
    for row in rows:
        row["到期"] = "2026-12-31"
    rows[0] |= dict.fromkeys(("踏勘", "验收", "通水", "办结", "结果"), "") | {
        "接件": "2026-03-02 18:10", "受理": "2026-03-02 18:10", "到期": "2026-03-06",
    }  # fmt: skip
    said = shixian("import", str(write_csv(tmp_path / "a.csv", rows)), "--map", _map(tmp_path), "--dry-run")
    assert said.code == 0
    for words in (REASON_WORDS[DueReason.AFTER_HOURS_NOT_ROLLED], "未能解释 unexplained", "相同 same 0", "2026-03-09"):
        assert words in said.out.replace("\n", "") or words[:8] in said.out


def test_the_page_shows_what_the_command_prints(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    page = PAGE.read_text(encoding="utf-8")
    for kind, name in (("csv", "cases.csv"), ("yaml", "map.yml")):
        [content] = re.findall(rf"(?ms)^```{kind}\n(.*?)^```", page)
        (tmp_path / name).write_text(content, encoding="utf-8")
    [(command, printed)] = re.findall(r"(?ms)^```\n\$ shixian ([^\n]*)\n(.*?)^```", page)
    said = shixian(*shlex.split(command))
    assert [line.rstrip() for line in said.out.splitlines()] == printed.splitlines()


def test_files_and_a_map_are_needed(shixian: CommandLine) -> None:
    said = shixian("import", "--dry-run")
    assert said.code == 2
    assert "--map" in said.err


def test_the_page_names_every_way_of_counting() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [reason for reason in DueReason if f"`{reason}`" not in page] == []
