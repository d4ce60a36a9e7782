"""One case as a page: nobody sees another's."""

import re

from api.access.api_keys import CallerRole
from sla.commitments.register import REGISTER
from tests.api.office import Office, local
from tests.api.pages.visitor import visitor


async def test_a_case_is_found_and_shows_how_much_is_left_and_until_when(office: Office) -> None:
    case = await office.accepted()
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    listed = await officer.get(f"/cases?q={case.lower()}")
    assert f'id="case-{case}" href="/cases/{case}?l=' in listed.text  # with its place in the list
    shown = (await officer.get(f"/cases/{case}")).text
    assert "3月8日（周一）17:30" in shown
    assert "办结时间不超过 4 个工作日" in shown
    assert 'class="ruler size-' in shown
    english = (await officer.get(f"/cases/{case}?lang=en")).text
    assert "Mon 8 Mar 17:30" in english
    assert '<html lang="en">' in english


async def test_how_a_promise_is_read_is_said_in_the_language_of_the_page(office: Office) -> None:
    case = await office.accepted(procedure="company-setup", variant="standard")
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    english = REGISTER["sz-21-company-setup"].interpretation
    pages = [(await officer.get(f"/cases/{case}?lang={lang}")).text for lang in ("zh", "en")]
    assert "该句末尾的用语视为约束句中的两个数字" in pages[0]
    assert [all(text in page for text in english) for page in pages] == [False, True]
    assert not any(text in pages[0] for text in english)


async def test_a_utility_sees_its_own_steps_and_neither_promise_nor_anothers_case(office: Office) -> None:
    case = await office.accepted()
    water, gas = (visitor(office, CallerRole.UTILITY, company) for company in ("suzhou-water", "suzhou-gas"))
    await water.sign_in()
    shown = (await water.get(f"/cases/{case}")).text
    assert "联合踏勘" in shown
    assert "承诺 ·" not in shown
    assert "办结时间不超过" not in shown
    await gas.sign_in()
    foreign, missing = await gas.get(f"/cases/{case}"), await gas.get("/cases/NO-SUCH-CASE")
    assert foreign.status_code == missing.status_code == 404


async def test_a_page_that_has_not_changed_is_not_sent_again(office: Office) -> None:
    case = await office.accepted()
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    first = await officer.get(f"/cases/{case}?clock=promise/sz-22-water-no-pipe")
    same = await officer.get(str(first.url), **{"If-None-Match": first.headers["etag"]})
    assert same.status_code in {200, 304}
    assert (await officer.get(f"/cases/{case}?clock=none")).status_code == 404


async def test_what_is_told_on_a_later_day_in_china_says_when_it_was_told(office: Office) -> None:
    before, today = await office.opened(at=local("2021-03-03 23:30")), await office.opened(at=local("2021-03-04 07:00"))
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    events = [(await officer.get(f"/cases/{case}")).text.partition("经过")[2] for case in (before, today)]
    assert re.search(r"3月3日 23:30<small>3月4日 12:\d\d 报送</small>", events[0])
    assert re.search(r"3月4日 07:00</td>", events[1])
