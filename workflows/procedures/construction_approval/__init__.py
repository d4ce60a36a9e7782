"""Construction project approval 工程建设项目审批: four stages, parallel lines beside them, permits in segments.

No statutory limit stands over the chain: each permit in it has its own by law, and none is named for the whole.
The utility connections of a project are cases of their own, linked by number, and no step here.
"""

from workflows.drafting.grounds import COMMON, CONSTRUCTION
from workflows.drafting.steps import staged, without
from workflows.procedure import Definition, Fact, Facts, Procedure, Variant
from workflows.procedures.construction_approval.plan import (
    COLUMNS,
    GENERAL,
    GOVERNMENT,
    OWNERS,
    SEGMENTS,
    SMALL,
    TARGETS,
    WITH_SCHEME,
)
from workflows.procedures.construction_approval.steps import (
    COMPLETION_STAGE,
    ENGINEERING_STAGE,
    LAND_STAGE,
    MERGED_STAGE,
    PERMIT_STAGE,
    PossibleSteps,
)

EXCLUSION = "除重大工程建设项目外"

# A step that is there only where its fact holds.
OPTIONAL = {
    "drawing_review_exempt": "review-exemption-commitment",
    "tender_required_by_law": "construction-tender",
    "has_civil_air_defence": "civil-air-defence-acceptance",
    "archive_not_by_commitment": "archive-acceptance",
    "defects_found": "rectification",
    "eia_required": "environmental-impact-approval",
    "energy_review_required": "energy-review",
    "soil_plan_required": "soil-conservation",
}


def build(jurisdiction: str, variant: str, facts: Facts) -> Procedure:
    """Make the procedure of one case. Stage budgets are the longest planned path of the steps left in them."""
    merged = facts.get("merged_stage_2_3") is True
    draft = PossibleSteps(
        jurisdiction,
        variant,
        segmented=facts["segmented_permit"] is True,
        merged=merged,
        publicity_counts=facts.get("publicity_basis_recorded") is False,
    )
    steps = without(draft.steps(), _absent(variant, facts))
    middle = (MERGED_STAGE,) if merged else (ENGINEERING_STAGE, PERMIT_STAGE)
    stages = tuple(staged(steps, *stage) for stage in (LAND_STAGE, *middle, COMPLETION_STAGE))
    return Procedure(
        key=DEFINITION.key,
        version=DEFINITION.version,
        title_zh=DEFINITION.title_zh,
        title_en=DEFINITION.title_en,
        jurisdiction=jurisdiction,
        variant=variant,
        facts=dict(facts),
        owner=OWNERS[jurisdiction]["case"],
        steps=steps,
        stages=stages,
        grounds=(*COMMON, *CONSTRUCTION),
        ends=("completion-filing",),
        excluded=EXCLUSION if facts["major_project"] else None,
    )


def _absent(variant: str, facts: Facts) -> set[str]:
    absent = {step for fact, step in OPTIONAL.items() if not facts.get(fact)}
    if facts["drawing_review_exempt"]:
        absent.add("merged-drawing-review")
    absent |= {"construction-permit"} if facts["segmented_permit"] else set(SEGMENTS)
    column = COLUMNS.index(variant)
    absent |= {step for step, targets in TARGETS["suzhou"].items() if not targets[column]}
    if variant == WITH_SCHEME:
        absent.add("scheme-design")
    if variant not in {GOVERNMENT, GENERAL}:
        absent.add("scheme-publicity")
    return absent


def _given(key: str, title_zh: str, title_en: str, *variants: str, default: bool = False) -> Fact:
    return Fact(key=key, title_zh=title_zh, title_en=title_en, default=default, variants=variants)


# What is major, small, exempt or fit for segments is not defined in the documents: the operator says so, case by case.
DEFINITION = Definition(
    key="construction-approval",
    version="2",
    title_zh="工程建设项目审批",
    title_en="Construction project approval (four stages)",
    jurisdictions=("suzhou", "taicang"),
    variants=(
        Variant(key=GOVERNMENT, title_zh="政府投资项目", title_en="Government investment", process_types=("1", "2")),
        Variant(key=GENERAL, title_zh="一般社会投资项目", title_en="General social investment", process_types=("3",)),
        Variant(
            key=WITH_SCHEME,
            title_zh="带方案出让用地的社会投资项目",
            title_en="Land sold with an approved scheme",
            process_types=("5",),
        ),
        Variant(key=SMALL, title_zh="小型社会投资项目", title_en="Small social investment", process_types=("4",)),
    ),
    facts=(
        _given("major_project", "重大工程建设项目", "Major project"),
        Fact(
            key="drawing_review_exempt",
            title_zh="免于施工图审查",
            title_en="Exempt from drawing review",
            default=False,
            defaults={SMALL: True},
        ),
        _given("segmented_permit", "分段许可", "Permits in segments"),
        _given("merged_stage_2_3", "第二、三阶段合并", "Stages 2 and 3 merged", WITH_SCHEME, SMALL),
        _given(
            "publicity_basis_recorded",
            "批前公示有法定依据",
            "A provision is recorded on which publicity does not count",
            GOVERNMENT,
            GENERAL,
            default=True,
        ),
        _given("tender_required_by_law", "依法须招标", "The law requires a tender", GOVERNMENT, default=True),
        _given("has_civil_air_defence", "有人防工程", "Has civil air defence", default=True),
        _given("archive_not_by_commitment", "城建档案不适用告知承诺", "Archive is checked, not promised", default=True),
        _given("defects_found", "验收须整改", "Rectification is known to be needed"),
        _given("eia_required", "须环境影响评价审批", "Needs an environmental impact approval"),
        _given("energy_review_required", "须节能审查", "Needs an energy review"),
        _given("soil_plan_required", "须水土保持方案审批", "Needs a soil conservation plan"),
    ),
    build=build,
)
