"""What was told late, as a page: what waits and what a confirmation would do; whoever posted it does not confirm it."""

import csv
import re
from uuid import uuid4

import pytest

from api.access.api_keys import CallerRole
from tests.api.office import Office, Person, codes, local, problem
from tests.api.pages.list_page import pages_of
from tests.api.pages.statements import reads_of
from tests.api.pages.test_do_command import hidden
from tests.api.pages.visitor import Visitor, faults_said, visitor
from tests.desk import Desk, at, water

SURVEY = "joint-site-survey"
CLAIMED = "2021-02-22 11:00"


async def told_late(office: Office, poster: Person | None = None, case: str = "") -> tuple[str, int]:
    """A case whose survey was done in time, and told eight working days later; and the number of that event."""
    case = case or f"c-{uuid4().hex[:12]}"
    desk = Desk()
    office.told_in_time(case, desk.open(at("2021-02-22 09:00"), water()), desk.accept(at("2021-02-22 10:00")))
    done = await (poster or office.water).insist(
        f"/v1/cases/{case}/steps/{SURVEY}/completions", {"outcome": "done", "at": local(CLAIMED)}
    )
    assert done.json()["pending"] is True, done.text
    return case, int(done.json()["seq"])


async def signed_in(office: Office, role: CallerRole, company: str | None = None, **more: object) -> Visitor:
    somebody = visitor(office, role, company, **more)
    await somebody.sign_in()
    return somebody


def row_of(text: str, case: str) -> str:
    """The row of a case in the table of what waits; empty where it has none."""
    waiting = text.partition("<h2>")[0]
    found = re.search(rf'<tr><th scope="row"><a href="/cases/{case}".*?</tr>', waiting, re.DOTALL)
    return found[0] if found else ""


async def whole_list(somebody: Visitor) -> str:
    """All pages of what waits, one after the other."""
    pages = await pages_of(somebody, "/told-late", lambda text: text.partition("<h2>")[0])
    return "".join(page.partition("</h1>")[2] for page in pages)


async def test_what_waits_says_when_it_was_when_it_was_told_and_what_a_confirmation_would_do(office: Office) -> None:
    case, seq = await told_late(office)
    row = row_of(await whole_list(await signed_in(office, CallerRole.SUPERVISOR)), case)
    assert "联合踏勘" in row
    assert "2月22日 11:00" in row
    assert "3月4日 12:" in row
    assert "8 个工作日" in row
    assert "环节按时、黄牌撤销" in row
    assert f'href="/cases/{case}/do/confirm?seq={seq}"' in row


async def test_what_is_foretold_is_what_a_confirmation_then_does(office: Office) -> None:
    case, seq = await told_late(office)
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    path = f"/cases/{case}/do/confirm"
    before = office.store.head(case)
    both = await supervisor.get(f"{path}?seq={seq}")
    assert both.status_code == 200
    assert office.store.head(case) == before, "looking writes nothing"
    told, confirmed = re.findall(
        r"<td data-label=\"[^\"]*\">(.*?)</td>", both.text.partition("计为办结于")[2], re.DOTALL
    )[:2]
    assert "3月4日" in told
    assert "2月22日（周一）11:00" in confirmed
    assert f"{office.water.actor} 报送，晚 8 个工作日" in both.text
    done = await supervisor.post(path, {**hidden(supervisor), "seq": str(seq), "go": "do", "checked": "1"})
    assert done.status_code == 303, done.text
    view = office.store.case(case)
    assert view is not None
    [target] = [row for row in view.clocks if row.picture.step == SURVEY]
    assert target.standing == "met"
    assert [(rung.withdrawn, rung.told_late) for rung in target.picture.rungs if rung.kind == "overdue"] == [
        ("told-late", True)
    ]
    text = (await supervisor.get("/told-late?lang=en")).text
    assert not row_of(text, case)
    disproved = [clock.case for clock in office.store.told_late()]
    assert case in disproved


async def test_a_case_with_one_posting_that_waits_needs_no_number_to_be_checked(office: Office) -> None:
    case, _ = await told_late(office)
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    assert "两种读法对照" in (await supervisor.get(f"/cases/{case}/do/confirm")).text
    other = await supervisor.get(f"/cases/{case}/do/confirm?seq=1")
    assert other.status_code == 409
    assert "没有待确认的补录" in other.text


async def test_whoever_posted_it_does_not_confirm_it_on_any_way(office: Office) -> None:
    case, seq = await told_late(office, office.officer)
    by_api = await office.officer.post(f"/v1/cases/{case}/confirmations", {"seq": seq})
    assert (by_api.status_code, problem(by_api), codes(by_api)) == (403, "own-posting", [("#/seq", "own-posting")])
    tried = await office.officer.http.post(
        f"/v1/cases/{case}/confirmations?dry_run=true",
        json={"seq": seq},
        headers={**office.officer.headers, "Idempotency-Key": "own"},
    )
    assert problem(tried) == "own-posting"
    poster = await signed_in(office, CallerRole.OFFICER)
    own, own_seq = await told_late(office, Person(office.http, poster.key, "poster"))
    assert "由您报送，须由他人确认" in row_of(await whole_list(poster), own)
    refused = await poster.get(f"/cases/{own}/do/confirm?seq={own_seq}")
    assert refused.status_code == 403
    assert "报送者本人不得确认" in refused.text
    await poster.get(f"/cases/{case}/do/confirm?seq={seq}")
    forged = await poster.post(
        f"/cases/{own}/do/confirm", {**hidden(poster), "seq": str(own_seq), "go": "do", "checked": "1"}
    )
    assert forged.status_code in {403, 412}
    assert "confirmed" not in {event.kind for event in office.store.events(own)}
    answer = await office.officer.post(f"/v1/cases/{own}/confirmations", {"seq": own_seq})
    assert answer.status_code == 201, answer.text


async def test_a_utility_sees_its_own_and_neither_promise_nor_where_it_is_confirmed(office: Office) -> None:
    case, _ = await told_late(office)
    water = await whole_list(await signed_in(office, CallerRole.UTILITY, "suzhou-water"))
    row = row_of(water, case)
    assert "环节按时、黄牌撤销" in row
    assert "承诺" not in water
    assert "do/confirm" not in water
    gas = await signed_in(office, CallerRole.UTILITY, "suzhou-gas")
    assert case not in await whole_list(gas)
    narrowed = await signed_in(office, CallerRole.UTILITY, "suzhou-water", steps=("water-on",))
    assert case not in await whole_list(narrowed)


async def test_an_auditor_has_no_such_page_and_nothing_of_it_in_the_menu(office: Office) -> None:
    auditor = await signed_in(office, CallerRole.AUDITOR)
    assert (await auditor.get("/told-late")).status_code == 404
    assert 'href="/told-late"' not in (await auditor.get("/cases")).text


async def test_the_menu_says_how_many_wait_and_counts_no_further_than_it_shows(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await told_late(office)
    await told_late(office)
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    text = (await supervisor.get("/told-late")).text
    waiting = office.store.badges(at("2021-03-04 12:00"), 100).waiting
    assert f'<b class="badge">{waiting}</b>' in text
    assert f'data-count="待确认">{waiting}</b>' in text
    monkeypatch.setattr("api.pages.frame.MOST_COUNTED", 2)
    monkeypatch.setattr("api.pages.page_route.MOST_COUNTED", 2)
    assert '<b class="badge">1+</b>' in (await supervisor.get("/cases")).text


async def test_both_tables_go_on_where_the_page_ends_each_by_itself(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = [(await told_late(office, case=f"LATE-{number}")) for number in range(6)]
    for case, seq in late[3:]:
        answer = await office.supervisor.post(f"/v1/cases/{case}/confirmations", {"seq": seq})
        assert answer.status_code == 201, answer.text
    monkeypatch.setattr("api.pages.told_late.SHOWN", 2)
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    for first_table, wanted in ((True, late[:3]), (False, late[3:])):
        table = 0 if first_table else 2
        pages = await pages_of(supervisor, "/told-late", lambda text, at=table: text.partition("<h2>")[at])  # type: ignore[misc]
        assert all(("其后的待确认" if first_table else "其后的补录改判") in page for page in pages[:-1])
        seen = [case for page in pages for case in re.findall(r'<th scope="row"><a href="/cases/([^"]+)"', page)]
        whole = office.store.pending_confirmations() if first_table else office.store.told_late()
        assert seen == [one.case for one in whole]
        assert {case for case, _ in wanted} <= set(seen)


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("before=x", "query/before", "unknown-parameter"),
        ("after=nonsense", "query/after", "bad-cursor"),
        ("after=x&after=y", "query/after", "given-twice"),
    ],
)
async def test_a_bad_parameter_is_refused_and_named(office: Office, query: str, pointer: str, code: str) -> None:
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    answer = await supervisor.get(f"/told-late?{query}")
    assert answer.status_code == 400
    assert faults_said(answer.text) == [(pointer, code)]


async def test_the_page_asks_the_database_no_more_often_the_more_there_is(office: Office) -> None:
    for _ in range(3):
        await told_late(office)
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    with reads_of(office.store) as statements:
        answer = await supervisor.get("/told-late")
    assert answer.status_code == 200
    assert len(statements) <= 6, "\n".join(statements)
    assert len(answer.content) <= 150_000


async def test_both_tables_are_a_file_too_of_ones_own_steps(office: Office) -> None:
    case, _ = await told_late(office)
    for somebody in (
        await signed_in(office, CallerRole.SUPERVISOR),
        await signed_in(office, CallerRole.UTILITY, "suzhou-water"),
    ):
        answer = await somebody.get("/told-late?format=csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        found = list(csv.DictReader(answer.text.removeprefix("\ufeff").splitlines()))
        [row] = [one for one in found if (one["列表 list"], one["办件 case"]) == ("waiting", case)]
        assert (row["环节 step"], row["办结 done_at"]) == (SURVEY, "2021-02-22T11:00:00+08:00")
    gas = await signed_in(office, CallerRole.UTILITY, "suzhou-gas")
    assert case not in (await gas.get("/told-late?format=csv")).text


async def test_one_long_case_of_an_average_is_no_promise_that_would_be_kept(office: Office) -> None:
    power = office.person(CallerRole.UTILITY, "suzhou-power")
    case = await office.opened(procedure="electricity-connection", variant="low-voltage", at=local("2021-01-04 09:00"))
    await office.officer.insist(f"/v1/cases/{case}/accept", {"at": local("2021-01-04 10:00")})
    for step in ("joint-site-survey", "supply-plan-reply", "external-line-permits", "grid-works", "meter-and-energise"):
        poster, at = (office.officer if step == "external-line-permits" else power), local("2021-01-05 10:00")
        done = await poster.insist(f"/v1/cases/{case}/steps/{step}/completions", {"outcome": "done", "at": at})
        assert done.json().get("pending"), done.text
    view = office.store.case(case)
    assert view is not None
    [average] = [row for row in view.clocks if row.picture.role == "promise"]
    assert (average.standing, average.picture.judged) == ("missed", False)
    shown = await whole_list(await signed_in(office, CallerRole.SUPERVISOR))
    rows = re.findall(rf'<tr><th scope="row"><a href="/cases/{case}".*?</tr>', shown, re.DOTALL)
    assert len(rows) == 5
    assert not [row for row in rows if "承诺" in row]
