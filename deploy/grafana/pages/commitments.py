"""Commitments: each promise, its sentence, and what became of it."""

from api.alerting.promise_alerts import ENOUGH
from api.alerting.records import COMPLETED_MEAN, FORECAST_MEAN, TARGET
from deploy.grafana import limits, variables
from deploy.grafana.pages.shared import both
from deploy.grafana.parts import (
    COUNT,
    GREEN,
    GREY,
    RATIO,
    RED,
    SECONDS,
    YELLOW,
    Column,
    Page,
    Panel,
    Query,
    Row,
    lines,
    rows,
    value_of,
)
from deploy.grafana.queries import of, one, titled
from sla.commitments.register import REGISTER
from sla.indicators import IndicatorVerdict, kind_of

CHOSEN = 'commitment=~"$commitment"'
MONTH, YEAR, ROLLING = 'window="month"', 'window="year"', 'window="rolling90"'
ELAPSED, DUE = 'basis="elapsed"', 'basis="due"'
ON_AVERAGE = 'statistic="mean"'
STATE = {"0": ("守住 kept", GREEN), "1": ("失守 broken", RED)}
TITLE, NAME = "承诺 Commitment", "编号 Name"
_TITLES = {
    each.id: (f"{each.title_zh} {each.title_en}", "text") for each in REGISTER.values() if kind_of(each) is not None
}
_STOOD = {
    IndicatorVerdict.KEPT.value: ("达标 kept", GREEN),
    IndicatorVerdict.LATE.value: ("迟达标 kept, but late", YELLOW),
    IndicatorVerdict.SHORT.value: ("未达标 short", RED),
    IndicatorVerdict.RAMP_UP.value: ("未到生效日 does not bind yet", GREY),
    IndicatorVerdict.NO_EVIDENCE.value: ("无依据 no evidence", GREY),
}
LIMIT = "承诺（工作日）Promised, workdays"


def _of_year(name: str, *matchers: str) -> str:
    return of(name, YEAR, *matchers)


def _by(what: str, expr: str) -> str:
    return f"{what} by (commitment) ({expr})"


def _cases(*matchers: str) -> str:
    """Decided this year, over all departments."""
    return _by("sum", one("shixian_commitment_completed_cases", YEAR, *matchers))


def _promised(titles: str, *matchers: str) -> str:
    """A row for each promise: what it allows."""
    info = f"max by (commitment, {titles}) ({of('shixian_commitment_info', *matchers)})"
    return f"{info} * on (commitment) group_left () {_by('max', of(TARGET))}"


def broken(*matchers: str) -> str:
    """1 where this year's mean is over what was promised on average. Exactly at the limit is kept."""
    return _on_average(f"({_of_year(COMPLETED_MEAN, *matchers)} > bool on (job, commitment) {of(TARGET)})")


def _on_average(expr: str) -> str:
    return f"{expr} and on (commitment) {of('shixian_commitment_info', ON_AVERAGE)}"


def averages(width: int) -> Panel:
    """Return the promises on averages, and whether this year keeps them."""
    exprs = (
        _promised("title_zh", ON_AVERAGE),
        _on_average(_by("max", _of_year(COMPLETED_MEAN))),
        _on_average(_cases()),
        _by("max", broken()),
    )
    return rows(
        "平均承诺 Promises on averages",
        both(
            f"本年办结案件的平均用时与承诺。失守：到“承诺”页看在办案件的预测，优先办理用时较长的案件。满 {ENOUGH} 件才告警。",
            "The mean of the cases decided this year beside the promise. Broken: see the forecast on the page of "
            f"commitments, and decide the longest open cases first. An alert needs {ENOUGH} cases.",
        ),
        (
            Column("title_zh", TITLE),
            Column("commitment", NAME),
            Column(value_of(0), LIMIT),
            Column(value_of(1), "本年平均 Mean of the year", decimals=2),
            Column(value_of(2), "件数 Cases"),
            Column(value_of(3), "状态 State", words=STATE),
        ),
        *exprs,
        sort="状态 State",
        descending=True,
        width=width,
    )


_TABLE = rows(
    "每条承诺 Each promise",
    both(
        "目标、出处、各时段平均用时和预测（工作日），件数，在办案件中已超期的件数。预测：在办案件按今日办结，或按到期日办结计入。"
        "承诺方式 mean 为平均，max 为每件；每件承诺看超期件数，不看平均。",
        "Target, sentence, means and forecasts in working days, cases, and open cases that are overdue. The forecasts count "
        "open cases as if decided today, or on their due dates. Of a promise for each case (max) the overdue cases "
        "tell, not the mean.",
    ),
    (
        Column("title_zh", TITLE),
        Column("commitment", NAME),
        Column("statistic", "方式 Statistic"),
        Column("document", "文件 Document"),
        Column("item", "条目 Item"),
        Column(value_of(0), LIMIT),
        Column(value_of(1), "本月平均 Month", decimals=2),
        Column(value_of(2), "本年平均 Year", decimals=2),
        Column(value_of(3), "近90天平均 Rolling 90 days", decimals=2),
        Column(value_of(4), "预测（今日办结）Forecast, elapsed", decimals=2),
        Column(value_of(5), "预测（到期办结）Forecast, due", decimals=2),
        Column(value_of(6), "本年件数 Cases of the year"),
        Column(value_of(7), "在办超期 Open, overdue"),
        Column(value_of(8), "平均承诺 Average", words=STATE),
    ),
    _promised("title_zh, statistic, document, item", CHOSEN),
    *(_by("max", of(COMPLETED_MEAN, window, CHOSEN)) for window in (MONTH, YEAR, ROLLING)),
    *(_by("max", _of_year(FORECAST_MEAN, basis, CHOSEN)) for basis in (ELAPSED, DUE)),
    _cases(CHOSEN),
    _by("count", one("shixian_case_overdue_workdays", CHOSEN)),
    _by("max", broken(CHOSEN)),
    sort=NAME,
    height=14,
)


_INDICATORS = rows(
    "无案件承诺 Promises that no case measures",
    both(
        "按观测记录判定的每条承诺：状态、目标、最近一次观测（承诺自身的单位；有日期的依据为 1 或 0），按现有进度是否会落空，下一次观测逾期多久。"
        "无依据：录入观测并由他人确认。逾期：按手册 ShixianObservationOverdue 处理。",
        "Each promise by what was observed of it: how it stands, its target and the latest observation in its own unit (dated "
        "evidence is 1 or 0), whether it will be short at this pace, and for how long the next observation is overdue. No "
        "evidence: record an observation, and have another confirm it. Overdue: see the runbook ShixianObservationOverdue.",
    ),
    (
        Column("commitment", TITLE, words=_TITLES),
        Column("standing", "状态 Standing", words=_STOOD),
        Column(value_of(0), "目标 Target"),
        Column(value_of(1), "最近观测 Latest", decimals=2),
        Column(value_of(2), "按进度 At this pace", words={"0": ("", GREEN), "1": ("将落空 will be short", YELLOW)}),
        Column(value_of(3), "观测逾期 Observation overdue", SECONDS, limits.SOME),
    ),
    f"{_by('max', one('shixian_indicator_target'))} * on (commitment) group_left (standing) "
    f"max by (commitment, standing) ({one('shixian_indicator_standing')} == 1)",
    _by("max", one("shixian_indicator_measured")),
    _by("max", one("shixian_indicator_in_danger")),
    _by("max", one("shixian_indicator_observation_overdue_seconds")),
    sort="状态 Standing",
    height=14,
)


def _against_target(title: str, description: str, expr: str) -> Panel:
    return lines(
        title,
        description,
        Query(titled(_by("max", expr), "commitment"), "{{promise}} {{commitment}}"),
        Query(_by("max", f"{of(TARGET, CHOSEN)} and on (job, commitment) {expr}"), "{{commitment}} 承诺 promised"),
        unit=COUNT,
    )


_ON_TIME = _by("sum", one("shixian_commitment_completed_on_time_cases", YEAR, CHOSEN))

_TIME = Row(
    "变化 Over time",
    (
        _against_target(
            "本年平均 Mean of the year",
            both(
                "年初至今的平均用时（工作日）与承诺；先选一条承诺。",
                "Mean since the first of January in working days, beside the promise; choose one commitment first.",
            ),
            _of_year(COMPLETED_MEAN, CHOSEN),
        ),
        _against_target(
            "近90天平均 Mean of 90 days",
            both(
                "最近九十天的平均用时（工作日）与承诺。上升：下月可能失守。",
                "Mean of 90 days in working days. Where it rises, the year will follow.",
            ),
            of(COMPLETED_MEAN, ROLLING, CHOSEN),
        ),
        _against_target(
            "预测：今日全部办结 Forecast, elapsed",
            both(
                "在办案件若今日全部办结，本年平均将是多少；高于承诺即已无法挽回，除非更多案件提前办结。",
                "This year's mean if every open case were decided today. Above the promise: only more short cases can save it.",
            ),
            _of_year(FORECAST_MEAN, ELAPSED, CHOSEN),
        ),
        _against_target(
            "预测：到期办结 Forecast, due",
            both(
                "在办案件若都在到期日办结，本年平均将是多少。高于承诺：需要提前办结。",
                "This year's mean if every open case were decided on its due date. Above the promise: decide earlier.",
            ),
            _of_year(FORECAST_MEAN, DUE, CHOSEN),
        ),
        lines(
            "办结件数 Cases decided",
            both(
                f"本年至今办结的件数；少于 {ENOUGH} 件的平均不说明问题。",
                f"Cases decided this year; a mean of fewer than {ENOUGH} says nothing.",
            ),
            Query(titled(f"{_cases(CHOSEN)} > 0", "commitment"), "{{promise}} {{commitment}}"),
        ),
        lines(
            "按时办结率 Share on time",
            both(
                "本年至今办结的案件中在承诺时限内的比例；平均承诺则为不超过该数的比例。低：到“部门”页看超期环节。",
                "Of the cases decided this year the share within the promised time; of a promise on an average, within its "
                "number. Low: see the page of departments.",
            ),
            Query(titled(f"{_ON_TIME} / ({_cases(CHOSEN)} > 0)", "commitment"), "{{promise}} {{commitment}}"),
            unit=RATIO,
        ),
    ),
)

PAGE = Page(
    "shixian-commitments",
    "时限承诺 Shixian commitments",
    "每条公开承诺：目标、出处、平均、预测。Each public promise: target, sentence, means, forecasts.",
    (variables.source(), variables.job("shixian_commitment_info"), variables.commitment()),
    (Row("承诺 Promises", (_TABLE,)), _TIME, Row("观测 Observed", (_INDICATORS,))),
    since="now-30d",
)
