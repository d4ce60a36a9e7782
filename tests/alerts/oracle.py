"""Which alerts had to reach whom, from the events of the ledger alone, and what of the tellings was wrong.

It shares nothing with exporter, rules, Alertmanager's configuration and relay: days and hours are counted by the fault
checker's oracle, and what is told when to whom stands here by itself. All instants are real ones.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

import chinese_calendar

from tests.faults.evidence import Fact, instant
from tests.faults.oracle import CHINA, HOURS, ORDER, PROMISED, SUPPLEMENT, due_after_days, due_after_hours

STEP_SOON, STEP_OVERDUE = "ShixianStepDueSoon", "ShixianStepOverdue"
CASE_SOON, CASE_OVERDUE = "ShixianCaseDueSoon", "ShixianCaseOverdue"
INFO, YELLOW, RED = "info", "warning", "critical"
ENDS = {"accepted", "completed"}
LATER = datetime.max.replace(tzinfo=UTC)
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
Acknowledged = Mapping[str, datetime]  # by request id: when its sender knew that it is on record
Subject = tuple[str, str, str, str]  # receiver, alert, case, step


class Condition(NamedTuple):
    """What is true from one instant on until another one, for ever where that is None.

    `owed`: from then on it was surely on record; `over`: the same for its end, whatever ended it.
    `alone_until`: from then on a graver alert stands for it.
    """

    alert: str
    severity: str
    case: str
    step: str  # "" where it is of the case
    receivers: tuple[str, ...]
    due: datetime
    since: datetime
    owed: datetime
    until: datetime | None
    over: datetime | None
    alone_until: datetime | None = None


class Telling(NamedTuple):
    """An alert of a notice that arrived, in the order of arrival; `at`: when it was put on the way."""

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
        for name, found in self.wrong.items():
            lines.append(f"{name} {len(found)}, such as {found[:4]}" if found else f"{name} 0")
        return "\n".join(lines)


# --- what was true ---------------------------------------------------------------------------------------------------


class Known(NamedTuple):
    """When something was told, and when it was surely on record; real time."""

    told: datetime
    sure: datetime


class Clock(NamedTuple):
    """A limit that runs from a business instant on, as far as was known."""

    start: datetime
    known: Known
    over: Known | None


class Case:
    """A water case without a new pipe, without suspensions."""

    def __init__(self, case: str, events: Iterable[Fact], real: Real, grace: timedelta, sent: Acknowledged) -> None:
        self._case = case
        self._facts = list(events)
        self._real = real
        self._grace = grace
        self._sent = sent
        self._done = _done(self._facts)
        self._opened = next(f for f in self._facts if f.kind == "opened")
        gone = next((f for f in self._facts if f.kind == "withdrawn"), None)
        self._gone = gone and self._known(gone)

    def conditions(self) -> Iterator[Condition]:
        """Everything that was ever true of it."""
        for step, clock in self._steps():
            yield from self._of_step(step, clock)
        for promise in self._promises():
            yield from self._of_case(promise)

    def _known(self, fact: Fact) -> Known:
        told = self._real(instant(fact.told))
        return Known(told, max(told, self._sent.get(fact.request_id or "", told)))

    def _steps(self) -> Iterator[tuple[str, Clock]]:
        before = self._opened
        for step in ORDER:
            after = self._done.get(step)
            yield step, Clock(instant(before.at), self._known(before), self._known(after) if after else self._gone)
            if after is None:
                return
            before = after

    def _promises(self) -> Iterator[Clock]:
        """From acceptance on; without notice in time the law presumes it on the day of receipt, until it is told."""
        received = instant(self._opened.at)
        answer_until = due_after_days(received, SUPPLEMENT)
        presumed = Known(self._real(answer_until), self._presumption())
        accepted, last = self._done.get(ORDER[0]), self._done.get(ORDER[-1])
        over = self._known(last) if last else self._gone
        if accepted is None or instant(accepted.at) > answer_until:
            yield Clock(received, presumed, over)
            return
        known = self._known(accepted)
        if instant(accepted.told) > answer_until:
            yield Clock(received, presumed, known)
        yield Clock(instant(accepted.at), known, over)

    def _presumption(self) -> datetime:
        """When the case was seen to be presumed accepted, which no command tells: the breach of its promise shows it."""
        raised = (f for f in self._facts if f.kind == "rung-raised" and f.content["clock"].startswith("promise/"))
        return next((self._real(instant(f.told)) for f in raised), LATER)

    def _of_step(self, step: str, clock: Clock) -> Iterator[Condition]:
        due = due_after_hours(clock.start, HOURS[step])
        passed = self._real(due) + self._grace
        red = max(self._real(_card(due)), passed)
        soon = self._real(due_after_hours(clock.start, SOON * HOURS[step]))
        yield self._made(STEP_SOON, INFO, step, due, clock, soon, passed)
        yield self._made(STEP_OVERDUE, YELLOW, step, due, clock, passed, None, red)
        yield self._made(STEP_OVERDUE, RED, step, due, clock, red, None)

    def _of_case(self, clock: Clock) -> Iterator[Condition]:
        due = due_after_days(clock.start, PROMISED)
        passed = self._real(due) + self._grace
        # four of four days are used on the last one
        soon = self._real(datetime.combine(due.astimezone(CHINA).date(), time(0), CHINA))
        yield self._made(CASE_SOON, YELLOW, "", due, clock, soon, passed)
        yield self._made(CASE_OVERDUE, RED, "", due, clock, passed, None)

    def _made(
        self,
        alert: str,
        severity: str,
        step: str,
        due: datetime,
        clock: Clock,
        since: datetime,
        overtaken: datetime | None,
        graver: datetime | None = None,
    ) -> Condition:
        ends = [end for end in (overtaken, clock.over and clock.over.told) if end is not None]
        sure = [end for end in (overtaken, clock.over and clock.over.sure) if end is not None]
        return Condition(
            alert=alert,
            severity=severity,
            case=self._case,
            step=step,
            receivers=(STEP_TOLD if step else CASE_TOLD)[severity],
            due=due,
            since=max(since, clock.known.told),
            owed=max(since, clock.known.sure),
            until=min(ends, default=None),
            over=min(sure, default=None),
            alone_until=overtaken or graver,
        )


def _done(facts: Sequence[Fact]) -> dict[str, Fact]:
    return {ORDER[0] if f.kind == "accepted" else str(f.content["step"]): f for f in facts if f.kind in ENDS}


def _card(due: datetime) -> datetime:
    """When the day begins that is so many working days after the due date."""
    day, left = due.astimezone(CHINA).date(), RED_CARD
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    return datetime.combine(day, time(0), CHINA)


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
        end = min([watched.ended, *(end for end in (one.until, one.alone_until) if end is not None)])
        if _longest(Span(one.owed, end), watched.blind) < watched.minimum:
            continue
        verdict.due += 1
        if one.severity not in raised:
            verdict.missing.append(f"{subject} {one.severity} owed from {one.owed:%H:%M:%S.%f} to {end:%H:%M:%S.%f}")
    last = max(true, key=lambda one: one.owed)
    if last.over is None or not heard or last.over == last.alone_until:  # what is overtaken is told apart
        return
    quiet = Span(last.over, last.over + watched.settled)
    if quiet.until > watched.ended or _longest(quiet, watched.blind) < watched.settled:
        return
    verdict.ended += 1
    if heard[-1].kind != "withdrawn":
        verdict.missing.append(f"{subject} over since {last.over:%H:%M:%S.%f}, and not withdrawn")


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
    before: tuple[int, set[datetime]] | None = None  # the gravest that was told, and for which due instant
    for telling in heard:
        said = f"{subject} {telling.severity} {telling.kind} at {telling.at:%H:%M:%S.%f}"
        begun = [one for one in true if one.since <= telling.at]
        if telling.kind == "raised":
            rank, due = GRAVITY.index(telling.severity), _due(begun, telling.at)
            if before is not None and rank <= before[0] and (due == before[1] and len(due) == 1):
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


def _due(begun: Sequence[Condition], at: datetime) -> set[datetime]:
    """The due instants that it may be about: two, while a new one was told and not yet surely on record."""
    sure = max((one.owed for one in begun if one.owed <= at), default=None)
    return {one.due for one in begun if sure is None or one.owed >= sure}
