"""How many open steps and cases stand how, at any instant, from rows that were read once."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from activities.rungs import Instant
from activities.store.instants import instant, micros
from activities.store.watch import OpenGroup
from api.exporter.catalogue import Light
from sla.clock import Standing

MICROSECOND = timedelta(microseconds=1)


class Moment(NamedTuple):
    """An instant as rows are compared with it, in microseconds of business time."""

    business: int
    passed: int  # the last due instant that counts as passed

    @classmethod
    def of(cls, now: Instant) -> "Moment":
        """Make the moment; what is overdue at it is what `Instant.passed` says, to the microsecond."""
        # whole microseconds of real time are `rate` of business time: the half of that is rounded either way
        last = now.timeline.business(now.real - now.grace) + MICROSECOND * (now.timeline.rate // 2)
        while not now.passed(last):
            last -= MICROSECOND
        return cls(micros(now.business), micros(last))


class Thresholds:
    """Sorted instants, each with how many have it."""

    __slots__ = ("_at", "_sums")

    def __init__(self, found: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(found)
        self._at = [at for at, _ in ordered]
        self._sums = [0, *accumulate(number for _, number in ordered)]

    @property
    def total(self) -> int:
        """How many there are."""
        return self._sums[-1]

    @property
    def first(self) -> int | None:
        """The earliest."""
        return self._at[0] if self._at else None

    def until(self, at: int) -> int:
        """Count those at an instant or before it."""
        return self._sums[bisect_right(self._at, at)]


class Counted:
    """Open steps, or cases, of one department and one kind."""

    __slots__ = ("_due", "_overdue", "_rest", "_soon", "_suspended")

    def __init__(self, groups: Iterable[OpenGroup]) -> None:
        fixed = {Standing.SUSPENDED.value: 0, Standing.MISSED.value: 0, "": 0}
        due: list[tuple[int, int]] = []
        soon: list[tuple[int, int]] = []
        for one in groups:
            if one.standing is None and one.due_at is not None:
                due.append((one.due_at, one.number))
                soon.append((min(one.due_at, one.due_soon_at or one.due_at), one.number))
            else:
                fixed[one.standing if one.standing in fixed else ""] += one.number
        self._suspended = fixed[Standing.SUSPENDED.value]
        self._overdue = fixed[Standing.MISSED.value]  # over its promise, and not decided yet
        self._rest = fixed[""]
        self._due, self._soon = Thresholds(due), Thresholds(soon)

    @property
    def dated(self) -> int:
        """How many have a due date that may still pass or has passed."""
        return self._due.total

    @property
    def first_due(self) -> int | None:
        """The earliest of their due instants."""
        return self._due.first

    def at(self, moment: Moment) -> dict[Light, int]:
        """Count how many stand how; each of them once."""
        overdue = self._due.until(moment.passed)
        due_soon = max(self._soon.until(moment.business), overdue) - overdue
        return {
            Light.ON_TIME: self._rest + self._due.total - overdue - due_soon,
            Light.DUE_SOON: due_soon,
            Light.OVERDUE: self._overdue + overdue,
            Light.SUSPENDED: self._suspended,
        }


class Board:
    """Every group of open steps and cases by the labels that it is shown under."""

    def __init__(
        self, steps: Iterable[OpenGroup], cases: Iterable[OpenGroup], department_of: Callable[[str, str], str]
    ) -> None:
        by_step: dict[tuple[str, ...], list[OpenGroup]] = {}
        by_case: dict[tuple[str, ...], list[OpenGroup]] = {}
        self.beyond: dict[str, int] = {}  # by jurisdiction: without a due date, as the calendar ends before it
        for one in steps:
            department = department_of(one.jurisdiction, one.owner)
            by_step.setdefault((department, one.procedure, one.step or ""), []).append(one)
            self._look_beyond(one)
        for one in cases:
            by_case.setdefault((department_of(one.jurisdiction, one.owner), one.procedure), []).append(one)
            self._look_beyond(one)
        self.steps: Mapping[tuple[str, ...], Counted] = {key: Counted(found) for key, found in by_step.items()}
        self.cases: Mapping[tuple[str, ...], Counted] = {key: Counted(found) for key, found in by_case.items()}

    def oldest_overdue(self, moment: Moment) -> dict[tuple[str, str], datetime]:
        """Find, by department and procedure, when the step was due that is overdue longest."""
        oldest: dict[tuple[str, str], int] = {}
        for (department, procedure, _), counted in self.steps.items():
            due = counted.first_due
            if due is not None and due <= moment.passed:
                key = department, procedure
                oldest[key] = min(due, oldest.get(key, due))
        return {key: instant(due) for key, due in oldest.items()}

    def _look_beyond(self, one: OpenGroup) -> None:
        if one.standing is None and one.due_at is None:
            self.beyond[one.jurisdiction] = self.beyond.get(one.jurisdiction, 0) + one.number
