"""The metrics of promises that no case measures."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from prometheus_client.metrics_core import Metric

from api.exporter.families import family, one
from api.figures.promise_standings import CommitmentStanding

A_DAY = 86_400  # seconds
ONE = Decimal(1)  # what dated evidence has to come to


def indicators(found: Sequence[CommitmentStanding]) -> Iterator[Metric]:
    """Return how each stands, its numbers, and what is overdue."""
    yield family("indicator_standing", (((each.commitment, each.standing.value), 1) for each in found))
    yield family("indicator_target", (((each.commitment,), float(each.target or ONE)) for each in found))
    for name in ("measured", "expected"):
        numbers = ((each.commitment, getattr(each, name)) for each in found)
        yield family(f"indicator_{name}", (((key,), float(number)) for key, number in numbers if number is not None))
    yield family("indicator_in_danger", (((each.commitment,), int(each.in_danger)) for each in found))
    yield family(
        "indicator_observation_overdue_seconds", (((each.commitment,), each.overdue_days * A_DAY) for each in found)
    )
    yield one("observations_awaiting_confirmation", sum(each.waiting for each in found))
