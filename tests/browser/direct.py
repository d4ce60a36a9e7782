"""Commands carried out in this process as a case's workflow does, alarms included, in a time that stands until it is moved."""

from datetime import datetime, timedelta

from activities.rungs import Instant
from activities.settle import Settled, SettleOutcome, Settler
from activities.store.store import Store
from activities.sweep import sweep
from sla.release import RELEASE
from tests.api.exporter.city import GRACE, Clock
from workflows.answers import Refusal
from workflows.dispatch import Dispatcher
from workflows.fold import fold
from workflows.messages import Command, Receipt, needs_due
from workflows.picture import Drawn, picture
from workflows.turn import Turn, head_of, turn


class DirectDispatcher(Dispatcher):
    """A dispatcher that needs no server: it decides and settles at once, and rings when its clock is moved."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._settler = Settler(store, clock.timeline, GRACE, clock, RELEASE)
        self._drawn: dict[str, Drawn | None] = {}
        self._alarms: dict[str, datetime] = {}  # the next one of each case, in real time

    async def send(self, case: str, command: Command, deadline: timedelta = GRACE) -> Receipt:
        """Return the receipt of a command; raises Refusal."""
        due = self._settled(case)[1].due if needs_due(command) else {}
        taken, _ = self._settled(case, command, due=due)
        [answer] = taken.answers
        if isinstance(answer, Refusal):
            raise answer
        drawn = self._drawn[case]
        return taken.receipt(answer, drawn.state if drawn else None)

    def nudge(self, case: str, seq: int) -> None:
        """Do nothing: whatever is on the ledger is adopted when it is needed."""

    async def reaches(self) -> bool:
        """Say that the server answers."""
        return True

    def move(self, business: datetime) -> None:
        """Let time pass until an instant: every alarm rings at its own."""
        until = self._clock.timeline.real(business)
        while due := [(alarm, case) for case, alarm in self._alarms.items() if alarm <= until]:
            alarm, case = min(due)
            self._clock.real = alarm
            self._settled(case)
        self._clock.set(business)

    def sweep(self) -> None:
        """Apply the calendar of the day to every case that it touches, as a worker does at midnight."""
        for batch in sweep(self._store, self._now):
            for case in batch.applied:
                self._settled(case)

    def _now(self) -> Instant:
        return Instant(self._clock(), self._clock.timeline, GRACE, RELEASE)

    def _settled(
        self, case: str, *commands: Command, due: dict[str, datetime | None] | None = None
    ) -> tuple[Turn, Settled]:
        """Decide and settle until ledger and memory agree, as the workflow does."""
        while True:
            drawn = self._drawn.get(case)
            state = drawn.state if drawn else None
            taken = turn(case, state, drawn, commands, due or {})
            settled = self._settler.settle(taken.request)
            if settled.outcome is SettleOutcome.LEVEL:
                break
            assert settled.outcome is SettleOutcome.AHEAD, settled.fault
            adopted = fold(state, settled.unknown, case)
            self._drawn[case] = Drawn(adopted, picture(adopted)) if adopted else None
        self._drawn[case] = taken.settled(settled)
        self._alarms.pop(case, None)
        if settled.alarm is not None:
            self._alarms[case] = settled.alarm
        assert head_of(taken.state).seq <= settled.head.seq
        return taken, settled
