"""Why a rung that was raised no longer stands: the fact of that very settling which moved its clock."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from activities.record import ClockPicture, NewEvent, Role, Rung, StepPicture

APPLICANT = "applicant"
HELD = frozenset({"open", "running"})


class WithdrawalReason(StrEnum):
    """What moved the clock. Older ledgers say `told-late` and `calendar` of some that these words tell apart."""

    WITH_APPLICANT = "with-applicant"  # the applicant holds the case, and no time runs
    NOT_COUNTED = "not-counted"  # somebody else holds it whose time does not count, or nobody has begun
    SUSPENDED = "suspended"
    RESUMED = "resumed"  # a suspension ended, and its time was taken off
    EXTENDED = "extended"
    DONE = "done"
    TOLD_LATE = "told-late"  # it had happened before the rung was raised
    CORRECTED = "corrected"
    CALENDAR = "calendar"
    RECLASSIFIED = "reclassified"  # another limit counts now, or another step
    ENDED_WITHOUT_VERDICT = "ended-without-verdict"


class Facts(NamedTuple):
    """What a settling brought: its events in order, the steps that they changed, and whether the calendar moved a clock."""

    events: Sequence[NewEvent]
    steps: Sequence[StepPicture]
    calendar_moved: bool


def reason(clock: ClockPicture, rung: Rung, facts: Facts) -> WithdrawalReason:
    """Name the last fact that can have moved the clock; a calendar moves clocks without a fact."""
    if clock.void:
        again = any(event.kind == "reclassified" for event in facts.events)
        return WithdrawalReason.RECLASSIFIED if again else WithdrawalReason.ENDED_WITHOUT_VERDICT
    for event in reversed(facts.events):
        found = _BY_KIND[event.kind](clock, rung, event, facts) if event.kind in _BY_KIND else None
        if found is not None:
            return found
    return WithdrawalReason.CALENDAR


def stands_still(clock: ClockPicture) -> bool:
    """Tell whether a clock counts by who holds the case, and nobody does whose time counts."""
    running = clock.clock.running
    return clock.clock.stop is None and running is not None and all(one.end is not None for one in running)


def applicant_holds(steps: Sequence[StepPicture]) -> bool:
    """Tell whether the applicant has the next step."""
    return any(step.party == APPLICANT and step.status in HELD for step in steps)


Found = WithdrawalReason | None


def _amended(clock: ClockPicture, rung: Rung, event: NewEvent, facts: Facts) -> Found:
    return WithdrawalReason.CORRECTED


def _supplied(clock: ClockPicture, rung: Rung, event: NewEvent, facts: Facts) -> Found:
    return WithdrawalReason.TOLD_LATE if clock.role is Role.TOLERANCE else None


def _extended(clock: ClockPicture, rung: Rung, event: NewEvent, facts: Facts) -> Found:
    return WithdrawalReason.EXTENDED if any(one.at == event.at for one in clock.clock.extensions) else None


def _halted(clock: ClockPicture, rung: Rung, event: NewEvent, facts: Facts) -> Found:
    receipt = clock.clock.receipt
    if receipt is not None and receipt.noticed == event.at:
        return WithdrawalReason.TOLD_LATE  # a supplement notice given in time: nothing is presumed any more
    return WithdrawalReason.SUSPENDED if any(one.start == event.at for one in clock.clock.suspensions) else None


def _resumed(clock: ClockPicture, rung: Rung, event: NewEvent, facts: Facts) -> Found:
    receipt = clock.clock.receipt
    again = receipt is not None and receipt.received == event.at
    return WithdrawalReason.RESUMED if again or any(s.end == event.at for s in clock.clock.suspensions) else None


def _went_on(clock: ClockPicture, rung: Rung, event: NewEvent, facts: Facts) -> Found:
    """A step was done, begun or accepted, or the case decided."""
    if event.at < rung.at:
        return WithdrawalReason.TOLD_LATE
    if clock.clock.stop is not None:
        return WithdrawalReason.DONE
    if not stands_still(clock):
        return None
    return WithdrawalReason.WITH_APPLICANT if applicant_holds(facts.steps) else WithdrawalReason.NOT_COUNTED


_BY_KIND: Mapping[str, Callable[[ClockPicture, Rung, NewEvent, Facts], Found]] = {
    "amended": _amended,
    "reclassified": lambda clock, rung, event, facts: WithdrawalReason.RECLASSIFIED,
    "supplied": _supplied,
    "extended": _extended,
    "suspended": _halted,
    "returned": _halted,
    "resumed": _resumed,
    "resubmitted": _resumed,
    **dict.fromkeys(("accepted", "started", "completed", "decided"), _went_on),
    "confirmed": lambda clock, rung, event, facts: WithdrawalReason.TOLD_LATE,
}
