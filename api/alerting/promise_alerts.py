"""Alerts about what was promised: steps, cases, departments, commitments."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from api.alerting.model import KEEP, Alert, Group, Scope, Severity
from api.alerting.records import (
    COMPLETED_MEAN,
    FORECAST_MEAN,
    OPEN_CASES,
    OVERDUE_RATIO,
    STEPS_OF_DEPARTMENT,
    TARGET,
    newest,
    of_all_departments,
)
from api.alerting.wording import (
    COMMITMENT,
    DEPARTMENT,
    PROCEDURE,
    STEP,
    Words,
    days_over,
    due,
    number,
    sentence,
    texts,
)

RED_CARD = 3  # working days after which an overdue step has the red card, where its procedure has no other number
SOON = 0.8  # of the time that there is
LATE_SHARE, LATE_STEPS = Decimal("0.1"), 3  # of a department's open steps that are overdue
ENOUGH = 5  # cases, below which a mean says nothing

STEP_OVERDUE = newest("shixian_case_step_overdue_workdays")
CASE_OVERDUE = newest("shixian_case_overdue_workdays")


# --- steps ------------------------------------------------------------------------------------------------------------

_ON_STEP = Words(
    f"案件 {{{{ $labels.case_id }}}} 环节「{STEP.zh}」",
    f"case {{{{ $labels.case_id }}}}, step {STEP.en}",
)
_STEP_DUE = due("shixian_case_step_due_timestamp_seconds", "case_id", "step")


def _step_facts(state: Words) -> Words:
    return Words(
        f"案件 {{{{ $labels.case_id }}}}（{PROCEDURE.zh}）环节「{STEP.zh}」，经办：{DEPARTMENT.zh}。\n"
        f"{_STEP_DUE.zh}，{state.zh}。{sentence().zh}",
        f"Case {{{{ $labels.case_id }}}} ({PROCEDURE.en}), step {STEP.en}, with {DEPARTMENT.en}.\n"
        f"{_STEP_DUE.en}, {state.en}.{sentence().en}",
    )


_USED = Words("已用时限的 {{ humanizePercentage $value }}", "{{ humanizePercentage $value }} of its time used")

_STEP_DUE_SOON = Alert(
    name="ShixianStepDueSoon",
    severity=Severity.INFO,
    scope=Scope.STEP,
    expression=(
        f"{newest('shixian_case_step_elapsed_ratio')} >= {SOON}\nunless on (case_id, step)\n{STEP_OVERDUE} >= 0"
    ),
    keep=KEEP,
    texts=texts(
        Severity.INFO,
        Scope.STEP,
        Words(f"{_ON_STEP.zh}即将到期", f"{_ON_STEP.en} is due soon"),
        _step_facts(_USED),
        Words("到期前办结并登记。", "complete the step, and say so here, before it is due."),
    ),
)


def _step_overdue(severity: Severity, expression: str) -> Alert:
    late = days_over()
    return Alert(
        name="ShixianStepOverdue",
        severity=severity,
        scope=Scope.STEP,
        expression=expression,
        keep=KEEP,
        texts=texts(
            severity,
            Scope.STEP,
            Words(f"{_ON_STEP.zh}{late.zh}", f"{_ON_STEP.en}, {late.en}"),
            _step_facts(late),
            Words(
                "立即办结并登记；已办结的请补登办结时间；有法定中止事由的请补登。",
                "complete the step now; if it is done, post when it was; if a ground suspends it, post the ground.",
            ),
        ),
    )


def _red_cards(thresholds: Mapping[str, int]) -> str:
    """Each procedure with a number of its own, and all others with the common one."""
    own = {procedure: days for procedure, days in sorted(thresholds.items()) if days != RED_CARD}
    if not own:
        return f"{STEP_OVERDUE} >= {RED_CARD}"
    parts = [_overdue("!~", "|".join(own), RED_CARD)]
    parts += [_overdue("=", name, days) for name, days in own.items()]
    return "\nor\n".join(parts)


def _overdue(match: str, procedures: str, days: int) -> str:
    return f"{newest(f'shixian_case_step_overdue_workdays{{procedure{match}{procedures!r}}}')} >= {days}"


def steps(red_cards: Mapping[str, int]) -> Group:
    """Steps; `red_cards`: working days until the red card, by procedure."""
    yellow = _step_overdue(Severity.WARNING, f"{STEP_OVERDUE} >= 0")
    red = _step_overdue(Severity.CRITICAL, _red_cards(red_cards))
    return Group(name="shixian-steps", alerts=(_STEP_DUE_SOON, yellow, red))


# --- cases ------------------------------------------------------------------------------------------------------------

_CASE_DUE = due("shixian_case_due_timestamp_seconds", "case_id")
_ON_CASE = Words(
    f"案件 {{{{ $labels.case_id }}}}（{PROCEDURE.zh}）", f"case {{{{ $labels.case_id }}}} ({PROCEDURE.en})"
)


def _case_facts(state: Words) -> Words:
    return Words(
        f"案件 {{{{ $labels.case_id }}}}（{PROCEDURE.zh}），牵头：{DEPARTMENT.zh}。\n"
        f"{_CASE_DUE.zh}，{state.zh}。{sentence().zh}",
        f"Case {{{{ $labels.case_id }}}} ({PROCEDURE.en}), led by {DEPARTMENT.en}.\n"
        f"{_CASE_DUE.en}, {state.en}.{sentence().en}",
    )


_OVER = days_over()

CASES = Group(
    name="shixian-cases",
    alerts=(
        Alert(
            name="ShixianCaseDueSoon",
            severity=Severity.WARNING,
            scope=Scope.CASE,
            expression=f"{newest('shixian_case_elapsed_ratio')} >= {SOON}\nunless on (case_id)\n{CASE_OVERDUE} >= 0",
            keep=KEEP,
            texts=texts(
                Severity.WARNING,
                Scope.CASE,
                Words(
                    f"{_ON_CASE.zh}已用承诺时限的 {{{{ humanizePercentage $value }}}}",
                    f"{_ON_CASE.en} has used {{{{ humanizePercentage $value }}}} of its promised time",
                ),
                _case_facts(_USED),
                Words(
                    "查看案件页，催办仍未办结的环节。",
                    "see on the case's page which steps are open, and press for them.",
                ),
            ),
        ),
        Alert(
            name="ShixianCaseOverdue",
            severity=Severity.CRITICAL,
            scope=Scope.CASE,
            expression=f"{CASE_OVERDUE} >= 0",
            keep=KEEP,
            texts=texts(
                Severity.CRITICAL,
                Scope.CASE,
                Words(
                    f"{_ON_CASE.zh}超过承诺时限：{_OVER.zh}", f"{_ON_CASE.en} has passed its promised date, {_OVER.en}"
                ),
                _case_facts(_OVER),
                Words(
                    "由牵头单位负责人督办，当日答复办结时间。",
                    "the head of the leading office takes it over, and says today when it will be decided.",
                ),
            ),
        ),
    ),
)


# --- departments ------------------------------------------------------------------------------------------------------

_OPEN_NOW = number(f"sum({OPEN_CASES}{{department=%q,procedure=%q}})", "department", "procedure")

DEPARTMENTS = Group(
    name="shixian-departments",
    alerts=(
        Alert(
            name="ShixianDepartmentOverdueRatioHigh",
            severity=Severity.CRITICAL,
            scope=Scope.DEPARTMENT,
            expression=(
                f"{OVERDUE_RATIO} > {LATE_SHARE}\nand ignoring (standing)\n"
                f'{STEPS_OF_DEPARTMENT}{{standing="overdue"}} >= {LATE_STEPS}'
            ),
            hold=timedelta(hours=1),
            keep=KEEP,
            texts=texts(
                Severity.CRITICAL,
                Scope.DEPARTMENT,
                Words(
                    f"{DEPARTMENT.zh}在办环节逾期率 {{{{ humanizePercentage $value }}}}",
                    f"{DEPARTMENT.en}: {{{{ humanizePercentage $value }}}} of the open steps are overdue",
                ),
                Words(
                    f"{DEPARTMENT.zh}在办（未中止）环节中 {{{{ humanizePercentage $value }}}} 已逾期，不少于 3 个。",
                    f"Of the open steps of {DEPARTMENT.en} that are not suspended {{{{ humanizePercentage $value }}}}"
                    " are overdue, three at least.",
                ),
                Words(
                    "不是个案：请负责人核查人手、系统与前置环节。",
                    "this is no single case: look for people, systems or earlier steps that are missing.",
                ),
            ),
        ),
        Alert(
            name="ShixianBacklogGrowing",
            severity=Severity.WARNING,
            scope=Scope.DEPARTMENT,
            expression=f"{OPEN_CASES} > 20\nand\n{OPEN_CASES} > 1.25 * ({OPEN_CASES} $offset)",
            hold=timedelta(hours=6),
            keep=KEEP,
            offset=timedelta(weeks=1),
            texts=texts(
                Severity.WARNING,
                Scope.DEPARTMENT,
                Words(
                    f"{DEPARTMENT.zh}「{PROCEDURE.zh}」在办案件积压增长",
                    f"{DEPARTMENT.en}: the backlog of {PROCEDURE.en} grows",
                ),
                Words(
                    f"{DEPARTMENT.zh}「{PROCEDURE.zh}」在办 {_OPEN_NOW} 件，比一周前多四分之一以上：收件快于办结。",
                    f"{DEPARTMENT.en} has {_OPEN_NOW} open cases of {PROCEDURE.en}, more than a quarter above a "
                    "week ago: more come in than are decided.",
                ),
                Words("增派人手或分流，防止集中逾期。", "add people or spread the work before many fall due at once."),
            ),
        ),
    ),
)


# --- commitments ------------------------------------------------------------------------------------------------------

_MEANS = "on (commitment)\n" + newest('shixian_commitment_info{statistic="mean"}')
_YEAR = 'window="year"'
_COMPLETED = of_all_departments(f"shixian_commitment_completed_cases{{{_YEAR}}}")
_FORECAST = of_all_departments(f'shixian_commitment_forecast_cases{{{_YEAR}, basis="elapsed"}}')
_EXCEEDED = (
    f"{COMPLETED_MEAN}{{{_YEAR}}}\n> ignoring (window) group_left ()\n{TARGET}\nand {_MEANS}\nand\n"
    f"{_COMPLETED} >= {ENOUGH}"
)
_BREACHING = (
    f'{FORECAST_MEAN}{{{_YEAR}, basis="elapsed"}}\n> ignoring (window, basis) group_left ()\n{TARGET}\nand {_MEANS}\n'
    f"and\n{_FORECAST} >= {ENOUGH}"
)
_TARGET = number(f"max({TARGET}{{commitment=%q}})", "commitment", form="%g")
_COUNT = number(f"sum(max by (department) (shixian_commitment_completed_cases{{commitment=%q,{_YEAR}}}))", "commitment")


def _mean_facts(zh: str, en: str) -> Words:
    return Words(
        f"「{COMMITMENT.zh}」{zh}为 {{{{ $value | printf `%.1f` }}}} 个工作日，承诺不超过 {_TARGET} 个；"
        f"本年已办结 {_COUNT} 件。{sentence().zh}",
        f"{COMMITMENT.en}: {en} is {{{{ $value | printf `%.1f` }}}} working days, promised are at most {_TARGET};"
        f" {_COUNT} cases decided this year.{sentence().en}",
    )


COMMITMENTS = Group(
    name="shixian-commitments",
    alerts=(
        Alert(
            name="ShixianAverageCommitmentExceeded",
            severity=Severity.CRITICAL,
            scope=Scope.COMMITMENT,
            expression=_EXCEEDED,
            hold=timedelta(minutes=30),
            keep=KEEP,
            texts=texts(
                Severity.CRITICAL,
                Scope.COMMITMENT,
                Words(
                    f"承诺「{COMMITMENT.zh}」本年平均用时超过承诺",
                    f"{COMMITMENT.en}: this year's average exceeds the promise",
                ),
                _mean_facts("本年平均用时", "this year's average"),
                Words(
                    "向主管部门报告，并优先办理用时较长的在办案件。",
                    "report it, and decide the longest open cases first.",
                ),
            ),
        ),
        Alert(
            name="ShixianAverageCommitmentForecastBreach",
            severity=Severity.WARNING,
            scope=Scope.COMMITMENT,
            expression=f"(\n{_BREACHING}\n)\nunless on (commitment) (\n{_EXCEEDED}\n)",
            hold=timedelta(hours=1),
            keep=timedelta(hours=1),
            texts=texts(
                Severity.WARNING,
                Scope.COMMITMENT,
                Words(
                    f"承诺「{COMMITMENT.zh}」本年平均用时将超过承诺",
                    f"{COMMITMENT.en}: this year's average is about to exceed the promise",
                ),
                _mean_facts(
                    "在办案件即使今日全部办结，本年平均用时也将", "the average, were every open case decided today,"
                ),
                Words("优先办理用时较长的在办案件。", "decide the longest open cases first."),
            ),
        ),
    ),
)
