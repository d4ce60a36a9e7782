"""Which rungs of a water case must stand, walked day by day from its events alone."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta, timezone
from typing import NamedTuple

import chinese_calendar

from tests.faults.evidence import Fact, instant

CHINA = timezone(timedelta(hours=8))
CLOSE = time(17, 30)
SESSIONS = ((time(8, 30), time(12)), (time(13), CLOSE))
PROMISE, PROMISED = "promise/sz-22-water-no-pipe", 4  # working days
SUPPLEMENT = 5  # working days
HOURS = {"acceptance": 4, "joint-site-survey": 4, "inspection-and-meter": 12, "water-on": 4}  # planning targets
ORDER = tuple(HOURS)


class Limited(NamedTuple):
    """A clock of a case: when it was due, and when it stopped."""

    key: str
    due: datetime
    stop: datetime | None


class Raised(NamedTuple):
    """A rung as it stands in the ledger."""

    clock: str
    rung: str
    due: datetime
    told: datetime


def clocks(events: Iterable[Fact]) -> Iterator[Limited]:
    """Every clock of a water case without a new pipe, without suspensions."""
    known = list(events)
    received = next(_at(e) for e in known if e.kind == "opened")
    accepted = next((_at(e) for e in known if e.kind == "accepted"), None)
    done = {e.content["step"]: _at(e) for e in known if e.kind == "completed"}
    if accepted is not None:
        done["acceptance"] = accepted
    answer_until = due_after_days(received, SUPPLEMENT)
    yield Limited("supplement/1", answer_until, accepted)
    if accepted is not None:
        # without a supplement notice in time the law presumes acceptance on the day of receipt
        start = received if accepted > answer_until else accepted
        yield Limited(PROMISE, due_after_days(start, PROMISED), done.get(ORDER[-1]))
    started: datetime | None = received
    for step in ORDER:
        if started is None:
            return
        yield Limited(f"step/{step}#1", due_after_hours(started, HOURS[step]), done.get(step))
        started = done.get(step)


def due_after_days(start: datetime, workdays: int) -> datetime:
    """The close of the last working day; the day of the start, put off to one that counts, is none of them."""
    day = start.astimezone(CHINA).date()
    if start.astimezone(CHINA).time() > CLOSE:
        day += timedelta(days=1)
    while not chinese_calendar.is_workday(day):
        day += timedelta(days=1)
    left = workdays
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    return datetime.combine(day, CLOSE, CHINA)


def due_after_hours(start: datetime, hours: float) -> datetime:
    """The first instant at which the office was open for so many hours since the start."""
    left = timedelta(hours=hours)
    day = start.astimezone(CHINA).date()
    while True:
        for begin, end in SESSIONS if chinese_calendar.is_workday(day) else ():
            opened = max(start, datetime.combine(day, begin, CHINA))
            open_for = datetime.combine(day, end, CHINA) - opened
            if open_for >= left:
                return opened + left
            left -= max(open_for, timedelta(0))
        day += timedelta(days=1)


def standing(events: Iterable[Fact]) -> tuple[list[Raised], list[str]]:
    """The rungs that were raised and not withdrawn, and those that were raised while they stood."""
    active: dict[int, Raised] = {}
    wrong: list[str] = []
    for event in events:
        body = event.content
        if event.kind in ("rung-raised", "rung-noted"):
            rung = Raised(body["clock"], body["rung"], datetime.fromisoformat(body["due_at"]), instant(event.told))
            if any(r[:3] == rung[:3] for r in active.values()):
                wrong.append(f"{event.case}: event {event.seq} raises {rung.clock} {rung.rung} again")
            active[event.seq] = rung
        elif event.kind in ("rung-withdrawn", "note-withdrawn") and active.pop(body["raised"], None) is None:
            wrong.append(f"{event.case}: event {event.seq} withdraws what does not stand")
    return list(active.values()), wrong


def misraised(case: str, events: list[Fact], now: datetime, grace: timedelta, slack: timedelta) -> list[str]:
    """What is raised and should not be, or is not and should, at a business instant; all lengths in business time.

    What was raised since that instant is judged by its own.
    """
    active, wrong = standing(events)
    limited = {clock.key: clock for clock in clocks(events)}
    overdue = {r.clock: r for r in active if r.rung == "overdue"}
    wrong += [f"{case}: {rung.clock} is no clock of the case" for rung in active if rung.clock not in limited]
    for key, clock in limited.items():
        raised = overdue.get(key)
        if clock.stop is None:
            must, may = clock.due + grace + slack <= now, raised is not None and clock.due + grace <= raised.told
        else:
            must = may = clock.stop > clock.due
        if raised is not None and (not may or raised.due != clock.due):
            wrong.append(
                f"{case}: {key} was raised at {raised.told} for {raised.due}, due {clock.due}, stopped {clock.stop}"
            )
        if raised is None and must:
            wrong.append(f"{case}: {key} was due {clock.due}, stopped {clock.stop}, and is not raised")
    return wrong


def _at(event: Fact) -> datetime:
    return instant(event.at)
