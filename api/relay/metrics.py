"""What the relay says of itself to Prometheus."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter

from api.relay.outcome import DeliveryOutcome


class DeliveryCounts:
    """Counts of one process, in a registry of its own; a channel that has sent nothing counts zero."""

    def __init__(self, channels: Iterable[str]) -> None:
        self.registry = CollectorRegistry()
        self._attempts = Counter(
            "shixian_notifications", "Attempts to deliver a notice", ("channel",), registry=self.registry
        )
        self._failures = Counter(
            "shixian_notification_failures",
            "Attempts to deliver a notice that failed",
            ("channel",),
            registry=self.registry,
        )
        self._refusals = Counter(
            "shixian_notification_refusals",
            "Notices that a channel refused, and that were set aside",
            ("channel",),
            registry=self.registry,
        )
        self._of_outcome = {DeliveryOutcome.FAILED: self._failures, DeliveryOutcome.REFUSED: self._refusals}
        for channel in channels:
            for counter in (self._attempts, *self._of_outcome.values()):
                counter.labels(channel)

    def attempted(self, channel: str, outcome: DeliveryOutcome) -> None:
        """Count an attempt by what came of it."""
        self._attempts.labels(channel).inc()
        if outcome in self._of_outcome:
            self._of_outcome[outcome].labels(channel).inc()
