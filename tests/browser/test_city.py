"""The city holds every state that a page can show, whichever database it is on, and what is told there is taken as anywhere."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from activities.store.store import Store
from api.access.api_keys import CallerRole
from api.demo.stories import SURVEY
from sla.clock import Standing
from sla.companies import COMPANIES
from tests.api.office import Person
from tests.browser.city import City, full_city
from tests.browser.hostile import PAYLOADS, packed
from tests.browser.stories import LONGEST
from workflows.procedures import ALL

pytestmark = pytest.mark.slow

STANDINGS: Mapping[str, str] = {
    "overdue": "overdue",
    "overdue-since-yesterday": "overdue",
    "overdue-then-suspended": "overdue",
    "presumed-accepted": "overdue",
    "completion-voided": "overdue",
    "due-today": "due-soon",
    "due-tomorrow": "due-soon",
    "same-day": "due-soon",
    "on-time": "on-time",
    "accepted-after-hours": "on-time",
    "beyond-the-calendar": "on-time",
    "suspended": "suspended",
    "not-started": "suspended",
    "received": "not-started",
    "correction-before-acceptance": "not-started",
    "met": "met",
    "told-late-confirmed": "met",
    "told-late-withdrawn": "met",
    "missed": "missed",
    "told-late-waiting": "missed",
    "average-too-long": "overdue",
    "ramp-up": "missed",
    "reclassified": "on-time",
    "something-missing": "on-time",
    "decided-with-tolerance": "met",
    "pause-corrected-when-decided": "met",
    "over-before-it-was-told": "overdue",
}


async def read(person: Person, path: str, **params: Any) -> Any:
    answer = await person.get(path, **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def main_clock(shown: Mapping[str, Any]) -> dict[str, Any]:
    return next(clock for clock in shown["clocks"] if clock["key"] == shown["main"])


async def test_every_story_stands_as_its_name_says_on_both_databases(store: Store) -> None:
    city = await full_city(store)
    async with city.person("supervisor") as supervisor:
        stands = {
            name: main_clock(await read(supervisor, f"/v1/cases/{city.case(name)}"))["standing"] for name in STANDINGS
        }
        listed = await read(supervisor, "/v1/cases", open=True, limit=200)
        faults = await read(supervisor, "/v1/faults")
    assert stands == STANDINGS
    assert sorted(case["case"] for case in listed["cases"]) == city.open_cases
    assert faults["faults"] == []
    assert set(stands.values()) == set(Standing)


@pytest.fixture(scope="module")
async def shown(city: City) -> Mapping[str, dict[str, Any]]:
    """Every case as a supervisor sees it, by the name of its story."""
    async with city.person("supervisor") as supervisor:
        return {name: await read(supervisor, f"/v1/cases/{case}") for name, case in city.cases.items()}


def kinds(clocks: Iterable[Mapping[str, Any]]) -> set[tuple[str, str | None]]:
    return {(rung["kind"], rung["withdrawn"]) for clock in clocks for rung in clock["rungs"]}


async def test_what_lies_beyond_the_calendar_is_missing_and_at_the_end_of_the_year_provisional(
    shown: Mapping[str, dict[str, Any]],
) -> None:
    assert main_clock(shown["beyond-the-calendar"])["horizon"]["missing"] > 0
    assert main_clock(shown["provisional"])["provisional"]
    assert main_clock(shown["before-binding"])["ramp_up"]
    assert shown["no-promise"]["excluded"]


async def test_steps_past_their_target_have_cards_while_the_promise_holds(shown: Mapping[str, dict[str, Any]]) -> None:
    for name in ("yellow-card", "red-card"):
        case = shown[name]
        assert main_clock(case)["standing"] == "on-time"
        assert "overdue" in {clock["standing"] for clock in case["clocks"] if clock["role"] == "step"}


async def test_alarms_were_withdrawn_for_several_reasons(shown: Mapping[str, dict[str, Any]]) -> None:
    withdrawn = {reason for case in shown.values() for kind, reason in kinds(case["clocks"]) if reason}
    assert withdrawn >= {"told-late", "suspended", "with-applicant", "ended-without-verdict"}


async def test_what_waits_for_an_officer_and_what_was_confirmed_are_on_the_list_of_what_was_told_late(
    city: City,
) -> None:
    async with city.person("supervisor") as supervisor:
        listed = await read(supervisor, "/v1/told-late", limit=200)
    assert city.case("told-late-waiting") in {one["case"] for one in listed["waiting"]}
    assert {city.case("told-late-confirmed"), city.case("told-late-step")} <= {
        one["case"] for one in listed["told_late"]
    }


async def test_the_notice_of_january_2020_moved_due_dates_and_both_stay_on_record(city: City) -> None:
    async with city.person("supervisor") as supervisor:
        events = await read(supervisor, f"/v1/cases/{city.case('january-2-from-01-22')}/events", limit=200)
    [moved] = [event["body"]["moved"] for event in events["events"] if event["kind"] == "calendar-applied"]
    old, new = moved["promise/sz-21-company-setup"]
    assert (old[:10], new[:10]) == ("2020-01-31", "2020-02-03")


async def test_every_procedure_both_cities_links_surveys_and_parallel_steps_are_there(
    shown: Mapping[str, dict[str, Any]],
) -> None:
    assert {case["procedure"] for case in shown.values()} == set(ALL)
    assert {case["jurisdiction"] for case in shown.values()} == {"suzhou", "taicang"}
    assert len(shown["parent"]["children"]) == 2
    assert sum(case["survey"] == SURVEY for case in shown.values()) == 3
    running = [step for step in shown["five-at-once"]["steps"] if step["status"] == "running"]
    assert len(running) == 5
    assert [fee["charged_fen"] for fee in shown["fee-charged"]["fees"]] == [1]


async def test_every_hostile_text_stands_in_every_free_field_of_the_ledger(city: City) -> None:
    texts: dict[tuple[str, str], str] = {}
    async with city.person("supervisor") as supervisor:
        for name, case in city.cases.items():
            if name.startswith("hostile"):
                for event in (await read(supervisor, f"/v1/cases/{case}/events", limit=200))["events"]:
                    for field, value in event["body"].items():
                        if isinstance(value, str):
                            texts[event["kind"], field] = texts.get((event["kind"], field), "") + value
    whole = {place for place, text in texts.items() if all(one in text for one in PAYLOADS)}
    assert {field for _, field in whole} == {"reason", "note", "approved_by"}
    assert len(whole) >= 11, whole
    assert len(PAYLOADS) >= 50
    assert all(len(text) <= LONGEST for text in packed(LONGEST))


async def test_everybody_has_a_key_and_sees_what_is_theirs(city: City) -> None:
    assert set(city.keys) == {*CallerRole} - {CallerRole.UTILITY, CallerRole.IMPORTER} | {*COMPANIES}
    async with city.person("suzhou-gas") as gas:
        cases = (await read(gas, "/v1/cases", limit=200))["cases"]
    assert {case["procedure"] for case in cases} == {"gas-connection"}


async def test_a_copy_takes_commands_and_leaves_the_city_alone(own_city: City, city: City) -> None:
    case = city.case("due-today")
    async with own_city.person("suzhou-water") as water:
        answer = await water.post(f"/v1/cases/{case}/steps/water-on/completions", {"outcome": "done"})
    assert answer.status_code == 201, answer.text
    async with own_city.person("officer") as there, city.person("officer") as here:
        assert main_clock(await read(there, f"/v1/cases/{case}"))["standing"] == "met"
        assert main_clock(await read(here, f"/v1/cases/{case}"))["standing"] == "due-soon"


async def test_time_that_is_moved_rings_the_alarms_on_its_way(own_city: City) -> None:
    due = own_city.store.case(own_city.case("due-today"))
    assert due is not None
    async with own_city.person("officer") as officer:
        await officer.post(f"/v1/cases/{due.case.case}/recalculate")
        own_city.dispatcher.move(own_city.clock.timeline.business(own_city.clock()).replace(hour=18))
        after = await read(officer, f"/v1/cases/{due.case.case}")
    assert ("overdue", None) in kinds([main_clock(after)])
