"""What tests share: an environment without settings, and one Temporal server."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.processes.binaries import ALERTMANAGER, AMTOOL, PROMETHEUS, PROMTOOL, TEMPORAL, find
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer

KEPT = {"SHIXIAN_TEMPORAL", "SHIXIAN_PROMETHEUS", "SHIXIAN_ALERTMANAGER"}
# A history is deleted once these queues have moved on, which they note every half minute.
QUICK_DELETION = {
    "history.transferProcessorUpdateAckInterval": '"1s"',
    "history.visibilityProcessorUpdateAckInterval": '"1s"',
}


@pytest.fixture(autouse=True, scope="session")
def no_settings() -> Iterator[None]:
    """Settings of whoever runs the tests do not reach them; which servers to use is theirs to say."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SHIXIAN_") and name not in KEPT]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def temporal_binary() -> Path:
    return find(TEMPORAL).path


@pytest.fixture(scope="session")
def prometheus_binary() -> Path:
    return find(PROMETHEUS).path


@pytest.fixture(scope="session")
def promtool() -> Path:
    return find(PROMTOOL).path


@pytest.fixture(scope="session")
def alertmanager_binary() -> Path:
    return find(ALERTMANAGER).path


@pytest.fixture(scope="session")
def amtool() -> Path:
    return find(AMTOOL).path


@pytest.fixture(scope="session")
def temporal_server(temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    data = tmp_path_factory.mktemp("temporal")
    with DevServer(temporal_binary, data, port=free_port(), dynamic_config=QUICK_DELETION) as server:
        yield server
