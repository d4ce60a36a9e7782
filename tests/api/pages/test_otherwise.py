"""Cases that turned out otherwise: their pages say so in both languages, lists find them, alarms go to whoever has the step."""

from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from api.app import create_app
from api.demo.stories import stories
from tests.api.office import file_store
from tests.api.pages.list_page import lines
from tests.api.pages.visitor import Visitor
from tests.browser.city import City

NAMES = (
    "reclassified",
    "something-missing",
    "brought",
    "handed-over",
    "terminated",
    "withdrawn",
    "pause-corrected-when-decided",
    "over-before-it-was-told",
)


@pytest.fixture(scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    """A city with those cases, which nobody changes."""
    with closing(file_store(tmp_path_factory.mktemp("city"))) as store:
        city = City(store)
        await city.fill([story for story in stories() if story.name in NAMES])
        yield city


async def signed_in(city: City, who: str) -> Visitor:
    somebody = Visitor(create_app(city.services), city.keys[who])
    await somebody.sign_in()
    return somebody


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("reclassified", ("接件后已改类", "改类 · 无增设管线 → 有增设管线"), ("Reclassified since it was opened",)),
        (
            "something-missing",
            ("容缺：法定代表人身份证明复印件", "至 11月25日（周三）17:30 仍未补齐", "期限已过"),
            ("accepted without: ", "not brought by Wed 25 Nov 17:30", "its term is over"),
        ),
        ("brought", ("容缺材料已补齐",), ("What was missing was brought",)),
        ("handed-over", ("转办 · ", "市城管局／市住建局 → 市住建局"), ("Handed over · ",)),
        ("terminated", ("终止办理（未作决定）", "申请人失联"), ("Closed without a decision", "The applicant cannot be found")),
        ("withdrawn", ("撤回申请</span>",), ("Withdrawn</span>",)),
        ("pause-corrected-when-decided", ("更正 · ", "至 11月20日 10:00"), ("Corrected · ", "until 20 Nov 10:00")),
        (
            "over-before-it-was-told",
            ("有时限在告知前已到期：仅备记、未预警", "备记撤销 · 受理 超内控、按时办理，补录在后"),
            ("Part of it was over before it was told: noted, no alarm", "it had happened in time and was told late"),
        ),
    ],
)  # fmt: skip
async def test_what_became_of_a_case_stands_on_its_page(
    city: City, name: str, zh: tuple[str, ...], en: tuple[str, ...]
) -> None:
    officer = await signed_in(city, "officer")
    for language, said in (("zh", zh), ("en", en)):
        page = (await officer.get(f"/cases/{city.case(name)}?lang={language}&events=all")).text
        assert [text for text in said if text not in page] == []


async def test_no_step_of_a_case_that_is_closed_without_a_verdict_has_a_card(city: City) -> None:
    officer = await signed_in(city, "officer")
    page = (await officer.get(f"/cases/{city.case('terminated')}?lang=zh")).text
    assert "环节超时" not in page.partition('id="events"')[0]


@pytest.mark.parametrize(("mark", "name"), [("noted", "over-before-it-was-told"), ("lacking", "something-missing")])
async def test_a_list_is_narrowed_to_a_mark_by_its_form(city: City, mark: str, name: str) -> None:
    officer = await signed_in(city, "officer")
    page = (await officer.get(f"/cases?flag={mark}")).text
    assert [line.case for line in lines(page)] == [city.case(name)]
    assert f'<option value="{mark}" selected>' in page
    assert '<input type="hidden" name="flag"' not in page
    both = (await officer.get(f"/cases?flag={mark}&flag=told-late")).text
    assert both.count('<input type="hidden" name="flag"') == 2


async def test_only_who_sees_whole_cases_picks_a_mark(city: City) -> None:
    water = await signed_in(city, "suzhou-water")
    assert 'id="flag"' not in (await water.get("/cases")).text
    assert (await water.get("/cases?flag=noted")).status_code == 400


def test_alarms_of_a_step_that_was_handed_over_are_the_new_offices_and_of_what_is_noted_nobodys(city: City) -> None:
    steps = city.store.watch(1000, city.clock()).first_steps
    owners = {(one.case, one.step): one.owner for one in steps}
    assert owners[city.case("handed-over"), "road-excavation-permit"] == "市住建局"
    assert city.case("over-before-it-was-told") not in {one.case for one in steps}
    assert city.case("over-before-it-was-told") not in {
        one.case for one in city.store.watch(1000, city.clock()).first_cases
    }
