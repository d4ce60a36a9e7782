"""The commands `audit` and `export`: what they print, what they refuse, and that their page says what they do."""

import json
import re
import shlex
from contextlib import closing
from pathlib import Path

import pytest

from sla.clock import Unit
from sla.past import PastUnit, PastVerdict
from tests.activities.test_almanacs import loaded
from tests.api.logs.auditing import DUTCH, HEAD, audited, text, xes
from tests.api.logs.exports import STORIES, papers, put, read_again
from tests.api.office import file_store
from tests.api.serving import CommandLine
from tests.notices import PUBLISHED, TEXT, invented

PAGE = Path(__file__).parents[3] / "docs" / "audit.md"
LOG = "1,Receive,2014-03-01 10:00\n1,Decide,2014-05-05 10:00\n2,Receive,2014-03-01 10:00\n3,Decide,2014-03-01 10:00\n"


@pytest.fixture
def shixian(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    monkeypatch.setenv("SHIXIAN_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return CommandLine(capsys)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation with a case for everything that a log may say of one."""
    folder = tmp_path_factory.mktemp("filled")
    with closing(file_store(folder)) as store:
        for paper in papers():
            put(store, paper)
    return folder


def _blocks() -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Files of the page, and its commands with what they print."""
    page = PAGE.read_text(encoding="utf-8")
    files = dict(re.findall(r"(?ms)^[^\n]*This is `(\S+)`:\n\n```csv\n(.*?)^```", page))
    commands = re.findall(r"(?ms)^```\n\$ shixian ([^\n]*)\n(.*?)^```", page)
    return files, commands


def test_the_page_shows_what_the_command_prints(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "150")
    files, commands = _blocks()
    assert (len(files), len(commands)) == (2, 3)
    for name, content in files.items():
        text(tmp_path, content, name)
    for command, printed in commands:
        said = shixian(*shlex.split(command))
        assert [line.rstrip() for line in said.out.removeprefix("\ufeff").splitlines()] == printed.splitlines()
        assert said.code == 0


def test_the_page_names_every_verdict() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [verdict for verdict in PastVerdict if f"`{verdict}`" not in page] == []


def test_a_table_shows_rule_totals_the_latest_and_what_is_not_judged(shixian: CommandLine, tmp_path: Path) -> None:
    said = shixian("audit", str(text(tmp_path, HEAD + LOG)), "--limit", "56", *DUTCH, "--now", "2014-05-01 10:00")
    assert said.code == 0
    for words in (
        "56 自然日",
        "Europe/Amsterdam",
        "按时刻 by the instant",
        "超时最多 latest（2）",
        "未判定 not judged（1）",
    ):
        assert words in said.out
    few = shixian("audit", str(text(tmp_path, HEAD + LOG)), "--limit", "56", *DUTCH, "--show", "0")
    assert "latest" not in few.out


def test_numbers_add_up_to_all_cases(shixian: CommandLine, tmp_path: Path) -> None:
    found = audited(shixian, text(tmp_path, HEAD + LOG), "--limit", "56", *DUTCH, "--now", "2014-05-01 10:00")
    said = found.said.json
    assert sum(said["verdicts"].values()) == said["cases_count"] == len(said["cases"]) == 3
    assert found.verdicts == {"1": "missed", "2": "overdue", "3": "no-start"}
    assert said["rule"] | {"calendar": ""} == {
        "limit": "56", "unit": "day", "zone": "Europe/Amsterdam", "calendar": "", "judge": "instant", "exact": True,
        "close": None, "roll": True, "roll_end": True, "count_start": False, "now": "2014-05-01T10:00:00+02:00",
    }  # fmt: skip
    assert said["decided"] == {"n": 1, "mean": "65.00", "maximum": "65", "longest": "1"}
    none = audited(shixian, text(tmp_path, HEAD), "--limit", "56", *DUTCH)
    assert (none.said.json["cases"], none.said.json["decided"]["mean"]) == ([], None)
    assert json.loads(none.said.out)


@pytest.mark.parametrize(
    ("options", "due", "used"),
    [
        (("--calendar", "CN"), "2020-02-05T17:30:00+08:00", "3"),
        (("--calendar", "CN", "--close", "24:00"), "2020-02-06T00:00:00+08:00", "3"),
        (("--calendar", "CN", "--as-of", "2020-01-26"), "2020-02-03T17:30:00+08:00", "5"),
        (("--calendar", "CN", "--judge", "date"), "2020-02-05", "3"),
        (("--calendar", "weekdays"), "2020-01-28T10:00:00+08:00", "9"),
        (("--calendar", "weekdays", "--close", "16:00"), "2020-01-28T16:00:00+08:00", "9"),
        (("--calendar", "weekdays", "--days-off", "off.txt"), "2020-01-29T10:00:00+08:00", "8"),
        (("--unit", "workhour", "--hours", "09:00-12:00,13:00-18:00"), "2020-01-23T14:00:00+08:00", "24"),
        (("--unit", "hour"), "2020-01-23T13:00:00+08:00", "312"),
        (("--unit", "hour", "--zone", "Europe/Amsterdam"), "2020-01-23T13:00:00+01:00", "312"),
        (("--unit", "workhour"), "2020-01-23T14:00:00+08:00", "24"),
        (("--unit", "day"), "2020-02-03T17:30:00+08:00", "13"),
        (("--unit", "day", "--roll-end", "no"), "2020-01-26T17:30:00+08:00", "13"),
        (("--unit", "day", "--count-start", "yes"), "2020-02-03T17:30:00+08:00", "14"),
        (("--unit", "day", "--calendar", "none"), "2020-01-26T10:00:00+08:00", "13"),
        (("--unit", "month", "--calendar", "none"), "2020-04-23T10:00:00+08:00", "0.41"),
        (("--cutoff", "09:00"), "2020-02-06T17:30:00+08:00", "2"),
        (("--cutoff", "09:00", "--roll", "no"), "2020-02-05T17:30:00+08:00", "3"),
    ],
)
def test_every_choice_makes_a_rule_of_its_own(
    shixian: CommandLine, tmp_path: Path, options: tuple[str, ...], due: str, used: str
) -> None:
    text(tmp_path, "# Lunar New Year\n2020-01-27  # a Monday\n\n", "off.txt")
    file = text(tmp_path, f"{HEAD}1,Receive,2020-01-23 10:00\n1,Decide,2020-02-05 10:00\n")
    said = audited(shixian, file, "--limit", "3", "--from", "Receive", "--to", "Decide", *options).cases["1"]
    assert (said["due"], said["used"]) == (due, used)


def test_every_unit_that_sla_knows_is_one_of_an_audit_and_an_unknown_one_is_told_which_there_are(
    shixian: CommandLine, tmp_path: Path
) -> None:
    file = text(tmp_path, f"{HEAD}1,Receive,2020-03-02 10:00\n1,Decide,2020-03-02 11:00\n")
    for unit in {*Unit, *PastUnit}:
        found = audited(shixian, file, "--limit", "1", "--unit", unit, "--as-of", "2026-01-01")
        assert (found.verdicts["1"], found.said.json["rule"]["unit"]) == ("met", unit)
    said = shixian("audit", str(file), "--limit", "1", "--unit", "week")
    assert all(f"{unit} " in said.err for unit in PastUnit)
    assert "自然小时" in said.err


def test_an_audit_counts_by_notices_that_are_brought_with_it_or_that_an_installation_approved(
    shixian: CommandLine, tmp_path: Path
) -> None:
    file = text(tmp_path, f"{HEAD}1,Receive,2026-11-26 10:00\n1,Decide,2027-01-08 17:30:01\n")
    asked = ("--limit", "30", "--from", "Receive", "--to", "Decide", "--as-of", "2026-12-01")
    notice = text(tmp_path, TEXT, "2027.txt")
    brought = ("--notice", str(notice), "--published", PUBLISHED.isoformat())
    assert audited(shixian, file, *asked).verdicts["1"] == "beyond-calendar"
    found = audited(shixian, file, *asked, *brought).cases["1"]
    assert (found["verdict"], found["due"], found["over"]) == ("missed", "2027-01-08T17:30:00+08:00", "0")
    before = audited(shixian, file, *asked[:-1], "2026-11-03", *brought)
    assert before.verdicts["1"] == "beyond-calendar"
    said = shixian(
        "audit", str(file), *asked, "--notice", str(text(tmp_path, TEXT.replace("共8天", "共9天"), "wrong.txt"))
    )
    assert (said.code, said.out) == (2, "")
    assert "wrong.txt" in said.err
    with closing(file_store(tmp_path)) as store:
        loaded(store, invented())
    assert audited(shixian, file, *asked).verdicts["1"] == "beyond-calendar"
    assert audited(shixian, file, *asked, "--data-dir", str(tmp_path)).cases["1"]["due"] == found["due"]


@pytest.mark.parametrize(
    ("options", "field", "rule"),
    [
        ((), "--limit", "missing"),
        (("--limit", "many"), "--limit", "bad-number"),
        (("--limit", "1.5", "--unit", "month"), "--limit", "bad-limit"),
        (("--limit", "5", "--unit", "week"), "--unit", "unknown-unit"),
        (("--limit", "5", "--unit", "hour", "--calendar", "CN"), "--calendar", "contradiction"),
        (("--limit", "5", "--unit", "hour", "--close", "17:30"), "--close", "contradiction"),
        (("--limit", "5", "--unit", "workhour", "--close", "17:30"), "--close", "contradiction"),
        (("--limit", "5", "--unit", "workhour", "--count-start", "yes"), "--count-start", "contradiction"),
        (("--limit", "5", "--unit", "workhour", "--zone", "Europe/Amsterdam"), "--calendar", "missing"),
        (("--limit", "5", "--notice", "log.csv"), "--notice", "unknown"),
        (("--limit", "5", "--notice", "log.csv", "--calendar", "weekdays"), "--notice", "contradiction"),
        (("--limit", "5", "--published", "2026-11-04"), "--published", "contradiction"),
        (("--limit", "5", "--data-dir", "empty"), "--data-dir", "no-database"),
        (("--limit", "5", "--zone", "Mars/Olympus"), "--zone", "unknown-zone"),
        (("--limit", "5", "--zone", "../../etc/passwd"), "--zone", "unknown-zone"),
        (("--limit", "5", "--zone", "Europe/Amsterdam"), "--calendar", "missing"),
        (("--limit", "5", "--calendar", "mars"), "--calendar", "unknown-jurisdiction"),
        (("--limit", "5", "--close", "noon"), "--close", "bad-time"),
        (("--limit", "5", "--judge", "date", "--close", "24:00"), "--close", "contradiction"),
        (("--limit", "5", "--hours", "08:00-12:00"), "--hours", "bad-hours"),
        (("--limit", "5", "--hours", "08:00-12:00,11:00-17:00"), "--hours", "bad-hours"),
        (("--limit", "5", "--days-off", "log.csv"), "--days-off", "bad-date"),
        (("--limit", "5", "--days-off", "off.txt"), "--days-off", "contradiction"),
        (("--limit", "5", "--calendar", "weekdays", "--count-start", "yes"), "--count-start", "contradiction"),
        (("--limit", "5", "--suspended", "Ask"), "--suspended", "bad-pair"),
        (("--limit", "5", "--suspended", "Ask="), "--suspended", "bad-pair"),
        (("--limit", "5", "--where", "=x"), "--where", "bad-pair"),
        (("--limit", "5", "--from", "A", "--start", "b"), "--from", "contradiction"),
        (("--limit", "5", "--to", "A", "--end", "b"), "--to", "contradiction"),
        (("--limit-from", "a", "--due-from", "b"), "--limit-from", "contradiction"),
        (("--limit", "5", "--delimiter", "::"), "--delimiter", "bad-delimiter"),
        (("--limit", "5", "--now", "soon"), "--now", "not-an-instant"),
        (("--limit", "5", "--as-of", "soon"), "--as-of", "bad-date"),
    ],
)
def test_wrong_options_name_their_field_and_rule(
    shixian: CommandLine, tmp_path: Path, options: tuple[str, ...], field: str, rule: str
) -> None:
    text(tmp_path, "2020-01-27\n", "off.txt")
    said = shixian("audit", str(text(tmp_path, HEAD + LOG)), *options)
    assert (said.code, said.out) == (2, "")
    assert field in said.err
    assert rule in said.err


def test_a_file_that_is_not_there_and_a_form_that_is_not_known_are_asked_wrongly(shixian: CommandLine) -> None:
    assert shixian("audit", "none.csv", "--limit", "5").code == 2
    said = shixian("export", "log.txt")
    assert (said.code, "unknown-form" in said.err) == (2, True)


def test_what_is_exported_and_audited_comes_to_what_shixian_itself_came_to(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, filled: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHIXIAN_DATA_DIR", str(filled))
    said = shixian("export", "cases.xes", "--variant", "no-new-pipe", "--json")
    assert said.code == 0, said.err
    assert said.json["cases"] == len(STORIES) - 1
    rule = ("--limit", "4", "--from", "accepted", "--to", "water-on", "--suspended", "hearing+suspend=hearing+resume")
    found = audited(shixian, tmp_path / "cases.xes", *rule, "--as-of", "2021-04-01")
    for number, (trace, _) in read_again(tmp_path / "cases.xes").items():
        case, own = found.cases[number], trace.more
        if "shixian:verdict" in own and not number.startswith(("SZ-11", "SZ-12")):
            assert (case["verdict"], case["due"]) == (own["shixian:verdict"], own["shixian:due"].isoformat())  # type: ignore[union-attr]
            assert float(case["used"]) == own["shixian:used"]
    assert found.verdicts["SZ-01-approved"] == "met"
    assert found.verdicts["SZ-02-late"] == "missed"


def test_rows_of_state_codes_can_be_audited(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, filled: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHIXIAN_DATA_DIR", str(filled))
    assert shixian("export", "cases.csv").code == 0
    codes = ("--activity", "code", "--where", "step=", "--from", "3", "--to", "11", "--to", "12", "--to", "13")
    halts = ("--suspended", "6=7", "--suspended", "9=10")
    found = audited(shixian, tmp_path / "cases.csv", "--limit", "4", *codes, *halts, "--as-of", "2021-04-01")
    assert {number for number, verdict in found.verdicts.items() if verdict == "missed"} == {"SZ-02-late"}
    assert found.cases["SZ-05-suspended"]["remarks"] == "unended-halt"


def test_an_export_says_what_it_wrote(shixian: CommandLine, tmp_path: Path) -> None:
    store = file_store(tmp_path)
    store.dispose()
    for name in ("log.xes", "log.xes.gz", "log.json", "log.csv"):
        said = shixian("export", name)
        assert (said.code, "0 个办件 cases" in said.out) == (0, True), said.err
        assert (tmp_path / name).exists()
    assert shixian("export", "log.txt", "--as", "ocel").code == 0
    assert xes(tmp_path).exists()
