"""The head of a case's page: how much is left of what was promised, until when, and why not the whole time counts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, time
from decimal import Decimal
from typing import NamedTuple

from activities.record import CasePicture, Role
from activities.store.rows import CaseView
from api.figures.words import MEASURES
from api.pages.case_words import CASE_STATES, DECISIONS
from api.pages.words import PageWords, message
from api.ruler.account import Account, CellKind
from api.views.case import ClockShown
from sla.axis import local, local_day
from sla.clock import Standing, Unit
from sla.commitments.commitment import Commitment
from sla.commitments.register import REGISTER
from workflows.state import Status

HALTED = (CellKind.SUSPENDED, CellKind.IDLE)


class NotCounted(NamedTuple):
    """Days that did not count, for one reason."""

    reason: str
    days: int


class CaseHead(NamedTuple):
    """What stands first on a case's page. `clock`: the promise, or before acceptance the notice of what is missing."""

    clock: ClockShown | None
    red: bool
    not_counted: tuple[NotCounted, ...]
    span: int | None  # civil days from the start on, both ends included
    was_due: date | None
    commitment: Commitment | None
    measure: str
    statutory: ClockShown | None
    due_soon: str  # from when on it is due soon, where that is still to be seen


def head_clock(view: CaseView, clocks: Sequence[ClockShown]) -> ClockShown | None:
    """Choose the clock that a case's page begins with."""
    main = next((clock for clock in clocks if clock.key == view.main), None)
    if view.case.accepted_at is None and (main is None or main.started_at is None) and not (main and main.presumed):
        notices = [clock for clock in clocks if clock.role is Role.SUPPLEMENT and not clock.void]
        return notices[-1] if notices else main
    return main


def head_of(
    words: PageWords, clock: ClockShown | None, clocks: Sequence[ClockShown], account: Account | None
) -> CaseHead:
    """Return the head; `account` is that of its clock."""
    known = REGISTER.get((clock and clock.commitment) or "")
    return CaseHead(
        clock=clock,
        red=clock is not None and is_red(clock),
        not_counted=() if account is None else not_counted(account),
        span=None if account is None else _span(account),
        was_due=None if account is None else account.was_due,
        commitment=known,
        measure="" if known is None or clock is None else _measure(words, known, clock),
        statutory=next((one for one in clocks if one.role is Role.STATUTORY), None),
        due_soon="" if clock is None else _due_soon(words, clock),
    )


def ended_as(words: PageWords, case: CasePicture) -> str:
    """Say how a closed case ended; nothing of an open one."""
    if case.open:
        return ""
    outcome = DECISIONS.get(case.outcome or "") if case.status == Status.DECIDED else None
    return words.say(CASE_STATES[case.status] if outcome is None else outcome)


def remarks_of(words: PageWords, case: CasePicture, clocks: Sequence[ClockShown]) -> Iterator[str]:
    """Say what else is to be known of a case: what is missing, that it was of another kind, that nobody was alarmed."""
    missing = case.tolerance
    if missing is not None and missing.supplied_at is None:
        yield words.say("accepted without: %(lacking)s", lacking=missing.lacking)
        term = next((clock for clock in clocks if clock.role is Role.TOLERANCE), None)
        if term is not None and term.due_at is not None and case.open:
            over = term.standing is Standing.OVERDUE
            text = (
                message("not brought by %(day)s: %(rule)s") if over else message("to be brought by %(day)s: %(rule)s")
            )
            yield words.say(text, day=words.due(term.due_at, weekday=True), rule=missing.rule)
    if case.reclassified:
        yield words.say("Reclassified since it was opened")
    if any(rung.noted and rung.withdrawn is None for clock in clocks for rung in clock.rungs):
        yield words.say("Part of it was over before it was told: noted, no alarm")


def is_red(clock: ClockShown) -> bool:
    """Tell whether a promise or a statutory limit is broken; an average's long case and ramp-up are not."""
    return clock.standing in (Standing.OVERDUE, Standing.MISSED) and clock.judged and not clock.ramp_up


def not_counted(account: Account) -> tuple[NotCounted, ...]:
    """Return the days up to now that stood still, by reason, in the order in which they came; of whole days alone."""
    if account.shown.limit.unit is Unit.WORKHOUR:
        return ()
    days = Counter(cell.reason for cell in account.cells if cell.kind in HALTED and cell.date <= account.today)
    return tuple(NotCounted(reason, n) for reason, n in days.items())


def _span(account: Account) -> int | None:
    begun = account.shown.start_day
    return None if begun is None or begun > local_day(account.now) else (local_day(account.now) - begun).days + 1


def _due_soon(words: PageWords, clock: ClockShown) -> str:
    if clock.due_soon_at is None or clock.stopped_at is not None or not clock.judged:
        return ""
    there = local(clock.due_soon_at)
    return words.day(there.date()) if there.time() == time() else words.instant(there)


def _measure(words: PageWords, known: Commitment, clock: ClockShown) -> str:
    promised = known.limit
    amount = clock.limit.amount if promised is None else promised.amount
    said = MEASURES.get(known.measure)
    if said is None:
        return ""
    if amount < Decimal(1):
        return words.title("当天办结", "on the day of acceptance")
    return f"{words.title(*said)} {words.amount(amount, clock.limit.unit)}"
