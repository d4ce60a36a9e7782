"""A procedure that cannot be followed is not made."""

import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sla.clock import Limit
from tests.waiting import PROMPT
from workflows.drafting.steps import in_workdays, workdays, workhours
from workflows.procedure import Effect, Ground, Outcome, Party, Procedure, Stage, Step
from workflows.procedures import ALL, resolve

DONE = Outcome(key="done", title_zh="办结", title_en="Done")
BACK = Outcome(key="correction", title_zh="补正", title_en="Correction", effect=Effect.CORRECT)
REFUSED = Outcome(key="refused", title_zh="不予通过", title_en="Refused", effect=Effect.END)


def step(key: str, *after: str, **other: Any) -> Step:
    given = {"party": Party.AUTHORITY, "owner": "行政审批局", "outcomes": (DONE,)} | other
    return Step(key=key, title_zh=key, title_en=key, after=after, **given)


def procedure(*steps: Step, **other: Any) -> Procedure:
    given = {
        "key": "parade",
        "version": "1",
        "title_zh": "游行",
        "title_en": "Parade",
        "jurisdiction": "suzhou",
        "variant": "standard",
        "facts": {},
        "owner": "行政审批局",
        "steps": steps,
        "grounds": (Ground(key="hearing", title_zh="听证", title_en="Hearing", basis="行政许可法 45", stops=()),),
        "ends": (steps[-1].key,),
    }
    return Procedure(**(given | other))


def refusal(*steps: Step, **other: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        procedure(*steps, **other)
    return str(refused.value)


def test_a_straight_procedure_is_made() -> None:
    assert procedure(step("a"), step("b", "a")).ends == ("b",)


def test_a_step_cannot_wait_for_an_unknown_one() -> None:
    assert "steps.b.after: There is no step 'z' in this procedure. [unknown-reference]" in refusal(
        step("a"), step("b", "a", "z")
    )


def test_steps_cannot_wait_for_each_other() -> None:
    circle = (step("a", "c"), step("b", "a"), step("c", "b"), step("d"))
    assert "steps: The steps wait for each other: a, b, c. [cyclic-steps]" in refusal(*circle)


def test_a_step_cannot_wait_for_itself() -> None:
    assert "[cyclic-steps]" in refusal(step("a", "a"))


def test_a_gate_takes_part_in_a_cycle() -> None:
    gate = step("gate", "b", parallel_line=True, gates=("b",))
    assert "wait for each other: b, gate. [cyclic-steps]" in refusal(step("a"), step("b", "a"), gate, ends=("b",))


@pytest.mark.parametrize("owner", ["", " ", "\u3000"])
def test_somebody_owns_each_step(owner: str) -> None:
    with pytest.raises(ValidationError, match=r"steps\.a\.owner: Nobody owns this step\. \[unowned-step\]"):
        step("a", owner=owner)


def test_keys_stand_once() -> None:
    assert "steps: The key 'a' stands more than once. [duplicate-key]" in refusal(step("a"), step("a"))
    stage = Stage(key="s", title_zh="阶段", title_en="Stage", budget=Limit(amount=Decimal(1)))
    assert "stages: The key 's' stands more than once." in refusal(step("a"), stages=(stage, stage))
    ground = Ground(key="g", title_zh="事由", title_en="Ground", basis="", stops=())
    assert "grounds: The key 'g' stands more than once." in refusal(step("a"), grounds=(ground, ground))
    with pytest.raises(ValidationError, match=r"steps\.a\.outcomes: The key 'done' stands more than once"):
        step("a", outcomes=(DONE, DONE))
    with pytest.raises(ValidationError, match=r"steps\.a\.opinions: The key '消防' stands more than once"):
        step("a", opinions=("消防", "人防", "消防"))


@pytest.mark.parametrize("outcomes", [(), (REFUSED,), (BACK, REFUSED)])
def test_some_outcome_goes_on(outcomes: tuple[Outcome, ...]) -> None:
    with pytest.raises(ValidationError, match=r"steps\.a\.outcomes: .*no outcome proceeds\. \[dead-end\]"):
        step("a", outcomes=outcomes)


def test_an_applicant_does_not_ask_himself_for_correction() -> None:
    with pytest.raises(ValidationError, match=r"steps\.a\.outcomes: The outcome 'correction' .*\[self-correction\]"):
        step("a", party=Party.APPLICANT, owner="申请人", outcomes=(DONE, BACK))
    assert step("a", outcomes=(DONE, BACK)).outcomes[1].effect is Effect.CORRECT


def test_a_step_leads_somewhere() -> None:
    assert "steps.b: Nothing follows from this: no step comes after it and it ends nothing. [dead-end]" in refusal(
        step("a"), step("b", "a"), ends=("a",)
    )


def test_a_step_that_ends_or_gates_something_leads_somewhere() -> None:
    steps = (step("a"), step("b", "a"), step("c"), step("d", "a"), step("e"))
    made = procedure(
        *steps[:2],
        steps[2].model_copy(update={"gates": ("b",)}),
        *steps[3:],
        ends=("b",),
        decided_by="d",
        delivered_by="e",
    )
    assert made.delivered_by == "e"
    assert procedure(step("a"), step("b", parallel_line=True), ends=("a",)).ends == ("a",)


def test_something_ends_the_promise() -> None:
    assert "ends: Nothing follows from this: no step ends the promise. [dead-end]" in refusal(step("a"), ends=())


@pytest.mark.parametrize("field", ["accepted_by", "decided_by", "delivered_by"])
def test_acceptance_decision_and_delivery_are_steps(field: str) -> None:
    assert f"{field}: There is no step 'z' in this procedure. [unknown-reference]" in refusal(step("a"), **{field: "z"})


def test_an_end_is_a_step() -> None:
    assert "ends: There is no step 'z'" in refusal(step("a"), ends=("a", "z"))


def test_a_gate_a_stage_and_a_ground_are_known() -> None:
    assert "steps.a.gates: There is no step 'z'" in refusal(step("a", gates=("z",)))
    assert "steps.a.stage: There is no stage 'z'" in refusal(step("a", stage="z"))
    assert "steps.a.ground: There is no ground 'z'" in refusal(step("a", ground="z", counts=False))
    assert procedure(step("a", ground="hearing", counts=False)).steps[0].ground == "hearing"


@given(st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=12))
def test_whatever_waits_only_for_what_comes_before_it_can_be_followed(before: list[set[int]]) -> None:
    steps = [
        step(f"s{number}", *(f"s{one}" for one in sorted(earlier) if one < number))
        for number, earlier in enumerate(before)
    ]
    last = step("end", *(one.key for one in steps))
    made = procedure(*steps, last)
    assert len(made.steps) == len(before) + 1


@given(st.integers(2, 12), st.randoms(use_true_random=False))
def test_a_ring_is_found_wherever_it_stands(size: int, random: Any) -> None:
    ring = [step(f"s{number}", f"s{(number + 1) % size}") for number in range(size)]
    random.shuffle(ring)
    assert "[cyclic-steps]" in refusal(step("start"), *ring, step("end", "start", "s0"))


def test_a_long_procedure_is_checked_in_time_that_grows_with_its_steps() -> None:
    steps = [step("s0"), *(step(f"s{number}", f"s{number - 1}") for number in range(1, 2000))]
    began = time.perf_counter()
    procedure(*steps)
    assert time.perf_counter() - began < PROMPT  # a way that grows with the square takes minutes


def test_a_part_of_a_working_day_is_planned_in_working_hours() -> None:
    assert workdays("0.25") == workhours("2")
    assert workdays("1.5") == workhours("12.0")
    assert workdays("10") == Limit(amount=Decimal(10))
    assert in_workdays(workdays("2.5")) == in_workdays(workhours("20"))
    assert workdays("10.0").model_dump_json() == workdays("10").model_dump_json()


def test_every_definition_names_its_facts_and_variants_once() -> None:
    for definition in ALL.values():
        keys = [fact.key for fact in definition.facts]
        variants = [variant.key for variant in definition.variants]
        assert len(set(keys)) == len(keys)
        assert len(set(variants)) == len(variants)
        assert all(set(fact.variants) | set(fact.defaults) <= set(variants) for fact in definition.facts)
        assert all(fact.default_in(variant) in fact.allowed for fact in definition.facts for variant in variants)


def test_a_procedure_comes_back_from_json_as_it_was() -> None:
    made = resolve("construction-approval", "suzhou", "government-investment", {"segmented_permit": True})
    assert Procedure.model_validate_json(made.model_dump_json()) == made
