"""The procedures, six of them against the reference they were drawn from."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sla.clock import Limit, Unit
from tests.reference import reference
from workflows.drafting.steps import in_workdays, longest
from workflows.errors import BadFact, UnknownFact, UnknownJurisdiction, UnknownProcedure, UnknownVariant
from workflows.procedure import Begins, Definition, Effect, Facts, Party, Procedure
from workflows.procedures import ALL, resolve

HERE = Path(__file__).parent

# Conditions of the reference by the fact that stands for them here, and the value under which the step is there.
CONDITIONS: Mapping[str, tuple[str, bool]] = {"not drawing_review_exempt": ("drawing_review_exempt", False)}

# The utility connections of a project are cases of their own, linked to it: nobody could complete them as a step.
LINKED = "utility-connection-children"

# Works are no stage of the four, and a parallel line is beside them.
NO_STAGE = {"construction", "5-parallel", None}


def every_choice() -> Iterator[tuple[Definition, str, str]]:
    for definition in ALL.values():
        for jurisdiction in definition.jurisdictions:
            for variant in definition.variants:
                yield definition, jurisdiction, variant.key


DRAWN = {procedure["id"] for procedure in reference("procedures.json")["procedures"]}
CHOICES = list(every_choice())
NAMES = ["/".join((definition.key, jurisdiction, variant)) for definition, jurisdiction, variant in CHOICES]
each_choice = pytest.mark.parametrize(("definition", "jurisdiction", "variant"), CHOICES, ids=NAMES)
# those that were drawn from the reference; the others are told in docs/procedures.md
PLACES = [(choice, name) for choice, name in zip(CHOICES, NAMES, strict=True) if choice[0].key in DRAWN]
each_drawn = pytest.mark.parametrize(
    ("definition", "jurisdiction", "variant"), [choice for choice, _ in PLACES], ids=[name for _, name in PLACES]
)


def every_facts(definition: Definition, variant: str) -> Iterator[Facts]:
    """The defaults, and each fact changed alone."""
    yield {}
    for fact in definition.facts_in(variant):
        for value in fact.allowed:
            if value != fact.default_in(variant):
                yield {fact.key: value}


def described(key: str) -> dict[str, Any]:
    return next(procedure for procedure in reference("procedures.json")["procedures"] if procedure["id"] == key)


def described_steps(key: str, variant: str) -> list[dict[str, Any]]:
    procedure = described(key)
    steps = [*procedure["steps"], *procedure.get("parallel_line", [])]
    return [step for step in steps if step["variants"] == "*" or variant in step["variants"]]


@each_choice
def test_every_combination_resolves_under_every_fact(definition: Definition, jurisdiction: str, variant: str) -> None:
    for facts in every_facts(definition, variant):
        procedure = resolve(definition.key, jurisdiction, variant, facts)
        assert procedure.facts == {f.key: f.default_in(variant) for f in definition.facts_in(variant)} | dict(facts)
        assert Procedure.model_validate_json(procedure.model_dump_json()) == procedure


@each_drawn
def test_the_planned_path_is_the_one_of_the_reference(definition: Definition, jurisdiction: str, variant: str) -> None:
    resolved = described(definition.key)["resolved"][variant][jurisdiction]
    hours = 8 if resolved["unit"] == "WH" else 1
    procedure = resolve(definition.key, jurisdiction, variant, {})
    assert longest(procedure.steps, until=procedure.ends) * hours == Decimal(str(resolved["counted_critical_path"]))
    one_after_another = sum(in_workdays(step.target) for step in procedure.steps if step.counts)
    assert one_after_another * hours == Decimal(str(resolved["counted_serial_sum"]))
    budgets = {stage.key: in_workdays(stage.budget) for stage in procedure.stages}
    assert budgets == {key: Decimal(str(days)) for key, days in (resolved["stage_budget"] or {}).items()}


@each_drawn
def test_every_step_of_the_reference_is_there(definition: Definition, jurisdiction: str, variant: str) -> None:
    unit = described(definition.key)["unit"]
    for step in described_steps(definition.key, variant):
        if step["id"] == LINKED:
            continue
        procedure = resolve(definition.key, jurisdiction, variant, needed(definition, variant, step))
        found = next((one for one in procedure.steps if one.key == step["id"]), None)
        assert found is not None, step["id"]
        assert (found.title_zh, found.title_en) == (step["title_zh"], step["title_en"])
        assert (found.party, found.owner) == (step["party"], step["owner"][jurisdiction])
        assert found.counts is step["counts"]
        assert found.opinions == tuple(step["subtasks"])
        assert found.stage == (None if step["stage"] in NO_STAGE else step["stage"])
        assert found.parallel_line is (step["stage"] == "5-parallel")
        assert found.target == planned(step["planning_target"].get(jurisdiction, {}), variant, unit), step["id"]
        assert (found.ground is None) is found.counts


def needed(definition: Definition, variant: str, step: dict[str, Any]) -> Facts:
    """The facts under which a step of the reference is there."""
    if step["condition"] is None:
        return {}
    key, value = CONDITIONS.get(step["condition"], (step["condition"], True))
    assert key in {fact.key for fact in definition.facts_in(variant)}
    return {key: value}


def planned(targets: dict[str, Any], variant: str, unit: str) -> Limit | None:
    amount = targets.get(variant, targets.get("*"))
    if amount is None:
        return None
    days = Decimal(str(amount))
    if unit == "WH":
        return Limit(amount=days, unit=Unit.WORKHOUR)
    return Limit(amount=days) if days % 1 == 0 else Limit(amount=days * 8, unit=Unit.WORKHOUR)


@each_drawn
def test_nothing_is_there_that_the_reference_does_not_have(
    definition: Definition, jurisdiction: str, variant: str
) -> None:
    known = {step["id"] for step in described_steps(definition.key, variant)}
    for facts in every_facts(definition, variant):
        keys = {step.key for step in resolve(definition.key, jurisdiction, variant, facts).steps}
        segments = {"foundation-permit", "below-ground-permit", "superstructure-permit"}
        assert keys <= known | (segments if facts.get("segmented_permit") else set())


@each_drawn
def test_a_step_waits_for_what_the_reference_says_past_the_steps_that_are_not_there(
    definition: Definition, jurisdiction: str, variant: str
) -> None:
    procedure = resolve(definition.key, jurisdiction, variant, {})
    all_steps = [*described(definition.key)["steps"], *described(definition.key).get("parallel_line", [])]
    depends = {step["id"]: tuple(step["depends_on"]) for step in all_steps}
    here = {step.key: step.after for step in procedure.steps}
    for key in here:
        assert before(key, here) == before(key, depends) & here.keys(), key


def before(key: str, after: Mapping[str, tuple[str, ...]]) -> set[str]:
    return set().union(*({one} | before(one, after) for one in after[key]))


@each_choice
def test_no_step_waits_for_one_that_another_predecessor_waits_for_anyway(
    definition: Definition, jurisdiction: str, variant: str
) -> None:
    for facts in every_facts(definition, variant):
        after = {step.key: step.after for step in resolve(definition.key, jurisdiction, variant, facts).steps}
        for step, direct in after.items():
            assert not any(one in before(other, after) for one in direct for other in direct), step


@each_drawn
def test_the_variants_are_named_as_in_the_reference(definition: Definition, jurisdiction: str, variant: str) -> None:
    told = described(definition.key)
    assert (definition.title_zh, definition.title_en) == (told["title_zh"], told["title_en"])
    named = next(one for one in told["variants"] if one["id"] == variant)
    own = next(one for one in definition.variants if one.key == variant)
    assert (own.title_zh, own.title_en) == (named["title_zh"], named["title_en"])
    assert all(code in named.get("national_process_type", "") for code in own.process_types)
    assert jurisdiction in named["limit"]


def test_all_steps_and_parallel_lines_of_the_reference_were_compared() -> None:
    told = reference("procedures.json")["procedures"]
    assert {one["id"] for one in told} == set(ALL) - {"bankruptcy", "deregistration"}
    assert sum(len(one["steps"]) for one in told) == 82
    assert [one["id"] for p in told for one in p.get("parallel_line", [])][-1] == LINKED
    for one in told:
        compared = {s["id"] for v in one["variants"] for s in described_steps(one["id"], v["id"])}
        assert compared == {s["id"] for s in [*one["steps"], *one.get("parallel_line", [])]}


@each_choice
def test_only_authorities_that_decide_may_end_a_case_and_no_applicant_corrects_himself(
    definition: Definition, jurisdiction: str, variant: str
) -> None:
    for step in resolve(definition.key, jurisdiction, variant, {}).steps:
        effects = {outcome.effect for outcome in step.outcomes}
        if Effect.END in effects:
            assert step.party is Party.AUTHORITY
        if step.party is Party.APPLICANT:
            assert effects == {Effect.PROCEED}
            assert not step.counts


@each_choice
def test_a_correction_finds_its_ground(definition: Definition, jurisdiction: str, variant: str) -> None:
    if definition.key == "bankruptcy":  # nothing stops a court's months, see below
        return
    grounds = {ground.key: ground for ground in resolve(definition.key, jurisdiction, variant, {}).grounds}
    assert set(grounds["correction"].stops) == {"promise", "statutory", "stage", "step"}
    assert set(grounds["hearing"].stops) == {"promise", "statutory", "stage", "step"}
    assert grounds["public-notice"].stops == ()
    assert all(ground.basis for ground in grounds.values())


@pytest.mark.parametrize("facts", [{}, {"segmented_permit": True}, {"eia_required": True}])
def test_construction_counts_from_each_items_own_acceptance(facts: Facts) -> None:
    procedure = resolve("construction-approval", "suzhou", "government-investment", facts)
    assert procedure.accepted_by is None
    for step in procedure.steps:
        expected = Begins.START if step.counts or step.parallel_line else Begins.OPEN
        assert step.begins is expected, step.key


def test_only_construction_waits_for_a_start() -> None:
    for definition, jurisdiction, variant in CHOICES:
        if definition.key != "construction-approval":
            procedure = resolve(definition.key, jurisdiction, variant, {})
            assert procedure.accepted_by == "acceptance"
            assert {step.begins for step in procedure.steps} == {Begins.OPEN}


def test_a_survey_has_one_name_in_the_three_utility_procedures() -> None:
    for definition, jurisdiction, variant in CHOICES:
        if definition.key.endswith("-connection"):
            keys = [step.key for step in resolve(definition.key, jurisdiction, variant, {}).steps]
            assert keys.count("joint-site-survey") == 1


def test_a_merged_drawing_review_is_one_step_with_opinions_and_an_exempt_project_has_none() -> None:
    reviewed = {step.key: step for step in resolve("construction-approval", "suzhou", "land-with-scheme", {}).steps}
    assert set(reviewed["merged-drawing-review"].opinions) >= {"消防", "人防", "技防"}
    assert "review-exemption-commitment" not in reviewed
    small = {step.key for step in resolve("construction-approval", "suzhou", "small-social-investment", {}).steps}
    assert "review-exemption-commitment" in small
    assert "merged-drawing-review" not in small


@pytest.mark.parametrize(("jurisdiction", "more"), [("suzhou", 8), ("taicang", 4)])
def test_a_small_project_that_is_not_exempt_is_planned_longer(jurisdiction: str, more: int) -> None:
    exempt = resolve("construction-approval", jurisdiction, "small-social-investment", {})
    reviewed = resolve(
        "construction-approval", jurisdiction, "small-social-investment", {"drawing_review_exempt": False}
    )
    assert longest(reviewed.steps) - longest(exempt.steps) == more


def test_segments_replace_the_one_permit_and_let_works_begin_with_the_first() -> None:
    facts = {"segmented_permit": True}
    for jurisdiction in ("suzhou", "taicang"):
        for variant in ALL["construction-approval"].variants:
            whole = resolve("construction-approval", jurisdiction, variant.key, {})
            procedure = resolve("construction-approval", jurisdiction, variant.key, facts)
            steps = {step.key: step for step in procedure.steps}
            permit = next(step for step in whole.steps if step.key == "construction-permit")
            assert "construction-permit" not in steps
            for segment in ("foundation-permit", "below-ground-permit", "superstructure-permit"):
                assert (steps[segment].target, steps[segment].stage) == (permit.target, permit.stage)
            assert steps["construction-works"].after == ("foundation-permit",)
            after_works = set(steps["joint-surveying"].after)
            assert after_works == {"construction-works", "below-ground-permit", "superstructure-permit"}
            assert longest(procedure.steps) <= longest(whole.steps)


def test_merged_stages_share_one_budget() -> None:
    apart = resolve("construction-approval", "suzhou", "land-with-scheme", {})
    merged = resolve("construction-approval", "suzhou", "land-with-scheme", {"merged_stage_2_3": True})
    budgets = {stage.key: in_workdays(stage.budget) for stage in apart.stages}
    assert [stage.key for stage in merged.stages] == [
        "1-land-and-project",
        "2-3-merged-permit",
        "4-completion-acceptance",
    ]
    assert in_workdays(merged.stages[1].budget) == budgets["2-engineering-permit"] + budgets["3-construction-permit"]


def test_a_parallel_line_is_done_before_works_begin() -> None:
    facts = {"eia_required": True, "energy_review_required": True, "soil_plan_required": True}
    procedure = resolve("construction-approval", "taicang", "general-social-investment", facts)
    beside = [step for step in procedure.steps if step.parallel_line]
    assert [step.key for step in beside] == ["environmental-impact-approval", "energy-review", "soil-conservation"]
    assert {step.gates for step in beside} == {("construction-works",)}


def test_publicity_counts_unless_a_provision_is_recorded() -> None:
    by_law = resolve("construction-approval", "suzhou", "government-investment", {})
    bare = resolve("construction-approval", "suzhou", "government-investment", {"publicity_basis_recorded": False})
    assert [step.counts for step in by_law.steps if step.key == "scheme-publicity"] == [False]
    assert [step.counts for step in bare.steps if step.key == "scheme-publicity"] == [True]


def test_a_major_project_says_by_which_words_it_is_excluded() -> None:
    major = resolve("construction-approval", "suzhou", "government-investment", {"major_project": True})
    assert major.excluded == "除重大工程建设项目外"
    assert resolve("construction-approval", "suzhou", "government-investment", {}).excluded is None


def test_external_works_are_left_out_where_a_case_is_opened_so() -> None:
    for key, works in (("water-connection", "external-works"), ("gas-connection", "external-works")):
        procedure = resolve(key, "suzhou", "new-pipe-no-approval", {"external_works_counted": False})
        step = next(step for step in procedure.steps if step.key == works)
        assert (step.counts, step.ground) == (False, "external-works")
    procedure = resolve("electricity-connection", "taicang", "low-voltage", {"external_works_counted": False})
    assert [step.counts for step in procedure.steps if step.key == "grid-works"] == [False]


@pytest.mark.parametrize(
    ("procedure", "jurisdiction", "variant", "ends", "decided", "delivered", "statutory"),
    [
        (
            "company-setup",
            "suzhou",
            "standard",
            "one-window-delivery",
            "establishment-registration",
            "one-window-delivery",
            20,
        ),
        ("property-registration", "suzhou", "transfer", "register-entry", "register-entry", "certificate-issue", 30),
        (
            "property-registration",
            "taicang",
            "transfer",
            "certificate-issue",
            "register-entry",
            "certificate-issue",
            30,
        ),
        ("property-registration", "taicang", "cancellation", "register-entry", "register-entry", None, 30),
        ("construction-approval", "suzhou", "small-social-investment", "completion-filing", None, None, None),
        ("water-connection", "taicang", "no-new-pipe", "water-on", None, None, None),
        ("electricity-connection", "suzhou", "low-voltage", "meter-and-energise", None, None, None),
        ("gas-connection", "suzhou", "no-new-pipe", "gas-on", None, None, None),
    ],
)
def test_each_clock_has_its_end(
    procedure: str,
    jurisdiction: str,
    variant: str,
    ends: str,
    decided: str | None,
    delivered: str | None,
    statutory: int | None,
) -> None:
    resolved = resolve(procedure, jurisdiction, variant, {})
    assert resolved.ends == (ends,)
    assert (resolved.decided_by, resolved.delivered_by) == (decided, delivered)
    assert resolved.statutory == (Limit(amount=Decimal(statutory)) if statutory else None)
    assert resolved.statutory_extension == (10 if procedure == "company-setup" else 0)


def test_what_is_not_defined_is_refused_by_field_and_rule() -> None:
    with pytest.raises(UnknownProcedure, match=r"^procedure: .*water-connection.*\[unknown-procedure\]$"):
        resolve("marriage", "suzhou", "standard", {})
    with pytest.raises(UnknownJurisdiction, match=r"^jurisdiction: .*suzhou, taicang.*\[unknown-jurisdiction\]$"):
        resolve("company-setup", "kunshan", "standard", {})
    with pytest.raises(UnknownVariant, match=r"^variant: .*standard.*\[unknown-variant\]$"):
        resolve("company-setup", "suzhou", "branch", {})
    with pytest.raises(UnknownFact, match=r"^facts\.colour: .*\[unknown-fact\]$"):
        resolve("company-setup", "suzhou", "standard", {"colour": True})
    with pytest.raises(UnknownFact, match=r"^facts\.tender_required_by_law"):
        resolve("construction-approval", "suzhou", "small-social-investment", {"tender_required_by_law": True})
    with pytest.raises(BadFact, match=r"^facts\.channel: .*window, online.*\[bad-fact\]$") as refused:
        resolve("property-registration", "suzhou", "transfer", {"channel": "by post"})
    assert (refused.value.field, refused.value.rule) == ("facts.channel", "bad-fact")
    with pytest.raises(BadFact, match="false, true"):
        resolve("construction-approval", "suzhou", "small-social-investment", {"major_project": "yes"})


def test_one_is_not_true() -> None:
    with pytest.raises(BadFact, match=r"facts\.major_project"):
        resolve("construction-approval", "suzhou", "small-social-investment", {"major_project": 1})  # type: ignore[dict-item]


@pytest.mark.parametrize("key", list(ALL))
def test_a_definition_changes_only_with_its_version(key: str) -> None:
    pinned = json.loads((HERE / "definitions.json").read_text(encoding="utf-8"))
    assert pinned[key] == {"version": ALL[key].version, "digest": digest(ALL[key])}, (
        f"{key} is not what its version stands for: change the version, then pin the new digest in definitions.json"
    )


def digest(definition: Definition) -> str:
    """Of everything that the definition can resolve to, one fact changed at a time."""
    hashed = hashlib.sha256()
    for jurisdiction in definition.jurisdictions:
        for variant in definition.variants:
            for facts in every_facts(definition, variant.key):
                procedure = resolve(definition.key, jurisdiction, variant.key, facts)
                content = procedure.model_dump(mode="json", exclude_defaults=True, exclude={"version"})
                hashed.update(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())
    return hashed.hexdigest()


def test_every_procedure_variant_and_fact_is_documented() -> None:
    page = (HERE.parents[1] / "docs" / "procedures.md").read_text(encoding="utf-8")
    names = {name for d in ALL.values() for name in (d.key, *(v.key for v in d.variants), *(f.key for f in d.facts))}
    assert {name for name in names if f"`{name}`" not in page} == set()
