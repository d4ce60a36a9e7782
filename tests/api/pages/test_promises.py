"""What the city promised, as pages: how it stands, sentence by sentence, for whom it is, and what is asked wrongly."""

import csv
import re
from io import StringIO

import httpx2
import pytest

from api.access.api_keys import CallerRole
from api.pages.promises import UNMEASURED
from api.views.cells import MARK
from sla.commitments.register import REGISTER
from tests.api.office import Office, local
from tests.api.pages.statements import FRAME, MOST, reads_of
from tests.api.pages.visitor import Visitor, faults_said, visitor

ELECTRIC = {"procedure": "electricity-connection", "jurisdiction": "taicang", "variant": "low-voltage"}


async def signed_in(office: Office, role: CallerRole = CallerRole.SUPERVISOR, company: str | None = None) -> Visitor:
    found = visitor(office, role, company)
    await found.sign_in()
    return found


async def row(seen: Visitor, path: str, commitment: str) -> str:
    """A promise's row of the page."""
    text = (await seen.get(path)).text
    [found] = [one for one in text.split("<tr>") if f'href="/promises/{commitment}' in one]
    return found


async def late(office: Office, **more: str) -> str:
    """A water case that was due on Friday, whose last step came on Monday; today is Thursday, so it is told from later."""
    case = await office.opened(at=local("2021-02-20 09:00"), **more)
    answer = await office.officer.insist(f"/v1/cases/{case}/accept", {"at": local("2021-02-20 10:00")})
    assert answer.status_code == 201, answer.text
    return case


async def test_every_sentence_stands_letter_by_letter(office: Office) -> None:
    seen = await signed_in(office)
    text = (await seen.get("/promises?lang=en")).text
    averages = [one for one in REGISTER.values() if one.measure == "average-max"]
    for one in (*averages, *UNMEASURED):
        assert f"“{one.citation.quote}”" in text
    for one in REGISTER.values():
        shown = await seen.get(f"/promises/{one.id}?lang=zh")
        assert shown.status_code == 200
        assert f"“{one.citation.quote}”" in shown.text
    assert f"{len(REGISTER)} 项承诺中有 {len(UNMEASURED)} 项没有办件可计" in (await seen.get("/promises")).text


async def test_one_overdue_case_breaks_its_promise_and_is_named(office: Office) -> None:
    case = await late(office)
    seen = await signed_in(office)
    found = await row(seen, "/promises?lang=zh", "sz-22-water-no-pipe")
    assert "未达标" in found
    assert re.search(r'class="red" href="/promises/sz-22-water-no-pipe#open"', found)
    listed = (await seen.get("/promises/sz-22-water-no-pipe")).text
    assert re.search(rf'超期</span></td>\s*<th scope="row"><a href="/cases/{case}"', listed)


async def test_a_long_case_of_an_average_is_never_red_and_no_planning_target_is_under_a_promise(office: Office) -> None:
    case = await office.opened(**{**ELECTRIC, "at": local("2021-02-01 09:00")})
    assert (
        await office.officer.insist(f"/v1/cases/{case}/accept", {"at": local("2021-02-01 10:00")})
    ).status_code == 201
    seen = await signed_in(office)
    shown = (await seen.get("/promises/sz-22-power-low?lang=zh")).text
    assert re.search(rf'class="chip amber">超均值</span></td>\s*<th scope="row"><a href="/cases/{case}"', shown)
    found = await row(seen, "/promises", "sz-22-power-low")
    assert 'class="red"' not in found or "未达标" in found
    for path in ("/promises", "/promises/sz-22-power-low"):
        assert "内控" not in (await seen.get(path)).text


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("place=suzhou", "query/place", "unknown-parameter"),
        ("jurisdiction=nanjing", "query/jurisdiction", "unknown-value"),
        ("department=nobody", "query/department", "unknown-value"),
        ("until=yesterday", "query/until", "not-a-day"),
        ("until=0001-01-01", "query/until", "not-plausible"),
        ("until=9999-12-31", "query/until", "not-plausible"),
        ("until=2021-01-01&until=2021-01-02", "query/until", "given-twice"),
        ("format=pdf", "query/format", "unknown-value"),
    ],
)
async def test_a_bad_parameter_is_refused_and_named(office: Office, query: str, pointer: str, code: str) -> None:
    seen = await signed_in(office)
    answer = await seen.get(f"/promises?{query}")
    assert answer.status_code == 400
    assert faults_said(answer.text) == [(pointer, code)]


async def test_of_a_part_no_average_is_judged_and_of_a_past_day_nothing_is_open(office: Office) -> None:
    await late(office)
    seen = await signed_in(office)
    part = (await seen.get("/promises?jurisdiction=suzhou&lang=zh")).text
    assert "均值不按部分判定" in part
    assert part.count("只是一部分办件，不判定") == part.count('<div class="wide" tabindex="0"><svg')
    past = await row(seen, "/promises?until=2021-01-31", "sz-22-water-no-pipe")
    assert "#open" not in past
    assert "无办结件" in past


async def test_the_table_has_the_figures_of_the_api(office: Office) -> None:
    await late(office)
    seen = await signed_in(office)
    answer = await seen.get("/promises?jurisdiction=suzhou&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="shixian-promises-2021-03-04.csv"'
    heading, *lines = csv.reader(StringIO(answer.text.removeprefix(MARK), newline=""))
    names = [name.split()[-1] for name in heading]
    rows = [dict(zip(names, line, strict=True)) for line in lines]
    told = (await office.supervisor.get("/v1/averages", jurisdiction="suzhou")).json()["averages"]
    figures = [figure for one in told for figure in (*one["windows"], *one["places"])]
    assert [row["window"] for row in rows] == [figure["window"] for figure in figures]
    assert [row["n"] for row in rows] == [str(figure["cohort"]["n"]) for figure in figures]
    assert [row["open"] for row in rows] == [str(figure["open"]) for figure in figures]


async def test_the_month_s_report_is_the_same_within_the_frame(office: Office) -> None:
    seen = await signed_in(office)
    shown = (await seen.get("/reports/2021-03?lang=zh")).text
    printed = (await office.supervisor.get("/v1/reports/2021-03", format="html")).text
    texts = [
        re.sub(r"\d\d:\d\d:\d\d|(officer|supervisor)-[0-9a-f]{6}", "", text.partition('<article class="front">')[2])
        for text in (shown, printed)
    ]
    mine, theirs = (text.rpartition("</dl>")[0] for text in texts)
    assert mine == theirs != ""
    assert "style=" not in shown
    for month in ("2021-04", "2021-13", "0000-01", "0001-01", "9999-12", "canary"):
        assert (await seen.get(f"/reports/{month}")).status_code == httpx2.codes.NOT_FOUND


async def test_promises_are_for_officers_supervisors_and_auditors(office: Office) -> None:
    for role in (CallerRole.OFFICER, CallerRole.SUPERVISOR, CallerRole.AUDITOR):
        seen = await signed_in(office, role)
        assert (await seen.get("/promises")).status_code == 200
        assert 'href="/promises" aria-current="page" data-go="p"' in seen.page
    water = await signed_in(office, CallerRole.UTILITY, "suzhou-water")
    for path in ("/promises", "/promises/sz-22-water-no-pipe", "/reports/2021-03"):
        assert (await water.get(path)).status_code == 404
    assert 'href="/promises"' not in (await water.get("/cases")).text
    assert (await (await signed_in(office)).get("/promises/no-such-promise")).status_code == 404


async def test_a_page_asks_the_database_six_times_at_most(office: Office) -> None:
    await late(office)
    seen = await signed_in(office)
    for path in ("/promises", "/promises/sz-22-water-no-pipe"):
        await seen.get(path)
        with reads_of(office.store) as asked:
            answer = await seen.get(path)
        assert answer.status_code == 200
        assert len(asked) <= FRAME + MOST, asked
        assert len(answer.content) < 120_000
