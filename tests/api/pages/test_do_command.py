"""Actions as pages: a form, what it comes to, the deed; what the preview says is what is then done."""

import re
from html import unescape

import pytest

from api.access.api_keys import CallerRole
from api.pages.actions import ACTIONS
from tests.api.office import Office, local
from tests.api.pages.visitor import Visitor, visitor

HIDDEN = re.compile(r'<input type="hidden" name="(key|seen)" value="([^"]*)">')


def hidden(somebody: Visitor) -> dict[str, str]:
    """What the form of the last page carries."""
    return {name: unescape(value) for name, value in HIDDEN.findall(somebody.page)}


async def officer_at(office: Office, path: str) -> Visitor:
    somebody = visitor(office, CallerRole.OFFICER)
    await somebody.sign_in()
    assert (await somebody.get(path)).status_code == 200
    return somebody


async def test_a_suspension_is_previewed_and_then_done_once(office: Office) -> None:
    case = await office.accepted()
    path = f"/cases/{case}/do/suspend"
    officer = await officer_at(office, path)
    said = {"ground": "appraisal", "reason": "管网鉴定"}
    before = office.store.head(case)
    preview = await officer.post(path, {**hidden(officer), **said, "go": "preview"})
    assert preview.status_code == 200
    assert "确认后会改变什么" in preview.text
    assert "3月8日（周一）17:30" in preview.text
    assert "中止计时" in preview.text
    assert office.store.head(case) == before, "a preview writes nothing"
    form = {**hidden(officer), **said, "go": "do"}
    done = await officer.post(path, form)
    assert done.status_code == 303
    again = await officer.post(path, form)
    assert (again.status_code, again.headers["location"]) == (303, done.headers["location"])
    assert [event.kind for event in office.store.events(case)].count("suspended") == 1
    shown = await officer.get(done.headers["location"])
    assert "已办理：中止计时" in shown.text


async def test_a_case_that_has_moved_on_is_checked_again_with_what_was_entered_kept(office: Office) -> None:
    case = await office.accepted()
    path = f"/cases/{case}/do/suspend"
    officer = await officer_at(office, path)
    old = hidden(officer)
    await office.officer.post(f"/v1/cases/{case}/fees", {"fen": 1, "reason": "seal"})
    answer = await officer.post(path, {**old, "ground": "appraisal", "reason": "管网鉴定", "go": "do"})
    assert answer.status_code == 412
    assert "办件已有变动，请重新核对" in answer.text
    assert "管网鉴定" in answer.text
    assert "suspended" not in {event.kind for event in office.store.events(case)}
    done = await officer.post(path, {**hidden(officer), "ground": "appraisal", "reason": "管网鉴定", "go": "do"})
    assert done.status_code == 303


async def test_a_grave_deed_needs_its_tick(office: Office) -> None:
    case = await office.accepted()
    path = f"/cases/{case}/do/withdraw"
    officer = await officer_at(office, path)
    answer = await officer.post(path, {**hidden(officer), "go": "do"})
    assert answer.status_code == 200
    assert "已核对上述变化" in answer.text
    done = await officer.post(path, {**hidden(officer), "go": "do", "checked": "1"})
    assert done.status_code == 303


async def test_what_is_wrong_is_named_at_its_field_and_the_rest_is_kept(office: Office) -> None:
    case = await office.accepted()
    path = f"/cases/{case}/do/extend"
    officer = await officer_at(office, path)
    said = {"clock": "promise/sz-22-water-no-pipe", "workdays": "many", "approved_by": "市水务局", "reason": "复杂"}
    answer = await officer.post(path, {**hidden(officer), **said, "go": "preview"})
    assert answer.status_code == 422
    assert '<a href="#workdays">工作日数，1 至 60: 应为整数</a>' in answer.text
    assert "市水务局" in answer.text
    answer = await officer.post(path, {**hidden(officer), **said, "workdays": "", "go": "preview"})
    assert '<a href="#workdays">工作日数，1 至 60: 必须填写</a>' in answer.text
    answer = await officer.post(path, {**hidden(officer), **said, "workdays": "2", "at": "soon", "go": "preview"})
    assert "应为日期和时间" in answer.text
    answer = await officer.post(path, {**hidden(officer), **said, "workdays": "2", "go": "preview"})
    assert answer.status_code == 200
    answer = await officer.post(path, {**hidden(officer), **said, "workdays": "2", "go": "edit"})
    assert 'name="workdays" value="2"' in answer.text


async def test_a_case_is_carried_to_its_decision_by_forms_alone(office: Office) -> None:
    case = await office.opened()
    officer = await officer_at(office, f"/cases/{case}")
    deeds: list[tuple[str, dict[str, str]]] = [
        ("accept", {"at": "2021-03-02 10:00"}),
        *(
            ("complete", {"step": step, "outcome": "done", "at": f"2021-03-03 1{hour}:00"})
            for hour, step in enumerate(("joint-site-survey", "inspection-and-meter", "water-on"))
        ),
        ("decide", {"outcome": "approved", "checked": "1"}),
    ]
    for name, said in deeds:
        path = f"/cases/{case}/do/{name}"
        await officer.get(path)
        done = await officer.post(path, {**hidden(officer), **said, "go": "do"})
        assert done.status_code == 303, f"{name}: {done.text}"
    view = office.store.case(case)
    assert view is not None
    assert view.case.outcome == "approved"


async def test_nobody_does_what_is_not_theirs(office: Office) -> None:
    case = await office.accepted()
    for role, company in (
        (CallerRole.SUPERVISOR, None),
        (CallerRole.AUDITOR, None),
        (CallerRole.UTILITY, "suzhou-water"),
    ):
        somebody = visitor(office, role, company)
        await somebody.sign_in()
        for name, action in ACTIONS.items():
            answer = await somebody.get(f"/cases/{case}/do/{name}")
            assert answer.status_code == (200 if role in action.roles else 403), f"{role} {name}"
    gas = visitor(office, CallerRole.UTILITY, "suzhou-gas")
    await gas.sign_in()
    assert (await gas.get(f"/cases/{case}/do/complete")).status_code == 404


async def test_a_utility_completes_its_step_and_returns_no_application_as_a_whole(office: Office) -> None:
    case = await office.accepted()
    water = visitor(office, CallerRole.UTILITY, "suzhou-water")
    await water.sign_in()
    await water.get(f"/cases/{case}/do/return")
    whole = await water.post(f"/cases/{case}/do/return", {**hidden(water), "reason": "缺图", "go": "do"})
    assert whole.status_code == 422
    await water.get(f"/cases/{case}/do/complete")
    said = {"step": "joint-site-survey", "outcome": "done", "at": local("2021-03-03 10:00"), "go": "do"}
    assert (await water.post(f"/cases/{case}/do/complete", {**hidden(water), **said})).status_code == 303


@pytest.mark.parametrize("name", ["nothing", "open", "../accept"])
async def test_what_there_is_not_cannot_be_done(office: Office, name: str) -> None:
    case = await office.accepted()
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    assert (await officer.get(f"/cases/{case}/do/{name}")).status_code == 404
