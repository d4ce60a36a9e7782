"""Four eyes: what one asks for another grants, on a real Temporal server and a real ledger."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.store.audit_log import AuditFilter
from activities.store.requests import RequestCount
from api.access.api_keys import CallerRole
from api.processes.temporal_server import DevServer
from sla.release import RELEASE
from tests.api.office import PATIENT, Office, Person, codes, file_store, local, problem
from workflows.rebuild import rebuild
from workflows.worker import connect

ALL = frozenset({"extend", "correct-decided", "confirm", "withdraw"})


@pytest.fixture(scope="module")
async def careful(temporal_server: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """An office in which everything that may need four eyes does."""
    folder = tmp_path_factory.mktemp("careful")
    store = file_store(folder)
    client = await connect(temporal_server.address, temporal_server.namespace)
    office = Office(client, store, PATIENT.model_copy(update={"data_dir": folder, "four_eyes_for": ALL}))
    async with office.working():
        yield office
    await office.close()
    store.close()


@pytest.fixture
def colleague(careful: Office) -> Person:
    return careful.person(CallerRole.OFFICER)


async def shown(office: Office, case: str) -> Any:
    return (await office.officer.get(f"/v1/cases/{case}")).json()


def main_clock(case: Any) -> Any:
    return next(clock for clock in case["clocks"] if clock["key"] == case["main"])


async def asked(office: Office, case: str, **more: Any) -> Any:
    """A request for one working day more of the main clock."""
    clock = (await shown(office, case))["main"]
    body = {"clock": clock, "workdays": 1, "approved_by": "head", "reason": "flood", **more}
    answer = await office.officer.post(f"/v1/cases/{case}/extensions", body)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def test_an_extension_is_asked_for_by_one_and_granted_by_another(careful: Office, colleague: Person) -> None:
    case = await careful.accepted()
    before = main_clock(await shown(careful, case))
    request = await asked(careful, case)
    assert (request["kind"], request["status"], request["asked_by"]) == ("extend", "open", careful.officer.actor)
    assert request["wanted"] == {"clock": before["key"], "workdays": 1, "approved_by": "head", "reason": "flood"}
    assert main_clock(await shown(careful, case))["due_at"] == before["due_at"], "nothing is done yet"

    granted = await colleague.post(f"/v1/cases/{case}/requests/{request['number']}/grant")
    assert (granted.status_code, granted.json()["kind"]) == (201, "extended"), granted.text
    after = main_clock(await shown(careful, case))
    assert after["due_at"] > before["due_at"]
    assert [one["amount"] for one in after["extensions"]] == [1]
    event = (await colleague.get(granted.headers["Location"])).json()
    assert (event["actor"], event["body"]["request"]) == (colleague.actor, request["number"])
    asking = (await colleague.get(f"/v1/cases/{case}/events/{request['number']}")).json()
    assert (asking["kind"], asking["actor"]) == ("request-asked", careful.officer.actor)
    assert careful.store.verify_chain(case) is None
    rows = careful.store.audit_rows(AuditFilter(object=case))
    assert [(row.action, row.actor) for row in rows if row.action in ("ask-extend", "grant", "extend")] == [
        ("grant", colleague.actor),
        ("ask-extend", careful.officer.actor),
    ]


async def test_whoever_asked_does_not_grant_it(careful: Office) -> None:
    case = await careful.accepted()
    number = (await asked(careful, case))["number"]
    refused = await careful.officer.post(f"/v1/cases/{case}/requests/{number}/grant")
    assert (refused.status_code, problem(refused)) == (403, "own-request")
    assert codes(refused) == [("path/number", "own-request")]
    assert careful.store.head(case).seq == number


async def test_a_request_is_answered_with_what_is_asked_for_and_again_byte_for_byte(careful: Office) -> None:
    case = await careful.accepted()
    clock = (await shown(careful, case))["main"]
    path = f"/v1/cases/{case}/extensions"
    body = {"clock": clock, "workdays": 1, "approved_by": "head", "reason": "flood"}
    first = await careful.officer.post(path, body, key="ask-1")
    again = await careful.officer.post(path, body, key="ask-1")
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (202, 202, "true")
    assert first.content == again.content
    request = first.json()
    assert first.headers["Location"] == f"/v1/cases/{case}/events/{request['number']}"
    assert request["due_at"] == "2021-03-05T17:30:00+08:00", "asked on Thursday noon: Friday's close"
    same = await careful.officer.post(path, body)
    assert (same.status_code, problem(same)) == (409, "already-asked")


async def test_a_request_for_an_extension_is_due_before_the_limit_is_over(careful: Office) -> None:
    """Accepted on a Friday for four working days: the limit ends on Thursday, where a working day would be Friday."""
    case = await careful.opened(at=local("2021-02-26 09:00"))
    accepted = await careful.officer.insist(f"/v1/cases/{case}/accept", {"at": local("2021-02-26 10:00")})
    assert accepted.status_code in {200, 201}, accepted.text
    due = main_clock(await shown(careful, case))["due_at"]
    assert due == "2021-03-04T17:30:00+08:00"
    assert (await asked(careful, case))["due_at"] == due


async def test_what_would_be_refused_is_no_request(careful: Office) -> None:
    case = await careful.accepted()
    body = {"clock": "statutory", "workdays": 50, "approved_by": "head", "reason": "flood"}
    before = careful.store.head(case)
    refused = await careful.officer.post(f"/v1/cases/{case}/extensions", body)
    assert refused.status_code in {404, 422}, refused.text
    assert careful.store.head(case) == before


async def test_a_dry_run_says_that_it_is_a_request_and_what_its_command_would_come_to(
    careful: Office, colleague: Person
) -> None:
    case = await careful.accepted()
    found = await shown(careful, case)
    body = {"clock": found["main"], "workdays": 1, "approved_by": "head", "reason": "flood"}
    before = careful.store.head(case)
    tried = (await careful.officer.post(f"/v1/cases/{case}/extensions?dry_run=true", body)).json()
    assert [event["kind"] for event in tried["events"]] == ["request-asked"]
    assert all(clock["before"] == clock["after"] for clock in tried["clocks"])
    then = next(clock for clock in tried["granted"]["clocks"] if clock["key"] == found["main"])
    assert careful.store.head(case) == before
    number = (await asked(careful, case))["number"]
    path = f"/v1/cases/{case}/requests/{number}/grant"
    granting = (await colleague.post(f"{path}?dry_run=true")).json()
    assert next(clock for clock in granting["clocks"] if clock["key"] == found["main"])["after"] == then["after"]
    assert (await colleague.post(path)).status_code == 201
    assert main_clock(await shown(careful, case))["due_at"] == then["after"]["due_at"]


async def test_a_withdrawal_is_granted_and_counts_from_when_it_was_told(careful: Office, colleague: Person) -> None:
    case = await careful.accepted()
    told = local("2021-03-03 15:00")
    answer = await careful.officer.post(f"/v1/cases/{case}/withdraw", {"reason": "not needed", "at": told})
    assert (answer.status_code, answer.json()["kind"]) == (202, "withdraw")
    assert (await shown(careful, case))["status"] == "accepted"
    extension = await asked(careful, case)
    done = await careful.supervisor.post(f"/v1/cases/{case}/requests/{answer.json()['number']}/grant")
    assert (done.status_code, done.json()["kind"]) == (201, "withdrawn")
    after = await shown(careful, case)
    assert (after["status"], after["closed_at"]) == ("withdrawn", "2021-03-03T15:00:00+08:00")
    assert [one["status"] for one in after["requests"]] == ["granted", "lapsed"]
    late = await colleague.post(f"/v1/cases/{case}/requests/{extension['number']}/grant")
    assert (late.status_code, problem(late)) == (409, "request-answered")
    rows = careful.store.audit_rows(AuditFilter(object=case, action="lapse-request"))
    assert [row.actor for row in rows] == ["shixian"]


async def test_a_correction_needs_another_only_once_the_case_is_closed(careful: Office, colleague: Person) -> None:
    case = await careful.accepted()
    event = next(one.seq for one in careful.store.events(case) if one.kind == "accepted")
    body = {"seq": event, "instant": local("2021-03-02 09:30"), "reason": "typing error"}
    assert (await careful.officer.post(f"/v1/cases/{case}/corrections", body)).status_code == 201
    closing = {"cause": "matter-void", "reason": "gone"}
    assert (await careful.officer.post(f"/v1/cases/{case}/terminate", closing)).status_code == 201
    later = {**body, "instant": local("2021-03-02 09:45")}
    request = await careful.officer.post(f"/v1/cases/{case}/corrections", later)
    assert (request.status_code, request.json()["kind"]) == (202, "correct")
    assert (await shown(careful, case))["accepted_at"] == "2021-03-02T09:30:00+08:00"
    done = await colleague.post(f"/v1/cases/{case}/requests/{request.json()['number']}/grant")
    assert (done.status_code, done.json()["kind"]) == (201, "amended"), done.text
    assert (await shown(careful, case))["accepted_at"] == "2021-03-02T09:45:00+08:00"


async def test_a_late_posting_is_confirmed_by_two_of_whom_neither_posted_it(careful: Office, colleague: Person) -> None:
    case = await careful.opened(at=local("2021-02-22 09:00"))
    accepted = await careful.officer.insist(f"/v1/cases/{case}/accept", {"at": local("2021-02-22 10:00")})
    assert accepted.status_code in {200, 201}, accepted.text
    poster = careful.person(CallerRole.OFFICER)
    late = {"outcome": "done", "at": local("2021-02-23 10:00")}
    posted = await poster.post(f"/v1/cases/{case}/steps/joint-site-survey/completions", late)
    assert posted.json()["pending"] is True, posted.text
    seq = posted.json()["seq"]
    own = await poster.post(f"/v1/cases/{case}/confirmations", {"seq": seq})
    assert (own.status_code, problem(own)) == (403, "own-posting")
    request = await careful.officer.post(f"/v1/cases/{case}/confirmations", {"seq": seq})
    assert (request.status_code, request.json()["wanted"]) == (202, {"seq": seq})
    path = f"/v1/cases/{case}/requests/{request.json()['number']}/grant"
    for somebody, code in ((poster, "own-posting"), (careful.officer, "own-request")):
        refused = await somebody.post(path)
        assert (refused.status_code, problem(refused)) == (403, code)
    assert (await shown(careful, case))["steps"][2]["pending"] is True
    granted = await colleague.post(path)
    assert (granted.status_code, granted.json()["kind"]) == (201, "confirmed"), granted.text
    assert not any(step["pending"] for step in (await shown(careful, case))["steps"])


async def test_a_request_is_refused_with_a_reason_or_taken_back_and_then_answered(
    careful: Office, colleague: Person
) -> None:
    case = await careful.accepted()
    number = (await asked(careful, case))["number"]
    path = f"/v1/cases/{case}/requests/{number}"
    unreasoned = await colleague.post(f"{path}/refuse", {})
    assert (unreasoned.status_code, codes(unreasoned)) == (422, [("#/reason", "missing")])
    foreign = await colleague.post(f"{path}/take-back")
    assert (foreign.status_code, problem(foreign)) == (403, "request-of-another")
    done = await colleague.post(f"{path}/refuse", {"reason": "no flood"})
    assert (done.status_code, done.json()["kind"]) == (201, "request-refused")
    [request] = (await shown(careful, case))["requests"]
    assert (request["status"], request["answered_by"], request["reason"]) == ("refused", colleague.actor, "no flood")
    own = (await asked(careful, case, reason="a second flood"))["number"]
    back = await careful.officer.post(f"/v1/cases/{case}/requests/{own}/take-back", {"reason": "dry again"})
    assert (back.status_code, back.json()["kind"]) == (201, "request-taken-back")
    gone = await colleague.post(f"/v1/cases/{case}/requests/99/grant")
    assert (gone.status_code, problem(gone)) == (404, "unknown-request")


async def test_a_grant_against_a_case_that_has_changed_is_judged_anew(careful: Office, colleague: Person) -> None:
    case = await careful.accepted()
    clock = (await shown(careful, case))["main"]
    number = (await asked(careful, case))["number"]
    for step in ("joint-site-survey", "inspection-and-meter", "water-on"):
        done = await careful.officer.post(f"/v1/cases/{case}/steps/{step}/completions", {"outcome": "done"})
        assert done.status_code == 201, done.text
    refused = await colleague.post(f"/v1/cases/{case}/requests/{number}/grant")
    assert (refused.status_code, problem(refused)) == (404, "unknown-clock"), f"{clock} has stopped"
    assert codes(refused) == [("path/number", "unknown-clock")]
    assert [one["status"] for one in (await shown(careful, case))["requests"]] == ["open"]
    stale = await colleague.post(f"/v1/cases/{case}/requests/{number}/refuse", {"reason": "done"}, If_Match='"1"')
    assert (stale.status_code, problem(stale)) == (412, "stale")


async def test_the_list_has_what_is_open_the_oldest_first_page_by_page(careful: Office) -> None:
    cases = [await careful.accepted() for _ in range(3)]
    numbers = {case: (await asked(careful, case))["number"] for case in cases}
    found: list[tuple[str, int]] = []
    after = None
    while True:
        page = (
            await careful.auditor.get("/v1/requests", limit=2, kind="extend", **({"after": after} if after else {}))
        ).json()
        found += [(one["case"], one["number"]) for one in page["requests"]]
        after = page["next"]
        if after is None:
            break
    ours = [one for one in found if one[0] in numbers]
    assert ours == [(case, numbers[case]) for case in cases]
    assert len(found) == len(set(found))
    foreign = await careful.auditor.get("/v1/requests", after="x" * 40)
    assert (foreign.status_code, problem(foreign)) == (400, "bad-cursor")
    assert (await careful.water.get("/v1/requests")).status_code == 403
    own = (await careful.water.get(f"/v1/cases/{cases[0]}")).json()
    assert own["requests"] == [], "a company learns nothing of it"


async def test_without_the_setting_a_command_is_done_at_once(office: Office) -> None:
    case = await office.accepted()
    clock = (await shown(office, case))["main"]
    body = {"clock": clock, "workdays": 1, "approved_by": "head", "reason": "flood"}
    done = await office.officer.post(f"/v1/cases/{case}/extensions", body)
    assert (done.status_code, done.json()["kind"]) == (201, "extended")


async def test_a_worker_that_ends_between_asking_and_granting_loses_nothing(
    temporal_server: DevServer, tmp_path: Path
) -> None:
    store = file_store(tmp_path)
    client = await connect(temporal_server.address, temporal_server.namespace)
    office = Office(client, store, PATIENT.model_copy(update={"data_dir": tmp_path, "four_eyes_for": ALL}))
    another = office.person(CallerRole.SUPERVISOR)
    try:
        async with office.working():
            case = await office.accepted()
            number = (await asked(office, case))["number"]
        path = f"/v1/cases/{case}/requests/{number}/grant"
        async with office.working():
            granted = await another.insist(path, {}, key="grant-1")
            assert granted.status_code in {200, 201}, granted.text
        again = await another.post(path, key="grant-1")
        assert (again.status_code, again.content) == (200, granted.content)
        assert [event.kind for event in store.events(case)][-2:] == ["request-asked", "extended"]
        rows = store.dump_rows(case)
        assert [row["status"] for table, row in rows if table == "request"] == ["granted"]
        rebuild(store, RELEASE)
        assert store.dump_rows(case) == rows
    finally:
        await office.close()
        store.close()


async def test_requests_past_their_due_time_are_counted_for_the_alert(careful: Office) -> None:
    case = await careful.accepted()
    request = await asked(careful, case)
    due = datetime.fromisoformat(request["due_at"])

    def of_extensions(now: datetime) -> RequestCount:
        return next(one for one in careful.store.count_requests(now) if one.kind == "extend")

    at_it, after_it = of_extensions(due), of_extensions(due + timedelta(seconds=1))
    assert at_it.open == after_it.open
    assert after_it.overdue >= at_it.overdue + 1, "at its due time it is in time, a second later it is not"


async def test_more_days_are_not_corrected_by_one_alone(careful: Office, colleague: Person) -> None:
    case = await careful.accepted()
    number = (await asked(careful, case))["number"]
    granted = await colleague.post(f"/v1/cases/{case}/requests/{number}/grant")
    truth = {"seq": granted.json()["seq"], "workdays": 20, "reason": "typing error"}
    before = main_clock(await shown(careful, case))["due_at"]
    request = await careful.officer.post(f"/v1/cases/{case}/corrections", truth)
    assert (request.status_code, request.json()["kind"]) == (202, "correct")
    assert main_clock(await shown(careful, case))["due_at"] == before
