"""What a page offers is what its dry run takes: no link leads to a refusal, and no choice of a form does."""

import re
from collections.abc import AsyncIterator
from contextlib import closing
from html import unescape

import pytest

from api.app import create_app
from api.demo.script import Act
from api.demo.stories import PROPERTY, WATER, at, begun, of, stories, suspended
from sla.departments import DEPARTMENTS
from tests.api.office import file_store
from tests.api.pages.visitor import Visitor
from tests.browser.city import City

DEED = re.compile(r'href="(/cases/[^"]+/do/[a-z-]+(?:\?[^"]*)?)"')
HIDDEN = re.compile(r'<input type="hidden" name="(key|seen)" value="([^"]*)">')
SELECT = re.compile(r'<select id="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
OPTION = re.compile(r'<option value="([^"]*)"( selected)?>')
TYPED = {
    "reason": "理由",
    "workdays": "1",
    "approved_by": "市水务局",
    "fen": "0",
    "child": "SZ-1",
    "note": "",
    "at": "",
}
RETURNED = Act(at("2026-11-25 11:00"), "return", body={"reason": "缺少完税证明"})
MORE = (
    of("returned-whole", PROPERTY, *begun(PROPERTY, "2026-11-24 10:00"), RETURNED),
    of("halted-and-returned", PROPERTY, *begun(PROPERTY, "2026-11-24 10:00"),
       Act(at("2026-11-25 10:00"), "return", body={"step": "review", "reason": "缺少完税证明"}), RETURNED),
    of("halted-twice", WATER, *begun(WATER, "2026-11-24 10:00"), suspended("2026-11-25 10:00"),
       suspended("2026-11-25 11:00", step="joint-site-survey", suspension="another")),
)  # fmt: skip
OWN = tuple(story.case for story in MORE)
FACTS = ("accepted", "returned", "completed", "fee-recorded", "withdrawn", "decided")
LIKE = ("average-", "surveyed-", "child-", "due-", "overdue-", "ramp", "never")  # of which one is as good as another


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    """A city with a case in every state, which nobody changes."""
    with closing(file_store(tmp_path_factory.mktemp("town"))) as store:
        city = City(store)
        await city.fill([*(story for story in stories() if not story.name.startswith(LIKE)), *MORE])
        yield city


async def signed_in(city: City, who: str) -> Visitor:
    somebody = Visitor(create_app(city.services), city.keys[who])
    await somebody.sign_in()
    return somebody


async def refused(city: City, somebody: Visitor, link: str) -> str:
    """Why the form behind a link is not taken as it is offered; empty where it is."""
    page = (await somebody.get(link)).text.partition("<main")[2]
    said = {name: unescape(value) for name, value in HIDDEN.findall(page)}
    for name, options in SELECT.findall(page):
        known = OPTION.findall(options)
        said[name] = next(
            (value for value, chosen in known if chosen), next((value for value, _ in known if value), "")
        )
    if "department" in said:  # any office but the one that has the step
        said["department"] = OPTION.findall(dict(SELECT.findall(page))["department"])[-1][0]
    path = link.partition("?")[0]
    name = path.rpartition("/")[2]
    typed = dict(TYPED)
    if name == "correct":
        facts = [event.seq for event in city.store.events(path.split("/")[2]) if event.kind in FACTS]
        typed |= {"seq": str(facts[0]), "void": "1"}
    if name in {"accept", "correct"}:  # of the whole application, which lacks nothing; of an event that never was
        del typed["workdays"]
    if name == "reclassify":  # another variant, or where there is none another fact
        chosen = next((field for field in said if said[field] and field.partition(":")[0] in {"variant", "fact"}), "")
        said = {field: value for field, value in said.items() if field in {"key", "seen", chosen}}
    if name == "confirm":  # which asks for nothing
        return "" if "两种读法对照" in page else f"{link}: {page}"
    answer = await somebody.post(path, {**typed, **said, "go": "preview"})
    return (
        "" if answer.status_code == 200 else f"{link} {said}: {answer.status_code} {answer.text.partition('<main')[2]}"
    )


@pytest.mark.parametrize("who", ["officer", "suzhou-water"])
async def test_no_action_that_is_offered_is_refused(town: City, who: str) -> None:
    somebody = await signed_in(town, who)
    offered: dict[object, list[str]] = {}
    for case in town.cases.values():
        links = DEED.findall((await somebody.get(f"/cases/{case}")).text)
        like = [link.rpartition("/")[2].partition("?")[0] for link in links]
        offered.setdefault((*like, case in OWN), links)  # of those that offer the same, one
    for desk in DEPARTMENTS if who == "officer" else ("sz-water",):
        for link in DEED.findall((await somebody.get(f"/desk/{desk}")).text):
            offered.setdefault(link.partition("/do/")[2] if link.split("/")[2] not in OWN else link, [link])
    assert sum(map(len, offered.values())) > 5
    assert [why for links in offered.values() for one in links if (why := await refused(town, somebody, one))] == []


async def test_a_step_that_stands_still_with_its_whole_case_is_not_handed_in_again_by_itself(town: City) -> None:
    officer = await signed_in(town, "officer")

    async def deeds(case: str) -> set[str]:
        page = (await officer.get("/desk/sz-property")).text
        return {unescape(link).partition("/do/")[2] for link in DEED.findall(page) if f"/cases/{case}/" in link}

    assert await deeds(town.case("returned-whole")) == {"complete?step=review"}
    assert await deeds(town.case("halted-and-returned")) == {"resubmit?step=review"}
    form = (await officer.get(f"/cases/{town.case('returned-whole')}/do/resubmit")).text
    steps = dict(SELECT.findall(form))["step"]
    assert [value for value, _ in OPTION.findall(steps)] == [""], "the case as a whole, and no step of it"


async def test_what_an_address_alone_leads_to_is_offered_no_choice_that_is_refused(town: City) -> None:
    officer = await signed_in(town, "officer")
    case = town.case("overdue")
    decided = (await officer.get(f"/cases/{case}/do/decide")).text
    outcomes = dict(SELECT.findall(decided))["outcome"]
    assert [value for value, _ in OPTION.findall(outcomes)] == ["", "refused"]
    assert "批准前还须办结" in decided
    withdrawn = (await officer.get(f"/cases/{town.case('withdrawn')}")).text
    assert "/do/revoke" not in withdrawn, "there is no decision"
    assert "/do/revoke" in (await officer.get(f"/cases/{town.case('met')}")).text
