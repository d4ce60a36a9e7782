"""Overview: how much is open, what is overdue, what comes next, and whether the watch itself is awake."""

from datetime import timedelta

from api.alerting.model import KEEP
from api.alerting.promise_alerts import ENOUGH
from api.alerting.records import CASES, OPEN_CASES, STEPS, STEPS_OF_PROCEDURE
from deploy.grafana import limits, variables
from deploy.grafana.pages.commitments import averages, broken
from deploy.grafana.pages.shared import DEPARTMENT, both, by_standing, coverage, heartbeat, next_steps, oldest_cases
from deploy.grafana.parts import BLUE, INSTANT, RED, YELLOW, Column, Page, Row, number, rows
from deploy.grafana.queries import OVERDUE, business_now, firing, milliseconds, of, titled

FIRST = 20
KEPT = KEEP // timedelta(minutes=1)
_CRITICAL = firing('severity="critical"')
_COUNTED = ("alertname", "severity", "department")
_SEVERITIES = {"critical": ("红牌 critical", RED), "warning": ("黄牌 warning", YELLOW), "info": ("提醒 info", BLUE)}

_NOW = Row(
    "现在 Now",
    (
        number(
            "在办案件 Open cases",
            both("已受理、未办结的案件。", "Cases that are accepted and not decided."),
            f"sum({of(OPEN_CASES)})",
            width=3,
        ),
        number(
            "超期案件 Overdue cases",
            both(
                "主要时钟已过期而未办结的案件，含平均承诺的案件（一件超过平均不算失守，不列入下表）。按“超期最久的案件”逐件督办。",
                "Open cases past the due date of their main clock. A case that is judged by an average counts here, though "
                "it breaks nothing alone and is not in the table. Take up each in “Oldest overdue cases”.",
            ),
            f"sum({of(CASES, OVERDUE)})",
            steps=limits.ANY,
            width=3,
        ),
        number(
            "在办环节 Open steps",
            both("等待某个部门办理的环节。", "Steps that wait for a department."),
            f"sum({of(STEPS_OF_PROCEDURE)})",
            width=3,
        ),
        number(
            "超期环节 Overdue steps",
            both(
                "已过内部计划期限的环节，案件本身可能仍在期。到“部门”页看是谁的。",
                "Steps past their planning target; the case may still be in time. The page of departments says whose.",
            ),
            f"sum({of(STEPS, OVERDUE)})",
            steps=limits.SOME,
            width=3,
        ),
        number(
            "红牌告警 Critical alerts",
            both(
                "正在触发的红牌告警。看下方告警表和 docs/runbooks。",
                "Critical alerts that fire. See the table below and docs/runbooks.",
            ),
            f"count({_CRITICAL}) or vector(0)",
            steps=limits.ANY,
            width=3,
        ),
        number(
            "失守的平均承诺 Averages broken",
            both(
                f"本年平均用时超过承诺的条数，不论件数多少；满 {ENOUGH} 件才告警。到“承诺”页看是哪几条。",
                f"Promises whose average of this year is exceeded, however few the cases; an alert needs {ENOUGH}. The page of "
                "commitments says which.",
            ),
            f"sum({broken()}) or vector(0)",
            steps=limits.ANY,
            width=3,
        ),
        heartbeat(width=3),
        number(
            "业务时间 Business time",
            both(
                "期限按此时间判断；演练时与真实时间不同。",
                "Dates are judged by this time; in a rehearsal it is not the time of day.",
            ),
            f"max({milliseconds(business_now())})",
            unit=INSTANT,
            width=3,
        ),
    ),
)
_STANDING = Row(
    "在办 Open",
    (
        by_standing(
            "案件 Cases",
            both(
                "在办案件按状态。红色增长：看下方两张表。",
                "Open cases by how they stand. If red grows, see the tables below.",
            ),
            CASES,
        ),
        by_standing(
            "环节 Steps",
            both("在办环节按状态，含中止。", "Open steps by how they stand, suspended ones too."),
            STEPS,
        ),
    ),
)
_DATES = Row(
    "日期 Dates",
    (
        oldest_cases(
            "超期最久的案件 Oldest overdue cases",
            both(
                f"到期最早的超期案件，最多 {FIRST} 件。由牵头单位负责人督办。",
                f"Overdue cases that were due first, {FIRST} at most. The head of the leading office takes them over.",
            ),
            FIRST,
        ),
        next_steps(
            "最近到期的环节 Steps due next",
            both(
                f"尚未到期、最先到期的 {FIRST} 个环节。请在到期前办结并登记。",
                f"The {FIRST} steps that are due next. Complete and post them before that.",
            ),
            FIRST,
        ),
    ),
)
_ALERTS = Row(
    "告警与承诺 Alerts and promises",
    (
        rows(
            "正在触发的告警 Alerts firing",
            both(
                f"按名称、级别和部门计数；办结后最多再留 {KEPT} 分钟。处置手册在 docs/runbooks，与告警同名。",
                f"Counted by name, severity and department; one stays up to {KEPT} minutes after the step or case is done. The "
                "runbook of the same name is in docs/runbooks.",
            ),
            (
                Column("alertname", "告警 Alert"),
                Column("severity", "级别 Severity", words=_SEVERITIES),
                Column("owner", DEPARTMENT),
                Column("Value", "个 Count"),
            ),
            titled(f"count by ({', '.join(_COUNTED)}) ({firing()})", *_COUNTED),
            sort="级别 Severity",
            width=10,
        ),
        averages(width=14),
    ),
)
_CALENDAR = Row("日历 Calendar", (coverage(width=24),))

PAGE = Page(
    "shixian-overview",
    "时限总览 Shixian overview",
    "在办、超期、最近到期、告警、承诺、日历。What is open, overdue, due next; alerts, promises, calendar.",
    (variables.source(), variables.job("shixian_open_steps")),
    (_NOW, _STANDING, _DATES, _ALERTS, _CALENDAR),
)
