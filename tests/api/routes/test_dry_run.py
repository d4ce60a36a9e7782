"""A command that is only tried says what it would come to, over HTTP, and writes nothing."""

from typing import Any

import httpx2
import pytest
from temporalio.service import RPCError

from tests.api.office import WATER, Office, codes, local, problem
from tests.api.routes.test_metrics import counted

PROMISE = "promise/sz-22-water-no-pipe"


def clock(answer: httpx2.Response, key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in answer.json()["clocks"] if one["key"] == key)
    return found


async def test_a_tried_suspension_shows_both_due_dates_and_the_case_stays_as_it_was(office: Office) -> None:
    case = await office.accepted()
    before = (await office.officer.get(f"/v1/cases/{case}")).json()
    tried = await office.officer.post(f"/v1/cases/{case}/suspensions?dry_run=true", {"ground": "hearing"})
    assert tried.status_code == 200, tried.text
    moved = clock(tried, PROMISE)
    assert (moved["before"]["standing"], moved["after"]["standing"]) == ("on-time", "suspended")
    assert moved["before"]["due_at"] == next(one for one in before["clocks"] if one["key"] == PROMISE)["due_at"]
    assert moved["after"]["due_at"] is None
    assert [event["kind"] for event in tried.json()["events"]] == ["suspended"]
    assert (await office.officer.get(f"/v1/cases/{case}")).json()["hash"] == before["hash"]
    done = await office.officer.post(f"/v1/cases/{case}/suspensions", {"ground": "hearing"})
    assert done.status_code == 201
    receipt = tried.json()["receipt"]
    assert {name: receipt[name] for name in ("case", "seq", "kind")} == {
        name: done.json()[name] for name in ("case", "seq", "kind")
    }
    after = next(
        one for one in (await office.officer.get(f"/v1/cases/{case}")).json()["clocks"] if one["key"] == PROMISE
    )
    assert {name: after[name] for name in moved["after"]} == moved["after"]


async def test_a_tried_opening_starts_nothing_and_leaves_its_key_free(office: Office) -> None:
    body = {**WATER, "case": "SZ-TRY-1", "at": local("2021-03-02 09:00")}
    tried = await office.officer.post("/v1/cases?dry_run=true", body, key="open-1")
    assert tried.status_code == 200, tried.text
    found = tried.json()
    assert (found["status_before"], found["status_after"]) == (None, "received")
    assert {one["key"] for one in found["steps"]} >= {"acceptance", "joint-site-survey"}
    assert [one["before"] for one in found["clocks"] if one["role"] == "supplement"] == [None]
    with pytest.raises(RPCError, match="not found"):
        await office.client.get_workflow_handle("SZ-TRY-1").describe()
    assert (await office.officer.get("/v1/cases/SZ-TRY-1")).status_code == 404
    opened = await office.officer.post("/v1/cases", body, key="open-1")
    assert opened.status_code == 201, opened.text


async def test_a_tried_command_is_refused_as_the_command_would_be(office: Office) -> None:
    case = await office.accepted()
    for path, body in (
        (f"/v1/cases/{case}/decide", {"outcome": "approved"}),
        (f"/v1/cases/{case}/extensions", {"clock": "nothing", "workdays": 3, "approved_by": "head", "reason": "x"}),
        (f"/v1/cases/{case}/accept", {}),
        ("/v1/cases/SZ-NONE/accept", {}),
        (f"/v1/cases/{case}/suspensions", {"ground": "no-such"}),
        (f"/v1/cases/{case}/steps/water-on/completions", {"outcome": "done", "at": local("2031-01-01 09:00")}),
    ):
        tried = await office.officer.post(f"{path}?dry_run=true", body)
        done = await office.officer.post(path, body)
        assert tried.status_code == done.status_code >= 400, path
        assert (problem(tried), codes(tried)) == (problem(done), codes(done))


async def test_a_utility_tries_its_own_steps_and_sees_nothing_of_others(office: Office) -> None:
    case = await office.accepted()
    path = f"/v1/cases/{case}/steps/joint-site-survey/completions?dry_run=true"
    tried = await office.water.post(path, {"outcome": "done"})
    assert tried.status_code == 200, tried.text
    found = tried.json()
    assert (found["status_before"], found["status_after"]) == (None, None)
    assert {one["role"] for one in found["clocks"]} == {"step"}
    assert {one["owner"] for one in found["steps"]} == {one["owner"] for one in found["clocks"]}
    foreign = await office.gas.post(path, {"outcome": "done"})
    assert (foreign.status_code, problem(foreign)) == (404, "unknown-step")


async def test_each_item_of_a_tried_batch_says_what_it_would_come_to(office: Office) -> None:
    case = await office.accepted()
    items = [
        {"case": case, "step": "joint-site-survey", "key": "b-1", "outcome": "done"},
        {"case": case, "step": "water-on", "key": "b-2", "outcome": "done"},
    ]
    tried = (await office.water.post("/v1/completions:batch?dry_run=true", {"items": items})).json()["items"]
    assert [one["status"] for one in tried] == [200, 409]
    assert tried[0]["dry_run"]["receipt"]["kind"] == "completed"
    assert tried[1]["problem"]["type"].endswith("step-not-open")
    assert "completed" not in {event.kind for event in office.store.events(case)}


async def test_a_command_on_record_comes_to_nothing_new(office: Office) -> None:
    case = await office.accepted()
    path, body = f"/v1/cases/{case}/steps/joint-site-survey/completions", {"outcome": "done"}
    done = await office.water.post(path, body, key="k-7")
    tried = await office.water.post(f"{path}?dry_run=true", body, key="k-7")
    assert tried.json()["receipt"] == done.json()
    assert tried.json()["events"] == []


async def test_tried_commands_are_not_counted_as_commands(office: Office) -> None:
    received = "shixian_events_received_total"
    case = await office.accepted()
    before = await counted(office, received)
    assert (await office.officer.post(f"/v1/cases/{case}/withdraw?dry_run=true", {})).status_code == 200
    assert await counted(office, received) == before
