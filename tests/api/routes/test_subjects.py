"""Whom cases are about, over HTTP and on the pages: who sees what, what is found, and no name where none belongs."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest
from temporalio.client import Client

from activities.subjects.subject import SubjectKind
from api.access.api_keys import CallerRole
from api.processes.temporal_server import DevServer
from tests.activities.subjects.build import unheard
from tests.api.office import PATIENT, WATER, Office, Person, codes, file_store, local, problem
from tests.api.pages.test_open_case import entered
from tests.api.pages.visitor import Visitor, visitor
from workflows.worker import connect


@pytest.fixture(scope="module")
async def city(temporal_server: DevServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """An office with a folder, and so keys, of its own."""
    folder = tmp_path_factory.mktemp("city")
    store = file_store(folder)
    client: Client = await connect(temporal_server.address, temporal_server.namespace)
    office = Office(client, store, PATIENT.model_copy(update={"data_dir": folder}))
    async with office.working():
        yield office
    await office.close()
    store.close()


def three() -> list[dict[str, str]]:
    """A project, its applicant and whoever acts for that, as a client says them."""
    kinds = ((SubjectKind.PERSON, "agent"), (SubjectKind.ORGANISATION, "applicant"), (SubjectKind.PROJECT, "project"))
    return [
        {"part": part, **json.loads(unheard(kind, 1234).model_dump_json(exclude_none=True))} for kind, part in kinds
    ]


async def said(person: Person, case: str, subjects: list[dict[str, str]]) -> httpx2.Response:
    return await person.http.put(f"/v1/cases/{case}/subjects", json={"subjects": subjects}, headers=person.headers)


async def shown(person: Person, case: str) -> list[dict[str, Any]]:
    answer = await person.get(f"/v1/cases/{case}/subjects")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["subjects"])


def content(shown: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [
        {name: one[name] for name in one if one[name] is not None and name not in {"id", "erased"}} for one in shown
    ]


async def test_a_case_is_opened_with_its_subjects_and_again_with_its_key(city: Office) -> None:
    own = three()
    body = {**WATER, "at": local("2021-03-02 09:00"), "subjects": own}
    first = await city.officer.insist("/v1/cases", body, key="k-1")
    again = await city.officer.insist("/v1/cases", body, key="k-1")
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (201, 200, "true")
    assert content(await shown(city.officer, first.json()["case"])) == own


async def test_what_a_case_is_opened_with_is_in_neither_its_events_nor_their_digests(city: Office) -> None:
    """The digest of an opening is the same with subjects and without: it could confirm a guessed name."""
    case = await city.opened(case="DIGEST-1", subjects=three())
    without = {**WATER, "at": local("2021-03-02 09:00"), "case": case}
    again = await city.officer.post("/v1/cases", without, key=city.store.events(case)[0].request_id.partition(":")[2])  # type: ignore[union-attr]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "subject" not in json.dumps([event.body for event in city.store.events(case)])


async def test_nothing_is_opened_whose_subjects_cannot_be_recorded(city: Office) -> None:
    wrong = [{"part": "project", "kind": "person", "name": "某某"}]
    answer = await city.officer.post("/v1/cases", {**WATER, "case": "NEVER-1", "subjects": wrong})
    assert (answer.status_code, problem(answer)) == (422, "other-part")
    assert city.store.case("NEVER-1") is None


@pytest.mark.parametrize(
    ("wrong", "where", "code"),
    [
        ({"part": "project"}, "#/subjects/0/kind", "missing"),
        ({"part": "project", "kind": "project"}, "#/subjects/0/name", "missing"),
        ({"part": "agent", "id": "0" * 32, "name": "某"}, "#/subjects/0/name", "not-of-this-subject"),
        ({"part": "agent", "kind": "person", "name": "某", "code": "1"}, "#/subjects/0/code", "not-of-this-subject"),
        (
            {"part": "project", "kind": "project", "name": "某", "contact": "1"},
            "#/subjects/0/contact",
            "not-of-this-subject",
        ),
        ({"part": "project", "kind": "project", "name": "某", "code": "2021-1"}, "#/subjects/0/code", "bad-code"),
        (
            {"part": "agent", "kind": "organisation", "name": "某", "code": "914403001922038217"},
            "#/subjects/0/code",
            "bad-code",
        ),
        (
            {"part": "agent", "kind": "person", "name": "某", "contact": "11010519491231002X"},
            "#/subjects/0/contact",
            "personal-data",
        ),
        ({"part": "agent", "kind": "person", "name": "张 13812345678"}, "#/subjects/0/name", "personal-data"),
        ({"part": "owner", "kind": "person", "name": "某"}, "#/subjects/0/part", "not-a-choice"),
        ({"part": "agent", "id": "0" * 32}, "#/subjects", "unknown-subject"),
    ],
)
async def test_a_wrong_subject_is_named_by_field_and_rule(
    city: Office, wrong: dict[str, str], where: str, code: str
) -> None:
    case = await city.opened()
    answer = await said(city.officer, case, [wrong])
    assert (where, code) in codes(answer)
    assert all(
        value not in answer.text for name, value in wrong.items() if name in {"contact", "code"} and len(value) > 3
    )


async def test_who_sees_what_of_whom_a_case_is_about(city: Office) -> None:
    own = three()
    case = await city.accepted(subjects=own)
    assert content(await shown(city.officer, case)) == content(await shown(city.supervisor, case)) == own
    without = [{name: value for name, value in one.items() if name != "contact"} for one in own]
    assert content(await shown(city.auditor, case)) == without
    for person, status in ((city.water, 403), (city.importer, 403), (city.gas, 404), (city.stranger, 401)):
        assert (await person.get(f"/v1/cases/{case}/subjects")).status_code == status
    for person in (city.supervisor, city.auditor, city.water, city.importer, city.gas):
        assert (await said(person, case, [])).status_code == 403
    for person in (city.water, city.gas, city.importer):
        assert (await person.post("/v1/subjects/search", {"text": own[2]["name"]})).status_code == 403


async def test_a_company_sees_what_the_project_is_called_where_that_is_set(city: Office) -> None:
    own = three()
    case = await city.accepted(subjects=own)
    allowing = Office(
        city.client, city.store, city.settings.model_copy(update={"project_names_for_companies": True}), city.timeline
    )
    project = {name: own[2][name] for name in ("part", "kind", "name")}
    assert content(await shown(allowing.water, case)) == [project]
    assert (await allowing.gas.get(f"/v1/cases/{case}/subjects")).status_code == 404
    await allowing.close()


async def test_cases_are_found_by_whom_they_are_about(city: Office) -> None:
    own = three()
    case = await city.opened(subjects=own)
    await city.opened(subjects=three())
    for text in (own[1]["code"], own[1]["name"], own[1]["name"][2:5], own[2]["code"].replace("-", ""), own[0]["name"]):
        found = (await city.supervisor.post("/v1/subjects/search", {"text": text})).json()["subjects"]
        named = [one for one in found if any(part["case"] == case for part in one["cases"])]
        assert len(named) == 1, text
        listed = await city.officer.get("/v1/cases", subject=named[0]["id"])
        assert [line["case"] for line in listed.json()["cases"]] == [case]
    assert problem(await city.water.get("/v1/cases", subject=named[0]["id"])) == "invalid"


async def test_an_erasure_is_asked_for_granted_and_on_record(city: Office) -> None:
    own = three()
    case = await city.opened(subjects=own)
    person = (await shown(city.officer, case))[0]
    where = f"/v1/subjects/{person['id']}/erasure"
    assert (await city.auditor.post(where, {"reason": "r"})).status_code == 403
    assert (await city.officer.post(where, {"reason": "本人 13812345678"})).status_code == 422
    assert (await city.officer.post(where, {"reason": "本人要求删除"})).status_code == 201
    assert problem(await city.officer.post(f"{where}/grant")) == "own-erasure"
    done = await city.supervisor.post(f"{where}/grant")
    assert (done.status_code, done.json()["state"]) == (200, "erased")
    left = await shown(city.officer, case)
    assert left[0] == {**dict.fromkeys(person), "id": person["id"], "part": "agent", "erased": True}
    assert content(left[1:]) == own[1:]
    record = (await city.auditor.get(f"/v1/subjects/{person['id']}")).json()
    assert [one["kind"] for one in record["events"]] == ["recorded", "linked", "erasure-asked", "erased"]
    assert own[0]["name"] not in json.dumps(record, ensure_ascii=False)
    listed = (await city.auditor.get("/v1/subjects/erasures")).json()
    assert (listed["erasures"][0]["subject"], listed["due"]) == (person["id"], [])
    assert city.store.broken_subject_event() is None


async def test_without_the_keys_it_is_said_so_and_cases_go_on(city: Office) -> None:
    case = await city.accepted(subjects=three())
    away = Office(
        city.client,
        city.store,
        city.settings.model_copy(update={"subject_keys_file": city.settings.data_dir / "none"}),
        city.timeline,
    )
    away.dispatcher = away.services.dispatcher
    for answer in (
        await away.officer.get(f"/v1/cases/{case}/subjects"),
        await away.officer.post("/v1/subjects/search", {"text": "有限公司"}),
        await said(away.officer, case, three()),
        await away.officer.post("/v1/cases", {**WATER, "case": "AWAY-1", "subjects": three()}),
    ):
        assert (answer.status_code, problem(answer)) == (503, "subjects-away")
    assert city.store.case("AWAY-1") is None
    assert (await away.officer.get(f"/v1/cases/{case}")).status_code == 200
    somebody = visitor(away, CallerRole.OFFICER)
    await somebody.sign_in()
    assert (await somebody.get("/cases")).status_code == 200
    assert (await somebody.get(f"/cases/{case}")).status_code == 200
    await away.close()


# --- pages ------------------------------------------------------------------------------------------------------------


async def at_the_board(city: Office, role: CallerRole = CallerRole.OFFICER, **more: Any) -> Visitor:
    somebody = visitor(city, role, **more)
    await somebody.sign_in()
    await somebody.get("/cases")
    return somebody


async def test_a_case_is_found_by_name_in_the_search_box_and_the_name_is_in_no_address(city: Office) -> None:
    own = three()
    case = await city.opened(subjects=own)
    officer = await at_the_board(city)
    for text in (own[2]["name"], own[1]["name"][1:4], own[1]["code"], own[0]["name"]):
        sent = await officer.post("/find", {"q": text})
        where = sent.headers["location"]
        assert sent.status_code == 303
        assert text not in unquote(where)
        listed = await officer.get(where)
        assert f'id="case-{case}"' in listed.text
        assert own[2]["name"] in listed.text
        title = listed.text.partition("</title>")[0]
        assert not any(one["name"] in title for one in own)
    nothing = await officer.post("/find", {"q": "無此名"})
    assert "case-" not in (await officer.get(nothing.headers["location"])).text.partition("<main")[2]
    number = await officer.post("/find", {"q": case})
    assert number.headers["location"] == f"/cases?open=any&q={case}"


async def test_names_stand_beside_numbers_for_those_who_may_see_them_and_in_no_table(city: Office) -> None:
    own = three()
    case = await city.accepted(subjects=own)
    address = f"/cases?open=any&q={case}"
    officer, auditor = await at_the_board(city), await at_the_board(city, CallerRole.AUDITOR)
    water = await at_the_board(city, CallerRole.UTILITY, company="suzhou-water")
    for page, seen in ((address, [own[2]["name"]]), (f"/cases/{case}", [one["name"] for one in own])):
        for person, sees in ((officer, True), (auditor, True), (water, False)):
            text = (await person.get(page)).text
            assert all((name in text) is sees for name in seen), page
            assert not any(one["name"] in text.partition("</title>")[0] for one in own)
    assert own[0]["contact"] in (await officer.get(f"/cases/{case}")).text
    assert own[0]["contact"] not in (await auditor.get(f"/cases/{case}")).text
    assert own[2]["name"] not in (await officer.get(f"{address}&format=csv")).text
    assert own[2]["name"] not in (await officer.get(f"/cases/{case}?events=all&format=csv")).text


async def test_a_case_is_opened_by_a_form_with_names_and_they_are_changed_by_another(city: Office) -> None:
    own = three()
    officer = await at_the_board(city)
    await officer.get("/open?procedure=water-connection&jurisdiction=suzhou&variant=no-new-pipe")
    form = entered(officer.page) | {f"{one['part']}-{name}": one[name] for one in own for name in one if name != "part"}
    wrong = await officer.post("/open", {**form, "applicant-code": "914403001922038217", "go": "preview"})
    assert (wrong.status_code, '<a href="#applicant-code">' in wrong.text) == (422, True)
    preview = await officer.post("/open", {**form, "go": "preview"})
    assert own[0]["name"] in preview.text
    done = await officer.post("/open", {**entered(preview.text), "go": "do"})
    case = done.headers["location"].removeprefix("/cases/").partition("?")[0]
    assert content(await shown(city.officer, case)) == own
    await officer.get(f"/cases/{case}/subjects")
    other = {**entered(officer.page), "project-name": "改名项目", "agent-name": "", "agent-contact": ""}
    wrong = await officer.post(f"/cases/{case}/subjects", {**other, "project-code": "1"})
    assert (wrong.status_code, '<a href="#project-code">' in wrong.text) == (422, True)
    assert (await officer.post(f"/cases/{case}/subjects", other)).status_code == 303
    after = await shown(city.officer, case)
    assert [one["name"] for one in after] == [own[1]["name"], "改名项目"]


async def test_only_an_officer_says_whom_a_case_is_about(city: Office) -> None:
    case = await city.accepted()
    for role in (CallerRole.SUPERVISOR, CallerRole.AUDITOR):
        somebody = await at_the_board(city, role)
        assert (await somebody.get(f"/cases/{case}/subjects")).status_code == 404
    water = await at_the_board(city, CallerRole.UTILITY, company="suzhou-water")
    assert (await water.post("/find", {"q": "某某"})).status_code == 404
