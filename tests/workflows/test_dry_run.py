"""What a dry run says is what the command then does, whatever the commands, their order and the calendar."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.store.store import Store
from tests.desk import Desk, M, at, water
from tests.driven import Driven
from tests.workflows.test_state_properties import BRANCHED, HISTORIES, Makers
from workflows.answers import Refusal
from workflows.dry_run import Foreseen, foresee
from workflows.messages import Message

# the second span holds the day on which a notice took two days more out of the running calendar
STARTS = st.sampled_from(["2021-03-01 09:00", "2020-01-17 09:00", "2026-12-18 09:00"])


class ShiftedDesk(Desk):
    """A desk whose days are others."""

    def __init__(self, shift: timedelta) -> None:
        super().__init__()
        self._shift = shift

    def stamp(self, kind: type[M], when: datetime, told: datetime | None = None, **body: Any) -> M:
        for name in {"instant", "end"} & body.keys():
            body[name] += self._shift
        return super().stamp(kind, when + self._shift, None if told is None else told + self._shift, **body)


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

    @settings(max_examples=600 if nightly else 30, deadline=None)
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
    assert len(tried) >= (5_000 if nightly else 200)
    assert len(set(tried)) >= 12, "of every kind"
