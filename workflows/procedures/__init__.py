"""Every procedure there is, listed by hand, and `resolve`, which makes one case's procedure of it."""

from collections.abc import Mapping
from types import MappingProxyType

from workflows.errors import BadFact, UnknownFact, UnknownJurisdiction, UnknownProcedure, UnknownVariant
from workflows.procedure import Definition, Facts, Procedure
from workflows.procedures import (
    bankruptcy,
    company_setup,
    construction_approval,
    deregistration,
    electricity_connection,
    gas_connection,
    property_registration,
    water_connection,
)

ALL: Mapping[str, Definition] = MappingProxyType(
    {
        company_setup.DEFINITION.key: company_setup.DEFINITION,
        property_registration.DEFINITION.key: property_registration.DEFINITION,
        construction_approval.DEFINITION.key: construction_approval.DEFINITION,
        water_connection.DEFINITION.key: water_connection.DEFINITION,
        electricity_connection.DEFINITION.key: electricity_connection.DEFINITION,
        gas_connection.DEFINITION.key: gas_connection.DEFINITION,
        bankruptcy.DEFINITION.key: bankruptcy.DEFINITION,
        deregistration.DEFINITION.key: deregistration.DEFINITION,
    }
)


def resolve(procedure: str, jurisdiction: str, variant: str, facts: Facts) -> Procedure:
    """Return the procedure as one case follows it; a fact that is not given has its default."""
    definition = ALL.get(procedure)
    if definition is None:
        raise UnknownProcedure("procedure", known=", ".join(ALL))
    if jurisdiction not in definition.jurisdictions:
        raise UnknownJurisdiction("jurisdiction", procedure=procedure, known=", ".join(definition.jurisdictions))
    variants = [known.key for known in definition.variants]
    if variant not in variants:
        raise UnknownVariant("variant", procedure=procedure, known=", ".join(variants))
    return definition.build(jurisdiction, variant, _complete(definition, variant, facts))


def _complete(definition: Definition, variant: str, facts: Facts) -> Facts:
    known = {fact.key: fact for fact in definition.facts_in(variant)}
    for key, value in facts.items():
        if key not in known:
            raise UnknownFact(f"facts.{key}", procedure=definition.key, variant=variant, known=", ".join(known))
        # 1 is no True: the answer stands in the ledger as it was given.
        if not any(type(value) is type(allowed) and value == allowed for allowed in known[key].allowed):
            allowed = ", ".join(str(one).lower() for one in known[key].allowed)
            raise BadFact(f"facts.{key}", allowed=allowed)
    return {key: facts.get(key, fact.default_in(variant)) for key, fact in known.items()}
