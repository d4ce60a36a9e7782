"""Requests handed over inside one process, and settlings that wait for one writer."""

import asyncio
import gc
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from temporalio.exceptions import ApplicationError

from activities.record import Head
from activities.settle import Prepared, Settle, Settled, SettleOutcome, Settler
from activities.settlings import TOGETHER, Handed, Settlings
from activities.store.errors import Conflict, StoreUnavailable
from activities.store.store import Store
from sla.release import RELEASE
from tests.activities.test_settle import IDENTITY, NOW, opening
from tests.workflows.bench import GRACE


def test_a_runs_last_request_is_found_while_its_workflow_holds_it() -> None:
    handed = Handed()
    before, one, other = (Settle(case=case, expected=Head()) for case in ("c1", "c1", "c2"))
    for run, request in (("run-1", before), ("run-1", one), ("run-2", other)):
        handed.put(run, request)
    del before
    assert handed.get("run-1") is one
    assert handed.get("run-2") is other


def test_a_request_whose_workflow_has_gone_is_not_tried_again() -> None:
    handed = Handed()
    handed.put("run-1", Settle(case="c1", expected=Head()))
    gc.collect()
    with pytest.raises(ApplicationError) as caught:
        handed.get("run-1")
    assert caught.value.non_retryable


class Held(Settler):
    """A settler that writes only when it may, and remembers what it was given together."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, IDENTITY, GRACE, lambda: NOW, RELEASE)
        self.groups: list[list[str]] = []
        self.away = False
        self._may = threading.Event()
        self._may.set()
        self._begun = threading.Event()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Whoever is written meanwhile waits in its transaction."""
        self._may.clear()
        self._begun.clear()
        try:
            yield
        finally:
            self._may.set()

    async def begun(self) -> None:
        """Returns once a group has come to its transaction."""
        assert await asyncio.to_thread(self._begun.wait, 20)

    def settle_together(self, prepared: Sequence[Prepared]) -> list[Settled | Exception]:
        self.groups.append([one.request.case for one in prepared])
        self._begun.set()
        assert self._may.wait(20)
        if self.away:
            return [StoreUnavailable()] * len(prepared)
        return super().settle_together(prepared)


@pytest.fixture
def settler(store: Store) -> Held:
    return Held(store)


async def asking(settlings: Settlings, *requests: Settle) -> list[asyncio.Task[Settled]]:
    """Each waits in a task of its own, in this order."""
    tasks = [asyncio.create_task(settlings.settle(request)) for request in requests]
    await asyncio.sleep(0)
    return tasks


async def test_what_comes_while_another_is_written_shares_the_next_transaction(settler: Held, store: Store) -> None:
    settlings, cases = Settlings(settler), [f"c{number}" for number in range(6)]
    with settler.holding():
        first = await asking(settlings, opening(cases[0]))
        await settler.begun()
        rest = await asking(settlings, *map(opening, cases[1:]))
    settled = await asyncio.gather(*first, *rest)
    assert settler.groups == [cases[:1], cases[1:]]
    assert [one.head for one in settled] == [store.head(case) for case in cases]
    assert {one.outcome for one in settled} == {SettleOutcome.LEVEL}


async def test_a_transaction_takes_no_more_than_so_many_and_those_that_waited_longest(settler: Held) -> None:
    settlings, cases = Settlings(settler), [f"c{number}" for number in range(TOGETHER + 4)]
    with settler.holding():
        first = await asking(settlings, Settle(case="first", expected=Head()))
        await settler.begun()
        rest = await asking(settlings, *(Settle(case=case, expected=Head()) for case in cases))
    await asyncio.gather(*first, *rest)
    assert settler.groups == [["first"], cases[:TOGETHER], cases[TOGETHER:]]


async def test_settlings_of_one_case_are_written_in_turn_and_the_second_adopts_the_first(
    settler: Held, store: Store
) -> None:
    settlings = Settlings(settler)
    with settler.holding():
        first = await asking(settlings, opening("other"))
        await settler.begun()
        rest = await asking(settlings, opening("c"), opening("c"), opening("d"))
    _, one, two, three = await asyncio.gather(*first, *rest)
    assert settler.groups == [["other"], ["c", "d"], ["c"]]
    assert (one.outcome, two.outcome, three.outcome) == (SettleOutcome.LEVEL, SettleOutcome.AHEAD, SettleOutcome.LEVEL)
    assert list(two.unknown) == store.events("c")


async def test_one_that_is_given_up_while_it_waits_is_dropped_and_one_in_its_transaction_goes_on_record(
    settler: Held, store: Store
) -> None:
    settlings = Settlings(settler)
    with settler.holding():
        [written] = await asking(settlings, opening("written"))
        await settler.begun()
        waiting, other = await asking(settlings, opening("waiting"), opening("other"))
        for task in (written, waiting):
            task.cancel()
    await asyncio.gather(written, waiting, other, return_exceptions=True)
    assert written.cancelled()
    assert waiting.cancelled()
    assert (await other).outcome is SettleOutcome.LEVEL
    assert [store.head(case).seq for case in ("written", "waiting", "other")] == [1, 0, 1]
    assert (await settlings.settle(opening("written"))).outcome is SettleOutcome.AHEAD


async def test_a_refused_one_gets_its_own_error_and_the_others_their_answers(settler: Held) -> None:
    settlings = Settlings(settler)
    with settler.holding():
        [first] = await asking(settlings, opening("first"))
        await settler.begun()
        good, broken, other = await asking(settlings, opening("good"), opening("broken", times=2), opening("other"))
    with pytest.raises(Conflict):
        await broken
    assert {(await one).outcome for one in (first, good, other)} == {SettleOutcome.LEVEL}


async def test_while_the_database_is_away_all_that_wait_fail_and_later_ones_go_through(settler: Held) -> None:
    settlings = Settlings(settler)
    with settler.holding():
        settler.away = True
        first = await asking(settlings, opening("first"))
        await settler.begun()
        rest = await asking(settlings, *(opening(f"c{number}") for number in range(3)))
    failed = await asyncio.gather(*first, *rest, return_exceptions=True)
    assert [type(one) for one in failed] == [StoreUnavailable] * 4
    settler.away = False
    assert (await settlings.settle(opening("first"))).outcome is SettleOutcome.LEVEL


async def test_what_cannot_be_counted_fails_alone_before_it_waits(settler: Held) -> None:
    settlings = Settlings(settler)
    unknown = opening("c").model_copy(update={"calendar": "CN:none:0"})
    broken = unknown.model_copy(
        update={"events": (unknown.events[0].model_copy(update={"body": {"x": float("nan")}}),)}
    )
    with pytest.raises(ValueError, match=r"nan|NaN|finite"):
        await settlings.settle(broken)
    assert settler.groups == []


def test_a_process_that_ends_while_it_writes_leaves_whole_cases(settler: Held, store: Store) -> None:
    async def work() -> None:
        await asking(Settlings(settler), opening("written"))
        await settler.begun()

    with settler.holding():
        asyncio.run(asyncio.wait_for(work(), 20))
    gc.collect()
    for thread in threading.enumerate():
        if thread.name.startswith("settle"):
            thread.join(20)
    assert store.head("written").seq == 1
    assert store.case("written") is not None
