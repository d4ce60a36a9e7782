"""A report as a table for spreadsheets: UTF-8 with the mark that they read Chinese by, one row for each figure."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from api.figures.month import Report
from api.figures.shown import FigureShown, ForecastShown, PromiseShown
from sla.axis import local

MARK = "\ufeff"
FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # how a cell begins that a spreadsheet program may run


class SheetLine(NamedTuple):
    """What a row is made of."""

    report: Report
    promise: PromiseShown
    figure: FigureShown


def _elapsed(line: SheetLine) -> ForecastShown | None:
    return None if line.figure.forecast is None else line.figure.forecast.elapsed


def _due(line: SheetLine) -> ForecastShown | None:
    return None if line.figure.forecast is None else line.figure.forecast.due


def _of(where: Callable[[SheetLine], Any], name: str) -> Callable[[SheetLine], object]:
    return lambda line: getattr(where(line), name, None)


def _report(name: str) -> Callable[[SheetLine], object]:
    return _of(lambda line: line.report, name)


def _promise(name: str) -> Callable[[SheetLine], object]:
    return _of(lambda line: line.promise, name)


def _figure(name: str) -> Callable[[SheetLine], object]:
    return _of(lambda line: line.figure, name)


def _cohort(name: str) -> Callable[[SheetLine], object]:
    return _of(lambda line: line.figure.cohort, name)


def _ramp_up(name: str) -> Callable[[SheetLine], object]:
    return _of(lambda line: line.figure.ramp_up, name)


def _cited(name: str) -> Callable[[SheetLine], object]:
    return _of(lambda line: line.promise.citation, name)


COLUMNS: Mapping[str, Callable[[SheetLine], object]] = MappingProxyType(
    {
        "月份 month": _report("month"),
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
        "期间 window": _figure("window"),
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
        "到期日暂定 provisional": _figure("provisional"),
        "超出日历未计 uncounted": _figure("uncounted"),
        "在办 open": _figure("open"),
        "在办到期日暂定 open_provisional": _figure("open_provisional"),
        "在办超出日历 open_uncounted": _figure("open_uncounted"),
        "按已用预测件数 elapsed_n": _of(_elapsed, "n"),
        "按已用预测平均 elapsed_mean": _of(_elapsed, "mean"),
        "按已用预测达标 elapsed_kept": _of(_elapsed, "kept"),
        "按到期预测件数 due_n": _of(_due, "n"),
        "按到期预测平均 due_mean": _of(_due, "mean"),
        "按到期预测达标 due_kept": _of(_due, "kept"),
        "文件 document": _cited("title"),
        "条目 item": _cited("item"),
        "原文 quote": _cited("quote"),
        "演练倍率 rehearsal_rate": _report("rehearsal_rate"),
        "生成时间 generated_at": _report("generated_at"),
        "生成人 generated_by": _report("generated_by"),
    }
)


def sheet(report: Report) -> str:
    """Return the whole table; a column is described in docs/averages.md by the name that ends its heading."""
    text = io.StringIO()
    text.write(MARK)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in _lines(report):
        writer.writerow(_cell(value(line)) for value in COLUMNS.values())
    return text.getvalue()


def _lines(report: Report) -> Iterator[SheetLine]:
    for promise in report.promises:
        yield from (SheetLine(report, promise, figure) for figure in (*promise.windows, *promise.places))


def _cell(value: object) -> str:
    """Text that is no formula: a cell that could be one begins with an apostrophe, which spreadsheets do not show."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return local(value).isoformat(timespec="seconds")
    if isinstance(value, date | int):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
