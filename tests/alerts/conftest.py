"""The PostgreSQL that the whole alert path uses, and a house whose parts may be taken away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.house import House, Plan
from tests.alerts.outage import BEGINS, SCALE, TIMING
from tests.databases import postgresql
from tests.desk import at

__all__ = ["postgresql"]


@pytest.fixture(scope="module")
def house(
    temporal_binary: Path,
    prometheus_binary: Path,
    alertmanager_binary: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("outages"), Plan(at(BEGINS), rate=1)) as house:
        house.configure(timing=TIMING, scale=SCALE)
        yield house
