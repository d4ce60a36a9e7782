"""A bench over each of the databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.store.store import Store
from api.processes.claims import free_port
from api.processes.temporal_server import DevServer
from tests.databases import database, empty_url, postgresql, store, url
from tests.workflows.bench import Bench, standing_at
from workflows.worker import connect

__all__ = ["bench", "database", "empty_url", "postgresql", "store", "url"]


@pytest.fixture
async def bench(temporal_server: DevServer, store: Store) -> Bench:
    """Business time stands at noon of 4 March 2021 when the test begins."""
    client = await connect(temporal_server.address, temporal_server.namespace)
    return Bench(client, store, standing_at("2021-03-04 12:00"))


@pytest.fixture(scope="session")
def short_histories(temporal_binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    config = {"limit.historyCount.suggestContinueAsNew": "50"}
    data = tmp_path_factory.mktemp("short")
    with DevServer(temporal_binary, data, port=free_port(), dynamic_config=config) as server:
        yield server
