"""Commands over HTTP, on a real Temporal server and a real ledger."""

import asyncio
from collections import Counter
from typing import Any

from tests.api.office import WATER, Office, codes, local, problem


async def test_a_case_is_carried_from_the_counter_to_its_decision(office: Office) -> None:
    case = await office.accepted()
    for step, when in (
        ("joint-site-survey", "03-03 10:00"),
        ("inspection-and-meter", "03-04 09:00"),
        ("water-on", "03-04 10:00"),
    ):
        done = await office.water.post(
            f"/v1/cases/{case}/steps/{step}/completions", {"outcome": "done", "at": local(f"2021-{when}")}
        )
        assert done.status_code == 201, done.text
    decided = await office.officer.post(f"/v1/cases/{case}/decide", {"outcome": "approved"})
    assert decided.status_code == 201, decided.text
    shown = (await office.officer.get(f"/v1/cases/{case}")).json()
    promise = next(clock for clock in shown["clocks"] if clock["key"] == shown["main"])
    assert (promise["standing"], promise["used"], promise["limit"]) == ("met", 2, {"amount": 4, "unit": "workday"})
    assert promise["citation"]["quote"]
    assert shown["national_state"] == 11
    assert office.store.verify_chain(case) is None


async def test_a_command_sent_again_with_its_key_is_answered_again_byte_for_byte(office: Office) -> None:
    case = await office.accepted()
    path, body = f"/v1/cases/{case}/steps/joint-site-survey/completions", {"outcome": "done"}
    first = await office.water.post(path, body, key="k-1")
    again = await office.water.post(path, body, key='"k-1"')
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.headers["ETag"] == again.headers["ETag"] == f'"{first.json()["seq"]}"'
    event = await office.officer.get(first.headers["Location"])
    assert event.json()["hash"] == first.json()["hash"]


async def test_the_same_content_under_another_key_is_the_same_event(office: Office) -> None:
    case = await office.accepted()
    path, body = f"/v1/cases/{case}/steps/joint-site-survey/completions", {"outcome": "done", "note": "两处"}
    first = await office.water.post(path, body)
    again = await office.water.post(path, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content


async def test_another_content_under_a_used_key_or_for_a_completed_step_is_refused(office: Office) -> None:
    case = await office.accepted()
    path = f"/v1/cases/{case}/steps/joint-site-survey/completions"
    await office.water.post(path, {"outcome": "done"}, key="k-2")
    reused = await office.water.post(path, {"outcome": "done", "note": "other"}, key="k-2")
    assert (reused.status_code, problem(reused)) == (422, "request-reused")
    assert codes(reused) == [("header/Idempotency-Key", "request-reused")]
    other = await office.water.post(path, {"outcome": "done", "note": "other"})
    assert (other.status_code, problem(other)) == (409, "step-already-completed")


async def test_c_05_twenty_at_once_with_one_key_make_one_event(office: Office) -> None:
    case = await office.accepted()
    path = f"/v1/cases/{case}/steps/joint-site-survey/completions"
    before = office.store.head(case).seq
    answers = await asyncio.gather(*(office.water.post(path, {"outcome": "done"}, key="same") for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 19}
    assert len({answer.content for answer in answers}) == 1
    assert office.store.head(case).seq == before + 1


async def test_twenty_at_once_with_different_keys_make_one_event(office: Office) -> None:
    case = await office.accepted()
    path = f"/v1/cases/{case}/steps/joint-site-survey/completions"
    before = office.store.head(case).seq
    answers = await asyncio.gather(*(office.water.post(path, {"outcome": "done"}) for _ in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 19}
    assert len({answer.content for answer in answers}) == 1
    assert office.store.head(case).seq == before + 1


async def test_of_twenty_different_contents_at_once_one_is_recorded(office: Office) -> None:
    case = await office.accepted()
    path = f"/v1/cases/{case}/steps/joint-site-survey/completions"
    answers = await asyncio.gather(*(office.water.post(path, {"outcome": "done", "note": f"{n}"}) for n in range(20)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 19}


async def test_three_hundred_different_commands_at_once_on_one_case_all_succeed(office: Office) -> None:
    case = await office.accepted()

    async def charge(fen: int) -> int:
        """Sends again with the same key where there was no answer in time, as on a busy machine."""
        body, key = {"fen": fen, "reason": "survey"}, f"fee-{fen}"
        while (answer := await office.officer.post(f"/v1/cases/{case}/fees", body, key=key)).status_code == 503:
            pass
        assert answer.status_code in {200, 201}, answer.text
        return int(answer.json()["seq"])

    numbers = await asyncio.gather(*(charge(fen) for fen in range(300)))
    assert len(set(numbers)) == 300
    fees = [event.body["fen"] for event in office.store.events(case) if event.kind == "fee-recorded"]
    assert sorted(fees) == list(range(300))


async def test_a_refused_command_may_succeed_later_with_the_same_key(office: Office) -> None:
    case = await office.opened()
    path, body = f"/v1/cases/{case}/steps/joint-site-survey/completions", {"outcome": "done"}
    refused = await office.water.post(path, body, key="early")
    assert (refused.status_code, problem(refused)) == (409, "step-not-open")
    await office.officer.post(f"/v1/cases/{case}/accept", {"at": local("2021-03-02 10:00")})
    assert (await office.water.post(path, body, key="early")).status_code == 201


async def test_a_number_is_made_of_the_key_and_the_same_for_the_same_key(office: Office) -> None:
    first = await office.officer.post("/v1/cases", WATER, key="new-case")
    again = await office.officer.post("/v1/cases", WATER, key="new-case")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert first.headers["Location"] == f"/v1/cases/{first.json()['case']}"


async def test_a_taken_case_number_is_refused_to_another_content(office: Office) -> None:
    case = await office.opened()
    taken = await office.officer.post("/v1/cases", {**WATER, "case": case, "variant": "new-pipe-no-approval"})
    assert (taken.status_code, problem(taken)) == (409, "case-exists")


async def test_a_case_opened_under_a_parent_is_linked_to_it_once(office: Office) -> None:
    parent = await office.opened()
    for _ in range(2):
        child = await office.officer.post("/v1/cases", {**WATER, "parent": parent}, key=f"child-of-{parent}")
    shown = (await office.officer.get(f"/v1/cases/{parent}")).json()
    assert shown["children"] == [child.json()["case"]]
    listed = (await office.officer.get("/v1/cases", parent=parent)).json()["cases"]
    assert [line["case"] for line in listed] == [child.json()["case"]]


async def test_a_parent_that_there_is_not_is_refused(office: Office) -> None:
    answer = await office.officer.post("/v1/cases", {**WATER, "parent": "nowhere"})
    assert (answer.status_code, problem(answer), codes(answer)) == (
        422,
        "unknown-parent",
        [("#/parent", "unknown-parent")],
    )


async def test_a_stale_if_match_is_refused_and_a_fresh_one_is_not(office: Office) -> None:
    case = await office.accepted()
    seen = (await office.officer.get(f"/v1/cases/{case}")).headers["ETag"]
    fee = {"fen": 0, "reason": "free"}
    assert (await office.officer.post(f"/v1/cases/{case}/fees", fee, If_Match=seen)).status_code == 201
    stale = await office.officer.post(f"/v1/cases/{case}/fees", {**fee, "fen": 1}, If_Match=seen)
    assert (stale.status_code, problem(stale)) == (412, "stale")


async def test_c_07_of_fifty_edits_of_the_same_case_as_seen_one_wins(office: Office) -> None:
    case = await office.accepted()
    seen = (await office.officer.get(f"/v1/cases/{case}")).headers["ETag"]
    path = f"/v1/cases/{case}/fees"
    answers = await asyncio.gather(
        *(office.officer.post(path, {"fen": fen, "reason": "x"}, If_Match=seen) for fen in range(50))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 412: 49}


async def test_every_command_has_its_address(office: Office) -> None:
    case = await office.opened()
    script: list[tuple[str, dict[str, Any], str]] = [
        ("return", {"reason": "a plan is missing", "at": local("2021-03-02 11:00")}, "returned"),
        ("resubmit", {"at": local("2021-03-02 14:00")}, "resubmitted"),
        ("accept", {"at": local("2021-03-02 15:00")}, "accepted"),
        ("suspensions", {"suspension": "hearing-1", "ground": "hearing", "at": local("2021-03-02 16:00")}, "suspended"),
        ("suspensions/hearing-1/resume", {"at": local("2021-03-03 09:00")}, "resumed"),
        ("extensions", {"clock": "promise/sz-22-water-no-pipe", "workdays": 1, "approved_by": "head", "reason": "flood"}, "extended"),
        ("fees", {"fen": 100, "reason": "meter"}, "fee-recorded"),
        ("recalculate", {}, "recalculated"),
        ("steps/joint-site-survey/completions", {"outcome": "done", "at": local("2021-03-03 12:00")}, "completed"),
    ]  # fmt: skip
    shown = (await office.officer.get(f"/v1/cases/{case}")).json()
    script[5][1]["clock"] = shown["main"]
    for path, body, kind in script:
        answer = await office.officer.post(f"/v1/cases/{case}/{path}", body)
        assert (answer.status_code, answer.json().get("kind")) == (201, kind), answer.text
    seq = answer.json()["seq"]
    corrected = await office.officer.post(
        f"/v1/cases/{case}/corrections", {"seq": seq, "instant": local("2021-03-03 11:00"), "reason": "typing error"}
    )
    assert corrected.json()["kind"] == "amended"
    withdrawn = await office.officer.post(f"/v1/cases/{case}/withdraw", {"reason": "not needed"})
    assert withdrawn.json()["kind"] == "withdrawn"
    other = await office.opened()
    refused = await office.officer.post(f"/v1/cases/{other}/refuse", {"reason": "not ours"})
    assert refused.json()["kind"] == "refused"


async def test_an_acceptance_is_under_the_promises_of_its_day(office: Office) -> None:
    case = await office.opened(jurisdiction="taicang", variant="new-pipe-no-approval")
    await office.officer.post(f"/v1/cases/{case}/accept", {"at": local("2021-03-02 18:00")})
    event = next(e for e in office.store.events(case) if e.kind == "accepted")
    assert event.body["promises"]
    shown = (await office.officer.get(f"/v1/cases/{case}")).json()
    promise = next(clock for clock in shown["clocks"] if clock["key"] == shown["main"])
    assert promise["start_day"] == "2021-03-03"  # after hours: the next working day


async def test_a_completion_told_too_late_waits_until_a_supervisor_confirms_it(office: Office) -> None:
    case = await office.opened(at=local("2021-02-22 09:00"))
    await office.officer.post(f"/v1/cases/{case}/accept", {"at": local("2021-02-22 10:00")})
    done = await office.water.post(
        f"/v1/cases/{case}/steps/joint-site-survey/completions", {"outcome": "done", "at": local("2021-02-23 10:00")}
    )
    assert done.json()["pending"] is True
    waiting = (await office.auditor.get("/v1/told-late")).json()["waiting"]
    assert case in [one["case"] for one in waiting]
    answer = await office.supervisor.post(f"/v1/cases/{case}/confirmations", {"seq": done.json()["seq"]})
    assert answer.status_code == 201, answer.text
    again = await office.supervisor.post(f"/v1/cases/{case}/confirmations", {"seq": done.json()["seq"]})
    assert (again.status_code, problem(again)) == (409, "nothing-pending")


async def test_a_completion_told_within_three_working_days_counts_by_its_day(office: Office) -> None:
    case = await office.opened(at=local("2021-03-01 09:00"))
    await office.officer.post(f"/v1/cases/{case}/accept", {"at": local("2021-03-01 09:10")})
    done = await office.water.post(
        f"/v1/cases/{case}/steps/joint-site-survey/completions", {"outcome": "done", "at": local("2021-03-01 10:00")}
    )
    assert done.json()["pending"] is False  # Monday to Thursday are three
