"""Averages against their promises, and the month's report, over HTTP."""

from collections.abc import Iterator
from decimal import Decimal
from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from api.cli.cases import Fields, sentence
from api.cli.client import get, path
from api.cli.output import Json, print_json, print_table, say
from api.cli.reading import maybe_day
from api.figures.csv_table import sheet
from api.figures.html_page import page
from api.figures.month import MONTH, Format, Report
from api.figures.words import TAKEN_OVER_CASES, WINDOWS, percent, two_places
from sla.cohort import TakenOverCases, Window

COLUMNS = (
    "承诺 commitment",
    "期间 period",
    "件数 n",
    "平均 mean",
    "中位 median",
    "九成 p90",
    "最长 max",
    "上限 limit",
    "按时 on time",
    "如报 as told",
    "均值达标 kept",
)
KEPT = {True: "是 yes", False: "否 no", None: None}
FORECASTS = (
    "承诺 commitment",
    "期间 period",
    "在办 open",
    "按已用 if finished now",
    "达标 kept",
    "按到期 if finished when due",
    "达标 kept",
    "上限 limit",
)


def averages(
    commitment: Annotated[str | None, typer.Option(help="承诺 · one commitment")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="地区 · of the cases")] = None,
    department: Annotated[
        str | None, typer.Option(help="部门 · that answers for the promise, such as tc-reform")
    ] = None,
    until: Annotated[str | None, typer.Option(help="截止日 · up to this day; today where left out")] = None,
    places: Annotated[
        bool, typer.Option("--places", help="分地区、部门 · each jurisdiction and department too")
    ] = False,
    json: Json = False,
) -> None:
    """平均用时 · Show the decided cases of each commitment against its promise, and what the open ones will make of it."""
    asked = {
        "commitment": commitment, "jurisdiction": jurisdiction, "department": department,
        "until": maybe_day(until, "--until"),
    }  # fmt: skip
    found = get(path("averages"), asked, json=json)
    if json:
        print_json(found)
        return
    if found["taken_over_cases"] == TakenOverCases.LEFT_OUT:
        say("\n".join(TAKEN_OVER_CASES[TakenOverCases.LEFT_OUT]))
    rows = [row for one in found["averages"] for row in _rows(one, places=places)]
    print_table(f"截至 until {found['until']}", COLUMNS, rows)
    expected = [row for one in found["averages"] for row in _forecasts(one)]
    if expected:
        print_table("预测，连同在办 forecast with the open cases", FORECASTS, expected)
    if commitment is not None:
        for one in found["averages"]:
            sentence(one["citation"])


def report(
    month: Annotated[str, typer.Option(help="月份 · such as 2026-10")],
    format_: Annotated[Format, typer.Option("--format", help="格式 · a page to print, a table, or JSON")] = Format.HTML,
    output: Annotated[
        Path | None, typer.Option(help="文件 · where to write it; standard output where left out")
    ] = None,
    json: Json = False,
) -> None:
    """月报 · Write the month's report: each figure beside its promise and its sentence."""
    if not MONTH.fullmatch(month):
        raise typer.BadParameter("a month such as '2026-10' [bad-month]", param_hint="--month")
    found = get(path("reports", month), {"format": Format.JSON}, json=json)
    text = _written(found, Format.JSON if json else format_).encode()
    if output is None:
        typer.echo(text, nl=False)
        return
    output.write_bytes(text)
    say(str(output))


def _written(found: Fields, form: Format) -> str:
    if form is Format.JSON:
        return dumps(found, ensure_ascii=False, indent=2) + "\n"
    read = Report.model_validate(found)
    return sheet(read) if form is Format.CSV else page(read)


def _rows(one: Fields, *, places: bool) -> Iterator[tuple[object, ...]]:
    """A row for each month and each window."""
    yield from ((one["commitment"], month["month"], *_cohort(month["of_month"], one)) for month in one["months"])
    for figure in one["windows"]:
        name = " ".join(WINDOWS[Window(figure["window"])])
        yield (one["commitment"], name, *_cohort(figure["cohort"], one))
        if figure["ramp_up"]["n"]:
            yield (one["commitment"], f"{name}：生效前 ramp-up", *_cohort(figure["ramp_up"], one))
        if figure["taken_over"]["n"]:
            yield (one["commitment"], f"{name}：接管 taken over", *_cohort(figure["taken_over"], one))
    for figure in one["places"] if places else ():
        name = f"{' '.join(WINDOWS[Window(figure['window'])])}：{figure['department'] or figure['jurisdiction']}"
        yield (one["commitment"], name, *_cohort(figure["cohort"], one))


def _forecasts(one: Fields) -> Iterator[tuple[object, ...]]:
    """A row for each window that open cases will change."""
    for figure in one["windows"]:
        if figure["open"] and figure["forecast"]:
            name, limit = " ".join(WINDOWS[Window(figure["window"])]), f"{one['limit']} {one['unit']}"
            now, due = figure["forecast"]["elapsed"], figure["forecast"]["due"]
            means = (_two_places(now["mean"]), KEPT[now["kept"]], _two_places(due["mean"]), KEPT[due["kept"]])
            yield (one["commitment"], name, figure["open"], *means, limit)


def _cohort(cohort: Fields, one: Fields) -> tuple[object, ...]:
    return (
        cohort["n"],
        _two_places(cohort["mean"]),
        _two_places(cohort["median"]),
        cohort["p90"],
        cohort["maximum"],
        f"{one['limit']} {one['unit']}",
        _percent(cohort["on_time_share"]),
        _percent(cohort["on_time_as_told_share"]),
        KEPT[cohort["kept"]],
    )


def _two_places(number: float | None) -> str | None:
    return None if number is None else two_places(Decimal(str(number)))


def _percent(share: float | None) -> str | None:
    return None if share is None else percent(Decimal(str(share)))
