"""Which rungs of a clock are to be raised or withdrawn at an instant."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from activities.record import ClockPicture, Event, NewEvent, Role, Rung, RungKind
from activities.withdrawals import Facts, WithdrawalReason, reason
from sla.almanac import Almanac
from sla.axis import local_day
from sla.calendar import Calendar
from sla.clock import Reading
from sla.timeline import Timeline

ACTOR = "shixian"
RAISED, NOTED, WITHDRAWN, NOTE_WITHDRAWN = "rung-raised", "rung-noted", "rung-withdrawn", "note-withdrawn"
RUNG_EVENTS = (RAISED, NOTED, WITHDRAWN, NOTE_WITHDRAWN)


class Instant(NamedTuple):
    """Now, in real time, with the timeline, the one grace that every alarm has, and the almanac that is counted by."""

    real: datetime
    timeline: Timeline
    grace: timedelta
    almanac: Almanac

    @property
    def business(self) -> datetime:
        """Now in business time."""
        return self.timeline.business(self.real)

    def calendar(self, jurisdiction: str) -> Calendar:
        """Return the calendar as it is known today."""
        return self.almanac.calendar_for(jurisdiction, local_day(self.business))

    def alarm(self, threshold: datetime) -> datetime:
        """Return the real instant at which a threshold counts as passed."""
        return self.timeline.real(threshold) + self.grace

    def passed(self, threshold: datetime | None) -> bool:
        """Tell whether a threshold and the grace are behind."""
        return threshold is not None and self.alarm(threshold) <= self.real


def findings(clock: ClockPicture, reading: Reading, now: Instant, facts: Facts) -> list[NewEvent]:
    """Find withdrawals and the highest rung newly passed. `facts`: what this settling brought."""
    wanted = _wanted(clock, reading, now)
    events: list[NewEvent] = []
    held: set[RungKind] = set()
    for rung in _active(clock.rungs):
        if _stands(clock, reading, rung, wanted):
            held.add(rung.kind)
        else:
            events.append(_withdrawal(clock, rung, now, reason(clock, rung, facts)))
    top = max(wanted, key=list(RungKind).index, default=None)
    if top is not None and top not in held:
        events.append(_raising(clock, top, wanted[top], now))
    return events


def next_alarm(clock: ClockPicture, reading: Reading, now: Instant) -> datetime | None:
    """Return the real instant of the clock's next threshold; None where nothing is ahead."""
    if not alive(clock):
        return None
    ahead = [now.alarm(t) for _, t in _thresholds(clock, reading) if t is not None and not now.passed(t)]
    return min(ahead, default=None)


def alive(clock: ClockPicture) -> bool:
    """Tell whether a clock may still alarm."""
    return clock.clock.stop is None and not clock.void and not clock.ramp_up


def _thresholds(clock: ClockPicture, reading: Reading) -> Iterable[tuple[RungKind, datetime | None]]:
    if clock.judged and clock.role not in (Role.SUPPLEMENT, Role.TOLERANCE):
        yield RungKind.DUE_SOON, reading.due_soon_at
    yield RungKind.OVERDUE, reading.due_at


def _wanted(clock: ClockPicture, reading: Reading, now: Instant) -> dict[RungKind, datetime]:
    """The thresholds that the facts say are passed."""
    if clock.void or clock.ramp_up:
        return {}
    if clock.clock.stop is not None:
        late = reading.overdue and reading.due_at is not None
        return {RungKind.OVERDUE: reading.due_at} if late and reading.due_at else {}
    return {kind: t for kind, t in _thresholds(clock, reading) if t is not None and now.passed(t)}


def _stands(clock: ClockPicture, reading: Reading, rung: Rung, wanted: dict[RungKind, datetime]) -> bool:
    if clock.clock.stop is not None and not clock.void and rung.kind is RungKind.DUE_SOON:
        return True  # it was near; that it then ended in time does not take that back
    if reading.horizon is not None and reading.due_at is None:
        return False
    return wanted.get(rung.kind) == rung.due_at


def _active(rungs: Sequence[Rung]) -> Iterable[Rung]:
    return (r for r in rungs if r.withdrawn is None)


def _raising(clock: ClockPicture, kind: RungKind, due_at: datetime, now: Instant) -> NewEvent:
    earlier = sum(r.kind is kind and r.due_at == due_at for r in clock.rungs)
    body: dict[str, Any] = {
        "clock": clock.clock.key,
        "rung": kind.value,
        "due_at": due_at.isoformat(),
        "raising": earlier + 1,
    }
    if any(r.kind is kind and r.withdrawn is not None for r in clock.rungs):
        body["again"] = True
    return NewEvent(
        kind=NOTED if _noted(clock, kind, due_at) else RAISED, at=due_at, told=now.business, actor=ACTOR, body=body
    )


def _noted(clock: ClockPicture, kind: RungKind, due_at: datetime) -> bool:
    """What was over before the case was told; that it will be over soon is worth an alarm however late it is told."""
    return kind is RungKind.OVERDUE and clock.noted_before is not None and due_at < clock.noted_before


def _withdrawal(clock: ClockPicture, rung: Rung, now: Instant, why: WithdrawalReason) -> NewEvent:
    ended = rung.kind is RungKind.OVERDUE and clock.clock.stop is not None
    body: dict[str, Any] = {
        "clock": clock.clock.key,
        "rung": rung.kind.value,
        "raised": rung.seq,
        "reason": why.value,
        "told_late": ended and why is WithdrawalReason.TOLD_LATE and not rung.noted,  # a note was no alarm
    }
    return NewEvent(
        kind=NOTE_WITHDRAWN if rung.noted else WITHDRAWN, at=now.business, told=now.business, actor=ACTOR, body=body
    )


def after(rungs: tuple[Rung, ...], event: Event) -> tuple[Rung, ...]:
    """Return a clock's rungs after an event that raised, noted or withdrew one."""
    body = event.body
    if event.kind in (RAISED, NOTED):
        due_at = datetime.fromisoformat(body["due_at"])
        kind, noted = RungKind(body["rung"]), event.kind == NOTED
        rung = Rung(kind=kind, due_at=due_at, raising=body["raising"], seq=event.seq, at=event.told, noted=noted)
        return (*rungs, rung)
    change = {"withdrawn": body["reason"], "told_late": body["told_late"]}
    return tuple(r.model_copy(update=change) if r.seq == body["raised"] else r for r in rungs)


def with_rungs(clocks: Sequence[ClockPicture], found: Sequence[Event]) -> tuple[ClockPicture, ...]:
    """Return the clocks with the rungs that settling itself has just raised or withdrawn."""
    by_key: dict[str, tuple[Rung, ...]] = {}
    rungs = {c.clock.key: c.rungs for c in clocks}
    for event in found:
        if event.kind in RUNG_EVENTS:
            key = event.body["clock"]
            by_key[key] = after(by_key.get(key, rungs[key]), event)
    if not by_key:
        return tuple(clocks)
    return tuple(c.model_copy(update={"rungs": by_key[c.clock.key]}) if c.clock.key in by_key else c for c in clocks)
