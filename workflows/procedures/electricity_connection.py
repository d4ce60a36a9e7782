"""Electricity connection 获得用电: low voltage, and 10 (20) kV with the customer's own design and works."""

from collections.abc import Mapping

from workflows.drafting.grounds import EXTERNAL_WORKS_COUNTED, UTILITY
from workflows.drafting.steps import DECIDED, DONE, EXAMINED, by_applicant, without, workdays
from workflows.procedure import Definition, Fact, Facts, Outcome, Party, Procedure, Step, Variant

LOW = "low-voltage"
MEDIUM = "medium-voltage-10-20kv"

# In Taicang a government department leads and answers for the promise, the power company for its steps.
LEAD = {"suzhou": "苏州供电公司", "taicang": "发改委"}
COMPANY = {"suzhou": "苏州供电公司", "taicang": "供电公司"}
OFFICES = {"suzhou": "市城管局／市资源规划局／市园林绿化部门", "taicang": "城管局／资源规划局／园林绿化部门"}

MEDIUM_TARGETS: Mapping[str, str] = {
    "acceptance": "0.5",
    "joint-site-survey": "2",
    "supply-plan-reply": "6",
    "design-drawing-review": "3",
    "intermediate-inspection": "2",
    "external-line-permits": "5",
    "grid-works": "8",
    "completion-inspection": "3",
    "meter-and-energise": "2",
}

# Working days; for 10 (20) kV the two cities plan alike.
TARGETS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "suzhou": {
        LOW: {
            "acceptance": "0.5",
            "joint-site-survey": "0.5",
            "supply-plan-reply": "0.5",
            "external-line-permits": "1",
            "grid-works": "2.5",
            "meter-and-energise": "1",
        },
        MEDIUM: MEDIUM_TARGETS,
    },
    "taicang": {
        LOW: {
            "acceptance": "0.25",
            "joint-site-survey": "0.25",
            "supply-plan-reply": "0.5",
            "external-line-permits": "0.5",
            "grid-works": "2",
            "meter-and-energise": "1",
        },
        MEDIUM: MEDIUM_TARGETS,
    },
}

CUSTOMER_STEPS = {
    "customer-design",
    "design-drawing-review",
    "customer-works",
    "intermediate-inspection",
    "completion-inspection",
}
OPTIONAL = {
    "important_or_special_user": "design-drawing-review",
    "has_concealed_works": "intermediate-inspection",
    "permits_needed": "external-line-permits",
}


def build(jurisdiction: str, variant: str, facts: Facts) -> Procedure:
    """Return the procedure of one case; what the customer designs and builds exists only at 10 (20) kV."""
    absent = {step for fact, step in OPTIONAL.items() if not facts.get(fact)}
    if variant == LOW:
        absent |= CUSTOMER_STEPS
    steps = _steps(jurisdiction, TARGETS[jurisdiction][variant], grid_counts=facts["external_works_counted"] is True)
    return Procedure(
        key=DEFINITION.key,
        version=DEFINITION.version,
        title_zh=DEFINITION.title_zh,
        title_en=DEFINITION.title_en,
        jurisdiction=jurisdiction,
        variant=variant,
        facts=dict(facts),
        owner=LEAD[jurisdiction],
        steps=without(steps, absent),
        grounds=UTILITY,
        accepted_by="acceptance",
        ends=("meter-and-energise",),
    )


def _steps(jurisdiction: str, targets: Mapping[str, str], *, grid_counts: bool) -> tuple[Step, ...]:
    def own(key: str, title_zh: str, title_en: str, outcomes: tuple[Outcome, ...], *after: str) -> Step:
        return Step(
            key=key,
            title_zh=title_zh,
            title_en=title_en,
            party=Party.UTILITY,
            owner=COMPANY[jurisdiction],
            after=after,
            outcomes=outcomes,
            target=workdays(targets[key]) if key in targets else None,
        )

    permits = Step(
        key="external-line-permits",
        title_zh="外线工程行政审批（占掘路、占绿、规划，并联）",
        title_en="External line permits in parallel",
        party=Party.AUTHORITY,
        owner=OFFICES[jurisdiction],
        after=("supply-plan-reply",),
        outcomes=DECIDED,
        target=workdays(targets["external-line-permits"]),
    )
    grid = own("grid-works", "电网配套工程施工", "Grid-side works", DONE, "external-line-permits")
    if not grid_counts:
        grid = grid.model_copy(update={"counts": False, "ground": "external-works"})
    return (
        by_applicant("application", "用电申请", "Application"),
        own("acceptance", "受理", "Acceptance", EXAMINED, "application"),
        own("joint-site-survey", "联合踏勘", "Joint site survey", DONE, "acceptance"),
        own("supply-plan-reply", "供电方案答复", "Supply plan reply", EXAMINED, "joint-site-survey"),
        by_applicant("customer-design", "受电工程设计", "Customer design", "supply-plan-reply"),
        own("design-drawing-review", "设计文件审核", "Design drawing review", EXAMINED, "customer-design"),
        by_applicant(
            "customer-works", "受电工程施工", "Customer works", "design-drawing-review", ground="applicant-works"
        ),
        own("intermediate-inspection", "中间检查", "Intermediate inspection", EXAMINED, "customer-works"),
        permits,
        grid,
        own(
            "completion-inspection",
            "竣工检验",
            "Completion inspection",
            EXAMINED,
            "intermediate-inspection",
            "grid-works",
        ),
        own(
            "meter-and-energise",
            "签约、装表接电",
            "Contract, meter and energise",
            DONE,
            "grid-works",
            "completion-inspection",
        ),
    )


DEFINITION = Definition(
    key="electricity-connection",
    version="2",
    title_zh="获得用电",
    title_en="Electricity connection",
    jurisdictions=("suzhou", "taicang"),
    variants=(
        Variant(key=LOW, title_zh="低压客户", title_en="Low voltage"),
        Variant(key=MEDIUM, title_zh="10（20）千伏客户", title_en="10 (20) kV"),
    ),
    facts=(
        EXTERNAL_WORKS_COUNTED,
        Fact(
            key="permits_needed",
            title_zh="外线工程需行政审批",
            title_en="The external line needs permits",
            default=True,
        ),
        Fact(
            key="important_or_special_user",
            title_zh="重要或特殊用户",
            title_en="Important or special user",
            default=True,
            variants=(MEDIUM,),
        ),
        Fact(
            key="has_concealed_works",
            title_zh="有隐蔽工程",
            title_en="Has concealed works",
            default=True,
            variants=(MEDIUM,),
        ),
    ),
    build=build,
)
