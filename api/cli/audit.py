"""The command `audit`: a log of the past judged by a rule. No server, no database."""

from contextlib import ExitStack
from datetime import datetime, tzinfo

import typer

from api.cli import audit_options as asked
from api.cli.audit_notices import almanac_asked
from api.cli.audit_output import show_csv, show_faults, show_json, show_table
from api.cli.output import Json
from api.cli.reading import maybe_day, positive
from api.logs.auditing import LogReading, audit
from api.logs.choice import LogChoice
from api.logs.faults import LogRule
from api.logs.moments import Moments
from api.logs.rules import NONE, WEEKDAYS, RuleWishes, past_rule
from api.real_clock import real_now
from sla.almanac import Almanac
from sla.axis import local_day
from sla.errors import UnknownJurisdictionError
from sla.past import Judging, PastRule, PastUnit


def audit_log(  # one parameter for each option
    file: asked.File,
    limit: asked.LimitText = None,
    limit_from: asked.LimitFrom = None,
    due_from: asked.DueFrom = None,
    unit: asked.UnitAsked = str(PastUnit.WORKDAY),
    judge: asked.Judge = Judging.INSTANT,
    zone: asked.Zone = asked.CHINA,
    calendar: asked.CalendarName = None,
    as_of: asked.AsOf = None,
    notice: asked.Notices = None,
    published: asked.Published = None,
    data_dir: asked.DataDir = None,
    days_off: asked.DaysOff = None,
    roll: asked.Roll = asked.YesNo.YES,
    roll_end: asked.RollEnd = asked.YesNo.YES,
    count_start: asked.CountStart = asked.YesNo.NO,
    close: asked.Close = None,
    cutoff: asked.Cutoff = None,
    hours: asked.OfficeHours = None,
    starts: asked.Starts = None,
    ends: asked.Ends = None,
    last: asked.Last = False,
    suspended: asked.Suspended = None,
    start: asked.StartOf = None,
    end: asked.EndOf = None,
    case: asked.CaseName = None,
    activity: asked.ActivityName = None,
    at: asked.AtName = None,
    transition: asked.TransitionName = None,
    where: asked.Where = None,
    now: asked.Now = None,
    time_format: asked.TimeFormat = None,
    delimiter: asked.Delimiter = None,
    encoding: asked.EncodingAsked = None,
    show: asked.Show = 20,
    csv: asked.AsCsv = False,
    json: Json = False,
) -> None:
    """审计日志 · Judge the cases of a past log by a rule: due, used and verdict of each, and the totals."""
    _one_of("--from", starts, "--start", start)
    _one_of("--to", ends, "--end", end)
    _one_of("--limit-from", limit_from, "--due-from", due_from)
    if limit is None and limit_from is None and due_from is None:
        raise typer.BadParameter("时限须给出 a limit, --limit-from or --due-from [missing]", param_hint="--limit")
    in_zone, in_unit = asked.zone_of(zone), asked.unit_of(unit)
    closes, until_midnight = asked.time_of_day(close, "--close")
    wishes = RuleWishes(
        unit=in_unit,
        limit=None if limit is None else positive(limit, "--limit"),
        calendar=asked.calendar_of(calendar, zone, in_unit),
        as_of=maybe_day(as_of, "--as-of") or local_day(real_now()),
        days_off=asked.days_of(days_off),
        zone=in_zone,
        judging=judge,
        close=closes,
        until_midnight=until_midnight,
        cutoff=asked.time_of_day(cutoff, "--cutoff")[0],
        windows=asked.office_hours(hours),
        roll=roll is asked.YesNo.YES,
        roll_end=roll_end is asked.YesNo.YES,
        count_start=count_start is asked.YesNo.YES,
    )
    _consistent(wishes)
    if (notice or data_dir) and not wishes.offices:
        raise typer.BadParameter(
            f"日历 {wishes.calendar} 不用通知 that calendar is made without notices [contradiction]",
            param_hint="--notice" if notice else "--data-dir",
        )
    if published is not None and not notice:
        raise typer.BadParameter("须用 only with --notice [contradiction]", param_hint="--published")
    rule = _rule(wishes, almanac_asked(data_dir, notice or (), maybe_day(published, "--published")))
    named = {"case": case, "activity": activity, "at": at, "transition": transition}
    choice = LogChoice(
        names={what: name for what, name in named.items() if name is not None},
        starts=tuple(starts or ()),
        ends=tuple(ends or ()),
        last=last,
        halts=asked.halts_of(suspended),
        start_of=start,
        end_of=end,
        limit_of=limit_from,
        due_of=due_from,
        where=asked.wheres_of(where),
    )
    if delimiter is not None and len(delimiter) != 1:
        raise typer.BadParameter("a single character [bad-delimiter]", param_hint="--delimiter")
    reading = LogReading(choice=choice, forms=tuple(time_format or ()), delimiter=delimiter, encoding=encoding)
    with ExitStack() as stack:
        audited = audit(file, reading, rule, _now(now, in_zone), stack)
        if json:
            show_json(audited, wishes)
        elif csv:
            show_csv(audited)
        else:
            show_table(audited, wishes, show)
    show_faults(audited.totals)
    if audited.totals.fault_count:
        raise typer.Exit(1)


def _consistent(wishes: RuleWishes) -> None:
    """Refuse wishes that contradict each other."""
    if wishes.judging is Judging.DATE and (wishes.close is not None or wishes.until_midnight):
        raise typer.BadParameter("判定按日 by the day: it lasts until 24:00 [contradiction]", param_hint="--close")
    if wishes.days_off and wishes.calendar != WEEKDAYS:
        raise typer.BadParameter("须用 only with --calendar weekdays [contradiction]", param_hint="--days-off")
    if wishes.in_hours and (wishes.close is not None or wishes.until_midnight):
        raise typer.BadParameter(
            "按小时计 in hours it ends at an instant of its own [contradiction]", param_hint="--close"
        )
    if wishes.unit is PastUnit.HOUR and wishes.calendar != NONE:
        raise typer.BadParameter(
            "自然小时昼夜计入 hours of day and night need none [contradiction]", param_hint="--calendar"
        )
    if (wishes.exact or wishes.in_hours) and wishes.count_start:
        raise typer.BadParameter("自时刻起算 it runs from an instant [contradiction]", param_hint="--count-start")
    if wishes.unit is PastUnit.WORKDAY and wishes.calendar == NONE:
        raise typer.BadParameter(
            "工作日须有日历 working days need one: weekdays, CN ... [missing]", param_hint="--calendar"
        )
    if wishes.unit is PastUnit.MONTH and wishes.limit is not None and wishes.limit != int(wishes.limit):
        raise typer.BadParameter("月数须为整数 a limit in months is whole [bad-limit]", param_hint="--limit")


def _rule(wishes: RuleWishes, almanac: Almanac) -> PastRule:
    try:
        return past_rule(wishes, almanac)
    except UnknownJurisdictionError as error:
        raise typer.BadParameter(f"{error} [unknown-jurisdiction]", param_hint="--calendar") from None


def _now(text: str | None, zone: tzinfo) -> datetime | None:
    try:
        return None if text is None else Moments(zone).instant(text)
    except LogRule as rule:
        raise typer.BadParameter(f"a date and time such as '2026-03-02 10:00' [{rule}]", param_hint="--now") from None


def _one_of(first: str, value: object, second: str, other: object) -> None:
    if value and other:
        raise typer.BadParameter(f"与 {second} 只能取一 not together with {second} [contradiction]", param_hint=first)
