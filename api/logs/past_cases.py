"""What is told of a case as the facts of a past case: where it ends, and when it stood still."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from api.logs.gathering import HaltTold, LoggedCase
from api.logs.moments import of_micros
from api.logs.telling import due_told
from sla.past import PastCase

UNPAIRED = "unpaired-end"  # a halt ends that has not begun
UNENDED = "unended-halt"  # one has begun that does not end

Stretch = tuple[int, int | None]


def past_case(told: LoggedCase) -> tuple[PastCase, tuple[str, ...]]:
    """Return the facts of a case, and what is remarkable about them."""
    halts, unpaired = paired(told.halts)
    remarks = [UNPAIRED] * bool(unpaired) + [UNENDED] * any(until is None for _, until in halts)
    stop = end_of(told.ends, told.start)
    case = PastCase(
        start=None if told.start is None else of_micros(told.start),
        stop=None if stop is None else of_micros(stop),
        suspensions=tuple((of_micros(at), None if until is None else of_micros(until)) for at, until in halts),
        limit=None if told.limit is None else Decimal(told.limit),
        due=due_told(told.due),
    )
    return case, tuple(remarks)


def end_of(ends: Sequence[int], start: int | None) -> int | None:
    """Return the first end from the start on; where all are before it the last of them, None where there is none."""
    after = [end for end in ends if start is None or end >= start]
    return min(after) if after else max(ends, default=None)


def paired(told: Iterable[HaltTold]) -> tuple[list[Stretch], int]:
    """Return when a case stood still, and how many ends have no beginning.

    An end is of the halt with its instance, else of the one that began first; a beginning within its own halt is none.
    What ends at the instant at which it begins lasts no time, in whatever order a log tells the two.
    """
    open_: dict[tuple[int, str], int] = {}
    stretches: list[Stretch] = []
    unpaired = 0
    for at, group in groupby(sorted(told, key=itemgetter(3)), key=itemgetter(3)):
        together = list(group)
        ends = [(number, instance) for number, begins, instance, _ in together if not begins]
        early = [key for key in ends if not _closed(open_, key, at, stretches)]
        for number, begins, instance, _ in together:
            if begins:
                open_.setdefault((number, instance), at)
        unpaired += sum(not _closed(open_, key, at, stretches) for key in early)
    return stretches + [(at, None) for at in open_.values()], unpaired


def _closed(open_: dict[tuple[int, str], int], key: tuple[int, str], at: int, stretches: list[Stretch]) -> bool:
    """End a halt; False where none of that kind is open."""
    if key not in open_:
        others = [(since, other) for other, since in open_.items() if other[0] == key[0]]
        if not others:
            return False
        key = min(others)[1]
    stretches.append((open_.pop(key), at))
    return True
