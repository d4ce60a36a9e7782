"""Announcements made from events of the ledger, by whichever process looks first."""

from collections.abc import Sequence
from datetime import datetime

from activities.record import Event
from activities.store.announcements import NewAnnouncement
from activities.store.store import Store
from workflows.announcing import STEP_CLOCK, AnnouncementKind, announced

AT_A_TIME = 200  # events looked through in one transaction
DATED = frozenset(
    {AnnouncementKind.OPENED, AnnouncementKind.RESUBMITTED}
)  # which say when the step is due, if that is known


class Announcer:
    """Looks through new events. It may run in several processes: where two look at once, one begins again."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def look(self, most: int = 5) -> int:
        """Announce what is new, in `most` transactions at most; returns the number of events looked through."""
        number = 0
        for _ in range(most):
            waiting = self._store.unannounced(AT_A_TIME)
            if not waiting.ids:
                break
            news = [one for case, seqs in waiting.cases.items() for one in self._of_case(case, seqs)]
            if self._store.announce(waiting, self._dated(news)):
                number += len(waiting.ids)
        return number

    def _of_case(self, case: str, seqs: Sequence[int]) -> list[NewAnnouncement]:
        events: list[Event] = []
        while page := self._store.events(case, events[-1].seq if events else 0):
            events.extend(page)
        known = set(seqs)
        return [one for one in announced(case, events, min(seqs)) if one.seq in known]

    def _dated(self, news: Sequence[NewAnnouncement]) -> list[NewAnnouncement]:
        dues = self._store.step_dues({one.case for one in news if one.kind in DATED})
        return [_with_due(one, dues.get((one.case, _clock(one)))) if one.kind in DATED else one for one in news]


def _clock(one: NewAnnouncement) -> str:
    return f"{STEP_CLOCK}{one.step}#{one.body['occurrence']}"


def _with_due(one: NewAnnouncement, due: datetime | None) -> NewAnnouncement:
    return one if due is None else one.model_copy(update={"body": {**one.body, "due": due.isoformat()}})
