"""Lists in the API: filters, orders, tables, numbers, desks, what has happened; and what a company may ask."""

import csv
import io
from base64 import urlsafe_b64decode
from uuid import uuid4

import pytest

from api.routes import case_lists
from api.views.cells import MARK
from tests.api.office import Office, Person, local, problem
from tests.desk import Desk, at, water


async def late_and_punctual(office: Office) -> tuple[str, str, str]:
    """A survey's two cases, whose survey is past its target: one is overdue, one has used half its time."""
    survey = f"lists-{uuid4().hex[:8]}"
    late = await office.opened(survey=survey, at=local("2021-02-18 09:00"))
    await office.officer.post(f"/v1/cases/{late}/accept", {"at": local("2021-02-18 09:30")})
    return survey, late, await office.accepted(survey=survey)


async def listed(person: Person, **asked: object) -> list[str]:
    answer = await person.get("/v1/cases", **asked)
    assert answer.status_code == 200, answer.text
    return [line["case"] for line in answer.json()["cases"]]


async def test_a_line_says_what_is_left_until_when_and_on_whose_desk(office: Office) -> None:
    survey, late, case = await late_and_punctual(office)
    first, second = (await office.officer.get("/v1/cases", survey=survey)).json()["cases"]
    assert (first["case"], first["group"], first["standing"], first["judged"]) == (late, "overdue", "overdue", True)
    assert first["time"]["overdue_by"] == first["time"]["used"] - first["time"]["limit"]["amount"]
    whole = (await office.officer.get(f"/v1/cases/{case}")).json()
    main = next(clock for clock in whole["clocks"] if clock["key"] == whole["main"])
    assert (second["case"], second["group"], second["due_at"]) == (case, "dated", main["due_at"])
    assert (second["time"]["used"], second["time"]["left"]) == (main["used"], main["remaining"])
    assert second["time"]["limit"] == main["limit"]
    assert second["marks"][-1] == "survey"
    on_desk = [step for step in whole["steps"] if step["status"] in ("open", "running", "suspended")]
    assert [(s["key"], s["owner"]) for s in second["steps"]] == [(s["key"], s["owner"]) for s in on_desk]


async def test_a_list_is_filtered_by_what_a_line_says(office: Office) -> None:
    survey, late, case = await late_and_punctual(office)
    due = (await office.officer.get(f"/v1/cases/{case}")).json()
    day = next(clock for clock in due["clocks"] if clock["key"] == due["main"])["due_date"]
    for asked, expected in (
        ({"group": "overdue"}, [late]),
        ({"group": ["overdue", "dated"]}, [late, case]),
        ({"standing": ["on-time", "due-soon"]}, [case]),
        ({"due": day}, [case]),
        ({"due": f"{day}..{day}"}, [case]),
        ({"due": f"..{day}"}, [late, case]),
        ({"due": f"{day}.."}, [case]),
        ({"due": f"2021-02-01T00:00:00+08:00..{day}"}, [late, case]),
        ({"due": "2020-01-01"}, []),
        ({"due": "today"}, []),
        ({"step": "joint-site-survey"}, [late, case]),
        ({"step": "over"}, [late, case]),
        ({"flag": "step-red"}, [late]),
        ({"flag": "step-yellow"}, [case]),
        ({"flag": ["step-red", "survey"]}, [late, case]),
        ({"flag": "fee"}, []),
        ({"owner": ["市水务集团", "nobody"]}, [late, case]),
        ({"variant": "no-new-pipe"}, [late, case]),
        ({"open": "true", "sort": "accepted", "dir": "desc"}, [case, late]),
        ({"open": "true", "sort": "due", "dir": "desc"}, [case, late]),
        ({"open": "true", "sort": "used", "dir": "desc"}, [late, case]),
        ({"sort": "case"}, sorted([late, case])),
    ):
        assert await listed(office.officer, survey=survey, **asked) == expected, asked


async def test_what_is_sorted_by_use_is_paged_too(office: Office) -> None:
    survey, late, case = await late_and_punctual(office)
    asked = {"survey": survey, "open": "true", "sort": "used", "limit": "1"}
    first = (await office.officer.get("/v1/cases", **asked)).json()
    second = (await office.officer.get("/v1/cases", **asked, after=first["next"])).json()
    assert [line["case"] for page in (first, second) for line in page["cases"]] == [case, late]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("asked", "code", "pointer"),
    [
        ({"standing": "late"}, "invalid", "query/standing"),
        ({"group": "urgent"}, "invalid", "query/group"),
        ({"due": "soon"}, "invalid", "query/due"),
        ({"due": "2021-02-30"}, "invalid", "query/due"),
        ({"due": ".."}, "invalid", "query/due"),
        ({"closed": "today"}, "invalid", "query/closed"),
        ({"status": "over"}, "invalid", "query/status"),
        ({"due": "2021-03-02..2021-03-01"}, "invalid", "query/due"),
        ({"flag": "red"}, "invalid", "query/flag"),
        ({"sort": "owner"}, "invalid", "query/sort"),
        ({"dir": "down"}, "invalid", "query/dir"),
        ({"format": "html"}, "invalid", "query/format"),
        ({"limit": "201"}, "invalid", "query/limit"),
        ({"sort": "accepted"}, "sort-needs-open", "query/sort"),
        ({"sort": "used", "open": "false"}, "sort-needs-open", "query/sort"),
        ({"sort": "accepted", "open": "false", "format": "csv"}, "sort-needs-open", "query/sort"),
        ({"sort": "used", "open": "true", "format": "csv"}, "sort-needs-fewer", "query/sort"),
    ],
)
async def test_what_is_asked_wrongly_is_named(office: Office, asked: dict[str, str], code: str, pointer: str) -> None:
    answer = await office.officer.get("/v1/cases", **asked)
    assert (answer.status_code, problem(answer)) == (422, code)
    assert {flaw["pointer"].rpartition("/")[0] or flaw["pointer"] for flaw in answer.json()["errors"]} | {
        flaw["pointer"] for flaw in answer.json()["errors"]
    } >= {pointer}


async def test_a_parameter_that_there_is_not_is_refused(office: Office) -> None:
    answer = await office.officer.get("/v1/cases", desk="water")
    assert (answer.status_code, problem(answer)) == (422, "invalid")


@pytest.mark.parametrize("by_header", [False, True])
async def test_a_table_has_a_row_for_each_case_of_the_list(office: Office, *, by_header: bool) -> None:
    survey, late, case = await late_and_punctual(office)
    if by_header:
        office.officer.headers["Accept"] = "text/csv"
    asked = {} if by_header else {"format": "csv"}
    answer = await office.officer.get("/v1/cases", survey=survey, **asked)
    office.officer.headers.pop("Accept", None)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="shixian-cases-2021-03-04.csv"'
    text = answer.content.decode()
    assert text.startswith(MARK)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix(MARK))))
    assert [row["办件编号 case"] for row in rows] == [late, case]
    lines = (await office.officer.get("/v1/cases", survey=survey)).json()["cases"]
    for row, line in zip(rows, lines, strict=True):
        assert row["到期 due_at"] == line["due_at"]
        assert float(row["已用 used"]) == line["time"]["used"]
        assert float(row["剩余 left"]) == line["time"]["left"]
        assert row["当前环节 steps"].split("、") == [step["key"] for step in line["steps"]]
        assert row["标记 marks"].split("、") == line["marks"]


async def test_a_table_is_read_in_parts_and_one_that_is_cut_says_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey, late, case = await late_and_punctual(office)
    monkeypatch.setattr(case_lists, "CHUNK", 1)

    async def table() -> list[list[str]]:
        text = (await office.officer.get("/v1/cases", survey=survey, format="csv")).text
        return list(csv.reader(io.StringIO(text.removeprefix(MARK))))

    def without_instant(row: list[str]) -> list[str]:
        return row[: whole[0].index("截至 counted_at")]

    whole = await table()
    assert [row[0] for row in whole[1:]] == [late, case]
    monkeypatch.setattr(case_lists, "ROWS", 1)
    some = await table()
    assert [without_instant(row) for row in some[:2]] == [without_instant(row) for row in whole[:2]]
    assert len(some) == 3
    assert "其余未列" in "".join(some[2])


async def test_counts_are_the_lengths_of_their_lists(office: Office) -> None:
    survey, _, _ = await late_and_punctual(office)
    counts = (await office.auditor.get("/v1/counts", survey=survey)).json()
    assert (counts["cases"]["open"], counts["cases"]["overdue"], counts["cases"]["step_over"]) == (2, 1, 2)
    assert counts["cases"]["due_soon"] + counts["cases"]["on_time"] == 1
    assert counts["places"]["suzhou"]["cases"] == counts["cases"]
    assert (counts["steps"]["over"], counts["steps"]["red"]) == (2, 1)


async def test_a_desk_holds_its_steps_and_a_company_sees_its_own(office: Office) -> None:
    survey, late, case = await late_and_punctual(office)
    mine = (await office.water.get("/v1/steps", limit="200")).json()
    assert {step["owner"] for step in mine["steps"]} == {"市水务集团"}
    own = [step for step in mine["steps"] if step["case"]["survey"] == survey]
    assert [(step["case"]["case"], step["card"]) for step in own] == [(late, "red"), (case, "yellow")]
    assert all(step["case"]["owner"] is None and step["case"]["facts"] == {} for step in own)
    theirs = (await office.officer.get("/v1/steps", owner="市水务集团", limit="200")).json()
    assert [step["case"]["case"] for step in theirs["steps"]] == [step["case"]["case"] for step in mine["steps"]]
    [desk] = (await office.water.get("/v1/desks")).json()["desks"]
    assert (desk["owner"], desk["steps"]["open"]) == ("市水务集团", len(mine["steps"]))
    assert desk in (await office.supervisor.get("/v1/desks")).json()["desks"]
    paged = (await office.water.get("/v1/steps", limit="1")).json()
    rest = (await office.water.get("/v1/steps", limit="200", after=paged["next"])).json()
    assert paged["steps"][0]["key"] == mine["steps"][0]["key"]
    assert len(rest["steps"]) == len(mine["steps"]) - 1


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        *(("/v1/cases", {name: "overdue"}, 422) for name in ("standing", "group")),
        ("/v1/cases", {"due": "today"}, 422),
        ("/v1/cases", {"step": "over"}, 422),
        ("/v1/cases", {"flag": "fee"}, 422),
        ("/v1/cases", {"owner": "市水务集团"}, 422),
        ("/v1/cases", {"sort": "due", "open": "true"}, 422),
        ("/v1/steps", {"owner": "苏州供电公司"}, 422),
        ("/v1/counts", {}, 403),
        ("/v1/events", {"since": "2021-03-04T00:00:00+08:00"}, 403),
    ],
)
async def test_a_company_asks_nothing_of_others(office: Office, path: str, asked: dict[str, str], status: int) -> None:
    answer = await office.water.get(path, **asked)
    assert answer.status_code == status, answer.text


async def test_a_company_s_cursor_says_nothing_of_the_order_that_it_rests_on(office: Office) -> None:
    pages = [(await office.water.get("/v1/cases", limit="1")).json() for _ in range(2)]
    once, again = (page["next"] for page in pages)
    assert pages[0]["cases"][0]["case"] == pages[1]["cases"][0]["case"]
    assert once != again, "one that stayed would say that the promise stayed as it is"
    assert len(once) == len(again)
    assert pages[0]["cases"][0]["case"].encode() not in urlsafe_b64decode(once)
    on = [(await office.water.get("/v1/cases", limit="200", after=after)).json()["cases"] for after in (once, again)]
    assert [line["case"] for line in on[0]] == [line["case"] for line in on[1]]
    altered = await office.water.get("/v1/cases", limit="1", after="A" + once)
    assert (altered.status_code, altered.json()["errors"][0]["code"]) == (400, "bad-cursor")


async def test_a_company_s_line_holds_nothing_of_clocks_and_others_steps(office: Office) -> None:
    survey, late, case = await late_and_punctual(office)
    lines = (await office.water.get("/v1/cases", survey=survey)).json()["cases"]
    assert {line["case"] for line in lines} == {late, case}
    for line in lines:
        assert {name for name in ("group", "standing", "due_at", "time", "owner") if line[name] is not None} == set()
        assert (line["marks"], line["steps"]) == ([], [])


async def test_what_has_happened_is_listed_since_an_instant(office: Office) -> None:
    desk, late = Desk(), f"late-{uuid4().hex[:8]}"
    office.told_in_time(late, desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
    since = "2021-03-01T00:00:00+08:00"
    found = (await office.officer.get("/v1/events", since=since, limit="200")).json()["events"]
    raised = [event for event in found if event["case"] == late and event["kind"] == "rung-raised"]
    assert {event["body"]["rung"] for event in raised} == {"overdue"}
    assert all(event["jurisdiction"] == "suzhou" for event in raised)
    assert [event["told"] for event in found] == sorted(event["told"] for event in found)
    first = (await office.officer.get("/v1/events", since=since, limit="1")).json()
    rest = (await office.officer.get("/v1/events", since=since, limit="200", after=first["next"])).json()
    assert [e["seq"] for e in (*first["events"], *rest["events"])][: len(found)] == [e["seq"] for e in found]
    only = (await office.officer.get("/v1/events", since=since, kind="decided", limit="200")).json()["events"]
    assert {event["kind"] for event in only} <= {"decided"}
    for wrong in (
        {"since": "yesterday"},
        {"since": "2020-01-01T00:00:00+08:00"},
        {"since": since, "kind": "opened"},
    ):
        assert (await office.officer.get("/v1/events", **wrong)).status_code == 422
