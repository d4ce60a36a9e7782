"""A case that turns out otherwise, over HTTP: tried, done, and seen by who may see it."""

from typing import Any

from tests.api.office import WATER, Office, codes, local, problem

PROMISE = "promise/sz-22-water-no-pipe"


async def post(office: Office, case: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Tries a command, then does it: what was tried is what is done."""
    address = f"/v1/cases/{case}/{path}"
    tried = await office.officer.post(f"{address}?dry_run=true", body)
    assert tried.status_code == 200, tried.text
    done = await office.officer.post(address, body)
    assert done.status_code == 201, done.text
    found: dict[str, Any] = tried.json()
    assert (found["receipt"]["seq"], found["receipt"]["kind"]) == (done.json()["seq"], done.json()["kind"])
    return found


async def shown(office: Office, case: str) -> dict[str, Any]:
    found: dict[str, Any] = (await office.officer.get(f"/v1/cases/{case}")).json()
    return found


async def test_a_connection_that_needs_a_pipe_after_all_is_held_to_the_promise_of_that_kind(office: Office) -> None:
    case = await office.accepted()
    reason = {"variant": "new-pipe-no-approval", "reason": "勘查后需新增管线"}
    tried = await post(office, case, "reclassify", reason)
    after = await shown(office, case)
    assert after["variant"] == "new-pipe-no-approval"
    assert after["reclassified"] == 1
    main = next(clock for clock in after["clocks"] if clock["key"] == after["main"])
    assert (main["commitment"], main["limit"]["amount"]) == ("sz-22-water-pipe-no-approval", 9)
    was = next(clock for clock in after["clocks"] if clock["key"] == PROMISE)
    assert (was["void"], was["verdict"]) == (True, None)
    moved = {clock["key"]: clock for clock in tried["clocks"]}
    assert moved[after["main"]]["before"] is None
    assert moved[after["main"]]["after"]["due_at"] == main["due_at"]
    again = await office.officer.post(f"/v1/cases/{case}/reclassify", reason)
    assert (again.status_code, problem(again)) == (422, "same-kind")
    unknown = await office.officer.post(f"/v1/cases/{case}/reclassify", {"variant": "none", "reason": "x"})
    assert problem(unknown) == "unknown-variant"


async def test_a_permit_that_is_needed_after_all_opens_its_step(office: Office) -> None:
    case = "SZ-FACT-1"
    asked = {**WATER, "variant": "new-pipe-with-approval", "case": case, "facts": {"needs_green_space_permit": False}}
    await office.officer.post("/v1/cases", {**asked, "at": local("2021-03-02 09:00")})
    await office.officer.post(f"/v1/cases/{case}/accept", {"at": local("2021-03-02 09:30")})
    assert "green-space-permit" not in {step["key"] for step in (await shown(office, case))["steps"]}
    body = {"facts": {"needs_green_space_permit": True}, "reason": "移树"}
    await post(office, case, "reclassify", body)
    after = await shown(office, case)
    assert after["facts"]["needs_green_space_permit"] is True
    assert "green-space-permit" in {step["key"] for step in after["steps"]}


async def test_a_company_that_loses_a_step_sees_it_no_more_and_the_other_one_does(office: Office) -> None:
    case = await office.accepted()
    address = f"/v1/cases/{case}"
    assert (await office.water.get(address)).status_code == 200
    for step in ("joint-site-survey", "inspection-and-meter", "water-on"):
        tried = await post(office, case, f"steps/{step}/hand-over", {"department": "sz-gas", "reason": "移交"})
        [one] = tried["steps"]
        assert (one["owner_before"], one["owner"]) == ("市水务集团", "市燃气集团")
    theirs = {step["key"] for step in (await office.water.get(address)).json()["steps"]}
    assert theirs.isdisjoint({"joint-site-survey", "inspection-and-meter", "water-on"})
    lost = await office.water.post(f"{address}/steps/joint-site-survey/completions", {"outcome": "done"})
    assert (lost.status_code, problem(lost)) == (404, "unknown-step")
    assert {"joint-site-survey"} <= {step["key"] for step in (await office.gas.get(address)).json()["steps"]}
    done = await office.gas.post(f"{address}/steps/joint-site-survey/completions", {"outcome": "done"})
    assert done.status_code == 201, done.text
    foreign = {"department": "tc-gas", "reason": "x"}
    refused = await office.officer.post(f"{address}/steps/water-on/hand-over", foreign)
    assert codes(refused) == [("#/department", "unknown-department")]


async def test_a_case_that_lacks_something_is_decided_with_tolerance_and_brought_to_its_end(office: Office) -> None:
    case = "SZ-LACK-1"
    await office.officer.post("/v1/cases", {**WATER, "case": case, "at": local("2021-03-04 09:00")})
    tolerance = {"lacking": "复印件", "workdays": 5, "rule": "逾期不补，退回受理部门"}
    await post(office, case, "accept", {"tolerance": tolerance, "at": local("2021-03-04 09:30")})
    found = await shown(office, case)
    term = next(clock for clock in found["clocks"] if clock["key"] == "tolerance")
    assert (term["role"], term["due_at"]) == ("tolerance", "2021-03-11T17:30:00+08:00")
    assert found["tolerance"] == {**tolerance, "supplied_at": None}
    listed = (await office.officer.get("/v1/cases", flag="lacking")).json()["cases"]
    assert case in [line["case"] for line in listed]
    early = await office.officer.post(f"/v1/cases/{case}/decide", {"outcome": "approved"})
    assert problem(early) == "something-lacking"
    await post(office, case, "supplies", {})
    late = await office.officer.post(f"/v1/cases/{case}/decide", {"outcome": "approved-with-tolerance"})
    assert problem(late) == "nothing-lacking"


async def test_a_case_is_closed_without_a_decision(office: Office) -> None:
    case = await office.accepted()
    await post(office, case, "terminate", {"cause": "applicant-lost", "reason": "三次公告无人应答"})
    found = await shown(office, case)
    assert (found["status"], found["national_state"], found["open"]) == ("terminated", 14, False)


async def test_the_days_of_a_suspension_are_corrected_by_the_number_of_its_event(office: Office) -> None:
    case = await office.accepted()
    begun = await office.officer.post(
        f"/v1/cases/{case}/suspensions", {"ground": "hearing", "at": local("2021-03-03 10:00")}
    )
    seq = begun.json()["seq"]
    body = {"seq": seq, "end": local("2021-03-04 09:00"), "reason": "听证会已结束"}
    await post(office, case, "corrections", body)
    promise = next(clock for clock in (await shown(office, case))["clocks"] if clock["key"] == PROMISE)
    assert promise["suspensions"][0]["end"] == "2021-03-04T09:00:00+08:00"
    events = (await office.officer.get(f"/v1/cases/{case}/events")).json()["events"]
    accepted = next(event["seq"] for event in events if event["kind"] == "accepted")
    wrong = await office.officer.post(f"/v1/cases/{case}/corrections", {**body, "seq": accepted})
    assert (problem(wrong), codes(wrong)) == ("not-corrected-so", [("#/end", "not-corrected-so")])


async def test_a_case_of_october_opened_in_march_is_listed_and_alarms_nobody(office: Office) -> None:
    case = "SZ-OLD-1"
    await office.officer.post("/v1/cases", {**WATER, "case": case, "at": local("2020-10-12 09:00")})
    await office.officer.post(f"/v1/cases/{case}/accept", {"at": local("2020-10-12 10:00")})
    events = (await office.officer.get(f"/v1/cases/{case}/events")).json()["events"]
    kinds = [event["kind"] for event in events]
    assert "rung-noted" in kinds
    assert "rung-raised" not in kinds
    listed = (await office.officer.get("/v1/cases", flag="noted", limit="200")).json()["cases"]
    assert case in {line["case"] for line in listed}
    overdue = (await office.officer.get("/v1/cases", group="overdue", limit="200")).json()["cases"]
    assert case in {line["case"] for line in overdue}, "the board knows what is true now"
