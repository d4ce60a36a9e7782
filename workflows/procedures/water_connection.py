"""Water connection 获得用水."""

from collections.abc import Mapping

from workflows.drafting.pipes import FACTS, NO_APPROVAL, NO_NEW_PIPE, VARIANTS, WITH_APPROVAL, Connection, connect
from workflows.procedure import Definition, Facts, Procedure

# In Taicang the department that leads answers for the promise, the water group for its steps.
LEAD = {"suzhou": "市水务局、市水务集团", "taicang": "水务局"}
UTILITY = {"suzhou": "市水务集团", "taicang": "水务集团"}

# Working days; the two cities plan alike.
TARGETS: Mapping[str, Mapping[str, str]] = {
    NO_NEW_PIPE: {
        "acceptance": "0.5",
        "joint-site-survey": "0.5",
        "inspection-and-meter": "1.5",
        "water-on": "0.5",
    },
    NO_APPROVAL: {
        "acceptance": "0.5",
        "joint-site-survey": "1",
        "connection-plan-reply": "1",
        "external-works": "4",
        "inspection-and-meter": "1",
        "water-on": "0.5",
    },
    WITH_APPROVAL: {
        "acceptance": "0.5",
        "joint-site-survey": "2",
        "connection-plan-reply": "3",
        "road-excavation-permit": "8",
        "green-space-permit": "7",
        "pipeline-planning-permit": "6",
        "traffic-police-opinion": "5",
        "external-works": "10",
        "inspection-and-meter": "1.5",
        "water-on": "0.5",
    },
}


def build(jurisdiction: str, variant: str, facts: Facts) -> Procedure:
    """Return the procedure of one case."""
    connection = Connection(
        lead=LEAD[jurisdiction],
        utility=UTILITY[jurisdiction],
        plan_zh="供水方案答复",
        on=("water-on", "通水", "Water on"),
        targets=TARGETS[variant],
    )
    return connect(DEFINITION, connection, jurisdiction, variant, facts)


DEFINITION = Definition(
    key="water-connection",
    version="2",
    title_zh="获得用水",
    title_en="Water connection",
    jurisdictions=("suzhou", "taicang"),
    variants=VARIANTS,
    facts=FACTS,
    build=build,
)
