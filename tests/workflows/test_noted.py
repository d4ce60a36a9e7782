"""What was over before a case was told is noted and alarms nobody; what was raised and is disproved is told late, as before."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from activities.store.store import Store
from tests.desk import Desk, at, promised, water
from tests.driven import Driven
from workflows.messages import Open

PROMISE = "promise/sz-22-water-no-pipe"


@pytest.fixture
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('noted')}/ledger.sqlite", durable=False)
    store.migrate()
    yield store
    store.close()


def rungs(driven: Driven) -> list[tuple[str, str]]:
    events = driven.store.events(driven.case)
    return [(e.kind, e.body["clock"]) for e in events if e.kind.startswith(("rung", "note"))]


def test_a_case_of_october_that_is_opened_in_november_raises_no_alarm(ledger: Store) -> None:
    desk, driven = Desk(), Driven(ledger, "october")
    received, told = at("2020-10-12 09:00"), at("2020-11-23 09:00")
    driven.wake(told)
    driven.take(desk.stamp(Open, received, told, procedure=water(), promises=promised(), backfilled=True))
    driven.take(desk.accept(at("2020-10-12 10:00"), told + timedelta(minutes=1)))
    for day, step in ((13, "joint-site-survey"), (14, "inspection-and-meter"), (15, "water-on")):
        driven.take(desk.complete(at(f"2020-10-{day} 10:00"), step, told + timedelta(minutes=2)))
    assert {kind for kind, _ in rungs(driven)} == {"rung-noted", "note-withdrawn"}
    view = driven.store.case("october")
    assert view is not None
    standing = [r for row in view.clocks for r in row.picture.rungs if r.withdrawn is None]
    assert [r.noted for r in standing] == [True] * len(standing)
    promise = next(row for row in view.clocks if row.picture.clock.key == PROMISE)
    assert promise.picture.verdict == "met"
    assert driven.store.told_late() == []


def test_a_breach_that_is_true_now_is_known_to_the_board_and_one_that_comes_is_an_alarm(ledger: Store) -> None:
    desk, driven = Desk(), Driven(ledger, "running")
    received, told = at("2020-10-12 09:00"), at("2020-11-23 09:00")
    driven.wake(told)
    driven.take(desk.stamp(Open, received, told, procedure=water(), promises=promised(), backfilled=True))
    driven.take(desk.accept(at("2020-10-12 10:00"), told + timedelta(minutes=1)))
    assert ("rung-noted", PROMISE) in rungs(driven)
    view = driven.store.case("running")
    assert view is not None
    row = next(row for row in view.clocks if row.picture.clock.key == PROMISE)
    assert row.due_at == at("2020-10-16 17:30")
    assert row.picture.clock.stop is None
    driven.take(desk.complete(at("2020-11-23 08:50"), "joint-site-survey", told + timedelta(minutes=3)))
    driven.wake(at("2020-11-25 10:00"))
    driven.take()
    assert ("rung-raised", "step/inspection-and-meter#1") in rungs(driven), "it fell due after it was told"
    assert sum(clock == PROMISE for _, clock in rungs(driven)) == 1


def test_a_breach_that_a_late_posting_disproves_is_told_late_as_before(ledger: Store) -> None:
    desk, driven = Desk(), Driven(ledger, "late")
    for command in (desk.open(at("2021-03-01 09:00"), water()), desk.accept(at("2021-03-01 10:00"))):
        driven.wake(command.told)
        driven.take(command)
    for day, step in ((2, "joint-site-survey"), (3, "inspection-and-meter")):
        driven.wake(at(f"2021-03-0{day} 10:00"))
        driven.take(desk.complete(driven.now, step))
    driven.wake(at("2021-03-05 17:31"))
    driven.take()
    driven.wake(at("2021-03-05 17:40"))
    driven.take(desk.complete(at("2021-03-05 16:00"), "water-on", driven.now))
    assert "late" in {one.case for one in driven.store.told_late()}
    assert ("rung-withdrawn", PROMISE) in rungs(driven)
