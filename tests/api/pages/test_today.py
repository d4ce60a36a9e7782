"""Today: every number is the length of its list at one instant, cases and steps are never added, and red is a broken promise."""

import re
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.store.lines import StepTally
from api.app import create_app
from api.demo.stories import NOW
from api.pages.today import late_share
from api.views.instants import instants_of
from sla.release import RELEASE
from tests.api.office import file_store
from tests.api.pages.list_page import text
from tests.api.pages.statements import FRAME, MOST, reads_of
from tests.api.pages.visitor import Visitor
from tests.browser.city import City, full_city
from tests.desk import at

FIGURE = re.compile(
    r'(?:<a class="figure" href="([^"]+)"[^>]*>|<span class="figure">)<b data-count="([^"]+)">\+?([^<]+)</b>'
)
NOTE = re.compile(r'<small>(?:<span class="card-mark.*?</span>)?(?:<a href="([^"]+)">)?([^<]*?)\s*(?:</a>)?</small>')
DESK = re.compile(r'<tr><th scope="row"><a href="(/desk/[^"]+)">(.*?)</tr>', re.DOTALL)
NUMBER = re.compile(r'<a href="(/desk/[^"]+)" aria-label="[^"]*">(\d+)</a>')
PAGE = 150_000  # bytes


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    """A city with all its stories, which nobody changes."""
    with closing(file_store(tmp_path_factory.mktemp("city"))) as store:
        yield await full_city(store)


async def signed_in(city: City, who: str = "officer") -> Visitor:
    somebody = Visitor(create_app(city.services), city.keys[who])
    await somebody.sign_in()
    return somebody


async def today(city: City, who: str = "officer") -> str:
    answer = await (await signed_in(city, who)).get("/today")
    assert answer.status_code == 200, answer.text
    return answer.text


def table(page: str) -> str:
    return page.partition('<table class="stack counts"')[2].partition("</table>")[0]


def figures(page: str) -> dict[str, tuple[str, int]]:
    """Each number of the table by what it counts, with its list."""
    found = FIGURE.findall(table(page))
    return {unescape(name): (unescape(href), int(number.replace("\u2009", ""))) for href, name, number in found}


async def length(somebody: Visitor, href: str) -> int:
    """How many rows a list has, on all its pages."""
    rows, following = 0, href
    while following:
        answer = await somebody.get(following)
        assert answer.status_code == 200
        rows += answer.text.count(" data-row>")
        further = re.search(r'href="([^"]+)" rel="next"', answer.text)
        following = unescape(further[1]) if further else ""
    return rows


async def test_each_number_of_cases_is_the_length_of_its_list(city: City) -> None:
    officer = await signed_in(city)
    page = (await officer.get("/today")).text
    lists = {href: number for href, number in figures(page).values() if href.startswith("/cases")}
    for href, said in NOTE.findall(table(page)):
        if href:
            [number] = re.findall(r"\d+", said)
            assert lists.setdefault(unescape(href), int(number)) == int(number)
    assert {"/cases?flag=noted", "/cases?flag=lacking"} <= set(lists)
    assert len(lists) >= 15
    assert {href: await length(officer, href) for href in lists} == lists
    assert all(number > 0 for href, number in lists.items())


async def test_the_parts_of_the_open_cases_and_steps_make_up_what_is_open(city: City) -> None:
    page = await today(city)
    number = {name: count for name, (_, count) in figures(page).items()}
    notes = {unescape(href): int(re.findall(r"\d+", said)[0]) for href, said in NOTE.findall(table(page)) if href}
    others = ("/cases?standing=overdue&group=dated", "/cases?group=judged", "/cases?group=not-started")
    parts = ("超期办件", "临期办件", "中止计时办件", "正常办件")
    assert sum(number[name] for name in parts) + sum(notes[href] for href in others) == number["在办办件"]
    assert number["在办办件"] == len(city.open_cases)
    untimed = int(re.findall(r"未开始或无内控 (\d+)", page)[0])
    parts = ("超时环节", "临期环节", "中止环节", "正常环节")
    assert sum(number[name] for name in parts) + untimed == number["在手环节"]
    yellow, red = re.findall(r"黄牌 (\d+)", page)[0], re.findall(r"</span>红牌 (\d+)", page)[0]
    assert int(yellow) + int(red) == number["超时环节"]


async def test_each_number_of_a_desk_is_the_length_of_its_list_and_desks_add_up(city: City) -> None:
    officer = await signed_in(city)
    page = (await officer.get("/today")).text
    section = page.partition('aria-labelledby="desks"')[2].partition("</section>")[0]
    desks = DESK.findall(section)
    assert len(desks) == 12
    numbers = {unescape(href): int(number) for _, row in desks for href, number in NUMBER.findall(row)}
    assert {href: await length(officer, href) for href in numbers} == numbers
    cells = re.findall(r'<td class="number" data-label="(在手|超时)">(.*?)</td>', section, re.DOTALL)
    sums = {"在手": 0, "超时": 0}
    for name, cell in cells:
        found = re.search(r">?(\d+)<?", text(cell))
        sums[name] += int(found[1]) if found else 0
    known = {name: count for name, (_, count) in figures(page).items()}
    assert sums == {"在手": known["在手环节"], "超时": known["超时环节"]}


async def test_what_to_do_first_is_how_the_list_of_cases_begins(city: City) -> None:
    officer = await signed_in(city)
    rows = re.compile(r'<a id="case-([^"]+)"')
    first = rows.findall((await officer.get("/today")).text)
    assert first == rows.findall((await officer.get("/cases")).text)[:12]
    assert len(first) == 12


async def test_red_is_a_broken_promise_and_a_step_past_its_target_is_a_card(city: City) -> None:
    page = await today(city)
    assert figures(page)["超期办件"][1] == 7
    assert table(page).count('class="overdue"') == 1
    assert table(page).count('class="red"') == 1
    steps = table(page).partition("环节　内控时限")[2]
    assert 'class="overdue"' not in steps
    assert 'class="red"' not in steps
    row = page.partition(f'id="case-{city.case("average-too-long")}"')[0].rpartition("<tr>")[2]
    assert 'class="chip amber"' in row
    assert "超均值" in row


async def test_what_has_happened_since_yesterday_is_counted_and_nothing_is_said_as_nothing(city: City) -> None:
    page = await today(city, "supervisor")
    section = page.partition('aria-labelledby="since"')[2].partition("</section>")[0]
    assert "昨日 17:30 以来" in section
    rows = [text(row).split() for row in re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)]
    assert [(row[0], row[1]) for row in rows] == [
        ("1", "办件新超期"),
        ("1", "办结"),
        ("1", "办件预警撤销"),
        ("1", "环节预警撤销"),
        ("1", "补录待确认"),
        ("0", "日历变动改变到期日的办件"),
    ]
    [closed] = [unescape(href) for href in re.findall(r'href="(/cases[?][^"]*closed=[^"]*)"', section)]
    officer = await signed_in(city)
    assert await length(officer, closed) == 1
    assert "办结" in officer.page.partition("条件")[2].partition("</p>")[0]
    assert await length(officer, closed.replace("status=decided", "status=withdrawn")) == 0
    recent = city.store.recent(instants_of(RELEASE, at(NOW)))
    assert recent.cases_withdrawn == recent.steps_withdrawn == {"told-late": 1}
    assert 'href="/told-late"' in section
    assert 'href="/told-late"' not in (await today(city, "auditor")).partition('aria-labelledby="since"')[2]


async def test_a_promised_average_stands_there_where_it_is_broken(city: City) -> None:
    section = (await today(city)).partition('aria-labelledby="averages"')[2].partition("</section>")[0]
    [row] = re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)
    said = text(row)
    assert "承诺不超过 7 个工作日" in said
    assert "7.60" in said
    assert "未达标" in said


async def test_the_page_asks_six_questions_at_most_and_is_small(city: City) -> None:
    officer = await signed_in(city)
    await officer.get("/today")  # the averages of this minute are counted
    with reads_of(city.store) as reads:
        answer = await officer.get("/today")
    assert 0 < len(reads) <= FRAME + MOST
    assert len(answer.content) <= PAGE


async def test_the_menu_says_how_many_steps_are_over_and_how_many_completions_wait(city: City) -> None:
    page = await today(city)
    badges = dict(re.findall(r'<a href="([^"]+)"[^>]*>[^<]*<b class="badge">([^<]+)</b>', page))
    assert badges == {"/desk": str(figures(page)["超时环节"][1]), "/told-late": "1"}
    company = await signed_in(city, "suzhou-water")
    menu = (await company.get("/cases")).text
    water = next(desk for desk in city.store.desks(instants_of(RELEASE, at(NOW))) if desk.owner == "市水务集团")
    assert f'环节台 <b class="badge">{water.steps.over}</b>' in menu


@pytest.mark.parametrize("who", ["officer", "supervisor", "auditor"])
async def test_who_oversees_begins_with_today(city: City, who: str) -> None:
    somebody = Visitor(create_app(city.services), city.keys[who])
    assert (await somebody.sign_in()).headers["location"] == "/today"
    assert (await somebody.get("/")).headers["location"] == "/today"
    page = (await somebody.get("/today?lang=en")).text
    assert "<h1>Today" in page
    assert 'data-count="Cases overdue">7<' in page


async def test_a_company_begins_at_its_desk_and_has_no_today(city: City) -> None:
    company = Visitor(create_app(city.services), city.keys["suzhou-gas"])
    assert (await company.sign_in()).headers["location"] == "/desk"
    assert (await company.get("/")).headers["location"] == "/desk"
    assert (await company.get("/today")).status_code == 404
    assert 'href="/today"' not in (await company.get("/cases")).text


async def test_today_has_no_parameters(city: City) -> None:
    answer = await (await signed_in(city)).get("/today?standing=overdue")
    assert answer.status_code == 400
    assert "query/standing" in answer.text


async def test_on_a_day_off_the_next_working_day_is_said(city: City) -> None:
    city.clock.set(at("2026-11-28 10:00"))  # a Saturday
    try:
        page = await today(city)
        english = (await (await signed_in(city)).get("/today?lang=en")).text
    finally:
        city.clock.set(at(NOW))
    assert "今日休息，下一个工作日 11月30日（周一）" in page
    assert "昨日以来新增" in page
    assert "昨日 17:30 以来" in page
    assert "A day off today; the next working day is Mon 30 Nov" in english
    assert "今日休息" not in await today(city)


async def test_on_monday_the_last_close_was_on_friday(city: City) -> None:
    city.clock.set(at("2026-11-30 09:00"))
    try:
        page = await today(city)
        officer = await signed_in(city)
        href, number = figures(page)["新增超期办件"]
        assert number == await length(officer, href) > 0
    finally:
        city.clock.set(at(NOW))
    assert "11月27日（周五）17:30 以来" in page
    assert "上次下班以来新增" in page
    assert "昨日" not in page


async def test_in_an_office_without_cases_nothing_is_counted(tmp_path_factory: pytest.TempPathFactory) -> None:
    with closing(file_store(tmp_path_factory.mktemp("empty"))) as store:
        page = await today(City(store))
    assert {number for _, number in figures(page).values()} == {0}
    for said in ("没有在办办件。", "没有在手环节。", "没有均值承诺未达标或预计未达标。"):
        assert said in page


@given(over=st.integers(0, 40), other=st.integers(0, 400), suspended=st.integers(0, 40))
def test_a_share_is_said_where_the_rule_of_the_departments_alert_holds(over: int, other: int, suspended: int) -> None:
    clocked = over + other
    steps = StepTally(open=clocked + suspended, over=over, suspended=suspended, clocked=clocked)
    assert bool(late_share(steps)) == (over >= 3 and 10 * over > clocked)


def test_a_share_is_of_the_steps_whose_target_runs() -> None:
    assert late_share(StepTally(open=100, over=11, suspended=13, clocked=87)) == "12.6 %"


async def test_averages_are_counted_again_after_a_minute(city: City) -> None:
    officer = await signed_in(city)
    await officer.get("/today")
    city.clock.set(at(NOW) + timedelta(minutes=2))
    try:
        page = (await officer.get("/today")).text
    finally:
        city.clock.set(at(NOW))
    assert "10:44:07 计" in page
