"""No setting is dead: each open choice, made otherwise, makes another case of the same facts."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from typing import Any, cast

import pytest
from pydantic import ValidationError

from api.access.api_keys import Caller, CallerRole
from api.access.auditing import AuditDesk
from api.access.request_context import Visit
from api.cli.reading import rule
from api.http.bodies import OpenBody
from api.http.cursors import Cursors
from api.intake.command_builders import opening
from api.intake.promises_of_day import promises
from api.intake.stamp import stamp
from api.policies import PolicyPart
from api.services import Services
from api.settings import Settings
from sla.clock import Policy, count
from sla.commitments.register import BindsBy, ChainTotal, Readings
from sla.release import RELEASE
from sla.timeline import Timeline
from tests.api.office import WATER, Office, codes, local
from tests.api.serving import CommandLine
from tests.desk import Desk, Paper, at
from workflows.messages import Message, Open
from workflows.picture import picture

REAL = datetime(2026, 3, 2, 4, tzinfo=UTC)
NOON = at("2021-03-04 12:00")  # a Thursday
CALENDAR = RELEASE.calendar_for("suzhou", date(2021, 3, 4))
GAS = {"procedure": "gas-connection", "jurisdiction": "taicang", "variant": "no-new-pipe"}
COMPANY = {"procedure": "company-setup", "jurisdiction": "suzhou", "variant": "standard"}
PROJECT = {"procedure": "construction-approval", "jurisdiction": "suzhou", "variant": "government-investment"}
ONLINE = {"procedure": "property-registration", "jurisdiction": "taicang", "variant": "mortgage"}

Story = Callable[[Desk], Iterable[Message]]
Clocks = dict[str, tuple[object, ...]]


def nothing(_: Desk) -> Iterable[Message]:
    return ()


def visiting(settings: Settings) -> Visit:
    """A request at noon. What an opening and an acceptance are made of needs neither store nor server."""
    none: Any = None
    timeline = Timeline(anchor_real=REAL, anchor_business=NOON)
    services = Services(none, none, timeline, settings, RELEASE, lambda: REAL)
    caller, pool = Caller("window-3", CallerRole.OFFICER), cast("ThreadPoolExecutor", none)
    return Visit(services, pool, caller, "r", REAL, 0, Cursors(none), AuditDesk(services.store, pool), "127.0.0.1")


def opens(settings: Settings, body: Mapping[str, Any], when: str = "2021-02-18 09:00") -> Open:
    """The opening that the API makes of a body."""
    visit = visiting(settings)
    command = opening(visit, OpenBody.model_validate(body))(
        stamp(visit, "c", "open", {"at": at(when)}, "k", None), None
    )
    assert isinstance(command, Open)
    return command.model_copy(update={"told": command.at})


def lived(
    settings: Settings, body: Mapping[str, Any], story: Story = nothing, accepted: str = "2021-02-18 10:00"
) -> Clocks:
    """What the clocks of such a case come to on Thursday at noon."""
    desk, paper = Desk(), Paper()
    paper.due = {"statutory": None}
    opened = opens(settings, body, when=accepted)
    paper.take(opened)
    one, day = opened.procedure, at(accepted)
    given = promises(visiting(settings), day, opened.policy, one.key, one.jurisdiction, one.variant, one.facts)
    paper.take(desk.accept(day, promises=given))
    paper.take_all(*story(desk))
    clocks: Clocks = {}
    for shown in picture(paper.now()).clocks:
        reading = count(shown.clock, CALENDAR, NOON)
        what = (reading.used, reading.limit, reading.due_at, reading.due_soon_at, reading.standing)
        clocks[shown.clock.key] = (shown.judged, shown.ramp_up, *what)
    return clocks


def up_to_two_at_once(desk: Desk) -> Iterable[Message]:
    """A project in which, from Monday on, two offices have a step each."""
    yield desk.complete(at("2021-02-18 11:00"), "project-code")
    for hour, step in enumerate(("project-proposal-approval", "land-preexam-and-siting", "feasibility-approval")):
        yield desk.start(at(f"2021-02-19 0{hour}:00"), step)
        yield desk.complete(at(f"2021-02-19 0{hour}:30"), step)
    yield desk.complete(at("2021-02-19 11:00"), "land-acquisition")
    yield desk.start(at("2021-02-19 11:00"), "land-use-planning-permit")
    yield desk.complete(at("2021-02-19 12:00"), "land-use-planning-permit")
    yield desk.complete(at("2021-02-19 13:00"), "scheme-design")
    yield desk.start(at("2021-02-19 13:00"), "design-scheme-joint-review")
    yield desk.complete(at("2021-02-19 14:00"), "design-scheme-joint-review")
    yield desk.start(at("2021-02-22 09:00"), "preliminary-design-approval")
    yield desk.complete(at("2021-02-22 09:00"), "scheme-publicity")
    yield desk.start(at("2021-02-22 09:00"), "project-planning-permit")


def a_parallel_line(desk: Desk) -> Iterable[Message]:
    yield desk.complete(at("2021-02-18 11:00"), "project-code")
    yield desk.start(at("2021-02-22 09:00"), "environmental-impact-approval")


def extended(desk: Desk) -> Iterable[Message]:
    yield desk.extend(at("2021-02-18 12:00"), "statutory", 5)


def suspended(ground: str) -> Story:
    def story(desk: Desk) -> Iterable[Message]:
        yield desk.suspend(at("2021-02-18 11:00"), "s", ground)
        yield desk.resume(at("2021-02-20 11:00"), "s")  # a Saturday that works

    return story


def resumed_on_a_sunday(desk: Desk) -> Iterable[Message]:
    yield desk.suspend(at("2021-02-18 11:00"), "s", "hearing")
    yield desk.resume(at("2021-02-21 11:00"), "s")


def built(desk: Desk) -> Iterable[Message]:
    """A connection whose works outside the boundary are going on."""
    for step in ("joint-site-survey", "connection-plan-reply", "contract-and-payment", "internal-works"):
        yield desk.complete(at("2021-02-19 10:00"), step)


def told_since(desk: Desk) -> Iterable[Message]:
    yield desk.recalculate(at("2021-03-01 10:00"))


NEW_PIPE = {**WATER, "variant": "new-pipe-no-approval"}
WITH_LINE = {**PROJECT, "facts": {"eia_required": True}}
READINGS: dict[str, tuple[object, Mapping[str, Any], Story, str]] = {
    "taicang_start": (date(2021, 6, 1), GAS, nothing, "2021-02-18 10:00"),
    "one_day_limit": (0, {**COMPANY, "jurisdiction": "taicang"}, nothing, "2021-02-18 10:00"),
    "chain_total": (ChainTotal.SUM, PROJECT, up_to_two_at_once, "2021-02-18 10:00"),
    "parallel_line_counts": (True, WITH_LINE, a_parallel_line, "2021-02-18 10:00"),
    "external_works_count": (False, NEW_PIPE, built, "2021-02-18 10:00"),
    "construction_binds_by": (BindsBy.COMPLETION, PROJECT, told_since, "2020-06-01 10:00"),
    "extension_lengthens_promise": (True, COMPANY, extended, "2021-02-18 10:00"),
    "expert_review_stops_promise": (True, WATER, suspended("expert-review"), "2021-02-18 10:00"),
    "public_notice_stops_promise": (True, WATER, suspended("public-notice"), "2021-02-18 10:00"),
}
POLICIES: dict[str, tuple[object, Mapping[str, Any], Story, str]] = {
    "cutoff": (time(9), WATER, nothing, "2021-02-18 10:00"),
    "close": (time(12), WATER, nothing, "2021-02-18 10:00"),
    "roll_accept": (False, WATER, nothing, "2021-02-21 10:00"),
    "roll_resume": (False, WATER, resumed_on_a_sunday, "2021-02-18 10:00"),
    "count_start_day": (True, WATER, nothing, "2021-02-18 10:00"),
    "morning": ((time(9), time(12)), COMPANY, nothing, "2021-03-03 10:00"),
    "afternoon": ((time(13), time(17)), COMPANY, nothing, "2021-03-03 10:00"),
    "due_soon": (2, WATER, nothing, "2021-02-18 10:00"),
    "due_soon_percent": (40, PROJECT, up_to_two_at_once, "2021-02-18 10:00"),
}


@pytest.mark.parametrize("name", Readings.model_fields)
def test_each_reading_makes_another_case_of_the_same_facts(name: str) -> None:
    value, body, story, accepted = READINGS[name]
    otherwise = Settings(readings=Readings.model_validate({name: value}))
    assert lived(otherwise, body, story, accepted) != lived(Settings(), body, story, accepted)


@pytest.mark.parametrize("name", Policy.model_fields)
def test_each_field_of_a_policy_makes_another_case_of_the_same_facts(name: str) -> None:
    value, body, story, accepted = POLICIES[name]
    otherwise = Settings(policy=Policy.model_validate({name: value}))
    assert lived(otherwise, body, story, accepted) != lived(Settings(), body, story, accepted)


@pytest.mark.parametrize("name", PolicyPart.model_fields)
def test_whoever_opens_a_case_may_choose_as_the_settings_may(name: str) -> None:
    value, body, story, accepted = POLICIES[name]
    said = value.isoformat("minutes") if isinstance(value, time) else value
    by_hand = lived(Settings(), {**body, "policy": {name: said}}, story, accepted)
    assert by_hand == lived(Settings(policy=Policy.model_validate({name: value})), body, story, accepted)


PROMISE, USED, DUE = "promise/sz-21-construction-gov", 2, 4


def test_a_sum_counts_each_office_for_itself_and_is_due_earlier() -> None:
    united = lived(Settings(), PROJECT, up_to_two_at_once)[PROMISE]
    summed = lived(Settings(readings=Readings(chain_total=ChainTotal.SUM)), PROJECT, up_to_two_at_once)[PROMISE]
    assert (united[USED], summed[USED]) == (8, 16)
    assert cast("datetime", summed[DUE]) < cast("datetime", united[DUE])


def test_a_parallel_line_is_outside_the_limit_unless_it_is_read_into_it() -> None:
    apart = lived(Settings(), WITH_LINE, a_parallel_line)[PROMISE]
    within = lived(Settings(readings=Readings(parallel_line_counts=True)), WITH_LINE, a_parallel_line)[PROMISE]
    assert (apart[USED], within[USED]) == (0, 8)


def test_an_extension_by_law_lengthens_the_promise_only_where_it_is_read_so() -> None:
    key = "promise/sz-21-company-setup"
    first = lived(Settings(), COMPANY, extended)
    then = lived(Settings(readings=Readings(extension_lengthens_promise=True)), COMPANY, extended)
    assert (first[key][3], then[key][3]) == (2, 7)
    assert first["statutory"] == then["statutory"]


@pytest.mark.parametrize("stops", [True, False])
def test_an_expert_review_always_stops_the_statutory_clock(stops: bool) -> None:
    settings = Settings(readings=Readings(expert_review_stops_promise=stops))
    clocks = lived(settings, COMPANY, suspended("expert-review"))
    free = lived(settings, COMPANY)
    assert clocks["statutory"] != free["statutory"]
    assert (clocks["promise/sz-21-company-setup"] != free["promise/sz-21-company-setup"]) is stops


def test_publicity_without_a_provision_counts_unless_it_is_read_otherwise() -> None:
    body = {**PROJECT, "facts": {"publicity_basis_recorded": False}}
    for stops in (False, True):
        settings = Settings(readings=Readings(public_notice_stops_promise=stops))
        steps = {step.key: step.counts for step in opens(settings, body).procedure.steps}
        assert steps["scheme-publicity"] is not stops
        assert steps["design-scheme-joint-review"]


@pytest.mark.parametrize(("told", "ramp_up"), [("2020-12-30 17:00", True), ("2020-12-31 09:00", False)])
def test_a_project_that_is_open_on_the_last_day_of_2020_is_held_to_the_promise_by_completion(
    told: str, ramp_up: bool
) -> None:
    def story(desk: Desk) -> Iterable[Message]:
        yield desk.recalculate(at(told))

    settings = Settings(readings=Readings(construction_binds_by=BindsBy.COMPLETION))
    judged, ramps_up, *_ = lived(settings, PROJECT, story, "2020-06-01 10:00")[PROMISE]
    assert (judged, ramps_up) == (not ramp_up, ramp_up)


def test_a_day_lasts_until_midnight_where_a_case_came_online() -> None:
    online = {**ONLINE, "facts": {"channel": "online"}}
    assert opens(Settings(), ONLINE).policy.close == time(17, 30)
    assert opens(Settings(), online).policy.close is None
    assert opens(Settings(), {**online, "policy": {"close": "16:00"}}).policy.close == time(16)
    assert opens(Settings(channels={}), online).policy.close == time(17, 30)


def test_what_is_not_said_of_a_policy_stays_as_the_settings_have_it() -> None:
    settings = Settings(policy=Policy(cutoff=time(16), close=time(17)))
    said = opens(settings, {**WATER, "policy": {"roll_accept": False}}).policy
    assert said == Policy(cutoff=time(16), close=time(17), roll_accept=False)


def test_the_environment_says_what_is_another_for_a_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIXIAN_CHANNELS", '{"window": {"close": "16:30", "roll_accept": false}}')
    monkeypatch.setenv("SHIXIAN_POLICY__DUE_SOON", "3")
    monkeypatch.setenv("SHIXIAN_READINGS__CHAIN_TOTAL", "sum")
    monkeypatch.setenv("SHIXIAN_READINGS__EXPERT_REVIEW_STOPS_PROMISE", "true")
    settings = Settings()
    assert opens(settings, ONLINE).policy == Policy(close=time(16, 30), roll_accept=False, due_soon=3)
    assert settings.readings == Readings(chain_total=ChainTotal.SUM, expert_review_stops_promise=True)


@pytest.mark.parametrize("part", [{"close": "25:00"}, {"cutoff": "24:00"}, {"roll_accept": "no"}, {"due_soon": -1}])
def test_a_policy_that_cannot_be_is_refused(part: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PolicyPart.model_validate(part)


# --- on the command line ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("close=24:00", ("close", "24:00")),
        ("roll_accept=false", ("roll_accept", False)),
        ("count_start_day=TRUE", ("count_start_day", True)),
        ("due_soon=2", ("due_soon", 2)),
    ],
)
def test_a_rule_of_a_policy_is_typed_as_key_and_value(text: str, said: tuple[str, object]) -> None:
    assert rule(text, "--policy") == said


def test_a_projected_due_date_is_never_without_the_word_provisional(capsys: pytest.CaptureFixture[str]) -> None:
    shixian = CommandLine(capsys)
    asked = [
        "due",
        "--accepted",
        "2026-12-28 10:00",
        "--limit",
        "5",
        "--now",
        "2026-12-28 12:00",
        "--as-of",
        "2026-06-01",
    ]
    plain, projected = shixian(*asked), shixian(*asked, "--project")
    assert "2027-01-04" not in plain.out
    line = next(line for line in projected.out.splitlines() if "2027-01-04 17:30" in line)
    assert "暂定 provisional" in line
    told = shixian(*asked, "--project", "--json").json
    assert (told["reading"]["due_date"], told["projection"]["due_date"]) == (None, "2027-01-04")
    assert told["projection"]["provisional"] is True
    known = shixian("due", "--accepted", "2026-03-02 10:00", "--limit", "5", "--now", "2026-03-02 12:00", "--project")
    assert "nothing to project" in known.out


# --- over HTTP -------------------------------------------------------------------------------------------------------


async def shown(office: Office, case: str, **asked: str) -> dict[str, Any]:
    """The promise of a case, as the API shows it."""
    answer = (await office.officer.get(f"/v1/cases/{case}", **asked)).json()
    return next(clock for clock in answer["clocks"] if clock["key"] == answer["main"])


async def test_a_case_keeps_the_policy_it_was_opened_with(office: Office) -> None:
    late = await office.accepted(policy={"close": "24:00", "count_start_day": True})
    assert (await shown(office, late))["due_at"] == local("2021-03-06 00:00")
    usual = await office.accepted()
    assert (await shown(office, usual))["due_at"] == local("2021-03-08 17:30")


@pytest.mark.parametrize(
    ("policy", "wrong"),
    [
        ({"close": "25:00"}, ("#/policy/close", "bad-form")),
        ({"roll_resume": 1}, ("#/policy/roll_resume", "not-a-boolean")),
        ({"lunch": "12:00"}, ("#/policy", "unknown-field")),
    ],
)
async def test_a_wrong_policy_is_refused_by_field(
    office: Office, policy: dict[str, Any], wrong: tuple[str, str]
) -> None:
    answer = await office.officer.post("/v1/cases", {**WATER, "policy": policy})
    assert answer.status_code == 422
    assert codes(answer) == [wrong]


async def test_a_projection_is_shown_to_who_asks_and_stays_out_of_all_else(office: Office) -> None:
    case = await office.accepted()
    main = (await shown(office, case))["key"]
    for _ in range(4):  # beyond the end of 2021, the last year known in March 2021
        more = {"clock": main, "workdays": 60, "approved_by": "市水务局", "reason": "complex"}
        answer = await office.officer.post(f"/v1/cases/{case}/extensions", more)
        assert answer.status_code == 201, answer.text
    plain, asked = await shown(office, case), await shown(office, case, projection="true")
    assert (plain["due_date"], plain["projection"], plain["horizon"]["known_until"]) == (None, None, "2021-12-31")
    assert asked["due_date"] is None
    assert asked["standing"] == plain["standing"]
    projection = asked["projection"]
    assert projection["provisional"] is True
    assert "provisional" in projection["assumes"]
    assert projection["due_date"] > "2021-12-31"
    listed = (await office.officer.get("/v1/cases", q=case)).json()["cases"][0]
    assert listed["due_at"] is None
