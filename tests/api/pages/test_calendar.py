"""The working calendar as a page and over the API: what works, what a notice changed, and what was known when."""

import re
from datetime import date

import pytest

from api.access.api_keys import CallerRole
from api.views.calendar import calendar_year
from sla.almanac import NATION
from sla.calendar import DayKind
from sla.release import RELEASE
from tests.api.office import Office, codes, problem
from tests.api.pages.visitor import Visitor, faults_said, visitor
from tests.desk import at

YEARS = range(2004, 2027)


async def signed_in(office: Office, role: CallerRole = CallerRole.AUDITOR, company: str | None = None) -> Visitor:
    found = visitor(office, role, company)
    await found.sign_in()
    return found


@pytest.mark.parametrize("year", YEARS)
def test_a_year_has_all_its_days_as_the_calendar_has_them(year: int) -> None:
    found = calendar_year(RELEASE, NATION, year, date(2026, 11, 26))
    calendar = RELEASE.calendar_for(NATION, date(2026, 11, 26))
    days = [day for month in found.months for day in month.days]
    assert [one.day for one in days] == [
        date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
    ]
    assert [one.kind for one in days] == [calendar.kind(one.day) for one in days]
    working = {DayKind.WORKING, DayKind.MAKE_UP}
    for month in found.months:
        assert month.working_days == sum(day.kind in working for day in month.days)
    assert found.working_days == sum(month.working_days for month in found.months)
    ordered = {day for one in found.notices for day in (*one.to_off, *one.to_work)}
    assert {one.day for one in days if one.kind is DayKind.MAKE_UP} <= ordered
    assert {one.day for one in days if one.changed} <= ordered


def test_the_days_that_a_later_notice_moved_are_told_and_only_once_it_was_published() -> None:
    after, before = (calendar_year(RELEASE, "suzhou", 2020, date(2020, 1, day)) for day in (27, 26))
    changed = [one.day for month in after.months for one in month.days if one.changed]
    assert changed == [date(2020, 1, 31), date(2020, 2, 1)]
    assert not any(one.changed for month in before.months for one in month.days)
    assert (after.working_days, after.first_working_days, before.working_days) == (249, 251, 251)
    assert after.notices[-1].number == "国办发明电〔2020〕1号"
    assert after.notices[-1].version == after.version != before.version


async def test_the_api_shows_a_year_day_by_day(office: Office) -> None:
    shown = (await office.gas.get("/v1/calendars/suzhou/2020", as_of="2020-01-27")).json()
    assert (shown["working_days"], shown["first_working_days"], shown["as_of"]) == (249, 251, "2020-01-27")
    assert [day["day"] for month in shown["months"] for day in month["days"] if day["changed"]] == [
        "2020-01-31",
        "2020-02-01",
    ]
    for path, pointer, code in (
        ("/v1/calendars/suzhou/2022", "path/year", "calendar-horizon"),
        ("/v1/calendars/suzhou/2003", "path/year", "calendar-horizon"),
        ("/v1/calendars/canary/2020", "path/jurisdiction", "not-found"),
    ):
        answer = await office.gas.get(path)
        assert (answer.status_code, problem(answer), codes(answer)) == (404, "not-found", [(pointer, code)])


async def test_the_page_shows_what_rests_what_works_and_what_was_changed(office: Office) -> None:
    seen = await signed_in(office)
    text = (await seen.get("/calendar/2020?lang=zh")).text
    assert "全年 249 个工作日" in text
    assert "原 251" in text
    assert len(re.findall(r'class="day [a-z-]+ changed', text)) == 2
    assert re.search(r'class="day make-up[^>]*>19<i>班</i>', text)
    assert text.count('<table class="month">') == 12
    assert len(re.findall(r'<td class="day ', text)) == 366
    assert "国办发明电〔2020〕1号" in text
    earlier = (await seen.get("/calendar/2020?as_of=2020-01-26")).text
    assert "全年 251 个工作日" in earlier
    assert "国办发明电〔2020〕1号" not in earlier


async def test_the_page_says_how_far_a_changed_calendar_is_to_whoever_oversees_cases(office: Office) -> None:
    office.store.sweep_went(("CN:x",), at("2021-03-04 09:00"))
    officer = await signed_in(office, CallerRole.OFFICER)
    page = (await officer.get("/calendar/2021?lang=zh")).text
    assert "按本日历重算在办件：0 / " in page
    assert "3月4日 09:00 开始，进行中" in page
    office.store.sweep_went(("CN:x",), at("2021-03-04 09:08"), seen=12, moved=7, ended=True)
    page = (await officer.get("/calendar/2021?lang=en")).text
    assert "due dates moved in 7; since 4 Mar 09:00, finished 4 Mar 09:08" in page
    water = await signed_in(office, CallerRole.UTILITY, "suzhou-water")
    assert "重算在办件" not in (await water.get("/calendar/2021?lang=zh")).text


async def test_today_is_marked_and_the_last_days_of_the_last_year_are_provisional(office: Office) -> None:
    seen = await signed_in(office)
    answer = await seen.get("/calendar")
    assert (answer.status_code, answer.headers["location"]) == (303, "/calendar/2021")
    text = (await seen.get("/calendar/2021?lang=zh")).text
    assert re.search(r'class="day working now" aria-current="date">4</td>', text)
    assert "12月29日" in text
    assert "2022 年放假通知公布前" in text
    assert len(re.findall(r'class="day working provisional"', text)) == 3
    assert "暂定" not in (await seen.get("/calendar/2020")).text


async def test_the_form_leads_to_its_year_and_keeps_what_else_was_asked(office: Office) -> None:
    seen = await signed_in(office)
    answer = await seen.get("/calendar?jurisdiction=taicang&year=2020&as_of=2020-01-26")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/calendar/2020?jurisdiction=taicang&as_of=2020-01-26",
    )


@pytest.mark.parametrize("path", ["2003", "2022", "canary", "20211", "٢٠٢١", "2021/1"])
async def test_a_year_that_is_not_published_is_no_page(office: Office, path: str) -> None:
    seen = await signed_in(office)
    assert (await seen.get(f"/calendar/{path}")).status_code == 404


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("jurisdiction=nanjing", "query/jurisdiction", "unknown-value"),
        ("as_of=once", "query/as_of", "not-a-day"),
        ("day=1", "query/day", "unknown-parameter"),
    ],
)
async def test_a_bad_parameter_is_refused_and_named(office: Office, query: str, pointer: str, code: str) -> None:
    seen = await signed_in(office)
    answer = await seen.get(f"/calendar/2021?{query}")
    assert answer.status_code == 400
    assert faults_said(answer.text) == [(pointer, code)]


async def test_everybody_has_the_calendar(office: Office) -> None:
    for role in set(CallerRole) - {CallerRole.IMPORTER, CallerRole.SECADMIN}:  # whose keys open no such page
        seen = await signed_in(office, role, "suzhou-water" if role is CallerRole.UTILITY else None)
        assert (await seen.get("/calendar/2021")).status_code == 200
        assert 'href="/calendar" aria-current="page"' in seen.page
