"""Alerts: what falls due in a rehearsal that Prometheus can follow, and what of it must reach whom."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from api.demo.days import WorkingDays, at, close
from api.demo.promises import AS_OF, kind_of, limit_of
from api.demo.script import BEFORE_ACCEPTANCE, Act, CaseKind, Expected, Script, done, opening
from sla.commitments.register import REGISTER

FIRST_DAY = date(2021, 3, 1)  # a Monday
RATE = 21_600  # a day in four seconds: what changes with a day is seen in several scrapes
RAISED, WITHDRAWN = "raised", "withdrawn"
ENDED_LATE = "ended late"
YELLOW, RED = "warning", "critical"
STEP_OVERDUE, CASE_OVERDUE = "ShixianStepOverdue", "ShixianCaseOverdue"
EXCEEDED, FORECAST = "ShixianAverageCommitmentExceeded", "ShixianAverageCommitmentForecastBreach"
CROWDED = "ShixianDepartmentOverdueRatioHigh"
SUPERVISORS = "supervisors"

WATER = CaseKind(procedure="water-connection", jurisdiction="suzhou", variant="no-new-pipe", facts={})
WATER_PROMISE, WATER_LIMIT = "sz-22-water-no-pipe", 4
WATER_GROUP, WATER_BUREAU = "sz-water", "sz-water-bureau"  # they answer for the promise together
POWER_PROMISE, POWER_COMPANY = "tc-61-power-low", "tc-power"
POWER_CASES = tuple(f"alarm-power-{number}" for number in range(1, 6))  # the mean of fewer says nothing
LATE, TOLD_LATE, IN_TIME = "alarm-late", "alarm-told-late", "alarm-in-time"
RED_CARD = 3  # working days over


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What a receiver must be told, and from which business instant on it holds."""

    what: str
    alert: str
    severity: str
    receiver: str
    due: datetime
    about: tuple[str, ...]  # cases, or a commitment, or a department
    step: str = ""
    kind: str = RAISED
    reason: str = ""  # of a withdrawal: what its reason has to say

    @property
    def subjects(self) -> frozenset[tuple[str, str]]:
        """Each of them with the step."""
        return frozenset((one, self.step) for one in self.about)


def scripts() -> tuple[Script, ...]:
    """Return one case that is late, one done in time and told late, one without anything, and a cohort."""
    return (_late(), _told_late(), _in_time(), *_cohort())


def alarms() -> tuple[Alarm, ...]:
    """Return everything that the cases must come to, but reminders; in the order in which it falls due."""
    return tuple(sorted((*_of_late(), *_of_told_late(), *_of_cohort()), key=lambda alarm: alarm.due))


def _days() -> WorkingDays:
    return WorkingDays("suzhou", AS_OF)


def _day(number: int) -> date:
    """The working day that many after the first."""
    return _days().plus(FIRST_DAY, number)


# --- one case that is late -------------------------------------------------------------------------------------------

ACCEPTED = at(FIRST_DAY, 17, 20)  # so late that what has hours has them the next day: a slow machine needs seconds
SURVEY, INSPECTION, WATER_ON = "joint-site-survey", "inspection-and-meter", "water-on"
SURVEY_DUE = at(_day(1), 13, 20)  # four working hours later, with an hour at noon
LATE_USED = 6  # working days


def _begun(kind: CaseKind) -> tuple[Act, Act]:
    return opening(kind, ACCEPTED - BEFORE_ACCEPTANCE), Act(ACCEPTED, "accept")


def _water(case: str, what: str, verdict: str, used: int, *acts: Act) -> Script:
    due = _days().due(FIRST_DAY, WATER_LIMIT)
    return Script(
        case=case,
        what=what,
        procedure=WATER.resolved(),
        acts=(*_begun(WATER), *acts, _decided(acts[-1])),
        expected=(Expected(commitment=WATER_PROMISE, verdict=verdict, used=used, limit=WATER_LIMIT, due=due),),
        ended=acts[-1].at,
    )


def _decided(last: Act) -> Act:
    return Act(last.sent, "decide", body={"outcome": "approved"})


def _late() -> Script:
    """Its survey is left lying: the step has the yellow card, then the red one, then the promise is broken."""
    ended = at(_day(LATE_USED), 10)
    steps = [done(step, ended) for step in (SURVEY, INSPECTION, WATER_ON)]
    return _water(LATE, "its survey left lying", "missed", LATE_USED, *steps)


def _of_late() -> Iterator[Alarm]:
    survey = partial(Alarm, alert=STEP_OVERDUE, about=(LATE,), step=SURVEY)
    promise = partial(Alarm, alert=CASE_OVERDUE, about=(LATE,), severity=RED)
    done_at, broken = _late().ends, close(_days().due(FIRST_DAY, WATER_LIMIT))
    yield survey(what="yellow card", severity=YELLOW, receiver=WATER_GROUP, due=SURVEY_DUE)
    for receiver in (WATER_GROUP, SUPERVISORS):
        yield survey(what="red card", severity=RED, receiver=receiver, due=at(_day(1 + RED_CARD), 0))
        yield survey(what="step done", severity=RED, receiver=receiver, due=done_at, kind=WITHDRAWN, reason=ENDED_LATE)
    for receiver in (WATER_GROUP, WATER_BUREAU, SUPERVISORS):
        yield promise(what="promise broken", receiver=receiver, due=broken)
        yield promise(what="case decided", receiver=receiver, due=done_at, kind=WITHDRAWN, reason=ENDED_LATE)


# --- one that was done in time, and told late; one that was done in time -----------------------------------------------


PUNCTUAL = (done(SURVEY, at(FIRST_DAY, 17, 25)), done(INSPECTION, at(_day(1), 16)))
LAST_DONE, LAST_DUE = at(_day(1), 17), at(_day(2), 11)


def _told_late() -> Script:
    """Its last step is told before the red card, and before the promise is due."""
    last = done(WATER_ON, LAST_DONE, told=at(_day(4), 6))
    return _water(TOLD_LATE, "done in time, told late", "met", 1, *PUNCTUAL, last)


def _of_told_late() -> Iterator[Alarm]:
    last = partial(Alarm, alert=STEP_OVERDUE, about=(TOLD_LATE,), step=WATER_ON, severity=YELLOW, receiver=WATER_GROUP)
    yield last(what="yellow card", due=LAST_DUE)
    yield last(what="told late", due=_told_late().ends, kind=WITHDRAWN, reason="told late: the step had ended in time")


def _in_time() -> Script:
    """Nothing may be told of it but reminders."""
    return _water(IN_TIME, "done in time", "met", 1, *PUNCTUAL, done(WATER_ON, LAST_DONE))


# --- an average --------------------------------------------------------------------------------------------------------

GRID_WORKS = "grid-works"
AT_ONCE = (("joint-site-survey", at(FIRST_DAY, 17, 25)), ("supply-plan-reply", at(FIRST_DAY, 17, 28)))
POWER_USED = 7  # working days, of five that Taicang promises on the average; in Suzhou seven are within


def _cohort() -> Iterator[Script]:
    """Five cases whose grid works take too long."""
    kind = kind_of(REGISTER[POWER_PROMISE])
    limit = limit_of(kind, POWER_PROMISE, FIRST_DAY)
    ended = at(_day(POWER_USED), 10)
    acts = [done(step, day) for step, day in (*AT_ONCE, (GRID_WORKS, ended), ("meter-and-energise", ended))]
    expected = Expected(
        commitment=POWER_PROMISE,
        verdict="missed",
        used=POWER_USED,
        limit=limit,
        due=_days().due(FIRST_DAY, limit),
        judged=False,
    )
    for case in POWER_CASES:
        yield Script(
            case=case,
            what="one of five, too long on the average",
            procedure=kind.resolved(),
            acts=(*_begun(kind), *acts, _decided(acts[-1])),
            expected=(expected,),
            ended=ended,
        )


def _of_cohort() -> Iterator[Alarm]:
    works = partial(Alarm, alert=STEP_OVERDUE, about=POWER_CASES, step=GRID_WORKS)
    promise = partial(Alarm, about=(POWER_PROMISE,), receiver=SUPERVISORS)
    works_due, ended = _day(2), at(_day(POWER_USED), 10)
    yield works(what="five yellow cards", severity=YELLOW, receiver=POWER_COMPANY, due=close(works_due))
    for receiver in (POWER_COMPANY, SUPERVISORS):
        crowd = partial(Alarm, alert=CROWDED, about=(POWER_COMPANY,), severity=RED, receiver=receiver)
        yield crowd(what="most of its steps are overdue", due=close(works_due))
        yield works(
            what="five red cards", severity=RED, receiver=receiver, due=at(_days().plus(works_due, RED_CARD), 0)
        )
        yield works(what="steps done", severity=RED, receiver=receiver, due=ended, kind=WITHDRAWN, reason=ENDED_LATE)
    # One working day more than promised, once the day has begun; then decided so.
    over = _day(limit_of(kind_of(REGISTER[POWER_PROMISE]), POWER_PROMISE, FIRST_DAY) + 1)
    yield promise(what="average about to be exceeded", alert=FORECAST, severity=YELLOW, due=at(over, 0))
    yield promise(what="average exceeded", alert=EXCEEDED, severity=RED, due=ended)
