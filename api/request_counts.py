"""What one process of the API counts: requests answered, how long they took, and the commands that came in."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram

from api.exporter.catalogue import CATALOGUE, PREFIX

NO_ROUTE = "none"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # seconds; a request ends within 4.5


class Requests:
    """Counts of one process, in a registry of its own."""

    def __init__(self, kinds: Iterable[str] = ()) -> None:
        self.registry = CollectorRegistry()
        took = CATALOGUE[f"{PREFIX}http_request_duration_seconds"]
        self._answered = self._counter("http_requests_total")
        self._took = Histogram(took.name, took.help, took.labels, buckets=BUCKETS, registry=self.registry)
        self._received = self._counter("events_received_total")
        self._rejected = self._counter("events_rejected_total")
        for kind in kinds:
            self._received.labels(kind)

    def answered(self, method: str, route: str | None, code: int, seconds: float) -> None:
        """Count one request more. `route` is the template, never the address asked for: addresses have no end."""
        self._answered.labels(method, route or NO_ROUTE, str(code)).inc()
        self._took.labels(method, route or NO_ROUTE).observe(seconds)

    def received(self, kind: str) -> None:
        """Count one command more, each of a batch by itself; a repeated one too."""
        self._received.labels(kind).inc()

    def rejected(self, reason: str) -> None:
        """Count a command that was not carried out, by the code of its problem."""
        self._rejected.labels(reason).inc()

    def _counter(self, name: str) -> Counter:
        entry = CATALOGUE[PREFIX + name]
        return Counter(entry.family, entry.help, entry.labels, registry=self.registry)
