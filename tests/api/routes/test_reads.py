"""What the API shows: cases, lists, events, days, registers, averages."""

from datetime import date
from uuid import uuid4

import pytest

from sla.commitments.register import REGISTER
from sla.release import RELEASE
from tests.api.office import Office, local, problem


async def test_a_case_is_counted_at_the_instant_of_the_question(office: Office) -> None:
    case = await office.accepted()
    answer = await office.officer.get(f"/v1/cases/{case}")
    shown = answer.json()
    assert answer.headers["ETag"] == f'"{shown["seq"]}"'
    assert shown["rehearsal_rate"] == 1
    main = next(clock for clock in shown["clocks"] if clock["key"] == shown["main"])
    assert (main["used"], main["suspended"], main["remaining"]) == (2, 0, 2)
    assert (main["standing"], main["due_date"]) == ("on-time", "2021-03-08")
    assert main["due_at"] == "2021-03-08T17:30:00+08:00"
    assert main["calendar"] == RELEASE.calendar_for("suzhou", date(2021, 3, 4)).version
    assert main["citation"]["document"] == "suzhou-2020-1"
    assert {clock["role"] for clock in shown["clocks"]} >= {"promise", "supplement", "step"}


async def test_a_suspended_clock_says_so_and_has_no_due_date(office: Office) -> None:
    case = await office.accepted()
    await office.officer.post(f"/v1/cases/{case}/suspensions", {"ground": "hearing", "at": local("2021-03-03 10:00")})
    shown = (await office.officer.get(f"/v1/cases/{case}")).json()
    main = next(clock for clock in shown["clocks"] if clock["key"] == shown["main"])
    assert (main["standing"], main["used"], main["suspended"], main["due_at"]) == ("suspended", 1, 1, None)
    assert main["suspensions"][0]["ground"] == "hearing"


async def test_the_days_of_a_clock_come_to_what_the_clock_says(office: Office) -> None:
    case = await office.accepted()
    main = (await office.officer.get(f"/v1/cases/{case}")).json()["main"]
    ledger = (await office.officer.get(f"/v1/cases/{case}/clocks/{main}/days")).json()
    assert [day["kind"] for day in ledger["days"]] == [
        "start",
        "counted",
        "counted",
        "counted",
        "weekend",
        "weekend",
        "counted",
    ]
    assert ledger["days"][-1]["date"] == ledger["clock"]["due_date"]
    assert ledger["days"][-1]["total"] == ledger["clock"]["limit"]["amount"]
    missing = await office.officer.get(f"/v1/cases/{case}/clocks/promise/nothing/days")
    assert (missing.status_code, problem(missing)) == (404, "unknown-clock")
    step = await office.water.get(f"/v1/cases/{case}/clocks/step/joint-site-survey%231/days")
    assert step.status_code == 200
    assert (await office.water.get(f"/v1/cases/{case}/clocks/{main}/days")).status_code == 404


async def test_a_chain_shows_its_workload_beside_its_union(office: Office) -> None:
    project = {"procedure": "construction-approval", "variant": "government-investment"}
    case = await office.opened(**project, at=local("2021-03-01 09:00"))
    await office.officer.post(f"/v1/cases/{case}/accept", {"at": local("2021-03-01 09:30")})
    started = await office.officer.post(
        f"/v1/cases/{case}/steps/project-code/completions", {"outcome": "done", "at": local("2021-03-01 10:00")}
    )
    assert started.status_code == 201, started.text
    for step in ("project-proposal-approval", "land-preexam-and-siting"):
        await office.officer.post(f"/v1/cases/{case}/steps/{step}/start", {"at": local("2021-03-01 11:00")})
    shown = (await office.officer.get(f"/v1/cases/{case}")).json()
    main = next(clock for clock in shown["clocks"] if clock["key"] == shown["main"])
    running = [step["key"] for step in shown["steps"] if step["status"] == "running" and step["counts"]]
    assert main["measure"] == "chain-total"
    assert (main["used"], main["workload"]) == (3, 3 * len(running))


async def test_a_list_is_paged_without_gap_or_repetition(office: Office) -> None:
    survey = f"list-{uuid4().hex[:8]}"
    numbers = {await office.opened(survey=survey) for _ in range(5)}
    found: list[str] = []
    after: str | None = None
    for expected in (2, 2, 1):
        more = {} if after is None else {"after": after}
        page = (await office.officer.get("/v1/cases", survey=survey, limit="2", **more)).json()
        assert len(page["cases"]) == expected
        found += [line["case"] for line in page["cases"]]
        last, after = after, page["next"]
    assert after is None
    assert len(found) == 5
    assert set(found) == numbers
    other = await office.officer.get("/v1/cases", survey="other", after=last)
    assert (other.status_code, problem(other)) == (400, "bad-cursor")


async def test_a_list_is_filtered(office: Office) -> None:
    survey = f"filter-{uuid4().hex[:8]}"
    case = await office.accepted(survey=survey)
    late = await office.opened(survey=survey, at=local("2021-02-18 09:00"))
    await office.officer.post(f"/v1/cases/{late}/accept", {"at": local("2021-02-18 09:30")})
    for asked, expected in (
        ({"standing": "overdue"}, {late}),
        ({"standing": "on-time"}, {case}),
        ({"procedure": "water-connection", "jurisdiction": "suzhou", "open": "true"}, {case, late}),
        ({"open": "false"}, set()),
        ({"owner": "市水务集团"}, {case, late}),
        ({"owner": "nobody"}, set()),
        ({"q": case[2:8].upper()}, {case}),
    ):
        lines = (await office.officer.get("/v1/cases", survey=survey, **asked)).json()["cases"]
        assert {line["case"] for line in lines} == expected, asked


async def test_events_are_paged(office: Office) -> None:
    case = await office.accepted()
    whole = (await office.officer.get(f"/v1/cases/{case}/events")).json()
    first = (await office.officer.get(f"/v1/cases/{case}/events", limit="1")).json()
    rest = (await office.officer.get(f"/v1/cases/{case}/events", after=first["next"])).json()
    assert first["events"] + rest["events"] == whole["events"]
    assert whole["next"] is rest["next"] is None
    assert [event["seq"] for event in whole["events"]] == list(range(1, len(whole["events"]) + 1))
    missing = await office.officer.get(f"/v1/cases/{case}/events/99")
    assert (missing.status_code, problem(missing)) == (404, "unknown-event")


async def test_the_register_of_commitments_has_every_sentence(office: Office) -> None:
    listed = (await office.auditor.get("/v1/commitments")).json()["commitments"]
    assert {one["id"] for one in listed} == set(REGISTER)
    core = (await office.auditor.get("/v1/commitments", core="true", jurisdiction="taicang")).json()["commitments"]
    assert core
    assert all(one["core"] and one["jurisdiction"] == "taicang" for one in core)
    one = (await office.auditor.get("/v1/commitments/sz-21-company-setup")).json()
    assert one["limit"] == {"amount": 2, "unit": "workday"}
    assert one["citation"]["quote"] == REGISTER["sz-21-company-setup"].citation.quote


async def test_a_procedure_is_shown_as_one_case_follows_it(office: Office) -> None:
    listed = (await office.auditor.get("/v1/procedures")).json()["procedures"]
    assert len(listed) == 8
    asked = {"jurisdiction": "suzhou", "variant": "new-pipe-with-approval", "needs_green_space_permit": "false"}
    shown = (await office.auditor.get("/v1/procedures/water-connection", **asked)).json()
    steps = {step["key"] for step in shown["resolved"]["steps"]}
    assert "road-excavation-permit" in steps
    assert "green-space-permit" not in steps
    alone = (await office.auditor.get("/v1/procedures/water-connection")).json()
    assert alone["resolved"] is None


@pytest.mark.parametrize(("as_of", "changed"), [("2020-01-26", []), ("2020-01-27", ["2020-01-31", "2020-02-01"])])
async def test_a_calendar_says_what_was_known_on_a_day(office: Office, as_of: str, changed: list[str]) -> None:
    shown = (await office.auditor.get("/v1/calendars/suzhou", as_of=as_of)).json()
    assert shown["known_until"] == "2020-12-31"
    assert shown["provisional_from"] == "2020-12-29"
    assert set(changed) <= set(shown["publications"][-1]["changed"])
    assert all(one["published"] <= as_of for one in shown["publications"])


async def test_an_average_is_of_decided_cases_and_knows_its_promise(office: Office) -> None:
    case = await office.opened(
        procedure="electricity-connection", variant="low-voltage", jurisdiction="taicang", at=local("2021-03-02 09:00")
    )
    shown = (await office.officer.get(f"/v1/cases/{case}")).json()
    accepted = await office.officer.post(f"/v1/cases/{case}/accept", {"at": local("2021-03-02 10:00")})
    assert accepted.status_code == 201, accepted.text
    for _ in range(12):
        shown = (await office.officer.get(f"/v1/cases/{case}")).json()
        ready = [step for step in shown["steps"] if step["status"] in ("running", "open")]
        for step in ready:
            done = await office.officer.post(f"/v1/cases/{case}/steps/{step['key']}/completions", {"outcome": "done"})
            assert done.status_code == 201, done.text
        if not ready:
            break
    decided = await office.officer.post(f"/v1/cases/{case}/decide", {"outcome": "approved"})
    assert decided.status_code == 201, decided.text
    main = next(clock for clock in shown["clocks"] if clock["role"] == "promise")
    cohorts = {one["commitment"]: one for one in (await office.auditor.get("/v1/averages")).json()["averages"]}
    own = cohorts[main["commitment"]]
    assert own["year_to_date"]["n"] >= 1
    assert own["months"][-1]["month"] == "2021-03"
    for also in main["also"]:
        assert cohorts[also]["year_to_date"]["n"] >= 1
    single = (await office.auditor.get("/v1/averages", commitment=main["commitment"])).json()["averages"]
    assert [one["commitment"] for one in single] == [main["commitment"]]
    assert own["measure"] == "average-max"
    assert own["year_to_date"]["kept"] is True
    empty = next(one for one in cohorts.values() if one["measure"] == "average-max" and one["year_to_date"]["n"] == 0)
    assert empty["year_to_date"]["kept"] is None


async def test_faults_are_listed(office: Office) -> None:
    office.store.fault("c-x", "ledger-disagrees", "the ledger ends at 3", office.timeline.anchor_business)
    listed = (await office.auditor.get("/v1/faults")).json()["faults"]
    assert ("c-x", "ledger-disagrees") in {(one["case"], one["kind"]) for one in listed}
