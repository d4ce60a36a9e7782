"""Whatever is asked of an operation, its answer is one that the description declares, and never an error of ours."""

from collections.abc import AsyncIterator
from itertools import cycle

import pytest

from api.access.api_keys import CallerRole
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from tests.api.access.matrix import Asking, Sample, sample_town
from tests.api.access.test_access import ALLOWED, UTILITY, WITHOUT_KEY
from tests.api.checklist.made import Sender, examples
from tests.api.office import Office, Person, local

EVERY_DAY, NIGHTLY = 100, 1000  # examples of an operation, as far as there are so many to make
AFRESH = 100  # examples until another case takes the place of one that they may have ended


@pytest.fixture(scope="module")
async def town(temporal_server: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sample]:
    """An office of its own, for what is done here is done by chance."""
    async with sample_town(temporal_server, tmp_path_factory.mktemp("made")) as made:
        yield made


def callers(town: Sample, method: str, path: str) -> list[Person]:
    """Everybody who may."""
    asking = [
        Asking(CallerRole(role), "own" if role == UTILITY else "none", "")
        for role in sorted(ALLOWED.get((method, path), ()))
    ]
    return [Person(town.office.http, town.credentials[one].key, one.role) for one in asking]


async def accepted(office: Office) -> str:
    """The number of a new case that every command may be about."""
    case = await office.opened(at=local("2026-11-25 09:00"))
    answer = await office.officer.insist(f"/v1/cases/{case}/accept", {"at": local("2026-11-25 10:00")})
    assert answer.status_code == 201, answer.text
    return case


@pytest.mark.parametrize(("method", "path"), sorted(ALLOWED.keys() | WITHOUT_KEY))
async def test_c_11_every_answer_to_a_made_request_is_declared(
    town: Sample, method: str, path: str, nightly: bool
) -> None:
    office, there = town.office, town.names(path)
    office.store.heartbeat("worker", real_now())
    made = examples(method, path, NIGHTLY if nightly else EVERY_DAY, there)
    assert made
    sender, by = Sender(office), cycle(callers(town, method, path) or [office.stranger])
    changes = method != "get" and "{case}" in path and "requests" not in path
    for number, one in enumerate(made):
        if changes and one.path_parameters["case"] == town.case:
            if number % AFRESH == 0:
                there["case"] = await accepted(office)
            one.path_parameters["case"] = there["case"]
        await sender.send(one, next(by))
        await sender.send(one, office.stranger)
    await sender.close()
    assert sender.undeclared == []
