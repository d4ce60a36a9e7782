"""Announcements: whoever reads on from a number misses none and meets none twice, whoever writes meanwhile."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from activities.store.announcements import Announcement, NewAnnouncement, Unannounced
from activities.store.store import Store
from tests.activities.store.build import T, append, new

WATER, GAS = "市水务集团", "市燃气集团"


def made(case: str, seq: int) -> NewAnnouncement:
    """What an event says here: each to the owner that its number chooses."""
    owner = WATER if seq % 2 else GAS
    return NewAnnouncement(
        id=f"{case}:{seq}", case=case, seq=seq, kind="step-opened", owner=owner, step="survey", at=T, body={"n": seq}
    )


def every(waiting: Unannounced) -> list[NewAnnouncement]:
    return [made(case, seq) for case, seqs in waiting.cases.items() for seq in seqs]


def test_events_are_looked_through_once(store: Store) -> None:
    append(store, "C1", new("opened"), new("completed-elsewhere"))
    waiting = store.unannounced(10)
    assert waiting.cases == {"C1": [1, 2]}
    assert store.announce(waiting, every(waiting))
    assert not store.unannounced(10).ids
    assert [(one.number, one.seq) for one in store.announcements(0)] == [(1, 1), (2, 2)]
    assert store.last_announced() == 2
    assert store.announced_to(0) == {WATER: 1, GAS: 2}
    assert store.announced_to(1) == {GAS: 2}


def test_of_two_that_looked_at_once_one_begins_again(store: Store) -> None:
    append(store, "C1", new("opened"))
    first, second = store.unannounced(10), store.unannounced(10)
    assert store.announce(first, every(first))
    assert not store.announce(second, every(second))
    assert len(store.announcements(0)) == 1


def test_of_what_concerns_no_step_nothing_waits(store: Store) -> None:
    append(store, "C1", new("opened"), new("fee-recorded"), new("calendar-applied"))
    assert store.unannounced(10).cases == {"C1": [1]}


@pytest.mark.parametrize("statement", ["UPDATE announcement SET owner = 'x'", "DELETE FROM announcement"])
def test_an_announcement_stays_as_it_is(store: Store, statement: str) -> None:
    append(store, "C1", new("opened"))
    waiting = store.unannounced(10)
    store.announce(waiting, every(waiting))
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(statement))
    assert len(store.announcements(0)) == 1


class Reader:
    """Reads on from where it was, in pages of its own size."""

    def __init__(self, store: Store, size: int, owner: str | None) -> None:
        self.seen: list[Announcement] = []
        self._store, self._size, self._owner = store, size, owner

    def read(self) -> bool:
        """Whether there was something."""
        after = self.seen[-1].number if self.seen else 0
        owners = None if self._owner is None else (self._owner,)
        found = self._store.announcements(after, owners=owners, limit=self._size)
        self.seen += found
        return bool(found)

    def follow(self, over: threading.Event) -> None:
        """Until all is over, and then to the end."""
        while not over.is_set():
            self.read()
        while self.read():
            pass


def write(store: Store, case: str, chance: random.Random, number: int) -> None:
    """Append so many events, some at once."""
    while number:
        some = min(number, chance.randint(1, 4))
        append(store, case, *(new("noted-here") for _ in range(some)))
        number -= some


def announce(store: Store, written: threading.Event) -> None:
    """Look through events until nothing is written any more."""
    while True:
        over = written.is_set()
        waiting = store.unannounced(7)
        if waiting.ids:
            store.announce(waiting, every(waiting))
        elif over:
            return


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_under_concurrent_writers_no_announcement_is_lost_doubled_or_another_s(
    store: Store, seed: int, *, nightly: bool
) -> None:
    chance = random.Random(seed)  # noqa: S311
    lengths = {f"C{number}": chance.randint(5, 60 if nightly else 15) for number in range(12)}
    readers = [Reader(store, chance.randint(1, 40), owner) for owner in (None, None, WATER, GAS)]
    written, announced = threading.Event(), threading.Event()
    with ThreadPoolExecutor(18) as pool:
        following = [pool.submit(reader.follow, announced) for reader in readers]
        announcing = [pool.submit(announce, store, written) for _ in range(2)]
        chances = {case: random.Random(chance.random()) for case in lengths}  # noqa: S311
        writing = [pool.submit(write, store, case, chances[case], number) for case, number in lengths.items()]
        for tasks, over in ((writing, written), (announcing, announced), (following, announced)):
            try:
                for task in tasks:
                    task.result()
            finally:
                over.set()
    wanted = {made(case, seq).id for case, number in lengths.items() for seq in range(1, number + 1)}
    for reader, parity in zip(readers, ((0, 1), (0, 1), (1,), (0,)), strict=True):
        ids = [one.id for one in reader.seen]
        assert len(ids) == len(set(ids))
        assert set(ids) == {one for one in wanted if int(one.partition(":")[2]) % 2 in parity}
        for case in lengths:
            seqs = [one.seq for one in reader.seen if one.case == case]
            assert seqs == sorted(seqs)
