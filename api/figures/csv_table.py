"""A report as a table for spreadsheets: UTF-8 with the mark that they read Chinese by, one row for each figure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from api.figures.month import Report
from api.figures.promise_standings import CommitmentStanding
from api.figures.shown import FigureShown, ForecastShown, PromiseShown
from api.views.case import cited
from api.views.cells import MARK, table
from sla.cohort import TakenOverCases

STANDING = "standing"  # in place of a window


class SheetHead(NamedTuple):
    """Of which month a table is, and when and for whom it was made."""

    month: str
    rehearsal_rate: int
    generated_at: datetime
    generated_by: str
    taken_over_cases: TakenOverCases


class SheetLine(NamedTuple):
    """What a row is made of: a figure of a promise, or how a promise stands."""

    head: SheetHead
    promise: PromiseShown | CommitmentStanding
    figure: FigureShown | CommitmentStanding


def _elapsed(line: SheetLine) -> ForecastShown | None:
    return getattr(getattr(line.figure, "forecast", None), "elapsed", None)


def _due(line: SheetLine) -> ForecastShown | None:
    return getattr(getattr(line.figure, "forecast", None), "due", None)


def _of(where: Callable[[SheetLine], Any], name: str) -> Callable[[SheetLine], object]:
    return lambda line: getattr(where(line), name, None)


def _head(name: str) -> Callable[[SheetLine], object]:
    return _of(lambda line: line.head, name)


def _promise(name: str) -> Callable[[SheetLine], object]:
    return _of(lambda line: line.promise, name)


def _figure(name: str) -> Callable[[SheetLine], object]:
    return _of(lambda line: line.figure, name)


def _cohort(name: str) -> Callable[[SheetLine], object]:
    return _of(lambda line: getattr(line.figure, "cohort", None), name)


def _ramp_up(name: str) -> Callable[[SheetLine], object]:
    return _of(lambda line: getattr(line.figure, "ramp_up", None), name)


def _taken_over(name: str) -> Callable[[SheetLine], object]:
    return _of(lambda line: getattr(line.figure, "taken_over", None), name)


def _cited(name: str) -> Callable[[SheetLine], object]:
    return _of(
        lambda line: (
            line.promise.citation if isinstance(line.promise, PromiseShown) else cited(line.promise.commitment)
        ),
        name,
    )


def _standing(name: str) -> Callable[[SheetLine], object]:
    return lambda line: getattr(line.figure, name) if isinstance(line.figure, CommitmentStanding) else None


def _window(line: SheetLine) -> object:
    return STANDING if isinstance(line.figure, CommitmentStanding) else line.figure.window


COLUMNS: Mapping[str, Callable[[SheetLine], object]] = MappingProxyType(
    {
        "月份 month": _head("month"),
        "承诺 commitment": _promise("commitment"),
        "事项 title_zh": _promise("title_zh"),
        "title_en": _promise("title_en"),
        "口径 measure": _promise("measure"),
        "上限 limit": _promise("limit"),
        "单位 unit": _promise("unit"),
        "地区 jurisdiction": _figure("jurisdiction"),
        "部门 department": _figure("department"),
        "部门名称 department_zh": _figure("department_zh"),
        "department_en": _figure("department_en"),
        "期间 window": _window,
        "起 first": _figure("first"),
        "止 until": _figure("until"),
        "办结件数 n": _cohort("n"),
        "合计用时 total": _cohort("total"),
        "平均 mean": _cohort("mean"),
        "中位数 median": _cohort("median"),
        "九成以内 p90": _cohort("p90"),
        "最长 maximum": _cohort("maximum"),
        "最长办件 longest": _cohort("longest"),
        "按时 on_time": _cohort("on_time"),
        "按时率 on_time_share": _cohort("on_time_share"),
        "如报按时 on_time_as_told": _cohort("on_time_as_told"),
        "如报按时率 on_time_as_told_share": _cohort("on_time_as_told_share"),
        "均值达标 kept": _cohort("kept"),
        "生效前件数 ramp_up_n": _ramp_up("n"),
        "生效前按时率 ramp_up_on_time_share": _ramp_up("on_time_share"),
        "接管件数 taken_over_n": _taken_over("n"),
        "接管平均 taken_over_mean": _taken_over("mean"),
        "接管按时率 taken_over_on_time_share": _taken_over("on_time_share"),
        "接管是否计入 taken_over_cases": _head("taken_over_cases"),
        "到期日暂定 provisional": _figure("provisional"),
        "超出日历未计 uncounted": _figure("uncounted"),
        "在办 open": _figure("open"),
        "在办接管 open_taken_over": _figure("open_taken_over"),
        "在办到期日暂定 open_provisional": _figure("open_provisional"),
        "在办超出日历 open_uncounted": _figure("open_uncounted"),
        "按已用预测件数 elapsed_n": _of(_elapsed, "n"),
        "按已用预测平均 elapsed_mean": _of(_elapsed, "mean"),
        "按已用预测达标 elapsed_kept": _of(_elapsed, "kept"),
        "按到期预测件数 due_n": _of(_due, "n"),
        "按到期预测平均 due_mean": _of(_due, "mean"),
        "按到期预测达标 due_kept": _of(_due, "kept"),
        "状态 standing": _standing("standing"),
        "判定依据 by": _standing("by"),
        "目标 target": _standing("target"),
        "测得 measured": _standing("measured"),
        "按进度 expected": _standing("expected"),
        "最近观测 observed_last": _standing("observed_last"),
        "观测逾期天数 overdue_days": _standing("overdue_days"),
        "待确认 waiting": _standing("waiting"),
        "已更正 corrected": _standing("corrected"),
        "文件 document": _cited("title"),
        "条目 item": _cited("item"),
        "原文 quote": _cited("quote"),
        "演练倍率 rehearsal_rate": _head("rehearsal_rate"),
        "生成时间 generated_at": _head("generated_at"),
        "生成人 generated_by": _head("generated_by"),
    }
)


def sheet(report: Report) -> str:
    """Return a month's whole table; a column is described in docs/averages.md by the name that ends its heading."""
    made = report.generated_at, report.generated_by
    head = SheetHead(report.month, report.rehearsal_rate, *made, report.taken_over_cases)
    figures = _figures(head, report.promises)
    return _written((*figures, *(SheetLine(head, one, one) for one in report.standings)))


def figures_sheet(head: SheetHead, promises: Iterable[PromiseShown]) -> str:
    """Return the figures of promises in the columns of a month's table."""
    return _written(_figures(head, promises))


def _figures(head: SheetHead, promises: Iterable[PromiseShown]) -> Iterator[SheetLine]:
    for promise in promises:
        yield from (SheetLine(head, promise, figure) for figure in (*promise.windows, *promise.places))


def _written(lines: Iterable[SheetLine]) -> str:
    return MARK + table([COLUMNS, *([value(line) for value in COLUMNS.values()] for line in lines)])
