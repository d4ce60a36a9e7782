"""The PostgreSQL that the whole alert path uses, and a house whose parts may be taken away."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.house import House, Plan
from tests.alerts.outage import BEGINS, SCALE, TIMING
from tests.databases import postgresql
from tests.desk import at

__all__ = ["postgresql"]
USUAL_START = 8.0  # seconds that one of our processes takes at most to start on two cores, beside three other tests


@pytest.fixture
def pace() -> float:
    """How many times as long as usual things take now; 1 at least. What a test bounds in real time is stretched by it."""
    begun = time.monotonic()
    subprocess.run([sys.executable, "-m", "api.cli", "serve", "--help"], capture_output=True, check=True)
    return max(1.0, (time.monotonic() - begun) / USUAL_START)


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
