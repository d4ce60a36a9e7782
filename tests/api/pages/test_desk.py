"""Desks as pages: what is on one, what comes next, what is done together; a utility sees its own and nothing of the promise."""

import csv
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from html import unescape
from io import StringIO

import pytest

from activities.record import StepPicture
from activities.store.rows import CaseView
from api.access.api_keys import CallerRole, new_key
from api.app import create_app
from api.pages.desk_lists import LISTS
from sla.commitments.register import REGISTER
from sla.companies import COMPANIES
from sla.departments import DEPARTMENTS, UNLISTED, department_of
from tests.api.office import WATER, Person, file_store
from tests.api.pages.statements import reads_of
from tests.api.pages.test_batch import filled
from tests.api.pages.visitor import Visitor, faults_said
from tests.browser.city import City
from tests.browser.stories import stories
from workflows.procedure import Procedure

ON_DESK = ("open", "running", "suspended")
SURVEY = "joint-site-survey"
ACCEPTED = "2026-11-25T09:00:00+08:00"
PICK = re.compile(r'name="(pick:[^"]+)"')
ROW = re.compile(r'<a id="step-[^"]*" href="/cases/([^"]+)" data-row>')
CHIP = re.compile(r'<a href="(/desk/[^"]+)"[^>]*>.*?<b data-count="[^"]*">([^<]*)</b>', re.DOTALL)
QUERIES = 6
LARGEST = 150_000  # bytes of a page


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    """A city with a case in every state, which nobody changes."""
    with closing(file_store(tmp_path_factory.mktemp("town"))) as store:
        city = City(store)
        await city.fill([story for story in stories() if not story.name.startswith(("hostile", "january"))])
        yield city


@pytest.fixture
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with closing(file_store(tmp_path_factory.mktemp("empty"))) as store:
        yield City(store)


async def signed_in(city: City, who: str) -> Visitor:
    somebody = Visitor(create_app(city.services), city.keys[who])
    await somebody.sign_in()
    return somebody


def views(city: City) -> list[CaseView]:
    return [view for case in city.cases.values() if (view := city.store.case(case)) is not None]


def desk_of(view: CaseView, step: StepPicture) -> str:
    return department_of(view.case.jurisdiction, step.owner)


async def steps_listed(somebody: Visitor, path: str, cases: set[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    while path:
        answer = await somebody.get(path)
        assert answer.status_code == 200, answer.text
        assert len(answer.content) <= LARGEST
        for row, case in re.findall(r'<a id="step-([^"]*)" href="/cases/([^"]+)" data-row>', answer.text):
            assert case in cases
            found.append((case, row.removeprefix(f"{case}-")))
        more = re.search(r'href="(/desk/[^"]*)" rel="next"', answer.text)
        path = unescape(more[1]) if more else ""
    return found


async def test_each_chip_says_how_long_its_list_is_on_every_desk(town: City) -> None:
    officer = await signed_in(town, "officer")
    cases, seen = set(town.cases.values()), set[str]()
    for desk in DEPARTMENTS:
        chips = CHIP.findall((await officer.get(f"/desk/{desk}")).text)
        assert len(chips) == len(LISTS)
        for href, number in chips:
            listed = await steps_listed(officer, href, cases)
            assert len(listed) == len(set(listed)) == int(number), href
            if int(number):
                seen.add(href.partition("?")[2])
    assert len(seen) == len(LISTS), "each list is one with something in it somewhere"


async def test_every_step_in_hand_is_on_its_owners_desk_and_on_no_other(town: City) -> None:
    officer = await signed_in(town, "officer")
    cases = set(town.cases.values())
    wanted = {
        (view.case.case, step.key): desk_of(view, step)
        for view in views(town)
        for step in view.steps
        if view.case.open and step.status in ON_DESK and step.party != "applicant"
    }
    found = {one: desk for desk in DEPARTMENTS for one in await steps_listed(officer, f"/desk/{desk}", cases)}
    assert UNLISTED not in wanted.values()
    assert found == wanted


def waiting_for_nothing_that_waits(city: City, view: CaseView) -> set[str]:
    """The steps that come next, by the graph of the procedure that the case follows."""
    kinds = [event for event in city.store.events(view.case.case) if event.kind in ("opened", "reclassified")]
    procedure = Procedure.model_validate(kinds[-1].body["procedure"])
    status = {step.key: step.status for step in view.steps}
    before = {step.key: set(step.after) for step in procedure.steps}
    for step in procedure.steps:
        for gated in step.gates:
            before[gated].add(step.key)
    return {
        key for key in before if status[key] == "waiting" and not any(status[one] == "waiting" for one in before[key])
    }


async def test_what_comes_next_waits_for_nothing_that_waits_itself(town: City) -> None:
    officer = await signed_in(town, "officer")
    cases = set(town.cases.values())
    owners = {(view.case.case, step.key): desk_of(view, step) for view in views(town) for step in view.steps}
    coming = {
        (view.case.case, key)
        for view in views(town)
        if view.case.open
        for key in waiting_for_nothing_that_waits(town, view)
    }
    wanted = {one: owners[one] for one in coming if owners[one] != UNLISTED}
    found = {}
    for desk in DEPARTMENTS:
        for one in await steps_listed(officer, f"/desk/{desk}?show=coming", cases):
            found[one] = desk
    assert len(wanted) > 20
    assert found == wanted


@pytest.mark.parametrize("company", COMPANIES)
@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_utility_sees_no_promise_no_verdict_and_nothing_of_others(town: City, company: str, lang: str) -> None:
    somebody = await signed_in(town, company)
    home = await somebody.get("/desk")
    desk = home.headers["location"]
    own = COMPANIES[company]
    texts = [(await somebody.get(f"{desk}?show={name}&lang={lang}")).text for name in LISTS if name]
    texts += [(await somebody.get(f"{desk}?lang={lang}")).text]
    texts += [(await somebody.get(f"{desk}?survey=K-2026-118&lang={lang}")).text]
    texts += [(await somebody.get(f"{desk}?show={name}&format=csv")).text for name in LISTS if name]
    texts += [(await somebody.get(f"{desk}?format=csv")).text]
    whole = "\n".join(text.partition("<main")[2] or text for text in texts)
    mine = [step for view in views(town) for step in view.steps if step.owner in own]
    others = [step for view in views(town) for step in view.steps if step.owner not in own]
    titles = {title for step in mine for title in (step.title_zh, step.title_en)} | {"联合踏勘"}  # each has that one
    stripped = whole
    for title in sorted(titles, key=len, reverse=True):
        stripped = stripped.replace(title, "")
    foreign = {title for step in others for title in (step.title_zh, step.title_en)} - titles
    assert not [title for title in foreign if title in stripped]
    names = {owner.title_zh for owner in DEPARTMENTS.values() if owner.title_zh not in "".join(own)}
    assert not [name for name in names if name in whole]
    assert not [one.citation.quote for one in REGISTER.values() if one.citation.quote in whole]
    assert not re.search(r"承诺|时限|超期|按时办结|法定|[Pp]romise|Overdue|Missed|Statutory", whole)
    cases = {view.case.case for view in views(town) if any(step.owner in own for step in view.steps)}
    assert not [case for case in town.cases.values() if f"/cases/{case}" in whole and case not in cases]
    assert ROW.search(whole) or company.startswith("taicang"), "there is something to see"


async def test_a_company_has_its_own_desk_alone_and_begins_there(town: City) -> None:
    water = Visitor(create_app(town.services), town.keys["suzhou-water"])
    assert (await water.sign_in()).headers["location"] == "/desk"
    assert (await water.get("/")).headers["location"] == "/desk"
    assert (await water.get("/desk")).headers["location"] == "/desk/sz-water"
    assert "市水务集团" in (await water.get("/desk/sz-water")).text
    for foreign in ("sz-gas", "tc-water", "sz-water-bureau", "sz-water-both", "nowhere"):
        assert (await water.get(f"/desk/{foreign}")).status_code == 404, foreign


async def test_a_key_for_some_steps_sees_and_counts_these_alone(empty: City) -> None:
    async with empty.person("officer") as person:
        surveyed, other = await accepted(person, "S-1"), await accepted(person, "S-2")
        done = await person.post(f"/v1/cases/{other}/steps/{SURVEY}/completions", {"outcome": "done", "at": ACCEPTED})
        assert done.status_code == 201, done.text
    text, kept = new_key(
        actor="survey",
        role=CallerRole.UTILITY,
        now=empty.clock(),
        company="suzhou-water",
        steps=(SURVEY,),
        sandbox=empty.services.rehearsal,
    )
    empty.store.add_key(kept)
    somebody = Visitor(create_app(empty.services), text)
    await somebody.sign_in()
    page = (await somebody.get("/desk/sz-water")).text
    assert ROW.findall(page) == [surveyed]
    assert [number for _, number in CHIP.findall(page)] == ["1", "1", "0", "0", "0", "0", "0"]


async def test_a_row_says_how_a_step_stands_and_what_may_be_done_with_it(town: City) -> None:
    officer, auditor = await signed_in(town, "officer"), await signed_in(town, "auditor")
    red = await row_of(officer, "/desk/sz-gas?show=over", town.case("red-card"))
    assert "环节超时·红牌" in red
    assert re.search(r"超 <b>[\d.]+</b>", red)
    assert 'class="left-of red' not in red, "red is a broken promise"
    assert f'href="/cases/{town.case("red-card")}/do/complete?step={SURVEY}"' in red
    assert f'href="/cases/{town.case("red-card")}/do/return?step={SURVEY}"' in red
    assert f'href="/cases/{town.case("red-card")}?clock=step%2F{SURVEY}%231"' in red
    returned = await row_of(officer, "/desk/sz-property?show=suspended", town.case("step-in-correction"))
    assert "补正材料，自 11月25日 起" in returned
    assert "/do/resubmit?step=review" in returned
    assert "/do/complete" not in returned
    looked = (await auditor.get("/desk/sz-gas")).text
    assert "/do/" not in looked
    assert not PICK.search(looked)
    assert ROW.search(looked)


async def row_of(somebody: Visitor, path: str, case: str) -> str:
    """The row of a case in a list."""
    page = (await somebody.get(path)).text
    [found] = [row for row in page.split("<tr>") if f'href="/cases/{case}" data-row' in row]
    return found


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("shwo=over", "query/shwo", "unknown-parameter"),
        ("show=late", "query/show", "unknown-value"),
        ("show=over&show=today", "query/show", "given-twice"),
        ("survey=../x", "query/survey", "unknown-value"),
        ("survey=K-1&show=over", "query/show", "unknown-value"),
        ("limit=7", "query/limit", "unknown-value"),
        ("format=pdf", "query/format", "unknown-value"),
    ],
)
async def test_a_bad_parameter_is_refused_and_named(town: City, query: str, pointer: str, code: str) -> None:
    answer = await (await signed_in(town, "officer")).get(f"/desk/sz-water?{query}")
    assert answer.status_code == 400
    assert faults_said(answer.text) == [(pointer, code)]


async def test_a_cursor_of_another_list_is_refused(empty: City) -> None:
    async with empty.person("officer") as person:
        for number in range(51):
            await accepted(person, f"L-{number:02}")
    officer = await signed_in(empty, "officer")
    more = re.search(r'href="/desk/sz-water\?after=([^"&]+)', (await officer.get("/desk/sz-water")).text)
    assert more is not None
    assert (await officer.get(f"/desk/sz-water?after={more[1]}")).status_code == 200
    for other in (f"/desk/sz-gas?after={more[1]}", f"/desk/sz-water?show=over&after={more[1]}"):
        assert (await officer.get(other)).status_code == 400
    listed = await steps_listed(officer, "/desk/sz-water", {f"L-{number:02}" for number in range(51)})
    assert len(listed) == len(set(listed)) == 51


async def test_all_desks_are_shown_with_what_is_on_them(town: City) -> None:
    officer = await signed_in(town, "officer")
    page = (await officer.get("/desk")).text
    shown = dict(re.findall(r'<a href="/desk/([a-z-]+)">([\d\u2009]+)</a>', page))
    wanted = [
        desk_of(view, step)
        for view in views(town)
        for step in view.steps
        if view.case.open and step.status in ON_DESK and step.party != "applicant"
    ]
    assert shown == {desk: str(wanted.count(desk)) for desk in set(wanted)}
    assert f"在手 {len(wanted)} 个环节" in page


async def test_a_joint_survey_offers_its_cases_together(town: City) -> None:
    officer, water = await signed_in(town, "officer"), await signed_in(town, "suzhou-water")
    cases = {town.case(f"surveyed-{one}") for one in ("water", "gas", "electricity")}
    for somebody, wanted in ((officer, cases), (water, {town.case("surveyed-water")})):
        desk = await row_of(somebody, "/desk/sz-water", town.case("surveyed-water"))
        assert f"联合踏勘 K-2026-118，共 {len(wanted)} 件" in desk
        page = (await somebody.get("/desk/sz-water?survey=K-2026-118")).text
        assert set(ROW.findall(page)) == wanted
        assert set(PICK.findall(page)) == {f"pick:{case}:{SURVEY}" for case in wanted}
        asked = await somebody.post("/batch/complete", dict.fromkeys(PICK.findall(page), "1") | {"back": "/desk"})
        assert set(re.findall(r'name="case-\d+" value="([^"]+)"', asked.text)) == wanted


async def test_of_a_hundred_picked_steps_with_three_wrong_97_are_done_and_three_are_named(empty: City) -> None:
    async with empty.person("officer") as person:
        cases = [await accepted(person, f"B-{number:03}") for number in range(100)]
        water = await signed_in(empty, "suzhou-water")
        await water.get("/desk/sz-water")
        picks = PICK.findall(water.page)
        further = re.search(r'href="(/desk/[^"]*)" rel="next"', water.page)
        assert further is not None
        await water.get(unescape(further[1]))
        picks += PICK.findall(water.page)
        assert len(picks) == len(cases)
        wrong = cases[40:43]
        for case in wrong:  # meanwhile somebody else is faster
            done = await person.post(
                f"/v1/cases/{case}/steps/{SURVEY}/completions", {"outcome": "done", "at": ACCEPTED}
            )
            assert done.status_code == 201, done.text
    await water.post("/batch/complete", dict.fromkeys(picks, "1") | {"back": "/desk/sz-water"})
    done = await water.post("/batch/complete", filled(water.page) | {"go": "do"})
    assert "已办 97 项，未办 3 项" in done.text
    assert sorted(re.findall(r'name="pick:([^:"]+):', done.text)) == wrong
    assert 'href="/desk/sz-water"' in done.text
    kinds = [[event.kind for event in empty.store.events(case)].count("completed") for case in cases]
    assert kinds == [1] * len(cases)


async def test_what_a_completion_comes_to_says_no_promise_to_a_company_and_judges_no_average_by_a_case(
    empty: City,
) -> None:
    case, last = "POWER", "meter-and-energise"
    steps = ("joint-site-survey", "supply-plan-reply", "external-line-permits", "grid-works")
    begun = "2026-11-02T09:00:00+08:00"
    kind = {"procedure": "electricity-connection", "jurisdiction": "suzhou", "variant": "low-voltage"}
    async with empty.person("officer") as person:
        acts: list[tuple[str, dict[str, str]]] = [("", kind | {"case": case}), (f"/{case}/accept", {})]
        acts += [(f"/{case}/steps/{step}/completions", {"outcome": "done"}) for step in steps]
        for path, body in acts:
            answer = await person.post(f"/v1/cases{path}", body | {"at": begun})
            assert answer.status_code == 201, answer.text
    for who in ("officer", "suzhou-power"):
        somebody = await signed_in(empty, who)
        await somebody.get("/desk/sz-power")
        answer = await somebody.post("/batch/complete", {f"pick:{case}:{last}": "1"})
        shown = answer.text.partition("<main")[2]
        assert case in shown
        assert "环节超内控" in shown
        assert "承诺" not in shown


async def test_the_table_has_a_row_for_each_step_of_the_list(town: City) -> None:
    water = await signed_in(town, "suzhou-water")
    cases = set(town.cases.values())
    for name in LISTS:
        query = f"show={name}&" if name else ""
        answer = await water.get(f"/desk/sz-water?{query}format=csv")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        text = answer.content.decode()
        assert text.startswith("\ufeff")
        rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
        listed = await steps_listed(water, f"/desk/sz-water?{query}", cases)
        assert [(row["办件编号 case"], row["环节 step"]) for row in rows] == listed
        assert all(row["截至 counted_at"] == "2026-11-26T10:42:07+08:00" for row in rows)


async def test_a_desk_asks_the_database_little_whatever_is_on_it(town: City) -> None:
    officer = await signed_in(town, "officer")
    for path in ("/desk", *(f"/desk/sz-water?show={name}" for name in LISTS), "/desk/sz-water?survey=K-2026-118"):
        with reads_of(town.store) as statements:
            assert (await officer.get(path)).status_code in {200, 303}
        assert len(statements) <= QUERIES, f"{path}: {statements}"


async def accepted(person: Person, number: str) -> str:
    opened = await person.post("/v1/cases", {**WATER, "case": number, "at": ACCEPTED})
    assert opened.status_code == 201, opened.text
    done = await person.post(f"/v1/cases/{number}/accept", {"at": ACCEPTED})
    assert done.status_code == 201, done.text
    return number


async def test_the_menu_says_how_many_steps_are_over_on_the_readers_desks(town: City) -> None:
    for who in (*COMPANIES, "officer", "auditor"):
        somebody = await signed_in(town, who)
        page = (await somebody.get("/cases")).text
        badge = re.search(r'<a href="/desk"[^>]*>[^<]*(?:<b class="badge">(\d+)</b>)?', page)
        assert badge is not None
        desk = (await somebody.get("/desk")).headers.get("location")
        if desk is None:
            over = sum(map(int, re.findall(r'\?show=over">(\d+)<', (await somebody.get("/desk")).text)))
        else:
            over = int(CHIP.findall((await somebody.get(desk)).text)[1][1])
        assert int(badge[1] or 0) == over, who
