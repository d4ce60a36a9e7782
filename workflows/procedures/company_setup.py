"""Company setup 企业开办: the licence, then seal, tax, insurance, fund and bank beside each other, handed out at one window."""

from collections.abc import Mapping
from decimal import Decimal

from sla.clock import Limit
from workflows.drafting.grounds import COMMON
from workflows.drafting.steps import DECIDED, DONE, EXAMINED, by_applicant, without, workhours
from workflows.procedure import Definition, Fact, Facts, Outcome, Party, Procedure, Step, Variant

STATUTORY = Limit(amount=Decimal(20))  # 行政许可法 42, and ten working days more where they are granted
STATUTORY_EXTENSION = 10

OWNERS: Mapping[str, Mapping[str, str]] = {
    "suzhou": {
        "case": "市行政审批局",
        "acceptance": "市行政审批局",
        "establishment-registration": "市行政审批局",
        "seal-engraving": "印章刻制单位／市公安局",
        "tax-and-invoice": "市税务局",
        "social-insurance-registration": "市人社局",
        "housing-fund-registration": "市住房公积金管理中心",
        "bank-account-reservation": "开户银行",
        "one-window-delivery": "市行政审批局",
    },
    "taicang": {
        "case": "行政审批局",
        "acceptance": "行政审批局",
        "establishment-registration": "行政审批局",
        "seal-engraving": "印章刻制单位／公安局",
        "tax-and-invoice": "税务局",
        "social-insurance-registration": "人社局",
        "housing-fund-registration": "住房公积金管理部门",
        "bank-account-reservation": "开户银行",
        "one-window-delivery": "行政审批局",
    },
}

# Working hours. Taicang's share the eight hours of one day, the strict reading of its promise.
TARGETS: Mapping[str, Mapping[str, str]] = {
    "suzhou": {
        "acceptance": "1",
        "establishment-registration": "7",
        "seal-engraving": "4",
        "tax-and-invoice": "4",
        "social-insurance-registration": "2",
        "housing-fund-registration": "2",
        "bank-account-reservation": "2",
        "one-window-delivery": "2",
    },
    "taicang": {
        "acceptance": "0.5",
        "establishment-registration": "3",
        "seal-engraving": "1.5",
        "tax-and-invoice": "1.5",
        "social-insurance-registration": "1",
        "housing-fund-registration": "1",
        "bank-account-reservation": "1",
        "one-window-delivery": "1",
    },
}


def build(jurisdiction: str, variant: str, facts: Facts) -> Procedure:
    """Return the procedure of one case; fund and bank only where the applicant asks for them."""
    absent = set()
    if not facts["applicant_requests_housing_fund"]:
        absent.add("housing-fund-registration")
    if not facts["applicant_requests_bank_account"]:
        absent.add("bank-account-reservation")
    return Procedure(
        key=DEFINITION.key,
        version=DEFINITION.version,
        title_zh=DEFINITION.title_zh,
        title_en=DEFINITION.title_en,
        jurisdiction=jurisdiction,
        variant=variant,
        facts=dict(facts),
        owner=OWNERS[jurisdiction]["case"],
        steps=without(_steps(jurisdiction), absent),
        grounds=COMMON,
        accepted_by="acceptance",
        ends=("one-window-delivery",),
        decided_by="establishment-registration",
        delivered_by="one-window-delivery",
        statutory=STATUTORY,
        statutory_extension=STATUTORY_EXTENSION,
    )


def _steps(jurisdiction: str) -> tuple[Step, ...]:
    owners, targets = OWNERS[jurisdiction], TARGETS[jurisdiction]

    def step(
        key: str,
        title_zh: str,
        title_en: str,
        after: tuple[str, ...],
        outcomes: tuple[Outcome, ...],
        party: Party = Party.AUTHORITY,
    ) -> Step:
        return Step(
            key=key,
            title_zh=title_zh,
            title_en=title_en,
            party=party,
            owner=owners[key],
            after=after,
            outcomes=outcomes,
            target=workhours(targets[key]),
        )

    licensed = ("establishment-registration",)
    beside = (
        step(
            "seal-engraving",
            "公章刻制（公安备案）",
            "Seal engraving (police filing)",
            licensed,
            DONE,
            Party.THIRD_PARTY,
        ),
        step(
            "tax-and-invoice",
            "税务登记信息确认与申领发票",
            "Tax information confirmation and invoices",
            licensed,
            EXAMINED,
        ),
        step("social-insurance-registration", "社保登记", "Social-insurance registration", licensed, EXAMINED),
        step("housing-fund-registration", "公积金缴存登记", "Housing-fund registration", licensed, EXAMINED),
        step("bank-account-reservation", "银行预约开户", "Bank account reservation", licensed, DONE, Party.BANK),
    )
    return (
        by_applicant("online-application", "名称自主申报与网上申请", "Name self-declaration and online application"),
        step("acceptance", "受理", "Acceptance", ("online-application",), EXAMINED),
        step(
            "establishment-registration",
            "设立登记（审核、核发营业执照）",
            "Establishment registration and business licence",
            ("acceptance",),
            DECIDED,
        ),
        *beside,
        step(
            "one-window-delivery",
            "一窗发放（执照、公章、税控设备）或寄递",
            "One-window delivery",
            tuple(one.key for one in beside),
            DONE,
        ),
    )


DEFINITION = Definition(
    key="company-setup",
    version="2",
    title_zh="企业开办",
    title_en="Company setup",
    jurisdictions=("suzhou", "taicang"),
    variants=(Variant(key="standard", title_zh="一般企业设立", title_en="Ordinary company"),),
    facts=(
        Fact(
            key="applicant_requests_housing_fund",
            title_zh="申请公积金缴存登记",
            title_en="The applicant asks for housing-fund registration",
            default=True,
        ),
        Fact(
            key="applicant_requests_bank_account",
            title_zh="申请银行预约开户",
            title_en="The applicant asks for a bank account",
            default=True,
        ),
    ),
    build=build,
)
