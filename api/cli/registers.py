"""The registers: commitments, procedures, calendars. They are part of the program, so no server is asked."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from activities.sweep import Preview, preview
from api.cli.output import Json, print_facts, print_json, print_table
from api.cli.reading import day, fact, maybe_day
from api.cli.words import KINDS, WEEKDAYS, when
from api.failures import Failure
from api.processes.embedded import open_store
from api.real_clock import real_now
from api.settings import read_settings
from sla.almanac import NATION
from sla.axis import SHANGHAI, local_day
from sla.calendar import Calendar, DayKind
from sla.commitments.commitment import Commitment
from sla.commitments.register import REGISTER, binding_from
from sla.errors import CalendarHorizonError, CountingError, UnknownJurisdictionError
from sla.release import RELEASE
from workflows.errors import ChoiceError
from workflows.procedure import Definition, Procedure
from workflows.procedures import ALL, resolve


def commitments(
    commitment: Annotated[str | None, typer.Argument(metavar="[ID]", help="承诺 · one commitment, whole")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="地区")] = None,
    procedure: Annotated[str | None, typer.Option(help="流程")] = None,
    core: Annotated[bool, typer.Option("--core", help="仅核心 · only those that bind a case")] = False,
    json: Json = False,
) -> None:
    """承诺登记 · List the public commitments, each with its sentence."""
    if commitment is not None:
        _one_commitment(commitment, json=json)
        return
    found = [
        one
        for one in REGISTER.values()
        if jurisdiction in {None, one.jurisdiction} and procedure in {None, one.procedure} and (one.core or not core)
    ]
    if json:
        print_json(found)
        return
    columns = ("编号 id", "地区", "承诺 commitment", "口径 measure", "数值 figure", "生效 binds from")
    rows = [(o.id, o.jurisdiction, o.title_zh, o.measure, _figure(o), o.binding_from) for o in found]
    print_table(f"承诺 commitments（{len(found)}）", columns, rows)


def procedures(
    procedure: Annotated[str | None, typer.Argument(metavar="[PROCEDURE]", help="流程 · one procedure")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="地区 · with a variant: as one case follows it")] = None,
    variant: Annotated[str | None, typer.Option(help="类型")] = None,
    fact_: Annotated[list[str] | None, typer.Option("--fact", help="事实 · 'key=value'; repeatable")] = None,
    json: Json = False,
) -> None:
    """流程登记 · List the procedures; one of them with its variants and facts, or step by step."""
    if procedure is None:
        _all_procedures(json=json)
        return
    definition = ALL.get(procedure)
    if definition is None:
        raise typer.BadParameter(f"有 there are: {', '.join(ALL)} [unknown-procedure]", param_hint="PROCEDURE")
    if (jurisdiction is None) is not (variant is None):
        missing = "--variant" if variant is None else "--jurisdiction"
        raise typer.BadParameter("地区与类型须同时给出 give both or neither [missing]", param_hint=missing)
    if jurisdiction is None or variant is None:
        _definition(definition, json=json)
        return
    facts = dict(fact(text, "--fact") for text in fact_ or ())
    try:
        resolved = resolve(procedure, jurisdiction, variant, facts)
    except ChoiceError as error:
        raise typer.BadParameter(
            str(error), param_hint=f"--{error.field.partition('.')[0].removesuffix('s')}"
        ) from None
    _resolved(resolved, json=json)


def calendar(
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
        found = RELEASE.calendar_for(jurisdiction, known_on)
        days = list(_days(found, year or known_on.year))
        published = [one for one in RELEASE.publications(jurisdiction) if one <= known_on]
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
                "days": [{"date": one, "kind": kind, "name": name} for one, kind, name in days],
            }
        )
        return
    _calendar(found, days, published)


def _one_commitment(key: str, *, json: bool) -> None:
    one = REGISTER.get(key)
    if one is None:
        raise typer.BadParameter("没有这项承诺 there is no such commitment [unknown-commitment]", param_hint="ID")
    if json:
        print_json(one)
        return
    citation = one.citation
    owners = one.owners
    print_facts(
        f"{one.id}  {one.title_zh} {one.title_en}",
        [
            ("地区 jurisdiction", one.jurisdiction),
            ("流程 procedure", f"{one.procedure}（{one.variant}）"),
            ("口径 measure", one.measure.value),
            ("数值 figure", _figure(one)),
            ("时限 limit", one.limit and f"{one.limit.amount} {one.limit.unit}"),
            ("生效 binds from", binding_from(one, read_settings().readings)),
            ("依据 words", one.binding.words),
            ("责任 owners", "、".join((*owners.responsible, *owners.lead, *owners.support))),
            ("除外 exclusions", "、".join(one.exclusions) or None),
            ("上位 parent", one.parent and f"{one.parent}（{one.relation}）"),
            ("出处 document", f"《{citation.document.title}》{citation.document.number or ''} {citation.heading}"),
            ("原文 sentence", citation.quote),
            ("存疑 left open", "\n".join(one.interpretation) or None),
            ("备注 notes", one.notes or None),
        ],
    )


def _figure(one: Commitment) -> str | None:
    return None if one.figure is None else f"{one.figure.operator} {one.figure.value} {one.figure.unit}"


def _all_procedures(*, json: bool) -> None:
    if json:
        print_json([_definition_shown(one) for one in ALL.values()])
        return
    columns = ("编号 key", "流程 procedure", "", "地区", "类型 variants", "版本")
    rows = [
        (d.key, d.title_zh, d.title_en, "、".join(d.jurisdictions), "、".join(v.key for v in d.variants), d.version)
        for d in ALL.values()
    ]
    print_table("流程 procedures", columns, rows)


def _definition_shown(one: Definition) -> dict[str, object]:
    names = ("key", "version", "title_zh", "title_en", "jurisdictions", "variants", "facts")
    return {name: getattr(one, name) for name in names}


def _definition(one: Definition, *, json: bool) -> None:
    if json:
        print_json(_definition_shown(one))
        return
    print_facts(
        f"{one.key}  {one.title_zh} {one.title_en}",
        [("地区 jurisdictions", "、".join(one.jurisdictions)), ("版本 version", one.version)],
    )
    print_table("类型 variants", ("编号 key", "", ""), [(v.key, v.title_zh, v.title_en) for v in one.variants])
    rows = [
        (
            f.key,
            f.title_zh,
            f.title_en,
            _word(f.default),
            "、".join(_word(a) for a in f.allowed),
            "、".join(f.variants) or "全部 all",
        )
        for f in one.facts
    ]
    print_table("事实 facts", ("编号 key", "", "", "默认 default", "可取 allowed", "适用 variants"), rows)


def _word(value: bool | str) -> str:  # as facts have it
    return value if isinstance(value, str) else str(value).lower()


def _resolved(one: Procedure, *, json: bool) -> None:
    if json:
        print_json(one)
        return
    statutory = one.statutory
    print_facts(
        f"{one.key}  {one.title_zh} {one.title_en}（{one.variant}，{one.jurisdiction}）",
        [
            ("责任 owner", one.owner),
            ("事实 facts", "、".join(f"{name}={_word(value)}" for name, value in one.facts.items()) or None),
            ("承诺止于 promise ends with", "、".join(one.ends)),
            ("法定时限 statutory", statutory and f"{statutory.amount} {statutory.unit}"),
            ("不适用 excluded", one.excluded),
        ],
    )
    columns = (
        "环节 step",
        "",
        "主体 party",
        "责任 owner",
        "前置 after",
        "结果 outcomes",
        "计时 counts",
        "内部目标 planning target",
    )
    rows = [
        (
            s.key, s.title_zh, s.party, s.owner, "、".join(s.after), "、".join(o.key for o in s.outcomes), s.counts,
            s.target and f"{s.target.amount} {s.target.unit}",
        )
        for s in one.steps
    ]  # fmt: skip
    print_table("环节 steps", columns, rows)
    grounds = [(g.key, g.title_zh, g.basis, "、".join(g.stops)) for g in one.grounds]
    print_table("中止事由 grounds", ("编号 key", "", "依据 basis", "停止 stops"), grounds)


def _days(found: Calendar, year: int) -> Iterator[tuple[date, DayKind, str | None]]:
    """The days of a year that are not as their weekday says."""
    one = date(year, 1, 1)
    while one.year == year:
        kind = found.kind(one)
        if kind in (DayKind.HOLIDAY, DayKind.MAKE_UP):
            yield one, kind, found.holiday(one)
        one += timedelta(days=1)


def _calendar(found: Calendar, days: list[tuple[date, DayKind, str | None]], published: list[date]) -> None:
    print_facts(
        "",
        [
            ("版本 version", found.version),
            ("已知 known", f"{found.known_from} … {found.known_until}"),
            ("最近公布 published last", "、".join(map(str, published[-5:]))),
        ],
    )
    columns = ("日期 date", "星期", "", "节日 holiday")
    print_table(
        "调整 days off and make-up days", columns, [(d, WEEKDAYS[d.weekday()], KINDS[k], n) for d, k, n in days]
    )


def _preview(known_on: date, *, json: bool) -> None:
    with closing(open_store(read_settings())) as store:
        now = store.timeline().business(real_now())
        try:
            found = preview(store, now, RELEASE, known_on)
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
