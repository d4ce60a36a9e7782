"""Grounds of suspension, each with its basis and the kinds of clocks that it stops."""

from workflows.procedure import Fact, Ground

LICENSING_45 = "行政许可法 45"
PAUSABLE = ("promise", "statutory", "stage", "step")

CORRECTION = Ground(
    key="correction",
    title_zh="补正材料",
    title_en="Correction by the applicant",
    basis="行政许可法 32；GB/T 39046 办理状态 6、7",
    stops=PAUSABLE,
)
HEARING = Ground(key="hearing", title_zh="听证", title_en="Hearing", basis=LICENSING_45, stops=PAUSABLE)
TENDER = Ground(key="tender", title_zh="招标", title_en="Tender", basis=LICENSING_45, stops=PAUSABLE)
AUCTION = Ground(key="auction", title_zh="拍卖", title_en="Auction", basis=LICENSING_45, stops=PAUSABLE)
INSPECTION = Ground(key="inspection", title_zh="检验", title_en="Inspection", basis=LICENSING_45, stops=PAUSABLE)
TESTING = Ground(key="testing", title_zh="检测", title_en="Testing", basis=LICENSING_45, stops=PAUSABLE)
QUARANTINE = Ground(key="quarantine", title_zh="检疫", title_en="Quarantine", basis=LICENSING_45, stops=PAUSABLE)
APPRAISAL = Ground(key="appraisal", title_zh="鉴定", title_en="Expert appraisal", basis=LICENSING_45, stops=PAUSABLE)
# Ordered by the authority it is the authority's time: whether it stops a promise is a reading (drafting.readings).
EXPERT_REVIEW = Ground(
    key="expert-review",
    title_zh="专家评审",
    title_en="Expert review",
    basis=LICENSING_45,
    stops=("statutory", "step"),
)
# 行政许可法 45 does not name it: it stops nothing unless another provision is recorded as its basis, or it is read so.
PUBLIC_NOTICE = Ground(
    key="public-notice", title_zh="公示", title_en="Public notice", basis="无（不在行政许可法 45 所列之内）", stops=()
)
PUBLIC_NOTICE_BY_LAW = Ground(
    key="public-notice-by-law",
    title_zh="依法公示、公告",
    title_en="Public notice required by a recorded provision",
    basis="另行记录的法定依据",
    stops=PAUSABLE,
)
# The applicant's own time never counts towards a promise; the statutory limit knows no such pause.
APPLICANT = Ground(
    key="applicant",
    title_zh="等待申请人",
    title_en="Waiting for the applicant",
    basis="申请人用时不计入审批用时",
    stops=("promise", "stage", "step"),
)
APPLICANT_WORKS = Ground(
    key="applicant-works",
    title_zh="申请人工程施工",
    title_en="Works of the applicant",
    basis="申请人用时不计入审批用时",
    stops=("promise", "stage", "step"),
)
TAX_PAYMENT = Ground(
    key="tax-payment",
    title_zh="申请人缴纳税费",
    title_en="Payment of taxes by the applicant",
    basis="契税暂行条例 11（2021年9月1日起：契税法 11）",
    stops=PAUSABLE,
)
# It says why these works do not count where a case was opened so.
EXTERNAL_WORKS = Ground(
    key="external-works",
    title_zh="红线外工程（按设置不计入）",
    title_en="External works left out by a fact of the case",
    basis="external_works_counted",
    stops=(),
)
PRE_CHAIN = Ground(
    key="pre-chain", title_zh="审批链开始之前", title_en="Before the chain begins", basis="自申报立项起算", stops=()
)
OWN_CLOCK = Ground(
    key="own-clock", title_zh="并行推进，另行计时", title_en="A line with its own time", basis="并行推进事项", stops=()
)
LAND = Ground(
    key="land-acquisition",
    title_zh="申请人取得土地（招拍挂、划拨）",
    title_en="The applicant acquires the land",
    basis="申请人用时不计入审批用时",
    stops=("promise", "stage", "step"),
)
WORKS = Ground(
    key="works",
    title_zh="施工",
    title_en="Construction works",
    basis="申请人用时不计入审批用时",
    stops=("promise", "stage", "step"),
)

EXTERNAL_WORKS_COUNTED = Fact(
    key="external_works_counted", title_zh="红线外工程计入办结时间", title_en="External works count", default=True
)

# Why a step does not count: nobody suspends a case on one of these.
OF_STEPS_ALONE = frozenset({EXTERNAL_WORKS.key, PRE_CHAIN.key, OWN_CLOCK.key})

SPECIAL_PROCEDURES = (HEARING, TENDER, AUCTION, INSPECTION, TESTING, QUARANTINE, APPRAISAL, EXPERT_REVIEW)
COMMON = (CORRECTION, *SPECIAL_PROCEDURES, PUBLIC_NOTICE, PUBLIC_NOTICE_BY_LAW, APPLICANT)
CONSTRUCTION = (PRE_CHAIN, LAND, WORKS, OWN_CLOCK)
UTILITY = (*COMMON, APPLICANT_WORKS, EXTERNAL_WORKS)
