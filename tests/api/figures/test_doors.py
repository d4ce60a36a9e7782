"""Averages and reports over HTTP and on the command line."""

import csv
import json
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from api.views.cells import MARK
from sla.cohort import Window
from tests.api.office import Office, codes, problem
from tests.api.serving import CommandLine, Serving


async def test_averages_come_with_windows_places_and_a_forecast(office: Office) -> None:
    await office.accepted()
    [found] = (await office.auditor.get("/v1/averages", commitment="sz-22-water-no-pipe")).json()["averages"]
    assert [one["window"] for one in found["windows"]] == [window.value for window in Window]
    assert all(one["jurisdiction"] is None for one in found["windows"])
    year = found["windows"][1]
    assert year["open"] >= 1
    assert year["forecast"]["due"]["open"] == year["forecast"]["elapsed"]["open"] >= 1
    assert {one["department"] for one in found["places"]} == {None, "sz-water-both"}
    past = (await office.auditor.get("/v1/averages", commitment="sz-22-water-no-pipe", until="2021-01-31")).json()
    assert [one["forecast"] for one in past["averages"][0]["windows"]] == [None] * 3


async def test_averages_are_asked_for_by_place(office: Office) -> None:
    await office.accepted()
    taicang = (await office.auditor.get("/v1/averages", jurisdiction="taicang")).json()["averages"]
    assert {one["jurisdiction"] for one in taicang if one["windows"][1]["open"] == 0} <= {"taicang", "suzhou"}
    assert {one["jurisdiction"] for figure in taicang for one in figure["windows"]} == {"taicang"}
    water = (await office.auditor.get("/v1/averages", department="sz-water-both")).json()["averages"]
    assert {one["commitment"] for one in water} == {
        "sz-22-water-no-pipe",
        "sz-22-water-pipe-no-approval",
        "sz-22-water-pipe-approval",
    }


@pytest.mark.parametrize(
    ("asked", "status", "code", "flaws"),
    [
        ({"jurisdiction": "nanjing"}, 404, "not-found", [("query/jurisdiction", "not-found")]),
        ({"department": "nobody"}, 404, "not-found", [("query/department", "not-found")]),
        ({"until": "0001-01-01"}, 422, "invalid", [("query/until", "not-plausible")]),
        ({"until": "9999-12-31"}, 422, "invalid", [("query/until", "not-plausible")]),
    ],
)
async def test_a_wrong_question_is_refused(
    office: Office, asked: dict[str, str], status: int, code: str, flaws: list[tuple[str, str]]
) -> None:
    answer = await office.auditor.get("/v1/averages", **asked)
    assert (answer.status_code, problem(answer), codes(answer)) == (status, code, flaws)


async def test_a_report_is_written_as_it_is_asked_for(office: Office) -> None:
    where = "/v1/reports/2021-03"
    data = await office.supervisor.get(where)
    assert data.headers["content-type"] == "application/json"
    assert (data.json()["month"], data.json()["generated_by"]) == ("2021-03", office.supervisor.actor)
    headers = {**office.supervisor.headers, "Accept": "text/html"}
    for answer in (await office.supervisor.get(where, format="html"), await office.http.get(where, headers=headers)):
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-disposition"] == 'attachment; filename="shixian-2021-03.html"'
        assert answer.text.startswith("<!DOCTYPE html>")
    table = await office.supervisor.get(where, format="csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.content.startswith(MARK.encode())
    assert len(list(csv.reader(StringIO(table.text)))) > 80
    unwanted = {**office.supervisor.headers, "Accept": "image/png"}
    assert (await office.http.get(where, headers=unwanted)).headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("where", "status", "code"),
    [
        ("/v1/reports/2021-04", 404, "not-found"),
        ("/v1/reports/0000-01", 404, "not-found"),
        ("/v1/reports/0001-01", 404, "not-found"),
        ("/v1/reports/9999-12", 404, "not-found"),
        ("/v1/reports/2021-13", 422, "invalid"),
        ("/v1/reports/2021-3", 422, "invalid"),
        ("/v1/reports/2021-03", 422, "invalid"),
    ],
)
async def test_a_report_that_cannot_be_is_refused(office: Office, where: str, status: int, code: str) -> None:
    answer = await office.auditor.get(where, **({"format": "pdf"} if where.endswith("-03") else {}))
    assert (answer.status_code, problem(answer)) == (status, code)


@pytest.fixture(scope="module")
def serving(temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    rehearsal = ("--rehearsal", "--start", "2021-03-02 12:00", "--rate", "1")
    with Serving(tmp_path_factory.mktemp("reports"), temporal_binary, *rehearsal) as serving:
        yield serving


def test_the_command_line_shows_averages_and_writes_reports(shixian: CommandLine, tmp_path: Path) -> None:
    opened = ("--jurisdiction", "taicang", "--variant", "low-voltage", "--case", "E-1", "--at", "2021-02-24 09:00")
    assert shixian("open", "electricity-connection", *opened).code == 0
    assert shixian("accept", "E-1", "--at", "2021-02-24 10:00").code == 0
    shown = shixian("averages", "--places")
    assert shown.code == 0
    assert "按已用 if finished now" in shown.out
    one = shixian("averages", "--commitment", "sz-22-power-low", "--jurisdiction", "taicang", "--json").json
    assert one["averages"][0]["windows"][0]["forecast"]["elapsed"] == {"n": 1, "open": 1, "mean": 4, "kept": None}
    assert "低压客户报装平均接电时间" in shixian("averages", "--commitment", "sz-22-power-low").out
    assert shixian("averages", "--department", "nobody").code == 1
    for form in ("html", "csv", "json"):
        file = tmp_path / f"report.{form}"
        said = shixian("report", "--month", "2021-03", "--format", form, "--output", str(file))
        assert (said.code, said.out.strip()) == (0, str(file))
        text = file.read_bytes().decode("utf-8")
        printed = shixian("report", "--month", "2021-03", "--format", form).out
        assert [text[:9], printed[:9]] == [
            {"html": "<!DOCTYPE", "csv": f"{MARK}月份 month", "json": '{\n  "mont'}[form]
        ] * 2
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["month"] == "2021-03"
    assert shixian("report", "--month", "2021-03", "--json").json["until"] == "2021-03-02"
    assert shixian("report", "--month", "2021-3").code == 2
    assert shixian("report", "--month", "2021-04").code == 1


def test_the_command_line_tells_observations_and_shows_73_standings(
    shixian: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = {"first": "2020-12-31", "last": "2020-12-31", "source": "市金融监管局", "evidence": "年报第 12 页"}
    options = [word for name, value in said.items() for word in (f"--{name}", value)]
    file = tmp_path / "evidence.pdf"
    file.write_bytes(b"evidence")
    share = ("--numerator", "140", "--denominator", "1000", "--file", str(file))
    told = shixian("observations", "record", "sz-19-finance-access", *options, *share)
    assert (told.code, told.out) == (0, "sz-19-finance-access #1 recorded\n")
    assert shixian("observations", "confirm", "sz-19-finance-access", "1").code == 1
    new = shixian("keys", "new", "--role", "supervisor", "--actor", "inspection", "--json").json
    officer = os.environ["SHIXIAN_KEY"]
    monkeypatch.setenv("SHIXIAN_KEY", new["key"])
    assert shixian("observations", "confirm", "sz-19-finance-access", "1").code == 0
    assert "未达标 short" in shixian("commitments").out
    monkeypatch.setenv("SHIXIAN_KEY", officer)
    better = ("--numerator", "150", "--denominator", "1000", "--reason", "漏计")
    assert shixian("observations", "correct", "sz-19-finance-access", "1", *options, *better).code == 0
    monkeypatch.setenv("SHIXIAN_KEY", new["key"])
    assert shixian("observations", "confirm", "sz-19-finance-access", "3", "--json").json["kind"] == "confirmed"
    listed = shixian("observations", "list", "sz-19-finance-access")
    assert "达标 kept" in listed.out
    assert "由 #3 更正" in listed.out
    standings = {one["id"]: one["standing"]["standing"] for one in shixian("commitments", "--json").json}
    assert len(standings) == 73
    assert standings["sz-19-finance-access"] == "kept"
    assert "standing" not in shixian("commitments", "--register", "--json").json[0]
    refused = shixian("observations", "withdraw", "sz-19-finance-access", "3", "--reason", "x")
    assert (refused.code, "not-waiting" in refused.err) == (1, True)
