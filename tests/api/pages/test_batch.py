"""Many steps at once: each is shown before, is done by itself and once, and is answered by itself."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest

from api.app import create_app
from tests.api.office import WATER, Person, file_store
from tests.api.pages.visitor import Visitor
from tests.browser.city import City
from tests.desk import at

FIELD = re.compile(r'<(?:input|select)[^>]* name="([^"]+)"(?: value="([^"]*)")?')
SELECT = re.compile(r'<select name="([^"]+)".*?</select>', re.DOTALL)
CHOSEN = re.compile(r'<option value="([^"]*)" selected>')
SURVEY = "joint-site-survey"
ACCEPTED = "2026-11-25T09:00:00+08:00"
MANY = 100
WRONG = 3


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[City]:
    """A city without cases, whose commands are carried out at once."""
    with closing(file_store(tmp_path)) as store:
        yield City(store)


async def accepted(person: Person, number: str) -> str:
    opened = await person.post("/v1/cases", {**WATER, "case": number, "at": ACCEPTED})
    assert opened.status_code == 201, opened.text
    done = await person.post(f"/v1/cases/{number}/accept", {"at": ACCEPTED})
    assert done.status_code == 201, done.text
    return number


async def signed_in(city: City, who: str) -> Visitor:
    somebody = Visitor(create_app(city.services), city.keys[who])
    await somebody.sign_in()
    await somebody.get("/cases")
    return somebody


def filled(page: str) -> dict[str, str]:
    """The fields of the page's form, as it would be sent unchanged."""
    form = page.partition('action="/batch/')[2].partition("</form>")[0]
    fields = {name: unescape(value) for name, value in FIELD.findall(form)}
    for found in SELECT.finditer(form):
        chosen = CHOSEN.search(found[0])
        fields[found[1]] = unescape(chosen[1]) if chosen else ""
    return fields


async def test_of_a_hundred_with_three_wrong_97_are_done_and_three_are_named(town: City) -> None:
    async with town.person("officer") as person:
        cases = [await accepted(person, f"B-{number:03}") for number in range(MANY)]
        wrong = cases[10:13]
        for case in wrong:
            halted = await person.post(f"/v1/cases/{case}/steps/{SURVEY}/completions", {"outcome": "done"})
            assert halted.status_code == 201, halted.text
    officer = await signed_in(town, "officer")
    asked = await officer.post(
        "/batch/complete", {f"pick:{case}:{SURVEY}": "1" for case in cases} | {"back": "/cases?q=B-"}
    )
    assert asked.status_code == 200
    heads = {case: town.store.head(case) for case in cases}
    done = await officer.post("/batch/complete", filled(officer.page) | {"go": "do"})
    assert f"已办 {MANY - WRONG} 项，未办 {WRONG} 项" in done.text
    moved = [case for case in cases if town.store.head(case) != heads[case]]
    assert moved == [case for case in cases if case not in wrong]
    refused = re.findall(r'name="pick:([^:"]+):', done.text)
    assert sorted(refused) == wrong
    assert done.text.count("未办：") == WRONG
    assert 'href="/cases?q=B-"' in done.text


async def test_what_is_shown_writes_nothing_and_what_is_sent_twice_is_done_once(town: City) -> None:
    async with town.person("officer") as person:
        case = await accepted(person, "ONCE")
    officer = await signed_in(town, "officer")
    before = town.store.head(case)
    await officer.post("/batch/complete", {f"pick:{case}": "1"})
    assert town.store.head(case) == before
    assert "下一环节：" in officer.page
    form = filled(officer.page) | {"go": "do"}
    first = await officer.post("/batch/complete", form)
    after = town.store.head(case)
    assert after.seq == before.seq + 1
    assert f"已办，第 {after.seq} 号" in first.text
    again = await officer.post("/batch/complete", form)
    assert town.store.head(case) == after
    assert f"已办过，第 {after.seq} 号" in again.text


async def test_nothing_is_done_that_was_not_shown_before(town: City) -> None:
    async with town.person("officer") as person:
        case = await accepted(person, "SHOWN")
    officer = await signed_in(town, "officer")
    await officer.post("/batch/complete", {f"pick:{case}": "1"})
    before = town.store.head(case)
    other = filled(officer.page) | {"go": "do", "at-0": "2026-11-25 15:00"}
    answer = await officer.post("/batch/complete", other)
    assert town.store.head(case) == before
    assert "与先前显示的不同，请重新核对" in answer.text
    await officer.post("/batch/complete", filled(officer.page) | {"go": "do"})
    assert town.store.head(case).seq == before.seq + 1


async def test_a_case_that_has_moved_on_meanwhile_is_named(town: City) -> None:
    async with town.person("officer") as person:
        case = await accepted(person, "MOVED")
        officer = await signed_in(town, "officer")
        await officer.post("/batch/complete", {f"pick:{case}": "1"})
        form = filled(officer.page) | {"go": "do"}
        fee = await person.post(f"/v1/cases/{case}/fees", {"fen": 0, "reason": "无"})
        assert fee.status_code == 201, fee.text
    before = town.store.head(case)
    answer = await officer.post("/batch/complete", form)
    assert town.store.head(case) == before
    assert "已办 0 项，未办 1 项" in answer.text


async def test_a_wrong_time_is_named_and_a_late_one_waits(town: City) -> None:
    async with town.person("officer") as person:
        case = await accepted(person, "TIMES")
    officer = await signed_in(town, "officer")
    await officer.post("/batch/complete", {f"pick:{case}": "1"})
    await officer.post("/batch/complete", filled(officer.page) | {"at-0": "tomorrow", "go": "preview"})
    assert "将不予办理：" in officer.page
    town.clock.set(at("2026-12-07 10:00"))
    officer = await signed_in(town, "officer")
    await officer.post("/batch/complete", {f"pick:{case}": "1"})
    await officer.post("/batch/complete", filled(officer.page) | {"at-0": "2026-11-26 10:00", "go": "preview"})
    assert "补录，须待确认" in officer.page


async def test_a_utility_does_its_own_steps_alone(town: City) -> None:
    async with town.person("officer") as person:
        case = await accepted(person, "OWN")
    water, gas, auditor = await asyncio.gather(
        *(signed_in(town, who) for who in ("suzhou-water", "suzhou-gas", "auditor"))
    )
    await gas.post("/batch/complete", {f"pick:{case}:{SURVEY}": "1"})
    before = town.store.head(case)
    assert "联合踏勘" not in gas.page
    answer = await gas.post("/batch/complete", filled(gas.page) | {"what-0": f"{SURVEY}:done", "go": "preview"})
    assert "将不予办理" in answer.text
    await gas.post("/batch/complete", filled(gas.page) | {"go": "do"})
    assert town.store.head(case) == before
    await water.post("/batch/complete", {f"pick:{case}:{SURVEY}": "1"})
    assert "承诺" not in water.page.partition("<main")[2]
    await water.post("/batch/complete", filled(water.page) | {"go": "do"})
    assert town.store.head(case).seq == before.seq + 1
    assert (await auditor.post("/batch/complete", {f"pick:{case}": "1"})).status_code == 403


async def test_more_than_a_hundred_and_what_is_no_batch_are_refused(town: City) -> None:
    officer = await signed_in(town, "officer")
    many = {f"pick:B-{number}": "1" for number in range(MANY + 1)}
    assert (await officer.post("/batch/complete", many)).status_code == 413
    assert (await officer.post("/batch/decide", {"pick:B-1": "1"})).status_code == 404
    assert "没有选中任何一项" in (await officer.post("/batch/complete")).text
