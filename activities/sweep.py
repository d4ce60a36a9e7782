"""A changed calendar applied to open cases, by compare and append; nothing in it needs a running workflow."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from activities.record import ClockPicture, Head, recounted
from activities.rungs import Instant, alive, next_alarm
from activities.settle import Draft, Settle, drafted, read
from activities.spans import Touch, live_cases
from activities.store.errors import Conflict
from activities.store.ledger import LedgerEntry
from activities.store.live_clocks import CountedCase
from activities.store.store import Store

TOGETHER = 20  # cases in one transaction: commands wait for it
ATTEMPTS = 5  # at a case whose ledger moves meanwhile; what moves it applies the calendar itself


class Batch(NamedTuple):
    """What became of some cases with live clocks."""

    live: tuple[str, ...]  # all that were looked at
    applied: tuple[str, ...]  # whose ledgers took the calendar
    sooner: tuple[str, ...]  # of these, whose next alarm is earlier than the one that their runs have armed


class Applied(NamedTuple):
    """A case's draft, and its next alarm (real time) where that is earlier than the one that its run has armed."""

    draft: Draft
    sooner: datetime | None


def sweep(
    store: Store, now: Callable[[], Instant], apply: Callable[[Sequence[str]], Batch] | None = None
) -> Iterator[Batch]:
    """Apply the calendar of the day to every case with a live clock that it touches; may raise StoreUnavailable.

    `apply` does so for some cases elsewhere; without it `applied_to` does here.
    """
    for page in live_cases(store, lambda: _touch(now())):
        touched = [one.case for one in page if one.touched]
        yield Batch(tuple(one.case for one in page), (), ())
        for first in range(0, len(touched), TOGETHER):
            some = touched[first : first + TOGETHER]
            yield applied_to(store, some, now) if apply is None else apply(some)


def applied_to(store: Store, cases: Sequence[str], now: Callable[[], Instant]) -> Batch:
    """Apply the calendar of the day to some cases in one transaction; may raise StoreUnavailable.

    Cases with an earlier alarm are remembered with it (`Store.to_wake`), in the transaction that gives it to them.
    """
    moved = _applied(store, cases, now)
    return Batch((), tuple(moved), tuple(case for case, one in moved.items() if one.sooner is not None))


def _touch(now: Instant) -> Touch:
    return Touch(now.almanac, now.calendar)


def _applied(store: Store, cases: Sequence[str], now: Callable[[], Instant]) -> dict[str, Applied]:
    """What became of those that moved, in order; a case whose ledger moved on meanwhile is read again."""
    done: dict[str, Applied] = {}
    for _ in range(ATTEMPTS):
        done |= _attempt(store, cases, now)
        cases = [case for case in cases if case not in done]
        if not cases:
            break
    return {case: one for case, one in sorted(done.items()) if one.draft.settled.found}


def _attempt(store: Store, cases: Sequence[str], now: Callable[[], Instant]) -> dict[str, Applied]:
    """Count before the lock for which commands wait; those whose ledgers are where they were are written."""
    found = store.counted_cases(cases)
    moment = now()
    counted = {one.case.case: _counted(one, moment) for one in found}
    heads = {one.case.case: one.head for one in found}
    writing = [case for case, one in counted.items() if one.draft.settled.found]
    try:
        written = _write(store, {case: counted[case] for case in writing}, heads) if writing else set()
    except Conflict:
        if len(cases) == 1:
            raise
        return {case: one for each in cases for case, one in _attempt(store, [each], now).items()}
    return {case: one for case, one in counted.items() if case in written or not one.draft.settled.found}


def _write(store: Store, counted: dict[str, Applied], heads: dict[str, Head]) -> set[str]:
    with store.append_together(list(counted)) as group:
        level = {case: ledger for case, ledger in group.ledgers.items() if ledger.head == heads[case]}
        group.write(
            [
                LedgerEntry(ledger, counted[case].draft.events, counted[case].draft.rows)
                for case, ledger in level.items()
            ]
        )
        group.wake({case: at for case in level if (at := counted[case].sooner) is not None})
        return set(level)


def _counted(found: CountedCase, now: Instant) -> Applied:
    request = Settle(case=found.case.case, expected=found.head, as_of=found.as_of, calendar=found.calendar)
    draft = drafted(request, recounted(found.case, found.steps, found.clocks), now)
    alarm = draft.settled.alarm
    if not draft.settled.found or alarm is None:
        return Applied(draft, None)
    before = _alarm(found.clocks, found.calendar, now)
    return Applied(draft, alarm if before is None or alarm < before else None)


def _alarm(clocks: Sequence[ClockPicture], version: str, now: Instant) -> datetime | None:
    """The alarm that a run has armed which last settled under a calendar."""
    calendar = now.almanac.calendar_as_corrected(version)
    alarms = (next_alarm(c, read(c, now.almanac, calendar, now.business), now) for c in clocks if alive(c))
    return min((a for a in alarms if a is not None), default=None)
