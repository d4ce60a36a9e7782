"""Looking a case up: what its applicant sees, and that nobody learns anything without its code."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import count

import httpx2
import pytest
from sqlalchemy import event

from api.access.api_keys import CallerRole
from api.access.look_up import LookUpGate
from tests.api.office import Office, local
from tests.api.pages.visitor import ORIGIN, visitor
from tests.waiting import eventually

FROM = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
ADDRESSES = (f"127.0.0.{number}" for number in count(100))  # each test is somebody else, on the machine itself
WRONG = "22222-22222"


@pytest.fixture
async def applicant(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx2.AsyncClient]:
    monkeypatch.setitem(office.app.state._state, "look_up_gate", LookUpGate())
    transport = httpx2.ASGITransport(app=office.app, client=(next(ADDRESSES), 50_000))
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, timeout=60, headers=FROM) as http:
        yield http


async def look(applicant: httpx2.AsyncClient, case: str, code: str, **more: str) -> httpx2.Response:
    return await applicant.post("/look-up", data={"case": case, "code": code}, headers=more)


async def code_of(office: Office, case: str) -> str:
    answer = await office.officer.get(f"/v1/cases/{case}/look-up-code")
    assert answer.status_code == 200
    return str(answer.json()["code"])


@contextmanager
def statements(office: Office) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(*about: object) -> None:
        asked.append(str(about[2]))

    event.listen(office.store.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(office.store.engine, "before_cursor_execute", note)


async def test_an_applicant_sees_where_the_case_is_when_it_is_due_and_why(
    office: Office, applicant: httpx2.AsyncClient
) -> None:
    case = await office.accepted()
    code = await code_of(office, case)
    shown = await look(applicant, case, code)
    assert shown.status_code == 200
    assert "办理中：联合踏勘（市水务集团）" in shown.text
    assert "3月8日（周一）17:30" in shown.text
    assert "3月2日（周二）10:00受理，当日不计" in shown.text
    assert "验收装表" in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert "etag" not in shown.headers
    assert code.encode() not in shown.content
    assert not shown.headers.get_list("set-cookie")
    english = await look(applicant, f" {case} ", code.lower().replace("-", " "), **{"Accept-Language": "en"})
    assert "In hand: " in english.text
    assert "Mon 8 Mar 17:30" in english.text


async def test_neither_targets_nor_actors_nor_reasons_are_shown(office: Office, applicant: httpx2.AsyncClient) -> None:
    case = await office.accepted()
    said = {"ground": "appraisal", "reason": "管网压力不足", "at": local("2021-03-03 10:00")}
    assert (await office.officer.insist(f"/v1/cases/{case}/suspensions", said)).status_code in {200, 201}
    text = (await look(applicant, case, await code_of(office, case))).text
    assert "现中止计时" in text
    for hidden in ("管网压力不足", office.officer.actor, "内控", "黄牌", "红牌", "超时", "#1"):
        assert hidden not in text, hidden


async def test_a_wrong_number_and_a_wrong_code_are_the_same_answer_and_the_same_work(
    office: Office, applicant: httpx2.AsyncClient
) -> None:
    case, missing = await office.accepted(), "NO-SUCH-CASE"
    code, codes = await code_of(office, case), office.app.state.look_up_codes
    pages, work = set(), []
    for number, tried in ((case, WRONG), (missing, code), (missing, WRONG), (case, ""), ("", ""), ("'; --", "\ud83d")):
        with statements(office) as asked:
            answer = await look(applicant, number, tried.encode("utf-8", "replace").decode())
        work.append(asked)
        assert answer.status_code == 404
        assert "编号或查询码不符" in answer.text
        typed = re.sub(r'(name="case" value=")[^"]*"', r'\1"', answer.text)
        pages.add((typed, *sorted(set(answer.headers) - {"x-request-id"})))
    assert len(pages) == 1
    assert work == [work[0]] * 6
    touched = [statement for statement in work[0] if not statement.startswith("BEGIN")]
    assert all("audit" in statement for statement in touched), "no case is read before number and code belong together"
    with statements(office) as asked:
        answer = await look(applicant, missing, codes.code(missing))
    assert answer.status_code == 404, "a case that is not there yet"
    assert asked


async def test_whoever_tries_too_often_is_told_how_long_to_wait_and_others_go_on(
    office: Office, applicant: httpx2.AsyncClient
) -> None:
    case = await office.accepted()
    code = await code_of(office, case)
    answers = [await look(applicant, case, WRONG) for _ in range(21)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[-1] == 429
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert "操作过于频繁" in answers[-1].text
    assert (await look(applicant, case, code)).status_code == 429, "the right code does not help"
    assert (await applicant.get("/look-up")).status_code == 200
    other = httpx2.ASGITransport(app=office.app, client=(next(ADDRESSES), 50_000))
    async with httpx2.AsyncClient(transport=other, base_url=ORIGIN, timeout=60, headers=FROM) as somebody:

        async def let_in() -> bool:
            return (await look(somebody, case, code)).status_code == 200

        await eventually(let_in)  # all together may try again after a second


async def test_a_code_goes_neither_into_an_address_nor_over_an_open_line_nor_comes_from_elsewhere(
    office: Office, applicant: httpx2.AsyncClient
) -> None:
    case = await office.accepted()
    code = await code_of(office, case)
    assert (await applicant.get("/look-up", params={"code": code})).status_code == 400
    evil = await look(applicant, case, code, Origin="https://evil.example")
    assert evil.status_code == 403
    away = httpx2.ASGITransport(app=office.app, client=("192.0.2.1", 50_000))
    async with httpx2.AsyncClient(transport=away, base_url=ORIGIN, timeout=60, headers=FROM) as open_line:
        assert "<form" not in (await open_line.get("/look-up")).text
        assert (await look(open_line, case, code)).status_code == 403
    async with httpx2.AsyncClient(transport=away, base_url="https://office", timeout=60, headers=FROM) as with_tls:
        assert (await look(with_tls, case, code, Origin="https://office")).status_code == 200


async def test_officers_and_supervisors_tell_the_code_and_others_do_not_see_it(office: Office) -> None:
    case = await office.accepted()
    code = await code_of(office, case)
    for role, company in (
        (CallerRole.OFFICER, None),
        (CallerRole.SUPERVISOR, None),
        (CallerRole.AUDITOR, None),
        (CallerRole.UTILITY, "suzhou-water"),
    ):
        somebody = visitor(office, role, company)
        await somebody.sign_in()
        text = (await somebody.get(f"/cases/{case}")).text
        assert (code in text) is (role in {CallerRole.OFFICER, CallerRole.SUPERVISOR}), role
    assert (await office.officer.get("/v1/cases/NO-SUCH-CASE/look-up-code")).status_code == 404


async def test_figures_that_cannot_be_trusted_are_not_shown(office: Office, applicant: httpx2.AsyncClient) -> None:
    case = await office.accepted()
    code = await code_of(office, case)
    office.store.fault(case, "diverged", "rows differ", office.services.now())
    try:
        text = (await look(applicant, case, code)).text
        assert "正在核对" in text
        assert "3月8日" not in text
    finally:
        office.store.resolve_fault(case, "diverged", office.services.now())
