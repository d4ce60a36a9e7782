"""Which alerts had to reach whom, from the events of the ledger alone, and what of the tellings was wrong.

It shares nothing with exporter, rules, Alertmanager's configuration and relay: days and hours are counted by the fault
checker's oracle, and what is told when to whom stands here by itself. All instants are real ones.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import NamedTuple

import chinese_calendar

from tests.faults.evidence import Fact, instant
from tests.faults.oracle import CHINA, HOURS, ORDER, PROMISED, SUPPLEMENT, due_after_days, due_after_hours

STEP_SOON, STEP_OVERDUE = "ShixianStepDueSoon", "ShixianStepOverdue"
CASE_SOON, CASE_OVERDUE = "ShixianCaseDueSoon", "ShixianCaseOverdue"
INFO, YELLOW, RED = "info", "warning", "critical"
ENDS = {"accepted", "completed"}
GRAVITY = (INFO, YELLOW, RED)
RED_CARD = 3  # working days over
SOON = 0.8
WATER_GROUP, WATER_BUREAU, SUPERVISORS = "sz-water", "sz-water-bureau", "supervisors"
STEP_TOLD: Mapping[str, tuple[str, ...]] = {
    INFO: (WATER_GROUP,),
    YELLOW: (WATER_GROUP,),
    RED: (WATER_GROUP, SUPERVISORS),
}
CASE_TOLD: Mapping[str, tuple[str, ...]] = {
    YELLOW: (WATER_GROUP, WATER_BUREAU),
    RED: (WATER_GROUP, WATER_BUREAU, SUPERVISORS),
}

Real = Callable[[datetime], datetime]  # the real instant of a business one
Subject = tuple[str, str, str, str]  # receiver, alert, case, step


class Condition(NamedTuple):
    """What is true from one instant on until another one, for ever where that is None.

    `alone_until`: from then on a graver alert stands for it.
    """

    alert: str
    severity: str
    case: str
    step: str  # "" where it is of the case
    receivers: tuple[str, ...]
    due: datetime
    since: datetime
    until: datetime | None
    alone_until: datetime | None = None


class Telling(NamedTuple):
    """An alert of a notice that arrived, in the order of arrival."""

    at: datetime
    receiver: str
    kind: str  # raised or withdrawn
    alert: str
    severity: str
    case: str
    step: str

    @property
    def subject(self) -> Subject:
        """What is told to whom, however grave."""
        return self.receiver, self.alert, self.case, self.step


class Span(NamedTuple):
    """From one instant to another."""

    since: datetime
    until: datetime


@dataclass
class Verdict:
    """What was wrong; nothing may be."""

    missing: list[str] = field(default_factory=list)  # had to be told, or withdrawn, and was not
    doubled: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)  # withdrawn though it stood
    unfounded: list[str] = field(default_factory=list)  # told though it was not true yet, or never
    due: int = 0  # that had to be told
    ended: int = 0  # that had to be withdrawn

    @property
    def wrong(self) -> dict[str, list[str]]:
        """What was wrong, by kind; lists that are empty too."""
        return {"missing": self.missing, "doubled": self.doubled, "false": self.false, "unfounded": self.unfounded}

    def __str__(self) -> str:
        lines = [f"{self.due} had to be told and {self.ended} withdrawn"]
        lines += [
            f"{name} {len(lines)}, such as {lines[:4]}" if lines else f"{name} 0" for name, lines in found.items()
        ]
        return "\n".join(lines)


# --- what was true ---------------------------------------------------------------------------------------------------


class Clock(NamedTuple):
    """A limit: since when and until when it ran as far as was known; business time."""

    start: datetime
    known: datetime  # when its start was told
    over: datetime | None  # when its end was told


def conditions(case: str, events: Iterable[Fact], real: Real, grace: timedelta) -> Iterator[Condition]:
    """Everything that was ever true of a water case without a new pipe, without suspensions."""
    facts = list(events)
    for step, clock in _steps(facts):
        yield from _of_step(case, step, clock, real, grace)
    for promise in _promises(facts):
        yield from _of_case(case, promise, real, grace)


def _steps(facts: Sequence[Fact]) -> Iterator[tuple[str, Clock]]:
    done = _done(facts)
    before = next(f for f in facts if f.kind == "opened")
    gone = _gone(facts)
    for step in ORDER:
        after = done.get(step)
        yield step, Clock(instant(before.at), instant(before.told), instant(after.told) if after else gone)
        if after is None:
            return
        before = after


def _promises(facts: Sequence[Fact]) -> Iterator[Clock]:
    """From acceptance on; without a notice in time the law presumes it on the day of receipt, until another one is told."""
    received, done = next(instant(f.at) for f in facts if f.kind == "opened"), _done(facts)
    answer_until = due_after_days(received, SUPPLEMENT)
    accepted, last = done.get(ORDER[0]), done.get(ORDER[-1])
    over = instant(last.told) if last else _gone(facts)
    if accepted is None or instant(accepted.at) > answer_until:
        yield Clock(received, answer_until, over)
        return
    told = instant(accepted.told)
    if told > answer_until:
        yield Clock(received, answer_until, told)
    yield Clock(instant(accepted.at), told, over)


def _done(facts: Sequence[Fact]) -> dict[str, Fact]:
    return {ORDER[0] if f.kind == "accepted" else str(f.content["step"]): f for f in facts if f.kind in ENDS}


def _gone(facts: Sequence[Fact]) -> datetime | None:
    """When the applicant withdrew."""
    return next((instant(f.told) for f in facts if f.kind == "withdrawn"), None)


def _of_step(case: str, step: str, clock: Clock, real: Real, grace: timedelta) -> Iterator[Condition]:
    due = due_after_hours(clock.start, HOURS[step])
    over, known = _real(clock.over, real), real(clock.known)
    passed = real(due) + grace
    red = max(real(_card(due)), passed, known)

    def made(alert: str, severity: str, since: datetime, until: datetime | None, taken: datetime | None) -> Condition:
        return Condition(alert, severity, case, step, STEP_TOLD[severity], due, max(since, known), until, taken)

    soon = real(due_after_hours(clock.start, SOON * HOURS[step]))
    yield made(STEP_SOON, INFO, soon, _first(over, passed), passed)
    yield made(STEP_OVERDUE, YELLOW, passed, over, red)
    yield made(STEP_OVERDUE, RED, red, over, None)


def _of_case(case: str, clock: Clock, real: Real, grace: timedelta) -> Iterator[Condition]:
    due = due_after_days(clock.start, PROMISED)
    over, known = _real(clock.over, real), real(clock.known)
    passed = real(due) + grace
    last_day = real(datetime.combine(due.astimezone(CHINA).date(), time(0), CHINA))  # four of four days used
    soon = max(last_day, known)
    yield Condition(CASE_SOON, YELLOW, case, "", CASE_TOLD[YELLOW], due, soon, _first(over, passed), passed)
    yield Condition(CASE_OVERDUE, RED, case, "", CASE_TOLD[RED], due, max(passed, known), over)


def _card(due: datetime) -> datetime:
    """When the day begins that is so many working days after the due date."""
    day, left = due.astimezone(CHINA).date(), RED_CARD
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    return datetime.combine(day, time(0), CHINA)


def _real(business: datetime | None, real: Real) -> datetime | None:
    return None if business is None else real(business)


def _first(one: datetime | None, other: datetime) -> datetime:
    return other if one is None else min(one, other)


# --- what was told ---------------------------------------------------------------------------------------------------


class Watched(NamedTuple):
    """How the path was set, and when it could not see or tell: `blind` holds every span in which a part was away."""

    ended: datetime  # when the checking began
    minimum: timedelta  # what lasts shorter, with nothing away, may or may not be told
    settled: timedelta  # after its end it must be withdrawn
    blind: Sequence[Span] = ()


def judge(found: Iterable[Condition], told: Sequence[Telling], watched: Watched) -> Verdict:
    """Compares what was true with what was told."""
    verdict = Verdict()
    true: dict[Subject, list[Condition]] = defaultdict(list)
    for one in found:
        for receiver in one.receivers:
            true[receiver, one.alert, one.case, one.step].append(one)
    heard: dict[Subject, list[Telling]] = defaultdict(list)
    for telling in told:
        heard[telling.subject].append(telling)
    for subject, conditions_ in true.items():
        _missing(verdict, subject, conditions_, heard.get(subject, []), watched)
    for subject, tellings in heard.items():
        _wrong(verdict, subject, true.get(subject, []), tellings)
    return verdict


def _missing(
    verdict: Verdict, subject: Subject, true: Sequence[Condition], heard: Sequence[Telling], watched: Watched
) -> None:
    raised = {t.severity for t in heard if t.kind == "raised"}
    for one in true:
        ends = [watched.ended, *(end for end in (one.until, one.alone_until) if end is not None)]
        if _longest(Span(one.since, min(ends)), watched.blind) < watched.minimum:
            continue
        verdict.due += 1
        if one.severity not in raised:
            verdict.missing.append(
                f"{subject} {one.severity} true from {one.since:%H:%M:%S.%f} to {min(ends):%H:%M:%S.%f}"
            )
    ended = max((one.until for one in true if one.until is not None), default=None)
    if ended is None or not heard or any(one.until is None for one in true):
        return
    overtaken = all(one.until == one.alone_until for one in true)
    quiet = Span(ended, ended + watched.settled)
    if overtaken or quiet.until > watched.ended or _longest(quiet, watched.blind) < watched.settled:
        return
    verdict.ended += 1
    if heard[-1].kind != "withdrawn":
        verdict.missing.append(f"{subject} over since {ended:%H:%M:%S.%f}, and not withdrawn")


def _longest(span: Span, blind: Sequence[Span]) -> timedelta:
    """The longest time without a break within a span that was not blind."""
    longest, at = timedelta(0), span.since
    for away in sorted(blind):
        if away.until <= at:
            continue
        longest = max(longest, min(away.since, span.until) - at)
        at = max(at, away.until)
    return max(longest, span.until - at)


def _wrong(verdict: Verdict, subject: Subject, true: Sequence[Condition], heard: Sequence[Telling]) -> None:
    before: tuple[int, datetime | None] | None = None  # the gravest that was told, and for which due instant
    for telling in heard:
        said = f"{subject} {telling.severity} {telling.kind} at {telling.at:%H:%M:%S.%f}"
        begun = [one for one in true if one.since <= telling.at]
        if telling.kind == "raised":
            rank = GRAVITY.index(telling.severity)
            due = max(begun, key=lambda one: one.since).due if begun else None
            if before is not None and rank <= before[0] and due == before[1]:
                verdict.doubled.append(said)
            if all(one.severity != telling.severity for one in begun):
                verdict.unfounded.append(said)
            before = rank, due
            continue
        if any(one.until is None or telling.at < one.until for one in begun):
            verdict.false.append(said)
        if before is None:
            verdict.unfounded.append(said)
        before = None
