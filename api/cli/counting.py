"""Commands that only count: `due` and `vectors`. No server is asked; a database only for notices, where there is one."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from api.cli.almanac_in_force import almanac_in_force
from api.cli.output import Json, print_facts, print_json, print_table, say
from api.cli.reading import day, grant, instant, maybe_instant, positive, stretch
from api.cli.vector_files import run
from api.cli.words import STANDINGS, UNITS, USES, WEEKDAYS, when
from api.real_clock import real_now
from api.settings import read_settings
from sla.axis import local_day
from sla.clock import Clock, Extension, Limit, Reading, Suspension, Unit, count
from sla.days import Day, day_ledger
from sla.errors import CountingError, UnknownJurisdictionError
from sla.projection import Projection, project

GROUND = "suspension"


def due(  # one parameter for each option
    accepted: Annotated[str, typer.Option(help="受理时间 · when it was accepted: '2026-03-02 10:00', China's time")],
    limit: Annotated[str, typer.Option(help="时限 · the limit, in its unit")],
    jurisdiction: Annotated[str, typer.Option(help="地区 · suzhou, taicang, CN ...")] = "suzhou",
    unit: Annotated[Unit, typer.Option(help="单位 · the limit's unit")] = Unit.WORKDAY,
    suspend: Annotated[
        list[str] | None, typer.Option(help="中止 · 'from..until', or 'from..' while it is open; repeatable")
    ] = None,
    extend: Annotated[list[str] | None, typer.Option(help="延长 · 'amount@when it was granted'; repeatable")] = None,
    completed: Annotated[str | None, typer.Option(help="办结时间 · when it was completed")] = None,
    now: Annotated[str | None, typer.Option(help="计算时点 · counted up to then; now where left out")] = None,
    as_of: Annotated[str | None, typer.Option(help="日历版本日期 · the calendar as published on that day")] = None,
    projected: Annotated[
        bool,
        typer.Option("--project", help="推算（暂定） · also a provisional due date beyond the published calendar"),
    ] = False,
    json: Json = False,
) -> None:
    """算到期日 · Count a due date, and say day by day why."""
    at = maybe_instant(now, "--now") or real_now()
    clock = Clock(
        key="due",
        jurisdiction=jurisdiction,
        limit=Limit(amount=positive(limit, "--limit"), unit=unit),
        start=instant(accepted, "--accepted"),
        stop=maybe_instant(completed, "--completed"),
        suspensions=tuple(_suspension(number, text) for number, text in enumerate(suspend or (), 1)),
        extensions=tuple(_extension(number, text) for number, text in enumerate(extend or (), 1)),
    )
    try:
        almanac = almanac_in_force(read_settings())
        calendar = almanac.calendar_for(jurisdiction, day(as_of, "--as-of") if as_of else local_day(at))
    except UnknownJurisdictionError as error:
        raise typer.BadParameter(f"{error} [unknown-jurisdiction]", param_hint="--jurisdiction") from None
    try:
        reading, days = count(clock, calendar, at), day_ledger(clock, calendar, at)
    except CountingError as error:
        raise typer.BadParameter(f"{error} [bad-limit]", param_hint="--limit") from None
    if now is None and reading.due_date is not None:  # asked for the due date alone
        days = tuple(one for one in days if one.date <= reading.due_date)
    projection = project(clock, calendar, at) if projected else None
    if json:
        print_json({"reading": reading, "days": days, **({"projection": projection} if projected else {})})
        return
    show_reading(reading, unit, at)
    if projected:
        show_projection(projection)
    show_days(days)


def vectors(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="向量文件 · files in the format of vectors.json")
    ],
    json: Json = False,
) -> None:
    """运行测试向量 · Run files of test vectors: a line for each, then `N passed, N failed`; 1 where one failed."""
    lines: list[str] = []
    passed = run(files, lines.append if json else say)
    if json:
        print_json({"passed": passed, "lines": lines})
    if not passed:
        raise typer.Exit(1)


def show_reading(reading: Reading, unit: Unit, at: datetime) -> None:
    """Say what a clock comes to, for a person."""
    horizon = reading.horizon
    due_at = when(reading.due_at)
    print_facts(
        "",
        [
            ("到期 due", due_at and f"{due_at}{'（暂定 provisional）' if reading.provisional else ''}"),
            ("状态 standing", STANDINGS[reading.standing]),
            ("时限 limit", f"{_number(reading.limit)} {UNITS[unit]}"),
            ("已用 used", _number(reading.used)),
            ("中止 suspended", _number(reading.suspended)),
            ("剩余 remaining", _number(reading.remaining)),
            ("超出 overdue by", _number(reading.overdue_by) if reading.overdue_by else None),
            ("起始日 start day", reading.start_day),
            ("临期 due soon from", when(reading.due_soon_at)),
            ("计算至 counted up to", when(at)),
            ("日历 calendar", reading.calendar),
            (
                "日历止于 calendar known until",
                horizon
                and f"{horizon.known_until}：已计 counted {_number(horizon.counted)}，缺 missing {_number(horizon.missing)}",
            ),
        ],
    )


def show_projection(projection: Projection | None) -> None:
    """Return a projected due date, for a person; never without the word provisional."""
    if projection is None:
        print_facts("推算 projection", [("暂定 provisional", "无需或无法推算 nothing to project")])
        return
    facts = [
        ("暂定到期 provisional due", f"{when(projection.due_at)}（暂定 provisional）"),
        ("假定 assumes", f"周一至周五均为工作日 · {projection.assumes}"),
    ]
    print_facts("推算 projection", facts)


def show_days(days: tuple[Day, ...]) -> None:
    """Return the day ledger, for a person."""
    print_table(
        "逐日 day by day",
        ("日期 date", "星期", "用途 what became of it", "说明 why", "计 used", "累计 total"),
        [
            (
                one.date,
                WEEKDAYS[one.date.weekday()],
                USES[one.kind],
                "、".join(filter(None, ("调休 make-up day" if one.make_up else "", one.holiday, one.ground))),
                _number(one.used),
                _number(one.total),
            )
            for one in days
        ],
    )


def _number(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _suspension(number: int, text: str) -> Suspension:
    begin, end = stretch(text, "--suspend")
    return Suspension(id=f"suspension-{number}", ground=GROUND, start=begin, end=end)


def _extension(number: int, text: str) -> Extension:
    amount, at = grant(text, "--extend")
    return Extension(id=f"extension-{number}", amount=amount, at=at)
