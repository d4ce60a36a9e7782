"""A bench over each of the databases."""

import pytest

from activities.store.store import Store
from api.temporal_server import DevServer
from tests.databases import database, empty_url, postgresql, store, url
from tests.workflows.bench import Bench, standing_at
from workflows.worker import connect

__all__ = ["bench", "database", "empty_url", "postgresql", "store", "url"]


@pytest.fixture
async def bench(temporal_server: DevServer, store: Store) -> Bench:
    """Business time stands at noon of 4 March 2021 when the test begins."""
    client = await connect(temporal_server.address, temporal_server.namespace)
    return Bench(client, store, standing_at("2021-03-04 12:00"))
