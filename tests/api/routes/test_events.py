"""The feed of announcements: one's own, in one order, and waited for."""

import asyncio
from typing import Any

import pytest

from api.access.api_keys import CallerRole
from api.announcing.cloud_event import LARGEST
from tests.api.office import Office, Person, local, problem
from tests.waiting import WITHIN


async def feed(person: Person, after: str | None = None, **asked: Any) -> dict[str, Any]:
    answer = await person.get("/v1/events", **({} if after is None else {"after": after}), **asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def whole(person: Person, size: int = 200) -> tuple[list[dict[str, Any]], str]:
    """Everything up to now, and where it goes on."""
    events: list[dict[str, Any]] = []
    after: str | None = None
    while page := (found := await feed(person, after, limit=size))["events"]:
        events += page
        after = found["next"]
    return events, str(found["next"])


async def complete(person: Person, case: str, step: str, **more: Any) -> None:
    answer = await person.insist(f"/v1/cases/{case}/steps/{step}/completions", {"outcome": "done", **more})
    assert answer.status_code in {200, 201}, answer.text


async def test_a_utility_learns_what_comes_to_its_desk_and_nothing_of_others(office: Office) -> None:
    _, after = await whole(office.water)
    case = await office.accepted()
    await complete(office.water, case, "joint-site-survey")
    found = await feed(office.water, after, limit=200)
    own = [one for one in found["events"] if one["data"]["case"] == case]
    steps = [(one["type"], one["data"]["step"]) for one in own]
    assert ("shixian.step-opened", "joint-site-survey") in steps
    assert ("shixian.step-opened", "inspection-and-meter") in steps
    for one in own:
        assert (one["specversion"], one["subject"]) == ("1.0", case)
        assert one["data"]["company"] == "suzhou-water"
        assert one["data"]["links"]["completions"].endswith(f"/{one['data']['step']}/completions")
    strange = [one for one in (await whole(office.gas))[0] if one["data"]["company"] != "suzhou-gas"]
    assert strange == []
    everybody = (await whole(office.officer))[0]
    assert {one["id"] for one in own} <= {one["id"] for one in everybody}


async def test_pages_of_any_size_are_the_same_list(office: Office) -> None:
    await office.accepted()
    once, _ = await whole(office.officer)
    few, _ = await whole(office.officer, 3)
    assert [one["id"] for one in few][: len(once)] == [one["id"] for one in once]
    assert len({one["id"] for one in few}) == len(few)


async def test_who_waits_is_told_as_soon_as_there_is_something(office: Office) -> None:
    _, after = await whole(office.water)
    waiting = [asyncio.create_task(feed(office.water, after, wait=30)) for _ in range(3)]
    await asyncio.sleep(0.2)
    assert not any(one.done() for one in waiting)
    case = await office.accepted()
    found = await asyncio.wait_for(asyncio.gather(*waiting), WITHIN)
    assert all(one["events"][0]["data"]["case"] == case for one in found)


async def test_a_wait_in_vain_ends_where_it_began(office: Office) -> None:
    _, after = await whole(office.gas)
    found = await feed(office.gas, after, wait=1)
    assert found["events"] == []
    assert (await feed(office.gas, found["next"]))["events"] == []


async def test_a_key_for_some_steps_is_told_of_these(office: Office) -> None:
    narrow = office.person(CallerRole.UTILITY, "suzhou-water", steps=("water-on",))
    case = await office.accepted()
    for step in ("joint-site-survey", "inspection-and-meter"):
        await complete(office.water, case, step)
    events, _ = await whole(narrow)
    assert {one["data"]["step"] for one in events} == {"water-on"}
    assert case in {one["subject"] for one in events}


async def test_a_confirmed_posting_is_answered_to_its_poster(office: Office) -> None:
    case = await office.opened(at=local("2021-02-22 09:00"))
    await office.officer.post(f"/v1/cases/{case}/accept", {"at": local("2021-02-22 10:00")})
    path = f"/v1/cases/{case}/steps/joint-site-survey/completions"
    posted = (await office.water.insist(path, {"outcome": "done", "at": local("2021-02-23 10:00")})).json()
    await office.supervisor.insist(f"/v1/cases/{case}/confirmations", {"seq": posted["seq"]})
    [answer] = [
        one
        for one in (await whole(office.water))[0]
        if one["subject"] == case and one["type"] == "shixian.posting-confirmed"
    ]
    assert answer["data"]["posting"] == posted["seq"]


async def test_a_kind_is_chosen_and_another_s_cursor_is_none(office: Office) -> None:
    await office.accepted()
    found = await feed(office.officer, kind="step-opened")
    assert {one["type"] for one in found["events"]} == {"shixian.step-opened"}
    other = await office.officer.get("/v1/events", after=found["next"])
    assert (other.status_code, problem(other)) == (400, "bad-cursor")
    theirs = await office.gas.get("/v1/events", after=(await feed(office.water))["next"])
    assert (theirs.status_code, problem(theirs)) == (400, "bad-cursor")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"kind": "decided"}, 422),
        ({"kind": "step-opened", "since": "2021-03-04T00:00:00+08:00"}, 422),
        ({"wait": "31"}, 422),
        ({"wait": "-1"}, 422),
        ({"wait": "1", "since": "2021-03-04T00:00:00+08:00"}, 422),
        ({"after": "AAAA"}, 400),
    ],
)
async def test_what_the_feed_cannot_say_is_refused(office: Office, asked: dict[str, str], status: int) -> None:
    answer = await office.officer.get("/v1/events", **asked)
    assert answer.status_code == status, answer.text


async def test_who_takes_over_cases_has_no_feed(office: Office) -> None:
    assert (await office.importer.get("/v1/events")).status_code == 403


async def test_an_event_is_small(office: Office) -> None:
    await office.accepted()
    answer = await office.officer.get("/v1/events", limit="1")
    assert len(answer.content) < LARGEST
