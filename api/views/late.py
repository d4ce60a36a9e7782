"""What was told late: postings that unmade a breach, and those that wait for a confirmation."""

from datetime import datetime

from activities.record import Rung, StepPicture
from activities.store.late import AFTER_CASE
from activities.store.rows import CaseClock
from activities.store.store import Store
from sla.model import Model


class ToldLate(Model):
    """A breach that a late posting disproved; both instants stay on record."""

    case: str
    clock: str
    commitment: str | None
    owner: str
    step: str | None
    due_at: datetime | None
    stopped_at: datetime | None
    verdict: str | None
    rungs: tuple[Rung, ...]


class Waiting(Model):
    """A completion that counts only once an officer has confirmed it."""

    case: str
    step: StepPicture


class ToldLateList(Model):
    """Postings told late, and those that wait for a confirmation."""

    told_late: tuple[ToldLate, ...]
    waiting: tuple[Waiting, ...]
    next: str | None


def both_lists(store: Store, after: str, most: int) -> tuple[ToldLateList, str | None]:
    """Read both lists by case, after one, cut at the same case; return that case too where a list goes on."""
    place = (after, AFTER_CASE)
    clocks, steps = store.told_late(place, most), store.pending_confirmations(place, most)
    full = [found[-1].case for found in (clocks, steps) if len(found) == most]
    last = min(full, default=None)
    return ToldLateList(
        told_late=tuple(late_shown(one) for one in clocks if last is None or one.case <= last),
        waiting=tuple(Waiting(case=one.case, step=one.step) for one in steps if last is None or one.case <= last),
        next=None,
    ), last


def late_shown(found: CaseClock) -> ToldLate:
    """Return a clock whose breach was disproved."""
    picture = found.clock.picture
    return ToldLate(
        case=found.case,
        clock=picture.clock.key,
        commitment=picture.commitment,
        owner=picture.owner,
        step=picture.step,
        due_at=found.clock.due_at,
        stopped_at=picture.clock.stop,
        verdict=picture.verdict,
        rungs=picture.rungs,
    )
