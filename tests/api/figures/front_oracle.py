"""The report's first page recounted from a ledger's events: each month by what had happened by its end.

Where the code cuts a clock's facts at an instant, this leaves out the events themselves, folds what is left, and walks its days.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from tests.api.figures import averages_oracle as oracle
from tests.api.figures.averages_ledger import Case, Fact
from tests.sla.walker import CHINA, History, Outcome, days_known

VOID = {"refused", "withdrawn", "revoked"}
INSTANT = timedelta(microseconds=1)


class Running(NamedTuple):
    """An open case in one cohort."""

    cohort: str
    used: int
    when_due: int
    light: str  # red, yellow, or none of them


class Told(NamedTuple):
    """What the first page has to say of one commitment."""

    verdict: str
    n: int
    open: int
    late: int | None = None
    overdue: int | None = None
    due_soon: int | None = None
    mean: Fraction | None = None
    year_mean: Fraction | None = None
    expected_mean: Fraction | None = None


def told(ledger: dict[str, list[Fact]], day: date, now: datetime) -> dict[str, Told]:
    """Every commitment that any case is of, for the month of a day: up to its end, or to now."""
    end = min(_after(day), now)
    last = (end - INSTANT if end < now else end).astimezone(CHINA).date()
    decided = [
        one
        for number, facts in ledger.items()
        for one in oracle.counts(Case(number, facts), now)
        if one.stopped_on is not None and one.stopped_on <= last and one.used is not None and not one.ramp_up
    ]
    at = end - INSTANT if end < now else end
    running = [one for number, facts in ledger.items() for one in _running(number, facts, at)]
    averages = _averages(ledger.values())
    names = {one.scope[0] for one in decided} | {one.cohort for one in running}
    return {
        name: _told(
            [one for one in decided if one.scope[0] == name],
            [one for one in running if one.cohort == name],
            averages.get(name),
            last,
        )
        for name in names
    }


def bars(ledger: dict[str, list[Fact]], commitment: str, now: datetime) -> dict[str, tuple[int, Fraction]]:
    """Number and mean of the decided cases by month."""
    found: dict[str, list[int]] = {}
    for number, facts in ledger.items():
        for one in oracle.counts(Case(number, facts), now):
            if one.scope[0] == commitment and one.stopped_on and one.used is not None and not one.ramp_up:
                found.setdefault(f"{one.stopped_on:%Y-%m}", []).append(one.used)
    return {month: (len(used), Fraction(sum(used), len(used))) for month, used in found.items()}


def _after(day: date) -> datetime:
    """Midnight after the month of a day."""
    first = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    return datetime.combine(first, time(0), CHINA)


def _averages(ledger: Iterable[list[Fact]]) -> dict[str, int]:
    promised = (one for facts in ledger for fact in facts for one in fact.body.get("promises", ()))
    own = {one["commitment"]: int(float(one["limit"]["amount"])) for one in promised if one["measure"] == "average"}
    return {**own, **oracle.AVERAGES}


def _running(number: str, facts: list[Fact], at: datetime) -> Iterator[Running]:
    whole, then = Case(number, facts), _as_of(number, facts, at)
    if not hasattr(then, "made"):
        return
    then.receipts = [(received, None if noticed and noticed > at else noticed) for received, noticed in whole.receipts]
    if then.accepted is None and then.receipts[-1][0] > at:  # what is received anew begins anew
        return
    for promise in whole.promises:
        stop, _ = whole.stop(promise)
        void = whole.ended in VOID and (stop is None or whole.ended == "revoked")
        if promise["limit"] is None or promise["ramp_up"] or void or (stop is not None and stop <= at):
            continue
        history = oracle._history(then, promise, None, at, at.astimezone(CHINA).date())
        walked = None if history is None or history.start > at else oracle._walked(history)
        if history is not None and walked is not None:
            light = _light(promise, facts[0].body["policy"], history, walked)
            for cohort in (promise["commitment"], *promise["also"]):
                yield Running(cohort, walked.used, max(walked.limit, walked.used), light)


def _as_of(number: str, facts: list[Fact], at: datetime) -> Case:
    """What a completion told too late lets begin has begun on its claimed day; the step itself ends when it was told."""
    case = Case(number, list(_by(facts, at)))
    for step in case.steps.values():
        step.started = step.started if step.started and step.started <= at else None
        step.completed = step.completed if step.completed and step.completed <= at else None
    case.decided = case.decided if case.decided and case.decided[0] <= at else None
    return case


def _by(facts: list[Fact], at: datetime) -> Iterator[Fact]:
    """What had happened by then, as it is known at the end: corrections and confirmations are knowledge, no happening."""
    moved = {
        fact.body["seq"]: datetime.fromisoformat(fact.body["instant"])
        for fact in facts
        if fact.kind == "amended" and fact.body.get("instant")
    }
    for fact in facts:
        if fact.kind in {"amended", "confirmed"} or moved.get(fact.seq, fact.at) <= at:
            yield fact


def _light(promise: dict[str, Any], policy: dict[str, Any], history: History, walked: Outcome) -> str:
    now = history.now
    if walked.overdue:
        return "red"
    held = history.running is None or any(
        one.start <= now and (one.end is None or now < one.end) for one in history.running
    )
    halted = any(one.start <= now and (one.end is None or now < one.end) for one in history.suspensions)
    if halted or not held:
        return "none"
    if promise["due_soon_at_first_close"]:
        return "yellow" if now >= _first_close(history) else "none"
    left = policy["due_soon"]
    if promise["measure"] == "chain-total":
        left = max(left, walked.limit * policy["due_soon_percent"] // 100)
    return "yellow" if walked.limit - walked.used <= left else "none"


def _first_close(history: History) -> datetime:
    """The close of the first day, or the start where that is later."""
    day = history.start.date()
    works = days_known(history.as_of)
    if history.start.time() > time(17, 30) or not works[day]:
        day += timedelta(days=1)
        while not works[day]:
            day += timedelta(days=1)
    closes = datetime.combine(day, history.close or time(0), CHINA)
    return max(history.start, closes if history.close else closes + timedelta(days=1))


def _told(decided: list[oracle.Count], running: list[Running], average: int | None, last: date) -> Told:
    month = [
        one
        for one in decided
        if one.stopped_on and (one.stopped_on.year, one.stopped_on.month) == (last.year, last.month)
    ]
    if average is None:
        late = len([one for one in month if not one.on_time])
        red, yellow = (len([one for one in running if one.light == light]) for light in ("red", "yellow"))
        verdict = "broken" if late or red else "in-danger" if yellow else "kept" if month else "not-measured"
        return Told(verdict, len(month), len(running), late, red, yellow)
    mean = _mean([one.used or 0 for one in month])
    year = _mean([one.used or 0 for one in decided if one.stopped_on and one.stopped_on.year == last.year])
    ends = [
        _mean([one.used or 0 for one in month] + [getattr(one, basis) for one in running])
        for basis in ("used", "when_due")
    ]
    expected = max((one for one in ends if one is not None), default=None)
    if mean is not None and mean > average:
        verdict = "broken"
    elif any(one is not None and one > average for one in (year, expected)):
        verdict = "in-danger"
    else:
        verdict = "kept" if month else "not-measured"
    return Told(verdict, len(month), len(running), mean=mean, year_mean=year, expected_mean=expected)


def _mean(used: list[int]) -> Fraction | None:
    return Fraction(sum(used), len(used)) if used else None
