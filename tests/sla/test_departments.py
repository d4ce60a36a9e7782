"""The register of departments against the procedures that name them."""

import re
from datetime import date

import pytest

from sla.commitments.register import Readings, prevailing
from sla.companies import COMPANIES
from sla.departments import DEPARTMENTS, UNLISTED, department_of, told_for
from workflows.procedure import Party
from workflows.procedures import ALL, resolve


def owners() -> set[tuple[str, str]]:
    """Jurisdiction and owner of every case, of each promise that binds it, and of each step that not the applicant does."""
    found: set[tuple[str, str]] = set()
    for definition in ALL.values():
        for place in definition.jurisdictions:
            for variant in definition.variants:
                switches = [fact.key for fact in definition.facts_in(variant.key) if set(fact.allowed) == {True, False}]
                for on in (True, False):
                    try:
                        procedure = resolve(definition.key, place, variant.key, dict.fromkeys(switches, on))
                    except ValueError:
                        continue
                    found.add((place, procedure.owner))
                    promises = prevailing(
                        definition.key, place, variant.key, procedure.facts, date(2021, 3, 1), Readings()
                    )
                    found |= {(place, promise.owner) for promise in promises}
                    found |= {(place, step.owner) for step in procedure.steps if step.party is not Party.APPLICANT}
    return found


@pytest.mark.parametrize(("place", "owner"), sorted(owners()))
def test_every_owner_is_a_department(place: str, owner: str) -> None:
    assert department_of(place, owner) in DEPARTMENTS


def test_no_department_is_listed_that_owns_nothing_itself_or_with_others() -> None:
    named = {department_of(place, owner) for place, owner in owners()}
    together = {member for one in named for member in DEPARTMENTS[one].members}
    assert set(DEPARTMENTS) == named | together


def test_identifiers_are_ascii_and_members_are_departments() -> None:
    for one in DEPARTMENTS.values():
        assert re.fullmatch(r"(sz|tc)-[a-z-]+", one.id)
        assert set(one.members) <= set(DEPARTMENTS)


def test_every_utility_that_posts_is_a_department() -> None:
    for company, names in COMPANIES.items():
        for name in names:
            assert department_of(company.partition("-")[0], name) != UNLISTED


def test_an_alert_of_a_joint_desk_is_for_each_of_its_members() -> None:
    assert told_for("sz-water-both") == {"sz-water-both", "sz-water-bureau", "sz-water"}
    assert told_for("tc-gas") == {"tc-gas"}
    assert told_for(department_of("suzhou", "谁也不是")) == {UNLISTED}
