"""The commitments of Taicang's 80 measures, in the order of their items; the attachment has no number and no date."""

from datetime import date
from decimal import Decimal

from sla.clock import Limit, Unit
from sla.commitments.commitment import (
    Binding,
    BindingBasis,
    Commitment,
    Metric,
    Operator,
    Owners,
    Relation,
    StatedFigure,
)
from sla.commitments.suzhou import CHAIN_READING, COHORT_READING
from sla.sources import TAICANG, Citation

ITEM_48 = ("(48)", "19.提高亲商服务水平")
ITEM_50 = ("(50)", "19.提高亲商服务水平")
ITEM_53 = ("(53)", "20.完善公平竞争市场秩序")
ITEM_54 = ("(54)", "20.完善公平竞争市场秩序")
ITEM_55 = ("(55)", "20.完善公平竞争市场秩序")
ITEM_56 = ("(56)", "21.缩短行政审批时限")
ITEM_57 = ("(57)", "21.缩短行政审批时限")
ITEM_58 = ("(58)", "21.缩短行政审批时限")
ITEM_59 = ("(59)", "21.缩短行政审批时限")
ITEM_60 = ("(60)", "22.提升企业水电气获取便利度")
ITEM_61 = ("(61)", "22.提升企业水电气获取便利度")
ITEM_62 = ("(62)", "22.提升企业水电气获取便利度")
ITEM_63 = ("(63)", "23.加快企业通关速度")
ITEM_64 = ("(64)", "24.优化出入境服务")
ITEM_65 = ("(65)", "24.优化出入境服务")

UNDATED = Binding(from_day=None, words=None, basis=BindingBasis.UNDATED)
AT_END_OF_2020 = Binding(from_day=date(2020, 12, 31), words="到2020年末", basis=BindingBasis.CLAUSE)
BY_END_OF_2020 = Binding(from_day=date(2020, 12, 31), words="2020年底前", basis=BindingBasis.CLAUSE)
SINCE_2020 = Binding(from_day=date(2020, 1, 1), words="从2020年起", basis=BindingBasis.CLAUSE)

OWNERS_48 = Owners(lead=("行政审批局",))
OWNERS_50 = Owners(lead=("金融监管局",))
OWNERS_53 = Owners(lead=("法院",))
OWNERS_54 = Owners(lead=("行政审批局",))
OWNERS_56 = Owners(lead=("行政审批局",), support=("资源规划局",))
OWNERS_57_CONSTRUCTION = Owners(lead=("行政审批局",), support=("住建局", "资源规划局"))
OWNERS_58_CONSTRUCTION = Owners(lead=("住建局",))
OWNERS_60_WATER = Owners(lead=("水务局",), support=("水务集团",))
OWNERS_61_POWER = Owners(lead=("发改委",), support=("供电公司",))
OWNERS_62_GAS = Owners(lead=("住建局",), support=("天然气公司",))
OWNERS_63 = Owners(lead=("海关",), support=("商务局",))
OWNERS_64_EXIT_ENTRY = Owners(lead=("公安局",))
OWNERS_65 = Owners(lead=("外事办",))


def _cite(item: tuple[str, str], quote: str) -> Citation:
    number, heading = item
    return Citation(document=TAICANG, item=number, heading=heading, quote=quote)


AT_ONCE_PHRASE = _cite(ITEM_56, "持续优化业务流程，实现企业开办“1日办、0费用”，不动产登记“线上即办、当天出证”")
LAND_OR_SMALL = _cite(ITEM_57, "带方案出让用地的社会投资项目及小型社会投资项目，审批时间30个工作日")

ONE_THING = Commitment(
    id="tc-48-one-thing",
    jurisdiction="taicang",
    title_zh="市场准入一件事",
    title_en="Packages for entering the market",
    procedure="market-access",
    variant="one-thing packages",
    citation=_cite(ITEM_48, "推出28个“市场准入一件事”"),
    owners=OWNERS_48,
    measure=Metric.COUNT,
    figure=StatedFigure(operator=Operator.AT_LEAST, value=Decimal(28), unit="个"),
    binding=UNDATED,
)

AGENTS = Commitment(
    id="tc-48-agents",
    jurisdiction="taicang",
    title_zh="全程代办服务",
    title_en="Agents from start to end",
    procedure="agency-service",
    variant="*",
    citation=_cite(
        ITEM_48, "推出全程代办服务，建立一支三级代办员队伍，开设一个综合代办窗口，发布一张代办清单，实现高效精准服务。"
    ),
    owners=OWNERS_48,
    measure=Metric.MILESTONE,
    figure=StatedFigure(operator=Operator.EXACTLY, value=Decimal(3), unit="项"),
    binding=UNDATED,
    parent="sz-19-agency",
    relation=Relation.CONCRETE,
    notes="a corps of agents, a window and a list",
)

ONE_WINDOW = Commitment(
    id="tc-48-one-window",
    jurisdiction="taicang",
    title_zh="市场准入“一网通办”、“一窗受理”",
    title_en="One net and one window for entering the market",
    procedure="market-access",
    variant="*",
    citation=_cite(ITEM_48, "优化市场准入“一网通办”，政务服务“一窗受理”"),
    owners=OWNERS_48,
    measure=Metric.QUALITATIVE,
    binding=UNDATED,
)

CITYWIDE = Commitment(
    id="tc-48-citywide",
    jurisdiction="taicang",
    title_zh="登记注册全城通办",
    title_en="Registration anywhere in the city",
    procedure="company-setup",
    variant="*",
    citation=_cite(ITEM_48, "探索登记注册全城通办"),
    owners=OWNERS_48,
    measure=Metric.QUALITATIVE,
    binding=UNDATED,
    notes="探索: a trial",
)

FINANCE_ACCESS = Commitment(
    id="tc-50-finance-access",
    jurisdiction="taicang",
    title_zh="综合金融服务平台企业接入率",
    title_en="Enterprises on the finance platform",
    procedure="finance-platform",
    variant="enterprise access",
    citation=_cite(ITEM_50, "到2020年末，实现综合金融服务平台企业接入率达15%"),
    owners=OWNERS_50,
    measure=Metric.RATIO,
    figure=StatedFigure(operator=Operator.AT_LEAST, value=Decimal(15), unit="%"),
    binding=AT_END_OF_2020,
    parent="sz-19-finance-access",
    relation=Relation.EQUAL,
)

FIRST_LOAN = Commitment(
    id="tc-50-first-loan",
    jurisdiction="taicang",
    title_zh="小微企业首贷率",
    title_en="First loans of small and micro enterprises",
    procedure="finance-platform",
    variant="small/micro first loan",
    citation=_cite(ITEM_50, "小微企业首贷率超过10%"),
    owners=OWNERS_50,
    measure=Metric.RATIO,
    figure=StatedFigure(operator=Operator.MORE_THAN, value=Decimal(10), unit="%"),
    binding=AT_END_OF_2020,
    parent="sz-19-first-loan",
    relation=Relation.EQUAL,
)

BANKRUPTCY = Commitment(
    id="tc-53-bankruptcy",
    jurisdiction="taicang",
    title_zh="简单破产案件审结",
    title_en="Simple bankruptcy cases concluded",
    procedure="bankruptcy",
    variant="simple case",
    citation=_cite(ITEM_53, "简单破产案件原则上在6个月内审结"),
    owners=OWNERS_53,
    measure=Metric.CASE_IN_PRINCIPLE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(6), unit="月"),
    limit=Limit(amount=Decimal(6), unit=Unit.MONTH),
    binding=UNDATED,
    parent="sz-20-bankruptcy",
    relation=Relation.EQUAL,
)

BANKRUPTCY_STREAMS = Commitment(
    id="tc-53-bankruptcy-streams",
    jurisdiction="taicang",
    title_zh="破产案件繁简分流",
    title_en="Simple and complex bankruptcy cases apart",
    procedure="bankruptcy",
    variant="*",
    citation=_cite(ITEM_53, "推进破产案件繁简分流"),
    owners=OWNERS_53,
    measure=Metric.QUALITATIVE,
    binding=UNDATED,
    parent="sz-20-bankruptcy-streams",
    relation=Relation.EQUAL,
)

DEREGISTRATION = Commitment(
    id="tc-54-deregistration",
    jurisdiction="taicang",
    title_zh="企业注销平台内完成率",
    title_en="Deregistrations completed on the platform",
    procedure="deregistration",
    variant="share on platform",
    citation=_cite(ITEM_54, "全年实现70%企业注销平台内完成"),
    owners=OWNERS_54,
    measure=Metric.RATIO,
    figure=StatedFigure(operator=Operator.AT_LEAST, value=Decimal(70), unit="%/年"),
    binding=UNDATED,
    parent="sz-20-deregistration-zone",
    relation=Relation.CONCRETE,
    interpretation=("which platform is meant is not said: the zone of the same item",),
    notes="a share of a year that is not named",
)

DEREGISTRATION_ZONE = Commitment(
    id="tc-54-deregistration-zone",
    jurisdiction="taicang",
    title_zh="企业注销线上协同服务专区",
    title_en="Online zone for deregistration",
    procedure="deregistration",
    variant="*",
    citation=_cite(ITEM_54, "建立企业注销线上协同服务专区"),
    owners=OWNERS_54,
    measure=Metric.QUALITATIVE,
    binding=UNDATED,
    parent="sz-20-deregistration-zone",
    relation=Relation.EQUAL,
)

DEREGISTRATION_PLATFORM = Commitment(
    id="tc-55-deregistration-one-net",
    jurisdiction="taicang",
    title_zh="企业注销“一网通办”",
    title_en="Deregistration on the one-net platform",
    procedure="deregistration",
    variant="*",
    citation=_cite(ITEM_55, "根据上级统一部署将企业注销纳入“一网通办”平台办理"),
    owners=Owners(lead=("税务局",), support=("行政审批局", "法院")),
    measure=Metric.QUALITATIVE,
    binding=UNDATED,
    parent="sz-20-deregistration-platform",
    relation=Relation.CONCRETE,
    interpretation=("it waits for the arrangement of a higher level",),
)

COMPANY_SETUP = Commitment(
    id="tc-56-company-setup",
    jurisdiction="taicang",
    title_zh="企业开办1日办",
    title_en="Company setup in one day",
    procedure="company-setup",
    variant="standard",
    citation=AT_ONCE_PHRASE,
    owners=OWNERS_56,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(1), unit="日"),
    limit=Limit(amount=Decimal(1)),
    binding=UNDATED,
    parent="sz-21-company-setup",
    relation=Relation.STRICTER,
    core=True,
    interpretation=(
        "a day is no working day: taken as one working day after the day of acceptance, with a warning at the close of that day (setting one_day_limit)",
    ),
)

COMPANY_SETUP_FEE = Commitment(
    id="tc-56-company-setup-fee",
    jurisdiction="taicang",
    title_zh="企业开办0费用",
    title_en="Company setup free of charge",
    procedure="company-setup",
    variant="standard",
    citation=AT_ONCE_PHRASE,
    owners=OWNERS_56,
    measure=Metric.FEE,
    figure=StatedFigure(operator=Operator.EXACTLY, value=Decimal(0), unit="元"),
    binding=UNDATED,
    relation=Relation.NEW,
    core=True,
    interpretation=("which charges are meant is not said: every charge to the applicant on the chain",),
    notes="seal, tax device and delivery included",
)

PROPERTY_CERTIFICATE = Commitment(
    id="tc-56-property-certificate",
    jurisdiction="taicang",
    title_zh="不动产登记当天出证",
    title_en="Property certificate on the same day",
    procedure="property-registration",
    variant="all",
    citation=AT_ONCE_PHRASE,
    owners=OWNERS_56,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.SAME_DAY, value=Decimal(0), unit="当天"),
    limit=Limit(amount=Decimal(0)),
    ends=("certificate-issue",),
    binding=UNDATED,
    parent="sz-21-property-registration",
    relation=Relation.STRICTER,
    core=True,
    interpretation=(
        "until which hour an application counts for the day is not said: the office hours of the channel",
        "an application outside office hours counts for the next working day",
        "whether 线上 governs this half of the phrase too is not said: every channel is held to it",
    ),
    notes="ends with the certificate, later than Suzhou's entry in the register",
)

PROPERTY_ONLINE = Commitment(
    id="tc-56-property-online",
    jurisdiction="taicang",
    title_zh="不动产登记线上即办",
    title_en="Real-estate registration online at once",
    procedure="property-registration",
    variant="online",
    citation=AT_ONCE_PHRASE,
    owners=OWNERS_56,
    measure=Metric.IMMEDIATE,
    figure=StatedFigure(operator=Operator.EXACTLY, value=Decimal(0), unit="即办"),
    limit=Limit(amount=Decimal(0)),
    ends=("register-entry",),
    binding=UNDATED,
    parent="sz-21-property-registration",
    relation=Relation.STRICTER,
    core=True,
    interpretation=("即办 has no number: taken as the working day of acceptance, until the entry in the register",),
    notes="办件类型 1 of GB/T 39046, for the online channel only",
)

CONSTRUCTION_GOVERNMENT = Commitment(
    id="tc-57-construction-gov",
    jurisdiction="taicang",
    title_zh="政府投资项目全链审批时间",
    title_en="Approval time of a government-investment project, whole chain",
    procedure="construction-approval",
    variant="government-investment",
    citation=_cite(
        ITEM_57, "除重大工程建设项目外，2020年底前实现政府投资项目从申报立项到竣工验收4阶段，全链审批时间30个工作日"
    ),
    owners=OWNERS_57_CONSTRUCTION,
    measure=Metric.CHAIN,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(30), unit="工作日"),
    limit=Limit(amount=Decimal(30)),
    binding=BY_END_OF_2020,
    exclusions=("除重大工程建设项目外",),
    parent="sz-21-construction-gov",
    relation=Relation.STRICTER,
    core=True,
    interpretation=("the number stands alone, without 内 or 不超过: taken as a maximum", *CHAIN_READING),
    notes="the only clause that names four stages and the whole chain",
)

CONSTRUCTION_GENERAL = Commitment(
    id="tc-57-construction-general",
    jurisdiction="taicang",
    title_zh="一般社会投资项目审批时间",
    title_en="Approval time of a general social-investment project",
    procedure="construction-approval",
    variant="general-social-investment",
    citation=_cite(ITEM_57, "一般社会投资项目，审批时间30个工作日"),
    owners=OWNERS_57_CONSTRUCTION,
    measure=Metric.CHAIN,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(30), unit="工作日"),
    limit=Limit(amount=Decimal(30)),
    binding=BY_END_OF_2020,
    exclusions=("除重大工程建设项目外",),
    parent="sz-21-construction-general",
    relation=Relation.STRICTER,
    core=True,
    interpretation=("the number stands alone, without 内 or 不超过: taken as a maximum", *CHAIN_READING),
)

CONSTRUCTION_LAND_WITH_SCHEME = Commitment(
    id="tc-57-construction-land-with-scheme",
    jurisdiction="taicang",
    title_zh="带方案出让用地项目审批时间",
    title_en="Approval time of a project on land sold with its scheme",
    procedure="construction-approval",
    variant="land-with-scheme",
    citation=LAND_OR_SMALL,
    owners=OWNERS_57_CONSTRUCTION,
    measure=Metric.CHAIN,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(30), unit="工作日"),
    limit=Limit(amount=Decimal(30)),
    binding=BY_END_OF_2020,
    exclusions=("除重大工程建设项目外",),
    parent="sz-21-construction-land-with-scheme",
    relation=Relation.STRICTER,
    core=True,
    interpretation=("the number stands alone, without 内 or 不超过: taken as a maximum", *CHAIN_READING),
)

CONSTRUCTION_SMALL = Commitment(
    id="tc-57-construction-small",
    jurisdiction="taicang",
    title_zh="小型社会投资项目审批时间",
    title_en="Approval time of a small social-investment project",
    procedure="construction-approval",
    variant="small-social-investment",
    citation=LAND_OR_SMALL,
    owners=OWNERS_57_CONSTRUCTION,
    measure=Metric.CHAIN,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(30), unit="工作日"),
    limit=Limit(amount=Decimal(30)),
    binding=BY_END_OF_2020,
    exclusions=("除重大工程建设项目外",),
    parent="sz-21-construction-small",
    relation=Relation.STRICTER,
    core=True,
    interpretation=("the number stands alone, without 内 or 不超过: taken as a maximum", *CHAIN_READING),
)

ONE_DRAWING_REVIEW = Commitment(
    id="tc-58-one-drawing-review",
    jurisdiction="taicang",
    title_zh="多图一审",
    title_en="One review of all drawings",
    procedure="construction-approval",
    variant="*",
    citation=_cite(ITEM_58, "全面施行多图一审，合并原独立审查的消防、人防、技防等技术审查"),
    owners=OWNERS_58_CONSTRUCTION,
    measure=Metric.QUALITATIVE,
    binding=UNDATED,
    parent="sz-21-one-drawing-review",
    relation=Relation.EQUAL,
    core=True,
)

REVIEW_EXEMPTION = Commitment(
    id="tc-58-review-exemption",
    jurisdiction="taicang",
    title_zh="免予施工图审查",
    title_en="Exemption from drawing review",
    procedure="construction-approval",
    variant="*",
    citation=_cite(ITEM_58, "明确免予施工图审查类型和规模，提高施工图审查效率"),
    owners=OWNERS_58_CONSTRUCTION,
    measure=Metric.QUALITATIVE,
    binding=UNDATED,
    parent="sz-21-review-exemption",
    relation=Relation.EQUAL,
    core=True,
    notes="written 免予 here, 免于 in the Suzhou document",
)

SEGMENTED_PERMIT = Commitment(
    id="tc-58-segmented",
    jurisdiction="taicang",
    title_zh="分段许可、分段施工",
    title_en="Permits and works in segments",
    procedure="construction-approval",
    variant="*",
    citation=_cite(ITEM_58, "对有条件的工程建设项目实施分段许可、分段施工。"),
    owners=OWNERS_58_CONSTRUCTION,
    measure=Metric.QUALITATIVE,
    binding=UNDATED,
    parent="sz-21-segmented",
    relation=Relation.EQUAL,
    core=True,
)

TAX_HOURS = Commitment(
    id="tc-59-tax-hours",
    jurisdiction="taicang",
    title_zh="企业全年纳税时间",
    title_en="Hours a year spent on taxes",
    procedure="tax-compliance",
    variant="annual hours",
    citation=_cite(ITEM_59, "到2020年底将企业全年纳税时间减少到100小时"),
    owners=Owners(lead=("税务局",)),
    measure=Metric.ANNUAL_EFFORT,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(100), unit="小时/年"),
    binding=Binding(from_day=date(2020, 12, 31), words="到2020年底", basis=BindingBasis.CLAUSE),
    parent="sz-21-tax-hours",
    relation=Relation.EQUAL,
)

WATER_NO_PIPE = Commitment(
    id="tc-60-water-no-pipe",
    jurisdiction="taicang",
    title_zh="用水（无增设管线）",
    title_en="Water, no new pipe",
    procedure="water-connection",
    variant="no-new-pipe",
    citation=_cite(ITEM_60, "用水方面，无增设管线的，办结时间不超过4个工作日"),
    owners=OWNERS_60_WATER,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(4), unit="工作日"),
    limit=Limit(amount=Decimal(4)),
    binding=UNDATED,
    parent="sz-22-water-no-pipe",
    relation=Relation.EQUAL,
    core=True,
)

WATER_PIPE_NO_APPROVAL = Commitment(
    id="tc-60-water-pipe-no-approval",
    jurisdiction="taicang",
    title_zh="用水（有增设管线、无需审批）",
    title_en="Water, new pipe without permits",
    procedure="water-connection",
    variant="new-pipe-no-approval",
    citation=_cite(ITEM_60, "有增设管线但无需办理行政审批的，办结时间不超过9个工作日"),
    owners=OWNERS_60_WATER,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(9), unit="工作日"),
    limit=Limit(amount=Decimal(9)),
    binding=UNDATED,
    parent="sz-22-water-pipe-no-approval",
    relation=Relation.EQUAL,
    core=True,
)

WATER_PIPE_APPROVAL = Commitment(
    id="tc-60-water-pipe-approval",
    jurisdiction="taicang",
    title_zh="用水（有增设管线、需审批）",
    title_en="Water, new pipe with permits",
    procedure="water-connection",
    variant="new-pipe-with-approval",
    citation=_cite(ITEM_60, "有增设管线且需办理行政审批的，平均办结时间不超过30个工作日"),
    owners=OWNERS_60_WATER,
    measure=Metric.AVERAGE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(30), unit="工作日"),
    limit=Limit(amount=Decimal(30)),
    binding=UNDATED,
    parent="sz-22-water-pipe-approval",
    relation=Relation.EQUAL,
    core=True,
    interpretation=COHORT_READING,
)

JOINT_SURVEY = Commitment(
    id="tc-60-parallel-joint-survey",
    jurisdiction="taicang",
    title_zh="并联审批、联合踏勘",
    title_en="Parallel permits and one joint survey",
    procedure="utilities",
    variant="*",
    citation=_cite(ITEM_60, "通过压减环节、并联审批、联合踏勘等措施，切实提高企业用电用水用气服务水平。"),
    owners=OWNERS_60_WATER,
    measure=Metric.QUALITATIVE,
    binding=UNDATED,
    parent="sz-22-parallel-joint-survey",
    relation=Relation.EQUAL,
    core=True,
)

POWER_LOW = Commitment(
    id="tc-61-power-low",
    jurisdiction="taicang",
    title_zh="低压客户平均接电时间",
    title_en="Mean connection time, low voltage",
    procedure="electricity-connection",
    variant="low-voltage",
    citation=_cite(ITEM_61, "用电方面，从2020年起，低压客户报装平均接电时间缩至5个工作日以内"),
    owners=OWNERS_61_POWER,
    measure=Metric.AVERAGE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(5), unit="工作日"),
    limit=Limit(amount=Decimal(5)),
    binding=SINCE_2020,
    parent="sz-22-power-low",
    relation=Relation.STRICTER,
    core=True,
    interpretation=(
        *COHORT_READING,
        "Taicang is a part of Suzhou: its cases are taken to belong to the Suzhou cohort too",
    ),
    notes="a government department leads, where in Suzhou the utility itself answers",
)

POWER_MEDIUM = Commitment(
    id="tc-61-power-medium",
    jurisdiction="taicang",
    title_zh="10（20）千伏客户平均接电时间",
    title_en="Mean connection time, 10 (20) kV",
    procedure="electricity-connection",
    variant="medium-voltage-10-20kv",
    citation=_cite(ITEM_61, "10（20）千伏客户报装平均接电时间缩至35个工作日以内"),
    owners=OWNERS_61_POWER,
    measure=Metric.AVERAGE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(35), unit="工作日"),
    limit=Limit(amount=Decimal(35)),
    binding=SINCE_2020,
    parent="sz-22-power-medium",
    relation=Relation.EQUAL,
    core=True,
    interpretation=COHORT_READING,
)

GAS_NO_PIPE = Commitment(
    id="tc-62-gas-no-pipe",
    jurisdiction="taicang",
    title_zh="用气（无需增设管线）",
    title_en="Gas, no new pipe",
    procedure="gas-connection",
    variant="no-new-pipe",
    citation=_cite(ITEM_62, "用气方面，无需增设管线的，办结时间不超过2个工作日"),
    owners=OWNERS_62_GAS,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(2), unit="工作日"),
    limit=Limit(amount=Decimal(2)),
    binding=UNDATED,
    parent="sz-22-gas-no-pipe",
    relation=Relation.STRICTER,
    core=True,
)

GAS_PIPE_NO_APPROVAL = Commitment(
    id="tc-62-gas-pipe-no-approval",
    jurisdiction="taicang",
    title_zh="用气（需增设管线、无需审批）",
    title_en="Gas, new pipe without permits",
    procedure="gas-connection",
    variant="new-pipe-no-approval",
    citation=_cite(ITEM_62, "需增设管线但无需行政审批的，办结时间不超过10个工作日"),
    owners=OWNERS_62_GAS,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(10), unit="工作日"),
    limit=Limit(amount=Decimal(10)),
    binding=UNDATED,
    parent="sz-22-gas-pipe-no-approval",
    relation=Relation.STRICTER,
    core=True,
)

GAS_PIPE_APPROVAL = Commitment(
    id="tc-62-gas-pipe-approval",
    jurisdiction="taicang",
    title_zh="用气（需增设管线、需审批）",
    title_en="Gas, new pipe with permits",
    procedure="gas-connection",
    variant="new-pipe-with-approval",
    citation=_cite(ITEM_62, "需增设管线且需行政审批的，办结时间不超过20个工作日"),
    owners=OWNERS_62_GAS,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(20), unit="工作日"),
    limit=Limit(amount=Decimal(20)),
    binding=UNDATED,
    parent="sz-22-gas-pipe-approval",
    relation=Relation.STRICTER,
    core=True,
)

CUSTOMS_HALF = Commitment(
    id="tc-63-customs-half",
    jurisdiction="taicang",
    title_zh="进出口整体通关时间压缩",
    title_en="Customs clearance time halved",
    procedure="customs-clearance",
    variant="import and export overall",
    citation=_cite(ITEM_63, "在2020年提前实现“5年内进出口整体通关时间再压缩一半”的目标"),
    owners=OWNERS_63,
    measure=Metric.REDUCTION,
    figure=StatedFigure(operator=Operator.AT_LEAST, value=Decimal(50), unit="%"),
    binding=Binding(from_day=date(2020, 12, 31), words="2020年", basis=BindingBasis.CLAUSE),
    parent="sz-23-customs-half",
    relation=Relation.EQUAL,
)

SINGLE_WINDOW = Commitment(
    id="tc-63-single-window",
    jurisdiction="taicang",
    title_zh="国际业务申报“单一窗口”覆盖率",
    title_en="Coverage of the single window for trade",
    procedure="customs-clearance",
    variant="single window",
    citation=_cite(ITEM_63, "稳步推进国际业务申报“单一窗口”标准版应用，业务覆盖率达到100%"),
    owners=OWNERS_63,
    measure=Metric.RATIO,
    figure=StatedFigure(operator=Operator.AT_LEAST, value=Decimal(100), unit="%"),
    binding=UNDATED,
    parent="sz-23-single-window",
    relation=Relation.EQUAL,
)

EXIT_ENTRY_POINTS = Commitment(
    id="tc-64-police-points",
    jurisdiction="taicang",
    title_zh="派出所出入境分理点",
    title_en="Exit-entry points at police stations",
    procedure="exit-entry",
    variant="service points",
    citation=_cite(ITEM_64, "在全市各派出所窗口设立出入境分理点"),
    owners=OWNERS_64_EXIT_ENTRY,
    measure=Metric.RATIO,
    figure=StatedFigure(operator=Operator.AT_LEAST, value=Decimal(100), unit="%"),
    binding=UNDATED,
    parent="sz-24-subcentres",
    relation=Relation.CONCRETE,
    notes="各派出所 is taken as every station",
)

EXIT_ENTRY_ANYTIME = Commitment(
    id="tc-64-anytime",
    jurisdiction="taicang",
    title_zh="出入境办证随到随办",
    title_en="Exit-entry papers on arrival",
    procedure="exit-entry",
    variant="*",
    citation=_cite(ITEM_64, "实现出入境办证随到随办"),
    owners=OWNERS_64_EXIT_ENTRY,
    measure=Metric.QUALITATIVE,
    binding=UNDATED,
    parent="sz-24-anytime",
    relation=Relation.EQUAL,
)

CONSULAR_COVERAGE = Commitment(
    id="tc-65-consular-coverage",
    jurisdiction="taicang",
    title_zh="“领事保护机制”全覆盖",
    title_en="Coverage of consular protection",
    procedure="consular-protection",
    variant="coverage",
    citation=_cite(ITEM_65, "推进“领事保护机制”全覆盖"),
    owners=OWNERS_65,
    measure=Metric.RATIO,
    figure=StatedFigure(operator=Operator.AT_LEAST, value=Decimal(100), unit="%"),
    binding=UNDATED,
    parent="sz-24-consular-coverage",
    relation=Relation.EQUAL,
)

INVITATION = Commitment(
    id="tc-65-invitation",
    jurisdiction="taicang",
    title_zh="外国人来华邀请网上申报",
    title_en="Online filing of invitations to foreigners",
    procedure="foreigner-invitation",
    variant="*",
    citation=_cite(ITEM_65, "贯彻实施外国人来华邀请网上申报机制和“不见面审批”，推行苏州市“外国人来华邀请电子管理系统”"),
    owners=OWNERS_65,
    measure=Metric.QUALITATIVE,
    binding=UNDATED,
    parent="sz-24-invitation-system",
    relation=Relation.EQUAL,
)

COMMITMENTS = (
    ONE_THING,
    AGENTS,
    ONE_WINDOW,
    CITYWIDE,
    FINANCE_ACCESS,
    FIRST_LOAN,
    BANKRUPTCY,
    BANKRUPTCY_STREAMS,
    DEREGISTRATION,
    DEREGISTRATION_ZONE,
    DEREGISTRATION_PLATFORM,
    COMPANY_SETUP,
    COMPANY_SETUP_FEE,
    PROPERTY_CERTIFICATE,
    PROPERTY_ONLINE,
    CONSTRUCTION_GOVERNMENT,
    CONSTRUCTION_GENERAL,
    CONSTRUCTION_LAND_WITH_SCHEME,
    CONSTRUCTION_SMALL,
    ONE_DRAWING_REVIEW,
    REVIEW_EXEMPTION,
    SEGMENTED_PERMIT,
    TAX_HOURS,
    WATER_NO_PIPE,
    WATER_PIPE_NO_APPROVAL,
    WATER_PIPE_APPROVAL,
    JOINT_SURVEY,
    POWER_LOW,
    POWER_MEDIUM,
    GAS_NO_PIPE,
    GAS_PIPE_NO_APPROVAL,
    GAS_PIPE_APPROVAL,
    CUSTOMS_HALF,
    SINGLE_WINDOW,
    EXIT_ENTRY_POINTS,
    EXIT_ENTRY_ANYTIME,
    CONSULAR_COVERAGE,
    INVITATION,
)
