"""What is told late, corrected, extended or suspended, and what becomes of a rung that was raised meanwhile."""

import pytest

from activities.record import Rung
from tests.desk import Desk, at, water
from tests.waiting import eventually
from tests.workflows.bench import Bench, standing_at
from tests.workflows.test_case import PROMISE
from workflows.answers import Refusal
from workflows.messages import Message

DUE = at("2021-03-05 17:30")


def on_the_way(desk: Desk) -> tuple[Message, ...]:
    """Everything but the last step."""
    return (
        desk.open(at("2021-03-01 09:00"), water()),
        desk.accept(at("2021-03-01 10:00")),
        desk.complete(at("2021-03-02 10:00"), "joint-site-survey"),
        desk.complete(at("2021-03-03 10:00"), "inspection-and-meter"),
    )


async def overdue(bench: Bench) -> str:
    """A case whose promise is broken, as far as anybody was told."""
    case = bench.new()
    await bench.send(case, *on_the_way(bench.desk))
    await eventually(lambda: [r for r in breaches(bench, case) if r.withdrawn is None])
    return case


def breaches(bench: Bench, case: str) -> list[Rung]:
    return [r for r in bench.rungs(case, PROMISE) if r.kind == "overdue"]


def verdict(bench: Bench, case: str) -> str | None:
    view = bench.store.case(case)
    assert view is not None
    return next(c.picture.verdict for c in view.clocks if c.picture.clock.key == PROMISE)


@pytest.fixture
def late(bench: Bench) -> Bench:
    """A bench a minute after the promise was due."""
    bench.timeline = standing_at("2021-03-05 17:31")
    return bench


async def test_a_completion_in_time_but_told_late_withdraws_the_breach_and_both_times_stay(late: Bench) -> None:
    async with late.working():
        case = await overdue(late)
        posted = late.desk.complete(at("2021-03-05 16:00"), "water-on", told=at("2021-03-05 17:31"))
        receipt = await late.send(case, posted)
        await late.level(case)
    (rung,) = breaches(late, case)
    assert (rung.due_at, rung.withdrawn, rung.told_late) == (DUE, "told-late", True)
    event = late.store.events(case)[receipt.seq - 1]
    assert (event.at, event.told) == (at("2021-03-05 16:00"), at("2021-03-05 17:31"))
    assert verdict(late, case) == "met"
    assert case in {clock.case for clock in late.store.told_late()}


async def test_a_completion_that_happened_late_stays_broken_by_its_own_day(late: Bench) -> None:
    async with late.working():
        case = await overdue(late)
        await late.send(case, late.desk.complete(at("2021-03-05 17:30:01"), "water-on", told=at("2021-03-05 17:31")))
        await late.level(case)
    (rung,) = breaches(late, case)
    assert rung.withdrawn is None
    assert verdict(late, case) == "missed"


async def test_a_completion_exactly_at_the_due_instant_is_in_time(late: Bench) -> None:
    async with late.working():
        case = await overdue(late)
        await late.send(case, late.desk.complete(DUE, "water-on", told=at("2021-03-05 17:31")))
    assert verdict(late, case) == "met"


async def test_a_backdated_completion_pends_and_counts_only_once_an_officer_confirms_it(late: Bench) -> None:
    late.timeline = standing_at("2021-03-12 10:00")
    async with late.working():
        case = await overdue(late)
        posted = late.desk.complete(at("2021-03-05 16:00"), "water-on", told=at("2021-03-12 10:00"), backdated=True)
        receipt = await late.send(case, posted)
        assert receipt.pending
        assert breaches(late, case)[0].withdrawn is None
        assert verdict(late, case) == "missed"
        assert case in {step.case for step in late.store.pending_confirmations()}
        await late.send(case, late.desk.confirm(at("2021-03-12 10:01"), receipt.seq))
        await late.level(case)
    (rung,) = breaches(late, case)
    assert (rung.withdrawn, rung.told_late) == ("told-late", True)
    assert verdict(late, case) == "met"
    assert case not in {step.case for step in late.store.pending_confirmations()}


async def test_a_suspension_told_late_withdraws_the_breach_and_after_its_end_another_due_instant_holds(
    late: Bench,
) -> None:
    async with late.working():
        case = await overdue(late)
        await late.send(case, late.desk.suspend(at("2021-03-04 10:00"), "s1", "hearing", told=at("2021-03-05 17:31")))
        (rung,) = breaches(late, case)
        assert rung.withdrawn == "suspended"
        await late.send(case, late.desk.resume(at("2021-03-05 10:00"), "s1"))
        await late.level(case)
        view = late.store.case(case)
        assert view is not None
        row = next(c for c in view.clocks if c.picture.clock.key == PROMISE)
    assert row.due_at is not None
    assert row.due_at > DUE
    assert len(breaches(late, case)) == 1


async def test_an_extension_moves_the_due_instant_before_expiry_and_is_refused_after_it(late: Bench) -> None:
    async with late.working():
        broken = await overdue(late)
        with pytest.raises(Refusal) as refused:
            await late.send(broken, late.desk.extend(at("2021-03-05 17:31"), PROMISE, 2))
        assert refused.value.code == "expired"
    late.timeline = standing_at("2021-03-05 16:00")
    async with late.working():
        case = late.new()
        await late.send(case, *on_the_way(late.desk))
        assert [(r.kind, r.withdrawn) for r in late.rungs(case, PROMISE)] == [("due-soon", None)]
        await late.send(case, late.desk.extend(at("2021-03-05 16:00"), PROMISE, 2))
        await late.level(case)
        view = late.store.case(case)
    assert view is not None
    assert next(c.due_at for c in view.clocks if c.picture.clock.key == PROMISE) == at("2021-03-09 17:30")
    assert [(r.kind, r.withdrawn) for r in late.rungs(case, PROMISE)] == [("due-soon", "extended")]


async def test_a_corrected_completion_breaks_a_kept_promise_and_mends_it_again_on_a_closed_case(late: Bench) -> None:
    async with late.working():
        case = late.new()
        await late.send(case, *on_the_way(late.desk))
        last = await late.send(case, late.desk.complete(at("2021-03-05 16:00"), "water-on"))
        await late.send(case, late.desk.decide(at("2021-03-05 16:30")))
        await late.ended(case)
        assert verdict(late, case) == "met"
        await late.send(case, late.desk.correct(at("2021-03-05 17:31"), last.seq, instant=at("2021-03-05 17:30:30")))
        await late.ended(case)
        assert verdict(late, case) == "missed"
        assert breaches(late, case)[-1].withdrawn is None
        await late.send(case, late.desk.correct(at("2021-03-05 17:31"), last.seq, instant=at("2021-03-05 17:00")))
        await late.ended(case)
        await late.level(case)
    assert verdict(late, case) == "met"
    assert breaches(late, case)[-1].withdrawn == "corrected"


async def test_a_withdrawn_case_ends_without_a_verdict_and_takes_its_rungs_back(late: Bench) -> None:
    async with late.working():
        case = await overdue(late)
        await late.send(case, late.desk.withdraw(at("2021-03-05 17:31")))
        await late.ended(case)
        await late.level(case)
    assert [r.withdrawn for r in breaches(late, case)] == ["ended-without-verdict"]
    assert verdict(late, case) is None
