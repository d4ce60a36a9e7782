"""A case that is driven without a server, at instants that the test gives: what was told when, is the test's to say."""

from datetime import datetime, timedelta

from activities.rungs import Instant
from activities.settle import Settle, Settled, SettleOutcome, Settler
from activities.store.store import Store
from sla.axis import local_day
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.desk import at
from workflows.answers import Refusal
from workflows.messages import Message, Receipt
from workflows.picture import Drawn
from workflows.turn import turn

IDENTITY = Timeline(anchor_real=at("2000-01-01 00:00"), anchor_business=at("2000-01-01 00:00"))
GRACE = timedelta(seconds=5)


class Driven:
    """A case that is driven as its workflow does, over a real ledger, at instants that the test gives."""

    def __init__(self, store: Store, case: str) -> None:
        self.store, self.case = store, case
        self.now = at("2000-01-01 00:00")
        self._settler = Settler(store, IDENTITY, GRACE, lambda: self.now, RELEASE)
        self._drawn: Drawn | None = None
        self._due: dict[str, datetime | None] = {}
        self._calendar = ""

    @property
    def instant(self) -> Instant:
        return Instant(self.now, IDENTITY, GRACE, RELEASE)

    def wake(self, now: datetime) -> None:
        """Lets time pass; a calendar that has changed meanwhile is applied, as a sweep does."""
        self.now = now
        calendar = RELEASE.calendar_for("suzhou", local_day(now)).version
        if self._drawn is not None and calendar != self._calendar:
            self.take()
        self._calendar = calendar

    def take(self, *commands: Message) -> Receipt | None:
        """The receipt of the last command; raises Refusal."""
        state = self._drawn.state if self._drawn else None
        taken = turn(self.case, state, self._drawn, commands, self._due)
        settled = self._settle(taken.request)
        self._drawn, self._due = taken.settled(settled), settled.due
        if not commands:
            return None
        answer = taken.answers[-1]
        if isinstance(answer, Refusal):
            raise answer
        return taken.receipt(answer, self._drawn.state if self._drawn else None)

    def _settle(self, request: Settle) -> Settled:
        settled = self._settler.settle(request)
        assert settled.outcome is SettleOutcome.LEVEL
        return settled
