"""The API counts what it answers."""

from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from api.exporter.catalogue import CATALOGUE, Job, names
from api.request_counts import Requests
from tests.api.office import Office


async def counted(office: Office, name: str = "shixian_http_requests_total") -> dict[tuple[str, ...], float]:
    text = (await office.auditor.get("/metrics")).text
    labels = CATALOGUE[name].labels
    return {
        tuple(s.labels[label] for label in labels): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
        if s.name == name
    }


async def test_each_answer_is_counted_under_its_route_and_never_under_an_address(office: Office) -> None:
    before = await counted(office)
    for number in range(3):
        await office.officer.get(f"/v1/cases/NONE-{number}")
        await office.officer.get(f"/v1/nowhere/{number}")
    after = await counted(office)
    missing, nowhere = ("GET", "/v1/cases/{case}", "404"), ("GET", "none", "404")
    assert after[missing] - before.get(missing, 0) == 3
    assert after[nowhere] - before.get(nowhere, 0) == 3


async def test_each_command_is_counted_by_its_kind_and_each_refusal_by_its_code(office: Office) -> None:
    received, rejected = "shixian_events_received_total", "shixian_events_rejected_total"
    before, refused = await counted(office, received), await counted(office, rejected)
    case = await office.accepted()
    again = await office.officer.post(f"/v1/cases/{case}/accept", {})
    assert again.status_code == 409
    after = await counted(office, received)
    assert {kind[0]: number - before[kind] for kind, number in after.items() if number != before[kind]} == {
        "open": 1,
        "accept": 2,
    }
    now_refused = await counted(office, rejected)
    assert now_refused["already-accepted",] - refused.get(("already-accepted",), 0) == 1


def test_a_kind_of_command_is_there_before_the_first_of_it() -> None:
    registry = Requests(["withdraw"]).registry
    assert registry.get_sample_value("shixian_events_received_total", {"event": "withdraw"}) == 0


async def test_every_series_of_the_api_is_in_the_catalogue(office: Office) -> None:
    text = (await office.auditor.get("/metrics")).text
    found = {s.name for family in text_string_to_metric_families(text) for s in family.samples}
    assert {name for name in found if not name.endswith("_created")} <= names(Job.API)


async def test_the_house_s_own_prometheus_reads_them_with_its_token_and_nothing_else(office: Office) -> None:
    token = b"t" * 43
    state = office.app.state
    state.services = replace(state.services, scraping=lambda: (token,))
    headers = {"Authorization": f"Bearer {token.decode()}"}
    assert (await office.http.get("/metrics", headers=headers)).status_code == 200
    assert (await office.http.get("/v1/cases", headers=headers)).status_code == 401
