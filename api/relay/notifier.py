"""What the relay does with what arrives: remember it, write notices, and confirm what is said to be over."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from uuid import uuid4

from activities.rungs import Instant
from activities.store.errors import StoreUnavailable
from activities.store.store import Store
from activities.store.tellings import RAISED, REMINDER, WITHDRAWN, BareClock, NewTelling, Remembering, State, Told
from api.alerting.model import Scope
from api.alerting.recipients import Recipients
from api.relay.aggregate_checks import Cohorts
from api.relay.dedup import Known, alive, take, withdrawn
from api.relay.notice import lines, notice
from api.relay.office_hours import is_open, place_of
from api.relay.resolution import OVERTAKEN, PASSED, Reason, known, over, reason
from api.relay.texts.write import written
from api.relay.webhook import CONFIRMED, PostedAlert, Webhook
from sla.almanac import Almanac
from sla.clock import Policy
from sla.cohort import TakenOverCases
from sla.timeline import Timeline

Place = tuple[str, str]

log = logging.getLogger("shixian.relay")

CRITICAL = "critical"
SLOWLY = timedelta(seconds=30)  # between looks at the figures of a commitment
FORGOTTEN = timedelta(minutes=30)  # longer than any alert of a case fires on, and than an end takes to arrive
FORGOTTEN_REHEARSED = timedelta(minutes=1)  # the same where Alertmanager's waits are shortened to seconds
NOTHING = Known(holds=False, due_at=None)
KEPT = timedelta(days=1)  # reminders, and what is remembered of subjects that were withdrawn
# Signals of the watchdog after which Prometheus is believed that an alert is over of which the read model knows nothing. What
# it no longer repeats, being away itself, Alertmanager says is over too: then up to two more come, and one at its return.
BEATS = 4
GIVEN_UP = timedelta(days=1)  # after which a notice that could not be delivered is history


class Desk:
    """The relay's work over the store; every method may raise StoreUnavailable, and then has done nothing."""

    def __init__(
        self,
        store: Store,
        recipients: Recipients,
        *,
        link: str,
        timeline: Timeline,
        alarm_grace: timedelta,
        policy: Policy,
        now: Callable[[], datetime],
        almanac: Almanac,
        taken_over: TakenOverCases = TakenOverCases.COUNTED,
    ) -> None:
        self._store = store
        self._recipients = recipients
        self._link = recipients.link or link.rstrip("/")
        self._timeline = timeline
        self._grace = alarm_grace
        self._policy = policy
        self._now = now
        self._taken_over = taken_over
        self.almanac = almanac  # replaced as a whole where another one comes in force
        self._looked_at: dict[Place, datetime] = {}  # when figures of a held alert were looked at last
        self._beats: deque[datetime] = deque(maxlen=BEATS)  # when the watchdog was heard last
        self._over_since: dict[Place, datetime] = {}  # what is told and, by the read model, over

    def knows(self, receiver: str) -> bool:
        """Tell whether there is such a receiver."""
        return receiver in self._recipients.receivers

    def accept(self, receiver: str, webhook: Webhook) -> None:
        """Remember a webhook and put what is new to the receiver into the outbox, in one transaction."""
        now = self._instant()
        clocks = self._store.bare_clocks(number for a in webhook.alerts if (number := _case(a.labels, a.scope)))

        def of(alert: PostedAlert) -> Known:
            number = _case(alert.labels, alert.scope)
            return known(alert.name, alert.labels.get("step"), clocks.get(number, ()), now) if number else NOTHING

        decided = self._decided(webhook.alerts, now)
        with self._store.remembering(receiver) as memory:
            before = memory.known({alert.subject for alert in webhook.alerts})
            taken = take(receiver, before, webhook.alerts, now.real, of)
            news = {told.subject: written(told, decided) for told in taken.news}
            memory.put(_worded(told, news.get(told.subject)) for told in taken.remembered)
            self._tell(memory, receiver, RAISED, [(told, None) for told in news.values()], now.real)
            living = [written(alive(receiver, alert, now.real), decided) for alert in taken.alive]
            self._tell(memory, receiver, REMINDER, [(told, None) for told in living], now.real)
        if taken.alive:
            self._beats.append(now.real)

    def confirm(self) -> int:
        """Tell of every resolution that is true by now, hold the others; how many are held still."""
        held = 0
        after = ("", "")
        while page := self._store.remembered(State.HELD, after=after):
            after = _place(page[-1])
            held += len(page) - self._end(page)
        return held

    def forgotten(self) -> int:
        """Tell what has been over for long though nobody said so, and how much.

        An end is lost that falls into closed hours, or while an Alertmanager that was killed has not told anything anew.
        That of what is told in office hours alone waits for them.
        """
        now = self._instant()
        patience = FORGOTTEN if self._timeline.identity else FORGOTTEN_REHEARSED
        over_now: dict[Place, datetime] = {}
        ended, after = 0, ("", "")
        while page := self._store.remembered(State.TOLD, after=after):
            after = _place(page[-1])
            of_cases = [(told, number) for told in page if (number := _case(told.labels, told.scope))]
            clocks = self._store.bare_clocks(number for _, number in of_cases)
            done = [told for told, number in of_cases if over(told, clocks.get(number), now)]
            over_now |= {_place(told): self._over_since.get(_place(told), now.real) for told in done}
            late = [told for told in done if now.real - over_now[_place(told)] >= patience]
            ended += self._end([told for told in late if told.severity == CRITICAL or self._open(told, now.real)])
        self._over_since = over_now
        return ended

    def tidy(self) -> int:
        """Give up what could not be delivered for a day, forget what need not be kept; how many were given up."""
        now = self._now()
        self._store.clear(now - KEPT)
        return self._store.give_up(now - GIVEN_UP, now)

    def _decided(self, alerts: Iterable[PostedAlert], now: Instant) -> Mapping[str, int]:
        """How many cases of their commitments were decided this year, which their texts name."""
        named = {a.labels.get("commitment", "") for a in alerts if a.firing and a.scope == Scope.COMMITMENT}
        try:
            return Cohorts(self._store, now, self._taken_over).decided(named)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  # a text without this number is better than none
            log.error("decided cases cannot be counted: %s", type(error).__name__)
            return {}

    def _end(self, some: Sequence[Told]) -> int:
        """Withdraw those of some that are over; how many. They are in order of their receivers."""
        reasons = self._reasons(some)
        for receiver, of_one in groupby(some, key=lambda told: told.receiver):
            self._withdraw(receiver, [(told, reasons[_place(told)]) for told in of_one if _place(told) in reasons])
        return len(reasons)

    def _open(self, told: Told, at: datetime) -> bool:
        """Whether the office that was told is open; a rehearsal has no hours."""
        return not self._timeline.identity or is_open(self._policy, self.almanac, at, place_of(told.receiver))

    def _instant(self) -> Instant:
        return Instant(self._now(), self._timeline, self._grace, self.almanac)

    def _reasons(self, some: Sequence[Told]) -> dict[Place, Reason]:
        """Why those of them are over that are."""
        now = self._instant()
        found: dict[Place, Reason] = {}
        clocks = self._store.bare_clocks(number for told in some if (number := _case(told.labels, told.scope)))
        cohorts = Cohorts(self._store, now, self._taken_over)
        for told in some:
            try:
                why = self._over(told, clocks, cohorts, now)
            except StoreUnavailable:
                raise
            except Exception as error:  # noqa: BLE001  # what cannot be judged is held, and holds up no other
                log.error("%s cannot be confirmed: %s", told.labels["alertname"], type(error).__name__)
                continue
            if why is not None:
                found[_place(told)] = why
        return found

    def _over(
        self, told: Told, clocks: Mapping[str, Sequence[BareClock]], cohorts: Cohorts, now: Instant
    ) -> Reason | None:
        """Why it is over; None where it is not, or nobody knows."""
        number = _case(told.labels, told.scope)
        if number is None:
            holds = self._holds(told, cohorts, now.real) if cohorts.knows(told) else not self._is_seen_since(told)
            return None if holds else PASSED
        if not over(told, clocks.get(number), now):
            return None
        view = self._store.case(number)
        return None if view is None else reason(told, view, now)

    def _is_seen_since(self, told: Told) -> bool:
        """Whether Prometheus has been there ever since it was said to have ended."""
        return len(self._beats) == BEATS and (told.ended_at is None or self._beats[0] >= told.ended_at)

    def _holds(self, told: Told, cohorts: Cohorts, now: datetime) -> bool:
        """Figures are many cases: where they held a moment ago they are taken to hold still."""
        looked = self._looked_at.get(_place(told))
        if looked is not None and now - looked < SLOWLY:
            return True
        self._looked_at[_place(told)] = now
        if cohorts.holds(told):
            return True
        del self._looked_at[_place(told)]
        return False

    def _withdraw(self, receiver: str, ended: list[tuple[Told, Reason]]) -> None:
        if not ended:
            return
        now = self._now()
        with self._store.remembering(receiver) as memory:
            current = memory.known(told.subject for told, _ in ended)
            true = [(told, why) for told, why in ended if current.get(told.subject) == told]
            memory.put(withdrawn(told, now) for told, _ in true)
            self._tell(memory, receiver, WITHDRAWN, [(told, why) for told, why in true if why is not OVERTAKEN], now)

    def _tell(
        self,
        memory: Remembering,
        receiver: str,
        kind: str,
        subjects: Sequence[tuple[Told, Reason | None]],
        now: datetime,
    ) -> None:
        """A notice for each channel of the receiver. A reminder that still waits makes another needless."""
        if not subjects:
            return
        body = notice(receiver, kind, subjects, self._link).model_dump_json()
        for channel in self._recipients.receivers.get(receiver, ()):
            if kind == REMINDER and memory.waits(channel, REMINDER):
                continue
            memory.tell(
                NewTelling(
                    id=str(uuid4()),
                    receiver=receiver,
                    channel=channel,
                    kind=kind,
                    at=now,
                    body=body,
                    alerts=lines(subjects),
                )
            )


def _case(labels: Mapping[str, str], scope: str) -> str | None:
    return labels.get("case_id") if scope in CONFIRMED else None


def _worded(told: Told, news: Told | None) -> Told:
    """A subject, with the texts of what is told of it where something is: it may have changed in the same webhook since."""
    return told if news is None else told.model_copy(update={"annotations": news.annotations})


def _place(told: Told) -> Place:
    return told.receiver, told.subject
