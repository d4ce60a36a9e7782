"""Actions as pages: a form, what it comes to, the deed; what the preview says is what is then done."""

import re
from html import unescape

import pytest

from api.access.api_keys import CallerRole
from api.pages.actions import ACTIONS
from tests.api.office import Office, local
from tests.api.pages.list_page import lines
from tests.api.pages.visitor import Visitor, visitor
from workflows.procedures import ALL, resolve

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


async def test_a_preview_is_red_for_a_broken_promise_alone(office: Office) -> None:
    case = await office.opened(procedure="electricity-connection", variant="low-voltage", at=local("2021-02-18 09:00"))
    accepted = await office.officer.insist(f"/v1/cases/{case}/accept", {"at": local("2021-02-18 10:00")})
    assert accepted.status_code in {200, 201}, accepted.text
    path = f"/cases/{case}/do/fee"
    officer = await officer_at(office, path)
    preview = await officer.post(path, {**hidden(officer), "fen": "0", "reason": "无", "go": "preview"})
    shown = preview.text.partition("<main")[2]
    assert "超均值" in shown
    assert "环节超时" in shown
    assert not re.search(r"chip (overdue|missed)", shown)


async def test_a_case_is_reclassified_from_its_page_with_what_it_comes_to(office: Office) -> None:
    case = await office.accepted()
    path = f"/cases/{case}/do/reclassify"
    officer = await officer_at(office, path)
    assert "需占绿、移树许可" in officer.page
    said = {"variant": "new-pipe-with-approval", "fact:needs_green_space_permit": "false", "reason": "勘查后需新增管线"}
    preview = await officer.post(path, {**hidden(officer), **said, "go": "preview"})
    assert preview.status_code == 200, preview.text
    assert "供水方案答复" in preview.text
    done = await officer.post(path, {**hidden(officer), **said, "go": "do", "checked": "1"})
    assert done.status_code == 303, done.text
    shown = (await officer.get(f"/cases/{case}?lang=zh")).text
    assert "无增设管线 → 有增设管线且需行政审批" in shown
    view = office.store.case(case)
    assert view is not None
    assert "green-space-permit" not in {step.key for step in view.steps}
    assert (await officer.get(f"/cases/{case}/do/complete")).status_code == 200


async def test_a_step_is_handed_over_and_something_missing_is_tolerated_from_pages(office: Office) -> None:
    case = await office.opened()
    path = f"/cases/{case}/do/accept"
    officer = await officer_at(office, path)
    part = await officer.post(path, {**hidden(officer), "lacking": "复印件", "go": "preview"})
    assert part.status_code == 422
    said = {"lacking": "复印件", "workdays": "5", "rule": "逾期退回受理部门", "at": "2021-03-04 09:00"}
    done = await officer.post(path, {**hidden(officer), **said, "go": "do"})
    assert done.status_code == 303, done.text
    assert "容缺：复印件" in (await officer.get(f"/cases/{case}")).text
    path = f"/cases/{case}/do/hand-over"
    await officer.get(path)
    said = {"step": "joint-site-survey", "department": "sz-gas", "reason": "移交"}
    preview = await officer.post(path, {**hidden(officer), **said, "go": "preview"})
    assert "市燃气集团" in preview.text
    assert (await officer.post(path, {**hidden(officer), **said, "go": "do", "checked": "1"})).status_code == 303
    assert "市水务集团 → 市燃气集团" in (await officer.get(f"/cases/{case}")).text
    path = f"/cases/{case}/do/supply"
    await officer.get(path)
    assert (await officer.post(path, {**hidden(officer), "go": "do"})).status_code == 303
    path = f"/cases/{case}/do/terminate"
    await officer.get(path)
    said = {"cause": "matter-void", "reason": "房屋已拆除"}
    assert (await officer.post(path, {**hidden(officer), **said, "go": "do", "checked": "1"})).status_code == 303
    assert "事项已不存在" in (await officer.get(f"/cases/{case}")).text


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
    assert '<a href="#workdays">工作日数，1 至 60：应为整数</a>' in answer.text
    assert "市水务局" in answer.text
    answer = await officer.post(path, {**hidden(officer), **said, "workdays": "", "go": "preview"})
    assert '<a href="#workdays">工作日数，1 至 60：必须填写</a>' in answer.text
    answer = await officer.post(path, {**hidden(officer), **said, "workdays": "2", "at": "soon", "go": "preview"})
    assert "应为日期和时间" in answer.text
    answer = await officer.post(path, {**hidden(officer), **said, "workdays": "2", "go": "preview"})
    assert answer.status_code == 200
    answer = await officer.post(path, {**hidden(officer), **said, "workdays": "2", "go": "edit"})
    assert 'name="workdays" value="2"' in answer.text


async def test_a_form_in_which_nothing_can_be_chosen_is_not_asked_to_be_filled_in(office: Office) -> None:
    case = await office.accepted()
    officer = await officer_at(office, f"/cases/{case}")
    shown = (await officer.get(f"/cases/{case}/do/resume")).text
    assert "按办件现状，此处无可选项：中止" in shown
    assert 'class="fields narrow"' not in shown


STAYS = "承诺时限不变（延长不及于承诺）"
MOVES = re.compile(r'<p class="moves">到期 (.*?)</p>')
IDS = re.compile(r' id="(ruler-[^"]+)"')


async def test_an_extension_is_seen_on_the_rulers_of_the_promise_and_of_the_law_before_it_is_granted(
    office: Office,
) -> None:
    case = await office.accepted(procedure="company-setup", variant="standard")
    path = f"/cases/{case}/do/extend"
    officer = await officer_at(office, path)
    said = {"workdays": "5", "approved_by": "市行政审批局", "reason": "复杂", "go": "preview"}
    shown = (await officer.post(path, {**hidden(officer), **said, "clock": "statutory"})).text
    promise, law = sorted(MOVES.findall(shown), key=lambda text: "→" in text)
    assert (STAYS in shown, "→" in promise, "不变" in promise) == (True, False, True)
    assert law == "3月30日（周二）17:30 → <b>4月7日（周三）17:30</b>"
    assert shown.count('class="ruler size-') == 2
    ids = IDS.findall(shown)
    assert len(ids) == len(set(ids)) > 2, "each ruler has names of its own"
    assert "原到期" in shown
    assert "extended" not in {event.kind for event in office.store.events(case)}


async def test_an_extension_that_moves_the_promise_does_not_say_that_it_stays(office: Office) -> None:
    case = await office.accepted()
    path = f"/cases/{case}/do/extend"
    officer = await officer_at(office, path)
    said = {"clock": "promise/sz-22-water-no-pipe", "workdays": "2", "approved_by": "市水务局", "reason": "复杂"}
    shown = (await officer.post(path, {**hidden(officer), **said, "go": "preview"})).text
    assert "3月8日（周一）17:30 → <b>3月10日（周三）17:30</b>" in shown
    assert STAYS not in shown


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


async def test_a_case_is_suspended_on_every_ground_but_those_that_say_why_a_step_does_not_count(office: Office) -> None:
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    for procedure in ("water-connection", "construction-approval"):
        variant = ALL[procedure].variants[0].key
        case = await office.accepted(procedure=procedure, variant=variant)
        form = (
            (await officer.get(f"/cases/{case}/do/suspend"))
            .text.partition('name="ground"')[2]
            .partition("</select>")[0]
        )
        offered = set(re.findall(r'<option value="([a-z-]+)"', form))
        known = {ground.key for ground in resolve(procedure, "suzhou", variant, {}).grounds}
        assert offered == known - {"correction", "external-works", "pre-chain", "own-clock"}


async def test_whatever_is_done_or_looked_at_from_a_case_its_place_in_the_list_stays(office: Office) -> None:
    case = await office.accepted()
    officer = await officer_at(office, "/cases?q=" + case)
    [line] = lines(officer.page)
    shown = await officer.get(line.href)
    links = {unescape(link) for link in re.findall(rf'href="(/cases/{case}/[^"]+)"', shown.text)}
    place = line.href.partition("?")[2]
    assert {path.split("/")[3].partition("?")[0] for path in links} == {"do", "days", "receipt", "subjects"}
    assert not [link for link in links if place not in link.partition("?")[2].split("&")]
    for link in links:
        page = await officer.get(link)
        if not link.endswith("format=csv"):
            assert f'href="/cases/{case}?{place}' in page.text, link
    path = next(link for link in links if "/do/suspend" in link)
    await officer.get(path)
    said = {**hidden(officer), "ground": "appraisal", "reason": "管网鉴定"}
    assert f'href="/cases/{case}?{place}"' in (await officer.post(path, {**said, "go": "preview"})).text
    done = await officer.post(path, {**said, "go": "do"})
    after = (await officer.get(done.headers["location"])).text
    assert "已办理：中止计时" in after
    assert "第 1 件，共 1 件" in after
    other = await officer.get(f"/cases/{case}/do/suspend?l=99")
    assert f'href="/cases/{case}"' in other.text, "no list of this session"
