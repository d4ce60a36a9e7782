"""An exporter over a ledger of a test's own, in a business time that the test sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from activities.record import Event, Head, NewEvent, Picture, changes
from activities.settle import Settle, Settled, SettleOutcome, Settler, as_settled
from activities.store.store import Store
from api.exporter.collector import Exporter
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.desk import at
from workflows.answers import Decision
from workflows.decide import decide
from workflows.fold import fold
from workflows.messages import Message
from workflows.picture import picture
from workflows.state import CaseState

GRACE = timedelta(seconds=5)
REAL = datetime(2026, 11, 22, 8, tzinfo=UTC)


class Clock:
    """Real time, that stands still until it is moved."""

    def __init__(self, business: str) -> None:
        self.timeline = Timeline(anchor_real=REAL, anchor_business=at(business))
        self.real = REAL

    def __call__(self) -> datetime:
        return self.real

    def set(self, business: datetime) -> None:
        """Moves to a business instant."""
        self.real = self.timeline.real(business)


class Driven:
    """A case that is decided and settled as its workflow does it, without a server."""

    def __init__(self, case: str, store: Store, clock: Clock) -> None:
        self.case = case
        self._settler = Settler(store, clock.timeline, GRACE, clock, RELEASE)
        self._clock = clock
        self._state: CaseState | None = None
        self._shown: Picture | None = None
        self._head = Head()

    def take(self, *commands: Message) -> None:
        """Each is settled at the business instant at which it is told."""
        for command in commands:
            self._clock.set(command.told)
            answer = decide(self._state, command, {})
            assert isinstance(answer, Decision)
            self._settle(answer.event)

    def ring(self) -> Settled:
        """Settles what time has brought, as the alarm does."""
        return self._settle()

    def _settle(self, *events: NewEvent) -> Settled:
        tentative = [Event(**dict(e), seq=self._head.seq + n, calendar="", hash="") for n, e in enumerate(events, 1)]
        after = fold(self._state, tentative, self.case)
        assert after is not None
        drawn = picture(after)
        request = Settle(
            case=self.case,
            expected=self._head,
            events=events,
            changes=changes(self._shown, drawn),
            as_of=self._state.as_of if self._state else None,
            calendar=self._state.events[-1].calendar if self._state else None,
        )
        settled = self._settler.settle(request)
        assert settled.outcome is SettleOutcome.LEVEL
        pairs = zip(tentative, settled.hashes, strict=True)
        new = [e.model_copy(update={"calendar": settled.calendar, "hash": h}) for e, h in pairs]
        self._state = fold(self._state, [*new, *settled.found], self.case)
        self._shown = as_settled(drawn, settled)
        self._head = settled.head
        return settled


class Series:
    """The samples of one scrape."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples = {
            (sample.name.removeprefix("shixian_"), frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float | None:
        """The value of the one series with these labels; None where there is none."""
        return self.samples.get((name, frozenset(labels.items())))

    def all(self, name: str, **labels: str) -> dict[frozenset[tuple[str, str]], float]:
        """The series of a name whose labels hold these."""
        wanted = set(labels.items())
        return {key[1]: value for key, value in self.samples.items() if key[0] == name and wanted <= key[1]}

    def total(self, name: str, **labels: str) -> float:
        """Their sum."""
        return sum(self.all(name, **labels).values())


class Scrapes:
    """An exporter, looked at by a test."""

    def __init__(self, exporter: Exporter) -> None:
        self.exporter = exporter
        self._registry = CollectorRegistry()
        self._registry.register(exporter)

    def now(self, patience: float = 10) -> Series:
        """What it shows, of rows that are read for it where they are too old."""
        self.exporter.look(patience)
        return Series(generate_latest(self._registry).decode())

    def anew(self) -> Series:
        """What it shows once everything was read after this moment."""
        for kept in self.exporter.kept:
            assert kept.renew(30), (kept.name, kept.failures)
        return self.now()


@contextmanager
def exporting(store: Store, clock: Clock, series: int = 500) -> Iterator[Scrapes]:
    """With an exporter over a store."""
    exporter = Exporter(store, clock.timeline, GRACE, series=series, now=clock, almanac=RELEASE)
    try:
        yield Scrapes(exporter)
    finally:
        exporter.close()
