"""Gas connection 获得用气: water's steps, with limits for each case in all three variants."""

from collections.abc import Mapping

from workflows.drafting.pipes import FACTS, NO_APPROVAL, NO_NEW_PIPE, VARIANTS, WITH_APPROVAL, Connection, connect
from workflows.procedure import Definition, Facts, Procedure

# In Taicang the department that leads answers for the promise, the gas company for its steps.
LEAD = {"suzhou": "市住建局、市燃气集团", "taicang": "住建局"}
UTILITY = {"suzhou": "市燃气集团", "taicang": "天然气公司"}

# Working days.
TARGETS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "suzhou": {
        NO_NEW_PIPE: {
            "acceptance": "0.5",
            "joint-site-survey": "0.5",
            "inspection-and-meter": "1",
            "gas-on": "0.5",
        },
        NO_APPROVAL: {
            "acceptance": "0.5",
            "joint-site-survey": "1",
            "connection-plan-reply": "3",
            "external-works": "6",
            "inspection-and-meter": "1.5",
            "gas-on": "1",
        },
        WITH_APPROVAL: {
            "acceptance": "0.5",
            "joint-site-survey": "2",
            "connection-plan-reply": "4",
            "road-excavation-permit": "8",
            "green-space-permit": "7",
            "pipeline-planning-permit": "6",
            "traffic-police-opinion": "5",
            "external-works": "9",
            "inspection-and-meter": "1.5",
            "gas-on": "1",
        },
    },
    "taicang": {
        NO_NEW_PIPE: {
            "acceptance": "0.25",
            "joint-site-survey": "0.5",
            "inspection-and-meter": "0.75",
            "gas-on": "0.25",
        },
        NO_APPROVAL: {
            "acceptance": "0.5",
            "joint-site-survey": "0.5",
            "connection-plan-reply": "2",
            "external-works": "4",
            "inspection-and-meter": "1",
            "gas-on": "0.5",
        },
        WITH_APPROVAL: {
            "acceptance": "0.5",
            "joint-site-survey": "1",
            "connection-plan-reply": "2.5",
            "road-excavation-permit": "5",
            "green-space-permit": "5",
            "pipeline-planning-permit": "4",
            "traffic-police-opinion": "3",
            "external-works": "6",
            "inspection-and-meter": "1",
            "gas-on": "0.5",
        },
    },
}


def build(jurisdiction: str, variant: str, facts: Facts) -> Procedure:
    """Return the procedure of one case."""
    connection = Connection(
        lead=LEAD[jurisdiction],
        utility=UTILITY[jurisdiction],
        plan_zh="供气方案答复",
        on=("gas-on", "通气", "Gas on"),
        targets=TARGETS[jurisdiction][variant],
    )
    return connect(DEFINITION, connection, jurisdiction, variant, facts)


DEFINITION = Definition(
    key="gas-connection",
    version="2",
    title_zh="获得用气",
    title_en="Gas connection",
    jurisdictions=("suzhou", "taicang"),
    variants=VARIANTS,
    facts=FACTS,
    build=build,
)
