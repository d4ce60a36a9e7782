"""What there is besides cases: steps, procedures and departments, each once, for series that are there from the start."""

from collections.abc import Mapping
from typing import NamedTuple

from sla.departments import department_of
from workflows.procedure import Definition, Effect, Facts, Party, Procedure, Step
from workflows.procedures import ALL, resolve

Titles = tuple[str, str]  # Chinese, English


class Inventory(NamedTuple):
    """All that the procedures name, in every variant. A step's owner is the same in all variants of a jurisdiction."""

    steps: frozenset[tuple[str, str, str]]  # department, procedure, step: all but the applicant's
    planned: frozenset[tuple[str, str, str]]  # of these, the ones with a planning target
    cases: frozenset[tuple[str, str]]  # department, procedure
    owners: Mapping[
        tuple[str, str, str], str | None
    ]  # by jurisdiction, procedure, step: the department, or the applicant
    accepting: Mapping[tuple[str, str], str]  # by jurisdiction, procedure: the step that acceptance completes
    ending: frozenset[tuple[str, str, str]]  # procedure, step, outcome: completed so, a step ends its case
    step_titles: Mapping[tuple[str, str], Titles]  # by procedure, step
    procedure_titles: Mapping[str, Titles]


def known() -> Inventory:
    """Say what the procedures of this release come to."""
    all_of_them = [procedure for definition in ALL.values() for procedure in _resolved(definition)]
    every = [(procedure, step) for procedure in all_of_them for step in procedure.steps]
    held = [(p, s) for p, s in every if s.party is not Party.APPLICANT]
    return Inventory(
        steps=frozenset((_department(p, s.owner), p.key, s.key) for p, s in held),
        planned=frozenset((_department(p, s.owner), p.key, s.key) for p, s in held if s.target is not None),
        cases=frozenset((_department(p, p.owner), p.key) for p in all_of_them),
        owners={(p.jurisdiction, p.key, s.key): _holder(p, s) for p, s in every},
        accepting={(p.jurisdiction, p.key): p.accepted_by for p in all_of_them if p.accepted_by is not None},
        ending=frozenset((p.key, s.key, o.key) for p, s in every for o in s.outcomes if o.effect is Effect.END),
        step_titles={(p.key, s.key): (s.title_zh, s.title_en) for p, s in every},
        procedure_titles={one.key: (one.title_zh, one.title_en) for one in ALL.values()},
    )


def _holder(procedure: Procedure, step: Step) -> str | None:
    return None if step.party is Party.APPLICANT else _department(procedure, step.owner)


def _department(procedure: Procedure, owner: str) -> str:
    return department_of(procedure.jurisdiction, owner)


def _resolved(definition: Definition) -> list[Procedure]:
    """Every variant with each fact in each of its values: a fact adds steps or takes them away, whatever the others are."""
    made = []
    for jurisdiction in definition.jurisdictions:
        for variant in definition.variants:
            facts = definition.facts_in(variant.key)
            choices: list[Facts] = [{}, *({fact.key: value} for fact in facts for value in fact.allowed)]
            made += [resolve(definition.key, jurisdiction, variant.key, chosen) for chosen in choices]
    return made
