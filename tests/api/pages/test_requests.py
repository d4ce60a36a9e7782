"""Four eyes on the pages: asked for by a form, listed, looked at with what it would come to, and answered by another."""

from collections.abc import AsyncIterator

import pytest

from api.access.api_keys import CallerRole
from api.processes.temporal_server import DevServer
from tests.api.office import PATIENT, Office, file_store
from tests.api.pages.test_do_command import hidden
from tests.api.pages.visitor import Visitor, visitor
from workflows.worker import connect


@pytest.fixture(scope="module")
async def careful(temporal_server: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """An office in which extensions and withdrawals need four eyes."""
    folder = tmp_path_factory.mktemp("careful-pages")
    store = file_store(folder)
    client = await connect(temporal_server.address, temporal_server.namespace)
    kinds = frozenset({"extend", "withdraw"})
    office = Office(client, store, PATIENT.model_copy(update={"data_dir": folder, "four_eyes_for": kinds}))
    async with office.working():
        yield office
    await office.close()
    store.close()


async def somebody(office: Office, role: CallerRole = CallerRole.OFFICER) -> Visitor:
    found = visitor(office, role)
    await found.sign_in()
    return found


async def asked(office: Office, officer: Visitor) -> tuple[str, int]:
    """A case with a request for one working day more, asked for by a form: its number and that of the request."""
    case = await office.accepted()
    clock = (await office.officer.get(f"/v1/cases/{case}")).json()["main"]
    path = f"/cases/{case}/do/extend"
    await officer.get(path)
    said = {"clock": clock, "workdays": "1", "approved_by": "分管领导", "reason": "暴雨"}
    preview = await officer.post(path, {**hidden(officer), **said, "go": "preview"})
    assert "须由他人复核同意" in preview.text
    assert "3月9日（周二）17:30" in preview.text, "what it would come to if it is granted"
    done = await officer.post(path, {**hidden(officer), **said, "go": "do", "checked": "1"})
    assert done.status_code == 303, done.text
    return case, office.store.head(case).seq


async def test_what_one_asks_for_is_shown_to_all_and_granted_by_another(careful: Office) -> None:
    officer, other = await somebody(careful), await somebody(careful)
    case, number = await asked(careful, officer)
    page = f"/cases/{case}/requests/{number}"
    for person, link in ((officer, "撤回申请…"), (other, "查看并复核…")):
        strip = (await person.get(f"/cases/{case}")).text
        assert "已申请，待他人复核" in strip
        assert f'href="{page}">{link}' in strip
        assert "暴雨" in strip
    listed = (await other.get("/requests")).text
    assert f'href="{page}"' in listed
    assert '待复核 <b class="badge">' in listed
    looked = (await other.get(page)).text
    assert "3月9日（周二）17:30" in looked
    unchecked = await other.post(f"{page}/grant", hidden(other))
    assert unchecked.status_code == 422
    granted = await other.post(f"{page}/grant", {**hidden(other), "checked": "1"})
    assert granted.status_code == 303, granted.text
    shown = (await other.get(granted.headers["location"])).text
    assert "已申请，待他人复核</b>" not in shown, "nothing is open any more"
    assert [event.kind for event in careful.store.events(case)][-2:] == ["request-asked", "extended"]
    assert f"申请 {number} 号" in shown, "which request it was, stands with the event"
    again = (await other.get(page)).text
    assert "<textarea" not in again


async def test_whoever_asked_finds_no_way_to_grant_it_and_takes_it_back(careful: Office) -> None:
    officer = await somebody(careful)
    case, number = await asked(careful, officer)
    page = f"/cases/{case}/requests/{number}"
    looked = (await officer.get(page)).text
    assert f"{page}/grant" not in looked
    refused = await officer.post(f"{page}/grant", {**hidden(officer), "checked": "1"})
    assert refused.status_code == 403
    assert "申请者本人不得复核" in refused.text
    back = await officer.post(f"{page}/take-back", {**hidden(officer), "reason": ""})
    assert back.status_code == 303, back.text
    assert careful.store.events(case)[-1].kind == "request-taken-back"


async def test_a_request_is_refused_with_a_reason_that_is_no_person_s_number(careful: Office) -> None:
    officer, supervisor = await somebody(careful), await somebody(careful, CallerRole.SUPERVISOR)
    case, number = await asked(careful, officer)
    page = f"/cases/{case}/requests/{number}"
    for reason in ("", "张三 13812345678"):
        await supervisor.get(page)
        wrong = await supervisor.post(f"{page}/refuse-request", {**hidden(supervisor), "reason": reason})
        assert wrong.status_code == 422
    assert careful.store.head(case).seq == number
    done = await supervisor.post(f"{page}/refuse-request", {**hidden(supervisor), "reason": "理由不足"})
    assert done.status_code == 303, done.text
    assert "理由不足" in (await supervisor.get(f"/cases/{case}?events=all")).text


async def test_an_auditor_reads_what_is_asked_for_and_answers_nothing_and_a_company_sees_none(careful: Office) -> None:
    officer, auditor = await somebody(careful), await somebody(careful, CallerRole.AUDITOR)
    case, number = await asked(careful, officer)
    page = f"/cases/{case}/requests/{number}"
    looked = await auditor.get(page)
    assert looked.status_code == 200
    assert "<textarea" not in looked.text
    refused = await auditor.post(f"{page}/grant", {**hidden(auditor), "key": "k", "checked": "1"})
    assert refused.status_code == 403
    water = visitor(careful, CallerRole.UTILITY, "suzhou-water")
    await water.sign_in()
    assert (await water.get("/requests")).status_code == 404
    assert (await water.get(page)).status_code == 404
    assert "待他人复核" not in (await water.get(f"/cases/{case}")).text


async def test_a_request_that_can_be_granted_no_more_says_why_and_may_be_refused(careful: Office) -> None:
    officer, other = await somebody(careful), await somebody(careful)
    case, number = await asked(careful, officer)
    for step in ("joint-site-survey", "inspection-and-meter", "water-on"):
        done = await careful.officer.post(f"/v1/cases/{case}/steps/{step}/completions", {"outcome": "done"})
        assert done.status_code == 201, done.text
    page = f"/cases/{case}/requests/{number}"
    looked = (await other.get(page)).text
    assert f"{page}/grant" not in looked
    assert f"{page}/refuse-request" in looked
    assert 'role="alert"' in looked
