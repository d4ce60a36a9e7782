"""Parallel time added up: how a limit is used where a day on which two authorities hold a project counts twice.

A mark counts once for each step that holds it, and once where the union of the steps counts it and none does by itself:
so the sum is never less than the union.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import zip_longest
from typing import NamedTuple, Protocol


class Span(Protocol):
    """From a mark, up to a mark; `last` None while it is open."""

    @property
    def first(self) -> int:
        """The mark before it."""

    @property
    def last(self) -> int | None:
        """Its last mark."""


class Load(NamedTuple):
    """Marks on which several steps are held; `more` of them than the one that a union counts."""

    first: int
    last: int | None
    more: int


class Leg(NamedTuple):
    """Marks that all use the same: nothing, one, or one for each step."""

    first: int
    last: int | None
    rate: int


def loads(held: Iterable[tuple[int, int | None]]) -> tuple[Load, ...]:
    """Say where stretches of marks lie over one another."""
    changes: Counter[int] = Counter()
    for first, last in held:
        if last is None or last > first:
            changes[first] += 1
            if last is not None:
                changes[last] -= 1
    marks = sorted(changes)
    found, depth = [], 0
    for mark, until in zip_longest(marks, marks[1:]):
        depth += changes[mark]
        if depth > 1:
            found.append(Load(mark, until, depth - 1))
    return tuple(found)


def legs(base: int, excluded: Iterable[Span], loaded: Iterable[Load]) -> list[Leg]:
    """Return all marks after `base`, in order; the last leg is open."""
    halts: Counter[int] = Counter()
    more: Counter[int] = Counter()
    spans = [(halts, span.first, span.last, 1) for span in excluded]
    for changes, first, last, weight in spans + [(more, *load) for load in loaded]:
        changes[max(first, base)] += weight
        if last is not None:
            changes[max(last, base)] -= weight
    marks = sorted({base, *halts, *more})
    found, halted, extra = [], 0, 0
    for mark, until in zip_longest(marks, marks[1:]):
        halted += halts[mark]
        extra += more[mark]
        found.append(Leg(mark, until, 0 if halted else 1 + extra))
    return found


def used(course: Iterable[Leg], mark: int) -> int:
    """Say what is used up to a mark."""
    return sum(rate * max(0, (mark if last is None else min(mark, last)) - first) for first, last, rate in course)


def last_within(course: Iterable[Leg], length: int) -> int:
    """Return the last mark up to which no more than `length` is used; the open leg must use something."""
    following = iter(course)
    first, last, rate = next(following)
    while last is not None and rate * (last - first) <= length:
        length -= rate * (last - first)
        first, last, rate = next(following)
    return first + length // rate


def first_with(course: Iterable[Leg], length: int) -> int | None:
    """Return the first mark up to which `length`, more than nothing, is used; None where the open leg uses nothing."""
    for first, last, rate in course:
        if rate and (last is None or rate * (last - first) >= length):
            return first - (-length // rate)
        length -= 0 if last is None else rate * (last - first)
    return None
