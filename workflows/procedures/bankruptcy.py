"""Simple bankruptcy 简单破产案件: the court accepts, an administrator takes over, creditors meet, the court concludes."""

from collections.abc import Mapping

from workflows.drafting.grounds import APPLICANT, CORRECTION
from workflows.drafting.steps import DONE, EXAMINED, by_applicant
from workflows.procedure import Definition, Facts, Outcome, Party, Procedure, Step, Variant

COURTS: Mapping[str, str] = {"suzhou": "市中级人民法院", "taicang": "法院"}
ADMINISTRATOR = "破产管理人"
# The court's months run from its ruling of acceptance to the ruling of conclusion, whatever happens between.
GROUNDS = (
    CORRECTION.model_copy(update={"basis": "企业破产法 8；破产申请的补充、补正", "stops": ("step",)}),
    APPLICANT.model_copy(update={"basis": "自裁定受理起算", "stops": ()}),
)


def build(jurisdiction: str, variant: str, facts: Facts) -> Procedure:
    """Return the procedure of one case. Nothing stops its months: a longer case is extended on a ground."""
    return Procedure(
        key=DEFINITION.key,
        version=DEFINITION.version,
        title_zh=DEFINITION.title_zh,
        title_en=DEFINITION.title_en,
        jurisdiction=jurisdiction,
        variant=variant,
        facts=dict(facts),
        owner=COURTS[jurisdiction],
        steps=_steps(COURTS[jurisdiction]),
        grounds=GROUNDS,
        accepted_by="acceptance",
        ends=("conclusion",),
    )


def _steps(court: str) -> tuple[Step, ...]:
    def step(
        key: str,
        title_zh: str,
        title_en: str,
        *after: str,
        outcomes: tuple[Outcome, ...] = DONE,
        administrator: bool = False,
    ) -> Step:
        return Step(
            key=key,
            title_zh=title_zh,
            title_en=title_en,
            party=Party.THIRD_PARTY if administrator else Party.AUTHORITY,
            owner=ADMINISTRATOR if administrator else court,
            after=after,
            outcomes=outcomes,
        )

    return (
        by_applicant("bankruptcy-application", "破产申请", "Application for bankruptcy"),
        step("acceptance", "裁定受理", "Ruling of acceptance", "bankruptcy-application", outcomes=EXAMINED),
        step("administrator-appointment", "指定管理人", "Appointment of the administrator", "acceptance"),
        step(
            "takeover-and-notice",
            "接管财产、通知并公告债权人",
            "Takeover, notice to creditors",
            "administrator-appointment",
            administrator=True,
        ),
        step("claims", "债权申报与审查", "Filing and review of claims", "takeover-and-notice", administrator=True),
        step("property-survey", "财产调查与审计", "Survey of property", "takeover-and-notice", administrator=True),
        step("creditors-meeting", "第一次债权人会议", "First meeting of creditors", "claims", "property-survey"),
        step("bankruptcy-declaration", "宣告破产", "Declaration of bankruptcy", "creditors-meeting"),
        step(
            "distribution",
            "财产变价与分配",
            "Realisation and distribution",
            "bankruptcy-declaration",
            administrator=True,
        ),
        step("conclusion", "裁定终结破产程序", "Ruling of conclusion", "distribution"),
    )


DEFINITION = Definition(
    key="bankruptcy",
    version="1",
    title_zh="破产案件",
    title_en="Bankruptcy",
    jurisdictions=("suzhou", "taicang"),
    variants=(Variant(key="simple-case", title_zh="简单破产案件", title_en="Simple bankruptcy"),),
    facts=(),
    build=build,
)
