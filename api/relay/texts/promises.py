"""Words of the alerts about what was promised: steps, cases, departments, commitments."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from api.alerting.model import Severity
from api.relay.texts import titles
from api.relay.texts.numbers import days_over, due, percentage, plain, used
from api.relay.texts.words import Fired, Said, Words
from sla.commitments.commitment import Operator
from sla.commitments.register import REGISTER

UNITS = {"%": "%", "小时": "hours"}  # of a figure, where a number alone would not do

# --- steps ------------------------------------------------------------------------------------------------------------


def _step_due_soon(fired: Fired) -> Said:
    on = _on_step(fired)
    return Said(
        Words(f"{on.zh}即将到期", f"{on.en} is due soon"),
        _step_facts(fired, used(fired.value)),
        Words("到期前办结并登记。", "complete the step, and say so here, before it is due."),
    )


def _step_overdue(fired: Fired) -> Said:
    on, late = _on_step(fired), days_over(fired.value)
    return Said(
        Words(f"{on.zh}{late.zh}", f"{on.en}, {late.en}"),
        _step_facts(fired, late),
        Words(
            "立即办结并登记；已办结的请补登办结时间；有法定中止事由的请补登。",
            "complete the step now; if it is done, post when it was; if a ground suspends it, post the ground.",
        ),
    )


def _on_step(fired: Fired) -> Words:
    case, step = fired.label("case_id"), _step(fired)
    return Words(f"案件 {case} 环节「{step.zh}」", f"case {case}, step {step.en}")


def _step_facts(fired: Fired, state: Words) -> Words:
    case, procedure, step = fired.label("case_id"), _procedure(fired), _step(fired)
    department, until, promise = _department(fired), due(fired.due_at), _promise(fired)
    return Words(
        f"案件 {case}（{procedure.zh}）环节「{step.zh}」，经办：{department.zh}。\n"
        f"{until.zh}，{state.zh}。{promise.zh}",
        f"Case {case} ({procedure.en}), step {step.en}, with {department.en}.\n{until.en}, {state.en}.{promise.en}",
    )


# --- cases ------------------------------------------------------------------------------------------------------------


def _case_due_soon(fired: Fired) -> Said:
    on, ratio = _on_case(fired), percentage(fired.value)
    return Said(
        Words(f"{on.zh}已用承诺时限的 {ratio}", f"{on.en} has used {ratio} of its promised time"),
        _case_facts(fired, used(fired.value)),
        Words("查看案件页，催办仍未办结的环节。", "see on the case's page which steps are open, and press for them."),
    )


def _case_overdue(fired: Fired) -> Said:
    on, late = _on_case(fired), days_over(fired.value)
    return Said(
        Words(f"{on.zh}超过承诺时限：{late.zh}", f"{on.en} has passed its promised date, {late.en}"),
        _case_facts(fired, late),
        Words(
            "由牵头单位负责人督办，当日答复办结时间。",
            "the head of the leading office takes it over, and says today when it will be decided.",
        ),
    )


def _on_case(fired: Fired) -> Words:
    case, procedure = fired.label("case_id"), _procedure(fired)
    return Words(f"案件 {case}（{procedure.zh}）", f"case {case} ({procedure.en})")


def _case_facts(fired: Fired, state: Words) -> Words:
    case, procedure = fired.label("case_id"), _procedure(fired)
    department, until, promise = _department(fired), due(fired.due_at), _promise(fired)
    return Words(
        f"案件 {case}（{procedure.zh}），牵头：{department.zh}。\n{until.zh}，{state.zh}。{promise.zh}",
        f"Case {case} ({procedure.en}), led by {department.en}.\n{until.en}, {state.en}.{promise.en}",
    )


# --- departments ------------------------------------------------------------------------------------------------------


def _overdue_ratio_high(fired: Fired) -> Said:
    department, ratio = _department(fired), percentage(fired.value)
    return Said(
        Words(f"{department.zh}在办环节逾期率 {ratio}", f"{department.en}: {ratio} of the open steps are overdue"),
        Words(
            f"{department.zh}在办（未中止）环节中 {ratio} 已逾期，不少于 3 个。",
            f"Of the open steps of {department.en} that are not suspended {ratio} are overdue, three at least.",
        ),
        Words(
            "不是个案：请负责人核查人手、系统与前置环节。",
            "this is no single case: look for people, systems or earlier steps that are missing.",
        ),
    )


def _backlog_growing(fired: Fired) -> Said:
    department, procedure, number = _department(fired), _procedure(fired), plain(fired.value)
    return Said(
        Words(
            f"{department.zh}「{procedure.zh}」在办案件积压增长",
            f"{department.en}: the backlog of {procedure.en} grows",
        ),
        Words(
            f"{department.zh}「{procedure.zh}」在办 {number} 件，比一周前多四分之一以上：收件快于办结。",
            f"{department.en} has {number} open cases of {procedure.en}, more than a quarter above a week ago: "
            "more come in than are decided.",
        ),
        Words("增派人手或分流，防止集中逾期。", "add people or spread the work before many fall due at once."),
    )


# --- commitments ------------------------------------------------------------------------------------------------------


def _average_exceeded(fired: Fired) -> Said:
    commitment = _commitment(fired)
    return Said(
        Words(
            f"承诺「{commitment.zh}」本年平均用时超过承诺",
            f"{commitment.en}: this year's average exceeds the promise",
        ),
        _mean_facts(fired, Words("本年平均用时", "this year's average")),
        Words("向主管部门报告，并优先办理用时较长的在办案件。", "report it, and decide the longest open cases first."),
    )


def _average_forecast(fired: Fired) -> Said:
    commitment = _commitment(fired)
    mean = Words("在办案件即使今日全部办结，本年平均用时也将", "the average, were every open case decided today,")
    return Said(
        Words(
            f"承诺「{commitment.zh}」本年平均用时将超过承诺",
            f"{commitment.en}: this year's average is about to exceed the promise",
        ),
        _mean_facts(fired, mean),
        Words("优先办理用时较长的在办案件。", "decide the longest open cases first."),
    )


def _target_missed(fired: Fired) -> Said:
    commitment, number = _commitment(fired), _in_unit(fired, fired.value)
    promise, target = _promise(fired), _target(fired)
    if fired.label("severity") == Severity.CRITICAL:
        return Said(
            Words(f"承诺「{commitment.zh}」未达标", f"{commitment.en}: the target is missed"),
            Words(
                f"「{commitment.zh}」最近一次观测为 {number.zh}，承诺{target.zh}。{promise.zh}",
                f"{commitment.en}: the latest observation is {number.en}, promised is {target.en}.{promise.en}",
            ),
            Words(
                "向主管部门报告，核实依据；录错的请更正并由他人确认。",
                "report it, check the evidence; what was told wrongly is corrected and confirmed by another.",
            ),
        )
    return Said(
        Words(f"承诺「{commitment.zh}」按目前进度将不达标", f"{commitment.en}: at this pace the target will be missed"),
        Words(
            f"「{commitment.zh}」按目前进度将为 {number.zh}，承诺{target.zh}。{promise.zh}",
            f"{commitment.en}: at this pace it will be {number.en}, promised is {target.en}.{promise.en}",
        ),
        Words("与责任单位商定赶上进度的措施。", "agree with who answers for it how to catch up."),
    )


def _observation_overdue(fired: Fired) -> Said:
    commitment, days, promise = _commitment(fired), plain(fired.value), _promise(fired)
    return Said(
        Words(f"承诺「{commitment.zh}」的观测逾期", f"{commitment.en}: an observation is overdue"),
        Words(
            f"「{commitment.zh}」应有新的观测，已逾期 {days} 天。{promise.zh}",
            f"{commitment.en}: the next observation has been due for {days} days.{promise.en}",
        ),
        Words(
            "请责任单位提供数据与依据，录入并由他人确认。",
            "ask who answers for it for number and evidence, record it, and let another confirm it.",
        ),
    )


def _target(fired: Fired) -> Words:
    found = REGISTER.get(fired.label("commitment"))
    if found is None or found.figure is None:
        return Words("应已落实", "that it is in place")
    signs = {Operator.AT_MOST: ("不超过", "at most"), Operator.MORE_THAN: ("超过", "more than"),
             Operator.EXACTLY: ("", "")}  # fmt: skip
    zh, en = signs.get(found.figure.operator, ("不低于", "at least"))
    number = _in_unit(fired, float(found.figure.value))
    return Words(f"{zh} {number.zh}".strip(), f"{en} {number.en}".strip())


def _in_unit(fired: Fired, value: float) -> Words:
    found = REGISTER.get(fired.label("commitment"))
    if found is None or found.figure is None:
        return Words("未落实", "not in place")
    shown, unit = f"{value:.2f}".rstrip("0").rstrip("."), found.figure.unit.removesuffix("/年")
    return Words(f"{shown} {unit}", f"{shown} {UNITS.get(unit, '')}".strip())


def _mean_facts(fired: Fired, mean: Words) -> Words:
    commitment, promise, found = _commitment(fired), _promise(fired), REGISTER.get(fired.label("commitment"))
    most = "?" if found is None or found.limit is None else f"{found.limit.amount.normalize():f}"
    decided = "?" if fired.decided is None else fired.decided
    return Words(
        f"「{commitment.zh}」{mean.zh}为 {fired.value:.1f} 个工作日，承诺不超过 {most} 个；"
        f"本年已办结 {decided} 件。{promise.zh}",
        f"{commitment.en}: {mean.en} is {fired.value:.1f} working days, promised are at most {most};"
        f" {decided} cases decided this year.{promise.en}",
    )


def _department(fired: Fired) -> Words:
    return titles.department(fired.label("department"))


def _procedure(fired: Fired) -> Words:
    return titles.procedure(fired.label("procedure"))


def _step(fired: Fired) -> Words:
    return titles.step(fired.label("procedure"), fired.label("step"))


def _commitment(fired: Fired) -> Words:
    return titles.commitment(fired.label("commitment"))


def _promise(fired: Fired) -> Words:
    return titles.promise(fired.label("commitment"))


SAID: Mapping[str, Callable[[Fired], Said]] = MappingProxyType(
    {
        "ShixianStepDueSoon": _step_due_soon,
        "ShixianStepOverdue": _step_overdue,
        "ShixianCaseDueSoon": _case_due_soon,
        "ShixianCaseOverdue": _case_overdue,
        "ShixianDepartmentOverdueRatioHigh": _overdue_ratio_high,
        "ShixianBacklogGrowing": _backlog_growing,
        "ShixianAverageCommitmentExceeded": _average_exceeded,
        "ShixianAverageCommitmentForecastBreach": _average_forecast,
        "ShixianTargetMissed": _target_missed,
        "ShixianObservationOverdue": _observation_overdue,
    }
)
