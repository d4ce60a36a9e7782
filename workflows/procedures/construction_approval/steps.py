"""The steps of a construction project, stage by stage."""

from workflows.drafting.steps import DECIDED, DONE, EXAMINED, by_applicant, workdays
from workflows.procedure import Begins, Outcome, Party, Step
from workflows.procedures.construction_approval.plan import COLUMNS, OWNERS, SEGMENTS, TARGETS

LAND_STAGE = ("1-land-and-project", "立项用地规划许可", "Project and land-use planning permit")
ENGINEERING_STAGE = ("2-engineering-permit", "工程建设许可", "Engineering permit")
PERMIT_STAGE = ("3-construction-permit", "施工许可", "Construction permit")
MERGED_STAGE = ("2-3-merged-permit", "工程建设许可与施工许可合并", "Engineering and construction permit merged")
COMPLETION_STAGE = ("4-completion-acceptance", "竣工验收", "Completion acceptance")

SCHEME_OPINIONS = ("交通", "园林绿化", "水务／排水", "人防", "文物（如涉及）")
DRAWING_OPINIONS = ("消防", "人防", "技防", "结构与公共安全")

FIRE_OUTCOMES = (
    Outcome(key="done", title_zh="验收合格", title_en="Accepted"),
    Outcome(key="not-drawn", title_zh="备案，未抽中", title_en="Filed, not drawn for a check"),
    Outcome(key="drawn", title_zh="备案，抽中并检查合格", title_en="Filed, drawn and checked"),
    EXAMINED[-1],
)


class PossibleSteps:
    """All the steps there may be, for one city and variant."""

    def __init__(
        self, jurisdiction: str, variant: str, *, segmented: bool, merged: bool, publicity_counts: bool
    ) -> None:
        self._owners = OWNERS[jurisdiction]
        column = COLUMNS.index(variant)
        planned = {step: targets[column] for step, targets in TARGETS[jurisdiction].items() if targets[column]}
        self._planned = planned | dict.fromkeys(SEGMENTS, planned["construction-permit"])
        self._segmented = segmented
        self._publicity_counts = publicity_counts
        self._engineering = MERGED_STAGE[0] if merged else ENGINEERING_STAGE[0]
        self._permit = MERGED_STAGE[0] if merged else PERMIT_STAGE[0]

    def steps(self) -> tuple[Step, ...]:
        return (
            *self._land(),
            *self._parallel(),
            *self._engineering_permit(),
            *self._construction_permit(),
            *self._completion(),
        )

    def _land(self) -> tuple[Step, ...]:
        stage = LAND_STAGE[0]
        code = self._uncounted(
            "project-code", "项目赋码与策划生成", "Project code and pre-planning", "reform", stage, "pre-chain"
        )
        land = by_applicant(
            "land-acquisition",
            "土地取得（招拍挂／划拨）",
            "Land acquisition",
            "feasibility-approval",
            "enterprise-project-filing",
            ground="land-acquisition",
            stage=stage,
        )
        return (
            code,
            self._counted(
                "project-proposal-approval",
                "项目建议书审批",
                "Project proposal approval",
                "approval",
                stage,
                "project-code",
            ),
            self._counted(
                "land-preexam-and-siting",
                "用地预审与选址意见书",
                "Land pre-examination and siting opinion",
                "planning",
                stage,
                "project-proposal-approval",
            ),
            self._counted(
                "feasibility-approval",
                "可行性研究报告审批",
                "Feasibility report approval",
                "approval",
                stage,
                "land-preexam-and-siting",
            ),
            self._counted(
                "enterprise-project-filing",
                "企业投资项目备案（核准）",
                "Enterprise project filing (or verification)",
                "approval",
                stage,
                "project-code",
            ),
            land,
            self._counted(
                "land-use-planning-permit",
                "建设用地规划许可证（用地批准）",
                "Land-use planning permit",
                "planning",
                stage,
                "land-acquisition",
            ),
        )

    def _parallel(self) -> tuple[Step, ...]:
        return (
            self._beside(
                "environmental-impact-approval", "环境影响评价审批", "Environmental impact approval", "environment"
            ),
            self._beside("energy-review", "节能审查", "Energy review", "reform"),
            self._beside("soil-conservation", "水土保持方案审批", "Soil conservation plan", "water"),
        )

    def _engineering_permit(self) -> tuple[Step, ...]:
        stage = self._engineering
        review = self._counted(
            "design-scheme-joint-review",
            "设计方案联合审查（并联征询）",
            "Joint review of the design scheme",
            "planning",
            stage,
            "scheme-design",
            outcomes=EXAMINED,
            opinions=SCHEME_OPINIONS,
        )
        return (
            by_applicant("scheme-design", "方案设计", "Scheme design", "land-use-planning-permit", stage=stage),
            review,
            self._publicity(stage),
            self._counted(
                "preliminary-design-approval",
                "初步设计及概算审批",
                "Preliminary design and budget approval",
                "approval",
                stage,
                "design-scheme-joint-review",
            ),
            self._counted(
                "project-planning-permit",
                "建设工程规划许可证",
                "Project planning permit",
                "planning",
                stage,
                "scheme-publicity",
            ),
        )

    def _publicity(self, stage: str) -> Step:
        names = ("scheme-publicity", "批前公示", "Publicity before approval", "planning", stage)
        if self._publicity_counts:
            counted = self._counted(*names, "design-scheme-joint-review", outcomes=DONE)
            return counted.model_copy(update={"ground": "public-notice"})
        return self._uncounted(*names, "public-notice-by-law", "design-scheme-joint-review")

    def _construction_permit(self) -> tuple[Step, ...]:
        stage = self._permit
        return (
            by_applicant(
                "drawing-preparation",
                "施工图设计",
                "Construction drawings",
                "project-planning-permit",
                "preliminary-design-approval",
                stage=stage,
            ),
            self._counted(
                "merged-drawing-review",
                "施工图多图一审",
                "Merged drawing review",
                "housing",
                stage,
                "drawing-preparation",
                outcomes=EXAMINED,
                opinions=DRAWING_OPINIONS,
            ),
            self._counted(
                "review-exemption-commitment",
                "免审告知承诺",
                "Exemption from drawing review by commitment",
                "housing",
                stage,
                "drawing-preparation",
                outcomes=EXAMINED,
            ),
            by_applicant(
                "construction-tender", "施工招标", "Works tender", "merged-drawing-review", ground="tender", stage=stage
            ),
            *self._permits(stage),
        )

    def _permits(self, stage: str) -> tuple[Step, ...]:
        drawn = ("merged-drawing-review", "review-exemption-commitment", "construction-tender")
        return (
            self._counted(
                "construction-permit",
                "施工许可证（含质量安全监督手续）",
                "Construction permit (with quality and safety supervision)",
                "permit",
                stage,
                *drawn,
                "project-planning-permit",
            ),
            self._counted(
                "foundation-permit",
                "施工许可证：桩基／基坑",
                "Construction permit: foundation",
                "permit",
                stage,
                "design-scheme-joint-review",
            ),
            self._counted(
                "below-ground-permit",
                "施工许可证：±0.00以下（地下室）",
                "Construction permit: below ground",
                "permit",
                stage,
                *drawn,
                "foundation-permit",
            ),
            self._counted(
                "superstructure-permit",
                "施工许可证：±0.00以上（主体）",
                "Construction permit: superstructure",
                "permit",
                stage,
                *drawn,
                "project-planning-permit",
            ),
        )

    def _completion(self) -> tuple[Step, ...]:
        stage = COMPLETION_STAGE[0]
        begun = "foundation-permit" if self._segmented else "construction-permit"
        permitted = SEGMENTS[1:] if self._segmented else ()
        checks = tuple(
            self._counted(*check, stage, "joint-acceptance-intake", outcomes=outcomes)
            for check, outcomes in (
                (
                    (
                        "planning-and-land-verification",
                        "规划核实与土地核验",
                        "Planning and land verification",
                        "planning",
                    ),
                    EXAMINED,
                ),
                (
                    ("fire-acceptance", "消防验收（备案抽查）", "Fire acceptance or filing check", "housing"),
                    FIRE_OUTCOMES,
                ),
                (
                    ("civil-air-defence-acceptance", "人防验收", "Civil-air-defence acceptance", "air-defence"),
                    EXAMINED,
                ),
                (("archive-acceptance", "城建档案验收", "Archive acceptance", "archive"), EXAMINED),
            )
        )
        return (
            by_applicant("construction-works", "施工", "Construction", begun, ground="works"),
            by_applicant(
                "joint-surveying",
                "联合测绘（多测合一）",
                "Joint surveying",
                "construction-works",
                *permitted,
                stage=stage,
            ),
            self._counted(
                "joint-acceptance-intake",
                "联合验收统一受理",
                "Joint acceptance intake",
                "housing",
                stage,
                "joint-surveying",
                outcomes=EXAMINED,
            ),
            *checks,
            by_applicant("rectification", "整改", "Rectification", *(check.key for check in checks), stage=stage),
            self._counted(
                "joint-acceptance-opinion",
                "联合验收意见书",
                "Joint acceptance opinion",
                "housing",
                stage,
                "rectification",
                outcomes=EXAMINED,
            ),
            self._counted(
                "completion-filing",
                "竣工验收备案",
                "Completion filing",
                "housing",
                stage,
                "joint-acceptance-opinion",
                outcomes=EXAMINED,
            ),
        )

    def _counted(
        self,
        key: str,
        title_zh: str,
        title_en: str,
        office: str,
        stage: str,
        *after: str,
        outcomes: tuple[Outcome, ...] = DECIDED,
        opinions: tuple[str, ...] = (),
    ) -> Step:
        """A step whose time runs from its own acceptance: what the applicant lets pass between two steps never counts."""
        return Step(
            key=key,
            title_zh=title_zh,
            title_en=title_en,
            party=Party.AUTHORITY,
            owner=self._owners[office],
            after=after,
            outcomes=outcomes,
            begins=Begins.START,
            target=workdays(self._planned[key]) if key in self._planned else None,
            stage=stage,
            opinions=opinions,
        )

    def _uncounted(
        self, key: str, title_zh: str, title_en: str, office: str, stage: str, ground: str, *after: str
    ) -> Step:
        return Step(
            key=key,
            title_zh=title_zh,
            title_en=title_en,
            party=Party.AUTHORITY,
            owner=self._owners[office],
            after=after,
            outcomes=DONE,
            counts=False,
            stage=stage,
            ground=ground,
        )

    def _beside(self, key: str, title_zh: str, title_en: str, office: str) -> Step:
        """A parallel line 并行推进: taken up by itself, outside the chain's limit, done before works begin."""
        return Step(
            key=key,
            title_zh=title_zh,
            title_en=title_en,
            party=Party.AUTHORITY,
            owner=self._owners[office],
            after=("project-code",),
            outcomes=EXAMINED,
            counts=False,
            begins=Begins.START,
            ground="own-clock",
            parallel_line=True,
            gates=("construction-works",),
        )
