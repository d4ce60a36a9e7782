"""The list of cases and one case, as pages: what is asked wrongly is named, and nobody sees another's."""

import re

import pytest

from api.access.api_keys import CallerRole
from tests.api.office import Office, local
from tests.api.pages.visitor import visitor


async def test_a_case_is_found_and_shows_how_much_is_left_and_until_when(office: Office) -> None:
    case = await office.accepted()
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    listed = await officer.get(f"/cases?q={case.lower()}")
    assert f'href="/cases/{case}"' in listed.text
    shown = (await officer.get(f"/cases/{case}")).text
    assert "3月8日（周一）17:30" in shown
    assert "办结时间不超过 4 个工作日" in shown
    assert 'class="ruler size-' in shown
    english = (await officer.get(f"/cases/{case}?lang=en")).text
    assert "Mon 8 Mar 17:30" in english
    assert '<html lang="en">' in english


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("stading=overdue", "query/stading", "unknown-parameter"),
        ("standing=late", "query/standing", "unknown-value"),
        ("open=maybe", "query/open", "unknown-value"),
        ("procedure=magic", "query/procedure", "unknown-value"),
        ("open=yes&open=no", "query/open", "given-twice"),
    ],
)
async def test_a_bad_parameter_is_refused_and_named(office: Office, query: str, pointer: str, code: str) -> None:
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    answer = await officer.get(f"/cases?{query}")
    assert answer.status_code == 400
    assert f"<code>{pointer}</code>: <code>{code}</code>" in answer.text


async def test_a_cursor_of_another_list_is_refused(office: Office) -> None:
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    assert (await officer.get("/cases?after=nonsense")).status_code == 400


async def test_the_list_goes_on_where_the_page_ends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.cases.LIMIT", 2)
    wanted = {await office.accepted(case=f"PAGE-{number}") for number in range(5)}
    officer = visitor(office, CallerRole.OFFICER)
    await officer.sign_in()
    path, seen = "/cases?q=PAGE-", list[str]()
    for _ in range(3):
        text = (await officer.get(path)).text
        seen += [case for case in sorted(wanted) if f'href="/cases/{case}"' in text]
        path = text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert sorted(seen) == sorted(wanted)


async def test_a_utility_sees_its_own_steps_and_neither_promise_nor_anothers_case(office: Office) -> None:
    case = await office.accepted()
    water, gas = (visitor(office, CallerRole.UTILITY, company) for company in ("suzhou-water", "suzhou-gas"))
    await water.sign_in()
    shown = (await water.get(f"/cases/{case}")).text
    assert "联合踏勘" in shown
    assert "承诺 ·" not in shown
    assert "办结时间不超过" not in shown
    assert (await water.get("/cases?standing=overdue")).status_code == 400
    listed = (await water.get(f"/cases?q={case}")).text
    assert case in listed
    assert "临期" not in listed
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
