"""What the relay says of itself to Prometheus."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter


class Counts:
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
        for channel in channels:
            self._attempts.labels(channel)
            self._failures.labels(channel)

    def attempted(self, channel: str, *, failed: bool) -> None:
        """One attempt more."""
        self._attempts.labels(channel).inc()
        if failed:
            self._failures.labels(channel).inc()
