"""Deregistration of an enterprise 企业注销, within the one-net platform or at a window; a year's share is promised, no time."""

from collections.abc import Mapping
from decimal import Decimal

from sla.clock import Limit
from workflows.drafting.grounds import COMMON
from workflows.drafting.steps import DECIDED, EXAMINED, by_applicant, without, workdays
from workflows.procedure import Definition, Fact, Facts, Outcome, Party, Procedure, Step, Variant

STATUTORY = Limit(amount=Decimal(20))  # 行政许可法 42, and ten working days more where they are granted
STATUTORY_EXTENSION = 10
NOTICES = {True: "simplified-notice", False: "liquidation-notice"}

OWNERS: Mapping[str, Mapping[str, str]] = {
    "suzhou": {"approval": "市行政审批局", "tax": "市税务局", "insurance": "市人社局"},
    "taicang": {"approval": "行政审批局", "tax": "税务局", "insurance": "人社局"},
}


def build(jurisdiction: str, variant: str, facts: Facts) -> Procedure:
    """Return the procedure of one case; a simplified one 简易注销 has the shorter notice and no clearance of insurance."""
    simplified = facts["simplified"] is True
    absent = {NOTICES[not simplified]} | ({"social-insurance-clearance"} if simplified else set())
    return Procedure(
        key=DEFINITION.key,
        version=DEFINITION.version,
        title_zh=DEFINITION.title_zh,
        title_en=DEFINITION.title_en,
        jurisdiction=jurisdiction,
        variant=variant,
        facts=dict(facts),
        owner=OWNERS[jurisdiction]["approval"],
        steps=without(_steps(OWNERS[jurisdiction]), absent),
        grounds=COMMON,
        accepted_by="acceptance",
        ends=("deregistration-approval",),
        decided_by="deregistration-approval",
        statutory=STATUTORY,
        statutory_extension=STATUTORY_EXTENSION,
    )


def _steps(owners: Mapping[str, str]) -> tuple[Step, ...]:
    def step(
        key: str,
        title_zh: str,
        title_en: str,
        by: str,
        days: str,
        *after: str,
        outcomes: tuple[Outcome, ...] = EXAMINED,
    ) -> Step:
        return Step(
            key=key,
            title_zh=title_zh,
            title_en=title_en,
            party=Party.AUTHORITY,
            owner=owners[by],
            after=after,
            outcomes=outcomes,
            target=workdays(days),
        )

    def notice(key: str, title_zh: str, title_en: str) -> Step:
        return by_applicant(key, title_zh, title_en, "acceptance", ground="public-notice-by-law")

    return (
        by_applicant("deregistration-application", "注销申请", "Application for deregistration"),
        step("acceptance", "受理", "Acceptance", "approval", "1", "deregistration-application"),
        notice("liquidation-notice", "清算组公告债权人", "Notice of liquidation to creditors"),
        notice("simplified-notice", "简易注销公告", "Notice of simplified deregistration"),
        step("tax-clearance", "清税", "Tax clearance", "tax", "5", "acceptance"),
        step("social-insurance-clearance", "社保注销", "Clearance of social insurance", "insurance", "2", "acceptance"),
        step(
            "deregistration-approval",
            "注销登记",
            "Entry of the deregistration",
            "approval",
            "3",
            "liquidation-notice",
            "simplified-notice",
            "tax-clearance",
            "social-insurance-clearance",
            outcomes=DECIDED,
        ),
    )


DEFINITION = Definition(
    key="deregistration",
    version="1",
    title_zh="企业注销",
    title_en="Deregistration of an enterprise",
    jurisdictions=("suzhou", "taicang"),
    variants=(
        Variant(key="on-platform", title_zh="“一网通办”平台内", title_en="On the one-net platform"),
        Variant(key="off-platform", title_zh="平台外（窗口）", title_en="Off the platform, at a window"),
    ),
    facts=(Fact(key="simplified", title_zh="简易注销", title_en="Simplified deregistration", default=False),),
    build=build,
)
