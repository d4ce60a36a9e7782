"""Completions by the batch and of a joint survey."""

from typing import Any
from uuid import uuid4

from tests.api.office import WATER, Office, local, problem

BATCH = "/v1/completions:batch"


def item(case: str, step: str = "joint-site-survey", **more: Any) -> dict[str, Any]:
    return {"key": uuid4().hex, "case": case, "step": step, "outcome": "done", **more}


async def test_c_09_the_items_of_a_batch_are_answered_by_themselves_and_in_order(office: Office) -> None:
    first, second = await office.accepted(), await office.accepted()
    items: list[Any] = [
        item(first, at=local("2021-03-03 10:00")),
        item(second, outcome="canary-7f3a"),
        {"key": "x", "case": first, "outcome": "done"},
        item("nowhere"),
        "no item",
        item(first, "inspection-and-meter"),
        item(second),
        item(first, "water-on"),
    ]
    answer = await office.officer.post(BATCH, {"items": items})
    assert answer.status_code == 207
    answered = answer.json()["items"]
    assert [one["index"] for one in answered] == list(range(8))
    assert [one["status"] for one in answered] == [201, 422, 422, 404, 422, 201, 201, 201]
    assert answered[1]["problem"]["errors"] == [{"pointer": "#/items/1/outcome", "code": "unknown-outcome"}]
    assert answered[2]["problem"]["errors"] == [{"pointer": "#/items/2/step", "code": "missing"}]
    assert answered[3]["problem"]["errors"] == [{"pointer": "#/items/3/case", "code": "unknown-case"}]
    assert answered[4]["problem"]["errors"] == [{"pointer": "#/items/4", "code": "not-an-object"}]
    assert "canary" not in answer.text
    again = await office.officer.post(BATCH, {"items": items})
    assert [one["status"] for one in again.json()["items"]] == [200, 409, 422, 404, 422, 200, 200, 200]
    assert [one["receipt"] for one in again.json()["items"]] == [one["receipt"] for one in answered]


async def test_a_completion_is_the_same_alone_and_in_a_batch(office: Office) -> None:
    case = await office.accepted()
    alone = await office.water.post(f"/v1/cases/{case}/steps/joint-site-survey/completions", {"outcome": "done"})
    batch = await office.water.post(BATCH, {"items": [item(case)]})
    assert batch.json()["items"][0]["status"] == 200
    assert batch.json()["items"][0]["receipt"] == alone.json()


async def test_a_company_posts_only_its_own_steps_in_a_batch(office: Office) -> None:
    case = await office.accepted()
    answered = (await office.gas.post(BATCH, {"items": [item(case), item("nowhere")]})).json()["items"]
    assert [one["status"] for one in answered] == [404, 404]
    assert answered[0]["problem"]["type"] == answered[1]["problem"]["type"] == "urn:shixian:problem:unknown-step"


async def test_c_09_a_hundred_items_are_a_batch_and_a_hundred_and_one_are_not(office: Office) -> None:
    case = await office.accepted()
    items = [item(case, key="one") for _ in range(100)]
    answer = await office.water.post(BATCH, {"items": items})
    assert [one["status"] for one in answer.json()["items"]] == [201] + [200] * 99
    more = await office.water.post(BATCH, {"items": [*items, item(case)]})
    assert (more.status_code, problem(more)) == (422, "invalid")
    assert more.json()["errors"] == [{"pointer": "#/items", "code": "too-many"}]


async def test_c_04_a_batch_may_have_256_kibibytes_and_no_more(office: Office) -> None:
    small = b'{"items": []}'
    most = await office.water.post(BATCH, small + b" " * (262_144 - len(small)))
    assert most.json()["errors"] == [{"pointer": "#/items", "code": "too-few"}]
    more = await office.water.post(BATCH, small + b" " * (262_145 - len(small)))
    assert (more.status_code, problem(more)) == (413, "too-large")


async def test_a_joint_survey_completes_its_step_in_each_open_case(office: Office) -> None:
    survey = f"survey-{uuid4().hex[:8]}"
    cases = [
        await office.accepted(**{**WATER, "procedure": kind, "survey": survey})
        for kind in ("water-connection", "gas-connection")
    ]
    over = await office.accepted(survey=survey)
    await office.officer.post(f"/v1/cases/{over}/withdraw")
    path = f"/v1/surveys/{survey}/completions"
    own = await office.water.post(path, {"outcome": "done"}, key="s")
    assert own.status_code == 207
    assert [(one["case"], one["status"]) for one in own.json()["items"]] == [(cases[0], 201)]
    every = await office.officer.post(path, {"outcome": "done"}, key="s")
    assert {(one["case"], one["status"]) for one in every.json()["items"]} == {(cases[0], 200), (cases[1], 201)}
    nothing = await office.officer.post("/v1/surveys/nothing/completions", {"outcome": "done"})
    assert (nothing.status_code, problem(nothing)) == (404, "not-found")
