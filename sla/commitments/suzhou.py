"""The commitments of 苏委发〔2020〕1号, Suzhou, in the order of its items."""

from datetime import date
from decimal import Decimal

from sla.clock import Limit, Unit
from sla.commitments.commitment import Binding, BindingBasis, Commitment, Metric, Operator, Owners, StatedFigure
from sla.sources import SUZHOU, Citation

ITEM_19 = ("19", "19.提高亲商服务水平")
ITEM_20 = ("20", "20.完善公平竞争市场秩序")
ITEM_21 = ("21", "21.缩短行政审批时限")
ITEM_22 = ("22", "22.提升企业水电气获取便利度")
ITEM_23 = ("23", "23.加快企业通关速度")
ITEM_24 = ("24", "24.优化出入境服务")
CLOSING = ("尾", "(closing clause)")

FROM_START = Binding(
    from_day=date(2020, 1, 1), words="本文件自 2020 年 1 月 1 日起执行", basis=BindingBasis.CLOSING_CLAUSE
)
AT_END_OF_2020 = Binding(from_day=date(2020, 12, 31), words="到2020年末", basis=BindingBasis.CLAUSE)
BY_END_OF_2020 = Binding(from_day=date(2020, 12, 31), words="2020 年底前", basis=BindingBasis.CLAUSE)
SINCE_2020 = Binding(from_day=date(2020, 1, 1), words="从 2020 年起", basis=BindingBasis.CLAUSE)
UNTIL_END_OF_2020 = Binding(from_day=date(2020, 12, 31), words="到 2020 年底", basis=BindingBasis.CLAUSE)

OWNERS_19 = Owners(responsible=("市金融监管局",))
OWNERS_20 = Owners(responsible=("市中级人民法院", "市行政审批局", "市税务局"))
OWNERS_21 = Owners(responsible=("市行政审批局", "市资源规划局"))
OWNERS_21_CONSTRUCTION = Owners(responsible=("市住建局", "市资源规划局", "市行政审批局"))
OWNERS_22_GAS = Owners(responsible=("市住建局", "市燃气集团"))
OWNERS_22_POWER = Owners(responsible=("苏州供电公司",))
OWNERS_22_WATER = Owners(responsible=("市水务局", "市水务集团"))
OWNERS_23 = Owners(responsible=("市口岸办", "市各海关"))
OWNERS_24 = Owners(responsible=("市外办",))
OWNERS_24_EXIT_ENTRY = Owners(responsible=("市公安局",))

CHAIN_READING = (
    "whether a day on which several offices hold the project counts once or for each is not said: once (setting chain_total)",
    "whether environment, energy and soil belong to it is not said: they do not (setting parallel_line_counts)",
    "which projects the end of 2020 binds is not said: those accepted from that day on (setting construction_binds_by)",
)
COHORT_READING = ("neither the period nor the cohort is said: by day of completion, month and year to date",)


def _cite(item: tuple[str, str], quote: str) -> Citation:
    number, heading = item
    return Citation(document=SUZHOU, item=number, heading=heading, quote=quote)


COMPANY_AND_PROPERTY = _cite(
    ITEM_21,
    "持续优化业务流程，实现企业开办 2 个工作日、不动产登记 3 个工作日内完成审批，达到世界银行营商环境评价全球前沿水平。",
)
LAND_OR_SMALL = _cite(ITEM_21, "带方案出让用地的社会投资项目及小型社会投资项目，审批时间控制在 40 个工作日内")

FINANCE_ACCESS = Commitment(
    id="sz-19-finance-access",
    jurisdiction="suzhou",
    title_zh="综合金融服务平台企业接入率",
    title_en="Enterprises on the finance platform",
    procedure="finance-platform",
    variant="enterprise access",
    citation=_cite(ITEM_19, "到2020年末，实现综合金融服务平台企业接入率达15%"),
    owners=OWNERS_19,
    measure=Metric.RATIO,
    figure=StatedFigure(operator=Operator.AT_LEAST, value=Decimal(15), unit="%"),
    binding=AT_END_OF_2020,
)

FIRST_LOAN = Commitment(
    id="sz-19-first-loan",
    jurisdiction="suzhou",
    title_zh="小微企业首贷率",
    title_en="First loans of small and micro enterprises",
    procedure="finance-platform",
    variant="small/micro first loan",
    citation=_cite(ITEM_19, "小微企业首贷率超过10%"),
    owners=OWNERS_19,
    measure=Metric.RATIO,
    figure=StatedFigure(operator=Operator.MORE_THAN, value=Decimal(10), unit="%"),
    binding=AT_END_OF_2020,
)

AGENCY = Commitment(
    id="sz-19-agency",
    jurisdiction="suzhou",
    title_zh="代办服务",
    title_en="Agents who act for applicants",
    procedure="agency-service",
    variant="*",
    citation=_cite(ITEM_19, "全面推行代办服务，建立代办服务机制，公布代办项目目录清单。"),
    owners=Owners(responsible=("市行政审批局",)),
    measure=Metric.QUALITATIVE,
    binding=FROM_START,
    notes="an agent acts on behalf of the applicant",
)

BANKRUPTCY = Commitment(
    id="sz-20-bankruptcy",
    jurisdiction="suzhou",
    title_zh="简单破产案件审结",
    title_en="Simple bankruptcy cases concluded",
    procedure="bankruptcy",
    variant="simple case",
    citation=_cite(ITEM_20, "简单破产案件原则上在 6 个月内审结"),
    owners=OWNERS_20,
    measure=Metric.CASE_IN_PRINCIPLE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(6), unit="月"),
    limit=Limit(amount=Decimal(6), unit=Unit.MONTH),
    binding=FROM_START,
    notes="soft, and in calendar months; a court is no approval office",
)

BANKRUPTCY_STREAMS = Commitment(
    id="sz-20-bankruptcy-streams",
    jurisdiction="suzhou",
    title_zh="破产案件繁简分流",
    title_en="Simple and complex bankruptcy cases apart",
    procedure="bankruptcy",
    variant="*",
    citation=_cite(ITEM_20, "推进破产案件繁简分流"),
    owners=OWNERS_20,
    measure=Metric.QUALITATIVE,
    binding=FROM_START,
)

DEREGISTRATION_PLATFORM = Commitment(
    id="sz-20-deregistration-platform",
    jurisdiction="suzhou",
    title_zh="企业注销“一网通办”",
    title_en="Deregistration on the one-net platform",
    procedure="deregistration",
    variant="*",
    citation=_cite(ITEM_20, "将企业注销纳入“一网通办”平台办理"),
    owners=OWNERS_20,
    measure=Metric.QUALITATIVE,
    binding=FROM_START,
)

DEREGISTRATION_ZONE = Commitment(
    id="sz-20-deregistration-zone",
    jurisdiction="suzhou",
    title_zh="企业注销网上服务专区",
    title_en="Online zone for deregistration",
    procedure="deregistration",
    variant="*",
    citation=_cite(ITEM_20, "建立企业注销网上服务专区"),
    owners=OWNERS_20,
    measure=Metric.QUALITATIVE,
    binding=FROM_START,
)

COMPANY_SETUP = Commitment(
    id="sz-21-company-setup",
    jurisdiction="suzhou",
    title_zh="企业开办",
    title_en="Company setup",
    procedure="company-setup",
    variant="standard",
    citation=COMPANY_AND_PROPERTY,
    owners=OWNERS_21,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(2), unit="工作日"),
    limit=Limit(amount=Decimal(2)),
    binding=FROM_START,
    core=True,
    interpretation=(
        "the closing words of the clause are taken to govern both numbers in it",
        "what setting up a company comprises is not defined: the steps of the procedure are taken",
    ),
)

PROPERTY_REGISTRATION = Commitment(
    id="sz-21-property-registration",
    jurisdiction="suzhou",
    title_zh="不动产登记",
    title_en="Real-estate registration",
    procedure="property-registration",
    variant="all",
    citation=COMPANY_AND_PROPERTY,
    owners=OWNERS_21,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(3), unit="工作日"),
    limit=Limit(amount=Decimal(3)),
    ends=("register-entry",),
    binding=FROM_START,
    core=True,
    interpretation=(
        "no type of registration is named: every type is held to it",
        "审批 is taken to be complete with the entry in the register, not with the certificate",
    ),
)

CONSTRUCTION_GOVERNMENT = Commitment(
    id="sz-21-construction-gov",
    jurisdiction="suzhou",
    title_zh="政府投资项目审批时间",
    title_en="Approval time of a government-investment project",
    procedure="construction-approval",
    variant="government-investment",
    citation=_cite(
        ITEM_21,
        "除重大工程建设项目外，2020 年底前实现政府投资项目从申报立项、选址、规划许可、施工许可直至竣工验收，审批时间控制在 80 个工作日内",
    ),
    owners=OWNERS_21_CONSTRUCTION,
    measure=Metric.CHAIN,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(80), unit="工作日"),
    limit=Limit(amount=Decimal(80)),
    binding=BY_END_OF_2020,
    exclusions=("除重大工程建设项目外",),
    core=True,
    interpretation=CHAIN_READING,
    notes="runs from 申报立项 to 竣工验收; approval time, not the elapsed span",
)

CONSTRUCTION_GENERAL = Commitment(
    id="sz-21-construction-general",
    jurisdiction="suzhou",
    title_zh="一般社会投资项目审批时间",
    title_en="Approval time of a general social-investment project",
    procedure="construction-approval",
    variant="general-social-investment",
    citation=_cite(ITEM_21, "一般社会投资项目，审批时间控制在 60 个工作日内"),
    owners=OWNERS_21_CONSTRUCTION,
    measure=Metric.CHAIN,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(60), unit="工作日"),
    limit=Limit(amount=Decimal(60)),
    binding=BY_END_OF_2020,
    exclusions=("除重大工程建设项目外",),
    core=True,
    interpretation=CHAIN_READING,
)

CONSTRUCTION_LAND_WITH_SCHEME = Commitment(
    id="sz-21-construction-land-with-scheme",
    jurisdiction="suzhou",
    title_zh="带方案出让用地项目审批时间",
    title_en="Approval time of a project on land sold with its scheme",
    procedure="construction-approval",
    variant="land-with-scheme",
    citation=LAND_OR_SMALL,
    owners=OWNERS_21_CONSTRUCTION,
    measure=Metric.CHAIN,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(40), unit="工作日"),
    limit=Limit(amount=Decimal(40)),
    binding=BY_END_OF_2020,
    exclusions=("除重大工程建设项目外",),
    core=True,
    interpretation=CHAIN_READING,
)

CONSTRUCTION_SMALL = Commitment(
    id="sz-21-construction-small",
    jurisdiction="suzhou",
    title_zh="小型社会投资项目审批时间",
    title_en="Approval time of a small social-investment project",
    procedure="construction-approval",
    variant="small-social-investment",
    citation=LAND_OR_SMALL,
    owners=OWNERS_21_CONSTRUCTION,
    measure=Metric.CHAIN,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(40), unit="工作日"),
    limit=Limit(amount=Decimal(40)),
    binding=BY_END_OF_2020,
    exclusions=("除重大工程建设项目外",),
    core=True,
    interpretation=CHAIN_READING,
)

TAX_HOURS = Commitment(
    id="sz-21-tax-hours",
    jurisdiction="suzhou",
    title_zh="企业全年纳税时间",
    title_en="Hours a year spent on taxes",
    procedure="tax-compliance",
    variant="annual hours",
    citation=_cite(ITEM_21, "到 2020 年底将企业全年纳税时间减少到 100 小时"),
    owners=Owners(responsible=("市税务局",)),
    measure=Metric.ANNUAL_EFFORT,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(100), unit="小时/年"),
    binding=UNTIL_END_OF_2020,
    notes="hours of effort in a year; no clock of a case",
)

ONE_DRAWING_REVIEW = Commitment(
    id="sz-21-one-drawing-review",
    jurisdiction="suzhou",
    title_zh="多图一审",
    title_en="One review of all drawings",
    procedure="construction-approval",
    variant="*",
    citation=_cite(ITEM_21, "全面施行多图一审，合并原独立审查的消防、人防、技防等技术审查"),
    owners=OWNERS_21_CONSTRUCTION,
    measure=Metric.QUALITATIVE,
    binding=FROM_START,
    core=True,
    notes="one review with an opinion each on fire, civil air defence and security, never a clock each",
)

REVIEW_EXEMPTION = Commitment(
    id="sz-21-review-exemption",
    jurisdiction="suzhou",
    title_zh="免于施工图审查",
    title_en="Exemption from drawing review",
    procedure="construction-approval",
    variant="*",
    citation=_cite(ITEM_21, "明确免于施工图审查类型和规模，提高施工图审查效率"),
    owners=OWNERS_21_CONSTRUCTION,
    measure=Metric.QUALITATIVE,
    binding=FROM_START,
    core=True,
    notes="a step that depends on the project; which types and sizes are exempt is not listed",
)

SEGMENTED_PERMIT = Commitment(
    id="sz-21-segmented",
    jurisdiction="suzhou",
    title_zh="分段许可、分段施工",
    title_en="Permits and works in segments",
    procedure="construction-approval",
    variant="*",
    citation=_cite(ITEM_21, "对有条件的工程建设项目实施分段许可、分段施工。"),
    owners=OWNERS_21_CONSTRUCTION,
    measure=Metric.QUALITATIVE,
    binding=FROM_START,
    core=True,
    notes="several construction permits of one project, beside the works",
)

WATER_NO_PIPE = Commitment(
    id="sz-22-water-no-pipe",
    jurisdiction="suzhou",
    title_zh="用水（无增设管线）",
    title_en="Water, no new pipe",
    procedure="water-connection",
    variant="no-new-pipe",
    citation=_cite(ITEM_22, "用水方面，无增设管线的，办结时间不超过 4 个工作日"),
    owners=OWNERS_22_WATER,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(4), unit="工作日"),
    limit=Limit(amount=Decimal(4)),
    binding=FROM_START,
    core=True,
)

WATER_PIPE_NO_APPROVAL = Commitment(
    id="sz-22-water-pipe-no-approval",
    jurisdiction="suzhou",
    title_zh="用水（有增设管线、无需审批）",
    title_en="Water, new pipe without permits",
    procedure="water-connection",
    variant="new-pipe-no-approval",
    citation=_cite(ITEM_22, "有增设管线但无需办理行政审批的，办结时间不超过 9 个工作日"),
    owners=OWNERS_22_WATER,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(9), unit="工作日"),
    limit=Limit(amount=Decimal(9)),
    binding=FROM_START,
    core=True,
)

WATER_PIPE_APPROVAL = Commitment(
    id="sz-22-water-pipe-approval",
    jurisdiction="suzhou",
    title_zh="用水（有增设管线、需审批）",
    title_en="Water, new pipe with permits",
    procedure="water-connection",
    variant="new-pipe-with-approval",
    citation=_cite(ITEM_22, "有增设管线且需办理行政审批的，平均办结时间不超过 30 个工作日"),
    owners=OWNERS_22_WATER,
    measure=Metric.AVERAGE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(30), unit="工作日"),
    limit=Limit(amount=Decimal(30)),
    binding=FROM_START,
    core=True,
    interpretation=COHORT_READING,
    notes="an average, unlike its two neighbours and unlike the gas sentence of the same form",
)

POWER_LOW = Commitment(
    id="sz-22-power-low",
    jurisdiction="suzhou",
    title_zh="低压客户平均接电时间",
    title_en="Mean connection time, low voltage",
    procedure="electricity-connection",
    variant="low-voltage",
    citation=_cite(ITEM_22, "用电方面，从 2020 年起，低压客户报装平均接电时间缩至 7 个工作日以内"),
    owners=OWNERS_22_POWER,
    measure=Metric.AVERAGE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(7), unit="工作日"),
    limit=Limit(amount=Decimal(7)),
    binding=SINCE_2020,
    core=True,
    interpretation=COHORT_READING,
    notes="an average, measured until the customer is energised",
)

POWER_MEDIUM = Commitment(
    id="sz-22-power-medium",
    jurisdiction="suzhou",
    title_zh="10（20）千伏客户平均接电时间",
    title_en="Mean connection time, 10 (20) kV",
    procedure="electricity-connection",
    variant="medium-voltage-10-20kv",
    citation=_cite(ITEM_22, "10（20）千伏客户报装平均接电时间缩至 35 个工作日以内"),
    owners=OWNERS_22_POWER,
    measure=Metric.AVERAGE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(35), unit="工作日"),
    limit=Limit(amount=Decimal(35)),
    binding=SINCE_2020,
    core=True,
    interpretation=COHORT_READING,
    notes="an average, measured until the customer is energised",
)

GAS_NO_PIPE = Commitment(
    id="sz-22-gas-no-pipe",
    jurisdiction="suzhou",
    title_zh="用气（无需增设管线）",
    title_en="Gas, no new pipe",
    procedure="gas-connection",
    variant="no-new-pipe",
    citation=_cite(ITEM_22, "用气方面，无需增设管线的，办结时间不超过 3 个工作日"),
    owners=OWNERS_22_GAS,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(3), unit="工作日"),
    limit=Limit(amount=Decimal(3)),
    binding=FROM_START,
    core=True,
)

GAS_PIPE_NO_APPROVAL = Commitment(
    id="sz-22-gas-pipe-no-approval",
    jurisdiction="suzhou",
    title_zh="用气（需增设管线、无需审批）",
    title_en="Gas, new pipe without permits",
    procedure="gas-connection",
    variant="new-pipe-no-approval",
    citation=_cite(ITEM_22, "需增设管线但无需行政审批的，办结时间不超过 15 个工作日"),
    owners=OWNERS_22_GAS,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(15), unit="工作日"),
    limit=Limit(amount=Decimal(15)),
    binding=FROM_START,
    core=True,
)

GAS_PIPE_APPROVAL = Commitment(
    id="sz-22-gas-pipe-approval",
    jurisdiction="suzhou",
    title_zh="用气（需增设管线、需审批）",
    title_en="Gas, new pipe with permits",
    procedure="gas-connection",
    variant="new-pipe-with-approval",
    citation=_cite(ITEM_22, "需增设管线且需行政审批的，办结时间不超过 30 个工作日"),
    owners=OWNERS_22_GAS,
    measure=Metric.CASE,
    figure=StatedFigure(operator=Operator.AT_MOST, value=Decimal(30), unit="工作日"),
    limit=Limit(amount=Decimal(30)),
    binding=FROM_START,
    core=True,
    notes="a maximum for each case, where the water sentence of the same form is an average",
)

JOINT_SURVEY = Commitment(
    id="sz-22-parallel-joint-survey",
    jurisdiction="suzhou",
    title_zh="并联审批、联合踏勘",
    title_en="Parallel permits and one joint survey",
    procedure="utilities",
    variant="*",
    citation=_cite(ITEM_22, "通过压减环节、并联审批、联合踏勘等措施，切实提高企业用电用水用气服务水平。"),
    owners=Owners(responsible=("市水务局", "市水务集团", "苏州供电公司", "市住建局", "市燃气集团")),
    measure=Metric.QUALITATIVE,
    binding=FROM_START,
    core=True,
    notes="one visit for the water, power and gas cases of a site; permits beside each other",
)

CUSTOMS_HALF = Commitment(
    id="sz-23-customs-half",
    jurisdiction="suzhou",
    title_zh="进出口整体通关时间压缩",
    title_en="Customs clearance time halved",
    procedure="customs-clearance",
    variant="import and export overall",
    citation=_cite(ITEM_23, "在 2020 年提前实现“5 年内进出口整体通关时间再压缩一半”的目标"),
    owners=OWNERS_23,
    measure=Metric.REDUCTION,
    figure=StatedFigure(operator=Operator.AT_LEAST, value=Decimal(50), unit="%"),
    binding=Binding(from_day=date(2020, 12, 31), words="2020 年", basis=BindingBasis.CLAUSE),
    interpretation=("the year from which the half is reckoned is not given",),
)

SINGLE_WINDOW = Commitment(
    id="sz-23-single-window",
    jurisdiction="suzhou",
    title_zh="国际业务申报“单一窗口”覆盖率",
    title_en="Coverage of the single window for trade",
    procedure="customs-clearance",
    variant="single window",
    citation=_cite(ITEM_23, "稳步推进国际业务申报“单一窗口”标准版应用，业务覆盖率达到 100%"),
    owners=OWNERS_23,
    measure=Metric.RATIO,
    figure=StatedFigure(operator=Operator.AT_LEAST, value=Decimal(100), unit="%"),
    binding=FROM_START,
    interpretation=("稳步推进 is taken as a target for the year, not as binding from its first day",),
)

INVITATION_SYSTEM = Commitment(
    id="sz-24-invitation-system",
    jurisdiction="suzhou",
    title_zh="外国人来华邀请电子管理系统",
    title_en="Electronic system for inviting foreigners",
    procedure="foreigner-invitation",
    variant="e-system",
    citation=_cite(ITEM_24, "到 2020 年底建成“外国人来华邀请电子管理系统”"),
    owners=OWNERS_24,
    measure=Metric.MILESTONE,
    figure=StatedFigure(operator=Operator.EXACTLY, value=Decimal(1), unit="系统"),
    binding=UNTIL_END_OF_2020,
)

INVITATION_ONLINE = Commitment(
    id="sz-24-invitation-online",
    jurisdiction="suzhou",
    title_zh="外国人来华邀请网上申报",
    title_en="Online filing of invitations to foreigners",
    procedure="foreigner-invitation",
    variant="*",
    citation=_cite(ITEM_24, "全面推进外国人来华邀请网上申报机制和“不见面审批”"),
    owners=OWNERS_24,
    measure=Metric.QUALITATIVE,
    binding=UNTIL_END_OF_2020,
)

CONSULAR_COVERAGE = Commitment(
    id="sz-24-consular-coverage",
    jurisdiction="suzhou",
    title_zh="“领事保护机制”全覆盖",
    title_en="Coverage of consular protection",
    procedure="consular-protection",
    variant="coverage",
    citation=_cite(ITEM_24, "推进“领事保护机制”全覆盖"),
    owners=Owners(responsible=("市外办", "市公安局")),
    measure=Metric.RATIO,
    figure=StatedFigure(operator=Operator.AT_LEAST, value=Decimal(100), unit="%"),
    binding=FROM_START,
    interpretation=("推进 makes it a target",),
    notes="全覆盖 is taken as 100 %",
)

EXIT_ENTRY_ANYTIME = Commitment(
    id="sz-24-anytime",
    jurisdiction="suzhou",
    title_zh="出入境办证随到随办",
    title_en="Exit-entry papers on arrival",
    procedure="exit-entry",
    variant="*",
    citation=_cite(ITEM_24, "实现出入境办证随到随办"),
    owners=OWNERS_24_EXIT_ENTRY,
    measure=Metric.QUALITATIVE,
    binding=FROM_START,
)

EXIT_ENTRY_SUBCENTRES = Commitment(
    id="sz-24-subcentres",
    jurisdiction="suzhou",
    title_zh="出入境受理分中心",
    title_en="Exit-entry sub-centres",
    procedure="exit-entry",
    variant="*",
    citation=_cite(ITEM_24, "在居住人口密度大、地理位置相对偏远地区增设出入境大厅受理分中心"),
    owners=OWNERS_24_EXIT_ENTRY,
    measure=Metric.QUALITATIVE,
    binding=FROM_START,
)

STRICTER_PREVAILS = Commitment(
    id="sz-doc-higher-no-stack",
    jurisdiction="suzhou",
    title_zh="就高不重复",
    title_en="The more favourable rule applies, once",
    procedure="*",
    variant="*",
    citation=_cite(CLOSING, "文件实施期间，本文件规定的政策与相关政策文件同类或重复的，按就高不重复原则实施。"),
    owners=Owners(),
    measure=Metric.QUALITATIVE,
    binding=Binding(
        from_day=date(2020, 1, 1), words="本文件自 2020 年 1 月 1 日起执行", basis=BindingBasis.CLOSING_CLAUSE
    ),
    interpretation=("it speaks of policies; that the stricter limit judges a case is a reading of it",),
    notes="of two rules of one kind the more favourable holds; they are never added up",
)

IN_FORCE = Commitment(
    id="sz-doc-effective",
    jurisdiction="suzhou",
    title_zh="文件施行日期",
    title_en="The day the document takes effect",
    procedure="*",
    variant="*",
    citation=_cite(CLOSING, "本文件自 2020 年 1 月 1 日起执行。"),
    owners=Owners(),
    measure=Metric.QUALITATIVE,
    binding=Binding(from_day=date(2020, 1, 1), words="2020 年 1 月 1 日", basis=BindingBasis.CLOSING_CLAUSE),
)

COMMITMENTS = (
    FINANCE_ACCESS,
    FIRST_LOAN,
    AGENCY,
    BANKRUPTCY,
    BANKRUPTCY_STREAMS,
    DEREGISTRATION_PLATFORM,
    DEREGISTRATION_ZONE,
    COMPANY_SETUP,
    PROPERTY_REGISTRATION,
    CONSTRUCTION_GOVERNMENT,
    CONSTRUCTION_GENERAL,
    CONSTRUCTION_LAND_WITH_SCHEME,
    CONSTRUCTION_SMALL,
    TAX_HOURS,
    ONE_DRAWING_REVIEW,
    REVIEW_EXEMPTION,
    SEGMENTED_PERMIT,
    WATER_NO_PIPE,
    WATER_PIPE_NO_APPROVAL,
    WATER_PIPE_APPROVAL,
    POWER_LOW,
    POWER_MEDIUM,
    GAS_NO_PIPE,
    GAS_PIPE_NO_APPROVAL,
    GAS_PIPE_APPROVAL,
    JOINT_SURVEY,
    CUSTOMS_HALF,
    SINGLE_WINDOW,
    INVITATION_SYSTEM,
    INVITATION_ONLINE,
    CONSULAR_COVERAGE,
    EXIT_ENTRY_ANYTIME,
    EXIT_ENTRY_SUBCENTRES,
    STRICTER_PREVAILS,
    IN_FORCE,
)
