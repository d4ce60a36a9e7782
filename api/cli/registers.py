"""The registers: commitments and procedures. They are part of the program; a server is asked only how promises stand."""

import os
from collections import Counter
from typing import Annotated, Any

import typer

from api.cli.client import get, path
from api.cli.output import Json, print_facts, print_json, print_table, say
from api.cli.reading import fact
from api.figures.promise_standings import CommitmentStanding, Stood
from api.figures.standing_words import STOOD, rests_on
from api.settings import read_settings
from sla.commitments.commitment import Commitment
from sla.commitments.register import REGISTER, binding_from
from workflows.errors import ChoiceError
from workflows.procedure import Definition, Procedure
from workflows.procedures import ALL, resolve


def commitments(
    commitment: Annotated[str | None, typer.Argument(metavar="[ID]", help="承诺 · one commitment, whole")] = None,
    jurisdiction: Annotated[str | None, typer.Option(help="地区")] = None,
    procedure: Annotated[str | None, typer.Option(help="流程")] = None,
    core: Annotated[bool, typer.Option("--core", help="仅核心 · only those that bind a case")] = False,
    register: Annotated[
        bool, typer.Option("--register", help="仅登记 · the register alone: no server is asked how they stand")
    ] = False,
    json: Json = False,
) -> None:
    """承诺登记 · List the public commitments, each with its sentence; with SHIXIAN_KEY, how each of them stands."""
    if commitment is not None:
        _one_commitment(commitment, json=json)
        return
    standing = {} if register or not os.environ.get("SHIXIAN_KEY") else _standings(json=json)
    found = [
        one
        for one in REGISTER.values()
        if jurisdiction in {None, one.jurisdiction} and procedure in {None, one.procedure} and (one.core or not core)
    ]
    if json:
        print_json(
            [one.model_dump(mode="json") | ({"standing": standing[one.id]} if standing else {}) for one in found]
        )
        return
    if standing:
        _stood(found, {name: CommitmentStanding.model_validate(one) for name, one in standing.items()})
        return
    columns = ("编号 id", "地区", "承诺 commitment", "口径 measure", "数值 figure", "生效 binds from")
    rows = [(o.id, o.jurisdiction, o.title_zh, o.measure, _figure(o), o.binding_from) for o in found]
    print_table(f"承诺 commitments（{len(found)}）", columns, rows)


def _standings(*, json: bool) -> dict[str, Any]:
    return {one["commitment"]: one for one in get(path("commitments", "standings"), json=json)["standings"]}


def _stood(found: list[Commitment], standing: dict[str, CommitmentStanding]) -> None:
    columns = ("编号 id", "承诺 commitment", "数值 figure", "状态 standing", "依据 rests on")
    rows = [
        (one.id, one.title_zh, _figure(one), " ".join(STOOD[standing[one.id].standing]), rests_on(standing[one.id])[0])
        for one in found
    ]
    print_table(f"承诺 commitments（{len(found)}）", columns, rows)
    counts = Counter(standing[one.id].standing for one in found)
    say("，".join(f"{STOOD[stood][0]} {STOOD[stood][1]} {counts[stood]}" for stood in Stood if counts[stood]))


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
