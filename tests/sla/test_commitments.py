"""The register against the reference, and what of it binds a case."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.clock import Limit, Unit
from sla.commitments import REGISTER
from sla.commitments.commitment import BindingBasis, Commitment, Metric
from sla.commitments.register import MEASURES, BindsBy, ChainTotal, Readings, binding_from, prevailing
from sla.promise import Measure, Promise
from tests.reference import reference

READINGS = Readings()
YEAR_END = date(2020, 12, 31)

each_commitment = pytest.mark.parametrize("commitment", REGISTER.values(), ids=list(REGISTER))


def told(commitment: Commitment) -> dict[str, Any]:
    return next(one for one in reference("commitments.json")["commitments"] if one["id"] == commitment.id)


def test_the_register_holds_every_commitment_of_the_reference_and_no_other() -> None:
    assert set(REGISTER) == {one["id"] for one in reference("commitments.json")["commitments"]}
    assert len(REGISTER) == 73
    assert sum(one.core and one.measure is not Metric.QUALITATIVE for one in REGISTER.values()) == 30


@each_commitment
def test_a_commitment_is_placed_as_in_the_reference(commitment: Commitment) -> None:
    reported = told(commitment)
    fields = ("jurisdiction", "procedure", "variant", "core")
    assert {field: getattr(commitment, field) for field in fields} == {field: reported[field] for field in fields}
    citation = commitment.citation
    assert (citation.item, citation.heading) == (reported["item"], reported["heading"])
    assert citation.document.jurisdiction == commitment.jurisdiction
    assert list(commitment.exclusions) == reported["exclusions"]
    relation = reported["relation"] or {"parent": None, "kind": None}
    kind = commitment.relation and commitment.relation.replace("-", "_")
    assert (commitment.parent, kind) == (relation["parent"], relation["kind"])


@each_commitment
def test_a_commitment_measures_what_the_reference_measures(commitment: Commitment) -> None:
    reported = told(commitment)
    assert commitment.measure.replace("-", "_") == reported["metric"]
    figure = commitment.figure
    stated = (figure.operator, figure.value, figure.unit) if figure else (None, None, None)
    assert stated == (reported["operator"], reported["value"], reported["unit"])
    assert commitment.limit == read(reported)


def read(reported: dict[str, Any]) -> Limit | None:
    """The limit that a number of the reference comes to."""
    units = {"工作日": Unit.WORKDAY, "日": Unit.WORKDAY, "当天": Unit.WORKDAY, "即办": Unit.WORKDAY, "月": Unit.MONTH}
    if reported["unit"] not in units:
        return None
    return Limit(amount=Decimal(reported["value"]), unit=units[reported["unit"]])


@each_commitment
def test_a_commitment_names_its_owners_by_the_role_the_document_gives_them(commitment: Commitment) -> None:
    owners = commitment.owners
    roles = {"责任单位": owners.responsible, "牵头部门": owners.lead, "配合部门": owners.support}
    assert {role: list(names) for role, names in roles.items() if names} == {
        role: names for role, names in told(commitment)["owners"].items() if names
    }


@each_commitment
def test_a_commitment_binds_from_the_day_of_the_reference(commitment: Commitment) -> None:
    effective = told(commitment)["effective"]
    day = commitment.binding_from
    assert (day and day.isoformat()) == effective["binding_from"]
    if effective["text"] is not None:
        assert commitment.binding.words == effective["text"]
        assert commitment.binding.basis is (
            BindingBasis.CLOSING_CLAUSE if commitment.citation.item == "尾" else BindingBasis.CLAUSE
        )
    else:
        assert commitment.binding.basis is (BindingBasis.CLOSING_CLAUSE if day else BindingBasis.UNDATED)


@each_commitment
def test_what_was_left_to_interpretation_is_said(commitment: Commitment) -> None:
    assert bool(commitment.interpretation) >= bool(told(commitment)["interpretation_needed"])
    assert commitment.title_zh
    assert commitment.title_en


@each_commitment
def test_a_parent_is_a_suzhou_commitment_about_the_same_thing(commitment: Commitment) -> None:
    if commitment.parent is None:
        return
    parent = REGISTER[commitment.parent]
    assert (commitment.jurisdiction, parent.jurisdiction) == ("taicang", "suzhou")
    assert parent.procedure == commitment.procedure


def test_the_answerable_one_is_the_lead_or_all_that_are_responsible() -> None:
    assert REGISTER["tc-61-power-low"].owners.answerable == "发改委"
    assert REGISTER["sz-22-water-no-pipe"].owners.answerable == "市水务局、市水务集团"


def held(
    procedure: str, jurisdiction: str, variant: str, accepted: date, readings: Readings = READINGS, **facts: bool | str
) -> tuple[Promise, ...]:
    return prevailing(procedure, jurisdiction, variant, facts, accepted, readings)


def by_id(promises: tuple[Promise, ...]) -> dict[str, Promise]:
    return {promise.commitment: promise for promise in promises}


MARCH = date(2021, 3, 1)

TABLE = [
    # procedure, variant, Suzhou's commitment and limit, Taicang's
    ("company-setup", "standard", "sz-21-company-setup", 2, "tc-56-company-setup", 1),
    ("property-registration", "transfer", "sz-21-property-registration", 3, "tc-56-property-certificate", 0),
    ("construction-approval", "government-investment", "sz-21-construction-gov", 80, "tc-57-construction-gov", 30),
    (
        "construction-approval",
        "general-social-investment",
        "sz-21-construction-general",
        60,
        "tc-57-construction-general",
        30,
    ),
    (
        "construction-approval",
        "land-with-scheme",
        "sz-21-construction-land-with-scheme",
        40,
        "tc-57-construction-land-with-scheme",
        30,
    ),
    (
        "construction-approval",
        "small-social-investment",
        "sz-21-construction-small",
        40,
        "tc-57-construction-small",
        30,
    ),
    ("water-connection", "no-new-pipe", "sz-22-water-no-pipe", 4, "tc-60-water-no-pipe", 4),
    ("water-connection", "new-pipe-no-approval", "sz-22-water-pipe-no-approval", 9, "tc-60-water-pipe-no-approval", 9),
    ("water-connection", "new-pipe-with-approval", "sz-22-water-pipe-approval", 30, "tc-60-water-pipe-approval", 30),
    ("electricity-connection", "low-voltage", "sz-22-power-low", 7, "tc-61-power-low", 5),
    ("electricity-connection", "medium-voltage-10-20kv", "sz-22-power-medium", 35, "tc-61-power-medium", 35),
    ("gas-connection", "no-new-pipe", "sz-22-gas-no-pipe", 3, "tc-62-gas-no-pipe", 2),
    ("gas-connection", "new-pipe-no-approval", "sz-22-gas-pipe-no-approval", 15, "tc-62-gas-pipe-no-approval", 10),
    ("gas-connection", "new-pipe-with-approval", "sz-22-gas-pipe-approval", 30, "tc-62-gas-pipe-approval", 20),
]
each_pair = pytest.mark.parametrize(("procedure", "variant", "suzhou", "theirs", "taicang", "ours"), TABLE)


@each_pair
def test_a_case_is_held_to_its_own_city_and_the_wider_promise_is_reported_once(
    procedure: str, variant: str, suzhou: str, theirs: int, taicang: str, ours: int
) -> None:
    there = held(procedure, "suzhou", variant, MARCH)
    assert [promise.commitment for promise in there] == [suzhou]
    assert there[0].limit == Limit(amount=Decimal(theirs))
    assert (there[0].also, there[0].superseded, there[0].ramp_up) == ((), (), False)
    here = held(procedure, "taicang", variant, MARCH)[0]
    assert (here.commitment, here.limit) == (taicang, Limit(amount=Decimal(ours)))
    average = here.measure is Measure.AVERAGE
    assert (here.also, here.superseded) == (((suzhou,), ()) if average else ((), (suzhou,)))
    assert here.judged is not average
    assert there[0].judged is not average


@each_pair
def test_the_lead_answers_in_taicang(
    procedure: str, variant: str, suzhou: str, theirs: int, taicang: str, ours: int
) -> None:
    del suzhou, theirs, ours
    assert held(procedure, "taicang", variant, MARCH)[0].owner == REGISTER[taicang].owners.lead[0]


def test_the_six_averages_are_the_electricity_ones_and_water_with_permits() -> None:
    averages = {
        promise.commitment
        for procedure, variant, *_ in TABLE
        for jurisdiction in ("suzhou", "taicang")
        for promise in held(procedure, jurisdiction, variant, MARCH)
        if promise.measure is Measure.AVERAGE
    }
    assert averages == {one.id for one in REGISTER.values() if one.measure is Metric.AVERAGE}
    assert len(averages) == 6


def test_every_core_number_comes_to_bind_some_case() -> None:
    seen: set[str] = set()
    for procedure, variant, *_ in TABLE:
        for jurisdiction in ("suzhou", "taicang"):
            for promise in held(procedure, jurisdiction, variant, MARCH, channel="online"):
                seen |= {promise.commitment, *promise.also, *promise.superseded}
    assert seen == {one.id for one in REGISTER.values() if one.core and one.measure in MEASURES}
    assert len(seen) == 30


@pytest.mark.parametrize(
    ("accepted", "binding"), [(date(2020, 12, 30), False), (YEAR_END, True), (date(2020, 1, 6), False)]
)
@pytest.mark.parametrize("jurisdiction", ["suzhou", "taicang"])
def test_a_chain_accepted_before_the_end_of_2020_is_ramp_up(jurisdiction: str, accepted: date, binding: bool) -> None:
    promises = held("construction-approval", jurisdiction, "government-investment", accepted)
    assert len(promises) == 1
    assert promises[0].binding_from == YEAR_END
    assert (promises[0].judged, promises[0].ramp_up) == (binding, not binding)


@pytest.mark.parametrize(("seen", "by_completion"), [(date(2020, 12, 30), False), (YEAR_END, True)])
def test_construction_may_bind_by_completion(seen: date, by_completion: bool) -> None:
    chain = ("construction-approval", "suzhou", "land-with-scheme", date(2020, 6, 1))
    assert held(*chain, Readings(construction_binds_by=BindsBy.COMPLETION))[0].ramps_up(seen) is not by_completion
    assert held(*chain)[0].ramps_up(seen)


def test_another_case_never_binds_by_completion() -> None:
    company = ("company-setup", "suzhou", "standard", date(2019, 12, 31))
    assert held(*company, Readings(construction_binds_by=BindsBy.COMPLETION)) == held(*company)
    assert held(*company)[0].ramps_up(date(2020, 1, 2))


@pytest.mark.parametrize(("procedure", "variant"), [row[:2] for row in TABLE if row[0] == "construction-approval"])
@pytest.mark.parametrize("jurisdiction", ["suzhou", "taicang"])
def test_the_day_on_which_a_chain_begins_to_bind_changes_nothing_else_of_it(
    procedure: str, variant: str, jurisdiction: str
) -> None:
    """So one promise, written down at acceptance, can say what holds on either side of the day."""
    readings = Readings(construction_binds_by=BindsBy.COMPLETION)
    before = held(procedure, jurisdiction, variant, YEAR_END - timedelta(days=1), readings)
    after = held(procedure, jurisdiction, variant, YEAR_END, readings)
    assert [p.model_copy(update={"judged": True, "ramp_up": False}) for p in before] == list(after)


def test_only_a_chain_is_added_up_and_takes_in_its_parallel_lines() -> None:
    readings = Readings(chain_total=ChainTotal.SUM, parallel_line_counts=True)
    for procedure, variant, *_ in TABLE:
        for promise in held(procedure, "suzhou", variant, MARCH, readings):
            chain = promise.measure is Measure.CHAIN
            assert (promise.added, promise.parallel_lines) == (chain, chain)


@pytest.mark.parametrize("jurisdiction", ["suzhou", "taicang"])
def test_a_major_project_has_no_chain_promise(jurisdiction: str) -> None:
    for variant in ("government-investment", "small-social-investment"):
        assert held("construction-approval", jurisdiction, variant, MARCH, major_project=True) == ()
        assert held("construction-approval", jurisdiction, variant, MARCH, major_project=False)


def test_setting_up_a_company_in_taicang_is_free_of_charge() -> None:
    day, fee = held("company-setup", "taicang", "standard", MARCH)
    assert (fee.commitment, fee.measure, fee.fee_limit_fen, fee.limit) == (
        "tc-56-company-setup-fee",
        Measure.FEE,
        0,
        None,
    )
    assert fee.judged
    assert day.fee_limit_fen is None


def test_one_day_warns_at_the_first_close_and_strictly_read_ends_there() -> None:
    lenient = held("company-setup", "taicang", "standard", MARCH)[0]
    assert (lenient.limit, lenient.due_soon_at_first_close) == (Limit(amount=Decimal(1)), True)
    strict = held("company-setup", "taicang", "standard", MARCH, Readings(one_day_limit=0))[0]
    assert (strict.limit, strict.due_soon_at_first_close) == (Limit(amount=Decimal(0)), False)
    assert not held("company-setup", "suzhou", "standard", MARCH)[0].due_soon_at_first_close


def test_the_two_cities_promise_different_ends_of_a_property_registration() -> None:
    assert held("property-registration", "suzhou", "first", MARCH)[0].ends == ("register-entry",)
    assert held("property-registration", "taicang", "first", MARCH)[0].ends == ("certificate-issue",)


@pytest.mark.parametrize("channel", ["window", "online"])
def test_a_cancellation_ends_with_the_entry_in_both(channel: str) -> None:
    for jurisdiction in ("suzhou", "taicang"):
        promises = held("property-registration", jurisdiction, "cancellation", MARCH, channel=channel)
        assert {promise.ends for promise in promises} == {("register-entry",)}


def test_at_once_is_promised_online_and_in_taicang_only() -> None:
    online = held("property-registration", "taicang", "mortgage", MARCH, channel="online")
    assert [promise.commitment for promise in online] == ["tc-56-property-certificate", "tc-56-property-online"]
    assert by_id(online)["tc-56-property-online"].limit == Limit(amount=Decimal(0))
    assert [promise.superseded for promise in online] == [("sz-21-property-registration",), ()]
    assert len(held("property-registration", "taicang", "mortgage", MARCH, channel="window")) == 1
    assert len(held("property-registration", "suzhou", "mortgage", MARCH, channel="online")) == 1


def test_before_taicang_starts_suzhou_judges_and_the_stricter_number_is_ramp_up() -> None:
    readings = Readings(taicang_start=date(2020, 6, 1))
    judged, announced, fee = held("company-setup", "taicang", "standard", date(2020, 5, 29), readings)
    assert (judged.commitment, judged.judged, judged.superseded) == ("sz-21-company-setup", True, ())
    assert (announced.commitment, announced.ramp_up, announced.judged) == ("tc-56-company-setup", True, False)
    assert (fee.ramp_up, fee.judged, fee.binding_from) == (True, False, date(2020, 6, 1))
    started = held("company-setup", "taicang", "standard", date(2020, 6, 1), readings)
    assert [promise.judged for promise in started] == [True, True]
    assert started[0].superseded == ("sz-21-company-setup",)


def test_before_taicang_starts_an_equal_number_is_not_announced_beside_the_one_that_binds() -> None:
    readings = Readings(taicang_start=date(2020, 6, 1))
    assert [p.commitment for p in held("water-connection", "taicang", "no-new-pipe", date(2020, 5, 29), readings)] == [
        "sz-22-water-no-pipe"
    ]
    average = held("water-connection", "taicang", "new-pipe-with-approval", date(2020, 5, 29), readings)
    assert [(p.commitment, p.also) for p in average] == [("sz-22-water-pipe-approval", ())]


def test_nothing_is_promised_where_the_register_says_nothing() -> None:
    assert held("marriage", "suzhou", "standard", MARCH) == ()
    assert held("water-connection", "kunshan", "no-new-pipe", MARCH) == ()


def test_the_operators_day_is_for_undated_items_only() -> None:
    readings = Readings(taicang_start=date(2020, 6, 1))
    assert binding_from(REGISTER["tc-62-gas-no-pipe"], readings) == date(2020, 6, 1)
    assert binding_from(REGISTER["tc-61-power-low"], readings) == date(2020, 1, 1)
    assert binding_from(REGISTER["tc-57-construction-gov"], readings) == YEAR_END
    assert binding_from(REGISTER["tc-62-gas-no-pipe"], READINGS) is None


def test_the_readings_are_those_of_the_documentation() -> None:
    assert READINGS.model_dump() == {
        "taicang_start": None,
        "one_day_limit": 1,
        "chain_total": ChainTotal.UNION,
        "parallel_line_counts": False,
        "external_works_count": True,
        "construction_binds_by": BindsBy.ACCEPTANCE,
        "extension_lengthens_promise": False,
        "expert_review_stops_promise": False,
        "public_notice_stops_promise": False,
    }


PAIRS = st.sampled_from([(procedure, variant) for procedure, variant, *_ in TABLE])
DAYS = st.dates(date(2019, 6, 1), date(2022, 6, 1))
SOME_READINGS = st.builds(
    Readings,
    taicang_start=st.none() | DAYS,
    one_day_limit=st.sampled_from([0, 1]),
    construction_binds_by=st.sampled_from(BindsBy),
)
CHANNEL = st.sampled_from(["window", "online"])


@given(PAIRS, st.sampled_from(["suzhou", "taicang"]), DAYS, SOME_READINGS, CHANNEL)
def test_a_commitment_is_reported_once_whatever_the_day_and_the_readings(
    pair: tuple[str, str], jurisdiction: str, accepted: date, readings: Readings, channel: str
) -> None:
    procedure, variant = pair
    promises = held(procedure, jurisdiction, variant, accepted, readings, channel=channel)
    named = [one for promise in promises for one in (promise.commitment, *promise.also, *promise.superseded)]
    assert len(set(named)) == len(named)
    assert promises
    for promise in promises:
        assert promise.ramp_up is (promise.binding_from is not None and promise.binding_from > accepted)
        assert promise.judged is not (promise.ramp_up or promise.measure is Measure.AVERAGE)
        assert (promise.limit is None) is (promise.measure is Measure.FEE)


@given(PAIRS, DAYS, SOME_READINGS)
def test_in_taicang_no_promise_is_looser_than_suzhous(
    pair: tuple[str, str], accepted: date, readings: Readings
) -> None:
    procedure, variant = pair
    wide = {p.limit.amount for p in held(procedure, "suzhou", variant, accepted, readings) if p.limit}
    near = {p.limit.amount for p in held(procedure, "taicang", variant, accepted, readings) if p.limit}
    assert max(near) <= max(wide)


@given(PAIRS, st.sampled_from(["suzhou", "taicang"]), DAYS, st.integers(0, 900))
def test_what_binds_a_case_binds_every_later_one(
    pair: tuple[str, str], jurisdiction: str, accepted: date, later: int
) -> None:
    procedure, variant = pair
    first = {p.commitment for p in held(procedure, jurisdiction, variant, accepted) if not p.ramp_up}
    then = held(procedure, jurisdiction, variant, accepted + timedelta(days=later))
    kept = {one for p in then if not p.ramp_up for one in (p.commitment, *p.superseded, *p.also)}
    assert first <= kept


def test_every_reading_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "commitments.md").read_text(encoding="utf-8")
    assert [name for name in Readings.model_fields if f"| `{name}` |" not in page] == []
