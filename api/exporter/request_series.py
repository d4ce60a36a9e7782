"""Metrics of requests: what one asked for and another is to grant."""

from collections.abc import Iterator, Sequence

from prometheus_client.metrics_core import Metric

from activities.store.requests import RequestCount
from api.exporter.families import family

COMMANDS = ("extend", "correct", "confirm", "withdraw")


def requests(found: Sequence[RequestCount]) -> Iterator[Metric]:
    """Return how many requests are open, and how many of them past their due time; 0 for commands without any."""
    yield family("requests_open", (((kind,), sum(one.open for one in found if one.kind == kind)) for kind in COMMANDS))
    over = (((kind,), sum(one.overdue for one in found if one.kind == kind)) for kind in COMMANDS)
    yield family("requests_overdue", over)
