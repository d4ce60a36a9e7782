"""How logs are read: tables and XES, what is taken of them, and what is paired."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.logs.past_cases import end_of, paired
from tests.api.logs.auditing import DUTCH, HEAD, audited, text, trace, xes
from tests.api.serving import CommandLine

CASES = "1,Receive,2014-03-01 10:00\n1,Decide,2014-03-05 10:00\n2,Receive,2014-03-01 10:00\n2,Decide,2014-05-01 10:00\n"


@pytest.fixture
def shixian(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_is_read_in_utf_8_with_a_mark_or_without_and_in_gb18030(
    shixian: CommandLine, tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "log.csv"
    rows = "办件编号,环节,时间\n苏〔2014〕1号,受理,2014/3/1 10:00\n苏〔2014〕1号,办结,2014年3月5日 17:30\n"
    file.write_bytes(rows.encode(encoding))
    found = audited(shixian, file, "--limit", "5", "--from", "受理", "--to", "办结", "--as-of", "2026-01-01")
    assert found.cases["苏〔2014〕1号"]["used"] == "2"
    assert found.said.code == 0


@pytest.mark.parametrize(
    "time", ["2014-03-01 10:00", "2014-03-01T10:00:00.000+01:00", "2014/3/1 10:00", "2014.03.01 10:00:00", "2014-03-01T09:00:00Z",
             "2014年3月1日 10:00", "2014-03-01T10:00:00,000", "2014-03-01 10:00:00 +0100", "2014-3-1 10:00:00.0"]
)  # fmt: skip
def test_times_are_read_as_they_are_written_where_that_is_certain(
    shixian: CommandLine, tmp_path: Path, time: str
) -> None:
    file = text(tmp_path, f'{HEAD}1,Receive,"{time}"\n1,Decide,2014-03-02T24:00:00\n')
    assert audited(shixian, file, "--limit", "1", *DUTCH).cases["1"]["used"] == "1.58333"


@pytest.mark.parametrize(
    "time", ["01-03-2014 10:00", "03/01/2014", "1393664400", "2014-02-30", "tomorrow", "2014-W09-6"]
)
def test_a_time_that_might_be_another_is_a_fault_unless_its_form_is_told(
    shixian: CommandLine, tmp_path: Path, time: str
) -> None:
    file = text(tmp_path, f"{HEAD}1,Receive,{time}\n1,Decide,2014-03-05 10:00\n")
    found = audited(shixian, file, "--limit", "56", *DUTCH)
    assert (found.said.code, found.verdicts) == (1, {"1": "unreadable"})
    assert found.said.json["faults"] == [{"line": 2, "column": "timestamp", "rule": "not-an-instant", "case": "1"}]
    assert time not in found.said.err
    told = text(tmp_path, f"{HEAD}1,Receive,01-03-2014 10:00\n1,Decide,05-03-2014 10:00\n")
    assert audited(shixian, told, "--limit", "56", *DUTCH, "--time-format", "%d-%m-%Y %H:%M").cases["1"]["used"] == "4"


def test_times_may_have_several_forms_and_a_form_without_a_time_of_day_is_a_date(
    shixian: CommandLine, tmp_path: Path
) -> None:
    rows = "case;activity;timestamp;until\n1;Receive;01-03-2014 10:00;05-03-2014\n1;Decide;05-03-2014;\n2;Receive;03-2014;\n"
    forms = ("--time-format", "%d-%m-%Y %H:%M", "--time-format", "%d-%m-%Y")
    found = audited(shixian, text(tmp_path, rows), "--limit", "56", *DUTCH, *forms)
    assert (found.verdicts, found.cases["1"]["used"]) == ({"1": "met", "2": "unreadable"}, "3.58333")
    assert found.said.json["days_alone"] == 1
    told = audited(shixian, text(tmp_path, rows), "--due-from", "until", *DUTCH, *forms)
    assert (told.verdicts["1"], told.cases["1"]["due"]) == ("met", "2014-03-06T00:00:00+01:00")


def test_a_time_that_is_not_asked_for_may_be_wrong_and_is_listed(shixian: CommandLine, tmp_path: Path) -> None:
    file = text(tmp_path, f"{HEAD}{CASES}1,Note,0000-00-00\n2,Decide,soon\n")
    found = audited(shixian, file, "--limit", "56", *DUTCH)
    assert (found.said.code, found.verdicts) == (1, {"1": "met", "2": "unreadable"})
    assert [(fault["line"], fault["case"]) for fault in found.said.json["faults"]] == [(6, "1"), (7, "2")]
    every = audited(shixian, file, "--limit", "56", "--unit", "day", "--zone", "UTC")
    assert every.verdicts == {"1": "unreadable", "2": "unreadable"}
    log = xes(
        tmp_path,
        trace(("Receive", "2014-03-01T10:00:00Z"), ("Note", "never"), ("Note", ""), ("Decide", "2014-03-02T10:00:00Z")),
    )
    found = audited(shixian, log, "--limit", "56", *DUTCH)
    assert (found.verdicts, [fault["line"] for fault in found.said.json["faults"]]) == ({"1": "met"}, [5])


def test_a_table_as_spreadsheets_leave_it_is_read(shixian: CommandLine, tmp_path: Path) -> None:
    """Cells behind the last column, rows of nothing, a head with the other delimiter in quotes, a column of no use twice."""
    columns = ";".join(f"extra {number % 1500}" for number in range(3000))
    cells = ";" * 2999
    rows = f'case;activity;timestamp;"remark, other";{columns}\n' + "".join(
        f"{row.replace(',', ';')};x;{cells};;\n" for row in CASES.splitlines()
    )
    file = text(tmp_path, f"\ufeff{rows};;;;{cells}\n;;\n")
    assert audited(shixian, file, "--limit", "56", *DUTCH).verdicts == {"1": "met", "2": "missed"}


@pytest.mark.parametrize(("encoding", "name"), [("utf-16", "utf-16"), ("windows-1252", "windows-1252")])
def test_other_encodings_are_read_where_they_are_told(
    shixian: CommandLine, tmp_path: Path, encoding: str, name: str
) -> None:
    file = tmp_path / "log.csv"
    file.write_bytes(f"{HEAD}Zürich €1,Receive,2014-03-01 10:00\n".encode(encoding))
    assert shixian("audit", str(file), "--limit", "5", *DUTCH).code == 1
    assert audited(shixian, file, "--limit", "5", *DUTCH, "--encoding", name).verdicts == {"Zürich €1": "open"}


def test_a_year_that_cannot_be_is_a_fault(shixian: CommandLine, tmp_path: Path) -> None:
    file = text(tmp_path, f"{HEAD}1,Receive,0001-01-01 10:00\n1,Decide,9999-03-05 10:00\n")
    found = audited(shixian, file, "--limit", "56", *DUTCH)
    assert [fault["rule"] for fault in found.said.json["faults"]] == ["not-plausible"] * 2


def test_times_without_a_time_of_day_are_midnight_and_that_is_said(shixian: CommandLine, tmp_path: Path) -> None:
    file = text(tmp_path, f"{HEAD}1,Receive,2014-03-01\n1,Decide,2014-04-26\n")
    for judge in ("instant", "date"):
        found = audited(shixian, file, "--limit", "56", *DUTCH, "--judge", judge)
        assert (found.verdicts["1"], found.said.json["days_alone"]) == ("met", 2)
        assert "00:00" in found.said.err


def test_semicolons_and_tabs_are_found_and_other_delimiters_are_told(shixian: CommandLine, tmp_path: Path) -> None:
    for delimiter, options in ((";", ()), ("\t", ()), ("|", ("--delimiter", "|"))):
        file = text(tmp_path, (HEAD + CASES).replace(",", delimiter))
        assert audited(shixian, file, "--limit", "56", *DUTCH, *options).verdicts == {"1": "met", "2": "missed"}


def test_a_cell_may_hold_quotes_delimiters_and_lines_and_a_fault_names_the_line_of_its_row(
    shixian: CommandLine, tmp_path: Path
) -> None:
    file = text(tmp_path, 'case,activity,timestamp,remark\n1,Receive,2014-03-01 10:00,"a ""b"",\nc"\n2,Receive,soon,\n')
    found = audited(shixian, file, "--limit", "56", *DUTCH)
    assert [fault["line"] for fault in found.said.json["faults"]] == [4]
    assert found.verdicts == {"1": "open", "2": "unreadable"}


def test_rows_may_come_in_any_order_and_cases_stand_as_they_are_told_first(
    shixian: CommandLine, tmp_path: Path
) -> None:
    backwards = "".join(reversed(CASES.splitlines(keepends=True)))
    found = audited(shixian, text(tmp_path, HEAD + backwards), "--limit", "56", *DUTCH)
    assert list(found.verdicts.items()) == [("2", "missed"), ("1", "met")]


def test_a_row_may_be_a_case(shixian: CommandLine, tmp_path: Path) -> None:
    rows = "id,in,out,halted,again,days,until\n1,2014-03-01,2014-03-09,2014-03-02,2014-03-05,5,2014-03-08\n2,2014-03-01,,,,5,\n"
    file = text(tmp_path, rows)
    shape = ("--case", "id", "--start", "in", "--end", "out", "--unit", "day", "--zone", "UTC", "--judge", "date")
    found = audited(shixian, file, *shape, "--limit-from", "days", "--suspended", "halted=again")
    assert found.verdicts == {"1": "met", "2": "open"}
    assert (found.cases["1"]["used"], found.cases["1"]["suspended"], found.cases["1"]["limit"]) == ("5", "3", "5")
    told = audited(shixian, file, *shape, "--due-from", "until")
    assert (told.verdicts, told.cases["1"]["due"]) == ({"1": "missed", "2": "no-limit"}, "2014-03-08")
    twice = text(tmp_path, rows + "1,2014-03-01,2014-03-03,,,5,\n")
    assert audited(shixian, twice, *shape, "--limit", "9").verdicts == {"1": "twice", "2": "open"}


def test_the_first_and_the_last_event_are_start_and_end_where_nothing_else_is_told(
    shixian: CommandLine, tmp_path: Path
) -> None:
    file = text(tmp_path, f"{HEAD}1,Any,2014-03-03 10:00\n1,Other,2014-03-01 10:00\n1,More,2014-03-05 10:00\n")
    found = audited(shixian, file, "--limit", "3", "--unit", "day", "--zone", "UTC")
    assert (found.verdicts["1"], found.cases["1"]["used"]) == ("missed", "4")


def test_the_first_end_after_the_start_counts_or_the_last_one(shixian: CommandLine, tmp_path: Path) -> None:
    file = text(
        tmp_path,
        f"{HEAD}1,Decide,2014-02-01 10:00\n1,Receive,2014-03-01 10:00\n1,Decide,2014-03-03 10:00\n1,Decide,2014-03-09 10:00\n",
    )
    assert audited(shixian, file, "--limit", "3", *DUTCH).cases["1"]["used"] == "2"
    assert audited(shixian, file, "--limit", "3", *DUTCH, "--last").cases["1"]["used"] == "8"


def test_only_the_rows_that_are_asked_for_are_looked_at(shixian: CommandLine, tmp_path: Path) -> None:
    rows = "case,code,at,step\n1,3,2014-03-01 10:00,\n1,11,2014-03-02 10:00,survey\n1,11,2014-03-09 10:00,\n"
    file = text(tmp_path, rows)
    codes = ("--activity", "code", "--from", "3", "--to", "11", "--unit", "day", "--zone", "UTC", "--limit", "5")
    assert audited(shixian, file, *codes).cases["1"]["used"] == "1"
    assert audited(shixian, file, *codes, "--where", "step=").cases["1"]["used"] == "8"


def test_a_limit_that_a_case_has_twice_is_a_fault(shixian: CommandLine, tmp_path: Path) -> None:
    rows = "case,activity,at,days\n1,Receive,2014-03-01 10:00,5\n1,Decide,2014-03-02 10:00,5.0\n"
    options = ("--limit-from", "days", *DUTCH)
    assert audited(shixian, text(tmp_path, rows), *options).verdicts == {"1": "met"}
    other = audited(
        shixian, text(tmp_path, rows + "1,Note,2014-03-02 10:00,6\n2,Receive,2014-03-01 10:00,many\n"), *options
    )
    assert other.verdicts == {"1": "unreadable", "2": "unreadable"}
    assert {(fault["line"], fault["rule"]) for fault in other.said.json["faults"]} == {
        (2, "several-values"),
        (5, "not-a-limit"),
    }


# XES.


def test_a_trace_is_a_case_whatever_name_space_and_attributes_it_has(shixian: CommandLine, tmp_path: Path) -> None:
    nested = (
        '<string key="x" value="y"><string key="concept:name" value="Decide"/></string><list key="l"><values/></list>'
    )
    file = xes(
        tmp_path,
        '<extension name="Concept" prefix="concept" uri="u"/><global scope="event"><date key="time:timestamp" value="never"/></global>',
        trace(("Receive", "2014-03-01T10:00:00+01:00"), ("Decide", "2014-04-26T10:00:00.001+02:00"), more=nested),
        trace(("Receive", "2014-03-01T10:00:00+01:00"), name=None),
        '<event><string key="concept:name" value="Decide"/></event>',
    )
    found = audited(shixian, file, "--limit", "56", *DUTCH)
    assert found.verdicts == {"1": "missed", "#2": "open"}
    assert found.said.json["strays"] == 1
    assert "rows of no case" in found.said.err
    packed = tmp_path / "log.xes.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert audited(shixian, packed, "--limit", "56", *DUTCH).verdicts == found.verdicts


def test_a_transition_is_asked_for_or_taken_to_be_the_end(shixian: CommandLine, tmp_path: Path) -> None:
    def event(activity: str, transition: str, at: str) -> str:
        return (
            f'<event><string key="concept:name" value="{activity}"/><string key="lifecycle:transition" value="{transition}"/>'
            f'<date key="time:timestamp" value="{at}+01:00"/></event>'
        )

    events = (
        event("Work", "START", "2014-03-01T10:00:00"),
        event("Work", "Suspend", "2014-03-02T10:00:00"),
        event("Work", "resume", "2014-03-04T10:00:00"),
        event("Work", "complete", "2014-03-06T10:00:00"),
    )
    file = xes(tmp_path, f'<trace><string key="concept:name" value="1"/>{"".join(events)}</trace>')
    zone = ("--unit", "day", "--zone", "Europe/Amsterdam", "--limit", "9")
    for activities, used in (
        (("--from", "Work", "--to", "Work"), "5"),
        (("--from", "Work+start", "--to", "Work+Suspend"), "1"),
        (("--from", "Work", "--to", "Work+complete", "--suspended", "Work+suspend=Work+resume"), "3"),
    ):
        assert audited(shixian, file, *zone, *activities).cases["1"]["used"] == used


def test_a_transition_of_another_lifecycle_and_an_activity_with_a_plus_are_what_they_are(
    shixian: CommandLine, tmp_path: Path
) -> None:
    rows = "case,activity,timestamp,transition\n1,A+B,2014-03-01 10:00,\n1,Completed,2014-03-03 10:00,Closed\n1,Completed,2014-03-09 10:00,In Call\n"
    file, zone = text(tmp_path, rows), ("--unit", "day", "--zone", "UTC", "--limit", "9")
    assert audited(shixian, file, *zone, "--from", "A+B", "--to", "Completed").cases["1"]["used"] == "2"
    assert audited(shixian, file, *zone, "--from", "A+B", "--to", "Completed+In Call").cases["1"]["used"] == "8"


def test_an_event_that_is_asked_for_has_a_time(shixian: CommandLine, tmp_path: Path) -> None:
    file = text(tmp_path, f"{HEAD}{CASES}1,Note,\n2,Decide,\n")
    found = audited(shixian, file, "--limit", "56", *DUTCH)
    assert found.verdicts == {"1": "met", "2": "unreadable"}
    assert found.said.json["faults"] == [{"line": 7, "column": "time", "rule": "missing", "case": "2"}]


def test_a_part_of_a_second_counts(shixian: CommandLine, tmp_path: Path) -> None:
    for late in ("2014/3/2 10:00:00.001", "2014-03-02T10:00:00.001", "2014-03-02 10:00:00,001"):
        file = text(tmp_path, f'{HEAD}1,Receive,2014/3/1 10:00\n1,Decide,"{late}"\n')
        assert audited(shixian, file, "--limit", "1", *DUTCH).verdicts["1"] == "missed"


def test_attributes_of_a_trace_may_be_its_start_end_limit_and_due_date(shixian: CommandLine, tmp_path: Path) -> None:
    own = (
        '<date key="startDate" value="2014-03-01T00:00:00+01:00"/><date key="endDate" value="2014-03-20T00:00:00+01:00"/>'
        '<date key="planned" value="2014-03-19T00:00:00+01:00"/><int key="days" value="19"/><boolean key="yes" value="true"/>'
    )
    file = xes(
        tmp_path,
        trace(("Note", "2014-03-05T10:00:00+01:00"), more=own),
        trace(("Note", "2014-03-05T10:00:00Z"), name="2"),
    )
    zone = ("--unit", "day", "--zone", "Europe/Amsterdam", "--start", "startDate", "--end", "endDate")
    assert audited(shixian, file, *zone, "--limit-from", "days").verdicts == {"1": "met", "2": "no-start"}
    assert audited(shixian, file, *zone, "--due-from", "planned").verdicts == {"1": "missed", "2": "no-start"}
    asked = audited(shixian, file, *zone, "--limit", "20", "--where", "yes=true")
    assert asked.verdicts["1"] == "met"
    assert audited(shixian, file, *zone, "--limit", "20", "--where", "yes=false").verdicts.keys() == {"2"}


def test_a_wrong_value_of_xes_sets_its_case_apart(shixian: CommandLine, tmp_path: Path) -> None:
    file = xes(
        tmp_path,
        trace(("Receive", "soon"), ("Decide", "2014-03-02T10:00:00Z")),
        trace(("Receive", "2014-03-01T10:00:00Z"), name="2", more='<int key="days" value="many"/>'),
    )
    found = audited(shixian, file, *DUTCH, "--limit", "56", "--limit-from", "days")
    assert found.verdicts == {"1": "unreadable", "2": "unreadable"}
    assert [(fault["line"], fault["column"], fault["rule"]) for fault in found.said.json["faults"]] == [
        (4, "time:timestamp", "not-an-instant"),
        (7, "days", "not-a-number"),
    ]


# Halts.


def test_halts_are_paired_by_instance_and_else_by_what_began_first() -> None:
    assert paired([(0, True, "a", 1), (0, True, "b", 2), (0, False, "b", 3), (0, False, "a", 9)]) == (
        [(2, 3), (1, 9)],
        0,
    )
    assert paired([(0, True, "a", 1), (0, False, "x", 3), (0, False, "y", 4)]) == ([(1, 3)], 1)
    assert paired([(0, True, "", 1), (0, True, "", 2), (0, False, "", 3)]) == ([(1, 3)], 0)
    assert paired([(0, True, "", 1), (1, False, "", 2)]) == ([(1, None)], 1)
    assert paired([(0, False, "", 5), (0, True, "", 5)]) == ([(5, 5)], 0)
    assert paired([(0, True, "", 1), (0, False, "", 5), (0, True, "", 5)]) == ([(1, 5), (5, None)], 0)


@given(some.lists(some.tuples(some.integers(0, 1), some.booleans(), some.sampled_from(["", "a"]), some.integers(0, 9))))
def test_no_beginning_is_paired_twice_and_none_ends_before_it_began(told: list[tuple[int, bool, str, int]]) -> None:
    stretches, unpaired = paired(told)
    ends = sum(not begins for _, begins, _, _ in told)
    assert unpaired + sum(until is not None for _, until in stretches) == ends
    assert all(until is None or at <= until for at, until in stretches)
    assert len(stretches) <= sum(begins for _, begins, _, _ in told)


def test_remarks_say_what_is_odd_about_halts(shixian: CommandLine, tmp_path: Path) -> None:
    file = text(tmp_path, f"{HEAD}{CASES}1,Answer,2014-03-02 10:00\n2,Ask,2014-04-01 10:00\n")
    found = audited(shixian, file, "--limit", "56", *DUTCH, "--suspended", "Ask=Answer")
    assert {number: case["remarks"] for number, case in found.cases.items()} == {
        "1": "unpaired-end",
        "2": "unended-halt",
    }
    assert (found.verdicts["2"], found.cases["2"]["due"]) == ("met", None)


def test_an_end_is_the_first_from_the_start_on() -> None:
    assert end_of([3, 9, 5], 4) == 5
    assert end_of([3, 9, 5], None) == 3
    assert end_of([1, 2], 4) == 2
    assert end_of([], 4) is None
