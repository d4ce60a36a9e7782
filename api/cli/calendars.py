"""The working calendar: a year of it, and loading notices (`calendar_loading`)."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from activities.preview import Preview, preview
from activities.store.sweeps import CalendarSweep
from api.cli import calendar_loading
from api.cli.almanac_in_force import almanac_and_sweep, almanac_of
from api.cli.output import Json, print_facts, print_json, print_table
from api.cli.reading import day, maybe_day
from api.cli.words import KINDS, WEEKDAYS, when
from api.failures import Failure
from api.processes.embedded import open_store
from api.real_clock import real_now
from api.settings import read_settings
from sla.almanac import NATION
from sla.axis import SHANGHAI, local_day
from sla.calendar import Calendar, DayKind
from sla.errors import CalendarHorizonError, CountingError, UnknownJurisdictionError


class YearFirst(TyperGroup):
    """A group that shows a year where no command of it is named: `shixian calendar 2026` is the oldest of them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  # of the library's own kind
        """Take the first word for a command only where it is one."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=YearFirst,
    help="工作日历 · The working calendar: `calendar [YEAR]` shows a year; the commands below load a notice.",
    rich_markup_mode=None,
)
for command in calendar_loading.COMMANDS:
    app.command()(command)


@app.command(name="show")
def show(
    year: Annotated[
        int | None, typer.Argument(min=1949, max=2200, metavar="[YEAR]", help="年份 · this year where left out")
    ] = None,
    jurisdiction: Annotated[str, typer.Option(help="地区")] = NATION,
    as_of: Annotated[str | None, typer.Option(help="日历版本日期 · the calendar as published on that day")] = None,
    compare: Annotated[
        str | None,
        typer.Option(
            "--preview", metavar="DATE", help="预演 · what the calendar as published on DATE would do to open cases"
        ),
    ] = None,
    json: Json = False,
) -> None:
    """工作日历 · Show a year's days off and make-up days, the version and what was published when; or preview a change."""
    if compare is not None:
        _preview(day(compare, "--preview"), json=json)
        return
    known_on = maybe_day(as_of, "--as-of") or local_day(real_now())
    try:
        almanac, swept = almanac_and_sweep(read_settings())
        found = almanac.calendar_for(jurisdiction, known_on)
        days = list(_days(found, year or known_on.year))
        published = [one for one in almanac.publications(jurisdiction) if one <= known_on]
    except UnknownJurisdictionError as error:
        raise typer.BadParameter(f"{error} [unknown-jurisdiction]", param_hint="--jurisdiction") from None
    except CalendarHorizonError as error:
        raise typer.BadParameter(f"{error} [calendar-horizon]", param_hint="YEAR") from None
    if json:
        print_json(
            {
                "jurisdiction": jurisdiction,
                "as_of": known_on,
                "version": found.version,
                "known_from": found.known_from,
                "known_until": found.known_until,
                "publications": published,
                "sweep": None if swept is None else swept.model_dump(mode="json"),
                "days": [{"date": one, "kind": kind, "name": name} for one, kind, name in days],
            }
        )
        return
    _calendar(found, days, published, swept)


def _days(found: Calendar, year: int) -> Iterator[tuple[date, DayKind, str | None]]:
    """The days of a year that are not as their weekday says."""
    one = date(year, 1, 1)
    while one.year == year:
        kind = found.kind(one)
        if kind in (DayKind.HOLIDAY, DayKind.MAKE_UP):
            yield one, kind, found.holiday(one)
        one += timedelta(days=1)


def _calendar(
    found: Calendar, days: list[tuple[date, DayKind, str | None]], published: list[date], swept: CalendarSweep | None
) -> None:
    print_facts(
        "",
        [
            ("版本 version", found.version),
            ("已知 known", f"{found.known_from} … {found.known_until}"),
            ("最近公布 published last", "、".join(map(str, published[-5:]))),
            ("在办件重算 open cases counted again", _swept(swept)),
        ],
    )
    columns = ("日期 date", "星期", "", "节日 holiday")
    print_table(
        "调整 days off and make-up days", columns, [(d, WEEKDAYS[d.weekday()], KINDS[k], n) for d, k, n in days]
    )


def _swept(found: CalendarSweep | None) -> str | None:
    """How far the last changed calendar is."""
    if found is None:
        return None
    end = "进行中 under way" if found.ended is None else f"{when(found.ended)} 完成 finished"
    return f"{found.seen} / {found.cases}，变动 moved {found.moved}，自 since {when(found.begun)}，{end}"


def _preview(known_on: date, *, json: bool) -> None:
    with closing(open_store(read_settings())) as store:
        now = store.timeline().business(real_now())
        try:
            found = preview(store, now, almanac_of(store), known_on)
        except CountingError as error:
            raise Failure(f"--preview: {error} [calendar-horizon]", code=2) from None
    if json:
        print_json(found)
        return
    _previewed(found, known_on, now)


def _previewed(found: Preview, known_on: date, now: datetime) -> None:
    print_facts(
        f"{known_on} 公布的日历 the calendar as published by then",
        [
            ("在办 open cases", found.open_cases),
            ("到期日变动 due dates move", found.moved_cases),
            ("转为超期 become overdue", found.to_overdue),
            ("转为按时 become on time", found.to_on_time),
            ("计算至 counted at", when(now.astimezone(SHANGHAI))),
        ],
    )
    columns = ("编号 case", "时钟 clock", "责任 owner", "原到期 old due", "新到期 new due", "翻转 flips")
    print_table(
        "变动 moves",
        columns,
        [(m.case, m.clock, m.owner, when(m.old_due), when(m.new_due), m.flips) for m in found.moves],
    )
