"""Previews of proposed notices: made by one thread beside the requests, kept while they are open, made anew when asked for."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby, islice
from threading import Lock
from typing import NamedTuple

from activities.preview import CalendarPreview, Move, MoveNumbers, PreviewNumbers
from activities.proposals import ProposalBoard
from activities.store.store import Store
from sla.almanac import PLACES
from sla.axis import local_day

JOINED = 1.0  # seconds within which those who ask get the same reading
REST = 0.3  # of the time that counting takes, in which it lets requests pass
MOST_KEPT = 200  # numbers that were shown, by their digest
LEAST_REST = 0.001
PAGE = 200  # cases of a page of moves


class MadePreview(NamedTuple):
    """A preview as of a business instant."""

    preview: CalendarPreview
    numbers: PreviewNumbers
    at: datetime


@dataclass(slots=True)
class _Kept:
    preview: CalendarPreview
    revision: int
    known_on: date
    made: MadePreview | None = None
    running: "Future[MadePreview] | None" = None
    begun: float = 0.0
    seen: dict[str, PreviewNumbers] = field(default_factory=dict)


class NoticePreviews:
    """Previews by the number of their proposal, each of them over one almanac."""

    def __init__(self, store: Store, board: ProposalBoard) -> None:
        self._store = store
        self._board = board
        self._kept: dict[int, _Kept] = {}
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="preview")

    def look(self, number: int, now: datetime) -> "Future[MadePreview]":
        """Return a reading that began just now or begins; the Refusal of a proposal that leads nowhere; blocks shortly."""
        led = self._board.after(number)
        with self._lock:
            kept = self._kept.get(number)
            if kept is None or (kept.revision, kept.known_on) != (led.revision, local_day(now)):
                preview = CalendarPreview(led.almanac, local_day(now), revision=led.revision, places=tuple(PLACES))
                seen = {} if kept is None else kept.seen
                kept = self._kept[number] = _Kept(preview, led.revision, local_day(now), seen=seen)
            running = kept.running
            recent = time.monotonic() - kept.begun < JOINED
            if running is None or (running.done() and not (recent and running.exception() is None)):
                kept.begun = time.monotonic()
                running = kept.running = self._pool.submit(self._make, kept, now)
            return running

    def held(self, number: int) -> MadePreview | None:
        """Return the last preview that was made of a proposal."""
        kept = self._kept.get(number)
        return None if kept is None else kept.made

    def progress(self, number: int) -> int:
        """Say how many cases the reading under way has looked at."""
        kept = self._kept.get(number)
        return 0 if kept is None else kept.preview.looked

    def seen(self, number: int, digest: str) -> PreviewNumbers | None:
        """Return the numbers that this process has shown under a digest."""
        kept = self._kept.get(number)
        return None if kept is None else kept.seen.get(digest)

    def forget(self, number: int) -> None:
        """Give the memory of a decided proposal back."""
        with self._lock:
            self._kept.pop(number, None)

    def close(self) -> None:
        """End its thread."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _make(self, kept: _Kept, now: datetime) -> MadePreview:
        kept.preview.refresh(self._store, now, _resting())
        numbers = kept.preview.numbers(now)
        kept.made = MadePreview(kept.preview, numbers, now)
        if len(kept.seen) >= MOST_KEPT:
            kept.seen.clear()
        kept.seen[numbers.digest] = numbers
        return kept.made


def page_of_moves(made: MadePreview, after: str) -> tuple[list[Move], str | None]:
    """Return the moves of the cases after one, and the last case of the page where there are more; blocks."""
    found: list[Move] = []
    cases = groupby(made.preview.moves(made.at, after), lambda move: move.case)
    for number, (case, moves) in enumerate(cases, 1):
        found += moves
        if number == PAGE:
            more = next(islice(made.preview.moves(made.at, case), 1), None)
            return found, None if more is None else case
    return found, None


def differences(old: PreviewNumbers, new: PreviewNumbers) -> str:
    """Say which numbers became others."""
    names = MoveNumbers.model_fields
    changed = [
        f"{n.replace('_', ' ')} {getattr(old, n)} → {getattr(new, n)}"
        for n in names
        if getattr(old, n) != getattr(new, n)
    ]
    if old.revision != new.revision:
        changed.append(f"revision {old.revision} → {new.revision}")
    return ", ".join(changed) or "the same numbers, at other desks"


def _resting() -> Callable[[], None]:
    """Sleep for a share of the time since the last rest: the interpreter is needed by those who wait for an answer."""
    last = time.monotonic()

    def rest() -> None:
        nonlocal last
        time.sleep(max(LEAST_REST, (time.monotonic() - last) * REST))
        last = time.monotonic()

    return rest
