"""What water and gas have in common: survey, plan, permits beside each other, works, inspection, service on."""

from collections.abc import Mapping
from dataclasses import dataclass

from sla.clock import Limit
from workflows.drafting.grounds import EXTERNAL_WORKS_COUNTED, UTILITY
from workflows.drafting.steps import DECIDED, DONE, EXAMINED, by_applicant, without, workdays
from workflows.procedure import Definition, Fact, Facts, Outcome, Party, Procedure, Step, Variant

NO_NEW_PIPE = "no-new-pipe"
NO_APPROVAL = "new-pipe-no-approval"
WITH_APPROVAL = "new-pipe-with-approval"

VARIANTS = (
    Variant(key=NO_NEW_PIPE, title_zh="无增设管线", title_en="No new pipe"),
    Variant(key=NO_APPROVAL, title_zh="有增设管线但无需行政审批", title_en="New pipe, no permit"),
    Variant(key=WITH_APPROVAL, title_zh="有增设管线且需行政审批", title_en="New pipe with permits"),
)


def _permit_fact(key: str, title_zh: str, title_en: str) -> Fact:
    return Fact(key=key, title_zh=title_zh, title_en=title_en, default=True, variants=(WITH_APPROVAL,))


FACTS = (
    EXTERNAL_WORKS_COUNTED,
    _permit_fact("needs_road_excavation_permit", "需占用挖掘道路许可", "Needs a road excavation permit"),
    _permit_fact("needs_green_space_permit", "需占绿、移树许可", "Needs a green-space permit"),
    _permit_fact("needs_pipeline_planning_permit", "需管线规划许可", "Needs a pipeline planning permit"),
    _permit_fact("needs_traffic_police_opinion", "需交警意见", "Needs a traffic-police opinion"),
)

PERMITS = {
    "needs_road_excavation_permit": "road-excavation-permit",
    "needs_green_space_permit": "green-space-permit",
    "needs_pipeline_planning_permit": "pipeline-planning-permit",
    "needs_traffic_police_opinion": "traffic-police-opinion",
}
PIPE_STEPS = {"connection-plan-reply", "contract-and-payment", "external-works", "internal-works"}

# The offices whose permits a new pipe may need.
OFFICES: Mapping[str, Mapping[str, str]] = {
    "suzhou": {
        "road-excavation-permit": "市城管局／市住建局",
        "green-space-permit": "市园林绿化部门",
        "pipeline-planning-permit": "市资源规划局",
        "traffic-police-opinion": "市公安局",
    },
    "taicang": {
        "road-excavation-permit": "城管局／住建局",
        "green-space-permit": "园林绿化部门",
        "pipeline-planning-permit": "资源规划局",
        "traffic-police-opinion": "公安局",
    },
}


@dataclass(frozen=True, slots=True)
class Connection:
    """Who connects, who answers for it, what the last step is called, and what each step is planned to take."""

    lead: str
    utility: str
    plan_zh: str
    on: tuple[str, str, str]
    targets: Mapping[str, str]  # working days by step


def connect(definition: Definition, connection: Connection, jurisdiction: str, variant: str, facts: Facts) -> Procedure:
    """Return the procedure of one case: permits exist only in the third variant, pipe works in the second and third."""
    absent = {step for fact, step in PERMITS.items() if not facts.get(fact)}
    if variant == NO_NEW_PIPE:
        absent |= PIPE_STEPS
    steps = (
        *_before_works(connection, jurisdiction),
        *_works(connection, counted=facts["external_works_counted"] is True),
    )
    return Procedure(
        key=definition.key,
        version=definition.version,
        title_zh=definition.title_zh,
        title_en=definition.title_en,
        jurisdiction=jurisdiction,
        variant=variant,
        facts=dict(facts),
        owner=connection.lead,
        steps=without(steps, absent),
        grounds=UTILITY,
        accepted_by="acceptance",
        ends=(connection.on[0],),
    )


def _before_works(connection: Connection, jurisdiction: str) -> tuple[Step, ...]:
    offices = OFFICES[jurisdiction]

    def own(key: str, title_zh: str, title_en: str, after: str, outcomes: tuple[Outcome, ...]) -> Step:
        return _step(connection, key, title_zh, title_en, (after,), outcomes)

    def permit(key: str, title_zh: str, title_en: str, outcomes: tuple[Outcome, ...]) -> Step:
        return Step(
            key=key,
            title_zh=title_zh,
            title_en=title_en,
            party=Party.AUTHORITY,
            owner=offices[key],
            after=("connection-plan-reply",),
            outcomes=outcomes,
            target=_target(connection, key),
        )

    return (
        by_applicant("application", "报装申请", "Application"),
        own("acceptance", "受理", "Acceptance", "application", EXAMINED),
        own("joint-site-survey", "联合踏勘", "Joint site survey", "acceptance", DONE),
        own("connection-plan-reply", connection.plan_zh, "Connection plan reply", "joint-site-survey", EXAMINED),
        by_applicant("contract-and-payment", "签约缴费", "Contract and payment", "connection-plan-reply"),
        permit("road-excavation-permit", "占用挖掘道路许可", "Road occupation and excavation permit", DECIDED),
        permit("green-space-permit", "占绿、移树许可", "Green-space permit", DECIDED),
        permit("pipeline-planning-permit", "管线规划许可", "Pipeline planning permit", DECIDED),
        permit("traffic-police-opinion", "交警意见", "Traffic-police opinion", EXAMINED),
    )


def _works(connection: Connection, *, counted: bool) -> tuple[Step, ...]:
    key, title_zh, title_en = connection.on
    external = _step(
        connection,
        "external-works",
        "红线外管线施工",
        "External works",
        ("contract-and-payment", *PERMITS.values()),
        DONE,
    )
    if not counted:
        external = external.model_copy(update={"counts": False, "ground": "external-works"})
    return (
        external,
        by_applicant(
            "internal-works",
            "红线内用户工程",
            "Customer works inside the boundary",
            "connection-plan-reply",
            ground="applicant-works",
        ),
        _step(
            connection,
            "inspection-and-meter",
            "验收装表",
            "Inspection and metering",
            ("joint-site-survey", "external-works", "internal-works"),
            EXAMINED,
        ),
        _step(connection, key, title_zh, title_en, ("inspection-and-meter",), DONE),
    )


def _step(
    connection: Connection,
    key: str,
    title_zh: str,
    title_en: str,
    after: tuple[str, ...],
    outcomes: tuple[Outcome, ...],
) -> Step:
    return Step(
        key=key,
        title_zh=title_zh,
        title_en=title_en,
        party=Party.UTILITY,
        owner=connection.utility,
        after=after,
        outcomes=outcomes,
        target=_target(connection, key),
    )


def _target(connection: Connection, key: str) -> Limit | None:
    return workdays(connection.targets[key]) if key in connection.targets else None
