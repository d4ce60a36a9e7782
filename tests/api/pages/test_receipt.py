"""The receipt: what an applicant takes along opens the look-up, and says when and why."""

import html

import pytest

from api.access.api_keys import CallerRole
from tests.api.office import Office
from tests.api.pages.visitor import visitor

PROMISE = "办结时间不超过 4 个工作日"


async def test_a_receipt_says_what_was_accepted_when_it_is_due_and_why(office: Office) -> None:
    case = await office.accepted()
    told = (await office.officer.get(f"/v1/cases/{case}/receipt")).json()
    code = (await office.officer.get(f"/v1/cases/{case}/look-up-code")).json()["code"]
    main = (await office.officer.get(f"/v1/cases/{case}")).json()
    promise = next(clock for clock in main["clocks"] if clock["key"] == main["main"])
    assert (told["code"], told["due_at"]) == (code, promise["due_at"])
    assert PROMISE in told["promise"]["quote"]
    assert told["why_zh"]
    assert told["why_en"].isascii() or told["why_en"] != told["why_zh"]
    for language, name in (("zh", "回执"), ("en", "Receipt")):
        officer = visitor(office, CallerRole.OFFICER)
        await officer.sign_in()
        page = await officer.get(f"/cases/{case}/receipt?lang={language}")
        assert page.status_code in {200, 303}, page.text
        page = await officer.get(f"/cases/{case}/receipt")
        text = html.unescape(page.text)
        for said in (case, code, PROMISE, name, told[f"why_{language}"], "/look-up"):
            assert said in text
    linked = await officer.get(f"/cases/{case}")
    assert f'href="/cases/{case}/receipt"' in linked.text


async def test_before_acceptance_it_says_so(office: Office) -> None:
    case = await office.opened()
    told = (await office.officer.get(f"/v1/cases/{case}/receipt")).json()
    assert told["accepted_at"] is None
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    assert "尚未" in (await officer.get(f"/cases/{case}/receipt")).text


@pytest.mark.parametrize(("role", "company"), [(CallerRole.AUDITOR, None), (CallerRole.UTILITY, "suzhou-water")])
async def test_who_may_not_tell_the_code_sees_no_receipt(office: Office, role: CallerRole, company: str | None) -> None:
    case = await office.accepted()
    person = visitor(office, role, company)
    await person.sign_in()
    assert (await person.get(f"/cases/{case}/receipt")).status_code == 403
    assert (await office.officer.get("/v1/cases/nowhere/receipt")).status_code == 404
