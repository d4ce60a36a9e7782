"""The list of cases: nothing open is hidden or stands twice, its numbers are those of its lists, and red is a broken promise."""

import csv
import io
import re
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from activities.store.groups import CaseGroup
from api.app import create_app
from api.pages.saved_views import MOST_VIEWS
from tests.api.office import file_store
from tests.api.pages.list_page import chips, groups, lines, whole_list
from tests.api.pages.visitor import Visitor
from tests.browser.city import City, full_city


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    """A city with all its stories, which nobody changes."""
    with closing(file_store(tmp_path_factory.mktemp("city"))) as store:
        yield await full_city(store)


async def signed_in(city: City, who: str = "officer") -> Visitor:
    somebody = Visitor(create_app(city.services), city.keys[who])
    await somebody.sign_in()
    return somebody


async def test_every_open_case_stands_in_one_group_and_the_numbers_add_up(city: City) -> None:
    officer = await signed_in(city)
    page = await whole_list(officer, "/cases")
    shown = [line.case for line in lines(page)]
    assert sorted(shown) == city.open_cases
    parts = groups(page)
    assert [title for title, _, _ in parts] == ["超期", "有到期日", "中止计时", "到期日超出已公布日历", "未开始"] + (
        ["承诺已有判定，办件未结"] if len(parts) > 5 else []
    )
    assert [number for _, number, _ in parts] == [len(rows) for _, _, rows in parts]
    assert chips(page)["全部"][1] == len(shown)
    assert f"<b>{len(shown)} 件</b>，按剩余工作时间，超期在前" in page


async def test_the_number_of_a_chip_is_the_length_of_its_list(city: City) -> None:
    officer = await signed_in(city)
    for narrowed in ("", "procedure=water-connection&", "jurisdiction=taicang&"):
        page = await whole_list(officer, f"/cases?{narrowed}")
        found = chips(page)
        assert {"全部", "超期", "今日到期", "临期", "正常", "中止计时", "无到期日", "环节超时"} <= found.keys()
        for title, (href, number) in found.items():
            of_chip = await whole_list(officer, href)
            assert len(lines(of_chip)) == number, (narrowed, title)
            assert f"<b>{number} 件</b>" in of_chip
            assert chips(of_chip) == {name: (chips(of_chip)[name][0], count) for name, (_, count) in found.items()}


async def test_only_a_broken_promise_is_red(city: City) -> None:
    officer = await signed_in(city)
    page = await whole_list(officer, "/cases")
    for title, _, rows in groups(page):
        for line in rows:
            red = 'class="left-of red"' in line.html or 'class="chip overdue"' in line.html
            assert red == (title == "超期"), line.case
            if title not in ("超期", "承诺已有判定，办件未结"):
                assert '<path class="overdue"' not in line.html, line.case
    by_case = {line.case: line for line in lines(page)}
    long = by_case[city.case("average-too-long")]
    assert long.cells["状态"] == "超均值"
    assert long.cells["剩余"].startswith("超 ")
    assert "均值承诺" in long.cells["标记"]
    assert by_case[city.case("overdue-then-suspended")].cells["状态"] == "超期"
    closed = {line.case: line for line in lines(await whole_list(officer, "/cases?open=false"))}
    assert 'class="chip missed"' not in closed[city.case("ramp-up")].html


async def test_a_row_says_what_is_left_in_its_limits_own_unit(city: City) -> None:
    officer = await signed_in(city)
    by_case = {line.case: line.cells for line in lines(await whole_list(officer, "/cases"))}

    def cells(story: str) -> dict[str, str]:
        return by_case[city.case(story)]

    assert cells("overdue")["剩余"] == "超 4 日"
    assert cells("due-today")["剩余"] == "6 时 47 分"
    assert cells("due-today")["到期"] == "今日 17:30"
    assert cells("due-tomorrow")["到期"] == "明日 17:30"
    assert cells("due-tomorrow")["剩余"] == "1 个工作日"
    assert cells("suspended")["到期"] == "—"
    assert cells("suspended")["剩余"] == "2 个工作日"
    assert "检验，自 11月24日 起" in cells("suspended")["标记"]
    assert cells("beyond-the-calendar")["到期"] == "待 2027 年放假通知"
    assert "缺 " in cells("beyond-the-calendar")["标记"]
    assert "环节超时·黄牌" in cells("yellow-card")["标记"]
    assert "环节超时·红牌" in cells("red-card")["标记"]
    assert cells("four-permits")["当前环节、办理主体"].endswith("等 4 个单位")
    assert "等 5 项" in cells("four-permits")["当前环节、办理主体"]
    assert cells("same-day")["已用／时限"].startswith("当日")
    assert "次日受理" in cells("accepted-after-hours")["标记"]


async def test_left_due_and_used_are_those_of_the_api(city: City) -> None:
    officer = await signed_in(city)
    shown = {line.case: line.cells for line in lines(await whole_list(officer, "/cases?open=any"))}
    async with city.person("supervisor") as person:
        answer = (await person.get("/v1/cases", limit=200)).json()
    assert len(answer["cases"]) == len(shown)
    for case in answer["cases"]:
        cells, time = shown[case["case"]], case["time"]
        if time is None:
            assert cells["已用／时限"] == "—"
            continue
        if time["limit"]["amount"]:
            unit = {"workday": "", "workhour": " 时", "day": " 天", "month": " 月"}[time["limit"]["unit"]]
            ratio = f"{time['used']:g}／{time['limit']['amount']:g}{unit}"
            assert cells["已用／时限"].startswith(ratio), case["case"]
        if case["group"] == CaseGroup.OVERDUE and time["overdue_by"]:
            assert cells["剩余"].startswith(f"超 {time['overdue_by']:g} "), case["case"]
        if case["group"] == CaseGroup.SUSPENDED:
            assert cells["剩余"].startswith(f"{time['left']:g} "), case["case"]


async def test_pages_of_a_list_are_the_list(city: City) -> None:
    officer = await signed_in(city)
    whole = [line.case for line in lines(await whole_list(officer, "/cases?open=any"))]
    parts = [line.case for line in lines(await whole_list(officer, "/cases?open=any&limit=25"))]
    async with city.person("officer") as person:
        answer = (await person.get("/v1/cases", limit=200)).json()
    assert len(whole) > 50
    assert parts == whole == [case["case"] for case in answer["cases"]]


@pytest.mark.parametrize("descending", [False, True])
async def test_in_another_order_what_has_no_due_date_comes_last_with_its_number(city: City, descending: bool) -> None:
    officer = await signed_in(city)
    page = await whole_list(officer, f"/cases?sort=due{'&dir=desc' * descending}")
    (first, _, dated), (last, number, undated), (title, of_judged, judged) = groups(page)
    assert (title, of_judged) == ("承诺已有判定，办件未结", len(judged))
    assert first == ""
    assert last == "无到期日"
    assert number == len(undated)
    assert sorted(line.case for line in (*dated, *undated, *judged)) == city.open_cases
    assert {line.cells["到期"] for line in undated} <= {"—", "待 2027 年放假通知"}
    state = "descending" if descending else "ascending"
    assert f'<th scope="col" aria-sort="{state}">' in page
    assert ("倒序" in page) == descending


async def test_a_list_is_sorted_by_number_acceptance_and_use(city: City) -> None:
    officer = await signed_in(city)
    by_number = [line.case for line in lines(await whole_list(officer, "/cases?sort=case"))]
    assert by_number == city.open_cases
    for sort in ("accepted", "used"):
        assert sorted(line.case for line in lines(await whole_list(officer, f"/cases?sort={sort}"))) == by_number
    assert (await officer.get("/cases?sort=used&open=false")).status_code == 422


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("stading=overdue", "query/stading", "unknown-parameter"),
        ("standing=late", "query/standing", "unknown-value"),
        ("group=all", "query/group", "unknown-value"),
        ("flag=blue", "query/flag", "unknown-value"),
        ("open=maybe", "query/open", "unknown-value"),
        ("procedure=magic", "query/procedure", "unknown-value"),
        ("variant=magic", "query/variant", "unknown-value"),
        ("jurisdiction=beijing", "query/jurisdiction", "unknown-value"),
        ("open=true&open=false", "query/open", "given-twice"),
        ("due=soon", "query/due", "not-an-instant"),
        ("due=2026-11-30..2026-11-01", "query/due", "not-a-span"),
        ("sort=colour", "query/sort", "unknown-value"),
        ("dir=up", "query/dir", "unknown-value"),
        ("limit=51", "query/limit", "unknown-value"),
        ("format=pdf", "query/format", "unknown-value"),
        ("from=yesterday", "query/from", "not-a-day"),
        ("after=nonsense", "query/after", "bad-cursor"),
    ],
)
async def test_a_bad_parameter_is_refused_and_named(city: City, query: str, pointer: str, code: str) -> None:
    officer = await signed_in(city)
    answer = await officer.get(f"/cases?{query}")
    assert answer.status_code == 400
    assert pointer in answer.text


async def test_a_form_with_two_days_becomes_an_address(city: City) -> None:
    officer = await signed_in(city)
    sent = "/cases?procedure=&variant=&owner=&from=2026-11-26&to=2026-11-27&open=&q="
    answer = await officer.get(sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases?due=2026-11-26..2026-11-27")
    page = (await officer.get(answer.headers["location"])).text
    assert 'name="from" id="from" value="2026-11-26"' in page
    assert "条件：到期 2026-11-26—2026-11-27、在办" in page
    found = {line.case for line in lines(page)}
    assert {city.case("due-today"), city.case("due-tomorrow")} <= found
    assert city.case("overdue") not in found


async def test_a_form_keeps_the_order_and_says_its_conditions(city: City) -> None:
    officer = await signed_in(city)
    page = (
        await officer.get(
            "/cases?procedure=water-connection&jurisdiction=suzhou&owner=市水务集团&sort=accepted&dir=desc"
        )
    ).text
    assert "条件：获得用水、苏州市、市水务集团、在办" in page
    assert '<input type="hidden" name="sort" value="accepted">' in page
    assert '<option value="市水务集团" selected>' in page
    assert lines(page)


async def test_closed_cases_are_a_group_with_its_number(city: City) -> None:
    officer = await signed_in(city)
    closed = sorted(set(city.cases.values()) - set(city.open_cases))
    for state in ("false", "any"):
        [*_, (title, number, rows)] = groups(await whole_list(officer, f"/cases?open={state}"))
        assert (title, number) == ("已办结", len(closed))
        assert sorted(line.case for line in rows) == closed


async def test_an_empty_list_says_so(city: City) -> None:
    officer = await signed_in(city)
    assert "没有符合条件的办件。" in (await officer.get("/cases?q=no-such-number")).text
    assert "没有超期办件。" in (await officer.get("/cases?q=no-such-number&group=overdue")).text


async def test_a_table_has_the_rows_that_are_counted(city: City) -> None:
    officer = await signed_in(city)
    for query in ("", "?group=overdue", "?procedure=water-connection&sort=due", "?open=any"):
        page = (await officer.get(f"/cases{query}")).text
        href = unescape(page.partition("download>")[0].rpartition('href="')[2].partition('"')[0])
        answer = await officer.get(href)
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.content.startswith("\ufeff".encode())
        table = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert f"导出 CSV（{len(table) - 1} 行）" in page, query


async def test_a_case_leads_to_its_neighbours_in_the_list(city: City) -> None:
    officer = await signed_in(city)
    page = (await officer.get("/cases?procedure=water-connection")).text
    rows = lines(page)
    for number, line in enumerate(rows, 1):
        case = (await officer.get(line.href)).text
        assert f"第 {number} 件，共 {len(rows)} 件" in case
        before, after = re.search(r'href="([^"]+)" rel="prev"', case), re.search(r'href="([^"]+)" rel="next"', case)
        assert (before and before[1]) == (rows[number - 2].href if number > 1 else None)
        assert (after and after[1]) == (rows[number].href if number < len(rows) else None)
        back = f'href="/cases?procedure=water-connection#case-{line.case}"'
        assert back in case
    other = await officer.get(f"/cases/{city.case('working-hours')}?{urlsplit(rows[0].href).query}")
    assert "已不在列表中" in other.text


async def test_a_session_remembers_eight_lists_and_never_mistakes_one_for_another(city: City) -> None:
    officer = await signed_in(city)

    async def listed(query: str) -> str:
        page = (await officer.get(f"/cases?{query}")).text
        return parse_qs(urlsplit(lines(page)[0].href).query)["l"][0]

    first = await listed("sort=case")
    assert await listed("sort=case") == first
    case = city.open_cases[0]
    assert "第 1 件" in (await officer.get(f"/cases/{case}?l={first}")).text
    numbers = {await listed(f"sort=case&q={'-' * 0}{letter}") for letter in ("S", "SZ", "SZ-", "Z-", "Z", "-", "C")}
    assert len({first, *numbers}) == 8
    assert "第 1 件" in (await officer.get(f"/cases/{case}?l={first}")).text
    await listed("sort=accepted")
    gone = (await officer.get(f"/cases/{case}?l={first}")).text
    assert "返回列表" not in gone
    other = await signed_in(city)
    assert "返回列表" not in (await other.get(f"/cases/{case}?l={first}")).text


async def test_views_are_saved_under_a_name_listed_and_removed(city: City) -> None:
    officer, supervisor = await signed_in(city), await signed_in(city, "supervisor")
    await officer.get("/cases?group=overdue&sort=left")
    for number in range(MOST_VIEWS):
        kept = await officer.post(
            "/cases/views", {"name": f"视图 {number}", "query": "group=overdue", "back": "/cases"}
        )
        assert (kept.status_code, kept.headers["location"]) == (303, "/cases")
    assert (await officer.post("/cases/views", {"name": "再一个", "query": ""})).status_code == 422
    again = await officer.post("/cases/views", {"name": "视图 0", "query": "jurisdiction=taicang&after=x"})
    assert again.status_code == 303, "one of the same name is replaced"
    page = (await officer.get("/cases")).text
    assert page.count('href="/cases?group=overdue">视图') == MOST_VIEWS - 1
    assert "视图" not in re.sub("常用视图", "", (await supervisor.get("/cases")).text)
    for number in range(MOST_VIEWS):
        await officer.post("/cases/views/drop", {"name": f"视图 {number}"})
    assert 'href="/cases?group=overdue">视图' not in (await officer.get("/cases")).text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": ""}, 422),
        ({"name": "x" * 41}, 422),
        ({"name": "13812345678"}, 422),
        ({"query": "procedure=magic"}, 400),
    ],
)
async def test_a_view_that_is_none_is_not_saved(city: City, fields: dict[str, str], status: int) -> None:
    officer = await signed_in(city)
    await officer.get("/cases")
    assert (await officer.post("/cases/views", {"name": "视图", "query": "", **fields})).status_code == status


async def test_a_utility_sees_its_own_cases_and_steps_and_nothing_of_a_promise(city: City) -> None:
    water = await signed_in(city, "suzhou-water")
    page = await whole_list(water, "/cases")
    main = page.partition("<main")[2]
    shown = lines(page)
    assert {city.case("overdue"), city.case("suspended")} <= {line.case for line in shown}
    assert city.case("overdue-taicang") not in {line.case for line in shown}
    for word in ("超期", "临期", "中止计时", "到期", "剩余", "承诺", "均值", "城管", "data-pick", "中止"):
        assert word not in main, word
    for name in (
        "standing=overdue",
        "group=overdue",
        "due=today",
        "step=over",
        "owner=市水务集团",
        "from=2026-11-26",
        "sort=due",
    ):
        assert (await water.get(f"/cases?{name}")).status_code == 400
    assert f"<b>{len(shown)} 件</b>" in page
    saved = await water.post("/cases/views", {"name": "超期", "query": "group=overdue"})
    assert saved.status_code == 400


async def test_a_page_that_goes_on_is_the_same_page_as_long_as_its_cases_stand_so(city: City) -> None:
    officer = await signed_in(city)
    first = await officer.get("/cases?limit=25")
    assert 'rel="next"' in first.text
    again = await officer.get("/cases?limit=25", **{"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


async def test_only_an_officer_picks_rows(city: City) -> None:
    for who, picks in (("officer", True), ("supervisor", False), ("auditor", False)):
        page = (await (await signed_in(city, who)).get("/cases")).text
        assert ("data-pick " in page) == picks
        assert ('action="/batch/complete"' in page) == picks


async def test_the_red_card_comes_when_the_setting_says_on_every_page(city: City) -> None:
    case = city.case("yellow-card")

    async def cards(red_cards: dict[str, int]) -> list[bool]:
        settings = city.services.settings.model_copy(update={"red_cards": red_cards})
        officer = Visitor(create_app(replace(city.services, settings=settings)), city.keys["officer"])
        await officer.sign_in()
        [row] = [line for line in lines(await whole_list(officer, "/cases")) if line.case == case]
        desk = (await officer.get("/desk/sz-water?show=over")).text
        [here] = [one for one in desk.split("<tr>") if f'href="/cases/{case}" data-row' in one]
        found = [row.html, here, (await officer.get(f"/cases/{case}")).text]
        listed = lines((await officer.get("/cases?flag=step-red")).text)
        return [*("环节超时·红牌" in text for text in found), case in {line.case for line in listed}]

    assert await cards({}) == [False] * 4
    assert await cards({"water-connection": 1}) == [True] * 4
    assert await cards({"gas-connection": 1}) == [False] * 4


async def test_a_date_that_time_alone_moved_says_so_where_it_happened(city: City) -> None:
    officer = await signed_in(city)
    shown = (await officer.get(f"/cases/{city.case('presumed-accepted')}")).text.partition('id="events"')[2]
    [row] = [one for one in shown.split("<tr>") if "视为受理" in one]
    assert "11月24日 17:30" in row, "five working days after its receipt"
    assert re.search(r'class="move">到期 → 11月\d+日<', row)
    assert "第 0 号" not in row
    assert "视为受理" not in (await officer.get(f"/cases/{city.case('overdue')}")).text
