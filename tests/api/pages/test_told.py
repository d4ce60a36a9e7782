"""Who was told of which alert, as a page and beside the alarms of a case: what did not arrive first, and no address."""

import csv
import json
import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from activities.store.outbox import Attempt
from activities.store.tellings import AlertLine, NewTelling
from api.access.api_keys import CallerRole
from api.real_clock import real_now
from tests.api.office import Office, local
from tests.api.pages.list_page import pages_of, text_rows
from tests.api.pages.statements import reads_of
from tests.api.pages.visitor import Visitor, faults_said, visitor
from tests.waiting import eventually

SURVEY = "joint-site-survey"
MINUTE = timedelta(minutes=1)
ADDRESS = "https://hall.example/robot?key=s3cret"


def tell(
    office: Office,
    *lines: AlertLine,
    receiver: str = "sz-water",
    kind: str = "raised",
    outcomes: tuple[tuple[str, str | None], ...] = (),
    waits: bool = False,
    at: datetime | None = None,
) -> int:
    """A notice of the relay, and what came of it."""
    store, when, number = office.store, at or real_now(), uuid4().hex
    labels = [
        {"alertname": one.alertname, "case_id": one.case, "step": one.step, "department": "sz-water",
         "procedure": "water-connection"}
        for one in lines
    ]  # fmt: skip
    said = {
        "link": ADDRESS,
        "alerts": [{"labels": one, "link": ADDRESS, "summary_zh": f"摘要 {number}"} for one in labels],
    }
    with store.remembering(receiver) as memory:
        memory.tell(
            NewTelling(
                id=number, receiver=receiver, channel="hall", kind=kind, at=when, body=json.dumps(said), alerts=lines
            )
        )
    of = max(one.number for one in store.told_of_case(lines[0].case)) if lines[0].case else 0
    for nth, (outcome, error) in enumerate(outcomes, 1):
        last = nth == len(outcomes) and not waits
        store.attempted(of, Attempt(nth=nth, at=when, outcome=outcome, error=error), None if last else when + MINUTE)
    return of


def step_over(case: str, severity: str = "warning", reason: str | None = None, step: str = SURVEY) -> AlertLine:
    return AlertLine(alertname="ShixianStepOverdue", severity=severity, case=case, step=step, reason=reason)


async def signed_in(office: Office, role: CallerRole, company: str | None = None) -> Visitor:
    somebody = visitor(office, role, company)
    await somebody.sign_in()
    return somebody


def number() -> str:
    return f"TOLD-{uuid4().hex[:8]}"


async def test_what_did_not_arrive_stands_first_and_handed_over_is_never_delivered(office: Office) -> None:
    case = number()
    tell(office, step_over(case), outcomes=(("failed", "timeout"),) * 4, waits=True)
    tell(office, step_over(case, "critical"), outcomes=(("refused", "errcode-93000"),))
    tell(office, step_over(case), outcomes=(("failed", "no-connection"), ("given-up", None)))
    tell(office, step_over(case, "info"), outcomes=(("delivered", None),))
    tell(office, step_over(case), receiver="supervisors", outcomes=(("handed-over", None),))
    tell(office, step_over(case, reason="told-late"), kind="withdrawn")
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    found = text_rows((await supervisor.get(f"/told?case={case}")).text)
    for row, expected in zip(
        found,
        (
            ("撤销", "待送达", "按时办理，补录在后"),
            ("黄牌", "已放弃，共试 1 次"),
            ("红牌", "被拒：errcode-93000"),
            ("黄牌", "第 4 次未达：超时", "再试"),
            ("督查", "已交渠道，是否送达不明"),
            ("提醒", "市水务集团", "联合踏勘", "已送达"),
        ),
        strict=True,
    ):
        assert all(word in row for word in expected), row
        assert ("已送达" in row) is ("已送达" in expected)


async def test_no_address_and_no_token_is_shown(office: Office) -> None:
    case = number()
    tell(office, step_over(case), outcomes=(("failed", "timeout"),), waits=True)
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    shown = (await supervisor.get(f"/told?case={case}")).text
    assert "hall" in shown
    for secret in ("s3cret", "hall.example", "robot"):
        assert secret not in shown


async def test_the_list_is_filtered_by_case_receiver_outcome_and_days(office: Office) -> None:
    case = number()
    tell(office, step_over(case), outcomes=(("delivered", None),))
    tell(office, step_over(case), receiver="supervisors", outcomes=(("handed-over", None),))
    tell(office, step_over(case), at=real_now() - timedelta(days=100), outcomes=(("delivered", None),))
    officer = await signed_in(office, CallerRole.OFFICER)
    for query, expected in (("", 2), ("&receiver=supervisors", 1), ("&outcome=delivered", 1), ("&days=365", 3),
                            ("&outcome=refused", 0)):  # fmt: skip
        assert len(text_rows((await officer.get(f"/told?case={case}{query}")).text)) == expected, query


async def test_a_notice_names_few_alerts_and_says_how_many_more_there_are(office: Office) -> None:
    case = number()
    tell(office, *(step_over(case, step=f"step-{place}") for place in range(8)))
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    *named, more = text_rows((await supervisor.get(f"/told?case={case}")).text)
    assert [case in row for row in named] == [True] * 3
    assert "另有 5 项" in more


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("cas=x", "query/cas", "unknown-parameter"),
        ("case=%20%2F", "query/case", "unknown-value"),
        ("receiver=nobody", "query/receiver", "unknown-value"),
        ("outcome=lost", "query/outcome", "unknown-value"),
        ("days=31", "query/days", "unknown-value"),
        ("after=nonsense", "query/after", "bad-cursor"),
    ],
)
async def test_a_bad_parameter_is_refused_and_named(office: Office, query: str, pointer: str, code: str) -> None:
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    answer = await supervisor.get(f"/told?{query}")
    assert answer.status_code == 400
    assert faults_said(answer.text) == [(pointer, code)]


async def test_the_list_goes_on_where_the_page_ends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.told.SHOWN", 2)
    case = number()
    for place in range(5):
        tell(office, step_over(case, step=f"s{place}"), outcomes=(("delivered", None),) if place % 2 else ())
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    pages = await pages_of(supervisor, f"/told?case={case}")
    assert [len(text_rows(page)) for page in pages] == [2, 2, 1]
    seen = [found for page in pages for row in text_rows(page) for found in re.findall(r"\bs\d\b", row)]
    assert seen == ["s4", "s2", "s0", "s3", "s1"]


async def test_a_utility_has_no_such_page(office: Office) -> None:
    assert (await (await signed_in(office, CallerRole.UTILITY, "suzhou-water")).get("/told")).status_code == 404


async def test_the_page_asks_the_database_no_more_often_the_more_there_is(office: Office) -> None:
    for place in range(12):
        tell(office, step_over(number()), outcomes=(("delivered", None),) if place % 2 else ())
    auditor = await signed_in(office, CallerRole.AUDITOR)
    with reads_of(office.store) as statements:
        answer = await auditor.get("/told")
    assert answer.status_code == 200
    assert len(statements) <= 6, "\n".join(statements)
    assert len(answer.content) <= 150_000


async def over(office: Office) -> str:
    """A case whose survey is past its target, and on record so."""
    case = await office.accepted(at=local("2021-03-02 09:00"))

    def raised() -> bool:
        return any(
            event.kind == "rung-raised"
            and event.body["clock"] == f"step/{SURVEY}#1"
            and event.body["rung"] == "overdue"
            for event in office.store.events(case)
        )

    await eventually(raised)
    return case


async def test_a_cases_page_says_beside_its_alarm_who_was_told_and_whether_that_arrived(office: Office) -> None:
    case = await over(office)
    tell(office, step_over(case), outcomes=(("failed", "timeout"),), waits=True)
    tell(office, step_over(case, "critical"), receiver="supervisors", outcomes=(("delivered", None),))
    tell(office, AlertLine(alertname="ShixianCaseOverdue", severity="critical", case=case), receiver="supervisors")
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    text = (await supervisor.get(f"/cases/{case}")).text
    events = re.findall(r"<tr><td data-label=\"发生\">(.*?)</tr>", text, re.DOTALL)
    [alarm] = [one for one in events if "联合踏勘" in one and "heard" in one]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", alarm))
    assert said.index("黄牌 → 市水务集团") < said.index("红牌 → 督查")
    assert "第 1 次未达：超时" in said
    assert "已送达" in said
    assert text.count('class="heard"') == 2
    assert "红牌 → 督查" in re.sub(r"<[^>]*>", "", text.partition("其他有关告知")[2])
    assert f'href="/told?case={case}&amp;days=365"' in text


async def test_a_company_sees_what_it_was_told_of_its_own_steps_and_nothing_else(office: Office) -> None:
    case = await over(office)
    own = tell(office, step_over(case), outcomes=(("delivered", None),))
    tell(office, step_over(case, "critical"), receiver="supervisors")
    tell(office, AlertLine(alertname="ShixianCaseOverdue", severity="critical", case=case))
    tell(office, step_over(case, step="somebody-elses"))
    water = await signed_in(office, CallerRole.UTILITY, "suzhou-water")
    text = (await water.get(f"/cases/{case}")).text
    assert "黄牌 → 市水务集团" in text
    assert "督查" not in text
    assert "其他有关告知" not in text
    assert 'href="/told?' not in text
    told = (await office.water.get(f"/v1/cases/{case}/tellings")).json()["told"]
    assert [(one["number"], one["receiver"], one["step"]) for one in told] == [(own, "sz-water", SURVEY)]
    assert (await office.gas.get(f"/v1/cases/{case}/tellings")).status_code == 404
    whole = (await office.auditor.get(f"/v1/cases/{case}/tellings")).json()["told"]
    assert len(whole) == 4


async def test_who_was_told_of_a_case_is_paged(office: Office) -> None:
    case = await office.accepted()
    numbers = [tell(office, step_over(case)) for _ in range(5)]
    seen: list[int] = []
    more: dict[str, str] = {}
    while True:
        page = (await office.auditor.get(f"/v1/cases/{case}/tellings", limit="2", **more)).json()
        seen += [one["number"] for one in page["told"]]
        if page["next"] is None:
            break
        more = {"after": page["next"]}
    assert seen == numbers[::-1]
    [first, *_] = (await office.auditor.get(f"/v1/cases/{case}/tellings")).json()["told"]
    assert first["delivery"]["arrival"] == "waiting"
    assert first["kind"] == "raised"


async def test_the_list_is_a_file_too_with_every_alert_and_no_formula(office: Office) -> None:
    case = number()
    lines = [step_over(case, step=f"step-{place}") for place in range(8)]
    tell(office, *lines, AlertLine(alertname="=1+1", severity="info", case=case), outcomes=(("delivered", None),))
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    answer = await supervisor.get(f"/told?case={case}&format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith("\ufeff时间 at".encode())
    found = list(csv.DictReader(answer.text.removeprefix("\ufeff").splitlines()))
    assert [one["环节 step"] for one in found] == [f"step-{place}" for place in range(8)] + [""]
    assert {one["送达 arrival"] for one in found} == {"delivered"}
    assert found[-1]["告警 alertname"] == "'=1+1"
    assert "hall.example" not in answer.text
    assert (await supervisor.get("/told?format=xls")).status_code == 400
