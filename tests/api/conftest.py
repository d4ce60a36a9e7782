"""An office that is open, and one behind whose counter nobody works."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from temporalio.client import Client

from api.processes.temporal_server import DevServer
from tests.api.office import PATIENT, Office, file_store
from tests.api.serving import CommandLine, Serving
from workflows.worker import connect


@pytest.fixture
def shixian(serving: Serving, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line in front of the `serving` of the module that asks."""
    for name, value in serving.settings.items():
        monkeypatch.setenv(name, value)
    return CommandLine(capsys)


@pytest.fixture(scope="session")
async def office(temporal_server: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """With a worker, shared by the tests: each opens cases of its own."""
    folder = tmp_path_factory.mktemp("office")
    store = file_store(folder)
    client = await connect(temporal_server.address, temporal_server.namespace)
    office = Office(client, store, PATIENT.model_copy(update={"data_dir": folder}))
    async with office.working():
        yield office
    await office.close()
    store.close()


@pytest.fixture
async def quiet_office(tmp_path: Path) -> AsyncIterator[Office]:
    """Without a worker and without a Temporal: no case is touched here."""
    store = file_store(tmp_path)
    office = Office(cast("Client", None), store, PATIENT.model_copy(update={"data_dir": tmp_path}))
    yield office
    await office.close()
    store.close()
