"""Loading a notice on the pages, without script: brought by one, put in force by another."""

import asyncio
import re
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from api.access.api_keys import CallerRole
from api.http.problems import Problem
from api.pages.uploads import read_multipart
from api.processes.temporal_server import DevServer
from tests.activities.test_sweep import accepted
from tests.api.office import PATIENT, Office
from tests.api.pages.test_calendar import signed_in
from tests.api.pages.visitor import ORIGIN, TOKEN, Visitor
from tests.api.routes.test_notices import opened_office
from tests.notices import TEXT

NEW = "/calendar/notices/new"


@pytest.fixture
async def office(temporal_server: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    async for made in opened_office(temporal_server, tmp_path_factory, PATIENT):
        yield made


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


async def brought(seen: Visitor, text: str = TEXT, **more: str) -> int:
    await seen.get(NEW)
    fields = {"key": hidden(seen.page, "key"), "text": text, "published": "2026-11-04", "reason": "", **more}
    answer = await seen.post(NEW, fields)
    assert answer.status_code == 303, seen.page
    where = answer.headers["location"]
    await seen.get(f"{where}?lang=zh")
    return int(where.rpartition("/")[2])


async def test_a_notice_is_brought_drawn_previewed_and_put_in_force_by_another(office: Office) -> None:
    await asyncio.to_thread(accepted, office.store, "sixty", "2026-11-10", 60, "08:40")
    officer, supervisor = await signed_in(office, CallerRole.OFFICER), await signed_in(office, CallerRole.SUPERVISOR)
    number = await brought(officer)
    assert "由您提交，须由另一人批准" in officer.page
    assert "/approve" not in officer.page
    assert officer.page.count('<table class="month">') == 12
    assert "全年 248 个工作日" in officer.page
    assert "应为 248 个" in officer.page
    assert re.search(r"市水务局.*?<td[^>]*>1</td>", officer.page, re.DOTALL)
    assert "/cases/sixty" in officer.page
    assert (await officer.get("/calendar/2027")).status_code == 404
    await supervisor.get(f"/calendar/notices/{number}?lang=zh")
    fields = {name: hidden(supervisor.page, name) for name in ("key", "preview")}
    unread = await supervisor.post(f"/calendar/notices/{number}/approve", fields)
    assert unread.status_code == 422
    done = await supervisor.post(f"/calendar/notices/{number}/approve", {**fields, "checked": "1"})
    assert (done.status_code, done.headers["location"]) == (303, f"/calendar/notices/{number}")
    await supervisor.get(f"/calendar/notices/{number}?lang=zh")
    assert "已批准" in supervisor.page
    assert "全年 248 个工作日" in (await officer.get("/calendar/2027?lang=zh")).text
    listed = (await officer.get("/calendar/notices?lang=zh")).text
    assert "国办发明电〔2026〕99号" in listed


async def test_what_is_not_understood_is_quoted_and_what_was_typed_is_kept(office: Office) -> None:
    officer = await signed_in(office, CallerRole.OFFICER)
    await officer.get(f"{NEW}?lang=zh")
    wrong = TEXT.replace("2月13日（周六）", "2月13日（周五）")
    key = hidden(officer.page, "key")
    answer = await officer.post(NEW, {"key": key, "text": wrong, "published": "2026-11-04", "reason": "看"})
    assert answer.status_code == 422
    assert "通知中有一句话无法识别" in officer.page
    assert officer.page.count("2月13日（周五）") >= 2
    assert 'value="看"' in officer.page
    assert office.store.almanac_events() == []


async def test_a_file_is_brought_as_browsers_send_it(office: Office) -> None:
    officer = await signed_in(office, CallerRole.OFFICER)
    await officer.get(NEW)
    found = TOKEN.search(officer.page)
    assert found
    fields = {"token": found[1], "key": hidden(officer.page, "key"), "text": "", "published": "2026-11-04"}
    file = {"file": ("2027年.txt", TEXT.replace("\n", "\r\n").encode("gb18030"), "text/plain")}
    sent = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    answer = await officer.http.post(NEW, data=fields, files=file, headers=sent)
    assert answer.status_code == 303, answer.text
    [event] = office.store.almanac_events()
    assert event.body["entry"]["year"] == 2027
    sent["Origin"] = "http://elsewhere"
    assert (await officer.http.post(NEW, data=fields, files=file, headers=sent)).status_code == 403


async def test_a_notice_is_rejected_with_a_reason(office: Office) -> None:
    officer = await signed_in(office, CallerRole.OFFICER)
    number = await brought(officer)
    key = re.findall(r'name="key" value="([^"]*r)"', officer.page)[0]
    empty = await officer.post(f"/calendar/notices/{number}/reject", {"key": key, "reason": ""})
    assert empty.status_code == 422
    done = await officer.post(f"/calendar/notices/{number}/reject", {"key": key, "reason": "草稿"})
    assert done.status_code == 303
    assert "草稿" in (await officer.get(f"/calendar/notices/{number}")).text


async def test_who_may_not_bring_a_notice_finds_no_form_and_no_button(office: Office) -> None:
    number = await brought(await signed_in(office, CallerRole.OFFICER))
    auditor = await signed_in(office, CallerRole.AUDITOR)
    assert (await auditor.get(NEW)).status_code == 404
    await auditor.get(f"/calendar/notices/{number}")
    assert "/approve" not in auditor.page
    assert "/reject" not in auditor.page
    assert (await auditor.post(f"/calendar/notices/{number}/reject", {"key": "k", "reason": "x"})).status_code == 403
    utility = await signed_in(office, CallerRole.UTILITY, "suzhou-water")
    assert (await utility.get("/calendar/notices")).status_code == 404


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x\r\nA: b",
        "multipart/form-data; boundary=é",
    ],
)
def test_a_form_that_is_none_is_refused(kind: str) -> None:
    request = SimpleNamespace(state=SimpleNamespace())
    with pytest.raises(Problem, match="forms"):
        read_multipart(kind, b"--x\r\n\r\nnothing\r\n--x--\r\n", request)  # type: ignore[arg-type]
