"""Cases on paper as the read model keeps them: decided, folded and drawn without a server."""

from collections.abc import Sequence
from datetime import datetime

from activities.record import Event, Head
from activities.settle import rows
from activities.store.rows import CaseView, ClockRow, main_clock
from sla.almanac import Almanac
from sla.axis import local_day
from sla.release import RELEASE
from tests.desk import Paper
from workflows.picture import picture


def view_of(paper: Paper, now: datetime, almanac: Almanac = RELEASE) -> CaseView:
    """What the store would answer of the case, its rows written at `now`."""
    state, last = paper.now(), paper.events[-1]
    version = almanac.calendar_for(state.procedure.jurisdiction, local_day(now)).version
    kept = rows(picture(state), almanac, version, now)
    main = main_clock(kept)
    return CaseView(
        case=kept.case,
        steps=kept.steps,
        clocks=kept.clocks,
        head=Head(seq=last.seq, hash=last.hash),
        main=None if main is None else main.picture.clock.key,
    )


def clock_of(view: CaseView, key: str | None = None) -> ClockRow:
    """One of its clocks; the one that lists show unless named."""
    return next(row for row in view.clocks if row.picture.clock.key == (key or view.main))


def events_of(paper: Paper) -> Sequence[Event]:
    """Its events, oldest first."""
    return paper.events
