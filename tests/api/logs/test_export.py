"""Cases of the ledger as logs: against their schemas, and read again."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import xmlschema
from hypothesis import given, settings

from activities.store.store import Store
from api.logs.exported import exported
from api.logs.exporting import LogForm, exported_case
from api.logs.ocel_writing import EVENT_ATTRIBUTES, OcelWriter
from api.logs.state_rows import StateWriter
from api.logs.xes_writing import XesWriter
from sla.release import RELEASE
from tests.api.logs.exports import STORIES, comparable, instant, papers, put, read_again, written
from tests.api.office import file_store
from tests.desk import Desk, Paper, a_whole_case
from tests.reference import DATA
from tests.workflows.test_state_properties import HISTORIES, Makers, played

PAIRS = {7: 6, 10: 9}
CLOSING = {2, 5, 11, 12, 13, 14, 15}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """With a case for everything that a log may say of one."""
    filled = file_store(tmp_path_factory.mktemp("export"))
    for paper in papers():
        put(filled, paper)
    yield filled
    filled.dispose()


@pytest.fixture(scope="module")
def xes_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(DATA / "xes.xsd")


def test_xes_is_valid_by_its_schema(store: Store, xes_schema: xmlschema.XMLSchema, tmp_path: Path) -> None:
    written(store, LogForm.XES, tmp_path / "log.xes")
    xes_schema.validate(tmp_path / "log.xes")
    text = (tmp_path / "log.xes").read_text(encoding="utf-8")
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        xes_schema.validate(text.replace("<event>", "<trace>").replace("</event>", "</trace>"))


def test_what_is_exported_as_xes_and_read_again_is_the_same(store: Store, tmp_path: Path) -> None:
    sums = written(store, LogForm.XES, tmp_path / "log.xes.gz")
    again = read_again(tmp_path / "log.xes.gz")
    assert list(again) == sorted(STORIES)
    for number, (trace, events) in again.items():
        one = exported_case(store, number)
        assert one is not None
        assert events == comparable(one)
        assert trace.more == {"concept:name": number, **one.values}
    assert sums == (len(STORIES), sum(len(events) for _, events in again.values()))


@settings(max_examples=40)
@given(makers=HISTORIES)
def test_whatever_happened_in_a_case_is_exported_and_read_again(
    tmp_path_factory: pytest.TempPathFactory, makers: Makers
) -> None:
    paper, _ = played(makers)
    one = exported(paper.now(), None)
    file = tmp_path_factory.getbasetemp() / "any.xes"
    with file.open("w", encoding="utf-8") as stream:
        writer = XesWriter(stream, "any")
        writer.trace(one.case, one.values, one.events)
        writer.end()
    (trace, events), *_ = read_again(file).values()
    assert events == comparable(one)
    assert trace.more["shixian:status"] == str(paper.now().status)
    assert [event.at for event in events] == sorted(event.at for event in events if event.at is not None)


def _ocel(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_ocel_is_valid_by_its_schema(store: Store, tmp_path: Path) -> None:
    written(store, LogForm.OCEL, tmp_path / "log.json")
    schema = jsonschema_rs.validator_for(json.loads((DATA / "ocel.schema.json").read_text(encoding="utf-8")))
    log = _ocel(tmp_path / "log.json")
    schema.validate(log)
    assert not schema.is_valid({**log, "events": [{**log["events"][0], "time": "yesterday"}]})
    assert not schema.is_valid({**log, "objects": [{**log["objects"][0], "colour": "red"}]})


def test_everything_in_ocel_is_declared_and_every_relation_leads_to_an_object(store: Store, tmp_path: Path) -> None:
    written(store, LogForm.OCEL, tmp_path / "log.json")
    log = _ocel(tmp_path / "log.json")
    objects = {one["id"]: one for one in log["objects"]}
    assert len(objects) == len(log["objects"])
    assert len({one["id"] for one in log["events"]}) == len(log["events"])
    declared = {
        (kind, one["name"]): {attribute["name"] for attribute in one["attributes"]}
        for kind in ("eventTypes", "objectTypes")
        for one in log[kind]
    }
    for kind, things in (("eventTypes", log["events"]), ("objectTypes", log["objects"])):
        for thing in things:
            names = [attribute["name"] for attribute in thing["attributes"]]
            assert len(names) == len(set(names))
            assert set(names) <= declared[kind, thing["type"]]
            assert {relation["objectId"] for relation in thing["relationships"]} <= objects.keys()
    assert {one["type"] for one in log["objects"]} == {"case", "step", "office", "project", "survey"}
    assert {r["qualifier"] for e in log["events"] for r in e["relationships"]} == {"of", "by", "on"}


def test_ocel_has_the_events_that_xes_has(store: Store, tmp_path: Path) -> None:
    written(store, LogForm.OCEL, tmp_path / "log.json")
    found = [
        (one["id"].rpartition(":")[0], one["type"].partition("+")[0], instant(one["time"].replace("Z", "+00:00")))
        for one in _ocel(tmp_path / "log.json")["events"]
    ]
    cases = [exported_case(store, number) for number in sorted(STORIES)]
    assert found == [(one.case, event.activity, event.at) for one in cases if one for event in one.events]


def _rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))


def test_rows_of_state_codes_are_the_case_as_the_national_standard_tells_it(store: Store, tmp_path: Path) -> None:
    written(store, LogForm.STATES, tmp_path / "log.csv")
    rows = _rows(tmp_path / "log.csv")
    codes = {number: [int(r["code"]) for r in rows if r["case"] == number and not r["step"]] for number in STORIES}
    assert codes == {
        "SZ-01-approved": [1, 3, 11],
        "SZ-02-late": [1, 3, 12],
        "SZ-03-supplement": [1, 6, 7, 3],
        "SZ-04-out-for-supplement": [1, 6],
        "SZ-05-suspended": [1, 3, 9, 10, 9],
        "SZ-06-corrected": [1, 3],
        "SZ-07-extended": [1, 3],
        "SZ-08-taken-back": [1, 2],
        "SZ-09-withdrawn": [1, 3, 14],
        "SZ-10-refused-at-the-door": [1, 5],
        "SZ-11-not-approved": [1, 3, 13],
        "SZ-12-revoked": [1, 3, 11, 15],
        "SZ-13-ended-by-a-step": [1, 3, 13],
        "SZ-14-terminated": [1, 3, 14],
        "SZ-15-tolerance": [1, 3, 12],
        "SZ-16-reclassified": [1, 3],
        "SZ-17-handed-over": [1, 3],
        "SZ-18-halt-corrected": [1, 3, 9, 10],
    }
    assert set(map(int, (row["code"] for row in rows))) <= set(range(1, 16))
    corrected = [row for row in rows if row["case"] == "SZ-06-corrected" and row["step"] == "joint-site-survey"]
    assert [(row["code"], row["at"][11:16]) for row in corrected] == [
        ("8", "10:00"), ("6", "09:00"), ("7", "09:00"), ("11", "12:00"),
    ]  # fmt: skip
    assert {row["office"] for row in corrected} == {"市水务集团"}
    assert [row["opinion"] for row in rows if row["case"] == "SZ-11-not-approved"][-1] == "办结（不通过）"


@settings(max_examples=40)
@given(HISTORIES)
def test_ends_are_paired_with_their_beginnings_by_instance(makers: Makers) -> None:
    paper, _ = played(makers)
    stream = io.StringIO()
    writer = StateWriter(stream)
    writer.case(exported(paper.now(), None))
    writer.end()
    rows = list(csv.DictReader(io.StringIO(stream.getvalue().removeprefix("\ufeff"), newline="")))
    begun = {(row["instance"], row["code"]) for row in rows}
    ends = [(row["instance"], int(row["code"])) for row in rows if int(row["code"]) in PAIRS]
    assert all((instance, str(PAIRS[code])) in begun for instance, code in ends)
    assert len(ends) == len(set(ends))
    assert sum(int(row["code"]) in CLOSING and not row["step"] for row in rows) <= 2
    assert rows[0]["code"] == "1" or rows[0]["at"] == rows[1]["at"]


def test_nobody_is_named_and_nothing_that_a_person_wrote_is_told(store: Store, tmp_path: Path) -> None:
    written_words = (
        "officer",
        "a client's own words",
        "a drawing is missing",
        "complex",
        "obtained by deceit",
        "meter",
    )
    for form, name in ((LogForm.XES, "log.xes"), (LogForm.OCEL, "log.json"), (LogForm.STATES, "log.csv")):
        written(store, form, tmp_path / name)
        text = (tmp_path / name).read_text(encoding="utf-8").replace("inspection-and-meter", "")
        assert [words for words in written_words if words in text] == []


def test_cases_are_chosen_as_in_lists(store: Store, tmp_path: Path) -> None:
    every = {**STORIES}
    open_ = {number for number in every if number.split("-", 2)[2] in
             ("supplement", "out-for-supplement", "suspended", "corrected", "extended", "reclassified", "handed-over",
              "halt-corrected")}  # fmt: skip
    for wanted, numbers in (
        ({"open": True}, open_),
        ({"open": False}, every.keys() - open_),
        ({"variant": "new-pipe-with-approval"}, {"SZ-13-ended-by-a-step"}),
        ({"parent": "PROJECT-1"}, {"SZ-05-suspended"}),
        ({"jurisdiction": "taicang"}, set()),
    ):
        sums = written(store, LogForm.XES, tmp_path / "some.xes", **wanted)
        assert read_again(tmp_path / "some.xes").keys() == numbers
        assert sums.cases == len(numbers)


def test_a_file_takes_its_name_once_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled = file_store(tmp_path)
    paper = Paper("SZ-1")
    paper.take_all(*a_whole_case(Desk()))
    put(filled, paper)
    (tmp_path / "log.xes").write_text("as it was")
    monkeypatch.setattr(XesWriter, "end", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        written(filled, LogForm.XES, tmp_path / "log.xes")
    assert (tmp_path / "log.xes").read_text() == "as it was"
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []
    filled.dispose()


def test_a_packed_log_is_the_same_each_time(store: Store, tmp_path: Path) -> None:
    for name in ("one.xes.gz", "two.xes.gz", "plain.xes"):
        written(store, LogForm.XES, tmp_path / name)
    assert (tmp_path / "one.xes.gz").read_bytes() == (tmp_path / "two.xes.gz").read_bytes()
    assert gzip.decompress((tmp_path / "one.xes.gz").read_bytes()) == (tmp_path / "plain.xes").read_bytes()


def _told(store: Store, number: str) -> list[tuple[str, str, str, bool]]:
    one = exported_case(store, number)
    assert one is not None
    return [(e.activity, e.transition, e.resource, "shixian:state" in e.more) for e in one.events]


def test_what_turned_out_otherwise_is_told_by_who_had_it_and_how_long(store: Store) -> None:
    survey, water, gas, office = "joint-site-survey", "市水务集团", "市燃气集团", "市水务局、市水务集团"
    handed = _told(store, "SZ-17-handed-over")
    assert [told for told in handed if told[0] == survey] == [
        (survey, "start", water, True),
        (survey, "reassign", gas, False),
        (survey, "complete", gas, True),
    ]
    other = _told(store, "SZ-16-reclassified")
    assert other.count(("reclassified", "complete", office, False)) == 2
    reply = [told[1:] for told in other if told[0] == "connection-plan-reply"]
    assert reply == [("start", water, False), ("complete", water, False)]
    assert ("supplied", "complete", office, False) in _told(store, "SZ-15-tolerance")
    assert _told(store, "SZ-14-terminated")[-1] == ("terminated", "complete", office, True)


def test_letters_that_xml_cannot_hold_are_replaced_and_all_others_come_back(tmp_path: Path) -> None:
    paper = Paper("SZ-1")
    paper.take_all(*a_whole_case(Desk()))
    one = exported(paper.now(), None)
    file = tmp_path / "log.xes"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = XesWriter(stream, "any")
        writer.trace("<&\"'>\n\t\r时限\U0001f600", {"shixian:x": "bell \x07", "shixian:yes": True}, one.events[:1])
        writer.end()
    (number, (trace, _)), *_ = read_again(file).items()
    assert number == "<&\"'>\n\t\r时限\U0001f600"
    assert (trace.more["shixian:x"], trace.more["shixian:yes"]) == ("bell \ufffd", True)


def test_the_attributes_of_events_are_declared_by_name() -> None:
    stream, objects = io.StringIO(), io.StringIO()
    writer = OcelWriter(stream, objects)
    writer.end()
    assert json.loads(stream.getvalue())["eventTypes"] == []
    assert set(EVENT_ATTRIBUTES.values()) == {"string", "integer", "float"}
    assert RELEASE.publications()
