"""Observations over HTTP: told by one, confirmed by another, corrected, and what every promise comes to."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from sla.commitments import REGISTER
from tests.api.observed import SAID, SHARE, observed, path, share, standing
from tests.api.office import Office, codes, problem


@pytest.fixture
def office(quiet_office: Office) -> Office:
    return quiet_office


async def test_every_promise_of_the_register_has_a_standing_and_none_is_kept_without_evidence(office: Office) -> None:
    found = (await office.auditor.get("/v1/commitments/standings")).json()
    assert [one["commitment"] for one in found["standings"]] == list(REGISTER)
    assert len(found["standings"]) == 73
    counted = Counter(one["standing"] for one in found["standings"])
    assert {stood: n for stood, n in found["counts"].items() if n} == counted == {"no-evidence": 73}
    before = (await office.auditor.get("/v1/commitments/standings", until="2020-06-30")).json()
    bound = {one.id for one in REGISTER.values() if one.binding_from == date(2020, 12, 31)}
    assert {one["commitment"] for one in before["standings"] if one["standing"] == "ramp-up"} == bound


async def test_an_observation_counts_once_somebody_else_has_confirmed_it(office: Office) -> None:
    told = await office.officer.post(path(), share())
    assert told.status_code == 201
    assert (told.json()["kind"], told.json()["number"], told.json()["actor"]) == ("recorded", 1, office.officer.actor)
    waiting = await standing(office)
    assert (waiting["standing"], waiting["waiting"]) == ("no-evidence", 1)
    own = await office.officer.post(f"{path()}/1/confirm")
    assert (own.status_code, problem(own)) == (403, "own-posting")
    assert (await office.supervisor.post(f"{path()}/1/confirm")).status_code == 201
    kept = await standing(office)
    assert (kept["standing"], kept["measured"], kept["observed_last"]) == ("kept", 16, "2020-12-31")
    [one] = (await office.auditor.get(path())).json()["observations"]
    assert (one["recorded_by"], one["confirmed_by"]) == (office.officer.actor, office.supervisor.actor)
    assert (one["stands"], one["waits"], one["evidence_sha256"]) == (True, False, "ab" * 32)


async def test_a_correction_counts_once_confirmed_and_what_was_stays_on_record(office: Office) -> None:
    number = await observed(office, share(140))
    assert (await standing(office))["standing"] == "short"
    said = {**share(150), "reason": "漏计 10 家"}
    corrected = await office.officer.post(f"{path()}/{number}/correct", said)
    assert (corrected.status_code, corrected.json()["number"]) == (201, 3)
    assert (await standing(office))["standing"] == "short"
    again = await office.officer.post(f"{path()}/{number}/correct", {**share(151), "reason": "x"})
    assert (again.status_code, problem(again)) == (409, "correction-waits")
    await office.supervisor.post(f"{path()}/3/confirm")
    found = await standing(office)
    assert (found["standing"], found["measured"], found["corrected"]) == ("kept", 15, 1)
    first, second = (await office.auditor.get(path())).json()["observations"]
    assert (first["numerator"], first["replaced_by"], first["stands"]) == (140, 3, False)
    assert (second["numerator"], second["replaces"], second["reason"]) == (150, 1, "漏计 10 家")


async def test_what_nobody_confirmed_is_withdrawn_and_can_be_told_anew(office: Office) -> None:
    await office.officer.post(path(), share())
    twice = await office.officer.post(path(), share(150))
    assert (twice.status_code, problem(twice)) == (409, "already-observed")
    assert (await office.supervisor.post(f"{path()}/1/withdraw", {"reason": "口径不对"})).status_code == 201
    gone = await office.supervisor.post(f"{path()}/1/confirm")
    assert (gone.status_code, problem(gone)) == (409, "not-waiting")
    assert (await office.officer.post(path(), share(150))).status_code == 201


async def test_a_request_sent_again_is_on_record_once(office: Office) -> None:
    first = await office.officer.post(path(), share(), key="one")
    again = await office.officer.post(path(), share(), key="one")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await office.officer.post(path(), share(150), key="one")
    assert (other.status_code, problem(other)) == (422, "request-reused")
    assert len((await office.auditor.get(path())).json()["observations"]) == 1


@pytest.mark.parametrize(
    ("body", "flaws"),
    [
        (share(1001), [("#/numerator", "more-than-all")]),
        (share(0, 0), [("#/denominator", "zero")]),
        (share(day="2021-03-05"), [("#/last", "in-the-future")]),
        (share(first="2021-01-01"), [("#/last", "before-first")]),
        (share(value=1), [("#/value", "not-of-this-kind")]),
        (share(first="2020-13-01"), [("#/first", "not-a-date")]),
        (share(first=20200101), [("#/first", "not-a-date")]),
        (share(last="1800-01-01"), [("#/last", "not-plausible")]),
        ({**share(), "numerator": 1.5}, [("#/numerator", "not-a-number")]),
        (share(evidence_sha256="AB"), [("#/evidence_sha256", "bad-form")]),
        (share(source="13812345678"), [("#/source", "personal-data")]),
        (share(value="1"), [("#/value", "not-a-decimal")]),
        (share(value=-1), [("#/value", "not-a-decimal")]),
        (share(value=1.23456), [("#/value", "not-a-decimal")]),
        ({name: value for name, value in share().items() if name != "numerator"}, [("#/numerator", "missing")]),
        ({name: value for name, value in share().items() if name != "source"}, [("#/source", "missing")]),
    ],
)
async def test_an_observation_that_cannot_be_is_refused_by_field_and_rule(
    office: Office, body: dict[str, Any], flaws: list[tuple[str, str]]
) -> None:
    answer = await office.officer.post(path(), body)
    assert (answer.status_code, problem(answer), codes(answer)) == (422, "invalid", flaws)
    assert (await office.auditor.get(path())).json()["observations"] == []


async def test_a_promise_that_cases_measure_takes_no_observation(office: Office) -> None:
    refused = await office.officer.post(path("sz-22-water-no-pipe"), share())
    assert (refused.status_code, problem(refused)) == (409, "measured-on-cases")
    assert (await office.auditor.get(path("sz-22-water-no-pipe"))).status_code == 409
    nothing = await office.officer.post(path("nothing"), share())
    assert (nothing.status_code, problem(nothing)) == (404, "not-found")
    unknown = await office.supervisor.post(f"{path()}/7/confirm")
    assert (unknown.status_code, problem(unknown)) == (404, "unknown-observation")
    late = await office.auditor.get(path(), until="9999-12-31")
    assert (late.status_code, problem(late)) == (422, "invalid")


KINDS = [
    ("tc-59-tax-hours", {"first": "2020-01-01", "last": "2020-12-31", "value": 100}, 100),
    ("sz-23-customs-half", {"first": "2020-12-01", "last": "2020-12-31", "value": 31.25, "base": 62.5, "base_of": "2017"}, 50),
    ("tc-48-one-thing", {"first": "2020-12-31", "last": "2020-12-31", "value": 28}, 28),
    ("tc-48-agents", {"first": "2020-12-31", "last": "2020-12-31", "value": 3}, 3),
    ("tc-54-deregistration", {"first": "2020-01-01", "last": "2020-12-31", "numerator": 70, "denominator": 100}, 70),
    ("sz-24-invitation-system", {"first": "2020-11-02", "last": "2020-12-31", "in_place": True}, 1),
    ("sz-21-one-drawing-review", {"first": "2020-01-01", "last": "2021-03-01", "in_place": True}, 1),
]  # fmt: skip


@pytest.mark.parametrize(("commitment", "body", "measured"), KINDS)
async def test_each_kind_is_kept_exactly_at_its_target(
    office: Office, commitment: str, body: dict[str, Any], measured: float
) -> None:
    await observed(office, {**body, **SAID}, commitment)
    found = await standing(office, commitment)
    assert (found["standing"], found["measured"], found["by"]) == ("kept", measured, "observations")


async def test_a_pace_that_will_miss_the_day_is_told_before_it_binds(office: Office) -> None:
    await observed(office, share(80, day="2020-06-30"))
    await observed(office, share(100, day="2020-09-30"))
    found = await standing(office, until="2020-10-15")
    assert (found["standing"], found["in_danger"]) == ("ramp-up", True)
    assert found["expected"] == 12
    assert (await standing(office))["standing"] == "no-evidence"  # nothing shows the day itself
    assert (await standing(office, SHARE, until="2021-03-03"))["next_due"] == "2021-10-31"
