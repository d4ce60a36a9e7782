"""A rung that no longer stands is withdrawn for what truly moved its clock, and says so where it comes back."""

from decimal import Decimal
from itertools import count

import pytest
from hypothesis import given, settings

from activities.record import Event
from activities.store.store import Store
from activities.withdrawals import WithdrawalReason
from sla.clock import Limit
from sla.promise import Measure, Promise
from tests.activities.test_sweep import Run
from tests.desk import Desk, at
from tests.workflows.test_state_properties import HISTORIES, Makers
from workflows.answers import Refusal
from workflows.messages import Message
from workflows.procedures import resolve

SAME_DAY = (
    Promise(
        commitment="tc-56-property-certificate",
        measure=Measure.CASE,
        limit=Limit(amount=Decimal(0)),
        owner="不动产登记",
    ),
)
# What a settling must have brought for each reason.
FACTS = {
    WithdrawalReason.WITH_APPLICANT: {"completed", "accepted", "started", "decided"},
    WithdrawalReason.NOT_COUNTED: {"completed", "accepted", "started", "decided"},
    WithdrawalReason.DONE: {"completed", "accepted", "started", "decided"},
    WithdrawalReason.TOLD_LATE: {"completed", "accepted", "started", "decided", "confirmed", "returned"},
    WithdrawalReason.SUSPENDED: {"suspended", "returned"},
    WithdrawalReason.RESUMED: {"resumed", "resubmitted"},
    WithdrawalReason.EXTENDED: {"extended"},
    WithdrawalReason.CORRECTED: {"amended"},
    WithdrawalReason.CALENDAR: {"calendar-applied"},
    WithdrawalReason.ENDED_WITHOUT_VERDICT: {"withdrawn", "refused", "revoked", "terminated", "decided", "completed"},
    WithdrawalReason.RECLASSIFIED: {"reclassified"},
}


def rungs(store: Store, case: str, clock: str) -> list[tuple[str, ...]]:
    """Kind, rung, and of a withdrawal its reason, of a raising whether it came back."""
    found = [e for e in store.events(case) if e.kind.startswith("rung-") and e.body["clock"] == clock]
    more = {
        "rung-raised": lambda e: "again" if e.body.get("again") else "first",
        "rung-withdrawn": lambda e: e.body["reason"],
    }
    return [(e.kind.removeprefix("rung-"), e.body["rung"], more[e.kind](e)) for e in found]


def test_a_clock_that_stands_still_while_the_applicant_pays_his_tax_was_not_told_late(store: Store) -> None:
    run, desk = Run(store, "p"), Desk()
    procedure = resolve("property-registration", "taicang", "transfer", {})
    run.play(desk.open(at("2021-03-01 08:40"), procedure, promises=SAME_DAY))
    run.play(desk.accept(at("2021-03-01 09:00"), promises=SAME_DAY))
    run.play(desk.complete(at("2021-03-01 10:00"), "review"))
    run.play(desk.complete(at("2021-03-01 11:00"), "tax-assessment"))
    clock = "promise/tc-56-property-certificate"
    assert rungs(store, "p", clock) == [("raised", "due-soon", "first"), ("withdrawn", "due-soon", "with-applicant")]
    run.play(desk.complete(at("2021-03-01 14:00"), "tax-payment"))
    assert rungs(store, "p", clock)[2:] == [("raised", "due-soon", "again")]


@pytest.fixture
def database() -> str:
    """What settling finds is the same over any database."""
    return "sqlite"


def test_the_reason_of_a_withdrawal_is_a_fact_of_that_settling(store: Store) -> None:
    numbers = count()

    @settings(max_examples=60, deadline=None)
    @given(HISTORIES)
    def each(makers: Makers) -> None:
        case = f"c{next(numbers)}"
        run, desk, now = Run(store, case), Desk(), at("2021-03-01 09:00")
        run.play(desk.open(now, resolve("water-connection", "suzhou", "new-pipe-with-approval", {})))
        for make in makers:
            command: Message = make(desk)
            now = max(now, command.told)
            try:
                run.play(command.model_copy(update={"told": now}))
            except (Refusal, AssertionError):  # not as the case stands, or known already
                continue
        _judge(store.events(case, 0))

    each()


def _judge(events: list[Event]) -> None:
    """The events before a withdrawal, back to the settling before, hold its reason."""
    for place, event in enumerate(events):
        if event.kind != "rung-withdrawn":
            continue
        same = [e.kind for e in events[max(0, place - 40) : place] if e.told <= event.told]
        first = next((n for n in range(len(same) - 1, -1, -1) if not same[n].startswith("rung-")), 0)
        settled = set(same[first:]) | ({same[first - 1]} if same[first] == "calendar-applied" else set())
        assert settled & FACTS[WithdrawalReason(event.body["reason"])], (event.body, same[-5:])
