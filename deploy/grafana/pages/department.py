"""Department: what one department has on its desk, what of it is late, and how it has done."""

from api.alerting.promise_alerts import RED_CARD
from api.alerting.records import CASES, OVERDUE_RATIO, STEPS
from deploy.grafana import limits, variables
from deploy.grafana.pages.shared import both, by_standing, of_cases, of_steps
from deploy.grafana.parts import COUNT, INSTANT, RATIO, SECONDS, Page, Query, Row, lines, number
from deploy.grafana.queries import HERE, OVERDUE, milliseconds, of, one, since_business, titled

DUE_SOON = 'standing="due_soon"'
DEPARTMENT = HERE[0]
RATIO_OF_EACH = titled(f"max by (department) ({of(OVERDUE_RATIO, DEPARTMENT)})", "department")
OLDEST = one("shixian_oldest_overdue_step_due_timestamp_seconds", *HERE)


def _grown(metric: str, span: str, by: str = "") -> str:
    return f"sum{by} (increase({of(metric, *HERE)}[{span}]))"


def _in_range(metric: str) -> str:
    return _grown(metric, "$__range")


def _over_time(metric: str) -> str:
    return _grown(metric, "$__rate_interval")


_NOW = Row(
    "现在 Now",
    (
        number(
            "在办环节 Open steps",
            both("所选部门和事项等待办理的环节。", "Steps that wait for the chosen departments."),
            f"sum({of(STEPS, *HERE)})",
        ),
        number(
            "将到期 Due soon",
            both("将到计划期限的环节：请先办这些。", "Steps near their planning target: do these first."),
            f"sum({of(STEPS, *HERE, DUE_SOON)})",
            steps=limits.SOME,
        ),
        number(
            "超期环节 Overdue steps",
            both(
                "已过计划期限的环节：立即办结并登记；已办结的补登时间。",
                "Steps past their target: complete them now, or post when they were done.",
            ),
            f"sum({of(STEPS, *HERE, OVERDUE)})",
            steps=limits.SOME,
        ),
        number(
            "超期率 Overdue ratio",
            both(
                "未中止的在办环节中超期的比例，按部门（含全部事项）。超过一成且不少于三个、持续一小时即告警。",
                "Of the open steps that are not suspended, the share overdue, by department over all its procedures. More than "
                "a tenth, three at least, for an hour: an alert.",
            ),
            RATIO_OF_EACH,
            unit=RATIO,
            steps=limits.RATIO_OVERDUE,
            legend="{{owner}}",
        ),
        number(
            "最久超期环节的到期日 Oldest overdue step, due",
            both(
                "超期最久的环节原定到期日（业务时间）；无超期则为空。",
                "When the step that is overdue longest was due, in business time; empty where none is.",
            ),
            f"min({milliseconds(OLDEST)})",
            unit=INSTANT,
        ),
        number(
            "最久超期 Oldest overdue, age",
            both(
                "超期最久的环节已过到期日多久（业务时间，含非工作日）。",
                "How long ago that was in business time, days off included.",
            ),
            f"max({since_business(OLDEST)}) or vector(0)",
            unit=SECONDS,
        ),
    ),
)
_DESK = Row(
    "案头 On the desk",
    (
        of_steps(
            "在办环节 Open steps",
            both(
                f"每个在办环节：到期（业务时间）、已用比例、超期工作日（到期日当天为 0，{RED_CARD} 个工作日起红牌）。最先到期的在上。"
                "超出逐件上限的只计入总数。",
                "Each open step: due (business time), part of its time used, working days over (0 on the due date, the red "
                f"card from {RED_CARD}). First due on top. Those beyond the cap are in the totals alone.",
            ),
            *HERE,
        ),
        of_cases(
            "牵头的在办案件 Open cases it leads",
            both(
                "所选部门牵头的案件：到期、已用、超期。", "Cases that the chosen departments lead: due, used, overdue."
            ),
            *HERE,
        ),
    ),
)
_COURSE = Row(
    "变化 Over time",
    (
        by_standing("环节 Steps", both("在办环节按状态。", "Open steps by how they stand."), STEPS, *HERE),
        by_standing("案件 Cases", both("牵头案件按状态。", "Cases it leads by how they stand."), CASES, *HERE),
        lines(
            "超期率 Overdue ratio",
            both(
                "每个部门的超期率，虚线为告警线。",
                "The overdue ratio of each department; the dashed line is the alert's.",
            ),
            Query(RATIO_OF_EACH, "{{owner}}"),
            unit=RATIO,
            steps=limits.RATIO_OVERDUE,
        ),
        lines(
            "收件与办结 Accepted and decided",
            both(
                "每个采样间隔内受理和办结的案件。受理长期多于办结：积压增长。",
                "Cases accepted and decided in each interval. Where more are accepted for long, the backlog grows.",
            ),
            Query(_over_time("shixian_cases_accepted_total"), "受理 accepted"),
            Query(_over_time("shixian_cases_completed_total"), "办结 decided"),
        ),
        lines(
            "完成的环节 Steps completed",
            both(
                "每个采样间隔内完成的环节，其中超期的。", "Steps completed in each interval, and how many of them late."
            ),
            Query(_over_time("shixian_steps_completed_total"), "完成 completed"),
            Query(_over_time("shixian_steps_completed_late_total"), "其中超期 late"),
            colours={"其中超期 late": "red"},
        ),
    ),
)
_DONE = Row(
    "所选时段 In the chosen range",
    (
        number(
            "完成环节 Steps completed",
            both("所选时段内完成的环节（真实时间）。", "Steps completed within the chosen range of real time."),
            _in_range("shixian_steps_completed_total"),
            unit=COUNT,
            decimals=0,
            width=6,
        ),
        number(
            "环节按时率 Steps on time",
            both("其中在计划期限内完成的比例。", "The share of them that kept the planning target."),
            f"1 - {_in_range('shixian_steps_completed_late_total')} / ({_in_range('shixian_steps_completed_total')} > 0)",
            unit=RATIO,
            width=6,
        ),
        number(
            "办结案件 Cases decided",
            both("所选时段内办结的案件。", "Cases decided within the chosen range."),
            _in_range("shixian_cases_completed_total"),
            unit=COUNT,
            decimals=0,
            width=6,
        ),
        number(
            "案件按时率 Cases on time",
            both("其中按时办结的比例。", "The share of them decided in time."),
            f"1 - {_in_range('shixian_cases_completed_late_total')} / ({_in_range('shixian_cases_completed_total')} > 0)",
            unit=RATIO,
            width=6,
        ),
    ),
)

PAGE = Page(
    "shixian-department",
    "时限部门 Shixian departments",
    "一个部门的在办、超期、按时率。What a department has open and overdue, and how much it did in time.",
    (
        variables.source(),
        variables.job("shixian_open_steps"),
        variables.department(),
        variables.procedure(),
    ),
    (_NOW, _DESK, _COURSE, _DONE),
    since="now-7d",
)
