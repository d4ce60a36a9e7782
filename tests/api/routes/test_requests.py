"""Four eyes: what one asks for another grants, on a real Temporal server and a real ledger."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from activities.store.audit_log import AuditFilter
from api.access.api_keys import CallerRole
from api.processes.temporal_server import DevServer
from tests.api.office import PATIENT, Office, Person, codes, file_store, problem
from workflows.worker import connect

ALL = frozenset({"extend", "correct-decided", "confirm", "withdraw"})


@pytest.fixture(scope="module")
async def careful(temporal_server: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """An office in which everything that may need four eyes does."""
    folder = tmp_path_factory.mktemp("careful")
    store = file_store(folder)
    client = await connect(temporal_server.address, temporal_server.namespace)
    office = Office(client, store, PATIENT.model_copy(update={"data_dir": folder, "four_eyes_for": ALL}))
    async with office.working():
        yield office
    await office.close()
    store.close()


@pytest.fixture
def colleague(careful: Office) -> Person:
    return careful.person(CallerRole.OFFICER)


async def shown(office: Office, case: str) -> Any:
    return (await office.officer.get(f"/v1/cases/{case}")).json()


def main_clock(case: Any) -> Any:
    return next(clock for clock in case["clocks"] if clock["key"] == case["main"])


async def asked(office: Office, case: str, **more: Any) -> Any:
    """A request for one working day more of the main clock."""
    clock = (await shown(office, case))["main"]
    body = {"clock": clock, "workdays": 1, "approved_by": "head", "reason": "flood", **more}
    answer = await office.officer.post(f"/v1/cases/{case}/extensions", body)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def test_an_extension_is_asked_for_by_one_and_granted_by_another(careful: Office, colleague: Person) -> None:
    case = await careful.accepted()
    before = main_clock(await shown(careful, case))
    request = await asked(careful, case)
    assert (request["kind"], request["status"], request["asked_by"]) == ("extend", "open", careful.officer.actor)
    assert request["wanted"] == {"clock": before["key"], "workdays": 1, "approved_by": "head", "reason": "flood"}
    assert main_clock(await shown(careful, case))["due_at"] == before["due_at"], "nothing is done yet"

    granted = await colleague.post(f"/v1/cases/{case}/requests/{request['number']}/grant")
    assert (granted.status_code, granted.json()["kind"]) == (201, "extended"), granted.text
    after = main_clock(await shown(careful, case))
    assert after["due_at"] > before["due_at"]
    assert after["limit"]["amount"] == before["limit"]["amount"] + 1 or len(after["extensions"]) == 1
    event = (await colleague.get(granted.headers["Location"])).json()
    assert (event["actor"], event["body"]["request"]) == (colleague.actor, request["number"])
    asking = (await colleague.get(f"/v1/cases/{case}/events/{request['number']}")).json()
    assert (asking["kind"], asking["actor"]) == ("request-asked", careful.officer.actor)
    assert careful.store.verify_chain(case) is None
    rows = careful.store.audit_rows(AuditFilter(object=case))
    assert [(row.action, row.actor) for row in rows if row.action in ("ask-extend", "grant", "extend")] == [
        ("grant", colleague.actor),
        ("ask-extend", careful.officer.actor),
    ]


async def test_whoever_asked_does_not_grant_it(careful: Office) -> None:
    case = await careful.accepted()
    number = (await asked(careful, case))["number"]
    refused = await careful.officer.post(f"/v1/cases/{case}/requests/{number}/grant")
    assert (refused.status_code, problem(refused)) == (403, "own-request")
    assert codes(refused) == [("path/number", "own-request")]
    assert careful.store.head(case).seq == number
