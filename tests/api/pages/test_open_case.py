"""A new case by forms alone: its matter, what that asks for, what it would come to, and the case."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from api.access.api_keys import CallerRole
from tests.api.office import Office
from tests.api.pages.visitor import Visitor, visitor
from workflows.procedures import ALL

KEY = re.compile(r'name="key" value="([^"]+)"')
EVERY = [
    (one.key, place, variant.key) for one in ALL.values() for place in one.jurisdictions for variant in one.variants
]


async def officer_at(office: Office, path: str) -> Visitor:
    somebody = visitor(office, CallerRole.OFFICER)
    await somebody.sign_in()
    assert (await somebody.get(path)).status_code == 200
    return somebody


def entered(page: str) -> dict[str, str]:
    """What the form of a page would send as it stands."""
    form = page.partition("<main")[2]
    fields = {name: unescape(value) for name, value in re.findall(r'<input [^>]*name="([^"]+)" value="([^"]*)"', form)}
    for name, options in re.findall(r'<select id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        fields[name] = next(iter(re.findall(r'value="([^"]*)" selected', options)), "")
    return {name: value for name, value in fields.items() if name not in {"token", "go"}}


@pytest.mark.parametrize(("procedure", "place", "variant"), EVERY)
async def test_every_matter_is_opened_with_what_its_form_offers(
    office: Office, procedure: str, place: str, variant: str
) -> None:
    officer = await officer_at(office, "/open")
    address = f"/open?{urlencode({'procedure': procedure, 'jurisdiction': place, 'variant': variant})}"
    assert address in unescape(officer.page)
    await officer.get(address)
    form = entered(officer.page)
    preview = await officer.post("/open", {**form, "go": "preview"})
    assert preview.status_code == 200, preview.text
    done = await officer.post("/open", {**entered(officer.page), "go": "do"})
    assert done.status_code == 303, done.text
    case = done.headers["location"].removeprefix("/cases/").partition("?")[0]
    found = office.store.case(case)
    assert found is not None
    assert (found.case.procedure, found.case.jurisdiction, found.case.variant) == (procedure, place, variant)
    again = await officer.post("/open", {**form, "go": "do"})
    assert again.headers["location"] == done.headers["location"], "sent twice it is one case"
    assert office.store.head(case).seq == found.head.seq


async def test_what_was_entered_is_kept_and_what_is_wrong_is_named(office: Office) -> None:
    officer = await officer_at(office, "/open?procedure=water-connection&jurisdiction=suzhou&variant=no-new-pipe")
    wrong = {**entered(officer.page), "case": "SZ 1", "survey": "K-1", "at": "soon", "go": "preview"}
    answer = await officer.post("/open", wrong)
    assert answer.status_code == 422
    assert '<a href="#case">' in answer.text
    assert '<a href="#at">' in answer.text
    assert 'name="survey" value="K-1"' in answer.text
    known = await office.accepted()
    answer = await officer.post("/open", {**entered(answer.text), "case": known, "at": "", "go": "do"})
    assert answer.status_code == 409
    assert office.store.case("SZ 1") is None


async def test_a_child_is_linked_to_its_parent(office: Office) -> None:
    parent = await office.accepted()
    officer = await officer_at(office, "/open?procedure=water-connection&jurisdiction=suzhou&variant=no-new-pipe")
    done = await officer.post("/open", {**entered(officer.page), "parent": parent, "go": "do"})
    child = done.headers["location"].removeprefix("/cases/").partition("?")[0]
    found = office.store.case(parent)
    assert found is not None
    assert found.case.children == (child,)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("procedure=magic&jurisdiction=suzhou&variant=no-new-pipe", "query/procedure"),
        ("procedure=water-connection&jurisdiction=paris&variant=no-new-pipe", "query/jurisdiction"),
        ("procedure=water-connection&jurisdiction=suzhou&variant=magic", "query/variant"),
        ("matter=water", "query/matter"),
    ],
)
async def test_a_matter_that_there_is_not_is_named(office: Office, query: str, pointer: str) -> None:
    officer = await officer_at(office, "/open")
    answer = await officer.get(f"/open?{query}")
    assert answer.status_code == 400
    assert f"<code>{pointer}</code>" in answer.text


@pytest.mark.parametrize("role", [CallerRole.SUPERVISOR, CallerRole.AUDITOR, CallerRole.UTILITY])
async def test_only_officers_open_cases(office: Office, role: CallerRole) -> None:
    somebody = visitor(office, role, "suzhou-water" if role is CallerRole.UTILITY else None)
    await somebody.sign_in()
    assert (await somebody.get("/open")).status_code == 404
