"""Observations in the pages: recorded in a form, confirmed by somebody else, corrected; and what every promise comes to."""

import re

import pytest

from api.access.api_keys import CallerRole
from tests.api.observed import SHARE, observed, share, standing
from tests.api.office import Office
from tests.api.pages.visitor import Visitor, visitor

WHERE = f"/promises/{SHARE}/observations"
FIELDS = {
    "first": "2020-12-31",
    "last": "2020-12-31",
    "numerator": "160",
    "denominator": "1000",
    "source": "市金融监管局年报",
    "evidence": "年报第 12 页",
    "evidence_sha256": "",
}


@pytest.fixture
def office(quiet_office: Office) -> Office:
    return quiet_office


async def signed_in(office: Office, role: CallerRole) -> Visitor:
    found = visitor(office, role)
    await found.sign_in()
    return found


def hidden_key(seen: Visitor) -> dict[str, str]:
    found = re.search(r'name="key" value="([^"]+)"', seen.page)
    assert found is not None
    return {"key": found[1]}


async def test_an_observation_is_recorded_in_a_form_and_confirmed_by_somebody_else(office: Office) -> None:
    officer = await signed_in(office, CallerRole.OFFICER)
    assert "尚无观测" in (await officer.get(f"/promises/{SHARE}?lang=zh")).text
    await officer.get(f"{WHERE}/new")
    answer = await officer.post(f"{WHERE}/new", {**hidden_key(officer), **FIELDS})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/promises/{SHARE}#observations")
    assert "待确认" in (await officer.get(f"/promises/{SHARE}")).text
    assert "由您录入，须他人确认" in (await officer.get(f"{WHERE}/1")).text
    own = await officer.post(f"{WHERE}/1/confirm", hidden_key(officer))
    assert own.status_code == 403
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    await supervisor.get(f"{WHERE}/1?lang=en")
    assert (await supervisor.post(f"{WHERE}/1/confirm", hidden_key(supervisor))).status_code == 303
    assert (await standing(office))["standing"] == "kept"
    shown = (await supervisor.get(f"/promises/{SHARE}?lang=en")).text
    assert "Kept" in shown
    assert "160 ÷ 1\u2009000" in shown


async def test_a_correction_has_a_reason_and_what_was_stays_on_the_page(office: Office) -> None:
    number = await observed(office, share(140))
    officer = await signed_in(office, CallerRole.OFFICER)
    await officer.get(f"{WHERE}/{number}/correct")
    assert 'value="140"' in officer.page
    said = {**hidden_key(officer), **FIELDS, "numerator": "150"}
    refused = await officer.post(f"{WHERE}/{number}/correct", said)
    assert refused.status_code == 422
    assert '<a href="#reason">' in refused.text
    assert (await officer.post(f"{WHERE}/{number}/correct", {**said, "reason": "漏计"})).status_code == 303
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    await supervisor.get(f"{WHERE}/3")
    assert (await supervisor.post(f"{WHERE}/3/confirm", hidden_key(supervisor))).status_code == 303
    shown = (await supervisor.get(f"/promises/{SHARE}?lang=zh")).text
    assert "由第 3 号更正" in shown
    assert "140 ÷" in shown
    assert "1 项经更正" in shown


async def test_what_is_withdrawn_needs_a_reason(office: Office) -> None:
    await office.officer.post(f"/v1/commitments/{SHARE}/observations", share())
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    await supervisor.get(f"{WHERE}/1?lang=zh")
    empty = await supervisor.post(f"{WHERE}/1/withdraw", {**hidden_key(supervisor), "reason": " "})
    assert empty.status_code == 422
    done = await supervisor.post(f"{WHERE}/1/withdraw", {**hidden_key(supervisor), "reason": "口径不对"})
    assert done.status_code == 303
    assert "已撤下" in (await supervisor.get(f"/promises/{SHARE}")).text
    again = await supervisor.post(f"{WHERE}/1/withdraw", {"key": "k", "reason": "x"})
    assert again.status_code == 409
    assert "该观测不在待确认之列" in again.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first", "soon"),
        ("numerator", "1001"),
        ("numerator", "many"),
        ("denominator", "0"),
        ("source", ""),
        ("last", "2021-03-05"),
    ],
)
async def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(office: Office, field: str, value: str) -> None:
    officer = await signed_in(office, CallerRole.OFFICER)
    await officer.get(f"{WHERE}/new?lang=zh")
    answer = await officer.post(f"{WHERE}/new", {**hidden_key(officer), **FIELDS, field: value})
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert "年报第 12 页" in answer.text
    assert (await standing(office))["waiting"] == 0


async def test_dated_evidence_is_asked_for_as_such(office: Office) -> None:
    officer = await signed_in(office, CallerRole.OFFICER)
    where = "/promises/sz-21-one-drawing-review/observations"
    await officer.get(f"{where}/new?lang=zh")
    assert "自何日落实" in officer.page
    assert "numerator" not in officer.page
    said = {"first": "2020-01-01", "last": "2021-03-01", "in_place": "yes", "source": "住建局", "evidence": "规程"}
    assert (await officer.post(f"{where}/new", {**hidden_key(officer), **said})).status_code == 303


async def test_the_page_of_promises_shows_every_promise_that_is_observed_with_its_standing(office: Office) -> None:
    await observed(office, share(140))
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    text = (await supervisor.get("/promises?lang=zh")).text
    [row] = [one for one in text.split("<tr>") if f'href="/promises/{SHARE}"' in one]
    assert "未达到承诺" in row
    assert "14 %" in row
    assert text.count("无依据</span>") == 40
    part = (await supervisor.get("/promises?jurisdiction=taicang&lang=zh")).text
    assert f'href="/promises/{SHARE}"' not in part
    early = (await supervisor.get("/promises?until=2020-06-30&lang=zh")).text
    assert "未到生效日" in early


async def test_forms_are_for_officers_and_confirming_for_supervisors_too(office: Office) -> None:
    auditor = await signed_in(office, CallerRole.AUDITOR)
    assert (await auditor.get(f"/promises/{SHARE}")).status_code == 200
    assert "observations/new" not in auditor.page
    for path in (f"{WHERE}/new", f"{WHERE}/1", f"{WHERE}/1/correct"):
        assert (await auditor.get(path)).status_code == 404
    supervisor = await signed_in(office, CallerRole.SUPERVISOR)
    assert (await supervisor.get(f"{WHERE}/new")).status_code == 404
    assert (await supervisor.get(f"{WHERE}/1")).status_code == 404
    officer = await signed_in(office, CallerRole.OFFICER)
    for path in ("/promises/sz-22-water-no-pipe/observations/new", "/promises/none/observations/new"):
        assert (await officer.get(path)).status_code in {404, 409}
