"""Webhooks over HTTP: a company's own, and no other's."""

from typing import Any

import pytest

from activities.store.webhooks import CompanyWebhook
from api.access.api_keys import CallerRole
from api.webhooks.of_settings import box_of
from tests.api.office import Office, Person, problem

URL = "https://hooks.example.com/shixian"


async def added(person: Person, **more: Any) -> dict[str, Any]:
    answer = await person.post("/v1/webhooks", {"url": URL, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(person: Person) -> list[dict[str, Any]]:
    return list((await person.get("/v1/webhooks")).json()["webhooks"])


def kept(office: Office, id: str) -> CompanyWebhook:
    found = office.store.webhook(id)
    assert found is not None
    return found


async def test_a_company_adds_its_own_and_the_secret_is_shown_once(quiet_office: Office) -> None:
    office = quiet_office
    made = await added(office.water, kinds=["step-opened"])
    assert made["company"] == "suzhou-water"
    assert made["secret"].startswith("whsec_")
    [shown] = await listed(office.water)
    assert "secret" not in shown
    assert (shown["id"], shown["kinds"], shown["state"]) == (made["id"], ["step-opened"], "active")
    assert made["secret"] not in kept(office, made["id"]).secret
    assert box_of(office.settings).open(kept(office, made["id"]).secret) == made["secret"]
    again = await office.water.post("/v1/webhooks", {"url": URL})
    assert (again.status_code, problem(again)) == (409, "webhook-exists")


async def test_another_company_s_webhook_is_none(quiet_office: Office) -> None:
    made = await added(quiet_office.water)
    assert await listed(quiet_office.gas) == []
    where = f"/v1/webhooks/{made['id']}"
    for path in ("rotate", "pause", "resume", "end", "send-again"):
        theirs = await quiet_office.gas.post(f"{where}/{path}")
        missing = await quiet_office.gas.post(f"/v1/webhooks/wh_none/{path}")
        assert (
            (theirs.status_code, problem(theirs)) == (missing.status_code, problem(missing)) == (404, "unknown-webhook")
        )
    assert (await quiet_office.gas.get(f"{where}/dead")).status_code == 404
    assert [one["id"] for one in await listed(quiet_office.officer)] == [made["id"]]
    other = await quiet_office.gas.post("/v1/webhooks", {"url": URL, "company": "suzhou-water"})
    assert (other.status_code, problem(other)) == (422, "unknown-company")


async def test_an_officer_says_whose_and_a_key_for_some_steps_manages_none(quiet_office: Office) -> None:
    assert (await added(quiet_office.officer, company="suzhou-gas"))["company"] == "suzhou-gas"
    nobody_s = await quiet_office.officer.post("/v1/webhooks", {"url": URL})
    assert (nobody_s.status_code, problem(nobody_s)) == (422, "unknown-company")
    narrow = quiet_office.person(CallerRole.UTILITY, "suzhou-water", steps=("water-on",))
    assert (await narrow.post("/v1/webhooks", {"url": URL})).status_code == 403
    assert (await narrow.get("/v1/webhooks")).status_code == 403
    assert (await quiet_office.auditor.post("/v1/webhooks", {"url": URL})).status_code == 403


async def test_it_is_paused_resumed_rotated_and_ended(quiet_office: Office) -> None:
    made = await added(quiet_office.water)
    where = f"/v1/webhooks/{made['id']}"
    paused = (await quiet_office.water.post(f"{where}/pause")).json()
    assert (paused["state"], paused["reason"]) == ("paused", "by-hand")
    assert problem(await quiet_office.water.post(f"{where}/pause")) == "webhook-state"
    assert (await quiet_office.water.post(f"{where}/resume")).json()["state"] == "active"
    rotated = (await quiet_office.water.post(f"{where}/rotate", {"overlap_hours": 2})).json()
    assert rotated["secret"] != made["secret"]
    assert rotated["old_until"] is not None
    old = kept(quiet_office, made["id"]).old_secret
    assert old is not None
    assert box_of(quiet_office.settings).open(old) == made["secret"]
    assert (await quiet_office.water.post(f"{where}/send-again")).json() == {"number": 0}
    assert (await quiet_office.water.get(f"{where}/dead")).json() == {"dead": [], "next": None}
    assert (await quiet_office.water.post(f"{where}/end")).json()["state"] == "ended"
    for path in ("resume", "rotate"):
        assert problem(await quiet_office.water.post(f"{where}/{path}")) == "webhook-state"
    assert await listed(quiet_office.water) == []
    await added(quiet_office.water)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://127.0.0.1/",
        "https://a:b@hooks.example.com/",
        "https://[::1]/",
        "no-address",
    ],
)
async def test_an_address_inside_is_refused_at_once(quiet_office: Office, url: str) -> None:
    answer = await quiet_office.water.post("/v1/webhooks", {"url": url})
    assert (answer.status_code, problem(answer)) == (422, "forbidden-address")
    assert url not in answer.text
    assert await listed(quiet_office.water) == []


async def test_a_company_has_twenty_at_most(quiet_office: Office) -> None:
    for number in range(20):
        await added(quiet_office.water, url=f"{URL}/{number}")
    more = await quiet_office.water.post("/v1/webhooks", {"url": f"{URL}/20"})
    assert (more.status_code, problem(more)) == (409, "too-many-webhooks")
