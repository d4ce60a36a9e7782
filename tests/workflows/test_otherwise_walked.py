"""Cases that turn out otherwise, over a real ledger: what is counted is what a walk by hand comes to, before and after."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.settle import read
from activities.store.store import Store
from sla.release import RELEASE
from tests.desk import TOLERANCE, Desk, at, promised, water
from tests.driven import Driven
from tests.workflows.case_walker import CaseWalker
from tests.workflows.test_dry_run import outcome
from workflows.dry_run import Foreseen, foresee
from workflows.fold import fold
from workflows.held import held_by
from workflows.messages import Message, Open
from workflows.rebuild import rows_of, verify
from workflows.state import CaseState, StepStatus

BEGUN = at("2021-03-01 09:00")
VARIANTS = ("no-new-pipe", "new-pipe-no-approval", "new-pipe-with-approval")
OFFICES = ("市水务集团", "市燃气集团", "市公安局", "市住建局")
KNOWN = date(2021, 3, 1)
ALLOWED = timedelta(days=5)
Wish = Callable[[Desk, CaseState, random.Random, datetime, datetime], Message]


def terms(chance: random.Random) -> dict[str, Any]:
    """What is promised of a kind."""
    days, name = chance.choice([(4, "sz-22-water-no-pipe"), (9, "sz-22-water-no-pipe"), (9, "sz-23-water-pipe")])
    return {"promises": promised(days, name)}


def kind(chance: random.Random) -> dict[str, Any]:
    given = terms(chance)
    return {**given, "receipt_promises": given["promises"]}


def some_step(state: CaseState, chance: random.Random) -> str:
    """A step, mostly one that is in hand."""
    here = [key for key, step in state.steps.items() if step.status is StepStatus.RUNNING]
    return chance.choice(here if here and chance.random() < 0.85 else list(state.steps))


def fact(state: CaseState, chance: random.Random, *kinds: str) -> int:
    """The number of an event, of one of some kinds where there is any."""
    found = [event.seq for event in state.events if event.kind in kinds]
    return chance.choice(found or [1])


def done(d: Desk, s: CaseState, r: random.Random, when: datetime, told: datetime) -> Message:
    result = r.choice(["done"] * 9 + ["correction"])
    return d.complete(when, some_step(s, r), told, result, promises=promised(), backdated=r.random() < 0.1)


def corrected(d: Desk, s: CaseState, r: random.Random, when: datetime, told: datetime) -> Message:
    seq = fact(s, r, "completed", "accepted", "suspended", "resumed", "handed-over", "extended", "supplied")
    return d.correct(told, seq, void=True) if r.random() < 0.3 else d.correct(told, seq, instant=when)


WISHES: list[tuple[int, Wish]] = [
    (12, done),
    (3, lambda d, s, r, when, told: d.accept(when, told, **terms(r))),
    (2, lambda d, s, r, when, told: d.accept(when, told, **terms(r), tolerance=TOLERANCE)),
    (3, lambda d, s, r, when, told: d.supply(when, told)),
    (6, lambda d, s, r, when, told: d.reclassify(when, water(r.choice(VARIANTS)), told, **kind(r))),
    (6, lambda d, s, r, when, told: d.hand_over(when, some_step(s, r), r.choice(OFFICES), told)),
    (4, lambda d, s, r, when, told: d.suspend(when, f"s{r.randrange(9)}", "hearing", told,
                                             step=r.choice([None, some_step(s, r)]))),
    (4, lambda d, s, r, when, told: d.stamp(type(d.resume(when, "s")), when, told, suspension=open_halt(s, r))),
    (2, lambda d, s, r, when, told: d.extend(told, f"promise/{s.promises[0].commitment}", r.randrange(1, 9))),
    (3, lambda d, s, r, when, told: d.correct(told, fact(s, r, "suspended", "returned"), end=when)),
    (2, lambda d, s, r, when, told: d.correct(told, fact(s, r, "extended"), workdays=r.randrange(1, 20))),
    (4, corrected),
    (1, lambda d, s, r, when, told: d.send_back(told, r.choice([None, some_step(s, r)]))),
    (1, lambda d, s, r, when, told: d.resubmit(told, r.choice([None, some_step(s, r)]))),
    (1, lambda d, s, r, when, told: d.confirm(told, fact(s, r, "completed"))),
    (1, lambda d, s, r, when, told: d.terminate(told)),
    (1, lambda d, s, r, when, told: d.decide(told, r.choice(["approved-with-tolerance", "refused", "approved"]),
                                             by_tolerance=True)),
]  # fmt: skip


def open_halt(state: CaseState, chance: random.Random) -> str:
    return chance.choice([halt.id for halt in state.suspensions if halt.end is None] or ["none"])


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path_factory.mktemp('otherwise')}/ledger.sqlite", durable=False)
    store.migrate()
    yield store
    store.close()


class Played:
    """A case that is opened, then asked for whatever it is."""

    def __init__(self, store: Store, case: str, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311  # Hypothesis chooses the seed
        self.desk, self.driven = Desk(), Driven(store, case)
        self.taken: Counter[str] = Counter()
        self.store, self.case, self.seen = store, case, BEGUN
        late = self.late = timedelta(days=self.chance.choice([0, 0, 0, 1, 12]))  # some are told long after
        more = {"promises": promised(), "backfilled": late > ALLOWED}
        self._tell(
            lambda when, told: self.desk.stamp(Open, when, told, procedure=water(self.chance.choice(VARIANTS)), **more),
            BEGUN,
            BEGUN + late,
        )
        if self.chance.random() < 0.85:
            when = BEGUN + timedelta(hours=self.chance.choice([1, 30]))
            more = {**terms(self.chance), "tolerance": self.chance.choice([None, TOLERANCE])}
            self._tell(lambda when, told: self.desk.accept(when, told, **more), when, max(when, BEGUN + late))

    @property
    def state(self) -> CaseState:
        state = fold(None, self.store.events(self.case), self.case)
        assert state is not None
        return state

    def go_on(self) -> None:
        """Some hours later somebody asks for something, which happened then or before."""
        told = self.driven.now + timedelta(minutes=self.chance.choice([1, 20, 90, 300, 700, 1500, 4000]))
        back = timedelta(minutes=self.chance.choice([0, 0, 0, 60, 400, 2000]))
        when = max(BEGUN, told - back)
        [wish] = self.chance.choices([w for _, w in WISHES], [n for n, _ in WISHES])
        state = self.state
        self._tell(lambda when, told: wish(self.desk, state, self.chance, when, told), when, told)

    def _tell(self, make: Callable[[datetime, datetime], Message], when: datetime, told: datetime) -> None:
        self.driven.wake(told)
        self.driven.take()  # as the alarms between would have
        command = make(when, told)
        before = self.store.events(self.case)
        found = outcome(partial(foresee, self.case, before, command, self.driven.instant))
        receipt = outcome(partial(self.driven.take, command))
        after = self.store.events(self.case)
        if isinstance(found, Foreseen):
            assert found.receipt == receipt
            assert list(found.events) == after[len(before) :]
            assert found.after == self.store.case(self.case), "the dry run says what the deed does"
            self.taken[after[len(before)].kind if len(after) > len(before) else "known"] += 1
            if before:
                self._as_walked(before, told)
            self._as_walked(after, told)
        else:
            assert found == receipt
            assert after == before

    def _as_walked(self, events: list[Any], now: datetime) -> None:
        walked, state = CaseWalker(events), fold(None, events, self.case)
        assert state is not None
        key = f"promise/{state.promises[0].commitment}"
        held = [(one.step, one.owner, each.start, each.end) for one in held_by(state, key) for each in one.intervals]
        assert sorted(held, key=lambda one: (one[0], one[2])) == walked.holders()
        rows = rows_of(self.case, events, RELEASE)
        assert rows is not None
        row = next(row for row in rows.clocks if row.picture.clock.key == key)
        calendar = RELEASE.calendar_for("suzhou", KNOWN)
        reading, theirs = read(row.picture, RELEASE, calendar, now), walked.promise(now, KNOWN)
        if theirs is None:
            assert reading.start_day is None
            return
        ours: tuple[object, ...] = (
            reading.used,
            reading.suspended,
            reading.limit,
            reading.due_date,
            reading.due_at,
            reading.overdue,
        )
        assert ours == tuple(theirs[1])[:6]

    def alarms_were_right(self) -> None:
        """A promise's breach is what the walk finds by all that stood before it; a note where the case was told too late for it."""
        events = self.store.events(self.case)
        for event in events:
            body = event.body
            if event.kind not in ("rung-raised", "rung-noted") or not body["clock"].startswith("promise/"):
                continue
            found = CaseWalker(events[: event.seq - 1]).promise(event.told, KNOWN)
            if body["rung"] == "overdue" and found is not None and found[0] == body["clock"]:
                assert found[1].due_at == event.at
            noted = body["rung"] == "overdue" and self.late > ALLOWED and event.at < events[0].told
            assert (event.kind == "rung-noted") is noted, event
            self.taken[event.kind] += 1


async def test_what_turns_out_otherwise_is_counted_as_a_walk_by_hand_counts_it(ledger: Store, nightly: bool) -> None:
    numbers = iter(range(1_000_000))
    taken: Counter[str] = Counter()

    @settings(max_examples=700 if nightly else 25, deadline=None)
    @given(st.integers(0, 2**32), st.integers(4, 25))
    def each(seed: int, length: int) -> None:
        played = Played(ledger, f"case-{next(numbers)}", seed)
        for _ in range(length):
            played.go_on()
        played.alarms_were_right()
        taken.update(played.taken)

    each()
    wanted = {"reclassified", "handed-over", "suspended", "amended", "completed"}
    rarer = {"resumed", "supplied", "terminated", "extended", "rung-noted"} if nightly else set()
    assert {name for name in wanted | rarer if taken[name] < (30 if nightly else 1)} == set()
    found = [finding async for finding in verify(ledger, RELEASE, None)]
    assert found == [], "rebuilt row for row"
