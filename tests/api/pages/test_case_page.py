"""A case's page and the days of its clocks: what is counted is told, and what cannot be trusted is not."""

import csv
import io
import re
from html import unescape

import httpx2
import pytest

from api.access.api_keys import CallerRole
from api.real_clock import real_now
from tests.api.office import Office, local
from tests.api.pages.visitor import Visitor, visitor

PROMISE = "promise/sz-22-water-no-pipe"


async def signed_in(office: Office, role: CallerRole = CallerRole.OFFICER, company: str | None = None) -> Visitor:
    somebody = visitor(office, role, company)
    await somebody.sign_in()
    return somebody


def table(answer: httpx2.Response) -> list[dict[str, str]]:
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def suspended_for_a_day(office: Office) -> str:
    case = await office.accepted()
    halt = {"suspension": "s1", "ground": "appraisal", "at": local("2021-03-03 10:00")}
    assert (await office.officer.insist(f"/v1/cases/{case}/suspensions", halt)).status_code == 201
    again = await office.officer.insist(f"/v1/cases/{case}/suspensions/s1/resume", {"at": local("2021-03-04 09:00")})
    assert again.status_code == 201
    return case


async def test_an_event_that_moved_the_due_date_says_from_when_to_when(office: Office) -> None:
    case = await suspended_for_a_day(office)
    officer = await signed_in(office)
    shown = (await officer.get(f"/cases/{case}")).text.partition("经过")[2]
    moves = [re.sub(r"\s+", " ", one) for one in re.findall(r'class="move">([^<]*)<', shown)]
    assert moves == ["到期 → 3月9日", "到期 3月8日 → 无", "到期 → 3月8日"]
    assert "原到期" not in shown


async def test_by_default_what_moved_nothing_is_not_among_the_events(office: Office) -> None:
    case = await office.accepted()
    await office.officer.insist(f"/v1/cases/{case}/fees", {"fen": 250, "reason": "刻章"})
    officer = await signed_in(office)
    usual, whole = [(await officer.get(f"/cases/{case}{query}")).text for query in ("", "?events=all")]
    assert "刻章" not in usual
    assert "2.5 元、刻章" in whole
    lines = table(await officer.get(f"/cases/{case}?events=all&format=csv"))
    assert [line["号 number"] for line in lines] == [str(event.seq) for event in reversed(office.store.events(case))]
    assert (await officer.get(f"/cases/{case}?events=some")).status_code == 400


async def test_a_formula_in_a_reason_is_text_in_the_table(office: Office) -> None:
    case = await office.opened()
    await office.officer.insist(f"/v1/cases/{case}/return", {"reason": "=1+1"})
    lines = table(await (await signed_in(office)).get(f"/cases/{case}?events=all&format=csv"))
    assert "'=1+1" in {line["内容 about"] for line in lines}


async def test_each_day_of_a_clock_says_what_it_is_and_they_add_up(office: Office) -> None:
    case = await suspended_for_a_day(office)
    officer = await signed_in(office)
    shown = (await officer.get(f"/cases/{case}/days?clock={PROMISE}")).text
    assert "至今 3 天：计时 1 天，不计 2 天；共计 1 个工作日" in shown
    lines = table(await officer.get(f"/cases/{case}/days?format=csv"))
    assert [(line["日期 date"], line["计入 counted"], line["累计 total"]) for line in lines][:4] == [
        ("2021-03-02", "0", "0"), ("2021-03-03", "1", "1"), ("2021-03-04", "0", "1"), ("2021-03-05", "1", "2"),
    ]  # fmt: skip
    assert [line["是什么 what"] for line in lines if "到期" in line["标记 marks"]] == ["剩余"]


async def test_a_holiday_names_the_notice_that_made_it(office: Office) -> None:
    case = await office.accepted()
    officer = await signed_in(office)
    await office.officer.insist(
        f"/v1/cases/{case}/extensions",
        {"clock": PROMISE, "workdays": 30, "approved_by": "市水务局", "reason": "复杂"},
    )
    lines = {line["日期 date"]: line for line in table(await officer.get(f"/cases/{case}/days?format=csv"))}
    qingming = lines["2021-04-05"]
    assert qingming["是什么 what"].startswith("节假日")
    assert "国办发明电〔2020〕27号" in qingming["依据 basis"]


@pytest.mark.parametrize(
    ("query", "status"), [("clock=none", 404), ("clok=x", 400), ("format=pdf", 400), ("projected=2", 400)]
)
async def test_what_is_asked_wrongly_of_the_days_is_refused(office: Office, query: str, status: int) -> None:
    case = await office.accepted()
    assert (await (await signed_in(office)).get(f"/cases/{case}/days?{query}")).status_code == status


async def test_a_utility_sees_the_days_of_its_steps_and_nothing_of_the_promise(office: Office) -> None:
    case = await office.accepted()
    water = await signed_in(office, CallerRole.UTILITY, "suzhou-water")
    assert (await water.get(f"/cases/{case}/days?clock=step/joint-site-survey%231")).status_code == 200
    assert (await water.get(f"/cases/{case}/days?clock={PROMISE}")).status_code == 404
    shown = (await water.get(f"/cases/{case}?events=all")).text
    assert "各单位用时" not in shown
    assert 'class="move"' not in shown
    gas = await signed_in(office, CallerRole.UTILITY, "suzhou-gas")
    assert (await gas.get(f"/cases/{case}/days")).status_code == 404


async def test_a_case_with_a_fault_shows_no_number_and_another_case_shows_its_own(office: Office) -> None:
    case, other = await office.accepted(), await office.accepted()
    office.store.fault(case, "hash", "event 2", real_now())
    officer = await signed_in(office)
    faulty, sound = [(await officer.get(f"/cases/{one}")).text for one in (case, other)]
    assert "台账与历史不一致，数字暂不可信" in faulty
    assert "3月8日（周一）17:30" not in faulty
    assert "3月8日（周一）17:30" in sound
    assert [fault.case for fault in office.store.faults(case=case)] == [case]
    assert office.store.faults(case=other) == []


async def test_before_acceptance_the_notice_of_what_is_missing_is_what_is_left(office: Office) -> None:
    case = await office.opened()
    shown = (await (await signed_in(office)).get(f"/cases/{case}")).text
    assert "一次告知补正期限剩余" in shown
    assert "3月9日（周二）17:30" in shown


async def test_a_suspended_case_says_what_is_left_instead_of_a_date(office: Office) -> None:
    case = await office.accepted()
    halt = {"ground": "appraisal", "at": local("2021-03-03 10:00")}
    await office.officer.insist(f"/v1/cases/{case}/suspensions", halt)
    shown = (await (await signed_in(office)).get(f"/cases/{case}")).text
    assert "中止计时，余 3 个工作日" in shown


async def test_a_decided_case_says_its_verdict_and_by_which_calendar(office: Office) -> None:
    case = await office.accepted()
    for hour, step in enumerate(("joint-site-survey", "inspection-and-meter", "water-on")):
        said = {"outcome": "done", "at": local(f"2021-03-03 1{hour}:00")}
        await office.officer.insist(f"/v1/cases/{case}/steps/{step}/completions", said)
    await office.officer.insist(f"/v1/cases/{case}/decide", {"outcome": "approved"})
    shown = (await (await signed_in(office)).get(f"/cases/{case}")).text
    assert re.search(r"<dt>判定</dt><dd>按时办结, 3月3日（周三）12:00<small[^>]*>依据日历 <code>CN:", shown)
    assert "已办环节 5 项" in shown


async def test_what_is_due_at_the_end_of_a_day_is_due_on_that_day_on_every_page(office: Office) -> None:
    case = await office.accepted(procedure="property-registration", variant="transfer", facts={"channel": "online"})
    officer = await signed_in(office)
    paths = (f"/cases/{case}", f"/cases/{case}/days?clock=statutory", f"/cases/{case}/do/suspend")
    pages = {path: (await officer.get(path)).text.partition("<main")[2] for path in paths}
    asked = dict(re.findall(r'name="(key|seen)" value="([^"]*)"', pages[f"/cases/{case}/do/suspend"]))
    preview = await officer.post(f"/cases/{case}/do/suspend", {**asked, "ground": "hearing", "go": "preview"})
    pages[f"/cases/{case}/do/suspend"] = preview.text.partition("<main")[2]
    for path, page in pages.items():
        said = re.sub(r"<[^>]+>", " ", page)
        assert re.search(r"4月14日(（周三）)? ?24:00", said), path
        assert "4月15日" not in said, path


async def test_a_case_has_as_many_events_on_a_page_as_it_may_weigh_and_its_table_has_all(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await suspended_for_a_day(office)
    officer = await signed_in(office)
    monkeypatch.setattr("api.pages.case.SHOWN", 2)
    path, seen, pages = f"/cases/{case}?events=all&clock=supplement/1", list[str](), 0
    while path:
        page = (await officer.get(path)).text
        seen += re.findall(r"第 (\d+) 号", page.partition("经过")[2])
        found = re.search(r'href="(\?[^"]*before=\d+)#events"', page)
        assert ("从最新的起" in page) == (pages > 0)
        path, pages = f"/cases/{case}{unescape(found[1])}" if found else "", pages + 1
    numbers = [str(event.seq) for event in reversed(office.store.events(case))]
    assert seen == numbers
    assert pages == -(-len(numbers) // 2)
    lines = table(await officer.get(f"/cases/{case}?events=all&format=csv"))
    assert [line["号 number"] for line in lines] == numbers
    assert (await officer.get(f"/cases/{case}?before=x")).status_code == 400
