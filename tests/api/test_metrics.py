"""The API counts what it answers."""

from prometheus_client.parser import text_string_to_metric_families

from tests.api.office import Office


async def counted(office: Office) -> dict[tuple[str, str, str], float]:
    text = (await office.auditor.get("/metrics")).text
    return {
        (s.labels["method"], s.labels["route"], s.labels["code"]): s.value
        for family in text_string_to_metric_families(text)
        for s in family.samples
        if s.name == "shixian_http_requests_total"
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
