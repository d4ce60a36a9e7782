"""What a dry run says is what the command then does, whatever the commands, their order and the calendar."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.rungs import Instant
from activities.settle import Settle, Settled, SettleOutcome, Settler
from activities.store.store import Store
from sla.axis import local_day
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.desk import Desk, M, at, water
from tests.workflows.test_state_properties import BRANCHED, HISTORIES, Makers
from workflows.answers import Refusal
from workflows.dry_run import Foreseen, foresee
from workflows.messages import Message, Receipt
from workflows.picture import Drawn
from workflows.turn import turn

IDENTITY = Timeline(anchor_real=at("2000-01-01 00:00"), anchor_business=at("2000-01-01 00:00"))
GRACE = timedelta(seconds=5)
# the second span holds the day on which a notice took two days more out of the running calendar
STARTS = st.sampled_from(["2021-03-01 09:00", "2020-01-17 09:00", "2026-12-18 09:00"])


class ShiftedDesk(Desk):
    """A desk whose days are others."""

    def __init__(self, shift: timedelta) -> None:
        super().__init__()
        self._shift = shift

    def stamp(self, kind: type[M], when: datetime, told: datetime | None = None, **body: Any) -> M:
        if body.get("instant") is not None:
            body["instant"] += self._shift
        return super().stamp(kind, when + self._shift, None if told is None else told + self._shift, **body)


class Driven:
    """A case that is driven as its workflow does, over a real ledger, at instants that the test gives."""

    def __init__(self, store: Store, case: str) -> None:
        self.store, self.case = store, case
        self.now = at("2000-01-01 00:00")
        self._settler = Settler(store, IDENTITY, GRACE, lambda: self.now, RELEASE)
        self._drawn: Drawn | None = None
        self._due: dict[str, datetime | None] = {}
        self._calendar = ""

    @property
    def instant(self) -> Instant:
        return Instant(self.now, IDENTITY, GRACE, RELEASE)

    def wake(self, now: datetime) -> None:
        """Lets time pass; a calendar that has changed meanwhile is applied, as a sweep does."""
        self.now = now
        calendar = RELEASE.calendar_for("suzhou", local_day(now)).version
        if self._drawn is not None and calendar != self._calendar:
            self.take()
        self._calendar = calendar

    def take(self, *commands: Message) -> Receipt | None:
        """The receipt of the last command; raises Refusal."""
        state = self._drawn.state if self._drawn else None
        taken = turn(self.case, state, self._drawn, commands, self._due)
        settled = self._settle(taken.request)
        self._drawn, self._due = taken.settled(settled), settled.due
        if not commands:
            return None
        answer = taken.answers[-1]
        if isinstance(answer, Refusal):
            raise answer
        return taken.receipt(answer, self._drawn.state if self._drawn else None)

    def _settle(self, request: Settle) -> Settled:
        settled = self._settler.settle(request)
        assert settled.outcome is SettleOutcome.LEVEL
        return settled


def outcome(tried: Callable[[], Any]) -> Any:
    """What comes of it, also where that is a refusal."""
    try:
        return tried()
    except Refusal as refusal:
        return (refusal.code, refusal.field, refusal.detail)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('dry')}/ledger.sqlite", durable=False)
    store.migrate()
    yield store
    store.close()


def test_a_dry_run_says_what_the_command_then_does(ledger: Store, nightly: bool) -> None:
    numbers = iter(range(1_000_000))
    tried: list[str] = []

    @settings(max_examples=600 if nightly else 60, deadline=None)
    @given(HISTORIES, STARTS, st.lists(st.integers(0, 60), min_size=30, max_size=30))
    def each(makers: Makers, start: str, hours: list[int]) -> None:
        shift = at(start) - at("2021-03-01 09:00")
        desk, driven = ShiftedDesk(shift), Driven(ledger, f"dry-{next(numbers)}")
        opened = desk.open(at("2021-03-01 09:00"), water(BRANCHED))

        def first(_: Desk) -> Message:
            return opened

        for make, later in zip([first, *makers], hours, strict=False):
            command = make(desk)
            driven.wake(max(driven.now, command.told) + timedelta(hours=later))
            before = ledger.events(driven.case)
            found = outcome(partial(foresee, driven.case, before, command, driven.instant))
            assert ledger.events(driven.case) == before, "a dry run writes nothing"
            receipt = outcome(partial(driven.take, command))
            tried.append(command.kind)  # type: ignore[attr-defined]
            after = ledger.events(driven.case)
            if isinstance(found, Foreseen):
                assert found.receipt == receipt
                assert list(found.events) == after[len(before) :]
                assert found.after == ledger.case(driven.case)
                assert (found.before is None) is (not before)
            else:
                assert found == receipt

    each()
    assert len(tried) >= (5_000 if nightly else 400)
    assert len(set(tried)) >= 12, "of every kind"
