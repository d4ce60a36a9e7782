"""The durable case on a real Temporal server, with a real ledger."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError

from activities.record import NewEvent
from activities.store.hashing import chain
from api.real_clock import real_now
from sla.release import RELEASE
from tests.desk import Desk, a_whole_case, at, water
from tests.waiting import PROMPT, eventually
from tests.workflows.bench import Bench, standing_at
from workflows.answers import Refusal
from workflows.dispatch import OutcomeUnknownError
from workflows.messages import Complete, Message, Receipt
from workflows.rebuild import rows_of

PROMISE = "promise/sz-22-water-no-pipe"  # accepted on 1 March 2021 with 4 working days: due on 5 March at 17:30


async def outcome(bench: Bench, case: str, command: Message) -> Receipt | str:
    """The receipt, or the refusal's code."""
    try:
        return await bench.send(case, command)
    except Refusal as refused:
        return refused.code


async def test_a_case_is_carried_through_and_every_answer_is_in_the_ledger(bench: Bench) -> None:
    case = bench.new()
    async with bench.working():
        receipts = [await bench.send(case, command) for command in a_whole_case(bench.desk)]
        await bench.ended(case)
        await bench.level(case)
    facts = [e for e in bench.store.events(case) if not e.kind.startswith("rung")]
    assert [e.kind for e in facts] == ["opened", "accepted", "completed", "completed", "completed", "decided"]
    assert [(r.seq, r.hash, r.kind) for r in receipts] == [(e.seq, e.hash, e.kind) for e in facts]
    view = bench.store.case(case)
    assert view is not None
    assert view.case.status == "decided"
    promise = next(c for c in view.clocks if c.picture.clock.key == PROMISE)
    assert promise.picture.verdict == "met"
    assert promise.used == 3


async def test_a_command_to_no_case_is_refused_and_leaves_nothing(bench: Bench) -> None:
    case = bench.new()
    async with bench.working():
        assert await outcome(bench, case, bench.desk.accept(at("2021-03-01 10:00"))) == "unknown-case"
        await bench.ended(case)
    assert bench.store.events(case) == []
    assert bench.store.case(case) is None


async def test_a_refusal_changes_nothing_and_its_key_may_succeed_later(bench: Bench) -> None:
    case, desk = bench.new(), bench.desk
    survey = desk.complete(at("2021-03-02 10:00"), "joint-site-survey", request_id="k")
    async with bench.working():
        await bench.send(case, desk.open(at("2021-03-01 09:00"), water()))
        head = bench.store.head(case)
        assert await outcome(bench, case, survey) == "step-not-open"
        assert bench.store.head(case) == head
        await bench.send(case, desk.accept(at("2021-03-01 10:00")))
        assert (await bench.send(case, survey)).kind == "completed"


async def test_what_the_ledger_knows_beyond_the_run_is_adopted_and_commands_are_decided_again(bench: Bench) -> None:
    case, desk = bench.new(), bench.desk
    async with bench.working():
        await bench.send(case, desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
        await bench.level(case)
        behind = desk.complete(at("2021-03-02 10:00"), "joint-site-survey", request_id="behind")
        append_behind(bench, case, behind)
        other = desk.complete(at("2021-03-02 11:00"), "joint-site-survey")
        fee = desk.fee(at("2021-03-02 12:00"), 700)
        answers = await asyncio.gather(*(outcome(bench, case, c) for c in (other, behind, fee)))
        assert answers[0] == "step-already-completed"
        assert isinstance(answers[1], Receipt)
        assert answers[1].seq == next(e.seq for e in bench.store.events(case) if e.request_id == "behind")
        assert isinstance(answers[2], Receipt)
        await bench.level(case)
    made = rows_of(case, bench.store.events(case), RELEASE)
    view = bench.store.case(case)
    assert made is not None
    assert view is not None
    assert (view.case, view.steps, view.clocks) == (made.case, made.steps, made.clocks)


def append_behind(bench: Bench, case: str, command: Complete) -> None:
    """Writes to the ledger what a settling whose workflow task was lost had written."""
    body = {"step": command.step, "occurrence": 1, "outcome": "done", "opinions": {}, "note": None, "backdated": False}
    event = NewEvent(
        kind="completed", body=body, **command.model_dump(include=set(NewEvent.model_fields) - {"kind", "body"})
    )
    with bench.store.append(case) as ledger:
        calendar = ledger.events_after(0)[-1].calendar
        ledger.add(chain(case, ledger.head, [event], calendar))
        made = rows_of(case, ledger.events_after(0), RELEASE)
        assert made is not None
        ledger.put(made)


async def test_a_run_that_is_nudged_adopts_what_was_answered_from_the_ledger(bench: Bench) -> None:
    case, desk = bench.new(), bench.desk
    async with bench.working():
        await bench.send(case, desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
        append_behind(bench, case, desk.complete(at("2021-03-02 10:00"), "joint-site-survey"))
        seq = bench.store.head(case).seq
        bench.dispatcher.nudge(case, seq)
        bench.dispatcher.nudge(case, seq)

        async def knows() -> bool:
            return len(await bench.known(case)) >= seq

        await eventually(knows, "the run knows what was answered")
        await bench.level(case)
        assert (await bench.history(case))["WORKFLOW_EXECUTION_SIGNALED"] == 1


async def test_a_closed_case_is_revived_by_a_command_and_answers_an_old_key_with_its_old_receipt(bench: Bench) -> None:
    case, desk = bench.new(), bench.desk
    opening = desk.open(at("2021-03-01 09:00"), water())
    async with bench.working():
        first = await bench.send(case, opening)
        await bench.send(case, *a_whole_case(desk)[1:])
        await bench.ended(case)
        head = bench.store.head(case)
        assert await bench.send(case, opening) == first
        await bench.ended(case)
        assert bench.store.head(case) == head
        accepted = next(e.seq for e in bench.store.events(case) if e.kind == "accepted")
        receipt = await bench.send(case, desk.correct(at("2021-03-04 11:30"), accepted, instant=at("2021-03-01 11:00")))
        assert receipt.kind == "amended"
        await bench.level(case)


async def test_correction_and_revocation_reach_a_case_whose_history_temporal_has_deleted(bench: Bench) -> None:
    async with bench.working():
        closed, forgotten = await bench.decided(), await bench.decided()
        await bench.forget(forgotten)
        for case in (closed, forgotten):
            last = next(e.seq for e in bench.store.events(case) if e.body.get("step") == "water-on")
            amended = bench.desk.correct(at("2021-03-04 11:30"), last, instant=at("2021-03-04 09:00"))
            receipt = await bench.send(case, amended)
            assert await bench.send(case, amended) == receipt
            assert _verdict(bench, case) == ("met", at("2021-03-04 09:00"))
            await bench.send(case, bench.desk.revoke(at("2021-03-04 11:40")))
            await bench.ended(case)
            await bench.level(case)
            view = bench.store.case(case)
            assert view is not None
            assert view.case.national_state == 15
            assert _verdict(bench, case)[0] is None


def _verdict(bench: Bench, case: str) -> tuple[str | None, Any]:
    view = bench.store.case(case)
    assert view is not None
    promise = next(c for c in view.clocks if c.picture.clock.key == PROMISE)
    return promise.picture.verdict, promise.picture.clock.stop


async def test_an_opened_case_number_stays_taken_after_its_history_is_deleted(bench: Bench) -> None:
    async with bench.working():
        case = await bench.decided()
        await bench.forget(case)
        other = bench.desk.open(at("2021-03-03 09:00"), water("new-pipe-no-approval"))
        assert await outcome(bench, case, other) == "case-exists"


# --- many at once ---------------------------------------------------------------------------------------------------


async def test_twenty_of_one_key_at_once_are_one_event_and_twenty_equal_answers(bench: Bench) -> None:
    case, desk = bench.new(), bench.desk
    async with bench.working():
        await bench.send(case, desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
        same = desk.complete(at("2021-03-02 10:00"), "joint-site-survey")
        answers = await asyncio.gather(*(bench.send(case, same) for _ in range(20)))
        assert len({a.model_dump_json() for a in answers}) == 1
        again = [desk.complete(at("2021-03-02 10:00"), "joint-site-survey") for _ in range(20)]
        others = await asyncio.gather(*(bench.send(case, c) for c in again))
        assert {a.model_dump_json() for a in others} == {answers[0].model_dump_json()}
        different = [desk.complete(at("2021-03-02 10:00"), "joint-site-survey", note=str(n)) for n in range(20)]
        assert await asyncio.gather(*(outcome(bench, case, c) for c in different)) == ["step-already-completed"] * 20
        await bench.level(case)
    assert bench.kinds(case).count("completed") == 1


async def test_twenty_contents_of_one_step_at_once_are_one_event_and_nineteen_refusals(bench: Bench) -> None:
    case, desk = bench.new(), bench.desk
    async with bench.working():
        await bench.send(case, desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
        different = [desk.complete(at("2021-03-02 10:00"), "joint-site-survey", note=str(n)) for n in range(20)]
        answers = await asyncio.gather(*(outcome(bench, case, c) for c in different))
    assert answers.count("step-already-completed") == 19
    assert bench.kinds(case).count("completed") == 1


async def test_three_hundred_different_commands_to_one_case_at_once_all_succeed(bench: Bench) -> None:
    case, desk = bench.new(), bench.desk
    async with bench.working():
        await bench.send(case, desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
        fees = [desk.fee(at("2021-03-02 10:00"), n) for n in range(300)]
        receipts = await asyncio.gather(*(bench.send(case, fee) for fee in fees))
        assert len({r.seq for r in receipts}) == 300
        await bench.level(case)


# --- what must not wedge a case -------------------------------------------------------------------------------------


async def test_a_message_of_bad_form_is_refused_and_the_case_goes_on(bench: Bench) -> None:
    case, desk = bench.new(), bench.desk
    good = json.loads(desk.fee(at("2021-03-02 10:00"), 5).model_dump_json())
    bad: list[Any] = [
        None,
        {"kind": "fee"},
        {**good, "at": "2021-03-02T10:00:00"},
        {**good, "at": "9999-12-31T23:59:59-12:00"},
        {**good, "fen": -1},
        {**good, "fen": 1.5},
        {**good, "reason": "a\x00b"},
        {**good, "request_id": "k\x00"},
        {**good, "more": 1},
    ]
    async with bench.working():
        await bench.send(case, desk.open(at("2021-03-01 09:00"), water()))
        handle = bench.client.get_workflow_handle(case)
        for message in bad:
            with pytest.raises(WorkflowUpdateFailedError):
                await handle.execute_update("command", message)
        assert (await bench.send(case, desk.fee(at("2021-03-02 10:00"), 5))).kind == "fee-recorded"
        await bench.level(case)


async def test_a_deadline_ends_a_call_and_the_same_command_later_finds_its_answer(bench: Bench) -> None:
    case = bench.new()
    opening = bench.desk.open(at("2021-03-01 09:00"), water())
    begun = real_now()
    with pytest.raises(OutcomeUnknownError):
        await bench.dispatcher.send(case, opening, timedelta(seconds=1))
    assert real_now() - begun < timedelta(seconds=PROMPT)
    async with bench.working():
        receipt = await bench.send(case, opening)
    assert receipt.seq == 1
    assert bench.kinds(case).count("opened") == 1


# --- continued as new -----------------------------------------------------------------------------------------------


async def test_a_waiting_case_holds_one_timer_and_arms_it_anew_only_when_its_alarm_moves(bench: Bench) -> None:
    case, desk = bench.new(), bench.desk
    async with bench.working():
        await bench.send(case, desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
        before = await bench.history(case)
        for n in range(5):
            await bench.send(case, desk.fee(at("2021-03-02 10:00"), n))
        after = await bench.history(case)
    assert after["TIMER_STARTED"] == before["TIMER_STARTED"]
    assert after["TIMER_CANCELED"] == before["TIMER_CANCELED"]


async def test_the_alarm_rings_once_at_due_and_grace_and_its_rung_is_raised_once(bench: Bench) -> None:
    bench.timeline = standing_at("2021-03-05 17:29:58")
    case, desk = bench.new(), Desk()
    async with bench.working():
        await bench.send(case, desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00")))
        await eventually(lambda: any(r.kind == "overdue" for r in bench.rungs(case, PROMISE)))
        await bench.send(case, desk.recalculate(at("2021-03-05 17:31")))
        overdue = [r for r in bench.rungs(case, PROMISE) if r.kind == "overdue"]
        await bench.level(case)
    assert len(overdue) == 1
    assert overdue[0].due_at == at("2021-03-05 17:30")
    assert timedelta(milliseconds=200) <= overdue[0].at - overdue[0].due_at < timedelta(seconds=PROMPT)
    raised = [e for e in bench.store.events(case) if e.kind == "rung-raised" and e.body["clock"] == PROMISE]
    assert [(e.body["rung"], e.at) for e in raised][-1] == ("overdue", at("2021-03-05 17:30"))
