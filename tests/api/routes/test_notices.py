"""Notices over HTTP: proposed by one, approved by another, on the numbers that were seen."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.access.api_keys import CallerRole
from api.intake import notice_previews
from api.processes.temporal_server import DevServer
from api.real_clock import real_now
from api.routes import notices
from api.settings import Settings
from sla.notices.templates import template
from sla.timeline import Timeline
from tests.activities.test_sweep import accepted
from tests.api.office import PATIENT, Office, Person, codes, file_store, problem
from tests.desk import at
from tests.notices import TEXT
from workflows.worker import connect

NOTICES = "/v1/calendars/notices"
NOW = "2026-11-10 10:00"
DATA = Path(__file__).parents[2] / "data" / "notices"


@pytest.fixture
async def office(temporal_server: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """An office in November 2026, when the notice of 2027 has just been published; nobody works behind it."""
    async for made in opened_office(temporal_server, tmp_path_factory, PATIENT):
        yield made


@pytest.fixture
async def one_person(temporal_server: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """The same where a single person does everything."""
    settings = PATIENT.model_copy(update={"notice_approval": "anyone"})
    async for made in opened_office(temporal_server, tmp_path_factory, settings):
        yield made


async def opened_office(
    server: DevServer, folders: pytest.TempPathFactory, settings: Settings
) -> AsyncIterator[Office]:
    store = file_store(folders.mktemp("november"))
    client = await connect(server.address, server.namespace)
    timeline = Timeline(anchor_real=real_now(), anchor_business=at(NOW))
    office = Office(client, store, settings, timeline)
    yield office
    await office.close()
    store.close()


def of_text(text: str = TEXT, **more: Any) -> dict[str, Any]:
    return {"text": text, "published": "2026-11-04", **more}


async def proposed(person: Person, **more: Any) -> int:
    """The number of a proposal."""
    answer = await person.post(NOTICES, of_text(**more))
    assert answer.status_code == 201, answer.text
    return int(answer.json()["number"])


async def previewed(person: Person, number: int) -> dict[str, Any]:
    answer = await person.get(f"{NOTICES}/{number}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()["preview"]
    return found


async def approve(person: Person, number: int, digest: str, **more: Any) -> Any:
    return await person.post(f"{NOTICES}/{number}/approve", {"preview": digest}, **more)


async def test_a_notice_is_proposed_previewed_and_approved_by_another(office: Office) -> None:
    for case, limit in (("thirty", 30), ("sixty", 60)):
        await asyncio.to_thread(accepted, office.store, case, "2026-11-10", limit, "08:40")
    assert (await office.officer.get("/v1/calendars/suzhou/2027")).status_code == 404
    number = await proposed(office.officer)
    seen = await previewed(office.supervisor, number)
    assert (seen["dated"], seen["moved"], seen["live_cases"]) == (1, 0, 2)
    assert [(desk["owner"], desk["dated"]) for desk in seen["desks"]] == [("市水务局", 1)]
    moves = (await office.supervisor.get(f"{NOTICES}/{number}/moves")).json()
    assert {(move["case"], move["old_due"], move["new_due"][:10]) for move in moves["moves"]} == {
        ("sixty", None, "2027-02-03")
    }
    own = await approve(office.officer, number, seen["digest"])
    assert (own.status_code, problem(own)) == (403, "own-proposal")
    done = await approve(office.supervisor, number, seen["digest"], key="once")
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["decided_by"], done.json()["alone"]) == (
        "approved", office.supervisor.actor, False,
    )  # fmt: skip
    again = await approve(office.supervisor, number, seen["digest"], key="once")
    assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
    year = await office.officer.get("/v1/calendars/suzhou/2027")
    assert year.json()["working_days"] == 248
    case = (await office.officer.get("/v1/cases/sixty")).json()
    assert next(one for one in case["clocks"] if one["key"] == case["main"])["due_at"].startswith("2027-02-03")
    late = await approve(office.supervisor, number, seen["digest"])
    assert (late.status_code, problem(late)) == (409, "already-decided")


async def test_the_same_notice_again_is_told_which_proposal_it_is(office: Office) -> None:
    number = await proposed(office.officer)
    again = await office.supervisor.post(NOTICES, of_text())
    assert (again.status_code, problem(again), again.headers["location"]) == (
        409, "notice-proposed", f"{NOTICES}/{number}",
    )  # fmt: skip
    seen = await previewed(office.officer, number)
    assert (await approve(office.supervisor, number, seen["digest"])).status_code == 200
    known = await office.officer.post(NOTICES, of_text())
    assert (known.status_code, problem(known)) == (409, "notice-in-force")


async def test_sent_twice_with_one_key_it_is_one_proposal_and_another_content_is_refused(office: Office) -> None:
    first = await office.officer.post(NOTICES, of_text(), key="mine")
    again = await office.officer.post(NOTICES, of_text(), key="mine")
    assert (first.json(), again.headers.get("idempotent-replayed")) == (again.json(), "true")
    other = await office.officer.post(NOTICES, of_text(reason="Another."), key="mine")
    assert (other.status_code, problem(other)) == (422, "request-reused")
    assert len((await office.auditor.get(NOTICES)).json()["proposals"]) == 1


async def test_a_preview_that_was_overtaken_is_refused_with_what_changed(office: Office) -> None:
    number = await proposed(office.officer)
    seen = await previewed(office.supervisor, number)
    await asyncio.to_thread(accepted, office.store, "meanwhile", "2026-11-10", 60, "09:00")
    await asyncio.sleep(1.1)  # readings of one second are one
    stale = await approve(office.supervisor, number, seen["digest"])
    assert (stale.status_code, problem(stale), codes(stale)) == (409, "stale-preview", [("#/preview", "stale-preview")])
    assert "dated 0 → 1" in stale.json()["detail"]
    assert (await office.officer.get("/v1/calendars/suzhou/2027")).status_code == 404
    fresh = await previewed(office.supervisor, number)
    assert (await approve(office.supervisor, number, fresh["digest"])).status_code == 200


async def test_of_two_approvals_at_once_one_wins_and_the_other_is_told(office: Office) -> None:
    number = await proposed(office.officer)
    seen = await previewed(office.supervisor, number)
    others = [
        office.supervisor,
        *(office.person(role) for role in (CallerRole.SUPERVISOR, CallerRole.SUPERVISOR, CallerRole.OFFICER)),
    ]
    answers = await asyncio.gather(*(approve(person, number, seen["digest"]) for person in others))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {problem(answer) for answer in answers if answer.status_code != 200} == {"already-decided"}
    kinds = [event.kind for event in office.store.almanac_events()]
    assert kinds == ["proposed", "approved"]


async def test_one_person_may_approve_where_the_installation_says_so_and_that_is_on_record(one_person: Office) -> None:
    office = one_person
    number = await proposed(office.officer)
    done = await approve(office.officer, number, (await previewed(office.officer, number))["digest"])
    assert (done.status_code, done.json()["alone"]) == (200, True)
    assert office.store.almanac_events()[-1].body["alone"] is True


async def test_a_rejected_notice_changes_nothing_and_may_be_proposed_again(office: Office) -> None:
    number = await proposed(office.officer)
    assert (await office.officer.post(f"{NOTICES}/{number}/reject", {})).status_code == 422
    done = await office.officer.post(f"{NOTICES}/{number}/reject", {"reason": "A draft."})
    assert (done.json()["state"], done.json()["decided_why"]) == ("rejected", "A draft.")
    assert (await office.officer.get("/v1/calendars/suzhou/2027")).status_code == 404
    shown = (await office.officer.get(f"{NOTICES}/{number}")).json()
    assert (shown["preview"], shown["looked_at"]) == (None, None)
    assert await proposed(office.officer) == number + 2


BAD: dict[str, tuple[dict[str, Any], int, str]] = {
    "nothing": ({}, 422, "invalid"),
    "both": (of_text(arrangement={"kind": "notice"}), 422, "invalid"),
    "a wrong weekday": (of_text(TEXT.replace("2月13日（周六）", "2月13日（周五）")), 422, "unreadable-notice"),
    "a make-up day on a Tuesday": (of_text(TEXT.replace("5月8日（周六）", "5月11日（周二）")), 422, "unreadable-notice"),
    "eight days that are nine": (of_text(TEXT.replace("共8天", "共9天")), 422, "unreadable-notice"),
    "a sentence of its own": (of_text(TEXT.replace("  节假日期间", "  另行通知。\n\n  节假日期间")), 422, "unreadable-notice"),
    "no publication": ({"text": TEXT}, 422, "unreadable-notice"),
    "published tomorrow": (of_text(published="2026-11-11"), 422, "in-future"),
    "no day": (of_text(published="2026-11-31"), 422, "invalid"),
    "a blank template": ({"arrangement": json.loads(json.dumps(yaml.safe_load(template(2027)), default=str))}, 422, "unreadable-notice"),
    "a year in force, otherwise": (
        {
            "arrangement": {
                "kind": "amendment", "id": "CN-1", "published": "2026-11-04", "reason": "x", "checked": "x",
                "periods": [{"name": "x", "first": "2027-03-01", "last": "2027-03-01"}], "to_off": ["2027-03-01"],
            }
        },
        422,
        "unreadable-notice",
    ),
    "too long": (of_text("一" * 12_001), 422, "invalid"),
    "a control character": (of_text(TEXT + "\x07"), 422, "invalid"),
    "an unknown field": (of_text(approved=True), 422, "invalid"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
async def test_bad_input_is_named_with_its_rule_and_changes_nothing(office: Office, what: str) -> None:
    body, status, code = BAD[what]
    answer = await office.officer.post(NOTICES, body)
    assert (answer.status_code, problem(answer)) == (status, code), answer.text
    assert office.store.almanac_events() == []


async def test_a_year_that_is_in_force_gives_way_only_where_that_is_said(office: Office) -> None:
    text = (DATA / "2026.txt").read_text(encoding="utf-8").replace("9月20日（周日）", "9月19日（周六）")
    assert problem(await office.officer.post(NOTICES, {"text": text, "published": "2025-11-04"})) == "year-known"
    answer = await office.officer.post(NOTICES, {"text": text, "published": "2025-11-04", "replaces": True})
    assert answer.status_code == 201, answer.text


async def test_a_file_says_the_same_as_the_text(office: Office) -> None:
    days = [("元旦", "01-01", "01-03"), ("春节", "02-05", "02-12", "02-13", "02-20"), ("清明节", "04-03", "04-05"),
            ("劳动节", "05-01", "05-05", "05-08"), ("端午节", "06-09", "06-09"), ("中秋节", "09-15", "09-15"),
            ("国庆节", "10-01", "10-07", "09-26", "10-09")]  # fmt: skip
    holidays = [
        {"name": n, "first": f"2027-{a}", "last": f"2027-{b}", "make_up": [f"2027-{day}" for day in more]}
        for n, a, b, *more in days
    ]
    head = {"kind": "notice", "year": 2027, "number": "国办发明电〔2026〕99号"}
    body = {**head, "dated": "2026-11-04", "published": "2026-11-04", "holidays": holidays}
    assert (await office.officer.post(NOTICES, {"arrangement": body})).status_code == 201
    assert problem(await office.officer.post(NOTICES, of_text())) == "notice-proposed"


async def test_an_unknown_proposal_is_not_found(office: Office) -> None:
    for answer in (
        await office.officer.get(f"{NOTICES}/7"),
        await office.officer.get(f"{NOTICES}/7/moves"),
        await approve(office.officer, 7, "0" * 64),
        await office.officer.post(f"{NOTICES}/7/reject", {"reason": "x"}),
    ):
        assert (answer.status_code, problem(answer)) == (404, "not-found")


async def test_while_a_preview_is_being_made_it_is_said_how_far_it_is(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await proposed(office.officer)
    assert problem(await office.officer.get(f"{NOTICES}/{number}/moves")) == "preview-running"
    monkeypatch.setattr(notices, "PATIENCE", 0)
    answer = await office.officer.get(f"{NOTICES}/{number}")
    assert (answer.json()["preview"], answer.json()["looked_at"], answer.headers["retry-after"]) == (None, 0, "2")


async def test_moves_are_listed_page_by_page_and_no_case_is_cut(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await asyncio.to_thread(accepted, office.store, f"c{number}", "2026-11-10", 60, "08:40")
    monkeypatch.setattr(notice_previews, "PAGE", 2)
    number = await proposed(office.officer)
    await previewed(office.officer, number)
    first = (await office.auditor.get(f"{NOTICES}/{number}/moves")).json()
    rest = (await office.auditor.get(f"{NOTICES}/{number}/moves", after=first["next"])).json()
    assert [[move["case"] for move in page["moves"]] for page in (first, rest)] == [["c0", "c1"], ["c2"]]
    assert rest["next"] is None
    assert problem(await office.auditor.get(f"{NOTICES}/{number + 1}/moves", after=first["next"])) == "bad-cursor"
