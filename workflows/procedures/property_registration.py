"""Real-estate registration 不动产登记: review beside taxes, a public announcement where the law wants one, register, certificate."""

from collections.abc import Mapping
from decimal import Decimal

from sla.clock import Limit
from workflows.drafting.grounds import COMMON, TAX_PAYMENT
from workflows.drafting.steps import DECIDED, DONE, EXAMINED, by_applicant, without, workhours
from workflows.procedure import Definition, Fact, Facts, Outcome, Party, Procedure, Step, Variant

STATUTORY = Limit(amount=Decimal(30))  # 不动产登记暂行条例 20

TRANSFER = "transfer"
MORTGAGE = "mortgage"
FIRST = "first"
CHANGE = "change"
CANCELLATION = "cancellation"

# In Taicang the approval bureau leads the item and answers for the promise.
REGISTRY = {"suzhou": "市资源规划局（不动产登记）", "taicang": "资源规划局（行政审批局牵头）"}
TAX_OFFICE = {"suzhou": "市税务局", "taicang": "税务局"}

# Working hours.
TARGETS: Mapping[str, Mapping[str, str]] = {
    "suzhou": {
        "acceptance": "2",
        "tax-assessment": "6",
        "review": "8",
        "register-entry": "3",
        "certificate-issue": "4",
    },
    "taicang": {
        "acceptance": "0.5",
        "tax-assessment": "1",
        "review": "2",
        "register-entry": "0.5",
        "certificate-issue": "1",
    },
}


def build(jurisdiction: str, variant: str, facts: Facts) -> Procedure:
    """Make the procedure of one case. Suzhou's promise ends with the entry, Taicang's with the certificate, if any."""
    absent = set()
    if variant not in {TRANSFER, FIRST}:
        absent |= {"tax-assessment", "tax-payment"}
    if not facts.get("announcement_required_by_law"):
        absent.add("announcement")
    certificate = variant != CANCELLATION
    if not certificate:
        absent.add("certificate-issue")
    return Procedure(
        key=DEFINITION.key,
        version=DEFINITION.version,
        title_zh=DEFINITION.title_zh,
        title_en=DEFINITION.title_en,
        jurisdiction=jurisdiction,
        variant=variant,
        facts=dict(facts),
        owner=REGISTRY[jurisdiction],
        steps=without(_steps(jurisdiction), absent),
        grounds=(*COMMON, TAX_PAYMENT),
        accepted_by="acceptance",
        ends=("certificate-issue",) if certificate and jurisdiction == "taicang" else ("register-entry",),
        decided_by="register-entry",
        delivered_by="certificate-issue" if certificate else None,
        statutory=STATUTORY,
    )


def _steps(jurisdiction: str) -> tuple[Step, ...]:
    targets = TARGETS[jurisdiction]

    def step(
        key: str,
        title_zh: str,
        title_en: str,
        after: tuple[str, ...],
        outcomes: tuple[Outcome, ...],
        owners: Mapping[str, str] = REGISTRY,
    ) -> Step:
        return Step(
            key=key,
            title_zh=title_zh,
            title_en=title_en,
            party=Party.AUTHORITY,
            owner=owners[jurisdiction],
            after=after,
            outcomes=outcomes,
            target=workhours(targets[key]),
        )

    return (
        by_applicant(
            "application",
            "申请（网上或窗口，登记、交易、税务一套材料）",
            "Application (online or window, one file set)",
        ),
        step("acceptance", "受理", "Acceptance", ("application",), EXAMINED),
        step("tax-assessment", "核税", "Tax assessment", ("acceptance",), EXAMINED, TAX_OFFICE),
        by_applicant("tax-payment", "缴税", "Tax payment by the applicant", "tax-assessment", ground="tax-payment"),
        step("review", "审核", "Review", ("acceptance",), DECIDED),
        Step(
            key="announcement",
            title_zh="公告",
            title_en="Public announcement",
            party=Party.AUTHORITY,
            owner=REGISTRY[jurisdiction],
            after=("review",),
            outcomes=DONE,
            counts=False,
            ground="public-notice-by-law",
        ),
        step("register-entry", "登簿", "Entry in the register", ("review", "tax-payment", "announcement"), DONE),
        step("certificate-issue", "缮证发证（电子证照）", "Certificate issue", ("register-entry",), DONE),
    )


DEFINITION = Definition(
    key="property-registration",
    version="2",
    title_zh="不动产登记",
    title_en="Real-estate registration",
    jurisdictions=("suzhou", "taicang"),
    variants=(
        Variant(key=TRANSFER, title_zh="转移登记", title_en="Transfer"),
        Variant(key=MORTGAGE, title_zh="抵押登记", title_en="Mortgage"),
        Variant(key=FIRST, title_zh="首次登记", title_en="First registration"),
        Variant(key=CHANGE, title_zh="变更／更正登记", title_en="Change or correction"),
        Variant(key=CANCELLATION, title_zh="注销登记", title_en="Cancellation"),
    ),
    facts=(
        Fact(
            key="channel",
            title_zh="办理形式",
            title_en="Channel of the application",
            default="window",
            allowed=("window", "online"),
        ),
        Fact(
            key="announcement_required_by_law",
            title_zh="依法须公告",
            title_en="The law requires a public announcement",
            default=False,
            variants=(FIRST, CHANGE),
        ),
    ),
    build=build,
)
