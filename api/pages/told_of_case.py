"""Who was told of the alarms of a case: beside each alarm of the ledger, what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from activities.record import Event, RungKind
from activities.store.notices import UNDELIVERED, ToldAlert
from activities.store.tellings import WITHDRAWN
from api.pages.frame import PageVisit
from api.pages.notice_words import arrival, card, office

MOST = 100  # notices that a case's page shows; all are on the page of alerts told
RUNGS: Mapping[str, tuple[bool, RungKind]] = {  # by the alert's name: whether it is of a step, and of which rung
    "ShixianStepDueSoon": (True, RungKind.DUE_SOON),
    "ShixianStepOverdue": (True, RungKind.OVERDUE),
    "ShixianCaseDueSoon": (False, RungKind.DUE_SOON),
    "ShixianCaseOverdue": (False, RungKind.OVERDUE),
}


@dataclass(frozen=True, slots=True)
class HeardRow:
    """Somebody who was told."""

    at: datetime
    card: str
    office: str
    channel: str
    arrival: str
    arrived: bool


def heard(
    at: PageVisit, events: Sequence[Event], main: str | None, told: Sequence[ToldAlert]
) -> dict[int, list[HeardRow]]:
    """Return who was told by the number of the event that it was about; under 0 what is about none of them."""
    rows: dict[int, list[HeardRow]] = {}
    for one in reversed(told):  # oldest first
        rows.setdefault(_event_of(at, events, main, one), []).append(_row(at, one))
    return rows


def _event_of(at: PageVisit, events: Sequence[Event], main: str | None, one: ToldAlert) -> int:
    """The last alarm of its kind before it was told; of a withdrawal the ledger's own, where there is one."""
    when = at.visit.services.timeline.business(one.at)
    about = [event for event in events if event.told <= when and _is_of(event, main, one)]
    kinds = ("rung-raised", "rung-withdrawn") if one.kind == WITHDRAWN else ("rung-raised",)
    return max((event.seq for event in about if event.kind in kinds), default=0)


def _is_of(event: Event, main: str | None, one: ToldAlert) -> bool:
    if event.kind not in {"rung-raised", "rung-withdrawn"} or one.alert.alertname not in RUNGS:
        return False
    of_step, rung = RUNGS[one.alert.alertname]
    clock = str(event.body["clock"])
    same = clock.startswith(f"step/{one.alert.step}#") if of_step else clock == main
    return same and event.body["rung"] == rung.value


def _row(at: PageVisit, one: ToldAlert) -> HeardRow:
    return HeardRow(
        at=at.visit.services.timeline.business(one.at),
        card=card(at.words, one.kind, one.alert.severity),
        office=office(at.words, one.receiver),
        channel=one.channel,
        arrival=arrival(at.words, one.delivery),
        arrived=one.delivery.arrival not in UNDELIVERED,
    )
